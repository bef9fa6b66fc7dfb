// A whole call between two users, as text on the wire. The frames have the
// shape and the order that were captured at the existing backend.

import assert from 'node:assert/strict';
import test from 'node:test';
import { WebSocket } from 'ws';

import { serverFor, within } from './test_client.js';

const ROOM = 'group_g7_1700000000000';
const ALICE = { userId: 'u1', fullname: 'Alice', profilePic: '' };
const BOB = { userId: 'u2', fullname: 'Bob', profilePic: '' };
const OFFER = { type: 'offer', sdp: 'v=0\r\n...', epoch: 7 };
const ANSWER = { type: 'answer', sdp: 'v=0\r\n...', nested: { extra: [1] } };
const CANDIDATE = { candidate: 'candidate:1 1 udp 1 127.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'ab' };
const BOTH_ON = { audio: true, video: true };

const frame = (event, payload) => `42${JSON.stringify([event, payload])}`;

/** Speaks Engine.IO text frames and nothing more. */
class RawClient {
  #frames = [];
  #wake = () => {};

  constructor(t, server, userId) {
    this.socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?userId=${userId}&EIO=4&transport=websocket`);
    this.socket.on('message', (data) => {
      this.#frames.push(data.toString());
      this.#wake();
    });
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    t.after(() => this.socket.terminate());
  }

  async receive() {
    const arrival = async () => {
      while (this.#frames.length === 0) await new Promise((resolve) => (this.#wake = resolve));
      return this.#frames.shift();
    };
    return within(arrival(), () => 'a frame');
  }

  /** The next frames must be exactly these. */
  async expect(...frames) {
    for (const expected of frames) assert.equal(await this.receive(), expected);
  }

  send(text) {
    this.socket.send(text);
  }
}

const HEARTBEAT = { pingInterval: 25000, pingTimeout: 20000 };

async function openAndConnect(t, server, userId, heartbeat = HEARTBEAT) {
  const client = new RawClient(t, server, userId);
  const open = await client.receive();
  assert.equal(open[0], '0');
  const { sid, ...handshake } = JSON.parse(open.slice(1));
  assert.match(sid, /^[\w-]{20}$/);
  assert.deepEqual(handshake, { upgrades: [], ...heartbeat, maxPayload: 1000000 });
  client.send('40');
  assert.match(await client.receive(), /^40\{"sid":"[\w-]{20}"\}$/);
  return client;
}

const participant = (userId, userInfo) => ({ userId, userInfo, tracks: BOTH_ON });

async function joinAsBob(alice, bob) {
  bob.send(frame('groupcall:join', { roomId: ROOM, groupId: 'g7', callType: 'video', userInfo: BOB }));
  await alice.expect(frame('groupcall:participant-joined', { roomId: ROOM, participant: participant('u2', BOB) }));
  await bob.expect(
    frame('groupcall:joined', {
      roomId: ROOM,
      participants: [participant('u1', ALICE)],
      callType: 'video',
      roomState: { totalParticipants: 2, callType: 'video' },
    }),
  );
}

for (const legacy of [true, false]) {
  test(`a captured call is reproduced frame by frame, ${legacy ? 'legacy' : 'mended'}`, async (t) => {
    const server = await serverFor(t, { legacy, groups: { g7: { name: 'Team one', members: ['u1', 'u2'] } } });

    const alice = await openAndConnect(t, server, 'u1');
    await alice.expect(frame('getOnlineUsers', ['u1']));
    const bob = await openAndConnect(t, server, 'u2');
    await bob.expect(frame('getOnlineUsers', ['u1', 'u2']));
    await alice.expect(frame('getOnlineUsers', ['u1', 'u2']));

    await t.test('alice opens the room and bob is invited', async () => {
      alice.send(frame('groupcall:join', { roomId: ROOM, groupId: 'g7', callType: 'video', userInfo: ALICE }));
      await bob.expect(
        frame('groupcall:invitation', { roomId: ROOM, groupId: 'g7', callType: 'video', callerInfo: ALICE, groupName: 'Team one' }),
      );
      await alice.expect(
        frame('groupcall:joined', {
          roomId: ROOM, participants: [], callType: 'video', roomState: { totalParticipants: 1, callType: 'video' },
        }),
      );
    });

    const bobJoins = () => joinAsBob(alice, bob);
    await t.test('bob joins', bobJoins);

    await t.test('offer, answer and candidate pass with every key inside them', async () => {
      alice.send(frame('groupcall:webrtc-offer', { roomId: ROOM, offer: OFFER, targetUserId: 'u2' }));
      await bob.expect(frame('groupcall:webrtc-offer', { roomId: ROOM, offer: OFFER, senderId: 'u1' }));
      bob.send(frame('groupcall:webrtc-answer', { roomId: ROOM, answer: ANSWER, targetUserId: 'u1' }));
      await alice.expect(frame('groupcall:webrtc-answer', { roomId: ROOM, answer: ANSWER, senderId: 'u2' }));
      alice.send(frame('groupcall:webrtc-ice-candidate', { roomId: ROOM, candidate: CANDIDATE, targetUserId: 'u2' }));
      await bob.expect(frame('groupcall:webrtc-ice-candidate', { roomId: ROOM, candidate: CANDIDATE, senderId: 'u1' }));
    });

    await t.test('bob mutes, alice shares and stops sharing', async () => {
      bob.send(frame('groupcall:update-tracks', { roomId: ROOM, tracks: { audio: false } }));
      await alice.expect(frame('groupcall:tracks-updated', { roomId: ROOM, userId: 'u2', tracks: { audio: false, video: true } }));
      alice.send(frame('groupcall:screen-share-start', { roomId: ROOM, trackId: 't-1' }));
      await bob.expect(frame('groupcall:screen-share-started', { roomId: ROOM, userId: 'u1', trackId: 't-1' }));
      alice.send(frame('groupcall:screen-share-stop', { roomId: ROOM }));
      await bob.expect(frame('groupcall:screen-share-stopped', { roomId: ROOM, userId: 'u1' }));
    });

    await t.test('bob leaves, comes back, and his connection is cut', async () => {
      bob.send(frame('groupcall:leave', { roomId: ROOM }));
      await alice.expect(frame('groupcall:participant-left', { roomId: ROOM, userId: 'u2' }));
      await bobJoins();
      bob.socket.terminate();
      await alice.expect(
        frame('groupcall:participant-left', { roomId: ROOM, userId: 'u2' }),
        frame('location:offline', { userId: 'u2' }),
        frame('getOnlineUsers', ['u1']),
      );
    });

    await t.test('bob comes back once more and disconnects politely, his WebSocket still open', async () => {
      const bobAgain = await openAndConnect(t, server, 'u2');
      await alice.expect(frame('getOnlineUsers', ['u1', 'u2']));
      bobAgain.send('41');
      await alice.expect(frame('location:offline', { userId: 'u2' }), frame('getOnlineUsers', ['u1']));
      assert.equal(bobAgain.socket.readyState, WebSocket.OPEN);
      bobAgain.socket.close();
      assert.equal(await within(bobAgain.closed, () => 'the close'), 1005);
    });
  });
}

test('an event before CONNECT closes the connection', async (t) => {
  const server = await serverFor(t);
  const client = new RawClient(t, server, 'u1');
  await client.receive();
  client.send(frame('groupcall:leave', { roomId: ROOM }));
  assert.equal(await within(client.closed, () => 'the close'), 1005);
});

test('a packet that cannot be parsed closes the connection', async (t) => {
  const server = await serverFor(t);
  const client = await openAndConnect(t, server, 'u1');
  client.send('42{nonsense');
  assert.equal(await within(client.closed, () => 'the close'), 1005);
});

test('a frame over one million bytes closes the connection with 1009', async (t) => {
  const server = await serverFor(t);
  const client = await openAndConnect(t, server, 'u1');
  client.send(frame('groupcall:update-tracks', { roomId: ROOM, tracks: { padding: 'x'.repeat(1_000_000) } }));
  assert.equal(await within(client.closed, () => 'the close'), 1009);
});

test('the CONNECT auth is ignored: the query names the user', async (t) => {
  const server = await serverFor(t);
  const client = new RawClient(t, server, 'u1');
  await client.receive();
  client.send('40{"userId":"somebody else"}');
  assert.match(await client.receive(), /^40\{"sid":/);
  await client.expect(frame('getOnlineUsers', ['u1']));
});

test('a heartbeat is sent, and a client that does not answer it is closed', async (t) => {
  const server = await serverFor(t, { pingIntervalMs: 60, pingTimeoutMs: 60 });
  const client = await openAndConnect(t, server, 'u1', { pingInterval: 60, pingTimeout: 60 });
  await client.expect(frame('getOnlineUsers', ['u1']), '2');
  client.send('3');
  await client.expect('2');
  assert.equal(await within(client.closed, () => 'the close'), 1005);
});

test('an emit that asks for an acknowledgement gets none', async (t) => {
  const server = await serverFor(t);
  const client = await openAndConnect(t, server, 'u1');
  await client.expect(frame('getOnlineUsers', ['u1']));
  client.send(`420${frame('groupcall:join', { roomId: ROOM, groupId: 'g7' }).slice(2)}`);
  assert.match(await client.receive(), /^42\["groupcall:joined"/);
  client.send(`421${frame('groupcall:leave', { roomId: ROOM }).slice(2)}`);
  client.send(frame('groupcall:join', { roomId: ROOM, groupId: 'g7' }));
  assert.match(await client.receive(), /^42\["groupcall:joined"/);
});
