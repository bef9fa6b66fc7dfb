import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeMediaDevices, FakeMediaStream, FakePage, FakeTrack, deferred, settled } from './fakes.mjs';

const { devices: { keepScreenOn, processDevices, rememberDevices } } = await importSource();

class FakeStorage {
  items = new Map();

  getItem(key) {
    return this.items.get(key) ?? null;
  }
  setItem(key, value) {
    this.items.set(key, value);
  }
}

function makeMemory(storage = new FakeStorage()) {
  return { memory: rememberDevices(storage), storage };
}

const machine = (...list) => Object.assign(new FakeMediaDevices(), { list });
const camera = (deviceId, label) => ({ kind: 'videoinput', deviceId, label });

test('nothing chosen is nothing found, and the devices are not asked for', async () => {
  const { memory } = makeMemory();
  assert.deepEqual(await memory.find({ enumerateDevices: () => assert.fail('asked') }), {});
});

test('what was chosen is found by its id, else by its label, else by the id that it had', async () => {
  const { memory, storage } = makeMemory();
  memory.remember('camera', 'old', 'Front');
  memory.remember('microphone', 'm', 'Headset');
  const again = makeMemory(storage).memory;
  const microphone = 'm';
  assert.deepEqual(await again.find(machine(camera('new', 'Front'), camera('old', 'Other'))), { camera: 'old', microphone });
  assert.deepEqual(await again.find(machine(camera('new', 'Front'), { kind: 'audioinput', deviceId: 'old', label: '' })), { camera: 'new', microphone });
  assert.deepEqual(await again.find(machine(camera('', ''))), { camera: 'old', microphone });
  const mute = { enumerateDevices: async () => { throw new DOMException('', 'NotAllowedError'); } };
  assert.deepEqual(await again.find(mute), { camera: 'old', microphone });
});

test('devices without a name are not taken for one another', async () => {
  const { memory } = makeMemory();
  memory.remember('camera', 'old', '');
  assert.deepEqual(await memory.find(machine(camera('other', ''))), { camera: 'old' });
});

test('a storage that is full, forbidden, or holds something else is done without, and told', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const broken = { getItem: () => { throw new Error('forbidden'); }, setItem: () => { throw new Error('full'); } };
  const { memory } = makeMemory(broken);
  memory.remember('camera', 'a', 'A');
  assert.deepEqual(await memory.find(machine()), {});
  assert.equal(warn.mock.callCount(), 3);
  for (const text of ['{', 'null', '"text"', '7', '{"camera":3}', '[]']) {
    const storage = new FakeStorage();
    storage.setItem('groupcall.devices', text);
    assert.deepEqual(await makeMemory(storage).memory.find(machine()), {}, text);
  }
});

// ---- processors ------------------------------------------------------------------------

/** Opens a microphone and a camera, of which the processor makes what it likes. */
async function openProcessed(t, camera) {
  const mediaDevices = new FakeMediaDevices();
  Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices }, configurable: true });
  globalThis.MediaStream = FakeMediaStream;
  t.after(() => delete globalThis.navigator);
  const [audio, plain] = [new FakeTrack('audio'), new FakeTrack('video', { label: 'Plain', deviceId: 'c1' })];
  const opening = processDevices({ camera })({ audio: true, video: { width: 640 } });
  opening.catch(() => {});
  assert.deepEqual(mediaDevices.requests[0].constraints, { audio: true, video: { width: 640 } });
  mediaDevices.requests[0].resolve(new FakeMediaStream([audio, plain]));
  await settled();
  return { opening, audio, plain };
}

test('what a processor makes of a track goes in its place, passes for the device, and ends with it', async (t) => {
  const blurred = new FakeTrack('video', { deviceId: '' });
  const { opening, audio, plain } = await openProcessed(t, async (track) => {
    assert.equal(track.label, 'Plain');
    return blurred;
  });
  assert.deepEqual((await opening).getTracks(), [audio, blurred]);
  assert.deepEqual([blurred.label, blurred.getSettings().deviceId], ['Plain', 'c1']);
  let ended = 0;
  blurred.addEventListener('ended', () => (ended += 1));
  plain.end();
  assert.equal(ended, 1, 'a device that vanishes under its processor');
  blurred.stop();
  assert.deepEqual([blurred.stopped, plain.stopped, audio.stopped], [true, true, false]);
});

