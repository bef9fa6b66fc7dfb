import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeMediaDevices, settled } from './fakes.mjs';

const { device_watch: { DeviceWatch } } = await importSource();

const camera = (deviceId, label = `Camera ${deviceId}`) => ({ kind: 'videoinput', deviceId, label });

class FakePermissions {
  states = new Map();
  unknown = [];

  constructor(state) {
    for (const name of ['microphone', 'camera']) this.states.set(name, Object.assign(new EventTarget(), { state }));
  }
  async query({ name }) {
    if (this.unknown.includes(name)) throw new TypeError(`${name} is no name of a permission`);
    return this.states.get(name);
  }
  become(name, state) {
    this.states.get(name).state = state;
    this.states.get(name).dispatchEvent(new Event('change'));
  }
}

async function makeWatch({ list = [], permissions, mediaDevices = Object.assign(new FakeMediaDevices(), { list }) } = {}) {
  const events = [];
  const watch = new DeviceWatch((event) => events.push(event), { mediaDevices, permissions });
  await settled();
  return { watch, events, mediaDevices };
}

test('the devices of the machine are told at once, in words of our own', async () => {
  const { events } = await makeWatch({
    list: [{ kind: 'audioinput', deviceId: 'm', label: 'Mic' }, camera('c'), { kind: 'audiooutput', deviceId: '', label: '' }],
  });
  assert.deepEqual(events, [
    {
      type: 'media.devices',
      devices: [
        { kind: 'microphone', deviceId: 'm', label: 'Mic' },
        { kind: 'camera', deviceId: 'c', label: 'Camera c' },
        { kind: 'speaker', deviceId: '', label: '' },
      ],
      microphoneGranted: false,
      cameraGranted: false,
    },
  ]);
});

test('a change is told, and what is as it was is not', async () => {
  const { watch, events, mediaDevices } = await makeWatch({ list: [camera('a')] });
  await watch.look();
  mediaDevices.change([camera('a')]);
  await settled();
  assert.equal(events.length, 1);
  mediaDevices.change([camera('a'), camera('b')]);
  await settled();
  assert.deepEqual(events[1].devices.map(({ deviceId }) => deviceId), ['a', 'b']);
});

test('labels that a permission uncovers are a change', async () => {
  const { watch, events, mediaDevices } = await makeWatch({ list: [camera('', '')] });
  mediaDevices.list = [camera('a')];
  await watch.look();
  assert.equal(events[1].devices[0].label, 'Camera a');
});

test('of two looks at once the later one is believed', async () => {
  const { watch, events, mediaDevices } = await makeWatch();
  const answers = [];
  mediaDevices.enumerateDevices = () => new Promise((resolve) => answers.push(resolve));
  void watch.look();
  void watch.look();
  answers[1]([camera('new')]);
  await settled();
  answers[0]([camera('old')]);
  await settled();
  assert.deepEqual(events.slice(1).map(({ devices }) => devices[0].deviceId), ['new']);
});

test('a permission that is given later is told', async () => {
  const permissions = new FakePermissions('prompt');
  const { events } = await makeWatch({ permissions });
  permissions.become('camera', 'granted');
  await settled();
  assert.deepEqual([events.at(-1).microphoneGranted, events.at(-1).cameraGranted], [false, true]);
});

test('a browser that does not know these permissions tells its devices all the same', async () => {
  const permissions = new FakePermissions('granted');
  permissions.unknown = ['camera', 'microphone'];
  const { events } = await makeWatch({ permissions, list: [camera('a')] });
  assert.deepEqual(events.map(({ devices, cameraGranted }) => [devices.length, cameraGranted]), [[1, false]]);
});

test('more than 64 devices, and long names, are cut to what the core takes', async () => {
  const { events } = await makeWatch({ list: Array.from({ length: 70 }, (_, index) => camera(String(index), 'x'.repeat(2_000))) });
  assert.equal(events[0].devices.length, 64);
  assert.equal(events[0].devices[0].label.length, 340);
});

test('a list that cannot be had, and an insecure page, tell nothing', async () => {
  const refusing = Object.assign(new FakeMediaDevices(), { enumerateDevices: async () => Promise.reject(new DOMException('', 'NotAllowedError')) });
  assert.deepEqual((await makeWatch({ mediaDevices: refusing })).events, []);
  assert.deepEqual((await makeWatch({ mediaDevices: null })).events, []);
});

test('once closed, nothing is told any more', async () => {
  const permissions = new FakePermissions('prompt');
  const { watch, events, mediaDevices } = await makeWatch({ permissions });
  const told = events.length;
  void watch.look();
  watch.close();
  mediaDevices.change([camera('a')]);
  permissions.become('camera', 'granted');
  await settled();
  assert.equal(events.length, told);
});
