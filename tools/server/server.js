/**
 * The reference signalling server as a module: one HTTP port with Socket.IO,
 * the static files of the demo and /healthz.
 *
 *   const server = await startServer({ port: 0, legacy: true, onFrame });
 *   … server.url …
 *   await server.close();
 */

import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from 'socket.io';

import { Groups } from './groups.js';
import { isOriginAllowed } from './origin.js';
import { LEGACY, MENDED } from './quirks.js';
import { attachSignalling } from './signalling.js';
import { createStaticHandler } from './static.js';

const LEGACY_RATE_LIMIT = 20;
const LEGACY_LOOKUP_DELAY_MS = 5;

/**
 * @typedef {object} ServerOptions
 * @property {number} [port]                 0 picks a free one (default)
 * @property {string} [host]                 default 127.0.0.1
 * @property {boolean} [legacy]              every documented quirk of the existing backend
 * @property {boolean} [legacyCrash]         with legacy: an event that ends the existing backend ends this one
 * @property {number} [lookupDelayMs]        how long the group lookup of a join takes; default 0, legacy 5
 * @property {{ limit: number, windowMs?: number }} [rateLimit]  connections per address; default none, legacy 20 in 5 minutes
 * @property {import('./groups.js').GroupTable} [groups]   default: every groupId is a group of everybody
 * @property {import('./static.js').Mount[]} [mounts]      static files
 * @property {string[]} [origins]            further allowed origins, or '*'
 * @property {number} [pingIntervalMs]       default 25000
 * @property {number} [pingTimeoutMs]        default 20000
 * @property {number} [closeLimitMs]         how long close() waits for clients to take their leave, default 500
 * @property {import('./signalling.js').FrameObserver} [onFrame]  every application event in wire order
 *
 * @typedef {{ rooms: number, participants: number, connections: number }} Stats
 *
 * @typedef {object} RunningServer
 * @property {string} url
 * @property {number} port
 * @property {() => Stats} stats
 * @property {(event: 'refused' | 'fatal' | 'crash', listener: (...args: any[]) => void) => void} on
 *   refused(Refusal): an event was not acted upon; fatal({userId, reason}): legacy, the sender's socket was closed;
 *   crash({userId, reason}): legacy with legacyCrash, the server has stopped dead
 * @property {() => void} disconnectAll     says goodbye to every client with a DISCONNECT packet (41), then closes
 * @property {() => void} dropConnections   cuts every TCP connection without a word
 * @property {(how?: { abrupt?: boolean }) => Promise<void>} stop   frees the port and forgets every room
 * @property {() => Promise<void>} start    listens again on the same port, with an empty memory
 * @property {(how?: { abrupt?: boolean }) => Promise<void>} restart
 * @property {() => Promise<void>} close    stop, said to the clients first
 *
 * @typedef {ReturnType<typeof withDefaults>} Settings
 */

/** @param {ServerOptions} options */
function withDefaults(options) {
  const legacy = options.legacy ?? false;
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    quirks: legacy ? LEGACY : MENDED,
    legacyCrash: options.legacyCrash ?? false,
    lookupDelayMs: options.lookupDelayMs ?? (legacy ? LEGACY_LOOKUP_DELAY_MS : 0),
    rateLimit: { windowMs: 300_000, ...(options.rateLimit ?? { limit: legacy ? LEGACY_RATE_LIMIT : 0 }) },
    groups: new Groups(options.groups),
    mounts: options.mounts ?? [],
    origins: options.origins ?? [],
    pingIntervalMs: options.pingIntervalMs ?? 25_000,
    pingTimeoutMs: options.pingTimeoutMs ?? 20_000,
    closeLimitMs: options.closeLimitMs ?? 500,
    onFrame: options.onFrame,
  };
}

/**
 * @param {ServerOptions} [options]
 * @returns {Promise<RunningServer>}
 */
