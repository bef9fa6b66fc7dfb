// Redacts a flight record as a page does before it gives one away, with the package and module that were built.
//
//   node tools/flight/redact.mjs RECORD OUT.jsonl.gz
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = new URL('../../', import.meta.url);
const MOST_BYTES = 1_000_000_000;

const [from, to] = process.argv.slice(2);
if (!from || !to) {
  console.error(`usage: node ${fileURLToPath(import.meta.url)} RECORD OUT.jsonl.gz`);
  process.exit(2);
}
const { exportRecord } = await import(new URL('web/dist/record.js', root).href);
const { default: createModule } = await import(new URL('build/wasm/wasm/groupcall.js', root).href);
const module = await createModule({ wasmBinary: readFileSync(new URL('build/wasm/wasm/groupcall.wasm', root)) });
const bytes = readFileSync(from);
const text = (bytes[0] === 0x1f ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString('utf8');
const record = await exportRecord([text], module);
writeFileSync(to, new Uint8Array(await record.arrayBuffer()));
