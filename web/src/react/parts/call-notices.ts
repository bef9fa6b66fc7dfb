/** What a person in a call should be told, as far as it follows from the snapshot. Pure: no document. */

import type { CallProblem, CallSnapshot, SelfParticipant } from '../../index.js';
import type { Texts } from '../texts.js';

/** One notice above the tiles. It is there once, and goes when its cause has gone. */
export interface NoticeText {
  readonly key: string;
  readonly message: string;
  readonly remedy?: string;
  /** Read by whoever looks, and not announced: it may change each second. */
  readonly detail?: string;
  /** It tells of something that mends itself. */
  readonly quiet?: boolean;
  readonly dismissible?: boolean;
  /** What its button does. */
  readonly action?: 'take-over' | 'play-sound';
}

/** Of oneself, what notices are made of. */
export type OwnDevices = Pick<SelfParticipant, 'microphone' | 'camera' | 'screen'>;

/** What keeps the own devices from working, as one notice; null when nothing does. */
export function deviceTrouble(texts: Texts, self: OwnDevices): NoticeText | null {
  const troubles = (['microphone', 'camera', 'screen'] as const)
    .filter((device) => self[device].state === 'error' || self[device].state === 'ended')
    // Whoever closes the question, or stops the share, knows.
    .filter((device) => device !== 'screen' || !['permission-dismissed', 'stopped'].includes(self.screen.reason))
    .map((device) => texts.reason(self[device].reason, device));
  if (troubles.length === 0) return null;
  // Both devices often fail for one cause, whose remedy need not be said twice.
  const remedies = new Set(troubles.map(({ remedy }) => remedy));
  return { key: 'devices', message: troubles.map(({ message }) => `${message}.`).join(' '), remedy: [...remedies].join(' '), dismissible: true };
}

/** What happened to a device of which another one, or the one before, has taken the place; null when nothing has. */
export function deviceReplaced(texts: Texts, self: OwnDevices): NoticeText | null {
  const sentences = (['microphone', 'camera'] as const)
    .filter((device) => {
      const { state, reason } = self[device];
      return (state === 'on' && reason !== 'none') || (state === 'replacing' && reason !== 'starting');
    })
    .map((device) => {
      const { state, reason } = self[device];
      return `${texts.reason(reason, device).message}. ${state === 'replacing' ? texts.replacingDevice : texts.replacedDevice(device)}`;
    });
  return sentences.length === 0 ? null : { key: 'replaced', message: sentences.join(' '), dismissible: true, quiet: true };
}

function nextTry(texts: Texts, { state, retryAtMs }: CallSnapshot['signalling'], nowMs: number): string {
  const seconds = state === 'waiting' && retryAtMs !== null ? Math.ceil((retryAtMs - nowMs) / 1_000) : 0;
  return seconds > 0 ? texts.nextTry(seconds) : texts.tryingNow;
}

/**
 * What to say about the connection to the server; null when all is well.
 *
 * @param lastError of this outage: while it connects, the snapshot has none.
 * @param nowMs as `performance.now()`.
 */
export function signallingNotice(texts: Texts, { phase, signalling }: Pick<CallSnapshot, 'phase' | 'signalling'>, lastError: CallProblem | null, nowMs: number): NoticeText | null {
  const error = signalling.error ?? lastError;
  if (signalling.state === 'halted' && error) {
    return { key: 'signalling', ...texts.problem(error), ...(error.code === 'replaced' && { action: 'take-over' }) };
  }
  if (phase !== 'reconnecting') return null;
  return {
    key: 'signalling',
    message: error ? texts.problem(error).message : texts.serverInterrupted,
    remedy: texts.serverInterruptedMore,
    detail: nextTry(texts, signalling, nowMs),
    quiet: true,
  };
}
