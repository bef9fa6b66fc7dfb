/** How the parts of groupcall/react look and are read: axe-core in every state, and pictures for people to look at. */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ReactStage } from './react_page.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));

let stage;
before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  stage = await ReactStage.start();
});
after(() => stage?.close());

const NO_DEVICES = { permissions: [] };
const OTHERS = `[
  p.other(1, { speaking: true }),
  p.other(2, { camera: ['off', 'peer-off'], microphone: ['off', 'peer-off'], quality: 60 }),
  p.other(3, { camera: ['loading', 'network-stalled'], quality: 30, qualityCause: 'loss' }),
  p.other(4, { camera: ['loading', 'unreachable'], connection: 'connecting', connectionReason: 'no-relay', quality: null }),
  p.other(5, { signalling: 'lost' }),
  p.other(6, { camera: ['error', 'not-sent'] }),
  p.other(7, { connection: 'reconnecting' }),
  p.other(8, { connection: 'unreachable', camera: ['off', 'unreachable'], microphone: ['off', 'unreachable'], quality: null })]`;
const SHARED = `[p.other(1, { screen: 'on' }), p.other(2, { screen: 'on' }), p.other(3), p.other(4)]`;
const PROBLEM = `{ code: 'server-unreachable', message: 'The call server cannot be reached.', remedy: 'Check your internet connection, then try again.', detail: '' }`;

/**
 * Every state: the part, changes of the snapshot and props as expressions in the page's terms, what to press then, and what
 * must be there before anybody looks.
 */
const STATES = {
  preparing: { part: 'window', ready: '.gc-status' },
  joining: { part: 'window', changes: `{ phase: 'joining' }`, ready: '.gc-status' },
  refused: { part: 'window', changes: `{ error: ${PROBLEM} }`, ready: '.gc-problem' },
  alone: { part: 'window', changes: 'p.inCall(0)', ready: '.gc-invite' },
  'all-states': { part: 'window', changes: `p.inCall(0, { participants: ${OTHERS} })` },
  notices: {
    part: 'window',
    changes: `p.inCall(2, { phase: 'reconnecting', signalling: { state: 'connecting', error: ${PROBLEM}, retryAtMs: null }, self: p.self({ camera: ['error', 'in-use'], microphone: ['on', 'device-lost'] }) })`,
    ready: '.gc-notice',
  },
  replaced: {
    part: 'window',
    changes: `p.inCall(2, { signalling: { state: 'halted', retryAtMs: null, error: { code: 'replaced', message: 'You are connected from another tab or device.', remedy: 'Go on there, or take the call over.', detail: '' } } })`,
    ready: '.gc-notice-action',
  },
  'screen-shared': { part: 'window', changes: `p.inCall(0, { participants: ${SHARED} })`, ready: '.gc-shared video' },
  'screen-starting': { part: 'window', changes: `p.inCall(0, { participants: [p.other(1, { screen: ['loading', 'connecting'] }), p.other(2)] })`, ready: '.gc-shared-blank' },
  sharing: { part: 'window', changes: `p.inCall(2, { self: p.self({ screen: 'on' }) })`, ready: '.gc-sharing' },
  messages: {
    part: 'window',
    changes: 'p.inCall(3)',
    act: async (page) => {
      for (const [from, text, toAll] of [['user-1', 'Hello all, shall we start?', true], ['user-2', 'One minute, please.', false]]) {
        await page.evaluate((message) => parts.fake.tell('message', { id: 'm', ...message }), { from, text, toAll });
      }
      await page.keyboard.press('c');
      await page.keyboard.type('Here I am');
      await page.keyboard.press('Enter');
      await page.locator('.gc-message.gc-own').waitFor();
    },
  },
  unread: {
    part: 'window',
    changes: 'p.inCall(3)',
    act: (page) => page.evaluate(() => parts.fake.tell('message', { id: 'm', from: 'user-1', toAll: true, text: 'Anybody?' })),
  },
  devices: { part: 'window', changes: 'p.inCall(3)', act: (page) => page.getByRole('button', { name: 'Devices' }).click() },
  'right-to-left': {
    part: 'window',
    changes: `p.inCall(0, { participants: ${SHARED}, self: p.self({ screen: 'on' }) })`,
    ready: '.gc-shared video',
    act: (page) => page.evaluate(() => void (document.documentElement.dir = 'rtl')),
  },
  controls: { part: 'controls', changes: 'p.inCall(1)', ready: '.gc-controls' },
  prejoin: { part: 'prejoin', props: `{ name: 'Ada', video: { width: 640, height: 360 } }`, ready: '.gc-preview-picture video' },
  'prejoin-denied': { part: 'prejoin', props: `{ name: 'Ada' }`, ready: '.gc-preview-remedy', options: NO_DEVICES },
  'prejoin-missing': {
    part: 'prejoin',
    props: `{ name: '', problem: ${PROBLEM} }`,
    options: NO_DEVICES,
    ready: '.gc-problem-box',
    act: async (page) => {
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.gc-field-error').waitFor();
    },
  },
  incoming: {
    part: 'incoming',
    changes: `{ invitations: [{ roomId: 'r', groupId: 'g', callType: 'video', caller: { fullname: 'Grace Hopper' }, groupName: 'Compilers', endsAtMs: 1e9 }] }`,
    ready: '[role="alertdialog"]',
  },
};

