// What our client does about each quirk of the existing backend, on the reference server in legacy mode.
// tests/server/legacy_quirks.test.js shows the quirks themselves.

import assert from 'node:assert/strict';
import test from 'node:test';

import { LEGACY } from '../../tools/server/quirks.js';
import { addressOf, connect, serverFor } from '../server/test_client.js';
import { networkTo } from './fixtures.mjs';
import { createClient } from './wasm_client.mjs';
import { Watch } from './watch.mjs';

/** A group lookup that a test can act within. */
const SLOW_LOOKUP_MS = 60;
/** One that the server's own sight of a broken connection comes before, even on a busy machine. */
const SLOWER_LOOKUP_MS = 400;
const JOIN_ANSWER_MS = 5_000;

/** A legacy server, and everything that crossed it in order; an event that would end the backend fails the test. */
async function legacyServer(t, options = {}) {
  const frames = [];
  const watch = new Watch(() => `  the last events: ${JSON.stringify(frames.slice(-10)).slice(0, 3_000)}`);
  const onFrame = (direction, userId, event, payload) => {
    frames.push({ direction, userId, event, payload });
    watch.changed();
  };
  const server = await serverFor(t, { legacy: true, ...options, onFrame });
  const fatal = [];
  server.on('fatal', (what) => fatal.push(what));
  t.after(() => assert.deepEqual(fatal, []));
  const heardFrom = (userId, event) =>
    frames.filter((one) => one.direction === 'in' && one.userId === userId && (!event || one.event === event));
  return { ...server, frames, heardFrom, until: (condition, what) => watch.until(condition, what) };
}

const client = (t, server, userId, more = {}) => createClient(t, { userId, url: addressOf(server), ...more });

async function joinAll(t, server, ...userIds) {
  const clients = [];
  for (const userId of userIds) {
    const one = client(t, server, userId);
    await one.join();
    clients.push(one);
  }
  for (const one of clients) await one.until(() => one.others.length === userIds.length - 1, 'to see everybody');
  return clients;
}

const epochOf = ({ userInfo }) => userInfo.groupcall.epoch;
const lastConnection = (one, peer) => one.commandsOf('pc.create').findLast((command) => command.peer === peer);

const covered = new Set();
/** A test about a flag of tools/server/quirks.js. */
function quirk(name, about, run) {
  covered.add(name);
  test(`${name}: ${about}`, run);
}

// ---- connection ------------------------------------------------------------------------

