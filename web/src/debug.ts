/**
 * Faults on purpose, for applications that test what their screens show when something goes wrong: the entry
 * `groupcall/debug`. A page that does not import it has none of it.
 *
 * It needs nothing of the call: until `restore()` it stands before the browser's own WebSocket, RTCPeerConnection and
 * getUserMedia, so whatever is made while it does so can fail, and what was made before cannot.
 *
 * @packageDocumentation
 */

import { callOut } from './call-out.js';
import { ConnectionFaults } from './debug/connection-faults.js';
import { DEVICE_FAILURES, DEVICES, DeviceFaults, type DeviceFailure } from './debug/device-faults.js';
import { faultSchedule, KINDS, numbersFrom, pick, type Fault, type RandomFaults } from './debug/fault-schedule.js';
import { replace, watchMade } from './debug/replace.js';
import { SocketFaults } from './debug/socket-faults.js';
import type { InputKind } from './options.js';

export type { DeviceFailure } from './debug/device-faults.js';
export type { Fault, RandomFaults } from './debug/fault-schedule.js';
export type { InputKind } from './options.js';

/** What `injectFaults()` may be told. */
export interface FaultOptions {
  /** What `random()` does is determined by it. Default: another one each time, see `seed` of the faults. */
  readonly seed?: string | number;
  /** Whether the WebSocket with this address belongs to the call, and may be lost. Default: every one does. */
  readonly isCallSocket?: (url: string) => boolean;
  /** Gets each fault as it is injected. Default: it is written to the console. */
  readonly onFault?: (fault: Fault) => void;
}

/**
 * What can go wrong. All methods may be detached from the object. After `restore()` they throw an `Error`; times that
 * are no positive numbers of milliseconds, and whatever else makes no sense, are a `RangeError`.
 */
export interface Faults {
  /** Given again to `injectFaults()`, it makes `random()` do the same again. */
  readonly seed: string;
  /**
   * Every WebSocket of the call is lost without a word (code 1006), as when a proxy or the server goes away. One sees
   * `phase: 'reconnecting'` for a moment, and pictures and sound go on.
   */
  dropSocket(): void;
  /**
   * This page is on no network for so long: sockets are lost and new ones fail, `navigator.onLine` is false, `offline` and
   * then `online` are raised, and the media connections are cut. One sees `reconnecting` and everybody's pictures gone, and all of
   * it come back. Called again meanwhile, it only moves the end.
   *
   * Harder than a real loss, which a page cannot bring about: the connections are closed, so the others see it at
   * once, not after some seconds, and even after a short one they are made anew, where a real one might go on.
   */
  loseNetwork(ms: number): void;
  /**
   * Opening a device of this kind fails from now on. One that is open stays so: see `endDevice()`. Asked for together with the
   * other one, both fail, as in browsers; the call then asks for each alone.
   *
   * @param ms for how long; without it, until the returned function is called.
   * @returns how to end it. The call asks again when a person turns the device on again.
   */
  failDevice(device: InputKind, reason: DeviceFailure, ms?: number): () => void;
  /**
   * The devices of this kind that are open go away, as if unplugged: the state is `ended` with the reason `device-lost`, or another
   * device takes over. The list of devices stays as it is, so the same one can be turned on again; `failDevice(device, 'no-device')` before it prevents both.
   */
  endDevice(device: InputKind): void;
  /**
   * Nothing of somebody arrives for so long, though they are connected: their picture is black and their sound silent, and within 3 s camera and
   * microphone have the reason `network-stalled`. They notice nothing. As with a real stall the call makes the connection anew
   * after some 12 s, which ends it early. Called again meanwhile, it only moves the end.
   *
   * @param stream anything of theirs, such as `streams.camera` of a participant; without it the seed chooses among those who are
   * connected, and nothing happens where nobody is.
   * @throws {RangeError} no connection of this page brings that stream.
   */
  freezePeer(ms: number, stream?: MediaStream): void;
  /**
   * Injects one fault after another, the same ones at the same times for the same seed. A device that fails here goes away
   * as well, so that it shows; it stays off until somebody turns it on. Called again, it begins anew in place of the one before.
   *
   * @returns how to stop it; what lasts still, goes on.
   */
  random(options: RandomFaults): () => void;
  /** Ends all faults and timers, and gives the browser's objects back. Once is enough; what was put in their place since then stays. */
  restore(): void;
}

type Timer = ReturnType<typeof setTimeout> | undefined;

interface Lasting {
  readonly end: () => void;
  readonly timer: Timer;
}

function needTime(ms: number, name: string): void {
  if (!(Number.isFinite(ms) && ms > 0)) throw new RangeError(`${name} must be a positive number of milliseconds, not ${ms}`);
}

function needDevice(device: InputKind): void {
  if (!DEVICES.includes(device)) throw new RangeError(`there is no device of the kind ${device}`);
}

/** Two of them would each take the other's objects for the browser's. */
let installed = false;

class PageFaults implements Faults {
  readonly seed: string;
  readonly #onFault: (fault: Fault) => void;
  readonly #peerNumbers: () => number;
  readonly #sockets: SocketFaults;
  readonly #connections = new ConnectionFaults();
  readonly #devices = new DeviceFaults();
  /** What goes on, by what it befalls. */
  readonly #lasting = new Map<unknown, Lasting>();
  readonly #restores: readonly (() => void)[];
  #next: Timer;
  #restored = false;

