import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, compileNatively, makeTree } from './temporary_tree.js';

const pure = '// A clock, a try and a double are only named here: "throw".\nint twice(int value) { return 2 * value; }\n';

function purityOf(t, files, compiled = Object.keys(files).filter((name) => name.endsWith('.cpp'))) {
  const root = makeTree(t, files);
  compileNatively(root, compiled);
  return check('purity', root);
}

test('purity accepts a core that only computes', (t) => {
  const { code, output } = purityOf(t, { 'core/base/a.cpp': pure });
  assert.equal(code, 0, output);
});

const impureText = [
  ['a throw', 'void f() { throw 1; }', /'throw': no exceptions/],
  ['a try block', 'void f() { try { } catch (int) { } }', /'try': no exceptions/],
  ['a double', 'double half(double x) { return x / 2; }', /'double': the core counts in integers/],
  ['an unordered map', '#include <unordered_map>', /<unordered_map>: the order of a hash container/],
  ['a stream', '#include <iostream>', /<iostream>: no streams/],
  ['a distribution of the standard library', '#include <random>', /<random>: distributions differ/],
];
for (const [what, line, message] of impureText) {
  test(`purity refuses ${what} in the text of the core`, (t) => {
    const { code, output } = purityOf(t, { 'core/room/a.cpp': `\n${line}\n` });
    assert.equal(code, 1, output);
    assert.match(output, message);
    assert.match(output, /core\/room\/a\.cpp:2:/);
  });
}

// None of these shows in the text of the core: only the object file tells.
const impureSymbols = [
  ['a C clock', 'extern "C" long time(long*);\nlong f() { return time(nullptr); }', /calls time: a clock/],
  ['a hidden clock', '#include <chrono>\n#define CLOCK steady ## _clock\nlong f() { return std::chrono::CLOCK::now().time_since_epoch().count(); }', /a clock/],
  ['a random number', 'extern "C" int getentropy(void*, unsigned long);\nint f() { char c; return getentropy(&c, 1); }', /calls getentropy: randomness/],
  ['a file', 'extern "C" int open(const char*, int, ...);\nint f() { return open("x", 0); }', /calls open: files/],
  ['a socket', 'extern "C" int socket(int, int, int);\nint f() { return socket(0, 0, 0); }', /calls socket: sockets/],
  ['an environment variable', 'extern "C" char* getenv(const char*);\nchar* f() { return getenv("x"); }', /calls getenv: the environment/],
  ['output', 'extern "C" int puts(const char*);\nint f() { return puts("x"); }', /calls puts: output/],
  ['a mutable global', 'static int calls = 0;\nint f() { return ++calls; }', /calls is a mutable global/],
];
for (const [what, text, message] of impureSymbols) {
  test(`purity refuses ${what} in the objects of the core`, (t) => {
    const { code, output } = purityOf(t, { 'core/room/a.cpp': `${text}\n` });
    assert.equal(code, 1, output);
    assert.match(output, message);
  });
}

test('purity allows constants, also those that hold pointers', (t) => {
  const text = 'struct Row { const char* name; int (*run)(int); };\nint same(int x) { return x; }\nextern const Row kRows[];\nconst Row kRows[] = {{"a", same}, {"b", same}};\n';
  const { code, output } = purityOf(t, { 'core/room/a.cpp': text });
  assert.equal(code, 0, output);
});

test('purity allows the third party what it needs, but no clock', (t) => {
  const stream = '#include <iostream>\nvoid f(double x) { if (x > 1) throw 1; std::cout << x; }\n';
  assert.equal(purityOf(t, { 'core/wire/boost_json.cpp': stream }).code, 0);
  const clock = 'extern "C" long time(long*);\nlong f() { return time(nullptr); }\n';
  assert.match(purityOf(t, { 'core/wire/boost_json.cpp': clock }).output, /calls time: a clock/);
});

test('purity cannot be had without a build, nor with one that compiles no core', (t) => {
  const unbuilt = check('purity', makeTree(t, { 'core/base/a.cpp': pure }));
  assert.equal(unbuilt.code, 2);
  assert.match(unbuilt.output, /is not built: run tools\/build --native/);
  const elsewhere = purityOf(t, { 'core/base/a.h': '', 'wasm/b.cpp': pure });
  assert.equal(elsewhere.code, 2);
  assert.match(elsewhere.output, /compiles no file of core/);
});