test('an event before CONNECT is answered would close the connection: we send none', async (t) => {
  const server = await legacyServer(t);
  const ada = client(t, server, 'ada', { auth: { token: 'ignored' } });
  await ada.join();
  const sends = ada.commandsOf('socket.send').map(({ text }) => text);
  assert.deepEqual(sends[0], '40{"token":"ignored"}');
  // The commands that follow each frame of the server: the second one acknowledges CONNECT.
  assert.match(ada.eventsOf('socket.frame')[1].text, /^40\{"sid"/);
  assert.match(sends[1], /^42\["groupcall:join",/);
});

quirk('nullPayloadIsFatal', 'an emit without an object would end the server: each of a whole call carries one', async (t) => {
  const server = await legacyServer(t);
  const [ada, ben] = await joinAll(t, server, 'ada', 'ben');
  await ben.until(() => ben.commandsOf('pc.addIceCandidate').length > 0, 'a candidate of ada');
  ada.skip(2_500);
  await ada.call.leave();
  await ben.until(() => ben.others.length === 0);
  const said = server.heardFrom('ada');
  for (const { event, payload } of said) assert.equal(Object.prototype.toString.call(payload), '[object Object]', event);
  for (const event of ['join', 'update-tracks', 'webrtc-answer', 'webrtc-ice-candidate', 'ping', 'leave']) {
    assert.ok(said.some((one) => one.event === `groupcall:${event}`), `${event} is among them`);
  }
});

test('events that are none of ours (who is online, who went offline) are passed over quietly', async (t) => {
  const server = await legacyServer(t);
  const ada = client(t, server, 'ada');
  await ada.join();
  const other = await connect(t, server, 'joe');
  other.close();
  await ada.until(() => ada.eventsOf('socket.frame').some(({ text }) => text.startsWith('42["location:offline"')));
  assert.deepEqual(ada.refusals, {});
  assert.equal(ada.counted('unexpected-messages'), 0);
});

test('past the rate limit we wait as long as the server says, and make no storm', async (t) => {
  const server = await legacyServer(t, { rateLimit: undefined });
  for (let i = 0; i < 20; i += 1) (await connect(t, server, `user${i}`)).close();
  const ada = client(t, server, 'ada');
  ada.call.connect();
  await ada.until(() => ada.signalling === 'waiting');
  const { error, retryAtMs } = ada.snapshot.signalling;
  assert.equal(error.code, 'rate-limited');
  assert.ok(retryAtMs - ada.now > 290_000 && retryAtMs - ada.now <= 300_000, `in ${retryAtMs - ada.now} ms`);
  ada.skipTo(retryAtMs - 100);
  assert.equal(ada.commandsOf('socket.open').length, 1);
});

test('the older socket of a user goes deaf: it stops there, and takeOver() brings it back into the room', async (t) => {
  const server = await legacyServer(t);
  const [ada, ben] = await joinAll(t, server, 'ada', 'ben');
  const elsewhere = await connect(t, server, 'ben');
  await ben.until(() => ben.signalling === 'halted');
  assert.equal(ben.snapshot.signalling.error.code, 'replaced');
  assert.equal(ben.snapshot.phase, 'reconnecting');
  ben.skip(300_000);
  assert.equal(ben.commandsOf('socket.open').length, 1);
  ben.call.takeOver();
  await ben.joined();
  await elsewhere.next('connection:replaced');
  assert.equal(ben.counted('take-overs'), 1);
  // It hears again: an offer of ada's reaches it, not the one that it replaced.
  await ada.until(() => ada.others.includes('ben'));
  const carol = client(t, server, 'carol');
  await carol.join();
  await ben.until(() => ben.commandsOf('pc.setRemoteDescription').some(({ peer }) => peer === 'carol'), 'the offer of carol');
  assert.ok(elsewhere.calls().every(({ event }) => event !== 'groupcall:webrtc-offer'));
});

quirk('newestSocketOwnsUser', 'when the newest socket closes, the user is out everywhere: takeOver() joins anew', async (t) => {
  const server = await legacyServer(t);
  const [ada, ben] = await joinAll(t, server, 'ada', 'ben');
  const elsewhere = await connect(t, server, 'ben');
  await ben.until(() => ben.signalling === 'halted');
  elsewhere.close();
  await ada.until(() => ada.others.length === 0);
  assert.equal(server.stats().participants, 1);
  ben.call.takeOver();
  await ben.joined();
  await ada.until(() => ada.others.includes('ben'));
  assert.equal(server.stats().participants, 2);
});

test('a server that shuts down says so; it is found again, and the room is made anew by those who come back', async (t) => {
  const server = await legacyServer(t);
  const [ada, ben] = await joinAll(t, server, 'ada', 'ben');
  const epochs = [ada, ben].map((one) => epochOf(server.heardFrom(one.userId, 'groupcall:join')[0].payload));
  await server.stop();
  await ada.until(() => ada.snapshot.signalling.error?.code === 'server-shutting-down');
  for (const one of [ada, ben]) await one.until(() => one.snapshot.phase === 'reconnecting');
  await server.start();
  for (const one of [ada, ben]) await one.joined();
  for (const one of [ada, ben]) await one.until(() => one.others.length === 1, 'to see the other again');
  assert.deepEqual(server.stats(), { rooms: 1, participants: 2, connections: 2 });
  const last = [ada, ben].map((one) => epochOf(server.heardFrom(one.userId, 'groupcall:join').at(-1).payload));
  assert.deepEqual(last, epochs);
});

test('a server that dies without a word is found again as well', async (t) => {
  const server = await legacyServer(t);
  const [ada, ben] = await joinAll(t, server, 'ada', 'ben');
  await server.restart({ abrupt: true });
  for (const one of [ada, ben]) await one.until(() => server.heardFrom(one.userId, 'groupcall:join').length === 2, 'to join again');
  for (const one of [ada, ben]) await one.until(() => one.snapshot.phase === 'joined' && one.others.length === 1, 'to see the other');
  assert.equal(server.stats().participants, 2);
});

// ---- joining and leaving ---------------------------------------------------------------

test('events before joined are lost: between join and joined we send none, whatever the user does', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOW_LOOKUP_MS });
  await joinAll(t, server, 'ada');
  const ben = client(t, server, 'ben');
  const asked = server.reading('ben', 'groupcall:join');
  const joined = ben.join();
  await asked;
  ben.call.setCamera(false);
  ben.call.setMicrophone(false);
  await joined;
  await ben.until(() => ben.emittedOf('groupcall:webrtc-offer').length === 1, 'the offer');
  await server.until(() => server.heardFrom('ben', 'groupcall:webrtc-offer').length === 1, 'the offer of ben');
  const bens = server.frames.filter(({ userId, event }) => userId === 'ben' && event.startsWith('groupcall:'));
  assert.deepEqual(bens.slice(0, 3).map(({ direction, event }) => `${direction} ${event}`), [
    'in groupcall:join',
    'out groupcall:joined',
    'in groupcall:update-tracks',
  ]);
});

