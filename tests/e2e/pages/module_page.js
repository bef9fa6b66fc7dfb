/**
 * A page that uses the package as its README tells, under the demo's strict CSP: plays everybody
 * else, and writes down what it saw when.
 */

import { everOpened, holdQuestions, openQuestions, openResources, peerConnections, stillEnding } from './open_resources.js';
import { createGroupCall, GroupCallError } from '/dist/index.js';
import { io } from '/socket.io-client/socket.io.esm.min.js';
import { candidatesInUse, epochMs, negotiatedOn, receivedOn, sentBeside, until, untilFlowing } from './page_observer.js';

const place = document.getElementById('others');
/** @type {Map<string, { video: HTMLVideoElement, audio: HTMLAudioElement, screen: HTMLVideoElement, drawn: string }>} */
const others = new Map();
const timeline = [];
let calls = 0;

function note(text) {
  timeline.push({ at: epochMs(), text });
}

function play(element, stream) {
  if (element.srcObject !== stream) element.srcObject = stream;
}

const stateOf = ({ state, reason }) => (reason === 'none' ? state : `${state}/${reason}`);

function drawOther({ userId, connection, signalling, camera, microphone, screen, streams }) {
  let other = others.get(userId);
  if (!other) {
    const [video, audio, shared] = ['video', 'audio', 'video'].map((name) => document.createElement(name));
    other = { video, audio, screen: shared, drawn: '' };
    video.muted = video.autoplay = audio.autoplay = shared.autoplay = true;
    place.append(video, audio, shared);
    others.set(userId, other);
    note(`${userId} is here`);
    other.video.requestVideoFrameCallback((now) => firstPictures.set(userId, now - joinedFrom));
  }
  play(other.video, streams.camera);
  play(other.audio, streams.microphone);
  play(other.screen, screen.state === 'on' ? streams.screen : null);
  const shares = screen.state === 'off' ? '' : `, screen ${stateOf(screen)}`;
  const drawn = `${userId}: ${connection}, ${signalling}, camera ${stateOf(camera)}, microphone ${stateOf(microphone)}${shares}`;
  if (drawn !== other.drawn) note(drawn);
  other.drawn = drawn;
}

function removeOther(userId) {
  const { video, audio, screen } = others.get(userId);
  for (const element of [video, audio, screen]) {
    element.srcObject = null;
    element.remove();
  }
  others.delete(userId);
  firstPictures.delete(userId);
  note(`${userId} is gone`);
}

/** What a chat application has of its own: a Socket, and a listener on it that is none of ours. */
function openApplicationSocket({ url, userId, options }) {
  const socket = io(url, { transports: ['websocket'], query: { userId }, ...options });
  socket.on('getOnlineUsers', () => {
    callPage.chatEvents += 1;
  });
  callPage.socket = socket;
  return socket;
}

/** What an application's server answers: a TURN server, and a password for it that is good for so many seconds. */
async function turnServer({ url, secret, seconds }) {
  const bytes = (text) => new TextEncoder().encode(text);
  const username = `${Math.floor(Date.now() / 1_000) + seconds}:page`;
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']);
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes(username)));
  return { urls: url, username, credential: btoa(String.fromCharCode(...signature)) };
}

/** When the first picture of each other one was shown, in milliseconds since join(). @type {Map<string, number>} */
const firstPictures = new Map();
let joinedFrom = 0;

/** When the last picture of each other one was shown, and the longest time between two. @type {Map<string, { at: number, gap: number }>} */
const pictures = new Map();

function watch(userId, video) {
  pictures.set(userId, { at: performance.now(), gap: 0 });
  const seen = () => {
    const picture = pictures.get(userId);
    const now = performance.now();
    picture.gap = Math.max(picture.gap, now - picture.at);
    picture.at = now;
    if (others.has(userId)) video.requestVideoFrameCallback(seen);
  };
  video.requestVideoFrameCallback(seen);
}

let drawnSelf = '';
function draw(snapshot) {
  const { phase, self, participants } = snapshot;
  const shares = self.screen.state === 'off' ? '' : `, screen ${stateOf(self.screen)}`;
  const self_ = `self: ${phase}, camera ${stateOf(self.camera)}, microphone ${stateOf(self.microphone)}${shares}`;
  if (self_ !== drawnSelf) note(self_);
  drawnSelf = self_;
  const present = new Set(participants.map(({ userId }) => userId));
  for (const userId of [...others.keys()].filter((known) => !present.has(known))) removeOther(userId);
  participants.forEach(drawOther);
}

