/**
 * A page that leaves the playing to `groupcall/playback`, and joins as soon as it is loaded (`?waits`:
 * when it is told to): nobody has pressed anything on it.
 */

import { forgetEnded, openResources, stillEnding, wasmMemory } from './open_resources.js';
import { createGroupCall } from '/dist/index.js';
import { createPlayback } from '/dist/playback.js';
import { receivedOn, until } from './page_observer.js';

const element = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const userId = query.get('user');
/** Without devices: Chromium lets a page that has its microphone open play what it likes. */
const MEDIA = query.has('listens') ? { audio: false, video: false } : { audio: true, video: { width: 320, height: 180, frameRate: 15 } };
const record = (line) => window.recordLine(`${performance.timeOrigin} ${line}`);
const call = await createGroupCall({ self: { userId, fullname: userId }, signalling: { url: location.origin }, record });
const playback = createPlayback(call, { container: element('sounds') });

let clicks = 0;
element('resume').addEventListener('click', () => {
  clicks += 1;
  void playback.resumePlayback();
});

/** @type {Map<string, { video: HTMLVideoElement, detach: () => void, frames: number }>} */
const pictures = new Map();

function countFrames(picture) {
  picture.video.requestVideoFrameCallback(() => {
    picture.frames += 1;
    countFrames(picture);
  });
}

/** One of these for everybody whom the test wants to see: here already, or not yet. */
function see(user) {
  const video = document.createElement('video');
  element('pictures').append(video);
  const picture = { video, detach: playback.attachMedia(video, user, 'camera'), frames: 0 };
  pictures.set(user, picture);
  countFrames(picture);
}

const audios = () => [...element('sounds').querySelectorAll('audio')];

const join = () => call.join({ roomId: 'r1', groupId: 'g1', callType: 'video', media: MEDIA });

window.playbackPage = {
  call,
  playback,
  pictures,
  see,
  until,
  openResources,
  stillEnding,
  forgetEnded,
  wasmMemory,
  join,
  isActive: () => navigator.userActivation.hasBeenActive,
  audios: () => audios().map(({ paused, currentTime, volume, sinkId, srcObject }) => ({ paused, currentTime, volume, sinkId, live: srcObject?.active ?? false })),
  hasPicture: (user) => pictures.get(user).video.srcObject !== null,
  cameraOf: (user) => call.getSnapshot().participants.find((one) => one.userId === user)?.camera.state,
  energyOf: async (user) => {
    const { streams } = call.getSnapshot().participants.find((one) => one.userId === user);
    return (await receivedOn({ microphone: streams.microphone.getTracks()[0] })).energy;
  },
  centreOf: (id) => {
    const { x, y, width, height } = element(id).getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  },
  seen: () => ({
    phase: call.getSnapshot().phase,
    clicks,
    ...playback.getSnapshot(),
    audios: playbackPage.audios(),
    pictures: [...pictures].map(([user, { video, frames }]) => [user, frames, video.srcObject !== null, playbackPage.cameraOf(user)]),
  }),
};

if (!query.has('waits')) await join();
