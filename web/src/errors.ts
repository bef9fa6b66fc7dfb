/**
 * What went wrong, in words, and what a person can do about it.
 *
 * The core sends codes only. Every code and every media reason has its text here; tests hold
 * this file complete.
 */

import type { ConnectionReason, ErrorCode, MediaReason } from './protocol.js';

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
 * - `group-not-found`, `not-a-member`, `join-failed`: the server's answers to a join.
 * - `message-too-large`, `not-in-call`, `nobody-there`, `outbox-full`: why `send()` sent nothing.
 * - `module-load-failed`: groupcall.wasm could not be fetched or compiled; calling again retries.
 * - `unsupported`: this browser lacks WebRTC, WebSocket or WebAssembly.
 * - `engine-failed`: the call engine died; make a new call.
 */
export type GroupCallErrorCode =
  | Exclude<ErrorCode, 'none'>
  | 'module-load-failed'
  | 'unsupported'
  | 'engine-failed';

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
    'This is a mistake in the page: its developer finds the cause in the detail.',
  ],
  'already-joined': ['You are already in a call.', 'Leave that call first, then join this one.'],
  aborted: ['Joining was cancelled.', 'Join again when you are ready.'],
  disposed: ['This call has been closed.', 'Reload the page to start a new one.'],
  'server-unreachable': [
    'The call server cannot be reached.',
    'Check your internet connection, then try again.',
  ],
  timeout: [
    'The call server did not let you in in time.',
    'Try again in a moment; if it happens again, the server may be overloaded.',
  ],
  refused: ['The call server refused the connection.', 'Sign in again, then join the call.'],
  'rate-limited': [
    'There were too many connections from your network.',
    'Wait a few minutes, then try again.',
  ],
  replaced: [
    'You are connected from another tab or device.',
    'Go on there, or take the call over to go on here.',
  ],
  'server-shutting-down': [
    'The call server is shutting down.',
    'Nothing to do: the call goes on, and connects again as soon as the server is back.',
  ],
  'application-socket': [
    'The application’s connection to the server has ended.',
    'Reload the page; its developer finds the cause in the detail.',
  ],
  'group-not-found': [
    'This group does not exist any more.',
    'Ask for a new link, or choose another group.',
  ],
  'not-a-member': ['You are not a member of this group.', 'Ask a member to add you, then join again.'],
  'join-failed': ['The server could not add you to the call.', 'Try again in a moment.'],
  'message-too-large': ['This message is too long.', 'Make it shorter, or send it in parts.'],
  'not-in-call': ['You are not in a call.', 'Join the call, then send it again.'],
  'nobody-there': ['Nobody is here who can get this message.', 'Wait until somebody joins, then send it again.'],
  'outbox-full': ['Too many messages are still on their way.', 'Wait a moment, then send it again.'],
  'module-load-failed': [
    'A part of the call software could not be loaded.',
    'Check your internet connection, then try again.',
  ],
  unsupported: [
    'This browser cannot make calls.',
    'Use a current version of Chrome, Edge, Firefox or Safari.',
  ],
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

/** The three things that a tile can show or play. */
export type MediaDevice = 'microphone' | 'camera' | 'screen';

/** A reason in words. */
export interface ReasonText {
  /** Short enough for a tile; empty for the reason `none`. */
  readonly message: string;
  /** What a person can do about it; empty where nobody needs to. */
  readonly remedy: string;
}

// "@" stands for the device's name.
const REASON_TEXTS: Readonly<Record<MediaReason, Text>> = {
  none: ['', ''],
  starting: ['Starting the @', ''],
  'self-off': ['You turned the @ off', 'Turn it on again whenever you like.'],
  'peer-off': ['@ off', ''],
  connecting: ['Connecting', ''],
  'network-stalled': [
    'Nothing arrives at the moment',
    'The network is slow or interrupted. The call recovers by itself once it is better.',
  ],
  'decoder-stalled': [
    'Arrives, but cannot be played',
    'The call repairs this by itself. If it stays, close other programs or reload the page.',
  ],
  unreachable: [
    'Cannot be reached',
    'The call keeps trying. If it stays, one of the two networks blocks calls: try another one.',
  ],
  'permission-denied': [
    'The @ is blocked',
    'Allow it for this site beside the address bar, then turn it on again.',
  ],
  'permission-dismissed': [
    'The @ was not allowed yet',
    'Turn it on again and answer the browser’s question with “Allow”.',
  ],
  'insecure-context': [
    'The @ needs a secure page',
    'Open this page with https:// in front, or on localhost.',
  ],
  'no-device': ['No @ found', 'Connect one, then turn it on again.'],
  'in-use': [
    'Another program uses the @',
    'Close the other program or tab that uses it, then turn it on again.',
  ],
  constraint: [
    'No @ can do what was asked for',
    'Choose another device or a lower resolution, then turn it on again.',
  ],
  timeout: [
    'The @ did not start in time',
    'Answer the browser’s question or reconnect the device, then turn it on again.',
  ],
  'device-lost': ['The @ was disconnected', 'Connect it again, then turn it on.'],
  'permission-blocked': [
    'The system or this page blocks the @',
    'Allow it in the settings of the system, or of the page around this one.',
  ],
  'processor-failed': ['The effect on the @ does not work', 'Choose another effect, or none, then turn the @ on again.'],
  'device-error': ['The @ does not work', 'Reconnect it or restart the browser, then turn it on again.'],
};

/**
 * Puts a media reason into words for a user interface.
 *
 * @param reason from `microphone.reason`, `camera.reason` or `screen.reason` of a snapshot.
 * @param device what it is about.
 */
export function reasonText(reason: MediaReason, device: MediaDevice): ReasonText {
  const noun = device === 'screen' ? 'screen share' : device;
  const [message, remedy] = REASON_TEXTS[reason].map((text) => text.replace('@', noun)) as [
    string,
    string,
  ];
  return { message: message.charAt(0).toUpperCase() + message.slice(1), remedy };
}

const CONNECTION_TEXTS: Readonly<Record<ConnectionReason, Text>> = {
  none: ['', ''],
  'no-answer': [
    'Does not answer',
    'They may be offline or asleep. The call keeps trying.',
  ],
  'no-candidates': [
    'This device is on no network',
    'Check your internet connection, and whether the browser lets pages make calls.',
  ],
  'relay-refused': [
    'The relay refused this device',
    'Join the call again. If it stays, whoever runs this site finds wrong or expired TURN credentials.',
  ],
  'relay-unreachable': [
    'The relay does not answer',
    'Your network may block it: try another one. The call keeps trying.',
  ],
  'no-relay': [
    'No way found, and no relay to use',
    'One of the two networks blocks calls: try another one. A TURN server would help; this site names none.',
  ],
  'no-path': [
    'No way found, not even by relay',
    'One of the two networks blocks calls: try another one. The call keeps trying.',
  ],
  'older-client': [
    'Lost, and their page is too old to restart it',
    'Ask them to reload their page, or leave and join again.',
  ],
};

/**
 * Puts into words why somebody is not connected.
 *
 * @param reason `connectionReason` of a participant.
 */
export function connectionReasonText(reason: ConnectionReason): ReasonText {
  const [message, remedy] = CONNECTION_TEXTS[reason];
  return { message, remedy };
}
