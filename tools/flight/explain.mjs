// The story of a record (`tools/replay RECORD --json`, on stdin) as one HTML page on stdout; tools/explain calls it.
//
//   node tools/flight/explain.mjs NAME <STORY >PAGE
import { readFileSync } from 'node:fs';

import { curve, escape, highest, marks, numberOf, stretches, ticks } from './explain_drawing.mjs';

const KINDS = { wish: 'wishes', room: 'room', offer: 'offers', host: 'page and network', device: 'devices', message: 'messages', repair: 'repairs' };
const SHOWN_ROWS = 5_000;

/** @typedef {{ line: number, atUs: number, kind: string, peer: string, text: string, aspect?: string, data?: any }} Entry */

/** @returns {{ record: any, outcome: any, entries: Entry[] }} */
function readStory(text) {
  const lines = text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
  return {
    record: lines.find(({ record }) => record)?.record,
    outcome: lines.find(({ outcome }) => outcome)?.outcome,
    entries: lines.filter(({ kind }) => kind !== undefined),
  };
}

/** From change to change of one aspect: `[{ from, to, text }]`. */
function phasesOf(entries, aspect, end) {
  const changes = entries.filter((entry) => entry.aspect === aspect);
  return changes.map(({ atUs, text }, index) => ({ from: atUs, to: changes[index + 1]?.atUs ?? end, text }));
}

/** Rates between the samples of a link: `[{ at, value }]`, for each connection by itself. */
function ratesOf(entries, slotsOf, scale) {
  const points = [];
  let before;
  for (const { atUs, data } of entries.filter(({ kind }) => kind === 'sample')) {
    // Samples stand in the record as they came: of any shape.
    const total = slotsOf(Array.isArray(data?.slots) ? data.slots : []);
    const seconds = before && (atUs - before.atUs) / 1e6;
    if (before?.connection === data?.connection && seconds > 0.05) {
      points.push({ at: atUs, value: Math.max(0, ((total - before.total) / seconds) * scale) });
    }
    before = { atUs, connection: data?.connection, total };
  }
  return points;
}

const sum = (slots, key) => slots.reduce((total, slot) => total + numberOf(slot?.[key]), 0);

function laneOf(peer, all, scale) {
  const entries = all.filter((entry) => entry.peer === peer);
  const qualities = entries.filter(({ aspect }) => aspect === 'quality').map(({ atUs, text }) => ({ at: atUs, value: numberOf(Number.parseInt(text, 10)) }));
  const rtts = entries.filter(({ kind, data }) => kind === 'sample' && numberOf(data?.rttMs) > 0).map(({ atUs, data }) => ({ at: atUs, value: data.rttMs }));
  const ofKind = (...kinds) => entries.filter(({ kind, aspect }) => kinds.includes(kind) && aspect !== 'transport');
  const rows = [
    ['signalling', marks(ofKind('offer', 'room'), scale) + stretches(phasesOf(entries, 'signalling', scale.end), scale, true)],
    ['ICE, DTLS', stretches(phasesOf(entries, 'transport', scale.end), scale) + marks(ofKind('ice'), scale)],
    ['shown as', stretches(phasesOf(entries, 'connection', scale.end), scale)],
    ['camera', stretches(phasesOf(entries, 'camera', scale.end), scale)],
    ['microphone', stretches(phasesOf(entries, 'microphone', scale.end), scale)],
    ['screen', stretches(phasesOf(entries, 'screen', scale.end).filter(({ text }) => !text.startsWith('screen off')), scale)],
    ['bytes in', curve(ratesOf(entries, (slots) => sum(slots, 'bytes'), 8 / 1_000), scale, 'kbit/s')],
    ['frames in', curve(ratesOf(entries, (slots) => sum(slots, 'frames'), 1), scale, 'a second')],
    ['round trip', curve(rtts, scale, 'ms')],
    ['quality', curve(qualities, scale, 'of 100', 100)],
    ['repairs', marks(ofKind('repair'), scale, true)],
  ];
  return lane(peer, rows.filter(([, drawing]) => drawing !== ''), scale);
}

function ownLane(all, scale) {
  const entries = all.filter(({ peer }) => peer === '');
  const rows = [
    ['phase', stretches(phasesOf(entries, 'phase', scale.end), scale)],
    ['server', stretches(phasesOf(entries, 'signalling', scale.end), scale)],
    ['camera', stretches(phasesOf(entries, 'camera', scale.end), scale)],
    ['microphone', stretches(phasesOf(entries, 'microphone', scale.end), scale)],
    ['screen', stretches(phasesOf(entries, 'screen', scale.end).filter(({ text }) => !text.startsWith('own screen off')), scale)],
    ['wishes', marks(entries.filter(({ kind }) => kind === 'wish'), scale)],
    ['devices', marks(entries.filter(({ kind }) => kind === 'device'), scale)],
    ['page, network', marks(entries.filter(({ kind }) => kind === 'host'), scale)],
    ['repairs', marks(entries.filter(({ kind }) => kind === 'repair'), scale, true)],
  ];
  return lane('This page', rows.filter(([, drawing]) => drawing !== ''), scale);
}

const ROW = 22;
// Room for the names of rows, and for what curves amount to.
const [WIDTH, LEFT, RIGHT] = [1_100, 110, 165];

