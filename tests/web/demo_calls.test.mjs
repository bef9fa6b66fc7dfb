// How the demo's page makes one call after the other, and takes back a join.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { importCompiled } from './compile_parts.mjs';

const log = [];
let made = 0;
/** Resolved by a test, to let `createGroupCall()` end. */
let gate = Promise.resolve();
/** Called when `createGroupCall()` is. */
let begun = () => {};

globalThis.location = { search: '', origin: 'https://demo.test', href: 'https://demo.test/' };
globalThis.window = {};
globalThis.fakePackage = {
  async createGroupCall() {
    const name = `call ${(made += 1)}`;
    begun();
    await gate;
    log.push(`${name} made`);
    return {
      join: async () => void log.push(`${name} joins`),
      leave: async () => void log.push(`${name} leaves`),
      dispose: () => log.push(`${name} disposed`),
    };
  },
  keepScreenOn: () => {
    const name = `call ${made}`;
    log.push(`${name} keeps the screen on`);
    return () => log.push(`${name} lets the screen go`);
  },
};
const fake = fileURLToPath(new URL('./fake_package.mjs', import.meta.url));
const { cancelJoin, joinRoom } = await importCompiled('demo-calls', "export * from '../../demo/calls.js';", { groupcall: fake, 'groupcall/devices': fake });

const choice = { name: 'Ann', media: {}, start: {} };
const told = () => log.splice(0);

function closedGate() {
  let open;
  gate = new Promise((resolve) => (open = resolve));
  return open;
}

test('each call ends, and lets the screen go, when the next is made', async () => {
  const calls = [];
  await joinRoom('r', choice, (call) => calls.push(call));
  assert.deepEqual(told(), ['call 1 made', 'call 1 keeps the screen on', 'call 1 joins']);
  await joinRoom('r', choice, (call) => calls.push(call));
  assert.deepEqual(told(), ['call 1 leaves', 'call 1 lets the screen go', 'call 1 disposed', 'call 2 made', 'call 2 keeps the screen on', 'call 2 joins']);
  assert.equal(window.groupcallDemo.call, calls[1]);
});

test('a join that is cancelled while its call is still being made joins nothing', async () => {
  const open = closedGate();
  const joining = joinRoom('r', choice, () => log.push('told of a call'));
  await new Promise((resolve) => (begun = resolve));
  const before = window.groupcallDemo.call;
  cancelJoin();
  open();
  await assert.rejects(joining, ({ code }) => code === 'aborted');
  assert.deepEqual(told().slice(-2), ['call 3 made', 'call 3 disposed']);
  assert.equal(window.groupcallDemo.call, before);
});

test('of two joins at once only the last is one', async () => {
  const open = closedGate();
  const first = joinRoom('r', choice, () => log.push('told of the first'));
  const second = joinRoom('r', choice, () => log.push('told of the second'));
  open();
  await assert.rejects(first, ({ code }) => code === 'aborted');
  await second;
  assert.deepEqual(told().slice(-5), ['call 5 made', 'call 4 disposed', 'call 5 keeps the screen on', 'told of the second', 'call 5 joins']);
});
