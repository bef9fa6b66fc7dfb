import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, makeTree } from './temporary_tree.js';

// Put together here, so that this file passes the check it tests.
const path = (...parts) => `/${parts.join('/')}`;
const host = (...parts) => parts.join('.');

test('hygiene accepts Debian\'s own paths, relative paths, variables and addresses of pages', (t) => {
  const { code, output } = check('hygiene', makeTree(t, {
    'tools/a': 'x=/usr/include/boost\ny="$HOME/work/x"\nz=../work/a\nw="${dir}/tmp/x"\nu=http://localhost:8080/demo/index.html\n',
    'web/package.json': '{ "dependencies": { "a": "1.2.3" } }',
    'web/package-lock.json': '{ "node_modules/a": { "version": "1.2.3", "integrity": "sha512-x" } }',
    'a.bin': Buffer.from([0, 1, 2]),
  }));
  assert.equal(code, 0, output);
});

const refused = [
  ['a home folder', { 'tools/a': `\nx=${path('home', 'ann', 'x')}\n` }, /tools\/a:2: '\/home\/a…' is a path of one machine/],
  ['the superuser\'s folder', { 'a.md': `see ${path('root', '.npmrc')}\n` }, /is a path of one machine/],
  ['a fixed temporary file', { 'a.js': `open('${path('tmp', 'log')}')\n` }, /is a path of one machine/],
  ['a lock file that names its registry', { 'web/package-lock.json': `{\n"resolved": "https://example.org/a.tgz" }\n` }, /web\/package-lock\.json:2: a lock file must not say/],
  ['the host of a registry', { 'a.md': `${host('registry', 'npmjs', 'org')}\n` }, /names the registry host/],
  ['a range of versions', { 'web/package.json': '{ "devDependencies": { "a": "^1.2.3" } }' }, /a is not pinned exactly: '\^1\.2\.3'/],
  ['a header that is a heap', { 'core/a.h': 'int a;\n'.repeat(281) }, /core\/a\.h: has 281 lines/],
  ['what a program has left behind', { 'a-1.jsonl': '[1,{}]\n'.repeat(80_000) }, /a-1\.jsonl: has 560000 characters/],
  ['an unresolved merge', { 'a.md': `${'<'.repeat(7)} ours\n` }, /is an unresolved merge/],
];
for (const [what, files, message] of refused) {
  test(`hygiene refuses ${what}`, (t) => {
    const { code, output } = check('hygiene', makeTree(t, files));
    assert.equal(code, 1, output);
    assert.match(output, message);
  });
}

test('hygiene lets a table be as long as what it lists', (t) => {
  const { code, output } = check('hygiene', makeTree(t, { 'core/event_tables.h': 'int a;\n'.repeat(300) }));
  assert.equal(code, 0, output);
});
