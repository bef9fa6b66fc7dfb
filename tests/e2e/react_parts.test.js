/** The ready-made parts of groupcall/react, in a browser, over a call that is none. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ReactStage } from './react_page.mjs';

let stage;
before(async () => {
  stage = await ReactStage.start();
});
after(() => stage?.close());

/** A test with a page of its own. */
function pageTest(name, options, body) {
  test(name, { timeout: 60_000 }, () => stage.withPage(options, body));
}

/** Shows a part; `changes` are an expression in the page's own terms, such as `p.inCall(2)`. */
async function show(page, part, changes = '{}', props = '{}') {
  await page.evaluate(`(() => { const p = parts; p.show(${JSON.stringify(part)}, { changes: ${changes}, props: ${props} }); })()`);
}

/** Changes the snapshot, in the same terms. */
const change = (page, changes) => page.evaluate(`(() => { const p = parts; p.fake.change(${changes}); })()`);
const asked = (page, name) => page.evaluate((wanted) => parts.fake.asked.filter(([one]) => one === wanted).map(([, ...values]) => values), name);
const told = (page, name) => page.evaluate((wanted) => parts.told.filter(([one]) => one === wanted).map(([, ...values]) => values), name);
const tile = (page, number) => page.locator(`[data-user-id="user-${number}"]`);
const announced = (page) => page.locator('.gc-announcements p').allTextContents();
const focused = (page) => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent);
const until = (page, check, value) => page.waitForFunction(check, value);

/** So many frames and timers of nothing: whatever follows from what was done has happened. */
const settled = (page) => page.evaluate(() => new Promise((resolve) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(resolve)), 50)));

// ---- tiles ----

pageTest('a tile says in words what its microphone, camera and connection do, and what to do about it', {}, async (page) => {
  await show(
    page,
    'window',
    `p.inCall(0, { participants: [
      p.other(1, { speaking: true }),
      p.other(2, { camera: ['off', 'peer-off'], microphone: ['off', 'peer-off'], quality: 55 }),
      p.other(3, { camera: ['loading', 'network-stalled'], quality: 30, qualityCause: 'loss' }),
      p.other(4, { camera: ['loading', 'unreachable'], connection: 'connecting', connectionReason: 'no-relay', quality: null }),
    ] })`,
  );
  assert.match(await tile(page, 1).textContent(), /^Grace Hopper \(speaking\)Connection goodMicrophone onCamera on$/);
  assert.equal(await tile(page, 1).locator('video').isVisible(), true);
  await until(page, () => document.querySelector('[data-user-id="user-1"] video').videoWidth > 0);
  assert.match(await tile(page, 1).getAttribute('class'), /gc-speaking/);
  assert.equal(await tile(page, 2).locator('video').isVisible(), false);
  assert.equal(await tile(page, 2).locator('.gc-avatar').textContent(), 'AT');
  assert.match(await tile(page, 2).textContent(), /Camera off.*Connection fair.*Muted/);
  assert.match(await tile(page, 3).textContent(), /Nothing arrives at the moment.*recovers by itself/);
  assert.equal(await tile(page, 3).locator('.gc-tile-quality').getAttribute('title'), 'Connection poor (30 of 100): packets are lost');
  assert.equal(await tile(page, 4).locator('.gc-tile-connection').textContent(), 'No way found, and no relay to use');
  assert.match(await tile(page, 4).locator('.gc-tile-remedy').textContent(), /^One of the two networks blocks calls/);
  assert.equal(await tile(page, 4).locator('.gc-tile-quality').count(), 0, 'of who is not connected no quality is known');
  assert.equal(await tile(page, 0).locator('.gc-tile-name').textContent(), 'Ada Lovelace (you)');
});

