// What tools/bench runs: records a call of three in Chromium, then times every event of it on the native core and on
// the module in Chromium, and prints one table. It prints; it judges nothing: machines differ.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { startServer } from './server/server.js';

const short = process.argv.includes('--short');
const CALL_LIMIT_MS = 30_000;
const RECORD_MS = short ? 3_000 : 10_000;
const ROUNDS = short ? 20 : 100;

const root = fileURLToPath(new URL('..', import.meta.url));
const { chromium } = createRequire(`${root}tests/package.json`)('playwright-core');

const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
];

async function recordCall(browser, url) {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  const join = async (userId) => {
    const page = await context.newPage();
    await page.goto(`${url}/index.html`);
    await page.waitForFunction(() => window.benchPage);
    await page.evaluate(([id, address]) => window.benchPage.join(id, address), [userId, url]);
    return page;
  };
  // Newcomers offer: the first one gets an offer of each.
  const first = await join('a');
  const pages = [first, ...(await Promise.all(['b', 'c'].map(join)))];
  await pages[0].waitForFunction(() => window.benchPage.connectedTo() === 2, null, { timeout: CALL_LIMIT_MS });
  const until = Date.now() + RECORD_MS;
  await pages[0].waitForFunction((end) => Date.now() >= end, until, { timeout: CALL_LIMIT_MS });
  const record = await pages[0].evaluate(() => window.benchPage.record());
  await Promise.all(pages.slice(1).map((page) => page.close()));
  await pages[0].evaluate(() => window.benchPage.leave());
  return { page: pages[0], record };
}

// What is compared with socket.io-client: the largest message that there is, and the most frequent one.
const FRAMES = [
  ['offer', (frame) => frame.startsWith('42["groupcall:webrtc-offer"')],
  ['candidate', (frame) => frame.startsWith('42["groupcall:webrtc-ice-candidate"') && !frame.includes('"candidate":""')],
];

/** The lines of the record that hold such a frame, by kind. */
function findFrames(record) {
  const frames = record.slice(1).map((line) => JSON.parse(line)[1]);
  return FRAMES.map(([kind, is]) => {
    const found = frames.flatMap((event, index) => (event.type === 'socket.frame' && is(event.text) ? [index + 1] : []));
    if (found.length === 0) throw new Error(`the recorded call has no ${kind}`);
    return { kind, found, bytes: frames[found[0] - 1].text.length };
  });
}

/** replay_record times by the first "type" of an event; unknown members are ignored. So a frame can bear a name of its own. */
function withNamedFrames(record, frames) {
  const named = [...record];
  for (const { kind, found } of frames) {
    for (const index of found) named[index] = named[index].replace('{', `{"frame":{"type":"frame:${kind}"},`);
  }
  return named;
}

function timeNatively(record, name) {
  mkdirSync(`${root}build/bench`, { recursive: true });
  const path = `${root}build/bench/${name}.jsonl`;
  writeFileSync(path, `${record.join('\n')}\n`);
  const text = execFileSync(`${root}build/native/tools/flight/replay_record`, ['--time', String(ROUNDS), path], { encoding: 'utf8' });
  const rows = text.trim().split('\n').slice(1).map((line) => line.trim().split(/\s+/));
  return new Map(rows.map(([type, , median]) => [type, Number(median)]));
}

function printTable(native, { instantiateMs, events }) {
  console.log(`${'event'.padEnd(28)}${'count'.padStart(7)}${'native µs'.padStart(12)}${'Chromium µs'.padStart(13)}${'ratio'.padStart(8)}`);
  for (const { type, count, medianUs } of events.toSorted((a, b) => a.type.localeCompare(b.type))) {
    const base = native.get(type) ?? Number.NaN;
    console.log(
      `${type.padEnd(28)}${String(count).padStart(7)}${base.toFixed(1).padStart(12)}${medianUs.toFixed(1).padStart(13)}${(medianUs / base).toFixed(1).padStart(8)}`,
    );
  }
  console.log(`\nmedian time to compile and instantiate the module in Chromium, its bytes being there: ${instantiateMs.toFixed(1)} ms`);
}

const median = (samples) => samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)];

/** Decode and dispatch of a frame, ours and socket.io-client's, and where ours spends its time. */
function printFrames(frames, samples, native) {
  const columns = ['encode', 'crossing', 'core', 'parse', 'ours', 'socket.io', 'ratio', 'native', 'frames/s'];
  console.log('\none frame, decoded and dispatched (median µs in Chromium; native: µs, and frames a second)\n');
  console.log(`${'frame'.padEnd(12)}${'bytes'.padStart(7)}${columns.map((title) => title.padStart(11)).join('')}`);
  for (const { kind, found, bytes } of frames) {
    const those = samples.filter(({ line }) => found.includes(line));
    const of = (part) => median(those.map(({ ours }) => ours[part]));
    const ours = of('total');
    const theirs = median(those.map(({ socketIo }) => socketIo.total));
    const nativeUs = native.get(`frame:${kind}`) ?? Number.NaN;
    const parts = ['encode', 'crossing', 'core', 'parse'].map(of);
    const cells = [...parts, ours, theirs, ours / theirs, nativeUs].map((value) => value.toFixed(1));
    cells.push(Math.round(1e6 / nativeUs).toLocaleString('en'));
    console.log(`${kind.padEnd(12)}${String(bytes).padStart(7)}${cells.map((cell) => cell.padStart(11)).join('')}`);
  }
  console.log('\nours: the frame as UTF-8, across the border, decoded and acted on until the commands are there as text, JSON.parse of');
  console.log('those. socket.io: its decoder, its Socket, one listener that does nothing with the payload.');
}

const server = await startServer({
  mounts: [
    { prefix: '/', directory: `${root}tools/bench_page` },
    { prefix: '/dist', directory: `${root}web/dist` },
    { prefix: '/wasm', directory: `${root}build/wasm/wasm` },
  ],
});
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_FLAGS });
try {
  const { page, record } = await recordCall(browser, server.url);
  console.log(`a call of three, ${record.length - 1} events of one page (median times; decode, decide, encode)\n`);
  const frames = findFrames(record);
  const inChromium = await page.evaluate(
    (all) => window.benchPage.time(...all),
    [record, 10, ROUNDS, frames.flatMap(({ found }) => found)],
  );
  printTable(timeNatively(record, 'call_of_three'), inChromium);
  printFrames(frames, inChromium.frames, timeNatively(withNamedFrames(record, frames), 'named_frames'));
} finally {
  await browser.close();
  await server.close();
}
