/** The demo page, as people use it: through what they see and press. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';

import { LIMIT, callTest } from './call_pages.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** After 15 s the page says that there is no server. */
const REFUSED_LIMIT = 25_000;

/** In the panel of devices. */
const CAMERA_MENU = '.gc-devices-panel .gc-field:first-child select';

/** A certain cause is told after 3 s, on the next sample of the statistics. */
const REASON_LIMIT = 9_000;

async function assertAccessible(page, where) {
  // By way of the debugger, since the page's own policy forbids foreign scripts.
  await page.tab.evaluate(AXE);
  const found = await page.tab.evaluate(async () => {
    const { violations, passes } = await window.axe.run(document);
    const where = ({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`;
    return { violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(where).join('; ')}`), passes: passes.length };
  });
  assert.deepEqual(found.violations, [], where);
  assert.ok(found.passes > 10, `axe-core looked at ${where}`);
}

/** Goes on with the Tab key until this element has the focus. */
async function tabTo(page, selector, most = 20) {
  for (let count = 0; count < most; count += 1) {
    if (await page.tab.locator(selector).evaluate((element) => element === document.activeElement)) return;
    await page.tab.keyboard.press('Tab');
  }
  assert.fail(`${selector} cannot be reached with the Tab key`);
}

/** Fills the form in and joins, without a mouse. */
async function joinByKeyboard(page, name) {
  const { keyboard } = page.tab;
  await page.tab.locator('.gc-prejoin').waitFor({ timeout: LIMIT.join });
  await tabTo(page, 'input[name="name"]');
  await keyboard.type(name);
  await keyboard.press('Enter');
  await page.tab.locator('.gc-window').waitFor({ timeout: LIMIT.join });
}

const tileOf = (page, name) => page.tab.locator('.gc-grid .gc-tile', { has: page.tab.locator('.gc-tile-name', { hasText: name }) });

/** A tile that shows a moving picture. */
async function assertShows(page, name) {
  const tile = tileOf(page, name);
  await tile.and(page.tab.locator('[data-camera="on"]')).waitFor({ timeout: LIMIT.media });
  assert.equal(await tile.count(), 1);
  await assertMoves(tile.locator('video'));
}

/** New pictures come. */
async function assertMoves(element) {
  await element.evaluate(
    (video, limitMs) =>
      new Promise((resolve, reject) => {
        let pictures = 0;
        const timer = setTimeout(() => reject(new Error(`only ${pictures} pictures in ${limitMs} ms`)), limitMs);
        const count = () => {
          pictures += 1;
          if (pictures < 5) return void video.requestVideoFrameCallback(count);
          clearTimeout(timer);
          resolve();
        };
        video.requestVideoFrameCallback(count);
      }),
    LIMIT.media,
  );
}

/** Others are heard: so many elements play a live track. They are in no document: call_pages.mjs keeps those that the page plays. */
async function assertHears(page, count) {
  await page.tab.waitForFunction(
    (wanted) => {
      const playing = [...window.playedSounds].filter(({ srcObject }) => srcObject !== null);
      return playing.length === wanted && playing.every((audio) => !audio.paused && !audio.muted && audio.srcObject.active);
    },
    count,
    { timeout: LIMIT.media },
  );
}

