// A WebSocket of our own against real socket.io servers.

import assert from 'node:assert/strict';
import test from 'node:test';

import { admit, joinedPayload, networkTo, participantCalled, socketioServer } from './fixtures.mjs';
import { createClient } from './wasm_client.mjs';

const STORM_WINDOW_MS = 300_000;

test('a connection is opened with the userId in its query, and both sides know its sid', async (t) => {
  const server = await socketioServer(t);
  const client = createClient(t, { userId: 'ada & ben', url: server.url });
  client.call.connect();
  await client.online();
  const [{ id, handshake, conn }] = server.connections;
  assert.equal(handshake.query.userId, 'ada & ben');
  assert.equal(conn.transport.name, 'websocket');
  const frames = client.eventsOf('socket.frame').map(({ text }) => text);
  assert.equal(JSON.parse(frames[0].slice(1)).sid, conn.id);
  assert.deepEqual(JSON.parse(frames[1].slice(2)), { sid: id });
  assert.deepEqual(client.refusals, {});
});

test('a path and a query of the page lead to the server as they are', async (t) => {
  const server = await socketioServer(t, { path: '/chat/io' });
  const client = createClient(t, { userId: 'ada', url: `${server.url}/`, path: '/chat/io/', query: { tenant: 'a b&c' } });
  await client.join();
  const { tenant, userId } = server.connections[0].handshake.query;
  assert.deepEqual({ tenant, userId }, { tenant: 'a b&c', userId: 'ada' });
});

test('who sends the auth that the middleware asks for is let in', async (t) => {
  const server = await socketioServer(t, { use: needToken });
  const client = createClient(t, { userId: 'ada', url: server.url, auth: { token: 'good' } });
  await client.join();
  assert.deepEqual(server.connections[0].handshake.auth, { token: 'good' });
  assert.equal(client.snapshot.phase, 'joined');
});

function needToken({ handshake }, next) {
  next(handshake.auth.token === 'good' ? undefined : new Error('bad token'));
}

test('a refusal by the middleware rejects join() with its words, and is not tried again', async (t) => {
  const server = await socketioServer(t, { use: needToken });
  const client = createClient(t, { userId: 'ada', url: server.url, auth: { token: 'bad' } });
  await assert.rejects(client.join(), { code: 'refused', detail: 'bad token' });
  assert.equal(client.snapshot.phase, 'idle');
  assert.equal(client.snapshot.error.code, 'refused');
  client.skip(STORM_WINDOW_MS);
  assert.equal(client.commandsOf('socket.open').length, 1);
  assert.equal(server.transports, 1);
});

test('a refusal by the middleware halts a connection for invitations until it is asked for anew', async (t) => {
  let open = false;
  const server = await socketioServer(t, { use: (_, next) => next(open ? undefined : new Error('not yet')) });
  const client = createClient(t, { userId: 'ada', url: server.url });
  client.call.connect();
  await client.until(() => client.signalling === 'halted');
  assert.equal(client.snapshot.signalling.error.code, 'refused');
  assert.equal(client.snapshot.signalling.error.detail, 'not yet');
  assert.equal(client.snapshot.signalling.retryAtMs, null);
  client.skip(STORM_WINDOW_MS);
  assert.equal(client.commandsOf('socket.open').length, 1);
  open = true;
  client.call.connect();
  await client.online();
});

test('a refusal after an admission is tried again after 5 s', async (t) => {
  let open = true;
  const server = await socketioServer(t, { use: (_, next) => next(open ? undefined : new Error('restarting')) });
  const client = createClient(t, { userId: 'ada', url: server.url });
  await client.join();
  open = false;
  server.connections[0].conn.close();
  await client.until(() => client.signalling === 'waiting');
  assert.equal(client.snapshot.signalling.error.code, 'refused');
  const { retryAtMs } = client.snapshot.signalling;
  assert.ok(retryAtMs - client.now > 4_000 && retryAtMs - client.now <= 5_001, `in ${retryAtMs - client.now} ms`);
  open = true;
  client.skipTo(retryAtMs + 5);
  await client.joined();
});

