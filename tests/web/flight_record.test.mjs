import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { importSource } from './compile_source.mjs';

const { engine: { CallEngine }, flight_record: { FlightRecord }, record: { exportRecord }, store: { SnapshotStore } } = await importSource();

const config = '{"seed":"s"}';
const header = { groupcall: 'record', version: 1, build: 'unbuilt', config: { seed: 's' } };

/** Random letters, which deflate to three quarters at best: what is kept is soon too much. */
function noise(length, seed = 1) {
  let state = seed;
  const letter = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return String.fromCharCode(40 + ((state >>> 8) % 50));
  };
  return Array.from({ length }, letter).join('');
}

const plainBytes = async (blob) => Buffer.from(await blob.arrayBuffer());
async function readRecord(flight) {
  const bytes = await plainBytes(await exportRecord(flight.read(), false));
  const text = bytes[0] === 0x1f ? gunzipSync(bytes).toString() : bytes.toString();
  assert.ok(text.endsWith('\n'), 'the last line is whole');
  return text.trim().split('\n').map((line) => JSON.parse(line));
}

function note(flight, now, event, hash = '0123456789abcdef') {
  flight.begin(now, JSON.stringify(event));
  flight.end(hash);
}

/** Until what was sealed is deflated. */
async function deflated(flight) {
  while (flight.read().slice(1, -1).some((part) => typeof part === 'string' && part.length > 1_000)) await new Promise((resolve) => setImmediate(resolve));
}

test('an empty record is its header', async () => {
  assert.deepEqual(await readRecord(new FlightRecord(config)), [header]);
});

test('events are lines of time, event and hash, in order, across chunks', async () => {
  const flight = new FlightRecord(config);
  for (let i = 1; i <= 500; i += 1) note(flight, i, { type: 'x', text: noise(1_000) });
  await deflated(flight);
  const parts = flight.read();
  assert.ok(parts.length > 6, 'there are chunks');
  assert.ok(parts.slice(1, -1).every((part) => part instanceof ArrayBuffer), 'and they are deflated');
  const lines = await readRecord(flight);
  assert.deepEqual(lines[0], header);
  assert.deepEqual(lines.slice(1).map(([now]) => now), Array.from({ length: 500 }, (_, i) => i + 1));
  assert.deepEqual(lines[1].slice(2), ['0123456789abcdef']);
});

test('a record exported while a chunk is being deflated is complete', async () => {
  const flight = new FlightRecord(config);
  for (let i = 1; i <= 100; i += 1) note(flight, i, { type: 'x', text: noise(1_000) });
  const lines = await readRecord(flight);
  assert.equal(lines.length, 101);
});

test('beyond 4 MB the middle goes: the first quarter and the newest stay, and the gap says what is missing', async () => {
  const flight = new FlightRecord(config);
  const total = 400;
  for (let i = 1; i <= total; i += 1) {
    note(flight, i * 1_000, { type: 'x', text: noise(20_000, i) });
    // As in a call, where a chunk is long deflated when the next is full: as text it would take more room.
    await deflated(flight);
  }
  const bytes = flight.read().slice(1, -1).reduce((sum, part) => sum + (part.byteLength ?? part.length), 0);
  assert.ok(bytes <= 4_000_000 && bytes > 3_500_000, `${bytes} bytes are kept`);
  const lines = (await readRecord(flight)).slice(1);
  const at = lines.findIndex((line) => !Array.isArray(line));
  const [before, after] = [lines.slice(0, at), lines.slice(at + 1)];
  const { gap } = lines[at];
  assert.equal(before.length + gap.events + after.length, total, 'every event is there or counted');
  assert.equal(gap.from, before.at(-1)[0] + 1_000);
  assert.equal(gap.to, after[0][0] - 1_000);
  assert.equal(before[0][0], 1_000);
  assert.equal(after.at(-1)[0], total * 1_000);
  const share = before.length / (before.length + after.length);
  assert.ok(share > 0.2 && share < 0.35, `the beginning is ${share} of what is left`);
});

