#!/usr/bin/env node
/**
 * Writes web/api-report.md: everything that the package in web/dist/ declares, without comments and in the order of the alphabet, so
 * that a change of the public interface shows in a review. `--check` compares instead, and fails where they differ.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { flatEntries } from '../web/declarations.mjs';

const rootIndex = process.argv.indexOf('--root');
const root = rootIndex < 0 ? fileURLToPath(new URL('..', import.meta.url)) : process.argv[rootIndex + 1];
const dist = path.join(root, 'web/dist');
const report = path.join(root, 'web/api-report.md');

const HEAD = `# What the package declares

Written by \`tools/api_report.mjs\` from the types in \`web/dist/\`; do not edit. \`tools/test\` fails while it differs from them.
What is marked *not exported* is only reached by way of what is.
`;

/** `index.d.ts` is what is imported as `groupcall`. @param {string} file */
const entryName = (file) => (file === 'index.d.ts' ? 'groupcall' : `groupcall/${file.replace('.d.ts', '')}`);

/** Without comments, which may change, and without the lines that they leave empty. @param {string} text */
function withoutComments(text) {
  const bare = text.replace(/('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|\/\*[^]*?\*\/|\/\/[^\n]*/g, (_all, quoted) => quoted ?? '');
  return bare.split('\n').map((line) => line.trimEnd()).filter(Boolean).join('\n');
}

/** @param {string} file @param {import('../web/declarations.mjs').Flat} flat */
function section(file, { exported, declarations, imports }) {
  const passedOn = [...imports.values()].flatMap((names) => [...names]).filter((name) => exported.has(name)).sort();
  const parts = declarations.toSorted((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name))).map(({ name, doc, text }) => {
    const notes = [...(exported.has(name) ? [] : ['not exported']), ...(doc ? [] : ['not documented'])];
    return `${notes.length > 0 ? `// ${notes.join(', ')}\n` : ''}${withoutComments(text)}`;
  });
  const also = passedOn.length > 0 ? [`Also ${passedOn.map((name) => `\`${name}\``).join(', ')}.\n`] : [];
  return [`## ${entryName(file)}\n`, ...also, '```ts', parts.join('\n\n'), '```', ''].join('\n');
}

/** The variables that a page may set, by what stands for each where it does not. */
function styleSection() {
  const style = readFileSync(path.join(dist, 'style.css'), 'utf8');
  const names = [...new Set([...style.matchAll(/--[\w-]+/g)].map(([name]) => name))].sort();
  return ['## groupcall/style.css\n', ...names.map((name) => `- \`${name}\``), ''].join('\n');
}

function reportText() {
  const names = ['index', 'playback', 'reasons', 'devices', 'react'];
  const sections = [...flatEntries(dist, names)].map(([file, flat]) => section(file, flat));
  const inline = readFileSync(path.join(dist, 'inline.d.ts'), 'utf8').includes("export * from './index.js';");
  if (!inline) throw new Error('groupcall/inline declares other things than groupcall');
  sections.splice(1, 0, '## groupcall/inline\n\nThe same as `groupcall`.\n');
  return [HEAD, ...sections, styleSection()].join('\n');
}

/** The first line that differs, for people to see where to look. @param {string} before @param {string} now */
function firstDifference(before, now) {
  const [old, fresh] = [before.split('\n'), now.split('\n')];
  const index = fresh.findIndex((line, at) => line !== old[at]);
  const at = index < 0 ? fresh.length : index;
  return `web/api-report.md:${at + 1}:\n  - ${old[at] ?? '(nothing)'}\n  + ${fresh[at] ?? '(nothing)'}`;
}

if (!existsSync(path.join(dist, 'index.d.ts'))) {
  console.error('web/dist/index.d.ts is missing: run tools/build first');
  process.exit(2);
}
const now = reportText();
const before = existsSync(report) ? readFileSync(report, 'utf8') : '';
if (!process.argv.includes('--check')) {
  writeFileSync(report, now);
  console.log(`web/api-report.md: ${before === now ? 'as it was' : 'written'}`);
} else if (before === now) {
  console.log('web/api-report.md: the public interface is as it stands there');
} else {
  console.error(firstDifference(before, now));
  console.error('The public interface has changed. If that is meant, say it in CHANGELOG.md, and write the report anew: node tools/api_report.mjs');
  process.exitCode = 1;
}
