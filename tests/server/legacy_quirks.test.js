// One test for each quirk of the existing backend, as `--legacy` shows it. The
// names are those of the table in tools/server/README.md, which is checked.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

import { LEGACY, MENDED } from '../../tools/server/quirks.js';
import { TestClient, addressOf, assertSilence, connect, connectAll, serverFor, settle } from './test_client.js';

const legacyServer = (t, options = {}) => serverFor(t, { legacy: true, ...options });

/** A delay that a test can act within; every test that uses it waits for its end by a fence. */
const SLOW_LOOKUP_MS = 60;

const covered = new Set();
function quirk(name, about, run) {
  covered.add(name);
  test(`${name}: ${about}`, run);
}

quirk('silentRefusal', 'missing or odd fields change nothing and get no answer', async (t) => {
  const server = await legacyServer(t);
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await bob.join('r1');
  await settle(alice, bob);
  alice.inbox = [];
  bob.inbox = [];
  for (const [event, payload] of [
    ['groupcall:join', { groupId: 'g1' }],
    ['groupcall:join', { roomId: 'r1' }],
    ['groupcall:join', 'text'],
    ['groupcall:leave', {}],
    ['groupcall:leave', 7],
    ['groupcall:update-tracks', { roomId: 'r1' }],
    ['groupcall:screen-share-start', { roomId: 'r1' }],
    ['groupcall:screen-share-stop', {}],
    ['groupcall:webrtc-offer', { roomId: 'r1' }],
    ['groupcall:webrtc-offer', { roomId: 'unknown', offer: {} }],
    ['groupcall:webrtc-answer', { roomId: 'r1', answer: {} }],
    ['groupcall:webrtc-ice-candidate', { roomId: 'r1' }],
  ]) {
    alice.emit(event, payload);
  }
  await assertSilence(alice, bob);
  assert.deepEqual(server.stats(), { rooms: 1, participants: 2, connections: 2 });
});

test('silentRefusal: a connection without a userId may join nothing and hears nothing of it', async (t) => {
  const server = await legacyServer(t);
  const nobody = await connect(t, server, null);
  const alice = await connect(t, server, 'alice');
  nobody.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  await alice.fence();
  assert.equal(server.stats().rooms, 0);
  // A fence of its own would be answered by silence too, so another user's arrival is the mark.
  await connect(t, server, 'bob');
  await nobody.next('getOnlineUsers', (online) => online.includes('bob'));
  assert.deepEqual(nobody.calls(), []);
});

for (const [what, args] of [['a null payload', [null]], ['a missing payload', []]]) {
  quirk('nullPayloadIsFatal', `${what} would end the process; here the sender is closed, loudly`, async (t) => {
    const server = await legacyServer(t);
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    const fatal = new Promise((resolve) => server.on('fatal', resolve));
    alice.emit('groupcall:leave', ...args);
    assert.equal(await alice.closed(), 'io server disconnect');
    assert.equal((await fatal).userId, 'alice');
    await bob.next('location:offline');
    await assertSilence(bob);
  });
}

quirk('outsidersMayRelay', 'who is not in the room may send into it', async (t) => {
  const server = await legacyServer(t);
  const [alice, mallory] = await connectAll(t, server, 'alice', 'mallory');
  await alice.join('r1');
  for (const [event, key] of [
    ['groupcall:webrtc-offer', 'offer'],
    ['groupcall:webrtc-answer', 'answer'],
    ['groupcall:webrtc-ice-candidate', 'candidate'],
  ]) {
    mallory.emit(event, { roomId: 'r1', [key]: { odd: 1 }, targetUserId: 'alice' });
    assert.deepEqual(await alice.next(event), { roomId: 'r1', [key]: { odd: 1 }, senderId: 'mallory' });
  }
});

quirk('leaveMissesPendingJoin', 'a leave before joined is ignored, and a ghost appears', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOW_LOOKUP_MS });
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  bob.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  bob.emit('groupcall:leave', { roomId: 'r1' });
  assert.equal((await alice.next('groupcall:participant-joined')).participant.userId, 'bob');
  await bob.next('groupcall:joined');
  await alice.fence();
  assert.ok(alice.calls().every(({ event }) => event !== 'groupcall:participant-left'));
});

