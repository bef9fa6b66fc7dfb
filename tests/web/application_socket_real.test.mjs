// The port over the real socket.io-client and a real Socket.IO server, on loopback: what fakes
// could only claim about buffering, reconnecting and listeners.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';

const { application_socket: { ApplicationSocketPort } } = await importSource();

// Each is a dependency of another package than this folder's.
const requireFrom = (place) => createRequire(new URL(place, import.meta.url));
const { io, Manager } = requireFrom('../package.json')('socket.io-client');
const { Server } = requireFrom('../../tools/server/package.json')('socket.io');

const WAIT_LIMIT_MS = 8_000;

/** A server on a free port that writes down what it hears. */
class TestServer {
  heard = [];
  connections = 0;
  #port = 0;
  #io = null;

  async start(options = {}) {
    this.#io = new Server({ transports: ['websocket'], ...options });
    this.#io.on('connection', (socket) => {
      this.connections += 1;
      this.socket = socket;
      socket.onAny((...values) => this.heard.push(values.filter((value) => typeof value !== 'function')));
      socket.on('groupcall:ping', (payload, acknowledge) => acknowledge?.());
      socket.on('echo', (acknowledge) => acknowledge());
    });
    this.#io.listen(this.#port, { host: '127.0.0.1' });
    const { httpServer } = this.#io;
    httpServer.address() ?? (await once(httpServer, 'listening'));
    this.#port = httpServer.address().port;
  }
  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }
  async stop() {
    await this.#io.close();
  }
}

/** What the port reports, with a way to wait for it. */
class Reports {
  events = [];
  counts = [];
  /** What else happens at each event, inside it. */
  answer = undefined;
  #waiting = [];

  report = (event) => {
    this.events.push(event);
    this.#waiting = this.#waiting.filter((wait) => !wait());
    this.answer?.(event);
  };
  count = (name) => this.counts.push(name);

  /** The first event from `from` on that fits, within the limit. */
  next(fits, from = this.events.length) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`waited ${WAIT_LIMIT_MS} ms; ${JSON.stringify(this.events)}`)), WAIT_LIMIT_MS);
      const look = () => {
        const found = this.events.slice(from).find(fits);
        if (!found) return false;
        clearTimeout(timer);
        resolve(found);
        return true;
      };
      if (!look()) this.#waiting.push(look);
    });
  }
}

const isConnected = ({ type, connected }) => type === 'application.state' && connected;
const isLost = ({ type, connected }) => type === 'application.state' && !connected;
const emit = (name, more = {}) => ({ type: 'application.emit', socket: 1, text: JSON.stringify([name, {}]), ...more });

/** Every listener on the Socket and its Manager, ours and the application's. */
function listenersOf(socket) {
  const events = ['connect', 'disconnect', 'connect_error', 'chat:message', 'error', 'connection:replaced', 'groupcall:joined'];
  const all = Object.keys(socket._callbacks ?? {}).length + Object.keys(socket.io._callbacks ?? {}).length;
  return [all, socket.io.listeners('reconnect_failed').length, ...events.map((event) => socket.listeners(event).length)];
}

async function makeAll(t, { server: serverOptions, ...options } = {}) {
  const server = new TestServer();
  await server.start(serverOptions);
  const socket = io(server.url, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 10,
    reconnectionDelayMax: 20,
    ...options,
  });
  const reports = new Reports();
  const port = new ApplicationSocketPort(reports.report, reports.count);
  t.after(async () => {
    port.close();
    socket.disconnect();
    await server.stop();
  });
  return { server, socket, reports, port };
}

/** All of that, connected. */
async function makeConnected(t, options) {
  const made = await makeAll(t, options);
  made.port.setSocket(made.socket);
  await made.reports.next(isConnected, 0);
  return made;
}

/** Everything that was sent before has been heard by the server. */
async function settle({ socket }) {
  await socket.timeout(WAIT_LIMIT_MS).emitWithAck('echo');
}

