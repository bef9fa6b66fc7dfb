/** The public methods, over an engine and its store. */

import type { GroupCallModule } from 'groupcall-wasm';

import type { CallEngine } from './engine.js';
import { GroupCallError } from './errors.js';
import type { FlightRecord } from './flight-record.js';
import type { CallEvents, GroupCall } from './group-call.js';
import { onInvitation } from './invitations.js';
import { sendMessage, type MessageListeners } from './messages.js';
import { needApplicationSocket, needId, toJoinEvent, toScreenEvent, toTileView, type DeviceMemory } from './options.js';
import type { ApplicationSocketPort } from './ports/application-socket.js';
import type { IceServers } from './ports/ice-servers.js';
import type { SnapshotStore } from './store.js';

interface CallParts {
  /** Where the page brings its own Socket. */
  readonly application: ApplicationSocketPort | undefined;
  readonly iceServers: Pick<IceServers, 'fresh'>;
  readonly messages: MessageListeners;
  readonly memory: Pick<DeviceMemory, 'remember'> | undefined;
  readonly flight: Pick<FlightRecord, 'read'>;
  /** What plays a record again. */
  readonly module: () => Promise<GroupCallModule>;
}

export function makeCall(engine: CallEngine, store: SnapshotStore, { application, iceServers, messages, memory, flight, module }: CallParts): GroupCall {
  return {
    join: (options) => {
      // Beside the socket and the camera, so that the first connection need not wait for it.
      void iceServers.fresh();
      return engine.request((request) => toJoinEvent(options, request));
    },
    leave: () => engine.request((request) => ({ type: 'call.leave', request })).catch(ignoreStopped),
    dispose: () => engine.dispatch({ type: 'call.dispose' }),
    setMicrophone: (on) => engine.dispatch({ type: 'call.setMicrophone', on: needBoolean(on) }),
    setCamera: (on) => engine.dispatch({ type: 'call.setCamera', on: needBoolean(on) }),
    setDevice: (kind, deviceId) => {
      if ((kind !== 'camera' && kind !== 'microphone') || typeof deviceId !== 'string' || deviceId === '') {
        throw new GroupCallError('invalid-argument', 'setDevice() takes camera or microphone, and an id');
      }
      const known = store.getSnapshot().devices.find((one) => one.kind === kind && one.deviceId === deviceId);
      memory?.remember(kind, deviceId, known?.label ?? '');
      engine.dispatch({ type: 'call.setDevice', device: kind, deviceId });
    },
    setScreenShare: (on, options) => engine.dispatch(toScreenEvent(needBoolean(on), options)),
    send: async ({ text, to }) => {
      if (typeof text !== 'string') throw new GroupCallError('invalid-argument', 'text must be a string');
      if (to !== undefined) needId(to, 'to');
      return sendMessage(engine, text, to);
    },
    setView: (userId, view) => {
      needId(userId, 'userId');
      engine.dispatch({ type: 'call.setView', peer: userId, view: toTileView(view) });
    },
    connect: () => engine.dispatch({ type: 'call.listen', on: true }),
    disconnect: () => engine.dispatch({ type: 'call.listen', on: false }),
    takeOver: () => engine.dispatch({ type: 'call.takeOver' }),
    declineInvitation: (roomId) => {
      needId(roomId, 'roomId');
      engine.dispatch({ type: 'call.decline', roomId });
    },
    setSocket: (socket) => {
      if (!application) {
        throw new GroupCallError('invalid-argument', 'setSocket() needs a call that was made with signalling.socket');
      }
      needApplicationSocket(socket, 'socket');
      application.setSocket(socket);
    },
    on: (event, listener) => {
      needFunction(listener, 'on()');
      if (event === 'invitation') return onInvitation(store, listener as CallEvents['invitation']);
      if (event === 'message' || event === 'messagesDrained') return messages.on(event, listener as () => void);
      throw new GroupCallError('invalid-argument', `there is no event "${String(event)}"`);
    },
    subscribe: (listener) => {
      needFunction(listener, 'subscribe()');
      return store.subscribe(listener);
    },
    getSnapshot: store.getSnapshot,
    exportRecord: async ({ redact = true } = {}) => {
      needBoolean(redact, 'redact');
      const parts = flight.read();
      // Written in this very form, which bundlers recognise.
      const { exportRecord, NotRedactable } = await import('./record.js').catch((cause: unknown) => {
        throw new GroupCallError('module-load-failed', String(cause), { cause });
      });
      return exportRecord(parts, redact && (await module())).catch((cause: unknown) => {
        throw cause instanceof NotRedactable ? new GroupCallError('record-not-redactable', cause.message, { cause }) : cause;
      });
    },
  };
}

/** Whoever leaves a call that is disposed or dead has got what he wanted: nothing is open. */
function ignoreStopped(error: unknown): void {
  const code = error instanceof GroupCallError ? error.code : undefined;
  if (code !== 'disposed' && code !== 'engine-failed') throw error;
}

function needFunction(value: unknown, method: string): void {
  if (typeof value !== 'function') throw new GroupCallError('invalid-argument', `${method} takes a function`);
}

function needBoolean(value: unknown, name = 'on'): boolean {
  if (typeof value === 'boolean') return value;
  throw new GroupCallError('invalid-argument', `${name} must be true or false`);
}