quirk('closeMissesPendingJoin', 'a disconnect before joined leaves a ghost until that user disconnects again', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOW_LOOKUP_MS });
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  const read = server.reading('bob', 'groupcall:join');
  bob.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  await read;
  bob.close();
  await alice.next('location:offline');
  assert.equal((await alice.next('groupcall:participant-joined')).participant.userId, 'bob');
  assert.equal(server.stats().participants, 2);

  const bobAgain = await connect(t, server, 'bob');
  assert.equal(server.stats().participants, 2);
  bobAgain.drop();
  await alice.next('groupcall:participant-left', ({ userId }) => userId === 'bob');
  assert.equal(server.stats().participants, 1);
});

test('closeMissesPendingJoin: the ghost is also removed by that user\'s next leave', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOW_LOOKUP_MS });
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  const read = server.reading('bob', 'groupcall:join');
  bob.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  await read;
  bob.close();
  await alice.next('groupcall:participant-joined');
  const bobAgain = await connect(t, server, 'bob');
  bobAgain.emit('groupcall:leave', { roomId: 'r1' });
  await alice.next('groupcall:participant-left', ({ userId }) => userId === 'bob');
});

quirk('newestSocketOwnsUser', "the newest socket's close removes the user, the older tab included and untold", async (t) => {
  const server = await legacyServer(t);
  const [alice, oldTab] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await oldTab.join('r1');
  const newTab = await connect(t, server, 'bob');
  await settle(oldTab);
  oldTab.inbox = [];
  newTab.close();
  assert.deepEqual(await alice.next('groupcall:participant-left'), { roomId: 'r1', userId: 'bob' });
  assert.deepEqual(await alice.next('getOnlineUsers', (online) => !online.includes('bob')), ['alice']);
  await alice.join('r2');
  alice.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: {}, targetUserId: 'bob' });
  await alice.fence();
  await assertSilence(oldTab);
});

quirk('firstUserInfoStays', 'a repeated join shows its new userInfo once, later joiners see the first', async (t) => {
  const server = await legacyServer(t);
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await bob.join('r1', { userInfo: { name: 'first' } });
  await alice.next('groupcall:participant-joined');
  await bob.join('r1', { userInfo: { name: 'second' } });
  assert.deepEqual((await alice.next('groupcall:participant-joined')).participant.userInfo, { name: 'second' });
  const carol = await connect(t, server, 'carol');
  const { participants } = await carol.join('r1');
  assert.deepEqual(participants[1].userInfo, { name: 'first' });
});

quirk('repeatShowsDefaultTracks', 'a repeated join is announced with default tracks, the stored ones stay', async (t) => {
  const server = await legacyServer(t);
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await bob.join('r1');
  await alice.next('groupcall:participant-joined');
  bob.emit('groupcall:update-tracks', { roomId: 'r1', tracks: { audio: false, flag: 1 } });
  await bob.join('r1');
  assert.deepEqual((await alice.next('groupcall:participant-joined')).participant.tracks, { audio: true, video: true });
  const carol = await connect(t, server, 'carol');
  const { participants } = await carol.join('r1');
  assert.deepEqual(participants[1].tracks, { audio: false, video: true, flag: 1 });
});

quirk('screenShareForgotten', 'late joiners are not told of a share, members not of its end by leaving', async (t) => {
  const server = await legacyServer(t);
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  alice.emit('groupcall:screen-share-start', { roomId: 'r1', trackId: 'x' });
  await bob.next('groupcall:invitation');
  await bob.join('r1');
  await assertSilence(bob);
  alice.emit('groupcall:leave', { roomId: 'r1' });
  await settle(alice, bob);
  assert.deepEqual(bob.calls(), [{ event: 'groupcall:participant-left', payload: { roomId: 'r1', userId: 'alice' } }]);
});

