import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeMediaDevices, FakeMediaStream, FakeTrack, settled } from './fakes.mjs';

globalThis.MediaStream = FakeMediaStream;
const { media: { MediaPort } } = await importSource();

const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** As the browser sees it: a member that is undefined is none. */
const plain = (constraints) => JSON.parse(JSON.stringify(constraints));

function makePort(devices = new FakeMediaDevices(), extras) {
  const events = [];
  const port = new MediaPort((event) => events.push(event), () => devices, extras);
  return { port, events, devices };
}

const acquire = (members = {}) => ({ type: 'media.acquire', op: 5, microphone: true, camera: true, ...members });

async function withTracks() {
  const made = makePort();
  const audio = new FakeTrack('audio');
  const video = new FakeTrack('video');
  made.port.execute(acquire());
  made.devices.requests[0].resolve(new FakeMediaStream([audio, video]));
  await settled();
  return { ...made, audio, video };
}

test('what is acquired is reported with its device', async () => {
  const { events, audio, video } = await withTracks();
  assert.deepEqual(events, [{
    type: 'media.acquired',
    op: 5,
    microphone: { track: audio.id, deviceId: 'device-audio', label: 'Fake audio' },
    camera: { track: video.id, deviceId: 'device-video', label: 'Fake video' },
  }]);
});

test('constraints are passed on as the page gave them, and only for what is wanted', () => {
  const { port, devices } = makePort();
  port.execute(acquire({ audioConstraints: '{"echoCancellation":false}', videoConstraints: '{"width":640,"facingMode":"user"}' }));
  port.execute(acquire({ camera: false, audioConstraints: '{"deviceId":"m","groupId":"g"}', videoConstraints: '{"width":640}' }));
  assert.deepEqual(devices.requests.map(({ constraints }) => plain(constraints)), [
    { audio: { ...SOUND, echoCancellation: false }, video: { width: 640, facingMode: 'user' } },
    { audio: { ...SOUND, deviceId: 'm', groupId: 'g' }, video: false },
  ]);
});

test('what the page leaves open is 720p at 30 frames, and sound without echo', () => {
  const { port, devices } = makePort();
  port.execute(acquire({ videoConstraints: '{"frameRate":15}' }));
  assert.deepEqual(plain(devices.requests[0].constraints), { audio: SOUND, video: { ...PICTURE, frameRate: 15 } });
});

test('a device that is asked for by id is that one, and any device is none that the page names', () => {
  const { port, devices } = makePort();
  const named = '{"deviceId":{"exact":"old"},"groupId":"g","width":640}';
  port.execute(acquire({ microphone: false, videoConstraints: named, device: 'new' }));
  port.execute(acquire({ microphone: false, videoConstraints: named, anyDevice: true }));
  assert.deepEqual(devices.requests.map(({ constraints }) => plain(constraints.video)), [
    { width: 640, deviceId: { exact: 'new' } },
    { width: 640 },
  ]);
});

test('the device of the last time is preferred where nothing names one', async () => {
  const { port, devices } = makePort(undefined, { memory: { find: async () => ({ camera: 'c', microphone: 'm' }) } });
  port.execute(acquire({ audioConstraints: '{"deviceId":"named"}' }));
  port.execute(acquire({ microphone: false, device: 'chosen' }));
  port.execute(acquire({ microphone: false, anyDevice: true }));
  await settled();
  assert.deepEqual(devices.requests.map(({ constraints: { audio, video } }) => [audio?.deviceId, video.deviceId]), [
    ['named', 'c'],
    [undefined, { exact: 'chosen' }],
    [undefined, undefined],
  ]);
});

test('only what came is reported', async () => {
  const { port, events, devices } = makePort();
  port.execute(acquire({ camera: false }));
  devices.requests[0].resolve(new FakeMediaStream([new FakeTrack('audio', { id: 'a', deviceId: '' })]));
  await settled();
  assert.deepEqual(events, [{ type: 'media.acquired', op: 5, microphone: { track: 'a', label: 'Fake audio' } }]);
});

test('a refusal is reported by the name of its exception', async () => {
  const { port, events, devices } = makePort();
  port.execute(acquire());
  devices.requests[0].reject(new DOMException('Permission denied', 'NotAllowedError'));
  await settled();
  assert.deepEqual(events, [{ type: 'media.failed', op: 5, name: 'NotAllowedError', message: 'Permission denied' }]);
});

