/** What stands still though it should move is named, and mended where it can be; and who speaks is shown. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

/** Promised is a cause within 3 s. */
const NAMED_LIMIT = 3 * 3_000;
/** Somebody speaks 0.2 s after beginning, and no more 0.8 s after ending; looks are 0.1 s apart. */
const SPEAKING_LIMIT = 3 * 1_000;

/** From now on this page's camera is a drawing and its microphone a tone: both under the test's control. */
function bringOwnDevices() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
  const context = canvas.getContext('2d');
  const audio = new AudioContext();
  const volume = new GainNode(audio, { gain: 0 });
  const tone = new OscillatorNode(audio, { frequency: 220 });
  tone.connect(volume);
  tone.start();
  window.devices = { drawing: true, say: (gain) => (volume.gain.value = gain) };
  const draw = () => {
    context.fillStyle = `hsl(${performance.now() / 10} 60% 50%)`;
    context.fillRect(0, 0, 320, 180);
  };
  setInterval(() => window.devices.drawing && draw(), 66);
  navigator.mediaDevices.getUserMedia = async ({ audio: wantsSound, video: wantsPicture }) => {
    const stream = new MediaStream();
    if (wantsPicture) stream.addTrack(canvas.captureStream(15).getVideoTracks()[0]);
    const sound = new MediaStreamAudioDestinationNode(audio);
    volume.connect(sound);
    if (wantsSound) stream.addTrack(sound.stream.getAudioTracks()[0]);
    return stream;
  };
}

/** When the page first saw that, in its own time; `check` runs in the page at each change of the call. */
function watchFor(page, name, check, value) {
  return page.evaluate(
    ([name, check, value]) => {
      const test = check;
      (window.seen ??= {})[name] = undefined;
      const look = () => {
        if (window.seen[name] === undefined && window.checks[test](callPage.call.getSnapshot(), value)) window.seen[name] = performance.now();
      };
      callPage.call.subscribe(look);
      look();
      return performance.now();
    },
    [name, check, value],
  );
}

function makeChecks() {
  const of = ({ participants }, userId) => participants.find((one) => one.userId === userId);
  window.checks = {
    reason: (snapshot, [userId, device, reason]) => of(snapshot, userId)?.[device].reason === reason,
    speaking: (snapshot, [userId, speaking]) => (userId === null ? snapshot.self : of(snapshot, userId))?.speaking === speaking,
  };
}

async function meet(stage, { own = true, ...how } = {}) {
  const alice = await stage.openModulePage('alice');
  const bob = await stage.openModulePage('bob', how);
  await alice.evaluate(makeChecks);
  await bob.evaluate(makeChecks);
  if (own) await bob.evaluate(bringOwnDevices);
  await alice.joinOrFail({}, 3 * LIMIT.join);
  await bob.joinOrFail({}, 3 * LIMIT.join);
  await alice.untilFlowing(['bob']);
  await bob.untilFlowing(['alice']);
  return { alice, bob };
}

/** How long after `act()` alice was shown that. */
async function timeUntil(page, check, value, act, limitMs) {
  const name = `${check} ${value}`;
  await watchFor(page, name, check, value);
  const from = await page.evaluate(() => performance.now());
  await act();
  await page.until(name, (_, wanted) => window.seen[wanted] !== undefined, name, limitMs);
  return (await page.evaluate((wanted) => window.seen[wanted], name)) - from;
}

const reason = (page, value, act, limitMs = NAMED_LIMIT) => timeUntil(page, 'reason', value, act, limitMs);
const counts = (page) => page.evaluate(() => callPage.call.getSnapshot().diagnostics);

callTest('a camera from which no picture comes any more is named as not sent, and asked for key frames', {}, async (stage) => {
  const { alice, bob } = await meet(stage);
  stage.measure('an encoder that gets nothing: named', await reason(alice, ['bob', 'camera', 'not-sent'], () => bob.evaluate(() => void (devices.drawing = false))));
  assert.equal((await alice.evaluate(() => callPage.participant('bob').camera)).state, 'loading');
  assert.equal((await alice.evaluate(() => callPage.participant('bob').microphone)).state, 'on', 'the sound goes on');
  await bob.until('key frames to be made', () => callPage.call.getSnapshot().diagnostics['key-frames-made'] > 0, null, NAMED_LIMIT);
  stage.measure('it draws again: seen', await reason(alice, ['bob', 'camera', 'none'], () => bob.evaluate(() => void (devices.drawing = true)), LIMIT.device));
  await alice.untilFlowing(['bob']);
  assert.equal((await counts(bob))['parameters.failed'], undefined);
});

callTest('one direction that is blocked is the network’s fault for the one who gets nothing', { machines: ['bob'] }, async (stage) => {
  const { alice, bob } = await meet(stage, { own: false, on: 'bob', tolerated: [/WebSocket connection to .* failed/] });
  stage.measure(
    'nothing of bob’s gets through: named',
    await reason(alice, ['bob', 'camera', 'network-stalled'], () => stage.network.impair('bob', { lossPercent: 100 }, 'up')),
  );
  assert.equal((await counts(alice))['key-frames-asked'], undefined, 'over a path that carries nothing nobody is asked');
  stage.measure('it is open again: seen', await reason(alice, ['bob', 'camera', 'none'], () => stage.network.impair('bob', { lossPercent: 0 }, 'up'), 20_000));
});

