/**
 * Why a camera, a microphone or a connection does not work, in words, and what a person can do
 * about it: the entry `groupcall/reasons`, for pages that say it in these words.
 *
 * Snapshots carry reasons only. Every reason has its text here; tests hold this file complete.
 */

import type { ConnectionReason, MediaReason } from './protocol.js';

export type { ConnectionReason, MediaReason } from './protocol.js';

/** The three things that a tile can show or play. */
export type MediaDevice = 'microphone' | 'camera' | 'screen';

/** A reason in words. */
export interface ReasonText {
  /** Short enough for a tile; empty for the reason `none`. */
  readonly message: string;
  /** What a person can do about it; empty where nobody needs to. */
  readonly remedy: string;
}

type Text = readonly [message: string, remedy: string];

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
  'not-shown': ['Not shown here', ''],
  'not-sent': [
    'Nothing is sent at the moment',
    'Their device or network is at fault. The call repairs this by itself where it can.',
  ],
  interrupted: ['Their page was paused', 'It goes on when they open it again.'],
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
  'needs-gesture': ['The browser asks for a click', 'Press the button of the @ once more.'],
  unsupported: ['This browser has no @', 'Use Chrome, Edge, Firefox or Safari on a computer.'],
  stopped: ['The @ was stopped', 'Start it again whenever you like.'],
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
