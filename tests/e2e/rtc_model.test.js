/**
 * The scenarios of tests/vectors/rtc in Chromium and Firefox. What they expect is what the
 * model of the simulation does (tests/support/rtc_scenario_test.cpp); a browser that does
 * otherwise is named there, with the reason, or this fails.
 */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { callTest } from './call_pages.mjs';

const FOLDER = path.join(import.meta.dirname, '../vectors/rtc');

const scenarios = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .flatMap((file) => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')));

/** What is to be said of one scenario on one engine: `cell` for the table, `problem` if it fails. */
function judge({ name, expect, known = {} }, engine, log) {
  const exception = known[engine];
  const is = (wanted) => String(log) === String(wanted);
  if (!exception) {
    if (is(expect)) return { cell: 'as expected' };
    return { cell: 'DIFFERS', problem: { engine, name, expected: expect, happened: log } };
  }
  if (is(exception.expect)) return { cell: 'known' };
  if (is(expect) && exception.sometimes) return { cell: 'as expected' };
  if (is(expect)) return { cell: 'NO LONGER', problem: { engine, name, 'known, but gone': exception.reason } };
  return { cell: 'DIFFERS', problem: { engine, name, 'known otherwise': exception.expect, happened: log } };
}

function table(rows) {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, ...cells]) => [name.padEnd(width), ...cells.map((cell) => cell.padEnd(11))].join('  ')).join('\n');
}

callTest('both browsers do what the model of RTCPeerConnection is held to', { firefox: true }, async (stage) => {
  const startedAt = performance.now();
  const chromium = await stage.openScenarioPage('chromium');
  const firefox = await stage.openScenarioPage('firefox', { firefox: true });
  const [inChromium, inFirefox] = await Promise.all([chromium.run(scenarios), firefox.run(scenarios)]);
  const logs = { chromium: inChromium, firefox: inFirefox };
  stage.measure(`${scenarios.length} scenarios in both browsers`, performance.now() - startedAt);

  const problems = [];
  const rows = scenarios.map((scenario, index) => {
    const cells = Object.entries(logs).map(([engine, all]) => {
      const { cell, problem } = judge(scenario, engine, all[index]);
      if (problem) problems.push(problem);
      return cell;
    });
    // The model's own run is a CTest program; here only what it is allowed.
    return [scenario.name, scenario.known?.model ? 'known' : 'as expected', ...cells];
  });
  console.log(table([['', 'model', 'Chromium', 'Firefox'], ...rows]));
  assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length, 'two scenarios of one name');
  assert.deepEqual(problems, []);
});
