/** What each hook gives, and that a component renders when what it gets has changed, and only then. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement as h, memo, useState } from 'react';

import { off, on } from './views.mjs';
import { openReactPage } from './react_page.mjs';

const {
  act, mount, making, GroupCallProvider,
  useCallActions, useCallEvent, useCallSelector, useDevices, useGroupCall, useInvitations, useLocalMedia,
  useParticipant, useParticipantIds, useParticipants, usePicture, usePlayback,
} = await openReactPage();

const OPTIONS = { self: { userId: 'me', fullname: 'Me' }, signalling: { url: 'https://chat.example' } };
const provide = (...children) => h(GroupCallProvider, { options: OPTIONS }, ...children);

const participant = (userId, parts = {}) => ({
  userId,
  userInfo: { fullname: userId },
  connection: 'connected',
  connectionReason: 'none',
  signalling: 'present',
  olderClient: false,
  microphone: on,
  camera: on,
  screen: off,
  streams: { camera: null, microphone: null, screen: null },
  speaking: false,
  quality: null,
  qualityCause: 'none',
  ...parts,
});

const change = (parts) => act(async () => making.last.change(parts));
const changeSelf = (parts) => change({ self: { ...making.last.getSnapshot().self, ...parts } });
/** One of them changes, the others stay what they are, as in the store. */
const changeOne = (userId, parts) =>
  change({ participants: making.last.getSnapshot().participants.map((one) => (one.userId === userId ? { ...one, ...parts } : one)) });

/** A component that notes each of its renders, and what the hook gave. */
function observer(use) {
  const given = [];
  const Observer = memo(function Observer(props) {
    given.push(use(props));
    return null;
  });
  return { Observer, given, get renders() { return given.length; }, get last() { return given.at(-1); } };
}

test('nine tiles, of which one speaks 20 times: no other one renders', async () => {
  const ids = Array.from({ length: 9 }, (_, index) => `user-${index}`);
  const tiles = new Map(ids.map((userId) => [userId, observer(() => useParticipant(userId))]));
  const list = observer(() => useParticipantIds());
  const call = observer(() => useGroupCall());
  const all = [...tiles.values(), list, call];
  await mount(provide(...all.map(({ Observer }, key) => h(Observer, { key }))));
  await change({ phase: 'joined', participants: ids.map((userId) => participant(userId)) });
  const before = all.map(({ renders }) => renders);
  for (let turn = 0; turn < 20; turn += 1) await changeOne('user-4', { speaking: turn % 2 === 0 });
  const rendered = all.map(({ renders }, index) => renders - before[index]);
  assert.deepEqual(rendered, [0, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0]);
  assert.equal(tiles.get('user-4').last.speaking, false);
});

test('useParticipants() renders at each change, useParticipantIds() when somebody comes or goes', async () => {
  const everybody = observer(() => useParticipants());
  const ids = observer(() => useParticipantIds());
  await mount(provide(h(everybody.Observer), h(ids.Observer)));
  await change({ participants: [participant('ann'), participant('bob')] });
  const before = [everybody.renders, ids.renders];
  await changeOne('ann', { quality: 80 });
  assert.deepEqual([everybody.renders - before[0], ids.renders - before[1]], [1, 0]);
  await change({ participants: making.last.getSnapshot().participants.slice(1) });
  assert.deepEqual([everybody.renders - before[0], ids.renders - before[1]], [2, 1]);
  assert.deepEqual(ids.last, ['bob']);
});

test('useParticipant() finds oneself, too, and nobody once they are gone', async () => {
  const ann = observer(() => useParticipant('ann'));
  const me = observer(() => useParticipant('me'));
  await mount(provide(h(ann.Observer), h(me.Observer)));
  assert.equal(me.last.userInfo.fullname, 'Me');
  assert.equal(ann.last, undefined);
  await change({ participants: [participant('ann')] });
  assert.equal(ann.last.userId, 'ann');
  await change({ participants: [] });
  assert.equal(ann.last, undefined);
});

test('a selector may be another function at each render: what equals keeps its identity', async () => {
  let renderAgain;
  const given = [];
  function Picky() {
    renderAgain = useState(0)[1];
    given.push(useCallSelector(({ participants }) => participants.filter(({ speaking }) => speaking).map(({ userId }) => userId), sameIds));
    return null;
  }
  const sameIds = (one, other) => one.join() === other.join();
  await mount(provide(h(Picky)), { strict: true });
  await change({ participants: [participant('ann', { speaking: true }), participant('bob')] });
  assert.deepEqual(given.at(-1), ['ann']);
  const before = given.length;
  await changeOne('bob', { quality: 50 });
  assert.equal(given.length, before, 'not rendered');
  const last = given.at(-1);
  await act(async () => renderAgain(1));
  assert.ok(given.length > before);
  assert.equal(given.at(-1), last);
});

