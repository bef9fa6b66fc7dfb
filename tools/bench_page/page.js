/**
 * The page of tools/bench: takes part in a call while recording it, then times the module on what was recorded.
 */
import { createGroupCall } from '/dist/index.js';

const lines = [];
let call = null;

const median = (samples) => samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)];

async function join(userId, url) {
  call = await createGroupCall({
    self: { userId, fullname: userId },
    signalling: { url },
    record: (line) => lines.push(line),
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

/**
 * Replays the record on many cores side by side. The browser's clock is too coarse for one event, so each event is
 * given to all of them in one go and the time is shared.
 */
function timeEvents(CallBridge, record, cores) {
  const [config, ...events] = record;
  const bridges = Array.from({ length: cores }, () => new CallBridge(config));
  const samples = new Map();
  for (const line of events) {
    const [now, event] = JSON.parse(line);
    const text = JSON.stringify(event);
    const start = performance.now();
    for (const bridge of bridges) bridge.handle(text, now);
    const microseconds = ((performance.now() - start) * 1000) / cores;
    for (const type of [event.type, 'all']) samples.set(type, [...(samples.get(type) ?? []), microseconds]);
  }
  bridges.forEach((bridge) => bridge.delete());
  return [...samples].map(([type, all]) => ({ type, count: all.length, medianUs: median(all) }));
}

window.benchPage = {
  join,
  connectedTo,
  leave: () => call.leave(),
  record: () => lines,
  async time(record, rounds, cores) {
    const { medianMs, module } = await timeInstantiation(rounds);
    return { instantiateMs: medianMs, events: timeEvents(module.CallBridge, record, cores) };
  },
};
