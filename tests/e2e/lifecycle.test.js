/** Coming and going at odd moments: nothing stays open, nobody stays behind in the room. */

import assert from 'node:assert/strict';

import { LIMIT, NOTHING_OPEN, callTest } from './call_pages.mjs';

/** The server has no connection left of this page, and the browser has ended what hung on ours. */
async function assertDisconnected(stage, page, connections = 0) {
  const ended = ({ stillEnding }) => Object.values(stillEnding()).every((count) => count === 0);
  await page.until('sockets, channels and remote tracks have ended', ended);
  await stage.untilServer(`${connections} connections`, (stats) => stats.connections === connections);
}

/** A newcomer finds the room empty, and stays alone in it. */
async function assertNoGhost(stage) {
  const witness = await stage.openModulePage('witness');
  await witness.joinOrFail({ media: { audio: false, video: false } });
  await witness.untilOthers([]);
  assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 1, connections: 1 });
  return witness;
}

callTest('after leave() nothing is open, and one can join again', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  const { spares, channels, ...ever } = await bob.evaluate(() => callPage.everOpened());
  assert.deepEqual(ever, { localTracks: 2, peerConnections: 1, sockets: 1 }, 'the counting sees what is opened');
  assert.equal(channels, 1 + spares);
  const before = await bob.openResources();
  assert.ok(before.timers >= 1 && before.sockets === 1 && before.peerConnections === 1, JSON.stringify(before));

  const { open, tookMs } = await bob.leave();
  stage.measure('leave() took', tookMs);
  assert.deepEqual(open, NOTHING_OPEN, 'open when leave() has resolved');
  await assertDisconnected(stage, bob, 1);
  assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 1, connections: 1 });

  await bob.joinOrFail();
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  await alice.untilOthers(['bob']);
  await bob.leave();
  assert.deepEqual(await bob.openResources(), NOTHING_OPEN);
});

callTest('after dispose() nothing is open, and joining is refused', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  const { at, open } = await bob.dispose();
  assert.deepEqual(open, NOTHING_OPEN, 'open when dispose() has returned');
  stage.measure("bob is gone on alice's page", (await alice.untilGone('bob')) - at);
  await assertDisconnected(stage, bob, 1);
  const refused = await bob.join();
  assert.deepEqual([refused.typed, refused.code], [true, 'disposed']);
  // Harmless afterwards.
  await bob.evaluate(async () => {
    callPage.call.setCamera(true);
    callPage.call.dispose();
    await callPage.call.leave();
  });
  assert.deepEqual(await bob.openResources(), NOTHING_OPEN);
});

callTest('joining twice is joining once; another room is refused', {}, async (stage) => {
  const alice = await stage.openModulePage('alice');
  const results = await Promise.all([alice.join(), alice.join()]);
  assert.deepEqual(results.map(({ ok }) => ok), [true, true]);
  assert.equal((await alice.join()).ok, true, 'joined already: resolves at once');
  const elsewhere = await alice.join({ roomId: 'r2' });
  assert.deepEqual([elsewhere.typed, elsewhere.code], [true, 'already-joined']);
  assert.ok(elsewhere.message && elsewhere.remedy);
  assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 1, connections: 1 });
  assert.equal((await alice.evaluate(() => callPage.everOpened())).sockets, 1);
  await alice.leave();
  assert.deepEqual(await alice.openResources(), NOTHING_OPEN);
});

for (const legacy of [false, true]) {
  const server = { legacy, lookupDelayMs: 500, rateLimit: { limit: 0 } };
  callTest(`leave() before joined leaves no ghost${legacy ? ' on the existing backend' : ''}`, { server }, async (stage) => {
    const alice = await stage.openModulePage('alice');
    const joining = alice.join();
    await stage.untilWire('the join of alice', (wire) => wire.sent('groupcall:join').length === 1);
    const { tookMs, open } = await alice.leave();
    stage.measure('leave() took, with a lookup of 500 ms', tookMs);
    const outcome = await joining;
    assert.deepEqual([outcome.ok, outcome.typed, outcome.code], [false, true, 'aborted']);
    assert.deepEqual(open, NOTHING_OPEN);
    await assertDisconnected(stage, alice);
    await assertNoGhost(stage);
  });
}

