// The flight record that a page keeps without being asked: what is in the file that it gives, and what is not any more.
// tools/test replays these files beside all others.

import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';

import { callTest } from './call_pages.mjs';

const MESSAGES = ['Meet me at the Old Mill, "8 pm"', 'My number is 0170 555 0199\nbye'];
const PRIVATE = {
  self: { userId: 'alice.of.wonderland', fullname: 'Alice Liddell', profilePic: 'https://pictures.example.org/alice.png', homeTown: 'Oxford', phone: 44_186_555 },
  query: { session: 't0p-s3cret-query' },
  auth: { jwt: 'eyJhbGciOi.t0p-s3cret' },
};
const ROOM = { roomId: 'room-of-the-red-queen', groupId: 'group-of-hatters' };

const readLines = (file) => gunzipSync(file).toString('utf8').trim().split('\n').map((line) => JSON.parse(line));

/** What is private in a record, by kind, found by looking for it as somebody would who wants it. */
function findPrivate(lines) {
  const found = { address: new Set(), fingerprint: new Set(), ufrag: new Set(), password: new Set(), label: new Set(), device: new Set(), session: new Set(), cname: new Set(), stream: new Set() };
  const collect = (kind, text, pattern) => {
    for (const [, match] of text.matchAll(pattern)) found[kind].add(match);
  };
  const walk = (value) => {
    if (typeof value === 'object' && value !== null) return Object.values(value).forEach(walk);
    if (typeof value !== 'string') return;
    if (/^[[{]|^42/.test(value)) {
      try {
        walk(JSON.parse(value.replace(/^42/, '')));
      } catch {
        // Not JSON after all: looked at as text below.
      }
    }
    collect('address', value, /candidate:\S+ \d+ \w+ \d+ (\S+) \d+ typ/g);
    collect('address', value, /raddr (\S+)/g);
    collect('address', value, /^c=IN IP[46] (\S+)/gm);
    collect('fingerprint', value, /a=fingerprint:\S+ (\S+)/g);
    collect('ufrag', value, /a=ice-ufrag:(\S+)/g);
    collect('password', value, /a=ice-pwd:(\S+)/g);
    collect('session', value, /^o=\S+ (\d{9,})/gm);
    collect('cname', value, /cname:(\S+)/g);
    collect('stream', value, /a=msid:\S+ (\S{9,})/g);
  };
  walk(lines);
  for (const [, event] of lines.slice(1)) {
    for (const { deviceId, label } of event?.devices ?? []) {
      if (deviceId.length > 9) found.device.add(deviceId);
      if (label !== '') found.label.add(label);
    }
  }
  for (const nobodys of ['0.0.0.0', '127.0.0.1', '::']) found.address.delete(nobodys);
  return found;
}

callTest('a record that leaves the page holds nothing that is private, and still replays', { machines: ['away'] }, async (stage) => {
  const { self, query, auth } = PRIVATE;
  const alice = await stage.openModulePage(self.userId, { options: { self, signalling: { url: stage.url, query, auth } } });
  const bob = await stage.openModulePage('bob.the.builder', { on: 'away' });
  for (const page of [alice, bob]) await page.joinOrFail(ROOM);
  await Promise.all([alice.untilFlowing(['bob.the.builder']), bob.untilFlowing([self.userId])]);
  await alice.evaluate((texts) => Promise.all(texts.map((text) => callPage.call.send({ text }))), MESSAGES);
  await bob.until('both messages', (page) => page.messages.length === 2);

  for (const page of [alice, bob]) {
    const original = readLines(await page.exportRecord({ redact: false }, `exported-whole-${page.name}`));
    const startedAt = performance.now();
    const file = await page.exportRecord({}, `exported-redacted-${page.name}`);
    stage.measure(`${page.name}: redacted in`, performance.now() - startedAt);
    stage.measure(`${page.name}: events`, original.length - 1, '');
    stage.measure(`${page.name}: exported`, file.length, 'bytes');
    const text = gunzipSync(file).toString('utf8');

    const found = findPrivate(original);
    for (const [kind, values] of Object.entries(found)) {
      assert.ok(values.size > 0, `the original holds a ${kind}`);
      for (const value of values) assert.ok(!text.includes(value), `${kind} ${value} is in the record of ${page.name}`);
    }
    const known = [
      self.userId, self.fullname, 'Liddell', self.profilePic, 'pictures.example', 'Oxford', 'homeTown', '44186555', 'bob.the.builder', 'Bob.the.builder',
      query.session, 's3cret', auth.jwt, 'jwt', ROOM.roomId, ROOM.groupId, 'hatters', new URL(stage.url).hostname, 'Old Mill', '0170 555 0199',
    ];
    for (const value of known) assert.ok(!text.includes(value), `${value} is in the record of ${page.name}`);
    assert.ok(JSON.stringify(original).includes(ROOM.roomId), 'which the original has');

    const redacted = readLines(file);
    assert.equal(redacted[0].groupcall, 'record');
    assert.match(redacted[0].build, /^\d+\.\d+\.\d+\+[0-9a-f]{12}$/);
    // What happened while the first file was made is in the second one alone.
    assert.ok(redacted.length >= original.length);
    original.slice(1).forEach(([now, { type }, hash], index) => {
      const [sameNow, event, newHash] = redacted[index + 1];
      assert.deepEqual([sameNow, event.type], [now, type]);
      for (const digits of [hash, newHash]) assert.match(digits, /^[0-9a-f]{16}$/);
    });
  }
});

callTest('a call that has ended can still be told', {}, async (stage) => {
  const [alice] = await stage.joinAll(['alice', 'bob']);
  await alice.untilFlowing(['bob']);
  await alice.dispose();
  const lines = readLines(await alice.exportRecord({}, 'exported-after-the-end'));
  assert.equal(lines.at(-1)[1].type, 'call.dispose');
});
