/** `groupcall/debug` over fakes of the browser's objects: what each fault does, from when to when, and that nothing of it stays. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeMediaStream, FakeTrack, FakeWebSocket } from './fakes.mjs';

const { debug: { injectFaults } } = await importSource();

class FakeCloseEvent extends Event {
  constructor(type, members) {
    super(type);
    Object.assign(this, members);
  }
}

class OpenTrack extends FakeTrack {
  get readyState() {
    return this.stopped ? 'ended' : 'live';
  }
}

/** A connection with one of each kind, whose statistics are what the test says. */
class Connection extends EventTarget {
  state = 'connected';
  signalingState = 'stable';
  remoteDescription = { type: 'answer' };
  stats = {};
  receivers = ['audio', 'video'].map((kind) => ({ track: new FakeTrack(kind), getSynchronizationSources: () => ['a source'] }));

  get connectionState() {
    return this.state;
  }
  getReceivers() {
    return this.receivers;
  }
  async getStats() {
    return new Map(Object.entries(this.stats));
  }
  close() {
    this.signalingState = 'closed';
  }
}

/** A machine with a microphone and a camera, which open at once. */
class Devices {
  opened = [];

  async getUserMedia({ audio, video }) {
    const tracks = [audio && new OpenTrack('audio'), video && new OpenTrack('video')].filter(Boolean);
    this.opened.push(...tracks);
    return new FakeMediaStream(tracks);
  }
}

/** Ended before the browser's objects are, whatever a test comes to. */
const running = [];

/** The browser, for one test: its objects, and the events of its window. */
function makeBrowser(t, { mediaDevices = new Devices() } = {}) {
  const raised = [];
  const globals = {
    WebSocket: FakeWebSocket,
    RTCPeerConnection: Connection,
    CloseEvent: FakeCloseEvent,
    navigator: Object.create({ onLine: true }, { mediaDevices: { value: mediaDevices } }),
    dispatchEvent: ({ type }) => raised.push(type),
  };
  const before = new Map(Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  t.after(() => {
    for (const faults of running.splice(0)) faults.restore();
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete globalThis[name];
    }
  });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return { ...globals, mediaDevices, raised };
}

function inject(options = {}) {
  const told = [];
  const faults = injectFaults({ seed: 'test', onFault: (fault) => told.push(fault), ...options });
  running.push(faults);
  return { faults, told };
}

/** What is heard on a socket or a connection, from now on. */
function listen(target, ...types) {
  const heard = [];
  for (const type of types) target.addEventListener(type, ({ code }) => heard.push(code === undefined ? type : `${type} ${code}`));
  return heard;
}

const listenTo = (socket) => listen(socket, 'open', 'message', 'error', 'close');
const open = (wanted) => navigator.mediaDevices.getUserMedia(wanted);

test('a dropped socket ends at once with the code 1006, and what the browser says of it later is not heard', (t) => {
  makeBrowser(t);
  const { faults, told } = inject();
  const socket = new WebSocket('wss://calls.test/socket.io/');
  const heard = listenTo(socket);
  socket.open();
  faults.dropSocket();
  assert.deepEqual(heard, ['open', 'error', 'close 1006']);
  assert.equal(socket.closed, true);
  socket.receive('late');
  socket.end(1005);
  assert.deepEqual(heard, ['open', 'error', 'close 1006']);
  assert.deepEqual(told, [{ kind: 'drop-socket' }]);

  const next = new WebSocket('wss://calls.test/socket.io/');
  const heardNext = listenTo(next);
  next.open();
  next.receive('hello');
  next.end(1001);
  assert.deepEqual([next.closed, heardNext], [false, ['open', 'message', 'close 1001']], 'the next one is as it ever was');
  faults.dropSocket();
  assert.deepEqual(heardNext, ['open', 'message', 'close 1001'], 'what has ended does not end again');
});

test('sockets that are not of the call are left alone', (t) => {
  makeBrowser(t);
  const { faults } = inject({ isCallSocket: (url) => url.includes('/socket.io/') });
  const other = new WebSocket('wss://calls.test/reload');
  const ours = new WebSocket('wss://calls.test/socket.io/');
  faults.loseNetwork(1_000);
  assert.deepEqual([other.closed, ours.closed, new WebSocket('wss://calls.test/reload').closed], [false, true, false]);
});

