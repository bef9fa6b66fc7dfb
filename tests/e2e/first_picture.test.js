/**
 * The way to the first picture, step by step, with a server 100 ms away: what a join saves that
 * carries its offers, beside the plain flow in the same run. GROUPCALL_TEST_LEVEL=full has medians of 10.
 */

import assert from 'node:assert/strict';

import { callTest, LIMIT } from './call_pages.mjs';

const ROUND_TRIP_MS = 100;
const ROUNDS = process.env.GROUPCALL_TEST_LEVEL === 'full' ? 10 : 3;

/** In the order in which they must come. */
const OF_THE_CALL = ['join', 'socket-open', 'online', 'join-sent', 'joined'];
const OF_ONE = ['offer-sent', 'answer-received', 'connected', 'first-byte', 'first-frame'];
/** A busy browser may tell that it is connected after what has arrived already. */
const ORDERS_OF_ONE = [['offer-sent', 'answer-received', 'connected'], ['answer-received', 'first-byte', 'first-frame']];

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function assertOrder(steps, names, what) {
  const times = names.map((name) => steps[name]);
  assert.ok(times.every(Number.isInteger), `${what}: every step has a time: ${JSON.stringify(steps)}`);
  assert.deepEqual(times, [...times].sort((a, b) => a - b), `${what}: ${names.join(', ')} in order`);
}

/** One join: when each step was reached, for the steps of one other the first of them all. */
async function measure(stage, page, others, earlyOffers) {
  await page.renewCall({ earlyOffers });
  const framesBefore = stage.wire.sent('groupcall:webrtc-offer').length;
  await page.joinOrFail();
  const pictures = Object.values(await page.untilPictures(others));
  await page.until('the first frame of each in the timings', ({ call }, wanted) => wanted.every((userId) => `first-frame ${userId}` in call.getSnapshot().timings), others);
  const { steps, marks } = await page.timings();
  const usedEarly = (await page.snapshot()).diagnostics['early-offers-used'] ?? 0;
  const what = `${earlyOffers} early offers, ${others.length} others`;
  assertOrder(steps, OF_THE_CALL, what);
  for (const userId of others) {
    for (const order of ORDERS_OF_ONE) assertOrder(steps, order.map((step) => `${step} ${userId}`), what);
    assert.ok(steps[`offer-sent ${userId}`] >= steps[earlyOffers > 0 ? 'join-sent' : 'joined'], what);
  }
  assert.ok(steps.camera >= 0 && steps.microphone >= 0);
  for (const step of Object.keys(steps)) assert.ok(marks.includes(`groupcall:${step}`), `${step} is marked in the timeline`);
  assert.equal(marks.length, Object.keys(steps).length + 1, 'and nothing of the joins before: groupcall:module-ready only');
  await page.leave();
  const plainOffers = stage.wire.sent('groupcall:webrtc-offer').length - framesBefore;
  const firstOf = (step) => Math.min(...others.map((userId) => steps[`${step} ${userId}`]));
  return {
    plainOffers,
    usedEarly,
    times: {
      ...Object.fromEntries([...OF_THE_CALL.slice(1), 'microphone', 'camera'].map((step) => [step, steps[step]])),
      ...Object.fromEntries(OF_ONE.map((step) => [step, firstOf(step)])),
      'first picture shown': Math.min(...pictures),
      'all pictures shown': Math.max(...pictures),
    },
  };
}

for (const people of [2, 4]) {
  callTest(`${people} people: the first picture, with offers inside the join and in the plain flow`, { roundTripMs: ROUND_TRIP_MS, limitMs: 300_000 }, async (stage) => {
    const others = ['ann', 'ben', 'cyd'].slice(0, people - 1);
    for (const userId of others) await (await stage.openModulePage(userId)).joinOrFail();
    const page = await stage.openModulePage('zoe');
    const flows = { early: [], plain: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      flows.early.push(await measure(stage, page, others, 3));
      flows.plain.push(await measure(stage, page, others, 0));
    }
    for (const { plainOffers } of flows.plain) assert.equal(plainOffers, others.length, 'the plain flow: an offer for each');
    for (const { usedEarly } of flows.plain) assert.equal(usedEarly, 0);
    // On a busy machine a join may go without its offers, or an answer take so long that the offer is repeated as a plain one.
    const usedEarly = flows.early.reduce((sum, one) => sum + one.usedEarly, 0);
    assert.ok(usedEarly > (others.length * ROUNDS) / 2, `${usedEarly} of ${others.length * ROUNDS} offers inside joins were answered`);
    const saved = flows.early.filter(({ plainOffers }) => plainOffers === 0).length;
    const medianOf = (flow, step) => Math.round(median(flows[flow].map(({ times }) => times[step])));
    const rows = Object.keys(flows.early[0].times).map((step) => {
      const [early, plain] = [medianOf('early', step), medianOf('plain', step)];
      return [step, [early, plain, early - plain].map((ms) => String(ms).padStart(7)).join('')];
    });
    stage.measureTable(
      `${people} people, ${ROUND_TRIP_MS} ms to the server and back, ms since join(), median of ${ROUNDS} (${saved} without a plain offer):`,
      { step: '  early  plain  saved', ...Object.fromEntries(rows) },
    );
  });
}

callTest('with `join` in the options, socket and devices open while the module is on its way, and are the ones that are used', { roundTripMs: ROUND_TRIP_MS }, async (stage) => {
  const [ann] = await stage.joinAll(['ann']);
  const page = await stage.openModulePage('zoe', { makesCall: false });
  let load;
  const released = new Promise((resolve) => (load = resolve));
  await page.tab.route('**/groupcall.wasm', async (route) => {
    await released;
    await route.continue();
  });
  const making = page.makeCall({ join: page.joinOptions() });
  await page.until('socket and devices', ({ openResources }) => openResources().sockets === 1 && openResources().localTracks.length === 2, null, LIMIT.device);
  assert.equal(await page.evaluate(() => callPage.call), null, 'the call itself is not there yet');
  load();
  await making;
  await page.joinOrFail();
  await Promise.all([page.untilFlowing(['ann']), ann.untilFlowing(['zoe'])]);
  const { sockets, localTracks } = await page.evaluate(() => callPage.everOpened());
  assert.deepEqual({ sockets, localTracks }, { sockets: 1, localTracks: 2 }, 'what the core asks for is what was opened ahead');
});
