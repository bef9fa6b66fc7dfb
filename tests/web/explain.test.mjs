// The page of tools/explain, of stories as hostile and as long as records may make them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const explain = fileURLToPath(new URL('../../tools/flight/explain.mjs', import.meta.url));

const RECORD = { record: { version: 1, build: 'b', thisBuild: 'b', redacted: false } };
const OUTCOME = { outcome: { same: true, checked: 3, unchecked: 0 } };
const here = { line: 2, atUs: 0, kind: 'peer', peer: 'bob', text: 'connected', aspect: 'connection' };

function pageOf(entries) {
  const story = [RECORD, ...entries, OUTCOME].map((line) => JSON.stringify(line)).join('\n');
  const { status, stdout, stderr } = spawnSync(process.execPath, [explain, 'a record'], { input: story, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr.slice(0, 2_000));
  assert.ok(stdout.endsWith('</html>\n'));
  return stdout;
}

const sample = (atUs, data) => ({ line: 3, atUs, kind: 'sample', peer: 'bob', text: '', data });

test('rates and round trips are drawn of samples', () => {
  const page = pageOf([here, ...[1, 2, 3].map((s) => sample(s * 1e6, { connection: 1, rttMs: 20 * s, slots: [{ bytes: s * 125_000, frames: 30 * s }] }))]);
  assert.match(page, /at most 1000 kbit\/s, at the end 1000/);
  assert.match(page, /at most 60 ms, at the end 60/);
});

for (const [what, data] of [
  ['nothing', null], ['a number', 7], ['a text', 'slots'], ['a list', [1]], ['slots that are none', { connection: 1, slots: { length: 1 } }], ['slots as text', { connection: 1, slots: 'abc' }],
  ['slots of nothing', { connection: 1, slots: [null, 7, 'x', []] }], ['numbers that are none', { connection: 1, rttMs: '9', slots: [{ bytes: 'many', frames: {} }] }], ['a time that has no number', { connection: 1, rttMs: { toFixed: 1 }, slots: [] }],
]) {
  test(`samples may be of any shape: ${what}`, () => {
    const page = pageOf([here, sample(1e6, data), sample(2e6, data), sample(3e6, { connection: 1, rttMs: 5, slots: [{ bytes: 1 }] })]);
    assert.doesNotMatch(page, /NaN|undefined|Infinity/);
  });
}

test('a quality that is no number counts as none', () => {
  const quality = (atUs, text) => ({ line: 4, atUs, kind: 'quality', peer: 'bob', text, aspect: 'quality' });
  assert.doesNotMatch(pageOf([here, quality(1e6, '80'), quality(2e6, 'good')]), /NaN/);
});

test('a record may be long, and all of it at one moment', () => {
  const many = 200_000;
  const page = pageOf([
    here,
    ...Array.from({ length: many }, (_, i) => sample(i * 100_000, { connection: 1, rttMs: 10 + (i % 7), slots: [{ bytes: i * 1_000 }] })),
    ...Array.from({ length: many }, (_, i) => ({ line: i, atUs: 5, kind: 'step', peer: '', text: i === 0 ? 'join 0 ms' : `s${i % 9} 7 ms` })).slice(0, 9),
    ...Array.from({ length: many }, () => ({ line: 9, atUs: many * 100_000, kind: 'offer', peer: 'bob', text: 'got offer' })),
  ]);
  assert.match(page, /at most 16 ms/);
});
