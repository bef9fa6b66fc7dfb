/**
 * Screen shares: a tab of the sharer's own browser, captured for real and with its sound. It is chosen by its title
 * instead of by a person; nothing else is faked. Closing it ends the captured track as the browser's own bar does.
 */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

const SCREENS = { screens: true, limitMs: 180_000 };
const TIMES = 20;
/** Pages that wait for an older client's offer, connect and nudge it: 4 s and 1 s are planned for that. */
const MIXED_LIMIT = 20_000;
const MIXED = { screens: true, server: { legacy: true, rateLimit: { limit: 0 } } };

/** A tab of 800 x 600, at most 480 x 270; cameras have 320. */
const SHARED_WIDTH = 360;
const DEVICES = ['audio', 'video'];
const WITH_SCREEN = ['audio', 'audio', 'video', 'video'];

async function localTracks(page) {
  return (await page.openResources()).localTracks;
}

/** Both pictures of Alice move on this page, and both sounds. */
async function assertSeesBoth(page) {
  await page.untilState('alice', 'screen', 'on', LIMIT.device);
  await Promise.all([page.untilScreenFlowing(['alice']), page.untilFlowing(['alice'])]);
  const { width, energy } = await page.screenFrom('alice');
  assert.equal(width, SHARED_WIDTH, 'the shared tab at the size asked for, and not the camera');
  assert.ok(energy > 0, 'its sound is heard');
}

callTest('a screen goes on and off 20 times beside the camera without an offer, seen by two others and by who comes later', SCREENS, async (stage) => {
  const [alice, bob, carol] = await stage.joinAll(['alice', 'bob', 'carol']);
  await stage.openSharedTab(alice);
  await Promise.all([bob.untilFlowing(['alice', 'carol']), carol.untilFlowing(['alice', 'bob'])]);
  const offers = stage.wire.offers().length;
  const shown = [];
  for (let time = 1; time <= TIMES; ++time) {
    const startedAt = performance.now();
    await alice.setScreenShare(true);
    await Promise.all([bob, carol].map((page) => page.untilState('alice', 'screen', 'on', LIMIT.device)));
    shown.push(performance.now() - startedAt);
    await Promise.all([assertSeesBoth(bob), assertSeesBoth(carol)]);
    assert.deepEqual(await localTracks(alice), WITH_SCREEN);
    if (time === TIMES) break;
    await alice.setScreenShare(false);
    assert.deepEqual(await localTracks(alice), DEVICES, 'released at once');
    await Promise.all([bob, carol].map((page) => page.untilState('alice', 'screen', 'off')));
    await Promise.all([bob.untilState('alice', 'camera', 'on'), carol.untilState('alice', 'camera', 'on')]);
  }
  shown.sort((a, b) => a - b);
  stage.measure('from the wish to the picture on both other pages, median', shown[TIMES / 2]);
  stage.measure('slowest', shown.at(-1));
  assert.deepEqual(stage.wire.offers(offers), [], 'no offer for 20 shares');

  const dave = await stage.openModulePage('dave');
  const joinedAt = performance.now();
  await dave.joinOrFail();
  await assertSeesBoth(dave);
  stage.measure('both pictures on the page that came later', performance.now() - joinedAt);

  await alice.setScreenShare(false);
  for (const page of [bob, carol, dave]) assert.equal(await page.untilState('alice', 'screen', 'off'), 'peer-off');
  const { open } = await alice.leave();
  assert.deepEqual(open.localTracks, []);
});

callTest('a screen that the browser stops is over for everybody, and can be shared anew', SCREENS, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  const shared = await stage.openSharedTab(alice);
  await alice.setScreenShare(true);
  await assertSeesBoth(bob);
  assert.deepEqual((await alice.snapshot()).self.streams, { camera: true, microphone: true, screen: true });
  await shared.close();
  assert.equal(await alice.untilSelf('screen', 'ended'), 'stopped');
  assert.equal(await bob.untilState('alice', 'screen', 'off'), 'peer-off');
  assert.deepEqual(await localTracks(alice), DEVICES, 'its sound is released, too');
  await bob.untilFlowing(['alice']);

  await stage.openSharedTab(alice);
  await alice.setScreenShare(true);
  await assertSeesBoth(bob);
});

callTest('a share that is answered after leaving is released at once', SCREENS, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await stage.openSharedTab(alice);
  await bob.untilFlowing(['alice']);
  await alice.evaluate(() => {
    callPage.answer = callPage.holdQuestions();
    callPage.call.setScreenShare(true);
  });
  await alice.untilSelf('screen', 'loading');
  assert.equal(await alice.evaluate(() => callPage.openQuestions()), 1);
  await alice.leave();
  await alice.evaluate(() => callPage.answer());
  await alice.until('the question is answered', (page) => page.openQuestions() === 0);
  await alice.until('nothing is captured', (page) => page.openResources().localTracks.length === 0 && page.everOpened().localTracks === 3);
  assert.equal((await alice.snapshot()).diagnostics['late-devices-stopped'], 1);
});

