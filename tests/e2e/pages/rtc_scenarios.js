/**
 * Carries out the scenarios of tests/vectors/rtc on the browser's own RTCPeerConnection and
 * says what happened, in the words that the runner of the model uses. The README there
 * explains the steps.
 */

/** Longer than any call takes that settles at all, with several scenarios at once. */
const PENDING_AFTER_MS = 1_500;
/** `disconnected` comes 5 to 6 s after a far close. */
const EVENT_LIMIT_MS = 12_000;
/** `later`: within this, what was going to happen has happened. */
const LATER_MS = 400;
const AT_ONCE = 8;

const AGREE = [
  'a addSlots audio video channel', 'b addSlots channel',
  'a setLocal', 'b setRemote a.offer', 'b adopt', 'b setLocal', 'a setRemote b.answer',
];

const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function makeTrack(kind) {
  if (kind === 'audio') return new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
  const canvas = document.createElement('canvas');
  canvas.getContext('2d').fillRect(0, 0, canvas.width, canvas.height);
  return canvas.captureStream().getVideoTracks()[0];
}

const ufragOf = (sdp) => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];

/** The ways in which a scenario may spoil a description. */
const ALTERED = {
  garbled: () => 'nonsense\r\n',
  swapped(sdp) {
    const [head, first, second, ...rest] = sdp.split(/^(?=m=)/m);
    return [head, second, first, ...rest].join('');
  },
  shorter(sdp) {
    const sections = sdp.split(/^(?=m=)/m);
    const mid = /^a=mid:(\S+)/m.exec(sections.pop())[1];
    return sections.join('').replace(/^(a=group:BUNDLE.*) (\S+)/m, (line, others, last) => (last === mid ? others : line));
  },
};

/** One RTCPeerConnection and what befalls it. */
class End {
  pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  /** What the calls of this line led to. */
  outcomes = [];
  /** Calls of this line: each says so if it has not settled. @type {(() => void)[]} */
  pending = [];
  /** What the network did, in order; `await` and `later` tell it. */
  events = [];
  /** Those of the connection: their order among the events is chance. */
  states = [];
  /** @type {RTCIceCandidate[]} */
  candidates = [];
  /** Each description that setLocalDescription() made, by type. */
  made = { offer: [], answer: [] };
  /** Where new candidates go, once there is a way. @type {((candidate: RTCIceCandidate) => void) | undefined} */
  forward;
  #ufrags = [];
  #stream = new MediaStream();
  #channel;
  #transports = new Set();

