#!/usr/bin/env node
// Prints what a page downloads for the package in web/dist, and fails when that is
// over budget. Counted as a server would send it: brotli at its best.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const TOTAL_BUDGET = 80_000;
/** Within the budget, what each part should stay under; over it is a warning. */
const WASM_SHARE = 60_000;
const SCRIPT_SHARE = 20_000;
/** Entries that a page imports when it wants them: each with a budget of its own, and not in the total. */
const OPTIONAL_BUDGETS = { 'playback.js': 1_500, 'reasons.js': 1_800, 'devices.js': 1_200, 'call-store.js': 1_400, 'debug.js': 3_000, 'react.js': 20_000, 'record.js': 7_000, 'inline.js': 95_000 };

const rootIndex = process.argv.indexOf('--root');
const root = rootIndex < 0 ? fileURLToPath(new URL('../..', import.meta.url)) : process.argv[rootIndex + 1];
const dist = path.join(root, 'web/dist');

function compressedSize(bytes) {
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
}

/** Every part of the download: { name, kind, raw, compressed }, largest first. */
function measure() {
  const names = readdirSync(dist, { recursive: true }).map(String).filter((name) => /\.(wasm|js|mjs)$/.test(name));
  const parts = names.map((name) => {
    const bytes = readFileSync(path.join(dist, name));
    return { name, kind: name.endsWith('.wasm') ? 'wasm' : 'script', raw: bytes.length, compressed: compressedSize(bytes) };
  });
  return parts.sort((a, b) => b.compressed - a.compressed);
}

const sum = (parts) => parts.reduce((total, part) => total + part.compressed, 0);
const row = (name, raw, compressed) => `  ${name.padEnd(34)} ${String(raw).padStart(9)} ${String(compressed).padStart(9)}`;

function report(parts, optional) {
  console.log(row('web/dist', 'bytes', 'brotli'));
  for (const part of parts) console.log(row(part.name, part.raw, part.compressed));
  console.log(row('total', parts.reduce((total, part) => total + part.raw, 0), sum(parts)));
  for (const part of optional) console.log(row(`beside it: ${part.name}`, part.raw, part.compressed));
}

/** 1 when an optional entry is over its budget. */
function judgeOptional(optional) {
  const over = optional.filter(({ name, compressed }) => compressed > OPTIONAL_BUDGETS[name]);
  for (const { name, compressed } of over) {
    console.error(`web/dist/${name} is over budget: ${compressed} of ${OPTIONAL_BUDGETS[name]} bytes`);
  }
  return over.length > 0 ? 1 : 0;
}

function judge(parts) {
  const wasm = sum(parts.filter((part) => part.kind === 'wasm'));
  const scripts = sum(parts.filter((part) => part.kind === 'script'));
  if (wasm > WASM_SHARE) console.log(`size: warning: WASM is over its share: ${wasm} of ${WASM_SHARE} bytes`);
  if (scripts > SCRIPT_SHARE) console.log(`size: warning: JavaScript is over its share: ${scripts} of ${SCRIPT_SHARE} bytes`);
  const total = wasm + scripts;
  if (total <= TOTAL_BUDGET) {
    console.log(`size: ok, ${total} of ${TOTAL_BUDGET} bytes`);
    return 0;
  }
  console.error(`web/dist: the package is over budget: ${total} of ${TOTAL_BUDGET} bytes`);
  return 1;
}

for (const needed of ['groupcall.wasm', 'index.js']) {
  if (!existsSync(path.join(dist, needed))) {
    console.error(`web/dist/${needed} is missing: run tools/build first`);
    process.exit(2);
  }
}
const all = measure();
const isOptional = ({ name }) => Object.hasOwn(OPTIONAL_BUDGETS, name);
const parts = all.filter((part) => !isOptional(part));
const optional = all.filter(isOptional);
report(parts, optional);
process.exitCode = Math.max(judge(parts), judgeOptional(optional));
