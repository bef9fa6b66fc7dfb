/**
 * Builds the package into web/dist/: index.js, playback.js, reasons.js, devices.js and record.js (with their source maps), their .d.ts
 * and what these import, groupcall.wasm. Needs the WebAssembly build (`cmake --build --preset wasm`).
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

import { build } from 'esbuild';

const web = path.dirname(fileURLToPath(import.meta.url));
const wasmBuild = path.join(web, '../build/wasm/wasm');
const glue = path.join(wasmBuild, 'groupcall.js');
const wasm = path.join(wasmBuild, 'groupcall.wasm');
const dist = path.join(web, 'dist');
const types = path.join(web, '../build/web-types');

async function needWasmBuild() {
  for (const file of [glue, wasm]) {
    const found = await stat(file).catch(() => null);
    if (found) continue;
    console.error(`web/build.mjs: ${path.relative(process.cwd(), file)} is missing.`);
    console.error('Build it first: cmake --preset wasm && cmake --build --preset wasm');
    process.exit(1);
  }
}

// Names that Embind's glue uses among its own objects only. The minifier cannot know that, and leaves them.
const EMBIND_NAMES = /^(destructorFunction|fromWireType|toWireType)$/;

/** What can be imported: the call, with Emscripten's glue, and what a page may do without. Each is complete in itself, but
 * for `react`, which uses the others and React itself. */
const ENTRIES = ['index', 'playback', 'reasons', 'devices', 'react'];

/** What `index` loads when it is wanted; no page imports it by itself. */
const LAZY = ['record'];

/** The other entries stay files of their own: a page that imports two of them has one engine. */
const sharedEntries = {
  name: 'shared-entries',
  setup({ onResolve }) {
    const others = ENTRIES.filter((name) => name !== 'react').join('|');
    onResolve({ filter: new RegExp(`^\\.\\./(${others})\\.js$`) }, ({ path: file }) => ({ path: file.slice(1), external: true }));
    // By this very name, which bundlers of pages find.
    onResolve({ filter: new RegExp(`^\\./(${LAZY.join('|')})\\.js$`) }, ({ path: file }) => ({ path: file, external: true }));
  },
};

/** Which build a flight record is of: the version, and what the module was built from shows in its bytes. */
async function buildId() {
  const { version } = JSON.parse(await readFile(path.join(web, 'package.json'), 'utf8'));
  return `${version}+${createHash('sha256').update(await readFile(wasm)).digest('hex').slice(0, 12)}`;
}

/** One minified ES module for each entry. */
async function bundle() {
  await build({
    absWorkingDir: web,
    entryPoints: [...ENTRIES, ...LAZY].map((name) => `src/${name}.ts`),
    outdir: dist,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    mangleProps: EMBIND_NAMES,
    mangleQuoted: true,
    sourcemap: true,
    // Sources are inside the map; paths of this machine are not.
    sourceRoot: '',
    alias: { 'groupcall-wasm': glue },
    define: { GROUPCALL_BUILD: JSON.stringify(await buildId()) },
    external: ['react', 'react/jsx-runtime'],
    plugins: [sharedEntries],
    jsx: 'automatic',
    legalComments: 'none',
    logLevel: 'warning',
  });
}

/** Copies the types of the entries and whatever they reach, and nothing of the inside. */
async function emitTypes() {
  const tsc = path.join(web, 'node_modules/typescript/bin/tsc');
  await rm(types, { recursive: true, force: true });
  execFileSync(
    process.execPath,
    [tsc, '--project', web, '--declaration', '--emitDeclarationOnly', '--outDir', types],
    { stdio: 'inherit' },
  );
  const wanted = ENTRIES.map((name) => `${name}.d.ts`);
  for (const name of wanted) {
    const text = await readFile(path.join(types, 'web/src', name), 'utf8');
    for (const [, module] of text.matchAll(/from '(\.\.?\/[\w/-]+)\.js'/g)) {
      const reached = path.join(path.dirname(name), `${module}.d.ts`);
      if (!wanted.includes(reached)) wanted.push(reached);
    }
    await mkdir(path.dirname(path.join(dist, name)), { recursive: true });
    await writeFile(path.join(dist, name), text);
  }
}

/** @param {string} name */
async function printSize(name) {
  const bytes = await readFile(path.join(dist, name));
  const kB = (/** @type {number} */ size) => `${(size / 1000).toFixed(1).padStart(6)} kB`;
  console.log(`${name.padEnd(16)} ${kB(bytes.length)}, brotli ${kB(brotliCompressSync(bytes).length)}`);
}

await needWasmBuild();
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await Promise.all([bundle(), emitTypes(), copyFile(wasm, path.join(dist, 'groupcall.wasm'))]);
for (const name of [...[...ENTRIES, ...LAZY].map((entry) => `${entry}.js`), 'groupcall.wasm']) await printSize(name);