  constructor() {
    const { pc } = this;
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (!candidate?.candidate) return;
      this.candidates.push(candidate);
      this.forward?.(candidate);
    });
    pc.addEventListener('track', ({ transceiver, streams }) => {
      const slot = pc.getTransceivers().indexOf(transceiver);
      this.outcomes.push(`track ${slot} ${streams.length > 0 ? 'in a stream' : 'without a stream'}`);
    });
    pc.addEventListener('connectionstatechange', () => {
      this.#watchTransports();
      this.states.push(`state ${pc.connectionState}`);
    });
  }

  #watchTransports() {
    const all = this.pc.getTransceivers().flatMap(({ sender, receiver }) => [sender.transport, receiver.transport]);
    for (const transport of [...all, this.pc.sctp?.transport]) {
      if (!transport || this.#transports.has(transport)) continue;
      this.#transports.add(transport);
      transport.addEventListener('statechange', () => {
        if (transport.state === 'closed') this.events.push('dtls closed');
      });
    }
  }

  get channelIsOpen() {
    return this.#channel.readyState === 'open';
  }

  // ---- the steps: each returns what is to be said of its success ----

  addSlots(...kinds) {
    for (const kind of kinds) {
      if (kind === 'channel') this.#openChannel();
      else this.pc.addTransceiver(kind, { direction: 'sendrecv', streams: [this.#stream] });
    }
  }

  addTracks(...kinds) {
    for (const kind of kinds) this.pc.addTrack(makeTrack(kind), this.#stream);
  }

  #openChannel() {
    const channel = this.pc.createDataChannel('groupcall', { negotiated: true, id: 0 });
    channel.addEventListener('open', () => this.events.push('channel open'));
    channel.addEventListener('close', () => this.events.push('channel closed'));
    channel.addEventListener('message', ({ data }) => this.events.push(`message ${data}`));
    this.#channel = channel;
  }

  async setLocal(restart) {
    if (restart) this.pc.restartIce();
    await this.pc.setLocalDescription();
    const { type, sdp } = this.pc.localDescription;
    this.made[type].push(sdp);
    return `ok ${this.pc.signalingState} ${this.#ufragName(sdp)}`;
  }

  #ufragName(sdp) {
    const ufrag = ufragOf(sdp);
    if (ufrag === undefined) return '-';
    if (!this.#ufrags.includes(ufrag)) this.#ufrags.push(ufrag);
    return `u${this.#ufrags.indexOf(ufrag) + 1}`;
  }

  async setRemote(description) {
    await this.pc.setRemoteDescription(description);
    return `ok ${this.pc.signalingState}`;
  }

  async candidate(candidate) {
    await this.pc.addIceCandidate(candidate);
    return 'ok';
  }

  adopt() {
    for (const transceiver of this.pc.getTransceivers()) {
      transceiver.direction = 'sendrecv';
      transceiver.sender.setStreams(this.#stream);
    }
  }

  async replaceTrack(slot, kind) {
    await this.pc.getTransceivers()[slot].sender.replaceTrack(kind === 'none' ? null : makeTrack(kind));
    return 'ok';
  }

  send(text) {
    this.#channel.send(text);
    return 'ok';
  }

  close() {
    this.pc.close();
  }

  phase() {
    return this.pc.signalingState;
  }

  channel() {
    return this.channelIsOpen ? 'is open' : 'is not open';
  }

  slots() {
    const texts = this.pc.getTransceivers().map(({ receiver, mid, direction, currentDirection }) => {
      const current = currentDirection === 'inactive' ? null : currentDirection;
      return `${receiver.track.kind} ${mid ?? '-'} ${direction} ${current ?? '-'}`;
    });
    return texts.join(', ') || 'none';
  }
}

class Scenario {
  log = [];
  ends = {};

  constructor() {
    for (const name of ['a', 'b']) this.ends[name] = new End();
  }

  async run(steps) {
    for (const line of steps) await this.#line(line);
    for (const { pc } of Object.values(this.ends)) pc.close();
    return this.log;
  }

  async #line(line) {
    if (line === 'agree') return this.#silently(() => this.#agree());
    if (line === 'connect') return this.#silently(() => this.#connect());
    if (line === 'trickle') return this.#trickle();
    if (line === 'later') return this.#later();
    if (line.startsWith('await ')) return this.#await(line.slice('await '.length));
    const calls = [];
    for (const text of line.split(', ')) calls.push(await this.#prepare(text));
    const settled = calls.map(({ end, verb, args }) => this.#call(end, verb, args));
    await Promise.race([Promise.all(settled), delay(PENDING_AFTER_MS)]);
    this.#tellOutcomes();
  }

  /** Whatever a call needs is at hand before the first call of the line is made. */
  async #prepare(text) {
    const [name, verb, ...words] = text.split(' ');
    const end = this.ends[name];
    if (verb === 'setRemote') return { end, verb, args: [this.#description(...words)] };
    if (verb === 'candidate') return { end, verb, args: [await this.#candidateFor(name, words)] };
    return { end, verb, args: words };
  }

  /** `a.offer`: the latest offer of a; `a.offer1`: its first; a word behind it spoils the text. */
  #description(reference, altered) {
    const [, from, type, number] = /^(\w)\.(offer|answer)(\d*)$/.exec(reference);
    const sdp = this.ends[from].made[type].at(number ? number - 1 : -1);
    return { type, sdp: altered ? ALTERED[altered](sdp) : sdp };
  }

  async #candidateFor(name, words) {
    const from = this.ends[name === 'a' ? 'b' : 'a'];
    const ufrag = ufragOf(from.pc.localDescription.sdp);
    const latest = () => from.candidates.find(({ usernameFragment }) => usernameFragment === ufrag);
    await this.#until(latest, `a candidate for ${name}`);
    const init = latest().toJSON();
    // One of the first generation may never have been told: a restart can overtake its gathering.
    const first = ufragOf(from.made.offer[0] ?? from.made.answer[0]);
    for (const word of words) {
      const [key, value] = (word === 'old' ? `ufrag=${first}` : word).split('=');
      if (key === 'mid') init.sdpMid = value;
      if (key === 'end') init.candidate = '';
      if (key !== 'ufrag') continue;
      init.candidate = init.candidate.replace(/ ufrag \S+/, ` ufrag ${value}`);
      init.usernameFragment = value;
    }
    return init;
  }

  async #call(end, verb, args) {
    let settled = false;
    const say = (outcome) => {
      settled = true;
      if (outcome !== undefined) end.outcomes.push(`${verb} ${outcome}`);
    };
    end.pending.push(() => {
      if (!settled) end.outcomes.push(`${verb} pending`);
    });
    // A call that is synchronous says so at once: its order among the others counts.
    let result;
    try {
      result = end[verb](...args);
      if (!(result instanceof Promise)) return say(result);
      say(await result);
    } catch (error) {
      say(error.name);
    }
  }

  #tellOutcomes() {
    for (const [name, end] of Object.entries(this.ends)) {
      for (const look of end.pending.splice(0)) look();
      this.log.push(...end.outcomes.splice(0).map((outcome) => `${name} ${outcome}`));
    }
  }

  /** For the way to where a scenario begins: what goes well there is not told. */
  async #silently(work) {
    const before = this.log.length;
    await work();
    const failed = this.log.slice(before).filter((entry) => !/ (ok|track)\b/.test(entry));
    this.log.splice(before, Infinity, ...failed);
    for (const { events, states } of Object.values(this.ends)) events.length = states.length = 0;
  }

  async #agree() {
    for (const step of AGREE) await this.#line(step);
  }

  async #connect() {
    await this.#agree();
    this.#trickle();
    const ready = () => Object.values(this.ends).every(({ states, events }) => states.includes('state connected') && events.includes('channel open'));
    await this.#until(ready, 'the connection');
  }

  /** From now on every candidate goes to the other end. */
  #trickle() {
    const { a, b } = this.ends;
    for (const [from, to] of [[a, b], [b, a]]) {
      from.forward = (candidate) => {
        to.pc.addIceCandidate(candidate).catch((error) => to.outcomes.push(`candidate ${error.name}`));
      };
      from.candidates.forEach(from.forward);
    }
  }

  /** Tells what the network did to one end, up to and with this event. */
  async #await(text) {
    const [name, ...words] = text.split(' ');
    const event = words.join(' ');
    const events = event.startsWith('state ') ? this.ends[name].states : this.ends[name].events;
    await this.#until(() => events.includes(event), text);
    const told = events.splice(0, events.includes(event) ? events.indexOf(event) + 1 : events.length);
    this.log.push(...told.map((one) => `${name} ${one}`));
  }

  async #later() {
    await delay(LATER_MS);
    this.#tellOutcomes();
    for (const [name, { events }] of Object.entries(this.ends)) {
      this.log.push(...events.splice(0).map((event) => `${name} ${event}`));
    }
  }

  async #until(check, what) {
    const startedAt = performance.now();
    while (!check()) {
      if (performance.now() - startedAt > EVENT_LIMIT_MS) {
        this.log.push(`in vain: ${what}`);
        return;
      }
      await delay(5);
    }
  }
}

/** @returns the log of each scenario, in the order given */
window.runScenarios = async (scenarios) => {
  const logs = [];
  const waiting = scenarios.map(({ steps }, index) => ({ steps, index }));
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const scenario = new Scenario();
      logs[next.index] = await scenario.run(next.steps).catch((error) => [...scenario.log, `broken: ${error.message}`]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return logs;
};