callTest('a page that stands still is interrupted for the others, and nobody repairs it', {}, async (stage) => {
  const { alice, bob } = await meet(stage);
  const session = await bob.tab.context().newCDPSession(bob.tab);
  // Its scripts stop, and with them the drawing; what needs none goes on, such as the tone.
  await session.send('Debugger.enable');
  stage.measure('a page that stands still: named', await reason(alice, ['bob', 'camera', 'interrupted'], () => session.send('Debugger.pause')));
  assert.equal((await alice.evaluate(() => callPage.participant('bob').microphone)).state, 'on', 'the sound goes on');
  stage.measure('it goes on: seen', await reason(alice, ['bob', 'camera', 'none'], () => session.send('Debugger.disable'), LIMIT.media));
  assert.equal((await counts(alice))['key-frames-asked'], undefined);
  assert.equal((await counts(alice))['watchdog-rebuilds'], undefined);
});

callTest('who speaks is shown to both, and nobody who is silent or muted', {}, async (stage) => {
  const { alice, bob } = await meet(stage);
  const speaks = (page, userId, speaking, act) => timeUntil(page, 'speaking', [userId, speaking], act, SPEAKING_LIMIT);
  const say = (gain) => bob.evaluate((volume) => void devices.say(volume), gain);
  const both = () => Promise.all([alice.evaluate(() => callPage.participant('bob').speaking), bob.evaluate(() => callPage.call.getSnapshot().self.speaking)]);
  await alice.tab.waitForTimeout(2_000);
  assert.deepEqual(await both(), [false, false], 'silence is not speech');

  stage.measure('bob begins to speak: shown to alice', await speaks(alice, 'bob', true, () => say(0.3)));
  await bob.until('bob to know', () => callPage.call.getSnapshot().self.speaking, null, SPEAKING_LIMIT);
  stage.measure('bob is silent: shown to alice', await speaks(alice, 'bob', false, () => say(0)));
  await bob.until('bob to know', () => !callPage.call.getSnapshot().self.speaking, null, SPEAKING_LIMIT);

  stage.measure('bob speaks again: shown to himself', await speaks(bob, null, true, () => say(0.3)));
  await alice.until('alice to know', () => callPage.participant('bob').speaking, null, SPEAKING_LIMIT);
  stage.measure('bob is muted: shown to himself', await speaks(bob, null, false, () => bob.setMicrophone(false)));
  await alice.until('alice to know', () => !callPage.participant('bob').speaking, null, SPEAKING_LIMIT);
  await alice.tab.waitForTimeout(2_000);
  assert.deepEqual(await both(), [false, false], 'the tone goes on, and nobody is sent it');
  const { quality, qualityCause } = await alice.evaluate(() => callPage.participant('bob'));
  assert.ok(quality >= 50, `the connection is ${quality} (${qualityCause})`);
});

callTest('the demo rings the tile of who speaks, and has words for how good a connection is', {}, async (stage) => {
  const wide = { viewport: { width: 1000, height: 640 } };
  const views = [
    ['light', await stage.openDemoPage('Alice', '?room=rings', wide)],
    ['dark', await stage.openDemoPage('Dora', '?room=rings', { ...wide, colorScheme: 'dark' })],
  ];
  const bob = await stage.openDemoPage('Bob', '?room=rings', { viewport: { width: 360, height: 640 } });
  await bob.tab.evaluate(bringOwnDevices);
  for (const { tab, name } of [...views.map(([, page]) => page), bob]) {
    await tab.locator('input[name="name"]').fill(name);
    await tab.locator('input[name="name"]').press('Enter');
    await tab.locator('.gc-window').waitFor({ timeout: 3 * LIMIT.join });
  }
  const tile = ({ tab }, name) => tab.locator('.gc-grid .gc-tile', { has: tab.locator('.gc-tile-name', { hasText: name }) });
  for (const [, page] of views) {
    await tile(page, 'Bob').locator('.gc-tile-quality').waitFor({ state: 'attached', timeout: LIMIT.media });
    assert.match(await tile(page, 'Bob').locator('.gc-tile-quality').getAttribute('title'), /^Connection (good|fair|poor) \(\d+ of 100\)/);
    assert.equal(await tile(page, 'Bob').and(page.tab.locator('.gc-speaking')).count(), 0, 'nobody speaks');
  }
  await bob.tab.evaluate(() => void devices.say(0.3));
  for (const [scheme, page] of views) {
    await tile(page, 'Bob').and(page.tab.locator('.gc-speaking')).waitFor({ timeout: SPEAKING_LIMIT });
    assert.match(await tile(page, 'Bob').locator('.gc-tile-name').textContent(), /\(speaking\)$/, 'for those who listen');
    await stage.screenshot(page, `speaking-${scheme}`);
  }
  await tile(bob, 'Bob').and(bob.tab.locator('.gc-speaking')).waitFor({ timeout: SPEAKING_LIMIT });
  await stage.screenshot(bob, 'speaking-narrow');
  await bob.tab.evaluate(() => void devices.say(0));
  await tile(views[0][1], 'Bob').and(views[0][1].tab.locator('.gc-speaking')).waitFor({ state: 'detached', timeout: SPEAKING_LIMIT });
});
