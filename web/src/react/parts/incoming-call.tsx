/** A call that rings: who calls, and what to do about it. */

import { useEffect, useId, useLayoutEffect, useRef, type ReactElement, type RefObject } from 'react';

import type { Invitation } from '../../index.js';
import { useCallActions, useInvitations } from '../hooks.js';
import { useSession } from '../provider.js';
import { GroupCallTexts, useTexts } from '../texts-context.js';
import type { Texts } from '../texts.js';
import { Icon } from './icons.js';
import { colourOf, initialsOf, nameOf } from './people.js';
import { ring as startRing } from './ring.js';

/** Props of `<IncomingCall>`. */
export interface IncomingCallProps {
  /** Goes into the call. Default: `join()` of the call around it, with the devices on; a call in another room is left first. */
  readonly onAccept?: (invitation: Invitation) => void;
  /** Called after the ringing of a call was stopped by hand. */
  readonly onDecline?: (invitation: Invitation) => void;
  /** True rings with tones of our own, a text is the URL of a sound. Default: it is silent. */
  readonly ring?: boolean | string;
  /** False: somebody else calls `connect()`, without which nobody is invited. Default true. */
  readonly connect?: boolean;
  /** As of `<GroupCallWindow>`. */
  readonly theme?: 'light' | 'dark';
  readonly texts?: Partial<Texts>;
  readonly className?: string;
}

const WRITING = 'input, select, textarea, [contenteditable]';

/**
 * The focus goes to the dialog, not to its button: what somebody is just typing must not answer a call; whoever writes keeps it. It
 * goes back when the dialog goes.
 */
function useDialogFocus(dialog: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    if (!before?.matches(WRITING)) element?.focus();
    return () => {
      if (element?.contains(document.activeElement) && before instanceof HTMLElement) before.focus();
    };
  }, [dialog]);
}

interface RingingProps {
  readonly invitation: Invitation;
  readonly ring: boolean | string;
  readonly onAccept: () => void;
  readonly onDecline: () => void;
}

function Ringing({ invitation, ring, onAccept, onDecline }: RingingProps): ReactElement {
  const texts = useTexts();
  const dialog = useRef<HTMLDivElement>(null);
  const id = useId();
  useDialogFocus(dialog);
  useEffect(() => (ring ? startRing(ring) : undefined), [ring]);
  const caller = callerOf(texts, invitation);
  return (
    <div
      ref={dialog}
      className="gc-ringing"
      role="alertdialog"
      tabIndex={-1}
      aria-labelledby={`${id}who`}
      aria-describedby={`${id}what`}
      data-room-id={invitation.roomId}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDecline();
      }}
    >
      <div className="gc-avatar" aria-hidden="true" data-colour={colourOf(caller)}>
        {initialsOf(caller)}
      </div>
      <div className="gc-ringing-words">
        <p id={`${id}who`} className="gc-ringing-who">
          {texts.ringing(caller, invitation.groupName)}
        </p>
        <p id={`${id}what`}>{invitation.callType === 'video' ? texts.videoCall : texts.voiceCall}</p>
      </div>
      <div className="gc-ringing-buttons">
        <button type="button" className="gc-button gc-danger" onClick={onDecline}>
          <Icon name="leave" />
          {texts.decline}
        </button>
        <button type="button" className="gc-button gc-primary" onClick={onAccept}>
          <Icon name={invitation.callType === 'video' ? 'camera' : 'call'} />
          {texts.accept}
        </button>
      </div>
    </div>
  );
}

/** What the caller's page sent may be anything. */
function callerOf(texts: Texts, { caller }: Invitation): string {
  return nameOf({ userId: texts.unknownCaller, userInfo: caller });
}

function Calls({ onAccept, onDecline, ring = false, connect = true, theme, className = '' }: IncomingCallProps): ReactElement {
  const texts = useTexts();
  const actions = useCallActions();
  const session = useSession();
  const [first] = useInvitations();
  useEffect(() => {
    if (connect) actions.connect();
  }, [actions, connect]);
  const accept = async (invitation: Invitation): Promise<void> => {
    if (onAccept) return onAccept(invitation);
    const { roomId, groupId, callType } = invitation;
    const { room } = session.getSnapshot();
    if (room && room.roomId !== roomId) await actions.leave();
    // How it goes stands in the snapshot.
    await actions.join({ roomId, groupId, callType }).catch(() => undefined);
  };
  const decline = (invitation: Invitation): void => {
    actions.declineInvitation(invitation.roomId);
    onDecline?.(invitation);
  };
  return (
    <div className={`groupcall gc-incoming ${className}`.trim()} data-theme={theme}>
      <p className="gc-hidden" role="status">
        {first && texts.ringing(callerOf(texts, first), first.groupName)}
      </p>
      {first && <Ringing key={first.roomId} invitation={first} ring={ring} onAccept={() => void accept(first)} onDecline={() => decline(first)} />}
    </div>
  );
}

/**
 * Shows the call that rings first, by whom and where, with buttons to accept and decline; nothing while none rings. Escape declines. It floats
 * at the top of the page: put it anywhere inside of a `<GroupCallProvider>`.
 *
 * Needs the style sheet `groupcall/style.css`.
 */
export function IncomingCall({ texts, ...calls }: IncomingCallProps): ReactElement {
  return (
    <GroupCallTexts value={texts}>
      <Calls {...calls} />
    </GroupCallTexts>
  );
}
