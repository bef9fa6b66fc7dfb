/** A store of the former client's shape, in step with a call. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { off, on } from './views.mjs';

const { call_store: { bindCallStore }, initial_snapshot: { initialSnapshot } } = await importSource();

/** As far as it is used. */
globalThis.MediaStream = class MediaStream {
  constructor(tracks) {
    this.tracks = [...tracks];
  }
  getTracks() {
    return this.tracks;
  }
};
let tracks = 0;
const streamOf = (kind) => new MediaStream([{ kind, id: `${kind}-${(tracks += 1)}`, enabled: true }]);

const loading = { state: 'loading', reason: 'connecting' };
const replacing = { state: 'replacing', reason: 'none' };
const failed = { state: 'error', reason: 'in-use' };
const ended = { state: 'ended', reason: 'stopped' };

const person = (userId, parts = {}) => ({
  userId,
  userInfo: { fullname: userId },
  microphone: on,
  camera: on,
  screen: off,
  streams: { camera: streamOf('video'), microphone: streamOf('audio'), screen: null },
  ...parts,
});

const ROOM = { roomId: 'r', groupId: 'g', callType: 'video', joinedAtMs: 5 };

class FakeCall {
  snapshot = initialSnapshot('me', { fullname: 'Me' });
  listeners = new Set();
  getSnapshot = () => this.snapshot;
  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  change(parts) {
    this.snapshot = { ...this.snapshot, ...parts };
    for (const listener of [...this.listeners]) listener();
  }
  changeSelf(parts) {
    this.change({ self: { ...this.snapshot.self, ...parts } });
  }
  changeOne(userId, parts) {
    this.change({ participants: this.snapshot.participants.map((one) => (one.userId === userId ? { ...one, ...parts } : one)) });
  }
}

/** Merges, as zustand does, and keeps what was written. */
class FakeStore {
  writes = [];
  constructor(state = {}) {
    this.state = state;
  }
  getState = () => this.state;
  setState = (partial) => {
    this.writes.push(partial);
    this.state = { ...this.state, ...partial };
  };
}

function bound(options) {
  const call = new FakeCall();
  const store = new FakeStore({ theme: 'dark' });
  const unbind = bindCallStore(call, store, options);
  return { call, store, unbind };
}

function inCall(options) {
  const all = bound(options);
  const [ann, bob] = [person('ann'), person('bob')];
  all.call.change({ phase: 'joined', room: ROOM, participants: [ann, bob] });
  all.store.writes.length = 0;
  return { ...all, ann, bob };
}

test('a call that is not joined is idle, and nothing else of the store is touched', () => {
  const { store } = bound();
  assert.deepEqual(store.state, {
    theme: 'dark', callState: 'idle', roomId: null, groupId: null, callType: null, participants: new Map(),
    localStream: null, isMuted: true, isVideoEnabled: false, isScreenSharing: false,
  });
  assert.equal(store.writes.length, 1);
  assert.equal('theme' in store.writes[0], false);
});

test('joining, joined, reconnecting and leaving, in the words of the store', () => {
  const { call, store } = bound();
  const seen = [];
  for (const phase of ['joining', 'joined', 'reconnecting', 'joined', 'leaving', 'idle']) {
    call.change({ phase, room: phase === 'idle' ? null : ROOM });
    seen.push([store.state.callState, store.state.roomId, store.state.participants.size]);
  }
  assert.deepEqual(seen, [
    ['connecting', 'r', 1], ['connected', 'r', 1], ['reconnecting', 'r', 1], ['connected', 'r', 1], ['idle', null, 0], ['idle', null, 0],
  ]);
});

test('everybody is there, oneself first, with what the former client showed', () => {
  const { store, ann } = inCall();
  const { participants, roomId, groupId, callType } = store.state;
  assert.deepEqual({ roomId, groupId, callType }, { roomId: 'r', groupId: 'g', callType: 'video' });
  assert.ok(participants instanceof Map);
  assert.deepEqual([...participants.keys()], ['me', 'ann', 'bob']);
  assert.deepEqual([...participants.values()].map(({ isLocal }) => isLocal), [true, false, false]);
  const { stream, ...rest } = participants.get('ann');
  assert.deepEqual(rest, { userId: 'ann', userInfo: { fullname: 'ann' }, tracks: { audio: true, video: true }, screenShareStream: null, isLocal: false });
  assert.deepEqual(stream.getTracks(), [...ann.streams.camera.getTracks(), ...ann.streams.microphone.getTracks()]);
});

test('one who changes is a new object in a new Map; the others, and every stream, stay', () => {
  const { call, store } = inCall();
  const before = store.state.participants;
  call.changeOne('ann', { microphone: off });
  const after = store.state.participants;
  assert.notEqual(after, before);
  assert.equal(after.get('bob'), before.get('bob'));
  assert.equal(after.get('me'), before.get('me'));
  assert.deepEqual(after.get('ann').tracks, { audio: false, video: true });
  assert.equal(after.get('ann').stream, before.get('ann').stream);
  assert.deepEqual(store.writes.map(Object.keys), [['participants']]);
});

test('what the store does not show writes nothing', () => {
  const { call, store } = inCall();
  call.changeOne('ann', { quality: 60, speaking: true });
  call.change({ diagnostics: { refused: 1 } });
  call.changeSelf({ speaking: true });
  assert.deepEqual(store.writes, []);
});

