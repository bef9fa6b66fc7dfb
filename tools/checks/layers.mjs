#!/usr/bin/env node
// Checks that dependencies point downwards only: the ranks of core/, who may know
// JSON and Emscripten, and what the browser's ports may import.

import path from 'node:path';
import { includesOf } from './cpp_source.mjs';
import { importsOf } from './script_source.mjs';
import { finding, runCheck } from './source_tree.mjs';

/** An include may go to a lower rank or stay in its folder. Folders of one rank do not know each other. */
const RANKS = new Map([
  ['core/base', 0],
  ['core/public', 1],
  ['core/wire', 2],
  ['core/room', 2],
  ['core/negotiation', 2],
  ['core/topology', 2],
  ['core/media', 2],
  ['core/signalling', 3],
  ['core/call', 4],
  ['wasm/bridge', 5],
  ['wasm', 6],
  // Tests and tools stand on everything; nothing of the product stands on them.
  ['tests', 7],
  ['tools', 7],
]);

/** Contract: JSON lives here and nowhere else in the product. */
const JSON_FOLDERS = ['core/wire', 'wasm/bridge'];

function layerOf(file) {
  const parts = file.split('/');
  const folder = parts.length > 2 ? `${parts[0]}/${parts[1]}` : parts[0];
  return RANKS.has(folder) ? folder : RANKS.has(parts[0]) ? parts[0] : null;
}

function checkQuoted(tree, file, include) {
  const from = layerOf(file);
  const to = layerOf(include.path);
  if (to === null || include.path.includes('..')) {
    return `#include "${include.path}" must be written from the repository root`;
  }
  if (!tree.has(include.path)) return `#include "${include.path}" names no file of the project`;
  if (from === to) return null;
  const [fromRank, toRank] = [RANKS.get(from), RANKS.get(to)];
  if (toRank < fromRank) return null;
  // Tools and tests may share code: neither is part of the product.
  if (fromRank === 7 && toRank === 7) return null;
  return `${from} (rank ${fromRank}) must not include from ${to} (rank ${toRank})`;
}

function checkAngled(file, include) {
  const layer = layerOf(file);
  if (layer === 'tests' || layer === 'tools') return null;
  if (/^(core|wasm|tests|tools)\//.test(include.path)) return `#include <${include.path}> is a file of the project: use quotes`;
  if (/^boost\/json(\/|\.hpp)/.test(include.path) && !JSON_FOLDERS.includes(layer)) {
    return `JSON is known in ${JSON_FOLDERS.join(' and ')} only, not in ${layer}`;
  }
  if (include.path.startsWith('emscripten') && layer !== 'wasm') {
    return `Emscripten is known in wasm/ only, so that ${layer} can be tested natively`;
  }
  return null;
}

function checkCpp(tree) {
  const findings = [];
  for (const file of tree.matching(/^(core|wasm|tests|tools)\/.*\.(h|cpp)$/)) {
    if (layerOf(file) === null || (file.startsWith('core/') && layerOf(file) === 'core')) {
      findings.push(finding(file, 0, 'lies in no layer that this check knows'));
      continue;
    }
    for (const include of includesOf(tree.read(file))) {
      const message = include.quoted ? checkQuoted(tree, file, include) : checkAngled(file, include);
      if (message) findings.push(finding(file, include.line, message));
    }
  }
  return findings;
}

const isReact = (name) => /^react(-dom)?(\/|$)/.test(name);

/** web/src/ports execute and report; what is decided or drawn is none of their business. */
function checkPortImport(file, target) {
  if (isReact(target)) return 'a port must not import React';
  if (!target.startsWith('.')) return null;
  const inSource = path.posix.relative('web/src', path.posix.join(path.posix.dirname(file), target));
  if (/^(react|demo)\//.test(inSource)) return 'a port must not import what draws';
  if (/^(store|snapshot-store|group-call|index)(\.|$|\/)/.test(inSource)) return 'a port must not import the store or what owns it';
  return null;
}

/** The engine and its entries know nothing of React, also not by way of what does. */
function checkEngineImport(file, target) {
  if (isReact(target)) return 'React is known in web/src/react/ only';
  const inSource = path.posix.relative('web/src', path.posix.join(path.posix.dirname(file), target));
  return target.startsWith('.') && file !== 'web/src/react.ts' && /^react[./]/.test(inSource) ? 'only web/src/react.ts gives out what is in web/src/react/' : null;
}

function checkScripts(tree) {
  const findings = [];
  for (const file of tree.matching(/^web\/src\/.*\.tsx?$/)) {
    if (file.startsWith('web/src/react/')) continue;
    const check = file.startsWith('web/src/ports/') ? checkPortImport : checkEngineImport;
    for (const { target, line } of importsOf(tree.read(file))) {
      const message = check(file, target);
      if (message) findings.push(finding(file, line, `${message}: '${target}'`));
    }
  }
  return findings;
}

runCheck('layers', (tree) => [...checkCpp(tree), ...checkScripts(tree)]);