export async function startServer(options = {}) {
  const settings = withDefaults(options);
  const events = new EventEmitter();
  /** @type {Awaited<ReturnType<typeof listen>> | null} */
  let running = await listen(settings, settings.port, events);
  const { port } = running;

  /** @param {{ abrupt?: boolean }} [how] */
  async function stop({ abrupt = false } = {}) {
    const stopping = running;
    running = null;
    await stopping?.stop(abrupt);
  }
  async function start() {
    running ??= await listen(settings, port, events);
  }
  events.on('crash', () => void stop({ abrupt: true }));

  return {
    url: `http://${displayHost(settings.host)}:${port}`,
    port,
    stats: () => running?.stats() ?? { rooms: 0, participants: 0, connections: 0 },
    on: (event, listener) => void events.on(event, listener),
    disconnectAll: () => running?.disconnectAll(),
    dropConnections: () => running?.dropConnections(),
    stop,
    start,
    async restart(how) {
      await stop(how);
      await start();
    },
    close: () => stop(),
  };
}

/**
 * `localhost` where it reaches us: pages need it for a secure context.
 * @param {string} host
 */
function displayHost(host) {
  if (['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * One life of the server, from listening to the freed port.
 * @param {Settings} settings
 * @param {number} port
 * @param {EventEmitter} events
 */
async function listen(settings, port, events) {
  const serveFile = await createStaticHandler(settings.mounts);
  const http = createServer((request, response) => {
    if (request.url === '/healthz') replyHealth(response, signalling.census());
    else serveFile(request, response);
  });
  /** @type {Set<import('node:net').Socket>} */
  const tcpSockets = new Set();
  http.on('connection', (socket) => {
    tcpSockets.add(socket);
    socket.once('close', () => tcpSockets.delete(socket));
  });
  const io = createSocketIo(http, settings);
  const signalling = attachSignalling(io, {
    ...settings,
    onRefusal: (refusal) => void events.emit('refused', refusal),
    onFatal: (userId, reason) => {
      events.emit(settings.legacyCrash ? 'crash' : 'fatal', { userId, reason });
      return settings.legacyCrash;
    },
  });
  const dropConnections = () => tcpSockets.forEach((socket) => socket.destroy());

  await new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, settings.host, () => resolve(undefined));
  });
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('listening, but not on a TCP port');

  return {
    port: address.port,
    stats: signalling.census,
    dropConnections,
    disconnectAll: () => io.disconnectSockets(true),
    /** @param {boolean} abrupt */
    async stop(abrupt) {
      signalling.fallSilent();
      const freed = new Promise((resolve) => void http.close(resolve));
      if (!abrupt) {
        signalling.announceShutdown();
        await letClientsGo(io, http, tcpSockets, settings.closeLimitMs);
      }
      dropConnections();
      await io.close();
      await freed;
    },
  };
}

/**
 * @param {import('node:http').Server} http
 * @param {Settings} settings
 */
function createSocketIo(http, { origins, pingIntervalMs, pingTimeoutMs }) {
  return new Server(http, {
    pingInterval: pingIntervalMs,
    pingTimeout: pingTimeoutMs,
    maxHttpBufferSize: 1e6,
    cors: { origin: (origin, decide) => decide(null, isOriginAllowed(origin, undefined, origins)) },
    allowRequest: ({ headers }, decide) => decide(null, isOriginAllowed(headers.origin, headers.host, origins)),
  });
}

/**
 * Lets the last event reach the clients before their connections close; a
 * client that does not answer the close is not waited for beyond the limit.
 * @param {Server} io
 * @param {import('node:http').Server} http
 * @param {Set<import('node:net').Socket>} tcpSockets
 * @param {number} limitMs
 */
async function letClientsGo(io, http, tcpSockets, limitMs) {
  for (const socket of io.sockets.sockets.values()) socket.conn.close();
  http.closeIdleConnections();
  const limit = new AbortController();
  const gone = Promise.all([...tcpSockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  // The aborted delay never settles the race: whoever is gone has settled it before.
  await Promise.race([gone, delay(limitMs, undefined, { signal: limit.signal })]);
  limit.abort();
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {Stats} stats
 */
function replyHealth(response, stats) {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(stats)}\n`);
}
