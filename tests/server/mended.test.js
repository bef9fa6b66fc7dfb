// What the server does better than the existing backend unless --legacy is given.

import assert from 'node:assert/strict';
import test from 'node:test';

import { assertSilence, connect, connectAll, serverFor, settle, within } from './test_client.js';

const LONG = 'x'.repeat(257);
const deep = (levels) => JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));

test('a bad join is refused with a documented text, and the next good one works', async (t) => {
  const server = await serverFor(t);
  const alice = await connect(t, server, 'alice');
  const error = 'Failed to join group call';
  for (const [payload, roomId] of [
    [null, ''],
    [undefined, ''],
    ['text', ''],
    [[1], ''],
    [{ groupId: 'g1' }, ''],
    [{ roomId: '', groupId: 'g1' }, ''],
    [{ roomId: 7, groupId: 'g1' }, ''],
    [{ roomId: LONG, groupId: 'g1' }, ''],
    [{ roomId: 'r1' }, 'r1'],
    [{ roomId: 'r1', groupId: ' ' }, 'r1'],
    [{ roomId: 'r1', groupId: 5 }, 'r1'],
    [{ roomId: 'r1', groupId: 'g1', callType: 'hologram' }, 'r1'],
    [{ roomId: 'r1', groupId: 'g1', userInfo: 'Alice' }, 'r1'],
    [{ roomId: 'r1', groupId: 'g1', userInfo: [] }, 'r1'],
    [{ roomId: 'r1', groupId: 'g1', userInfo: deep(80) }, 'r1'],
  ]) {
    alice.emit('groupcall:join', payload);
    assert.deepEqual(await alice.next('groupcall:error'), { roomId, error }, JSON.stringify(payload)?.slice(0, 60));
  }
  assert.equal(server.stats().rooms, 0);
  assert.equal((await alice.join('r1')).roomId, 'r1');
});

test('every other bad payload is refused with a text that says what is wrong', async (t) => {
  const server = await serverFor(t);
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await bob.join('r1');
  await settle(alice, bob);
  alice.inbox = [];
  bob.inbox = [];
  for (const [event, payload, complaint] of [
    ['groupcall:leave', null, /payload must be an object/],
    ['groupcall:leave', {}, /roomId must be/],
    ['groupcall:update-tracks', { roomId: 'r1' }, /tracks must be an object/],
    ['groupcall:update-tracks', { roomId: 'r1', tracks: [true] }, /tracks must be an object/],
    ['groupcall:update-tracks', { roomId: 'r1', tracks: deep(80) }, /nested deeper/],
    ['groupcall:screen-share-start', { roomId: 'r1', trackId: {} }, /trackId must be/],
    ['groupcall:screen-share-stop', 'r1', /payload must be an object/],
    ['groupcall:webrtc-offer', { roomId: 'r1' }, /offer must be an object/],
    ['groupcall:webrtc-offer', { roomId: 'r1', offer: {}, targetUserId: {} }, /targetUserId must be a user id, or absent/],
    ['groupcall:webrtc-answer', { roomId: 'r1', answer: {} }, /targetUserId must be a user id$/],
    ['groupcall:webrtc-ice-candidate', { roomId: 'r1', candidate: 'candidate:1' }, /candidate must be an object/],
  ]) {
    alice.emit(event, payload);
    const { error } = await alice.next('groupcall:error');
    assert.ok(error.startsWith(`Malformed ${event}: `), error);
    assert.match(error, complaint);
  }
  await assertSilence(alice, bob);
  assert.equal(server.stats().participants, 2);
});

test('a payload nested hundreds of thousands of levels deep is refused, and the server lives', async (t) => {
  const server = await serverFor(t);
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await bob.join('r1');
  // Written as text: the client's own encoder would run out of stack.
  const depth = 150_000;
  const text = `42["groupcall:update-tracks",{"roomId":"r1","tracks":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}]`;
  alice.socket.io.engine.transport.ws.send(text);
  assert.match((await alice.next('groupcall:error')).error, /nested deeper/);
  await settle(alice, bob);
  assert.equal(server.stats().participants, 2);
});

