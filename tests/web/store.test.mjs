import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { invitationView, off, on, participantView, selfView } from './views.mjs';

const { store: { SnapshotStore, share } } = await importSource();

/** A store whose streams are one object for each source or track. */
function makeStore() {
  const known = new Map();
  const streamFor = (key) => known.get(key) ?? known.set(key, Object.create({ isStream: true })).get(key);
  const streams = {
    remote: ({ connection, slot }) => (slot === undefined ? null : streamFor(`${connection}/${slot}`)),
    local: (track) => (track === '' ? null : streamFor(track)),
  };
  return new SnapshotStore('me', { userId: 'me', fullname: 'Me' }, streams);
}

/** What crosses the bridge never shares objects with what crossed before. */
const crossing = (patch) => JSON.parse(JSON.stringify(patch));

function withTwo() {
  const store = makeStore();
  store.apply(crossing({
    participants: [participantView('ann'), participantView('bob', { cameraSource: { connection: 2, slot: 1 } })],
    order: ['ann', 'bob'],
    invitations: [invitationView('r1')],
  }));
  return store;
}

test('a new store shows nobody, everything off, and myself', () => {
  const snapshot = makeStore().getSnapshot();
  assert.equal(snapshot.phase, 'idle');
  assert.equal(snapshot.room, null);
  assert.equal(snapshot.error, null);
  assert.deepEqual(snapshot.signalling, { state: 'closed', error: null, retryAtMs: null });
  assert.equal(snapshot.self.userInfo.fullname, 'Me');
  assert.deepEqual(snapshot.self.camera, off);
  assert.deepEqual(snapshot.participants, []);
});

test('who speaks and how good a link is are shown; what the core leaves out is silence, and nothing known yet', () => {
  const store = withTwo();
  const shown = (name) => store.getSnapshot().participants.map((one) => one[name]);
  assert.equal(store.getSnapshot().self.speaking, false);
  assert.deepEqual([shown('speaking'), shown('quality'), shown('qualityCause')], [[false, false], [null, null], ['none', 'none']]);
  store.apply(crossing({
    self: selfView({ speaking: true }),
    participants: [participantView('ann', { speaking: true, quality: 0, qualityCause: 'loss' })],
  }));
  assert.equal(store.getSnapshot().self.speaking, true);
  assert.deepEqual([shown('speaking'), shown('quality'), shown('qualityCause')], [[true, false], [0, null], ['loss', 'none']]);
});

test('devices, and which of them are in use, stand in the snapshot and keep their identity', () => {
  const store = makeStore();
  assert.deepEqual([store.getSnapshot().devices, store.getSnapshot().self.devices], [[], { microphone: null, camera: null }]);
  const camera = { kind: 'camera', deviceId: 'c', label: 'Front' };
  store.apply(crossing({ devices: [camera], self: selfView({ cameraDevice: 'c' }) }));
  const before = store.getSnapshot();
  assert.deepEqual([before.devices, before.self.devices], [[camera], { microphone: null, camera: 'c' }]);
  store.apply(crossing({ devices: [camera, { kind: 'speaker', deviceId: '', label: '' }] }));
  assert.equal(store.getSnapshot().devices[0], before.devices[0]);
  assert.equal(store.getSnapshot().self, before.self);
});

test('a patch that brings nothing new yields the same snapshot and wakes nobody', () => {
  const store = withTwo();
  const before = store.getSnapshot();
  let woken = 0;
  store.subscribe(() => (woken += 1));
  store.apply(crossing({
    phase: 'idle',
    error: { code: 'none', detail: '' },
    signalling: { state: 'closed', error: { code: 'none', detail: '' }, retryAtMs: 0 },
    self: selfView(),
    participants: [participantView('ann')],
    order: ['ann', 'bob'],
    diagnostics: [],
  }));
  store.apply({});
  assert.equal(store.getSnapshot(), before);
  assert.equal(woken, 0);
});

