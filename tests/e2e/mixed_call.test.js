/**
 * A call during a roll-out: one page of the former client, two of the package. The server has the
 * quirks of the existing backend, which such a call would run on.
 */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

const LEGACY = { server: { legacy: true, rateLimit: { limit: 0 } } };

/** Pages that wait for an older client's offer, connect and nudge it: 4 s and 1 s are planned for that. */
const MIXED_LIMIT = 20_000;

async function openOlder(stage) {
  const older = await stage.openOlderPage('olga');
  await older.join();
  return older;
}

async function assertMixedCallFlows(stage, { older, alice, bob }) {
  const startedAt = performance.now();
  const flows = await Promise.all([
    older.untilFlowing(['alice', 'bob'], MIXED_LIMIT),
    alice.untilFlowing(['olga', 'bob'], MIXED_LIMIT),
    bob.untilFlowing(['olga', 'alice'], MIXED_LIMIT),
  ]);
  stage.measure('picture and sound between all pairs after the last join', performance.now() - startedAt);
  stage.measure('of these on the older client', flows[0].afterMs);
  for (const page of [alice, bob]) {
    await page.untilState('olga', 'camera', 'on', LIMIT.device);
    await page.untilState('olga', 'microphone', 'on', LIMIT.device);
    const { participants } = await page.snapshot();
    assert.deepEqual(
      Object.fromEntries(participants.map(({ userId, olderClient }) => [userId, olderClient])),
      { olga: true, [page === alice ? 'bob' : 'alice']: false },
    );
  }
  // What a person sees there: pictures on the screen, and an element that plays the sound.
  const shown = (userId) =>
    older.until(
      `pictures of ${userId} on the screen`,
      ({ client }, id) => {
        const { pictures, video } = client.peers.get(id);
        return pictures >= 10 && !video.paused && !video.muted && video.srcObject.getAudioTracks().length === 1;
      },
      userId,
      LIMIT.media,
    );
  await Promise.all([shown('alice'), shown('bob')]);
  const energy = (await older.received('alice')).energy + (await older.received('bob')).energy;
  assert.ok(energy > 0, 'the older client hears something');
}

/** The older client offers first, and once to each; the package never offers to it. */
function assertOlderClientOffered(stage) {
  const withOlga = stage.wire.offers().filter((pair) => pair.includes('olga'));
  assert.deepEqual(withOlga.sort(), ['olga→alice', 'olga→bob']);
}

async function assertOlderClientLeaves(stage, { older, alice, bob }) {
  const at = await older.leave();
  for (const page of [alice, bob]) {
    stage.measure(`the older client is gone on ${page.name}'s page`, (await page.untilGone('olga')) - at);
  }
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
}

callTest('an older client that was there first sees and hears two module pages, and they it', LEGACY, async (stage) => {
  const older = await openOlder(stage);
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await assertMixedCallFlows(stage, { older, alice, bob });
  assertOlderClientOffered(stage);
  await assertOlderClientLeaves(stage, { older, alice, bob });
});

callTest('an older client that comes last sees and hears two module pages, and they it', LEGACY, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await alice.untilFlowing(['bob']);
  const older = await openOlder(stage);
  await assertMixedCallFlows(stage, { older, alice, bob });
  assertOlderClientOffered(stage);
  await assertOlderClientLeaves(stage, { older, alice, bob });
});

callTest('devices turned off and on are seen across an older client and a module page', LEGACY, async (stage) => {
  const [alice] = await stage.joinAll(['alice']);
  const older = await openOlder(stage);
  await Promise.all([alice.untilFlowing(['olga'], MIXED_LIMIT), older.untilFlowing(['alice'], MIXED_LIMIT)]);
  await alice.untilState('olga', 'camera', 'on');
  const offers = stage.wire.offers().length;

  await older.toggle('video', false);
  assert.equal(await alice.untilState('olga', 'camera', 'off'), 'peer-off');
  await older.toggle('video', true);
  await alice.untilState('olga', 'camera', 'on', LIMIT.device);

  await alice.setCamera(false);
  await alice.until('no camera is open', (page) => !page.openResources().localTracks.includes('video'));
  await older.untilFlowing(['alice'], LIMIT.media, { picture: false });
  await alice.setCamera(true);
  await Promise.all([alice.untilFlowing(['olga']), older.untilFlowing(['alice'])]);
  assert.deepEqual(stage.wire.offers(offers), []);

  // It is told the news in its own words: both keys of the documented tracks.
  const told = stage.wire.sent('groupcall:update-tracks').filter(({ userId }) => userId === 'alice');
  assert.ok(told.some(({ payload }) => payload.tracks.video === false), 'camera off was announced');
  assert.equal(told.at(-1).payload.tracks.video, true, 'camera on was announced last');
});

callTest('an older client whose page closes disappears', LEGACY, async (stage) => {
  const [alice] = await stage.joinAll(['alice']);
  const older = await openOlder(stage);
  await alice.untilFlowing(['olga'], MIXED_LIMIT);
  const at = performance.timeOrigin + performance.now();
  await older.tab.close();
  stage.measure('gone', (await alice.untilGone('olga', LIMIT.silence)) - at);
});