test('constraints that are no JSON fail as a refusal does', async () => {
  const { port, events } = makePort();
  port.execute(acquire({ videoConstraints: '{' }));
  await settled();
  assert.equal(events[0].type, 'media.failed');
  assert.equal(events[0].name, 'SyntaxError');
});

test('a page without mediaDevices is an insecure one', async () => {
  const { port, events } = makePort(undefined);
  const insecure = new MediaPort((event) => events.push(event), () => undefined);
  port.close();
  insecure.execute(acquire());
  await settled();
  assert.equal(events[0].name, 'SecurityError');
});

test('muting and stopping find the track by its id', async () => {
  const { port, audio, video } = await withTracks();
  port.execute({ type: 'media.enable', track: audio.id, enabled: false });
  assert.equal(audio.enabled, false);
  assert.equal(video.enabled, true);
  port.execute({ type: 'media.stop', track: video.id });
  assert.equal(video.stopped, true);
  assert.equal(port.track(video.id), null);
  assert.equal(port.stream(video.id), null);
  assert.equal(port.track(audio.id), audio);
  port.execute({ type: 'media.stop', track: 'unknown' });
});

test('each track has a stream of its own, always the same', async () => {
  const { port, audio, video } = await withTracks();
  assert.deepEqual(port.stream(video.id).getTracks(), [video]);
  assert.equal(port.stream(video.id), port.stream(video.id));
  assert.notEqual(port.stream(video.id), port.stream(audio.id));
});

test('a track that ends by itself is reported, released and forgotten', async () => {
  const { port, events, video } = await withTracks();
  video.end();
  assert.deepEqual(events.at(-1), { type: 'media.trackEnded', track: video.id });
  assert.equal(port.track(video.id), null);
});

test('a track that was stopped is never reported as ended', async () => {
  const { port, events, video } = await withTracks();
  port.execute({ type: 'media.stop', track: video.id });
  video.end();
  assert.equal(events.length, 1);
});

test('devices that open after closing are released at once, and not reported', async () => {
  const { port, events, devices } = makePort();
  port.execute(acquire());
  port.close();
  const tracks = [new FakeTrack('audio'), new FakeTrack('video')];
  devices.requests[0].resolve(new FakeMediaStream(tracks));
  await settled();
  assert.deepEqual(tracks.map(({ stopped }) => stopped), [true, true]);
  assert.deepEqual(events, []);
});

test('a refusal after closing is not reported', async () => {
  const { port, events, devices } = makePort();
  port.execute(acquire());
  port.close();
  devices.requests[0].reject(new DOMException('', 'NotAllowedError'));
  await settled();
  assert.deepEqual(events, []);
});

test('closing stops every track', async () => {
  const { port, audio, video } = await withTracks();
  port.close();
  assert.deepEqual([audio.stopped, video.stopped], [true, true]);
});

test('a page that may not use a kind of device is told apart from a person who says no', async () => {
  const allows = (kind) => kind !== 'camera';
  const { port, events, devices } = makePort(undefined, { allows });
  const deny = async (command) => {
    port.execute(command);
    devices.requests.at(-1).reject(new DOMException('Permission denied', 'NotAllowedError'));
    await settled();
    return events.at(-1).message;
  };
  assert.equal(await deny(acquire()), 'Permission denied by policy');
  assert.equal(await deny(acquire({ microphone: false })), 'Permission denied by policy');
  assert.equal(await deny(acquire({ camera: false })), 'Permission denied');
});

test('the devices are looked at once there are names to tell', async () => {
  let looks = 0;
  let closed = false;
  const watch = { look: async () => (looks += 1), close: () => (closed = true) };
  const { port, devices } = makePort(undefined, { watch });
  port.execute(acquire());
  devices.requests[0].reject(new DOMException('', 'NotAllowedError'));
  await settled();
  assert.equal(looks, 0);
  port.execute(acquire());
  devices.requests[1].resolve(new FakeMediaStream([new FakeTrack('audio')]));
  await settled();
  assert.equal(looks, 1);
  port.close();
  assert.equal(closed, true);
});

