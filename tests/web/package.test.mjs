/** The package as npm packs and installs it: what is in it, and that every entry can be imported and is typed. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { inflateRawSync } from 'node:zlib';

import { installPackage } from './fixtures/prepare.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const web = createRequire(path.join(root, 'web/package.json'));

let folder = '';
let installed = '';
let manifest = {};
before(async () => {
  folder = await installPackage();
  installed = path.join(folder, 'node_modules/groupcall');
  manifest = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
}, { timeout: 600_000 });

const read = (name) => readFileSync(path.join(installed, name), 'utf8');

/** What each entry has at run time. */
const ENTRIES = {
  groupcall: ['GroupCallError', 'createGroupCall'],
  'groupcall/inline': ['GroupCallError', 'createGroupCall'],
  'groupcall/playback': ['createPlayback'],
  'groupcall/reasons': ['connectionReasonText', 'reasonText'],
  'groupcall/devices': ['keepScreenOn', 'processDevices', 'rememberDevices'],
  'groupcall/call-store': ['bindCallStore'],
  'groupcall/debug': ['injectFaults'],
  'groupcall/react': ['GroupCallHost', 'GroupCallProvider', 'GroupCallWindow', 'useCallRoom', 'useGroupCall'],
};

test('it has what its exports name, licences, and nothing of how it is built', () => {
  const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => path.relative(installed, path.join(entry.parentPath, entry.name)));
  const expected = /^(LICENSE|README\.md|MIGRATION\.md|package\.json|dist\/THIRD-PARTY-NOTICES\.txt|dist\/style\.css|dist\/groupcall\.wasm|dist\/(index|inline|playback|reasons|devices|call-store|debug|react)\.(js|js\.map|d\.ts)|dist\/record\.(js|js\.map))$/;
  assert.deepEqual(files.filter((file) => !expected.test(file)), []);
  const named = Object.values(manifest.exports).flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)));
  assert.deepEqual(named.filter((target) => !existsSync(path.join(installed, target))), []);
  assert.deepEqual([manifest.devDependencies, manifest.scripts, manifest.dependencies], [undefined, undefined, undefined]);
  assert.deepEqual(manifest.peerDependenciesMeta, { react: { optional: true } });
});

test('the licences of everything inside are in it', () => {
  assert.match(read('LICENSE'), /^MIT License/);
  const notices = read('dist/THIRD-PARTY-NOTICES.txt');
  for (const part of [
    'The Emscripten Authors', 'Permission is hereby granted, free of charge',
    'Rich Felker, et al.', 'Apache License\n', 'if, as a result of your compiling your source code', 'Howard Hinnant',
    'Boost Software License - Version 1.0', 'Vinnie Falco',
  ]) assert.ok(notices.includes(part), `${part} is not in it`);
});

test('its source maps have every source in them, under a name inside the package', () => {
  for (const name of readdirSync(path.join(installed, 'dist')).filter((file) => file.endsWith('.js'))) {
    assert.ok(read(`dist/${name}`).trimEnd().endsWith(`//# sourceMappingURL=${name}.map`), name);
    const map = JSON.parse(read(`dist/${name}.map`));
    assert.equal(map.sources.length, map.sourcesContent.length);
    for (const [index, source] of map.sources.entries()) {
      assert.match(source, /^\.\.\/(src|emscripten)\/[\w./-]+$/, `${name}: ${source}`);
      assert.ok(map.sourcesContent[index].length > 0, `${name}: ${source} has no content`);
    }
    assert.ok(map.sourcesContent.some((text) => text.includes('/**')), `${name}: the sources have no comments, so they are not the sources`);
  }
});

test('there is one engine and one class of errors for all entries that need them', () => {
  const react = read('dist/react.js');
  assert.ok(react.startsWith('"use client";'));
  assert.ok(/from ?"\.\/index\.js"/.test(react), 'it imports the engine');
  assert.ok(!/groupcall\.wasm|extends Error/.test(react), 'it has no engine, and no class of errors, of its own');
});

