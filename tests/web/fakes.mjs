// Browser objects as far as the ports use them, under the test's control.

/** A clock that stands still until told otherwise, with the timers set on it. */
export class FakeClock {
  nowMs = 1_000;
  wallMs = 1_700_000_000_000;
  timers = [];

  now() {
    return this.nowMs;
  }
  wallNow() {
    return this.wallMs;
  }
  after(delayMs, callback) {
    const timer = { delayMs, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }
  /** Time passes for both clocks; nothing fires by itself. */
  advance(ms) {
    this.nowMs += ms;
    this.wallMs += ms;
  }
  /** Fires the one timer that is set. */
  fire() {
    const [timer] = this.timers.splice(0, 1);
    timer.callback();
  }
}

/** A bridge that answers each event as `answer` says and keeps what it was given. */
export class FakeBridge {
  events = [];
  times = [];
  deleted = false;
  refusal = '';

  constructor(answer = () => ({ commands: [] })) {
    this.answer = answer;
  }
  error() {
    return this.refusal;
  }
  handle(eventBytes, nowMicros) {
    const text = typeof eventBytes === 'string' ? eventBytes : new TextDecoder().decode(eventBytes);
    return this.#answer(JSON.parse(text), nowMicros);
  }
  handleFrame(socket, frameBytes, nowMicros) {
    return this.#answer({ type: 'socket.frame', socket, text: new TextDecoder().decode(frameBytes) }, nowMicros);
  }
  #answer(event, nowMicros) {
    this.events.push(event);
    this.times.push(nowMicros);
    return JSON.stringify(this.answer(event, nowMicros));
  }
  hash() {
    return `hash ${this.events.length}`;
  }
  delete() {
    this.deleted = true;
  }
}

/** A port that keeps its commands; `onCommand` may raise events, as a synchronous failure does. */
export class FakePort {
  commands = [];
  closed = false;

  constructor(onCommand = () => {}) {
    this.onCommand = onCommand;
  }
  execute(command) {
    this.commands.push(command);
    this.onCommand(command);
  }
  close() {
    this.closed = true;
  }
}

/** A promise with its handles. */
export function deferred() {
  let resolve, reject;
  const promise = new Promise((...handles) => ([resolve, reject] = handles));
  return { promise, resolve, reject };
}

/** Lets everything that is already settled run its reactions. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

function fire(target, type, members = {}) {
  target.dispatchEvent(Object.assign(new Event(type), members));
}

/** `window`, with a document in view. */
export class FakePage extends EventTarget {
  document = Object.assign(new EventTarget(), { visibilityState: 'visible' });

  show({ persisted }) {
    fire(this, 'pageshow', { persisted });
  }
  become(visibilityState) {
    this.document.visibilityState = visibilityState;
    fire(this.document, 'visibilitychange');
  }
}

export class FakeBroadcastChannel extends EventTarget {
  posted = [];
  closed = false;

  constructor(name) {
    super();
    this.name = name;
  }
  postMessage(data) {
    if (this.closed) throw new DOMException('the channel is closed', 'InvalidStateError');
    this.posted.push(data);
  }
  close() {
    this.closed = true;
  }
  receive(data) {
    fire(this, 'message', { data });
  }
}

/** An emitter like that of socket.io-client, which calls a copy of its listeners. */
class FakeEmitter {
  listening = new Map();

  on(event, listener) {
    this.listening.set(event, [...(this.listening.get(event) ?? []), listener]);
  }
  off(event, listener) {
    const left = (this.listening.get(event) ?? []).filter((other) => other !== listener);
    if (left.length > 0) this.listening.set(event, left);
    else this.listening.delete(event);
  }
  raise(event, ...values) {
    for (const listener of this.listening.get(event) ?? []) listener(...values);
  }
}

/** A socket.io-client Socket and its Manager, which do what the test says. */
export class FakeApplicationSocket extends FakeEmitter {
  connected = false;
  active = true;
  sendBuffer = [];
  sent = [];
  emits = 0;
  connects = 0;
  engineClosed = 0;
  /** What the application has set the Manager's `reconnection` to. */
  reconnects = true;
  /** Connected by its own account, while its heartbeat is overdue. */
  overdue = false;

  constructor() {
    super();
    this.io = Object.assign(new FakeEmitter(), {
      engine: { close: () => (this.engineClosed += 1) },
      reconnection: () => this.reconnects,
    });
  }
  emit(...values) {
    this.emits += 1;
    if (this.connected && !this.overdue) this.sent.push(values);
    else this.sendBuffer.push({ data: values });
  }
  connect() {
    this.connects += 1;
  }
  open() {
    Object.assign(this, { connected: true, active: true });
    this.raise('connect');
  }
  lose(reason, active = true) {
    Object.assign(this, { connected: false, active });
    this.raise('disconnect', reason);
  }
}

export class FakeWebSocket extends EventTarget {
  sent = [];
  closed = false;

  constructor(url) {
    super();
    this.url = url;
  }
  send(text) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
  open() {
    fire(this, 'open');
  }
  receive(data) {
    fire(this, 'message', { data });
  }
  end(code, reason = '') {
    fire(this, 'close', { code, reason });
  }
}

let trackNumber = 0;

export class FakeTrack extends EventTarget {
  enabled = true;
  stopped = false;

  constructor(kind, { id = `${kind}-${++trackNumber}`, label = `Fake ${kind}`, deviceId = `device-${kind}` } = {}) {
    super();
    Object.assign(this, { kind, id, label, deviceId });
  }
  getSettings() {
    return { deviceId: this.deviceId };
  }
  stop() {
    this.stopped = true;
  }
  end() {
    fire(this, 'ended');
  }
}

