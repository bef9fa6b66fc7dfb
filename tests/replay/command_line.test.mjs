// What the replayer says to people and programs, over a record of a real call and over files that are none.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = path.join(root, 'build/replay-tests');
const good = path.join(root, 'tests/replay/ice_restart.jsonl.gz');
const bytes = readFileSync(good);
const lines = gunzipSync(bytes).toString().trim().split('\n');

function replay(...words) {
  const { status, stdout, stderr, error } = spawnSync(path.join(root, 'build/native/tools/flight/replay_record'), words, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** A file that is not kept. */
function fileOf(name, content) {
  mkdirSync(output, { recursive: true });
  const file = path.join(output, name);
  writeFileSync(file, content);
  return file;
}

test('a record is told line by line, with its outcome', () => {
  const { status, stdout } = replay(good);
  assert.equal(status, 0);
  assert.match(stdout, /^recorded by build \S+, redacted\n/);
  assert.match(stdout, /^ +\d+\.\d{3} {2}repair +user-00001 +connection 1: ICE restart$/m);
  assert.match(stdout, /: 174 events, same reactions\n$/);
});

test('--peer leaves out what is about somebody else, --until what comes later', () => {
  const all = replay(good).stdout.split('\n').length;
  const ofNobody = replay(good, '--peer', 'nobody').stdout;
  assert.ok(!ofNobody.includes('user-00001'));
  assert.ok(ofNobody.includes('phase joined'));
  const early = replay(good, '--until', '2').stdout;
  assert.ok(early.split('\n').length < all);
  assert.ok(!early.includes('ICE restart'));
  assert.match(early, /: \d+ events, same reactions\n$/);
});

test('--json is an object a line', () => {
  const objects = replay(good, '--json', '--build', 'mine').stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(objects[0].record.thisBuild, 'mine');
  assert.equal(objects[0].record.redacted, true);
  assert.deepEqual(objects.at(-1).outcome, { same: true, checked: 174, unchecked: 0 });
  const sample = objects.find(({ kind }) => kind === 'sample');
  assert.equal(sample.data.peer, sample.peer);
  assert.ok(objects.some(({ aspect, text }) => aspect === 'transport' && text === 'connection 1: connected'));
});

test('a record of another build is played, and that is said', () => {
  const { status, stdout } = replay(good, '--build', '9.9.9+0');
  assert.equal(status, 0);
  assert.match(stdout, /this is build 9\.9\.9\+0: where the core has changed since, reactions differ/);
});

test('--rehash writes a record that replays', () => {
  const changed = [...lines];
  changed[20] = changed[20].replace(/"[0-9a-f]{16}"\]$/, '"0000000000000000"]');
  const wrong = fileOf('wrong.jsonl', changed.join('\n'));
  const { status, stderr } = replay('--check', wrong);
  assert.equal(status, 1);
  assert.match(stderr, /wrong\.jsonl:21: the reaction to \S+ differs\n( {2}before: line .*\n){5} {2}event: .*\n {2}recorded: hash 0000000000000000\n {2}replayed: hash [0-9a-f]{16}, \{"commands"/);
  const mended = replay('--rehash', '--build', 'mine', wrong).stdout;
  assert.equal(JSON.parse(mended.split('\n')[0]).build, 'mine');
  assert.equal(replay('--check', fileOf('mended.jsonl', mended)).status, 0);
});

test('what comes after a gap is told, not checked, and that is said', () => {
  const [now] = JSON.parse(lines[60]);
  const gap = `{"gap":{"events":40,"from":${JSON.parse(lines[59])[0]},"to":${now}}}`;
  const tail = lines.slice(100).map((line) => line.replace(/,"[0-9a-f]{16}"\]$/, ']'));
  const { status, stdout } = replay(fileOf('gap.jsonl', [...lines.slice(0, 60), gap, ...tail].join('\n')));
  assert.equal(status, 0);
  assert.match(stdout, /^-- from here on, events only/m);
  assert.match(stdout, /: 59 events, same reactions\n.*: 40 events are missing from +\d+\.\d+ s to +\d+\.\d+ s; \d+ after them are shown, but not checked\n$/);
});

test('where the module has died of the last event, nothing is said to be missing', () => {
  const dead = [...lines.slice(0, 60), lines[60].replace(/,"[0-9a-f]{16}"\]$/, ']')];
  const { status, stdout } = replay(fileOf('dead.jsonl', dead.join('\n')));
  assert.equal(status, 0);
  assert.ok(!stdout.includes('-- from here on'), stdout);
  assert.match(stdout, /: 59 events, same reactions\n.*: 1 events at the end have no reaction: the module has died of one\n$/);
});

test('texts of a record do not steer the terminal', () => {
  const evil = 'x\x1b[2J\u009b31m';
  const changed = [...lines.slice(0, 60), `[${JSON.parse(lines[60])[0]},{"type":"${evil}"},"0000000000000000"]`];
  const file = fileOf('evil.jsonl', changed.join('\n'));
  for (const words of [['--check', file], ['--time', '1', file]]) {
    const { stdout, stderr } = replay(...words);
    assert.match(stdout + stderr, /x\?\[2J\?\?31m/, words[0]);
    assert.doesNotMatch(stdout + stderr, /[\x1b\u0080-\u009f]/, words[0]);
  }
  const header = JSON.stringify({ ...JSON.parse(lines[0]), version: 2, build: evil });
  const { stderr } = replay('--rehash', fileOf('evil-build.jsonl', header));
  assert.match(stderr, /of build "x\?\[2J\?\?31m"/);
});

for (const [name, content, reason] of [
  ['empty', '', /cannot be read, or is empty/],
  ['text', 'Dear developers,\n', /line 1: this is no flight record/],
  ['picture', Buffer.from('89504e470d0a1a0a', 'hex'), /line 1: this is no flight record/],
  ['truncated', bytes.subarray(0, bytes.length - 100), /line \d+: the file is truncated/],
  ['corrupt', Buffer.concat([bytes.subarray(0, 4_000), Buffer.alloc(20, 7), bytes.subarray(4_020)]), /line \d+: the compressed data is corrupt/],
  ['newer', '{"groupcall":"record","version":2,"build":"2.0.0","config":{}}\n', /format version 2 of build "2\.0\.0"; this tool reads version 1/],
  ['refused', '{"groupcall":"record","version":1,"build":"b","config":{}}\n[1,{}]\n', /the config is refused: missing-field/],
  ['bomb', gzipSync(`${lines[0]}\n[1,{"type":"${'x'.repeat(40_000_000)}"}]\n`), /line 2: a line is longer than 16000000 bytes/],
  ['backwards', `${lines[0]}\n${lines[5]}\n${lines[1]}\n`, /time runs backwards|differs/],
]) {
  test(`a file that is no record gets a reason: ${name}`, () => {
    const { status, stderr } = replay('--check', fileOf(name, content));
    assert.equal(status, 1);
    assert.match(stderr, reason);
  });
}

test('a file that is not there, and options that are none', () => {
  assert.match(replay(path.join(output, 'nowhere')).stderr, /cannot be read/);
  for (const words of [[], ['--wrong', good], ['--until', 'soon', good], ['--until', '-1', good], ['--peer']]) assert.equal(replay(...words).status, 2, words.join(' '));
});
