/** A call of four whose first page has a narrow uplink: sound before pictures, evenly, and nothing for a hidden tile. */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

const OTHERS = ['bob', 'carol', 'dave'];
const MEDIA = { audio: true, video: { width: 640, height: 360, frameRate: 15 } };
/** With their headers, three pictures of the fake camera and three sounds take more than that. */
const UPLINK_KBPS = 500;
/** How long rates are taken over, and how long the congestion control of the browser may take to find them. */
const WINDOW_MS = 10_000;
const SETTLING_MS = 15_000;
/** How long it may take to believe in a wide uplink again. */
const RISING_MS = 90_000;
/** A page of another machine starts a browser of its own. */
const SLOW_JOIN = 3 * LIMIT.join;

/** Kilobits a second and pictures a second that alice sent to each, and what came of her sound. */
async function measure(alice, others) {
  const look = async () => ({
    at: performance.now(),
    sent: await alice.evaluate((ids) => callPage.sentTo(ids), OTHERS),
    heard: await Promise.all(others.map((page) => page.received('alice'))),
  });
  const first = await look();
  await alice.tab.waitForTimeout(WINDOW_MS);
  const last = await look();
  const seconds = (last.at - first.at) / 1_000;
  const each = OTHERS.map((userId, index) => {
    const grown = (name) => (last.sent[userId][name] - first.sent[userId][name]) / seconds;
    const { packets, frames } = last.heard[index];
    return {
      userId,
      videoKbps: (grown('videoBytes') * 8) / 1_000,
      audioKbps: (grown('audioBytes') * 8) / 1_000,
      fps: grown('frames'),
      height: last.sent[userId].height,
      limitKbps: last.sent[userId].limitKbps,
      targetKbps: last.sent[userId].targetKbps,
      availableKbps: last.sent[userId].availableKbps,
      audioPackets: (packets - first.heard[index].packets) / seconds,
      // A busy machine sends fewer; what counts is what comes of them.
      audioArrived: (packets - first.heard[index].packets) / Math.max(1, last.sent[userId].audioPackets - first.sent[userId].audioPackets),
      pictures: (frames - first.heard[index].frames) / seconds,
    };
  });
  return { each, videoKbps: each.reduce((sum, { videoKbps }) => sum + videoKbps, 0) };
}

function print(stage, title, { each }) {
  const number = (value) => String(Math.round(value)).padStart(4);
  stage.measureTable(title, Object.fromEntries(each.map((one) => [
    one.userId,
    `${number(one.videoKbps)} of at most ${one.limitKbps} kbit/s of picture (${one.height} lines, ${number(one.fps)} a second; the browser believes in ${number(one.availableKbps)}, and leaves the encoder ${number(one.targetKbps)}), ${number(one.audioKbps)} of sound (${number(one.audioPackets)} packets a second)`,
  ])));
}

/** Of the sound nothing is lost but what a queue that has just filled drops. */
const assertHeard = ({ each }) => each.forEach(({ userId, audioArrived }) => assert.ok(audioArrived >= 0.95, `${userId} hears ${audioArrived} of all packets`));

/** Nobody's picture takes more than it may, and none much less than the others'. */
function assertEven({ each }) {
  const rates = each.map(({ videoKbps }) => videoKbps);
  assert.ok(Math.min(...rates) >= Math.max(...rates) * 0.6, `evenly: ${rates.map(Math.round)}`);
  for (const { userId, videoKbps, limitKbps } of each) assert.ok(videoKbps <= limitKbps * 1.15, `${userId} gets ${videoKbps} of ${limitKbps}`);
}

callTest('an uplink that is narrow is shared: sound first, pictures evenly, nothing for a hidden tile', { machines: ['alice'], limitMs: 240_000 }, async (stage) => {
  const alice = await stage.openModulePage('alice', { on: 'alice' });
  const others = [];
  for (const userId of OTHERS) others.push(await stage.openModulePage(userId));
  const [bob] = others;
  await alice.joinOrFail({ media: MEDIA }, SLOW_JOIN);
  // What the others would send only costs the processor.
  for (const page of others) await page.joinOrFail({ media: { audio: true, video: false } }, SLOW_JOIN);
  await Promise.all(others.map((page) => page.untilFlowing(['alice'])));

  await alice.tab.waitForTimeout(SETTLING_MS);
  const wide = await measure(alice, others);
  print(stage, 'without a limit', wide);
  assertHeard(wide);

  await stage.network.impair('alice', { rateKbps: UPLINK_KBPS, queueMs: 300 }, 'up');
  await alice.tab.waitForTimeout(SETTLING_MS);
  const narrow = await measure(alice, others);
  print(stage, `with ${UPLINK_KBPS} kbit/s`, narrow);
  assertHeard(narrow);
  // How much of it is used is the browser's matter. Its congestion control takes the jitter of a busy machine for a queue, falls back to the
  // least that an encoder takes (30 kbit/s), also at 2,000 kbit/s, and never believes in more than 1.5 times what has arrived.
  assertEven(narrow);
  const limits = narrow.each.map(({ limitKbps }) => limitKbps);
  assert.ok(Math.min(...limits) >= Math.max(...limits) * 0.8, `evenly: ${limits}`);
  assert.ok(Math.max(...limits) < UPLINK_KBPS / 3, `no more than there is: ${limits}`);
  assert.ok(narrow.videoKbps < wide.videoKbps, `${narrow.videoKbps} of ${wide.videoKbps} kbit/s of pictures`);
  assert.ok(narrow.each.every(({ pictures }) => pictures >= 5), 'everybody sees her move');

  await bob.evaluate(() => callPage.call.setView('alice', { width: 640, height: 360, visible: false }));
  assert.equal(await bob.untilState('alice', 'camera', 'on'), 'not-shown');
  await alice.tab.waitForTimeout(SETTLING_MS);
  const hidden = await measure(alice, others);
  print(stage, 'bob hides her', hidden);
  assertHeard(hidden);
  assert.equal(hidden.each[0].videoKbps, 0, 'a hidden tile costs nothing');
  for (const [index, { limitKbps, userId }] of hidden.each.entries()) {
    if (index > 0) assert.ok(limitKbps >= limits[index], `${userId} may have no less: ${limitKbps}`);
  }

  const shownAt = performance.now();
  await bob.evaluate(() => callPage.call.setView('alice', { width: 640, height: 360 }));
  await bob.untilFlowing(['alice'], LIMIT.device);
  stage.measure('picture of a tile that is shown again', performance.now() - shownAt);

  await stage.network.impair('alice', { rateKbps: 0 }, 'up');
  // The browser's own control rises at its own pace, from the least that an encoder takes: how long it takes is told, and bounded.
  const healedAt = performance.now();
  const risen = ({ each, videoKbps }) => videoKbps > 1.2 * narrow.videoKbps && each.every(({ limitKbps }) => limitKbps >= 1.5 * Math.max(...limits));
  let again = await measure(alice, others);
  while (!risen(again) && performance.now() - healedAt < RISING_MS) again = await measure(alice, others);
  print(stage, 'the limit is gone', again);
  stage.measure('pictures and their limits rise', performance.now() - healedAt);
  assert.ok(risen(again), `within ${RISING_MS} ms; at most ${limits} kbit/s before`);
  assert.equal((await alice.snapshot()).diagnostics['parameters.failed'] ?? 0, 0);
});
