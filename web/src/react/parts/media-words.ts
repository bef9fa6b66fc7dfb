/** The state of a device and of a connection in words. Pure: what is said follows from the snapshot alone. */

import type { MediaStatus, Participant } from '../../index.js';
import type { MediaDevice } from '../../reasons.js';
import type { Texts } from '../texts.js';

/** Whether a device is turned on, whatever it gives: a switch for it shows this. */
export function isWanted({ state }: MediaStatus): boolean {
  return state === 'on' || state === 'loading' || state === 'replacing';
}

/** What a tile says about a device. */
export function deviceWords(texts: Texts, { state, reason }: MediaStatus, device: MediaDevice): string {
  if (state === 'replacing' && reason === 'starting') return texts.deviceChanging(device);
  if (state === 'on') return texts.deviceOn(device);
  if (device === 'microphone' && (reason === 'self-off' || reason === 'peer-off')) return texts.muted;
  return texts.reason(reason, device).message || texts.deviceState(state);
}

/** What a connection is called. */
export type Grade = 'good' | 'fair' | 'poor';

/** What a connection of so many points is called (`Participant.quality`, 0 to 100), as `quality` and `qualityDetail` of the texts take it. */
export function gradeOf(quality: number): Grade {
  return quality >= 80 ? 'good' : quality >= 50 ? 'fair' : 'poor';
}

/** How somebody is connected, in words: empty while all is well. */
export function connectionWords(texts: Texts, { connection, connectionReason, signalling }: Participant): { readonly message: string; readonly remedy: string } {
  const { message, remedy } = texts.connectionReason(connectionReason);
  const lost = signalling === 'lost' ? texts.signallingLost : '';
  return { message: message || texts.connection(connection) || lost, remedy };
}
