/** What cannot be had: the typed error or the fallback, and a call that goes on where it can. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { io } from 'socket.io-client';

import { LIMIT, NOTHING_OPEN, callTest } from './call_pages.mjs';

/** Chromium says on the console that a connection failed; the page cannot keep it from that. */
const FAILED_CONNECTION = [/WebSocket connection to .* failed/];

function assertTypedError(result, ...codes) {
  assert.equal(result.ok, false, 'the join was admitted');
  assert.deepEqual({ typed: result.typed, name: result.name }, { typed: true, name: 'GroupCallError' });
  assert.ok(codes.includes(result.code), `${result.code} instead of ${codes.join(' or ')}`);
  for (const text of [result.message, result.remedy]) {
    assert.match(text, /^\p{Lu}.{10,}\.$/u, 'message and remedy are sentences for people');
  }
}

/** A port of this machine where `accept` meets the connections. */
async function tcpServer(accept) {
  const server = createServer(accept).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: server.address().port };
}

async function joinUnreachable(stage, port, ...codes) {
  const page = await stage.openModulePage('alice', {
    options: { signalling: { url: `http://localhost:${port}` }, joinTimeoutMs: 1_500 },
    tolerated: FAILED_CONNECTION,
  });
  const result = await page.join();
  stage.measure('refused, with a limit of 1500 ms', result.afterMs);
  assertTypedError(result, ...codes);
  assert.ok(result.afterMs >= 1_400 && result.afterMs < 4_500, `after ${result.afterMs} ms`);
  const { phase, error } = await page.snapshot();
  assert.deepEqual([phase, error.code], ['idle', result.code]);
  await page.until('the question is answered', ({ openQuestions }) => openQuestions() === 0, undefined, LIMIT.device);
  assert.deepEqual(await page.openResources(), NOTHING_OPEN);
}

callTest('a server that is down refuses the join in time', {}, async (stage) => {
  const { server, port } = await tcpServer();
  server.close();
  await once(server, 'close');
  await joinUnreachable(stage, port, 'server-unreachable');
});

