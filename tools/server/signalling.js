/**
 * Puts the call events on a Socket.IO server: who connects, who is online,
 * which socket is a user's, and the rate limit at the door.
 */

import { CallEvents } from './call_events.js';
import { Presence } from './presence.js';
import { ClientEvent, MAX_ID_LENGTH, PING, ServerEvent, isText } from './protocol.js';
import { RateLimit } from './rate_limit.js';
import { Rooms } from './rooms.js';

/**
 * @typedef {import('./call_events.js').Connection} Connection
 *
 * @callback FrameObserver
 * @param {'in' | 'out'} direction   seen from the server
 * @param {string} userId
 * @param {string} event
 * @param {unknown} payload
 * @returns {void}
 *
 * @typedef {object} SignallingSettings
 * @property {Readonly<import('./quirks.js').Quirks>} quirks
 * @property {import('./groups.js').Groups} groups
 * @property {number} lookupDelayMs
 * @property {{ limit: number, windowMs: number }} rateLimit
 * @property {FrameObserver | undefined} onFrame
 * @property {(refusal: import('./call_events.js').Refusal) => void} onRefusal
 * @property {(userId: string, reason: string) => boolean} onFatal  returns whether the server goes down by it
 */

/**
 * @param {import('socket.io').Server} io
 * @param {SignallingSettings} settings
 */
export function attachSignalling(io, settings) {
  const rooms = new Rooms(settings.quirks);
  /** @type {Presence<Connection>} */
  const presence = new Presence(settings.quirks);
  const rateLimit = new RateLimit(settings.rateLimit);
  const calls = new CallEvents({
    ...settings,
    rooms,
    presence,
    onFatal: (sender, reason) => {
      if (!settings.onFatal(sender.userId, reason)) io.sockets.sockets.get(sender.id)?.disconnect(true);
    },
  });
  let quiet = false;

  io.on('connection', (socket) => {
    const connection = toConnection(socket);
    if (settings.onFrame) observeFrames(socket, connection.userId, settings.onFrame);
    if (!rateLimit.admits(socket.handshake.address, Date.now())) {
      turnAway(socket, settings.rateLimit.windowMs);
      return;
    }
    if (connection.userId) {
      const replaced = presence.arrived(connection);
      replaced?.send(ServerEvent.ConnectionReplaced, { message: 'This user has connected from somewhere else' });
    }
    io.emit(ServerEvent.OnlineUsers, presence.online);

    for (const event of Object.values(ClientEvent)) {
      socket.on(event, (/** @type {unknown} */ payload) => calls.receive(connection, event, payload));
    }
    if (!settings.quirks.pingUnanswered) socket.on(PING, acknowledge);
    socket.on('disconnect', () => {
      if (quiet) return;
      const wentOffline = presence.departed(connection);
      calls.closed(connection, wentOffline);
      if (wentOffline) io.emit(ServerEvent.LocationOffline, { userId: connection.userId });
      io.emit(ServerEvent.OnlineUsers, presence.online);
    });
  });

  return {
    census: () => ({ ...rooms.census, connections: io.sockets.sockets.size }),
    announceShutdown: () => io.emit(ServerEvent.ShuttingDown, { message: 'The server is shutting down' }),
    /** From here on a closing socket is not worth an event: all of them are closing. */
    fallSilent() {
      quiet = true;
      calls.dispose();
    },
  };
}

/** @param {unknown[]} values  whatever came with the ping; the acknowledgement comes last, where one is asked for */
function acknowledge(...values) {
  const answer = values.at(-1);
  if (typeof answer === 'function') answer();
}

/** @param {import('socket.io').Socket} socket @returns {Connection} */
function toConnection(socket) {
  // The query is the only identity there is: what CONNECT carries is ignored, as the existing backend does.
  const { userId } = socket.handshake.query;
  return {
    id: socket.id,
    userId: isText(userId, MAX_ID_LENGTH) ? userId : '',
    send: (event, payload) => {
      if (socket.connected) socket.emit(event, payload);
    },
  };
}

/** @param {import('socket.io').Socket} socket @param {string} userId @param {FrameObserver} onFrame */
function observeFrames(socket, userId, onFrame) {
  socket.onAny((event, payload) => onFrame('in', userId, event, payload));
  socket.onAnyOutgoing((event, payload) => onFrame('out', userId, event, payload));
}

/** @param {import('socket.io').Socket} socket @param {number} windowMs */
function turnAway(socket, windowMs) {
  socket.emit(ServerEvent.Error, {
    message: 'Too many connections from this address, try again later',
    retryAfter: Math.ceil(windowMs / 1000),
    code: 'RATE_LIMIT_EXCEEDED',
  });
  socket.disconnect(true);
}
