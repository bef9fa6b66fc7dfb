import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { off, on, participantView } from './views.mjs';

const { playback: { createPlayback } } = await importSource();

const refusal = () => new DOMException('press something first', 'NotAllowedError');

/** A media element as far as playing goes: what is not allowed stays paused and rejects, as in browsers. */
class FakeElement {
  static made = [];
  static allowed = true;
  /** Devices that can be used, besides the browser's own choice. */
  static devices = new Set(['headset', 'speaker']);
  /** Held back until the test lets go, by device. */
  static held = new Map();

  paused = true;
  muted = false;
  volume = 1;
  sinkId = '';
  plays = 0;
  removed = false;
  #stream = null;

  constructor() {
    FakeElement.made.push(this);
  }
  get srcObject() {
    return this.#stream;
  }
  set srcObject(stream) {
    this.#stream = stream;
    this.paused = true;
  }
  async play() {
    this.plays += 1;
    if (this.failure) throw this.failure;
    if (!FakeElement.allowed && !this.muted) throw refusal();
    this.paused = false;
  }
  async setSinkId(device) {
    await FakeElement.held.get(device);
    if (device !== '' && !FakeElement.devices.has(device)) throw new DOMException('gone', 'NotFoundError');
    this.sinkId = device;
  }
  remove() {
    this.removed = true;
  }
}

/** Audio elements that hold a stream: what is heard, or would be. */
const sounding = () => FakeElement.made.filter(({ muted, srcObject }) => !muted && srcObject !== null);
const settled = () => new Promise((resolve) => setImmediate(resolve));

const stream = (name) => ({ name });
const person = (userId, members = {}) => ({
  ...participantView(userId),
  streams: { camera: stream(`${userId} camera`), microphone: stream(`${userId} microphone`), screen: stream(`${userId} screen`) },
  ...members,
});

/** A call that shows what the test says. */
function makeCall(participants = []) {
  const listeners = new Set();
  const self = {
    userId: 'me',
    camera: on,
    microphone: on,
    screen: off,
    streams: { camera: stream('my camera'), microphone: stream('mine'), screen: stream('my screen') },
  };
  let snapshot = { self, participants };
  return {
    listeners,
    getSnapshot: () => snapshot,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show: (members) => {
      snapshot = { ...snapshot, ...members };
      for (const listener of [...listeners]) listener();
    },
  };
}

/** The listeners to `devicechange`. */
let deviceListeners;

beforeEach(() => {
  deviceListeners = new Set();
  const mediaDevices = {
    addEventListener: (event, listener) => event === 'devicechange' && deviceListeners.add(listener),
    removeEventListener: (event, listener) => event === 'devicechange' && deviceListeners.delete(listener),
  };
  Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices }, configurable: true });
  FakeElement.made = [];
  FakeElement.allowed = true;
  FakeElement.devices = new Set(['headset', 'speaker']);
  FakeElement.held = new Map();
  globalThis.Audio = FakeElement;
});
afterEach(() => {
  delete globalThis.Audio;
  delete globalThis.navigator;
});

test('an element shows the camera while that is on, and nothing otherwise', () => {
  const bob = person('bob');
  const call = makeCall([bob]);
  const { attachMedia } = createPlayback(call);
  const element = new FakeElement();
  attachMedia(element, 'bob', 'camera');
  assert.equal(element.srcObject, bob.streams.camera);
  assert.deepEqual([element.muted, element.playsInline, element.paused], [true, true, false]);
  for (const state of ['off', 'loading', 'error', 'ended']) {
    call.show({ participants: [{ ...bob, camera: { state, reason: 'none' } }] });
    assert.equal(element.srcObject, null, state);
    call.show({ participants: [bob] });
    assert.equal(element.srcObject, bob.streams.camera, `on after ${state}`);
  }
  const replacing = { ...bob, camera: { state: 'replacing', reason: 'starting' } };
  call.show({ participants: [replacing] });
  assert.equal(element.srcObject, bob.streams.camera, 'the one before is still sent');
  call.show({ participants: [{ ...replacing, streams: { ...bob.streams, camera: null } }] });
  assert.equal(element.srcObject, null, 'it was released');
  const other = stream('another camera');
  call.show({ participants: [{ ...bob, streams: { ...bob.streams, camera: other } }] });
  assert.equal(element.srcObject, other);
});

test('what has not changed is not played again', () => {
  const bob = person('bob');
  const call = makeCall([bob]);
  const element = new FakeElement();
  createPlayback(call).attachMedia(element, 'bob', 'camera');
  call.show({ participants: [{ ...bob, microphone: off }] });
  call.show({ self: { ...call.getSnapshot().self, camera: off } });
  assert.deepEqual([element.plays, ...sounding().map(({ plays }) => plays)], [1, 1]);
});

