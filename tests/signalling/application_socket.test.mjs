// The application's own Socket of socket.io-client 4.8, by way of the port that the product has for it.

import assert from 'node:assert/strict';
import test from 'node:test';

import { addressOf, connect, serverFor } from '../server/test_client.js';
import { admit, applicationSocket, participantCalled, socketioServer } from './fixtures.mjs';
import { createClient } from './wasm_client.mjs';

const epochOf = (payload) => payload.userInfo.groupcall.epoch;

for (const [what, prepare] of [
  ['connected already', (socket, client) => client.until(() => socket.connected)],
  ['still connecting', () => {}],
]) {
  test(`a Socket that is ${what} serves a join`, async (t) => {
    const server = await socketioServer(t, { onSocket: (socket) => admit(socket, [participantCalled('ben')]) });
    const socket = applicationSocket(t, server.url, 'ada');
    const client = createClient(t, { userId: 'ada', socket });
    await prepare(socket, client);
    await client.join();
    assert.deepEqual(client.others, ['ben']);
    assert.equal(server.connections.length, 1);
    assert.equal(client.commandsOf('socket.open').length, 0);
  });
}

test('a Socket that was never opened is connected when a call wants it', async (t) => {
  const server = await socketioServer(t);
  const socket = applicationSocket(t, server.url, 'ada', { autoConnect: false });
  const client = createClient(t, { userId: 'ada', socket });
  assert.equal(client.commandsOf('application.connect').length, 0);
  await client.join();
  assert.equal(client.commandsOf('application.connect').length, 1);
});

test('leaving leaves the Socket to the application, connected', async (t) => {
  const server = await socketioServer(t);
  const socket = applicationSocket(t, server.url, 'ada');
  const client = createClient(t, { userId: 'ada', socket });
  await client.join();
  await client.call.leave();
  await server.until(() => server.heardOf('groupcall:leave').length === 1, 'leave');
  assert.equal(socket.connected, true);
  assert.equal(client.signalling, 'closed');
});

for (const [ada, ben] of [['application', 'own'], ['own', 'application'], ['application', 'application']]) {
  test(`offer, answer and candidates pass from ${ada} to ${ben}: ada has the ${ada} socket, ben the ${ben} one`, async (t) => {
    const server = await serverFor(t);
    const by = (kind, userId) =>
      kind === 'own' ? { url: addressOf(server) } : { socket: applicationSocket(t, addressOf(server), userId) };
    const first = createClient(t, { userId: 'ada', ...by(ada, 'ada') });
    const second = createClient(t, { userId: 'ben', ...by(ben, 'ben') });
    await first.join();
    await second.join();
    await first.until(() => first.commandsOf('pc.addIceCandidate').length === 1, 'a candidate of ben');
    await second.until(() => second.commandsOf('pc.addIceCandidate').length === 1, 'a candidate of ada');
    // The newcomer offers, and what arrives is what was said, to the byte.
    const [offered] = second.eventsOf('pc.localDescriptionSet');
    const [answered] = first.eventsOf('pc.localDescriptionSet');
    assert.deepEqual(first.commandsOf('pc.setRemoteDescription').map(({ description }) => description), [offered.description]);
    assert.deepEqual(second.commandsOf('pc.setRemoteDescription').map(({ description }) => description), [answered.description]);
    assert.equal(offered.description.type, 'offer');
    assert.equal(answered.description.type, 'answer');
    for (const [from, to] of [[first, second], [second, first]]) {
      const { candidate, sdpMid } = to.commandsOf('pc.addIceCandidate')[0].candidate;
      assert.deepEqual({ candidate, sdpMid }, {
        candidate: from.eventsOf('pc.candidate')[0].candidate.candidate,
        sdpMid: from.eventsOf('pc.candidate')[0].candidate.sdpMid,
      });
      assert.deepEqual(to.refusals, {});
    }
  });
}

test('a Socket that the server has disconnected is connected again by us, and re-joins with the same epoch', async (t) => {
  const server = await socketioServer(t);
  const socket = applicationSocket(t, server.url, 'ada');
  const client = createClient(t, { userId: 'ada', socket });
  await client.join();
  server.connections[0].disconnect();
  await client.until(() => client.snapshot.phase === 'reconnecting');
  await client.joined();
  // It had given up for ever.
  assert.equal(client.eventsOf('application.state').find(({ reason }) => reason === 'io server disconnect').active, false);
  assert.equal(client.commandsOf('application.connect').length, 1);
  const [first, second] = server.heardOf('groupcall:join').map(({ payload }) => epochOf(payload));
  assert.equal(first, second);
});

