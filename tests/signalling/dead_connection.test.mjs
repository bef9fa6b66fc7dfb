// Connections that die without a word, and servers from which one had better stay away for a while.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { addressOf, serverFor } from '../server/test_client.js';
import { admit, networkTo, socketioServer } from './fixtures.mjs';
import { createClient } from './wasm_client.mjs';

const HEARTBEAT = { pingInterval: 1_000, pingTimeout: 1_000 };
/** Two shared cores may be late; a missing deadline would be late by seconds. */
const LATE_MS = 900;
const STORM_WINDOW_MS = 300_000;
/** Deadlines are told in whole milliseconds, and timers round up. */
const TIMER_MS = 5;

const knowsPing = (socket) => {
  admit(socket);
  socket.on('groupcall:ping', (_, answer) => answer());
};

// These wait for real heartbeats, so they wait together.
describe('a connection that dies without a word', { concurrency: true }, () => {
  test('is found dead within interval and timeout of the server\'s heartbeat', async (t) => {
    const server = await socketioServer(t, HEARTBEAT);
    const network = await networkTo(t, server.port);
    const client = createClient(t, { userId: 'ada', url: network.url });
    await client.join();
    const beats = () => client.eventsOf('socket.frame').filter(({ text }) => text === '2').length;
    await client.until(() => beats() >= 1, 'a heartbeat');
    network.freeze();
    const since = client.now;
    await client.until(() => client.counted('dead-sockets') === 1);
    const took = client.now - since;
    assert.ok(took <= HEARTBEAT.pingInterval + HEARTBEAT.pingTimeout + LATE_MS, `after ${took} ms`);
    assert.equal(client.eventsOf('socket.closed').length, 0);
    await client.joined();
    assert.deepEqual(server.heardOf('groupcall:join').map(({ number }) => number), [1, 2]);
  });

  test('is found dead within 5 s where the server answers pings, however slow its heartbeat is', async (t) => {
    const server = await socketioServer(t, { onSocket: knowsPing });
    const network = await networkTo(t, server.port);
    const client = createClient(t, { userId: 'ada', url: network.url });
    await client.join();
    client.skip(2_500);
    await client.until(() => client.eventsOf('socket.frame').some(({ text }) => text.startsWith('43')), 'the first answer');
    network.freeze();
    const since = client.now;
    await client.until(() => client.counted('dead-sockets') === 1);
    const took = client.now - since;
    assert.ok(took <= 5_000 + LATE_MS, `after ${took} ms`);
    assert.equal(client.eventsOf('socket.closed').length, 0);
    await client.joined();
    assert.equal(server.connections.length, 2);
  });

  test('is kept as long as its heartbeat comes and is answered', async (t) => {
    const server = await socketioServer(t, HEARTBEAT);
    const client = createClient(t, { userId: 'ada', url: server.url });
    await client.join();
    const beats = () => client.eventsOf('socket.frame').filter(({ text }) => text === '2').length;
    // Twice as long as the server would wait for a silent client.
    await client.until(() => beats() >= 4, 'four heartbeats');
    assert.equal(client.commandsOf('socket.send').filter(({ text }) => text === '3').length, beats());
    assert.equal(server.connections.length, 1);
    assert.equal(server.connections[0].connected, true);
    assert.equal(client.signalling, 'online');
  });

  test('is not suspected where the server does not know our ping, and not asked again', async (t) => {
    const server = await socketioServer(t);
    const client = createClient(t, { userId: 'ada', url: server.url });
    await client.join();
    client.skip(30_000);
    assert.equal(client.signalling, 'online');
    assert.equal(client.counted('dead-sockets'), 0);
    await server.connections[0].timeout(5_000).emitWithAck('fence', {});
    assert.equal(server.heardOf('groupcall:ping').length, 1);
    assert.equal(server.connections.length, 1);
  });
});