quirk('anyGroupEntersRoom', 'a member of another group enters a room whose roomId it knows', async (t) => {
  const groups = { g1: { name: 'One', members: ['alice'] }, g2: { name: 'Two', members: ['dave'] } };
  const server = await legacyServer(t, { groups });
  const [alice, dave] = await connectAll(t, server, 'alice', 'dave');
  await alice.join('r1', { groupId: 'g1' });
  assert.equal((await dave.join('r1', { groupId: 'g2' })).roomState.totalParticipants, 2);
});

test('events sent before joined are lost', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOW_LOOKUP_MS });
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  bob.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  bob.emit('groupcall:update-tracks', { roomId: 'r1', tracks: { audio: false } });
  bob.emit('groupcall:screen-share-start', { roomId: 'r1', trackId: 'x' });
  const { participant } = await alice.next('groupcall:participant-joined');
  assert.deepEqual(participant.tracks, { audio: true, video: true });
  await assertSilence(alice);
});

test('the group lookup is asynchronous, joins are answered in their order', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOW_LOOKUP_MS });
  const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
  const startedAt = performance.now();
  alice.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  await alice.fence();
  // Node's timers may fire up to a millisecond early.
  assert.ok(performance.now() - startedAt >= SLOW_LOOKUP_MS - 1);
  await alice.next('groupcall:joined');
  await bob.next('groupcall:invitation');
});

test('the older socket of a user goes deaf', async (t) => {
  const server = await legacyServer(t);
  const [alice, oldTab] = await connectAll(t, server, 'alice', 'bob');
  await alice.join('r1');
  await oldTab.join('r1');
  const newTab = await connect(t, server, 'bob');
  assert.equal(typeof (await oldTab.next('connection:replaced')).message, 'string');
  await settle(oldTab);
  oldTab.inbox = [];
  alice.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: {}, targetUserId: 'bob' });
  await newTab.next('groupcall:webrtc-offer');
  await assertSilence(oldTab);
});

quirk('pingUnanswered', 'a ping gets no acknowledgement, and harms nobody', async (t) => {
  const server = await legacyServer(t);
  const alice = await connect(t, server, 'alice');
  let answered = 0;
  for (const args of [[{}], [], [null]]) alice.emit('groupcall:ping', ...args, () => (answered += 1));
  await alice.fence();
  assert.equal(answered, 0);
});

test('RATE_LIMIT_EXCEEDED: the 21st connection gets an error, a 41 and the close', async (t) => {
  const server = await serverFor(t, { legacy: true, rateLimit: undefined });
  for (let i = 0; i < 20; i += 1) (await connect(t, server, `user${i}`)).close();
  const refused = new TestClient(addressOf(server), 'late', {});
  t.after(() => refused.close());
  const { message, ...error } = await refused.next('error');
  assert.equal(typeof message, 'string');
  assert.deepEqual(error, { retryAfter: 300, code: 'RATE_LIMIT_EXCEEDED' });
  // 'io server disconnect' is what socket.io-client calls a 41; a mere close would be 'transport close'.
  assert.equal(await refused.closed(), 'io server disconnect');
  assert.ok(refused.inbox.every(({ event }) => event !== 'getOnlineUsers'));
});

test('RATE_LIMIT_EXCEEDED: limit and window can be set', async (t) => {
  const server = await serverFor(t, { legacy: true, rateLimit: { limit: 1, windowMs: 60_000 } });
  const first = await connect(t, server, 'first');
  await first.next('getOnlineUsers');
  const second = await connect(t, server, 'second');
  assert.equal((await second.next('error')).retryAfter, 60);
  await second.closed();
});

test('every quirk has a test here and a row in the README', async () => {
  const readme = await readFile(new URL('../../tools/server/README.md', import.meta.url), 'utf8');
  assert.deepEqual([...covered].sort(), Object.keys(LEGACY).sort());
  for (const name of covered) assert.ok(readme.includes(`| \`${name}\` |`), `${name} has no row in the README's table`);
  assert.ok(Object.values(LEGACY).every((on) => on === true));
  assert.deepEqual(Object.keys(MENDED), Object.keys(LEGACY));
  assert.ok(Object.values(MENDED).every((on) => on === false));
});
