/**
 * Makes a server on this machine far away: a proxy in front of it that delivers everything half a
 * round trip later, and begins each connection a round trip late, as TCP's handshake does.
 */

import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Lets bytes through in order, each half a round trip after it came, none before `openAt`. */
function deliver(from, to, { roundTripMs, openAt }) {
  let last = Promise.resolve();
  const later = (act) => {
    const at = Math.max(performance.now(), openAt) + roundTripMs / 2;
    last = last.then(() => delay(Math.max(0, at - performance.now()))).then(act);
  };
  from.on('data', (bytes) => later(() => to.writable && to.write(bytes)));
  from.on('end', () => later(() => to.end()));
  // A connection that breaks here breaks over there as well.
  from.on('error', () => later(() => to.destroy()));
}

export class FarServer {
  /** Where pages find it. */
  url;
  #proxy;
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();

  /** @param {string} url the server itself */
  static async start(url, roundTripMs) {
    const { hostname, port } = new URL(url);
    const far = new FarServer();
    far.#proxy = createServer({ allowHalfOpen: true, noDelay: true }, (page) => {
      const server = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
      const openAt = performance.now() + roundTripMs;
      deliver(page, server, { roundTripMs, openAt });
      deliver(server, page, { roundTripMs, openAt });
      for (const socket of [page, server]) {
        far.#sockets.add(socket);
        socket.on('close', () => far.#sockets.delete(socket));
      }
    });
    await new Promise((resolve) => far.#proxy.listen(0, hostname, resolve));
    far.url = `http://${hostname}:${far.#proxy.address().port}`;
    return far;
  }

  async close() {
    const closed = new Promise((resolve) => this.#proxy.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