callTest('a share of somebody without a camera, whose page is reloaded', SCREENS, async (stage) => {
  const bob = await stage.openModulePage('bob');
  await bob.joinOrFail();
  const alice = await stage.openModulePage('alice');
  await alice.joinOrFail({ media: { audio: true, video: false } });
  await stage.openSharedTab(alice);
  await alice.setScreenShare(true, { video: { width: { max: 480 } } });
  await bob.untilState('alice', 'screen', 'on', LIMIT.device);
  await bob.untilScreenFlowing(['alice'], LIMIT.media, { sound: false });
  assert.equal(await bob.untilState('alice', 'camera', 'off'), 'peer-off');
  assert.deepEqual(await localTracks(alice), ['audio', 'video'], 'a microphone and a screen, for no sound was asked for');
  await alice.reload();
  await alice.joinOrFail();
  await bob.untilFlowing(['alice']);
  assert.equal(await bob.untilState('alice', 'screen', 'off'), 'peer-off');
});

callTest('an older client sees the screen in the camera’s place, and shows its own to module pages', MIXED, async (stage) => {
  const older = await stage.openOlderPage('olga');
  await older.join();
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await stage.openSharedTab(alice);
  await Promise.all([
    older.untilFlowing(['alice', 'bob'], MIXED_LIMIT),
    alice.untilFlowing(['olga', 'bob'], MIXED_LIMIT),
    bob.untilFlowing(['olga', 'alice'], MIXED_LIMIT),
  ]);
  const offers = stage.wire.offers().length;
  const widthThere = async (width) =>
    older.until(`a picture of ${width} pixels`, async (page, wanted) => (await page.receivedFrom('alice')).width === wanted, width, LIMIT.device);
  await widthThere(320);

  await alice.setScreenShare(true);
  await Promise.all([widthThere(SHARED_WIDTH), assertSeesBoth(bob)]);
  await alice.setCamera(false);
  await bob.untilState('alice', 'camera', 'off');
  await older.untilFlowing(['alice'], LIMIT.media, { sound: false });
  await alice.setCamera(true);
  await alice.setScreenShare(false);
  await Promise.all([widthThere(320), bob.untilState('alice', 'screen', 'off'), bob.untilState('alice', 'camera', 'on', LIMIT.device)]);
  assert.deepEqual(stage.wire.offers(offers), []);
  assert.deepEqual(stage.wire.sent('groupcall:screen-share-start'), [], 'it would hide our tile there');

  for (const time of [1, 2]) {
    await older.shareScreen();
    for (const page of [alice, bob]) {
      await page.untilState('olga', 'screen', 'on', LIMIT.device);
      await page.untilScreenFlowing(['olga'], LIMIT.media, { sound: false });
      assert.equal((await page.screenFrom('olga')).width, 400, `share ${time} on ${page.name}'s page`);
      await page.untilFlowing(['olga']);
    }
    await older.stopScreen();
    for (const page of [alice, bob]) {
      assert.equal(await page.untilState('olga', 'screen', 'off'), 'peer-off');
      await page.untilState('olga', 'camera', 'on');
    }
  }
  assert.deepEqual(stage.wire.offers(offers).filter((pair) => !pair.startsWith('olga')), [], 'only the older client offers');
});

callTest('an older client that comes into a room where a screen is shared sees it', MIXED, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await stage.openSharedTab(alice);
  await alice.setScreenShare(true);
  await assertSeesBoth(bob);
  assert.equal(stage.wire.sent('groupcall:screen-share-start').length, 1);
  const older = await stage.openOlderPage('olga');
  await older.join();
  await older.untilFlowing(['alice', 'bob'], MIXED_LIMIT);
  assert.equal((await older.received('alice')).width, SHARED_WIDTH);
  assert.equal(stage.wire.sent('groupcall:screen-share-stop').length, 1);
  await assertSeesBoth(bob);
});

callTest('why nothing is shared stands in the snapshot', { devices: true }, async (stage) => {
  const alice = await stage.openModulePage('alice');
  await alice.joinOrFail({ media: { audio: false, video: false } });
  // This browser has nobody to choose for it: what it would answer comes from here.
  for (const [name, message, reason] of [
    ['NotAllowedError', 'Permission denied', 'permission-dismissed'],
    ['NotAllowedError', 'Permission denied by system', 'permission-blocked'],
    ['InvalidStateError', 'requires transient activation', 'needs-gesture'],
    ['NotReadableError', 'Could not start the capture', 'in-use'],
  ]) {
    await alice.evaluate(([kind, words]) => {
      MediaDevices.prototype.getDisplayMedia = async () => {
        throw new DOMException(words, kind);
      };
      callPage.call.setScreenShare(true);
    }, [name, message]);
    await alice.until(reason, (page, wanted) => page.call.getSnapshot().self.screen.reason === wanted, reason);
    const { self } = await alice.snapshot();
    assert.deepEqual([self.screen.state, self.deviceError], ['error', message]);
  }
  await alice.evaluate(() => {
    delete MediaDevices.prototype.getDisplayMedia;
    callPage.call.setScreenShare(true);
  });
  assert.equal(await alice.untilSelf('screen', 'error'), 'unsupported');
  await alice.setScreenShare(false);
  assert.equal(await alice.untilSelf('screen', 'off'), 'self-off');
});
