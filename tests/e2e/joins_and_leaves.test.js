/** One call object that joins and leaves again and again beside somebody who stays: nothing is left, nothing grows. */

import assert from 'node:assert/strict';

import { LIMIT, NOTHING_OPEN, callTest } from './call_pages.mjs';

const FULL = process.env.GROUPCALL_TEST_LEVEL === 'full';
const JOINS = FULL ? 200 : 40;
const SAMPLES = 10;
const EVERY = JOINS / SAMPLES;
/** What a page holds on to moves by so much, up and down (in kB). */
const HEAP_NOISE = 300;
/** How much further its module writes than at first, in kB: it grows in steps of 64. 200 joins that lost 1 kB each came to 128. */
const WASM_NOISE = 100;

/** From the join on, until both see and hear each other. */
async function meet(ada, ben) {
  await ada.ask('playbackPage.join()');
  await Promise.all([
    ada.until('ben', "playbackPage.hasPicture('ben') && playbackPage.audios()[0]?.live && playbackPage.audios()[0].currentTime > 0", LIMIT.media),
    ben.until('ada', "playbackPage.hasPicture('ada') && playbackPage.audios()[0]?.live", LIMIT.media),
  ]);
}

/** What a page holds, in kB, once nothing is left that the browser or its collector has still to end. */
async function sampleOf(page) {
  await page.until(
    'an end of all that was closed',
    'Object.values(playbackPage.stillEnding()).every((left) => left === 0) && (playbackPage.forgetEnded(), true)',
    LIMIT.device,
  );
  await page.session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await page.session.send('Runtime.getHeapUsage');
  const [wasm] = await page.ask('playbackPage.wasmMemory()');
  return { heap: usedSize / 1024, wasm: wasm.touched / 1024, size: wasm.size / 1024 };
}

/** Outside of a call, and with its connection kept. @param {number} timers of that connection */
async function assertNothingOpen(page, round) {
  const open = await page.ask('playbackPage.openResources()');
  assert.ok(open.timers <= 1, `round ${round}: ${page.name} has ${open.timers} timers`);
  assert.deepEqual({ ...open, timers: 0 }, { ...NOTHING_OPEN, sockets: 1 }, `round ${round}: ${page.name}`);
  assert.deepEqual(await page.ask('playbackPage.audios()'), [], `round ${round}: ${page.name} has no audio element`);
}

function row(joins, ada, ben) {
  const cells = [joins, ada.heap, ada.wasm, ada.size, ben.heap, ben.wasm, ben.size];
  return cells.map((cell) => String(Math.round(cell)).padStart(9)).join('');
}

callTest(`${JOINS} joins and leaves of one page leave nothing behind`, { limitMs: 120_000 + JOINS * 6_000 }, async (stage) => {
  const ben = await stage.openPlaybackPage('ben');
  const ada = await stage.openPlaybackPage('ada', { waits: true });
  await ada.ask("playbackPage.see('ben')");
  await ben.ask("playbackPage.see('ada')");
  // One connection for all joins, as an application has it; a new one for each is slowed down, to spare the server.
  await ada.ask('playbackPage.call.connect()');
  const samples = [];
  const rows = {};
  for (let round = 1; round <= JOINS; round += 1) {
    await meet(ada, ben);
    await ada.ask('playbackPage.call.leave()');
    await ben.until('ada gone', "playbackPage.cameraOf('ada') === undefined && playbackPage.audios().length === 0");
    if (round % EVERY !== 0) continue;
    await assertNothingOpen(ada, round);
    const { peerConnections } = await ben.ask('playbackPage.openResources()');
    assert.equal(peerConnections, 0, `round ${round}: ben has no connection`);
    samples.push({ ada: await sampleOf(ada), ben: await sampleOf(ben) });
    rows[`after ${String(round).padStart(3)}`] = row(round, samples.at(-1).ada, samples.at(-1).ben);
  }
  stage.measureTable('kB:         joins   js ada  wasm up to   of   js ben  wasm up to   of', rows);
  // The first sample is of a page that has run each path often enough to be compiled.
  const [first, last] = [samples[1], samples.at(-1)];
  for (const who of ['ada', 'ben']) {
    const grown = last[who].heap - first[who].heap;
    assert.ok(grown < HEAP_NOISE, `${who}'s JavaScript heap has grown by ${Math.round(grown)} kB`);
    assert.ok(last[who].wasm - first[who].wasm < WASM_NOISE, `${who}'s module has written ${last[who].wasm - first[who].wasm} kB more`);
    assert.equal(last[who].size, first[who].size, `${who}'s WebAssembly memory is as large as it was`);
  }
  await ada.ask('playbackPage.call.dispose()');
  await ben.ask('playbackPage.call.dispose()');
  for (const page of [ada, ben]) {
    assert.deepEqual(await page.ask('[playbackPage.openResources(), playbackPage.audios()]'), [NOTHING_OPEN, []], page.name);
  }
});
