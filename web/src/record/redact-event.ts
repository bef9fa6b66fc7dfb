/**
 * Events and config without what is private in them. What is not known to be harmless is replaced: unknown keys with
 * all that is in them, texts, and numbers outside of the places where the core looks at them.
 */

import type { CoreConfig, CoreEvent } from '../protocol.js';
import type { IdKind, Pseudonyms } from './pseudonyms.js';
import { SdpRedactor } from './redact-sdp.js';

type Rule = (value: unknown) => unknown;
/** By the name of a member; a member without one is unknown. */
type Rules = Readonly<Record<string, Rule>>;
type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Words with a meaning, in any place that takes one. */
const WORDS = new Set([
  'video', 'voice', 'audio', 'offer', 'answer', 'camera', 'screen', 'microphone', 'speaker', 'new', 'connecting', 'connected',
  'disconnected', 'failed', 'closed', 'none', 'restart', 'epoch', 'goodbye', 'alive', 'message', 'request', 'view', 'key-frame', 'asks',
  'tells', 'joined', 'RATE_LIMIT_EXCEEDED', 'websocket', 'polling', 'user', 'environment', 'left', 'right', 'core', 'application',
  'mesh', 'sfu', 'detail', 'motion', 'monitor', 'window', 'browser',
]);

/** Texts of servers and browsers that policy knows; a longer one keeps those of the second list that are in it. */
const SENTENCES = new Set([
  'Group not found', 'You are not a member of this group', 'io client disconnect', 'io server disconnect', 'transport close',
  'transport error', 'ping timeout', 'forced close', 'parse error', 'Unauthorized',
]);
const PHRASES = ['dismissed', ' by system', ' by policy', 'permissions policy'];

/** What the server says, other than what the application has of its own. */
const EVENTS = new Set([
  'groupcall:joined', 'groupcall:participant-joined', 'groupcall:participant-left', 'groupcall:tracks-updated',
  'groupcall:screen-share-started', 'groupcall:screen-share-stopped', 'groupcall:webrtc-offer', 'groupcall:webrtc-answer',
  'groupcall:webrtc-ice-candidate', 'groupcall:invitation', 'groupcall:error', 'groupcall:ping', 'connection:replaced',
  'server:shutting_down', 'error', 'getOnlineUsers',
]);

const CONSTRAINTS = [
  'width', 'height', 'frameRate', 'aspectRatio', 'facingMode', 'resizeMode', 'sampleRate', 'sampleSize', 'channelCount', 'latency',
  'echoCancellation', 'noiseSuppression', 'autoGainControl', 'displaySurface',
];

/** Beyond core/public/config.h, kFrameDepth, where the core cuts a frame off by itself. */
const MOST_DEPTH = 64;

/** A token of core/base/random.h, 64 bits in its base 32: made of chance, and not by us of anything private. */
const TOKEN = /^[0-9a-hjkmnp-tv-z]{12}[0-9a-f]$/;

type Basics = ReturnType<typeof basicsOf>;
type Shapes = ReturnType<typeof shapesOf>;

export class EventRedactor {
  readonly #names: Pseudonyms;
  readonly #shapes: Shapes;
  readonly #config: Rule;
  readonly #events: Readonly<Record<string, Rules>>;

  constructor(names: Pseudonyms) {
    this.#names = names;
    const blob: Rule = (value) => this.#blob(value);
    const basics = basicsOf(names, blob);
    this.#shapes = shapesOf(basics, (value, rules) => this.#shape(value, rules));
    this.#config = this.#configRule(basics);
    this.#events = this.#eventRules(basics);
  }

