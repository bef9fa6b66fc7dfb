/**
 * Group calls for the browser.
 *
 * Importing this touches nothing global; the WebAssembly module is fetched by the first
 * `createGroupCall()`.
 *
 * @packageDocumentation
 */

export { createGroupCall, type CallEvents, type GroupCall } from './group-call.js';
export type { CallMessage, MessageEvents, SendResult } from './messages.js';
export type {
  ApplicationSignalling,
  ApplicationSocket,
  DeviceMemory,
  DeviceOpener,
  IceServersOption,
  InputKind,
  GroupCallOptions,
  JoinOptions,
  OwnSignalling,
  ScreenShareOptions,
  View,
} from './options.js';
export { GroupCallError, type CallProblem, type GroupCallErrorCode } from './errors.js';
export type {
  CallDevice,
  CallRoom,
  CallSnapshot,
  Invitation,
  MediaStatus,
  MediaStreams,
  Participant,
  SelfParticipant,
  SignallingStatus,
  UserInfo,
} from './snapshot.js';
export type {
  CallType,
  ConnectionReason,
  LinkView,
  MediaReason,
  MediaState,
  PeerSignalling,
  Phase,
  QualityCause,
  SignallingState,
} from './protocol.js';
