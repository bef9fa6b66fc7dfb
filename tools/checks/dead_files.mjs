#!/usr/bin/env node
// Checks that every source file is in use: compiled by a CMake target, included or
// imported from a file in use, run by a test runner, or named in a README, a
// package.json, a page or a script in use.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { includesOf } from './cpp_source.mjs';
import { importsOf, withoutComments } from './script_source.mjs';
import { finding, runCheck } from './source_tree.mjs';

const CHECKED = /\.(h|cpp|ts|tsx|js|jsx|mjs|css|html|sh)$|^tools\/[^/.]+$|^tools\/checks\/[^/.]+$/;
const SCRIPT = /\.(ts|tsx|js|jsx|mjs)$/;

/** Texts that say which files are used: people and other programs start from these. */
const STARTING_TEXTS = /(^|\/)(package\.json|tsconfig[^/]*\.json|README\.md|CONTRIBUTING\.md|CMakeLists\.txt|CMakePresets\.json)$|\.cmake$|^\.ci\//;

/** Files that a runner, a server or a compiler finds by their place or their name alone. */
const FOUND_BY_NAME = [/^tests\/.*\.test\.(js|mjs|ts)$/, /^web\/.*\.test\.(js|mjs|ts|tsx)$/, /^web\/demo\/index\.html$/,
  // What a bundler, or the server of an application, looks for by itself.
  /^tests\/web\/fixtures\/\w+\/([\w.]+\.config\.js|index\.html|main\.js|call\.js|app\/(layout|page)\.jsx)$/];

/** The C++ files that CMake names, by path from the naming file or from the root, globs included. */
function namedByCMake(tree) {
  const used = new Set();
  for (const cmakeFile of tree.matching(/(^|\/)CMakeLists\.txt$|\.cmake$/)) {
    const folder = path.posix.dirname(cmakeFile);
    for (const token of tree.read(cmakeFile).split(/[\s()";]+/)) {
      if (!/\.(cpp|h)$/.test(token)) continue;
      const fromRoot = /^\$\{(PROJECT|CMAKE)_SOURCE_DIR\}\//.test(token);
      const name = token.replace(/^\$\{\w+\}\//, '');
      const pattern = path.posix.normalize(fromRoot ? name : path.posix.join(folder, name));
      const matches = globPattern(pattern);
      tree.paths.filter((file) => matches.test(file)).forEach((file) => used.add(file));
    }
  }
  return used;
}

function globPattern(glob) {
  const escaped = glob.replace(/[.+^$()|[\]\\]/g, '\\$&').replace(/\$\{[^}]*\}|\*+/g, '.*');
  return new RegExp(`^${escaped.replace(/\\\$\{[^}]*\\?\}/g, '.*')}$`);
}

/** What the builds at hand compile, for names that CMake code puts together. */
function compiledInBuilds(tree) {
  const used = new Set();
  for (const preset of ['native', 'wasm']) {
    const list = path.join(tree.root, 'build', preset, 'compile_commands.json');
    if (!existsSync(list)) continue;
    for (const { file } of JSON.parse(readFileSync(list, 'utf8'))) used.add(path.relative(tree.root, path.resolve(tree.root, file)));
  }
  return used;
}

/** Whether a text names the file; a name that many files bear must come with its folder. */
function names(text, file) {
  const base = path.posix.basename(file);
  const isFrequent = /^(index|main|types|style|README|run|server|client)\./.test(base);
  const wanted = isFrequent ? file.split('/').slice(-2).join('/') : base;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + wanted.length] ?? ' '];
    if (!/[\w-]/.test(before) && !/[\w-]/.test(after)) return true;
  }
  return false;
}

/** The files that an import may mean: './a.js' is how TypeScript writes './a.ts'. */
function resolveImport(tree, from, target) {
  if (!/^\.{0,2}\//.test(target)) return [];
  const plain = path.posix.join(path.posix.dirname(from), target).replace(/\.(js|jsx|mjs|ts|tsx)$/, '');
  const endings = ['.ts', '.tsx', '.js', '.jsx', '.mjs', '.d.ts', '.css', '/index.ts', '/index.tsx', '/index.js', ''];
  return endings.map((ending) => plain + ending).filter((file) => tree.has(file));
}

/** The files that a file in use brings into use. */
function usedBy(tree, file, candidates) {
  const text = tree.read(file) ?? '';
  if (/\.(h|cpp)$/.test(file)) return includesOf(text).map((include) => include.path).filter((name) => tree.has(name));
  const imported = SCRIPT.test(file) ? importsOf(text).flatMap(({ target }) => resolveImport(tree, file, target)) : [];
  const said = SCRIPT.test(file) ? withoutComments(text) : text.replace(/^\s*#(?!!).*$/gm, '');
  return [...imported, ...candidates.filter((other) => other !== file && !/\.(h|cpp)$/.test(other) && names(said, other))];
}

function reachable(tree, checked) {
  const reached = new Set([...namedByCMake(tree), ...compiledInBuilds(tree)].filter((file) => tree.has(file)));
  checked.filter((file) => FOUND_BY_NAME.some((pattern) => pattern.test(file))).forEach((file) => reached.add(file));
  const startingTexts = tree.matching(STARTING_TEXTS).map((file) => tree.read(file));
  checked.filter((file) => !/\.(h|cpp)$/.test(file) && startingTexts.some((text) => names(text, file)))
    .forEach((file) => reached.add(file));
  // A Set may grow while it is walked: what is added is walked too.
  for (const file of reached) {
    for (const next of usedBy(tree, file, checked.filter((other) => !reached.has(other)))) reached.add(next);
  }
  return reached;
}

runCheck('dead files', (tree) => {
  const checked = tree.matching(CHECKED);
  const reached = reachable(tree, checked);
  return checked.filter((file) => !reached.has(file))
    .map((file) => finding(file, 0, 'nothing builds, includes, imports, runs or names it'));
});
