/** The public face: makes a call out of the module, the ports, the store and the engine. */

import type { CallBridge, GroupCallModule } from 'groupcall-wasm';

import { commandsAhead } from './ahead.js';
import { callOut } from './call-out.js';
import { CallEngine } from './engine.js';
import { GroupCallError } from './errors.js';
import { FlightRecord } from './flight-record.js';
import { loadModule } from './load-module.js';
import { makeCall } from './make-call.js';
import { MessageListeners, type MessageEvents, type SendResult } from './messages.js';
import { toConfigText, toJoinEvent, type ApplicationSocket, type GroupCallOptions, type InputKind, type JoinOptions, type ScreenShareOptions, type View } from './options.js';
import { ApplicationSocketPort } from './ports/application-socket.js';
import { DeviceWatch } from './ports/device-watch.js';
import { HostPort, pageClock } from './ports/host.js';
import { IceServers } from './ports/ice-servers.js';
import { MediaPort } from './ports/media.js';
import { PeersPort } from './ports/peers.js';
import { describeFailure, type Count, type Report } from './ports/port.js';
import { SocketPort } from './ports/socket.js';
import { TabsPort } from './ports/tabs.js';
import { TextsPort } from './ports/texts.js';
import type { CoreConfig, CoreEvent } from './protocol.js';
import type { CallSnapshot, Invitation, UserInfo } from './snapshot.js';
import { SnapshotStore } from './store.js';

/** What `on()` can listen to, and what listeners get. */
export interface CallEvents extends MessageEvents {
  /** Somebody has opened a call in a group of ours, and it rings. */
  invitation: (invitation: Invitation) => void;
}

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
   * `room-full`, `application-socket`, `invalid-argument`, `disposed`, `engine-failed`. The wish to join is then withdrawn.
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
   * Uses this camera or microphone from now on, until the call ends; `devices` of the snapshot has their
   * ids. One that is on is replaced without a gap and without the others noticing anything but another
   * picture or sound: its state is `replacing` meanwhile. Of several choices in a row the last counts. One
   * that cannot be opened leaves the device before it in use: the state is `on`, and its reason says why.
   *
   * @throws {GroupCallError} `invalid-argument`: another kind (for speakers see `createPlayback()`), or no id.
   */
  setDevice(kind: InputKind, deviceId: string): void;
  /**
   * Shares a screen, a window or a tab beside the camera, or ends that. The browser asks what to
   * share, once: call it from the handler of a click or a key, before anything is awaited. While it
   * asks, or once it shares, `true` changes nothing: end it first to share something else.
   *
   * How it goes stands in `self.screen` of the snapshot: `loading` while the browser asks, `on`,
   * `error` with its reason (`permission-dismissed`: the question was closed, `needs-gesture`: no
   * click or key, `unsupported`, `permission-blocked`, `in-use`, `timeout` after three minutes, ...),
   * `ended` when it was stopped by the browser's own bar. Nothing is tried again by itself. Outside a
   * call nothing happens; leaving ends it. Older clients see the screen instead of the camera.
   *
   * @throws {GroupCallError} `invalid-argument`: an option that cannot work.
   */
  setScreenShare(on: boolean, options?: ScreenShareOptions): void;
  /**
   * Sends a text to everybody in the call, or to one of them: chat, reactions, or JSON of the
   * application's own. It travels between the pages, past the server, and arrives once and in
   * order for as long as both are in the call, whatever becomes of their connections meanwhile.
   *
   * At most 16,000 bytes of UTF-8, in which quotes, backslashes and line breaks count double and
   * other control characters six times; 256 messages or 256 KiB may be on their way to each.
   * What was sent just before `leave()` may not arrive.
   *
   * @returns what became of it, see `SendResult`.
   * @throws {GroupCallError} `invalid-argument`: no string, or one of over a megabyte.
   */
  send(message: { readonly text: string; readonly to?: string }): Promise<SendResult>;
  /**
   * Tells how somebody is shown, so that they send no more than that needs, and nothing at all for
   * a tile that is hidden. Call it whenever that changes, also for who is not here yet; it is told
   * on at most four times a second. Of whom it is never called, a usual tile is assumed.
   *
   * @throws {GroupCallError} `invalid-argument`
   */
  setView(userId: string, view: View): void;
  /**
   * Keeps a connection to the server, also outside a call: only a connected user is invited.
   * Returns at once; how it goes stands in `signalling` of the snapshot.
   */
  connect(): void;
  /**
   * Ends the wish of `connect()`. A call that one is in keeps its connection until it is left; a
   * Socket of the application is only not used any more.
   */
  disconnect(): void;
  /**
   * Takes the connection of this user back, after another tab or device took it over
   * (`signalling.state` is `halted`, `signalling.error.code` is `replaced`). A call goes on here,
   * with the media connections that it still has. Otherwise nothing happens.
   */
  takeOver(): void;
  /** Stops the ringing of that room, on this page only: the server and the caller are not told. */
  declineInvitation(roomId: string): void;
  /**
   * Uses another Socket of the application from now on, for instance a new one after a sign-in; a
   * call goes on over it. Our listeners are taken off the one before. The present Socket again
   * changes nothing.
   *
   * @throws {GroupCallError} `invalid-argument`: not a Socket, or this call was made with a `url`.
   */
  setSocket(socket: ApplicationSocket): void;
  /**
   * Listens to something that happens:
   *
   * - `invitation`: a call newly rings. What rings already stands in `invitations` of the snapshot.
   * - `message`: somebody's `send()` has arrived.
   * - `messagesDrained`: `send()` said `outbox-full`, and now there is room again.
   *
   * @returns how to stop it.
   * @throws {GroupCallError} `invalid-argument`: another event, or no function.
   */
  on<Name extends keyof CallEvents>(event: Name, listener: CallEvents[Name]): () => void;
  /**
   * Calls `listener` after each change of the snapshot, at most once for each event.
   *
   * @returns how to stop it.
   */
  subscribe(listener: () => void): () => void;
  /** The present state; the same object until something changes. */
  getSnapshot(): CallSnapshot;
  /**
   * The flight record of this call so far, as a file for `tools/replay`: every event and what became of it, of the
   * first minutes and the newest hours. Works after `dispose()`, and after the engine has failed. Nothing is sent
   * anywhere: that is up to the page.
   *
   * @param options.redact replaces ids, names, addresses, URLs, secrets, device labels and message texts by
   * others of their kind, such that the call still replays; takes about as long as the call has computed, in small
   * steps. Default true. With false the file holds all of these as they are.
   * @returns lines of JSON: compressed (type `application/gzip`, a file `.jsonl.gz`), or plain where the browser cannot
   * compress (`application/jsonl`, `.jsonl`).
   * @throws {GroupCallError} `record-not-redactable`: with others in their place it would be another call;
   * `module-load-failed`; `invalid-argument`: `redact` is neither true nor false.
   */
  exportRecord(options?: { readonly redact?: boolean }): Promise<Blob>;
}