callTest('two tabs of the demo meet, by keyboard alone', {}, async (stage) => {
  const ada = await stage.openDemoPage('ada', '?room=tea&small&record');
  assert.equal(await ada.tab.locator('input[name="room"]').inputValue(), 'tea', 'a link opens its room');
  await ada.tab.locator('.gc-preview video').waitFor({ timeout: LIMIT.device });
  await assertAccessible(ada, 'the page before the call');
  await stage.screenshot(ada, 'prejoin');
  await joinByKeyboard(ada, 'Ada Lovelace');
  await ada.tab.locator('.invite').waitFor();
  assert.equal(await ada.tab.locator('.gc-facts-count').textContent(), 'Only you');
  await assertAccessible(ada, 'the call, alone');

  const grace = await stage.openDemoPage('grace', '?room=tea&small&record', { colorScheme: 'dark' });
  await joinByKeyboard(grace, 'Grace Hopper');
  const startedAt = performance.now();
  await Promise.all([assertShows(ada, 'Grace Hopper'), assertShows(grace, 'Ada Lovelace')]);
  stage.measure('moving pictures in both tabs', performance.now() - startedAt);
  await Promise.all([assertHears(ada, 1), assertHears(grace, 1)]);
  await assertShows(ada, 'Ada Lovelace (you)');
  assert.equal(await ada.tab.locator('.gc-facts-count').textContent(), '2 people');
  assert.equal(await ada.tab.locator('.invite').count(), 0);
  await assertAccessible(ada, 'the call, light');
  await assertAccessible(grace, 'the call, dark');
  await stage.screenshot(ada, 'call-light');
  await stage.screenshot(grace, 'call-dark');

  // Devices by their keys, seen on the other page.
  await ada.tab.keyboard.press('v');
  await ada.tab.keyboard.press('m');
  await tileOf(grace, 'Ada').and(grace.tab.locator('[data-camera="off"][data-microphone="off"]')).waitFor({ timeout: LIMIT.announced });
  assert.equal(await ada.tab.locator('.gc-control.gc-camera').getAttribute('aria-pressed'), 'false');
  assert.equal(await tileOf(grace, 'Ada').locator('video').isVisible(), false);
  await assertAccessible(grace, 'the call, with a camera off');
  await ada.tab.keyboard.press('v');
  await assertShows(grace, 'Ada Lovelace');

  await tabTo(ada, '.gc-control.gc-leave');
  await ada.tab.keyboard.press('Enter');
  await ada.tab.locator('.gc-prejoin').waitFor({ timeout: LIMIT.announced });
  await ada.tab.locator('.gc-prejoin').getByText(/You left the call/).waitFor();
  await tileOf(grace, 'Ada').waitFor({ state: 'detached', timeout: LIMIT.announced });
  assert.equal(await grace.tab.locator('.gc-facts-count').textContent(), 'Only you');
  for (const page of [ada, grace]) assert.ok((await page.keepRecord()) > 10, 'the page kept its record');
});

