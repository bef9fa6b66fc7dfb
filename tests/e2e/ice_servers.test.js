/** STUN and TURN servers that the page fetches when they are needed. */

import assert from 'node:assert/strict';

import { callTest } from './call_pages.mjs';

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
  const bob = await stage.openModulePage('bob', { options: { serversWhenAsked: { fails: true } } });
  await bob.joinOrFail();
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  assert.ok((await bob.snapshot()).diagnostics['ice-servers.failed'] >= 1, 'and it is counted');
});