test('useGroupCall() stays the same object until the call has got somewhere, and so do the actions', async () => {
  const call = observer(() => useGroupCall());
  const actions = observer(() => useCallActions());
  await mount(provide(h(call.Observer), h(actions.Observer)));
  const before = [call.renders, actions.renders];
  await change({ diagnostics: { 'frame.refused': 1 } });
  await changeSelf({ speaking: true });
  assert.deepEqual([call.renders, actions.renders], before);
  await change({ phase: 'reconnecting', signalling: { state: 'waiting', error: null, retryAtMs: 5 } });
  assert.equal(call.last.phase, 'reconnecting');
  assert.equal(call.last.signalling.retryAtMs, 5);
  assert.equal(call.last.join, actions.last.join);
  assert.equal(actions.renders, before[1]);
});

test('every action reaches the call with what it was given', async () => {
  const { Observer, given } = observer(() => useCallActions());
  await mount(provide(h(Observer)));
  const [actions] = given;
  const room = { roomId: 'r', groupId: 'g', callType: 'voice' };
  await act(async () => {
    actions.join(room);
    actions.setMicrophone(false);
    actions.setCamera(true);
    actions.setDevice('camera', 'c1');
    actions.setScreenShare(true, { audio: true });
    actions.setView('ann', { width: 320, height: 180 });
    actions.send({ text: 'hi', to: 'ann' });
    actions.connect();
    actions.takeOver();
    actions.declineInvitation('r2');
    actions.disconnect();
  });
  await act(async () => actions.leave());
  assert.deepEqual(making.last.log, [
    ['join', room], ['setMicrophone', false], ['setCamera', true], ['setDevice', 'camera', 'c1'],
    ['setScreenShare', true, { audio: true }], ['setView', 'ann', { width: 320, height: 180 }], ['send', { text: 'hi', to: 'ann' }], ['connect'], ['takeOver'],
    ['declineInvitation', 'r2'], ['disconnect'], ['leave'],
  ]);
});

test('useLocalMedia() tells of one’s own devices, not of the others, and switches them', async () => {
  const media = observer(() => useLocalMedia());
  await mount(provide(h(media.Observer)));
  const before = media.renders;
  await change({ participants: [participant('ann')] });
  await changeSelf({ speaking: true });
  assert.equal(media.renders, before);
  await changeSelf({ camera: { state: 'error', reason: 'in-use' }, deviceError: 'NotReadableError' });
  assert.equal(media.renders, before + 1);
  assert.deepEqual([media.last.camera.reason, media.last.deviceError], ['in-use', 'NotReadableError']);
  media.last.setCamera(true);
  assert.deepEqual(making.last.log.at(-1), ['setCamera', true]);
});

const DEVICES = [
  { kind: 'microphone', deviceId: 'm1', label: 'Headset' },
  { kind: 'camera', deviceId: 'c1', label: 'Webcam' },
  { kind: 'camera', deviceId: 'c2', label: 'Telescope' },
  { kind: 'speaker', deviceId: 's1', label: 'Headset' },
];

test('useDevices() sorts them, tells which are in use, and chooses', async (t) => {
  const tried = [];
  t.mock.method(window.HTMLMediaElement.prototype, 'play', async () => {});
  window.HTMLMediaElement.prototype.setSinkId = async (deviceId) => {
    tried.push(deviceId);
    if (deviceId === 'gone') throw new DOMException('no such device', 'NotFoundError');
  };
  t.after(() => delete window.HTMLMediaElement.prototype.setSinkId);
  const devices = observer(() => useDevices());
  await mount(provide(h(devices.Observer)));
  await change({ devices: DEVICES });
  await changeSelf({ devices: { microphone: 'm1', camera: 'c2' } });
  assert.deepEqual(devices.last.cameras.map(({ label }) => label), ['Webcam', 'Telescope']);
  assert.deepEqual([devices.last.microphones.length, devices.last.speakers.length], [1, 1]);
  assert.deepEqual(devices.last.selected, { microphone: 'm1', camera: 'c2', speaker: '' });
  const before = devices.renders;
  await changeSelf({ speaking: true });
  assert.equal(devices.renders, before);

  await devices.last.select('camera', 'c1');
  assert.deepEqual(making.last.log.at(-1), ['setDevice', 'camera', 'c1']);
  await act(async () => devices.last.select('speaker', 's1'));
  assert.equal(devices.last.selected.speaker, 's1');
  await assert.rejects(devices.last.select('speaker', 'gone'), { name: 'NotFoundError' });
  assert.equal(devices.last.selected.speaker, 's1');
  assert.deepEqual(tried, ['s1', 'gone']);
});

