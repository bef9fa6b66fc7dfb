/** What takes the place of the former call window: from the application's point of view. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement as h } from 'react';

import { openReactPage } from './react_page.mjs';

const { act, mount, making, complaints, FakeCall, GroupCallError, GroupCallProvider, GroupCallHost, GroupCallWindow } = await openReactPage();

const SOCKET = { name: 'first' };
const USER = { _id: 'me', fullname: 'Me', email: 'me@example.org' };
const ROOM = { roomId: 'r', groupId: { _id: 'g' }, callType: 'video' };
const JOIN = { roomId: 'r', groupId: 'g', callType: 'video' };
const NOT_A_MEMBER = { code: 'not-a-member', message: 'You are not a member of this group.', remedy: 'Ask a member to add you.', detail: '' };

const change = (parts) => act(async () => making.last.change(parts));
const logOf = (call) => call.log.map(([name]) => name).filter((name) => name !== 'setSocket' && name !== 'connect');
const button = (page, name) => [...page.place.querySelectorAll('button')].find((one) => one.textContent === name);
const press = (page, name) => act(async () => button(page, name).click());

/** A window on its own, and how often it was told to close. */
function ownWindow(props = {}) {
  const closed = [];
  return { closed, element: h(GroupCallWindow, { socket: SOCKET, self: USER, ...ROOM, onLeave: (error) => closed.push(error?.code ?? null), ...props }) };
}

test('it joins at once, beside the loading, with what the application has; in StrictMode once', async () => {
  making.held = true;
  const { element } = ownWindow();
  const page = await mount(element, { strict: true });
  assert.equal(making.tries.length, 1);
  assert.deepEqual(making.tries[0].join, JOIN);
  assert.deepEqual(making.tries[0].self, { userId: 'me', fullname: 'Me' });
  assert.match(page.place.textContent, /Connecting to the server/);
});

test('left on purpose: the window is told once, and what was made is gone with it', async () => {
  const { element, closed } = ownWindow();
  const page = await mount(element, { strict: true });
  await press(page, 'Cancel');
  assert.deepEqual(making.last.log.at(-1), ['leave']);
  await change({ phase: 'leaving' });
  await change({ phase: 'idle', room: null });
  await change({ diagnostics: { late: 1 } });
  assert.deepEqual(closed, [null]);
  await page.unmount();
  assert.equal(making.last.disposed, true);
  assert.deepEqual(closed, [null]);
});

test('refused: the reason stands there with its remedy, and leads back once', async () => {
  const { element, closed } = ownWindow();
  const page = await mount(element, { strict: true });
  await change({ phase: 'idle', room: null, error: NOT_A_MEMBER });
  assert.match(page.place.textContent, /not a member.*Ask a member/);
  assert.deepEqual(closed, [], 'nobody has read it yet');
  await press(page, 'Back');
  await press(page, 'Back');
  assert.deepEqual(closed, ['not-a-member']);
});

test('refused, and tried again: the next end is told as well', async () => {
  const { element, closed } = ownWindow();
  const page = await mount(element, { strict: true });
  await change({ phase: 'idle', room: null, error: NOT_A_MEMBER });
  await press(page, 'Back');
  await press(page, 'Try again');
  assert.deepEqual(making.last.log.at(-1), ['join', JOIN]);
  await change({ phase: 'idle', room: null, error: null });
  assert.deepEqual(closed, ['not-a-member', null]);
});

test('a module that does not load: words, and another try', async () => {
  making.failure = new GroupCallError('module-load-failed', 'HTTP 503');
  const { element, closed } = ownWindow();
  const page = await mount(element, { strict: true });
  assert.match(page.place.textContent, /could not be loaded/);
  making.failure = null;
  await press(page, 'Try again');
  assert.match(page.place.textContent, /Connecting to the server/);
  assert.equal(making.calls.length, 1);
  assert.deepEqual(closed, []);
});

test('unmounted in the middle of the join: the late call is disposed of, and nobody is told', async () => {
  making.held = true;
  const { element, closed } = ownWindow();
  const page = await mount(element, { strict: true });
  await page.unmount();
  await act(async () => making.arrive());
  assert.equal(making.last.disposed, true);
  assert.deepEqual(closed, []);
});

