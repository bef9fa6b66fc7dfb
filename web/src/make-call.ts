/** The public methods, over an engine and its store. */

import type { CallEngine } from './engine.js';
import { GroupCallError } from './errors.js';
import type { GroupCall } from './group-call.js';
import { toJoinEvent } from './options.js';
import type { SnapshotStore } from './store.js';

export function makeCall(engine: CallEngine, store: SnapshotStore): GroupCall {
  return {
    join: (options) => engine.request((request) => toJoinEvent(options, request)),
    leave: () => engine.request((request) => ({ type: 'call.leave', request })).catch(ignoreStopped),
    dispose: () => engine.dispatch({ type: 'call.dispose' }),
    setMicrophone: (on) => engine.dispatch({ type: 'call.setMicrophone', on: needBoolean(on) }),
    setCamera: (on) => engine.dispatch({ type: 'call.setCamera', on: needBoolean(on) }),
    subscribe: (listener) => {
      if (typeof listener === 'function') return store.subscribe(listener);
      throw new GroupCallError('invalid-argument', 'subscribe() takes a function');
    },
    getSnapshot: store.getSnapshot,
  };
}

/** Whoever leaves a call that is disposed or dead has got what he wanted: nothing is open. */
function ignoreStopped(error: unknown): void {
  const code = error instanceof GroupCallError ? error.code : undefined;
  if (code !== 'disposed' && code !== 'engine-failed') throw error;
}

function needBoolean(on: unknown): boolean {
  if (typeof on === 'boolean') return on;
  throw new GroupCallError('invalid-argument', 'on must be true or false');
}
