/** What two pages agree to send: the browser's own order, or what `codecs` puts first; and how lost sound is mended. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

/** So many packets of sound give a mean: two seconds. */
const PACKETS = 100;

/** A call of two in a room of their own: what each page sends. */
async function callOf(stage, [first, second], optionsOfNewcomer) {
  const alice = await stage.openModulePage(first);
  const bob = await stage.openModulePage(second, { options: optionsOfNewcomer });
  await alice.joinOrFail({ roomId: first });
  await bob.joinOrFail({ roomId: first });
  await Promise.all([alice.untilFlowing([second]), bob.untilFlowing([first])]);
  const found = [];
  for (const [page, other] of [[alice, second], [bob, first]]) {
    await page.evaluate(([userId, packets, limitMs]) => callPage.energyDuring(userId, packets, limitMs), [other, PACKETS, LIMIT.media]);
    const { sends, packetBytes, ours, theirs } = await page.evaluate((userId) => callPage.negotiatedWith(userId), other);
    for (const [whose, { fmtp, red }] of Object.entries({ ours, theirs })) {
      const who = `${page.name}, ${whose}`;
      assert.ok(fmtp.includes('useinbandfec=1'), `${who}: Opus carries its own repair: ${fmtp}`);
      assert.ok(!fmtp.some((one) => one.startsWith('usedtx')), `${who}: it is never silent: ${fmtp}`);
      assert.ok(red, `${who}: RED is there to be chosen`);
    }
    found.push({ video: sends.video, red: [ours.redFirst, theirs.redFirst], packetBytes });
  }
  return found;
}

callTest('Opus with in-band FEC and without DTX; VP8, or what the newcomer puts first, such as VP9 and RED, both ways', {}, async (stage) => {
  const usual = await callOf(stage, ['alice', 'bob'], {});
  const chosen = await callOf(stage, ['carol', 'dave'], { codecs: ['video/VP9', 'audio/red'] });
  const sizes = (found) => found.map(({ packetBytes }) => Math.round(packetBytes));
  stage.measure('a packet of sound', `${sizes(usual)}; with RED ${sizes(chosen)}`, 'bytes');
  for (const { video, red } of usual) assert.deepEqual([video, red], ['video/VP8', [false, false]]);
  for (const { video, red } of chosen) assert.deepEqual([video, red], ['video/VP9', [true, true]]);
  // Each carries the one before once more.
  assert.ok(Math.min(...sizes(chosen)) > 1.4 * Math.max(...sizes(usual)), 'sound travels twice');
});
