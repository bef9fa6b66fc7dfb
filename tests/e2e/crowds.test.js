/** Many at once, and one again and again: nobody is missed, nothing piles up. GROUPCALL_TEST_LEVEL=full has the long runs. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { callTest } from './call_pages.mjs';

const FULL = process.env.GROUPCALL_TEST_LEVEL === 'full';
const CROWD = ['ann', 'ben', 'cyd', 'dan', 'eve'];
const STORMS = FULL ? 20 : 3;
const RELOADS = FULL ? 100 : 10;
/** Five pages on two cores take their time; a person would wait no longer. */
const CROWD_LIMIT = 30_000;

/** Of all pages' processes together. */
async function residentMegabytes(page) {
  const session = await page.tab.context().browser().newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const kilobytes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]));
  return Math.round(sumOf(kilobytes) / 1024);
}

const othersOf = (userId, users) => users.filter((other) => other !== userId);
const pairsOf = (users) => users.flatMap((one, at) => users.slice(at + 1).map((other) => `${one} and ${other}`));
const sumOf = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

callTest(`five pages join in the same 100 ms, ${STORMS} times: one offer for each pair`, { limitMs: 600_000 }, async (stage) => {
  const pages = await Promise.all(CROWD.map((userId) => stage.openModulePage(userId)));
  const times = [];
  for (let storm = 1; storm <= STORMS; storm += 1) {
    // A call of its own for each: one that is left and joined again and again is slowed down, to spare the server.
    await Promise.all(pages.map((page) => page.renewCall()));
    const offers = stage.wire.offers().length;
    const startedAt = performance.now();
    await Promise.all(pages.map((page) => page.joinOrFail({ roomId: `storm-${storm}` }, CROWD_LIMIT)));
    await Promise.all(pages.map((page) => page.untilFlowing(othersOf(page.userId, CROWD), CROWD_LIMIT)));
    times.push(Math.round(performance.now() - startedAt));
    const pairs = stage.wire.offers(offers).map((pair) => pair.split('→').sort().join(' and '));
    assert.deepEqual(pairs.sort(), pairsOf(CROWD), `storm ${storm}`);
    await Promise.all(pages.map((page) => page.leave()));
  }
  stage.measure('all pairs see and hear each other after', times.join(', '));
});

callTest(`one of three reloads ${RELOADS} times, and always comes back`, { limitMs: 900_000 }, async (stage) => {
  const pages = await stage.joinAll(['ann', 'ben', 'cyd']);
  const [ann, ben, cyd] = pages;
  await Promise.all(pages.map((page) => page.untilFlowing(othersOf(page.userId, ['ann', 'ben', 'cyd']))));
  // Of what nobody holds any more, a collector that was not yet due must not be blamed.
  const heap = async () => {
    await ann.session.send('HeapProfiler.collectGarbage');
    return (await ann.session.send('Runtime.getHeapUsage')).usedSize / 1024;
  };
  const times = [];
  const before = await heap();
  const residentBefore = await residentMegabytes(ann);
  for (let round = 1; round <= RELOADS; round += 1) {
    const startedAt = performance.now();
    await cyd.reload();
    await cyd.joinOrFail();
    await Promise.all([ann.untilFlowing(['cyd']), ben.untilFlowing(['cyd']), cyd.untilFlowing(['ann', 'ben'])]);
    times.push(performance.now() - startedAt);
    for (const page of [ann, ben]) {
      const open = await page.openResources();
      assert.equal(open.peerConnections, 2, `round ${round}: ${page.name} has the connections of those who are there`);
      assert.equal(open.localTracks.length, 2);
    }
    assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 3, connections: 3 });
  }
  times.sort((a, b) => a - b);
  stage.measure('back after, median', times[Math.floor(times.length / 2)]);
  stage.measure('back after, slowest', times.at(-1));
  stage.measure('back after, on average', sumOf(times) / times.length);
  const after = await heap();
  stage.measure("ann's JavaScript heap, before and after", `${Math.round(before)}, ${Math.round(after)}`, 'kB');
  stage.measure('resident memory of all pages, before and after', `${residentBefore}, ${await residentMegabytes(ann)}`, 'MB');
  // The test's own page remembers each connection that it ever saw, and notes what it drew.
  assert.ok(after - before < 500 + 10 * RELOADS, 'what a peer leaves behind is let go');
});