callTest('a shared screen is large beside the tiles, on a large page and on a small one, and stops by its button', { screens: true }, async (stage) => {
  const ada = await stage.openDemoPage('ada', '?room=tea&small&record', { viewport: { width: 1280, height: 720 } });
  await joinByKeyboard(ada, 'Ada Lovelace');
  const grace = await stage.openDemoPage('grace', '?room=tea&small&record', { colorScheme: 'dark', viewport: { width: 360, height: 740 } });
  await joinByKeyboard(grace, 'Grace Hopper');
  await Promise.all([assertShows(ada, 'Grace Hopper'), assertShows(grace, 'Ada Lovelace')]);
  await stage.openSharedTab(ada);
  await ada.tab.bringToFront();

  const button = (page) => page.tab.locator('.gc-control.gc-screen');
  assert.equal(await button(ada).getAttribute('aria-pressed'), 'false');
  await ada.tab.keyboard.press('s');
  await ada.tab.locator('.gc-sharing').waitFor({ timeout: LIMIT.device });
  assert.equal(await button(ada).getAttribute('aria-pressed'), 'true');
  const shared = grace.tab.locator('.gc-shared[data-screen="on"]');
  await shared.waitFor({ timeout: LIMIT.device });
  assert.equal(await grace.tab.locator('.gc-shared-name').textContent(), 'Ada Lovelace’s screen');
  await grace.tab.locator('.gc-announcements', { hasText: 'Ada Lovelace shares their screen.' }).waitFor({ state: 'attached' });
  await ada.tab.locator('.gc-announcements', { hasText: 'You are sharing your screen.' }).waitFor({ state: 'attached' });
  await assertMoves(grace.tab.locator('.gc-shared video'));
  await assertHears(grace, 2);
  await assertShows(grace, 'Ada Lovelace');

  // The screen is the largest of all, and nothing hangs over the edge.
  const boxes = (page) =>
    page.tab.evaluate(() => {
      const areaOf = (one) => (one ? one.getBoundingClientRect().width * one.getBoundingClientRect().height : 0);
      const tiles = [...document.querySelectorAll('.gc-grid .gc-tile')].map(areaOf);
      return {
        screen: areaOf(document.querySelector('.gc-shared')),
        tile: Math.max(...tiles),
        overflows: document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight,
      };
    });
  const lookAt = async (page, name) => {
    const { screen, tile, overflows } = await boxes(page);
    assert.ok(screen > 1.5 * tile, `${name}: a screen of ${screen} beside a tile of ${tile}`);
    assert.equal(overflows, false, `${name}: everything fits`);
    await assertAccessible(page, name);
    await stage.screenshot(page, name);
  };
  await lookAt(grace, 'screen-dark-small');
  await grace.tab.setViewportSize({ width: 1280, height: 720 });
  await lookAt(grace, 'screen-dark');
  await grace.tab.emulateMedia({ colorScheme: 'light' });
  await lookAt(grace, 'screen-light');
  await assertAccessible(ada, 'while sharing');
  await stage.screenshot(ada, 'sharing-light');
  await ada.tab.setViewportSize({ width: 360, height: 740 });
  await stage.screenshot(ada, 'sharing-light-small');
  assert.equal((await boxes(ada)).overflows, false);

  await tabTo(ada, '.gc-sharing button', 40);
  await ada.tab.keyboard.press('Enter');
  await grace.tab.locator('.gc-shared').waitFor({ state: 'hidden', timeout: LIMIT.announced });
  await ada.tab.locator('.gc-sharing').waitFor({ state: 'hidden' });
  assert.equal(await button(ada).evaluate((one) => one === document.activeElement), true, 'the focus goes where it began');
  await grace.tab.locator('.gc-announcements', { hasText: 'Ada Lovelace no longer shares their screen.' }).waitFor({ state: 'attached' });
  await assertHears(grace, 1);
  await assertShows(grace, 'Ada Lovelace');
  for (const page of [ada, grace]) assert.ok((await page.keepRecord()) > 10, 'the page kept its record');
});

