import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeApplicationSocket, settled } from './fakes.mjs';

const { application_socket: { ApplicationSocketPort }, protocol: { SERVER_EVENTS } } = await importSource();

/** A port with a Socket attached; what it told on attaching is forgotten unless `told` is wanted. */
function makePort(socket = new FakeApplicationSocket()) {
  const events = [];
  const counts = [];
  const port = new ApplicationSocketPort((event) => events.push(event), (name) => counts.push(name));
  port.setSocket(socket);
  const told = events.splice(0);
  return { port, socket, events, counts, told };
}

/** A port on a Socket that is connected. */
function makeConnected() {
  const made = makePort();
  made.socket.open();
  made.events.length = 0;
  return made;
}

const state = (members) => ({ type: 'application.state', socket: 1, connected: false, active: true, ...members });
const emit = (text, more = {}) => ({ type: 'application.emit', socket: 1, text, ...more });

test('what a Socket is now is told as soon as it is given: connected, connecting or given up', () => {
  for (const facts of [{ connected: true, active: true }, { connected: false, active: true }, { connected: false, active: false }]) {
    const { told } = makePort(Object.assign(new FakeApplicationSocket(), facts));
    assert.deepEqual(told, [state(facts)]);
  }
});

test('connect, disconnect and connect_error are told with their words', () => {
  const { socket, events } = makePort();
  socket.open();
  socket.lose('transport close');
  socket.raise('connect_error', new Error('xhr poll error'));
  socket.open();
  socket.lose('io server disconnect', false);
  assert.deepEqual(events, [
    state({ connected: true }),
    state({ reason: 'transport close' }),
    state({ failed: true, reason: 'xhr poll error' }),
    state({ connected: true }),
    state({ active: false, reason: 'io server disconnect' }),
  ]);
});

test('a Manager that never reconnects leaves nothing active behind', () => {
  const { socket, events } = makePort(Object.assign(new FakeApplicationSocket(), { reconnects: false }));
  socket.raise('connect_error', new Error('refused'));
  socket.open();
  socket.lose('transport close');
  assert.deepEqual(events, [
    state({ active: false, failed: true, reason: 'refused' }),
    state({ connected: true }),
    state({ active: false, reason: 'transport close' }),
  ]);
});

test('a Manager that has used up its attempts is told, once its own event is over', async () => {
  const { socket, events } = makePort();
  socket.io.raise('reconnect_failed');
  assert.deepEqual(events, []);
  await settled();
  assert.deepEqual(events, [state({ active: false, reason: 'reconnect_failed' })]);
});

test('a Manager that gives up while the application connects anew, or lets go, is no news', async () => {
  const { port, socket, events } = makePort();
  socket.io.raise('reconnect_failed');
  socket.open();
  events.length = 0;
  await settled();
  assert.deepEqual(events, []);
  socket.lose('transport close');
  events.length = 0;
  socket.io.raise('reconnect_failed');
  port.close();
  await settled();
  assert.deepEqual(events, []);
});

test('words of the server are cut to what the core takes', () => {
  const { socket, events } = makePort();
  socket.raise('connect_error', new Error('€'.repeat(2_000)));
  socket.lose('€'.repeat(2_000));
  for (const { reason } of events) assert.ok(new TextEncoder().encode(reason).length <= 1_024);
});

for (const name of SERVER_EVENTS) {
  test(`the event ${name} is told as JSON`, () => {
    const { socket, events } = makeConnected();
    socket.raise(name, { roomId: 'r', words: '€ "x"' });
    const [{ type, socket: number, text }] = events;
    assert.deepEqual([type, number], ['application.event', 1]);
    assert.deepEqual(JSON.parse(text), [name, { roomId: 'r', words: '€ "x"' }]);
  });
}

test('events of the application itself are none of ours', () => {
  const { socket } = makePort();
  assert.deepEqual(
    [...socket.listening.keys()].sort(),
    ['connect', 'connect_error', 'disconnect', ...SERVER_EVENTS].sort(),
  );
});

test('an event without, with an empty and with more than one argument is told by its first', () => {
  const { socket, events } = makeConnected();
  socket.raise('server:shutting_down');
  socket.raise('server:shutting_down', undefined, 1);
  socket.raise('server:shutting_down', { a: 1 }, { b: 2 });
  assert.deepEqual(events.map(({ text }) => text), [
    '["server:shutting_down"]',
    '["server:shutting_down",null]',
    '["server:shutting_down",{"a":1}]',
  ]);
});

test('the acknowledgement that a server asks for is left to the application', () => {
  const { socket, events } = makeConnected();
  let acknowledged = 0;
  socket.raise('groupcall:invitation', { roomId: 'r' }, () => (acknowledged += 1));
  assert.equal(events[0].text, '["groupcall:invitation",{"roomId":"r"}]');
  assert.equal(acknowledged, 0);
});

test('what JSON cannot say is counted, harms nobody, and the next event comes through', () => {
  const { socket, events, counts } = makeConnected();
  const cycle = {};
  cycle.self = cycle;
  let deep = {};
  for (let level = 0; level < 200_000; level += 1) deep = { deep };
  const hostile = { toJSON: () => { throw new Error('mine'); } };
  for (const payload of [1n, { big: 1n }, cycle, deep, hostile, () => {}, Symbol('x')]) {
    socket.raise('groupcall:joined', payload);
  }
  assert.deepEqual(events, []);
  assert.deepEqual(counts, Array(7).fill('application.unreadable-event'));
  socket.raise('groupcall:joined', { roomId: 'r' });
  assert.equal(events.length, 1);
});

