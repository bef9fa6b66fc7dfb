/** Tells those who listen what others see happen: one polite live region for the window. */

import { createContext, useCallback, useContext, useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';

import type { CallSnapshot } from '../../index.js';
import { useCallSelector } from '../hooks.js';
import { useSession } from '../provider.js';
import { useTexts } from '../texts-context.js';
import { CallNews } from './news.js';

/** So many lines stay, for whoever reads them again. */
const KEPT = 5;
/** What happens within this time is told in one go: ten people who come at once are one sentence. */
const GATHERED_MS = 500;

const AnnounceContext = createContext<(text: string) => void>(() => undefined);

/** How to say a sentence in the window's live region; outside of a window nothing is said. */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext);
}

/** Says who joined, left, shares or stopped, but not who is there already when one joins. */
function CallNewsTeller(): null {
  const session = useSession();
  const announce = useAnnounce();
  const texts = useTexts();
  const latest = useRef(texts);
  useEffect(() => {
    latest.current = texts;
  });
  useEffect(() => {
    const news = new CallNews(session.getSnapshot());
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = (): void => {
      timer = undefined;
      for (const line of news.take(latest.current)) announce(line);
    };
    const stop = session.subscribe(() => {
      if (news.follow(session.getSnapshot())) timer ??= setTimeout(tell, GATHERED_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [session, announce]);
  return null;
}

const selectSharing = ({ self }: CallSnapshot): boolean => self.screen.state === 'on';

/** One's own share is told as well: the browser's bar is easily overheard. */
function OwnShareTeller(): null {
  const announce = useAnnounce();
  const texts = useTexts();
  const sharing = useCallSelector(selectSharing);
  const before = useRef(sharing);
  useEffect(() => {
    if (before.current === sharing) return;
    before.current = sharing;
    announce(`${sharing ? texts.ownShareOn : texts.ownShareOff}.`);
  }, [announce, sharing, texts]);
  return null;
}

interface Line {
  readonly id: number;
  readonly text: string;
  readonly at: number;
}

/** Adds a line. The same words twice at once, as of an effect that React runs twice, are said once. */
function withLine(before: readonly Line[], text: string): readonly Line[] {
  const last = before.at(-1);
  const at = performance.now();
  if (last?.text === text && at - last.at < GATHERED_MS) return before;
  return [...before, { id: (last?.id ?? 0) + 1, text, at }].slice(-KEPT);
}

/** Has a live region, for what the parts inside it say. */
export function Announcer({ children }: { readonly children: ReactNode }): ReactElement {
  const [lines, setLines] = useState<readonly Line[]>([]);
  const announce = useCallback((text: string) => setLines((before) => withLine(before, text)), []);
  return (
    <AnnounceContext.Provider value={announce}>
      <div className="gc-hidden gc-announcements" role="status">
        {lines.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
      <CallNewsTeller />
      <OwnShareTeller />
      {children}
    </AnnounceContext.Provider>
  );
}
