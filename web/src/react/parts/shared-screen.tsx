/** The screen that somebody shares, large beside the tiles. */

import { useEffect, useRef, useState, type ReactElement } from 'react';

import type { CallSnapshot } from '../../index.js';
import { sameList, useCallSelector, useParticipant, usePicture } from '../hooks.js';
import { useTexts } from '../texts-context.js';
import { useFocusKept } from './focus.js';
import { Icon } from './icons.js';
import { nameOf } from './people.js';

const selectSharers = ({ participants }: CallSnapshot): readonly string[] => participants.filter(({ screen }) => screen.state !== 'off').map(({ userId }) => userId);

/** Who shares, in the order in which they began; whose screen is shown; and how to show the next one. */
export interface SharedScreens {
  readonly sharers: readonly string[];
  readonly shown: string | null;
  readonly showNext: () => void;
}

/** The last to begin is shown, until somebody else is chosen; whoever was chosen stays, as long as they share. */
export function useSharedScreens(): SharedScreens {
  const present = useCallSelector(selectSharers, sameList);
  const [{ sharers, chosen }, setState] = useState<{ readonly sharers: readonly string[]; readonly chosen: string | null }>({ sharers: present, chosen: null });
  const known = sharers.filter((userId) => present.includes(userId));
  const now = [...known, ...present.filter((userId) => !known.includes(userId))];
  const stays = chosen !== null && now.includes(chosen) ? chosen : null;
  // Not while rendering: React 18 loses changes of an external store then.
  useEffect(() => setState((before) => (sameList(before.sharers, now) ? before : { sharers: now, chosen: stays })));
  const shown = stays ?? now.at(-1) ?? null;
  const showNext = (): void => setState({ sharers: now, chosen: now[(now.indexOf(shown ?? '') + 1) % now.length] ?? null });
  return { sharers: now, shown, showNext };
}

/** Whether `element` fills the screen, and how to turn that around. */
function useFullscreen(element: () => Element | null): { readonly full: boolean; readonly toggle: () => void } {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const follow = (): void => setFull(document.fullscreenElement !== null && document.fullscreenElement === element());
    document.addEventListener('fullscreenchange', follow);
    return () => document.removeEventListener('fullscreenchange', follow);
  });
  const toggle = (): void => {
    const done = document.fullscreenElement ? document.exitFullscreen() : element()?.requestFullscreen();
    // The browser may say no, such as to a page inside of another; the button then stays as it was.
    done?.catch((error: unknown) => console.info('groupcall: full screen', error));
  };
  return { full, toggle };
}

function StageFoot({ name, count, onNext, stage }: { readonly name: string; readonly count: number; readonly onNext: () => void; readonly stage: () => Element | null }): ReactElement {
  const texts = useTexts();
  const { full, toggle } = useFullscreen(stage);
  return (
    <div className="gc-shared-foot">
      <p className="gc-chip gc-shared-name">{texts.screenOf(name)}</p>
      {count > 1 && (
        <button type="button" className="gc-chip gc-shared-next" onClick={onNext}>
          {texts.otherScreen(count)}
        </button>
      )}
      {document.fullscreenEnabled && (
        <button type="button" className="gc-chip gc-shared-large" aria-label={full ? texts.fullScreenEnd : texts.fullScreen} onClick={toggle}>
          <Icon name="large" />
        </button>
      )}
    </div>
  );
}

/** Somebody's screen, or why it is not there yet. */
export function SharedScreen({ userId, count, onNext }: { readonly userId: string; readonly count: number; readonly onNext: () => void }): ReactElement | null {
  const texts = useTexts();
  const person = useParticipant(userId);
  const stage = useRef<HTMLElement>(null);
  const video = usePicture(userId, 'screen');
  useFocusKept(stage, 'title');
  if (!person) return null;
  const name = nameOf(person);
  const visible = person.screen.state === 'on';
  return (
    <section ref={stage} className="gc-shared" aria-label={texts.screenOf(name)} data-screen={person.screen.state} data-user-id={userId}>
      <video ref={video} aria-label={texts.screenPicture(name)} hidden={!visible} autoPlay playsInline muted />
      {!visible && (
        <div className="gc-shared-blank">
          <Icon name="screen" />
          <p>{texts.reason(person.screen.reason, 'screen').message}</p>
        </div>
      )}
      <StageFoot name={name} count={count} onNext={onNext} stage={() => stage.current} />
    </section>
  );
}
