/**
 * Drives the core: hands it events one at a time, carries out what it asks for, keeps its one
 * timer, and keeps the flight record.
 */

import type { CallBridge } from 'groupcall-wasm';

import { GroupCallError, describeProblem } from './errors.js';
import type { FlightRecord } from './flight-record.js';
import type { ApplicationCommand } from './ports/application-socket.js';
import type { MessageListeners } from './messages.js';
import type { Clock, HostPort } from './ports/host.js';
import type { MediaCommand } from './ports/media.js';
import type { PeersCommand } from './ports/peers.js';
import type { Port } from './ports/port.js';
import type { SocketCommand } from './ports/socket.js';
import type { TabsCommand } from './ports/tabs.js';
import type { CoreCommand, CoreError, CoreEvent, Reaction } from './protocol.js';
import type { TextsCommand } from './ports/texts.js';
import type { SnapshotStore } from './store.js';

/** Everything that the engine commands. */
export interface Ports {
  readonly socket: Port<SocketCommand>;
  /** Only where the application brings its own Socket. */
  readonly application?: Port<ApplicationCommand> | undefined;
  readonly tabs: Port<TabsCommand>;
  readonly peers: Port<PeersCommand>;
  readonly media: Port<MediaCommand>;
  readonly texts: Port<TextsCommand>;
  readonly host: Pick<HostPort, 'sleptMs' | 'close'>;
}

export interface EngineParts {
  readonly bridge: CallBridge;
  readonly ports: Ports;
  readonly store: SnapshotStore;
  readonly messages: Pick<MessageListeners, 'tell'>;
  readonly clock: Clock;
  /** What has been carried out already, and is skipped when the core asks for it. */
  readonly ahead?: readonly CoreCommand[];
  readonly flight: Pick<FlightRecord, 'begin' | 'end'>;
  /** Gets `[now,event,reaction]` for every event, as the texts crossed the bridge. Never throws. */
  readonly record?: ((line: string) => void) | undefined;
}

// Embind's own way with strings looks at each character three times.
const utf8 = new TextEncoder();

interface PendingRequest {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: GroupCallError) => void;
}