test('a change of one participant leaves every other part identical', () => {
  const store = withTwo();
  const before = store.getSnapshot();
  store.apply(crossing({ participants: [participantView('ann', { camera: { state: 'off', reason: 'peer-off' } })] }));
  const after = store.getSnapshot();
  assert.notEqual(after, before);
  assert.notEqual(after.participants[0], before.participants[0]);
  assert.deepEqual(after.participants[0].camera, { state: 'off', reason: 'peer-off' });
  assert.equal(after.participants[0].userInfo, before.participants[0].userInfo);
  assert.equal(after.participants[0].streams, before.participants[0].streams);
  assert.equal(after.participants[0].microphone, before.participants[0].microphone);
  assert.equal(after.participants[1], before.participants[1]);
  assert.equal(after.self, before.self);
  assert.equal(after.signalling, before.signalling);
  assert.equal(after.diagnostics, before.diagnostics);
});

test('a change elsewhere keeps the list of participants identical', () => {
  const store = withTwo();
  const before = store.getSnapshot();
  store.apply({ phase: 'reconnecting' });
  assert.equal(store.getSnapshot().participants, before.participants);
});

test('who leaves disappears and the others keep their identity', () => {
  const store = withTwo();
  const [, bob] = store.getSnapshot().participants;
  store.apply({ order: ['bob'] });
  assert.equal(store.getSnapshot().participants.length, 1);
  assert.equal(store.getSnapshot().participants[0], bob);
});

test('who comes back is shown as the core now describes, not as before', () => {
  const store = withTwo();
  store.apply({ order: ['bob'] });
  store.apply(crossing({ participants: [participantView('ann', { connection: 'connecting' })], order: ['bob', 'ann'] }));
  const [bob, ann] = store.getSnapshot().participants;
  assert.deepEqual([bob.userId, ann.userId, ann.connection], ['bob', 'ann', 'connecting']);
});

test('whoever left is forgotten, so that nothing old piles up', () => {
  const store = withTwo();
  const [ann] = store.getSnapshot().participants;
  store.apply({ order: ['bob'] });
  store.apply({ order: ['bob', 'ann'] });
  assert.deepEqual(store.getSnapshot().participants.map(({ userId }) => userId), ['bob']);
  store.apply(crossing({ participants: [participantView('ann')], order: ['bob', 'ann'] }));
  assert.notEqual(store.getSnapshot().participants[1], ann);
});

test('streams are found by source, stay the same for the same source and change with it', () => {
  const store = withTwo();
  const [before] = store.getSnapshot().participants;
  assert.ok(before.streams.camera.isStream);
  assert.notEqual(before.streams.camera, before.streams.microphone);
  assert.equal(before.streams.screen, null);
  store.apply(crossing({ participants: [participantView('ann', { cameraSource: { connection: 3, slot: 1 } })] }));
  const [after] = store.getSnapshot().participants;
  assert.notEqual(after.streams.camera, before.streams.camera);
  assert.equal(after.streams.microphone, before.streams.microphone);
});

test('the own screen is shown, and has a stream', () => {
  const store = withTwo();
  assert.deepEqual(store.getSnapshot().self.screen, off);
  assert.equal(store.getSnapshot().self.streams.screen, null);
  store.apply({ self: selfView({ screen: on, screenTrack: 'screen-1' }) });
  const { self } = store.getSnapshot();
  assert.deepEqual(self.screen, on);
  assert.ok(self.streams.screen.isStream);
  assert.equal('screenTrack' in self, false);
});

test('sources and track names of the inside are not shown', () => {
  const store = withTwo();
  store.apply({ self: selfView({ camera: on, cameraTrack: 'video-1' }) });
  const { self, participants } = store.getSnapshot();
  assert.equal('cameraSource' in participants[0], false);
  assert.equal('cameraTrack' in self, false);
  assert.ok(self.streams.camera.isStream);
  assert.equal(self.streams.microphone, null);
});

test('a patch wakes each listener once, and a stopped one no more', () => {
  const store = makeStore();
  const seen = [];
  const stop = store.subscribe(() => seen.push(store.getSnapshot().phase));
  store.apply(crossing({ phase: 'joining', participants: [participantView('ann')], order: ['ann'], self: selfView() }));
  assert.deepEqual(seen, ['joining']);
  stop();
  stop();
  store.apply({ phase: 'joined' });
  assert.deepEqual(seen, ['joining']);
});

test('one function that subscribes twice is called twice and stopped one by one', () => {
  const store = makeStore();
  let calls = 0;
  const listener = () => (calls += 1);
  const stop = store.subscribe(listener);
  store.subscribe(listener);
  store.apply({ phase: 'joining' });
  assert.equal(calls, 2);
  stop();
  store.apply({ phase: 'joined' });
  assert.equal(calls, 3);
});

