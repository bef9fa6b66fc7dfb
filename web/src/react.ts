/**
 * React parts and hooks for `groupcall`: React 18 or newer. The call itself lives outside React; a
 * component renders when what it shows has changed, and only then.
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
