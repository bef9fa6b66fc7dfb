/**
 * A Socket.IO client that writes down everything it hears, so that a test can
 * wait for an event, and can prove silence without waiting for a while.
 */

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { io } from 'socket.io-client';

import { startServer } from '../../tools/server/server.js';

export const WAIT_LIMIT_MS = 8000;

/** Rejects when `promise` takes longer than every wait here may. */
export async function within(promise, what) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${WAIT_LIMIT_MS} ms for ${what()}`)), WAIT_LIMIT_MS);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/**
 * A server for one test, closed after it. No rate limit unless asked for,
 * since every test connects from the same address.
 */
export async function serverFor(t, options = {}) {
  const arrivals = new EventEmitter();
  const onFrame = (direction, userId, event, payload) => {
    if (direction === 'in') arrivals.emit(`${userId} ${event}`);
    options.onFrame?.(direction, userId, event, payload);
  };
  const server = await startServer({ rateLimit: { limit: 0 }, ...options, onFrame });
  t.after(() => server.close());
  /** Waits until the server has read the next such event of that user. Call it before the event is sent. */
  const reading = (userId, event) => within(once(arrivals, `${userId} ${event}`), () => `${event} of ${userId} to be read`);
  return { ...server, reading };
}

/** Not server.url: Node 18 tries only the first address of `localhost`, which may be ::1. */
export const addressOf = (server) => `http://127.0.0.1:${server.port}`;

/** The userId is left out of the query when it is null. */
export async function connect(t, server, userId, options = {}) {
  const client = new TestClient(addressOf(server), userId, options);
  t.after(() => client.close());
  await client.connected();
  return client;
}

/** Several clients of the same server, connected one after the other. */
export async function connectAll(t, server, ...userIds) {
  const clients = [];
  for (const userId of userIds) clients.push(await connect(t, server, userId));
  return clients;
}

export class TestClient {
  /** Everything heard and not yet taken, in order. */
  inbox = [];
  #waiting = [];
  #fences = 0;

  constructor(url, userId, options) {
    this.userId = userId;
    this.socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      query: userId === null ? {} : { userId },
      ...options,
    });
    this.socket.onAny((event, ...args) => this.#heard({ event, payload: args[0] }));
    this.disconnected = new Promise((resolve) => this.socket.on('disconnect', resolve));
  }

  connected() {
    const outcome = new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
    });
    return within(outcome, () => `${this.userId} to connect`);
  }

  emit(event, ...args) {
    this.socket.emit(event, ...args);
  }

  /** Sends a join and waits until it was answered with `joined`. */
  async join(roomId, extra = {}) {
    this.emit('groupcall:join', { roomId, groupId: 'g1', callType: 'video', userInfo: { userId: this.userId }, ...extra });
    return this.next('groupcall:joined', (payload) => payload.roomId === roomId);
  }

  /** Takes the first such event out of the inbox, waiting for it where necessary. */
  next(event, matches = () => true) {
    const wanted = (heard) => heard.event === event && matches(heard.payload);
    const index = this.inbox.findIndex(wanted);
    if (index >= 0) return Promise.resolve(this.inbox.splice(index, 1)[0].payload);
    const arrival = new Promise((resolve) => this.#waiting.push({ wanted, resolve }));
    return within(arrival, () => `${event} at ${this.userId}, whose inbox holds ${JSON.stringify(this.inbox).slice(0, 2000)}`);
  }

  /** Waits until the socket is closed, and tells the reason that socket.io-client gives. */
  closed() {
    return within(this.disconnected, () => `the disconnect of ${this.userId}`);
  }

  /**
   * Makes the server answer something, after everything sent so far. A blank
   * groupId is refused with an answer in both modes, and in legacy mode only
   * after the group lookups that began earlier.
   */
  async fence() {
    const roomId = `fence-${this.userId}-${(this.#fences += 1)}`;
    this.emit('groupcall:join', { roomId, groupId: ' ' });
    await this.next('groupcall:error', (payload) => payload.roomId === roomId);
  }

  /** The `groupcall:*` events not yet taken, in order. */
  calls() {
    return this.inbox.filter(({ event }) => event.startsWith('groupcall:'));
  }

  close() {
    this.socket.disconnect();
  }

  /** Ends the connection without a goodbye, as a lost network does. */
  drop() {
    this.socket.io.engine.transport.ws.terminate();
  }

  #heard(heard) {
    const index = this.#waiting.findIndex(({ wanted }) => wanted(heard));
    if (index >= 0) this.#waiting.splice(index, 1)[0].resolve(heard.payload);
    else this.inbox.push(heard);
  }
}

/** After this, everything that was sent before has been handled and has arrived. */
export async function settle(...clients) {
  for (const client of clients) await client.fence();
}

/** Fails when any of the clients heard a groupcall event that the test did not take. */
export async function assertSilence(...clients) {
  await settle(...clients);
  for (const client of clients) assert.deepEqual(client.calls(), [], `${client.userId} should have heard nothing`);
}
