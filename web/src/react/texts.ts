/** Every word that the ready-made parts show or say, in English; an application replaces what it wants. */

import type { CallProblem, ConnectionReason, LinkView, MediaReason, MediaState, QualityCause } from '../index.js';
import { connectionReasonText, reasonText, type MediaDevice, type ReasonText } from '../reasons.js';
import type { Grade } from './parts/media-words.js';

/** "Ann", "Ann and Ben", "Ann, Ben and Cyd" */
function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const CONNECTIONS: Readonly<Record<LinkView, string>> = {
  connected: '',
  connecting: 'Connecting',
  reconnecting: 'Reconnecting',
  unreachable: 'Cannot be reached',
};

const QUALITY_CAUSES: Readonly<Record<QualityCause, string>> = {
  none: '',
  loss: 'packets are lost',
  rtt: 'packets take long',
  jitter: 'packets come unevenly',
  bitrate: 'too slow for a good picture',
  cpu: 'this device is busy',
};

const STATES: Readonly<Record<MediaState, string>> = {
  loading: 'Starting',
  on: 'On',
  off: 'Off',
  error: 'Not working',
  replacing: 'Changing',
  ended: 'Ended',
};

/**
 * The texts in English. A text that depends on something is a function of it. Those of a device, a connection or an
 * error are pairs of what happened (`message`) and what a person can do about it (`remedy`).
 */