callTest('leave() while the socket still connects leaves nothing', { server: { lookupDelayMs: 300 } }, async (stage) => {
  const alice = await stage.openModulePage('alice');
  const [outcome, open] = await alice.evaluate(async () => {
    const joining = callPage.join({ roomId: 'r1', groupId: 'g1', callType: 'video' });
    await callPage.call.leave();
    return [await joining, callPage.openResources()];
  });
  assert.deepEqual([outcome.typed, outcome.code], [true, 'aborted']);
  assert.deepEqual(open, NOTHING_OPEN);
  await alice.until('the question is answered', (page) => page.openQuestions() === 0, undefined, LIMIT.device);
  assert.deepEqual(await alice.openResources(), NOTHING_OPEN, 'a device that opened late is closed');
  await assertDisconnected(stage, alice);
  await assertNoGhost(stage);
});

const MOMENTS = {
  'at once': () => {},
  'when the join is sent': (stage, name) =>
    stage.untilWire('its join', (wire) => wire.sent('groupcall:join').some(({ userId }) => userId === name)),
  'when the offer is sent': (stage, name) => stage.untilWire('its offer', (wire) => wire.offers().includes(`${name}→bob`)),
};

callTest('dispose() in the middle of joining leaves nothing', { server: { lookupDelayMs: 300 } }, async (stage) => {
  const [bob] = await stage.joinAll(['bob']);
  for (const [moment, comes] of Object.entries(MOMENTS)) {
    const name = `early ${moment}`;
    const page = await stage.openModulePage(name);
    const joining = page.join();
    await comes(stage, name);
    const { open } = await page.dispose();
    assert.deepEqual(open, NOTHING_OPEN, moment);
    const outcome = await joining;
    if (moment === 'when the offer is sent') assert.equal(outcome.ok, true, 'it was admitted before');
    else assert.deepEqual([outcome.typed, outcome.code], [true, 'disposed'], moment);
    await page.until('the question is answered', ({ openQuestions }) => openQuestions() === 0, undefined, LIMIT.device);
    assert.deepEqual(await page.openResources(), NOTHING_OPEN, `${moment}: a device that opened late is closed`);
    await assertDisconnected(stage, page, 1);
    await bob.untilOthers([]);
    assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 1, connections: 1 });
  }
});

for (const ending of ['leave', 'dispose']) {
  callTest(`${ending}() while the browser still asks for the devices closes them when they open`, {}, async (stage) => {
    const alice = await stage.openModulePage('alice');
    await alice.evaluate(() => {
      window.answerQuestions = callPage.holdQuestions();
    });
    await alice.joinOrFail();
    assert.equal(await alice.untilSelf('camera', 'loading'), 'starting');
    const { open } = await alice[ending]();
    assert.deepEqual(open, NOTHING_OPEN);
    assert.equal(await alice.evaluate(() => callPage.openQuestions()), 1, 'the browser still asks');
    await alice.evaluate(() => window.answerQuestions());
    await alice.until('the devices have opened', (page) => page.everOpened().localTracks === 2, undefined, LIMIT.device);
    await alice.until('the devices are closed', (page) => page.openResources().localTracks.length === 0);
    assert.deepEqual(await alice.openResources(), NOTHING_OPEN);
    await assertDisconnected(stage, alice);
  });
}

callTest('leave() before the server refuses the join ends with the refusal', { server: { lookupDelayMs: 500, groups: {} } }, async (stage) => {
  const alice = await stage.openModulePage('alice');
  const joining = alice.join();
  await stage.untilWire('the join of alice', (wire) => wire.sent('groupcall:join').length === 1);
  const { tookMs, open } = await alice.leave();
  stage.measure('leave() took, with a lookup of 500 ms', tookMs);
  assert.ok(tookMs < 1_500, 'nothing is waited for after the refusal');
  assert.equal((await joining).code, 'aborted');
  assert.deepEqual(open, NOTHING_OPEN);
  await assertDisconnected(stage, alice);
});
