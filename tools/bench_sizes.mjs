#!/usr/bin/env node
/**
 * Measures what a page downloads for groupcall, part by part, and for the libraries that it may be compared with: bundled and
 * minified by one esbuild in one run, then as they are, under gzip -9 and under brotli 11. Prints a table; `--write` puts it into README.md.
 * The others are installed into build/bench_sizes, exactly as tools/bench_sizes/package-lock.json says. Needs tools/build.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'web/dist');
const folder = path.join(root, 'build/bench_sizes');
const esbuild = createRequire(path.join(root, 'web/package.json'))('esbuild');

/** What a page imports of each. simple-peer needs parts of Node, which its own file for browsers has in it. */
const OTHERS = {
  'livekit-client': "export { Room, RoomEvent, Track, createLocalTracks } from 'livekit-client';",
  'simple-peer + socket.io-client': "export { default as Peer } from 'simple-peer/simplepeer.min.js'; export { io } from 'socket.io-client';",
  peerjs: "export { Peer } from 'peerjs';",
  'mediasoup-client + socket.io-client': "export { Device } from 'mediasoup-client'; export { io } from 'socket.io-client';",
};

const [BEGIN, END] = ['<!-- sizes: begin (tools/bench_sizes.mjs --write) -->', '<!-- sizes: end -->'];

function sizeOf(/** @type {Uint8Array} */ bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes, { params }).length];
}

/** Each file travels by itself, so they are compressed one by one. @param {...number[]} all */
const sum = (...all) => all.reduce((total, sizes) => total.map((size, index) => size + sizes[index]));

function ourRows() {
  for (const needed of ['index.js', 'style.css']) {
    if (existsSync(path.join(dist, needed))) continue;
    console.error(`web/dist/${needed} is missing: run tools/build first`);
    process.exit(2);
  }
  const of = (/** @type {string} */ name) => sizeOf(readFileSync(path.join(dist, name)));
  const [script, wasm] = [of('index.js'), of('groupcall.wasm')];
  return {
    'groupcall: JavaScript': script,
    'groupcall: WebAssembly': wasm,
    '**groupcall together**': sum(script, wasm),
    'groupcall/inline (instead of both)': of('inline.js'),
    'groupcall/playback': of('playback.js'),
    'groupcall/reasons': of('reasons.js'),
    'groupcall/devices': of('devices.js'),
    'groupcall/call-store': of('call-store.js'),
    'groupcall/react: hooks and all parts': of('react.js'),
    'groupcall/style.css': of('style.css'),
  };
}

function installOthers() {
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) cpSync(path.join(root, 'tools/bench_sizes', name), path.join(folder, name));
  execFileSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 });
}

/** @param {string} contents */
function bundledSize(contents) {
  const { outputFiles } = esbuild.buildSync({
    stdin: { contents, resolveDir: folder }, bundle: true, minify: true, write: false, format: 'esm', target: 'es2022', platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' }, charset: 'utf8', legalComments: 'none', logLevel: 'error',
  });
  return sizeOf(outputFiles[0].contents);
}

function otherRows() {
  const { dependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const titled = (/** @type {string} */ name) => name.split(' + ').map((one) => `${one} ${dependencies[one]}`).join(' + ');
  return Object.fromEntries(Object.entries(OTHERS).map(([name, contents]) => [titled(name), bundledSize(contents)]));
}

/** @param {Record<string, number[]>} rows */
function table(rows) {
  const width = Math.max(...Object.keys(rows).map(({ length }) => length));
  const line = (/** @type {string} */ name, /** @type {string[]} */ cells) => `| ${name.padEnd(width)} | ${cells.map((cell) => cell.padStart(8)).join(' | ')} |`;
  return [
    line('kB (1000 bytes)', ['minified', 'gzip', 'brotli']),
    line('-'.repeat(width), Array(3).fill('-------:')),
    ...Object.entries(rows).map(([name, sizes]) => line(name, sizes.map((size) => (size / 1_000).toFixed(1)))),
  ].join('\n');
}

/** @param {string} text */
function writeIntoReadme(text) {
  const file = path.join(root, 'README.md');
  const readme = readFileSync(file, 'utf8');
  const [start, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`README.md has no place between ${BEGIN} and ${END}`);
  writeFileSync(file, `${readme.slice(0, start + BEGIN.length)}\n${text}\n${readme.slice(end)}`);
}

const ours = ourRows();
installOthers();
const text = table({ ...ours, ...otherRows() });
console.log(text);
if (process.argv.includes('--write')) writeIntoReadme(text);
