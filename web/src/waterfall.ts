/** The steps from `join()` to the first picture, also in the browser's own timeline. */

import type { SnapshotPatch } from './protocol.js';

const entryName = (step: string): string => `groupcall:${step}`;

/** What the page has of one call: the steps of its last join, which the core bounds. */
export class Waterfall {
  #joinAt = 0;
  #steps: Record<string, number> = {};

  /** Marks what was reached, with a measure from the join on; returns all steps so far. */
  add(reached: NonNullable<SnapshotPatch['timings']>): Readonly<Record<string, number>> {
    for (const { name, count } of reached) {
      if (name === 'join') {
        this.clear();
        this.#joinAt = performance.now();
      }
      performance.mark(entryName(name), { startTime: this.#joinAt + count });
      performance.measure(entryName(name), { start: this.#joinAt, duration: count });
      this.#steps[name] = count;
    }
    return { ...this.#steps };
  }

  /** Takes everything out of the browser's timeline. */
  clear(): void {
    for (const step of Object.keys(this.#steps)) {
      performance.clearMarks(entryName(step));
      performance.clearMeasures(entryName(step));
    }
    this.#steps = {};
  }
}
