import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeBridge, FakeClock, FakePort } from './fakes.mjs';

const { engine: { CallEngine }, flight_record: { FlightRecord }, store: { SnapshotStore } } = await importSource();

const nothing = { commands: [] };

/** An engine over fakes; `answer` is the core. */
function makeEngine(answer = () => nothing, { onCommand, record } = {}) {
  const clock = new FakeClock();
  const bridge = new FakeBridge(answer);
  const host = { slept: 0, closed: false, sleptMs: () => host.slept, close: () => (host.closed = true) };
  const ports = {
    socket: new FakePort(onCommand),
    application: new FakePort(onCommand),
    tabs: new FakePort(onCommand),
    peers: new FakePort(onCommand),
    media: new FakePort(onCommand),
    texts: new FakePort(onCommand),
    host,
  };
  const store = new SnapshotStore('me', { userId: 'me' }, { remote: () => null, local: () => null });
  const messages = { told: [], tell: (command) => messages.told.push(command) };
  const flight = new FlightRecord('{}');
  const engine = new CallEngine({ bridge, ports, store, messages, clock, flight, record });
  return { engine, flight, bridge, ports, store, messages, clock, host };
}

const types = (events) => events.map(({ type }) => type);
const online = { type: 'host.online' };
const open = { type: 'socket.open', socket: 1, url: 'ws://localhost/' };

test('events are handed over in the order in which they came', () => {
  const { engine, bridge } = makeEngine();
  engine.dispatch({ type: 'host.offline' });
  engine.dispatch({ type: 'host.online' });
  engine.dispatch({ type: 'socket.opened', socket: 1 });
  assert.deepEqual(types(bridge.events), ['host.offline', 'host.online', 'socket.opened']);
});

test('an event raised by a command waits until all commands are carried out and the patch is applied', () => {
  const order = [];
  const answer = ({ type }) => {
    order.push(type);
    return type === 'host.online' ? { commands: [open, { ...open, socket: 2 }], patch: { phase: 'joining' } } : nothing;
  };
  const made = makeEngine(answer, {
    onCommand: ({ socket }) => {
      order.push(`open ${socket}`);
      made.engine.dispatch({ type: 'socket.closed', socket });
    },
  });
  made.store.subscribe(() => order.push(made.store.getSnapshot().phase));
  made.engine.dispatch(online);
  assert.deepEqual(order, ['host.online', 'open 1', 'open 2', 'joining', 'socket.closed', 'socket.closed']);
  assert.deepEqual(made.bridge.events.slice(1).map(({ socket }) => socket), [1, 2]);
});

test('an event raised by a listener waits its turn as well', () => {
  const made = makeEngine(({ type }) => (type === 'host.online' ? { commands: [], patch: { phase: 'joined' } } : nothing));
  let insideHandle = false;
  const handle = made.bridge.handle.bind(made.bridge);
  made.bridge.handle = (...given) => {
    assert.equal(insideHandle, false, 'the core is never entered twice');
    insideHandle = true;
    const text = handle(...given);
    insideHandle = false;
    return text;
  };
  made.store.subscribe(() => made.engine.dispatch({ type: 'call.setCamera', on: false }));
  made.engine.dispatch(online);
  assert.deepEqual(types(made.bridge.events), ['host.online', 'call.setCamera']);
});

test('every command goes to its port', () => {
  const id = { peer: 'ann', connection: 1 };
  const expected = {
    socket: [open, { type: 'socket.send', socket: 1, text: '3' }, { type: 'socket.close', socket: 1 }],
    application: [
      { type: 'application.connect', socket: 1 },
      { type: 'application.renew', socket: 1 },
      { type: 'application.emit', socket: 1, text: '["groupcall:leave",{}]', ack: 0 },
    ],
    tabs: [{ type: 'tabs.post', text: '{}' }],
    media: [
      { type: 'media.acquire', op: 1, microphone: true, camera: false },
      { type: 'media.acquireScreen', op: 8, audio: false },
      { type: 'media.enable', track: 't', enabled: true },
      { type: 'media.stop', track: 't' },
    ],
    texts: [
      { type: 'text.pack', op: 6, text: 't' },
      { type: 'text.unpack', op: 7, packed: 'p', limit: 9 },
    ],
    peers: [
      { type: 'pc.create', ...id, slots: [], channel: false },
      { type: 'pc.assign', ...id },
      { type: 'pc.setLocalDescription', ...id, op: 2, restart: false },
      { type: 'pc.setRemoteDescription', ...id, op: 3, description: { type: 'offer', sdp: '' } },
      { type: 'pc.adoptSlots', ...id, streams: [] },
      { type: 'pc.addIceCandidate', ...id, candidate: { candidate: 'c' } },
      { type: 'pc.attachTrack', ...id, op: 4, slot: 0, track: '' },
      { type: 'channel.send', ...id, text: '{}' },
      { type: 'stats.collect', op: 5 },
      { type: 'pc.close', ...id },
    ],
  };
  const { engine, ports } = makeEngine(() => ({ commands: Object.values(expected).flat() }));
  engine.dispatch(online);
  for (const [port, commands] of Object.entries(expected)) assert.deepEqual(ports[port].commands, commands);
});