test('a listener that is stopped by another one is not called any more', () => {
  const store = makeStore();
  let called = false;
  store.subscribe(() => stop());
  const stop = store.subscribe(() => (called = true));
  store.apply({ phase: 'joining' });
  assert.equal(called, false);
});

test('a listener that throws stops nobody and becomes an uncaught error', (t) => {
  const store = makeStore();
  const thrown = [];
  t.mock.method(globalThis, 'queueMicrotask', (callback) => {
    try { callback(); } catch (error) { thrown.push(error.message); }
  });
  let heard = false;
  store.subscribe(() => { throw new Error('mistake of the page'); });
  store.subscribe(() => (heard = true));
  store.apply({ phase: 'joining' });
  assert.equal(heard, true);
  assert.deepEqual(thrown, ['mistake of the page']);
});

test('nothing in a snapshot can be changed from outside', () => {
  const store = withTwo();
  const snapshot = store.getSnapshot();
  const reachable = (value, path) => {
    if (typeof value !== 'object' || value === null || value.isStream) return;
    assert.ok(Object.isFrozen(value), `${path} is frozen`);
    for (const [key, inner] of Object.entries(value)) reachable(inner, `${path}.${key}`);
  };
  reachable(snapshot, 'snapshot');
});

test('what the core says with an empty value is null', () => {
  const store = makeStore();
  const room = { roomId: 'r', groupId: 'g', callType: 'video', joinedAtMs: 0 };
  store.apply({ room });
  assert.deepEqual(store.getSnapshot().room, { ...room, joinedAtMs: null });
  store.apply({ room: { ...room, joinedAtMs: 1_234 } });
  assert.equal(store.getSnapshot().room.joinedAtMs, 1_234);
  store.apply({ room: { roomId: '', groupId: '', callType: 'video', joinedAtMs: 0 } });
  assert.equal(store.getSnapshot().room, null);
});

test('invitations are shown as the core lists them, and each keeps its identity', () => {
  const store = makeStore();
  assert.deepEqual(store.getSnapshot().invitations, []);
  store.apply(crossing({ invitations: [invitationView('r1'), invitationView('r2')] }));
  const before = store.getSnapshot().invitations;
  assert.deepEqual(before.map(({ roomId }) => roomId), ['r1', 'r2']);
  assert.deepEqual(before[0], invitationView('r1'));
  store.apply(crossing({ invitations: [invitationView('r1'), invitationView('r2')] }));
  assert.equal(store.getSnapshot().invitations, before);
  store.apply(crossing({ invitations: [invitationView('r2'), invitationView('r3')] }));
  const after = store.getSnapshot().invitations;
  assert.equal(after[0], before[1], 'it moved up when the one before it ended');
  store.apply(crossing({ invitations: [invitationView('r2', { endsAtMs: 9 }), invitationView('r3')] }));
  assert.notEqual(store.getSnapshot().invitations[0], after[0]);
  assert.equal(store.getSnapshot().invitations[0].caller, after[0].caller);
  assert.equal(store.getSnapshot().invitations[1], after[1]);
  store.apply({ phase: 'joined' });
  assert.equal(store.getSnapshot().invitations.length, 2, 'a patch without them leaves them');
  store.apply({ invitations: [] });
  assert.deepEqual(store.getSnapshot().invitations, []);
});

test('errors come with their texts, and go with the code none', () => {
  const store = makeStore();
  store.apply({
    error: { code: 'not-a-member', detail: 'words of the server' },
    signalling: { state: 'waiting', error: { code: 'server-unreachable', detail: '' }, retryAtMs: 5_000 },
  });
  const { error, signalling } = store.getSnapshot();
  assert.equal(error.code, 'not-a-member');
  assert.equal(error.detail, 'words of the server');
  assert.match(error.message, /member/);
  assert.notEqual(error.remedy, '');
  assert.equal(signalling.error.code, 'server-unreachable');
  assert.equal(signalling.retryAtMs, 5_000);
  store.apply({ error: { code: 'none', detail: '' } });
  assert.equal(store.getSnapshot().error, null);
});

