// A build with one wrong line of negotiation is told from the right one by the records in this folder: the first
// reaction that differs is shown. Of the native build one file is compiled again, changed, and linked before the rest.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const build = path.join(root, 'build/native');
const output = path.join(root, 'build/wrong');
const file = path.join(root, 'core/negotiation/peer_negotiation.cpp');
const right = readFileSync(file, 'utf8');

function run(command, args, cwd = root) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error) throw error;
  return { status, said: stdout + stderr };
}

function demand(command, args) {
  const { status, said } = run(command, args, build);
  assert.equal(status, 0, said);
}

/** The replayer over a core with this source in place of the right one. */
function buildReplayer(name, source) {
  mkdirSync(output, { recursive: true });
  const [changed, object, program] = ['cpp', 'o', 'replay_record'].map((ending) => path.join(output, `${name}.${ending}`));
  writeFileSync(changed, source);
  const entry = JSON.parse(readFileSync(path.join(build, 'compile_commands.json'), 'utf8')).find((one) => one.file === file);
  const words = entry.command.split(' ').map((word) => (word === file ? changed : word));
  words[words.indexOf('-o') + 1] = object;
  demand(words[0], words.slice(1));
  const parts = ['tools/flight/CMakeFiles/replay_record.dir/replay_record.cpp.o', 'tools/flight/libgroupcall_flight.a', 'wasm/libgroupcall_bridge.a', 'core/libgroupcall_core.a', 'libgroupcall_boost_json.a'];
  // What the changed object defines is not looked for in the libraries any more.
  demand('g++', [object, ...parts, '-lz', '-o', program]);
  return program;
}

const replay = (program, record) => run(program, ['--check', path.join(root, 'tests/replay', `${record}.jsonl.gz`)]);

/** @type {{ fault: string, find: string, replace: string, record: string, event: RegExp, replayed: RegExp }[]} */
const FAULTS = [
  {
    fault: 'where packets stop, an offer is made that does not restart ICE',
    find: 'make_offer(true, 0, ctx.now, ctx);',
    replace: 'make_offer(false, 0, ctx.now, ctx);',
    record: 'ice_restart',
    event: /the reaction to (stats\.sampled|host\.woke) differs/,
    replayed: /"type":"pc\.setLocalDescription","peer":"user-00001",.*"restart":false/,
  },
  {
    fault: 'candidates that came early are forgotten',
    find: '  remote_candidates_.push_back(std::move(queued));',
    replace: '',
    record: 'server_restart',
    event: /the reaction to pc\.remoteDescriptionSet differs/,
    replayed: /hash [0-9a-f]{16}, \{"commands":\[/,
  },
];

test('the right build, put together in the same way, finds the same reactions in every record', () => {
  const program = buildReplayer('right', right);
  for (const record of ['camera_lost', 'ice_restart', 'mixed_call', 'server_restart']) {
    const { status, said } = replay(program, record);
    assert.equal(status, 0, said);
    assert.match(said, /\d+ events, same reactions/);
  }
});

for (const { fault, find, replace, record, event, replayed } of FAULTS) {
  test(`told from the right one: ${fault}`, () => {
    assert.ok(right.includes(find), 'the line is still in the core');
    const { status, said } = replay(buildReplayer(record, right.replace(find, () => replace)), record);
    assert.equal(status, 1, said);
    assert.match(said, event);
    assert.match(said, replayed);
    assert.match(said, /before: line \d+: /, 'what came before is shown');
  });
}
