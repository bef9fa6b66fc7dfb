/**
 * Executes `application.*`: the socket.io-client Socket that the application has made and owns.
 *
 * It is only listened to, written to, asked to connect again and, where the core wants a new
 * connection, its engine is closed, which it heals by itself. It is never disconnected here.
 */

import type { ApplicationSocket } from '../options.js';
import { SERVER_EVENTS, type CoreCommand, type CoreEvent } from '../protocol.js';
import { bounded, describeFailure, type Count, type Port, type Report } from './port.js';

export type ApplicationCommand = Extract<CoreCommand, { type: `application.${string}` }>;
type EmitCommand = Extract<ApplicationCommand, { type: 'application.emit' }>;
type Listener = Parameters<ApplicationSocket['on']>[1];
type StateEvent = Extract<CoreEvent, { type: 'application.state' }>;

interface Attached {
  readonly socket: ApplicationSocket;
  readonly number: number;
  readonly detach: () => void;
}

export class ApplicationSocketPort implements Port<ApplicationCommand> {
  readonly #report: Report;
  readonly #count: Count;
  #attached: Attached | undefined;
  #numbers = 0;
  #closed = false;

  constructor(report: Report, count: Count) {
    this.#report = report;
    this.#count = count;
  }

  /** From now on this Socket is used, instead of any before. The present one again: nothing changes. */
  setSocket(socket: ApplicationSocket): void {
    if (this.#closed || socket === this.#attached?.socket) return;
    this.#attached?.detach();
    const number = ++this.#numbers;
    this.#attached = { socket, number, detach: this.#listen(socket, number) };
    this.#tellState(number, {});
  }

  execute(command: ApplicationCommand): void {
    // Meant for a Socket that has been replaced meanwhile.
    if (this.#attached?.number !== command.socket) return;
    const { socket } = this.#attached;
    switch (command.type) {
      case 'application.connect':
        socket.connect();
        return;
      case 'application.renew':
        // Not while it connects: a Manager does not hear an engine close that was never open, and
        // would wait for it. It is getting a new connection then anyway.
        if (socket.connected) socket.io.engine?.close();
        return;
      case 'application.emit':
        return this.#emit(socket, command);
      default:
        command satisfies never;
    }
  }

  close(): void {
    this.#closed = true;
    this.#attached?.detach();
    this.#attached = undefined;
  }

  /** Returns how to stop. */
  #listen(socket: ApplicationSocket, number: number): () => void {
    const listeners: [event: string, listener: Listener][] = [
      ['connect', () => this.#tellState(number, {})],
      ['disconnect', (reason: unknown) => this.#tellLoss(number, { reason: bounded(String(reason)) })],
      [
        'connect_error',
        (error: unknown) => this.#tellLoss(number, { failed: true, reason: describeFailure(error).message }),
      ],
      ...SERVER_EVENTS.map((name): [string, Listener] => [
        name,
        (...values) => this.#received(number, name, values),
      ]),
    ];
    const gaveUp = (): void => this.#gaveUp(number);
    for (const [event, listener] of listeners) socket.on(event, listener);
    socket.io.on?.('reconnect_failed', gaveUp);
    return () => {
      for (const [event, listener] of listeners) socket.off(event, listener);
      socket.io.off?.('reconnect_failed', gaveUp);
    };
  }

  /** Listeners may be called once more after they were taken off: an emitter goes through a copy. */
  #present(number: number): ApplicationSocket | undefined {
    return this.#attached?.number === number ? this.#attached.socket : undefined;
  }

  #tellState(number: number, more: Partial<StateEvent>): void {
    const socket = this.#present(number);
    if (!socket) return;
    const { connected, active } = socket;
    this.#report({ type: 'application.state', socket: number, connected, active, ...more });
  }

  /** `active` stays true without a connection, even where the application has turned reconnection off. */
  #tellLoss(number: number, more: Partial<StateEvent>): void {
    const stays = this.#present(number)?.io.reconnection?.() === false;
    this.#tellState(number, { ...more, ...(stays && { active: false }) });
  }

  /**
   * The Manager has used up its attempts, which `active` does not tell either. Told when its own
   * event is over: it would ignore a connect() inside.
   */
  #gaveUp(number: number): void {
    queueMicrotask(() => {
      if (this.#present(number)?.connected === false) {
        this.#tellState(number, { active: false, reason: 'reconnect_failed' });
      }
    });
  }

  #received(number: number, name: string, values: unknown[]): void {
    if (!this.#present(number)) return;
    const text = eventText(name, values);
    if (text === undefined) this.#count('application.unreadable-event');
    else this.#report({ type: 'application.event', socket: number, text });
  }

  #emit(socket: ApplicationSocket, { socket: number, text, ack }: EmitCommand): void {
    if (!socket.connected) return this.#count('application.emit-while-disconnected');
    const [name, ...values] = JSON.parse(text) as [string, ...unknown[]];
    const acknowledged = (error: unknown): void => {
      // With the Socket's option `ackTimeout` an Error comes first when there was no answer.
      if (error instanceof Error || !this.#present(number)) return;
      this.#report({ type: 'application.acknowledged', socket: number, ack: ack as number });
    };
    const waiting = socket.sendBuffer?.length ?? 0;
    socket.emit(name, ...values, ...(ack ? [acknowledged] : []));
    // After a sleep the Socket calls itself connected, finds its heartbeat overdue and buffers.
    // What it would send after reconnecting precedes our re-join, so it must not stay there.
    if (socket.sendBuffer && socket.sendBuffer.length > waiting) {
      socket.sendBuffer.pop();
      this.#count('application.emit-while-disconnected');
    }
  }
}

/**
 * Name and payload as JSON; undefined for what JSON cannot say. No event has a second argument,
 * but for the acknowledgement of a server that asks for one: the application's to call.
 */
function eventText(name: string, [payload, ...rest]: unknown[]): string | undefined {
  if (typeof payload === 'function' || typeof payload === 'symbol') return undefined;
  try {
    return JSON.stringify(payload === undefined && rest.length === 0 ? [name] : [name, payload]);
  } catch {
    return undefined;
  }
}