test('events from who is not in the room are refused, and reach nobody', async (t) => {
  const server = await serverFor(t);
  const [alice, mallory] = await connectAll(t, server, 'alice', 'mallory');
  await alice.join('r1');
  await mallory.next('groupcall:invitation');
  for (const [event, rest] of [
    ['groupcall:update-tracks', { tracks: { audio: false } }],
    ['groupcall:screen-share-start', { trackId: 'x' }],
    ['groupcall:screen-share-stop', {}],
    ['groupcall:webrtc-offer', { offer: {}, targetUserId: 'alice' }],
    ['groupcall:webrtc-answer', { answer: {}, targetUserId: 'alice' }],
    ['groupcall:webrtc-ice-candidate', { candidate: {} }],
  ]) {
    for (const roomId of ['r1', 'no such room']) {
      mallory.emit(event, { roomId, ...rest });
      assert.deepEqual(await mallory.next('groupcall:error'), { roomId, error: 'You are not in this call' });
    }
  }
  await assertSilence(alice, mallory);
});

test('a connection without a userId is told that it cannot join', async (t) => {
  const server = await serverFor(t);
  for (const query of [null, ' ', 'u'.repeat(129)]) {
    const nobody = await connect(t, server, query);
    nobody.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
    assert.deepEqual(await nobody.next('groupcall:error'), { roomId: 'r1', error: 'Failed to join group call' });
    assert.deepEqual(await nobody.next('getOnlineUsers'), []);
  }
});

test('a leave before joined withdraws the join', async (t) => {
  const server = await serverFor(t, { lookupDelayMs: 60 });
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await bob.next('groupcall:invitation');
  bob.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  bob.emit('groupcall:join', { roomId: 'r2', groupId: 'g1' });
  bob.emit('groupcall:leave', { roomId: 'r1' });
  await bob.next('groupcall:joined', ({ roomId }) => roomId === 'r2');
  await alice.next('groupcall:invitation');
  await assertSilence(alice, bob);
  assert.equal(server.stats().participants, 2);
});

test('a disconnect before joined leaves no ghost', async (t) => {
  const server = await serverFor(t, { lookupDelayMs: 60 });
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  const read = server.reading('bob', 'groupcall:join');
  bob.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  await read;
  bob.close();
  await alice.next('location:offline');
  // A join of alice's takes the same lookup, so bob's would have been through by then.
  await alice.join('r2');
  await assertSilence(alice);
  assert.deepEqual(server.stats(), { rooms: 2, participants: 2, connections: 1 });
});

test('the newer socket of a user closing does not remove the older tab, which hears again', async (t) => {
  const server = await serverFor(t);
  const [alice, oldTab] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await oldTab.join('r1');
  const newTab = await connect(t, server, 'bob');
  await oldTab.next('connection:replaced');
  await settle(alice, oldTab);
  alice.inbox = [];
  newTab.close();
  assert.deepEqual(await alice.next('getOnlineUsers'), ['alice', 'bob']);
  await assertSilence(alice);
  alice.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { sdp: 's' }, targetUserId: 'bob' });
  await oldTab.next('groupcall:webrtc-offer');
  oldTab.close();
  assert.deepEqual(await alice.next('groupcall:participant-left'), { roomId: 'r1', userId: 'bob' });
});

test('a tab that never joined does not keep its user in the room', async (t) => {
  const server = await serverFor(t);
  const [alice, idleTab, callTab] = await connectAll(t, server, 'alice', 'bob', 'bob');
  await alice.join('r1');
  await callTab.join('r1');
  callTab.close();
  assert.deepEqual(await alice.next('groupcall:participant-left'), { roomId: 'r1', userId: 'bob' });
  await idleTab.fence();
  assert.ok(alice.inbox.every(({ event }) => event !== 'location:offline'), 'bob is still online');
});

test('a leave takes the user out with all tabs', async (t) => {
  const server = await serverFor(t);
  const [alice, oldTab, newTab] = await connectAll(t, server, 'alice', 'bob', 'bob');
  await alice.join('r1');
  await oldTab.join('r1');
  await newTab.join('r1');
  newTab.emit('groupcall:leave', { roomId: 'r1' });
  await alice.next('groupcall:participant-left');
  assert.equal(server.stats().participants, 1);
});

