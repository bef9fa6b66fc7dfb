/** A page whose network is cut without a word: what the others see, and after how long. */

import assert from 'node:assert/strict';

import { callTest } from './call_pages.mjs';

/** The server's own heartbeat, shorter than its 25 and 20 s, by which it learns that a page is gone. */
const HEARTBEAT = { pingIntervalMs: 4_000, pingTimeoutMs: 4_000 };
/** Promised are 3 s after the last packet; Chromium itself tells after some 5 s. */
const NOTICED_LIMIT = 9_000;
/** The heartbeat, and then 6 to 8 s of silence, which has begun already. */
const GONE_LIMIT = 3 * (HEARTBEAT.pingIntervalMs + HEARTBEAT.pingTimeoutMs);
/** A dead socket is found within 5 s. */
const OFFLINE_LIMIT = 15_000;

callTest('a page whose network is cut is shown as such, then gone, and comes back', { server: HEARTBEAT, machines: ['bob'] }, async (stage) => {
  const alice = await stage.openModulePage('alice');
  const bob = await stage.openModulePage('bob', { on: 'bob', tolerated: [/WebSocket connection to .* failed/] });
  for (const page of [alice, bob]) await page.joinOrFail();
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);

  const cutAt = performance.timeOrigin + performance.now();
  const measure = (what, at) => stage.measure(what, at - cutAt);
  await stage.network.cut('bob');
  const offline = bob.until(
    'bob knows that he has no server',
    (page) => page.call.getSnapshot().phase === 'reconnecting' && page.epochMs(),
    null,
    OFFLINE_LIMIT,
  );
  const noticed = alice.until(
    'bob is not connected any more',
    (page) => page.participant('bob')?.connection !== 'connected' && page.epochMs(),
    null,
    NOTICED_LIMIT,
  );
  measure('bob knows that he has no server', await offline);
  measure("alice sees that bob's connection is interrupted", await noticed);
  measure('bob is gone on alice’s page, with a server heartbeat of 8 s', await alice.untilGone('bob', GONE_LIMIT));
  assert.deepEqual((await alice.snapshot()).participants, []);

  await stage.network.heal('bob');
  const healedAt = performance.timeOrigin + performance.now();
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  stage.measure('seen and heard again, after the network came back', performance.timeOrigin + performance.now() - healedAt);
});

callTest('a network that is cut for three seconds costs nobody the call', { machines: ['bob'] }, async (stage) => {
  const alice = await stage.openModulePage('alice');
  const bob = await stage.openModulePage('bob', { on: 'bob', tolerated: [/WebSocket connection to .* failed/] });
  for (const page of [alice, bob]) await page.joinOrFail();
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  await alice.watchPictures();
  await stage.network.cut('bob');
  await alice.until('the picture has stood still for 3 s', (page) => page.longestGaps().bob >= 3_000, null, 9_000);
  await stage.network.heal('bob');
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  const { bob: gap } = await alice.longestGaps();
  stage.measure('the picture stood still for', gap);
  assert.ok(stage.wire.offers().length <= 2, `an ICE restart at most: ${stage.wire.offers()}`);
  for (const page of [alice, bob]) {
    assert.equal((await page.evaluate(() => callPage.everOpened())).peerConnections, 1, 'the connection held');
  }
  assert.deepEqual((await alice.story()).filter((line) => line.endsWith('is gone')), []);
});
