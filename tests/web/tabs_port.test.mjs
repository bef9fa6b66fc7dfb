import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeBroadcastChannel } from './fakes.mjs';

const { tabs: { TabsPort } } = await importSource();

function makePort(open) {
  const events = [];
  const counts = [];
  const channels = [];
  const port = new TabsPort(
    (event) => events.push(event),
    (name) => counts.push(name),
    open ?? ((name) => channels[channels.push(new FakeBroadcastChannel(name)) - 1]),
  );
  return { port, events, counts, channel: channels[0] };
}

test('what other tabs say is reported, what is to be said is posted', () => {
  const { port, events, channel } = makePort();
  assert.equal(channel.name, 'groupcall');
  channel.receive('{"type":"asks"}');
  port.execute({ type: 'tabs.post', text: '{"type":"tells"}' });
  assert.deepEqual(events, [{ type: 'tabs.message', text: '{"type":"asks"}' }]);
  assert.deepEqual(channel.posted, ['{"type":"tells"}']);
});

test('what is no text is not from us: counted and dropped', () => {
  const { events, counts, channel } = makePort();
  for (const data of [{ type: 'asks' }, null, 7, new ArrayBuffer(2)]) channel.receive(data);
  assert.deepEqual(events, []);
  assert.deepEqual(counts, Array(4).fill('tabs.foreign-message'));
});

test('a closed port has closed its channel, hears nothing and says nothing', () => {
  const { port, events, counts, channel } = makePort();
  port.close();
  assert.equal(channel.closed, true);
  channel.receive('late');
  channel.receive({});
  port.execute({ type: 'tabs.post', text: 'late' });
  assert.deepEqual([events, counts, channel.posted], [[], [], []]);
  port.close();
});

test('without BroadcastChannel there are no other tabs, and nothing fails', () => {
  const port = new TabsPort(() => assert.fail('nothing to report'), () => assert.fail('nothing to count'), undefined);
  port.execute({ type: 'tabs.post', text: 'x' });
  port.close();
});

test('a channel that may not be made is counted, and nothing fails', () => {
  const { port, counts } = makePort(() => {
    throw new DOMException('storage is forbidden', 'SecurityError');
  });
  port.execute({ type: 'tabs.post', text: 'x' });
  port.close();
  assert.deepEqual(counts, ['tabs.forbidden']);
});
