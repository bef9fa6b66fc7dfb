import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { compileSource, importSource } from './compile_source.mjs';

const { load_module: { loadModule }, wasm_inside, wasm_source } = await importSource();

// The smallest WebAssembly module there is: magic number and version.
const emptyWasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

const answer = (type, { body = emptyWasm, status = 200 } = {}) =>
  new Response(body, { status, headers: type ? { 'Content-Type': type } : {} });

/** Serves `responses` one after the other; tells what was asked for. */
function serve(t, ...responses) {
  const asked = [];
  t.mock.method(globalThis, 'fetch', async (url, options) => {
    asked.push({ url, options });
    const response = responses.shift();
    if (response instanceof Error) throw response;
    return response;
  });
  return asked;
}

let number = 0;
/** The module is shared by URL, so every test has its own. */
const freshUrl = () => `http://localhost/${++number}/groupcall.wasm`;

test('the module is fetched once and shared, also by those who ask while it loads', async (t) => {
  const asked = serve(t, answer('application/wasm'));
  const url = freshUrl();
  const [first, second] = await Promise.all([loadModule(url), loadModule(new URL(url))]);
  assert.equal(first, second);
  assert.equal(await loadModule(url), first);
  assert.deepEqual(asked.map((request) => request.url), [url]);
  assert.ok(asked[0].options.signal instanceof AbortSignal, 'the fetch has a time limit');
  assert.equal(performance.getEntriesByName('groupcall:module-ready', 'mark').length, 1);
});

test('under its right MIME type it is compiled while it downloads', async (t) => {
  serve(t, answer('application/wasm'));
  const streaming = t.mock.method(WebAssembly, 'instantiateStreaming');
  const { instance } = await loadModule(freshUrl());
  assert.ok(instance instanceof WebAssembly.Instance);
  assert.equal(streaming.mock.callCount(), 1);
});

for (const type of ['application/octet-stream', 'text/plain', 'application/wasm; charset=utf-8', undefined]) {
  test(`served as ${type ?? 'nothing'}, it is compiled after the download`, async (t) => {
    serve(t, answer(type));
    const streaming = t.mock.method(WebAssembly, 'instantiateStreaming');
    const { instance } = await loadModule(freshUrl());
    assert.ok(instance instanceof WebAssembly.Instance);
    assert.equal(streaming.mock.callCount(), 0);
  });
}

const failures = {
  'a missing file': [() => answer('text/html', { status: 404 }), /HTTP 404/],
  'no network': [() => new TypeError('fetch failed'), /fetch failed/],
  'a page in its place': [() => answer('text/html', { body: '<!doctype html>' }), /magic/],
  'a broken download': [() => answer('application/wasm', { body: emptyWasm.slice(0, 6) }), /wasm|magic|WebAssembly|version/i],
};
for (const [name, [makeResponse, detail]] of Object.entries(failures)) {
  test(`${name} is a typed error that names the address, and the next call tries anew`, async (t) => {
    serve(t, makeResponse(), answer('application/wasm'));
    const url = freshUrl();
    await assert.rejects(loadModule(url), (error) => {
      assert.equal(error.name, 'GroupCallError');
      assert.equal(error.code, 'module-load-failed');
      assert.match(error.detail, detail);
      assert.ok(error.detail.startsWith(url));
      assert.ok(error.cause instanceof Error);
      return true;
    });
    assert.ok((await loadModule(url)).CallBridge);
  });
}

test('a module that has died is not handed out again', async (t) => {
  serve(t, answer('application/wasm'), answer('application/wasm'));
  const url = freshUrl();
  const first = await loadModule(url);
  globalThis.fakeModule.makeBridge = (_config, { onAbort }) => ({ abort: onAbort });
  new first.CallBridge('{}').abort('out of memory');
  assert.notEqual(await loadModule(url), first);
});

test('without an address it is looked for beside the script', async (t) => {
  const asked = serve(t, answer('application/wasm'));
  await loadModule();
  assert.match(asked[0].url, /^file:.*\/groupcall\.wasm$/);
});

test('the module inside the script needs no fetch', async (t) => {
  const asked = serve(t);
  const { instance, module } = await wasm_inside.fetchInstance(String(wasm_inside.defaultAddress()), {});
  assert.ok(instance instanceof WebAssembly.Instance);
  assert.ok(module instanceof WebAssembly.Module);
  assert.deepEqual(asked, []);
});

test('what the network gives and what is inside are told apart by nothing but where it comes from', () => {
  assert.deepEqual(Object.keys(wasm_inside).sort(), Object.keys(wasm_source).sort());
});

test('importing the package touches nothing global, so that it works where there is no window', async () => {
  const url = await compileSource();
  const script = `
    const watched = ['window', 'document', 'navigator', 'fetch', 'RTCPeerConnection', 'MediaStream', 'WebSocket', 'crypto', 'performance'];
    for (const name of watched) {
      Object.defineProperty(globalThis, name, { get() { throw new Error(name + ' was touched at import'); }, configurable: true });
    }
    const { index } = await import(${JSON.stringify(url)});
    console.log(Object.keys(index).sort().join());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { timeout: 30_000 });
  assert.equal(stdout.trim(), 'GroupCallError,createGroupCall');
});
