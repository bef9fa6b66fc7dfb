/** Who joined, left, shares, between two moments. Pure: it gathers, and somebody else says it. */

import type { CallSnapshot } from '../../index.js';
import type { Texts } from '../texts.js';
import { nameOf } from './people.js';

const inCall = ({ phase }: CallSnapshot): boolean => phase === 'joined' || phase === 'reconnecting';

/** A list of names by user, from which the opposite takes away: who joins and leaves within a moment is no news. */
function move(userId: string, name: string, into: Map<string, string>, opposite: Map<string, string>): void {
  if (!opposite.delete(userId)) into.set(userId, name);
}

/** Gathers what has happened since it was last taken. */
export class CallNews {
  #last: CallSnapshot;
  readonly #joined = new Map<string, string>();
  readonly #left = new Map<string, string>();
  readonly #shares = new Map<string, string>();
  readonly #stopped = new Map<string, string>();

  /** @param snapshot whoever is in it is no news. */
  constructor(snapshot: CallSnapshot) {
    this.#last = snapshot;
  }

  /** @returns whether there may be something to take. */
  follow(now: CallSnapshot): boolean {
    const before = this.#last;
    this.#last = now;
    // Those who are present when I join are no news, nor that all have gone when I leave.
    if (!inCall(before) || !inCall(now) || (before.participants === now.participants && before.self.screen === now.self.screen)) return false;
    const [were, are] = [before, now].map(({ participants }) => new Map(participants.map((one) => [one.userId, one]))) as [Map<string, CallSnapshot['participants'][number]>, Map<string, CallSnapshot['participants'][number]>];
    for (const one of before.participants) {
      if (are.has(one.userId)) continue;
      move(one.userId, nameOf(one), this.#left, this.#joined);
      this.#shares.delete(one.userId);
    }
    for (const one of now.participants) {
      const was = were.get(one.userId);
      if (!was) move(one.userId, nameOf(one), this.#joined, this.#left);
      const [shared, shares] = [was !== undefined && was.screen.state !== 'off', one.screen.state !== 'off'];
      if (shares && !shared) move(one.userId, nameOf(one), this.#shares, this.#stopped);
      if (!shares && shared) move(one.userId, nameOf(one), this.#stopped, this.#shares);
    }
    return true;
  }

  /** What has happened, in sentences; it is told once. */
  take(texts: Texts): string[] {
    const lines = [
      [this.#joined, texts.joined],
      [this.#left, texts.whoLeft],
      [this.#shares, texts.shares],
      [this.#stopped, texts.stoppedSharing],
    ] as const;
    return lines.flatMap(([people, say]) => {
      const names = [...people.values()];
      people.clear();
      return names.length > 0 ? [say(names)] : [];
    });
  }
}
