// What wasm/bindings.cpp and wasm/js add to the bridge: numbers in place of pointers, and texts across the border.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const folder = new URL('../../build/wasm/wasm/', import.meta.url);
const { default: createModule } = await import(new URL('groupcall.js', folder).href);
const wasmBinary = readFileSync(new URL('groupcall.wasm', folder));
const record = readFileSync(new URL('../vectors/bridge/recorded_call.txt', import.meta.url), 'utf8');
const [config] = record.split('\n');

const load = (options = {}) => createModule({ wasmBinary, ...options });

test('a bridge that was deleted, or never was, refuses all and harms no other', async () => {
  const module = await load();
  const first = new module.CallBridge(config);
  first.delete();
  const second = new module.CallBridge(config);
  assert.equal(second.error(), '');
  const refused = '{"refused":"deleted"}';
  assert.equal(first.handle('{"type":"host.woke"}', 1), refused);
  assert.equal(first.handleFrame(1, '2', 1), refused);
  assert.equal(first.error(), 'deleted');
  first.delete();
  for (const number of [-1, 2, 0.5, 2 ** 32, NaN, Infinity, undefined]) {
    assert.equal(module.handle(number, '{"type":"host.woke"}', 1), refused, `${number}`);
    module.deleteBridge(number);
  }
  assert.match(second.handle('{"type":"host.woke"}', 1), /^{"commands":/);
});

test('texts cross as strings and as UTF-8, whatever is in them', async () => {
  const { CallBridge } = await load();
  const join = JSON.stringify({
    type: 'call.join', request: 1, roomId: 'Zoë \u0001 \u{1f600}', groupId: 'g', callType: 'video', audio: false, video: false,
  });
  const answers = [join, new TextEncoder().encode(join)].map((text) => new CallBridge(config).handle(text, 1));
  assert.equal(answers[0], answers[1]);
  assert.match(answers[0], /Zoë \\u0001 \u{1f600}/u);
});

test('a call in which the module died tells the loader, and throws an error', async () => {
  const heard = [];
  const module = await load({ onAbort: (cause) => heard.push(cause) });
  const bridge = new module.CallBridge(config);
  // Emscripten's own abort() throws an empty text.
  module.handle = () => {
    throw '';
  };
  assert.throws(() => bridge.handle('{"type":"host.woke"}', 1), (error) => error instanceof Error && heard[0] === error);
});

test('whoever loads the module instantiates it, once, with its imports', async () => {
  const asked = [];
  const module = await createModule({
    instantiateWasm: (imports, receive) => {
      asked.push(imports);
      void WebAssembly.instantiate(wasmBinary, imports).then(({ instance, module: compiled }) => receive(instance, compiled));
      return {};
    },
  });
  assert.equal(asked.length, 1);
  assert.equal(new module.CallBridge('').error(), 'not-json');
});
