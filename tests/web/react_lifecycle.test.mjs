/** One call, however often and in whatever order React mounts what uses it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement as h, Suspense, useEffect, useLayoutEffect } from 'react';
import * as React from 'react';

import { openReactPage } from './react_page.mjs';

const { act, mount, making, complaints, GroupCallProvider, GroupCallError, CallSession, FakeCall, useCallActions, useGroupCall, usePicture } = await openReactPage();

const SOCKET = Object.freeze({ name: 'the application’s' });
const OPTIONS = { self: { userId: 'me', fullname: 'Me' }, signalling: { socket: SOCKET } };
const ROOM = { roomId: 'r', groupId: 'g', callType: 'video' };
const OTHER_ROOM = { ...ROOM, roomId: 'r2' };

/** What the last call was asked for, but for the Socket that it has anyway. */
const logOf = (call) => call.log.map(([name]) => name).filter((name) => name !== 'setSocket');
const arrive = () => act(async () => making.arrive());

/** Joins when mounted and leaves when unmounted, as components do. */
function Member({ room = ROOM, outcomes = [] }) {
  const { join, leave } = useCallActions();
  useEffect(() => {
    join(room).then(() => outcomes.push('joined'), ({ code }) => outcomes.push(code));
    return () => void leave().then(() => outcomes.push('left'));
  }, [join, leave, room, outcomes]);
  return null;
}

function Phase() {
  const { phase, room, error } = useGroupCall();
  return h('p', null, [phase, room?.roomId, error?.code].filter(Boolean).join(' '));
}

const provide = (...children) => h(GroupCallProvider, { options: OPTIONS }, ...children);

test('StrictMode mounts twice and makes one call, which goes when all is unmounted', async () => {
  const page = await mount(provide(h(Phase)), { strict: true });
  assert.equal(making.tries.length, 1);
  assert.equal(making.last.disposed, false);
  assert.ok(making.last.listening > 0);
  await page.unmount();
  assert.equal(making.last.disposed, true);
  assert.equal(making.last.listening, 0, 'a listener of ours stayed');
});

test('the join of the provider goes with the making, and is shown meanwhile', async () => {
  making.held = true;
  const page = await mount(h(GroupCallProvider, { options: OPTIONS, join: ROOM }, h(Phase)), { strict: true });
  assert.deepEqual(making.tries.map(({ join }) => join), [ROOM]);
  assert.equal(page.place.textContent, 'joining r');
  await arrive();
  assert.equal(page.place.textContent, 'joining r');
  await act(async () => making.last.change({ phase: 'joined' }));
  assert.equal(page.place.textContent, 'joined r');
});

for (const strict of [false, true]) {
  test(`a child that joins in its effect, which runs before the provider’s, joins once${strict ? ', in StrictMode, too' : ''}`, async () => {
    making.held = true;
    const outcomes = [];
    const page = await mount(provide(h(Member, { outcomes }), h(Phase)), { strict });
    assert.deepEqual(making.tries.map(({ join }) => join), [ROOM], 'devices and Socket open beside the module');
    assert.equal(page.place.textContent, 'joining r');
    await arrive();
    assert.deepEqual(making.calls.length, 1);
    // The one inside the making, and the one that waits for it.
    assert.deepEqual(making.last.log.filter(([name]) => name !== 'setSocket'), [['join', ROOM], ['join', ROOM]]);
    assert.deepEqual(outcomes, strict ? ['aborted', 'left', 'joined'] : ['joined']);
  });
}

test('a layout effect, which runs long before the provider’s effects, joins', async () => {
  function Early() {
    const { join } = useCallActions();
    useLayoutEffect(() => void join(ROOM), [join]);
    return null;
  }
  await mount(provide(h(Early)), { strict: true });
  assert.deepEqual(making.tries.map(({ join }) => join), [ROOM]);
});