pageTest('twenty changes of who speaks draw that tile alone', {}, async (page) => {
  await show(page, 'counted', 'p.inCall(8)');
  await settled(page);
  const drawn = await page.evaluate(async () => {
    const before = { ...parts.renders };
    for (let turn = 0; turn < 20; turn += 1) {
      parts.fake.changeOther('user-3', { speaking: turn % 2 === 0 });
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return Object.fromEntries(Object.entries(parts.renders).map(([name, count]) => [name, count - before[name]]));
  });
  const { 'Katherine Johnson': speaker, ...others } = drawn;
  assert.equal(Object.keys(others).length, 8, 'all nine tiles are counted');
  // StrictMode renders twice.
  assert.equal(speaker, 40);
  assert.deepEqual([...new Set(Object.values(others))], [0]);
});

pageTest('tiles by themselves are drawn when their own person changes, and not otherwise', {}, async (page) => {
  await show(page, 'tiles', 'p.inCall(8)', '{ userIds: [0, 1, 2, 3, 4, 5, 6, 7, 8].map((one) => `user-${one}`) }');
  await settled(page);
  const commits = await page.evaluate(async () => {
    const before = { ...parts.commits };
    for (let turn = 0; turn < 20; turn += 1) {
      parts.fake.changeOther('user-3', { speaking: turn % 2 === 0 });
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return Object.entries(parts.commits).map(([id, count]) => [id, count - before[id]]).filter(([, count]) => count > 0);
  });
  assert.deepEqual(commits, [['user-3', 20]]);
});

pageTest('each tile tells the call its size in pixels of the screen, and whether it can be seen', { deviceScaleFactor: 2 }, async (page) => {
  await show(page, 'window', 'p.inCall(2)');
  const last = (userId) => page.evaluate((id) => parts.fake.asked.filter(([name, one]) => name === 'setView' && one === id).at(-1)?.[2], userId);
  await until(page, () => parts.fake.asked.some(([name, id, view]) => name === 'setView' && id === 'user-1' && view.visible));
  const { width, height } = await tile(page, 1).boundingBox();
  assert.deepEqual(await last('user-1'), { width: Math.round(width * 2), height: Math.round(height * 2), visible: true });
  assert.equal(await last('user-0'), undefined, 'about oneself nobody needs to know');

  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  assert.equal((await last('user-1')).visible, false, 'a hidden page');
  await page.evaluate(() => {
    delete document.visibilityState;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  assert.equal((await last('user-1')).visible, true);

  await page.setViewportSize({ width: 700, height: 500 });
  await until(page, (before) => parts.fake.asked.filter(([name, id]) => name === 'setView' && id === 'user-1').at(-1)[2].width !== before, Math.round(width * 2));

  const fake = await page.evaluateHandle(() => parts.fake);
  await page.evaluate(() => parts.hide());
  const views = await fake.evaluate(({ asked: all }) => all.filter(([name, id]) => name === 'setView' && id === 'user-1').at(-1)[2]);
  assert.equal(views.visible, false, 'a tile that is gone');
});

pageTest('a tile that is scrolled away is not seen', { viewport: { width: 320, height: 420 } }, async (page) => {
  await show(page, 'window', 'p.inCall(30)');
  const seen = (number, visible) =>
    until(page, ([id, wanted]) => parts.fake.asked.filter(([name, one]) => name === 'setView' && one === id).at(-1)?.[2].visible === wanted, [`user-${number}`, visible]);
  await seen(1, true);
  await seen(30, false);
  await tile(page, 30).scrollIntoViewIfNeeded();
  await seen(30, true);
  await seen(1, false);
});

// ---- the window ----

/** What of the tiles and buttons is outside of the window's element, or too small for a finger. */
async function misfits(page) {
  await settled(page);
  return page.evaluate(() => {
    const frame = document.querySelector('.gc-window').getBoundingClientRect();
    const outside = [...document.querySelectorAll('.gc-tile, .gc-control')].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.left < frame.left || box.top < frame.top || box.right > frame.right + 0.5 || box.bottom > frame.bottom + 0.5;
    });
    const small = [...document.querySelectorAll('.gc-controls button')].filter((one) => one.offsetWidth < 44 || one.offsetHeight < 44);
    const { scrollWidth, scrollHeight } = document.documentElement;
    return { outside: outside.length, small: small.length, scrolls: scrollWidth > innerWidth || scrollHeight > innerHeight };
  });
}

for (const [width, height] of [[320, 568], [360, 740], [740, 360], [1440, 810], [3840, 2160]]) {
  pageTest(`nothing is cut off and everything can be pressed at ${width} x ${height}`, { viewport: { width, height } }, async (page) => {
    // Sixteen faces on 320 pixels would be too small to be told: the grid scrolls.
    for (const others of width > 320 ? [0, 1, 4, 8, 15] : [0, 1, 4, 8]) {
      await show(page, 'window', `p.inCall(${others})`, `{ title: 'Book club' }`);
      assert.deepEqual(await misfits(page), { outside: 0, small: 0, scrolls: false }, `${others + 1} people`);
    }
  });
}

pageTest('a window in a corner of the page is laid out by its own size, not by that of the page', {}, async (page) => {
  await page.evaluate(() => parts.show('window', { changes: parts.inCall(3), corner: true }));
  const { width, height } = await page.locator('.gc-window').boundingBox();
  assert.deepEqual([width, height], [420, 340]);
  assert.deepEqual(await misfits(page), { outside: 0, small: 0, scrolls: false });
  await page.keyboard.press('c');
  const panel = await page.locator('.gc-chat-panel').boundingBox();
  assert.ok(panel.width > 380 && panel.width < 420, 'its panels lie above the tiles');
});

pageTest('who works elsewhere on the page keeps the focus when the call begins or is refused', {}, async (page) => {
  await show(page, 'joinable', `{ phase: 'joining' }`);
  const button = page.getByRole('button', { name: 'Join here' });
  await button.focus();
  await change(page, 'p.inCall(1)');
  await page.locator('.gc-grid').waitFor();
  assert.equal(await button.evaluate((element) => element === document.activeElement), true);
  await change(page, `{ phase: 'idle', room: null, error: { code: 'refused', message: 'No.', remedy: 'Later.', detail: '' } }`);
  await page.getByRole('alert').waitFor();
  assert.equal(await button.evaluate((element) => element === document.activeElement), true);
});

pageTest('a screen stands large beside the tiles; another one is a press away, and need not be sent until then', {}, async (page) => {
  await show(page, 'window', `p.inCall(0, { participants: [p.other(1, { screen: 'on' }), p.other(2), p.other(3, { screen: 'on' })] })`);
  const stageName = page.locator('.gc-shared-name');
  assert.equal(await stageName.textContent(), 'Katherine Johnson’s screen');
  const area = async (locator) => {
    const { width, height } = await locator.boundingBox();
    return width * height;
  };
  assert.ok((await area(page.locator('.gc-shared'))) > 10 * (await area(tile(page, 1))));
  const screenOf = (id) => page.evaluate((userId) => parts.fake.asked.filter(([name, one]) => name === 'setView' && one === userId).at(-1)?.[2].screen ?? true, id);
  await until(page, () => parts.fake.asked.some(([name, id, view]) => name === 'setView' && id === 'user-1' && view.screen === false));
  assert.equal(await screenOf('user-3'), true);
  await page.getByRole('button', { name: 'The other screen' }).click();
  assert.equal(await stageName.textContent(), 'Grace Hopper’s screen');
  await until(page, () => parts.fake.asked.filter(([name, id]) => name === 'setView' && id === 'user-3').at(-1)[2].screen === false);
  assert.equal(await screenOf('user-1'), true);

  await page.evaluate(() => parts.fake.changeOther('user-1', { screen: parts.status('off') }));
  assert.equal(await stageName.textContent(), 'Katherine Johnson’s screen');
  await page.getByRole('button', { name: 'Full screen' }).focus();
  await page.evaluate(() => parts.fake.changeOther('user-3', { screen: parts.status('off') }));
  assert.equal(await page.locator('.gc-shared').count(), 0);
  assert.equal(await focused(page), 'Call', 'the focus stays in the window');
});

pageTest('who joins, leaves and shares is announced in one go, and not who was there before', {}, async (page) => {
  await show(page, 'window', `{ phase: 'joining' }`);
  await change(page, 'p.inCall(2)');
  await until(page, () => document.querySelector('.gc-announcements p'));
  assert.deepEqual(await announced(page), ['You are in the call.']);
  // All within one moment, however busy the machine is.
  await page.evaluate(`(() => {
    const p = parts;
    const shares = p.other(2, { screen: 'on' });
    const rest = [p.other(3), p.other(4), p.other(5)];
    for (const participants of [p.inCall(4).participants, p.inCall(5).participants, [p.other(1), shares, ...rest], [shares, ...rest]])
      p.fake.change({ participants });
  })()`);
  await until(page, () => document.querySelectorAll('.gc-announcements p').length === 4);
  assert.deepEqual((await announced(page)).slice(1), ['Katherine Johnson, Edsger Dijkstra and Barbara Liskov joined.', 'Grace Hopper left.', 'Alan Turing shares their screen.']);
  assert.equal(await page.locator('.gc-announcements').getAttribute('role'), 'status');
});

pageTest('notices come with their cause, can be acted on, and go with it', {}, async (page) => {
  await show(page, 'window', `p.inCall(1, { phase: 'reconnecting', signalling: { state: 'waiting', error: null, retryAtMs: performance.now() + 3000 } })`);
  const notice = page.locator('.gc-notice');
  assert.match(await notice.textContent(), /interrupted.*The call goes on meanwhile.*Next try in [123] s\./);
  await until(page, () => /Next try in [12] s/.test(document.querySelector('.gc-notice').textContent));
  await change(page, `{ phase: 'joined', signalling: { state: 'halted', retryAtMs: null, error: { code: 'replaced', message: 'Elsewhere.', remedy: 'Go on there.', detail: '' } } }`);
  await page.getByRole('button', { name: 'Use it here' }).click();
  assert.deepEqual(await asked(page, 'takeOver'), [[]]);
  await page.getByRole('button', { name: 'Use it here' }).focus();
  await change(page, `{ signalling: { state: 'online', error: null, retryAtMs: null } }`);
  assert.equal(await notice.count(), 0);
  assert.equal(await focused(page), 'Call', 'the focus stays in the window');

  await change(page, `{ self: p.self({ camera: ['error', 'in-use'] }) }`);
  assert.match(await notice.textContent(), /Another program uses the camera.*Close the other program/);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  assert.equal(await notice.count(), 0);
  await change(page, `{ self: p.self({ camera: ['error', 'in-use'], speaking: true }) }`);
  assert.equal(await notice.count(), 0, 'the same words do not come back');
  await change(page, `{ self: p.self() }`);
  await change(page, `{ self: p.self({ camera: ['error', 'in-use'] }) }`);
  assert.equal(await notice.count(), 1, 'but what happens again is told again');
  assert.ok((await announced(page)).some((line) => line.startsWith('Another program uses the camera')));
});

pageTest('a refusal says what to do, and leads back or tries again', {}, async (page) => {
  const refused = `{ error: { code: 'not-a-member', message: 'You are not a member of this group.', remedy: 'Ask a member to add you.', detail: '' } }`;
  await show(page, 'window', refused);
  assert.match(await page.getByRole('alert').textContent(), /not a member of this group\.Ask a member/);
  assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0, 'nobody knows how');
  await page.getByRole('button', { name: 'Back' }).click();
  assert.equal((await told(page, 'leave')).length, 1);

  await show(page, 'joinable', refused);
  await page.getByRole('button', { name: 'Join here' }).click();
  await change(page, `{ ...${refused}, phase: 'idle', room: null }`);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.gc-grid').waitFor();
  assert.deepEqual(await asked(page, 'join'), Array(2).fill([{ roomId: 'r', groupId: 'g', callType: 'video' }]));
});

pageTest('joining can be cancelled, and leaving is told once', {}, async (page) => {
  await show(page, 'window', `{ phase: 'joining', signalling: { state: 'waiting', error: null, retryAtMs: null } }`);
  assert.match(await page.locator('.gc-status').textContent(), /does not answer/);
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.equal((await asked(page, 'leave')).length, 1);
  await until(page, () => parts.told.length > 0);
  assert.equal((await told(page, 'leave')).length, 1);

  await show(page, 'window', 'p.inCall(1)');
  await page.getByRole('button', { name: 'Leave' }).click();
  await until(page, () => parts.told.length > 0);
  await settled(page);
  assert.equal((await told(page, 'leave')).length, 1);
});

pageTest('the browser that holds the sound back is asked by a press', {}, async (page) => {
  await page.evaluate(() => {
    Object.defineProperty(HTMLMediaElement.prototype, 'paused', { get: () => !window.soundAllowed });
    HTMLMediaElement.prototype.play = function play() {
      return window.soundAllowed ? Promise.resolve() : Promise.reject(new DOMException('no gesture', 'NotAllowedError'));
    };
  });
  await show(page, 'window', `p.inCall(0, { participants: [{ ...p.other(1), streams: { camera: null, screen: null, microphone: new MediaStream() } }] })`);
  const button = page.getByRole('button', { name: 'Play sound' });
  await button.waitFor();
  await page.evaluate(() => {
    window.soundAllowed = true;
  });
  await button.click();
  await button.waitFor({ state: 'detached' });
});

// ---- keyboard ----

pageTest('the whole window works without a mouse: order, keys, panels, focus', {}, async (page) => {
  await show(page, 'window', 'p.inCall(2)');
  await until(page, () => document.activeElement.textContent === 'Call');
  const { keyboard } = page;
  const order = [];
  for (let press = 0; press < 6; press += 1) {
    await keyboard.press('Tab');
    order.push(await page.evaluate(() => document.activeElement.innerText.split('\n')[0].trim()));
  }
  assert.deepEqual(order, ['Microphone', 'Camera', 'Share', 'Messages', 'Devices', 'Leave']);

  for (const key of ['m', 'v', 's']) await keyboard.press(key);
  assert.deepEqual(await asked(page, 'setMicrophone'), [[false]]);
  assert.deepEqual(await asked(page, 'setCamera'), [[false]]);
  assert.deepEqual(await asked(page, 'setScreenShare'), [[true, { audio: true }]]);
  const pressed = (name) => page.getByRole('button', { name, exact: false }).getAttribute('aria-pressed');
  assert.equal(await pressed('Microphone'), 'false');
  assert.equal(await pressed('Share screen'), 'true');
  assert.equal(await page.getByRole('button', { name: 'Microphone' }).getAttribute('aria-keyshortcuts'), 'm');

  await page.getByRole('button', { name: 'Stop sharing' }).focus();
  await keyboard.press('Enter');
  assert.match(await page.evaluate(() => document.activeElement.className), /gc-screen/, 'from the banner to the button that shares');

  await keyboard.press('c');
  assert.equal(await focused(page), 'Message');
  await keyboard.type('mvsc');
  assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'mvsc', 'while writing, keys are letters');
  assert.equal((await asked(page, 'setMicrophone')).length, 1);
  await keyboard.press('Escape');
  assert.equal(await page.locator('.gc-chat-panel').count(), 0);
  assert.match(await page.evaluate(() => document.activeElement.className), /gc-chat/);

  await keyboard.press('Tab');
  await keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'SELECT', 'the first menu has the focus');
  await keyboard.press('Escape');
  assert.match(await page.evaluate(() => document.activeElement.className), /gc-devices/);
  for (const combination of ['Control+m', 'Alt+v']) await keyboard.press(combination);
  assert.equal((await asked(page, 'setMicrophone')).length, 1, 'keys of the browser are left alone');
});