test('a processor may give the very track back', async (t) => {
  const { opening, plain } = await openProcessed(t, (track) => track);
  assert.equal((await opening).getTracks()[1], plain);
});

for (const [how, processor] of [
  ['throws', () => { throw new Error('no blur'); }],
  ['rejects', async () => { throw new Error('no blur'); }],
]) {
  test(`a processor that ${how} fails the devices, and nothing is left on`, async (t) => {
    const { opening, plain, audio } = await openProcessed(t, processor);
    await assert.rejects(opening, { name: 'ProcessorError', message: 'no blur' });
    await settled();
    assert.deepEqual([plain.stopped, audio.stopped], [true, true]);
  });
}

test('a processor that takes over 10 s has failed, and what it makes later is stopped', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { promise, resolve } = deferred();
  const { opening, plain } = await openProcessed(t, () => promise);
  t.mock.timers.tick(9_999);
  await settled();
  assert.equal(plain.stopped, false);
  t.mock.timers.tick(1);
  await assert.rejects(opening, { name: 'ProcessorError', message: 'it took too long' });
  assert.equal(plain.stopped, true);
  const late = new FakeTrack('video');
  resolve(late);
  await settled();
  assert.equal(late.stopped, true);
});

// ---- the screen ------------------------------------------------------------------------

class FakeWakeLocks {
  /** Requests, oldest first: each a promise with its handles. */
  asked = [];

  request(type) {
    const request = { type, ...deferred() };
    this.asked.push(request);
    return request.promise;
  }
  /** Gives the lock of the last request. */
  async give() {
    const lock = { released: false, release: async function release() { this.released = true; } };
    this.asked.at(-1).resolve(lock);
    await settled();
    return lock;
  }
}

class FakeCall {
  snapshot = { phase: 'idle', room: null };
  listeners = new Set();

  getSnapshot = () => this.snapshot;
  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  become(phase, callType) {
    this.snapshot = { phase, room: callType ? { callType } : null };
    for (const listener of this.listeners) listener();
  }
}

function makeScreen() {
  const [call, locks] = [new FakeCall(), new FakeWakeLocks()];
  const page = new FakePage();
  return { call, locks, page, stop: keepScreenOn(call, { locks, page: page.document }) };
}

test('the screen stays on from the admission to the end of a video call', async () => {
  const { call, locks } = makeScreen();
  call.become('joining', 'video');
  assert.equal(locks.asked.length, 0);
  call.become('joined', 'video');
  const lock = await locks.give();
  call.become('reconnecting', 'video');
  assert.deepEqual(locks.asked.map(({ type }) => type), ['screen']);
  assert.equal(lock.released, false);
  call.become('leaving', 'video');
  assert.equal(lock.released, true);
});

test('in a voice call the screen may go off', () => {
  const { call, locks } = makeScreen();
  call.become('joined', 'voice');
  assert.equal(locks.asked.length, 0);
});

test('a lock that comes after the call, and one that is stopped, are released', async () => {
  const { call, locks, stop } = makeScreen();
  call.become('joined', 'video');
  call.become('idle');
  assert.equal((await locks.give()).released, true, 'too late');
  call.become('joined', 'video');
  const lock = await locks.give();
  stop();
  assert.equal(lock.released, true);
  assert.equal(call.listeners.size, 0);
  call.become('joined', 'video');
  assert.equal(locks.asked.length, 2);
});

test('the lock that a hidden page has lost is asked for when it is seen again', async () => {
  const { call, locks, page } = makeScreen();
  call.become('joined', 'video');
  const lock = await locks.give();
  page.become('hidden');
  lock.released = true;
  page.become('visible');
  assert.equal(locks.asked.length, 2);
  call.become('idle');
  page.become('visible');
  assert.equal(locks.asked.length, 2, 'nobody needs it any more');
});

test('a system that refuses the lock, and a browser that has none, are left alone', async () => {
  const { call, locks } = makeScreen();
  call.become('joined', 'video');
  locks.asked[0].reject(new DOMException('battery', 'NotAllowedError'));
  await settled();
  call.become('idle');
  keepScreenOn(Object.assign(new FakeCall(), { snapshot: { phase: 'joined', room: { callType: 'video' } } }), { locks: undefined, page: new FakePage().document })();
});