/**
 * Loads the WebAssembly module (once for the page) and makes a call with it. Opens no
 * connection and no device yet, unless `options.join` asks for it.
 *
 * @param signal takes it back while the module is on its way: what `options.join` has opened is closed at
 * once. Without effect on a call that is made: see `dispose()`.
 * @throws {GroupCallError} `invalid-argument`, `unsupported`, `module-load-failed`, `aborted` by `signal`
 */
export async function createGroupCall(options: GroupCallOptions, signal?: AbortSignal): Promise<GroupCall> {
  const configText = toConfigText(options, randomSeed());
  needAll(options, signal);
  const config = JSON.parse(configText) as CoreConfig;
  const ahead = options.join ? commandsAhead(config, toJoinEvent(options.join, 0)) : [];
  // Ports report to an engine that is made of them: neither can come first.
  let engine: CallEngine | undefined;
  const heard: CoreEvent[] = [];
  const report: Report = (event) => (engine ? engine.dispatch(event) : void heard.push(event));
  const { deviceMemory: memory, openDevices: open, record } = options;
  const watch = new DeviceWatch(report, navigator);
  const media = new MediaPort(report, () => navigator.mediaDevices, { watch, memory, open, allows });
  const sockets = new SocketPort(report, (url) => new WebSocket(url));
  for (const command of ahead) {
    if (command.type === 'socket.open') sockets.execute(command);
    else media.execute(command);
  }
  const abandon = (error: unknown): never => {
    sockets.close();
    media.close();
    throw error;
  };
  const loaded = Promise.all([loadModule(options.wasmUrl), makeCertificates()]);
  const [bridge, certificates] = await Promise.race([loaded, whenAborted(signal)])
    .then(([module, certificates]) => [makeBridge(module, configText), certificates] as const)
    .catch(abandon);
  const flight = new FlightRecord(configText);
  if (record) callOut(record, flight.header);
  const count: Count = (name) => store.count(name);
  const iceServers = new IceServers(options.iceServers ?? [], count, pageClock, tryServers);
  const peers = new PeersPort(report, count, {
    open: (configuration) => new RTCPeerConnection(configuration),
    iceServers,
    certificates,
    ...linkOptions(options),
    localTrack: (id) => media.track(id),
  });
  const store = new SnapshotStore(config.self.userId, config.self.userInfo as UserInfo, {
    remote: (source) => peers.stream(source),
    local: (track) => media.stream(track),
  });
  const messages = new MessageListeners();
  const { socket } = options.signalling;
  const application = socket && new ApplicationSocketPort(report, count);
  engine = new CallEngine({
    bridge,
    ports: {
      socket: sockets,
      application,
      tabs: new TabsPort(report, count, openChannel()),
      peers,
      media,
      texts: new TextsPort(report, count),
      host: new HostPort(report, globalThis.window, pageClock),
    },
    store,
    messages,
    clock: pageClock,
    flight,
    record: record && ((line: string): void => callOut(record, line)),
    ahead,
  });
  // It tells at once what the Socket is, which only an engine can hear.
  if (socket) application?.setSocket(socket);
  const call = makeCall(engine, store, { application, iceServers, messages, memory, flight, module: () => loadModule(options.wasmUrl) });
  // How it ends stands in the snapshot.
  if (options.join) call.join(options.join).catch(() => undefined);
  for (const event of heard) engine.dispatch(event);
  return call;
}

