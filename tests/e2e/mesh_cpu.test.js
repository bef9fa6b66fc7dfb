/**
 * What the budget spares the processor: one page in a mesh of five, with the budget and without it, one after the other.
 * Prints a table and the ratio; how fast a machine is proves nothing, so it asserts only that both were what they are called.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { callTest } from './call_pages.mjs';

const OTHERS = ['bob', 'carol', 'dave', 'eve'];
/** What a camera gives that nobody asked to be small; the others' pictures are as small as elsewhere in these tests. */
const LARGE = { audio: true, video: { width: 1280, height: 720, frameRate: 30 } };
/** How long the processor's time is taken over, and how long the encoders may take to find their sizes. */
const WINDOW_MS = 10_000;
const SETTLING_MS = 8_000;
const SLOW_LIMIT = 60_000;
/** Of /proc/<pid>/stat, in a second. */
const TICKS = 100;

/** The processes in which this browser shows pages. */
async function renderers(tab) {
  const session = await tab.context().browser().newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

/** Seconds of processor that a process has used, on its own and for the system's work. */
function processorSeconds(pid) {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(afterName[11]) + Number(afterName[12])) / TICKS;
}

/** The process that shows this page: the one that has something to do when the page has. Nothing else may be going on in the browser. */
async function rendererOf({ tab }) {
  const pids = await renderers(tab);
  const before = pids.map(processorSeconds);
  await tab.evaluate(() => {
    for (const until = performance.now() + 500; performance.now() < until; );
  });
  const used = pids.map((pid, index) => processorSeconds(pid) - before[index]);
  return pids[used.indexOf(Math.max(...used))];
}

/** What alice sends and what her process takes for it, a second. */
async function measure(alice, pid) {
  const look = async () => ({ at: performance.now(), cpu: processorSeconds(pid), sent: await alice.evaluate((ids) => callPage.sentTo(ids), OTHERS) });
  const first = await look();
  await alice.tab.waitForTimeout(WINDOW_MS);
  const last = await look();
  const seconds = (last.at - first.at) / 1_000;
  const each = (of) => OTHERS.map((userId) => of(last.sent[userId], first.sent[userId]));
  return {
    cpu: (last.cpu - first.cpu) / seconds,
    heights: each(({ height }) => height),
    limits: each(({ limitKbps }) => limitKbps),
    frames: each((now, before) => (now.frames - before.frames) / seconds),
    kbps: each((now, before) => ((now.videoBytes - before.videoBytes) * 8) / 1_000 / seconds),
  };
}

/** All join and see each other; then what alice's part in it takes. */
async function meshOf(stage, pages, pid, roomId) {
  const [alice, ...others] = pages;
  await alice.joinOrFail({ roomId, media: LARGE }, SLOW_LIMIT);
  for (const page of others) await page.joinOrFail({ roomId }, SLOW_LIMIT);
  await Promise.all(others.map((page) => page.untilFlowing(['alice'], SLOW_LIMIT)));
  await alice.untilFlowing(OTHERS, SLOW_LIMIT);
  await alice.tab.waitForTimeout(SETTLING_MS);
  return measure(alice, pid);
}

callTest('the processor of one page in a mesh of five, with the budget and without it', { limitMs: 400_000 }, async (stage) => {
  const others = [];
  for (const userId of OTHERS) others.push(await stage.openModulePage(userId));
  const alice = await stage.openModulePage('alice');
  const pid = await rendererOf(alice);
  const pages = [alice, ...others];
  const budgeted = await meshOf(stage, pages, pid, 'budgeted');
  await Promise.all(pages.map((page) => page.dispose()));
  // The same mesh, of which no sender is told anything: what is planned is carried out by nobody.
  await Promise.all(
    pages.map(async (page) => {
      await page.evaluate(() => {
        RTCRtpSender.prototype.setParameters = async () => {};
      });
      await page.makeCall({});
    }),
  );
  const unbounded = await meshOf(stage, pages, pid, 'unbounded');

  // A processor that is not enough makes pictures fewer, so each of them is what can be compared.
  const milliseconds = ({ cpu, frames }) => (cpu * 1_000) / frames.reduce((sum, one) => sum + one, 0);
  const words = ({ cpu, heights, frames, kbps }) =>
    `${cpu.toFixed(2)} of a processor, ${milliseconds({ cpu, frames }).toFixed(1)} ms for each picture sent; ${heights.join(', ')} lines, ${frames.map(Math.round).join(', ')} a second, ${kbps.map(Math.round).join(', ')} kbit/s`;
  stage.measureTable("alice's page, of a camera of 1280x720 at 30 a second", {
    'with the budget': words(budgeted),
    'without it': words(unbounded),
  });
  stage.measure('without it, so many times as much processor', unbounded.cpu / budgeted.cpu, '');
  stage.measure('and for each picture', milliseconds(unbounded) / milliseconds(budgeted), '');
  assert.ok(budgeted.limits.every((kbps) => kbps > 0), 'every picture has a limit');
  assert.deepEqual(unbounded.limits, OTHERS.map(() => 0), 'none has one without the budget');
  assert.ok(Math.max(...budgeted.heights) <= 360, 'four others are sent 360 lines at most');
  for (const page of pages) await page.leave();
});