test('a member that goes while the module is on its way takes back at once what was opened for it; what others wait for is done', async () => {
  making.held = true;
  const outcomes = [];
  function Listener() {
    const { connect } = useCallActions();
    useEffect(() => connect(), [connect]);
    return null;
  }
  const page = await mount(provide(h(Member, { outcomes }), h(Phase), h(Listener)));
  await page.render(provide(null, h(Phase), h(Listener)));
  assert.equal(page.place.textContent, 'idle');
  assert.deepEqual(outcomes, ['aborted', 'left']);
  assert.deepEqual(making.tries.map(({ join }) => join), [ROOM, undefined]);
  assert.deepEqual(making.takenBack, [making.tries[0]], 'devices and Socket close before the module is there');
  await arrive();
  assert.equal(making.calls.length, 1);
  assert.deepEqual(logOf(making.last), ['connect']);
});

test('left while the module is on its way, with the join of the provider: the devices are given back at once', async () => {
  making.held = true;
  let actions;
  function Taker() {
    actions = useCallActions();
    return null;
  }
  const page = await mount(h(GroupCallProvider, { options: OPTIONS, join: ROOM }, h(Phase), h(Taker)), { strict: true });
  await act(async () => actions.leave());
  assert.deepEqual(making.takenBack, [making.tries[0]]);
  assert.equal(page.place.textContent, 'idle');
  await act(async () => void actions.join(OTHER_ROOM));
  await arrive();
  assert.equal(making.calls.length, 1);
  assert.equal(page.place.textContent, 'joining r2');
});

test('a member that comes back while the module is on its way joins last', async () => {
  making.held = true;
  const outcomes = [];
  const page = await mount(provide(h(Member, { key: 1, outcomes }), h(Phase)));
  await page.render(provide(h(Member, { key: 2, room: OTHER_ROOM, outcomes }), h(Phase)));
  assert.equal(page.place.textContent, 'joining r2');
  await arrive();
  assert.deepEqual(making.tries.map(({ join }) => join.roomId), ['r', 'r2'], 'also opens what it needs beside the module');
  assert.deepEqual(making.takenBack, [making.tries[0]]);
  // The one inside the making, and the one that waits for it.
  assert.deepEqual(making.last.log.filter(([name]) => name !== 'setSocket').map(([name, room]) => [name, room?.roomId]), [['join', 'r2'], ['join', 'r2']]);
});

test('a member that StrictMode mounts twice into a call that is there joins once', async () => {
  const page = await mount(provide(null), { strict: true });
  await page.render(provide(h(Member)));
  assert.deepEqual(logOf(making.last), ['leave', 'join'], 'nothing was joined yet when it left');
});

test('a join that nobody waits for, and that is taken back, is no unhandled rejection', async () => {
  function Careless() {
    const { join, leave } = useCallActions();
    useEffect(() => {
      join(ROOM);
      return () => void leave();
    }, [join, leave]);
    return null;
  }
  // The test runner would fail the test for one.
  await mount(provide(h(Careless)), { strict: true });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(logOf(making.last), ['join', 'join']);
});

test('what is asked for after a join is done after it', async () => {
  let actions;
  function Taker() {
    actions = useCallActions();
    return null;
  }
  await mount(provide(h(Taker)));
  await act(async () => {
    actions.join(ROOM);
    actions.setCamera(false);
  });
  assert.deepEqual(logOf(making.last), ['join', 'setCamera']);
});

test('another room, in a call that is there: left, then joined', async () => {
  const page = await mount(provide(h(Member)), { strict: true });
  const before = logOf(making.last).length;
  await page.render(provide(h(Member, { room: OTHER_ROOM })));
  assert.deepEqual(logOf(making.last).slice(before), ['leave', 'join']);
  assert.equal(making.calls.length, 1);
});

test('unmounted while the module is on its way: what was opened is closed at once, no call is made, and who joined is told', async () => {
  making.held = true;
  const outcomes = [];
  function Impatient() {
    const { join } = useCallActions();
    useEffect(() => void join(ROOM).catch(({ code }) => outcomes.push(code)), [join]);
    return null;
  }
  const page = await mount(provide(h(Impatient)), { strict: true });
  await page.unmount();
  assert.deepEqual(outcomes, ['disposed', 'disposed'], 'both of StrictMode’s');
  assert.deepEqual(making.takenBack, making.tries);
  await arrive();
  assert.equal(making.calls.length, 0);
});

