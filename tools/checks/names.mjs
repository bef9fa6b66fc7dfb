#!/usr/bin/env node
// Checks that names say what a thing is, and that functions fit a screen.

import { functionsOf as cppFunctionsOf } from './cpp_source.mjs';
import { functionsOf as scriptFunctionsOf } from './script_source.mjs';
import { finding, runCheck } from './source_tree.mjs';

/** Names under which anything may gather. */
const SAYS_NOTHING = new Set(['util', 'utils', 'utility', 'utilities', 'helper', 'helpers', 'manager', 'managers', 'common', 'misc', 'stuff']);

const LONGEST_FUNCTION = 70;

/** 'CallManager.ts' -> ['call', 'manager', 'ts'] */
function wordsOf(name) {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
}

function checkPath(file, seen) {
  const findings = [];
  const parts = file.split('/');
  parts.forEach((part, index) => {
    const whole = parts.slice(0, index + 1).join('/');
    if (seen.has(whole)) return;
    seen.add(whole);
    for (const word of wordsOf(part)) {
      if (SAYS_NOTHING.has(word)) findings.push(finding(whole, 0, `'${word}' does not say what is in it`));
    }
  });
  return findings;
}

function checkFunctions(tree, file, functionsOf) {
  return functionsOf(tree.read(file))
    .filter(({ lines }) => lines > LONGEST_FUNCTION)
    .map(({ name, line, lines }) => finding(file, line, `${name} has ${lines} lines; ${LONGEST_FUNCTION} fit a screen`));
}

runCheck('names', (tree) => {
  const seen = new Set();
  return [
    ...tree.paths.flatMap((file) => checkPath(file, seen)),
    ...tree.matching(/\.(h|cpp)$/).flatMap((file) => checkFunctions(tree, file, cppFunctionsOf)),
    ...tree.matching(/\.(ts|tsx|js|mjs)$/).flatMap((file) => checkFunctions(tree, file, scriptFunctionsOf)),
  ];
});