callTest('a server that never answers refuses the join in time', {}, async (stage) => {
  const sockets = [];
  const { server, port } = await tcpServer((socket) => sockets.push(socket));
  try {
    // The limit here is shorter than the one for a single connection (10 s).
    await joinUnreachable(stage, port, 'server-unreachable', 'timeout');
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

const GROUPS = { team: { name: 'Team', members: ['alice', 'bob'] } };

callTest('an unknown group and one that is not ours are refused at once, and the next join works', { server: { groups: GROUPS } }, async (stage) => {
  const mallory = await stage.openModulePage('mallory');
  const unknown = await mallory.join({ groupId: 'nobody-knows-it' });
  assertTypedError(unknown, 'group-not-found');
  const foreign = await mallory.join({ groupId: 'team' });
  assertTypedError(foreign, 'not-a-member');
  stage.measure('refused', Math.max(unknown.afterMs, foreign.afterMs));
  assert.ok(Math.max(unknown.afterMs, foreign.afterMs) < LIMIT.announced);
  await mallory.until('the question is answered', ({ openQuestions }) => openQuestions() === 0, undefined, LIMIT.device);
  assert.deepEqual(await mallory.openResources(), NOTHING_OPEN);
  assert.equal((await mallory.snapshot()).error.code, 'not-a-member');

  const alice = await stage.openModulePage('alice');
  assertTypedError(await alice.join({ groupId: 'nobody-knows-it' }), 'group-not-found');
  await alice.joinOrFail({ groupId: 'team' });
  assert.equal((await alice.snapshot()).error, null);
});

callTest('a join that the server cannot read is refused in time, and harms nobody', {}, async (stage) => {
  const [bob] = await stage.joinAll(['bob']);
  const alice = await stage.openModulePage('alice', { options: { joinTimeoutMs: 2_500 } });
  // The reference server answers a blank group with "Failed to join group call", which may pass.
  const result = await alice.join({ groupId: ' ' });
  stage.measure('refused, with a limit of 2500 ms', result.afterMs);
  assertTypedError(result, 'join-failed');
  assert.ok(result.afterMs < 7_500);
  assert.ok(stage.wire.sent('groupcall:join').length >= 3, 'it was tried again before giving up');
  await alice.joinOrFail();
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
});

callTest('arguments that cannot work are refused before anything is opened', {}, async (stage) => {
  const alice = await stage.openModulePage('alice');
  for (const wrong of [
    { roomId: '' }, { roomId: 'r'.repeat(129) }, { roomId: 7 }, { groupId: null }, { callType: 'letter' }, { media: { audio: 'loud' } },
  ]) {
    const result = await alice.join(wrong);
    assertTypedError(result, 'invalid-argument');
    assert.match(result.detail, new RegExp(Object.keys(wrong)[0]), 'the detail names the argument');
  }
  assert.deepEqual(await alice.evaluate(() => callPage.everOpened()), { localTracks: 0, peerConnections: 0, spares: 0, channels: 0, sockets: 0 });
});

callTest('a participant who sends rubbish harms nobody', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  const vandal = io(`http://127.0.0.1:${stage.server.port}`, { transports: ['websocket'], query: { userId: 'vandal' }, reconnection: false });
  try {
    await once(vandal, 'connect');
    vandal.emit('groupcall:join', { roomId: 'r1', groupId: 'g1', userInfo: { userId: 'vandal', fullname: { not: ['a', 'name'] }, profilePic: 9 } });
    await once(vandal, 'groupcall:joined');
    vandal.emit('groupcall:update-tracks', { roomId: 'r1', tracks: { audio: 'yes', video: { deep: [[[[]]]] } } });
    for (const targetUserId of ['alice', 'bob']) {
      vandal.emit('groupcall:webrtc-offer', { roomId: 'r1', offer: { type: 'offer', sdp: 'v=0\r\nnonsense' }, targetUserId });
      vandal.emit('groupcall:webrtc-answer', { roomId: 'r1', answer: { type: 'answer', sdp: 17 }, targetUserId });
      vandal.emit('groupcall:webrtc-ice-candidate', { roomId: 'r1', candidate: { candidate: 'candidate:?', sdpMid: [] }, targetUserId });
      vandal.emit('groupcall:webrtc-ice-candidate', { roomId: 'r1', candidate: 'text', targetUserId });
    }
    for (const page of [alice, bob]) await page.untilOthers([page === alice ? 'bob' : 'alice', 'vandal']);
    await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
    const { participants } = await alice.snapshot();
    assert.equal(participants.find(({ userId }) => userId === 'bob').connection, 'connected');
    assert.notEqual(participants.find(({ userId }) => userId === 'vandal').connection, 'connected');
    const carol = await stage.openModulePage('carol');
    await carol.joinOrFail();
    await carol.untilFlowing(['alice', 'bob']);
  } finally {
    vandal.disconnect();
  }
});

callTest('who is denied camera and microphone sees and hears the others all the same', {}, async (stage) => {
  const denied = await stage.openModulePage('denied', { permissions: [] });
  const [bob] = await stage.joinAll(['bob']);
  await denied.joinOrFail();
  assert.equal(await denied.untilSelf('camera', 'error'), 'permission-denied');
  assert.equal(await denied.untilSelf('microphone', 'error'), 'permission-denied');
  const { afterMs } = await denied.untilFlowing(['bob']);
  stage.measure('picture and sound of the other', afterMs);
  assert.equal(await bob.untilState('denied', 'camera', 'off', LIMIT.device), 'peer-off');
  assert.equal(await bob.untilState('denied', 'microphone', 'off', LIMIT.device), 'peer-off');
  assert.deepEqual((await denied.openResources()).localTracks, []);
  assert.notEqual((await denied.snapshot()).self.deviceError, '', "the browser's words are there for developers");
});

callTest('who is denied the camera alone is heard', {}, async (stage) => {
  const heard = await stage.openModulePage('heard', { permissions: ['microphone'] });
  const [bob] = await stage.joinAll(['bob']);
  await heard.joinOrFail();
  assert.equal(await heard.untilSelf('camera', 'error'), 'permission-denied');
  assert.equal(await heard.untilSelf('microphone', 'on'), 'none');
  await bob.untilState('heard', 'microphone', 'on', LIMIT.device);
  await Promise.all([bob.untilFlowing(['heard'], LIMIT.media, { picture: false }), heard.untilFlowing(['bob'])]);
  assert.equal(await bob.untilState('heard', 'camera', 'off'), 'peer-off');
});

callTest('without a camera the call is by sound alone', { cameras: 0 }, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  for (const page of [alice, bob]) {
    assert.equal(await page.untilSelf('camera', 'error'), 'no-device');
    assert.equal(await page.untilSelf('microphone', 'on'), 'none');
  }
  const sound = { picture: false };
  await Promise.all([alice.untilFlowing(['bob'], LIMIT.media, sound), bob.untilFlowing(['alice'], LIMIT.media, sound)]);
  assert.equal(await bob.untilState('alice', 'camera', 'off'), 'peer-off');
});

callTest('without any device one is in the call, and connected', { devices: false }, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  for (const page of [alice, bob]) {
    assert.equal(await page.untilSelf('camera', 'error'), 'no-device');
    assert.equal(await page.untilSelf('microphone', 'error'), 'no-device');
  }
  await alice.until('connected', (page) => page.participant('bob')?.connection === 'connected', undefined, LIMIT.media);
  await bob.until('connected', (page) => page.participant('alice')?.connection === 'connected', undefined, LIMIT.media);
  assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 2, connections: 2 });
});