test('usePlayback() tells when the browser waits for a click, and goes on after it', async () => {
  let allowed = false;
  window.HTMLMediaElement.prototype.play = async () => {
    if (!allowed) throw new DOMException('press something', 'NotAllowedError');
  };
  const sound = observer(() => usePlayback());
  await mount(provide(h(sound.Observer)));
  assert.equal(sound.last.needsGesture, false);
  await change({ participants: [participant('ann', { streams: { camera: null, microphone: { name: 'voice' }, screen: null } })] });
  assert.equal(sound.last.needsGesture, true);
  allowed = true;
  Object.defineProperty(window.HTMLMediaElement.prototype, 'paused', { value: false, configurable: true });
  await act(async () => sound.last.resume());
  assert.equal(sound.last.needsGesture, false);
  assert.throws(() => sound.last.setVolume('ann', 2), RangeError);
  sound.last.setVolume('ann', 0.5);
  window.HTMLMediaElement.prototype.play = async () => {};
});

test('a volume that is set before there is a call is kept for it', async (t) => {
  making.held = true;
  const volumes = [];
  t.mock.method(window.HTMLMediaElement.prototype, 'play', async function play() { volumes.push(this.volume); });
  const sound = observer(() => usePlayback());
  await mount(provide(h(sound.Observer)));
  sound.last.setVolume('ann', 0.25);
  await act(async () => making.arrive());
  await change({ participants: [participant('ann', { streams: { camera: null, microphone: { name: 'voice' }, screen: null } })] });
  assert.deepEqual(volumes, [0.25]);
});

test('useCallEvent() hears while it is mounted, with the newest listener, once, also in StrictMode', async () => {
  const heard = [];
  const Listener = ({ name }) => {
    useCallEvent('message', ({ text }) => heard.push(`${name}: ${text}`));
    return null;
  };
  const page = await mount(provide(h(Listener, { name: 'one' })), { strict: true });
  making.last.emit('message', { text: 'a' });
  await page.render(provide(h(Listener, { name: 'two' })));
  making.last.emit('message', { text: 'b' });
  await page.render(provide(null));
  making.last.emit('message', { text: 'c' });
  assert.deepEqual(heard, ['one: a', 'two: b']);
});

test('a listener that is gone before there is a call hears nothing of it', async () => {
  making.held = true;
  const heard = [];
  const Listener = () => {
    useCallEvent('messagesDrained', () => heard.push('drained'));
    return null;
  };
  const page = await mount(provide(h(Listener)), { strict: true });
  await page.render(provide(null));
  await act(async () => making.arrive());
  making.last.emit('messagesDrained');
  assert.deepEqual(heard, []);
});

test('useInvitations() tells what rings', async () => {
  const ringing = observer(() => useInvitations());
  await mount(provide(h(ringing.Observer)));
  const invitation = { roomId: 'r', groupId: 'g', callType: 'voice', caller: {}, groupName: 'Choir', endsAtMs: 9 };
  await change({ invitations: [invitation] });
  assert.deepEqual(ringing.last, [invitation]);
});

test('usePicture() shows while there is a picture, also in a <video> that comes later, goes, or changes sides', async () => {
  const streams = { ann: { name: 'ann' }, bob: { name: 'bob' } };
  const Picture = ({ userId, shown = true }) => {
    const ref = usePicture(userId, 'camera');
    return shown ? h('video', { ref }) : null;
  };
  const page = await mount(provide(h(Picture, { userId: 'ann', shown: false })), { strict: true });
  const video = () => page.place.querySelector('video');
  await change({ participants: Object.entries(streams).map(([userId, camera]) => participant(userId, { streams: { camera, microphone: null, screen: null } })) });
  await page.render(provide(h(Picture, { userId: 'ann' })));
  assert.equal(video().srcObject, streams.ann);
  assert.equal(video().muted, true);
  await page.render(provide(h(Picture, { userId: 'bob' })));
  assert.equal(video().srcObject, streams.bob);
  await changeOne('bob', { camera: off });
  assert.equal(video().srcObject, null);
  await changeOne('bob', { camera: on });
  const former = video();
  await page.render(provide(h(Picture, { userId: 'bob', shown: false })));
  assert.equal(former.srcObject, null, 'what was taken off the page plays on');
});
