/** A server that is killed in the middle of a call, for ten seconds, twice; five times with GROUPCALL_TEST_LEVEL=full. */

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { LIMIT, callTest } from './call_pages.mjs';

const USERS = ['alice', 'bob', 'carol'];
const ROUNDS = process.env.GROUPCALL_TEST_LEVEL === 'full' ? 5 : 2;
const DEAD_MS = 10_000;

/** Promised are 1 s without a picture and 2 s until everybody is back. */
const GAP_LIMIT = 3_000;
const BACK_LIMIT = 6_000;

callTest(`a server that is killed for ten seconds, ${ROUNDS} times, costs nobody a picture or an offer`, {}, async (stage) => {
  const pages = await stage.joinAll(USERS);
  const [alice, bob, carol] = pages;
  const others = new Map(pages.map((page) => [page, USERS.filter((user) => user !== page.userId)]));
  await Promise.all(pages.map((page) => page.untilFlowing(others.get(page))));
  await carol.setMicrophone(false);
  for (const page of [alice, bob]) await page.untilState('carol', 'microphone', 'off');
  for (const page of pages) page.tolerated.push(/WebSocket connection to .* failed/);
  const offers = stage.wire.offers().length;
  const notes = new Map();
  for (const page of pages) notes.set(page, (await page.story()).length);
  await Promise.all(pages.map((page) => page.watchPictures()));

  for (let round = 1; round <= ROUNDS; round += 1) {
    await stage.server.stop({ abrupt: true });
    await Promise.all(pages.map((page) => page.untilPhase('reconnecting', LIMIT.announced)));
    await delay(DEAD_MS);
    await stage.server.start();
    const startedAt = performance.now();
    await Promise.all(pages.map((page) => page.untilPhase('joined', BACK_LIMIT)));
    await stage.untilServer('all three in the room', ({ participants }) => participants === 3, BACK_LIMIT);
    stage.measure(`round ${round}: everybody is back`, performance.now() - startedAt);
  }

  await Promise.all(pages.map((page) => page.untilFlowing(others.get(page))));
  const gaps = await Promise.all(pages.map((page) => page.longestGaps()));
  const longest = Math.max(...gaps.flatMap((gap) => Object.values(gap)));
  stage.measure('longest time without a picture, anywhere', longest);
  assert.equal(gaps.flatMap((gap) => Object.keys(gap)).length, 6, 'every pair was watched');
  assert.ok(longest <= GAP_LIMIT, `a picture stood still for ${longest} ms`);
  assert.deepEqual(stage.wire.offers(offers), [], 'no connection needed an offer');
  assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 3, connections: 3 }, 'no ghost');
  for (const page of pages) {
    const story = (await page.story()).slice(notes.get(page));
    assert.deepEqual(story.filter((line) => /is (gone|here)$/.test(line)), [], 'nobody was gone for a moment');
    const unmuted = story.filter((line) => line.includes('carol: ') && !line.includes('microphone off'));
    assert.deepEqual(unmuted, [], 'who was muted stayed muted');
  }
  assert.equal((await carol.snapshot()).self.microphone.state, 'off');
});
