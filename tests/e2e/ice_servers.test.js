/** STUN and TURN servers that the page fetches when they are needed. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

/** What the console may say of a list that cannot be used. */
const REFUSED_LIST = /iceServers\(\) failed/;

/** Nobody answers there, and nobody needs to: the pages meet on this machine. */
const LIST = [{ urls: 'stun:127.0.0.1:9' }];

callTest('servers are asked for on join, and are in use in every connection', {}, async (stage) => {
  const pages = [];
  for (const user of ['alice', 'bob', 'carol']) {
    const page = await stage.openModulePage(user, { options: { serversWhenAsked: { list: LIST } } });
    await page.joinOrFail();
    pages.push(page);
  }
  const [alice, bob, carol] = pages;
  await Promise.all([alice.untilFlowing(['bob', 'carol']), bob.untilFlowing(['alice', 'carol']), carol.untilFlowing(['alice', 'bob'])]);
  for (const page of pages) {
    assert.deepEqual(await page.evaluate(() => callPage.serversInUse()), [['stun:127.0.0.1:9'], ['stun:127.0.0.1:9']]);
    assert.equal(await page.evaluate(() => callPage.serversAsked), 1, 'connections of one join share an answer');
  }
});

callTest('a page that gets no servers calls without', {}, async (stage) => {
  const [alice] = await stage.joinAll(['alice']);
  const bob = await stage.openModulePage('bob', { options: { serversWhenAsked: { fails: true } }, tolerated: [REFUSED_LIST] });
  await bob.joinOrFail();
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  assert.ok((await bob.snapshot()).diagnostics['ice-servers.failed'] >= 1, 'and it is counted');
});

/** A certain cause is told after 3 s, on the next sample of the statistics. */
const REASON_LIMIT = 9_000;

/** Nobody listens at this port, and the system says so at once. */
const NOBODY = { urls: 'turn:127.0.0.1:9?transport=tcp', username: 'u', credential: 'c' };

for (const [what, reason, list] of [
  ['names no relay', 'no-relay', []],
  ['names a relay that is not there', 'relay-unreachable', [NOBODY]],
]) {
  callTest(`a call through relays alone says why it connects nobody where the page ${what}`, {}, async (stage) => {
    const pages = [];
    for (const user of ['alice', 'bob']) {
      const options = { iceTransportPolicy: 'relay', serversWhenAsked: { list } };
      const page = await stage.openModulePage(user, { options });
      await page.joinOrFail();
      pages.push(page);
    }
    const startedAt = performance.now();
    const [alice] = pages;
    await alice.until(
      `the reason ${reason}`,
      (callPage, wanted) => callPage.participant('bob')?.connectionReason === wanted,
      reason,
      REASON_LIMIT,
    );
    stage.measure('told after bob was admitted', performance.now() - startedAt);
    assert.equal((await alice.snapshot()).participants[0].connection, 'connecting');
  });
}

callTest('a TURN server without a password is told as a mistake at once', {}, async (stage) => {
  await assert.rejects(
    stage.openModulePage('alice', { options: { iceServers: [{ urls: 'turn:127.0.0.1' }] } }),
    /GroupCallError/,
  );
  const bob = await stage.openModulePage('bob', { options: { serversWhenAsked: { list: [{ urls: 'turn:127.0.0.1' }] } }, tolerated: [REFUSED_LIST] });
  await bob.joinOrFail();
  const failures = (callPage) => callPage.call.getSnapshot().diagnostics['ice-servers.failed'] >= 1;
  await bob.until('the mistake is counted', failures, null, LIMIT.join);
});
