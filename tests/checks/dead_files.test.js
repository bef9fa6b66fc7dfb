import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, makeTree } from './temporary_tree.js';

// Each file is in use in a way of its own.
const living = {
  'CMakeLists.txt': 'add_library(core STATIC core/room/roster.cpp)\nfile(GLOB units tests/unit/*.cpp)\n',
  'core/room/roster.cpp': '#include "core/room/roster.h"\n',
  'core/room/roster.h': '#include "core/base/time.h"\n',
  'core/base/time.h': '',
  'wasm/CMakeLists.txt': 'target_sources(m PRIVATE bridge/bridge.cpp ${PROJECT_SOURCE_DIR}/core/wire/json.cpp)\n',
  'wasm/bridge/bridge.cpp': '',
  'core/wire/json.cpp': '',
  'tests/unit/roster_test.cpp': '',
  'web/package.json': '{ "exports": "./src/index.ts" }',
  'web/src/index.ts': "export { Store } from './store.js';\nconst lazy = () => import('./texts.js');\n",
  'web/src/store.ts': '',
  'web/src/texts.ts': '',
  'web/demo/index.html': '<script src="page.js"></script><link href="page.css">',
  'web/demo/page.js': '',
  'web/demo/page.css': '',
  'tests/e2e/call.test.js': "import './browser.js';\n",
  'tests/e2e/browser.js': '',
  'tools/README.md': 'Run tools/demo.\n',
  'tools/demo': '#!/bin/sh\nsource tools/report.sh\nnode tools/server/main.js\n',
  'tools/report.sh': '',
  'tools/server/main.js': '',
};

test('dead_files accepts a tree in which every file is in use', (t) => {
  const { code, output } = check('dead_files', makeTree(t, living));
  assert.equal(code, 0, output);
});

const dead = [
  ['a .cpp that no target compiles', { 'core/room/old.cpp': '' }, 'core/room/old.cpp'],
  ['a .cpp of the same name in another folder', { 'core/call/roster.cpp': '' }, 'core/call/roster.cpp'],
  ['a header that nothing includes', { 'core/room/old.h': '' }, 'core/room/old.h'],
  ['a header that only a dead file includes', { 'core/room/old.cpp': '#include "core/room/old.h"\n', 'core/room/old.h': '' }, 'core/room/old.h'],
  ['a module that nothing imports', { 'web/src/old.ts': '' }, 'web/src/old.ts'],
  ['a module that is imported in a comment', { 'web/src/store.ts': "// import './old.js';\n", 'web/src/old.ts': '' }, 'web/src/old.ts'],
  ['two modules that import each other only', { 'web/src/a.ts': "import './b.js';\n", 'web/src/b.ts': "import './a.js';\n" }, 'web/src/a.ts'],
  ['a frequent name that is used in another folder', { 'web/src/extras/main.js': '' }, 'web/src/extras/main.js'],
  ['a script that no README names', { 'tools/forgotten': '#!/bin/sh\n' }, 'tools/forgotten'],
];
for (const [what, files, expected] of dead) {
  test(`dead_files finds ${what}`, (t) => {
    const { code, output } = check('dead_files', makeTree(t, { ...living, ...files }));
    assert.equal(code, 1, output);
    assert.ok(output.includes(`${expected}: nothing builds`), output);
  });
}

test('dead_files takes the word of the build at hand for names that CMake puts together', (t) => {
  const root = makeTree(t, {
    ...living,
    'core/media/camera.cpp': '',
    'build/native/compile_commands.json': '[]',
  });
  assert.equal(check('dead_files', root).code, 1);
  const compiled = makeTree(t, { ...living, 'core/media/camera.cpp': '', 'build/native/compile_commands.json': '[{ "file": "core/media/camera.cpp" }]' });
  assert.equal(check('dead_files', compiled).code, 0);
});