pageTest('shortcuts can be turned off, and a page without them names none', {}, async (page) => {
  await show(page, 'window', 'p.inCall(1)', '{ shortcuts: false }');
  await page.locator('.gc-grid').waitFor();
  await page.keyboard.press('m');
  assert.deepEqual(await asked(page, 'setMicrophone'), []);
  assert.equal(await page.locator('[aria-keyshortcuts]').count(), 0);
});

// ---- messages, devices ----

pageTest('messages are counted while the panel is closed, read in it, and sent to all or to one', {}, async (page) => {
  await show(page, 'window', 'p.inCall(2)');
  await page.locator('.gc-grid').waitFor();
  const receive = (message) => page.evaluate((given) => parts.fake.tell('message', { id: 'm', toAll: true, ...given }), message);
  await receive({ from: 'user-1', text: 'First' });
  await receive({ from: 'user-2', text: 'Second', toAll: false });
  const button = page.getByRole('button', { name: /^2 new Messages/ });
  await button.waitFor();
  assert.ok((await announced(page)).includes('Message from Grace Hopper: First'));
  await button.click();
  assert.deepEqual(await page.locator('.gc-message-name').allTextContents(), ['Grace Hopper', 'Alan Turing']);
  assert.equal(await page.locator('.gc-message-note').nth(1).textContent(), 'only to you');
  await receive({ from: 'user-1', text: 'Third' });
  assert.equal(await page.locator('.gc-unread').count(), 0, 'what is read is not counted');

  await page.getByLabel('Message', { exact: true }).fill(' Hello ');
  await page.keyboard.press('Enter');
  await page.locator('.gc-message.gc-own').waitFor();
  await page.getByLabel('To').selectOption('Only Alan Turing');
  await page.getByLabel('Message', { exact: true }).fill('Psst');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('only to Alan Turing').waitFor();
  assert.deepEqual(await asked(page, 'send'), [[{ text: 'Hello' }], [{ text: 'Psst', to: 'user-2' }]]);
  assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), '');

  await page.evaluate(() => {
    parts.fake.call.send = async () => ({ ok: false, error: { code: 'outbox-full', message: 'Too many.', remedy: 'Wait.', detail: '' } });
  });
  await page.getByLabel('Message', { exact: true }).fill('Lost?');
  await page.keyboard.press('Enter');
  await page.getByText('Too many. Wait.').waitFor();
  assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'Lost?', 'what was not sent is not gone');
  await page.evaluate(() => parts.fake.tell('messagesDrained'));
  await page.getByText('You can send again.').waitFor();
});

