// Runs one fuzz target over a corpus made from the vectors, for a time or a number of executions.
//
//   node tests/fuzz/run_fuzz.mjs build/asan/tests/fuzz/fuzz_session [--seconds 8] [--runs N] [--seed N]
//
// What it finds worth keeping is kept beside the target, so that the next run goes on from there.
// An input that breaks a property is left there too; hand it to the target to see it again.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

const vectors = fileURLToPath(new URL('../vectors/', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, runs: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
if (positionals.length !== 1 || (values.seconds === undefined) === (values.runs === undefined)) {
  console.error('usage: run_fuzz.mjs TARGET (--seconds N | --runs N) [--seed N]');
  process.exit(2);
}
const target = resolve(positionals[0]);

/** Frames of a real call; `toServer` are the client's. */
const frames = readFileSync(`${vectors}wire/frames.txt`, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => /^\S+ (<-|->) (.*)$/.exec(line).slice(1))
  .map(([arrow, text]) => ({ toServer: arrow === '->', text }));

const bridgeVectors = readdirSync(`${vectors}bridge`)
  .filter((name) => name.endsWith('.json') && name !== 'config.json')
  .flatMap((name) => JSON.parse(readFileSync(`${vectors}bridge/${name}`, 'utf8')));

const recordedCall = readFileSync(`${vectors}bridge/recorded_call.txt`, 'utf8')
  .split('\n')
  .slice(1)
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line)[1]);

const events = frames.filter(({ text }) => text.startsWith('42')).map(({ text }) => text.slice(2));
const values_ = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return [];
  }
};
const participants = events.flatMap((text) => values_(text)[1]?.participants ?? []);
const descriptions = events.flatMap((text) => {
  const { offer, answer, candidate } = values_(text)[1] ?? {};
  return [offer?.sdp, answer?.sdp, candidate?.candidate].filter(Boolean);
});
const poisons = ['null', '7', '{}', '{"userId":7}', '{"userId":"p","userInfo":{"fullname":"\\ud83d"}}', '{"userId":"p","tracks":[]}'];
const byte = (value) => String.fromCharCode(value);
/** Steps of fuzz_session: see its switch. */
const handshake = byte(4);
const accepted = byte(5) + byte(1);
const online = byte(2) + byte(1) + handshake + accepted;
const everyServerFrame = frames
  .filter(({ toServer, text }) => !toServer && text.startsWith('42'))
  .map(({ text }) => `${byte(16)}${text.slice(2)}\n`);

const CORPORA = {
  fuzz_packets: () => [...frames.map(({ text }) => text), '452-/calls,17["e",{"_placeholder":true,"num":0}]', '44{"message":"no"}', '6', '5probe'],
  fuzz_json: () => [...events, '"\\ud83d"', '"\\ud83d\\ude00"', '['.repeat(40) + ']'.repeat(40), '{"a":1,"a":2.5e3}'],
  fuzz_messages: () => [
    ...events,
    '{"type":"goodbye","epoch":"e"}',
    '{"type":"asks","user":"u","tab":"t"}',
    '{"type":"tells","user":"u","tab":"t","to":"s","inCall":false}',
    '{"type":"joined","user":"u","roomId":"r"}',
  ],
  fuzz_poisoned_roster: () => [...participants.map((one) => JSON.stringify(one)), ...poisons].map((text) => byte(7) + text),
  fuzz_sdp: () => descriptions,
  fuzz_session: () => [
    byte(0) + online + everyServerFrame.join(''),
    // Half-open: online, a ping answered, then silence.
    byte(0) + online + byte(1) + byte(15) + byte(1) + byte(1) + byte(1),
    // The application's Socket: up, an event, lost, up again, replaced, taken over.
    byte(1) + byte(2) + byte(1) + byte(12) + byte(3) + byte(13) + `${events[0]}\n` + byte(12) + byte(2) + byte(1) + byte(12) + byte(3) + byte(13) + '["connection:replaced",{}]\n' + byte(10),
    byte(2) + byte(2) + byte(1) + byte(12) + byte(8) + byte(1) + byte(12) + byte(3),
    byte(4) + byte(2) + byte(1) + handshake + byte(5) + byte(0) + byte(6) + byte(1) + byte(8) + byte(0) + byte(8) + byte(1),
  ],
  fuzz_call: () => [
    byte(0) + recordedCall.map((event) => `${byte(1)}${JSON.stringify(event)}\n`).join(''),
    ...bridgeVectors.map(({ event }) => `${byte(0)}${byte(1)}${JSON.stringify(recordedCall[0])}\n${byte(1)}${JSON.stringify(event)}\n`),
  ],
};

/** Records: with hashes of nothing, with a gap, of an older build, deflated in one member and in two. */
const recordLines = (ending) => recordedCall.map((event, index) => `[${1_000_000 + index * 50_000},${JSON.stringify(event)}${ending}]\n`);
const recordedConfig = readFileSync(`${vectors}bridge/recorded_call.txt`, 'utf8').split('\n')[0];
const recordHeader = `{"groupcall":"record","version":1,"build":"b","config":${recordedConfig}}\n`;
CORPORA.fuzz_record = () => {
  const hashed = recordLines(',"cbf29ce484222325"');
  const gap = '{"gap":{"events":3,"from":1400000,"to":1450000}}\n';
  const texts = [
    recordHeader + hashed.join(''),
    recordHeader + recordLines('').join(''),
    recordHeader + hashed.slice(0, 8).join('') + gap + hashed.slice(10).join(''),
    `${recordedConfig}\n${recordLines(',{"commands":[]}').join('')}`,
    // Found by this target: types with controls in them, of events that are no JSON.
    `${recordHeader}[1000000,{"type":"x\x1b[2J\u009b\0"},"cbf29ce484222325"]\n`,
  ];
  const members = Buffer.concat([gzipSync(recordHeader), gzipSync(hashed.join(''))]);
  // Of either parity: see options.compare.
  return [...texts, ...texts.map((text) => `${text}\n`), gzipSync(texts[0]), members, members.subarray(0, members.length - 5)];
};

const makeCorpus = CORPORA[basename(target)];
if (!makeCorpus) {
  console.error(`There is no corpus for ${basename(target)}: add it to CORPORA.`);
  process.exit(2);
}
const seeds = `${target}.seeds`;
const found = `${target}.found`;
for (const folder of [seeds, found]) mkdirSync(folder, { recursive: true });
makeCorpus().forEach((text, i) => writeFileSync(join(seeds, `seed-${i}`), text));

const limit = values.seconds === undefined ? `-runs=${values.runs}` : `-max_total_time=${values.seconds}`;
const { status, signal, stderr } = spawnSync(
  target,
  [found, seeds, limit, `-seed=${values.seed}`, '-max_len=16384', '-timeout=10', '-rss_limit_mb=2048', '-print_final_stats=1', `-artifact_prefix=${target}.`],
  { cwd: dirname(target), stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', maxBuffer: 1 << 28 },
);
const stat = (name) => new RegExp(`stat::${name}:\\s*(\\d+)`).exec(stderr)?.[1] ?? '?';
if (status !== 0) {
  const lines = stderr.split('\n');
  console.error([...lines.filter((line) => line.startsWith('does not hold')), ...lines.slice(-60)].join('\n'));
  console.error(`${basename(target)}: ended with ${signal ?? status}`);
  process.exit(1);
}
console.log(`${basename(target)}: ${stat('number_of_executed_units')} executions, ${stat('average_exec_per_sec')} a second, ${stat('peak_rss_mb')} MB at most`);
