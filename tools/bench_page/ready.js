/**
 * The page of tools/bench_ready.mjs: from the first line of its script until a call can be joined. Everything is fetched in
 * that time, and nothing was before.
 */
const startedAt = performance.now();
const since = () => performance.now() - startedAt;

const { createGroupCall } = await import('/dist/index.js');
const scriptMs = since();
const call = await createGroupCall({ self: { userId: 'a', fullname: 'A' }, signalling: { url: location.origin }, iceServers: [] });
const callMs = since();
const [ready] = performance.getEntriesByName('groupcall:module-ready');
call.dispose();
window.readyTimes = { scriptMs, moduleMs: ready.startTime - startedAt, callMs };