callTest('two people write to each other, by keyboard alone, on a large screen and on a small one', {}, async (stage) => {
  const ada = await stage.openDemoPage('ada', '?room=tea&small&record');
  await joinByKeyboard(ada, 'Ada Lovelace');
  const grace = await stage.openDemoPage('grace', '?room=tea&small&record', { colorScheme: 'dark', viewport: { width: 390, height: 780 } });
  await joinByKeyboard(grace, 'Grace Hopper');
  await Promise.all([assertShows(ada, 'Grace Hopper'), assertShows(grace, 'Ada Lovelace')]);

  await ada.tab.keyboard.press('c');
  assert.equal(await ada.tab.locator('.gc-chat-panel textarea').evaluate((field) => field === document.activeElement), true);
  await ada.tab.keyboard.type('Shall we begin?');
  await ada.tab.keyboard.press('Enter');
  const first = ada.tab.locator('.gc-message.gc-own', { hasText: 'Shall we begin?' });
  await first.waitFor({ timeout: LIMIT.announced });
  assert.equal(await ada.tab.locator('.gc-chat-panel textarea').inputValue(), '', 'sent, without a line break left');

  const badge = grace.tab.locator('.gc-unread');
  await badge.getByText('1').waitFor({ timeout: LIMIT.announced });
  assert.equal(await grace.tab.getByRole('button', { name: /^1 new Messages/ }).count(), 1, 'told to whoever does not see it');
  await grace.tab.locator('.gc-announcements').getByText('Message from Ada Lovelace: Shall we begin?').waitFor({ state: 'attached' });
  await tabTo(grace, '.gc-control.gc-chat');
  await grace.tab.keyboard.press('Enter');
  await grace.tab.locator('.gc-message', { hasText: 'Shall we begin?' }).waitFor();
  assert.equal(await badge.isVisible(), false);
  await grace.tab.locator('.gc-chat-panel select').selectOption({ label: 'Only Ada Lovelace' });
  await grace.tab.locator('.gc-chat-panel textarea').fill('Yes.\nI am <b>here</b>.');
  await grace.tab.locator('.gc-chat-panel textarea').press('Enter');
  const answer = ada.tab.locator('.gc-message:not(.gc-own)', { hasText: 'I am <b>here</b>.' });
  await answer.waitFor({ timeout: LIMIT.announced });
  assert.match(await answer.locator('.gc-message-head').textContent(), /Grace Hopper.*only to you/);

  await assertAccessible(ada, 'the messages, light');
  await assertAccessible(grace, 'the messages, dark and small');
  await stage.screenshot(ada, 'messages-light');
  await stage.screenshot(grace, 'messages-dark-small');
  await grace.tab.keyboard.press('Escape');
  assert.equal(await grace.tab.locator('.gc-chat-panel').isVisible(), false);
  assert.equal(await grace.tab.locator('.gc-control.gc-chat').evaluate((button) => button === document.activeElement), true);
  for (const page of [ada, grace]) await page.keepRecord();
});

callTest('camera and microphone are changed in the call, which says in words what became of one that was lost', { cameras: 3 }, async (stage) => {
  const small = { viewport: { width: 360, height: 740 } };
  const ada = await stage.openDemoPage('ada', '?room=tea&small&record', small);
  await joinByKeyboard(ada, 'Ada');
  const grace = await stage.openDemoPage('grace', '?room=tea&small&record', { colorScheme: 'dark' });
  await joinByKeyboard(grace, 'Grace');
  await Promise.all([assertShows(ada, 'Grace'), assertShows(grace, 'Ada')]);

  for (const page of [ada, grace]) {
    await tabTo(page, '.gc-control.gc-devices', 30);
    await page.tab.keyboard.press('Enter');
    assert.equal(await page.tab.locator(CAMERA_MENU).evaluate((menu) => menu === document.activeElement), true);
    await assertAccessible(page, 'the call, with its devices');
  }
  await stage.screenshot(ada, 'devices-light-small');
  await stage.screenshot(grace, 'devices-dark');
  const camera = ada.tab.locator(CAMERA_MENU);
  // The second fake camera measures depth, which is sent to nobody.
  const [first, , second] = await camera.evaluate((menu) => [...menu.options].map(({ value }) => value));
  assert.equal(await camera.inputValue(), first, 'the one in use');
  await camera.selectOption(second);
  await ada.tab.waitForFunction(
    (id) => {
      const { self } = window.groupcallDemo.call.getSnapshot();
      return self.devices.camera === id && self.camera.state === 'on';
    },
    second,
    { timeout: LIMIT.device },
  );
  await Promise.all([assertShows(ada, 'Ada (you)'), assertShows(grace, 'Ada')]);
  assert.equal(await camera.inputValue(), second);

  await ada.tab.keyboard.press('Escape');
  assert.equal(await ada.tab.locator('.gc-control.gc-devices').evaluate((button) => button === document.activeElement), true);
  // As the browser tells of a pulled plug; no fake camera can be pulled out.
  await ada.tab.evaluate(() => window.groupcallDemo.call.getSnapshot().self.streams.camera.getTracks()[0].dispatchEvent(new Event('ended')));
  const notice = ada.tab.locator('.gc-notices').getByText(/The camera was disconnected\. The camera that you see under “Devices” is used instead\./);
  await notice.waitFor({ timeout: LIMIT.device });
  await assertShows(grace, 'Ada');
  await assertAccessible(ada, 'the call, with another camera than before');
  await stage.screenshot(ada, 'device-lost-small');
  for (const page of [ada, grace]) await page.keepRecord();
});

