/**
 * What went wrong, in words, and what a person can do about it.
 *
 * The core sends codes only. Every code has its text here; tests hold this file complete. It is
 * not loaded on demand: most of these errors are about a network that is not there.
 */

import type { ErrorCode } from './protocol.js';

/**
 * Why a call could not be made, joined, or was ended.
 *
 * - `invalid-argument`: an id or option that cannot work; `detail` names it.
 * - `already-joined`: `join()` while in, or on the way into, another room.
 * - `aborted`: `leave()` came before `join()` was through.
 * - `disposed`: the call object was disposed.
 * - `server-unreachable`: no connection to the signalling server within the join timeout.
 * - `timeout`: connected, but not admitted within the join timeout.
 * - `refused`: the server refused the connection for good.
 * - `rate-limited`: too many connections lately; the server, or our own restraint, takes a while before the next.
 * - `replaced`: the same user connected from another tab or device; `takeOver()` takes the call back.
 * - `server-shutting-down`: the server said that it goes down; it is tried again.
 * - `application-socket`: the application's Socket has given up, and is the application's to reconnect.
 * - `room-full`: as many people are in the call as `maxParticipants` allows; nothing is tried again by itself.
 * - `group-not-found`, `not-a-member`, `join-failed`: the server's answers to a join.
 * - `message-too-large`, `not-in-call`, `nobody-there`, `outbox-full`: why `send()` sent nothing.
 * - `module-load-failed`: groupcall.wasm could not be fetched or compiled; calling again retries.
 * - `unsupported`: this browser lacks WebRTC, WebSocket or WebAssembly.
 * - `engine-failed`: the call engine died; make a new call.
 * - `record-not-redactable`: a flight record without what is private in it would be of another call.
 */
export type GroupCallErrorCode =
  | Exclude<ErrorCode, 'none'>
  | 'module-load-failed'
  | 'unsupported'
  | 'engine-failed'
  | 'record-not-redactable';

/** An error as it stands in a snapshot. */
export interface CallProblem {
  readonly code: GroupCallErrorCode;
  /** What happened, in English, for people. */
  readonly message: string;
  /** What a person can do about it. */
  readonly remedy: string;
  /** The server's or browser's own words, for developers; may be empty. */
  readonly detail: string;
}

type Text = readonly [message: string, remedy: string];

const ERROR_TEXTS: Readonly<Record<GroupCallErrorCode, Text>> = {
  'invalid-argument': [
    'The call was given something that it cannot use.',
    'This is a mistake in the page. The detail says more.',
  ],
  'already-joined': ['You are already in a call.', 'Leave that call first.'],
  aborted: ['Joining was cancelled.', 'Join again.'],
  disposed: ['This call has been closed.', 'Reload the page to start a new one.'],
  'server-unreachable': [
    'The call server cannot be reached.',
    'Check your internet connection, then try again.',
  ],
  timeout: [
    'The call server did not let you in in time.',
    'Try again in a moment.',
  ],
  refused: ['The call server refused the connection.', 'Sign in again, then join the call.'],
  'rate-limited': [
    'There were too many connections from your network.',
    'Wait a few minutes, then try again.',
  ],
  replaced: [
    'You are connected from another tab or device.',
    'Go on there, or take the call over.',
  ],
  'server-shutting-down': [
    'The call server is shutting down.',
    'The call goes on, and connects again by itself.',
  ],
  'application-socket': [
    'The application’s connection to the server has ended.',
    'Reload the page.',
  ],
  'group-not-found': [
    'This group does not exist any more.',
    'Choose another group.',
  ],
  'not-a-member': ['You are not a member of this group.', 'Ask a member to add you.'],
  'room-full': ['This call is full.', 'Join again when somebody has left.'],
  'join-failed': ['The server could not add you to the call.', 'Try again in a moment.'],
  'message-too-large': ['This message is too long.', 'Make it shorter, or send it in parts.'],
  'not-in-call': ['You are not in a call.', 'Join the call, then try again.'],
  'nobody-there': ['Nobody is here who can get this message.', 'Wait until somebody joins.'],
  'outbox-full': ['Too many messages are still on their way.', 'Try again in a moment.'],
  'module-load-failed': [
    'A part of the call software could not be loaded.',
    'Check your internet connection, then try again.',
  ],
  unsupported: [
    'This browser cannot make calls.',
    'Use a current version of Chrome, Edge, Firefox or Safari.',
  ],
  'record-not-redactable': ['This record cannot be redacted.', 'Save it as it is.'],
  'engine-failed': ['The call software stopped unexpectedly.', 'Reload the page and join again.'],
};

/** Finds the texts for a code. */
export function describeProblem(code: GroupCallErrorCode, detail: string): CallProblem {
  const [message, remedy] = ERROR_TEXTS[code];
  return { code, message, remedy, detail };
}

/** What every promise and method of this package fails with. */
export class GroupCallError extends Error implements CallProblem {
  override readonly name = 'GroupCallError';
  readonly code: GroupCallErrorCode;
  readonly remedy: string;
  readonly detail: string;

  constructor(code: GroupCallErrorCode, detail = '', options?: ErrorOptions) {
    const problem = describeProblem(code, detail);
    super(problem.message, options);
    this.code = code;
    this.remedy = problem.remedy;
    this.detail = detail;
  }
}