function lane(title, rows, scale) {
  const height = rows.length * ROW + 4;
  const body = rows
    .map(([name, drawing], index) => `<g transform="translate(0 ${index * ROW + 4})"><text class="name" x="${scale.left - 8}" y="13">${escape(name)}</text>${drawing}</g>`)
    .join('');
  const label = `What happened with ${title}, over time`;
  return `<section><h2>${escape(title)}</h2><svg viewBox="0 0 ${scale.width} ${height}" role="img" aria-label="${escape(label)}">${ticks(scale, height)}${body}</svg></section>`;
}

/** The steps of the first join: `offer-sent bob 35 ms after join()`. */
function waterfall(entries) {
  const steps = entries
    .filter(({ kind }) => kind === 'step')
    .map(({ text }) => /^(\S+) ?(\S*) (\d+) ms/.exec(text))
    .filter(Boolean)
    .map(([, name, peer, ms]) => ({ name, peer, ms: Number(ms) }));
  const again = steps.findIndex(({ name }, index) => index > 0 && name === 'join');
  const first = (again < 0 ? steps : steps.slice(0, again)).filter(({ name }) => name !== 'join');
  if (first.length === 0) return '';
  const width = WIDTH;
  const left = 220;
  const most = highest(first.map(({ ms }) => ms));
  const x = (ms) => left + (ms / most) * (width - left - 70);
  const rows = first.map(({ name, peer, ms }, index) => {
    // What is of one peer begins when we know of them: with the room.
    const known = peer === '' ? 0 : Math.min(ms, first.find((step) => step.name === 'joined')?.ms ?? 0);
    const before = first.slice(0, index).findLast((step) => step.peer === peer)?.ms ?? known;
    return `<g transform="translate(0 ${index * 18})"><text class="name" x="${left - 8}" y="13">${escape(`${name} ${peer}`.trim())}</text>
<rect class="step" x="${x(before)}" y="3" width="${Math.max(2, x(ms) - x(before))}" height="12" rx="2"/><text class="value" x="${x(ms) + 6}" y="13">${ms} ms</text></g>`;
  });
  return `<section><h2>How long the first picture took</h2>
<svg viewBox="0 0 ${width} ${rows.length * 18 + 4}" role="img" aria-label="Steps from join to the first picture">${rows.join('')}</svg></section>`;
}

function verdict(outcome) {
  if (outcome?.error) return ['bad', `The file ends in an error: ${outcome.error}. What comes before it is shown.`];
  if (outcome?.difference) return ['bad', `This build reacts otherwise from line ${outcome.difference.line} on: what is shown ends there.`];
  const gap = outcome?.gap ? ` ${outcome.gap.events} events are missing; those after them are shown, not checked.` : '';
  return ['good', `${outcome?.checked ?? 0} events give the same reactions.${gap}`];
}

function table(entries) {
  const told = entries.filter(({ kind }) => kind !== 'sample' && kind !== 'step');
  const rows = told.slice(0, SHOWN_ROWS).map(
    ({ atUs, kind, peer, text }) =>
      `<tr class="${kind}"><td>${(atUs / 1e6).toFixed(3)}</td><td>${escape(KINDS[kind] ?? kind)}</td><td>${escape(peer)}</td><td>${escape(text)}</td></tr>`,
  );
  const rest = told.length > SHOWN_ROWS ? `<p>${told.length - SHOWN_ROWS} more are left out; tools/replay tells them.</p>` : '';
  return `<details><summary>Everything, in order (${told.length})</summary><table><thead><tr><th>s</th><th>kind</th><th>whom</th><th>what happened</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>${rest}</details>`;
}

function page(name, { record, outcome, entries }, style) {
  const end = Math.max(1_000_000, ...entries.slice(-1).map(({ atUs }) => atUs));
  const scale = { width: WIDTH, left: LEFT, right: RIGHT, end, x: (us) => LEFT + (us / end) * (WIDTH - LEFT - RIGHT) };
  const peers = [...new Set(entries.map(({ peer }) => peer))].filter((peer) => entries.some((entry) => entry.peer === peer && entry.aspect === 'connection'));
  const [judgement, words] = verdict(outcome);
  const build = record?.version === 0 ? 'an older build' : `build ${record?.build}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(name)}</title><style>${style}</style></head>
<body><header><h1>${escape(name)}</h1><p>${(end / 1e6).toFixed(1)} s with ${peers.length} other${peers.length === 1 ? '' : 's'}, recorded by ${escape(build)}${record?.redacted ? ', redacted' : ''}.</p>
<p class="${judgement}">${escape(words)}</p>
<p class="legend"><span class="s-good">works</span><span class="s-wait">on its way</span><span class="s-bad">fails</span><span class="s-off">off</span><span class="s-mark">something happens</span><span class="s-repair">a repair</span> Point at anything to read it.</p></header>
<main>${waterfall(entries)}${ownLane(entries, scale)}${peers.map((peer) => laneOf(peer, entries, scale)).join('')}${table(entries)}</main></body></html>
`;
}

const style = readFileSync(new URL('explain.css', import.meta.url), 'utf8');
process.stdout.write(page(process.argv[2] ?? 'A flight record', readStory(readFileSync(0, 'utf8')), style));
