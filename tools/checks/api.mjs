#!/usr/bin/env node
// Checks that web/api-report.md says what the package in web/dist/ declares, so that no change of the public interface goes
// unnoticed in a review, and that everything exported is documented. `--write` writes the report anew: every declaration,
// without comments, in the order of the alphabet.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { flatEntries } from '../../web/declarations.mjs';

const rootIndex = process.argv.indexOf('--root');
const root = rootIndex < 0 ? fileURLToPath(new URL('../..', import.meta.url)) : process.argv[rootIndex + 1];
const web = path.join(root, 'web');
const dist = path.join(web, 'dist');
const report = path.join(web, 'api-report.md');
const WRITE = 'node tools/checks/api.mjs --write';

const HEAD = `# What the package declares

Written by \`${WRITE}\` from the types in \`web/dist/\`; do not edit. \`tools/test\` fails while it differs
from them. What is marked *not exported* is only reached by way of what is.
`;

/** `index.d.ts` is what is imported as `groupcall`. @param {string} file */
const entryName = (file) => (file === 'index.d.ts' ? 'groupcall' : `groupcall/${file.replace('.d.ts', '')}`);

/** Without comments, which may change, and without the lines that they leave empty. @param {string} text */
function withoutComments(text) {
  const bare = text.replace(/('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|\/\*[^]*?\*\/|\/\/[^\n]*/g, (_all, quoted) => quoted ?? '');
  return bare.split('\n').map((line) => line.trimEnd()).filter(Boolean).join('\n');
}

/** What is exported and has no comment. @type {string[]} */
const undocumented = [];

/** @param {string} file @param {import('../web/declarations.mjs').Flat} flat */
function section(file, { exported, declarations, imports }) {
  const passedOn = [...imports.values()].flatMap((names) => [...names]).filter((name) => exported.has(name)).sort();
  // One comment does for all overloads.
  const documented = new Set(declarations.filter(({ doc }) => doc).map(({ name }) => name));
  const byName = declarations.toSorted((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)));
  const parts = byName.map(({ name, text }) => {
    if (exported.has(name) && !documented.has(name)) undocumented.push(`web/dist/${file}: ${name} has no comment that says what it is`);
    return `${exported.has(name) ? '' : '// not exported\n'}${withoutComments(text)}`;
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

const SAME_AS_INDEX = "export * from './index.js';";

/** The .d.ts files that package.json names, as they are called in web/dist/. */
function typedEntries() {
  const { exports } = JSON.parse(readFileSync(path.join(web, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap(({ types }) => (types ? [path.basename(types)] : []));
}

function reportText() {
  const isAlias = (/** @type {string} */ file) => readFileSync(path.join(dist, file), 'utf8').includes(SAME_AS_INDEX);
  const [aliases, entries] = [true, false].map((wanted) => typedEntries().filter((file) => isAlias(file) === wanted));
  const sections = [...flatEntries(dist, entries.map((file) => file.replace('.d.ts', '')))].map(([file, flat]) => section(file, flat));
  const same = aliases.map((file) => `## ${entryName(file)}\n\nThe same as \`groupcall\`.\n`);
  return [HEAD, ...sections, ...same, styleSection()].join('\n');
}

/** The first line that differs, for people to see where to look. @param {string} before @param {string} now */
function firstDifference(before, now) {
  const [old, fresh] = [before.split('\n'), now.split('\n')];
  const index = fresh.findIndex((line, at) => line !== old[at]);
  const at = index < 0 ? fresh.length : index;
  return `web/api-report.md:${at + 1}: ${JSON.stringify(old[at] ?? '')} is now ${JSON.stringify(fresh[at] ?? '')}`;
}

for (const needed of ['index.d.ts', 'style.css']) {
  if (existsSync(path.join(dist, needed))) continue;
  console.error(`web/dist/${needed} is missing: run tools/build first`);
  process.exit(2);
}
let now = '';
try {
  now = reportText();
} catch (error) {
  console.error(`api: could not look: ${error.message}`);
  process.exit(2);
}
const before = existsSync(report) ? readFileSync(report, 'utf8') : '';
if (before === now) {
  console.log('api: ok, web/api-report.md says what the package declares');
} else if (process.argv.includes('--write')) {
  writeFileSync(report, now);
  console.log('web/api-report.md: written');
} else {
  console.error(firstDifference(before, now));
  console.error(`The public interface has changed. If that is meant, say so in CHANGELOG.md and write the report anew: ${WRITE}`);
  process.exitCode = 1;
}
for (const complaint of undocumented) console.error(complaint);
if (undocumented.length > 0) process.exitCode = 1;