test('what fails on purpose is in groupcall/debug, and nothing of it in what pages ship', () => {
  const isInside = (name) => read(`dist/${name}.js`).includes('groupcall/debug');
  assert.ok(isInside('debug'));
  assert.deepEqual(['index', 'inline', 'playback', 'reasons', 'devices', 'call-store', 'react', 'record'].filter(isInside), []);
});

test('there is no second file for groupcall/inline to ask for', () => {
  assert.ok(!/groupcall\.wasm|fetch\(|import\.meta|record\.js|import\(/.test(read('dist/inline.js')));
  assert.ok(/new URL\("\.\/groupcall\.wasm",import\.meta\.url\)/.test(read('dist/index.js')), 'in the form that bundlers recognise');
});

/** Throws for whatever of a page, or of the network, is looked at. */
const TOUCH_NOTHING = `
  const watched = ['window', 'document', 'navigator', 'location', 'localStorage', 'fetch', 'RTCPeerConnection', 'MediaStream', 'WebSocket',
    'crypto', 'performance', 'WebAssembly', 'BroadcastChannel', 'setTimeout', 'setInterval', 'queueMicrotask', 'atob', 'DecompressionStream'];
  const before = Object.getOwnPropertyNames(globalThis);
  for (const name of watched) {
    Object.defineProperty(globalThis, name, { get() { throw new Error(name + ' was touched at import'); }, configurable: true });
  }
  const names = {};
  for (const entry of ${JSON.stringify(Object.keys(ENTRIES))}) names[entry] = Object.keys(await import(entry)).sort();
  const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name) && !watched.includes(name));`;

function assertImported({ names, added }) {
  assert.deepEqual(added, [], 'what was put among the globals');
  for (const [entry, wanted] of Object.entries(ENTRIES)) {
    if (entry === 'groupcall/react') for (const name of wanted) assert.ok(names[entry].includes(name), `${entry} has no ${name}`);
    else assert.deepEqual(names[entry], wanted, entry);
  }
}

test('every entry can be imported in Node, and touches nothing global', async () => {
  const script = `${TOUCH_NOTHING}\nprocess.stdout.write(JSON.stringify({ names, added }));`;
  // React looks at a few of them itself: it is there before the watch begins.
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', `import 'react'; import 'react/jsx-runtime';\n${script}`], { cwd: folder, timeout: 60_000 });
  assertImported(JSON.parse(stdout));
});

test('every entry can be imported in a worker of Node', async () => {
  const file = path.join(folder, 'import_in_worker.mjs');
  writeFileSync(file, `import 'react'; import 'react/jsx-runtime'; import { parentPort } from 'node:worker_threads';\n${TOUCH_NOTHING}\nparentPort.postMessage({ names, added });`);
  const worker = new Worker(file);
  const told = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  assertImported(told);
});

test('making a call where there is no browser is a typed error', async () => {
  for (const entry of ['index', 'inline']) {
    const { createGroupCall, GroupCallError } = await import(pathToFileURL(path.join(installed, `dist/${entry}.js`)).href);
    const making = createGroupCall({ self: { userId: 'a', fullname: 'A' }, signalling: { url: 'http://localhost' }, iceServers: [] });
    await assert.rejects(making, (error) => error instanceof GroupCallError && error.code === 'unsupported');
  }
});

test('the WebAssembly of groupcall/inline is that of groupcall, byte for byte', () => {
  const [, text] = /"([A-Za-z0-9+/=]{50000,})"/.exec(read('dist/inline.js'));
  const inside = inflateRawSync(Buffer.from(text, 'base64'));
  assert.ok(inside.equals(readFileSync(path.join(installed, 'dist/groupcall.wasm'))));
});

const CONSUMER = `
import { createGroupCall, GroupCallError, type CallSnapshot, type GroupCall, type GroupCallOptions } from 'groupcall';
import { createGroupCall as createInline } from 'groupcall/inline';
import { createPlayback, type Playback } from 'groupcall/playback';
import { reasonText } from 'groupcall/reasons';
import { rememberDevices } from 'groupcall/devices';
import { injectFaults, type Fault, type Faults } from 'groupcall/debug';
import { bindCallStore, type StoredParticipant } from 'groupcall/call-store';
import { GroupCallProvider, GroupCallWindow, useGroupCall, type GroupCallProviderProps, type GroupCallWindowProps } from 'groupcall/react';
import type { Socket } from 'socket.io-client';
import { create } from 'zustand';

export async function make(options: GroupCallOptions, inside: boolean): Promise<Playback> {
  const call: GroupCall = await (inside ? createInline : createGroupCall)({ ...options, deviceMemory: rememberDevices(localStorage) });
  const { self }: CallSnapshot = call.getSnapshot();
  console.log(reasonText(self.camera.reason, 'camera').message);
  return createPlayback(call);
}
const faults: Faults = injectFaults({ seed: 7, onFault: ({ kind }: Fault) => console.log(kind) });
export const repair: () => void = faults.failDevice('camera', 'in-use');
export const codeOf = (error: unknown): string => (error instanceof GroupCallError ? error.code : 'other');
export const props = (call: GroupCall): GroupCallProviderProps => ({ call });
export const used = [GroupCallProvider, GroupCallWindow, useGroupCall];

// What a chat application has, as its libraries type it.
interface CallStore { participants: Map<string, StoredParticipant>; isMuted: boolean; theme: string; toggle: () => void }
export const useCallStore = create<CallStore>()((set) => ({
  participants: new Map(), isMuted: true, theme: 'dark', toggle: () => set(({ isMuted }) => ({ isMuted: !isMuted })),
}));
export const bind = (call: GroupCall): (() => void) => bindCallStore(call, useCallStore);
export const dropIn = (socket: Socket | null, self: { _id: string; fullname: string; email: string } | null): GroupCallWindowProps =>
  ({ socket, self, roomId: 'r', groupId: { _id: 'g' }, callType: 'voice', store: useCallStore, onLeave: (error) => console.log(error?.code) });
// @ts-expect-error there is no such member: what is not declared would be any
createPlayback({} as GroupCall).noSuchMember;
`;

for (const [moduleResolution, module] of [['bundler', 'esnext'], ['node16', 'node16']]) {
  test(`a page in TypeScript compiles with moduleResolution ${moduleResolution}, its libraries checked as well`, async () => {
    const project = path.join(folder, `types-${moduleResolution}`);
    mkdirSync(project, { recursive: true });
    writeFileSync(path.join(project, 'consumer.ts'), CONSUMER);
    const compilerOptions = {
      strict: true, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true, target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'],
      module, moduleResolution, types: [],
    };
    writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }');
    writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    const { stdout } = await run(process.execPath, [path.join(root, 'web/node_modules/typescript/bin/tsc'), '--project', project], { timeout: 120_000 })
      .catch((error) => ({ stdout: `${error.stdout}${error.stderr}` }));
    assert.equal(stdout, '');
  });
}

test('a bundler leaves out what is not used, but not the looks', async () => {
  const bundle = async (contents) => {
    const { outputFiles } = await web('esbuild').build({
      stdin: { contents, resolveDir: folder }, bundle: true, write: false, outdir: folder, format: 'esm', logLevel: 'silent',
    });
    return outputFiles;
  };
  const [unused] = await bundle("import 'groupcall'; import { createPlayback } from 'groupcall/playback'; import { injectFaults } from 'groupcall/debug'; import 'groupcall/react';");
  assert.equal(unused.text.replace(/\/\/.*/g, '').trim(), '');
  if (existsSync(path.join(installed, 'dist/style.css'))) {
    const files = await bundle("import 'groupcall/style.css';");
    assert.ok(files.some(({ path: file, text }) => file.endsWith('.css') && text.length > 100));
  }
});
