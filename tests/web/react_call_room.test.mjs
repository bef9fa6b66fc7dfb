/** A call in a room of the chat application: with what that has, and nothing more. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement as h } from 'react';

import { openReactPage } from './react_page.mjs';

const { act, mount, making, GroupCallError, GroupCallProvider, useCallRoom, useParticipantIds } = await openReactPage();

const SOCKET = { name: 'first' };
const USER = { _id: 'me', fullname: 'Me', profilePic: 'me.png', email: 'me@example.org', token: 'secret' };
const GROUP = { socket: SOCKET, self: USER, roomId: 'r', groupId: { _id: 'g' }, callType: 'video' };

/** A component around the hook, which notes what it gave and when it ended. */
function member() {
  const noted = { states: [], ends: [], get last() { return noted.states.at(-1); } };
  function Member({ children, ...options }) {
    const room = useCallRoom({ ...options, onLeave: (error) => noted.ends.push(error?.code ?? null) });
    noted.states.push(room);
    return h(GroupCallProvider, { room }, children);
  }
  return { Member, noted };
}

const socketsGiven = (call) => call.log.filter(([name]) => name === 'setSocket').map(([, socket]) => socket);

test('it joins once, in StrictMode, beside the loading, with the ids out of the application’s objects', async () => {
  const { Member, noted } = member();
  making.held = true;
  await mount(h(Member, GROUP), { strict: true });
  assert.equal(making.tries.length, 1);
  const [{ join, self, signalling }] = making.tries;
  assert.deepEqual(join, { roomId: 'r', groupId: 'g', callType: 'video' });
  assert.deepEqual(self, { userId: 'me', fullname: 'Me', profilePic: 'me.png' }, 'more of the user than the others may know');
  assert.equal(signalling.socket, SOCKET);
  assert.equal(noted.last.phase, 'joining');
  await act(async () => making.arrive());
  await act(async () => making.last.change({ phase: 'joined' }));
  assert.equal(noted.last.phase, 'joined');
  assert.deepEqual(noted.ends, []);
});

for (const [what, self] of [['_id', { _id: 7 }], ['userId', { userId: '7', _id: 'other' }], ['id', { id: '7' }], ['_id of an _id', { _id: { _id: '7' } }]]) {
  test(`a user is known by ${what}`, async () => {
    const { Member } = member();
    await mount(h(Member, { ...GROUP, self }));
    assert.deepEqual(making.tries[0].self, { userId: '7' });
  });
}

test('constraints, the state of the devices and the rest of the options arrive', async () => {
  const { Member } = member();
  const [media, start] = [{ audio: true, video: { width: 320 } }, { camera: false }];
  await mount(h(Member, { ...GROUP, callType: 'voice', media, start, options: { iceServers: [], joinTimeoutMs: 5 } }));
  const [{ join, iceServers, joinTimeoutMs }] = making.tries;
  assert.deepEqual(join, { roomId: 'r', groupId: 'g', callType: 'voice', media, start });
  assert.deepEqual([iceServers, joinTimeoutMs], [[], 5]);
});

test('without a Socket it waits for one; one that is away for a moment ends nothing; a new one is taken over', async () => {
  const { Member, noted } = member();
  const page = await mount(h(Member, { ...GROUP, socket: null }), { strict: true });
  assert.equal(making.tries.length, 0);
  assert.equal(noted.last.phase, 'joining');
  await page.render(h(Member, GROUP));
  assert.equal(making.tries.length, 1);
  assert.equal(making.tries[0].signalling.socket, SOCKET);
  await page.render(h(Member, { ...GROUP, socket: undefined }));
  assert.equal(making.last.disposed, false);
  const next = { name: 'second' };
  await page.render(h(Member, { ...GROUP, socket: next }));
  assert.equal(making.calls.length, 1);
  assert.equal(socketsGiven(making.last).at(-1), next);
});

