/**
 * The class CallBridge of the module, over the functions of wasm/bindings.cpp: linked behind
 * Emscripten's own script (`--post-js`). groupcall.d.ts describes it.
 */

// The core throws nothing: whatever comes out of a call, the module has died of. Emscripten's
// abort() may throw an empty text.
var callCore = (name, ...given) => {
  try {
    return Module[name](...given);
  } catch (error) {
    var cause = error || new Error('Aborted()');
    if (Module['onAbort']) Module['onAbort'](cause);
    throw cause;
  }
};

Module['CallBridge'] = class {
  constructor(configText) {
    this.number = callCore('createBridge', configText);
  }
  error() {
    return callCore('errorOf', this.number);
  }
  handle(eventText, nowMicros) {
    return callCore('handle', this.number, eventText, nowMicros);
  }
  handleFrame(socket, frame, nowMicros) {
    return callCore('handleFrame', this.number, socket, frame, nowMicros);
  }
  hash() {
    return callCore('hashOf', this.number);
  }
  delete() {
    callCore('deleteBridge', this.number);
  }
};
