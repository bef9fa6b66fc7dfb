// The product in Node: its WASM module, engine, store and socket ports, over real sockets. Only what a
// browser alone has is replaced: peer connections answer by a script, and there are no devices.

import { readFileSync } from 'node:fs';
import WebSocket from 'ws';

import { importSource } from '../web/compile_source.mjs';
import { ScriptedPeers } from './scripted_peers.mjs';
import { Watch } from './watch.mjs';

const source = await importSource();
const moduleFolder = new URL('../../build/wasm/wasm/', import.meta.url);
const { default: createModule } = await import(new URL('groupcall.js', moduleFolder).href);
const { CallBridge } = await createModule({ wasmBinary: readFileSync(new URL('groupcall.wasm', moduleFolder)) });

/** A `ws` socket as browsers have it: a listener can be taken off by a signal, and an error is no exception. */
class BrowserSocket extends WebSocket {
  constructor(url) {
    super(url);
    // The close with code 1006 that follows is all that a browser tells a script.
    this.on('error', () => {});
  }

  addEventListener(type, listener, { signal } = {}) {
    super.addEventListener(type, listener);
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener));
  }
}

/** The clock of the machine, which a test may put forward instead of waiting for minutes. */
class SkippingClock {
  #skippedMs = 0;
  #alarm;

