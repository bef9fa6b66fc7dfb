/** A call that nobody looks at, because it waits to be called, comes to be without anybody pressing anything. */

import { useEffect } from 'react';

import type { CallSession } from './session.js';

/** In milliseconds: from one try to the next, twice as long each time. */
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/** Loads the module again after it could not be: when the network or the page comes back, and every now and then. */
export function useRetry(session: CallSession): void {
  useEffect(() => {
    let pause = FIRST_PAUSE;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const retry = (): void => session.retry();
    const retryInView = (): void => {
      if (document.visibilityState === 'visible') session.retry();
    };
    const follow = (): void => {
      if (timer !== undefined || !session.mayRetry) return;
      timer = setTimeout(() => {
        timer = undefined;
        session.retry();
      }, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    };
    const unsubscribe = session.subscribe(follow);
    follow();
    window.addEventListener('online', retry);
    document.addEventListener('visibilitychange', retryInView);
    return () => {
      unsubscribe();
      clearTimeout(timer);
      window.removeEventListener('online', retry);
      document.removeEventListener('visibilitychange', retryInView);
    };
  }, [session]);
}
