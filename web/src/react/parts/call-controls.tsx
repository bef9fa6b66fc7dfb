/** The buttons of a call. */

import { useSyncExternalStore, type ReactElement, type ReactNode } from 'react';

import type { MediaStatus } from '../../index.js';
import { useCallActions, useLocalMedia } from '../hooks.js';
import { useTexts } from '../texts-context.js';
import type { FocusPlace } from './focus.js';
import { Icon, type IconName } from './icons.js';
import { isWanted } from './media-words.js';
import { useShortcuts } from './shortcuts.js';

/** Props of `<CallControls>`. */
export interface CallControlsProps {
  /** Whether the keys m, v, s and c press the buttons, anywhere on the page except in fields. Default true. */
  readonly shortcuts?: boolean;
  /** Called when the call has been left by the button, after `leave()`. */
  readonly onLeave?: () => void;
  /** A panel of messages; without it there is no button for one. `id` is that of the panel while it is there. */
  readonly chat?: PanelSwitch & { readonly unread?: number };
  /** A panel of devices, in the same way. */
  readonly devices?: PanelSwitch;
}

/** A panel that a button opens and closes. */
export interface PanelSwitch {
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly id?: string;
}

interface ControlProps {
  readonly kind: 'microphone' | 'camera' | 'screen' | 'chat' | 'devices' | 'leave';
  readonly icon: IconName;
  readonly shortcut?: string | undefined;
  readonly pressed?: boolean;
  readonly panel?: PanelSwitch;
  readonly title?: string;
  readonly badge?: ReactNode;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

const FOCUS: Readonly<Partial<Record<ControlProps['kind'], FocusPlace>>> = { screen: 'screen', chat: 'chat', devices: 'devices' };

function Control({ kind, icon, shortcut, pressed, panel, title, badge, onPress, children }: ControlProps): ReactElement {
  return (
    <button
      type="button"
      className={`gc-control gc-${kind}`}
      data-gc-focus={FOCUS[kind]}
      aria-pressed={pressed}
      aria-expanded={panel?.open}
      aria-controls={panel?.open ? panel.id : undefined}
      aria-keyshortcuts={shortcut}
      title={title || undefined}
      onClick={onPress}
    >
      <span className="gc-control-face">
        <Icon name={icon} />
        {badge}
      </span>
      <span className="gc-control-name">
        <span>{children}</span>
        {shortcut && <kbd aria-hidden="true">{shortcut.toUpperCase()}</kbd>}
      </span>
    </button>
  );
}

const noChange = (): (() => void) => () => undefined;
const canShare = (): boolean => typeof navigator.mediaDevices?.getDisplayMedia === 'function';

/** Phones cannot share their screen: there is nothing to press then. The server, which does not know, has the button. */
function useCanShare(): boolean {
  return useSyncExternalStore(noChange, canShare, () => true);
}

function Unread({ count }: { readonly count: number }): ReactElement | null {
  const texts = useTexts();
  if (count === 0) return null;
  return (
    <span className="gc-unread">
      {texts.unread(count)}
      <span className="gc-hidden">{texts.unreadMore}</span>
    </span>
  );
}

/** Microphone, camera, screen; panels, where there are any; leaving. Of a device that does not work, the button's title says why. */
export function CallControls({ shortcuts = true, onLeave, chat, devices }: CallControlsProps): ReactElement {
  const texts = useTexts();
  const { leave } = useCallActions();
  const { microphone, camera, screen, setMicrophone, setCamera, setScreenShare } = useLocalMedia();
  const sharable = useCanShare();
  const switches = {
    m: () => setMicrophone(!isWanted(microphone)),
    v: () => setCamera(!isWanted(camera)),
    s: sharable ? () => setScreenShare(!isWanted(screen), { audio: true }) : undefined,
    c: chat?.onToggle,
  };
  useShortcuts(switches, shortcuts);
  const key = (name: string): string | undefined => (shortcuts ? name : undefined);
  const why = (status: MediaStatus, device: 'microphone' | 'camera' | 'screen'): string => (status.state === 'on' ? '' : texts.reason(status.reason, device).message);
  return (
    <div className="groupcall gc-controls" role="group" aria-label={texts.controls}>
      <Control kind="microphone" icon={isWanted(microphone) ? 'microphone' : 'microphone-off'} pressed={isWanted(microphone)} shortcut={key('m')} title={why(microphone, 'microphone')} onPress={switches.m}>
        {texts.microphone}
      </Control>
      <Control kind="camera" icon={isWanted(camera) ? 'camera' : 'camera-off'} pressed={isWanted(camera)} shortcut={key('v')} title={why(camera, 'camera')} onPress={switches.v}>
        {texts.camera}
      </Control>
      {switches.s && (
        <Control kind="screen" icon="screen" pressed={isWanted(screen)} shortcut={key('s')} title={why(screen, 'screen')} onPress={switches.s}>
          {texts.share}
          <span className="gc-hidden">{texts.shareMore}</span>
        </Control>
      )}
      {chat && (
        <Control kind="chat" icon="chat" panel={chat} shortcut={key('c')} badge={<Unread count={chat.unread ?? 0} />} onPress={chat.onToggle}>
          {texts.messages}
        </Control>
      )}
      {devices && (
        <Control kind="devices" icon="devices" panel={devices} onPress={devices.onToggle}>
          {texts.devices}
        </Control>
      )}
      <Control kind="leave" icon="leave" onPress={() => void leave().then(onLeave)}>
        {texts.leave}
      </Control>
    </div>
  );
}