test('a track that comes or goes makes another stream, and only that one', () => {
  const { call, store, ann } = inCall();
  const before = store.state.participants;
  const camera = streamOf('video');
  call.changeOne('ann', { streams: { ...ann.streams, camera } });
  const { stream } = store.state.participants.get('ann');
  assert.notEqual(stream, before.get('ann').stream);
  assert.ok(stream.getTracks().includes(camera.getTracks()[0]));
  assert.equal(store.state.participants.get('bob').stream, before.get('bob').stream);
  call.changeOne('ann', { streams: { camera: null, microphone: null, screen: null } });
  assert.equal(store.state.participants.get('ann').stream, null);
});

test('the flags of the tracks: sound when it is on, a picture when there is one', () => {
  const { call, store } = inCall();
  const flags = (status) => {
    call.changeOne('ann', { microphone: status, camera: status });
    return store.state.participants.get('ann').tracks;
  };
  assert.deepEqual(flags(on), { audio: true, video: true });
  assert.deepEqual(flags(replacing), { audio: true, video: true });
  assert.deepEqual(flags(loading), { audio: true, video: false });
  for (const status of [off, failed, ended]) assert.deepEqual(flags(status), { audio: false, video: false });
});

test('a camera without a picture is not enabled, so that none stands still; one’s own is left alone', () => {
  const { call, store, ann } = inCall();
  const [track] = ann.streams.camera.getTracks();
  call.changeOne('ann', { camera: off });
  assert.equal(track.enabled, false);
  call.changeOne('ann', { camera: on });
  assert.equal(track.enabled, true);
  const own = streamOf('video');
  call.changeSelf({ camera: off, streams: { camera: own, microphone: null, screen: null } });
  assert.equal(own.getTracks()[0].enabled, true);
  assert.equal(store.state.participants.get('me').tracks.video, false);
});

test('one’s own media', () => {
  const { call, store } = inCall();
  const [camera, microphone, screen] = [streamOf('video'), streamOf('audio'), streamOf('video')];
  call.changeSelf({ microphone: on, camera: loading, streams: { camera: null, microphone, screen: null } });
  assert.deepEqual([store.state.isMuted, store.state.isVideoEnabled], [false, true]);
  assert.deepEqual(store.state.localStream.getTracks(), microphone.getTracks());
  call.changeSelf({ camera: on, streams: { camera, microphone, screen: null } });
  const { localStream } = store.state;
  assert.equal(localStream.getTracks().length, 2);
  assert.equal(store.state.participants.get('me').stream, localStream);
  call.changeSelf({ microphone: off, screen: on, streams: { camera, microphone, screen } });
  assert.deepEqual([store.state.isMuted, store.state.isScreenSharing], [true, true]);
  assert.equal(store.state.participants.get('me').screenShareStream, screen);
  assert.equal(store.state.localStream, localStream);
  call.changeSelf({ camera: failed, screen: ended });
  assert.deepEqual([store.state.isVideoEnabled, store.state.isScreenSharing], [false, false]);
});

test('a screen is there while it is shared', () => {
  const { call, store, bob } = inCall();
  const screen = streamOf('video');
  call.changeOne('bob', { screen: on, streams: { ...bob.streams, screen } });
  assert.equal(store.state.participants.get('bob').screenShareStream, screen);
  call.changeOne('bob', { screen: off });
  assert.equal(store.state.participants.get('bob').screenShareStream, null);
});

test('somebody who goes is gone, and comes back with another stream', () => {
  const { call, store, ann, bob } = inCall();
  const { stream } = store.state.participants.get('ann');
  call.change({ participants: [bob] });
  assert.deepEqual([...store.state.participants.keys()], ['me', 'bob']);
  call.change({ participants: [bob, ann] });
  assert.notEqual(store.state.participants.get('ann').stream, stream);
});

test('what the application wrote over is put right with the next change', () => {
  const { call, store } = inCall();
  store.setState({ isMuted: false, participants: new Map() });
  call.changeOne('ann', { microphone: off });
  assert.equal(store.state.isMuted, true);
  assert.equal(store.state.participants.size, 3);
});

test('without sound, where something else plays it: only of the others', () => {
  const { call, store } = inCall({ sound: false });
  assert.deepEqual(store.state.participants.get('ann').stream.getTracks().map(({ kind }) => kind), ['video']);
  call.changeSelf({ streams: { camera: null, microphone: streamOf('audio'), screen: null } });
  assert.equal(store.state.localStream.getTracks().length, 1);
});

test('a store with other names gets what it calls it', () => {
  const { call, store } = bound({ map: ({ participants, isMuted }, { error }) => ({ members: participants, muted: isMuted, problem: error?.code ?? null }) });
  call.change({ phase: 'joined', room: ROOM });
  assert.equal(store.state.members.size, 1);
  assert.equal('participants' in store.state, false);
  call.change({ error: { code: 'replaced' } });
  assert.equal(store.state.problem, 'replaced');
});

test('a listener of the store may change the call', () => {
  const call = new FakeCall();
  const store = new FakeStore();
  const { setState } = store;
  store.setState = (partial) => {
    setState(partial);
    if (partial.callState === 'connected') call.changeSelf({ microphone: on });
  };
  bindCallStore(call, store);
  call.change({ phase: 'joined', room: ROOM });
  assert.deepEqual([store.state.callState, store.state.isMuted], ['connected', false]);
});

test('the end: nothing is followed any more, the store says that there is no call, tracks are as they came', () => {
  const { call, store, unbind, ann } = inCall();
  call.changeSelf({ microphone: on });
  call.changeOne('ann', { camera: off });
  unbind();
  assert.deepEqual([store.state.callState, store.state.participants.size, store.state.localStream, store.state.isMuted], ['idle', 0, null, true]);
  assert.equal(ann.streams.camera.getTracks()[0].enabled, true);
  assert.equal(call.listeners.size, 0);
  const { length } = store.writes;
  unbind();
  assert.equal(store.writes.length, length);
});
