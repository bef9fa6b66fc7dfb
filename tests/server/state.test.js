// The pure parts, without a socket.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Groups, parseGroups } from '../../tools/server/groups.js';
import { Presence } from '../../tools/server/presence.js';
import { ClientEvent, decodeLeniently, decodeStrictly, nestsTooDeep } from '../../tools/server/protocol.js';
import { RateLimit } from '../../tools/server/rate_limit.js';
import { Rooms } from '../../tools/server/rooms.js';

const admission = (overrides) => ({
  roomId: 'r', groupId: 'g', callType: 'video', userId: 'u', userInfo: {}, socketId: 's1', ...overrides,
});

test('the first admission makes the room, the last removal ends it', () => {
  const rooms = new Rooms({ firstUserInfoStays: false });
  assert.equal(rooms.admit(admission()).isNewRoom, true);
  assert.equal(rooms.admit(admission({ userId: 'v', socketId: 's2' })).isNewRoom, false);
  assert.deepEqual(rooms.census, { rooms: 1, participants: 2 });
  assert.equal(rooms.remove('r', 'u').participant.userId, 'u');
  assert.equal(rooms.remove('r', 'u'), undefined);
  rooms.remove('r', 'v');
  assert.deepEqual(rooms.census, { rooms: 0, participants: 0 });
});

test('a participant stays until the last of its sockets is gone', () => {
  const rooms = new Rooms({ firstUserInfoStays: false });
  rooms.admit(admission());
  assert.equal(rooms.admit(admission({ socketId: 's2' })).isRepeated, true);
  assert.deepEqual(rooms.vacate('s1'), []);
  assert.deepEqual(rooms.vacate('s1'), []);
  assert.deepEqual(rooms.vacate('s2').map(({ participant }) => participant.userId), ['u']);
  assert.equal(rooms.census.rooms, 0);
});

test('removing a user everywhere ends the rooms it was alone in', () => {
  const rooms = new Rooms({ firstUserInfoStays: true });
  for (const roomId of ['r1', 'r2', 'r3']) rooms.admit(admission({ roomId }));
  rooms.admit(admission({ roomId: 'r2', userId: 'v' }));
  assert.deepEqual(rooms.removeEverywhere('u').map(({ room }) => room.roomId), ['r1', 'r2', 'r3']);
  assert.deepEqual(rooms.census, { rooms: 1, participants: 1 });
});

test('a user is reached at its newest socket, and after it at the one before', () => {
  const presence = new Presence({ newestSocketOwnsUser: false });
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id, userId: 'u' }));
  assert.deepEqual([a, b, c].map((socket) => presence.arrived(socket)), [undefined, a, b]);
  assert.equal(presence.departed(b), false);
  assert.equal(presence.newest('u'), c);
  assert.equal(presence.departed(c), false);
  assert.equal(presence.newest('u'), a);
  assert.equal(presence.departed(a), true);
  assert.equal(presence.departed(a), false);
  assert.deepEqual(presence.online, []);
});

test('a legacy user is gone with its newest socket, and its older ones count for nothing', () => {
  const presence = new Presence({ newestSocketOwnsUser: true });
  const [a, b] = ['a', 'b'].map((id) => ({ id, userId: 'u' }));
  presence.arrived(a);
  presence.arrived(b);
  assert.equal(presence.departed(b), true);
  assert.equal(presence.newest('u'), undefined);
  assert.equal(presence.departed(a), false);
});

test('the rate limit is a sliding window per address, and refused attempts do not prolong it', () => {
  const limit = new RateLimit({ limit: 2, windowMs: 100 });
  assert.deepEqual([0, 10, 20, 99].map((now) => limit.admits('a', now)), [true, true, false, false]);
  assert.equal(limit.admits('b', 20), true);
  assert.deepEqual([100, 105, 110].map((now) => limit.admits('a', now)), [true, false, true]);
  const none = new RateLimit({ limit: 0, windowMs: 100 });
  assert.ok(Array.from({ length: 100 }).every(() => none.admits('a', 0)));
});

test('the lookup of groups', () => {
  const everybody = new Groups();
  assert.equal(everybody.lookUp('any', 'u').ok, true);
  assert.equal(everybody.lookUp('x'.repeat(128), 'u').ok, true);
  for (const malformed of ['', ' \t', 'x'.repeat(129), 5, null, undefined, {}, []]) {
    assert.deepEqual(everybody.lookUp(malformed, 'u'), { ok: false, error: 'Failed to join group call' });
  }
  const some = new Groups(parseGroups('{"g":{"name":"G","members":["u"]}}'));
  assert.equal(some.lookUp('g', 'u').name, 'G');
  assert.equal(some.lookUp('g', 'v').error, 'You are not a member of this group');
  assert.equal(some.lookUp('toString', 'u').error, 'Group not found');
});

test('a groups file that is wrong says where', () => {
  for (const text of ['[]', 'null', '{"g":null}', '{"g":{"name":1,"members":[]}}', '{"g":{"name":"G","members":[1]}}', '{']) {
    assert.throws(() => parseGroups(text), /expected|JSON/, text);
  }
});

test('lenient decoding looks at presence only, strict decoding at shape', () => {
  const odd = { roomId: 5, tracks: 'x', other: 1 };
  assert.deepEqual(decodeLeniently(ClientEvent.UpdateTracks, odd), { roomId: 5, tracks: 'x' });
  assert.equal(decodeLeniently(ClientEvent.UpdateTracks, { roomId: 5 }), null);
  assert.deepEqual(decodeStrictly(ClientEvent.UpdateTracks, odd), {
    ok: false, roomId: '', reason: 'roomId must be a non-blank string of at most 256 characters',
  });
  const good = { roomId: 'r', tracks: {}, other: 1 };
  assert.deepEqual(decodeStrictly(ClientEvent.UpdateTracks, good), { ok: true, message: { roomId: 'r', tracks: {} } });
  // What was absent stays absent, rather than becoming an undefined key.
  assert.deepEqual(decodeLeniently(ClientEvent.Offer, { roomId: 'r', offer: {} }), { roomId: 'r', offer: {} });
});

test('nesting is measured without recursing past the limit', () => {
  const nested = (levels) => Array.from({ length: levels }).reduce((inner) => [inner], 1);
  assert.equal(nestsTooDeep(nested(64)), false);
  assert.equal(nestsTooDeep(nested(65)), true);
  assert.equal(nestsTooDeep(nested(1_000_000)), true);
});