test('a Socket whose connection broke reconnects by itself, without our connect()', async (t) => {
  const server = await socketioServer(t);
  const socket = applicationSocket(t, server.url, 'ada', { reconnectionDelay: 20, reconnectionDelayMax: 20 });
  const client = createClient(t, { userId: 'ada', socket });
  await client.join();
  server.connections[0].conn.transport.socket.terminate();
  await client.until(() => client.snapshot.phase === 'reconnecting');
  await client.joined();
  assert.equal(server.connections.length, 2);
  assert.deepEqual(server.heardOf('groupcall:join').map(({ number }) => number), [1, 2]);
});

test('a refusal by the middleware after an admission is tried again by us after 5 s', async (t) => {
  let open = true;
  const server = await socketioServer(t, { use: (_, next) => next(open ? undefined : new Error('restarting')) });
  const socket = applicationSocket(t, server.url, 'ada', { reconnectionDelay: 20, reconnectionDelayMax: 20 });
  const client = createClient(t, { userId: 'ada', socket });
  await client.join();
  open = false;
  server.connections[0].conn.close();
  await client.until(() => client.snapshot.signalling.error?.code === 'refused');
  assert.equal(client.snapshot.signalling.error.detail, 'restarting');
  assert.equal(client.snapshot.phase, 'reconnecting');
  assert.equal(socket.active, false);
  const { retryAtMs } = client.snapshot.signalling;
  assert.ok(retryAtMs - client.now > 4_000 && retryAtMs - client.now <= 5_001, `in ${retryAtMs - client.now} ms`);
  const before = client.commandsOf('application.connect').length;
  open = true;
  client.skipTo(retryAtMs + 5);
  await client.joined();
  assert.equal(client.commandsOf('application.connect').length, before + 1);
});

test('a refusal before any admission rejects join(), and connect() is not called in a loop', async (t) => {
  const server = await socketioServer(t, { use: (_, next) => next(new Error('bad token')) });
  const socket = applicationSocket(t, server.url, 'ada');
  const client = createClient(t, { userId: 'ada', socket });
  await assert.rejects(client.join(), { code: 'refused', detail: 'bad token' });
  client.skip(300_000);
  assert.equal(client.commandsOf('application.connect').length, 0);
  assert.equal(server.transports, 1);
});

test("with reconnect: 'application' a dead Socket is left alone, the snapshot says whose it is, and its return is used", async (t) => {
  const server = await socketioServer(t);
  const socket = applicationSocket(t, server.url, 'ada');
  const client = createClient(t, { userId: 'ada', socket, reconnect: 'application' });
  await client.join();
  server.connections[0].disconnect();
  await client.until(() => client.signalling === 'halted');
  assert.equal(client.snapshot.signalling.error.code, 'application-socket');
  assert.equal(client.snapshot.phase, 'reconnecting');
  client.skip(300_000);
  assert.equal(client.commandsOf('application.connect').length, 0);
  assert.equal(socket.connected, false);
  socket.connect();
  await client.joined();
  assert.equal(client.signalling, 'online');
  assert.equal(client.snapshot.signalling.error, null);
});

test('a Socket that the application itself has closed is not connected by us', async (t) => {
  const server = await socketioServer(t);
  const socket = applicationSocket(t, server.url, 'ada');
  const client = createClient(t, { userId: 'ada', socket });
  await client.join();
  socket.disconnect();
  await client.until(() => client.signalling === 'halted');
  assert.equal(client.snapshot.signalling.error.code, 'application-socket');
  client.skip(300_000);
  assert.equal(client.commandsOf('application.connect').length, 0);
});

test('nothing is emitted while disconnected: the first word on the new connection is the join', async (t) => {
  const server = await socketioServer(t, { onSocket: (socket) => admit(socket, [participantCalled('ben')]) });
  const socket = applicationSocket(t, server.url, 'ada', { reconnection: false });
  const client = createClient(t, { userId: 'ada', socket, reconnect: 'application' });
  await client.join();
  server.connections[0].conn.close();
  await client.until(() => client.signalling === 'halted');
  const said = client.emitted.length;
  // Offers are repeated, pings are due, and ben is waited for meanwhile.
  client.skip(20_000);
  assert.equal(client.emitted.length, said);
  assert.equal(socket.sendBuffer.length, 0);
  assert.equal(client.counted('application.emit-while-disconnected'), 0);
  socket.connect();
  await client.joined();
  await server.until(() => server.heard.some(({ number }) => number === 2), 'a word on the new connection');
  assert.equal(server.heard.find(({ number }) => number === 2).event, 'groupcall:join');
});

test('another Socket in its place carries the call on', async (t) => {
  const server = await socketioServer(t);
  const client = createClient(t, { userId: 'ada', socket: applicationSocket(t, server.url, 'ada') });
  await client.join();
  client.call.setSocket(applicationSocket(t, server.url, 'ada'));
  await server.until(() => server.heardOf('groupcall:join').length === 2, 'the join on the new Socket');
  await client.joined();
  const [first, second] = server.heardOf('groupcall:join').map(({ payload }) => epochOf(payload));
  assert.equal(first, second);
  server.connections[0].emit('groupcall:participant-joined', { roomId: 'r1', participant: participantCalled('eve') });
  server.connections[1].emit('groupcall:participant-joined', { roomId: 'r1', participant: participantCalled('ben') });
  await client.until(() => client.others.includes('ben'));
  assert.deepEqual(client.others, ['ben']);
});