quirk('silentRefusal', 'a join that the server ignores is asked again after 5 s, and given up with a timeout', async (t) => {
  const server = await legacyServer(t);
  // To a connection that names no user the server says nothing at all.
  const nobody = client(t, server, 'nobody', { query: { userId: '' } });
  const refused = nobody.join();
  await nobody.online();
  assert.equal(nobody.emittedOf('groupcall:join').length, 1);
  nobody.skip(JOIN_ANSWER_MS + 100);
  assert.equal(nobody.emittedOf('groupcall:join').length, 2);
  nobody.skip(10_000);
  await assert.rejects(refused, { code: 'timeout' });
});

test('a join answered with an error for good is rejected with it, and not tried again', async (t) => {
  const groups = { g1: { name: 'One', members: ['ada'] } };
  const server = await legacyServer(t, { groups });
  const eve = client(t, server, 'eve');
  await assert.rejects(eve.join(), { code: 'not-a-member', detail: 'You are not a member of this group' });
  await assert.rejects(eve.join({ groupId: 'nowhere' }), { code: 'group-not-found', detail: 'Group not found' });
  eve.skip(300_000);
  assert.equal(eve.emittedOf('groupcall:join').length, 2);
});

test('"Failed to join group call" is asked again, and the words are kept for the rejection', async (t) => {
  const server = await legacyServer(t);
  const ada = client(t, server, 'ada');
  // A blank groupId is one that the backend's database cannot read.
  const refused = ada.join({ groupId: ' ' });
  const errors = () => ada.eventsOf('socket.frame').filter(({ text }) => text.startsWith('42["groupcall:error"')).length;
  await ada.until(() => errors() === 1, 'the first refusal');
  ada.skip(1_100);
  await ada.until(() => errors() === 2, 'the second refusal');
  ada.skip(15_000);
  await assert.rejects(refused, { code: 'join-failed', detail: 'Failed to join group call' });
});

quirk('leaveMissesPendingJoin', 'a leave before joined would leave a ghost: we wait for joined, then leave', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOW_LOOKUP_MS });
  const [ada] = await joinAll(t, server, 'ada');
  const ben = client(t, server, 'ben');
  const asked = server.reading('ben', 'groupcall:join');
  const refused = assert.rejects(ben.join(), { code: 'aborted' });
  await asked;
  const left = ben.call.leave();
  await refused;
  assert.equal(ben.emittedOf('groupcall:leave').length, 0);
  assert.equal(ben.snapshot.phase, 'leaving');
  await left;
  assert.equal(ben.snapshot.phase, 'idle');
  assert.equal(ben.emittedOf('groupcall:leave').length, 1);
  // The ghost was there for as long as the leave took.
  const frames = () => ada.eventsOf('socket.frame').map(({ text }) => text.slice(3, 35));
  await ada.until(() => frames().some((text) => text.startsWith('"groupcall:participant-left"')), 'participant-left');
  assert.deepEqual(ada.others, []);
  assert.equal(server.stats().participants, 1);
});

quirk('closeMissesPendingJoin', 'a connection lost before joined leaves a ghost: the next connection removes it', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOWER_LOOKUP_MS });
  const network = await networkTo(t, server.port);
  const [ada] = await joinAll(t, server, 'ada');
  const { left } = await loseJoin(t, server, network);
  await ada.until(() => ada.others.includes('ben'), 'the ghost');
  network.release();
  await left;
  await ada.until(() => ada.others.length === 0, 'the ghost to be gone');
  const [first, ...leaves] = server.heardFrom('ben').map(({ event }) => event).filter((event) => event !== 'groupcall:ping');
  assert.equal(first, 'groupcall:join');
  assert.ok(leaves.length >= 1 && leaves.every((event) => event === 'groupcall:leave'), String(leaves));
  assert.equal(server.stats().participants, 1);
});

