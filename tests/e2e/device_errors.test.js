/**
 * Every way in which camera and microphone fail, in the demo: what a person reads before the call and in it. The browser's
 * own failures where a test can bring them about, else the error that it raises. Each leaves two screenshots.
 */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

/** A question without an answer is given up after 60 s (core/public/config.h, kAcquire). */
const UNANSWERED_MS = 70_000;

const JOIN_ALL_THE_SAME = ' You can join without it.';

/** getUserMedia fails in this way, for whatever asks for a picture. @returns {(tab: import('playwright-core').Page) => Promise<void>} */
const failingWith = (name, message) => (tab) =>
  tab.addInitScript(
    ([errorName, words]) => {
      const { getUserMedia } = MediaDevices.prototype;
      MediaDevices.prototype.getUserMedia = function (constraints) {
        return constraints.video ? Promise.reject(new DOMException(words, errorName)) : getUserMedia.call(this, constraints);
      };
    },
    [name, message],
  );

/** The page asks for a picture that no camera has; the browser says no by itself. */
const askingTooMuch = (tab) =>
  tab.addInitScript(() => {
    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = function ({ audio, video }) {
      return getUserMedia.call(this, { audio, video: video && { ...video, width: { exact: 100_000 } } });
    };
  });

const questionsWithoutAnswer = (tab) =>
  tab.addInitScript(() => {
    MediaDevices.prototype.getUserMedia = () => new Promise(() => {});
  });

const notice = (view) => view.locator('.gc-notices [data-key="devices"]');

/** Waits until the element, or something in it, says this and nothing else. */
async function assertReads(locator, text, limitMs = LIMIT.device) {
  await locator.getByText(text, { exact: true }).first().waitFor({ timeout: limitMs });
}

/** The note in place of the own picture before the call, and the notice and the tile in it. */
async function assertTold(stage, page, slug, { message, remedy, noticed }) {
  // The demo may be within another page.
  const view = page.tab.frames().at(-1);
  await assertReads(view.locator('.gc-preview-message'), message);
  await assertReads(view.locator('.gc-preview-remedy'), remedy + JOIN_ALL_THE_SAME);
  await stage.screenshot(page, `error-${slug}-before`);
  await joinAs(view, 'Ada');
  await assertReads(notice(view).locator('strong'), noticed ?? `${message}.`);
  await assertReads(notice(view).locator('.gc-notice-remedy'), remedy);
  const tile = view.locator('.gc-grid .gc-tile[data-camera="error"]');
  await assertReads(tile.locator('.gc-tile-reason'), message);
  await stage.screenshot(page, `error-${slug}-call`);
  const fits = await view.evaluate(() => {
    const [controls, side] = ['.gc-controls', '.gc-bar-side'].map((one) => document.querySelector(one).getBoundingClientRect());
    return document.documentElement.scrollWidth <= innerWidth && controls.right <= side.left;
  });
  assert.ok(fits, 'nothing hangs over an edge or lies on something else');
}

async function joinAs(view, name) {
  await view.locator('input[name="name"]').fill(name);
  await view.locator('.gc-join-row .gc-primary').click();
  await view.locator('.gc-window').waitFor({ timeout: LIMIT.join });
}

const DESKTOP = { width: 1024, height: 720 };
const open = (stage, how = {}, address = '?room=tea&small') => stage.openDemoPage('ada', address, { viewport: DESKTOP, ...how });

