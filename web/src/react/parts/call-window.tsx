/** The whole of a call, ready to use. */

import { useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';

import type { CallSnapshot } from '../../index.js';
import { useCallSelector } from '../hooks.js';
import { useSession } from '../provider.js';
import { GroupCallTexts, useTexts } from '../texts-context.js';
import type { Texts } from '../texts.js';
import { Announcer } from './announcer.js';
import { CallScene } from './call-scene.js';
import { WindowElement } from './focus.js';
import { StatusScreen } from './status-screen.js';

/** What a window shows beyond the call itself. */
export interface CallWindowLook {
  /**
   * The call has ended on purpose, by the button or by `leave()`, or whoever was refused goes back: close the window. Without it
   * the window stays, and offers to join again where it knows how.
   */
  readonly onLeave?: () => void;
  /** What the call is known by, such as the name of the group. */
  readonly title?: ReactNode;
  /** Stands beside the own tile while nobody else is there: words, a link to copy. */
  readonly invite?: ReactNode;
  /** Buttons of the page's own, at the end of the bar. */
  readonly actions?: ReactNode;
  /** Whether there are messages. Default true. */
  readonly chat?: boolean;
  /** Whether the keys m, v, s and c work, anywhere on the page except in fields. Default true. */
  readonly shortcuts?: boolean;
  /** Default: as the system has it, or as an element around it says by `data-theme`. */
  readonly theme?: 'light' | 'dark';
  /** Texts that replace the English ones, all or some; see `englishTexts`. Best an object that stays the same: another one draws every tile. */
  readonly texts?: Partial<Texts>;
  /** A class of the page's own, beside ours. */
  readonly className?: string;
}

const selectPhase = ({ phase }: CallSnapshot) => phase;
const selectFailed = ({ error }: CallSnapshot): boolean => error !== null;

/** Calls `onLeave` once each time that a call, or the way into one, has ended on purpose. */
function useLeaving(onLeave: (() => void) | undefined): void {
  const idle = useCallSelector(selectPhase) === 'idle';
  const failed = useCallSelector(selectFailed);
  const before = useRef(idle);
  useEffect(() => {
    const ended = idle && !before.current;
    before.current = idle;
    if (ended && !failed) onLeave?.();
  }, [idle, failed, onLeave]);
}

function WindowFrame({ onLeave, title = '', invite, actions, chat = true, shortcuts = true, theme, className = '' }: CallWindowLook): ReactElement {
  const texts = useTexts();
  const session = useSession();
  const element = useRef<HTMLElement>(null);
  const phase = useCallSelector(selectPhase);
  const inCall = phase === 'joined' || phase === 'reconnecting';
  const [wasInCall, setWasInCall] = useState(inCall);
  useEffect(() => {
    if (inCall) setWasInCall(true);
  }, [inCall]);
  useLeaving(onLeave);
  return (
    <section ref={element} className={`groupcall gc-window ${className}`.trim()} aria-label={texts.call} data-phase={phase} data-theme={theme}>
      <WindowElement value={element}>
        <Announcer>
          {inCall ? (
            <CallScene title={title} invite={invite} actions={actions} chat={chat} shortcuts={shortcuts} />
          ) : (
            <StatusScreen wasInCall={wasInCall} onRetry={session.rejoin()} onBack={onLeave} />
          )}
        </Announcer>
      </WindowElement>
    </section>
  );
}

/**
 * The call of the `<GroupCallProvider>` around, with all that belongs to it: tiles that fill the space, shared screens, notices,
 * messages, devices, controls. It is as large as the element around it. Before, between and after calls it says how things stand,
 * and after a refusal what to do.
 *
 * Needs the style sheet `groupcall/style.css`.
 */
export function CallWindow({ texts, ...look }: CallWindowLook): ReactElement {
  return (
    <GroupCallTexts value={texts}>
      <WindowFrame {...look} />
    </GroupCallTexts>
  );
}
