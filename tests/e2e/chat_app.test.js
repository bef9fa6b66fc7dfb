/**
 * The chat application that stands for the existing front end (tests/web/fixtures/chat_app), with the packed package: a call of
 * three, one of whom is the former client, by each of the ways in which web/MIGRATION.md brings it in.
 */

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before } from 'node:test';

import { buildFixtures } from '../web/fixtures/prepare.mjs';
import { LIMIT, callTest } from './call_pages.mjs';

/** Where the applications are built. */
let folder = '';
before(async () => {
  folder = await buildFixtures(['chat_app']);
}, { timeout: 600_000 });

/** With the application, which is there when a test begins. */
const serverOf = (settings = {}) => ({ ...settings, get mounts() { return [{ prefix: '/chat_app', directory: path.join(folder, 'chat_app/dist') }]; } });
const server = serverOf();
const ROOM = { roomId: 'group_g1', groupId: 'g1' };

const joinsOf = (stage, user) => stage.wire.sent('groupcall:join').filter(({ userId }) => userId === user);

for (const [way, what] of [['window', '<GroupCallWindow socket>'], ['hook', 'useCallRoom()'], ['store', 'bindCallStore()']]) {
  callTest(`a call of three in the chat application, by ${what}, with the former client`, { server }, async (stage) => {
    const ann = await stage.openChatApplication('ann', way);
    const ben = await stage.openChatApplication('ben', way);
    const olga = await stage.openOlderPage('olga');
    for (const page of [ann, ben]) await page.press('Video call');
    await olga.join(ROOM);
    await Promise.all([ann.untilMeeting(2, 3), ben.untilMeeting(2, 3), olga.untilFlowing(['ann', 'ben'])]);
    for (const name of ['Friend ben', 'Older olga']) await ann.untilText(name);
    await stage.screenshot(ann, `chat-app-${way}`);

    assert.deepEqual([joinsOf(stage, 'ann').length, await ann.timesAsked()], [1, 1], 'StrictMode mounts twice, and one joins once');
    assert.equal(ann.timesFetchedWasm, 1);
    const told = JSON.stringify(joinsOf(stage, 'ann'));
    assert.match(told, /Friend ann/);
    assert.doesNotMatch(told, /example\.org/, 'the others were told more of the user than they need');
    assert.equal(stage.server.stats().connections, 3, 'the call rides on the application’s Socket');

    if (way !== 'window') {
      await ben.press('Mute');
      await ben.untilText('Unmute');
      await ben.press('Camera off');
      await ann.untilMeeting(2, 2);
      await ben.press('Camera on');
      await ann.untilMeeting(2, 3);
    }

    await ann.press('Leave');
    await ann.untilText('Video call');
    await ben.untilNoText('Friend ann');
    assert.deepEqual(await ann.openTracks(), []);
    assert.equal(stage.server.stats().connections, 3, 'the Socket is still the application’s');

    await ann.press('Video call');
    await ann.untilMeeting(2, 3);
    assert.equal(joinsOf(stage, 'ann').length, 2);
  });
}

callTest('a voice call opens no camera, and becomes a video call when somebody turns one on', { server }, async (stage) => {
  const ann = await stage.openChatApplication('ann', 'window');
  const ben = await stage.openChatApplication('ben', 'hook');
  await ann.press('Voice call');
  await ben.press('Voice call');
  await ann.untilText('Friend ben');
  await ben.untilText('Friend ann');
  assert.deepEqual([await ann.openTracks(), await ben.openTracks()], [['audio'], ['audio']]);
  await ben.press('Camera on');
  await ann.untilMeeting(1, 1);
  assert.deepEqual(await ben.openTracks(), ['audio', 'video']);
});

callTest('who is refused reads why, and goes back to the chat', { server: serverOf({ groups: { g1: { name: 'Choir', members: ['ben'] } } }) }, async (stage) => {
  const ann = await stage.openChatApplication('ann', 'window');
  await ann.press('Video call');
  await ann.untilText('You are not a member of this group.');
  assert.deepEqual(await ann.openTracks(), []);
  await ann.press('Back');
  await ann.untilText('Video call');
});

callTest('a call rings in the chat of who is not in it, and is taken with one button', { server }, async (stage) => {
  const ann = await stage.openChatApplication('ann', 'ringing');
  const ben = await stage.openChatApplication('ben', 'ringing');
  await stage.untilServer('both are connected', ({ connections }) => connections === 2, LIMIT.join);
  await ann.press('Video call');
  await ben.press('Accept');
  await Promise.all([ann.untilMeeting(1, 2), ben.untilMeeting(1, 2)]);
  assert.equal(await ben.tab.getByRole('alertdialog').count(), 0, 'it rings no more');
  assert.deepEqual([joinsOf(stage, 'ann').length, joinsOf(stage, 'ben').length], [1, 1]);
  await ben.press('Leave');
  await ann.untilNoText('Friend ben');
  await ben.untilText('Video call');
  assert.deepEqual(await ben.openTracks(), []);
});

callTest('the chat application while it is developed, from Vite’s own server: what is edited is exchanged, and the call goes on', {}, async (stage) => {
  const { createServer } = await import(path.join(folder, 'node_modules/vite/dist/node/index.js'));
  const edited = path.join(folder, 'chat_app/src/component/ByWindow.jsx');
  const source = await readFile(edited, 'utf8');
  const vite = await createServer({ root: path.join(folder, 'chat_app'), logLevel: 'error', server: { host: '127.0.0.1', port: 0 } });
  try {
    await vite.listen();
    const origin = vite.resolvedUrls.local[0].replace(/\/$/, '');
    const pages = await Promise.all(['ann', 'ben'].map((user) => stage.openChatApplication(user, 'window', { origin, folder: '' })));
    // The first page has Vite find and bundle what it imports, and may be loaded anew for it.
    for (const page of pages) await page.press('Video call');
    await Promise.all(pages.map((page) => page.untilMeeting(1, 2)));
    assert.equal(joinsOf(stage, 'ann').length, 1);

    await writeFile(edited, source.replace('"chat-call"', '"chat-call edited"'));
    for (const page of pages) await page.tab.locator('.edited').waitFor();
    await Promise.all(pages.map((page) => page.untilMeeting(1, 2)));
    assert.deepEqual(['ann', 'ben'].map((user) => joinsOf(stage, user).length), [1, 1]);
    assert.deepEqual([stage.wire.sent('groupcall:leave').length, stage.wire.offers().length], [0, 1]);
  } finally {
    await vite.close();
    await writeFile(edited, source);
  }
});