/** Shows a state, and waits until it is all there: no picture is still on its way. */
async function bring(page, { part, changes = '{}', props = `{ title: 'Book club' }`, ready = '.gc-grid', act }) {
  await page.evaluate(`(() => { const p = parts; p.show(${JSON.stringify(part)}, { changes: ${changes}, props: ${props} }); })()`);
  await page.locator(ready).first().waitFor();
  await act?.(page);
  await page.waitForFunction(() => [...document.querySelectorAll('video')].every((video) => video.hidden || video.checkVisibility() === false || video.readyState >= 2));
}

async function assertAccessible(page, where, rules = {}) {
  // By way of the debugger, since the page's own policy forbids foreign scripts.
  await page.evaluate(AXE);
  const found = await page.evaluate(async (given) => {
    const { violations, passes } = await window.axe.run(document, { rules: given });
    const told = ({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`;
    return { violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(told).join('; ')}`), passes: passes.length };
  }, rules);
  assert.deepEqual(found.violations, [], where);
  assert.ok(found.passes > 10, `axe-core looked at ${where}`);
}

/** What is pressed takes a finger, also around what is drawn of it. */
async function assertLargeEnough(page, where) {
  const small = await page.evaluate(() => {
    const reaches = (element, x, y) => element.contains(document.elementFromPoint(x, y));
    return [...document.querySelectorAll('.groupcall :is(button, select, input, textarea)')]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
        const covered = !reaches(element, x, y);
        const large = box.width >= 44 && box.height >= 44;
        return !covered && !large && !(reaches(element, x, y - 20) && reaches(element, x, y + 20));
      })
      .map((element) => element.outerHTML.slice(0, 120));
  });
  assert.deepEqual(small, [], `${where}: too small for a finger`);
}

/** Both with GROUPCALL_TEST_LEVEL=full, else by turns. */
const LOOKS = [['light', { width: 1440, height: 810 }], ['dark', { width: 360, height: 740 }]];
const looksOf = (index) => (process.env.GROUPCALL_TEST_LEVEL === 'full' ? LOOKS : [LOOKS[index % LOOKS.length]]);

for (const [index, [name, state]] of Object.entries(STATES).entries()) {
  for (const [colorScheme, viewport] of looksOf(index)) {
    test(`axe finds nothing, and a finger finds everything, in the state "${name}", ${colorScheme}, ${viewport.width} wide`, { timeout: 60_000 }, () =>
      stage.withPage({ colorScheme, viewport, ...state.options }, async (page) => {
        await bring(page, state);
        await page.screenshot({ path: `${SCREENSHOTS}${name}-${colorScheme}-${viewport.width}.png` });
        await assertAccessible(page, name);
        await assertLargeEnough(page, name);
      }),
    );
  }
}

test('a theme of the page decides, whatever the system has: around the part, on it, by a variable', { timeout: 60_000 }, () =>
  stage.withPage({ colorScheme: 'dark' }, async (page) => {
    const groundOf = () => page.locator('.gc-window').evaluate((element) => getComputedStyle(element).backgroundColor);
    const [LIGHT, DARK] = ['rgb(244, 242, 238)', 'rgb(18, 20, 23)'];
    await bring(page, { part: 'window', changes: 'p.inCall(1)' });
    assert.equal(await groundOf(), DARK, 'as the system has it');
    await page.evaluate(() => void (document.documentElement.dataset.theme = 'light'));
    assert.equal(await groundOf(), LIGHT, 'around it');
    await bring(page, { part: 'window', changes: 'p.inCall(1)', props: `{ theme: 'dark', className: 'own' }` });
    assert.equal(await groundOf(), DARK, 'on it');
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('.own { --gc-ground: rgb(1, 2, 3); }');
      document.adoptedStyleSheets = [sheet];
    });
    assert.equal(await groundOf(), 'rgb(1, 2, 3)', 'by a variable');
  }),
);

test('the forced colours of the system keep who speaks and what is pressed apart', { timeout: 60_000 }, () =>
  stage.withPage({ forcedColors: 'active', contrast: 'more' }, async (page) => {
    await bring(page, STATES['all-states']);
    await page.screenshot({ path: `${SCREENSHOTS}forced-colours.png` });
    const ringOf = (number) => page.locator(`[data-user-id="user-${number}"]`).evaluate((element) => getComputedStyle(element, '::after').borderTopColor);
    assert.notEqual(await ringOf(1), await ringOf(5));
    // axe-core takes inherited colours for what they would be without the system's own.
    await assertAccessible(page, 'forced colours', { 'color-contrast': { enabled: false } });
  }),
);

for (const colorScheme of ['light', 'dark']) {
  for (const [width, height] of [[360, 740], [1440, 810]]) {
    test(`the grid of 1, 2, 3, 5, 9 and 16 tiles is drawn, ${colorScheme}, ${width} wide`, { timeout: 60_000 }, () =>
      stage.withPage({ colorScheme, viewport: { width, height } }, async (page) => {
        for (const people of [1, 2, 3, 5, 9, 16]) {
          await bring(page, { part: 'window', changes: `p.inCall(${people - 1})` });
          await page.screenshot({ path: `${SCREENSHOTS}grid-${String(people).padStart(2, '0')}-${colorScheme}-${width}.png` });
          assert.equal(await page.locator('.gc-tile').count(), people);
        }
      }),
    );
  }
}