test('without a user it waits for one, and ends when that signs out', async () => {
  const { Member, noted } = member();
  const page = await mount(h(Member, { ...GROUP, self: null }), { strict: true });
  assert.equal(making.tries.length, 0);
  assert.equal(noted.last.phase, 'joining');
  await page.render(h(Member, GROUP));
  assert.equal(making.tries[0].self.userId, 'me');
  await page.render(h(Member, { ...GROUP, self: null }));
  assert.equal(making.last.disposed, true);
  assert.equal(making.calls.length, 1);
});

test('another room is another call, another object for the same user is not', async () => {
  const { Member, noted } = member();
  const page = await mount(h(Member, GROUP), { strict: true });
  const [first] = making.calls;
  await page.render(h(Member, { ...GROUP, self: { ...USER }, groupId: 'g' }));
  assert.equal(making.calls.length, 1);
  await page.render(h(Member, { ...GROUP, roomId: 'r2' }));
  assert.equal(first.disposed, true);
  assert.equal(making.tries.at(-1).join.roomId, 'r2');
  assert.deepEqual(noted.ends, [], 'that is not an end');
});

test('it tells of each end once: left, refused, ended by the server; not of unmounting', async () => {
  const { Member, noted } = member();
  const page = await mount(h(Member, GROUP), { strict: true });
  const change = (parts) => act(async () => making.last.change(parts));
  await change({ phase: 'joined' });
  await act(async () => noted.last.leave());
  await change({ phase: 'leaving' });
  await change({ phase: 'idle', room: null });
  await change({ diagnostics: { late: 1 } });
  assert.deepEqual(noted.ends, [null]);

  await act(async () => noted.last.rejoin());
  assert.deepEqual(making.last.log.at(-1), ['join', { roomId: 'r', groupId: 'g', callType: 'video' }]);
  await change({ phase: 'idle', room: null, error: { code: 'not-a-member' } });
  assert.deepEqual(noted.ends, [null, 'not-a-member']);
  await act(async () => noted.last.rejoin());
  await change({ phase: 'joined', error: null });
  await page.unmount();
  assert.equal(making.last.disposed, true);
  assert.deepEqual(noted.ends, [null, 'not-a-member']);
});

test('a module that does not load ends it with the reason, and rejoin() tries again', async () => {
  const { Member, noted } = member();
  making.failure = new GroupCallError('module-load-failed', '');
  await mount(h(Member, GROUP), { strict: true });
  assert.deepEqual(noted.ends, ['module-load-failed']);
  assert.equal(noted.last.error.code, 'module-load-failed');
  making.failure = null;
  await act(async () => noted.last.rejoin());
  assert.equal(noted.last.phase, 'joining');
  assert.equal(making.calls.length, 1);
});

test('hooks inside <GroupCallProvider room> are about the same call', async () => {
  const { Member } = member();
  const Count = () => useParticipantIds().length;
  const page = await mount(h(Member, GROUP, h(Count)));
  assert.equal(page.place.textContent, '0');
  await act(async () => making.last.change({ participants: [{ userId: 'ann', userInfo: {}, streams: {}, screen: { state: 'off' }, camera: { state: 'off' } }] }));
  assert.equal(page.place.textContent, '1');
  assert.equal(making.calls.length, 1);
});

test('a store of the application’s is kept in step, and is empty again after the call', async () => {
  globalThis.MediaStream = class {};
  let state = { theme: 'dark' };
  const store = { getState: () => state, setState: (partial) => { state = { ...state, ...partial }; } };
  const { Member } = member();
  const page = await mount(h(Member, { ...GROUP, store }), { strict: true });
  assert.deepEqual([state.callState, state.roomId, state.participants.size], ['connecting', 'r', 1]);
  await act(async () => making.last.change({ phase: 'joined' }));
  assert.equal(state.callState, 'connected');
  await page.unmount();
  assert.deepEqual([state.callState, state.roomId, state.participants.size, state.theme], ['idle', null, 0, 'dark']);
});
