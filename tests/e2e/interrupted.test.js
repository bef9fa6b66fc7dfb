/** What happens to a call when something under it goes away for a while. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

const USERS = ['alice', 'bob', 'carol'];

/** Reconnecting is tried at once, then after 300 ms, 600 ms, …; the storm guard allows 10 tries. */
const BACK_LIMIT = 10_000;

async function totalFrames(page, users) {
  const received = await Promise.all(users.map((userId) => page.received(userId)));
  return received.map(({ frames }) => frames);
}

for (const [how, options] of [
  ['restarted with a word', { abrupt: false }],
  ['killed and started again', { abrupt: true }],
]) {
  callTest(`a server that is ${how} does not interrupt the call`, {}, async (stage) => {
    const pages = await stage.joinAll(USERS);
    const others = new Map(pages.map((page) => [page, USERS.filter((user) => user !== page.userId)]));
    await Promise.all(pages.map((page) => page.untilFlowing(others.get(page))));
    for (const page of pages) page.tolerated.push(/WebSocket connection to .* failed/);
    const offers = stage.wire.offers().length;
    const joins = stage.wire.sent('groupcall:join').length;
    const framesBefore = await Promise.all(pages.map((page) => totalFrames(page, others.get(page))));

    await stage.server.stop(options);
    await Promise.all(pages.map((page) => page.untilPhase('reconnecting', LIMIT.announced)));
    // Without a server the call goes on.
    await Promise.all(pages.map((page) => page.untilFlowing(others.get(page))));
    for (const page of pages) {
      const { participants } = await page.snapshot();
      assert.deepEqual(participants.map(({ userId }) => userId).sort(), others.get(page));
      for (const { connection, camera } of participants) assert.deepEqual([connection, camera.state], ['connected', 'on']);
    }

    await stage.server.start();
    const startedAt = performance.now();
    await Promise.all(pages.map((page) => page.untilPhase('joined', BACK_LIMIT)));
    stage.measure('everybody joined again', performance.now() - startedAt);
    assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 3, connections: 3 });
    assert.equal(stage.wire.sent('groupcall:join').length, joins + 3, 'each page joined again, once');
    await Promise.all(pages.map((page) => page.untilFlowing(others.get(page))));
    for (const page of pages) {
      await page.untilOthers(others.get(page));
      assert.deepEqual((await page.story()).filter((line) => line.endsWith('is gone')), [], 'nobody was gone for a moment');
    }
    assert.deepEqual(stage.wire.offers(offers), [], 'the connections needed no offer');
    // Counted from the same connections: a new one would begin at zero.
    const framesAfter = await Promise.all(pages.map((page) => totalFrames(page, others.get(page))));
    framesBefore.flat().forEach((frames, index) => assert.ok(framesAfter.flat()[index] > frames));
    const state = await pages[0].evaluate(() => callPage.everOpened());
    assert.equal(state.peerConnections, 2);

    // The new server is in use: what is said goes through, and a newcomer is seen.
    await pages[0].setCamera(false);
    for (const page of pages.slice(1)) await page.untilState('alice', 'camera', 'off');
    const { at } = await pages[2].leave();
    stage.measure("carol is gone on bob's page", (await pages[1].untilGone('carol')) - at);
  });
}

callTest('a page that is reloaded comes back, once', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  for (const round of [1, 2]) {
    const at = performance.timeOrigin + performance.now();
    await bob.reload();
    stage.measure(`round ${round}: bob is gone on alice's page`, (await alice.untilGone('bob')) - at);
    await bob.joinOrFail();
    await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
    stage.measure(`round ${round}: seen and heard again`, performance.timeOrigin + performance.now() - at);
    await alice.untilOthers(['bob']);
    await bob.untilOthers(['alice']);
    assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 2, connections: 2 });
    assert.equal((await alice.openResources()).peerConnections, 1, 'the old connection is closed');
  }
  assert.deepEqual(stage.wire.offers(), ['bob→alice', 'bob→alice', 'bob→alice'], 'the newcomer offers, each time');
});

callTest('a page whose socket is cut comes back without an offer', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  const joins = stage.wire.sent('groupcall:join').length;
  stage.server.dropConnections();
  await stage.untilWire('both joined again', (wire) => wire.sent('groupcall:join').length === joins + 2, BACK_LIMIT);
  await Promise.all([alice.untilPhase('joined'), bob.untilPhase('joined')]);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  assert.deepEqual(stage.wire.offers(), ['bob→alice']);
  assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 2, connections: 2 });
});
