/**
 * React parts and hooks for `groupcall`: React 18 or newer. The call itself lives outside React; a
 * component renders when what it shows has changed, and only then. The parts need the style sheet
 * `groupcall/style.css`, which also lists the variables of its theme.
 *
 * @packageDocumentation
 */

export { GroupCallProvider, type GroupCallProviderProps } from './react/provider.js';
export {
  useCallActions,
  useCallEvent,
  useCallSelector,
  useDevices,
  useGroupCall,
  useInvitations,
  useLocalMedia,
  useParticipant,
  useParticipantIds,
  useParticipants,
  usePicture,
  usePlayback,
  type CallActions,
  type Devices,
  type GroupCallState,
  type LocalMedia,
  type PlaybackState,
} from './react/hooks.js';
export { useCallRoom, type BoundStore, type CallRoomOptions, type CallRoomState } from './react/call-room.js';
export type { ApplicationId, ApplicationUser } from './react/application-ids.js';
export type { ApplicationStore, CallState, CallStoreOptions, CallStoreState, StoredParticipant } from './call-store.js';
export type { CallWindowLook } from './react/parts/call-window.js';
export { GroupCallHost, GroupCallWindow, type GroupCallHostProps, type GroupCallWindowProps } from './react/drop-in.js';
export { CallControls, type CallControlsProps, type PanelSwitch } from './react/parts/call-controls.js';
export { VideoTile, type VideoTileProps } from './react/parts/video-tile.js';
export { gradeOf, type Grade } from './react/parts/media-words.js';
export { GroupCallTexts, type GroupCallTextsProps } from './react/texts-context.js';
export { englishTexts, type Texts } from './react/texts.js';
export { PreJoin, type PreJoinChoice, type PreJoinProps } from './react/parts/pre-join.js';
export { IncomingCall, type IncomingCallProps } from './react/parts/incoming-call.js';