const callPage = {
  /** @type {import('groupcall').GroupCall | null} */
  call: null,
  timeline,
  holdQuestions,
  openResources,
  openQuestions,
  everOpened,
  stillEnding,
  until,
  epochMs,

  /** The application's Socket, where this page has one. @type {import('socket.io-client').Socket | null} */
  socket: null,
  chatEvents: 0,
  invitations: [],
  openApplicationSocket,

  /** What the others have sent, in the order in which it came. */
  messages: [],
  timesDrained: 0,

  /** Sends the numbers from `first` to `last` without waiting; tells which were refused, and why. */
  async sendNumbers(first, last, to) {
    const numbers = Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
    const results = await Promise.all(numbers.map((text) => callPage.call.send({ text, ...(to && { to }) })));
    return results.filter(({ ok }) => !ok);
  },

  /** Behind the back of the call: its connections are gone, and with them what was on its way. */
  breakConnections: () => peerConnections.forEach((pc) => pc.close()),

  watchPictures: () => others.forEach(({ video }, userId) => watch(userId, video)),
  longestGaps: () =>
    Object.fromEntries([...pictures].map(([userId, { at, gap }]) => [userId, Math.round(Math.max(gap, performance.now() - at))])),

  /** How often the page was asked for its ICE servers. */
  serversAsked: 0,

  /** What each connection that has met its peer was told to gather with. */
  serversInUse: () =>
    peerConnections.filter((pc) => pc.remoteDescription).map((pc) => pc.getConfiguration().iceServers.map(({ urls }) => String(urls))),

  firstPictures,

  candidatesInUse: () => candidatesInUse(peerConnections),

  async makeCall({ applicationSocket, serversWhenAsked, ...options }) {
    if (serversWhenAsked) {
      options.iceServers = async () => {
        callPage.serversAsked += 1;
        if (serversWhenAsked.fails) throw new Error('no credentials');
        return serversWhenAsked.list ?? [await turnServer(serversWhenAsked.turn)];
      };
    }
    if (applicationSocket) options.signalling = { socket: openApplicationSocket(applicationSocket), ...options.signalling };
    // The test has put recordLine() into the page; each call of each load has a record of its own.
    const id = `${performance.timeOrigin}/${++calls}`;
    const call = await createGroupCall({ ...options, record: (line) => window.recordLine(`${id} ${line}`) });
    call.subscribe(() => draw(call.getSnapshot()));
    call.on('invitation', (invitation) => callPage.invitations.push(invitation));
    call.on('message', (message) => callPage.messages.push(message));
    call.on('messagesDrained', () => {
      callPage.timesDrained += 1;
    });
    callPage.call = call;
  },

  /** Joins, and tells how that ended in a form that can leave the page. */
  async join(options, call = callPage.call) {
    const startedAt = performance.now();
    joinedFrom = startedAt;
    const afterMs = () => Math.round(performance.now() - startedAt);
    try {
      await call.join(options);
      return { ok: true, afterMs: afterMs() };
    } catch (error) {
      const { name, code, message, remedy, detail } = error;
      const typed = error instanceof GroupCallError && error instanceof Error;
      return { ok: false, afterMs: afterMs(), typed, name, code, message, remedy, detail };
    }
  },

  /** The flight record as a file, in base64. */
  async exportRecord(options) {
    const bytes = new Uint8Array(await (await callPage.call.exportRecord(options)).arrayBuffer());
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  },

  participant: (userId) => callPage.call.getSnapshot().participants.find((one) => one.userId === userId),

  /** When the timeline last said so, or undefined. */
  when: (text) => timeline.findLast((entry) => entry.text === text)?.at,

  async receivedFrom(userId) {
    const { camera, microphone } = callPage.participant(userId)?.streams ?? {};
    return receivedOn({ camera: camera?.getTracks()[0], microphone: microphone?.getTracks()[0] });
  },

  negotiatedWith: (userId) => negotiatedOn(callPage.participant(userId).streams.microphone.getTracks()[0]),

  /** What this page has sent to each of these so far. */
  async sentTo(userIds) {
    const sent = userIds.map((userId) => sentBeside(callPage.participant(userId)?.streams.microphone?.getTracks()[0]));
    return Object.fromEntries((await Promise.all(sent)).map((one, index) => [userIds[index], one]));
  },

  untilFlowing: (userIds, limitMs, kinds) => untilFlowing(callPage.receivedFrom, userIds, limitMs, kinds),

  /** What came in of somebody's screen, and of its sound. */
  async screenFrom(userId) {
    const tracks = callPage.participant(userId)?.streams.screen?.getTracks() ?? [];
    const [camera, microphone] = ['video', 'audio'].map((kind) => tracks.find((track) => track.kind === kind));
    return receivedOn({ camera, microphone });
  },

  untilScreenFlowing: (userIds, limitMs, kinds) => untilFlowing(callPage.screenFrom, userIds, limitMs, kinds),

  /** How much sound energy comes in while `packets` packets do. */
  async energyDuring(userId, packets, limitMs) {
    const first = await callPage.receivedFrom(userId);
    const startedAt = performance.now();
    // A busy machine sends what it is behind with at once: so many packets are not yet so much time.
    const enough = async () => {
      const now = await callPage.receivedFrom(userId);
      return now.packets - first.packets >= packets && performance.now() - startedAt >= packets * 20 && now;
    };
    const last = await until(enough, limitMs, `${packets} packets of ${userId}`);
    return last.energy - first.energy;
  },
};
window.callPage = callPage;
