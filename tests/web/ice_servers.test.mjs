import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeClock, settled } from './fakes.mjs';

const { ice_servers: { IceServers } } = await importSource();

const turn = (name) => [{ urls: `turn:${name}`, username: 'u', credential: 'c' }];

function make(option, tryServers = () => {}) {
  const counts = [];
  const clock = new FakeClock();
  return { servers: new IceServers(option, (name) => counts.push(name), clock, tryServers), counts, clock };
}

/** Runs `act` with the page's warnings caught; returns them. */
async function warnings(act) {
  const { warn } = console;
  const caught = [];
  console.warn = (...given) => caught.push(given.join(' '));
  try {
    await act();
  } finally {
    console.warn = warn;
  }
  return caught;
}

test('a fixed list is known at once, and nobody waits for it', () => {
  const { servers } = make(turn('a'));
  assert.deepEqual(servers.latest, turn('a'));
  assert.equal(servers.fresh(), null);
});

test('a function is asked when servers are needed, not before', async () => {
  let asked = 0;
  const { servers, clock } = make(async () => turn(String((asked += 1))));
  assert.equal(asked, 0);
  assert.deepEqual(servers.latest, []);
  const fresh = servers.fresh();
  assert.deepEqual(await fresh, turn('1'));
  assert.deepEqual(servers.latest, turn('1'));
  assert.deepEqual(clock.timers, [], 'its deadline is cancelled');
});

test('those who need servers at the same time, or within 10 s, share an answer', async () => {
  let asked = 0;
  const { servers, clock } = make(() => turn(String((asked += 1))));
  assert.deepEqual(await Promise.all([servers.fresh(), servers.fresh()]), [turn('1'), turn('1')]);
  clock.advance(9_999);
  assert.deepEqual(await servers.fresh(), turn('1'));
  clock.advance(1);
  assert.deepEqual(await servers.fresh(), turn('2'));
});

for (const [how, ask] of [
  ['throws', () => { throw new Error('no'); }],
  ['rejects', async () => { throw new Error('no'); }],
  ['gives no list', () => ({ urls: 'turn:x' })],
]) {
  test(`a function that ${how} leaves the servers known before, is counted, and is asked again`, async () => {
    let bad = false;
    const { servers, counts, clock } = make(() => (bad ? ask() : turn('good')));
    await servers.fresh();
    bad = true;
    clock.advance(10_000);
    const told = await warnings(async () => assert.deepEqual(await servers.fresh(), turn('good')));
    assert.equal(told.length, 1);
    assert.deepEqual(counts, ['ice-servers.failed']);
    bad = false;
    assert.deepEqual(await servers.fresh(), turn('good'));
  });
}

test('servers that no connection can be made with are a failure of the function', async () => {
  const tried = [];
  const { servers, counts, clock } = make(() => turn(tried.length === 0 ? 'good' : 'bad'), (list) => {
    tried.push(list[0].urls);
    if (list[0].urls === 'turn:bad') throw new DOMException('no password', 'InvalidAccessError');
  });
  assert.deepEqual(await servers.fresh(), turn('good'));
  clock.advance(10_000);
  const told = await warnings(async () => assert.deepEqual(await servers.fresh(), turn('good')));
  assert.match(told[0], /no password/);
  assert.deepEqual(tried, ['turn:good', 'turn:bad']);
  assert.deepEqual(counts, ['ice-servers.failed']);
});

test('a function that does not answer within 5 s is not waited for any longer', async () => {
  const { servers, counts, clock } = make(() => new Promise(() => {}));
  let answer;
  const told = await warnings(async () => {
    const fresh = servers.fresh().then((list) => { answer = list; });
    await settled();
    assert.equal(answer, undefined);
    assert.equal(clock.timers[0].delayMs, 5_000);
    clock.fire();
    await fresh;
  });
  assert.deepEqual(answer, []);
  assert.match(told[0], /no answer within 5000 ms/);
  assert.deepEqual(counts, ['ice-servers.failed']);
});
