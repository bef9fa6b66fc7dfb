/** The main job: three pages of the package in one room. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

const USERS = ['alice', 'bob', 'carol'];
const othersOf = (userId) => USERS.filter((other) => other !== userId);

/** Everybody sees and hears everybody else. */
async function assertAllFlows(stage, pages, what) {
  const flows = await Promise.all(pages.map((page) => page.untilFlowing(othersOf(page.userId))));
  stage.measure(`${what}, slowest page`, Math.max(...flows.map(({ afterMs }) => afterMs)));
}

callTest('three pages see and hear each other after one offer for each pair', {}, async (stage) => {
  const pages = await stage.joinAll(USERS);
  const startedAt = performance.now();
  await assertAllFlows(stage, pages, 'picture and sound between all pairs after the last join');
  for (const page of pages) {
    for (const other of othersOf(page.userId)) {
      await page.untilState(other, 'camera', 'on');
      await page.untilState(other, 'microphone', 'on');
      const { width } = await page.received(other);
      assert.equal(width, 320, `${page.name} gets the picture of ${other} at the size asked for`);
    }
    const { participants, self } = await page.snapshot();
    assert.deepEqual(participants.map(({ userId }) => userId).sort(), othersOf(page.userId));
    for (const participant of participants) {
      assert.equal(participant.connection, 'connected');
      assert.equal(participant.olderClient, false);
      assert.equal(participant.userInfo.fullname.toLowerCase(), participant.userId);
      assert.deepEqual(participant.streams, { camera: true, microphone: true, screen: participant.streams.screen });
    }
    assert.equal(self.camera.state, 'on');
    assert.equal(self.microphone.state, 'on');
  }
  stage.measure('all tiles on after the last join', performance.now() - startedAt);
  // The newcomer offers: to those who are there already, and once to each.
  assert.deepEqual(stage.wire.offers().sort(), ['bob→alice', 'carol→alice', 'carol→bob']);
});

callTest('three pages that join at the same moment find each other with one offer for each pair', {}, async (stage) => {
  const pages = await Promise.all(USERS.map((userId) => stage.openModulePage(userId)));
  await Promise.all(pages.map((page) => page.joinOrFail()));
  await assertAllFlows(stage, pages, 'picture and sound between all pairs after the last join');
  const pairs = stage.wire.offers().map((pair) => pair.split('→').sort().join(' and '));
  assert.deepEqual(pairs.sort(), ['alice and bob', 'alice and carol', 'bob and carol']);
});

callTest('a camera that is turned off is off on the other pages, releases its device, and comes back', {}, async (stage) => {
  const [alice, bob, carol] = await stage.joinAll(USERS);
  await Promise.all([alice.untilFlowing(['bob', 'carol']), bob.untilFlowing(['alice']), carol.untilFlowing(['alice'])]);
  const offers = stage.wire.offers().length;
  for (const watcher of [bob, carol]) await watcher.untilState('alice', 'camera', 'on');

  const offAt = performance.now();
  await alice.setCamera(false);
  for (const watcher of [bob, carol]) {
    assert.equal(await watcher.untilState('alice', 'camera', 'off'), 'peer-off');
  }
  stage.measure('off on the other pages', performance.now() - offAt);
  assert.equal(await alice.untilSelf('camera', 'off', LIMIT.announced), 'self-off');
  await alice.until('no camera is open', (page) => !page.openResources().localTracks.includes('video'));
  stage.measure('camera released', performance.now() - offAt);
  assert.deepEqual((await alice.openResources()).localTracks, ['audio'], 'the microphone stays open');
  await bob.untilFlowing(['alice'], LIMIT.media, { picture: false });
  const { frames } = await bob.received('alice');

  const onAt = performance.now();
  await alice.setCamera(true);
  for (const watcher of [bob, carol]) await watcher.untilState('alice', 'camera', 'on', LIMIT.device);
  stage.measure('on again on the other pages', performance.now() - onAt);
  await Promise.all([bob, carol].map((watcher) => watcher.untilFlowing(['alice'])));
  assert.ok((await bob.received('alice')).frames > frames, 'new pictures are decoded on the same connection');
  assert.deepEqual(stage.wire.offers(offers), []);
});