export class FakeMediaStream {
  constructor(tracks = []) {
    this.tracks = tracks;
  }
  getTracks() {
    return this.tracks;
  }
  getAudioTracks() {
    return this.tracks.filter(({ kind }) => kind === 'audio');
  }
  getVideoTracks() {
    return this.tracks.filter(({ kind }) => kind === 'video');
  }
}

/** getUserMedia and getDisplayMedia, which settle when the test says so; a list of devices that is told once there is one. */
export class FakeMediaDevices extends EventTarget {
  requests = [];
  /** @type {object[] | undefined} */
  list;

  async enumerateDevices() {
    return this.list ?? new Promise(() => {});
  }
  change(list) {
    this.list = list;
    fire(this, 'devicechange');
  }

  getUserMedia(constraints) {
    return this.#ask({ constraints });
  }
  getDisplayMedia(constraints) {
    return this.#ask({ constraints, screen: true });
  }
  #ask(question) {
    const request = { ...question, ...deferred() };
    this.requests.push(request);
    return request.promise;
  }
}

export class FakeChannel extends EventTarget {
  readyState = 'connecting';
  bufferedAmount = 0;
  sent = [];

  constructor(label, options) {
    super();
    Object.assign(this, { label, options });
  }
  send(text) {
    this.sent.push(text);
  }
  open() {
    this.readyState = 'open';
    fire(this, 'open');
  }
  receive(data) {
    fire(this, 'message', { data });
  }
  drain() {
    this.bufferedAmount = 0;
    fire(this, 'bufferedamountlow');
  }
  end() {
    this.readyState = 'closed';
    fire(this, 'close');
  }
}

export class FakeDtlsTransport extends EventTarget {
  state = 'new';

  become(state) {
    this.state = state;
    fire(this, 'statechange');
  }
}

class FakeTransceiver {
  constructor(mid, kind, direction, streams, transport) {
    Object.assign(this, { mid, direction });
    this.sender = {
      streams,
      track: null,
      transport,
      replacements: [],
      replaceTrack(track) {
        const replacement = { track, ...deferred() };
        this.replacements.push(replacement);
        return replacement.promise;
      },
      setStreams(...next) {
        this.streams = next;
      },
      encodings: [{ active: true }],
      /** Calls of setParameters(), each pending until the test settles it. */
      parameters: [],
      getParameters() {
        return { encodings: structuredClone(this.encodings) };
      },
      /** True: a browser that makes key frames on demand, and so reads the option. */
      knowsKeyFrames: false,
      setParameters({ encodings }, options) {
        const call = { encodings, ...(this.knowsKeyFrames && options && { options: options.encodingOptions }), ...deferred() };
        this.parameters.push(call);
        return call.promise.then(() => {
          this.encodings = encodings;
        });
      },
    };
    this.receiver = {
      track: new FakeTrack(kind),
      transport,
      sources: [],
      getSynchronizationSources() {
        return this.sources;
      },
    };
    this.setCodecPreferences = (codecs) => {
      this.codecs = codecs;
    };
  }
}

/** Every operation stays pending until the test settles it. */
export class FakePeerConnection extends EventTarget {
  connectionState = 'new';
  localDescription = null;
  sctp = null;
  closed = false;
  restarts = 0;
  /** Pending operations by name, oldest first. */
  pending = { setLocalDescription: [], setRemoteDescription: [], addIceCandidate: [], getStats: [] };
  channels = [];
  transport = null;
  #transceivers = [];

  static async generateCertificate() {
    return { expires: 0 };
  }

  constructor(configuration) {
    super();
    this.configuration = configuration;
  }
  getConfiguration() {
    return this.configuration;
  }
  setConfiguration(configuration) {
    this.configuration = configuration;
  }
  addTransceiver(kind, { direction, streams = [] }) {
    const transceiver = new FakeTransceiver(String(this.#transceivers.length), kind, direction, streams, this.transport);
    this.#transceivers.push(transceiver);
    return transceiver;
  }
  getTransceivers() {
    return this.#transceivers;
  }
  createDataChannel(label, options) {
    const channel = new FakeChannel(label, options);
    this.channels.push(channel);
    return channel;
  }
  restartIce() {
    this.restarts += 1;
  }
  close() {
    this.closed = true;
  }
  setLocalDescription(...given) {
    return this.#wait('setLocalDescription', given);
  }
  setRemoteDescription(...given) {
    return this.#wait('setRemoteDescription', given);
  }
  addIceCandidate(...given) {
    return this.#wait('addIceCandidate', given);
  }
  getStats(...given) {
    return this.#wait('getStats', given);
  }
  #wait(name, given) {
    const operation = { given, ...deferred() };
    this.pending[name].push(operation);
    return operation.promise;
  }

  /** One transport for all slots appears, as it does when a description is set. */
  appear(transport) {
    this.transport = transport;
    for (const { sender, receiver } of this.#transceivers) sender.transport = receiver.transport = transport;
  }
  become(state) {
    this.connectionState = state;
    fire(this, 'connectionstatechange');
  }
  failToGather(errorCode, errorText) {
    fire(this, 'icecandidateerror', { errorCode, errorText, url: 'turn:relay.test', address: null, port: null });
  }
  gather(candidate) {
    fire(this, 'icecandidate', { candidate });
  }
}
