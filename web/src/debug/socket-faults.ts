/** WebSockets that are lost, and refused. */

const EVENTS = ['open', 'message', 'error', 'close'];

export class SocketFaults {
  readonly #counts: (url: string) => boolean;
  readonly #open = new Set<WebSocket>();
  /** By now they are closed to the page, whatever the browser still has to say of them. */
  readonly #lost = new WeakSet<WebSocket>();
  readonly #ours = new WeakSet<Event>();
  /** While true, no connection comes about. */
  refusing = false;

  /** @param counts whether the socket with this address may be touched. */
  constructor(counts: (url: string) => boolean) {
    this.#counts = counts;
  }

  /** Must see a socket before the page does: what is listened to first is heard first. */
  watch(socket: WebSocket): void {
    if (!this.#counts(socket.url)) return;
    const filter = (event: Event): void => {
      if (this.#lost.has(socket) && !this.#ours.has(event)) event.stopImmediatePropagation();
      else if (event.type === 'close') this.#open.delete(socket);
    };
    for (const type of EVENTS) socket.addEventListener(type, filter);
    this.#open.add(socket);
    // It has not connected yet: the browser itself tells that it failed, with the code 1006.
    if (this.refusing) socket.close();
  }

  /** All are gone at once and without a word, as after the loss of the connection under them. */
  loseAll(): void {
    const sockets = [...this.#open];
    this.#open.clear();
    for (const socket of sockets) {
      this.#lost.add(socket);
      // The server is told all the same, by the closing handshake.
      socket.close();
      this.#raise(socket, new Event('error'));
      this.#raise(socket, new CloseEvent('close', { code: 1006, reason: '', wasClean: false }));
    }
  }

  #raise(socket: WebSocket, event: Event): void {
    this.#ours.add(event);
    socket.dispatchEvent(event);
  }
}
