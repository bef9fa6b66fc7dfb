/** Which devices the form before a call opens, and when. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement as h } from 'react';

import { FakeMediaDevices } from './fakes.mjs';
import { openReactPage } from './react_page.mjs';

const { act, mount, PreJoin } = await openReactPage();

const LIST = ['audioinput mic-a', 'videoinput cam-a', 'videoinput cam-b'].map((words) => {
  const [kind, deviceId] = words.split(' ');
  return { kind, deviceId, label: deviceId };
});

/** A form whose memory answers when the test says so; nobody answers the browser's question. */
async function openForm() {
  const devices = new FakeMediaDevices();
  devices.list = LIST;
  Object.defineProperty(navigator, 'mediaDevices', { value: devices, configurable: true });
  const memory = { remember: () => {} };
  const found = new Promise((resolve, reject) => Object.assign(memory, { resolve, reject }));
  memory.find = () => found;
  const page = await mount(h(PreJoin, { deviceMemory: memory, onJoin: () => {} }), { strict: true });
  const asked = () => devices.requests.map(({ constraints }) => constraints);
  const [camera] = page.place.querySelectorAll('select');
  const choose = (deviceId) => act(async () => {
    camera.value = deviceId;
    camera.dispatchEvent(new Event('change', { bubbles: true }));
  });
  const toggle = (kind) => act(async () => page.place.querySelector(`[data-device=${kind}]`).click());
  return { memory, asked, choose, toggle };
}

test('what was remembered is opened, with one question for both', async () => {
  const { memory, asked } = await openForm();
  assert.deepEqual(asked(), []);
  await act(async () => memory.resolve({ camera: 'cam-b', microphone: 'mic-a' }));
  assert.deepEqual(asked(), [{ audio: { deviceId: 'mic-a' }, video: { deviceId: 'cam-b' } }]);
});

test('what somebody chooses before the memory has answered stays chosen, and is not opened twice', async () => {
  const { memory, asked, choose, toggle } = await openForm();
  await choose('cam-b');
  const chosen = { video: { deviceId: { exact: 'cam-b' } } };
  assert.deepEqual(asked(), [chosen]);
  await act(async () => memory.resolve({ camera: 'cam-a', microphone: 'mic-a' }));
  assert.deepEqual(asked(), [chosen, { audio: { deviceId: 'mic-a' } }]);
  await toggle('camera');
  await toggle('camera');
  assert.deepEqual(asked().slice(2), [chosen]);
});

test('what somebody turns off before the memory has answered stays off', async () => {
  const { memory, asked, toggle } = await openForm();
  await toggle('camera');
  await act(async () => memory.resolve({ camera: 'cam-a' }));
  assert.deepEqual(asked(), [{ audio: {} }]);
});

test('a memory that fails is none', async (t) => {
  const told = t.mock.method(console, 'info', () => {}).mock;
  const { memory, asked } = await openForm();
  await act(async () => memory.reject(new Error('storage is full')));
  assert.deepEqual(asked(), [{ audio: {}, video: {} }]);
  assert.match(String(told.calls[0].arguments.at(-1)), /storage is full/);
});
