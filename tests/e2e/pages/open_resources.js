/**
 * Counts what a page has open. Must be imported before anything else: it wraps the constructors
 * and functions through which a page opens things. The tests' own timers go by `untouched`.
 */

/** The browser's own functions, whose use is not counted. */
export const untouched = {
  setTimeout: window.setTimeout.bind(window),
};

/** @type {RTCPeerConnection[]} */
export const peerConnections = [];
const channels = [];
const sockets = [];
const localTracks = [];
const timers = new Set();
let pendingQuestions = 0;
let answers = Promise.resolve();

/** Of every WebAssembly module of the page; each is caught as it is made. @type {WebAssembly.Memory[]} */
const memories = [];
for (const how of ['instantiate', 'instantiateStreaming']) {
  const make = WebAssembly[how];
  WebAssembly[how] = async (...parameters) => {
    const made = await make.apply(WebAssembly, parameters);
    memories.push(...Object.values(made.instance.exports).filter((one) => one instanceof WebAssembly.Memory));
    return made;
  };
}

/** A constructor that remembers what it made; everything else about it stays the same. */
function remembering(Constructor, made) {
  return new Proxy(Constructor, {
    construct(target, parameters, newTarget) {
      const instance = Reflect.construct(target, parameters, newTarget);
      made.push(instance);
      return instance;
    },
  });
}

window.RTCPeerConnection = remembering(window.RTCPeerConnection, peerConnections);
window.WebSocket = remembering(window.WebSocket, sockets);

const { createDataChannel } = RTCPeerConnection.prototype;
RTCPeerConnection.prototype.createDataChannel = function (...parameters) {
  const channel = createDataChannel.apply(this, parameters);
  channels.push(channel);
  return channel;
};

for (const method of ['getUserMedia', 'getDisplayMedia']) {
  const ask = MediaDevices.prototype[method];
  MediaDevices.prototype[method] = async function (constraints) {
    pendingQuestions += 1;
    try {
      await answers;
      const stream = await ask.call(this, constraints);
      localTracks.push(...stream.getTracks());
      return stream;
    } finally {
      pendingQuestions -= 1;
    }
  };
}

/** The browser's question stays unanswered until the returned function is called. */
export function holdQuestions() {
  let release;
  answers = new Promise((resolve) => {
    release = resolve;
  });
  return release;
}

for (const [set, clear, repeats] of [
  ['setTimeout', 'clearTimeout', false],
  ['setInterval', 'clearInterval', true],
]) {
  const nativeSet = window[set].bind(window);
  const nativeClear = window[clear].bind(window);
  window[set] = (callback, delay, ...parameters) => {
    const id = nativeSet(() => {
      if (!repeats) timers.delete(id);
      callback(...parameters);
    }, delay);
    timers.add(id);
    return id;
  };
  window[clear] = (id) => {
    timers.delete(id);
    nativeClear(id);
  };
}

const isLive = ({ readyState }) => readyState === 'live';

/** What is open at this moment. */
export function openResources() {
  return {
    localTracks: localTracks.filter(isLive).map(({ kind }) => kind).sort(),
    peerConnections: peerConnections.filter(({ signalingState }) => signalingState !== 'closed').length,
    sockets: sockets.filter(({ readyState }) => readyState === WebSocket.OPEN || readyState === WebSocket.CONNECTING).length,
    timers: timers.size,
  };
}

/** What the browser ends by itself after its owner was closed, but a few tasks later. */
export function stillEnding() {
  return {
    remoteTracks: peerConnections.flatMap((pc) => pc.getReceivers()).filter(({ track }) => isLive(track)).length,
    channels: channels.filter(({ readyState }) => readyState !== 'closed').length,
    sockets: sockets.filter(({ readyState }) => readyState === WebSocket.CLOSING).length,
  };
}

/** How much was opened ever, to prove that the counting sees something. */
export function everOpened() {
  return {
    localTracks: localTracks.length,
    // Those that met their peer; the rest were spare, for the offers inside a join.
    peerConnections: peerConnections.filter((pc) => pc.remoteDescription).length,
    spares: peerConnections.filter((pc) => !pc.remoteDescription).length,
    channels: channels.length,
    sockets: sockets.length,
  };
}

export function openQuestions() {
  return pendingQuestions;
}

/** Lets go of what has ended: it would keep its memory only because the tests count. `everOpened()` forgets it, too. */
export function forgetEnded() {
  const keep = (list, stays) => list.splice(0, list.length, ...list.filter(stays));
  keep(peerConnections, ({ signalingState }) => signalingState !== 'closed');
  keep(channels, ({ readyState }) => readyState !== 'closed');
  keep(sockets, ({ readyState }) => readyState !== WebSocket.CLOSED);
  keep(localTracks, isLive);
}

/**
 * WebAssembly's memory in bytes: how large it is, and up to where it was ever written. It begins larger than a call needs
 * and never shrinks, so its size alone would hide what is lost in it.
 */
export function wasmMemory() {
  return memories.map(({ buffer }) => {
    const words = new Uint32Array(buffer);
    return { size: buffer.byteLength, touched: 4 * (words.findLastIndex((word) => word !== 0) + 1) };
  });
}
