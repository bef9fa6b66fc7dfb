/** One too many: a typed error, nothing left open, and nobody else disturbed. */

import assert from 'node:assert/strict';
import { io } from 'socket.io-client';

import { LIMIT, NOTHING_OPEN, callTest } from './call_pages.mjs';

callTest('who finds the room full is told so, leaves nothing open, and comes in when there is a place', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  const carol = await stage.openModulePage('carol', { options: { maxParticipants: 2 } });
  const refused = await carol.join();
  assert.deepEqual([refused.ok, refused.typed, refused.code], [false, true, 'room-full']);
  assert.ok(refused.message.length > 10 && refused.remedy.length > 10, 'message and remedy are sentences for people');
  stage.measure('refused', refused.afterMs);
  await carol.until('the question is answered', ({ openQuestions }) => openQuestions() === 0, undefined, LIMIT.device);
  assert.deepEqual(await carol.openResources(), NOTHING_OPEN);
  const { phase, error } = await carol.snapshot();
  assert.deepEqual([phase, error.code], ['idle', 'room-full']);

  await stage.untilServer('carol has left', ({ participants }) => participants === 2);
  const [{ at: joinedAt }] = stage.wire.sent('groupcall:join').filter(({ userId }) => userId === 'carol');
  const [leave] = stage.wire.sent('groupcall:leave');
  assert.ok(leave.userId === 'carol' && leave.at > joinedAt);
  // What her join carried was answered before she knew; that there is nothing else is what counts.
  const offered = stage.wire.sent('groupcall:webrtc-offer').filter(({ userId }) => userId === 'carol');
  assert.deepEqual(offered, [], 'nobody was offered anything');
  await Promise.all([alice.untilOthers(['bob']), bob.untilOthers(['alice'])]);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);

  await bob.leave();
  await stage.untilServer('bob has left', ({ participants }) => participants === 1);
  await carol.joinOrFail();
  await Promise.all([alice.untilFlowing(['carol']), carol.untilFlowing(['alice'])]);
});

/** Eight who are in the room and say nothing: none of them is a page. */
async function fillRoom(url, roomId, count) {
  const sockets = Array.from({ length: count }, (_, index) => io(url, { transports: ['websocket'], query: { userId: `guest-${index}` } }));
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise((resolve) => {
          socket.once('groupcall:joined', resolve);
          socket.emit('groupcall:join', { roomId, groupId: 'demo', callType: 'video', userInfo: { fullname: 'Guest' } });
        }),
    ),
  );
  return sockets;
}

callTest('the ninth reads in the demo that the call is full', {}, async (stage) => {
  const sockets = await fillRoom(stage.url, 'full-house', 8);
  try {
    const { tab } = await stage.openDemoPage('ninth', '?room=full-house&small');
    await tab.getByLabel('Your name').fill('Ninth');
    await tab.getByRole('button', { name: 'Join the call' }).click();
    await tab.getByText('This call is full.').waitFor();
    await tab.getByText('Join again when somebody has left.').waitFor();
    await stage.screenshot({ tab }, 'error-room-full');
    await stage.untilServer('the ninth has left', ({ participants }) => participants === 8);
    sockets[0].emit('groupcall:leave', { roomId: 'full-house' });
    await stage.untilServer('one has gone', ({ participants }) => participants === 7);
    await tab.getByRole('button', { name: 'Try again' }).click();
    await stage.untilServer('the ninth is in', ({ participants }) => participants === 8);
    await tab.getByRole('button', { name: 'Leave' }).waitFor();
  } finally {
    for (const socket of sockets) socket.disconnect();
  }
});