test('the Socket goes silent: a ping that a server answers finds it, and the answer brings it back', async (t) => {
  let answers = true;
  const server = await socketioServer(t, {
    onSocket: (socket) => {
      admit(socket);
      socket.on('groupcall:ping', (_, answer) => answers && answer());
    },
  });
  const client = createClient(t, { userId: 'ada', socket: applicationSocket(t, server.url, 'ada') });
  await client.join();
  client.skip(2_500);
  await client.until(() => client.eventsOf('application.acknowledged').length === 1, 'the first answer');
  answers = false;
  client.skip(2_500);
  client.skip(2_500);
  assert.equal(client.counted('dead-sockets'), 1);
  assert.equal(client.snapshot.phase, 'reconnecting');
  answers = true;
  server.connections[0].emit('groupcall:participant-left', { roomId: 'r1', userId: 'nobody' });
  await client.joined();
  assert.equal(server.connections.length, 1);
});

test('Buffers that the Socket has put together again lose nobody', async (t) => {
  const roster = [participantCalled('ben'), participantCalled('eve', { picture: Buffer.from('pixels') }), participantCalled('joe')];
  const server = await socketioServer(t, { onSocket: (socket) => admit(socket, roster) });
  const client = createClient(t, { userId: 'ada', socket: applicationSocket(t, server.url, 'ada') });
  await client.join();
  assert.deepEqual(client.others, ['ben', 'eve', 'joe']);
  assert.deepEqual(client.refusals, {});
});

test("a server that asks for an acknowledgement of our events gets it from the application, not from us", async (t) => {
  const server = await socketioServer(t);
  const socket = applicationSocket(t, server.url, 'ada');
  const client = createClient(t, { userId: 'ada', socket });
  await client.join();
  socket.on('groupcall:participant-joined', (_, answer) => answer('from the application'));
  const participant = participantCalled('ben');
  const answer = await server.connections[0].timeout(5_000).emitWithAck('groupcall:participant-joined', { roomId: 'r1', participant });
  assert.equal(answer, 'from the application');
  assert.deepEqual(client.others, ['ben']);
});

test('retryAfter of the rate limit holds for the Socket as well', async (t) => {
  const server = await serverFor(t, { rateLimit: { limit: 1, windowMs: 120_000 } });
  await createClient(t, { userId: 'ada', url: addressOf(server) }).join();
  const socket = applicationSocket(t, addressOf(server), 'ben');
  const client = createClient(t, { userId: 'ben', socket });
  client.call.connect();
  await client.until(() => client.signalling === 'waiting');
  const { retryAtMs, error } = client.snapshot.signalling;
  assert.equal(error.code, 'rate-limited');
  assert.ok(retryAtMs - client.now > 115_000 && retryAtMs - client.now <= 120_000, `in ${retryAtMs - client.now} ms`);
  client.skipTo(retryAtMs - 100);
  assert.equal(client.commandsOf('application.connect').length, 0);
  client.skipTo(retryAtMs + 5);
  assert.equal(client.commandsOf('application.connect').length, 1);
});

test('a Socket that the server has replaced by a newer one stays connected and unused, and takeOver() renews its connection', async (t) => {
  const server = await serverFor(t, { legacy: true });
  const socket = applicationSocket(t, addressOf(server), 'ada', { reconnectionDelay: 20, reconnectionDelayMax: 20 });
  const client = createClient(t, { userId: 'ada', socket });
  await client.join();
  const elsewhere = await connect(t, server, 'ada');
  await client.until(() => client.signalling === 'halted');
  assert.equal(client.snapshot.signalling.error.code, 'replaced');
  assert.equal(socket.connected, true);
  const said = client.emitted.length;
  client.skip(30_000);
  assert.equal(client.emitted.length, said);
  const { id } = socket;
  client.call.takeOver();
  await client.joined();
  assert.equal(client.commandsOf('application.renew').length, 1);
  assert.notEqual(socket.id, id);
  await elsewhere.next('connection:replaced');
});

test('a server that accepts and at once disconnects is not connected to more than ten times by us either', async (t) => {
  const server = await socketioServer(t, { onSocket: (socket) => socket.disconnect() });
  const client = createClient(t, { userId: 'ada', socket: applicationSocket(t, server.url, 'ada') });
  client.call.connect();
  await client.until(() => client.signalling === 'waiting' && client.snapshot.signalling.retryAtMs - client.now > 10_000, 'a long wait');
  assert.equal(server.connections.length, 10);
  assert.equal(client.commandsOf('application.connect').length, 9);
});
