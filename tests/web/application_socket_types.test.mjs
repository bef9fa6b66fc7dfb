// Compiles types/*.ts against the package's types and those of socket.io-client.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

test('Sockets of socket.io-client fit the options, with and without types of their events, and a call fits the playback', () => {
  const tsc = pathOf('../../web/node_modules/typescript/bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '--project', pathOf('types')], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stdout + stderr);
});