test('screens, oneself, and somebody who is not there yet', () => {
  const call = makeCall();
  const { attachMedia } = createPlayback(call);
  const [mine, myScreen, screen] = [new FakeElement(), new FakeElement(), new FakeElement()];
  attachMedia(mine, 'me', 'camera');
  attachMedia(myScreen, 'me', 'screen');
  attachMedia(screen, 'bob', 'screen');
  assert.deepEqual([mine.srcObject.name, myScreen.srcObject, screen.srcObject], ['my camera', null, null]);
  call.show({ self: { ...call.getSnapshot().self, screen: on }, participants: [person('bob', { screen: on })] });
  assert.deepEqual([myScreen.srcObject.name, screen.srcObject.name], ['my screen', 'bob screen']);
  call.show({ participants: [person('bob')] });
  assert.equal(screen.srcObject, null, 'it is not shared any more');
  call.show({ participants: [person('bob', { screen: on })] });
  call.show({ participants: [] });
  assert.equal(screen.srcObject, null, 'bob has left');
});

test('an element is detached for good, but not by whoever had it before', () => {
  const call = makeCall([person('bob'), person('carol')]);
  const { attachMedia } = createPlayback(call);
  const element = new FakeElement();
  const detachBob = attachMedia(element, 'bob', 'camera');
  const detachCarol = attachMedia(element, 'carol', 'camera');
  detachBob();
  assert.equal(element.srcObject.name, 'carol camera');
  detachCarol();
  assert.equal(element.srcObject, null);
  call.show({ participants: [person('bob'), person('carol')] });
  assert.equal(element.srcObject, null);
});

test('everybody else has one audio element for as long as they are there, whatever their stream does', () => {
  const bob = person('bob');
  const call = makeCall();
  createPlayback(call);
  assert.equal(FakeElement.made.length, 0, 'nobody to hear, oneself least of all');
  call.show({ participants: [bob, person('carol')] });
  assert.deepEqual(sounding().map(({ srcObject }) => srcObject.name), ['bob microphone', 'carol microphone']);
  call.show({ participants: [{ ...bob, streams: { ...bob.streams, microphone: null } }, person('carol')] });
  call.show({ participants: [{ ...bob, microphone: off }, person('carol')] });
  assert.equal(FakeElement.made.length, 2);
  const [element] = FakeElement.made;
  assert.deepEqual([element.srcObject, element.paused], [bob.streams.microphone, false]);
  call.show({ participants: [person('carol')] });
  assert.deepEqual([element.srcObject, element.removed], [null, true]);
  call.show({ participants: [] });
  assert.deepEqual(sounding(), []);
});

test('the sound of a screen has an element of its own while it is shared, as loud and where the rest is', async () => {
  const bob = person('bob');
  const call = makeCall([bob]);
  const { setVolume, setOutputDevice } = createPlayback(call);
  setVolume('bob', 0.5);
  await setOutputDevice('headset');
  call.show({ participants: [{ ...bob, screen: on }] });
  await settled();
  assert.deepEqual(
    sounding().map(({ srcObject, volume, sinkId, paused }) => [srcObject.name, volume, sinkId, paused]),
    [['bob microphone', 0.5, 'headset', false], ['bob screen', 0.5, 'headset', false]],
  );
  setVolume('bob', 0.25);
  assert.deepEqual(sounding().map(({ volume }) => volume), [0.25, 0.25]);
  await setOutputDevice('speaker');
  assert.deepEqual(sounding().map(({ sinkId }) => sinkId), ['speaker', 'speaker']);
  const shared = sounding()[1];
  call.show({ participants: [bob] });
  assert.deepEqual([shared.srcObject, shared.removed], [null, true]);
  assert.deepEqual(sounding().map(({ srcObject }) => srcObject.name), ['bob microphone']);
  call.show({ participants: [{ ...bob, screen: on }] });
  call.show({ participants: [] });
  assert.deepEqual(sounding(), []);
});

test('audio elements go where the page wants them, or are not made at all', () => {
  const appended = [];
  createPlayback(makeCall([person('bob')]), { container: { append: (element) => appended.push(element) } });
  assert.deepEqual(appended, FakeElement.made);
  createPlayback(makeCall([person('bob')]), { sound: false });
  assert.equal(FakeElement.made.length, 1);
});