test('while the network is lost sockets are refused and connections are cut, and it comes back', (t) => {
  const { raised } = makeBrowser(t);
  const { faults } = inject();
  const socket = new WebSocket('wss://calls.test');
  const heard = listenTo(socket);
  const [met, spare] = [new RTCPeerConnection(), Object.assign(new RTCPeerConnection(), { state: 'new', remoteDescription: null })];
  const heardMet = listen(met, 'connectionstatechange');
  faults.loseNetwork(2_000);
  assert.deepEqual([heard, raised, navigator.onLine], [['error', 'close 1006'], ['offline'], false]);
  assert.deepEqual([met.signalingState, met.connectionState, heardMet], ['closed', 'failed', ['connectionstatechange']]);
  assert.deepEqual([spare.signalingState, spare.connectionState], ['stable', 'new'], 'one that has met nobody has nobody to lose');
  const refused = new WebSocket('wss://calls.test');
  const heardRefused = listenTo(refused);
  assert.equal(refused.closed, true);
  refused.end(1006);
  assert.deepEqual(heardRefused, ['close 1006'], 'the browser itself tells how it failed');

  t.mock.timers.tick(1_500);
  faults.loseNetwork(2_000);
  t.mock.timers.tick(1_999);
  assert.deepEqual([raised, navigator.onLine], [['offline'], false], 'only the end has moved');
  t.mock.timers.tick(1);
  assert.deepEqual([raised, navigator.onLine], [['offline', 'online'], true]);
  assert.equal(Object.hasOwn(navigator, 'onLine'), false);
  assert.equal(new WebSocket('wss://calls.test').closed, false);
});

/** What browsers reject with, and what `device_failure()` of the core makes of it. */
const ERRORS = {
  'permission-denied': ['NotAllowedError', /^Permission denied$/],
  'permission-dismissed': ['NotAllowedError', /dismissed/],
  'permission-blocked': ['NotAllowedError', / by system/],
  'insecure-context': ['SecurityError', /./],
  'no-device': ['NotFoundError', /./],
  'in-use': ['NotReadableError', /./],
  constraint: ['OverconstrainedError', /./],
  'device-error': ['AbortError', /./],
};

for (const [reason, [name, message]] of Object.entries(ERRORS)) {
  test(`a device that fails with ${reason} is rejected as browsers do, until it is repaired`, async (t) => {
    const { mediaDevices } = makeBrowser(t);
    const { faults, told } = inject();
    const repair = faults.failDevice('camera', reason);
    for (const wanted of [{ video: true }, { audio: true, video: { width: 320 } }]) {
      await assert.rejects(open(wanted), (error) => error instanceof DOMException && error.name === name && message.test(error.message));
    }
    assert.equal(mediaDevices.opened.length, 0, 'nothing was opened');
    assert.deepEqual((await open({ audio: true, video: false })).getTracks().map(({ kind }) => kind), ['audio'], 'the other one works');
    assert.deepEqual(told, [{ kind: 'fail-device', device: 'camera', reason }]);
    repair();
    assert.equal((await open({ video: true })).getTracks().length, 1);
  });
}

test('a device fails for so long as was said; of two failures the last one counts, and only its own end ends it', async (t) => {
  makeBrowser(t);
  const { faults } = inject();
  const repairFirst = faults.failDevice('microphone', 'in-use', 1_000);
  const repairSecond = faults.failDevice('microphone', 'no-device', 2_000);
  repairFirst();
  t.mock.timers.tick(1_999);
  await assert.rejects(open({ audio: true }), { name: 'NotFoundError' });
  t.mock.timers.tick(1);
  await open({ audio: true });
  repairSecond();
  await open({ audio: true });
});

test('a device that goes away ends what is open of its kind, once', async (t) => {
  const { mediaDevices } = makeBrowser(t);
  const { faults } = inject();
  await open({ audio: true, video: true });
  await open({ video: true });
  const [microphone, camera, stopped] = mediaDevices.opened;
  stopped.stop();
  const heard = [microphone, camera, stopped].map((track) => listen(track, 'ended'));
  faults.endDevice('camera');
  faults.endDevice('camera');
  assert.deepEqual(heard, [[], ['ended'], []]);
  assert.deepEqual([microphone.stopped, camera.stopped], [false, true]);
});

