/** The call rides on the Socket that the chat application has: beside it, not over it. */

import assert from 'node:assert/strict';

import { LIMIT, NOTHING_OPEN, callTest } from './call_pages.mjs';

/** As the chat application makes it: socket.io-client's own defaults, but for the transport. */
const ITS_OWN = { reconnectionDelay: 300, reconnectionDelayMax: 1_000 };
/** Its delay, jitter, and three times what a page needs. */
const BACK_LIMIT = 9_000;

const openOnSocket = (stage, userId, { onSocket = ITS_OWN, signalling } = {}) =>
  stage.openModulePage(userId, { options: { onSocket, ...(signalling && { signalling }) } });

const listeners = (page, event) => page.evaluate((name) => callPage.socket.listeners(name).length, event);
const connected = (page) => page.until('its Socket is connected', ({ socket }) => socket.connected, null, BACK_LIMIT);

for (const legacy of [false, true]) {
  const server = legacy ? 'the existing backend' : 'our server';
  callTest(`a page on the application's Socket and one on its own meet, with ${server}`, { server: { legacy, rateLimit: { limit: 0 } } }, async (stage) => {
    const [alice] = await stage.joinAll(['alice']);
    const bob = await openOnSocket(stage, 'bob');
    await connected(bob);
    await bob.joinOrFail();
    await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
    await bob.setMicrophone(false);
    await alice.untilState('bob', 'microphone', 'off');
    await alice.setCamera(false);
    await bob.untilState('alice', 'camera', 'off');
    assert.deepEqual(stage.wire.offers(), ['bob→alice']);

    const { at } = await bob.leave();
    stage.measure("bob is gone on alice's page", (await alice.untilGone('bob')) - at);
    assert.equal(await bob.evaluate(() => callPage.socket.connected), true, 'the Socket is the application’s');
    const chatEvents = await bob.evaluate(() => callPage.chatEvents);
    assert.ok(chatEvents > 0, 'its own listener was called');

    await bob.dispose();
    for (const event of ['connect', 'disconnect', 'connect_error', 'groupcall:joined', 'connection:replaced']) {
      assert.equal(await listeners(bob, event), 0, `a listener of ours stayed on ${event}`);
    }
    assert.equal(await listeners(bob, 'getOnlineUsers'), 1);
    const carol = await stage.openModulePage('carol');
    await carol.joinOrFail();
    await bob.until('the application hears on', (page, before) => page.chatEvents > before, chatEvents);
    assert.deepEqual(await bob.openResources(), { ...NOTHING_OPEN, sockets: 1, timers: (await bob.openResources()).timers });
  });
}

callTest('a Socket that is connected while the call is being joined will do', {}, async (stage) => {
  const bob = await openOnSocket(stage, 'bob', { onSocket: { ...ITS_OWN, autoConnect: false } });
  assert.equal(await bob.evaluate(() => callPage.socket.active), false);
  await bob.joinOrFail();
  assert.equal(await bob.evaluate(() => callPage.socket.connected), true, 'nobody else would have connected it');
});

callTest('a restart of the server costs a page on the application’s Socket no offer', {}, async (stage) => {
  const [alice] = await stage.joinAll(['alice']);
  const bob = await openOnSocket(stage, 'bob');
  await bob.joinOrFail();
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  for (const page of [alice, bob]) page.tolerated.push(/WebSocket connection to .* failed/);
  await Promise.all([alice, bob].map((page) => page.watchPictures()));
  for (const abrupt of [true, false]) {
    await stage.server.stop({ abrupt });
    await Promise.all([alice, bob].map((page) => page.untilPhase('reconnecting')));
    await stage.server.start();
    const startedAt = performance.now();
    await Promise.all([alice, bob].map((page) => page.untilPhase('joined', BACK_LIMIT)));
    stage.measure(`back after it was ${abrupt ? 'killed' : 'stopped with a word'}`, performance.now() - startedAt);
  }
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  stage.measure('longest time without a picture', Math.max(...Object.values(await alice.longestGaps())));
  assert.deepEqual(stage.wire.offers(), ['bob→alice']);
  assert.deepEqual(stage.server.stats(), { rooms: 1, participants: 2, connections: 2 });
});

callTest('a Socket that the server has disconnected for ever is connected again', {}, async (stage) => {
  const bob = await openOnSocket(stage, 'bob');
  await bob.joinOrFail();
  const joins = stage.wire.sent('groupcall:join').length;
  stage.server.disconnectAll();
  await stage.untilWire('bob joined again', (wire) => wire.sent('groupcall:join').length === joins + 1, BACK_LIMIT);
  await bob.untilPhase('joined');
  const reason = await bob.evaluate(() => callPage.timeline.some(({ text }) => text.includes('reconnecting')));
  assert.equal(reason, true, 'it was noticed');
});

callTest('an application that reconnects its Socket itself is told when it must', {}, async (stage) => {
  const bob = await openOnSocket(stage, 'bob', { signalling: { reconnect: 'application' } });
  await bob.joinOrFail();
  stage.server.disconnectAll();
  assert.equal(await bob.untilSignalling('halted'), 'application-socket');
  const { signalling, phase } = await bob.snapshot();
  assert.equal(phase, 'reconnecting', 'the call goes on');
  assert.match(signalling.error.remedy, /\w/);
  await bob.evaluate(() => void callPage.socket.connect());
  await bob.untilPhase('joined', LIMIT.join);
});

callTest('another Socket can take the place of the first in the middle of a call', {}, async (stage) => {
  const [alice] = await stage.joinAll(['alice']);
  const bob = await openOnSocket(stage, 'bob');
  await bob.joinOrFail();
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  const joins = stage.wire.sent('groupcall:join').length;
  await bob.evaluate(({ url, options }) => {
    const { socket: former, call } = callPage;
    callPage.formerSocket = former;
    call.setSocket(callPage.openApplicationSocket({ url, userId: 'bob', options }));
  }, { url: stage.server.url, options: ITS_OWN });
  await stage.untilWire('bob joined again', (wire) => wire.sent('groupcall:join').length === joins + 1, BACK_LIMIT);
  await bob.untilPhase('joined');
  assert.equal(await bob.evaluate(() => callPage.formerSocket.listeners('groupcall:joined').length), 0);
  assert.equal(await bob.evaluate(() => callPage.formerSocket.connected), true, 'it is not ours to close');
  await bob.evaluate(() => void callPage.formerSocket.disconnect());
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  assert.deepEqual(stage.wire.offers(), ['bob→alice']);
});