test('refused sound needs a gesture, and plays after it', async () => {
  FakeElement.allowed = false;
  const playback = createPlayback(makeCall([person('bob'), person('carol')]));
  let told = 0;
  playback.subscribe(() => (told += 1));
  const before = playback.getSnapshot();
  assert.equal(before.needsGesture, false, 'nothing was refused yet');
  await settled();
  assert.deepEqual([playback.getSnapshot().needsGesture, told], [true, 1]);
  assert.notEqual(playback.getSnapshot(), before);

  const stillRefused = playback.resumePlayback();
  await stillRefused;
  assert.equal(playback.getSnapshot().needsGesture, true, 'not from a click');

  FakeElement.allowed = true;
  const resumed = playback.resumePlayback();
  // Without an await in between, or the click would be over.
  assert.deepEqual(sounding().map(({ plays, paused }) => [plays, paused]), [[3, false], [3, false]]);
  await resumed;
  assert.deepEqual([playback.getSnapshot().needsGesture, told], [false, 2]);
});

test('what was refused plays by itself when the call changes and the browser has changed its mind', async () => {
  FakeElement.allowed = false;
  const call = makeCall([person('bob')]);
  const playback = createPlayback(call);
  await settled();
  const { self } = call.getSnapshot();
  call.show({ self: { ...self, microphone: off } });
  await settled();
  assert.equal(playback.getSnapshot().needsGesture, true);
  FakeElement.allowed = true;
  call.show({ self });
  assert.deepEqual([playback.getSnapshot().needsGesture, sounding()[0].paused], [false, false]);
});

test('what plays but has nothing to play yet needs no gesture any more', async () => {
  FakeElement.allowed = false;
  const playback = createPlayback(makeCall([person('bob')]));
  await settled();
  const [element] = FakeElement.made;
  element.play = () => {
    element.paused = false;
    return new Promise(() => {});
  };
  void playback.resumePlayback();
  assert.equal(playback.getSnapshot().needsGesture, false);
});

test('nobody is asked for a gesture on behalf of who has left, or of a stream that was replaced', async () => {
  FakeElement.allowed = false;
  const bob = person('bob');
  const call = makeCall([bob, person('carol')]);
  const playback = createPlayback(call);
  await settled();
  call.show({ participants: [bob] });
  assert.equal(playback.getSnapshot().needsGesture, true);
  call.show({ participants: [] });
  assert.equal(playback.getSnapshot().needsGesture, false);

  call.show({ participants: [person('dave')] });
  call.show({ participants: [] }); // before the browser has said no
  await settled();
  assert.equal(playback.getSnapshot().needsGesture, false);
});

test('play() that is overtaken is no trouble, and any other failure does not go unseen', async () => {
  FakeElement.allowed = false;
  const { getSnapshot, resumePlayback } = createPlayback(makeCall([person('bob'), person('carol')]));
  await settled();
  const [overtaken, broken] = FakeElement.made;
  overtaken.failure = new DOMException('another stream', 'AbortError');
  await resumePlayback();
  broken.failure = new DOMException('what is this', 'NotSupportedError');
  await assert.rejects(resumePlayback(), { name: 'NotSupportedError' });
  assert.equal(getSnapshot().needsGesture, true, 'both are still silent');
});

test('somebody is as loud as wanted, before they come and after they come back', () => {
  const call = makeCall([person('bob'), person('carol')]);
  const { setVolume } = createPlayback(call);
  const volumes = () => sounding().map(({ volume }) => volume);
  setVolume('bob', 0.25);
  setVolume('dave', 0);
  assert.deepEqual(volumes(), [0.25, 1]);
  call.show({ participants: [person('carol')] });
  call.show({ participants: [person('carol'), person('bob'), person('dave')] });
  assert.deepEqual(volumes(), [1, 0.25, 0]);
  for (const wrong of [-0.1, 1.1, Number.NaN, undefined]) assert.throws(() => setVolume('bob', wrong), RangeError);
  assert.deepEqual(volumes(), [1, 0.25, 0]);
});

test('the output device is that of everybody, also of those who come later', async () => {
  const call = makeCall([person('bob')]);
  const { setOutputDevice, getSnapshot, subscribe } = createPlayback(call);
  let told = 0;
  const tell = () => (told += 1);
  subscribe(tell);
  subscribe(tell)(); // and stopped at once
  await setOutputDevice('headset');
  call.show({ participants: [person('bob'), person('carol')] });
  await settled();
  assert.deepEqual(sounding().map(({ sinkId }) => sinkId), ['headset', 'headset']);
  assert.deepEqual([getSnapshot().outputDevice, told], ['headset', 1]);
  await setOutputDevice('');
  assert.deepEqual([getSnapshot().outputDevice, ...sounding().map(({ sinkId }) => sinkId)], ['', '', '']);
});

