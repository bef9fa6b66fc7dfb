/** The public face: makes a call out of the module, the ports, the store and the engine. */

import { callOut } from './call-out.js';
import { CallEngine } from './engine.js';
import { GroupCallError } from './errors.js';
import { loadModule } from './load-module.js';
import { makeCall } from './make-call.js';
import { toConfigText, type GroupCallOptions, type JoinOptions } from './options.js';
import { HostPort, pageClock } from './ports/host.js';
import { MediaPort } from './ports/media.js';
import { PeersPort } from './ports/peers.js';
import type { Count, Report } from './ports/port.js';
import { SocketPort } from './ports/socket.js';
import type { CoreConfig } from './protocol.js';
import type { CallSnapshot, UserInfo } from './snapshot.js';
import { SnapshotStore } from './store.js';

/**
 * A call, joined or not. One object serves any number of joins, one after the other.
 *
 * All methods may be detached from the object and passed around.
 */
export interface GroupCall {
  /**
   * Enters a room. Resolves when admitted; the devices and the others may still be on their
   * way, and a device that fails does not fail the call (see `self.camera.reason`).
   *
   * @throws {GroupCallError} `server-unreachable`, `timeout`, `refused`, `rate-limited`,
   * `group-not-found`, `not-a-member`, `join-failed`, `already-joined`, `aborted`, `replaced`,
   * `invalid-argument`, `disposed`, `engine-failed`. The wish to join is then withdrawn.
   */
  join(options: JoinOptions): Promise<void>;
  /**
   * Says goodbye and releases everything: devices, connections, socket, timers. Devices and
   * connections go at once. Resolves when nothing is left: within 200 ms from a call, at once
   * when not in one, and within 15 s while joining, since a join that is under way can only be
   * taken back after the server's answer. Never rejects.
   */
  leave(): Promise<void>;
  /** Leaves at once and ends this object; later calls do nothing, `join()` rejects. */
  dispose(): void;
  /** Turns the microphone on or off; takes effect when, and as soon as, it can. */
  setMicrophone(on: boolean): void;
  /** Turns the camera on or off; off also turns its light off. */
  setCamera(on: boolean): void;
  /**
   * Calls `listener` after each change of the snapshot, at most once for each event.
   *
   * @returns how to stop it.
   */
  subscribe(listener: () => void): () => void;
  /** The present state; the same object until something changes. */
  getSnapshot(): CallSnapshot;
}

/**
 * Loads the WebAssembly module (once for the page) and makes a call with it. Opens no
 * connection and no device yet.
 *
 * @throws {GroupCallError} `invalid-argument`, `unsupported`, `module-load-failed`
 */
export async function createGroupCall(options: GroupCallOptions): Promise<GroupCall> {
  const configText = toConfigText(options, randomSeed());
  needBrowser();
  const module = await loadModule(options.wasmUrl);
  const bridge = new module.CallBridge(configText);
  const refused = bridge.error();
  if (refused !== '') {
    bridge.delete();
    throw new GroupCallError('invalid-argument', refused);
  }
  const { record } = options;
  const writeRecord = record && ((line: string): void => callOut(record, line));
  writeRecord?.(configText);

  // Ports report to an engine that is made of them: neither can come first.
  let engine: CallEngine;
  const report: Report = (event) => engine.dispatch(event);
  const count: Count = (name) => store.count(name);
  const media = new MediaPort(report, () => navigator.mediaDevices);
  const peers = new PeersPort(report, count, {
    open: (configuration) => new RTCPeerConnection(configuration),
    iceServers: () => options.iceServers ?? [],
    localTrack: (id) => media.track(id),
  });
  const { self } = JSON.parse(configText) as CoreConfig;
  const store = new SnapshotStore(self.userId, self.userInfo as UserInfo, {
    remote: (source) => peers.stream(source),
    local: (track) => media.stream(track),
  });
  engine = new CallEngine({
    bridge,
    ports: {
      socket: new SocketPort(report, count, (url) => new WebSocket(url)),
      peers,
      media,
      host: new HostPort(report, globalThis.window, pageClock),
    },
    store,
    clock: pageClock,
    record: writeRecord,
  });
  return makeCall(engine, store);
}

function needBrowser(): void {
  for (const name of ['WebAssembly', 'WebSocket', 'RTCPeerConnection'] as const) {
    if (!(name in globalThis)) throw new GroupCallError('unsupported', `${name} is missing`);
  }
}

/** 128 random bits as hexadecimal digits: what epochs and jitter grow from. */
function randomSeed(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