test('counters of the core and of the ports stand side by side', () => {
  const store = makeStore();
  store.apply({ diagnostics: [{ name: 'stale-answer', count: 2 }] });
  store.count('channel.binary-message');
  store.count('channel.binary-message');
  store.apply({ diagnostics: [{ name: 'stale-answer', count: 3 }] });
  assert.deepEqual(store.getSnapshot().diagnostics, { 'stale-answer': 3, 'channel.binary-message': 2 });
});

test('a failed engine leaves nobody in the call, and the reason', () => {
  const store = withTwo();
  store.apply({ phase: 'joined', diagnostics: [{ name: 'stale-answer', count: 1 }] });
  store.fail({ code: 'engine-failed', message: 'm', remedy: 'r', detail: 'd' });
  const snapshot = store.getSnapshot();
  assert.equal(snapshot.phase, 'idle');
  assert.deepEqual(snapshot.participants, []);
  assert.deepEqual(snapshot.invitations, []);
  assert.equal(snapshot.error.code, 'engine-failed');
  assert.equal(snapshot.self.userId, 'me');
  assert.deepEqual(snapshot.diagnostics, { 'stale-answer': 1 });
});

test('a participant whose info names __proto__ poisons nothing', () => {
  const store = makeStore();
  const view = participantView('eve', { userInfo: JSON.parse('{"__proto__":{"polluted":true},"fullname":"Eve"}') });
  store.apply({ participants: [view], order: ['eve'] });
  store.apply({ participants: [{ ...view, userInfo: JSON.parse('{"__proto__":{"polluted":1}}') }] });
  const [eve] = store.getSnapshot().participants;
  assert.equal({}.polluted, undefined);
  assert.equal(eve.userInfo.polluted, undefined);
});

test('share() tells an object from an array, and a missing member from an undefined one', () => {
  assert.deepEqual(share({ 0: 'a' }, ['a']), ['a']);
  const before = share(undefined, { a: undefined });
  assert.notEqual(share(before, { b: undefined }), before);
  assert.equal(share(before, { a: undefined }), before);
});

/** What the browser's timeline has of calls: `name from+duration`, in whole milliseconds. */
function timeline() {
  const ours = performance.getEntries().filter(({ name }) => name.startsWith('groupcall:'));
  const from = Math.min(...ours.map(({ startTime }) => startTime));
  return ours
    .map(({ entryType, name, startTime, duration }) => `${entryType} ${name} ${Math.round(startTime - from)}+${Math.round(duration)}`)
    .sort();
}
const timings = (steps) => ({ timings: Object.entries(steps).map(([name, count]) => ({ name, count })) });

test('steps of a join are shown, and stand in the timeline of the browser as marks and as measures from the join on', () => {
  const store = makeStore();
  assert.deepEqual(store.getSnapshot().timings, {});
  store.apply(timings({ join: 0 }));
  store.apply(timings({ joined: 90, 'offer-sent ann': 70 }));
  store.apply({ phase: 'joined' });
  assert.deepEqual(store.getSnapshot().timings, { join: 0, joined: 90, 'offer-sent ann': 70 });
  assert.deepEqual(timeline(), [
    'mark groupcall:join 0+0',
    'mark groupcall:joined 90+0',
    'mark groupcall:offer-sent ann 70+0',
    'measure groupcall:join 0+0',
    'measure groupcall:joined 0+90',
    'measure groupcall:offer-sent ann 0+70',
  ]);
  store.close();
});

test('a new join ends the steps of the last one, and the end of the call leaves nothing in the timeline', () => {
  const store = makeStore();
  store.apply(timings({ join: 0, 'offer-sent ann': 70 }));
  const first = store.getSnapshot();
  store.apply(timings({ join: 0 }));
  store.apply(timings({ online: 20 }));
  assert.deepEqual(store.getSnapshot().timings, { join: 0, online: 20 });
  assert.deepEqual(first.timings, { join: 0, 'offer-sent ann': 70 }, 'what was shown stays as it was');
  assert.deepEqual(timeline().filter((entry) => entry.startsWith('mark')), ['mark groupcall:join 0+0', 'mark groupcall:online 20+0']);
  store.close();
  assert.deepEqual(timeline(), []);
  assert.deepEqual(store.getSnapshot().timings, { join: 0, online: 20 });
});
