import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, makeTree } from './temporary_tree.js';

// A tree in which every arrow points downwards, and that the tests below spoil in one place.
const sound = {
  'core/base/time.h': '#include <cstdint>\n',
  'core/public/ids.h': '#include "core/base/time.h"\n',
  'core/wire/packet.h': '#include <boost/json.hpp>\n#include "core/public/ids.h"\n',
  'core/room/roster.h': '#include "core/public/ids.h"\n',
  'core/call/call_core.cpp': '#include "core/wire/packet.h"\n#include "core/room/roster.h"\n',
  'wasm/bridge/bridge.cpp': '#include <boost/json.hpp>\n#include "core/public/ids.h"\n',
  'wasm/bindings.cpp': '#include <emscripten/bind.h>\n#include "core/public/ids.h"\n',
  'tests/unit/room/roster_test.cpp': '#include <boost/json.hpp>\n#include "core/room/roster.h"\n',
  'web/src/ports/host.ts': "import type { Command } from '../protocol.js';\n",
  'web/src/protocol.ts': 'export type Command = string;\n',
  'web/src/react/use_call.ts': "import { useSyncExternalStore } from 'react';\n",
};

const spoiled = [
  ['an include of a higher rank', 'core/public/ids.h', '#include "core/wire/packet.h"', /core\/public \(rank 1\) must not include from core\/wire \(rank 2\)/],
  ['an include among folders of rank 2', 'core/room/roster.h', '#include "core/wire/packet.h"', /core\/room \(rank 2\) must not include from core\/wire \(rank 2\)/],
  ['an include of wasm/ in the core', 'core/call/call_core.cpp', '#include "wasm/bridge/bridge.cpp"', /must not include from wasm/],
  ['an include of tests/ in the core', 'core/call/call_core.cpp', '#include "tests/unit/room/roster_test.cpp"', /must not include from tests/],
  ['an include that is relative to its file', 'core/room/roster.h', '#include "roster.h"', /must be written from the repository root/],
  ['an include that climbs', 'core/room/roster.h', '#include "core/room/../base/time.h"', /must be written from the repository root/],
  ['an include of a file that is not there', 'core/room/roster.h', '#include "core/base/gone.h"', /names no file of the project/],
  ['an include of a project file in angle brackets', 'core/room/roster.h', '#include <core/base/time.h>', /use quotes/],
  ['JSON in the room', 'core/room/roster.h', '#include <boost/json/value.hpp>', /JSON is known in core\/wire and wasm\/bridge only/],
  ['Emscripten in the bridge', 'wasm/bridge/bridge.cpp', '#include <emscripten/val.h>', /Emscripten is known in wasm\/ only/],
  ['a file in a folder without a rank', 'core/extras/more.h', '', /lies in no layer/],
  ['a port that imports the store', 'web/src/ports/host.ts', "import { store } from '../store.js';", /must not import the store/],
  ['a port that imports React', 'web/src/ports/host.ts', "import { useState } from 'react';", /must not import React/],
  ['an engine that imports what needs React', 'web/src/group-call.ts', "import { useCall } from './react/use_call.js';", /only web\/src\/react.ts/],
  ['React outside its folder', 'web/src/protocol.ts', "import { useState } from 'react';", /React is known in web\/src\/react\/ only/],
];

test('layers accepts a tree in which every include goes to a lower rank', (t) => {
  const { code, output } = check('layers', makeTree(t, sound));
  assert.equal(code, 0, output);
});

for (const [what, file, line, message] of spoiled) {
  test(`layers refuses ${what}`, (t) => {
    const { code, output } = check('layers', makeTree(t, { ...sound, [file]: `${line}\n` }));
    assert.equal(code, 1, output);
    assert.match(output, message);
    assert.ok(output.includes(line === '' ? `${file}:` : `${file}:1:`), output);
  });
}

test('layers reads no include out of a comment', (t) => {
  const { code, output } = check('layers', makeTree(t, { ...sound, 'core/room/roster.h': '// #include "core/call/call_core.cpp"\n/*\n#include "wasm/x.h"\n*/\n' }));
  assert.equal(code, 0, output);
});
