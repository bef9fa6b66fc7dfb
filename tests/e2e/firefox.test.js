/** Calls of three with Firefox in them. */

import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';

import { LIMIT, callTest } from './call_pages.mjs';

const USERS = ['alice', 'bob', 'carol'];

async function callOfThree(stage, inFirefox) {
  const pages = [];
  for (const userId of USERS) {
    const page = await stage.openModulePage(userId, { firefox: inFirefox.includes(userId) });
    await page.joinOrFail();
    pages.push(page);
  }
  const others = (page) => USERS.filter((userId) => userId !== page.userId);
  const flows = await Promise.all(pages.map((page) => page.untilFlowing(others(page))));
  stage.measure('picture and sound between all pairs', Math.max(...flows.map(({ afterMs }) => afterMs)));

  const [alice, bob, carol] = pages;
  for (const watcher of [alice, bob]) await watcher.untilState('carol', 'camera', 'on', LIMIT.device);
  await carol.setCamera(false);
  for (const watcher of [alice, bob]) assert.equal(await watcher.untilState('carol', 'camera', 'off'), 'peer-off');
  await carol.setCamera(true);
  for (const watcher of [alice, bob]) await watcher.untilState('carol', 'camera', 'on', LIMIT.device);
  await Promise.all([alice, bob].map((watcher) => watcher.untilFlowing(['carol'])));
  assert.equal(stage.wire.offers().length, 3, 'toggles caused offers');

  await carol.leave();
  for (const page of [alice, bob]) await page.untilGone('carol');
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);

  // Firefox, too, gives its record away without what is private in it; tools/test replays it.
  for (const page of pages) {
    const browser = inFirefox.includes(page.userId) ? 'firefox' : 'chromium';
    const file = await page.exportRecord({}, `exported-${inFirefox.length}-in-firefox-${page.userId}-${browser}`);
    const text = gunzipSync(file).toString('utf8');
    assert.ok(text.split('\n').length > 50, 'it is of a whole call');
    for (const { userId } of pages) assert.ok(!text.includes(userId), `${userId} is in the record of ${page.userId}`);
  }
}

callTest('three pages in Firefox see and hear each other', { firefox: true }, (stage) => callOfThree(stage, USERS));

callTest('two pages in Chromium and one in Firefox see and hear each other', { firefox: true }, (stage) => callOfThree(stage, ['carol']));