test('closeMissesPendingJoin: a next connection that is faster than the group lookup leaves no ghost either', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOWER_LOOKUP_MS });
  const network = await networkTo(t, server.port);
  const [ada] = await joinAll(t, server, 'ada');
  const { left } = await loseJoin(t, server, network);
  network.release();
  await left;
  const told = () => ada.eventsOf('socket.frame').some(({ text }) => text.startsWith('42["groupcall:participant-joined"'));
  await ada.until(told, 'the server to complete the join');
  await ada.until(() => ada.others.length === 0, 'the ghost to be gone');
  assert.equal(server.stats().participants, 1);
});

/** A join that is under way when its connection breaks, and is not wanted any more then. The network is held. */
async function loseJoin(t, server, network) {
  const ben = createClient(t, { userId: 'ben', url: network.url });
  const asked = server.reading('ben', 'groupcall:join');
  const refused = assert.rejects(ben.join(), { code: 'aborted' });
  await asked;
  network.hold();
  network.cut();
  await ben.until(() => ben.signalling !== 'online');
  const left = ben.call.leave();
  await refused;
  return { left };
}

test('a connection lost before joined is followed by another join, where the call is still wanted', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOW_LOOKUP_MS });
  const network = await networkTo(t, server.port);
  const [ada] = await joinAll(t, server, 'ada');
  const ben = createClient(t, { userId: 'ben', url: network.url });
  const asked = server.reading('ben', 'groupcall:join');
  const joined = ben.join();
  await asked;
  network.cut();
  await joined;
  await ada.until(() => ada.others.includes('ben'));
  const [first, second] = server.heardFrom('ben', 'groupcall:join').map(({ payload }) => epochOf(payload));
  assert.equal(first, second);
  assert.equal(server.stats().participants, 2);
});

test('a disconnect removes at once: whose media flows stays on the tile, and the return needs no new link', async (t) => {
  const server = await legacyServer(t);
  const network = await networkTo(t, server.port);
  const [ada] = await joinAll(t, server, 'ada');
  const ben = createClient(t, { userId: 'ben', url: network.url });
  await ben.join();
  await ada.until(() => ada.commandsOf('pc.addIceCandidate').length > 0, 'a candidate of ben');
  ada.peers.connect(lastConnection(ada, 'ben'));
  ben.peers.connect(lastConnection(ben, 'ada'));
  await ada.until(() => ada.participant('ben').connection === 'connected');
  network.cut();
  await ada.until(() => ada.participant('ben')?.signalling === 'lost');
  await ada.until(() => ada.participant('ben')?.signalling === 'present');
  await ben.joined();
  for (const one of [ada, ben]) {
    assert.equal(one.commandsOf('pc.create').length, 1);
    assert.equal(one.commandsOf('pc.close').length, 0);
  }
});

quirk('repeatShowsDefaultTracks', 'after every joined our tracks are announced again, so who is muted stays muted', async (t) => {
  const server = await legacyServer(t);
  const network = await networkTo(t, server.port);
  const [ada] = await joinAll(t, server, 'ada');
  const ben = createClient(t, { userId: 'ben', url: network.url });
  await ben.join();
  const off = () => ['microphone', 'camera'].map((kind) => ada.participant('ben')?.[kind].reason);
  await ada.until(() => off().every((reason) => reason === 'peer-off'), 'ben to be muted');
  const told = () => ada.eventsOf('socket.frame').filter(({ text }) => text.startsWith('42["groupcall:tracks-updated"')).length;
  assert.equal(told(), 1);
  network.cut();
  await ada.until(() => told() === 2, 'the tracks of ben, again');
  assert.deepEqual(off(), ['peer-off', 'peer-off']);
  const [first, second] = server.heardFrom('ben', 'groupcall:update-tracks').map(({ payload }) => payload.tracks);
  assert.equal(first.audio, false);
  assert.deepEqual(second, first);
});

