/**
 * Builds the package into web/dist/: each entry as an ES module with its source map and .d.ts, groupcall.wasm, style.css where
 * there is one, and the licences of what is inside. Needs the WebAssembly build (`cmake --build --preset wasm`).
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, deflateRawSync } from 'node:zlib';

import { build } from 'esbuild';

import { declarationText, flatEntries } from './declarations.mjs';
import { thirdPartyNotices } from './third-party.mjs';

const web = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(web, 'src');
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
const EMBIND_NAMES = /^(fromWireType|toWireType)$/;

/** What can be imported without a framework. Each is complete in itself; the call has Emscripten's glue in it. */
const ENTRIES = ['index', 'playback', 'reasons', 'devices', 'call-store', 'debug'];
/** The same as `index`, with the WebAssembly and what `index` loads when it is wanted: there is no second file to ask for. */
const INLINE_ENTRY = 'inline';
/** Shares `index` and the others with the page, and React as well. */
const REACT_ENTRY = 'react';
const ALL_ENTRIES = [...ENTRIES, INLINE_ENTRY, REACT_ENTRY];

/** What `index` loads when it is wanted; no page imports it by itself. */
const LAZY = ['record'];

/** By its very name beside the script, which bundlers of pages find. */
const lazyScripts = {
  name: 'lazy-scripts',
  setup(/** @type {import('esbuild').PluginBuild} */ { onResolve }) {
    onResolve({ filter: new RegExp(`^\\./(${LAZY.join('|')})\\.js$`) }, ({ path: target }) => ({ path: target, external: true }));
  },
};

/** Which build a flight record is of: the version, and what the module was built from shows in its bytes. */
async function buildId() {
  const { version } = JSON.parse(await readFile(path.join(web, 'package.json'), 'utf8'));
  return `${version}+${createHash('sha256').update(await readFile(wasm)).digest('hex').slice(0, 12)}`;
}

/** One minified ES module for each entry. @param {string[]} entries @param {import('esbuild').BuildOptions} [how] */
async function bundle(entries, how = {}) {
  const { outputFiles } = await build({
    absWorkingDir: web,
    entryPoints: entries.map((name) => path.join(source, name)),
    outbase: source,
    outdir: dist,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    mangleProps: EMBIND_NAMES,
    mangleQuoted: true,
    sourcemap: true,
    alias: { 'groupcall-wasm': glue },
    define: { GROUPCALL_BUILD: JSON.stringify(await buildId()) },
    legalComments: 'none',
    logLevel: 'warning',
    ...how,
  });
  for (const { path: file, text } of outputFiles) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, file.endsWith('.map') ? readableMap(text, file) : text);
  }
}

/**
 * Sources are inside the map; their names are shown in the developer tools, and say nothing of the machine that built them. @param {string} text @param {string} file
 */
function readableMap(text, file) {
  const map = JSON.parse(text);
  for (const [index, name] of map.sources.entries()) {
    if (path.resolve(path.dirname(file), name) === glue) map.sources[index] = '../emscripten/groupcall.js';
    if (!name.startsWith('groupcall-wasm-text:')) continue;
    map.sources[index] = '../src/groupcall-wasm-text';
    map.sourcesContent[index] = '// groupcall.wasm, deflated, as base64\n';
  }
  return JSON.stringify(map);
}

/** Puts the WebAssembly into the script. Deflated, it stays small also where nobody compresses what is served. */
const wasmInside = {
  name: 'wasm-inside',
  setup(/** @type {import('esbuild').PluginBuild} */ { onResolve, onLoad }) {
    onResolve({ filter: /\/wasm-source\.js$/ }, () => ({ path: path.join(source, 'wasm-inside.ts') }));
    onResolve({ filter: /^groupcall-wasm-text$/ }, () => ({ path: 'groupcall.wasm', namespace: 'groupcall-wasm-text' }));
    onLoad({ filter: /.*/, namespace: 'groupcall-wasm-text' }, async () => ({
      contents: deflateRawSync(await readFile(wasm), { level: 9, memLevel: 9 }).toString('base64'),
      loader: 'text',
    }));
  },
};

/** The other entries stay files of their own: a page that imports two of them has one engine, and one class of errors. */
const sharedEntries = {
  name: 'shared-entries',
  setup(/** @type {import('esbuild').PluginBuild} */ { onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path: target, resolveDir }) => {
      const name = path.relative(source, path.join(resolveDir, target)).replace(/\.js$/, '');
      if (ENTRIES.includes(name)) return { path: `./${name}.js`, external: true };
      return name === 'errors' ? { errors: [{ text: 'import errors from ../index.js: there is one class of them' }] } : null;
    });
  },
};

/** The looks of React's parts. */
async function bundleStyle() {
  await build({
    entryPoints: [path.join(source, 'react/style.css')],
    outfile: path.join(dist, 'style.css'),
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
}

/** One .d.ts for each entry, with what can be reached from it and nothing of the inside. */
async function emitTypes() {
  const tsc = path.join(web, 'node_modules/typescript/bin/tsc');
  await rm(types, { recursive: true, force: true });
  execFileSync(
    process.execPath,
    [tsc, '--project', web, '--declaration', '--emitDeclarationOnly', '--outDir', types],
    { stdio: 'inherit' },
  );
  for (const [file, flat] of flatEntries(path.join(types, 'web/src'), [...ENTRIES, REACT_ENTRY])) {
    await writeFile(path.join(dist, file), declarationText(flat));
  }
  await copyFile(path.join(types, 'web/src', `${INLINE_ENTRY}.d.ts`), path.join(dist, `${INLINE_ENTRY}.d.ts`));
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
await Promise.all([
  bundle(ENTRIES, { plugins: [lazyScripts] }),
  bundle(LAZY),
  bundle([INLINE_ENTRY], { plugins: [wasmInside] }),
  bundle([REACT_ENTRY], {
    plugins: [sharedEntries],
    external: ['react', 'react/jsx-runtime', 'react-dom'],
    jsx: 'automatic',
    // For servers that render: these parts belong to the browser.
    banner: { js: '"use client";' },
  }),
  bundleStyle(),
  emitTypes(),
  readFile(wasm).then((bytes) => writeFile(path.join(dist, 'groupcall.wasm'), bytes)),
  thirdPartyNotices().then((text) => writeFile(path.join(dist, 'THIRD-PARTY-NOTICES.txt'), text)),
]);
for (const name of [...[...ALL_ENTRIES, ...LAZY].map((entry) => `${entry}.js`), 'style.css', 'groupcall.wasm']) await printSize(name);