test('without CompressionStream the record is text, within the same bounds', async (t) => {
  const { CompressionStream } = globalThis;
  delete globalThis.CompressionStream;
  t.after(() => (globalThis.CompressionStream = CompressionStream));
  const flight = new FlightRecord(config);
  for (let i = 1; i <= 300; i += 1) note(flight, i, { type: 'x', text: noise(20_000, i) });
  await new Promise((resolve) => setImmediate(resolve));
  const blob = await exportRecord(flight.read(), false);
  assert.equal(blob.type, 'application/jsonl');
  assert.ok(blob.size < 4_200_000, `${blob.size} bytes`);
  const lines = await readRecord(flight);
  assert.ok(lines.some(({ gap }) => gap?.events > 0));
});

const sizeInMemory = (flight) => flight.read().slice(1).reduce((sum, part) => sum + (part.byteLength ?? part.length * 2), 0);

test('a CompressionStream that never answers does not keep the record from its bounds', async (t) => {
  const { CompressionStream } = globalThis;
  globalThis.CompressionStream = class {
    readable = new ReadableStream();
    writable = new WritableStream({ write: () => new Promise(() => {}) });
  };
  t.after(() => (globalThis.CompressionStream = CompressionStream));
  const flight = new FlightRecord(config);
  for (let i = 1; i <= 300; i += 1) {
    note(flight, i, { type: 'x', text: noise(20_000, i) });
    assert.ok(sizeInMemory(flight) < 4_300_000, `${sizeInMemory(flight)} bytes after ${i} events`);
  }
  const gap = flight.read().map(String).find((part) => part.startsWith('{"gap"'));
  assert.ok(JSON.parse(gap).gap.events > 100);
});

test('an event that is too large by itself goes, even if it is the first, and the gap counts all that goes', async () => {
  const flight = new FlightRecord(config);
  note(flight, 1, { type: 'x', text: 'a'.repeat(3_000_000) });
  // The first is sealed when the second comes: as text it is over the limit.
  for (let i = 2; i <= 40; i += 1) note(flight, i, { type: 'x', text: noise(20_000, i) });
  await deflated(flight);
  const [, gap, ...rest] = await readRecord(flight);
  assert.deepEqual(gap, { gap: { events: 1, from: 1, to: 1 } });
  assert.deepEqual(rest.map(([now]) => now), Array.from({ length: 39 }, (_, i) => i + 2));
});

test('a later event that is too large by itself goes with all between it and the beginning', async (t) => {
  const { CompressionStream } = globalThis;
  delete globalThis.CompressionStream;
  t.after(() => (globalThis.CompressionStream = CompressionStream));
  const flight = new FlightRecord(config);
  for (const [now, size] of [[1, 1_900_000], [2, 90_000], [3, 2_100_000], [4, 70_000], [5, 1]]) note(flight, now, { type: 'x', text: 'a'.repeat(size) });
  const told = (await readRecord(flight)).slice(1).map((line) => (Array.isArray(line) ? line[0] : line));
  // After the gap: what is sealed, and what is not yet.
  assert.deepEqual(told, [1, { gap: { events: 2, from: 2, to: 3 } }, 4, 5]);
});

test('the event of which the module dies is the last line, without a hash', async () => {
  const bridge = {
    events: 0,
    handle() {
      this.events += 1;
      if (this.events === 2) throw new Error('unreachable');
      return '{"commands":[]}';
    },
    hash: () => 'ffffffffffffffff',
  };
  const port = { execute() {}, close() {} };
  const ports = { socket: port, tabs: port, peers: port, media: port, texts: port, host: { sleptMs: () => 0, close() {} } };
  const flight = new FlightRecord(config);
  const store = new SnapshotStore('me', { userId: 'me' }, { remote: () => null, local: () => null });
  const engine = new CallEngine({ bridge, ports, store, messages: { tell() {} }, clock: { now: () => 7, after: () => () => {} }, flight });
  const { error } = console;
  console.error = () => {};
  engine.dispatch({ type: 'host.online' });
  engine.dispatch({ type: 'host.offline' });
  console.error = error;
  assert.deepEqual(await readRecord(flight), [header, [7_000, { type: 'host.online' }, 'ffffffffffffffff'], [7_000, { type: 'host.offline' }]]);
});
