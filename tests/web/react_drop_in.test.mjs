/** What takes the place of the former call window: from the application's point of view. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement as h } from 'react';

import { openReactPage } from './react_page.mjs';

const { act, mount, making, complaints, FakeCall, GroupCallError, GroupCallProvider, GroupCallHost, GroupCallWindow, IncomingCall } = await openReactPage();

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

test('unmounted in the middle of the join: what was opened is closed at once, and nobody is told', async () => {
  making.held = true;
  const { element, closed } = ownWindow();
  const page = await mount(element, { strict: true });
  await page.unmount();
  assert.deepEqual(making.takenBack, making.tries);
  await act(async () => making.arrive());
  assert.equal(making.calls.length, 0);
  assert.deepEqual(closed, []);
});

test('cancelled while the module is on its way: the devices are given back, and the window is told', async () => {
  making.held = true;
  const { element, closed } = ownWindow();
  const page = await mount(element, { strict: true });
  await press(page, 'Cancel');
  assert.deepEqual(making.takenBack, [making.tries[0]]);
  assert.deepEqual(closed, [null]);
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

/** A call of the page's own that is in a room, and refuses others meanwhile as the engine does. */
function callIn(roomId) {
  const call = new FakeCall({ self: { userId: 'me' } });
  const enter = call.join;
  call.join = async (options) => {
    const { room } = call.getSnapshot();
    if (room && room.roomId !== options.roomId) throw new GroupCallError('already-joined', room.roomId);
    await enter(options);
  };
  call.change({ phase: 'joined', room: { roomId, groupId: 'g', callType: 'video', joinedAtMs: 1 } });
  return call;
}

for (const strict of [false, true]) {
  test(`a window for another room than the call around it says so, shows nothing of that and leaves it alone${strict ? ', in StrictMode, too' : ''}`, async () => {
    const call = callIn('a');
    const closed = [];
    const show = (inside) => h(GroupCallProvider, { call }, inside);
    const page = await mount(show(guest({ onLeave: (error) => closed.push(error?.code) })), { strict });
    assert.match(page.place.textContent, /already in a call.*Leave that call first/);
    assert.equal(button(page, 'Leave'), undefined);
    assert.equal(page.place.querySelector('.gc-tile'), null);
    await press(page, 'Back');
    await press(page, 'Back');
    assert.deepEqual(closed, ['already-joined']);
    await page.render(show(null));
    assert.deepEqual(call.log, [], 'neither joined nor left');
  });
}

test('once the other call has ended, the window tries again and is in its room', async () => {
  const call = callIn('a');
  const show = (inside) => h(GroupCallProvider, { call }, inside);
  const page = await mount(show(guest()), { strict: true });
  await act(async () => call.change({ phase: 'idle', room: null }));
  await press(page, 'Try again');
  assert.deepEqual(call.log, [['join', JOIN]]);
  assert.match(page.place.textContent, /Connecting to the server/);
  await page.render(show(null));
  assert.deepEqual(call.log.at(-1), ['leave']);
});

test('a window that changes its room shows how the former one is left, and then the next', async () => {
  const call = callIn('r');
  call.change({ phase: 'joining' });
  let left;
  call.leave = async () => {
    call.change({ phase: 'leaving' });
    await new Promise((resolve) => { left = resolve; });
  };
  const joins = [];
  call.join = async ({ roomId }) => void joins.push(roomId);
  const show = (inside) => h(GroupCallProvider, { call }, inside);
  const page = await mount(show(guest()), { strict: true });
  joins.length = 0;
  await page.render(show(guest({ roomId: 'r2' })));
  assert.match(page.place.textContent, /Leaving/);
  assert.deepEqual(joins, ['r2']);
  await page.render(show(null));
  assert.equal(call.getSnapshot().phase, 'leaving');
  await act(async () => left());
});

