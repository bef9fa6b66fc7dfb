// Every event of the documented protocol, in both modes: what the mended
// server does differently must not be visible to a client that behaves.

import assert from 'node:assert/strict';
import test from 'node:test';

import { assertSilence, connect, connectAll, serverFor, settle } from './test_client.js';

const GROUPS = {
  g1: { name: 'Team one', members: ['alice', 'bob', 'carol'] },
  g2: { name: 'Team two', members: ['dave'] },
};

for (const legacy of [false, true]) {
  const mode = legacy ? 'legacy' : 'mended';
  const both = (name, run) => test(`${name} (${mode})`, run);

  both('opening a room invites every online member but the caller, and nobody else', async (t) => {
    const server = await serverFor(t, { legacy, groups: GROUPS });
    const [alice, bob, dave] = await connectAll(t, server, 'alice', 'bob', 'dave');
    await alice.join('r1', { callType: 'voice', userInfo: { userId: 'alice', fullname: 'Alice', any: { thing: 1 } } });
    assert.deepEqual(await bob.next('groupcall:invitation'), {
      roomId: 'r1',
      groupId: 'g1',
      callType: 'voice',
      callerInfo: { userId: 'alice', fullname: 'Alice', any: { thing: 1 } },
      groupName: 'Team one',
    });
    await assertSilence(alice, bob, dave);
  });

  both('joining an open room invites nobody and keeps the callType of the room', async (t) => {
    const server = await serverFor(t, { legacy, groups: GROUPS });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1', { callType: 'voice' });
    const carol = await connect(t, server, 'carol');
    const joined = await bob.join('r1', { callType: 'video' });
    assert.equal(joined.callType, 'voice');
    assert.deepEqual(joined.roomState, { totalParticipants: 2, callType: 'voice' });
    await assertSilence(carol);
  });

  both('callType defaults to video', async (t) => {
    const server = await serverFor(t, { legacy });
    const alice = await connect(t, server, 'alice');
    assert.equal((await alice.join('r1', { callType: undefined })).callType, 'video');
  });

  both('a join without userInfo shows the userId', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    await bob.join('r1', { userInfo: undefined });
    assert.deepEqual((await alice.next('groupcall:participant-joined')).participant.userInfo, { userId: 'bob' });
  });

  both('without a configuration any groupId is a group of everybody, named like its id', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1', { groupId: 'whatever' });
    assert.equal((await bob.next('groupcall:invitation')).groupName, 'whatever');
  });

  for (const [error, join] of [
    ['Group not found', { groupId: 'nowhere' }],
    ['You are not a member of this group', { groupId: 'g2' }],
    ['Failed to join group call', { groupId: '   ' }],
    ['Failed to join group call', { groupId: 'x'.repeat(129) }],
    ['Failed to join group call', { groupId: { $ne: null } }],
  ]) {
    both(`joining with ${JSON.stringify(join).slice(0, 30)} is refused: ${error}`, async (t) => {
      const server = await serverFor(t, { legacy, groups: GROUPS });
      const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
      alice.emit('groupcall:join', { roomId: 'r1', ...join });
      assert.deepEqual(await alice.next('groupcall:error'), { roomId: 'r1', error });
      await assertSilence(alice, bob);
      assert.equal(server.stats().rooms, 0);
    });
  }

  both('leaving tells the others and not the leaver', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob, carol] = await connectAll(t, server, 'alice', 'bob', 'carol');
    for (const client of [alice, bob, carol]) await client.join('r1');
    await settle(alice, bob, carol);
    for (const client of [alice, bob, carol]) client.inbox = [];
    bob.emit('groupcall:leave', { roomId: 'r1' });
    for (const other of [alice, carol]) {
      assert.deepEqual(await other.next('groupcall:participant-left'), { roomId: 'r1', userId: 'bob' });
    }
    await assertSilence(alice, bob, carol);
  });

  both('leaving a room that one is not in does nothing', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    await bob.next('groupcall:invitation');
    bob.emit('groupcall:leave', { roomId: 'r1' });
    bob.emit('groupcall:leave', { roomId: 'r2' });
    await assertSilence(alice, bob);
    assert.deepEqual(server.stats(), { rooms: 1, participants: 1, connections: 2 });
  });

  both('the last one out ends the room, and the next one in makes it anew', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1', { callType: 'voice' });
    await bob.next('groupcall:invitation');
    alice.emit('groupcall:leave', { roomId: 'r1' });
    await alice.fence();
    assert.equal(server.stats().rooms, 0);
    const joined = await bob.join('r1', { callType: 'video' });
    assert.equal(joined.callType, 'video');
    await alice.next('groupcall:invitation');
  });

  both('a lost connection removes its user from every room at once', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    for (const room of ['r1', 'r2']) {
      await alice.join(room);
      await bob.join(room);
    }
    bob.drop();
    for (const roomId of ['r1', 'r2']) {
      assert.deepEqual(await alice.next('groupcall:participant-left'), { roomId, userId: 'bob' });
    }
    assert.deepEqual(await alice.next('location:offline'), { userId: 'bob' });
  });

  both('tracks are merged, sent whole to the others, and shown to late joiners', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    await bob.join('r1');
    alice.emit('groupcall:update-tracks', { roomId: 'r1', tracks: { audio: false, epoch: 'e1' } });
    alice.emit('groupcall:update-tracks', { roomId: 'r1', tracks: { hand: { raised: true } } });
    assert.deepEqual(await bob.next('groupcall:tracks-updated'), {
      roomId: 'r1', userId: 'alice', tracks: { audio: false, video: true, epoch: 'e1' },
    });
    const merged = { audio: false, video: true, epoch: 'e1', hand: { raised: true } };
    assert.deepEqual((await bob.next('groupcall:tracks-updated')).tracks, merged);
    const carol = await connect(t, server, 'carol');
    const { participants } = await carol.join('r1');
    assert.deepEqual(participants.find(({ userId }) => userId === 'alice').tracks, merged);
    await alice.fence();
    assert.ok(alice.calls().every(({ event }) => event !== 'groupcall:tracks-updated'), 'the sender hears no echo');
  });

  both('tracks that try to touch the prototype are ordinary keys', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    await bob.join('r1');
    alice.emit('groupcall:update-tracks', { roomId: 'r1', tracks: JSON.parse('{"__proto__":{"polluted":1}}') });
    await bob.next('groupcall:tracks-updated');
    assert.equal({}.polluted, undefined);
  });

  both('unknown top-level keys are dropped', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    await bob.join('r1', { extra: 1 });
    assert.deepEqual(Object.keys(await alice.next('groupcall:participant-joined')), ['roomId', 'participant']);
    bob.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { sdp: 's', kept: 1 }, dropped: 1, senderId: 'mallory' });
    assert.deepEqual(await alice.next('groupcall:webrtc-offer'), {
      roomId: 'r1', offer: { sdp: 's', kept: 1 }, senderId: 'bob',
    });
  });

  both('screen sharing is announced to the others', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    await bob.join('r1');
    alice.emit('groupcall:screen-share-start', { roomId: 'r1', trackId: 'x' });
    alice.emit('groupcall:screen-share-stop', { roomId: 'r1' });
    assert.deepEqual(await bob.next('groupcall:screen-share-started'), { roomId: 'r1', userId: 'alice', trackId: 'x' });
    assert.deepEqual(await bob.next('groupcall:screen-share-stopped'), { roomId: 'r1', userId: 'alice' });
  });

  for (const [event, key] of [
    ['groupcall:webrtc-offer', 'offer'],
    ['groupcall:webrtc-answer', 'answer'],
    ['groupcall:webrtc-ice-candidate', 'candidate'],
  ]) {
    both(`${event} goes to its target only`, async (t) => {
      const server = await serverFor(t, { legacy });
      const clients = await connectAll(t, server, 'alice', 'bob', '7');
      for (const client of clients) await client.join('r1');
      await settle(...clients);
      for (const client of clients) client.inbox = [];
      const [alice, bob, seven] = clients;
      const sent = { roomId: 'r1', [key]: { sdp: 's', candidate: 'c', own: [1] } };

      alice.emit(event, { ...sent, targetUserId: 'bob' });
      assert.deepEqual(await bob.next(event), { ...sent, senderId: 'alice' });
      // The target is compared as a string, and oneself is a target like any other.
      alice.emit(event, { ...sent, targetUserId: 7 });
      assert.deepEqual(await seven.next(event), { ...sent, senderId: 'alice' });
      alice.emit(event, { ...sent, targetUserId: 'alice' });
      assert.deepEqual(await alice.next(event), { ...sent, senderId: 'alice' });
      alice.emit(event, { ...sent, targetUserId: 'nobody' });
      await assertSilence(...clients);
    });
  }

  both('an offer and a candidate without a target go to all others, an answer to nobody', async (t) => {
    const server = await serverFor(t, { legacy });
    const clients = await connectAll(t, server, 'alice', 'bob', 'carol');
    for (const client of clients) await client.join('r1');
    const [alice, bob, carol] = clients;
    alice.emit('groupcall:webrtc-answer', { roomId: 'r1', answer: { sdp: 's' } });
    alice.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { sdp: 's' } });
    alice.emit('groupcall:webrtc-ice-candidate', { roomId: 'r1', candidate: { candidate: '' } });
    for (const other of [bob, carol]) {
      assert.deepEqual(await other.next('groupcall:webrtc-offer'), { roomId: 'r1', offer: { sdp: 's' }, senderId: 'alice' });
      assert.deepEqual((await other.next('groupcall:webrtc-ice-candidate')).candidate, { candidate: '' });
    }
    await settle(...clients);
    assert.ok(clients.every((client) => client.calls().every(({ event }) => event !== 'groupcall:webrtc-answer')));
  });

  both('a falsy candidate is dropped without an error', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    await bob.join('r1');
    await alice.next('groupcall:participant-joined');
    await bob.next('groupcall:invitation');
    for (const candidate of [null, '', 0]) alice.emit('groupcall:webrtc-ice-candidate', { roomId: 'r1', candidate });
    await assertSilence(alice, bob);
  });

  both('joined reaches the newcomer before any offer that its join provokes', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    alice.socket.on('groupcall:participant-joined', () =>
      alice.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { sdp: 's' }, targetUserId: 'bob' }),
    );
    bob.emit('groupcall:join', { roomId: 'r1', groupId: 'g1' });
    await settle(bob, alice, bob);
    const heard = bob.calls().map(({ event }) => event);
    assert.deepEqual(heard.slice(-2), ['groupcall:joined', 'groupcall:webrtc-offer']);
  });

  both('a rejoin on a new socket gives no participant-left, before or after the old one dies', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    await bob.join('r1');
    const bobAgain = await connect(t, server, 'bob');
    await bobAgain.join('r1');
    await settle(alice);
    alice.inbox = [];
    bob.drop();
    await alice.next('getOnlineUsers');
    await assertSilence(alice);
    assert.equal(server.stats().participants, 2);
    alice.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { sdp: 's' }, targetUserId: 'bob' });
    await bobAgain.next('groupcall:webrtc-offer');
  });

  both('two rooms do not hear each other', async (t) => {
    const server = await serverFor(t, { legacy });
    const [alice, bob] = await connectAll(t, server, 'alice', 'bob');
    await alice.join('r1');
    await bob.join('r2');
    await settle(alice, bob);
    alice.inbox = [];
    bob.inbox = [];
    alice.emit('groupcall:update-tracks', { roomId: 'r1', tracks: { audio: false } });
    alice.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { sdp: 's' } });
    alice.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { sdp: 's' }, targetUserId: 'bob' });
    await assertSilence(alice, bob);
  });

  both('unknown events are ignored', async (t) => {
    const server = await serverFor(t, { legacy });
    const alice = await connect(t, server, 'alice');
    alice.emit('groupcall:nonsense', null);
    alice.emit('message');
    await assertSilence(alice);
  });
}