test('a namespace is connected to, and events of it arrive', async (t) => {
  const server = await socketioServer(t, { namespace: '/calls', onSocket: (socket) => admit(socket, [participantCalled('ben')]) });
  const client = createClient(t, { userId: 'ada', url: server.url, namespace: '/calls' });
  await client.join();
  assert.equal(server.connections[0].nsp.name, '/calls');
  assert.deepEqual(client.others, ['ben']);
  assert.deepEqual(client.refusals, {});
  assert.equal(server.io.of('/').sockets.size, 0);
});

test('a namespace that the server does not have is a refusal', async (t) => {
  const server = await socketioServer(t);
  const client = createClient(t, { userId: 'ada', url: server.url, namespace: '/nowhere' });
  await assert.rejects(client.join(), { code: 'refused', detail: 'Invalid namespace' });
});

test('a server that asks for an acknowledgement gets one, of events that we know and of others', async (t) => {
  const server = await socketioServer(t);
  const client = createClient(t, { userId: 'ada', url: server.url });
  await client.join();
  const [socket] = server.connections;
  const answers = await Promise.all([
    socket.timeout(5_000).emitWithAck('groupcall:participant-joined', { roomId: 'r1', participant: participantCalled('ben') }),
    socket.timeout(5_000).emitWithAck('news', { of: 'the day' }),
    socket.timeout(5_000).emitWithAck('picture', { bytes: Buffer.from('pixels') }),
  ]);
  assert.deepEqual(answers, [undefined, undefined, undefined]);
  assert.deepEqual(client.others, ['ben']);
});

test('our ping is acknowledged by a server that knows it', async (t) => {
  const server = await socketioServer(t, { onSocket: (socket) => socket.on('groupcall:ping', (_, answer) => answer()) });
  const client = createClient(t, { userId: 'ada', url: server.url });
  client.call.connect();
  await client.online();
  client.skip(2_500);
  await client.until(() => client.eventsOf('socket.frame').some(({ text }) => /^43\d+\[\]$/.test(text)), 'the acknowledgement');
  assert.deepEqual(server.heardOf('groupcall:ping').map(({ payload }) => payload), [{}]);
  // It answers, so it is asked again after the next silence.
  client.skip(2_500);
  await server.until(() => server.heardOf('groupcall:ping').length === 2, 'a second ping');
  assert.deepEqual(client.refusals, {});
});

test('an event with Buffers is passed over, and what follows is understood', async (t) => {
  const server = await socketioServer(t);
  const client = createClient(t, { userId: 'ada', url: server.url });
  await client.join();
  const [socket] = server.connections;
  socket.emit('picture', Buffer.from('one'), { more: Buffer.from('two') });
  socket.emit('groupcall:participant-joined', { roomId: 'r1', participant: participantCalled('ben') });
  await client.until(() => client.others.includes('ben'));
  assert.deepEqual(client.eventsOf('socket.binary').map(({ bytes }) => bytes), [3, 3]);
  assert.deepEqual(client.refusals, {});
});

test('a Buffer in the userInfo of one participant loses nobody', async (t) => {
  const roster = [
    participantCalled('ben', { fullname: 'Ben' }),
    participantCalled('eve', { fullname: 'Eve', picture: Buffer.alloc(5_000, 7) }),
    participantCalled('joe', { fullname: 'Joe' }),
  ];
  const server = await socketioServer(t, { onSocket: (socket) => admit(socket, roster) });
  const client = createClient(t, { userId: 'ada', url: server.url });
  await client.join();
  assert.deepEqual(client.others, ['ben', 'eve', 'joe']);
  assert.deepEqual(client.snapshot.participants.map(({ userInfo }) => userInfo.fullname), ['Ben', 'Eve', 'Joe']);
  server.connections[0].emit('groupcall:participant-left', { roomId: 'r1', userId: 'ben' });
  await client.until(() => !client.others.includes('ben'));
  assert.deepEqual(client.eventsOf('socket.binary').map(({ bytes }) => bytes), [5_000]);
  assert.deepEqual(client.refusals, {});
});

