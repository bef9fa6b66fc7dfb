import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeMediaDevices } from './fakes.mjs';

const { device_memory: { DeviceMemory } } = await importSource();

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
  const counted = [];
  return { memory: new DeviceMemory(storage, (name) => counted.push(name)), storage, counted };
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
});

test('devices without a name are not taken for one another', async () => {
  const { memory } = makeMemory();
  memory.remember('camera', 'old', '');
  assert.deepEqual(await memory.find(machine(camera('other', ''))), { camera: 'old' });
});

test('a storage that is full, forbidden, or holds something else is counted and done without', async () => {
  const broken = { getItem: () => { throw new Error('forbidden'); }, setItem: () => { throw new Error('full'); } };
  const { memory, counted } = makeMemory(broken);
  memory.remember('camera', 'a', 'A');
  assert.deepEqual(await memory.find(machine()), {});
  assert.ok(counted.length >= 2 && counted.every((name) => name === 'device-storage.failed'), String(counted));
  for (const text of ['{', 'null', '"text"', '7', '{"camera":3}', '[]']) {
    const storage = new FakeStorage();
    storage.setItem('groupcall.devices', text);
    assert.deepEqual(await makeMemory(storage).memory.find(machine()), {}, text);
  }
});
