import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, makeTree } from './temporary_tree.js';

const lines = (count) => Array.from({ length: count }, (_, index) => `  x += ${index};\n`).join('');

// The body's braces take two lines of their own.
const functionOf = (total) => `int f(int x) {\n${lines(total - 2)}}\n`;

test('names accepts names that say something, and functions of 70 lines', (t) => {
  const { code, output } = check('names', makeTree(t, {
    'core/room/roster.cpp': functionOf(70),
    'core/room/communicator.h': '',
    'core/room/tables.h': `constexpr int kTable[] = {\n${'  1,\n'.repeat(100)}};\nnamespace a {\n${'int g();\n'.repeat(100)}}\nclass C {\n${'  int a();\n'.repeat(100)}};\n`,
  }));
  assert.equal(code, 0, output);
});

for (const name of ['core/utils/a.h', 'core/room/string_util.h', 'web/src/CallManager.ts', 'tests/test-helpers.js', 'tools/common.sh']) {
  test(`names refuses ${name}`, (t) => {
    const { code, output } = check('names', makeTree(t, { [name]: '' }));
    assert.equal(code, 1, output);
    assert.match(output, /does not say what is in it/);
  });
}

const long = [
  ['a plain function', functionOf(71), 'f'],
  ['a member function', `struct A {\n  int g() const {\n${lines(70)}  }\n};\n`, 'g'],
  ['a constructor with initialisers', `A::A(int x) : a_{x}, b_{2} {\n${lines(70)}}\n`, 'block|A::A'],
  ['a function after a table', `const int t[] = {1, 2};\n${functionOf(90)}`, 'f'],
  ['an operator', `bool operator==(A x, A y) {\n${lines(70)}}\n`, 'operator'],
  ['a function with braces in its strings', `int f(int x) {\n  s = "}}}";\n${lines(69)}}\n`, 'f'],
  ['a function in a namespace with a default argument', `namespace n {\nint f(int x = 3) {\n${lines(70)}}\n}\n`, 'f'],
];
for (const [what, text, name] of long) {
  test(`names finds that ${what} does not fit a screen`, (t) => {
    const { code, output } = check('names', makeTree(t, { 'core/room/a.cpp': text }));
    assert.equal(code, 1, output);
    assert.match(output, new RegExp(`core/room/a\\.cpp:\\d+: .*(${name}).* has \\d+ lines`));
  });
}

const longScripts = [
  ['a function', `export function draw(x) {\n${lines(70)}}\n`, 'draw'],
  ['an arrow function', `const draw = (x) => {\n${lines(70)}};\n`, 'draw'],
  ['a method with types', `class A {\n  async draw(x: number): Promise<void> {\n${lines(70)}  }\n}\n`, 'draw'],
  ['a function with braces in its literals', `function draw(x) {\n  y = /[}'"]}/.test('}}') + \`}${'${x}'}}\`; // }}\n${lines(69)}}\n`, 'draw'],
];
for (const [what, text, name] of longScripts) {
  test(`names finds that ${what} of a script does not fit a screen`, (t) => {
    const { code, output } = check('names', makeTree(t, { 'web/src/a.ts': text }));
    assert.equal(code, 1, output);
    assert.match(output, new RegExp(`web/src/a\\.ts:\\d+: ${name} has \\d+ lines`));
  });
}

test('names lets a script have long classes, tables and blocks that are no function', (t) => {
  const methods = Array.from({ length: 30 }, (_, index) => `  m${index}() {\n    return ${index};\n  }\n`).join('');
  const text = `class A {\n${methods}}\nconst table = {\n${'  a: 1,\n'.repeat(100)}};\nif (x) {\n${lines(100)}}\n${`function f() {\n${lines(68)}}\n`}`;
  const { code, output } = check('names', makeTree(t, { 'web/src/a.js': text }));
  assert.equal(code, 0, output);
});