for (const [what, lose, closes] of [
  ['a DISCONNECT packet', (socket) => socket.disconnect(), 0],
  ['a DISCONNECT packet and the close of the transport', (socket) => socket.disconnect(true), 0],
  ['the close of the transport', (socket) => socket.conn.close(), 1],
  ['a connection that breaks', (socket) => socket.conn.transport.socket.terminate(), 1],
]) {
  test(`after ${what} we are back in the room, and no link is given up`, async (t) => {
    const ben = participantCalled('ben', { groupcall: { v: 1, epoch: 'e1' } });
    const server = await socketioServer(t, { onSocket: (socket) => admit(socket, [ben]) });
    const client = createClient(t, { userId: 'ada', url: server.url });
    await client.join();
    lose(server.connections[0]);
    await client.until(() => client.snapshot.phase === 'reconnecting');
    await client.joined();
    assert.equal(client.signalling, 'online');
    assert.equal(client.eventsOf('socket.closed').length, closes);
    assert.deepEqual(server.heardOf('groupcall:join').map(({ number }) => number), [1, 2]);
    const [first, second] = server.heardOf('groupcall:join').map(({ payload }) => payload.userInfo.groupcall.epoch);
    assert.equal(first, second);
    assert.equal(client.commandsOf('pc.create').length, 1);
    assert.equal(client.commandsOf('pc.close').length, 0);
  });
}

test('a network that breaks is told from the server, and it is found again', async (t) => {
  const server = await socketioServer(t);
  const network = await networkTo(t, server.port);
  const client = createClient(t, { userId: 'ada', url: network.url });
  await client.join();
  network.cut();
  await client.until(() => client.snapshot.phase === 'reconnecting');
  await client.joined();
  assert.equal(client.eventsOf('socket.closed')[0].code, 1006);
  assert.equal(server.connections.length, 2);
});

test('a frame over the server\'s maxHttpBufferSize ends in no storm: ten connections, then the window is waited for', async (t) => {
  const server = await socketioServer(t, { maxHttpBufferSize: 2_000 });
  const client = createClient(t, { userId: 'ada', userInfo: { about: 'x'.repeat(4_000) }, url: server.url });
  const refused = client.join();
  await client.until(() => client.signalling === 'waiting' && client.snapshot.signalling.retryAtMs - client.now > 10_000, 'a long wait');
  assert.equal(server.connections.length, 10);
  assert.equal(server.heard.length, 0);
  assert.ok(client.eventsOf('socket.closed').every(({ code }) => code === 1009));
  client.skip(15_000);
  await assert.rejects(refused, { code: 'rate-limited' });
  assert.equal(server.connections.length, 10);
});

test('an offer over maxHttpBufferSize costs the connection; back in the room it is repeated at its own deadline, not at once', async (t) => {
  const ben = participantCalled('ben', { groupcall: { v: 1, epoch: 'e1' } });
  const server = await socketioServer(t, { maxHttpBufferSize: 600, onSocket: (socket) => admit(socket, [ben]) });
  const client = createClient(t, { userId: 'ada', url: server.url });
  const lost = () => client.eventsOf('socket.closed').map(({ code }) => code);
  const offers = () => client.emittedOf('groupcall:webrtc-offer').length;
  await client.join();
  await client.until(() => lost().length === 1, 'the loss of the connection');
  await client.joined();
  await server.connections[1].timeout(5_000).emitWithAck('fence', {});
  assert.equal(offers(), 1);
  client.skip(3_100);
  assert.equal(offers(), 2);
  await client.until(() => lost().length === 2, 'the loss of the next one');
  await client.joined();
  assert.deepEqual(lost(), [1009, 1009]);
  assert.equal(server.connections.length, 3);
});

test('a joined of a room that is not ours changes nothing, and is counted', async (t) => {
  const server = await socketioServer(t);
  const client = createClient(t, { userId: 'ada', url: server.url });
  await client.join();
  const [socket] = server.connections;
  socket.emit('groupcall:joined', joinedPayload('elsewhere', [participantCalled('eve')]));
  await socket.timeout(5_000).emitWithAck('fence', {});
  assert.deepEqual(client.others, []);
  assert.equal(client.counted('wrong-room'), 1);
});