callTest('a call started without a mouse or a room finds one in its address', {}, async (stage) => {
  const ada = await stage.openDemoPage('ada', '?small');
  const room = await ada.tab.locator('input[name="room"]').inputValue();
  assert.match(room, /^[a-z]+-[a-z]+-\d\d$/);
  assert.equal(new URL(ada.tab.url()).searchParams.get('room'), room);
  await ada.tab.locator('input[name="name"]').fill('');
  await ada.tab.keyboard.press('Enter');
  await ada.tab.locator('.gc-field-error').waitFor();
  assert.equal(await ada.tab.locator('input[name="name"]').getAttribute('aria-invalid'), 'true');
  await assertAccessible(ada, 'the form with a mistake');
});

callTest('the demo says in words that camera and microphone are blocked, and calls all the same', {}, async (stage) => {
  const ada = await stage.openDemoPage('ada', '?room=tea&small&record', { permissions: [] });
  const note = ada.tab.locator('.gc-preview-note');
  await note.getByText(/The camera is blocked/).waitFor({ timeout: LIMIT.device });
  await note.getByText(/Allow .* for this site beside the address bar/).waitFor();
  await note.getByText(/You can join without it\./).waitFor();
  await ada.tab.locator('.gc-level-note').getByText(/The microphone is blocked/).waitFor();
  await assertAccessible(ada, 'the page before the call, without devices');
  await stage.screenshot(ada, 'prejoin-denied');

  const grace = await stage.openDemoPage('grace', '?room=tea&small&record');
  await joinByKeyboard(grace, 'Grace');
  await joinByKeyboard(ada, 'Ada');
  await assertShows(ada, 'Grace');
  const notices = ada.tab.locator('.gc-notices');
  await notices.getByText(/The camera is blocked\./).waitFor({ timeout: LIMIT.device });
  await notices.getByText(/The microphone is blocked\./).waitFor();
  await assertAccessible(ada, 'the call, without devices');
  await stage.screenshot(ada, 'call-denied');
  await tileOf(grace, 'Ada').and(grace.tab.locator('[data-camera="off"]')).waitFor({ timeout: LIMIT.device });
  for (const page of [ada, grace]) await page.keepRecord();
});

callTest('the demo says in words that the server does not answer, and joins when it does', {}, async (stage) => {
  const tolerated = [/WebSocket connection to .* failed/];
  const ada = await stage.openDemoPage('ada', '?room=tea&small&record', { tolerated });
  await ada.tab.locator('.gc-preview video').waitFor({ timeout: LIMIT.device });
  await ada.tab.locator('input[name="name"]').fill('Ada');
  // The module is loaded first, so that only the signalling is missing.
  await ada.tab.locator('.gc-join-row .gc-primary').click();
  await ada.tab.locator('.gc-window').waitFor({ timeout: LIMIT.join });
  await ada.tab.locator('.gc-control.gc-leave').click();
  await ada.tab.locator('.gc-prejoin').waitFor({ timeout: LIMIT.announced });

  await stage.server.stop();
  const startedAt = performance.now();
  await ada.tab.locator('.gc-join-row .gc-primary').click();
  await ada.tab.getByRole('status').getByText(/The server does not answer\. Trying again/).waitFor({ timeout: 3 * LIMIT.announced });
  const problem = ada.tab.getByRole('alert');
  await problem.getByText('The call server cannot be reached.').waitFor({ timeout: REFUSED_LIMIT });
  stage.measure('told that there is no server', performance.now() - startedAt);
  assert.match(await problem.textContent(), /try again/, 'what a person can do about it');
  await assertAccessible(ada, 'the page with a problem');
  await stage.screenshot(ada, 'prejoin-server-down');

  await stage.server.start();
  await ada.tab.locator('.gc-join-row .gc-primary').click();
  await ada.tab.locator('.gc-window').waitFor({ timeout: LIMIT.join });

  // And while in the call.
  await stage.server.stop();
  const notice = ada.tab.locator('.gc-notices').getByText(/The call goes on/);
  await notice.waitFor({ timeout: LIMIT.announced });
  await stage.screenshot(ada, 'call-server-down');
  await stage.server.start();
  await notice.waitFor({ state: 'detached', timeout: 10_000 });
  await ada.keepRecord();
});

