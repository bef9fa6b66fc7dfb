/** Devices during a call: switched, turned off and on, lost, permitted late; and what the other page sees of it. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

const SWITCHES = 50;
const TOGGLES = 100;
/** A picture may stand still for so long; what is measured lies far below. */
const LONGEST_GAP = 1_000;

/** Chromium's second fake camera measures depth (Y16), which it shows to the page and sends to nobody: the first and the third do. */
const TWO_CAMERAS = { cameras: 3 };
const twoOf = ([first, , second]) => [first, second];

/** Two pages in a call, with everything flowing; `offers`: how many that took. */
async function meet(stage) {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  await bob.untilState('alice', 'camera', 'on');
  return { alice, bob, offers: stage.wire.offers().length };
}

/** The ids of all devices of a kind that the snapshot names. */
async function idsOf(page, kind, least) {
  const found = (page_, { kind: wanted, least: count }) => {
    const devices = page_.call.getSnapshot().devices.filter((one) => one.kind === wanted);
    return devices.length >= count && devices.every(({ deviceId, label }) => deviceId && label) && devices;
  };
  return (await page.until(`${least} devices with names: ${kind}`, found, { kind, least }, LIMIT.device)).map(({ deviceId }) => deviceId);
}

const setDevice = (page, kind, deviceId) => page.evaluate(([of, id]) => callPage.call.setDevice(of, id), [kind, deviceId]);

/** Waits until this device is in use and on; returns the reason. */
const untilInUse = (page, kind, deviceId) =>
  page.until(
    `${kind} ${deviceId} is in use`,
    ({ call }, wanted) => {
      const { self } = call.getSnapshot();
      return self.devices[wanted.kind] === wanted.deviceId && self[wanted.kind].state === 'on' && self[wanted.kind].reason;
    },
    { kind, deviceId },
    LIMIT.device,
  );

/** How the camera of alice was shown on bob's page, in order and without repetition. */
async function statesSeen(bob, since = 0) {
  const timeline = await bob.evaluate(() => callPage.timeline);
  const states = timeline
    .filter(({ at }) => at >= since)
    .map(({ text }) => /^alice: .*camera ([a-z-]+)/.exec(text)?.[1])
    .filter(Boolean);
  return states.filter((state, index) => state !== states[index - 1]);
}

const now = (page) => page.evaluate(() => callPage.epochMs());

callTest(`${SWITCHES} switches of camera need no offer, and the picture goes on`, { ...TWO_CAMERAS, limitMs: 180_000 }, async (stage) => {
  const { alice, bob, offers } = await meet(stage);
  const [first, second] = twoOf(await idsOf(alice, 'camera', 3));
  const startedAt = await now(bob);
  await bob.watchPictures();
  const meanwhile = await alice.evaluate((id) => {
    callPage.call.setDevice('camera', id);
    return callPage.call.getSnapshot().self.camera.state;
  }, second);
  assert.equal(meanwhile, 'replacing');
  for (let count = 1; count <= SWITCHES; count += 1) {
    const id = count % 2 === 1 ? second : first;
    await setDevice(alice, 'camera', id);
    assert.equal(await untilInUse(alice, 'camera', id), 'none');
    if (count % 10 < 2) await bob.untilFlowing(['alice']); // from either of them
  }
  const { alice: gap } = await bob.longestGaps();
  stage.measure(`longest time without a picture in ${SWITCHES} switches`, gap);
  assert.ok(gap < LONGEST_GAP, `the picture stood still for ${gap} ms`);
  assert.deepEqual(await statesSeen(bob, startedAt), [], 'the other page saw nothing of it');
  assert.equal(stage.wire.offers().length, offers);
  await alice.until('one camera is open', (page) => page.openResources().localTracks.length === 2, undefined, LIMIT.device);
});

callTest(`${TOGGLES} times camera off and on: no light after off, and the other page follows in order`, { limitMs: 400_000 }, async (stage) => {
  const { alice, bob, offers } = await meet(stage);
  const startedAt = await now(bob);
  for (let count = 0; count < TOGGLES; count += 1) {
    await alice.setCamera(false);
    await alice.until('no camera is open', (page) => !page.openResources().localTracks.includes('video'), undefined, LIMIT.announced);
    await bob.untilState('alice', 'camera', 'off');
    await alice.setCamera(true);
    assert.equal(await alice.untilSelf('camera', 'on'), 'none');
    await bob.untilState('alice', 'camera', 'on', LIMIT.device);
  }
  const states = (await statesSeen(bob, startedAt)).filter((state) => state !== 'loading');
  assert.deepEqual(states, Array.from({ length: 2 * TOGGLES }, (_, index) => (index % 2 === 0 ? 'off' : 'on')));
  assert.equal(stage.wire.offers().length, offers);
});

