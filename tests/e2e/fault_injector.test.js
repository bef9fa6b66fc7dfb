/** `groupcall/debug` in a real call: each fault is shown as an application's screens must show it, and is over when it is over. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

/** Reconnecting is tried at once, then after 300 ms, 600 ms, …. */
const BACK_LIMIT = 10_000;
/** Promised is a cause within 3 s. */
const NAMED_LIMIT = 3 * 3_000;

/** A page whose call is made when the faults are there, as the README tells. */
async function openWithFaults(stage, userId) {
  const page = await stage.openModulePage(userId, { makesCall: false });
  await page.evaluate(async () => {
    const { injectFaults } = await import('/dist/debug.js');
    window.untouched = [WebSocket, RTCPeerConnection, navigator.mediaDevices.getUserMedia];
    window.faults = injectFaults({ seed: 'e2e' });
  });
  await page.makeCall({});
  return page;
}

/** Alice, who can inject faults, and Bob, who cannot. */
async function meet(stage) {
  const alice = await openWithFaults(stage, 'alice');
  const bob = await stage.openModulePage('bob');
  for (const page of [alice, bob]) await page.joinOrFail();
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  return { alice, bob };
}

const gone = async (page) => (await page.story()).filter((line) => line.endsWith('is gone'));

callTest('a dropped socket is shown as reconnecting, and costs no picture', {}, async (stage) => {
  const { alice, bob } = await meet(stage);
  const offers = stage.wire.offers().length;
  const joins = stage.wire.sent('groupcall:join').length;
  await alice.evaluate(() => {
    window.phases = [];
    callPage.call.subscribe(() => window.phases.push(callPage.call.getSnapshot().phase));
    window.faults.dropSocket();
  });
  const startedAt = performance.now();
  await alice.until('it was seen, and is over', () => window.phases.includes('reconnecting') && window.phases.at(-1) === 'joined', null, BACK_LIMIT);
  stage.measure('joined again', performance.now() - startedAt);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  assert.equal(stage.wire.sent('groupcall:join').length, joins + 1);
  assert.deepEqual(stage.wire.offers(offers), [], 'the connection needed no offer');
  assert.deepEqual([await gone(alice), await gone(bob)], [[], []]);
});

callTest('a lost network is shown on both pages, and all of it comes back', {}, async (stage) => {
  const { alice, bob } = await meet(stage);
  await alice.evaluate(() => window.faults.loseNetwork(3_000));
  await alice.untilPhase('reconnecting', LIMIT.announced);
  assert.equal(await alice.evaluate(() => navigator.onLine), false);
  await alice.until('bob is not connected', (page) => page.participant('bob')?.connection !== 'connected');
  await bob.until('alice is not connected', (page) => page.participant('alice')?.connection !== 'connected', null, NAMED_LIMIT);
  assert.equal((await alice.snapshot()).phase, 'reconnecting', 'no socket comes about meanwhile');
  await alice.until('the network is back', () => navigator.onLine, null, LIMIT.join);
  const startedAt = performance.now();
  await alice.untilPhase('joined', BACK_LIMIT);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  stage.measure('seen and heard again', performance.now() - startedAt);
});

callTest('a device that fails gives its reason, and one that goes away is lost', {}, async (stage) => {
  const alice = await openWithFaults(stage, 'alice');
  await alice.evaluate(() => {
    window.repair = window.faults.failDevice('camera', 'in-use');
  });
  await alice.joinOrFail();
  assert.equal(await alice.untilSelf('camera', 'error'), 'in-use');
  assert.equal(await alice.untilSelf('microphone', 'on'), 'none', 'the other one works');
  assert.equal((await alice.snapshot()).self.deviceError, 'Could not start the source');
  await alice.evaluate(() => {
    window.repair();
    callPage.call.setCamera(true);
  });
  assert.equal(await alice.untilSelf('camera', 'on'), 'none');

  await alice.evaluate(() => window.faults.endDevice('camera'));
  assert.equal(await alice.untilSelf('camera', 'ended'), 'device-lost');
  await alice.setCamera(true);
  assert.equal(await alice.untilSelf('camera', 'on'), 'none');
});

callTest('a frozen peer is stalled by the network, until it moves again', {}, async (stage) => {
  const { alice, bob } = await meet(stage);
  const startedAt = performance.now();
  await alice.evaluate(() => window.faults.freezePeer(5_000, callPage.participant('bob').streams.camera));
  assert.equal(await alice.untilState('bob', 'camera', 'loading', NAMED_LIMIT), 'network-stalled');
  assert.equal(await alice.untilState('bob', 'microphone', 'loading', NAMED_LIMIT), 'network-stalled');
  stage.measure('named', performance.now() - startedAt);
  assert.equal(await bob.untilState('alice', 'camera', 'on'), 'none', 'nobody else notices');
  assert.equal(await alice.untilState('bob', 'camera', 'on', LIMIT.media), 'none');
  assert.equal(await alice.untilState('bob', 'microphone', 'on', LIMIT.media), 'none');
  await alice.untilFlowing(['bob']);
  assert.deepEqual([await gone(alice), await gone(bob)], [[], []]);
});

callTest('after restore() the browser has its own objects, the call goes on, and nothing is left of it', {}, async (stage) => {
  const { alice, bob } = await meet(stage);
  const restored = await alice.evaluate(() => {
    const { faults, untouched } = window;
    faults.random({ everyMs: 60_000 });
    faults.freezePeer(60_000);
    faults.loseNetwork(60_000);
    faults.restore();
    return [WebSocket, RTCPeerConnection, navigator.mediaDevices.getUserMedia].every((one, index) => one === untouched[index]);
  });
  assert.equal(restored, true);
  await alice.untilPhase('joined', BACK_LIMIT);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  await alice.dispose();
  assert.deepEqual(await alice.openResources(), { localTracks: [], peerConnections: 0, sockets: 0, timers: 0 });
});