/** By what is in the name of the screenshots. @type {Record<string, { stage?: object, how?: object, within?: string, message: string, remedy: string, noticed?: string }>} */
const FAILURES = {
  'permission-denied': {
    how: { permissions: [] },
    message: 'The camera is blocked',
    remedy: 'Allow it for this site beside the address bar, then turn it on again.',
    noticed: 'The microphone is blocked. The camera is blocked.',
  },
  'permission-dismissed': {
    how: { arrange: failingWith('NotAllowedError', 'Permission dismissed') },
    message: 'The camera was not allowed yet',
    remedy: 'Turn it on again and answer the browser’s question with “Allow”.',
  },
  'permission-blocked-by-system': {
    how: { arrange: failingWith('NotAllowedError', 'Permission denied by system') },
    message: 'The system or this page blocks the camera',
    remedy: 'Allow it in the settings of the system, or of the page around this one.',
  },
  'permission-blocked-by-page': {
    within: 'pages/barring_page.html',
    how: { tolerated: [/Permissions policy violation/, /permission has been blocked because of a permissions policy/] },
    message: 'The system or this page blocks the camera',
    remedy: 'Allow it in the settings of the system, or of the page around this one.',
    noticed: 'The system or this page blocks the microphone. The system or this page blocks the camera.',
  },
  'insecure-context': {
    stage: { insecure: true },
    how: { permissions: [] },
    message: 'The camera needs a secure page',
    remedy: 'Open this page with https:// in front, or on localhost.',
    noticed: 'The microphone needs a secure page. The camera needs a secure page.',
  },
  'no-device': {
    stage: { devices: false },
    message: 'No camera found',
    remedy: 'Connect one, then turn it on again.',
    noticed: 'No microphone found. No camera found.',
  },
  'in-use': {
    how: { arrange: failingWith('NotReadableError', 'Could not start video source') },
    message: 'Another program uses the camera',
    remedy: 'Close the other program or tab that uses it, then turn it on again.',
  },
  constraint: {
    how: { arrange: askingTooMuch },
    message: 'No camera can do what was asked for',
    remedy: 'Choose another device or a lower resolution, then turn it on again.',
  },
  'device-error': {
    how: { arrange: failingWith('AbortError', 'Invalid state') },
    message: 'The camera does not work',
    remedy: 'Reconnect it or restart the browser, then turn it on again.',
  },
};

for (const [slug, { stage: options = {}, how, within, ...words }] of Object.entries(FAILURES)) {
  callTest(`the demo says in words, before the call and in it: ${slug}`, options, async (stage) => {
    await assertTold(stage, await open(stage, how, within), slug, words);
  });
}

callTest('the demo says in words that the only camera was unplugged, before the call and in it', {}, async (stage) => {
  const page = await open(stage);
  const unplug = (find) => page.tab.evaluate(`(${find}).getVideoTracks()[0].dispatchEvent(new Event('ended'))`);
  await page.tab.locator('.gc-preview video').waitFor({ timeout: LIMIT.device });
  await unplug("document.querySelector('.gc-preview video').srcObject");
  const words = { message: 'The camera was disconnected', remedy: 'Connect it again, then turn it on.' };
  await assertReads(page.tab.locator('.gc-preview-message'), words.message);
  await assertReads(page.tab.locator('.gc-preview-remedy'), words.remedy + JOIN_ALL_THE_SAME);
  await stage.screenshot(page, 'error-device-lost-before');
  await joinAs(page.tab, 'Ada');
  await page.tab.locator('.gc-grid .gc-tile[data-camera="on"]').waitFor({ timeout: LIMIT.device });
  await unplug('window.groupcallDemo.call.getSnapshot().self.streams.camera');
  await page.tab.locator('.gc-grid .gc-tile[data-camera="ended"]').waitFor({ timeout: LIMIT.device });
  await assertReads(notice(page.tab).locator('strong'), `${words.message}.`);
  await assertReads(notice(page.tab).locator('.gc-notice-remedy'), words.remedy);
  await stage.screenshot(page, 'error-device-lost-call');
  // What the button says is what it does.
  await page.tab.locator('.gc-control.gc-camera').click();
  await page.tab.locator('.gc-grid .gc-tile[data-camera="on"]').waitFor({ timeout: LIMIT.device });
  await notice(page.tab).waitFor({ state: 'detached' });
});

// The core gives up after a minute: tests/unit/media has it in virtual time.
const FULL = process.env.GROUPCALL_TEST_LEVEL === 'full';

if (FULL) {
  callTest('the demo says in words that the question of the browser was never answered', { limitMs: 150_000 }, async (stage) => {
    const page = await open(stage, { arrange: questionsWithoutAnswer });
    await assertReads(page.tab.locator('.gc-preview-message'), 'Starting the camera');
    await page.tab.waitForFunction(() => document.querySelector('.gc-join-form select').selectedOptions[0]?.text, undefined, { timeout: LIMIT.device });
    await stage.screenshot(page, 'error-timeout-before');
    const startedAt = performance.now();
    await joinAs(page.tab, 'Ada');
    await page.tab.locator('.gc-grid .gc-tile[data-camera="loading"]').waitFor();
    await assertReads(notice(page.tab).locator('strong'), 'The microphone did not start in time. The camera did not start in time.', UNANSWERED_MS);
    await assertReads(notice(page.tab).locator('.gc-notice-remedy'), 'Answer the browser’s question or reconnect the device, then turn it on again.');
    stage.measure('given up', performance.now() - startedAt);
    await stage.screenshot(page, 'error-timeout-call');
  });
}
