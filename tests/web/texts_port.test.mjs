// What is packed for the wire, and what peers send as such.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { importSource } from './compile_source.mjs';

const { texts } = await importSource();

/** Carries one command out; resolves with its event. */
function execute(command, counts = []) {
  return new Promise((resolve) => {
    new texts.TextsPort(resolve, (name) => counts.push(name)).execute(command);
  });
}
const unpack = (packed, limit = 1_000, counts = []) => execute({ type: 'text.unpack', op: 2, packed, limit }, counts);

test('a text comes back as it was, and repetitions cost next to nothing', async () => {
  const text = `${'a=candidate: ü €\r\n'.repeat(2_000)}end`;
  const { type, op, packed } = await execute({ type: 'text.pack', op: 1, text });
  assert.deepEqual([type, op], ['text.packed', 1]);
  assert.match(packed, /^[A-Za-z0-9+/]+=*$/);
  assert.ok(packed.length < 600, `${packed.length} characters`);
  assert.deepEqual(await unpack(packed, 100_000), { type: 'text.unpacked', op: 2, text });
});

test('what inflates beyond the limit is nothing, and counted', async () => {
  const bomb = deflateRawSync(Buffer.alloc(50_000_000)).toString('base64');
  const counts = [];
  assert.deepEqual(await unpack(bomb, 200_000, counts), { type: 'text.unpacked', op: 2, text: '' });
  assert.deepEqual(counts, ['text.failed']);
});

for (const [what, packed] of [['no base64', '*'], ['no deflate', btoa('not deflated')], ['half of it', deflateRawSync('a long text'.repeat(99)).toString('base64').slice(0, 12)]]) {
  test(`${what} is nothing, and counted`, async () => {
    const counts = [];
    assert.deepEqual(await unpack(packed, 1_000, counts), { type: 'text.unpacked', op: 2, text: '' });
    assert.deepEqual(counts, ['text.failed']);
  });
}
