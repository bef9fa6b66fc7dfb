// A small repository made for one test, on which a check of tools/checks is run.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const checksDir = fileURLToPath(new URL('../../tools/checks/', import.meta.url));

/** Writes `files` ({ path: text or bytes }) into a new repository that goes when the test ends. */
export function makeTree(t, files) {
  const root = mkdtempSync(path.join(os.tmpdir(), 'groupcall-check-'));
  t.after(() => rmSync(root, { recursive: true }));
  execFileSync('git', ['init', '--quiet', root]);
  writeFileSync(path.join(root, '.gitignore'), '/build/\n/web/dist/\n');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  return root;
}

/** Runs one check over a tree: { code, output }. */
export function check(name, root) {
  const run = spawnSync(process.execPath, [path.join(checksDir, `${name}.mjs`), '--root', root], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (run.error) throw run.error;
  return { code: run.status, output: run.stdout + run.stderr };
}

/** Compiles files of the tree as the native build would, and lists them as CMake does. */
export function compileNatively(root, sources) {
  const buildDir = path.join(root, 'build/native');
  mkdirSync(buildDir, { recursive: true });
  const commands = sources.map((source, index) => {
    const [file, object] = [path.join(root, source), `${index}.o`];
    execFileSync('g++', ['-std=c++20', '-O1', '-I', root, '-o', object, '-c', file], { cwd: buildDir, timeout: 60_000 });
    return { directory: buildDir, command: `g++ -o ${object} -c ${file}`, file };
  });
  writeFileSync(path.join(buildDir, 'compile_commands.json'), JSON.stringify(commands));
}
