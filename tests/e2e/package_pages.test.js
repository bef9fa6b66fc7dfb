/** The packed package in applications: without a bundler, with webpack 5, Vite and Next; and in a worker. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { buildFixtures } from '../web/fixtures/prepare.mjs';
import { callTest } from './call_pages.mjs';

/** Where the applications are built. */
let folder = '';
before(async () => {
  folder = await buildFixtures(['plain', 'webpack', 'vite', 'next']);
}, { timeout: 600_000 });

/** The applications under the addresses that their pages name; asked for when a test begins. */
const mounts = () => [
  { prefix: '/groupcall', directory: path.join(folder, 'node_modules/groupcall/dist') },
  { prefix: '/plain', directory: path.join(folder, 'plain') },
  { prefix: '/webpack', directory: path.join(folder, 'webpack/dist') },
  { prefix: '/vite', directory: path.join(folder, 'vite/dist') },
];
const server = { get mounts() { return mounts(); } };

/** Two people in this application see each other. */
async function meet(stage, address, how) {
  const alice = await stage.openApplicationPage('alice', `${address}user=alice&other=bob`, how);
  const bob = await stage.openApplicationPage('bob', `${address}user=bob&other=alice`, how);
  await Promise.all([alice.untilShown(), bob.untilShown()]);
  return [alice, bob];
}

/** A call in a page that was built this way, with the WebAssembly where the bundler has put it. */
function testApplication(title, address) {
  callTest(title, { server }, async (stage) => {
    const pages = await meet(stage, address);
    for (const page of pages) assert.equal(page.timesFetchedWasm, 1, `${page.name} has fetched ${page.fetched}`);
  });
}

testApplication('a call in a page without a bundler', '/plain/?');
testApplication('a call in a page that webpack 5 has built', '/webpack/?');
testApplication('a call in a page that Vite has built', '/vite/?');

callTest('a call in a page of Vite while it is developed, from its own server', {}, async (stage) => {
  const { createServer } = await import(path.join(folder, 'node_modules/vite/dist/node/index.js'));
  const vite = await createServer({ root: path.join(folder, 'vite'), logLevel: 'error', server: { host: '127.0.0.1', port: 0 } });
  try {
    await vite.listen();
    const origin = vite.resolvedUrls.local[0].replace(/\/$/, '');
    // The first page has Vite find and bundle what it imports, and may be loaded anew for it.
    await meet(stage, `/?server=${encodeURIComponent(stage.url)}&`, { origin });
  } finally {
    await vite.close();
  }
});

/** The server of the built application, on a free port. */
async function startNext() {
  const next = execFile(process.execPath, ['../node_modules/next/dist/bin/next', 'start', '--hostname', '127.0.0.1', '--port', '0'], {
    cwd: path.join(folder, 'next'),
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  for await (const line of createInterface({ input: next.stdout })) {
    const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (origin) return { origin, next };
  }
  throw new Error('next start ended without an address');
}

callTest('a call in a page that Next renders on its server', {}, async (stage) => {
  const { origin, next } = await startNext();
  try {
    const address = `/?server=${encodeURIComponent(stage.url)}&`;
    const html = await (await fetch(`${origin}${address}user=alice&other=bob`)).text();
    // What of the package a server renders: words of groupcall/reasons, and a hook of groupcall/react.
    assert.match(html, /<p>The system or this page blocks the camera<\/p><p>joining<\/p><video/);
    const pages = await meet(stage, address, { origin });
    for (const page of pages) assert.equal(page.timesFetchedWasm, 1, `${page.name} has fetched ${page.fetched}`);
  } finally {
    next.kill();
  }
});

callTest('every entry can be imported in a worker, where there is no window', { server }, async (stage) => {
  const page = await stage.openApplicationPage('alice', '/plain/empty.html');
  const told = await page.tab.evaluate(() => new Promise((resolve, reject) => {
    const worker = new Worker('/plain/worker.js', { type: 'module' });
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', ({ message }) => reject(new Error(message || 'the worker could not be loaded')));
  }));
  assert.deepEqual(told.names, [
    'bindCallStore',
    'injectFaults',
    'keepScreenOn,processDevices,rememberDevices',
    'GroupCallError,createGroupCall',
    'GroupCallError,createGroupCall',
    'createPlayback',
    'connectionReasonText,reasonText',
  ]);
  assert.equal(told.refusal, 'unsupported');
});

const OPTIONS = { self: { userId: 'alice', fullname: 'Alice' }, iceServers: [] };

callTest('several calls of a page share one module, and one that could not be loaded is tried anew', { server }, async (stage) => {
  const page = await stage.openApplicationPage('alice', '/plain/empty.html', { tolerated: [/Failed to load resource/] });
  const make = () => page.tab.evaluate(async (options) => {
    const { createGroupCall, GroupCallError } = await import('/groupcall/index.js');
    const calls = await Promise.allSettled([1, 2, 3].map(() => createGroupCall({ ...options, signalling: { url: location.origin } })));
    for (const { value } of calls) value?.dispose();
    return calls.map(({ reason, status }) => (reason instanceof GroupCallError ? reason.code : status));
  }, OPTIONS);

  await page.tab.route('**/groupcall.wasm', (route) => route.fulfill({ status: 503, body: 'busy' }));
  assert.deepEqual(await make(), Array(3).fill('module-load-failed'));
  await page.tab.unroute('**/groupcall.wasm');
  assert.deepEqual(await make(), Array(3).fill('fulfilled'));
  assert.deepEqual(await make(), Array(3).fill('fulfilled'));
  assert.equal(page.timesFetchedWasm, 2);
});