test('a call that rings during another is taken once that is left', async () => {
  const call = callIn('a');
  let left;
  call.leave = () => {
    call.log.push(['leave']);
    return new Promise((resolve) => { left = resolve; });
  };
  const page = await mount(h(GroupCallProvider, { call }, h(IncomingCall)), { strict: true });
  const invitation = { roomId: 'r9', groupId: 'g', callType: 'voice', caller: { fullname: 'Ann' }, groupName: 'Choir', endsAtMs: 1 };
  await act(async () => call.change({ invitations: [invitation] }));
  await press(page, 'Accept');
  assert.deepEqual(call.log.slice(-1), [['leave']]);
  await act(async () => {
    call.change({ phase: 'idle', room: null });
    left();
  });
  assert.deepEqual(call.log.slice(-1), [['join', { roomId: 'r9', groupId: 'g', callType: 'voice' }]]);
});

// ---- a host whose module does not load ----

const NOT_LOADED = new GroupCallError('module-load-failed', 'HTTP 503');
const connects = () => making.calls.flatMap(({ log }) => log).filter(([name]) => name === 'connect').length;

/** Timers that go when the test says so. React has taken its own before. */
function holdTimers(t) {
  const due = new Map();
  let [now, last] = [0, 0];
  t.mock.method(globalThis, 'setTimeout', (callback, ms) => {
    due.set((last += 1), { at: now + ms, callback });
    return last;
  });
  t.mock.method(globalThis, 'clearTimeout', (timer) => due.delete(timer));
  const tick = (ms) => act(async () => {
    now += ms;
    for (const [timer, { at, callback }] of [...due]) {
      if (at <= now && due.delete(timer)) callback();
    }
  });
  return Object.assign(tick, { due });
}

for (const [what, happens] of Object.entries({
  'the network comes back': () => window.dispatchEvent(new window.Event('online')),
  'the page is looked at again': () => document.dispatchEvent(new window.Event('visibilitychange')),
})) {
  test(`a host whose module does not load tries again when ${what}, and can be called then`, async () => {
    Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
    making.failure = NOT_LOADED;
    const page = await mount(hosted(null), { strict: true });
    assert.equal(making.tries.length, 1);
    making.failure = null;
    await act(async () => happens());
    assert.equal(making.tries.length, 2);
    assert.ok(connects() > 0);
    await act(async () => happens());
    assert.equal(making.tries.length, 2, 'there is a call');
    await page.unmount();
    await act(async () => happens());
    assert.equal(making.tries.length, 2);
  });
}

test('a host whose module does not load tries again by itself, less and less often, until it is unmounted', async (t) => {
  const tick = holdTimers(t);
  making.failure = NOT_LOADED;
  const page = await mount(hosted(null), { strict: true });
  const pauses = [2, 4, 8, 16, 32, 60, 60];
  for (const [index, seconds] of pauses.entries()) {
    await tick(seconds * 1_000 - 1);
    assert.equal(making.tries.length, index + 1);
    await tick(1);
    assert.equal(making.tries.length, index + 2, `after ${seconds} s`);
  }
  await page.unmount();
  assert.equal(tick.due.size, 0);
  await tick(600_000);
  assert.equal(making.tries.length, pauses.length + 1);
});

test('what else is wrong is not tried again by itself', async (t) => {
  const tick = holdTimers(t);
  making.failure = new GroupCallError('unsupported', 'WebSocket is missing');
  await mount(hosted(null), { strict: true });
  await act(async () => window.dispatchEvent(new window.Event('online')));
  await tick(600_000);
  assert.equal(making.tries.length, 1);
});

test('who was to join, and reads that the module does not load, tries again by hand; the host goes on when they are gone', async (t) => {
  const tick = holdTimers(t);
  making.failure = NOT_LOADED;
  const page = await mount(hosted(guest()), { strict: true });
  assert.match(page.place.textContent, /could not be loaded/);
  await act(async () => window.dispatchEvent(new window.Event('online')));
  await tick(600_000);
  assert.equal(making.tries.length, 1, 'a camera that goes on by itself surprises');
  making.failure = null;
  await page.render(hosted(null));
  await tick(2_000);
  assert.deepEqual(making.tries.map(({ join }) => join?.roomId), ['r', undefined]);
  assert.ok(connects() > 0);
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
