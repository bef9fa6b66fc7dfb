/**
 * Two tabs of one user. The server hears only the newest connection of a user, and tells the
 * older one; the tabs of one browser settle by themselves who needs it.
 */

import assert from 'node:assert/strict';

import { LIMIT, callTest } from './call_pages.mjs';

const anotherTab = (stage, page) => stage.openModulePage(page.userId, { besides: page });

callTest('a tab in a call takes its connection back from a tab that is in none', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  const joins = stage.wire.sent('groupcall:join').length;
  const chat = await anotherTab(stage, bob);
  const startedAt = performance.now();
  await chat.evaluate(() => callPage.call.connect());
  await stage.untilWire('bob joined again', (wire) => wire.sent('groupcall:join').length === joins + 1);
  await bob.untilPhase('joined');
  stage.measure('the tab in the call is back', performance.now() - startedAt);
  assert.equal(await chat.untilSignalling('halted'), 'replaced', 'and the other one does not fight');
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  assert.deepEqual(stage.wire.offers(), ['bob→alice']);
  // The server would remove bob from the room if the newest connection were the closing tab's.
  await chat.tab.close();
  await bob.setMicrophone(false);
  await alice.untilState('bob', 'microphone', 'off');
});

callTest('of two tabs in a call a person chooses one, as often as they like', {}, async (stage) => {
  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  const second = await anotherTab(stage, bob);
  await second.joinOrFail();
  assert.equal(await bob.untilSignalling('halted'), 'replaced');
  await Promise.all([alice.untilFlowing(['bob']), second.untilFlowing(['alice'])]);

  for (const [winner, loser] of [[bob, second], [second, bob]]) {
    const startedAt = performance.now();
    await winner.evaluate(() => callPage.call.takeOver());
    await winner.untilPhase('joined', LIMIT.join);
    assert.equal(await loser.untilSignalling('halted'), 'replaced');
    await Promise.all([alice.untilFlowing(['bob']), winner.untilFlowing(['alice'])]);
    stage.measure('seen and heard in the other tab', performance.now() - startedAt);
    await alice.untilOthers(['bob']);
  }
  assert.deepEqual(stage.server.stats().participants, 2);
});

callTest('an invitation rings in a page that listens, until another tab takes it', {}, async (stage) => {
  const bob = await stage.openModulePage('bob');
  await bob.evaluate(() => callPage.call.connect());
  await bob.untilSignalling('online', LIMIT.join);
  const alice = await stage.openModulePage('alice');
  await alice.joinOrFail();
  const rings = (count) => bob.until(`${count} rings`, (page, wanted) => page.call.getSnapshot().invitations.length === wanted, count);
  await rings(1);
  const [invitation] = (await bob.snapshot()).invitations;
  assert.deepEqual([invitation.roomId, invitation.groupId, invitation.callType], ['r1', 'g1', 'video']);
  assert.equal(invitation.caller.fullname, 'Alice');
  assert.equal(await bob.evaluate(() => callPage.invitations.length), 1, "on('invitation') told it once");

  const second = await anotherTab(stage, bob);
  await second.joinOrFail();
  await rings(0);
  await Promise.all([alice.untilFlowing(['bob']), second.untilFlowing(['alice'])]);
});

callTest('an invitation that is declined is over', {}, async (stage) => {
  const bob = await stage.openModulePage('bob');
  await bob.evaluate(() => callPage.call.connect());
  await bob.untilSignalling('online', LIMIT.join);
  const alice = await stage.openModulePage('alice');
  await alice.joinOrFail();
  await bob.until('a ring', (page) => page.call.getSnapshot().invitations.length === 1);
  await bob.evaluate(() => callPage.call.declineInvitation('r1'));
  assert.deepEqual((await bob.snapshot()).invitations, []);
  await bob.evaluate(() => callPage.call.disconnect());
  assert.equal(await bob.untilSignalling('closed'), 'none');
  assert.deepEqual(await bob.openResources(), { localTracks: [], peerConnections: 0, sockets: 0, timers: 0 });
});