test('one timer is armed for the deadline, rounded up, and wakes the core', () => {
  let wakeAt = 1_500_400;
  const { engine, bridge, clock } = makeEngine(() => ({ commands: [], wakeAt }));
  engine.dispatch(online);
  assert.deepEqual(clock.timers.map(({ delayMs }) => delayMs), [501]);
  wakeAt = 3_000_000;
  engine.dispatch(online);
  assert.deepEqual(clock.timers.map(({ delayMs }) => delayMs), [2_000], 'the earlier timer is gone');
  clock.advance(2_000);
  wakeAt = 2_000_000;
  clock.fire();
  assert.deepEqual(types(bridge.events).at(-1), 'host.woke');
  assert.deepEqual(clock.timers.map(({ delayMs }) => delayMs), [0], 'a deadline that has passed fires at once');
});

test('without a deadline there is no timer', () => {
  let wakeAt = 5_000_000;
  const { engine, clock } = makeEngine(() => ({ commands: [], ...(wakeAt && { wakeAt }) }));
  engine.dispatch(online);
  wakeAt = undefined;
  engine.dispatch(online);
  assert.deepEqual(clock.timers, []);
});

test('time is whole microseconds and never runs backwards', () => {
  const { engine, bridge, clock } = makeEngine();
  for (const nowMs of [10.0004, 10.0006, 9, 11.5]) {
    clock.nowMs = nowMs;
    engine.dispatch(online);
  }
  assert.deepEqual(bridge.times, [10_000, 10_001, 10_001, 11_500]);
});

test('sleep of the machine is told before the event that shows it', () => {
  const { engine, bridge, host } = makeEngine();
  host.slept = 60_000;
  engine.dispatch({ type: 'host.woke' });
  assert.deepEqual(bridge.events, [{ type: 'host.slept', missedMs: 60_000 }, { type: 'host.woke' }]);
});

test('the record holds the time, the event and the reaction as they crossed', () => {
  const lines = [];
  const { engine } = makeEngine(() => ({ commands: [], wakeAt: 7_000_000 }), { record: (line) => lines.push(line) });
  engine.dispatch(online);
  engine.dispatch({ type: 'socket.frame', socket: 1, text: '42["€"]' });
  assert.deepEqual(lines, [
    '[1000000,{"type":"host.online"},{"commands":[],"wakeAt":7000000}]',
    '[1000000,{"type":"socket.frame","socket":1,"text":"42[\\"€\\"]"},{"commands":[],"wakeAt":7000000}]',
  ]);
});

test('a request is settled by the core, and by its own number', async () => {
  const commands = {
    'call.join': [],
    'call.leave': [{ type: 'call.reject', request: 1, error: { code: 'aborted', detail: '' } }, { type: 'call.resolve', request: 2 }],
  };
  const { engine } = makeEngine(({ type }) => ({ commands: commands[type] }));
  const join = engine.request((request) => ({ type: 'call.join', request }));
  const leave = engine.request((request) => ({ type: 'call.leave', request }));
  await assert.rejects(join, { name: 'GroupCallError', code: 'aborted' });
  await leave;
});

test('a message that is sent settles its request with its id and whom it does not reach', async () => {
  const { engine } = makeEngine(({ request }) => ({
    commands: [{ type: 'call.sent', request, id: '3k9', unreached: ['ben'] }],
  }));
  const sent = await engine.request((request) => ({ type: 'call.send', request, text: 'x' }));
  assert.deepEqual(sent, { ok: true, id: '3k9', unreached: ['ben'] });
});

test('messages are told in the order of the commands', () => {
  const message = { type: 'call.message', from: 'ben', id: '3k9', toAll: true, text: 'x' };
  const { engine, messages } = makeEngine(() => ({ commands: [message, { type: 'call.drained' }] }));
  engine.dispatch(online);
  assert.deepEqual(messages.told, [message, { type: 'call.drained' }]);
});

test('a settled request sees the snapshot that belongs to it', async () => {
  const { engine, store } = makeEngine(({ request }) => ({
    commands: [{ type: 'call.resolve', request }],
    patch: { phase: 'joined' },
  }));
  await engine.request((request) => ({ type: 'call.join', request }));
  assert.equal(store.getSnapshot().phase, 'joined');
});

test('a request that the core refuses is rejected as an invalid argument', async () => {
  const { engine, store } = makeEngine(() => ({ refused: 'too-long: roomId' }));
  await assert.rejects(engine.request((request) => ({ type: 'call.join', request })), {
    code: 'invalid-argument',
    detail: 'too-long: roomId',
  });
  assert.deepEqual(store.getSnapshot().diagnostics, {});
});

