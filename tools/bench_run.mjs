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
  const pages = await Promise.all(['a', 'b', 'c'].map(async (userId) => {
    const page = await context.newPage();
    await page.goto(`${url}/index.html`);
    await page.waitForFunction(() => window.benchPage);
    await page.evaluate(([id, address]) => window.benchPage.join(id, address), [userId, url]);
    return page;
  }));
  await pages[0].waitForFunction(() => window.benchPage.connectedTo() === 2, null, { timeout: CALL_LIMIT_MS });
  const until = Date.now() + RECORD_MS;
  await pages[0].waitForFunction((end) => Date.now() >= end, until, { timeout: CALL_LIMIT_MS });
  const record = await pages[0].evaluate(() => window.benchPage.record());
  await Promise.all(pages.slice(1).map((page) => page.close()));
  await pages[0].evaluate(() => window.benchPage.leave());
  return { page: pages[0], record };
}

function timeNatively(record) {
  mkdirSync(`${root}build/bench`, { recursive: true });
  const path = `${root}build/bench/call_of_three.jsonl`;
  writeFileSync(path, `${record.join('\n')}\n`);
  const text = execFileSync(`${root}build/native/tools/replay_record`, ['--time', String(ROUNDS), path], { encoding: 'utf8' });
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
  const inChromium = await page.evaluate(([lines, rounds, cores]) => window.benchPage.time(lines, rounds, cores), [record, 10, ROUNDS]);
  printTable(timeNatively(record), inChromium);
} finally {
  await browser.close();
  await server.close();
}
