/** Three pages on three machines, over a network that is slow and loses packets, is cut, or is another one. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

const USERS = ['alice', 'bob', 'carol'];
const OTHERS_OF = (user) => USERS.filter((other) => other !== user);

/** How long a call is looked at before it counts as one that stays. */
const OBSERVED_MS = 20_000;
/** Lost packets cost key frames and joins some round trips: three times the 5 s of a good network. */
const SLOW_LIMIT = 15_000;
const CUT_MS = 10_000;
/** Promised are 3 s after healing, and after an address change. */
const RECOVERY_PROMISED = 3_000;
const RECOVERY_LIMIT = 3 * RECOVERY_PROMISED;

const epochMs = () => performance.timeOrigin + performance.now();

/** A call of three, one page on each machine, and how long each of them took to see and hear those before. */
async function joinAll(stage, beforeJoining = async () => {}) {
  const pages = [];
  for (const user of USERS) {
    const tolerated = [/WebSocket connection to .* failed/];
    pages.push(await stage.openModulePage(user, { on: user, tolerated }));
  }
  await beforeJoining();
  const joined = {};
  for (const page of pages) {
    const startedAt = epochMs();
    await page.joinOrFail();
    const others = pages.slice(0, pages.indexOf(page)).map(({ userId }) => userId);
    await page.untilFlowing(others, SLOW_LIMIT);
    joined[`${page.name}: from join() until ${others.join(' and ') || 'admitted'}${others.length ? ' flow' : ''}`] = epochMs() - startedAt;
  }
  return { pages, joined };
}

const untilAllFlow = (pages, limitMs) => Promise.all(pages.map((page) => page.untilFlowing(OTHERS_OF(page.userId), limitMs)));

/** What the pages noted since their stories had these lengths. */
async function notesSince(pages, lengths) {
  const stories = await Promise.all(pages.map((page) => page.story()));
  return stories.flatMap((story, index) => story.slice(lengths[index]));
}

const storyLengths = (pages) => Promise.all(pages.map(async (page) => (await page.story()).length));

/** Half of the delay on a page's own lane, half on the other's. What holds with the longer one holds with the shorter. */
const ONE_WAY = { delayMs: 75, name: '150 ms one way' };
const THERE_AND_BACK = { delayMs: 37.5, name: '150 ms there and back' };
const DELAYS = process.env.GROUPCALL_TEST_LEVEL === 'full' ? [THERE_AND_BACK, ONE_WAY] : [ONE_WAY];

for (const { delayMs, name } of DELAYS) {
  callTest(`a call of three connects and stays with ${name} and 5 % loss each way`, { machines: USERS }, async (stage) => {
    // A packet passes two lanes, the sender's and the receiver's: half of each in one. Pages are loaded before.
    const impairAll = async () => {
      for (const machine of [...USERS, 'here']) await stage.network.impair(machine, { delayMs, lossPercent: 2.5 });
    };
    const { pages, joined } = await joinAll(stage, impairAll);
    await untilAllFlow(pages, SLOW_LIMIT);

    const lengths = await storyLengths(pages);
    await Promise.all(pages.map((page) => page.watchPictures()));
    const [alice] = pages;
    await alice.tab.waitForTimeout(OBSERVED_MS);
    const gaps = (await Promise.all(pages.map((page) => page.longestGaps()))).flatMap((gap) => Object.values(gap));
    await untilAllFlow(pages, SLOW_LIMIT);
    const notes = await notesSince(pages, lengths);
    assert.deepEqual(notes.filter((line) => /is (gone|here)$/.test(line)), [], 'nobody is shown as gone');
    assert.deepEqual(notes.filter((line) => /connection|reconnecting|failed/.test(line) && !line.includes(': connected')), []);
    const { up } = await stage.network.count('bob');
    stage.measureTable(`${name}, 5 % loss each way`, {
      ...joined,
      [`longest time without a picture in ${OBSERVED_MS / 1_000} s`]: Math.max(...gaps),
      'offers for 3 pairs': `${stage.wire.offers().length}`,
      "lost on bob's lane": `${up.lost} of ${up.packets} packets`,
    });
    assert.ok(up.lost > up.packets / 100, 'the network did lose packets');
    for (const page of pages) {
      assert.equal((await page.evaluate(() => callPage.everOpened())).peerConnections, 2, 'no connection was made twice');
    }
  });
}

/** Waits for link, socket and picture of everybody after bob's network is there again, and measures them. */
async function measureRecovery(stage, pages, { since, what, sockets, noticed }) {
  const table = noticed === undefined ? {} : { 'noticed by alice': noticed };
  const note = (name) => () => {
    table[name] = Math.round(epochMs() - since);
  };
  const bob = pages.find(({ userId }) => userId === 'bob');
  const linked = (page, others) =>
    page.until(
      'every link is up',
      (callPage, wanted) => wanted.every((user) => callPage.participant(user)?.connection === 'connected'),
      others,
      RECOVERY_LIMIT,
    );
  await Promise.all([
    bob.until(
      'a new socket is joined',
      (callPage, before) => callPage.everOpened().sockets > before && callPage.call.getSnapshot().phase === 'joined',
      sockets,
      RECOVERY_LIMIT,
    ).then(note('socket')),
    Promise.all(pages.map((page) => linked(page, OTHERS_OF(page.userId)))).then(note('links')),
    untilAllFlow(pages, RECOVERY_LIMIT).then(note('pictures and sound')),
  ]);
  stage.measureTable(`${what}, back after`, table);
}

callTest('a network that is cut for ten seconds is recovered from without a reload', { machines: USERS }, async (stage) => {
  const { pages } = await joinAll(stage);
  await untilAllFlow(pages, LIMIT.media);
  const [alice, bob] = pages;
  await stage.network.cut('bob');
  const noticed = alice.until('bob is not connected', (page) => page.participant('bob')?.connection !== 'connected', null, RECOVERY_LIMIT);
  const offline = bob.untilPhase('reconnecting', CUT_MS + LIMIT.announced);
  await alice.tab.waitForTimeout(CUT_MS);
  await Promise.all([noticed, offline]);
  await stage.network.heal('bob');
  await measureRecovery(stage, pages, { since: epochMs(), what: 'a cut of 10 s', sockets: 1 });
  assert.deepEqual(stage.server.stats().participants, 3, 'no ghost');
  assert.equal((await alice.evaluate(() => callPage.everOpened())).sockets, 1, 'alice had nothing to repair with the server');
});

callTest('a page whose address changes is seen and heard again', { machines: USERS }, async (stage) => {
  const { pages } = await joinAll(stage);
  await untilAllFlow(pages, LIMIT.media);
  const before = await stage.network.count('bob');
  const { after } = await stage.network.changeAddress('bob');
  const since = epochMs();
  // Until then everybody believes that all is well. Whoever notices first may repair it before others have noticed.
  const isAmiss = ({ call }) => call.getSnapshot().participants.some(({ connection }) => connection !== 'connected');
  await Promise.any(pages.map((page) => page.until('somebody is not connected', isAmiss, null, RECOVERY_LIMIT)));
  const noticed = epochMs() - since;
  await measureRecovery(stage, pages, { since, what: 'another address', sockets: 1, noticed });
  assert.equal(stage.network.address('bob'), after);
  assert.ok((await stage.network.count('bob')).down.packets > before.down.packets, 'it is the new address that is used');
});
