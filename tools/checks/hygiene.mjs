#!/usr/bin/env node
// Checks that nothing in the repository belongs to one machine only, that no header has grown
// into a heap, and that nothing is so large that only a program can have written it.

import path from 'node:path';
import { finding, numberedLines, runCheck } from './source_tree.mjs';

/** Folders of somebody's machine. Debian's own places (/usr, /etc, /proc, /var/lib) are the same everywhere. */
const MACHINE_PATH = /(?<![\w.$}~*<-])\/(home|root|work|tmp|var\/tmp|Users|workspace)\/[\w.-]/;

/** Written in two parts, so that this file does not name them itself. */
const REGISTRY_HOSTS = [
  ['registry', 'npmjs.org'], ['registry', 'yarnpkg.com'], ['deb', 'debian.org'], ['deb', 'nodesource.com'],
  ['security', 'debian.org'], ['artifactory', ''], ['pkg', 'dev'],
].map(([name, domain]) => `${name}.${domain}`);

const LONGEST_HEADER = 280;
/** The longest so far is a table of test vectors, 65 kB; a flight record has megabytes. */
const LONGEST_TEXT = 500_000;
/** A table is as long as what it lists. */
const TABLE = /_tables?\.h$/;

function checkLines(file, text) {
  const findings = [];
  for (const [line, number] of numberedLines(text)) {
    const machine = MACHINE_PATH.exec(line);
    if (machine) findings.push(finding(file, number, `'${machine[0]}…' is a path of one machine`));
    const host = REGISTRY_HOSTS.find((name) => line.includes(name));
    if (host) findings.push(finding(file, number, `names the registry host ${host}`));
    if (/^(<{7}|>{7}) /.test(line)) findings.push(finding(file, number, 'is an unresolved merge'));
  }
  return findings;
}

function checkLockFile(file, text) {
  return numberedLines(text)
    .filter(([line]) => /"resolved":\s*"https?:/.test(line))
    .map(([, number]) => finding(file, number, 'a lock file must not say where a package came from (npm: omit-lockfile-registry-resolved)'));
}

/** Dependencies are pinned: a range in a package.json lets two clones differ. */
function checkPins(file, text) {
  const manifest = JSON.parse(text);
  const groups = ['dependencies', 'devDependencies', 'optionalDependencies'];
  return groups.flatMap((group) => Object.entries(manifest[group] ?? {}))
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => finding(file, 0, `${name} is not pinned exactly: '${version}'`));
}

runCheck('hygiene', (tree) => {
  const findings = [];
  for (const file of tree.paths) {
    const text = tree.read(file);
    if (text === null) continue;
    if (text.length > LONGEST_TEXT) {
      findings.push(finding(file, 0, `has ${text.length} characters: what programs write belongs into build/`));
      continue;
    }
    findings.push(...checkLines(file, text));
    const name = path.posix.basename(file);
    if (name === 'package-lock.json') findings.push(...checkLockFile(file, text));
    if (name === 'package.json') findings.push(...checkPins(file, text));
    const lines = text.split('\n').length - 1;
    if (file.endsWith('.h') && !TABLE.test(file) && lines > LONGEST_HEADER) {
      findings.push(finding(file, 0, `has ${lines} lines; a header with one purpose needs at most ${LONGEST_HEADER}`));
    }
  }
  return findings;
});