test('the life of a Socket, from connecting to its events', async (t) => {
  const { server, reports } = await makeConnected(t);
  assert.deepEqual(reports.events, [
    { type: 'application.state', socket: 1, connected: false, active: true },
    { type: 'application.state', socket: 1, connected: true, active: true },
  ]);
  server.socket.emit('groupcall:joined', { roomId: 'r' });
  const { text } = await reports.next(({ type }) => type === 'application.event');
  assert.equal(text, '["groupcall:joined",{"roomId":"r"}]');
});

test('an emit arrives, and its acknowledgement comes back', async (t) => {
  const made = await makeConnected(t);
  made.port.execute(emit('groupcall:ping', { ack: 3 }));
  await made.reports.next(({ type, ack }) => type === 'application.acknowledged' && ack === 3);
  assert.deepEqual(made.server.heard, [['groupcall:ping', {}]]);
});

test('what is emitted while disconnected is not buffered, and never precedes what follows', async (t) => {
  const made = await makeConnected(t);
  const { server, socket, reports, port } = made;
  await server.stop();
  await reports.next(isLost, 1);
  port.execute(emit('groupcall:leave'));
  socket.emit('chat:message', 'the application may');
  assert.deepEqual(reports.counts, ['application.emit-while-disconnected']);
  const from = reports.events.length;
  await server.start();
  await reports.next(isConnected, from);
  port.execute(emit('groupcall:join'));
  await settle(made);
  assert.deepEqual(server.heard.map(([name]) => name), ['chat:message', 'groupcall:join', 'echo']);
});

test('what is emitted after a sleep, over a heartbeat that is overdue, is not buffered either', async (t) => {
  const made = await makeConnected(t, { server: { pingInterval: 60_000, pingTimeout: 1_000 } });
  const { server, socket, reports, port } = made;
  const dateNow = Date.now;
  const clock = t.mock.method(Date, 'now', () => dateNow() + 3_600_000);
  const from = reports.events.length;
  assert.equal(socket.connected, true);
  port.execute(emit('groupcall:leave'));
  clock.mock.restore();
  assert.deepEqual(reports.counts, ['application.emit-while-disconnected']);
  assert.deepEqual(socket.sendBuffer, []);
  const { reason } = await reports.next(isLost, from);
  assert.equal(reason, 'ping timeout');
  await reports.next(isConnected, from);
  await settle(made);
  assert.deepEqual(server.heard, [['echo']]);
});

test('a renewed Socket stays open, gets a new connection by itself, and the application hears all of it', async (t) => {
  const made = await makeConnected(t);
  const { server, socket, reports, port } = made;
  const before = socket.id;
  const heard = [];
  socket.on('disconnect', (reason) => heard.push(reason));
  socket.on('connect', () => heard.push('connected'));
  const from = reports.events.length;
  port.execute({ type: 'application.renew', socket: 1 });
  assert.deepEqual(reports.events.slice(from), [
    { type: 'application.state', socket: 1, connected: false, active: true, reason: 'forced close' },
  ]);
  await reports.next(isConnected, from);
  assert.notEqual(socket.id, before);
  assert.equal(server.connections, 2);
  assert.deepEqual(heard, ['forced close', 'connected']);
});

test('a Socket that the server has closed for good is connected again from within its own event', async (t) => {
  const { server, reports, port } = await makeConnected(t);
  // As the core does, whose commands are carried out before report() returns.
  reports.answer = ({ active }) => {
    reports.answer = undefined;
    assert.equal(active, false);
    port.execute({ type: 'application.connect', socket: 1 });
  };
  const from = reports.events.length;
  server.socket.disconnect();
  await reports.next(isConnected, from);
  assert.equal(reports.events[from].reason, 'io server disconnect');
  assert.equal(server.connections, 2);
});

test('a Socket whose attempts are used up is told, and comes back when asked', async (t) => {
  const { server, reports, port } = await makeConnected(t, { reconnectionAttempts: 1 });
  await server.stop();
  const { reason } = await reports.next(({ active }) => active === false);
  assert.equal(reason, 'reconnect_failed');
  await server.start();
  const from = reports.events.length;
  port.execute({ type: 'application.connect', socket: 1 });
  await reports.next(isConnected, from);
});