callTest('the demo says in words why somebody is not connected, and what to do', {}, async (stage) => {
  const pages = [];
  for (const name of ['Ada', 'Grace']) {
    const page = await stage.openDemoPage(name.toLowerCase(), '?room=tea&small&record&relay');
    await joinByKeyboard(page, name);
    pages.push(page);
  }
  const [ada, grace] = pages;
  const startedAt = performance.now();
  const tile = tileOf(ada, 'Grace');
  await tile.locator('.gc-tile-connection').getByText('No way found, and no relay to use').waitFor({ timeout: REASON_LIMIT });
  stage.measure('told that there is no relay', performance.now() - startedAt);
  const remedy = tile.locator('.gc-tile-remedy');
  assert.match(await remedy.textContent(), /TURN server would help/, 'what can be done about it');
  assert.equal(await remedy.evaluate((words) => words.closest('[aria-hidden="true"]')), null, 'and it is told to those who listen');
  await assertAccessible(ada, 'the call, without a connection');
  await stage.screenshot(ada, 'call-no-relay');
  for (const page of [ada, grace]) await page.keepRecord();
});

callTest('after a call no device opens by itself: the form says so, has the focus, and starts the preview by its button', {}, async (stage) => {
  const ada = await stage.openDemoPage('ada', '?room=tea&small&record&name=Ada');
  assert.equal(await ada.tab.locator('input[name="name"]').inputValue(), 'Ada', 'the address may say a name');
  await ada.tab.locator('.gc-preview video').waitFor({ timeout: LIMIT.device });
  await ada.tab.locator('.gc-join-row .gc-primary').click();
  await ada.tab.locator('.gc-window').waitFor({ timeout: LIMIT.join });
  await ada.tab.locator('.gc-control.gc-leave').click();
  const title = ada.tab.locator('.gc-join-form h2 > span');
  await title.waitFor({ timeout: LIMIT.announced });
  assert.equal(await title.textContent(), 'You left the call');
  assert.equal(await title.evaluate((one) => one === document.activeElement), true);
  const start = ada.tab.getByRole('button', { name: 'Start the preview' });
  await start.waitFor();
  assert.equal(await ada.tab.locator('.gc-preview video').count(), 0);
  await start.click();
  await ada.tab.locator('.gc-preview video').waitFor({ timeout: LIMIT.device });
  await ada.tab.getByRole('button', { name: 'Join again' }).click();
  await ada.tab.locator('.gc-window').waitFor({ timeout: LIMIT.join });
  await ada.keepRecord();
});

callTest('a duplicated tab is another person', {}, async (stage) => {
  const ada = await stage.openDemoPage('ada', '?room=tea&small');
  await joinByKeyboard(ada, 'Ada');
  const link = await ada.tab.getByRole('link', { name: /Open another tab/ }).getAttribute('href');
  assert.equal(new URL(link).searchParams.get('room'), 'tea', 'the same room');
  const again = await stage.openDemoPage('again', new URL(link).search, { besides: ada });
  assert.equal(await again.tab.locator('input[name="name"]').inputValue(), 'Ada', 'the browser remembers the name');
  await again.tab.locator('.gc-join-row .gc-primary').click();
  await again.tab.locator('.gc-facts-count', { hasText: '2 people' }).waitFor({ timeout: LIMIT.join });
  await ada.tab.locator('.gc-facts-count', { hasText: '2 people' }).waitFor({ timeout: LIMIT.announced });
  const ids = await Promise.all([ada, again].map(({ tab }) => tab.evaluate(() => window.groupcallDemo.call.getSnapshot().self.userId)));
  assert.notEqual(ids[0], ids[1]);
});

