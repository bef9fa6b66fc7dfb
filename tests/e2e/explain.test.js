// The page that tools/explain makes of a record, opened by itself: complete, readable in light and dark, and honest about repairs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const screenshots = path.join(root, 'build/e2e/screenshots');

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.GROUPCALL_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
});
after(() => browser.close());

/** The page of a record of tests/replay. */
async function explain(t, record, colorScheme) {
  const file = path.join(root, 'build/explain', `${record}.html`);
  execFileSync(path.join(root, 'tools/explain'), [path.join(root, 'tests/replay', `${record}.jsonl.gz`), file]);
  const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: path.join(screenshots, `explain-${record}-${colorScheme}.png`), fullPage: true });
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests, [pathToFileURL(file).href], 'nothing beside the page is needed');
  return page;
}

/** What the lane of somebody says when one points at everything in it. */
const saidIn = (page, heading) =>
  page.evaluate((wanted) => {
    const section = [...document.querySelectorAll('section')].find((one) => one.querySelector('h2').textContent === wanted);
    return [...section.querySelectorAll('title')].map(({ textContent }) => textContent);
  }, heading);

for (const colorScheme of ['light', 'dark']) {
  test(`a call with an ICE restart is drawn: ${colorScheme}`, async (t) => {
    const page = await explain(t, 'ice_restart', colorScheme);
    assert.match(await page.locator('header').innerText(), /with 1 other, recorded by build .*redacted[\s\S]*\d+ events give the same reactions/);
    const headings = await page.locator('h2').allInnerTexts();
    assert.deepEqual(headings, ['How long the first picture took', 'This page', 'user-00001']);
    const peer = await saidIn(page, 'user-00001');
    for (const part of [/connection 1: connected, /, /camera on, /, /^reconnecting, /, /connection 1: ICE restart/, /kbit\/s/, /of 100/])
      assert.ok(peer.some((text) => part.test(text)), `${part} is in the lane`);
    assert.ok((await saidIn(page, 'This page')).some((text) => text.includes('ice-restarts +1')));
    assert.ok((await page.locator('path.s-repair').count()) > 1, 'repairs are marked');
    const steps = await page.locator('section').first().locator('text.name').allTextContents();
    for (const step of ['socket-open', 'joined', 'first-picture']) assert.ok(steps.includes(step), step);
    await page.locator('summary').click();
    assert.match(await page.locator('table').innerText(), /join room room-00001 \(video\)/);
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => window.axe.run());
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
  });
}

test('a server that was away is told from peers who were not', async (t) => {
  const page = await explain(t, 'server_restart', 'light');
  const own = await saidIn(page, 'This page');
  assert.ok(own.some((text) => text.startsWith('phase reconnecting, ')));
  assert.ok(own.some((text) => /^(waiting|connecting) \(server-unreachable\)/.test(text)));
  for (const peer of ['user-00002', 'user-00003']) {
    const said = await saidIn(page, peer);
    assert.ok(said.some((text) => text.startsWith('connected, ')), `${peer} was connected`);
    assert.ok(!said.some((text) => text.startsWith('reconnecting, ')), `${peer} was never lost`);
  }
});
