/**
 * Which users are online, and through which socket each is reached: the newest.
 * Pure state over anything with an id and a userId.
 */

/** @typedef {{ id: string, userId: string }} Reachable */

/** @template {Reachable} S */
export class Presence {
  /** Sockets of each user, oldest first. @type {Map<string, S[]>} */
  #sockets = new Map();
  #newestSocketOwnsUser;

  /** @param {{ newestSocketOwnsUser: boolean }} quirks */
  constructor({ newestSocketOwnsUser }) {
    this.#newestSocketOwnsUser = newestSocketOwnsUser;
  }

  /** @returns {string[]} */
  get online() {
    return [...this.#sockets.keys()];
  }

  /** @param {string} userId @returns {S | undefined} */
  newest(userId) {
    return this.#sockets.get(userId)?.at(-1);
  }

  /**
   * @param {S} socket
   * @returns {S | undefined} the socket that is not the newest any more
   */
  arrived(socket) {
    const replaced = this.newest(socket.userId);
    this.#sockets.set(socket.userId, [...(this.#sockets.get(socket.userId) ?? []), socket]);
    return replaced;
  }

  /**
   * @param {S} socket
   * @returns {boolean} whether the user went offline by this
   */
  departed(socket) {
    const sockets = this.#sockets.get(socket.userId);
    if (!sockets?.includes(socket)) return false;
    const wasNewest = sockets.at(-1) === socket;
    const rest = sockets.filter((other) => other !== socket);
    if (rest.length === 0 || (wasNewest && this.#newestSocketOwnsUser)) {
      this.#sockets.delete(socket.userId);
      return true;
    }
    this.#sockets.set(socket.userId, rest);
    return false;
  }
}
