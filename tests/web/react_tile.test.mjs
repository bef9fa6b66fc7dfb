/** What a tile tells the call about how somebody is shown. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement as h } from 'react';

import { openReactPage } from './react_page.mjs';
import { off, on } from './views.mjs';

const { act, mount, FakeCall, GroupCallProvider, VideoTile } = await openReactPage();

/** Both observers tell at once what is. */
function observe(name, entry) {
  globalThis[name] = class {
    constructor(tell) {
      this.tell = tell;
    }
    observe() {
      this.tell([entry]);
    }
    disconnect() {}
  };
}
observe('ResizeObserver', { contentRect: { width: 320, height: 180 } });
observe('IntersectionObserver', { isIntersecting: true });

const ANN = {
  userId: 'ann', userInfo: { fullname: 'Ann' }, connection: 'connected', connectionReason: 'none', signalling: 'present', olderClient: false,
  microphone: on, camera: on, screen: off, streams: { camera: null, microphone: null, screen: null }, speaking: false, quality: null, qualityCause: 'none',
};

function callWithAnn() {
  const call = new FakeCall({ self: { userId: 'me' } });
  call.change({ phase: 'joined', participants: [ANN] });
  return call;
}
const viewsOf = (call) => call.log.filter(([name]) => name === 'setView').map(([, , view]) => view);

test('a tile that gets another call tells that one, too, that it is the prominent one and shows no screen', async () => {
  Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
  const [first, second] = [callWithAnn(), callWithAnn()];
  const show = (call) => h(GroupCallProvider, { call }, h(VideoTile, { userId: 'ann', prominent: true, screenShown: false }));
  const page = await mount(show(first));
  const tile = page.place.querySelector('.gc-tile');
  const view = { width: 320, height: 180, visible: true, speaker: true, screen: false };
  assert.deepEqual(viewsOf(first).at(-1), view);
  await page.render(show(second));
  assert.equal(page.place.querySelector('.gc-tile'), tile, 'the tile stayed');
  assert.deepEqual(viewsOf(second).at(-1), view);
  await act(async () => second.change({ participants: [] }));
  assert.deepEqual(viewsOf(second).at(-1), { width: 0, height: 0, visible: false });
});