test('any other refused event is counted and reported loudly, and the call goes on', (t) => {
  const errors = t.mock.method(console, 'error', () => {});
  const { engine, bridge, store } = makeEngine(({ type }) => (type === 'host.online' ? { refused: 'wrong-shape' } : nothing));
  engine.dispatch(online);
  engine.dispatch({ type: 'host.offline' });
  assert.match(errors.mock.calls[0].arguments[0], /host\.online: wrong-shape/);
  assert.equal(store.getSnapshot().diagnostics['event-refused'], 1);
  assert.equal(bridge.events.length, 2);
});

test('a port that throws does not keep later commands from being carried out', (t) => {
  t.mock.method(console, 'error', () => {});
  const made = makeEngine(() => ({ commands: [open, { ...open, socket: 2 }], patch: { phase: 'joining' } }), {
    onCommand: ({ socket }) => {
      if (socket === 1) throw new TypeError('defect');
    },
  });
  made.engine.dispatch(online);
  assert.deepEqual(made.ports.socket.commands.map(({ socket }) => socket), [1, 2]);
  assert.equal(made.store.getSnapshot().phase, 'joining');
  assert.equal(made.store.getSnapshot().diagnostics['command-failed'], 1);
});

test('a command for a Socket that nobody has given is a defect, counted and reported', (t) => {
  const errors = t.mock.method(console, 'error', () => {});
  const made = makeEngine(() => ({ commands: [{ type: 'application.connect', socket: 1 }, open] }));
  made.ports.application = undefined;
  made.engine.dispatch(online);
  assert.equal(made.store.getSnapshot().diagnostics['command-failed'], 1);
  assert.match(errors.mock.calls[0].arguments[0], /application\.connect/);
  assert.deepEqual(made.ports.socket.commands, [open]);
});

test('a dead module ends the call: everything closed, promises rejected, the reason shown', async (t) => {
  t.mock.method(console, 'error', () => {});
  const made = makeEngine(({ type }) => {
    if (type === 'host.online') throw new WebAssembly.RuntimeError('memory access out of bounds');
    return { commands: [], wakeAt: 9_000_000 };
  });
  const join = made.engine.request((request) => ({ type: 'call.join', request }));
  made.engine.dispatch(online);
  await assert.rejects(join, { code: 'engine-failed', detail: 'memory access out of bounds' });
  assert.equal(made.store.getSnapshot().error.code, 'engine-failed');
  for (const port of ['socket', 'application', 'tabs', 'peers', 'media', 'host']) assert.equal(made.ports[port].closed, true, port);
  assert.deepEqual(made.clock.timers, []);
  assert.equal(made.bridge.deleted, false, 'a dead module is not called any more');
  made.engine.dispatch({ type: 'host.offline' });
  assert.equal(made.bridge.events.length, 2);
  await assert.rejects(made.engine.request((request) => ({ type: 'call.join', request })), { code: 'engine-failed' });
});

test('dispose is handled by the core first, then nothing is left and nothing happens', async () => {
  const made = makeEngine(({ type }) => ({
    commands: type === 'call.dispose' ? [{ type: 'socket.close', socket: 1 }] : [],
    wakeAt: 9_000_000,
    patch: { phase: type === 'call.dispose' ? 'idle' : 'joining' },
  }));
  const join = made.engine.request((request) => ({ type: 'call.join', request }));
  made.engine.dispatch({ type: 'call.dispose' });
  assert.deepEqual(made.ports.socket.commands, [{ type: 'socket.close', socket: 1 }]);
  assert.equal(made.store.getSnapshot().phase, 'idle');
  for (const port of ['socket', 'application', 'tabs', 'peers', 'media', 'host']) assert.equal(made.ports[port].closed, true, port);
  assert.deepEqual(made.clock.timers, []);
  assert.equal(made.bridge.deleted, true);
  await assert.rejects(join, { code: 'disposed' });
  made.engine.dispatch(online);
  made.engine.dispatch({ type: 'call.dispose' });
  assert.equal(made.bridge.events.length, 2);
});

test('a call that is disposed of leaves nothing in the timeline of the browser', () => {
  const ours = () => performance.getEntries().filter(({ name }) => name.startsWith('groupcall:'));
  const made = makeEngine(({ type }) => ({
    commands: [],
    patch: type === 'call.dispose' ? {} : { timings: [{ name: 'join', count: 0 }] },
  }));
  made.engine.dispatch(online);
  assert.equal(ours().length, 2, 'a mark and a measure');
  made.engine.dispatch({ type: 'call.dispose' });
  assert.deepEqual(ours(), []);
});

test('what a listener raises while the call is disposed of goes nowhere', () => {
  const made = makeEngine(({ type }) => ({ commands: [], patch: { phase: type === 'call.dispose' ? 'idle' : 'joined' } }));
  made.engine.dispatch(online);
  made.store.subscribe(() => made.engine.dispatch({ type: 'call.setCamera', on: true }));
  made.engine.dispatch({ type: 'call.dispose' });
  assert.deepEqual(types(made.bridge.events), ['host.online', 'call.dispose']);
});