test('repeatShowsDefaultTracks: a repeated participant-joined alone does not unmute a peer', async (t) => {
  const server = await legacyServer(t);
  const ada = client(t, server, 'ada');
  await ada.join();
  const older = await connect(t, server, 'ben');
  const ben = client(t, server, 'ben');
  await ben.join();
  await ada.until(() => ada.participant('ben')?.camera.reason === 'peer-off');
  const [{ payload }] = server.heardFrom('ben', 'groupcall:join');
  const repeats = () => ada.eventsOf('socket.frame').filter(({ text }) => text.startsWith('42["groupcall:participant-joined"')).length;
  assert.equal(repeats(), 1);
  // The same join, said by a socket of the same user that announces no tracks after it.
  older.emit('groupcall:join', payload);
  await ada.until(() => repeats() === 2, 'participant-joined with default tracks');
  assert.equal(ada.participant('ben').camera.reason, 'peer-off');
});

quirk('firstUserInfoStays', 'the epoch of a later join travels in the tracks, so a late joiner addresses the present one', async (t) => {
  const server = await legacyServer(t);
  const [ada, ben] = await joinAll(t, server, 'ada', 'ben');
  await connect(t, server, 'ben');
  await ben.until(() => ben.signalling === 'halted');
  // No link is up, so the take-over begins a new epoch in a room that has never lost ben.
  ben.call.takeOver();
  await ben.joined();
  await ada.until(() => server.heardFrom('ben', 'groupcall:update-tracks').length === 2, 'the tracks of ben');
  const [first, second] = server.heardFrom('ben', 'groupcall:join').map(({ payload }) => epochOf(payload));
  assert.notEqual(first, second);
  const carol = client(t, server, 'carol');
  await carol.join();
  const listed = carol.eventsOf('socket.frame').find(({ text }) => text.startsWith('42["groupcall:joined"')).text;
  assert.equal(epochOf(JSON.parse(listed.slice(2))[1].participants.find(({ userId }) => userId === 'ben')), first);
  await carol.until(() => carol.emittedOf('groupcall:webrtc-offer').some(({ targetUserId }) => targetUserId === 'ben'), 'the offer to ben');
  const offer = carol.emittedOf('groupcall:webrtc-offer').find(({ targetUserId }) => targetUserId === 'ben');
  assert.equal(offer.offer.groupcall.to, second);
  await ben.until(() => ben.emittedOf('groupcall:webrtc-answer').some(({ targetUserId }) => targetUserId === 'carol'), 'the answer to carol');
});

test('the last one out takes the room along: who joins the dead roomId makes it anew', async (t) => {
  const server = await legacyServer(t);
  const [ada, ben] = await joinAll(t, server, 'ada', 'ben');
  const witness = await connect(t, server, 'joe');
  for (const one of [ada, ben]) {
    await one.call.leave();
    await witness.next('location:offline', ({ userId }) => userId === one.userId);
  }
  assert.equal(server.stats().rooms, 0);
  await ada.join();
  await ben.join();
  await ada.until(() => ada.others.includes('ben'));
  assert.deepEqual(server.stats(), { rooms: 1, participants: 2, connections: 3 });
  const [first, second] = server.heardFrom('ada', 'groupcall:join').map(({ payload }) => epochOf(payload));
  assert.notEqual(first, second);
});

// ---- what passes through the server ----------------------------------------------------

quirk('outsidersMayRelay', 'what comes from somebody who is not in the room is counted, and changes nothing', async (t) => {
  const server = await legacyServer(t);
  const ada = client(t, server, 'ada');
  await ada.join();
  const mallory = await connect(t, server, 'mallory');
  mallory.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { type: 'offer', sdp: 'v=0' }, targetUserId: 'ada' });
  mallory.emit('groupcall:webrtc-answer', { roomId: 'r1', answer: { type: 'answer', sdp: 'v=0' }, targetUserId: 'ada' });
  mallory.emit('groupcall:webrtc-ice-candidate', { roomId: 'r1', candidate: { candidate: '' }, targetUserId: 'ada' });
  await ada.until(() => ada.counted('unknown-senders') === 3);
  assert.deepEqual(ada.others, []);
  assert.equal(ada.commandsOf('pc.create').length, 0);
});

test('an echo of our own (a target that is oneself) is counted, and changes nothing', async (t) => {
  const server = await legacyServer(t);
  const older = await connect(t, server, 'ada');
  const ada = client(t, server, 'ada');
  await ada.join();
  const before = ada.counted('unexpected-messages');
  older.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { type: 'offer', sdp: 'v=0' }, targetUserId: 'ada' });
  await ada.until(() => ada.counted('unexpected-messages') === before + 1);
  assert.deepEqual(ada.others, []);
  assert.equal(ada.commandsOf('pc.create').length, 0);
});