export const englishTexts = {
  // Words for things.
  microphone: 'Microphone',
  camera: 'Camera',
  speaker: 'Speaker',
  devices: 'Devices',
  messages: 'Messages',
  participants: 'Participants',
  you: 'You',

  // A tile.
  selfName: (name: string): string => `${name} (you)`,
  speaking: '(speaking)',
  pictureOf: (name: string): string => `Picture of ${name}`,
  muted: 'Muted',
  deviceOn: (device: MediaDevice): string => `${capital(device)} on`,
  deviceChanging: (device: MediaDevice): string => `Changing the ${device}`,
  /** For a reason that has no words of its own. */
  deviceState: (state: MediaState): string => STATES[state],
  /** Why a device is in its state; `message` is empty for the reason `none`. */
  reason: (reason: MediaReason, device: MediaDevice): ReasonText => reasonText(reason, device),
  /** Why somebody is not connected; `message` is empty for the reason `none`. */
  connectionReason: (reason: ConnectionReason): ReasonText => connectionReasonText(reason),
  connection: (connection: LinkView): string => CONNECTIONS[connection],
  signallingLost: 'Lost touch with the server',
  quality: (grade: Grade): string => `Connection ${grade}`,
  /** For those who point at the bars; `points` are out of 100. */
  qualityDetail: (grade: Grade, points: number, cause: QualityCause): string =>
    `Connection ${grade} (${points} of 100)${QUALITY_CAUSES[cause] && `: ${QUALITY_CAUSES[cause]}`}`,

  // The controls.
  controls: 'Call controls',
  share: 'Share',
  /** Said after `share`, to those who listen. */
  shareMore: ' screen',
  leave: 'Leave',
  unread: (count: number): string => (count > 99 ? '99+' : String(count)),
  /** Said after the number of unread messages. */
  unreadMore: ' new',

  // The window.
  call: 'Call',
  people: (count: number): string => (count === 1 ? 'Only you' : `${count} people`),
  timeInCall: 'Time in the call',
  preparing: 'Getting ready…',
  joining: 'Connecting to the server…',
  joiningLong: 'The server does not answer. Trying again…',
  cancel: 'Cancel',
  leaving: 'Leaving…',
  left: 'You left the call.',
  joinAgain: 'Join again',
  tryAgain: 'Try again',
  back: 'Back',
  alone: 'Nobody else is here yet',
  aloneMore: 'The call begins as soon as somebody joins.',
  /** What happened, and what to do about it, of an error of the call. */
  problem: ({ message, remedy }: Pick<CallProblem, 'code' | 'message' | 'remedy'>): ReasonText => ({ message, remedy }),

  // Notices.
  dismiss: 'Dismiss',
  replacingDevice: 'Another one is being started.',
  replacedDevice: (device: 'microphone' | 'camera'): string => `The ${device} that you see under “Devices” is used instead.`,
  serverInterrupted: 'The connection to the server is interrupted.',
  serverInterruptedMore: 'The call goes on meanwhile; nobody can join or leave until the server is back.',
  tryingNow: 'Trying now.',
  nextTry: (seconds: number): string => `Next try in ${seconds} s.`,
  takeOver: 'Use it here',
  soundBlocked: 'The browser holds the sound back.',
  playSound: 'Play sound',

  // Shared screens.
  ownShare: 'Your screen share',
  ownShareOn: 'You are sharing your screen',
  ownShareOff: 'You no longer share your screen',
  ownSharePicture: 'What you share',
  stopSharing: 'Stop sharing',
  screenOf: (name: string): string => `${name}’s screen`,
  screenPicture: (name: string): string => `Screen of ${name}`,
  otherScreen: (count: number): string => (count === 2 ? 'The other screen' : `Next of ${count} screens`),
  fullScreen: 'Full screen',
  fullScreenEnd: 'Leave full screen',

  // Messages.
  closeMessages: 'Close the messages',
  to: 'To',
  everybody: 'Everybody',
  onlyTo: (name: string): string => `Only ${name}`,
  message: 'Message',
  writeMessage: 'Write a message',
  send: 'Send',
  noteOnlyTo: (name: string): string => `only to ${name}`,
  noteOnlyYou: 'only to you',
  notReached: (names: readonly string[]): string => `Did not reach ${listed(names)}.`,
  sendAgain: 'You can send again.',

  // Devices.
  closeDevices: 'Close the devices',
  device: (kind: 'microphone' | 'camera' | 'speaker', number: number): string => `${capital(kind)} ${number}`,
  noDevice: (kind: 'microphone' | 'camera' | 'speaker'): string => `No ${kind} found`,
  noneInUse: 'None in use',
  browsersChoice: 'As the browser has it',
  speakerByBrowser: 'This browser chooses the speaker itself.',
  speakerUnusable: 'This speaker cannot be used.',

  // Before the call.
  readyToJoin: 'Ready to join?',
  preview: 'Preview',
  previewPicture: 'Preview of your camera',
  previewOff: 'The preview is off',
  startPreview: 'Start the preview',
  joinWith: 'Join with',
  switchState: (on: boolean): string => (on ? 'on' : 'off'),
  joinDeviceOff: (device: 'microphone' | 'camera'): string => `You join with the ${device} off`,
  joinWithoutCamera: 'You can join without it.',
  level: 'Microphone level',
  saySomething: 'Say something: the bar should move.',
  yourName: 'Your name',
  nameMissing: 'The others need a name to call you by.',
  join: 'Join the call',
  joinBusy: 'Joining…',
  joinCancelled: 'Joining was cancelled.',

  // A call that rings.
  ringing: (caller: string, group: string): string => (group ? `${caller} calls ${group}` : `${caller} calls you`),
  unknownCaller: 'Somebody',
  videoCall: 'Video call',
  voiceCall: 'Voice call',
  accept: 'Accept',
  decline: 'Decline',

  // Told to those who listen.
  youAreIn: 'You are in the call.',
  joined: (names: readonly string[]): string => `${listed(names)} joined.`,
  whoLeft: (names: readonly string[]): string => `${listed(names)} left.`,
  shares: (names: readonly string[]): string => (names.length === 1 ? `${names[0]} shares their screen.` : `${listed(names)} share their screens.`),
  stoppedSharing: (names: readonly string[]): string =>
    names.length === 1 ? `${names[0]} no longer shares their screen.` : `${listed(names)} no longer share their screens.`,
  messageFrom: (name: string, text: string): string => `Message from ${name}: ${text}`,
};

/** All texts; see `englishTexts` for each. */
export type Texts = typeof englishTexts;
