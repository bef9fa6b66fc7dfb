// What the tests connect to: real socket.io servers, a network in between that can go quiet, and the Sockets
// of socket.io-client that stand for the application's.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { io as openSocket } from 'socket.io-client';

import { Watch } from './watch.mjs';

const { Server } = createRequire(new URL('../../tools/server/package.json', import.meta.url))('socket.io');

const listening = (server) =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });

/**
 * A plain socket.io server. `onSocket(socket, number)` sees every Socket that is accepted, from 1 on; without it
 * everybody is admitted to any room, alone.
 */
export async function socketioServer(t, { namespace = '/', use, onSocket = admitAlone, ...options } = {}) {
  const http = createServer();
  const tcpSockets = new Set();
  http.on('connection', (socket) => {
    tcpSockets.add(socket);
    socket.once('close', () => tcpSockets.delete(socket));
  });
  const io = new Server(http, options);
  const connections = [];
  const heard = [];
  const watch = new Watch(() => `  the server has seen ${connections.length} connections and ${JSON.stringify(heard.slice(-10))}`);
  // Transports, also of those whom the middleware refuses.
  let transports = 0;
  io.engine.on('connection', () => {
    transports += 1;
    watch.changed();
  });
  const room = io.of(namespace);
  if (use) room.use(use);
  room.on('connection', (socket) => {
    connections.push(socket);
    const number = connections.length;
    socket.onAny((event, payload) => {
      heard.push({ number, event, payload });
      watch.changed();
    });
    socket.on('disconnect', () => watch.changed());
    onSocket(socket, number);
    watch.changed();
  });
  const port = await listening(http);
  t.after(async () => {
    const closed = io.close();
    tcpSockets.forEach((socket) => socket.destroy());
    await closed;
  });
  return {
    io,
    port,
    url: `http://127.0.0.1:${port}`,
    connections,
    /** `{number, event, payload}` of everything that clients emitted; the number of their connection is from 1 on. */
    heard,
    heardOf: (event) => heard.filter((one) => one.event === event),
    get transports() {
      return transports;
    },
    until: (condition, what) => watch.until(condition, what),
  };
}

/** Admits to any room, with these participants in it. */
export function admit(socket, participants = []) {
  socket.on('groupcall:join', ({ roomId }) => socket.emit('groupcall:joined', joinedPayload(roomId, participants)));
}

function admitAlone(socket) {
  admit(socket);
}

export function joinedPayload(roomId, participants) {
  return { roomId, participants, callType: 'video', roomState: { totalParticipants: participants.length + 1, callType: 'video' } };
}

export function participantCalled(userId, userInfo = {}) {
  return { userId, userInfo: { userId, ...userInfo }, tracks: { audio: true, video: true } };
}

/**
 * A network in front of a server. `freeze()` holds everything that is under way and that follows, in both
 * directions, on the connections that exist; `cut()` breaks them. `hold()` takes new connections and keeps
 * what they say, `release()` lets it pass.
 */
export async function networkTo(t, port) {
  const pairs = new Set();
  let connections = 0;
  let held = false;
  const watch = new Watch(() => `  the network has seen ${connections} connections`);
  const network = createTcpServer((near) => {
    const far = connectTcp(port, '127.0.0.1');
    const pair = { near, far, waits: held };
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    pairs.add(pair);
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    if (!held) join(pair);
    connections += 1;
    watch.changed();
  });
  const ownPort = await listening(network);
  const each = (act) => [...pairs].forEach(({ near, far }) => [near, far].forEach(act));
  t.after(() => {
    each((socket) => socket.destroy());
    return new Promise((resolve) => void network.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${ownPort}`,
    freeze: () => each((socket) => socket.unpipe().pause()),
    cut: () => each((socket) => socket.destroy()),
    hold: () => {
      held = true;
    },
    release: () => {
      held = false;
      [...pairs].filter(({ waits }) => waits).forEach(join);
    },
    get connections() {
      return connections;
    },
    until: (condition, what) => watch.until(condition, what),
  };
}

function join(pair) {
  pair.waits = false;
  pair.near.pipe(pair.far);
  pair.far.pipe(pair.near);
}

/** A Socket as a page makes its own, gone after the test. */
export function applicationSocket(t, url, userId, options = {}) {
  const socket = openSocket(url, { transports: ['websocket'], forceNew: true, query: { userId }, ...options });
  t.after(() => socket.disconnect());
  return socket;
}