test('a Socket that never reconnects by itself is not active once it is lost', async (t) => {
  const { server, socket, reports, port } = await makeConnected(t, { reconnection: false });
  server.socket.conn.close();
  const lost = await reports.next(isLost);
  assert.equal(socket.active, true, 'what the Socket says itself');
  assert.equal(lost.active, false);
  port.execute({ type: 'application.connect', socket: 1 });
  await reports.next(isConnected, reports.events.length);
});

test('a refusal in words, and a server that is not there, are told as failed', async (t) => {
  const { server, socket, reports, port } = await makeAll(t, { autoConnect: false });
  port.setSocket(socket);
  assert.deepEqual(reports.events, [{ type: 'application.state', socket: 1, connected: false, active: false }]);
  await server.stop();
  port.execute({ type: 'application.connect', socket: 1 });
  const failed = await reports.next(({ failed: is }) => is);
  assert.equal(failed.active, true, 'it tries again by itself');
  assert.notEqual(failed.reason, '');
  await server.start();
  await reports.next(isConnected);
  const manager = new Manager(server.url, { transports: ['websocket'], forceNew: true });
  const refused = manager.socket('/nowhere');
  t.after(() => refused.disconnect());
  port.setSocket(refused);
  const { active, reason } = await reports.next(({ failed: is, socket: number }) => is && number === 2);
  assert.deepEqual([active, reason], [false, 'Invalid namespace']);
});

test('the listeners of the application stay, all of ours go, and the Socket stays connected', async (t) => {
  const { server, socket, reports, port } = await makeAll(t);
  const heard = [];
  for (const event of ['connect', 'connection:replaced', 'groupcall:joined', 'chat:message', 'error']) {
    socket.on(event, (...values) => heard.push([event, ...values]));
  }
  await once(socket, 'connect');
  const before = listenersOf(socket);
  port.setSocket(socket);
  assert.notDeepEqual(listenersOf(socket), before);
  port.close();
  assert.deepEqual(listenersOf(socket), before);
  assert.equal(socket.connected, true);
  heard.length = 0;
  const told = reports.events.length;
  server.socket.emit('groupcall:joined', { roomId: 'r' });
  server.socket.emit('chat:message', 'hello');
  await settle({ socket });
  assert.deepEqual(heard, [['groupcall:joined', { roomId: 'r' }], ['chat:message', 'hello']]);
  assert.equal(reports.events.length, told);
  assert.equal(server.connections, 1);
});

test('an acknowledgement that the server asks for is given by the application, once', async (t) => {
  const { server, socket, reports } = await makeConnected(t);
  socket.on('groupcall:invitation', (payload, acknowledge) => acknowledge('the application'));
  const answer = await server.socket.timeout(WAIT_LIMIT_MS).emitWithAck('groupcall:invitation', { roomId: 'r' });
  assert.equal(answer, 'the application');
  assert.equal(reports.events.at(-1).text, '["groupcall:invitation",{"roomId":"r"}]');
});

test('a binary payload is told as JSON has it, and disturbs nothing', async (t) => {
  const { server, reports } = await makeConnected(t);
  server.socket.emit('groupcall:joined', { roomId: 'r', picture: Buffer.from([1, 2]) });
  server.socket.emit('groupcall:joined', { roomId: 's' });
  await reports.next(({ text }) => text === '["groupcall:joined",{"roomId":"s"}]');
  const texts = reports.events.filter(({ type }) => type === 'application.event').map(({ text }) => JSON.parse(text)[1].roomId);
  assert.deepEqual(texts, ['r', 's']);
});

test('an acknowledgement that does not come in the time of the option ackTimeout is not told', async (t) => {
  const made = await makeConnected(t, { ackTimeout: 1 });
  const timedOut = new Promise((resolve) => made.socket.emit('chat:unanswered', resolve));
  made.port.execute({ type: 'application.emit', socket: 1, text: '["chat:unanswered",{}]', ack: 5 });
  // Timers of one length fire in the order in which they were set: the second one is ours.
  assert.ok((await timedOut) instanceof Error);
  await new Promise((resolve) => made.socket.emit('chat:unanswered', resolve));
  assert.ok(made.reports.events.every(({ type }) => type !== 'application.acknowledged'));
});
