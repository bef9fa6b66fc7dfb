/** The inside of the window during a call. */

import { memo, useCallback, useEffect, useId, useMemo, useState, type ReactElement, type ReactNode } from 'react';

import type { CallSnapshot } from '../../index.js';
import { useCallSelector, useParticipantIds } from '../hooks.js';
import { useTexts } from '../texts-context.js';
import { useAnnounce } from './announcer.js';
import { CallControls } from './call-controls.js';
import { useChatLog } from './chat-log.js';
import { ChatPanel } from './chat-panel.js';
import { DevicesPanel } from './devices-panel.js';
import { useFocusAtFirst } from './focus.js';
import { Icon } from './icons.js';
import { Notices, useSeconds } from './notices.js';
import { OwnShare } from './own-share.js';
import { SharedScreen, useSharedScreens } from './shared-screen.js';
import { TileGrid } from './tile-grid.js';

/** 3725 s is 1:02:05. */
function clockText(seconds: number): string {
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const shown = (parts[0] ?? 0) > 0 ? parts : parts.slice(1);
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

const selectJoinedAt = ({ room }: CallSnapshot): number | null => room?.joinedAtMs ?? null;

/** How many are there, and for how long one has been. */
function Facts({ title }: { readonly title: ReactNode }): ReactElement {
  const texts = useTexts();
  const count = useParticipantIds().length + 1;
  const joinedAtMs = useCallSelector(selectJoinedAt);
  const nowMs = useSeconds(joinedAtMs !== null);
  const seconds = joinedAtMs === null ? 0 : Math.max(0, (nowMs - joinedAtMs) / 1_000);
  return (
    <div className="gc-facts">
      {title && <span className="gc-facts-title">{title}</span>}
      <span className="gc-facts-numbers">
        <span className="gc-facts-count">{texts.people(count)}</span>
        <span className="gc-facts-time" role="timer" aria-label={texts.timeInCall}>
          {clockText(seconds)}
        </span>
      </span>
    </div>
  );
}

function DefaultInvite(): ReactElement {
  const texts = useTexts();
  return (
    <>
      <Icon name="people" />
      <p className="gc-invite-title">{texts.alone}</p>
      <p>{texts.aloneMore}</p>
    </>
  );
}

const Scene = memo(function Scene({ invite }: { readonly invite: ReactNode }): ReactElement {
  const { sharers, shown, showNext } = useSharedScreens();
  const unshown = useMemo(() => sharers.filter((userId) => userId !== shown), [sharers, shown]);
  return (
    <div className={`gc-scene${shown === null ? '' : ' gc-with-screen'}`}>
      {shown !== null && <SharedScreen userId={shown} count={sharers.length} onNext={showNext} />}
      <TileGrid beside={shown !== null} unshownScreens={unshown} invite={invite ?? <DefaultInvite />} />
    </div>
  );
});

export interface CallSceneProps {
  readonly title: ReactNode;
  readonly invite: ReactNode;
  readonly actions: ReactNode;
  readonly chat: boolean;
  readonly shortcuts: boolean;
}

export function CallScene({ title, invite, actions, chat, shortcuts }: CallSceneProps): ReactElement {
  const texts = useTexts();
  const announce = useAnnounce();
  const heading = useFocusAtFirst<HTMLHeadingElement>();
  const [panel, setPanel] = useState<'chat' | 'devices' | null>(null);
  const id = useId();
  const log = useChatLog(panel === 'chat');
  useEffect(() => {
    announce(texts.youAreIn);
    // At the beginning of the call alone.
  }, []);
  const close = useCallback(() => setPanel(null), []);
  const toggle = (one: 'chat' | 'devices') => () => setPanel((open) => (open === one ? null : one));
  return (
    <>
      <div className="gc-body">
        <div className="gc-stage">
          <h2 ref={heading} className="gc-hidden" tabIndex={-1} data-gc-focus="title">
            {texts.call}
          </h2>
          <Notices />
          <OwnShare />
          <Scene invite={invite} />
        </div>
        {panel === 'chat' && <ChatPanel id={`${id}chat`} log={log} onClose={close} />}
        {panel === 'devices' && <DevicesPanel id={`${id}devices`} onClose={close} />}
      </div>
      <div className="gc-bar">
        <Facts title={title} />
        <CallControls
          shortcuts={shortcuts}
          devices={{ open: panel === 'devices', onToggle: toggle('devices'), id: `${id}devices` }}
          {...(chat && { chat: { open: panel === 'chat', onToggle: toggle('chat'), id: `${id}chat`, unread: log.unread } })}
        />
        <div className="gc-bar-side">{actions}</div>
      </div>
    </>
  );
}