test('a repeated join replaces the userInfo and is announced with the stored tracks', async (t) => {
  const server = await serverFor(t);
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await bob.join('r1', { userInfo: { name: 'first' } });
  await alice.next('groupcall:participant-joined');
  bob.emit('groupcall:update-tracks', { roomId: 'r1', tracks: { audio: false } });
  await bob.join('r1', { userInfo: { name: 'second' } });
  const expected = { userId: 'bob', userInfo: { name: 'second' }, tracks: { audio: false, video: true } };
  assert.deepEqual((await alice.next('groupcall:participant-joined')).participant, expected);
  const carol = await connect(t, server, 'carol');
  assert.deepEqual((await carol.join('r1')).participants[1], expected);
});

test('a late joiner is told of running screen shares after joined, until they end', async (t) => {
  const server = await serverFor(t);
  const [alice, bob, carol] = await connectAll(t, server, 'alice', 'bob', 'carol');
  await alice.join('r1');
  alice.emit('groupcall:screen-share-start', { roomId: 'r1', trackId: 'x' });
  await alice.fence();
  await bob.join('r1');
  assert.deepEqual(await bob.next('groupcall:screen-share-started'), { roomId: 'r1', userId: 'alice', trackId: 'x' });
  alice.emit('groupcall:screen-share-stop', { roomId: 'r1' });
  await bob.next('groupcall:screen-share-stopped');
  await carol.join('r1');
  await carol.fence();
  assert.ok(carol.calls().every(({ event }) => event !== 'groupcall:screen-share-started'));
});

test('a sharer who goes is said to have stopped before it is said to have left', async (t) => {
  const server = await serverFor(t);
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  for (const end of ['leave', 'drop']) {
    await bob.join('r1');
    await alice.join('r1');
    alice.emit('groupcall:screen-share-start', { roomId: 'r1', trackId: 'x' });
    await bob.next('groupcall:screen-share-started');
    bob.inbox = [];
    if (end === 'leave') alice.emit('groupcall:leave', { roomId: 'r1' });
    else alice.drop();
    await (end === 'leave' ? settle(alice, bob) : bob.next('location:offline'));
    assert.deepEqual(bob.calls().map(({ event }) => event), ['groupcall:screen-share-stopped', 'groupcall:participant-left']);
  }
});

test('a room is entered only with the group that it belongs to', async (t) => {
  const groups = { g1: { name: 'One', members: ['alice'] }, g2: { name: 'Two', members: ['dave'] } };
  const server = await serverFor(t, { groups });
  const [alice, dave] = await connectAll(t, server, 'alice', 'dave');
  await alice.join('r1', { groupId: 'g1' });
  dave.emit('groupcall:join', { roomId: 'r1', groupId: 'g2' });
  assert.deepEqual(await dave.next('groupcall:error'), { roomId: 'r1', error: 'Failed to join group call' });
  await assertSilence(alice, dave);
});

test('there is no rate limit unless asked for', async (t) => {
  const server = await serverFor(t, { rateLimit: undefined });
  for (let i = 0; i < 25; i += 1) (await connect(t, server, 'alice')).close();
});

test('a ping is acknowledged without a value, whatever it carries, in a call or not', async (t) => {
  const server = await serverFor(t);
  const alice = await connect(t, server, 'alice');
  const pong = (...args) => within(new Promise((resolve) => alice.emit('groupcall:ping', ...args, (...given) => resolve(given))), () => 'the pong');
  for (const args of [[{}], [], [null], ['text', 7, [1]], [deep(80)]]) assert.deepEqual(await pong(...args), []);
  await alice.join('r1');
  assert.deepEqual(await pong({}), []);
  const nobody = await connect(t, server, null);
  assert.deepEqual(await within(nobody.socket.emitWithAck('groupcall:ping', {}), () => 'the pong'), undefined);
});

test('a ping that asks for no acknowledgement is answered by silence', async (t) => {
  const server = await serverFor(t);
  const alice = await connect(t, server, 'alice');
  const read = server.reading('alice', 'groupcall:ping');
  for (const args of [[{}], [], [null]]) alice.emit('groupcall:ping', ...args);
  await read;
  await assertSilence(alice);
});
