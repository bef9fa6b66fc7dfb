// Replays flight records through the product's own WASM module in Node: the same check as
// replay_record.cpp, so that what a browser did is known to be what every platform does.
//
//   node tools/replay_wasm.mjs FILE...
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const module_folder = new URL('../build/wasm/wasm/', import.meta.url);

async function load() {
  const { default: createModule } = await import(new URL('groupcall.js', module_folder).href);
  return createModule({ wasmBinary: readFileSync(new URL('groupcall.wasm', module_folder)) });
}

/** Replays one record; returns how many events agreed, or throws with the first difference. */
function replay(CallBridge, path) {
  const [config, ...lines] = readFileSync(path, 'utf8').split('\n').filter((line) => line !== '');
  const bridge = new CallBridge(config);
  try {
    if (bridge.error() !== '') throw new Error(`${path}:1: the config is refused: ${bridge.error()}`);
    lines.forEach((line, index) => {
      const [now, event] = JSON.parse(line);
      const reaction = bridge.handle(JSON.stringify(event), now);
      if (!line.endsWith(`,${reaction}]`)) {
        throw new Error(`${path}:${index + 2}: the reaction to ${event.type} differs\n  replayed: ${reaction.slice(0, 400)}`);
      }
    });
    return lines.length;
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