test('a server that takes connections and never says anything is left after 10 s and tried again', async (t) => {
  const network = await networkTo(t, (await socketioServer(t)).port);
  network.hold();
  const client = createClient(t, { userId: 'ada', url: network.url });
  client.call.connect();
  await network.until(() => network.connections === 1, 'a connection');
  client.skip(9_900);
  assert.equal(client.counted('slow-handshakes'), 0);
  client.skip(200);
  assert.equal(client.counted('slow-handshakes'), 1);
  await network.until(() => network.connections === 2, 'another connection');
  assert.equal(client.commandsOf('socket.close').length, 1);
});

test('a server that accepts and at once disconnects gets ten connections, and the next when the window has moved on', async (t) => {
  let hostile = true;
  const onSocket = (socket) => (hostile ? socket.disconnect() : admit(socket));
  const server = await socketioServer(t, { onSocket });
  const client = createClient(t, { userId: 'ada', url: server.url });
  const startedAt = client.now;
  client.call.connect();
  await client.until(() => client.signalling === 'waiting' && client.snapshot.signalling.retryAtMs - client.now > 10_000, 'a long wait');
  const firstAt = client.now;
  assert.equal(server.connections.length, 10);
  const { retryAtMs } = client.snapshot.signalling;
  // The first of the ten leaves the window then, and not before.
  assert.ok(retryAtMs >= startedAt + STORM_WINDOW_MS - 1 && retryAtMs <= firstAt + STORM_WINDOW_MS, `in ${retryAtMs - firstAt} ms`);
  client.skipTo(retryAtMs - 100);
  assert.equal(client.commandsOf('socket.open').length, 10);
  hostile = false;
  client.skipTo(retryAtMs + TIMER_MS);
  await client.online();
  assert.equal(server.connections.length, 11);
});

test('a page that comes and goes does not get around the guard: joining anew waits for the window as well', async (t) => {
  const server = await socketioServer(t, { onSocket: (socket) => socket.disconnect() });
  const client = createClient(t, { userId: 'ada', url: server.url });
  client.call.connect();
  await client.until(() => client.signalling === 'waiting' && client.snapshot.signalling.retryAtMs - client.now > 10_000, 'a long wait');
  client.call.disconnect();
  client.call.connect();
  assert.equal(client.signalling, 'waiting');
  assert.equal(server.connections.length, 10);
});

for (const legacy of [false, true]) {
  test(`retryAfter of the rate limit is honoured to the second${legacy ? ', with the legacy quirks' : ''}`, async (t) => {
    const server = await serverFor(t, { legacy, rateLimit: { limit: 1, windowMs: 120_000 } });
    const first = createClient(t, { userId: 'ada', url: addressOf(server) });
    await first.join();
    const second = createClient(t, { userId: 'ben', url: addressOf(server) });
    const startedAt = second.now;
    second.call.connect();
    await second.until(() => second.signalling === 'waiting');
    const { error, retryAtMs } = second.snapshot.signalling;
    assert.equal(error.code, 'rate-limited');
    assert.match(error.detail, /too many connections/i);
    assert.ok(retryAtMs >= startedAt + 120_000 - 1 && retryAtMs <= second.now + 120_000, `in ${retryAtMs - second.now} ms`);
    second.skipTo(retryAtMs - 100);
    assert.equal(second.commandsOf('socket.open').length, 1);
    second.skipTo(retryAtMs + TIMER_MS);
    assert.equal(second.commandsOf('socket.open').length, 2);
  });
}

test('a join that meets the rate limit is rejected with it', async (t) => {
  const server = await serverFor(t, { rateLimit: { limit: 1 } });
  await createClient(t, { userId: 'ada', url: addressOf(server) }).join();
  const second = createClient(t, { userId: 'ben', url: addressOf(server) });
  const refused = second.join();
  await second.until(() => second.signalling === 'waiting');
  second.skip(15_000);
  await assert.rejects(refused, { code: 'rate-limited' });
  assert.equal(second.commandsOf('socket.open').length, 1);
});
