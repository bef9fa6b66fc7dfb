/** Calls through coturn alone, with passwords that end; and without a password that it takes. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

const USERS = ['alice', 'bob', 'carol'];
const OTHERS_OF = (user) => USERS.filter((other) => other !== user);
/** A password that has ended when it is needed again. */
const SECONDS = 12;
/** A certain cause is told after 3 s, on the next sample of the statistics. */
const REASON_LIMIT = 9_000;
/** Promised are 3 s after healing. */
const RECOVERY_LIMIT = 9_000;

const untilAllFlow = (pages, limitMs) => Promise.all(pages.map((page) => page.untilFlowing(OTHERS_OF(page.userId), limitMs)));

const candidatesOf = (page) => page.evaluate(() => callPage.candidatesInUse());

async function joinThroughRelay(stage, seconds) {
  const pages = [];
  for (const user of USERS) {
    const options = { iceTransportPolicy: 'relay', serversWhenAsked: { turn: stage.turn.credentials(seconds) } };
    const page = await stage.openModulePage(user, { on: user, tolerated: [/WebSocket connection to .* failed/], options });
    await page.joinOrFail();
    pages.push(page);
  }
  return pages;
}

async function assertRelayed(pages) {
  for (const page of pages) {
    const { gathered, used } = await candidatesOf(page);
    assert.deepEqual(gathered, ['relay'], `${page.name} gathered nothing else`);
    assert.deepEqual(used, ['relay', 'relay'], `${page.name} sends through a relay to both`);
  }
}

callTest('a call of three through a relay alone goes on when its passwords have ended', { machines: USERS, turn: true }, async (stage) => {
  const startedAt = performance.now();
  const pages = await joinThroughRelay(stage, SECONDS);
  await untilAllFlow(pages, LIMIT.media);
  const connected = performance.now() - startedAt;
  await assertRelayed(pages);

  const [alice, bob] = pages;
  await alice.tab.waitForTimeout(Math.max(0, SECONDS * 1_000 - (performance.now() - startedAt)) + 1_000);
  const asked = await bob.evaluate(() => callPage.serversAsked);
  const offers = stage.wire.offers().length;
  await stage.network.changeAddress('bob');
  const changedAt = performance.now();
  await untilAllFlow(pages, RECOVERY_LIMIT);
  stage.measureTable(`through the relay alone, with passwords for ${SECONDS} s: all see and hear all`, {
    'after the first page was opened': connected,
    'after another address of bob, the first passwords having ended': performance.now() - changedAt,
    'refused by the relay': `${stage.turn.refusals()}`,
  });
  assert.ok((await bob.evaluate(() => callPage.serversAsked)) > asked, 'bob asked for fresh ones');
  assert.ok(stage.wire.offers().length > offers, 'ICE was restarted');
  assert.equal(stage.turn.refusals(), 0, 'no password was refused');
  await assertRelayed(pages);
});

callTest('a relay that refuses the password connects nobody, and is asked in vain', { machines: ['alice', 'bob'], turn: true }, async (stage) => {
  const pages = [];
  for (const user of ['alice', 'bob']) {
    const wrong = stage.turn.credentials(600, 'not-the-secret');
    const page = await stage.openModulePage(user, { on: user, options: { iceTransportPolicy: 'relay', serversWhenAsked: { turn: wrong } } });
    await page.joinOrFail();
    pages.push(page);
  }
  await stage.until('the relay refuses', () => stage.turn.refusals() >= 2, LIMIT.media);
  const refusedAt = performance.now();
  const [alice] = pages;
  const told = (callPage) => callPage.participant('bob')?.connectionReason === 'relay-refused';
  await alice.until('it is told that the relay refuses', told, null, REASON_LIMIT);
  stage.measure('told that the relay refuses, after it did', performance.now() - refusedAt);
  for (const page of pages) {
    assert.deepEqual(await candidatesOf(page), { gathered: [], used: [] });
    assert.notEqual((await page.snapshot()).participants[0].connection, 'connected');
  }
});
