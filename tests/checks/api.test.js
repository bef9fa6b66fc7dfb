// The check of the public interface: what it notices, and what it does not.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { check, makeTree } from './temporary_tree.js';

const CALL = `/** A call. @packageDocumentation */
import type { Place } from './place.js';
export type { Place } from './place.js';
/** Rings. */
export declare function ring(place: Place, options?: { readonly loud?: boolean }): Promise<Bell>;
/** What rings; { it is not closed here. */
interface Bell {
    /** In hertz. */
    readonly pitch: number;
}
interface Unused {
    readonly nobody: never;
}
export {};
`;
const FILES = {
  'web/package.json': JSON.stringify({
    exports: { '.': { types: './dist/index.d.ts' }, './inline': { types: './dist/inline.d.ts' }, './parts': { types: './dist/parts.d.ts' }, './style.css': './dist/style.css' },
  }),
  'web/dist/index.d.ts': CALL,
  'web/dist/place.d.ts': "/** Where. */\nexport type Place = 'here' | 'there';\n",
  'web/dist/inline.d.ts': "export * from './index.js';\n",
  'web/dist/parts.d.ts': "import { type ReactElement } from 'react';\nimport type { Place } from './index.js';\n/** A part. */\nexport declare function Part(props: { place: Place }): ReactElement;\n",
  'web/dist/style.css': '.part{color:var(--part-ink)}',
};

const write = (root) => spawnSync(process.execPath, [fileURLToPath(new URL('../../tools/checks/api.mjs', import.meta.url)), '--root', root, '--write']);

function written(t) {
  const root = makeTree(t, FILES);
  assert.equal(write(root).status, 0);
  return { root, report: readFileSync(path.join(root, 'web/api-report.md'), 'utf8') };
}

test('the report has what can be reached from the exports, and nothing else', (t) => {
  const { report } = written(t);
  assert.match(report, /## groupcall\n\n```ts\n\/\/ not exported\ninterface Bell \{\n    readonly pitch: number;\n\}\n\ntype Place = 'here' \| 'there';\n\ndeclare function ring/);
  assert.match(report, /## groupcall\/parts\n\n```ts\ndeclare function Part/);
  assert.match(report, /## groupcall\/inline\n\nThe same as `groupcall`/);
  assert.match(report, /- `--part-ink`/);
  assert.doesNotMatch(report, /Unused|hertz/);
});

test('it passes while nothing but comments has changed', (t) => {
  const { root } = written(t);
  assert.equal(check('api', root).code, 0);
  writeFileSync(path.join(root, 'web/dist/index.d.ts'), CALL.replace('In hertz', 'How high'));
  assert.equal(check('api', root).code, 0);
});

test('a change of the interface is named, with what to do about it', (t) => {
  const { root } = written(t);
  writeFileSync(path.join(root, 'web/dist/index.d.ts'), CALL.replace('pitch: number', 'pitch: string'));
  const { code, output } = check('api', root);
  assert.equal(code, 1);
  assert.match(output, /web\/api-report\.md:\d+: "    readonly pitch: number;" is now "    readonly pitch: string;"/);
  assert.match(output, /node tools\/checks\/api\.mjs --write/);
});

test('what is exported must be documented', (t) => {
  const root = makeTree(t, { ...FILES, 'web/dist/place.d.ts': FILES['web/dist/place.d.ts'].replace('/** Where. */', '') });
  write(root);
  const { code, output } = check('api', root);
  assert.equal(code, 1);
  assert.match(output, /web\/dist\/index\.d\.ts: Place has no comment/);
});

test('a variable of the looks that is gone is a change', (t) => {
  const { root } = written(t);
  writeFileSync(path.join(root, 'web/dist/style.css'), '.part{color:red}');
  assert.equal(check('api', root).code, 1);
});

test('what it cannot read it does not pass over', (t) => {
  const { root } = written(t);
  writeFileSync(path.join(root, 'web/dist/index.d.ts'), `${CALL}export default ring;\n`);
  const { code, output } = check('api', root);
  assert.equal(code, 2);
  assert.match(output, /this is not understood/);
});

test('without a build it says what is missing', (t) => {
  const { code, output } = check('api', makeTree(t, { 'web/package.json': '{}' }));
  assert.equal(code, 2);
  assert.match(output, /run tools\/build first/);
});