callTest('20 camera and 20 microphone toggles cause no new offer', {}, async (stage) => {
  const pages = await stage.joinAll(USERS);
  const [alice, bob] = pages;
  await assertAllFlows(stage, pages, 'picture and sound');
  const offers = stage.wire.offers().length;
  assert.equal(offers, 3);

  // Watched: each takes effect before the next.
  for (let round = 0; round < 5; round += 1) {
    for (const on of [false, true]) {
      await alice.setCamera(on);
      await alice.setMicrophone(on);
      await bob.untilState('alice', 'microphone', on ? 'on' : 'off', LIMIT.device);
      await bob.untilState('alice', 'camera', on ? 'on' : 'off', LIMIT.device);
    }
  }
  // Hasty: while the device of the one before still opens or closes.
  await alice.evaluate(() => {
    for (let count = 0; count < 10; count += 1) {
      callPage.call.setCamera(count % 2 === 1);
      callPage.call.setMicrophone(count % 2 === 1);
    }
  });
  await alice.untilSelf('camera', 'on');
  await alice.untilSelf('microphone', 'on');
  for (const watcher of pages.slice(1)) {
    await watcher.untilState('alice', 'camera', 'on', LIMIT.device);
    await watcher.untilState('alice', 'microphone', 'on', LIMIT.device);
  }
  await assertAllFlows(stage, pages, 'picture and sound after the toggles');
  assert.deepEqual(stage.wire.offers(offers), [], 'toggles caused offers');
  assert.deepEqual((await alice.openResources()).localTracks, ['audio', 'video'], 'one device of each kind is open');
});

callTest('a muted microphone sends silence', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await bob.untilFlowing(['alice']);
  // The fake microphone beeps once a second; a packet is 20 ms.
  const energyDuring = (packets) =>
    bob.evaluate(([count, limit]) => callPage.energyDuring('alice', count, limit), [packets, LIMIT.media]);
  const loud = await energyDuring(120);
  assert.ok(loud > 1e-3, 'the fake microphone is heard');
  await alice.setMicrophone(false);
  await bob.untilState('alice', 'microphone', 'off');
  // What was said before comes first, late where the machine is busy. Then not one of the beeps.
  let muted = loud;
  const isSilent = async () => (muted = await energyDuring(120)) < loud / 1_000;
  await stage.until('2.4 s of silence', isSilent, LIMIT.media);
  await alice.setMicrophone(true);
  await bob.untilState('alice', 'microphone', 'on');
  const again = await energyDuring(120);
  stage.measure('sound energy in 2.4 s: open', loud, '');
  stage.measure('muted', muted, '');
  stage.measure('open again', again, '');
  assert.ok(again > loud / 10, 'the microphone is heard again');
});

callTest('a page that leaves disappears at once', {}, async (stage) => {
  const [alice, bob, carol] = await stage.joinAll(USERS);
  await Promise.all([alice.untilFlowing(['bob', 'carol']), bob.untilFlowing(['carol'])]);
  const { at, tookMs } = await carol.leave();
  for (const page of [alice, bob]) {
    const gone = (await page.untilGone('carol')) - at;
    stage.measure(`carol is gone on ${page.name}'s page`, gone);
    assert.ok(gone < LIMIT.announced);
  }
  stage.measure('leave() took', tookMs);
  assert.ok(tookMs < 600, 'leave() takes 200 ms at most');
  assert.equal((await carol.snapshot()).phase, 'idle');
  assert.deepEqual((await carol.snapshot()).participants, []);
  // The call of the others goes on.
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  await alice.untilOthers(['bob']);
  assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 2, connections: 2 });
});

callTest('a page that is closed disappears at once', {}, async (stage) => {
  const [alice, bob, carol] = await stage.joinAll(USERS);
  await Promise.all([alice.untilFlowing(['bob', 'carol']), bob.untilFlowing(['carol'])]);
  const at = performance.timeOrigin + performance.now();
  await carol.tab.close();
  for (const page of [alice, bob]) {
    const gone = (await page.untilGone('carol', 2 * LIMIT.announced)) - at;
    stage.measure(`carol is gone on ${page.name}'s page`, gone);
  }
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
});

callTest('a page that crashes disappears', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await alice.untilFlowing(['bob']);
  const at = performance.timeOrigin + performance.now();
  // It never answers: the renderer that should is gone.
  bob.session.send('Page.crash').catch(() => {});
  const gone = (await alice.untilGone('bob', LIMIT.silence)) - at;
  stage.measure("bob is gone on alice's page", gone);
  await bob.tab.close();
});
