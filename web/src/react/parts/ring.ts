/** The sound of a call that rings. */

const PERIOD_S = 3;

/** Two tones, twice, and a pause. */
function tone(context: AudioContext): void {
  const gain = context.createGain();
  gain.connect(context.destination);
  gain.gain.value = 0;
  for (const begin of [0, 0.5]) {
    const at = context.currentTime + begin;
    gain.gain.setTargetAtTime(0.12, at, 0.02);
    gain.gain.setTargetAtTime(0, at + 0.3, 0.04);
  }
  for (const frequency of [440, 554]) {
    const oscillator = new OscillatorNode(context, { frequency });
    oscillator.connect(gain);
    oscillator.start();
    oscillator.stop(context.currentTime + 1.2);
  }
}

/** A page on which nothing was pressed yet may not make a sound, and is not to try: it rings from the first press on. */
function playTones(): () => void {
  const pressed = new AbortController();
  let stop = (): void => undefined;
  const begin = (): void => {
    pressed.abort();
    const context = new AudioContext();
    tone(context);
    const timer = setInterval(() => tone(context), PERIOD_S * 1_000);
    stop = () => {
      clearInterval(timer);
      void context.close();
    };
  };
  if (navigator.userActivation?.hasBeenActive ?? true) begin();
  else for (const press of ['pointerdown', 'keydown']) document.addEventListener(press, begin, { signal: pressed.signal });
  return () => {
    pressed.abort();
    stop();
  };
}

function playFile(url: string): () => void {
  const audio = new Audio(url);
  audio.loop = true;
  audio.play().catch((error: unknown) => console.info('groupcall: the ring is not played', error));
  return () => audio.pause();
}

/** @param sound true for tones of our own, or the URL of a sound. @returns how to end it. */
export function ring(sound: true | string): () => void {
  return sound === true ? playTones() : playFile(sound);
}
