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
  readonly #page: Page | undefined;
  readonly #locks: WakeLock | undefined;
  #wallAhead: number;
  #awake = false;
  #lock: WakeLockSentinel | undefined;

  /**
   * @param page `window`; undefined outside a page.
   * @param locks `navigator.wakeLock`, which not every browser has.
   */
  constructor(report: Report, page: Page | undefined, clock: Clock, locks?: WakeLock) {
    this.#clock = clock;
    this.#page = page;
    this.#locks = locks;
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
        if (page.document.visibilityState !== 'visible') return;
        report({ type: 'host.pageShown' });
        // The browser takes it back from a hidden page.
        void this.#askForLock();
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

  /** Keeps the screen on, or lets it go off again. */
  keepAwake(awake: boolean): void {
    if (awake === this.#awake) return;
    this.#awake = awake;
    if (awake) void this.#askForLock();
    else void this.#lock?.release();
  }

  close(): void {
    this.keepAwake(false);
    this.#listening.abort();
  }

  async #askForLock(): Promise<void> {
    if (!this.#awake || !this.#locks || this.#page?.document.visibilityState !== 'visible') return;
    // A system that saves power says no, and that is its right.
    const lock = await this.#locks.request('screen').catch(() => undefined);
    // The call may have ended meanwhile, or the page been shown twice.
    if (this.#awake && (!this.#lock || this.#lock.released)) this.#lock = lock;
    else await lock?.release();
  }
}
