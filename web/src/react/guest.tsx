/** A window with a room of its own, in a call that others made and that may be in another room. */

import { useCallback, useEffect, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';

import type { CallProblem, JoinOptions } from '../index.js';
import type { CallWindowLook } from './parts/call-window.js';
import { Problem } from './parts/status-screen.js';
import { isAlreadyJoined, throwMistake, type CallSession } from './session.js';
import { GroupCallTexts, useTexts } from './texts-context.js';

interface Guest {
  /** The call is in another room, or on the way there. */
  readonly isElsewhere: boolean;
  /** Why this room was not joined beside that. */
  readonly refusal: CallProblem | null;
  readonly retry: () => void;
}

/** Joins for as long as the window is there. */
export function useGuest(session: CallSession, join: JoinOptions): Guest {
  const { roomId } = join;
  const latest = useRef(join);
  useEffect(() => {
    latest.current = join;
  });
  const [refusal, setRefusal] = useState<{ readonly roomId: string; readonly problem: CallProblem } | null>(null);
  const enter = useCallback(() => {
    setRefusal(null);
    // What else changes counts from the next room on. Other refusals stand in the snapshot.
    session.enter(latest.current).catch((error: unknown) => {
      if (isAlreadyJoined(error)) setRefusal({ roomId, problem: error });
      else throwMistake(error);
    });
  }, [session, roomId]);
  useEffect(() => {
    enter();
    return () => void session.leaveRoom(roomId);
  }, [session, roomId, enter]);
  const read = (): boolean => {
    const { room, phase } = session.getSnapshot();
    // A room that is just left makes way.
    return room !== null && room.roomId !== roomId && phase !== 'leaving';
  };
  const isElsewhere = useSyncExternalStore(session.subscribe, read, read);
  return { isElsewhere, refusal: refusal?.roomId === roomId ? refusal.problem : null, retry: enter };
}

/** In the place of the window while the call is in another room: that is not this window's to show, nor to leave. */
export function OtherCall({ refusal, onRetry, onLeave, theme, texts, className = '' }: Pick<CallWindowLook, 'theme' | 'texts' | 'className'> & {
  /** Null before it is known: the other room may be about to be left. */
  readonly refusal: CallProblem | null;
  readonly onRetry: () => void;
  readonly onLeave?: (error: CallProblem | null) => void;
}): ReactElement {
  const told = useRef<CallProblem>(null);
  const back = onLeave && ((): void => {
    if (told.current === refusal) return;
    told.current = refusal;
    onLeave(refusal);
  });
  return (
    <GroupCallTexts value={texts}>
      <Refusal className={`groupcall gc-window ${className}`.trim()} theme={theme} refusal={refusal} onRetry={onRetry} onBack={back} />
    </GroupCallTexts>
  );
}

function Refusal({ className, theme, refusal, onRetry, onBack }: {
  readonly className: string;
  readonly theme: CallWindowLook['theme'];
  readonly refusal: CallProblem | null;
  readonly onRetry: () => void;
  readonly onBack: (() => void) | undefined;
}): ReactElement {
  const texts = useTexts();
  return (
    <section className={className} aria-label={texts.call} data-phase="idle" data-theme={theme}>
      {refusal && <Problem {...texts.problem(refusal)} onRetry={onRetry} onBack={onBack} />}
    </section>
  );
}
