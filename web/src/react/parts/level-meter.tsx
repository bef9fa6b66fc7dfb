/** Shows how loud a microphone is. */

import { useEffect, useRef, type ReactElement } from 'react';

import { useTexts } from '../texts-context.js';

// Speech at arm's length is about -30 dB; what is below -60 dB is the room.
const SILENT_DB = -60;
const LOUD_DB = -12;

function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (decibels - SILENT_DB) / (LOUD_DB - SILENT_DB)));
}

/** Draws the level of `track` into `bar`, past React, until stopped: it changes with every frame. */
function follow(track: MediaStreamTrack, bar: HTMLElement): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let shown = 0;
  let frame = 0;
  const draw = (): void => {
    analyser.getFloatTimeDomainData(samples);
    // Up at once, down slowly, so that one can read it.
    shown = Math.max(levelOf(samples), shown * 0.92);
    bar.style.setProperty('--gc-level', shown.toFixed(3));
    bar.setAttribute('aria-valuenow', String(Math.round(shown * 100)));
    frame = requestAnimationFrame(draw);
  };
  draw();
  // Some browsers start it only with a gesture: the first one anywhere does.
  const resume = (): void => void context.resume();
  document.addEventListener('pointerdown', resume);
  return () => {
    cancelAnimationFrame(frame);
    document.removeEventListener('pointerdown', resume);
    void context.close();
  };
}

export function LevelMeter({ track }: { readonly track: MediaStreamTrack }): ReactElement {
  const texts = useTexts();
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => (bar.current ? follow(track, bar.current) : undefined), [track]);
  return <div ref={bar} className="gc-level-bar" role="meter" aria-label={texts.level} aria-valuemin={0} aria-valuemax={100} aria-valuenow={0} />;
}
