// The program: what it prints, how it ends, and that it frees its port.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { connect, within } from './test_client.js';

const MAIN = fileURLToPath(new URL('../../tools/server/main.js', import.meta.url));

/** The program with its output collected; it does not outlive the test. */
function run(t, ...args) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', (chunk) => (output[stream] += chunk));
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, ...output })));
  return { child, output, ended: () => within(ended, () => `the end of ${args.join(' ')}: ${JSON.stringify(output)}`) };
}

/** Waits for the line that says where it listens. */
async function runUntilReady(t, ...args) {
  const program = run(t, '--port', '0', ...args);
  const ready = new Promise((resolve) => {
    program.child.stdout.on('data', () => program.output.stdout.includes('\n') && resolve());
  });
  await within(ready, () => `the address: ${JSON.stringify(program.output)}`);
  const [, port] = /^listening on http:\/\/localhost:(\d+)\n$/.exec(program.output.stdout) ?? [];
  assert.ok(port, program.output.stdout);
  return { ...program, port: Number(port) };
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`${signal} says goodbye, ends with 0 within a second and frees the port`, async (t) => {
    const program = await runUntilReady(t);
    const alice = await connect(t, program, 'alice');
    const startedAt = performance.now();
    program.child.kill(signal);
    const { code, stdout } = await program.ended();
    assert.ok(performance.now() - startedAt < 1000);
    assert.equal(code, 0);
    assert.equal(stdout, `listening on http://localhost:${program.port}\n`);
    await alice.next('server:shutting_down');

    const claim = net.createServer().listen(program.port, '127.0.0.1');
    await within(new Promise((resolve, reject) => claim.on('listening', resolve).on('error', reject)), () => 'the port');
    claim.close();
  });
}

test('a port in use ends with 98 and a remedy', async (t) => {
  const program = await runUntilReady(t);
  const { code, stdout, stderr } = await run(t, '--port', String(program.port)).ended();
  assert.equal(code, 98);
  assert.equal(stdout, '');
  assert.match(stderr, new RegExp(`port ${program.port} is in use: .*--port`));
});

test('an address that is not of this machine ends with 1 and a remedy', async (t) => {
  const { code, stderr } = await run(t, '--port', '0', '--host', '192.0.2.1').ended();
  assert.equal(code, 1);
  assert.match(stderr, /192\.0\.2\.1 is not an address of this machine/);
});

test('--help lists every option', async (t) => {
  const { code, stdout } = await run(t, '--help').ended();
  assert.equal(code, 0);
  for (const option of [
    'port', 'host', 'static', 'groups', 'origin', 'legacy', 'legacy-crash', 'lookup-delay-ms', 'rate-limit',
    'rate-window-ms', 'ping-interval-ms', 'ping-timeout-ms', 'verbose', 'help',
  ]) {
    assert.match(stdout, new RegExp(`^  --${option} `, 'm'));
  }
});

test('wrong usage ends with 2 and says what is wrong', async (t) => {
  for (const [args, complaint] of [
    [['--port', '65536'], /--port 65536/],
    [['--port', '-1'], /--port/],
    [['--port', '0x50'], /--port 0x50/],
    [['--nonsense'], /--nonsense/],
    [['extra'], /extra/],
    [['--static', 'web'], /URLPREFIX=DIR/],
    [['--legacy-crash'], /--legacy-crash needs --legacy/],
    [['--rate-window-ms', '5'], /--rate-window-ms needs --rate-limit/],
    [['--groups', '/nonexistent/groups.json'], /ENOENT/],
  ]) {
    const { code, stdout, stderr } = await run(t, ...args).ended();
    assert.equal(code, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, complaint);
  }
});

test('--groups decides who may join', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'groupcall-groups-'));
  t.after(() => rm(dir, { recursive: true }));
  const file = path.join(dir, 'groups.json');
  await writeFile(file, JSON.stringify({ g1: { name: 'Team', members: ['alice'] } }));
  const program = await runUntilReady(t, '--groups', file);
  await (await connect(t, program, 'alice')).join('r1');
  const mallory = await connect(t, program, 'mallory');
  mallory.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  assert.equal((await mallory.next('groupcall:error')).error, 'You are not a member of this group');
});

test('--legacy survives a null payload and shouts; --legacy-crash ends with 70', async (t) => {
  const survivor = await runUntilReady(t, '--legacy');
  const alice = await connect(t, survivor, 'alice');
  alice.emit('groupcall:join', null);
  assert.equal(await alice.closed(), 'io server disconnect');
  await connect(t, survivor, 'bob');
  assert.match(survivor.output.stderr, /LEGACY: the existing backend would have died: groupcall:join .*"alice"/);

  const victim = await runUntilReady(t, '--legacy', '--legacy-crash');
  (await connect(t, victim, 'alice')).emit('groupcall:leave');
  const { code, stderr } = await victim.ended();
  assert.equal(code, 70);
  assert.match(stderr, /LEGACY: dying as the existing backend does: groupcall:leave/);
});

test('--rate-limit works without --legacy', async (t) => {
  const program = await runUntilReady(t, '--rate-limit', '1', '--rate-window-ms', '1000');
  await connect(t, program, 'alice');
  const bob = await connect(t, program, 'bob');
  assert.equal((await bob.next('error')).code, 'RATE_LIMIT_EXCEEDED');
});

test('--verbose prints events and refusals on stderr, and stdout stays one line', async (t) => {
  const program = await runUntilReady(t, '--verbose');
  const alice = await connect(t, program, 'alice');
  alice.emit('groupcall:leave', { roomId: 'line\nbreak', x: 1 });
  alice.emit('groupcall:leave', {});
  await alice.next('groupcall:error');
  program.child.kill('SIGTERM');
  const { stdout, stderr } = await program.ended();
  assert.equal(stdout.split('\n').length, 2);
  assert.match(stderr, /^-> "alice" groupcall:leave \{"roomId":"line\\nbreak","x":1\}$/m);
  assert.match(stderr, /^refused \{"userId":"alice","event":"groupcall:leave"/m);
});
