/** Executes `socket.*`: plain browser WebSockets, each known by its number. */

import type { CoreCommand } from '../protocol.js';
import { bounded, describeFailure, type Port, type Report } from './port.js';

export type SocketCommand = Extract<CoreCommand, { type: `socket.${string}` }>;

interface OpenSocket {
  readonly socket: WebSocket;
  /** Detaches every listener, so that a closed number stays silent. */
  readonly listening: AbortController;
}

export class SocketPort implements Port<SocketCommand> {
  readonly #report: Report;
  readonly #open: (url: string) => WebSocket;
  readonly #sockets = new Map<number, OpenSocket>();

  /** @param open makes a WebSocket; a parameter, so that tests need no network. */
  constructor(report: Report, open: (url: string) => WebSocket) {
    this.#report = report;
    this.#open = open;
  }

  execute(command: SocketCommand): void {
    switch (command.type) {
      case 'socket.open':
        return this.#connect(command.socket, command.url);
      case 'socket.send':
        // Sending on a closing socket is silently dropped by the browser, as it should be.
        return this.#sockets.get(command.socket)?.socket.send(command.text);
      case 'socket.close':
        return this.#forget(command.socket)?.close();
      default:
        command satisfies never;
    }
  }

  close(): void {
    for (const number of [...this.#sockets.keys()]) this.#forget(number)?.close();
  }

  #connect(number: number, url: string): void {
    let socket: WebSocket;
    try {
      socket = this.#open(url);
    } catch (error) {
      // Forbidden by CSP or mixed content, or no URL at all: as closed as a socket can be.
      const reason = describeFailure(error).message;
      this.#report({ type: 'socket.closed', socket: number, code: 1006, reason });
      return;
    }
    // A Blob would be as good, but tells its size under another name.
    socket.binaryType = 'arraybuffer';
    const listening = new AbortController();
    const { signal } = listening;
    this.#forget(number)?.close(); // opened ahead, and not what the core wants
    this.#sockets.set(number, { socket, listening });
    socket.addEventListener('open', () => this.#report({ type: 'socket.opened', socket: number }), { signal });
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => this.#receive(number, data), { signal });
    socket.addEventListener('close', ({ code, reason }) => this.#closed(number, code, reason), { signal });
  }

  #receive(number: number, data: unknown): void {
    if (typeof data === 'string') this.#report({ type: 'socket.frame', socket: number, text: data });
    else this.#report({ type: 'socket.binary', socket: number, bytes: (data as ArrayBuffer).byteLength });
  }

  #closed(number: number, code: number, reason: string): void {
    this.#forget(number);
    this.#report({ type: 'socket.closed', socket: number, code, reason: bounded(reason) });
  }

  #forget(number: number): WebSocket | undefined {
    const entry = this.#sockets.get(number);
    this.#sockets.delete(number);
    entry?.listening.abort();
    return entry?.socket;
  }
}
