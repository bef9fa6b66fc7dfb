/**
 * Where STUN and TURN servers come from: a fixed list, or a function of the page that fetches them
 * with credentials that expire.
 */

import type { IceServersOption } from '../options.js';
import type { Clock } from './host.js';
import type { Count } from './port.js';

type AskForServers = Extract<IceServersOption, () => unknown>;

// Half of what the core gives an operation of a connection (core/public/config.h, kOperation).
const PATIENCE_MS = 5_000;
// The connections of one join share an answer; credentials live for minutes at least.
const FRESH_MS = 10_000;

/** Throws where no connection can be made with these. */
export type TryServers = (servers: readonly RTCIceServer[]) => void;

export class IceServers {
  readonly #ask: AskForServers | undefined;
  readonly #count: Count;
  readonly #clock: Clock;
  readonly #try: TryServers;
  #latest: readonly RTCIceServer[] = [];
  #answeredAt = -Infinity;
  #asking: Promise<void> | undefined;

  constructor(option: IceServersOption, count: Count, clock: Clock, tryServers: TryServers) {
    if (typeof option === 'function') this.#ask = option;
    else this.#latest = option;
    this.#count = count;
    this.#clock = clock;
    this.#try = tryServers;
  }

  /** What is known now; a connection can be made with it, and told better before it gathers. */
  get latest(): readonly RTCIceServer[] {
    return this.#latest;
  }

  /**
   * Null where the list is fixed. Otherwise resolves with a list that is at most 10 s old; with the
   * last good one (at first: none) where the function fails or takes over 5 s, which is counted.
   * Never rejects: a call without a relay may still connect.
   */
  fresh(): Promise<readonly RTCIceServer[]> | null {
    const ask = this.#ask;
    if (!ask) return null;
    if (this.#clock.now() - this.#answeredAt < FRESH_MS) return Promise.resolve(this.#latest);
    this.#asking ??= this.#refresh(ask).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking.then(() => this.#latest);
  }

  async #refresh(ask: AskForServers): Promise<void> {
    let cancel = (): void => undefined;
    const tooLong = new Promise<never>((_, reject) => {
      cancel = this.#clock.after(PATIENCE_MS, () => reject(new Error(`no answer within ${PATIENCE_MS} ms`)));
    });
    try {
      // Through then(): what the function throws at once is caught as well.
      const servers = await Promise.race([Promise.resolve().then(ask), tooLong]);
      if (!Array.isArray(servers)) throw new TypeError('iceServers() must give an array');
      // One that the browser takes for a mistake would cost every connection that is made with it.
      this.#try(servers);
      this.#latest = servers as readonly RTCIceServer[];
      this.#answeredAt = this.#clock.now();
    } catch (error) {
      this.#count('ice-servers.failed');
      console.warn('groupcall: iceServers() failed; the servers before are used', error);
    } finally {
      cancel();
    }
  }
}
