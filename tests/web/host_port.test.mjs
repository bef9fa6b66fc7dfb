import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeClock, FakePage } from './fakes.mjs';

const { host: { HostPort, pageClock } } = await importSource();

function makeHost() {
  const page = new FakePage();
  const clock = new FakeClock();
  const events = [];
  return { host: new HostPort((event) => events.push(event), page, clock), page, clock, events };
}

test('network and page events are reported', () => {
  const { page, events } = makeHost();
  for (const type of ['offline', 'online', 'pagehide']) page.dispatchEvent(new Event(type));
  assert.deepEqual(events, [{ type: 'host.offline' }, { type: 'host.online' }, { type: 'host.pageClosing' }]);
});

test('a page that comes back from the cache, or into view, is reported', () => {
  const { page, events } = makeHost();
  page.show({ persisted: true });
  page.become('visible');
  assert.deepEqual(events, [{ type: 'host.pageShown' }, { type: 'host.pageShown' }]);
});

test('the first showing of a page, and its going out of view, are no return', () => {
  const { page, events } = makeHost();
  page.show({ persisted: false });
  page.become('hidden');
  assert.deepEqual(events, []);
});

test('a closed page is reported inside its own event, before the page is gone', () => {
  const { page, events } = makeHost();
  const seen = [];
  page.addEventListener('pagehide', () => seen.push(events.length));
  page.dispatchEvent(new Event('pagehide'));
  assert.deepEqual(seen, [1]);
});

test('after closing nothing is reported', () => {
  const { host, page, events } = makeHost();
  host.close();
  page.dispatchEvent(new Event('online'));
  page.show({ persisted: true });
  page.become('visible');
  assert.deepEqual(events, []);
});

test('it works where there is no page', () => {
  const host = new HostPort(() => assert.fail('nothing to report'), undefined, new FakeClock());
  host.close();
});

test('sleep is what the wall clock gained over the monotonic one, told once', () => {
  const { host, clock } = makeHost();
  clock.advance(10_000);
  assert.equal(host.sleptMs(), 0);
  clock.wallMs += 60_000.4;
  assert.equal(host.sleptMs(), 60_000);
  assert.equal(host.sleptMs(), 0);
});

test('small corrections of the wall clock, and such backwards, are no sleep', () => {
  const { host, clock } = makeHost();
  for (const ms of [1_900, 1_900, -86_400_000, 1_900]) {
    clock.wallMs += ms;
    assert.equal(host.sleptMs(), 0);
  }
});

test('the timer of the page calls back once, and not after it is cancelled', async () => {
  const calls = [];
  pageClock.after(0, () => calls.push('cancelled'))();
  await new Promise((resolve) => pageClock.after(1, () => resolve(calls.push('fired'))));
  assert.deepEqual(calls, ['fired']);
});
