/**
 * The Emscripten module that `wasm/bindings.cpp` becomes, as TypeScript sees it.
 *
 * Emscripten 3.1.6 emits no declarations, so they are written here, next to what they
 * describe; `web/` imports them by the name `groupcall-wasm`.
 */

/** The class of `call_bridge.js`, over `wasm/bindings.cpp`; the contract stands in `wasm/bridge/call_bridge.h`. */
export interface CallBridge {
  /** Empty, or why the config was refused (`missing-field: seed`). */
  error(): string;
  /**
   * Handles one event of `web/src/protocol.ts`, as JSON; bytes of UTF-8 cross faster than a string.
   *
   * @param nowMicros microseconds of a monotonic clock; an integer, never less than the last.
   * @returns a `Reaction` of `web/src/protocol.ts`, as JSON.
   */
  handle(eventText: string | Uint8Array, nowMicros: number): string;
  /** The same for a `socket.frame` event, whose text need not be quoted in JSON for it. */
  handleFrame(socket: number, frame: string | Uint8Array, nowMicros: number): string;
  /** The hash of the last reaction's commands, 16 hexadecimal digits: what a flight record keeps of it. */
  hash(): string;
  /** Frees the core. Whatever is called afterwards is refused. */
  delete(): void;
}

/** One instance of the WebAssembly module; it serves any number of calls. */
export interface GroupCallModule {
  readonly CallBridge: new (configText: string) => CallBridge;
}

/** The part of Emscripten's `Module` argument that this project uses. */
export interface ModuleOptions {
  /** The bytes of groupcall.wasm, where they are at hand (tests in Node). */
  wasmBinary?: ArrayBuffer | Uint8Array;
  /** Where groupcall.wasm is, given its file name. */
  locateFile?: (path: string) => string;
  /** Replaces Emscripten's own fetching: instantiate with `imports`, then call `receive`. */
  instantiateWasm?: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ) => object;
  /** The module has died (a trap, `abort()`, out of memory): no later call into it can be relied upon. */
  onAbort?: (what: unknown) => void;
}

/** Instantiates the module. Emscripten never settles the promise when `instantiateWasm` fails. */
export default function createModule(options?: ModuleOptions): Promise<GroupCallModule>;
