// What tools/bench --record runs: what the flight record costs. Calls of 2, 3 and 5 in Chromium tell how fast it grows and how
// large its file is; the longest of their records, played through the product's module in Node, what an event costs with and
// without it, and what it takes of memory. It prints; it judges nothing: machines differ.
//
//   node --expose-gc tools/bench_record.mjs [--seconds 60]
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { startServer } from './server/server.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const CALL_SECONDS = Number(values.seconds);
const JOIN_LIMIT_MS = 180_000;
const ROUNDS = 15;

const root = fileURLToPath(new URL('..', import.meta.url));
const { chromium } = createRequire(`${root}tests/package.json`)('playwright-core');
const esbuild = createRequire(`${root}web/package.json`)('esbuild');

const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
];

const median = (samples) => samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)];
const cell = (value, width = 14) => (typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 1 }) : String(value)).padStart(width);
const printRow = (name, ...values_) => console.log(name.padEnd(30) + values_.map((value) => cell(value)).join(''));

/** A call of so many; what the first one's record has grown by. */
async function callOf(people, browser, url) {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  const pages = await Promise.all(Array.from({ length: people }, () => context.newPage()));
  for (const [index, page] of pages.entries()) {
    await page.goto(`${url}/index.html`);
    await page.waitForFunction(() => window.benchPage);
    await page.evaluate(([id, address]) => window.benchPage.join(id, address), [`user-${index}`, url]);
  }
  const [first] = pages;
  await first.waitForFunction((others) => window.benchPage.connectedTo() === others, people - 1, { timeout: JOIN_LIMIT_MS });
  const sizeNow = () => first.evaluate(() => window.benchPage.exported(false));
  const before = { ...(await sizeNow()), at: performance.now(), events: await first.evaluate(() => window.benchPage.record().length) };
  await delay(CALL_SECONDS * 1_000);
  const after = { ...(await sizeNow()), at: performance.now(), events: await first.evaluate(() => window.benchPage.record().length) };
  const redacted = await first.evaluate(() => window.benchPage.exported(true));
  const record = await first.evaluate(() => window.benchPage.record());
  await context.close();
  const minutes = (after.at - before.at) / 60_000;
  return { people, record, perMinute: (after.size - before.size) / minutes, eventsPerMinute: (after.events - before.events) / minutes, join: before.size, file: after.size, redacted };
}

/** The class that pages use, as it is. */
async function loadFlightRecord() {
  const file = `${root}build/bench/flight-record.mjs`;
  mkdirSync(`${root}build/bench`, { recursive: true });
  await esbuild.build({ entryPoints: [`${root}web/src/flight-record.ts`], outfile: file, bundle: true, format: 'esm', logLevel: 'warning' });
  return (await import(pathToFileURL(file).href)).FlightRecord;
}

async function loadModule() {
  const folder = new URL('../build/wasm/wasm/', import.meta.url);
  const { default: createModule } = await import(new URL('groupcall.js', folder).href);
  return createModule({ wasmBinary: readFileSync(new URL('groupcall.wasm', folder)) });
}

/** Each event as the engine handles it (web/src/engine.ts), with the record or without; microseconds. */
function timeEvents(CallBridge, config, events, flight) {
  const utf8 = new TextEncoder();
  const bridge = new CallBridge(config);
  const samples = events.map(([now, event]) => {
    const start = process.hrtime.bigint();
    const isFrame = event.type === 'socket.frame';
    const text = isFrame && !flight ? '' : JSON.stringify(event);
    flight?.begin(now, text);
    if (isFrame) bridge.handleFrame(event.socket, utf8.encode(event.text), now);
    else bridge.handle(utf8.encode(text), now);
    flight?.end(bridge.hash());
    return Number(process.hrtime.bigint() - start) / 1_000;
  });
  bridge.delete();
  return samples;
}

async function printTimes({ record: [header, ...lines] }, FlightRecord, { CallBridge }) {
  const config = JSON.stringify(JSON.parse(header).config);
  const events = lines.map((line) => JSON.parse(line));
  const types = [...new Set(events.map(([, { type }]) => type))].sort();
  const all = { without: events.map(() => []), with: events.map(() => []) };
  for (let round = 0; round < ROUNDS; ++round) {
    // In turn, so that what else the machine does meanwhile befalls both.
    timeEvents(CallBridge, config, events).forEach((us, index) => all.without[index].push(us));
    timeEvents(CallBridge, config, events, new FlightRecord(config)).forEach((us, index) => all.with[index].push(us));
    await delay(0);
  }
  const typical = (samples, of) => median(events.flatMap(([, { type }], index) => (of === undefined || type === of ? [median(samples[index])] : [])));
  console.log(`\nan event, in microseconds (Node, ${events.length} events of the call of five, medians of ${ROUNDS} rounds)\n`);
  printRow('event', 'count', 'without', 'with', 'the record');
  for (const type of [...types, undefined]) {
    const [without, with_] = [typical(all.without, type), typical(all.with, type)];
    printRow(type ?? 'all', type ? events.filter(([, event]) => event.type === type).length : events.length, without, with_, with_ - without);
  }
}

/** What a full record takes: the same call again and again, until the middle goes. */
async function printMemory({ record: [header, ...lines] }, FlightRecord) {
  const used = async () => {
    for (let round = 0; round < 3; ++round) {
      await delay(200);
      globalThis.gc();
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 1e6;
  };
  const before = await used();
  const flight = new FlightRecord(JSON.stringify(JSON.parse(header).config));
  let events = 0;
  let now = 0;
  while (!flight.read().some((part) => typeof part === 'string' && part.startsWith('{"gap"'))) {
    for (const line of lines) {
      const event = JSON.stringify(JSON.parse(line)[1]);
      flight.begin((now += 1_000), event);
      // No hash is like another in a call that goes on.
      flight.end((events * 2_654_435_761).toString(16).padStart(16, '0').slice(-16));
      events += 1;
    }
    await delay(20);
  }
  const megabytes = (await used()) - before;
  // Only now may the record be collected.
  const chunks = flight.read().length;
  console.log(`\nmemory of a full record: ${megabytes.toFixed(1)} MB in ${chunks} parts, after ${events.toLocaleString('en')} events; without it 0`);
}

const server = await startServer({
  rateLimit: { limit: 0 },
  mounts: [
    { prefix: '/', directory: `${root}tools/bench_page` },
    { prefix: '/dist', directory: `${root}web/dist` },
    { prefix: '/wasm', directory: `${root}build/wasm/wasm` },
  ],
});
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_FLAGS });
const calls = [];
try {
  for (const people of [2, 3, 5]) calls.push(await callOf(people, browser, server.url));
} finally {
  await browser.close();
  await server.close();
}
console.log(`the record of one page in calls of ${CALL_SECONDS} s (bytes are deflated)\n`);
printRow('', ...calls.map(({ people }) => `${people} people`));
printRow('events a minute', ...calls.map(({ eventsPerMinute }) => eventsPerMinute));
printRow('bytes of the join', ...calls.map(({ join }) => join));
printRow('bytes a minute', ...calls.map(({ perMinute }) => perMinute));
printRow('hours in 4 MB', ...calls.map(({ perMinute }) => 4e6 / perMinute / 60));
printRow('file', ...calls.map(({ file }) => file));
printRow('file, redacted', ...calls.map(({ redacted }) => redacted.size));
printRow('redacted in ms', ...calls.map(({ redacted }) => redacted.tookMs));
const FlightRecord = await loadFlightRecord();
await printMemory(calls.at(-1), FlightRecord);
await printTimes(calls.at(-1), FlightRecord, await loadModule());
