// Who is told that who is online, and which pages may connect at all.

import assert from 'node:assert/strict';
import test from 'node:test';

import { isOriginAllowed } from '../../tools/server/origin.js';
import { TestClient, addressOf, connect, connectAll, serverFor } from './test_client.js';

for (const legacy of [false, true]) {
  const mode = legacy ? 'legacy' : 'mended';

  test(`every connect and disconnect tells everybody who is online (${mode})`, async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, nobody] = await connectAll(t, server, 'alice', null);
    const bob = await connect(t, server, 'bob');
    bob.close();
    await nobody.next('location:offline');
    await alice.fence();
    assert.deepEqual(alice.inbox, [
      { event: 'getOnlineUsers', payload: ['alice'] },
      { event: 'getOnlineUsers', payload: ['alice'] },
      { event: 'getOnlineUsers', payload: ['alice', 'bob'] },
      { event: 'location:offline', payload: { userId: 'bob' } },
      { event: 'getOnlineUsers', payload: ['alice'] },
    ]);
  });

  test(`an older socket closing leaves its user online (${mode})`, async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, oldTab, newTab] = await connectAll(t, server, 'alice', 'bob', 'bob');
    await newTab.next('getOnlineUsers');
    alice.inbox = [];
    oldTab.close();
    assert.deepEqual(await alice.next('getOnlineUsers'), ['alice', 'bob']);
    await alice.fence();
    assert.ok(alice.inbox.every(({ event }) => event !== 'location:offline'));
  });

  test(`only the socket that is replaced is told so (${mode})`, async (t) => {
    const server = await serverFor(t, { legacy });
    const [first, second, third] = await connectAll(t, server, 'bob', 'bob', 'bob');
    await third.fence();
    await first.fence();
    await second.fence();
    const told = (client) => client.inbox.filter(({ event }) => event === 'connection:replaced').length;
    assert.deepEqual([first, second, third].map(told), [1, 1, 0]);
  });

  test(`a page of a foreign origin is turned away with HTTP 400 on the upgrade (${mode})`, async (t) => {
    const server = await serverFor(t, { legacy, origins: ['https://chat.example'] });
    await connect(t, server, 'alice', { extraHeaders: { Origin: 'https://chat.example' } });
    const evil = new TestClient(addressOf(server), 'evil', { extraHeaders: { Origin: 'https://evil.example' } });
    t.after(() => evil.close());
    await assert.rejects(evil.connected(), (error) => /400/.test(error.description?.message));
    const polling = await fetch(`${addressOf(server)}/socket.io/?EIO=4&transport=polling`, {
      headers: { Origin: 'https://evil.example' },
    });
    assert.equal(polling.status, 403);
    assert.equal(polling.headers.get('access-control-allow-origin'), null);
  });
}

test('a client that begins with polling is served too', async (t) => {
  const server = await serverFor(t);
  const [alice, bob] = [
    await connect(t, server, 'alice', { transports: ['polling'] }),
    await connect(t, server, 'bob', { transports: ['polling', 'websocket'] }),
  ];
  await alice.join('r1');
  await bob.join('r1');
  assert.equal((await alice.next('groupcall:participant-joined')).participant.userId, 'bob');
});

test('the origin rule', () => {
  const allowed = [
    [undefined, 'x:1', []],
    ['http://localhost:8080', '10.0.0.1:1', []],
    ['http://127.0.0.1:5173', 'localhost:8080', []],
    ['http://[::1]:5173', 'localhost:8080', []],
    ['http://10.0.0.1:8080', '10.0.0.1:8080', []],
    ['https://a.example', 'x:1', ['https://a.example']],
    ['null', 'x:1', ['*']],
  ];
  const refused = [
    ['null', 'x:1', []],
    ['', 'x:1', []],
    ['http://10.0.0.1:8081', '10.0.0.1:8080', []],
    ['http://localhost.evil.example', 'localhost:8080', []],
    ['https://a.example.evil', 'x:1', ['https://a.example']],
  ];
  for (const row of allowed) assert.ok(isOriginAllowed(...row), JSON.stringify(row));
  for (const row of refused) assert.ok(!isOriginAllowed(...row), JSON.stringify(row));
});