pageTest('the menus show the devices in use and change them', {}, async (page) => {
  await show(page, 'window', 'p.inCall(1)');
  await page.getByRole('button', { name: 'Devices' }).click();
  const camera = page.getByLabel('Camera', { exact: true });
  assert.equal(await camera.inputValue(), 'cam-1');
  await camera.selectOption('Camera above the screen');
  assert.deepEqual(await asked(page, 'setDevice'), [['camera', 'cam-2']]);
  assert.equal(await camera.inputValue(), 'cam-2');
  await page.getByLabel('Speaker').selectOption('Loudspeakers');
  await page.getByText('This speaker cannot be used.').waitFor();
  assert.equal(await page.getByLabel('Speaker').inputValue(), '');
  await change(page, '{ devices: [] }');
  assert.equal(await camera.isDisabled(), true);
  assert.equal(await camera.locator('option').textContent(), 'No camera found');
});

// ---- texts ----

pageTest('texts are replaced one by one, around all parts or one of them', {}, async (page) => {
  await page.evaluate(() => {
    parts.show('window', {
      changes: parts.inCall(2),
      props: { texts: { people: (count) => `${count} Personen` } },
      provider: { texts: { leave: 'Auflegen', people: () => 'never' } },
    });
  });
  await page.getByRole('button', { name: 'Auflegen' }).waitFor();
  assert.equal(await page.locator('.gc-facts-count').textContent(), '3 Personen');
  assert.equal(await page.getByRole('button', { name: 'Messages' }).count(), 1, 'the others stay English');
});

