/** Messages of the application between the pages of a call. */

import { callOut } from './call-out.js';
import { GroupCallError, type CallProblem } from './errors.js';
import type { CallEngine } from './engine.js';
import type { CoreCommand } from './protocol.js';

/** A message of somebody else in the call, as `on('message')` tells it. */
export interface CallMessage {
  /** Who sent it: a participant of the snapshot. */
  readonly from: string;
  /** The same for all who get this message, and in the sender's result of `send()`. */
  readonly id: string;
  /** False: for this page alone. */
  readonly toAll: boolean;
  /** As the other page sent it: not trusted. */
  readonly text: string;
}

/** What became of `send()`. `ok` means on its way: it arrives once, for as long as both are in the call. */
export type SendResult =
  | {
      readonly ok: true;
      readonly id: string;
      /**
       * Whom it does not reach: older clients, who have no channel for it, and those who have
       * been out of reach for so long that nothing more can wait for them.
       */
      readonly unreached: readonly string[];
    }
  | {
      readonly ok: false;
      /**
       * `message-too-large`, `not-in-call`, `nobody-there` or `outbox-full`; `disposed` or
       * `engine-failed` after the end. `on('messagesDrained')` tells when `outbox-full` is over.
       * Nobody has got anything.
       */
      readonly error: CallProblem;
    };

/** The events of messages, and what their listeners get. */
export interface MessageEvents {
  message: (message: CallMessage) => void;
  messagesDrained: () => void;
}

type MessageCommand = Extract<CoreCommand, { type: 'call.message' | 'call.drained' }>;

export class MessageListeners {
  readonly #message = new Set<{ listener: MessageEvents['message'] }>();
  readonly #messagesDrained = new Set<{ listener: MessageEvents['messagesDrained'] }>();

  on<Name extends keyof MessageEvents>(name: Name, listener: MessageEvents[Name]): () => void {
    const listeners = (name === 'message' ? this.#message : this.#messagesDrained) as Set<{ listener: MessageEvents[Name] }>;
    const entry = { listener };
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  /** A mistake of a listener stays its own. */
  tell(command: MessageCommand): void {
    if (command.type === 'call.drained') {
      for (const { listener } of [...this.#messagesDrained]) callOut(listener);
      return;
    }
    const { type: _, ...message } = command;
    for (const { listener } of [...this.#message]) callOut(listener, Object.freeze(message));
  }
}

export async function sendMessage(engine: CallEngine, text: string, to: string | undefined): Promise<SendResult> {
  try {
    return await engine.request<SendResult>((request) => ({ type: 'call.send', request, text, ...(to !== undefined && { to }) }));
  } catch (error) {
    if (!(error instanceof GroupCallError) || error.code === 'invalid-argument') throw error;
    const { code, message, remedy, detail } = error;
    return { ok: false, error: { code, message, remedy, detail } };
  }
}