test('an output device that cannot be used is refused at once and changes nothing', async () => {
  const { setOutputDevice, getSnapshot } = createPlayback(makeCall([person('bob')]));
  await setOutputDevice('headset');
  await assert.rejects(setOutputDevice('nonsense'), { name: 'NotFoundError' });
  assert.deepEqual([getSnapshot().outputDevice, sounding()[0].sinkId], ['headset', 'headset']);
  await assert.rejects(createPlayback(makeCall()).setOutputDevice('nonsense'), { name: 'NotFoundError' }, 'also with nobody there');

  globalThis.Audio = class {};
  await assert.rejects(setOutputDevice('speaker'), { name: 'NotSupportedError' });
});

test('of two wishes for a device the last one counts, whichever is quicker', async () => {
  const { setOutputDevice, getSnapshot } = createPlayback(makeCall([person('bob')]));
  let answer;
  FakeElement.held.set('headset', new Promise((resolve) => (answer = resolve)));
  const first = setOutputDevice('headset');
  await setOutputDevice('speaker');
  answer();
  await first;
  assert.deepEqual([getSnapshot().outputDevice, sounding()[0].sinkId], ['speaker', 'speaker']);
});

test('a device that has vanished when somebody comes leaves nobody unheard, and the snapshot says so', async () => {
  const call = makeCall([person('bob')]);
  const { setOutputDevice, getSnapshot } = createPlayback(call);
  await setOutputDevice('headset');
  FakeElement.devices.delete('headset');
  call.show({ participants: [person('bob'), person('carol')] });
  await settled();
  assert.equal(getSnapshot().outputDevice, '');
  assert.deepEqual(sounding().map(({ sinkId }) => sinkId), ['', '']);
});

test('a device that is unplugged gives the sound back to the one that the browser chooses, another one does not', async () => {
  const call = makeCall([person('bob')]);
  const { setOutputDevice, getSnapshot } = createPlayback(call);
  const devicesChange = async () => {
    for (const listener of deviceListeners) listener();
    await settled();
  };
  await devicesChange();
  await setOutputDevice('headset');
  FakeElement.devices.delete('speaker');
  await devicesChange();
  assert.deepEqual([getSnapshot().outputDevice, sounding()[0].sinkId], ['headset', 'headset']);
  FakeElement.devices.delete('headset');
  await devicesChange();
  assert.deepEqual([getSnapshot().outputDevice, sounding()[0].sinkId], ['', '']);
  assert.equal(deviceListeners.size, 1);
  call.show({ participants: [] });
  assert.equal(deviceListeners.size, 0, 'after the call nothing is listened to');
});

test('a page without mediaDevices, as an insecure one is, plays all the same', () => {
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  createPlayback(makeCall([person('bob')]));
  assert.equal(sounding().length, 1);
});

test('after dispose() nothing plays, and nothing does again', async () => {
  FakeElement.allowed = false;
  const call = makeCall([person('bob')]);
  const playback = createPlayback(call);
  const [element, mine] = [new FakeElement(), new FakeElement()];
  playback.attachMedia(element, 'bob', 'camera');
  playback.attachMedia(mine, 'me', 'camera');
  await settled();
  let answer;
  FakeElement.held.set('headset', new Promise((resolve) => (answer = resolve)));
  const choosing = playback.setOutputDevice('headset');
  let told = 0;
  playback.subscribe(() => (told += 1));
  playback.dispose();
  assert.deepEqual([FakeElement.made.filter(({ srcObject }) => srcObject), call.listeners.size, deviceListeners.size], [[], 0, 0]);
  assert.deepEqual([playback.getSnapshot().needsGesture, told], [false, 1]);

  answer();
  await choosing;
  assert.equal(playback.getSnapshot().outputDevice, '', 'too late');
  playback.attachMedia(element, 'bob', 'camera');
  playback.attachMedia(mine, 'me', 'camera');
  playback.setVolume('bob', 0.5);
  await playback.resumePlayback();
  await playback.setOutputDevice('speaker');
  playback.dispose();
  assert.deepEqual([element.srcObject, mine.srcObject, told], [null, null, 1]);
});

test('a listener that ends the playing, or fails, does no harm', async (t) => {
  FakeElement.allowed = false;
  const thrown = [];
  t.mock.method(globalThis, 'queueMicrotask', (callback) => {
    try { callback(); } catch (error) { thrown.push(error.message); }
  });
  const call = makeCall([person('bob'), person('carol')]);
  const playback = createPlayback(call);
  playback.subscribe(() => { throw new Error('mistake of the page'); });
  playback.subscribe(() => playback.dispose());
  await settled();
  assert.deepEqual([sounding(), call.listeners.size, playback.getSnapshot().needsGesture], [[], 0, false]);
  assert.deepEqual(thrown, ['mistake of the page', 'mistake of the page'], 'told that it is needed, and that it is not');
});