test('mounted and unmounted within one task: no call is made at all', async () => {
  const page = await mount(null);
  await act(async () => {
    const { flushSync } = await import('react-dom');
    const { createRoot } = await import('react-dom/client');
    const inner = createRoot(document.createElement('div'));
    flushSync(() => inner.render(provide(h(Phase))));
    inner.unmount();
  });
  await page.unmount();
  assert.equal(making.tries.length, 0);
});

test('a join after all is unmounted is refused, not kept', async () => {
  let join;
  function Taker() {
    join = useCallActions().join;
    return null;
  }
  const page = await mount(provide(h(Taker)));
  await page.unmount();
  await assert.rejects(join(ROOM), (error) => error instanceof GroupCallError && error.code === 'disposed');
  assert.equal(making.tries.length, 1);
});

test('a module that does not load is shown, fails the join, and is loaded anew by the next', async () => {
  making.failure = new GroupCallError('module-load-failed', 'HTTP 503');
  const outcomes = [];
  let actions;
  function Taker() {
    actions = useCallActions();
    return null;
  }
  const page = await mount(provide(h(Member, { outcomes }), h(Phase), h(Taker)));
  assert.equal(page.place.textContent, 'idle module-load-failed');
  assert.deepEqual(outcomes, ['module-load-failed']);
  assert.equal(making.tries.length, 1, 'not tried again by itself');

  making.failure = null;
  making.held = true;
  await act(async () => void actions.join(OTHER_ROOM));
  assert.equal(page.place.textContent, 'joining r2', 'the error is not shown any more');
  assert.deepEqual(making.tries.map(({ join }) => join?.roomId), ['r', 'r2']);
  await arrive();
  assert.equal(making.last.getSnapshot().phase, 'joining');
});

test('after a failure, leave() takes the error off the page', async () => {
  making.failure = new GroupCallError('unsupported', 'WebSocket is missing');
  let actions;
  function Taker() {
    actions = useCallActions();
    return null;
  }
  const page = await mount(h(GroupCallProvider, { options: OPTIONS, join: ROOM }, h(Phase), h(Taker)));
  assert.equal(page.place.textContent, 'idle unsupported');
  await act(async () => actions.leave());
  assert.equal(page.place.textContent, 'idle');
});

test('the join of the provider is tried once: not after a leave that came first, and not by what is asked for after a failure', async () => {
  let actions;
  function Taker() {
    actions = useCallActions();
    useLayoutEffect(() => void actions.leave(), []);
    return null;
  }
  const page = await mount(h(GroupCallProvider, { options: OPTIONS, join: ROOM }, h(Phase), h(Taker)), { strict: true });
  assert.equal(page.place.textContent, 'idle');
  assert.deepEqual(making.tries.map(({ join }) => join), [undefined]);

  making.failure = new GroupCallError('module-load-failed', '');
  const failing = await mount(h(GroupCallProvider, { options: OPTIONS, join: ROOM }, h(Phase), h(Member, { room: OTHER_ROOM }), h(function Sender() {
    actions = useCallActions();
    return null;
  })));
  making.failure = null;
  await act(async () => void actions.send({ text: 'hi' }));
  assert.equal(failing.place.textContent, 'idle');
  assert.deepEqual(making.tries.map(({ join }) => join?.roomId), [undefined, 'r2', undefined]);
});

/** What nobody has caught, as the page hears of it. */
function catchUncaught(t) {
  const uncaught = [];
  const queue = globalThis.queueMicrotask;
  t.mock.method(globalThis, 'queueMicrotask', (callback) => queue(() => {
    try { callback(); } catch (error) { uncaught.push(error.message); }
  }));
  return uncaught;
}