/** Nothing hangs over the edge of the page. */
async function assertFits(page, where) {
  const over = await page.tab.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return { wide: scrollWidth > innerWidth, high: scrollHeight > innerHeight };
  });
  assert.deepEqual(over, { wide: false, high: false }, where);
}

callTest('the diagnostics tell how the call began and how one is connected, and give a report and a record, by keyboard alone', {}, async (stage) => {
  const wide = { viewport: { width: 1280, height: 800 } };
  const small = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' };
  const ada = await stage.openDemoPage('ada', '?room=tea&small&record', { ...wide, permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'] });
  const grace = await stage.openDemoPage('grace', '?room=tea&small&record', small);
  await joinByKeyboard(ada, 'Ada Lovelace');
  await joinByKeyboard(grace, 'Grace Hopper');
  await Promise.all([assertShows(ada, 'Grace Hopper'), assertShows(grace, 'Ada Lovelace')]);

  for (const [page, other] of [[ada, 'Grace Hopper'], [grace, 'Ada Lovelace']]) {
    await tabTo(page, '.diagnostics-button', 30);
    await page.tab.keyboard.press('Enter');
    const drawer = page.tab.getByRole('complementary', { name: 'Diagnostics' });
    await drawer.waitFor();
    assert.equal(await page.tab.locator('#diagnostics-title').evaluate((title) => title === document.activeElement), true);
    const group = (title) => drawer.locator('.waterfall tbody', { has: page.tab.locator('th[scope="rowgroup"]', { hasText: title }) });
    await group('You, since joining').getByRole('rowheader', { name: 'Admitted to the room' }).waitFor();
    await group(other).getByRole('rowheader', { name: 'First picture' }).waitFor();
    const link = drawer.locator('.link[data-connection="connected"]', { hasText: other });
    await link.getByText(/^Connection (good|fair|poor) \(\d+ of 100\)/).waitFor({ timeout: LIMIT.media });
    await link.getByText('microphone on, camera on').waitFor();
    assert.equal(await drawer.locator('.tag').count(), 0, 'nobody is an older client');
  }
  for (const [page, name] of [[ada, 'diagnostics-light'], [grace, 'diagnostics-dark-small']]) {
    await assertAccessible(page, name);
    await assertFits(page, name);
    await stage.screenshot(page, name);
  }

  await tabTo(ada, 'button:has-text("Copy report")', 10);
  await ada.tab.keyboard.press('Enter');
  await ada.tab.getByRole('status').getByText('Copied.').waitFor({ state: 'attached' });
  const text = await ada.tab.evaluate(() => navigator.clipboard.readText());
  const report = JSON.parse(text);
  const snapshot = await ada.tab.evaluate(() => window.groupcallDemo.call.getSnapshot());
  assert.deepEqual(report.participants.map(({ userId, connection }) => [userId, connection]), [[snapshot.participants[0].userId, 'connected']]);
  assert.deepEqual(report.timings, snapshot.timings);
  assert.doesNotMatch(text, /Ada|Grace|tea/, 'neither names nor the room');

  const saved = ada.tab.waitForEvent('download', { timeout: LIMIT.device });
  await tabTo(ada, 'button:has-text("Save record")', 5);
  await ada.tab.keyboard.press('Enter');
  const download = await saved;
  assert.match(download.suggestedFilename(), /^groupcall-[\dT-]+\.jsonl/);
  const bytes = await readFile(await download.path());
  const compressed = download.suggestedFilename().endsWith('.gz');
  const lines = (compressed ? gunzipSync(bytes) : bytes).toString().trimEnd().split('\n');
  assert.ok(lines.length > 10);
  const [first, ...events] = lines.map((line) => JSON.parse(line));
  assert.ok(!Array.isArray(first), 'what the call was made of');
  for (const [at, { type }] of events) assert.deepEqual([typeof at, typeof type], ['number', 'string']);
  // What a call exports by itself is the same in fewer words.
  if (!compressed) assert.deepEqual(lines, await ada.tab.evaluate((count) => window.groupcallDemo.record.slice(0, count), lines.length));

  await ada.tab.keyboard.press('Escape');
  assert.equal(await ada.tab.locator('.diagnostics').count(), 0);
  assert.equal(await ada.tab.locator('.diagnostics-button').evaluate((button) => button === document.activeElement), true);
  for (const page of [ada, grace]) await page.keepRecord();
});

callTest('the older client joins from its link, is seen and named as one, and sees the page', {}, async (stage) => {
  const ada = await stage.openDemoPage('ada', '?room=tea&small&record');
  await joinByKeyboard(ada, 'Ada');
  const opened = ada.tab.context().waitForEvent('page');
  await ada.tab.getByRole('link', { name: /open the older client/ }).click();
  const older = await opened;
  await older.getByText('In the room tea.').waitFor({ timeout: LIMIT.join });
  await older.bringToFront();
  await older.locator('video').waitFor({ timeout: LIMIT.join });
  await assertMoves(older.locator('video'));
  await ada.tab.bringToFront();
  await assertShows(ada, 'Older client');
  await ada.tab.getByRole('button', { name: 'Diagnostics' }).click();
  await ada.tab.locator('.link', { hasText: 'Older client' }).locator('.tag', { hasText: 'older client' }).waitFor();
  await stage.screenshot(ada, 'mixed-call');
  await older.getByRole('button', { name: 'Leave' }).click();
  await ada.tab.locator('.gc-facts-count', { hasText: 'Only you' }).waitFor({ timeout: LIMIT.announced });
  await ada.keepRecord();
});

callTest('a page opened without https says what works and what to do, and does what works', { insecure: true }, async (stage) => {
  const ada = await stage.openDemoPage('ada', '?room=tea&small&record', { permissions: [], viewport: { width: 390, height: 780 } });
  assert.equal(await ada.tab.evaluate(() => window.isSecureContext), false, 'the page is what this test is about');
  const note = ada.tab.getByRole('complementary', { name: /^Not a secure page/ });
  await note.getByText(/What works: to join/).waitFor();
  await note.getByText('How to be seen and heard').click();
  await note.getByText(/which counts as secure/).waitFor();
  await ada.tab.locator('.gc-preview-note').getByText('The camera needs a secure page').waitFor();
  await assertAccessible(ada, 'the form of a page that is not secure');
  await stage.screenshot(ada, 'prejoin-insecure');
  await joinByKeyboard(ada, 'Ada');
  // The clipboard is for secure pages as well.
  await ada.tab.locator('.invite').getByRole('button', { name: 'Copy link' }).click();
  await ada.tab.getByRole('status').getByText('Copied.').waitFor({ state: 'attached' });
  const grace = await stage.openDemoPage('grace', '?room=tea&small&record', { permissions: [] });
  await joinByKeyboard(grace, 'Grace');
  await tileOf(ada, 'Grace').and(ada.tab.locator('[data-connection="connected"]')).waitFor({ timeout: LIMIT.media });
  await ada.tab.keyboard.press('c');
  await ada.tab.keyboard.type('Without a camera');
  await ada.tab.keyboard.press('Enter');
  await grace.tab.locator('.gc-announcements').getByText('Message from Ada: Without a camera').waitFor({ state: 'attached', timeout: LIMIT.device });
  for (const page of [ada, grace]) await page.keepRecord();
});
