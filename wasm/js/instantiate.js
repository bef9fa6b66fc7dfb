/**
 * Lets whoever loads the module instantiate it, as `instantiateWasm` does in Emscripten's full
 * runtime: linked ahead of the minimal one (`--pre-js`), which calls this name, and has no way
 * to tell of a failure.
 */
var WebAssembly = {
  instantiate: (_, imports) =>
    Module['instantiateWasm']
      ? new Promise((resolve) => Module['instantiateWasm'](imports, (instance) => resolve({ instance })))
      : globalThis.WebAssembly.instantiate(Module['wasmBinary'], imports),
};
