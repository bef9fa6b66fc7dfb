/**
 * A page that uses the package as its README tells, under the demo's strict CSP: plays everybody
 * else, and writes down what it saw when.
 */

import { everOpened, holdQuestions, openQuestions, openResources, stillEnding } from './open_resources.js';
import { createGroupCall, GroupCallError } from '/dist/index.js';
import { epochMs, receivedOn, until, untilFlowing } from './page_observer.js';

const place = document.getElementById('others');
/** @type {Map<string, { video: HTMLVideoElement, audio: HTMLAudioElement, drawn: string }>} */
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

function drawOther({ userId, connection, signalling, camera, microphone, streams }) {
  let other = others.get(userId);
  if (!other) {
    other = { video: document.createElement('video'), audio: document.createElement('audio'), drawn: '' };
    other.video.muted = other.video.autoplay = other.audio.autoplay = true;
    place.append(other.video, other.audio);
    others.set(userId, other);
    note(`${userId} is here`);
  }
  play(other.video, streams.camera);
  play(other.audio, streams.microphone);
  const drawn = `${userId}: ${connection}, ${signalling}, camera ${stateOf(camera)}, microphone ${stateOf(microphone)}`;
  if (drawn !== other.drawn) note(drawn);
  other.drawn = drawn;
}

function removeOther(userId) {
  const { video, audio } = others.get(userId);
  video.srcObject = audio.srcObject = null;
  video.remove();
  audio.remove();
  others.delete(userId);
  note(`${userId} is gone`);
}

let drawnSelf = '';
function draw(snapshot) {
  const { phase, self, participants } = snapshot;
  const self_ = `self: ${phase}, camera ${stateOf(self.camera)}, microphone ${stateOf(self.microphone)}`;
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

  async makeCall(options) {
    // The test has put recordLine() into the page; each call of each load has a record of its own.
    const id = `${performance.timeOrigin}/${++calls}`;
    const call = await createGroupCall({ ...options, record: (line) => window.recordLine(`${id} ${line}`) });
    call.subscribe(() => draw(call.getSnapshot()));
    callPage.call = call;
  },

  /** Joins, and tells how that ended in a form that can leave the page. */
  async join(options, call = callPage.call) {
    const startedAt = performance.now();
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

  participant: (userId) => callPage.call.getSnapshot().participants.find((one) => one.userId === userId),

  /** When the timeline last said so, or undefined. */
  when: (text) => timeline.findLast((entry) => entry.text === text)?.at,

  async receivedFrom(userId) {
    const { camera, microphone } = callPage.participant(userId)?.streams ?? {};
    return receivedOn({ camera: camera?.getTracks()[0], microphone: microphone?.getTracks()[0] });
  },

  untilFlowing: (userIds, limitMs, kinds) => untilFlowing(callPage.receivedFrom, userIds, limitMs, kinds),

  /** How much sound energy comes in while `packets` packets do. */
  async energyDuring(userId, packets, limitMs) {
    const first = await callPage.receivedFrom(userId);
    const enough = async () => {
      const now = await callPage.receivedFrom(userId);
      return now.packets - first.packets >= packets && now;
    };
    const last = await until(enough, limitMs, `${packets} packets of ${userId}`);
    return last.energy - first.energy;
  },
};
window.callPage = callPage;
