/** Reports `host.*` other than the wake-up: network, page, and sleep of the machine. */

import type { Report } from './port.js';

/** The clocks and the timer that the engine runs on; a parameter, so that tests own time. */
export interface Clock {
  /** Monotonic milliseconds (`performance.now()`). */
  now(): number;
  /** Milliseconds of the wall clock (`Date.now()`). */
  wallNow(): number;
  /** Calls back once after `delayMs`; returns how to cancel. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The clocks of the page. */
export const pageClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** `window`, as far as it is used. */
export interface Page extends EventTarget {
  readonly document: EventTarget & { readonly visibilityState: string };
}

// Clock corrections are smaller; naps that matter are longer.
const SLEPT_MS = 2_000;

export class HostPort {
  readonly #clock: Clock;
  readonly #listening = new AbortController();
  #wallAhead: number;

  /** @param page `window`; undefined outside a page. */
  constructor(report: Report, page: Page | undefined, clock: Clock) {
    this.#clock = clock;
    this.#wallAhead = clock.wallNow() - clock.now();
    const { signal } = this.#listening;
    page?.addEventListener('online', () => report({ type: 'host.online' }), { signal });
    page?.addEventListener('offline', () => report({ type: 'host.offline' }), { signal });
    page?.addEventListener('pagehide', () => report({ type: 'host.pageClosing' }), { signal });
    page?.addEventListener(
      'pageshow',
      (event) => {
        // The first load raises it, too, and is no return.
        if ((event as PageTransitionEvent).persisted) report({ type: 'host.pageShown' });
      },
      { signal },
    );
    page?.document.addEventListener(
      'visibilitychange',
      () => {
        if (page.document.visibilityState === 'visible') report({ type: 'host.pageShown' });
      },
      { signal },
    );
  }

  /**
   * How long the machine slept since this was last asked, in milliseconds; 0 if it did not.
   * The wall clock goes on in sleep, the monotonic one stands still.
   */
  sleptMs(): number {
    const wallAhead = this.#clock.wallNow() - this.#clock.now();
    const missedMs = Math.round(wallAhead - this.#wallAhead);
    this.#wallAhead = wallAhead;
    return missedMs > SLEPT_MS ? missedMs : 0;
  }

  close(): void {
    this.#listening.abort();
  }
}
