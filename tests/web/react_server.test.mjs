/** On a server there is no page: rendering there shows the beginning, makes nothing and touches nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement as h } from 'react';
import { renderToString } from 'react-dom/server';

import { importWithReact } from './react_page.mjs';

const globalsBefore = new Set(Object.getOwnPropertyNames(globalThis));
const { making, GroupCallProvider, useDevices, useGroupCall, useLocalMedia, useParticipantIds, usePicture, usePlayback } = await importWithReact(`
  export * from './react.js';
  export { making } from './index.js';
`);

const OPTIONS = { self: { userId: 'me' }, signalling: { url: 'https://chat.example' } };

function Everything() {
  const { phase } = useGroupCall();
  const { camera } = useLocalMedia();
  const { cameras } = useDevices();
  const { needsGesture } = usePlayback();
  return h('p', null, [phase, camera.state, cameras.length, useParticipantIds().length, needsGesture].join(' '), h('video', { ref: usePicture('me', 'camera') }));
}

test('renderToString() shows a call that is not there yet, and makes none', async () => {
  assert.equal(typeof globalThis.document, 'undefined', 'this test is about a place without a page');
  const html = renderToString(h(GroupCallProvider, { options: OPTIONS }, h(Everything)));
  assert.match(html, /<p>idle off 0 0 false<video><\/video><\/p>/);
  assert.match(renderToString(h(GroupCallProvider, { options: OPTIONS, join: { roomId: 'r', groupId: 'g', callType: 'video' } }, h(Everything))), /joining/);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(making.tries, []);
});

test('importing and rendering leaves nothing on the global object', () => {
  const added = Object.getOwnPropertyNames(globalThis).filter((name) => !globalsBefore.has(name));
  assert.deepEqual(added, []);
});
