/**
 * The page of tools/bench: takes part in a call while recording it, then times the module on what was recorded.
 */
import { createGroupCall } from '/dist/index.js';
import { Manager } from '/socket.io/socket.io.esm.min.js';

/** Enough for a clock that ticks ten times a millisecond. */
const STATELESS_ROUNDS = 400;

const lines = [];
let call = null;
const utf8 = new TextEncoder();

const median = (samples) => samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)];

async function join(userId, url) {
  call = await createGroupCall({
    self: { userId, fullname: userId },
    signalling: { url },
    record: (line) => lines.push(line),
    // Offers are timed as messages of their own.
    earlyOffers: 0,
  });
  await call.join({
    roomId: 'bench', groupId: 'bench', callType: 'video',
    media: { audio: true, video: { width: 320, height: 180, frameRate: 15 } },
  });
}

const connectedTo = () =>
  call.getSnapshot().participants.filter(({ camera }) => camera.state === 'on').length;

/** Compiles and instantiates the module from bytes that are here already. */
async function timeInstantiation(rounds) {
  const wasmBinary = new Uint8Array(await (await fetch('/wasm/groupcall.wasm')).arrayBuffer());
  const { default: createModule } = await import('/wasm/groupcall.js');
  const samples = [];
  for (let round = 0; round < rounds; ++round) {
    const start = performance.now();
    await createModule({ wasmBinary });
    samples.push(performance.now() - start);
  }
  return { medianMs: median(samples), module: await createModule({ wasmBinary }) };
}

const configOf = (header) => JSON.stringify(JSON.parse(header).config);

/** One event, the way the engine brings it. */
function feed(bridge, event, text, now) {
  if (event.type === 'socket.frame') bridge.handleFrame(event.socket, utf8.encode(event.text), now);
  else bridge.handle(utf8.encode(text), now);
}

/**
 * Replays the record on many cores side by side. The browser's clock is too coarse for one event, so each event is
 * given to all of them in one go and the time is shared.
 */
function timeEvents(CallBridge, record, cores) {
  const [header, ...events] = record;
  const config = configOf(header);
  const bridges = Array.from({ length: cores }, () => new CallBridge(config));
  const samples = new Map();
  for (const line of events) {
    const [now, event] = JSON.parse(line);
    const text = JSON.stringify(event);
    const start = performance.now();
    for (const bridge of bridges) feed(bridge, event, text, now);
    const microseconds = ((performance.now() - start) * 1000) / cores;
    for (const type of [event.type, 'all']) samples.set(type, [...(samples.get(type) ?? []), microseconds]);
  }
  bridges.forEach((bridge) => bridge.delete());
  return [...samples].map(([type, all]) => ({ type, count: all.length, medianUs: median(all) }));
}

/** Calls `act` in a loop that is long for the browser's clock; microseconds for one call. */
function timeLoop(act, rounds) {
  const start = performance.now();
  for (let round = 0; round < rounds; ++round) act(round);
  return ((performance.now() - start) * 1000) / rounds;
}

/**
 * What one frame costs us, part by part. Each core gets it once as the next event of its call, so what it decides is the
 * real thing. `deaf` takes texts and looks at none: what is left is the crossing.
 */
function timeFrameOfOurs(bridges, deaf, event, now) {
  const { socket, text } = event;
  const rounds = STATELESS_ROUNDS;
  const encode = timeLoop(() => utf8.encode(text), rounds);
  const bytes = utf8.encode(text);
  const crossing = timeLoop(() => deaf.handleFrame(socket, bytes, now), rounds);
  let reaction;
  const handle = timeLoop((round) => { reaction = bridges[round].handleFrame(socket, bytes, now); }, bridges.length);
  const parse = timeLoop(() => JSON.parse(reaction), rounds);
  return { encode, crossing, core: handle - crossing, parse, total: encode + handle + parse };
}

/** The same frame through socket.io-client: its Manager's decoder, its Socket's emitter, one listener. */
function timeFrameOfSocketIo(frame) {
  const manager = new Manager(location.origin, { autoConnect: false });
  const socket = manager.socket('/');
  socket.connected = true;
  let heard = 0;
  const [name] = JSON.parse(frame.slice(2));
  socket.on(name, () => { heard += 1; });
  manager.decoder.on('decoded', (packet) => socket.onpacket(packet));
  const total = timeLoop(() => manager.decoder.add(frame.slice(1)), STATELESS_ROUNDS);
  if (heard !== STATELESS_ROUNDS) throw new Error(`socket.io-client has told of ${heard} of ${STATELESS_ROUNDS} frames`);
  return { total };
}

/** Both, for the frames of the record at these lines. */
function timeFrames(CallBridge, record, cores, lines) {
  const bridges = Array.from({ length: cores }, () => new CallBridge(configOf(record[0])));
  // One whose config was refused: it takes a text and looks at none.
  const deaf = new CallBridge('');
  const samples = [];
  for (const [index, line] of record.entries()) {
    if (index === 0) continue;
    const [now, event] = JSON.parse(line);
    if (lines.includes(index)) {
      samples.push({ line: index, ours: timeFrameOfOurs(bridges, deaf, event, now), socketIo: timeFrameOfSocketIo(event.text) });
    } else {
      const text = JSON.stringify(event);
      for (const bridge of bridges) bridge.handle(text, now);
    }
  }
  deaf.delete();
  bridges.forEach((bridge) => bridge.delete());
  return samples;
}

window.benchPage = {
  join,
  connectedTo,
  leave: () => call.leave(),
  record: () => lines,
  /** How large the record would be as a file, and how long its making takes. */
  async exported(redact) {
    const startedAt = performance.now();
    const { size } = await call.exportRecord({ redact });
    return { size, tookMs: performance.now() - startedAt };
  },
  async time(record, rounds, cores, frameLines) {
    const { medianMs, module } = await timeInstantiation(rounds);
    return {
      instantiateMs: medianMs,
      events: timeEvents(module.CallBridge, record, cores),
      frames: timeFrames(module.CallBridge, record, cores, frameLines),
    };
  },
};
