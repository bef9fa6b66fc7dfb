// Waiting for conditions: whoever changes says so, and everybody who waits looks again.

import { within } from '../server/test_client.js';

export class Watch {
  #describe;
  #looks = new Set();

  /** @param describe what the thing that is watched looks like, for the message of a wait that failed. */
  constructor(describe) {
    this.#describe = describe;
  }

  /** Something has changed. Looked at when the present turn is over, so that nobody sees half of it. */
  changed() {
    queueMicrotask(() => this.#looks.forEach((look) => look()));
  }

  /** Resolves with what `condition` yields as soon as it is true; fails after the limit of every wait. */
  async until(condition, what = String(condition)) {
    let look;
    const holds = new Promise((resolve, reject) => {
      look = () => {
        try {
          const found = condition();
          if (found) resolve(found);
        } catch (error) {
          reject(error);
        }
      };
      this.#looks.add(look);
      look();
    });
    try {
      return await within(holds, () => `${what}\n${this.#describe()}`);
    } finally {
      this.#looks.delete(look);
    }
  }
}