  #configRule({ leaf, blob, plain, word, user }: Basics): Rule {
    const signalling: Rules = {
      url: leaf((text) => this.#url(text)),
      path: leaf((text) => (text === '/socket.io/' ? text : `/${this.#names.filler(text.slice(2))}/`)),
      namespace: leaf((text) => this.#namespace(text)),
      query: leaf((text) => this.#query(text)),
      auth: blob,
      application: plain,
      reconnect: word,
    };
    const { userInfo } = this.#shapes;
    const rules: Rules = {
      self: (value) => this.#shape(value, { userId: user, userInfo }), signalling: (value) => this.#shape(value, signalling),
      seed: (value) => value, topology: word, joinTimeoutMs: plain, earlyOffers: plain, maxParticipants: plain, relayOnly: plain, keepCamera: plain,
      releaseMicrophone: plain,
    };
    return (value) => this.#shape(value, rules);
  }

  /** Of what is not named here, the members under '' mean the same in every event, and all others are numbers and flags. */
  #eventRules({ leaf, word, user, room, group, track, device, filler, sentence, errorName }: Basics): Record<string, Rules> {
    const { list, view, description, candidate, channelText, tabText, unpacked, constraints, opened, devices, links, levels } = this.#shapes;
    const constraintsText = this.#text(constraints);
    const failure: Rules = { name: errorName, message: sentence };
    return {
      '': { type: (value) => value, peer: user, roomId: room, groupId: group, callType: word, state: word, reason: sentence, to: user },
      'call.join': { audioConstraints: constraintsText, videoConstraints: constraintsText },
      'call.setScreenShare': { constraints: constraintsText },
      'call.send': { text: filler },
      'call.setView': { view },
      'call.setDevice': { device: word, deviceId: device },
      'socket.frame': { text: leaf((text) => this.#frame(text)) },
      'application.event': { text: leaf((text) => this.#event(text)) },
      'pc.localDescriptionSet': { description },
      'pc.remoteDescriptionSet': { slots: list(word) },
      'pc.operationFailed': failure,
      'pc.candidate': { candidate },
      'pc.candidateFailed': { text: sentence },
      'channel.message': { text: this.#text(channelText) },
      'stats.sampled': { links },
      'text.packed': { packed: filler },
      'text.unpacked': { text: this.#text(unpacked) },
      'media.acquired': { microphone: opened, camera: opened, screen: opened, screenAudio: opened },
      'media.failed': failure,
      'media.trackEnded': { track },
      'media.devices': { devices },
      'tabs.message': { text: this.#text(tabText) },
      'levels.changed': { levels },
    };
  }

  event(event: CoreEvent): CoreEvent {
    const rules = { ...this.#events[''], ...this.#events[event.type] };
    const entries = Object.entries(event).map(([key, value]) => [key, (rules[key] ?? this.#shapes.plain)(value)]);
    return Object.fromEntries(entries) as CoreEvent;
  }

  config(config: CoreConfig): CoreConfig {
    return this.#config(config) as CoreConfig;
  }

  /** A rule for JSON inside a text. */
  #text(rule: Rule): Rule {
    return (given) => {
      const value = typeof given === 'string' ? parse(given) : undefined;
      return value === undefined ? this.#blob(given) : JSON.stringify(rule(value));
    };
  }

  #shape(value: unknown, rules: Rules): unknown {
    if (!isObject(value)) return this.#blob(value);
    const entries = Object.entries(value).map(([key, member]) => {
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
      return rule ? [key, rule(member)] : [this.#names.token('key', key), this.#blob(member)];
    });
    return Object.fromEntries(entries);
  }

  /** Of which nothing is known: its shape stays, as deep as the core looks. */
  #blob(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.#names.filler(value);
    if (typeof value === 'number') return 0;
    if (typeof value !== 'object' || value === null) return value;
    if (depth > MOST_DEPTH) return null;
    if (Array.isArray(value)) return value.map((one) => this.#blob(one, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [this.#names.token('key', key), this.#blob(member, depth + 1)]));
  }

  /** core/wire/engineio_packet.h and socketio_packet.h. */
  #frame(text: string): string {
    const [, head = '', nsp = '', comma = '', ack = '', json = ''] = /^(4\d(?:\d+-)?|\d)(?:(\/[^,]*)(,?))?(\d*)(.*)$/s.exec(text) ?? [];
    if (head === '') return this.#names.filler(text);
    const place = nsp === '' ? '' : this.#namespace(nsp) + comma;
    if (json === '') return head + place + ack;
    const isMessage = head.startsWith('42') || head.startsWith('45');
    const body = isMessage ? this.#event(json) : this.#json(json, head === '0' || head[0] === '4' ? this.#shapes.handshake : undefined);
    return head + place + ack + body;
  }

  #json(text: string, rule: Rule = (value) => this.#blob(value)): string {
    return this.#text((value) => (isObject(value) ? rule(value) : this.#blob(value)))(text) as string;
  }

  /** `["groupcall:joined",{...}]` */
  #event(text: string): string {
    const value = parse(text);
    if (!Array.isArray(value)) return value === undefined ? this.#names.filler(text) : JSON.stringify(this.#blob(value));
    const [name, ...rest] = value as unknown[];
    const known = typeof name === 'string' && EVENTS.has(name);
    const ours = known && name !== 'getOnlineUsers';
    return JSON.stringify([...(value.length > 0 ? [known ? name : this.#blob(name)] : []), ...rest.map((one) => (ours ? this.#shapes.payload(one) : this.#blob(one)))]);
  }

  #namespace(text: string): string {
    return text === '/' ? text : `/${this.#names.token('nsp', text)}`;
  }

  #url(text: string): string {
    const [, scheme = '', host = '', port = '', rest = ''] = /^([a-z]+:\/\/)(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]*)(:\d+)?(.*)$/is.exec(text) ?? [];
    if (scheme === '') return this.#names.filler(text);
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    const address = this.#names.address(bare);
    return scheme + (address.includes(':') ? `[${address}]` : address) + port + (/^\/?$/.test(rest) ? rest : `/${this.#names.filler(rest.slice(1))}`);
  }

  /** `a=b&userId=c`, already encoded. */
  #query(text: string): string {
    const pairs = [...new URLSearchParams(text)].map(([name, value]) =>
      name === 'userId' ? [name, this.#names.id('user', value)] : [this.#names.token('key', name), this.#names.filler(value)],
    );
    return new URLSearchParams(pairs).toString();
  }
}

/** Rules for single values. */
function basicsOf(names: Pseudonyms, blob: Rule) {
  /** For texts; what is none is a blob. */
  const leaf = (change: (text: string) => string): Rule => (value) => (typeof value === 'string' ? change(value) : blob(value));
  const id = (kind: IdKind): Rule => leaf((text) => names.id(kind, text));
  const described = new SdpRedactor(names);
  return {
    leaf,
    blob,
    plain: (value: unknown): unknown => (typeof value === 'number' ? value : blob(value)),
    filler: leaf((text) => names.filler(text)),
    word: leaf((text) => (WORDS.has(text) || /^\d{0,3}$/.test(text) ? text : names.filler(text))),
    user: id('user'),
    room: id('room'),
    group: id('group'),
    track: id('track'),
    device: leaf((text) => (text === 'default' || text === 'communications' ? text : names.id('device', text))),
    token: leaf((text) => (TOKEN.test(text) ? text : names.id('epoch', text))),
    sentence: leaf((text) => redactSentence(text, names)),
    errorName: leaf((text) => (/^[A-Z][A-Za-z]{2,30}Error$/.test(text) ? text : names.filler(text))),
    sdp: leaf((text) => described.sdp(text)),
    candidateLine: leaf((text) => (text === '' ? text : described.candidate(text))),
    ufrag: leaf((text) => described.ufrag(text)),
  };
}

function redactSentence(text: string, names: Pseudonyms): string {
  if (SENTENCES.has(text)) return text;
  const phrases = PHRASES.filter((phrase) => text.includes(phrase)).join('');
  return names.filler(text).slice(0, Math.max(0, text.length - phrases.length)) + phrases;
}

/** Rules for what consists of such: core/wire/groupcall_message.h and tab_message.h, wasm/bridge/event_tables.h. */
function shapesOf(basics: Basics, apply: (value: unknown, rules: Rules) => unknown) {
  const { blob, plain, word, user, room, group, track, device, token, filler, sentence, sdp, candidateLine, ufrag } = basics;
  const shape = (rules: Rules): Rule => (value) => apply(value, rules);
  const list = (rule: Rule): Rule => (value) => (Array.isArray(value) ? value.map(rule) : blob(value));
  const plainOrWord: Rule = (value) => (typeof value === 'string' ? word(value) : plain(value));
  const orBounds = (rule: Rule): Rule => (value) => (isObject(value) ? apply(value, { ideal: rule, exact: rule, min: rule, max: rule }) : rule(value));

  const mark = shape({
    v: plain, epoch: token, from: token, to: token, link: plain, seq: plain, early: plain, request: word, offers: filler,
    screen: plain, cameraOff: plain,
  });
  const userInfo = shape({ userId: user, fullname: filler, profilePic: filler, username: filler, email: filler, groupcall: mark });
  const tracks = shape({ audio: plain, video: plain, groupcall: mark });
  const participant = shape({ userId: user, userInfo, tracks });
  const description = shape({ type: word, sdp, groupcall: mark });
  const candidate = shape({ candidate: candidateLine, sdpMid: word, sdpMLineIndex: plain, usernameFragment: ufrag, groupcall: mark });
  const view = shape({ width: plain, height: plain, speaker: plain, screenHidden: plain });
  const constraints = shape({
    ...Object.fromEntries(CONSTRAINTS.map((name) => [name, orBounds(plainOrWord)])),
    deviceId: orBounds(device),
    groupId: orBounds(device),
  });
  /** Of numbers and flags only, whatever their names: they come from our own port. */
  const numbers: Rule = (value) => (isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)])) : blob(value));
  return {
    list, plain, userInfo, view, description, candidate, constraints,
    payload: shape({
      roomId: room, groupId: group, userId: user, senderId: user, targetUserId: user, callType: word, groupName: filler,
      participants: list(participant), participant, userInfo, callerInfo: userInfo, tracks, offer: description, answer: description,
      candidate, trackId: track, error: sentence, message: sentence, retryAfter: plain, code: word,
    }),
    channelText: shape({
      type: word, epoch: token, ack: plain, deaf: plain, unsent: plain, held: plain, frozen: plain, number: plain, id: token,
      toAll: plain, text: filler, groupcall: mark, view,
    }),
    tabText: shape({ type: word, user, tab: token, to: token, inCall: plain, roomId: room }),
    unpacked: shape({ offers: list(shape({ sdp, candidates: list(candidate) })) }),
    handshake: shape({ sid: filler, upgrades: list(word), pingInterval: plain, pingTimeout: plain, maxPayload: plain, message: sentence }),
    opened: shape({ track, deviceId: device, label: filler }),
    devices: list(shape({ kind: word, deviceId: device, label: filler })),
    links: list(shape({ peer: user, connection: plain, slots: list(numbers), availableKbps: plain, rttMs: plain })),
    levels: list(shape({ peer: user, connection: plain, permille: plain })),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Peers may send anything; what is no JSON is replaced as a whole.
    return undefined;
  }
}
