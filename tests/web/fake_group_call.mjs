/**
 * Takes the place of the engine where React is tested: calls that do nothing by themselves. Compiled into the bundle of
 * react_page.mjs, so that errors are of the very class that the package throws.
 */

import { GroupCallError } from '../../web/src/errors.ts';
import { initialSnapshot } from '../../web/src/initial-snapshot.ts';

export { GroupCallError };

/** Every call that was made, with what was done to it. */
export class FakeCall {
  /** `['join', options]`, `['leave']`, … in order. */
  log = [];
  disposed = false;
  #snapshot;
  #listeners = new Set();
  #events = new Map();

  constructor(options) {
    this.options = options;
    this.#snapshot = initialSnapshot(options.self.userId, options.self);
    for (const name of ['leave', 'send']) this[name] = async (...values) => this.#did(name, values);
    for (const name of ['setMicrophone', 'setCamera', 'setScreenShare', 'setDevice', 'setView', 'connect', 'disconnect', 'takeOver', 'declineInvitation', 'setSocket']) {
      this[name] = (...values) => this.#did(name, values);
    }
  }

  #did(name, values) {
    this.log.push([name, ...values]);
  }

  join = async (options) => {
    this.#did('join', [options]);
    this.change({ phase: 'joining', room: { roomId: options.roomId, groupId: options.groupId, callType: options.callType, joinedAtMs: null } });
  };

  dispose = () => {
    this.disposed = true;
    this.#did('dispose', []);
  };

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getSnapshot = () => this.#snapshot;

  on = (event, listener) => {
    const listeners = this.#events.get(event) ?? new Set();
    this.#events.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  };

  /** Something happens in the call: parts that are not named keep their identity. */
  change(part) {
    this.#snapshot = { ...this.#snapshot, ...part };
    for (const listener of [...this.#listeners]) listener();
  }

  emit(event, ...values) {
    for (const listener of this.#events.get(event) ?? []) listener(...values);
  }

  /** How many listen, to the snapshot and to events. */
  get listening() {
    return this.#listeners.size + [...this.#events.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

/** What the test holds of `createGroupCall()`. */
export const making = {
  /** @type {FakeCall[]} */
  calls: [],
  /** The options of each try, whether a call came of it or not. */
  tries: [],
  /** While true, the module is on its way: `arrive()` brings it. */
  held: false,
  /** What the next tries fail with. */
  failure: null,
  waiting: [],
  /** The options of the tries that were taken back. */
  takenBack: [],

  reset() {
    Object.assign(making, { calls: [], tries: [], held: false, failure: null, waiting: [], takenBack: [] });
  },
  arrive() {
    for (const go of making.waiting.splice(0)) go();
  },
  get last() {
    return making.calls.at(-1);
  },
};

export async function createGroupCall(options, signal) {
  making.tries.push(options);
  signal.addEventListener('abort', () => making.takenBack.push(options), { once: true });
  if (making.held) await new Promise((resolve) => making.waiting.push(resolve));
  if (signal.aborted) throw new GroupCallError('aborted');
  if (making.failure) throw making.failure;
  const call = new FakeCall(options);
  making.calls.push(call);
  if (options.join) await call.join(options.join);
  return call;
}