test('a listener that throws keeps nobody else from hearing, and does not go unseen', async (t) => {
  const uncaught = catchUncaught(t);
  const session = new CallSession({ options: OPTIONS });
  let heard = 0;
  session.subscribe(() => { throw new Error('the listener’s'); });
  session.subscribe(() => { heard += 1; });
  await session.leave();
  await Promise.resolve();
  assert.equal(heard, 1);
  assert.deepEqual(uncaught, ['the listener’s']);
});

test('a join of another room is refused, also for who does not wait for it, and the call can be rejoined as before', async () => {
  const call = new FakeCall(OPTIONS);
  const session = new CallSession({ call });
  const release = session.retain();
  await session.join(ROOM);
  const { join } = call;
  call.join = async () => { throw new GroupCallError('already-joined', 'r'); };
  // The runner takes what is unhandled for a failure of the test.
  const [runner, unhandled] = [process.listeners('unhandledRejection'), []];
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', ({ code }) => unhandled.push(code));
  try {
    await assert.rejects(session.join(OTHER_ROOM), { code: 'already-joined' });
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of runner) process.on('unhandledRejection', listener);
  }
  assert.deepEqual(unhandled, ['already-joined']);
  call.join = join;
  session.rejoin()();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(call.log.at(-1), ['join', ROOM]);
  release();
});

test('a mistake of the page’s in the options is shown and uncaught, not swallowed', async (t) => {
  const uncaught = catchUncaught(t);
  making.failure = new TypeError('deviceMemory.find is not a function');
  const page = await mount(provide(h(Phase)));
  assert.equal(page.place.textContent, 'idle engine-failed');
  assert.deepEqual(uncaught, ['deviceMemory.find is not a function']);
});

test('what was wanted before there was a call is done once there is one, in order', async () => {
  making.held = true;
  let actions;
  function Taker() {
    actions = useCallActions();
    return null;
  }
  await mount(provide(h(Taker)));
  actions.setCamera(false);
  actions.setMicrophone(true);
  const sent = actions.send({ text: 'hello' });
  await arrive();
  await sent;
  assert.deepEqual(logOf(making.last), ['setCamera', 'setMicrophone', 'send']);
});

test('a new Socket is handed over, the same one is no news, and the call stays', async () => {
  const options = { ...OPTIONS };
  const page = await mount(h(GroupCallProvider, { options }), { strict: true });
  const socketsGiven = () => making.last.log.filter(([name]) => name === 'setSocket').map(([, socket]) => socket);
  const before = socketsGiven().length;
  await page.render(h(GroupCallProvider, { options: { ...options } }));
  assert.equal(socketsGiven().length, before);
  const next = { name: 'after a sign-in' };
  await page.render(h(GroupCallProvider, { options: { ...options, signalling: { socket: next } } }));
  assert.deepEqual(socketsGiven().slice(before), [next]);
  assert.equal(making.calls.length, 1);
});

test('another user has another call, and the former one ends', async () => {
  const page = await mount(provide(h(Phase)), { strict: true });
  const [former] = making.calls;
  await page.render(h(GroupCallProvider, { options: { ...OPTIONS, self: { userId: 'you' } } }, h(Phase)));
  assert.equal(former.disposed, true);
  assert.equal(former.listening, 0);
  assert.equal(making.calls.length, 2);
  assert.equal(making.last.options.self.userId, 'you');
  assert.equal(making.last.disposed, false);
});

test('a rendering with another user that is thrown away takes nothing from the call', async () => {
  let setUser;
  let setNumber;
  let wake;
  const pending = new Promise((resolve) => { wake = resolve; });
  const Late = ({ user }) => (user === 'you' ? React.use(pending) : null);
  function App() {
    const [user, changeUser] = React.useState('me');
    setUser = changeUser;
    setNumber = React.useState(0)[1];
    return h(Suspense, null, h(GroupCallProvider, { options: { ...OPTIONS, self: { userId: user } } }, h(Phase), h(Late, { user })));
  }
  await mount(h(App), { strict: true });
  await act(async () => React.startTransition(() => setUser('you')));
  await act(async () => setNumber(1));
  assert.deepEqual(making.calls.map(({ disposed }) => disposed), [false], 'the other user is not on the page yet');
  await act(async () => wake());
  assert.deepEqual(making.calls.map(({ options, disposed }) => [options.self.userId, disposed]), [['me', true], ['you', false]]);
});