export class CallEngine {
  readonly #parts: EngineParts;
  readonly #queue: CoreEvent[] = [];
  readonly #pending = new Map<number, PendingRequest>();
  #requests = 0;
  #handling = false;
  readonly #ahead: Set<string>;
  /** Why nothing happens any more: disposed, or failed. */
  #stopped: GroupCallError | undefined;
  #nowMicros = 0;
  #wakeAt: number | undefined;
  #cancelWake: (() => void) | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#ahead = new Set(parts.ahead?.map((command) => JSON.stringify(command)));
  }

  /**
   * Takes one event. One that is raised while another is being handled (by a command, or by a
   * listener) waits its turn.
   */
  dispatch(event: CoreEvent): void {
    if (this.#stopped) return;
    const missedMs = this.#parts.ports.host.sleptMs();
    if (missedMs > 0) this.#queue.push({ type: 'host.slept', missedMs });
    this.#queue.push(event);
    if (!this.#handling) this.#handleAll();
  }

  /** Dispatches an event that the core settles; the promise is that of `join()`, `leave()` or `send()`. */
  async request<T = void>(makeEvent: (request: number) => CoreEvent): Promise<T> {
    if (this.#stopped) throw this.#stopped;
    const request = ++this.#requests;
    const event = makeEvent(request);
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(request, { resolve: (value) => resolve(value as T), reject });
      this.dispatch(event);
    });
  }

  #handleAll(): void {
    this.#handling = true;
    try {
      for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
        this.#handle(event);
        if (event.type === 'call.dispose') this.#stop(new GroupCallError('disposed'));
      }
    } catch (error) {
      // The core never throws: the module itself has died, by abort() or for want of memory.
      this.#fail(error);
    } finally {
      this.#handling = false;
    }
    if (!this.#stopped) this.#armTimer();
  }

  #handle(event: CoreEvent): void {
    const { bridge, store, clock, flight, record } = this.#parts;
    // Rounding and browsers' coarsened clocks must not make time run backwards.
    this.#nowMicros = Math.max(this.#nowMicros, Math.round(clock.now() * 1_000));
    const eventText = JSON.stringify(event);
    flight.begin(this.#nowMicros, eventText);
    const reactionText =
      event.type === 'socket.frame'
        ? bridge.handleFrame(event.socket, utf8.encode(event.text), this.#nowMicros)
        : bridge.handle(utf8.encode(eventText), this.#nowMicros);
    flight.end(bridge.hash());
    record?.(`[${this.#nowMicros},${eventText},${reactionText}]`);
    const reaction = JSON.parse(reactionText) as Reaction;
    if (reaction.commands === undefined) return this.#refused(event, reaction.refused);
    for (const command of reaction.commands) this.#execute(command);
    this.#wakeAt = reaction.wakeAt;
    if (reaction.patch) store.apply(reaction.patch);
  }

  #execute(command: CoreCommand): void {
    if (this.#ahead.size > 0 && this.#ahead.delete(JSON.stringify(command))) return;
    const { ports, store } = this.#parts;
    try {
      switch (command.type) {
        case 'call.resolve':
          return this.#settle(command.request)?.resolve(undefined);
        case 'call.reject':
          return this.#settle(command.request)?.reject(toError(command.error));
        case 'call.sent':
          return this.#settle(command.request)?.resolve({ ok: true, id: command.id, unreached: command.unreached });
        case 'call.message':
        case 'call.drained':
          return this.#parts.messages.tell(command);
        case 'socket.open':
        case 'socket.send':
        case 'socket.close':
          return ports.socket.execute(command);
        case 'application.connect':
        case 'application.renew':
        case 'application.emit':
          if (!ports.application) throw new Error('no Socket');
          return ports.application.execute(command);
        case 'tabs.post':
          return ports.tabs.execute(command);
        case 'media.acquire':
        case 'media.acquireScreen':
        case 'media.enable':
        case 'media.stop':
          return ports.media.execute(command);
        case 'text.pack':
        case 'text.unpack':
          return ports.texts.execute(command);
        case 'pc.create':
        case 'pc.assign':
        case 'pc.setLocalDescription':
        case 'pc.setRemoteDescription':
        case 'pc.adoptSlots':
        case 'pc.addIceCandidate':
        case 'pc.attachTrack':
        case 'pc.setParameters':
        case 'pc.requestKeyFrame':
        case 'pc.close':
        case 'channel.send':
        case 'stats.collect':
        case 'levels.watch':
          return ports.peers.execute(command);
        default:
          command satisfies never;
      }
    } catch (error) {
      // Ports report failures themselves. One that throws is a defect, and must not keep the
      // commands after it from being carried out.
      store.count('command-failed');
      console.error(`groupcall: ${command.type} failed`, error);
    }
  }

  #refused(event: CoreEvent, why: string): void {
    const pending = 'request' in event ? this.#settle(event.request) : undefined;
    if (pending) return pending.reject(new GroupCallError('invalid-argument', why));
    this.#parts.store.count('event-refused');
    console.error(`groupcall: the core refused ${event.type}: ${why}`);
  }

  #settle(request: number): PendingRequest | undefined {
    const pending = this.#pending.get(request);
    this.#pending.delete(request);
    return pending;
  }

  #armTimer(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    if (this.#wakeAt === undefined) return;
    // Rounded up: a timer that fires too early would have to be set again.
    const delayMs = Math.max(0, Math.ceil(this.#wakeAt / 1_000 - this.#parts.clock.now()));
    this.#cancelWake = this.#parts.clock.after(delayMs, () => this.dispatch({ type: 'host.woke' }));
  }

  #fail(cause: unknown): void {
    const detail = cause instanceof Error ? cause.message : String(cause);
    console.error('groupcall: the call engine failed', cause);
    this.#stop(new GroupCallError('engine-failed', detail, { cause }));
    this.#parts.store.fail(describeProblem('engine-failed', detail));
  }

  /** Nothing is left open, whatever the core did before. */
  #stop(reason: GroupCallError): void {
    const { bridge, ports } = this.#parts;
    this.#stopped = reason;
    this.#queue.length = 0;
    this.#cancelWake?.();
    ports.socket.close();
    ports.application?.close();
    ports.tabs.close();
    ports.peers.close();
    ports.media.close();
    ports.texts.close();
    ports.host.close();
    this.#parts.store.close();
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
    // A dead module cannot free anything any more; its memory goes with the page.
    if (reason.code === 'disposed') bridge.delete();
  }
}

function toError({ code, detail }: CoreError): GroupCallError {
  // A rejection always has a code; "none" would be the core's own defect.
  return new GroupCallError(code === 'none' ? 'engine-failed' : code, detail);
}