test('an application that opens devices itself is asked instead of the browser, and its tracks are stopped as any', async () => {
  const own = new FakeTrack('video', { deviceId: '' });
  const asked = [];
  const open = async (constraints) => {
    asked.push(plain(constraints));
    return new FakeMediaStream([own]);
  };
  const { port, events, devices } = makePort(undefined, { open });
  port.execute(acquire({ microphone: false, device: 'c2' }));
  await settled();
  assert.deepEqual(asked, [{ audio: false, video: { ...PICTURE, deviceId: { exact: 'c2' } } }]);
  assert.deepEqual(devices.requests, []);
  assert.deepEqual(events, [{ type: 'media.acquired', op: 5, camera: { track: own.id, label: 'Fake video' } }]);
  port.execute({ type: 'media.stop', track: own.id });
  assert.equal(own.stopped, true);
});

// ---- the screen ----

const acquireScreen = (members = {}) => ({ type: 'media.acquireScreen', op: 6, audio: true, ...members });

test('the screen is asked for before the command returns, or the click would be over', () => {
  const { port, devices } = makePort();
  port.execute(acquireScreen());
  assert.equal(devices.requests.length, 1);
  assert.equal(devices.requests[0].screen, true);
});

test('a screen is asked for in the size and at the rate of text, and its sound as it is', () => {
  const { port, devices } = makePort();
  port.execute(acquireScreen());
  port.execute(acquireScreen({ audio: false, motion: true }));
  port.execute(acquireScreen({ audio: false, constraints: '{"width":640}' }));
  const size = { width: { max: 1920 }, height: { max: 1080 } };
  assert.deepEqual(devices.requests.map(({ constraints }) => constraints), [
    { video: { ...size, frameRate: 15 }, audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } },
    { video: { ...size, frameRate: 30 }, audio: false },
    { video: { width: 640 }, audio: false },
  ]);
});

test('a screen is reported with its sound, and says what matters in it', async () => {
  const { port, events, devices } = makePort();
  const [picture, sound] = [new FakeTrack('video', { deviceId: '' }), new FakeTrack('audio', { deviceId: '' })];
  port.execute(acquireScreen());
  devices.requests[0].resolve(new FakeMediaStream([picture, sound]));
  await settled();
  assert.deepEqual(events, [{
    type: 'media.acquired',
    op: 6,
    screen: { track: picture.id, label: 'Fake video' },
    screenAudio: { track: sound.id, label: 'Fake audio' },
  }]);
  assert.equal(picture.contentHint, 'detail');
  assert.equal(port.track(picture.id), picture);
  assert.deepEqual(port.stream(picture.id).getTracks(), [picture], 'nobody hears their own screen twice');
});

test('a screen without sound that moves', async () => {
  const { port, events, devices } = makePort();
  const picture = new FakeTrack('video', { deviceId: '' });
  port.execute(acquireScreen({ motion: true }));
  devices.requests[0].resolve(new FakeMediaStream([picture]));
  await settled();
  assert.equal(picture.contentHint, 'motion');
  assert.deepEqual(Object.keys(events[0]), ['type', 'op', 'screen']);
});

test('a screen that the browser stops is reported, and its sound stays', async () => {
  const { port, events, devices } = makePort();
  const [picture, sound] = [new FakeTrack('video'), new FakeTrack('audio')];
  port.execute(acquireScreen());
  devices.requests[0].resolve(new FakeMediaStream([picture, sound]));
  await settled();
  picture.end();
  assert.deepEqual(events.at(-1), { type: 'media.trackEnded', track: picture.id });
  assert.equal(port.track(sound.id), sound);
});

test('a question that is closed, and a browser that has none, are failures', async () => {
  const { port, events, devices } = makePort();
  port.execute(acquireScreen());
  devices.requests[0].reject(new DOMException('Permission denied', 'NotAllowedError'));
  const without = new MediaPort((event) => events.push(event), () => ({}));
  without.execute(acquireScreen({ op: 7 }));
  await settled();
  assert.deepEqual(events.map(({ type, op, name }) => [type, op, name]).sort((a, b) => a[1] - b[1]), [
    ['media.failed', 6, 'NotAllowedError'],
    ['media.failed', 7, 'NotSupportedError'],
  ]);
});

test('a screen that comes after closing is released at once, and not reported', async () => {
  const { port, events, devices } = makePort();
  port.execute(acquireScreen());
  port.execute(acquireScreen({ op: 7 }));
  port.close();
  const tracks = [new FakeTrack('video'), new FakeTrack('audio')];
  devices.requests[0].resolve(new FakeMediaStream(tracks));
  devices.requests[1].reject(new DOMException('', 'NotAllowedError'));
  await settled();
  assert.deepEqual(tracks.map(({ stopped }) => stopped), [true, true]);
  assert.deepEqual(events, []);
});