test('a call of the page’s own is used and never ended', async () => {
  const call = new FakeCall(OPTIONS);
  call.change({ phase: 'joined' });
  const page = await mount(h(GroupCallProvider, { call }, h(Phase), h(Member)), { strict: true });
  assert.equal(page.place.textContent, 'joining r');
  await page.unmount();
  assert.equal(making.tries.length, 0);
  assert.deepEqual(call.log.map(([name]) => name).at(-1), 'leave', 'the member’s, as it went');
  assert.equal(call.disposed, false);
  assert.equal(call.listening, 0);
});

test('two providers are two calls, and each ends with its own', async () => {
  const show = (second) => h(React.Fragment, null, provide(h(Phase)), second && provide(h(Phase)));
  const page = await mount(show(true));
  assert.equal(making.calls.length, 2);
  await page.render(show(false));
  assert.deepEqual(making.calls.map(({ disposed }) => disposed), [false, true]);
});

test('a boundary that suspends hides its children, and the call goes on', async () => {
  let wake;
  let pending = null;
  function Lazy() {
    if (pending) throw pending;
    return null;
  }
  const show = () => h(Suspense, { fallback: 'wait' }, provide(h(Phase), h(Lazy)));
  const page = await mount(show());
  pending = new Promise((resolve) => { wake = resolve; });
  await page.render(show());
  assert.match(page.place.textContent, /wait/);
  assert.equal(making.last.disposed, false);
  await act(async () => {
    pending = null;
    wake();
  });
  assert.equal(making.calls.length, 1);
  assert.equal(making.last.disposed, false);
});

test('what is hidden by an Activity has no call, and has a new one when it is shown again', { skip: !React.Activity }, async () => {
  function Picture() {
    return h('video', { ref: usePicture('me', 'camera') });
  }
  const show = (mode) => h(React.Activity, { mode }, provide(h(Member), h(Phase), h(Picture)));
  const page = await mount(show('visible'), { strict: true });
  const [first] = making.calls;
  await page.render(show('hidden'));
  assert.equal(first.disposed, true);
  await page.render(show('visible'));
  assert.equal(making.calls.length, 2);
  assert.deepEqual(making.tries.map(({ join }) => join?.roomId), ['r', 'r']);
  const stream = { name: 'camera' };
  await act(async () => {
    const { self } = making.last.getSnapshot();
    making.last.change({ phase: 'joined', self: { ...self, camera: { state: 'on', reason: 'none' }, streams: { ...self.streams, camera: stream } } });
  });
  assert.equal(page.place.querySelector('video').srcObject, stream);
});

test('a component that is replaced while it is edited keeps the call of its provider', async () => {
  // Fast refresh gives a component another type, and keeps those around and below it.
  const First = () => h('i', null, h(Phase));
  const Second = () => h('u', null, h(Phase));
  const page = await mount(provide(h(First)), { strict: true });
  await page.render(provide(h(Second)));
  assert.ok(page.place.querySelector('u'));
  assert.equal(making.calls.length, 1);
  assert.equal(making.last.disposed, false);
});

test('hooks outside of a provider say what is missing', async () => {
  class Fence extends React.Component {
    state = { error: null };
    static getDerivedStateFromError(error) {
      return { error };
    }
    render() {
      return this.state.error ? this.state.error.message : this.props.children;
    }
  }
  const page = await mount(h(Fence, null, h(Phase)));
  assert.match(page.place.textContent, /<GroupCallProvider>/);
  // React tells of every error that a boundary caught.
  assert.match(complaints.splice(0).join(), /GroupCallProvider/);
});