callTest('switches of microphone need no offer, and nothing but the last of many choices counts', {}, async (stage) => {
  const { alice, bob, offers } = await meet(stage);
  const ids = await idsOf(alice, 'microphone', 2);
  for (const id of [...ids, ...ids]) await setDevice(alice, 'microphone', id);
  await setDevice(alice, 'microphone', ids[1]);
  assert.equal(await untilInUse(alice, 'microphone', ids[1]), 'none');
  await bob.untilFlowing(['alice']);
  await alice.until('one microphone is open', (page) => page.openResources().localTracks.length === 2, undefined, LIMIT.device);
  assert.equal(stage.wire.offers().length, offers);
});

callTest('a camera that vanishes is replaced by another, which is said here and not seen there', TWO_CAMERAS, async (stage) => {
  const { alice, bob, offers } = await meet(stage);
  const startedAt = await now(bob);
  await bob.watchPictures();
  // As the browser tells of a pulled plug; no fake camera can be pulled out.
  await alice.evaluate(() => callPage.call.getSnapshot().self.streams.camera.getTracks()[0].dispatchEvent(new Event('ended')));
  assert.equal(await alice.untilSelf('camera', 'on'), 'device-lost');
  assert.ok((await alice.story()).some((line) => line.includes('camera replacing/device-lost')));
  await bob.untilFlowing(['alice']);
  stage.measure('longest time without a picture', (await bob.longestGaps()).alice);
  assert.deepEqual(await statesSeen(bob, startedAt), []);
  assert.equal(stage.wire.offers().length, offers);
});

callTest('the only camera that vanishes has ended', {}, async (stage) => {
  const { alice, bob } = await meet(stage);
  await alice.evaluate(() => callPage.call.getSnapshot().self.streams.camera.getTracks()[0].dispatchEvent(new Event('ended')));
  assert.equal(await alice.untilSelf('camera', 'ended'), 'device-lost');
  await bob.untilState('alice', 'camera', 'off');
  await alice.setCamera(true);
  assert.equal(await alice.untilSelf('camera', 'on'), 'none');
});

callTest('where two cameras cannot be open at once, the second takes the place of the first; one that never opens gives it back', TWO_CAMERAS, async (stage) => {
  const { alice, bob, offers } = await meet(stage);
  const [first, second] = twoOf(await idsOf(alice, 'camera', 3));
  await alice.evaluate((broken) => {
    const { getUserMedia } = MediaDevices.prototype;
    window.broken = broken;
    MediaDevices.prototype.getUserMedia = function (constraints) {
      const id = constraints.video?.deviceId?.exact;
      const isOpen = callPage.openResources().localTracks.length > 1;
      if (id && (isOpen || id === window.broken)) return Promise.reject(new DOMException('Could not start video source', 'NotReadableError'));
      return getUserMedia.call(this, constraints);
    };
  }, null);
  await setDevice(alice, 'camera', second);
  assert.equal(await untilInUse(alice, 'camera', second), 'none');
  await bob.untilFlowing(['alice']);

  await alice.evaluate((id) => (window.broken = id), first);
  await setDevice(alice, 'camera', first);
  await alice.until('the reason', ({ call }) => call.getSnapshot().self.camera.reason === 'in-use', undefined, LIMIT.device);
  assert.equal(await untilInUse(alice, 'camera', second), 'in-use');
  await bob.untilFlowing(['alice']);
  assert.equal(stage.wire.offers().length, offers);
});

callTest('a permission that is given during the call is picked up', {}, async (stage) => {
  const denied = await stage.openModulePage('denied', { permissions: [] });
  const [bob] = await stage.joinAll(['bob']);
  await denied.joinOrFail();
  assert.equal(await denied.untilSelf('camera', 'error'), 'permission-denied');
  assert.equal(await denied.untilSelf('microphone', 'error'), 'permission-denied');
  await denied.tab.context().grantPermissions(['camera', 'microphone'], { origin: stage.url });
  assert.equal(await denied.untilSelf('camera', 'on'), 'none');
  assert.equal(await denied.untilSelf('microphone', 'on'), 'none');
  await bob.untilFlowing(['denied']);
});

callTest('a voice call becomes one with pictures, and back', {}, async (stage) => {
  const pages = await Promise.all(['alice', 'bob'].map((userId) => stage.openModulePage(userId)));
  const voice = { callType: 'voice', media: { audio: true } };
  for (const page of pages) await page.joinOrFail(voice);
  const [alice, bob] = pages;
  const sound = { picture: false };
  await Promise.all([alice.untilFlowing(['bob'], LIMIT.media, sound), bob.untilFlowing(['alice'], LIMIT.media, sound)]);
  const offers = stage.wire.offers().length;
  assert.equal(await bob.untilState('alice', 'camera', 'off'), 'peer-off');
  await alice.setCamera(true);
  await bob.untilState('alice', 'camera', 'on', LIMIT.device);
  await bob.untilFlowing(['alice']);
  await alice.setCamera(false);
  await bob.untilState('alice', 'camera', 'off');
  await alice.until('the camera is released', (page) => page.openResources().localTracks.length === 1);
  assert.equal(stage.wire.offers().length, offers);
});
