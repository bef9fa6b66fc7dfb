// Replays flight records through the product's own WASM module in Node: the same check as
// tools/flight/replayer.cpp, so that what a browser did is known to be what every platform does.
//
//   node tools/replay_wasm.mjs FILE...
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const module_folder = new URL('../build/wasm/wasm/', import.meta.url);
const MOST_BYTES = 1_000_000_000;

async function load() {
  const { default: createModule } = await import(new URL('groupcall.js', module_folder).href);
  return createModule({ wasmBinary: readFileSync(new URL('groupcall.wasm', module_folder)) });
}

function readLines(path) {
  const bytes = readFileSync(path);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (isGzip ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** The config, from a header or, in older records, by itself. */
function configOf(line) {
  const first = JSON.parse(line);
  return first.groupcall === 'record' ? JSON.stringify(first.config) : line;
}

/** Replays one record as far as it can be; returns how many events agreed, or throws with the first difference. */
function replay(CallBridge, path) {
  const [header, ...lines] = readLines(path);
  const bridge = new CallBridge(configOf(header));
  try {
    if (bridge.error() !== '') throw new Error(`${path}:1: the config is refused: ${bridge.error()}`);
    let checked = 0;
    for (const line of lines) {
      const parsed = JSON.parse(line);
      if (!Array.isArray(parsed)) break;
      const [now, event, recorded] = parsed;
      if (recorded === undefined) break;
      const reaction = bridge.handle(JSON.stringify(event), now);
      const same = typeof recorded === 'string' ? recorded === bridge.hash() : line.endsWith(`,${reaction}]`);
      if (!same) {
        throw new Error(`${path}:${checked + 2}: the reaction to ${event.type} differs\n  replayed: ${bridge.hash()} ${reaction.slice(0, 400)}`);
      }
      checked += 1;
    }
    return checked;
  } finally {
    bridge.delete();
  }
}

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error(`usage: node ${fileURLToPath(import.meta.url)} FILE...`);
  process.exit(2);
}
const { CallBridge } = await load();
for (const path of paths) {
  try {
    console.log(`${path}: ${replay(CallBridge, path)} events, same reactions`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