test('a message to somebody whom nobody finds is dropped silently: the offer is repeated, and the ghost harms nobody', async (t) => {
  const server = await legacyServer(t, { lookupDelayMs: SLOW_LOOKUP_MS });
  const ghost = await connect(t, server, 'ghost');
  const asked = server.reading('ghost', 'groupcall:join');
  ghost.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
  await asked;
  ghost.close();
  const ada = client(t, server, 'ada');
  await ada.join();
  const ben = client(t, server, 'ben');
  await ben.join();
  assert.deepEqual(ben.others, ['ghost', 'ada']);
  await ada.until(() => ada.emittedOf('groupcall:webrtc-answer').length === 1, 'the answer to ben');
  // The ghost has no flag of ours, so its own offer is awaited for 4 s.
  const offers = () => ben.emittedOf('groupcall:webrtc-offer').filter(({ targetUserId }) => targetUserId === 'ghost').length;
  assert.equal(offers(), 0);
  ben.skip(4_100);
  await ben.until(() => offers() === 1, 'an offer to the ghost');
  assert.notEqual(ben.participant('ghost').connection, 'connected');
  assert.equal(ben.participant('ada').signalling, 'present');
});

test('a malformed event of a peer, which the server passes through, harms that event alone', async (t) => {
  const server = await legacyServer(t);
  const [ada, ben] = await joinAll(t, server, 'ada', 'ben');
  const mallory = await connect(t, server, 'mallory');
  await mallory.join('r1', { userInfo: { userId: 7, fullname: { not: 'text' }, groupcall: { v: 'x' } } });
  mallory.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: 'no object', targetUserId: 'ada' });
  mallory.emit('groupcall:update-tracks', { roomId: 'r1', tracks: { audio: 'loud' } });
  await ada.until(() => ada.counted('refused-messages') >= 1);
  assert.equal(ada.participant('ben').signalling, 'present');
  assert.equal(ada.signalling, 'online');
  await ben.call.leave();
  await ada.until(() => !ada.others.includes('ben'));
});

quirk('screenShareForgotten', 'who leaves while sharing a screen is gone with it, and comes back without', async (t) => {
  const server = await legacyServer(t);
  const ada = client(t, server, 'ada');
  await ada.join();
  const joe = await connect(t, server, 'joe');
  await joe.join('r1');
  joe.emit('groupcall:screen-share-start', { roomId: 'r1', trackId: 'x' });
  await ada.until(() => ada.participant('joe') && ada.participant('joe').screen.state !== 'off', 'the screen of joe');
  joe.emit('groupcall:leave', { roomId: 'r1' });
  await ada.until(() => ada.others.length === 0);
  await joe.join('r1');
  await ada.until(() => ada.others.includes('joe'));
  assert.equal(ada.participant('joe').screen.state, 'off');
});

quirk('anyGroupEntersRoom', 'who came by way of another group is a participant like any other', async (t) => {
  const groups = { g1: { name: 'One', members: ['ada'] }, g2: { name: 'Two', members: ['dave'] } };
  const server = await legacyServer(t, { groups });
  const ada = client(t, server, 'ada');
  await ada.join();
  const dave = client(t, server, 'dave');
  await dave.join({ groupId: 'g2' });
  await ada.until(() => ada.others.includes('dave'));
  await ada.until(() => ada.commandsOf('pc.addIceCandidate').length === 1, 'a candidate of dave');
});

quirk('pingUnanswered', 'our ping means nothing there: it is sent once, and the server’s own heartbeat must do', async (t) => {
  const server = await legacyServer(t);
  const [ada] = await joinAll(t, server, 'ada');
  await server.until(() => server.heardFrom('ada', 'groupcall:ping').length === 1, 'the question');
  ada.skip(5_100);
  ada.call.setMicrophone(true);
  await server.until(() => server.heardFrom('ada', 'groupcall:update-tracks').length >= 1, 'a word after it');
  ada.skip(20_000);
  assert.equal(ada.snapshot.phase, 'joined', 'nobody took the silence for death');
  assert.equal(server.heardFrom('ada', 'groupcall:ping').length, 1);
});

test('every quirk of the reference server has a test here', () => {
  assert.deepEqual([...covered].sort(), Object.keys(LEGACY).sort());
});