/** What must hold before anything is opened. */
function needAll({ iceServers }: GroupCallOptions, signal?: AbortSignal): void {
  needBrowser();
  needServers(iceServers);
  if (signal?.aborted) throw new GroupCallError('aborted');
}

function linkOptions({ iceTransportPolicy, codecs }: GroupCallOptions): Pick<GroupCallOptions, 'iceTransportPolicy' | 'codecs'> {
  return { ...(iceTransportPolicy !== undefined && { iceTransportPolicy }), ...(codecs !== undefined && { codecs }) };
}

function makeBridge(module: GroupCallModule, configText: string): CallBridge {
  const bridge = new module.CallBridge(configText);
  const refused = bridge.error();
  if (refused === '') return bridge;
  bridge.delete();
  throw new GroupCallError('invalid-argument', refused);
}

/** Never resolves. */
function whenAborted(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new GroupCallError('aborted')), { once: true }));
}

/** One for all connections of the call: see PeersPort. A browser that cannot make it makes its own. */
async function makeCertificates(): Promise<RTCCertificate[]> {
  try {
    return [await RTCPeerConnection.generateCertificate({ name: 'ECDSA', namedCurve: 'P-256' } as EcKeyGenParams)];
  } catch (error) {
    console.warn('groupcall: no certificate of our own', error);
    return [];
  }
}

/** What Permissions Policy says, where the browser tells. */
function allows(kind: InputKind): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } };
  return featurePolicy?.allowsFeature(kind) ?? true;
}

function openChannel(): ((name: string) => BroadcastChannel) | undefined {
  return 'BroadcastChannel' in globalThis ? (name) => new BroadcastChannel(name) : undefined;
}

function needBrowser(): void {
  for (const name of ['WebAssembly', 'WebSocket', 'RTCPeerConnection'] as const) {
    if (!(name in globalThis)) throw new GroupCallError('unsupported', `${name} is missing`);
  }
}

/** Throws as RTCPeerConnection does, such as of a TURN server without a password. */
function tryServers(iceServers: readonly RTCIceServer[]): void {
  if (iceServers.length > 0) new RTCPeerConnection({ iceServers: [...iceServers] }).close();
}

function needServers(servers: GroupCallOptions['iceServers']): void {
  if (!Array.isArray(servers)) return;
  try {
    tryServers(servers);
  } catch (error) {
    throw new GroupCallError('invalid-argument', `iceServers: ${describeFailure(error).message}`);
  }
}

/** 128 random bits as hexadecimal digits: what epochs and jitter grow from. */
function randomSeed(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
