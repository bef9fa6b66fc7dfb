// What tools/bench runs last: how long a page takes from the first line of its script until the engine is ready, with download
// (from this machine), compiling and instantiating, in Chromium and Firefox. Prints medians; judges nothing.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { launchFirefox } from '../tests/e2e/firefox.mjs';
import { startServer } from './server/server.js';

const ROUNDS = process.argv.includes('--short') ? 3 : 10;
const LIMIT_MS = 30_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const { chromium } = createRequire(`${root}tests/package.json`)('playwright-core');

const median = (samples) => samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)];

/** In the browser's own words, since those who drive Chromium and Firefox differ in how to wait. */
const WAIT = `new Promise((resolve, reject) => {
  const end = performance.now() + ${LIMIT_MS};
  const look = () => {
    if (window.readyTimes) resolve(window.readyTimes);
    else if (performance.now() > end) reject(new Error('not ready within ${LIMIT_MS} ms'));
    else setTimeout(look, 5);
  };
  look();
})`;

/** One page in a profile of its own, in which nothing is cached; and the same page once more. */
async function measureOnce(newContext, address) {
  const context = await newContext();
  try {
    const page = await context.newPage();
    await page.goto(address);
    const first = await page.evaluate(WAIT);
    await page.goto(address);
    return { first, again: await page.evaluate(WAIT) };
  } finally {
    await context.close();
  }
}

async function measure(name, newContext, address) {
  const samples = [];
  // The first page of a browser that was only just started is nobody's usual one.
  await measureOnce(newContext, address);
  for (let round = 0; round < ROUNDS; round += 1) samples.push(await measureOnce(newContext, address));
  for (const visit of ['first', 'again']) {
    const of = (part) => median(samples.map((sample) => sample[visit][part])).toFixed(1);
    const cells = ['scriptMs', 'moduleMs', 'callMs'].map((part) => of(part).padStart(14));
    console.log(`${name.padEnd(14)}${(visit === 'first' ? 'first visit' : 'once more').padEnd(13)}${cells.join('')}`);
  }
}

const server = await startServer({
  mounts: [
    { prefix: '/', directory: `${root}tools/bench_page` },
    { prefix: '/dist', directory: `${root}web/dist` },
  ],
});
const address = `${server.url}/ready.html`;
console.log(`\nfrom the first line of a page's script, in ms (medians of ${ROUNDS}; everything comes from this machine)\n`);
console.log(`${''.padEnd(27)}${['script here', 'engine ready', 'call made'].map((title) => title.padStart(14)).join('')}`);
try {
  const inChromium = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  try {
    await measure(`Chromium ${inChromium.version().split('.')[0]}`, () => inChromium.newContext(), address);
  } finally {
    await inChromium.close();
  }
  const inFirefox = await launchFirefox();
  try {
    const version = (await inFirefox.version()).replace(/^\D*(\d+).*/, '$1');
    await measure(`Firefox ${version}`, () => inFirefox.createBrowserContext(), address);
  } finally {
    await inFirefox.close();
  }
} finally {
  await server.close();
}
