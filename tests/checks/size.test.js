import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { check, makeTree } from './temporary_tree.js';

// Random bytes do not compress, so what goes in is what is counted (and a few bytes more).
const dist = (wasmBytes, scriptBytes, more = {}) => ({
  'web/dist/groupcall.wasm': randomBytes(wasmBytes),
  'web/dist/index.js': randomBytes(scriptBytes),
  ...more,
});

test('size accepts a package within budget, and prints each part', (t) => {
  const { code, output } = check('size', makeTree(t, dist(40_000, 10_000)));
  assert.equal(code, 0, output);
  assert.match(output, /groupcall\.wasm\s+40000\s+400\d\d/);
  assert.match(output, /size: ok, 500\d\d of 80000 bytes/);
  assert.doesNotMatch(output, /warning/);
});

test('size refuses a package over budget', (t) => {
  const { code, output } = check('size', makeTree(t, dist(70_000, 12_000)));
  assert.equal(code, 1, output);
  assert.match(output, /over budget: 820\d\d of 80000/);
});

test('size counts JavaScript in folders, and no source maps', (t) => {
  const maps = check('size', makeTree(t, dist(40_000, 10_000, { 'web/dist/index.js.map': randomBytes(90_000) })));
  assert.equal(maps.code, 0, maps.output);
  const chunks = check('size', makeTree(t, dist(40_000, 10_000, { 'web/dist/chunks/a.js': randomBytes(31_000) })));
  assert.equal(chunks.code, 1, chunks.output);
});

test('size warns when one part is over its share', (t) => {
  const { code, output } = check('size', makeTree(t, dist(61_000, 1_000)));
  assert.equal(code, 0, output);
  assert.match(output, /warning: WASM is over its share/);
});

test('size counts what brotli makes of it', (t) => {
  const { code, output } = check('size', makeTree(t, { 'web/dist/groupcall.wasm': Buffer.alloc(500_000), 'web/dist/index.js': 'x' }));
  assert.equal(code, 0, output);
});

test('size cannot be told without a build', (t) => {
  const { code, output } = check('size', makeTree(t, {}));
  assert.equal(code, 2, output);
  assert.match(output, /is missing: run tools\/build first/);
});

test('size counts what a page may do without beside the package, within a budget of its own', (t) => {
  const within = check('size', makeTree(t, dist(60_000, 19_900, { 'web/dist/playback.js': randomBytes(1_400) })));
  assert.equal(within.code, 0, within.output);
  assert.match(within.output, /beside it: playback\.js\s+1400\s+140\d/);
  assert.match(within.output, /size: ok, 799\d\d of 80000 bytes/);
  const over = check('size', makeTree(t, dist(60_000, 10_000, { 'web/dist/playback.js': randomBytes(1_600) })));
  assert.equal(over.code, 1, over.output);
  assert.match(over.output, /playback\.js is over budget: 160\d of 1500 bytes/);
});
