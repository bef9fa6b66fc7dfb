/** Shows how loud a microphone is. */

// Speech at arm's length is about -30 dB; what is below -60 dB is the room.
const SILENT_DB = -60;
const LOUD_DB = -12;

/** @param {Float32Array} samples */
function levelOf(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (decibels - SILENT_DB) / (LOUD_DB - SILENT_DB)));
}

/**
 * Draws the level of `track` into `bar` until stopped.
 *
 * @param {MediaStreamTrack} track
 * @param {HTMLElement} bar of role `meter`
 * @returns {() => void} how to stop
 */
export function showLevel(track, bar) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let shown = 0;
  let frame = 0;
  const draw = () => {
    analyser.getFloatTimeDomainData(samples);
    // Up at once, down slowly, so that one can read it.
    shown = Math.max(levelOf(samples), shown * 0.92);
    bar.style.setProperty('--level', shown.toFixed(3));
    bar.setAttribute('aria-valuenow', String(Math.round(shown * 100)));
    frame = requestAnimationFrame(draw);
  };
  draw();
  // Some browsers start it only with a gesture: the first one anywhere does.
  const resume = () => context.resume();
  document.addEventListener('pointerdown', resume);
  return () => {
    cancelAnimationFrame(frame);
    document.removeEventListener('pointerdown', resume);
    bar.style.setProperty('--level', '0');
    bar.setAttribute('aria-valuenow', '0');
    void context.close();
  };
}