test('a store of the application’s is kept in step while the window is there', async () => {
  globalThis.MediaStream = class {};
  let state = {};
  const store = { getState: () => state, setState: (partial) => { state = { ...state, ...partial }; } };
  const page = await mount(ownWindow({ store }).element, { strict: true });
  assert.equal(state.callState, 'connecting');
  await page.unmount();
  assert.equal(state.callState, 'idle');
});

const hosted = (inside, props = {}) => h(GroupCallHost, { socket: SOCKET, self: USER, ring: false, ...props }, inside);
const guest = (props = {}) => h(GroupCallWindow, { ...ROOM, ...props });

test('a host keeps a connection while somebody is signed in, and what is inside stays mounted', async () => {
  const inside = h('input');
  const page = await mount(hosted(inside, { self: null, socket: null }), { strict: true });
  const input = page.place.querySelector('input');
  assert.equal(making.tries.length, 0);
  await page.render(hosted(inside));
  assert.equal(making.tries.length, 1);
  assert.deepEqual(making.tries[0].self, { userId: 'me', fullname: 'Me' });
  assert.ok(making.last.log.some(([name]) => name === 'connect'));
  await page.render(hosted(inside, { self: null }));
  assert.equal(making.last.disposed, true, 'signed out');
  assert.equal(page.place.querySelector('input'), input);
});

test('a window inside a host joins the host’s call, and leaves it when it goes; another room is left first', async () => {
  const page = await mount(hosted(null), { strict: true });
  await page.render(hosted(guest()));
  await page.render(hosted(guest({ roomId: 'r2' })));
  await page.render(hosted(null));
  assert.equal(making.calls.length, 1);
  assert.deepEqual(making.last.log.filter(([name]) => name === 'join').map(([, { roomId }]) => roomId), ['r', 'r2']);
  assert.deepEqual(logOf(making.last).slice(-1), ['leave']);
  assert.equal(making.last.disposed, false);
});

test('a window inside a host tells of its end once, and joins beside the loading', async () => {
  making.held = true;
  const closed = [];
  await mount(hosted(guest({ onLeave: (error) => closed.push(error) })), { strict: true });
  assert.deepEqual(making.tries.map(({ join }) => join), [JOIN]);
  await act(async () => making.arrive());
  await change({ phase: 'idle', room: null });
  assert.deepEqual(closed, [null]);
});

test('a call that rings is shown by the host, and taken or declined', async () => {
  const taken = [];
  const page = await mount(hosted(null, { onAccept: (invitation) => taken.push(invitation.roomId) }), { strict: true });
  const invitation = { roomId: 'r9', groupId: 'g', callType: 'voice', caller: { fullname: 'Ann' }, groupName: 'Choir', endsAtMs: 1 };
  await change({ invitations: [invitation] });
  assert.match(page.place.textContent, /Ann/);
  await press(page, 'Accept');
  assert.deepEqual(taken, ['r9']);
  await press(page, 'Decline');
  assert.deepEqual(making.last.log.at(-1), ['declineInvitation', 'r9']);
});

test('a window whose user is still on the way waits for that', async () => {
  const page = await mount(ownWindow({ self: undefined, socket: null }).element, { strict: true });
  assert.equal(making.tries.length, 0);
  assert.match(page.place.textContent, /Connecting to the server/);
  await page.render(ownWindow().element);
  assert.deepEqual(making.tries[0].join, JOIN);
});

test('a window shows the call of the provider around it, or of what a provider takes', async () => {
  const options = { self: { userId: 'me' }, signalling: { socket: SOCKET } };
  const closed = [];
  const onLeave = (error) => closed.push(error);
  await mount(h(GroupCallProvider, { options, join: JOIN }, h(GroupCallWindow, { onLeave })), { strict: true });
  await change({ phase: 'idle', room: null });
  await mount(h(GroupCallWindow, { options, join: JOIN, onLeave }), { strict: true });
  await change({ phase: 'idle', room: null });
  const call = new FakeCall(options);
  call.change({ phase: 'joining' });
  await mount(h(GroupCallWindow, { call, onLeave }), { strict: true });
  await act(async () => call.change({ phase: 'idle' }));
  assert.deepEqual(closed, [null, null, null]);
  assert.deepEqual(making.tries.map(({ join }) => join), [JOIN, JOIN]);
});

test('a window with neither a Socket nor a host says what it needs', async () => {
  await assert.rejects(mount(guest()), /needs socket and self, options, or a <GroupCallHost>/);
  complaints.length = 0;
});
