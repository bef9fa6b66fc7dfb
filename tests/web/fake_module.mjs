// Stands in for Emscripten's glue. What it does is decided by the test, through `fakeModule`
// on globalThis: the bundle has its own copy of this file.

globalThis.fakeModule ??= {
  /** How often the module was instantiated. */
  instantiated: 0,
  /** What the WebAssembly was instantiated with. */
  imports: { env: {} },
  /** Makes the bridge of a new call. */
  makeBridge: () => {
    throw new Error('fakeModule.makeBridge is not set');
  },
};

export default function createModule(options) {
  return new Promise((resolve) => {
    // Like Emscripten's: settled only when `receive` is called.
    options.instantiateWasm(globalThis.fakeModule.imports, (instance, module) => {
      globalThis.fakeModule.instantiated += 1;
      resolve({
        instance,
        module,
        CallBridge: class {
          constructor(configText) {
            return globalThis.fakeModule.makeBridge(configText, options);
          }
        },
      });
    });
  });
}