  now = () => performance.now() + this.#skippedMs;
  wallNow = () => Date.now() + this.#skippedMs;
  after = (delayMs, callback) => {
    const alarm = { due: this.now() + delayMs, ring: callback };
    const timer = setTimeout(() => this.#ring(alarm), delayMs);
    alarm.cancel = () => clearTimeout(timer);
    this.#alarm = alarm;
    return () => {
      alarm.cancel();
      if (this.#alarm === alarm) this.#alarm = undefined;
    };
  };

  /** Every deadline on the way comes at its own time; no packet does. */
  skipTo(untilMs) {
    for (let step = 0; this.#alarm && this.#alarm.due <= untilMs; ++step) {
      if (step === 1_000) throw new Error('the core asks for one wake-up after the other');
      this.#skippedMs += Math.max(0, this.#alarm.due - this.now());
      this.#ring(this.#alarm);
    }
    this.#skippedMs += Math.max(0, untilMs - this.now());
  }

  #ring(alarm) {
    alarm.cancel();
    if (this.#alarm === alarm) this.#alarm = undefined;
    alarm.ring();
  }
}

/** No test turns a device on. */
const noDevices = {
  execute: ({ type }) => {
    throw new Error(`${type}: there are no devices here`);
  },
  close: () => {},
};

export class WasmClient {
  /** Everything that crossed the bridge, in order. */
  events = [];
  commands = [];
  /** The public face. */
  call;
  peers;
  userId;
  #clock = new SkippingClock();
  #store;
  #watch = new Watch(() => this.#describe());

  constructor({ userId, userInfo = {}, joinTimeoutMs, ...signalling }) {
    this.userId = userId;
    // The scripted peers know their connections by name from the beginning.
    const options = { self: { userId, ...userInfo }, signalling, earlyOffers: 0, ...(joinTimeoutMs && { joinTimeoutMs }) };
    // The seed is fixed: a failure's epochs and delays come again.
    const configText = source.options.toConfigText(options, `seed of ${userId}`);
    const bridge = new CallBridge(configText);
    if (bridge.error() !== '') throw new Error(`the config is refused: ${bridge.error()}`);
    this.#store = new source.store.SnapshotStore(userId, { userId, ...userInfo }, { remote: () => null, local: () => null });
    let engine;
    const report = (event) => engine.dispatch(event);
    const count = (name) => this.#store.count(name);
    this.peers = new ScriptedPeers(userId, report);
    const application = signalling.socket && new source.application_socket.ApplicationSocketPort(report, count);
    engine = new source.engine.CallEngine({
      bridge: this.#observe(bridge),
      ports: {
        socket: new source.socket.SocketPort(report, (url) => new BrowserSocket(url)),
        application,
        tabs: new source.tabs.TabsPort(report, count, undefined),
        peers: this.peers,
        media: noDevices,
        texts: new source.texts.TextsPort(report, count),
        host: new source.host.HostPort(report, undefined, this.#clock),
      },
      store: this.#store,
      clock: this.#clock,
      flight: new source.flight_record.FlightRecord(configText),
    });
    this.#store.subscribe(() => this.#watch.changed());
    if (signalling.socket) application.setSocket(signalling.socket);
    this.call = source.make_call.makeCall(engine, this.#store, { application, iceServers: { fresh: () => null } });
  }

  get snapshot() {
    return this.#store.getSnapshot();
  }

  /** `online`, `waiting`, … */
  get signalling() {
    return this.snapshot.signalling.state;
  }

  /** The userIds of the others, in order. */
  get others() {
    return this.snapshot.participants.map(({ userId }) => userId);
  }

  participant(userId) {
    return this.snapshot.participants.find((one) => one.userId === userId);
  }

  counted(name) {
    return this.snapshot.diagnostics[name] ?? 0;
  }

  /** Names and counts of everything that was refused or dropped as not understood. */
  get refusals() {
    return Object.fromEntries(Object.entries(this.snapshot.diagnostics).filter(([name]) => name.startsWith('refused')));
  }

  /** Without devices: signalling alone. */
  join(more = {}) {
    return this.call.join({ roomId: 'r1', groupId: 'g1', callType: 'video', media: { audio: false, video: false }, ...more });
  }

  /** Resolves with what the condition yields once it is true; looked at after every event. */
  until(condition, what) {
    return this.#watch.until(condition, `${this.userId}: ${what ?? condition}`);
  }

  online() {
    return this.until(() => this.signalling === 'online', 'to be online');
  }

  joined() {
    return this.until(() => this.snapshot.phase === 'joined', 'to be in the room');
  }

  commandsOf(type) {
    return this.commands.filter((command) => command.type === type);
  }

  eventsOf(type) {
    return this.events.filter((event) => event.type === type);
  }

  /** What we said to the server, by either transport, in order: `[name, payload]`. */
  get emitted() {
    return this.commands.flatMap(({ type, text }) => {
      if (type === 'application.emit') return [JSON.parse(text)];
      const event = type === 'socket.send' && /^42(?:\/[^,]*,)?\d*(\[.*)$/s.exec(text);
      return event ? [JSON.parse(event[1])] : [];
    });
  }

  emittedOf(name) {
    return this.emitted.filter(([event]) => event === name).map(([, payload]) => payload);
  }

  /** The monotonic clock of this client, in milliseconds: what `retryAtMs` is told in. */
  get now() {
    return this.#clock.now();
  }

  skipTo(untilMs) {
    this.#clock.skipTo(untilMs);
  }

  skip(ms) {
    this.skipTo(this.now + ms);
  }

  #observe(bridge) {
    const noted = (event, reaction) => {
      this.events.push(event);
      this.commands.push(...(JSON.parse(reaction).commands ?? []));
      this.#watch.changed();
      return reaction;
    };
    const textOf = (bytes) => new TextDecoder().decode(bytes);
    return {
      handle: (bytes, now) => noted(JSON.parse(textOf(bytes)), bridge.handle(bytes, now)),
      handleFrame: (socket, bytes, now) =>
        noted({ type: 'socket.frame', socket, text: textOf(bytes) }, bridge.handleFrame(socket, bytes, now)),
      hash: () => bridge.hash(),
      delete: () => bridge.delete(),
    };
  }

  #describe() {
    const last = (list) => list.slice(-8).map((entry) => JSON.stringify(entry).slice(0, 300)).join('\n    ');
    return [
      `  snapshot: ${JSON.stringify(this.snapshot)}`,
      `  last events:\n    ${last(this.events)}`,
      `  last commands:\n    ${last(this.commands)}`,
    ].join('\n');
  }
}

/** A client for one test, gone after it. */
export function createClient(t, options) {
  const client = new WasmClient(options);
  t.after(() => client.call.dispose());
  return client;
}