test('an emit goes out with its arguments, on a connected Socket', () => {
  const { port, socket } = makeConnected();
  port.execute(emit('["groupcall:leave",{"roomId":"r"}]'));
  port.execute(emit('["groupcall:leave",{"roomId":"r"}]', { ack: 0 }));
  assert.deepEqual(socket.sent, Array(2).fill(['groupcall:leave', { roomId: 'r' }]));
});

test('an acknowledgement is told under its number', () => {
  const { port, socket, events } = makeConnected();
  port.execute(emit('["groupcall:ping",{}]', { ack: 7 }));
  const [[name, payload, acknowledge]] = socket.sent;
  assert.deepEqual([name, payload], ['groupcall:ping', {}]);
  acknowledge();
  assert.deepEqual(events, [{ type: 'application.acknowledged', socket: 1, ack: 7 }]);
});

test('with the option ackTimeout an Error is no acknowledgement, and null before the answer is', () => {
  const { port, socket, events } = makeConnected();
  port.execute(emit('["groupcall:ping",{}]', { ack: 7 }));
  port.execute(emit('["groupcall:ping",{}]', { ack: 8 }));
  socket.sent[0].at(-1)(new Error('operation has timed out'));
  socket.sent[1].at(-1)(null, 'pong');
  assert.deepEqual(events.map(({ ack }) => ack), [8]);
});

test('while disconnected nothing is emitted, and so nothing buffered', () => {
  const { port, socket, counts } = makePort();
  port.execute(emit('["groupcall:leave",{"roomId":"r"}]'));
  socket.open();
  socket.lose('transport close');
  port.execute(emit('["groupcall:leave",{"roomId":"r"}]'));
  assert.deepEqual([socket.emits, socket.sendBuffer], [0, []]);
  assert.deepEqual(counts, Array(2).fill('application.emit-while-disconnected'));
});

test('what a Socket with an overdue heartbeat buffers is taken out again, and nothing else', () => {
  const { port, socket, counts } = makeConnected();
  socket.overdue = true;
  socket.emit('chat:message', 'hello');
  port.execute(emit('["groupcall:leave",{"roomId":"r"}]'));
  assert.deepEqual(socket.sendBuffer, [{ data: ['chat:message', 'hello'] }]);
  assert.deepEqual(counts, ['application.emit-while-disconnected']);
});

test('connect and renew ask the Socket and its engine, whose Socket stays open', () => {
  const { port, socket } = makeConnected();
  port.execute({ type: 'application.connect', socket: 1 });
  port.execute({ type: 'application.renew', socket: 1 });
  assert.deepEqual([socket.connects, socket.engineClosed], [1, 1]);
});

test('a Socket that is connecting is not renewed: it is getting a new connection', () => {
  const { port, socket } = makePort();
  port.execute({ type: 'application.renew', socket: 1 });
  assert.equal(socket.engineClosed, 0);
});

test('another Socket takes the next number, and the one before is left alone', () => {
  const { port, socket: first, events } = makeConnected();
  first.on('groupcall:joined', () => {});
  const second = new FakeApplicationSocket();
  port.setSocket(second);
  assert.deepEqual(events, [state({ socket: 2 })]);
  assert.deepEqual([...first.listening.keys()], ['groupcall:joined']);
  assert.equal(first.listening.get('groupcall:joined').length, 1);
  assert.equal(first.io.listening.size, 0);
  second.open();
  second.raise('groupcall:joined', {});
  assert.deepEqual(events.slice(1).map(({ socket }) => socket), [2, 2]);
});

test('commands and acknowledgements of an earlier Socket are stale', () => {
  const { port, socket: first, events } = makeConnected();
  port.execute(emit('["groupcall:ping",{}]', { ack: 7 }));
  const second = new FakeApplicationSocket();
  port.setSocket(second);
  second.open();
  events.length = 0;
  first.sent[0].at(-1)();
  for (const type of ['connect', 'renew']) port.execute({ type: `application.${type}`, socket: 1 });
  port.execute(emit('["groupcall:leave",{}]'));
  assert.deepEqual(events, []);
  assert.deepEqual([first.connects, first.engineClosed, first.sent.length], [0, 0, 1]);
  assert.deepEqual([second.connects, second.engineClosed, second.sent], [0, 0, []]);
});

test('an emitter that calls a listener once more after it was taken off tells nothing', () => {
  const made = makeConnected();
  const second = new FakeApplicationSocket();
  // Ours comes after this one, in the copy that the emitter goes through.
  const listeners = made.socket.listening.get('connection:replaced');
  made.socket.listening.set('connection:replaced', [() => made.port.setSocket(second), ...listeners]);
  made.socket.raise('connection:replaced', {});
  assert.deepEqual(made.events, [state({ socket: 2 })]);
});

test('the present Socket given again changes nothing', () => {
  const { port, socket, events } = makeConnected();
  port.setSocket(socket);
  assert.deepEqual(events, []);
  socket.raise('groupcall:joined', {});
  assert.equal(events.length, 1);
});

test('closing takes off every listener, and does nothing else to the Socket', () => {
  const { port, socket, events } = makeConnected();
  port.execute(emit('["groupcall:ping",{}]', { ack: 7 }));
  port.close();
  assert.equal(socket.listening.size, 0);
  assert.equal(socket.io.listening.size, 0);
  socket.sent[0].at(-1)();
  port.execute(emit('["groupcall:leave",{}]'));
  port.setSocket(new FakeApplicationSocket());
  assert.deepEqual(events, []);
  assert.deepEqual([socket.connected, socket.sent.length, socket.engineClosed], [true, 1, 0]);
});

test('a Socket that was given after closing is not listened to', () => {
  const { port } = makePort();
  port.close();
  const late = new FakeApplicationSocket();
  port.setSocket(late);
  assert.equal(late.listening.size, 0);
});