  constructor({ seed = crypto.getRandomValues(new Uint32Array(1)).join(), isCallSocket = () => true, onFault }: FaultOptions) {
    this.seed = String(seed);
    this.#onFault = onFault ?? ((fault) => console.info(`groupcall/debug (seed ${this.seed}):`, fault));
    // Of its own, such that nobody's being there moves no time of the schedule.
    this.#peerNumbers = numbersFrom(`${this.seed} peers`);
    this.#sockets = new SocketFaults(isCallSocket);
    // An insecure page has none.
    const { mediaDevices } = navigator as { readonly mediaDevices?: MediaDevices };
    this.#restores = [
      watchMade('WebSocket', (socket) => this.#sockets.watch(socket)),
      watchMade('RTCPeerConnection', (pc) => this.#connections.watch(pc)),
      ...(mediaDevices ? [this.#devices.install(mediaDevices)] : []),
    ];
  }

  readonly dropSocket = (): void => {
    this.#tell({ kind: 'drop-socket' });
    this.#sockets.loseAll();
  };

  readonly loseNetwork = (ms: number): void => {
    needTime(ms, 'ms');
    this.#tell({ kind: 'lose-network', ms });
    this.#last('network', ms, () => {
      const restore = replace(navigator, 'onLine', false);
      this.#sockets.refusing = true;
      dispatchEvent(new Event('offline'));
      this.#sockets.loseAll();
      this.#connections.cutAll();
      return () => {
        this.#sockets.refusing = false;
        restore();
        dispatchEvent(new Event('online'));
      };
    });
  };

  readonly failDevice = (device: InputKind, reason: DeviceFailure, ms?: number): (() => void) => {
    needDevice(device);
    if (!DEVICE_FAILURES.includes(reason)) throw new RangeError(`a device does not fail with ${reason}`);
    if (ms !== undefined) needTime(ms, 'ms');
    this.#tell({ kind: 'fail-device', device, reason, ...(ms !== undefined && { ms }) });
    // Of several the last one counts, and only its own end ends it.
    this.#end(device);
    this.#last(device, ms, () => {
      this.#devices.set(device, reason);
      return () => this.#devices.set(device, undefined);
    });
    const mine = this.#lasting.get(device);
    return () => {
      if (this.#lasting.get(device) === mine) this.#end(device);
    };
  };

  readonly endDevice = (device: InputKind): void => {
    needDevice(device);
    this.#tell({ kind: 'end-device', device });
    this.#devices.end(device);
  };

  readonly freezePeer = (ms: number, stream?: MediaStream): void => {
    needTime(ms, 'ms');
    const pc = stream ? this.#connections.of(stream) : pick(this.#connections.connected(), this.#peerNumbers());
    if (stream && !pc) throw new RangeError('no connection of this page brings that stream');
    this.#tell({ kind: 'freeze-peer', ms });
    if (pc) this.#last(pc, ms, () => this.#connections.freeze(pc));
  };

  readonly random = (options: RandomFaults): (() => void) => {
    const { everyMs, lastMs, kinds = KINDS } = options;
    needTime(everyMs, 'everyMs');
    if (lastMs !== undefined) needTime(lastMs, 'lastMs');
    if (kinds.length === 0 || !kinds.every((kind) => KINDS.includes(kind))) throw new RangeError(`kinds must be some of ${KINDS.join(', ')}`);
    this.#needInstalled();
    const schedule = faultSchedule(this.seed, options);
    clearTimeout(this.#next);
    let mine: Timer;
    const goOn = (): void => {
      const { afterMs, fault } = schedule.next().value;
      this.#next = setTimeout(() => {
        goOn();
        this.#inject(fault);
      }, afterMs);
      mine = this.#next;
    };
    goOn();
    return () => {
      if (mine === this.#next) clearTimeout(this.#next);
    };
  };

  readonly restore = (): void => {
    if (this.#restored) return;
    this.#restored = true;
    clearTimeout(this.#next);
    for (const what of [...this.#lasting.keys()]) this.#end(what);
    for (const restore of this.#restores) restore();
    installed = false;
  };

  #inject(fault: Fault): void {
    switch (fault.kind) {
      case 'drop-socket':
        return this.dropSocket();
      case 'lose-network':
        return this.loseNetwork(fault.ms);
      case 'fail-device':
        this.failDevice(fault.device, fault.reason, fault.ms);
        return this.#devices.end(fault.device);
      case 'end-device':
        return this.endDevice(fault.device);
      case 'freeze-peer':
        return this.freezePeer(fault.ms);
      default:
        fault satisfies never;
    }
  }

  /** Begins what lasts for so long; of what goes on already, only the end moves. */
  #last(what: unknown, ms: number | undefined, begin: () => () => void): void {
    const known = this.#lasting.get(what);
    clearTimeout(known?.timer);
    const end = known?.end ?? begin();
    this.#lasting.set(what, { end, timer: ms === undefined ? undefined : setTimeout(() => this.#end(what), ms) });
  }

  #end(what: unknown): void {
    const known = this.#lasting.get(what);
    if (!known) return;
    this.#lasting.delete(what);
    clearTimeout(known.timer);
    known.end();
  }

  #tell(fault: Fault): void {
    this.#needInstalled();
    callOut(this.#onFault, fault);
  }

  #needInstalled(): void {
    if (this.#restored) throw new Error('groupcall/debug: these faults ended with restore()');
  }
}

/**
 * Makes faults possible from now on. Call it before `createGroupCall()`, and before socket.io-client is imported where the call uses a Socket
 * of the application's: that keeps the browser's WebSocket from the moment on when it is loaded. Its polling is not reached.
 *
 * @throws {Error} it is installed already, or this is no browser.
 */
export function injectFaults(options: FaultOptions = {}): Faults {
  if (installed) throw new Error('groupcall/debug: faults are injected already, restore() them first');
  for (const name of ['WebSocket', 'RTCPeerConnection', 'navigator'] as const) {
    if (!(name in globalThis)) throw new Error(`groupcall/debug: ${name} is missing, this is no browser`);
  }
  const faults = new PageFaults(options);
  installed = true;
  return faults;
}
