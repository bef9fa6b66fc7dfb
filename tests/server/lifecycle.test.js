// The server as a module: start, count, observe, cut, stop, start again.

import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';

import { startServer } from '../../tools/server/server.js';
import { addressOf, connect, connectAll, serverFor, settle, within } from './test_client.js';

test('two servers run side by side on ports of their own', async (t) => {
  const [one, two] = [await serverFor(t), await serverFor(t)];
  assert.notEqual(one.port, two.port);
  assert.equal(one.url, `http://localhost:${one.port}`);
  await (await connect(t, one, 'alice')).join('r1');
  assert.deepEqual([one.stats(), two.stats()], [
    { rooms: 1, participants: 1, connections: 1 },
    { rooms: 0, participants: 0, connections: 0 },
  ]);
});

test('a port in use is reported as such', async (t) => {
  const server = await serverFor(t);
  await assert.rejects(startServer({ port: server.port }), { code: 'EADDRINUSE' });
});

test('onFrame sees every event in wire order, so that offers can be counted', async (t) => {
  const frames = [];
  const server = await serverFor(t, { onFrame: (...frame) => frames.push(frame) });
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await bob.join('r1');
  const payload = { roomId: 'r1', offer: { sdp: 's' }, targetUserId: 'bob' };
  alice.emit('groupcall:webrtc-offer', payload);
  await bob.next('groupcall:webrtc-offer');
  assert.deepEqual(frames.slice(0, 3), [
    ['out', 'alice', 'getOnlineUsers', ['alice']],
    ['out', 'alice', 'getOnlineUsers', ['alice', 'bob']],
    ['out', 'bob', 'getOnlineUsers', ['alice', 'bob']],
  ]);
  const offers = frames.filter(([, , event]) => event === 'groupcall:webrtc-offer');
  assert.deepEqual(offers, [
    ['in', 'alice', 'groupcall:webrtc-offer', payload],
    ['out', 'bob', 'groupcall:webrtc-offer', { roomId: 'r1', offer: { sdp: 's' }, senderId: 'alice' }],
  ]);
});

test('refusals can be listened to', async (t) => {
  const server = await serverFor(t);
  const refusals = [];
  server.on('refused', (refusal) => refusals.push(refusal));
  const alice = await connect(t, server, 'alice');
  alice.emit('groupcall:leave', {});
  const { error } = await alice.next('groupcall:error');
  assert.deepEqual(refusals.map(({ userId, event }) => [userId, event]), [['alice', 'groupcall:leave']]);
  assert.ok(error.endsWith(refusals[0].reason));
});

test('disconnectAll says 41, dropConnections cuts without a word, and both empty the rooms', async (t) => {
  const server = await serverFor(t);
  for (const [cut, reason] of [['disconnectAll', 'io server disconnect'], ['dropConnections', 'transport close']]) {
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    await bob.join('r1');
    server[cut]();
    assert.deepEqual([await alice.closed(), await bob.closed()], [reason, reason]);
    const carol = await connect(t, server, 'carol');
    await carol.next('getOnlineUsers', (online) => online.length === 1);
    assert.deepEqual(server.stats(), { rooms: 0, participants: 0, connections: 1 });
    carol.close();
  }
});

test('closing tells every client first, and tells nobody that the others left', async (t) => {
  const server = await serverFor(t);
  const clients = await connectAll(t, server, 'alice', 'bob', 'carol');
  for (const client of clients) await client.join('r1');
  await settle(...clients);
  for (const client of clients) client.inbox = [];
  await within(server.close(), () => 'close()');
  for (const client of clients) {
    assert.equal(await client.closed(), 'transport close');
    assert.equal(typeof (await client.next('server:shutting_down')).message, 'string');
    assert.deepEqual(client.calls(), []);
  }
});

test('the announcement of the end reaches a client that has megabytes still to read', async (t) => {
  const server = await serverFor(t, { closeLimitMs: 5000 });
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await bob.join('r1');
  const { ws } = bob.socket.io.engine.transport;
  ws.pause();
  // More than the kernel buffers for one connection, so that the server has to keep some.
  for (let i = 0; i < 20; i += 1) {
    const read = server.reading('alice', 'groupcall:webrtc-offer');
    alice.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { sdp: 'x'.repeat(900_000) }, targetUserId: 'bob' });
    await read;
  }
  const closing = server.close();
  ws.resume();
  await bob.next('server:shutting_down');
  await within(closing, () => 'close()');
});

test('closing frees the port within a second, though a client answers nothing', async (t) => {
  const server = await serverFor(t);
  const mute = net.connect(server.port, '127.0.0.1');
  t.after(() => mute.destroy());
  const upgraded = new Promise((resolve) => mute.once('data', resolve));
  mute.write(
    'GET /socket.io/?EIO=4&transport=websocket&userId=mute HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await within(upgraded, () => 'the upgrade');
  mute.pause();
  const startedAt = performance.now();
  await within(server.close(), () => 'close()');
  assert.ok(performance.now() - startedAt < 1000);
  const next = await startServer({ port: server.port });
  await next.close();
});

test('stop and start keep the port and forget the rooms; an abrupt stop says nothing', async (t) => {
  const server = await serverFor(t);
  const alice = await connect(t, server, 'alice');
  await alice.join('r1');
  await server.stop({ abrupt: true });
  assert.equal(await alice.closed(), 'transport close');
  assert.ok(alice.inbox.every(({ event }) => event !== 'server:shutting_down'));
  assert.deepEqual(server.stats(), { rooms: 0, participants: 0, connections: 0 });
  await assert.rejects(fetch(`${addressOf(server)}/healthz`));

  await server.start();
  const again = await connect(t, server, 'alice');
  await again.join('r2');
  assert.deepEqual(server.stats(), { rooms: 1, participants: 1, connections: 1 });

  await server.restart();
  await again.closed();
  await again.next('server:shutting_down');
  await connect(t, server, 'alice');
});

test('a join that is being looked up does not outlive the server', async (t) => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const timersBefore = timers();
  const server = await serverFor(t, { legacy: true, lookupDelayMs: 60_000 });
  const alice = await connect(t, server, 'alice');
  const read = server.reading('alice', 'groupcall:join');
  alice.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  await read;
  await within(server.close(), () => 'close()');
  await alice.closed();
  assert.equal(timers(), timersBefore);
});

test('legacyCrash stops the server dead and says so', async (t) => {
  const server = await serverFor(t, { legacy: true, legacyCrash: true });
  const crash = new Promise((resolve) => server.on('crash', resolve));
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  alice.emit('groupcall:join', null);
  assert.equal((await within(crash, () => 'the crash')).userId, 'alice');
  assert.equal(await bob.closed(), 'transport close');
  assert.ok(bob.inbox.every(({ event }) => event !== 'server:shutting_down'));
});
