// Pieces of SVG for tools/explain: a row is 18 units high, and a scale turns microseconds into places.

/** @typedef {{ width: number, left: number, right: number, end: number, x: (us: number) => number }} Scale */

/** Texts of a record are other people's. */
export const escape = (text) => String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

/** Numbers of a record are, too: what is none counts as 0. */
export const numberOf = (value) => (Number.isFinite(value) ? value : 0);

/** At least 1. Records may be long: an array of any length is not taken as that many arguments. @param {number[]} values */
export const highest = (values) => values.reduce((most, value) => Math.max(most, value), 1);

const seconds = (us) => `${(us / 1e6).toFixed(3)} s`;
const place = (value) => value.toFixed(1);

/** What a state means at a glance. */
export function looksOf(text) {
  if (/\b(on|connected|online|joined|present)\b/.test(text) && !/\b(re|dis)connect/.test(text)) return 'good';
  if (/\b(failed|error|unreachable|lost|halted|closed|ended|disconnected|stalled)\b/.test(text)) return 'bad';
  if (/\b(off|idle)\b/.test(text)) return 'off';
  return 'wait';
}

/** Blocks from change to change. `thin`: a line at the foot of the row. @param {{ from: number, to: number, text: string }[]} phases */
export function stretches(phases, scale, thin = false) {
  return phases
    .map(({ from, to, text }) => {
      const width = Math.max(1, scale.x(to) - scale.x(from));
      const words = text.replace(/^(own )?(connection \d+: |camera |microphone |screen |phase |signalling )/, '');
      const label = !thin && width > words.length * 6.2 ? `<text class="inside" x="${place(scale.x(from) + 4)}" y="13">${escape(words)}</text>` : '';
      const [y, height] = thin ? [16, 2] : [2, 15];
      return `<g><title>${escape(`${text}, ${seconds(from)} to ${seconds(to)}`)}</title><rect class="s-${looksOf(text)}" x="${place(scale.x(from))}" y="${y}" width="${place(width)}" height="${height}" rx="1.5"/>${label}</g>`;
    })
    .join('');
}

/** A mark for each entry; those that would cover each other are one. @param {{ atUs: number, text: string }[]} entries */
export function marks(entries, scale, isRepair = false) {
  const places = new Map();
  for (const { atUs, text } of entries) {
    const at = Math.round(scale.x(atUs) / 4) * 4;
    if (!places.has(at)) places.set(at, []);
    places.get(at).push(`${seconds(atUs)} ${text}`);
  }
  return [...places]
    .map(([at, texts]) => {
      const title = `<title>${escape(texts.join('\n'))}</title>`;
      return isRepair
        ? `<path class="s-repair" d="M${at} 1l6 15h-12z">${title}</path>`
        : `<circle class="s-mark" cx="${at}" cy="9" r="${texts.length > 1 ? 5 : 3.5}">${title}</circle>`;
    })
    .join('');
}

/** A line through points, from 0 at the foot to its highest. @param {{ at: number, value: number }[]} points */
export function curve(points, scale, unit, top) {
  if (points.length < 2) return '';
  const peak = points.reduce((most, { value }) => Math.max(most, value), 0);
  const most = top ?? Math.max(1, peak);
  const y = (value) => 18 - (Math.min(value, most) / most) * 17;
  const line = points.map(({ at, value }) => `${place(scale.x(at))} ${place(y(value))}`).join('L');
  const [first, last] = [points[0], points.at(-1)];
  const area = `M${place(scale.x(first.at))} 18L${line}L${place(scale.x(last.at))} 18z`;
  const words = `at most ${Math.round(peak)} ${unit}, at the end ${Math.round(last.value)}`;
  return `<g><title>${escape(words)}</title><path class="area" d="${area}"/><path class="line" d="M${line}"/><text class="value" x="${scale.width - scale.right + 8}" y="14">${escape(words)}</text></g>`;
}

/** Lines at round times. */
export function ticks(scale, height) {
  const rough = scale.end / 8;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * size).find((one) => one >= rough);
  const lines = [];
  for (let at = 0; at <= scale.end; at += step) {
    const x = place(scale.x(at));
    lines.push(`<line class="tick" x1="${x}" x2="${x}" y1="0" y2="${height}"/><text class="time" x="${x}" y="${height - 1}">${Number((at / 1e6).toFixed(3))} s</text>`);
  }
  return lines.join('');
}