test('nothing of a frozen peer arrives, all else goes on, and then it does again', async (t) => {
  makeBrowser(t);
  const { faults } = inject();
  const [frozen, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
  const count = (bytes) => ({ in: { type: 'inbound-rtp', bytes }, out: { type: 'outbound-rtp', bytes } });
  const counted = async (pc) => [...(await pc.getStats()).entries()].map(([id, { bytes }]) => `${id} ${bytes}`);
  const seen = (pc) => pc.receivers.map(({ track, getSynchronizationSources }) => [track.enabled, getSynchronizationSources().length]);
  for (const pc of [frozen, other]) pc.stats = count(1);
  faults.freezePeer(5_000, new FakeMediaStream([frozen.receivers[1].track]));
  for (const pc of [frozen, other]) pc.stats = { ...count(2), late: { type: 'inbound-rtp', bytes: 2 } };
  assert.deepEqual(await counted(frozen), ['in 1', 'out 2']);
  assert.deepEqual(await counted(other), ['in 2', 'out 2', 'late 2']);
  assert.deepEqual([seen(frozen), seen(other)], [[[false, 0], [false, 0]], [[true, 1], [true, 1]]]);
  assert.equal(frozen.connectionState, 'connected');

  t.mock.timers.tick(5_000);
  assert.deepEqual(await counted(frozen), ['in 2', 'out 2', 'late 2']);
  assert.deepEqual(seen(frozen), [[true, 1], [true, 1]]);
  assert.equal(Object.hasOwn(frozen, 'getStats'), false);
});

test('whoever is frozen without being named is somebody who is connected, the same for the same seed', (t) => {
  makeBrowser(t);
  const frozenWith = (seed) => {
    const { faults } = inject({ seed });
    const all = Array.from({ length: 8 }, (_, index) => Object.assign(new RTCPeerConnection(), { state: index < 4 ? 'connected' : 'new' }));
    faults.freezePeer(1_000);
    const frozen = all.flatMap((pc, index) => (Object.hasOwn(pc, 'getStats') ? [index] : []));
    faults.restore();
    return frozen;
  };
  const seeds = Array.from({ length: 24 }, (_, seed) => seed);
  const chosen = seeds.map(frozenWith);
  assert.deepEqual(seeds.map(frozenWith), chosen);
  assert.ok(chosen.every(({ length }) => length === 1));
  assert.deepEqual([...new Set(chosen.flat())].sort(), [0, 1, 2, 3]);
});

test('a stream that nobody brings is refused, and where nobody is, nobody is frozen', (t) => {
  makeBrowser(t);
  const { faults, told } = inject();
  assert.throws(() => faults.freezePeer(1_000, new FakeMediaStream([new FakeTrack('video')])), RangeError);
  faults.freezePeer(1_000);
  assert.deepEqual(told, [{ kind: 'freeze-peer', ms: 1_000 }]);
});

/** Every fault of so many seconds, with its time. */
function runFor(t, seconds, seed, options) {
  const story = [];
  let now = 0;
  const { faults } = inject({ seed, onFault: (fault) => story.push({ at: now, ...fault }) });
  faults.random(options);
  for (now = 100; now <= seconds * 1_000; now += 100) t.mock.timers.tick(100);
  faults.restore();
  return story;
}

test('the same seed makes the same faults at the same times, and another one others', (t) => {
  makeBrowser(t);
  const options = { everyMs: 1_000, lastMs: 500 };
  const story = runFor(t, 60, 'tuesday', options);
  assert.deepEqual(runFor(t, 60, 'tuesday', options), story);
  assert.notDeepEqual(runFor(t, 60, 'wednesday', options), story);
  assert.ok(story.length >= 40 && story.length <= 90, `${story.length} in a minute`);
  assert.deepEqual([...new Set(story.map(({ kind }) => kind))].sort(), ['drop-socket', 'end-device', 'fail-device', 'freeze-peer', 'lose-network']);
  const lengths = story.flatMap(({ ms }) => ms ?? []);
  assert.ok(lengths.every((ms) => ms >= 250 && ms <= 750), String(lengths));
  story.slice(1).forEach(({ at }, index) => {
    const gap = at - story[index].at;
    assert.ok(gap >= 400 && gap <= 1_600, `${gap} ms from one to the next`);
  });
});

test('only the kinds that were asked for come, at the times at which others would', (t) => {
  makeBrowser(t);
  const some = runFor(t, 30, 1, { everyMs: 1_000, kinds: ['drop-socket', 'freeze-peer'] });
  assert.deepEqual([...new Set(some.map(({ kind }) => kind))].sort(), ['drop-socket', 'freeze-peer']);
  assert.deepEqual(some.map(({ at }) => at), runFor(t, 30, 1, { everyMs: 1_000 }).map(({ at }) => at));
});

test('a device that fails at random goes away, too', async (t) => {
  const { mediaDevices } = makeBrowser(t);
  const { faults, told } = inject();
  await open({ audio: true, video: true });
  faults.random({ everyMs: 1_000, lastMs: 100_000, kinds: ['fail-device'] });
  t.mock.timers.tick(1_500);
  const [{ device }] = told;
  assert.deepEqual(mediaDevices.opened.map(({ stopped }) => stopped), [device === 'microphone', device === 'camera']);
  await assert.rejects(open({ audio: device === 'microphone', video: device === 'camera' }), DOMException);
});

test('random faults stop when they are told to, or when others begin', (t) => {
  makeBrowser(t);
  const { faults, told } = inject();
  const stopFirst = faults.random({ everyMs: 1_000, kinds: ['drop-socket'] });
  const stop = faults.random({ everyMs: 1_000, kinds: ['freeze-peer'] });
  stopFirst();
  for (let second = 0; second < 10; second += 1) t.mock.timers.tick(1_000);
  assert.ok(told.length >= 6 && told.every(({ kind }) => kind === 'freeze-peer'), JSON.stringify(told));
  stop();
  const before = told.length;
  for (let second = 0; second < 10; second += 1) t.mock.timers.tick(1_000);
  assert.equal(told.length, before);
});

test('restore() gives everything back, ends what lasts, and leaves no timer', async (t) => {
  const { raised, mediaDevices } = makeBrowser(t);
  const { faults, told } = inject();
  const pc = new RTCPeerConnection();
  assert.ok(pc instanceof Connection && pc instanceof RTCPeerConnection && new Connection() instanceof RTCPeerConnection);
  faults.freezePeer(60_000);
  faults.failDevice('camera', 'in-use');
  faults.random({ everyMs: 1_000 });
  faults.loseNetwork(60_000);
  const asked = mediaDevices.getUserMedia;
  faults.restore();
  faults.restore();

  assert.deepEqual([WebSocket, RTCPeerConnection], [FakeWebSocket, Connection]);
  assert.equal(Object.hasOwn(mediaDevices, 'getUserMedia'), false);
  assert.deepEqual([raised, navigator.onLine], [['offline', 'online'], true]);
  assert.equal(pc.receivers[1].track.enabled, true);
  assert.equal((await asked.call(mediaDevices, { video: true })).getTracks().length, 1, 'whoever kept ours gets devices, too');
  const before = told.length;
  t.mock.timers.tick(10_000_000);
  assert.deepEqual([told.length, raised], [before, ['offline', 'online']], 'no timer was left');

  const uses = [
    () => faults.dropSocket(), () => faults.loseNetwork(1), () => faults.failDevice('camera', 'in-use'), () => faults.endDevice('camera'),
    () => faults.freezePeer(1), () => faults.random({ everyMs: 1 }),
  ];
  for (const use of uses) assert.throws(use, /ended with restore\(\)/);
  inject().faults.dropSocket();
});

test('what somebody else has put in its place since then stays', (t) => {
  makeBrowser(t);
  const { faults } = inject();
  const theirs = class extends WebSocket {};
  globalThis.WebSocket = theirs;
  faults.restore();
  assert.equal(WebSocket, theirs);
  assert.equal(new WebSocket('wss://calls.test').url, 'wss://calls.test');
});

test('a page without devices, which is insecure, has the other faults', (t) => {
  makeBrowser(t, { mediaDevices: null });
  const { faults } = inject();
  faults.dropSocket();
});

test('it is installed once, in a browser, and takes only what makes sense', (t) => {
  makeBrowser(t);
  const { faults, told } = inject();
  assert.throws(() => injectFaults(), /restore\(\) them first/);
  for (const ms of [0, -1, NaN, Infinity, undefined]) {
    assert.throws(() => faults.loseNetwork(ms), RangeError);
    assert.throws(() => faults.freezePeer(ms), RangeError);
    assert.throws(() => faults.random({ everyMs: ms }), RangeError);
  }
  assert.throws(() => faults.failDevice('camera', 'in-use', 0), RangeError);
  assert.throws(() => faults.failDevice('camera', 'nonsense'), RangeError);
  assert.throws(() => faults.failDevice('screen', 'in-use'), RangeError);
  assert.throws(() => faults.endDevice('screen'), RangeError);
  assert.throws(() => faults.random({ everyMs: 1, lastMs: 0 }), RangeError);
  for (const kinds of [[], ['nonsense']]) assert.throws(() => faults.random({ everyMs: 1, kinds }), RangeError);
  assert.deepEqual(told, []);
  faults.restore();
  delete globalThis.RTCPeerConnection;
  assert.throws(() => injectFaults(), /RTCPeerConnection is missing/);
});

test('without onFault the console tells each fault, and the seed that makes it again', (t) => {
  makeBrowser(t);
  const info = t.mock.method(console, 'info', () => {});
  const { faults } = inject({ seed: undefined, onFault: undefined });
  faults.dropSocket();
  assert.match(faults.seed, /^\d+$/);
  const [{ arguments: [words, fault] }] = info.mock.calls;
  assert.ok(words.includes(faults.seed));
  assert.deepEqual(fault, { kind: 'drop-socket' });
});
