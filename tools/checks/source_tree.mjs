// The project's files as the checks see them: what git tracks, and what it would
// track once added, so that a file is checked before it is committed.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ownRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** One complaint. `line` is 1-based; 0 stands for the file as a whole. */
export function finding(file, line, message) {
  return { file, line, message };
}

export class SourceTree {
  #texts = new Map();

  constructor(root) {
    this.root = root;
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    this.paths = [...new Set(listed.split('\0'))].filter((file) => file && existsSync(path.join(root, file))).sort();
    this.has = (file) => this.paths.includes(file);
  }

  /** The text of a file, or null if it is not text. */
  read(file) {
    if (!this.#texts.has(file)) {
      const bytes = readFileSync(path.join(this.root, file));
      this.#texts.set(file, bytes.includes(0) ? null : bytes.toString('utf8'));
    }
    return this.#texts.get(file);
  }

  matching(pattern) {
    return this.paths.filter((file) => pattern.test(file));
  }
}

/** Every [text, 1-based number] of the lines of `text`. */
export function numberedLines(text) {
  return text.split('\n').map((line, index) => [line, index + 1]);
}

function optionValue(name, fallback) {
  const index = process.argv.indexOf(name);
  return index < 0 ? fallback : process.argv[index + 1];
}

/**
 * Runs a check from the command line and ends the process: 0 when it found nothing,
 * 1 with a line `file:line: message` for each finding, 2 when it could not look.
 * `--root DIR` looks at another tree.
 */
export function runCheck(title, check) {
  const root = path.resolve(optionValue('--root', ownRoot));
  let findings;
  let looked;
  try {
    const tree = new SourceTree(root);
    looked = tree.paths.length;
    findings = check(tree);
  } catch (error) {
    console.error(`${title}: could not look: ${error.message}`);
    process.exit(2);
  }
  for (const { file, line, message } of findings) {
    console.error(`${file}${line ? `:${line}` : ''}: ${message}`);
  }
  console.log(`${title}: ${findings.length === 0 ? 'ok' : `${findings.length} found`} (${looked} files)`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