// ---- before the call ----

pageTest('the form shows the picture, asks for a name, and gives what was chosen', {}, async (page) => {
  await show(page, 'prejoin', '{}', `{ name: '', video: { width: 320, height: 180 } }`);
  await until(page, () => document.querySelector('.gc-preview-picture video')?.videoWidth === 320);
  await page.getByRole('meter', { name: 'Microphone level' }).waitFor();
  await page.getByLabel('Camera', { exact: true }).selectOption({ index: 1 });
  await until(page, () => document.querySelector('.gc-preview-picture video')?.srcObject.getTracks()[0].label === 'fake_device_1');
  const join = page.getByRole('button', { name: 'Join the call' });
  await join.click();
  assert.equal(await page.getByLabel('Your name').getAttribute('aria-invalid'), 'true');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'name');
  await page.keyboard.type('Ada mv');
  await join.focus();
  await page.keyboard.press('m');
  await page.getByRole('button', { name: 'Microphone off' }).waitFor();
  await join.click();
  await until(page, () => parts.told.length > 0);
  const [[choice]] = await told(page, 'join');
  assert.equal(choice.name, 'Ada mv');
  assert.deepEqual(choice.start, { microphone: false, camera: true });
  assert.deepEqual(Object.keys(choice.media.video).sort(), ['deviceId', 'height', 'width']);
  await page.getByText('The preview is off').waitFor();
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('video')].length), 0, 'the camera was released');
});

