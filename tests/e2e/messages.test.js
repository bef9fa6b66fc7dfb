/** Messages of the application between three pages, through everything that happens to connections. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

const numbers = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
const texts = (page, from) =>
  page.evaluate((sender) => callPage.messages.filter((one) => one.from === sender).map(({ text }) => text), from);
const send = (page, message) => page.evaluate((given) => callPage.call.send(given), message);

async function untilReceived(page, from, count, limitMs = LIMIT.announced) {
  await page.until(
    `${count} messages of ${from}`,
    (_, [sender, least]) => callPage.messages.filter((one) => one.from === sender).length >= least,
    [from, count],
    limitMs,
  );
}

callTest('messages reach all or one, once and in order, whatever becomes of the connections', {}, async (stage) => {
  const pages = await stage.joinAll(['alice', 'bob', 'carol']);
  const [alice, bob, carol] = pages;
  await Promise.all([alice.untilFlowing(['bob', 'carol']), bob.untilFlowing(['carol'])]);

  const all = await send(alice, { text: 'Hello \u{1F44B} "all"\n' });
  assert.deepEqual({ ok: all.ok, unreached: all.unreached }, { ok: true, unreached: [] });
  const one = await send(alice, { text: 'for Bob', to: 'bob' });
  await untilReceived(bob, 'alice', 2);
  assert.deepEqual(await bob.evaluate(() => callPage.messages), [
    { from: 'alice', id: all.id, toAll: true, text: 'Hello \u{1F44B} "all"\n' },
    { from: 'alice', id: one.id, toAll: false, text: 'for Bob' },
  ]);
  await untilReceived(carol, 'alice', 1);
  for (const page of pages) await page.evaluate(() => void (callPage.messages.length = 0));

  // Over the limit, by one byte; nobody; and what is no text.
  const largest = 'x'.repeat(16_000);
  assert.equal((await send(carol, { text: largest, to: 'bob' })).ok, true);
  await untilReceived(bob, 'carol', 1);
  assert.equal((await send(carol, { text: `${largest}x` })).error.code, 'message-too-large');
  assert.equal((await send(carol, { text: 'x', to: 'nobody' })).error.code, 'nobody-there');

  const startedAt = performance.now();
  assert.deepEqual(await alice.evaluate(() => callPage.sendNumbers(1, 200)), []);
  await Promise.all([untilReceived(bob, 'alice', 200), untilReceived(carol, 'alice', 200)]);
  stage.measure('200 messages to two pages', performance.now() - startedAt);

  // Another network: every link restarts its ICE, with messages on their way.
  await alice.evaluate(async () => {
    const before = callPage.sendNumbers(201, 240);
    dispatchEvent(new Event('offline'));
    dispatchEvent(new Event('online'));
    return [...(await before), ...(await callPage.sendNumbers(241, 280))];
  });
  await Promise.all([untilReceived(bob, 'alice', 280, LIMIT.media), untilReceived(carol, 'alice', 280, LIMIT.media)]);

  // The connections of one page are gone, in the middle of its own messages and of those to it.
  const brokenAt = performance.now();
  const [refusedAtAlice, refusedAtBob] = await Promise.all([
    alice.evaluate(async () => {
      const before = callPage.sendNumbers(281, 340);
      callPage.breakConnections();
      return [...(await before), ...(await callPage.sendNumbers(341, 400))];
    }),
    bob.evaluate(() => callPage.sendNumbers(1, 100)),
  ]);
  assert.deepEqual([refusedAtAlice, refusedAtBob], [[], []]);
  await Promise.all([
    untilReceived(bob, 'alice', 400, LIMIT.media),
    untilReceived(carol, 'alice', 400, LIMIT.media),
    untilReceived(alice, 'bob', 100, LIMIT.media),
  ]);
  stage.measure('all there again after the connections were lost', performance.now() - brokenAt);

  for (const page of [bob, carol]) assert.deepEqual(await texts(page, 'alice'), numbers(1, 400));
  for (const page of [alice, carol]) assert.deepEqual(await texts(page, 'bob'), numbers(1, 100));
  await Promise.all([alice.untilFlowing(['bob', 'carol']), bob.untilFlowing(['alice'])]);
});

callTest('whoever sends faster than it can go is told, and told when to go on', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await alice.untilFlowing(['bob']);
  const refused = await alice.evaluate(() => callPage.sendNumbers(1, 300));
  assert.ok(refused.length > 0 && refused.length <= 44, `${refused.length} of 300 were refused`);
  assert.ok(refused.every(({ error }) => error.code === 'outbox-full'));
  await alice.until('it may go on', () => callPage.timesDrained === 1);
  const accepted = 300 - refused.length;
  await untilReceived(bob, 'alice', accepted);
  assert.deepEqual(await texts(bob, 'alice'), numbers(1, accepted));
  assert.equal((await send(alice, { text: 'more' })).ok, true);
  await untilReceived(bob, 'alice', accepted + 1);
  const { diagnostics } = await bob.snapshot();
  assert.equal(diagnostics['excess-messages'], undefined);
});