pageTest('while it joins the form waits and can be cancelled; what goes wrong stands there, with a remedy', {}, async (page) => {
  await page.evaluate(() => parts.showJoining());
  await page.getByRole('button', { name: 'Join the call' }).click();
  await page.getByRole('button', { name: 'Joining…' }).waitFor();
  assert.equal(await page.getByLabel('Camera', { exact: true }).isDisabled(), true);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Joining was cancelled.').waitFor();
  await page.getByRole('button', { name: 'Join the call' }).click();
  await page.evaluate(() => parts.refuse('not-a-member'));
  assert.match(await page.getByRole('alert').textContent(), /not a member.*Ask a member/);
  assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 1);
});

pageTest('a camera that is forbidden is told in words, and one can join without', { permissions: [] }, async (page) => {
  await show(page, 'prejoin', '{}', '{}');
  await page.getByText('The camera is blocked').waitFor();
  assert.match(await page.locator('.gc-preview-remedy').textContent(), /Allow it for this site.*You can join without it\./);
  assert.match(await page.locator('.gc-level-note').textContent(), /The microphone is blocked/);
  assert.equal(await page.getByRole('button', { name: 'Camera off' }).getAttribute('aria-pressed'), 'false');
  await page.getByRole('button', { name: 'Join the call' }).click();
  await until(page, () => parts.told.length > 0);
});

pageTest('a form that goes away lets go of the devices, also of those that open late', {}, async (page) => {
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    window.tracks = [];
    mediaDevices.getUserMedia = async (wanted) => {
      window.asked = (window.asked ?? 0) + 1;
      const stream = await open(wanted);
      window.tracks.push(...stream.getTracks());
      return stream;
    };
  });
  await show(page, 'prejoin');
  await until(page, () => window.asked === 1);
  await page.evaluate(() => parts.hide());
  await until(page, () => window.tracks.length === 2 && window.tracks.every(({ readyState }) => readyState === 'ended'));
  assert.equal(await page.evaluate(() => window.asked), 1, 'StrictMode asks once');
});

// ---- a call that rings ----

const INVITATION = `{ roomId: 'r', groupId: 'g', callType: 'video', caller: { fullname: 'Grace Hopper' }, groupName: 'Compilers', endsAtMs: 1e9 }`;

pageTest('a call that rings says who calls where, and is accepted', {}, async (page) => {
  await show(page, 'incoming');
  // Only who is connected is invited; StrictMode mounts twice.
  await until(page, () => parts.fake.asked.filter(([name]) => name === 'connect').length === 2);
  await page.getByRole('textbox').evaluate((field) => field.blur());
  await change(page, `{ invitations: [${INVITATION}] }`);
  const dialog = page.getByRole('alertdialog', { name: 'Grace Hopper calls Compilers' });
  await dialog.waitFor();
  assert.equal(await page.locator('.gc-incoming [role="status"]').textContent(), 'Grace Hopper calls Compilers');
  assert.equal(await dialog.evaluate((element) => element === document.activeElement), true, 'the focus is on the dialog, not on a button');
  await page.getByRole('button', { name: 'Accept' }).click();
  assert.deepEqual(await asked(page, 'join'), [[{ roomId: 'r', groupId: 'g', callType: 'video' }]]);
});

pageTest('whoever writes is not interrupted by a call; Escape declines, and the focus goes back', {}, async (page) => {
  await show(page, 'incoming');
  const field = page.getByRole('textbox');
  await field.focus();
  await change(page, `{ invitations: [${INVITATION}] }`);
  await page.getByRole('alertdialog').waitFor();
  await page.keyboard.type(' text ');
  assert.equal(await field.inputValue(), ' text ');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  assert.deepEqual(await asked(page, 'declineInvitation'), [['r']]);
  assert.equal((await told(page, 'decline')).length, 1);
  assert.equal(await field.evaluate((element) => element === document.activeElement), true);
});

pageTest('tones of our own sound as soon as the page may make a sound, and end with the call', {}, async (page) => {
  await page.evaluate(() => {
    window.tones = [];
    window.contextsClosed = 0;
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function noted() {
      window.tones.push(this.frequency.value);
      start.call(this);
    };
    const { close } = AudioContext.prototype;
    AudioContext.prototype.close = function noted() {
      window.contextsClosed += 1;
      return close.call(this);
    };
  });
  await show(page, 'incoming', `{ invitations: [${INVITATION}] }`, '{ ring: true }');
  await page.getByRole('alertdialog').waitFor();
  await until(page, () => window.tones.length >= 2);
  const closed = await page.evaluate(() => window.contextsClosed);
  await page.getByRole('button', { name: 'Decline' }).click();
  await until(page, (before) => window.contextsClosed === before + 1, closed);
});

pageTest('a ring sounds until the call is answered', {}, async (page) => {
  await page.evaluate(() => {
    window.played = [];
    HTMLMediaElement.prototype.play = async function play() {
      window.played.push(this);
    };
  });
  await show(page, 'incoming', `{ invitations: [${INVITATION}] }`, `{ ring: '/style.css' }`);
  await until(page, () => window.played.length > 0);
  assert.match(await page.evaluate(() => window.played[0].src), /style\.css$/);
  await page.evaluate(() => {
    window.paused = 0;
    HTMLMediaElement.prototype.pause = () => (window.paused += 1);
  });
  await page.getByRole('button', { name: 'Decline' }).click();
  await until(page, () => window.paused === 1);
});
