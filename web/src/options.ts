/** What a page passes in, checked before the core sees it. */

import { GroupCallError } from './errors.js';
import type { CallType, CoreConfig, CoreEvent } from './protocol.js';
import type { UserInfo } from './snapshot.js';

type JoinEvent = Extract<CoreEvent, { type: 'call.join' }>;
type TileView = Extract<CoreEvent, { type: 'call.setView' }>['view'];
type ScreenEvent = Extract<CoreEvent, { type: 'call.setScreenShare' }>;

// `any`: Sockets with typed events narrow names and parameters, and must fit all the same.
type SocketEvent = any;
type SocketListener = (...values: any[]) => void;

/** What is used of a socket.io-client Socket; any of version 4 fits. */
export interface ApplicationSocket {
  readonly connected: boolean;
  /** Connected, or on the way there by itself. */
  readonly active: boolean;
  on(event: SocketEvent, listener: SocketListener): unknown;
  off(event: SocketEvent, listener: SocketListener): unknown;
  emit(event: SocketEvent, ...values: any[]): unknown;
  connect(): unknown;
  /** What waits for the next connection. */
  readonly sendBuffer?: unknown[];
  /** Its Manager. */
  readonly io: {
    /** Undefined before the first attempt to connect. */
    readonly engine?: { close(): unknown };
    /** Whether the Manager reconnects by itself at all. */
    reconnection?(): unknown;
    on?(event: 'reconnect_failed', listener: () => void): unknown;
    off?(event: 'reconnect_failed', listener: () => void): unknown;
  };
}

/** A connection of our own to a Socket.IO server. */
export interface OwnSignalling {
  /** `https://host[:port]`; `http:`, `ws:` and `wss:` do as well. */
  readonly url: string;
  /** Default `/socket.io/`. */
  readonly path?: string;
  /** The Socket.IO namespace. Default `/`. */
  readonly namespace?: string;
  /** Query parameters of the connection; `userId` is added unless given. */
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Sent with the Socket.IO CONNECT packet; must be JSON. */
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly socket?: never;
  readonly reconnect?: never;
}

/**
 * The Socket that the application has already. A server that keeps one connection for each user
 * needs this: a second one would take the application's place.
 */
export interface ApplicationSignalling {
  /**
   * A Socket of socket.io-client 4, connected or not, whose query names `self.userId`. It stays the
   * application's: it is never disconnected, and no listener but ours is ever taken off it.
   * `setSocket()` exchanges it.
   */
  readonly socket: ApplicationSocket;
  /**
   * Who connects it again where it does not by itself (after the server closed it, or when its
   * attempts are used up): `core` calls its `connect()` while a connection is wanted;
   * `application` leaves that to the page, and `signalling.error` says so. Default `core`.
   */
  readonly reconnect?: 'core' | 'application';
  readonly url?: never;
  readonly path?: never;
  readonly namespace?: never;
  readonly query?: never;
  readonly auth?: never;
}

/** STUN and TURN servers, or a function that returns or resolves with them. */
export type IceServersOption =
  | readonly RTCIceServer[]
  | (() => readonly RTCIceServer[] | Promise<readonly RTCIceServer[]>);

/** What `setDevice()` can choose. */
export type InputKind = 'microphone' | 'camera';

/** Which devices a person has chosen, from one call to the next. */
export interface DeviceMemory {
  remember(kind: InputKind, deviceId: string, label: string): void;
  /** The ids to prefer where the constraints name none. A device that is not there is no mistake. */
  find(devices: MediaDevices): Promise<{ readonly [Kind in InputKind]?: string }>;
}

/** Opens devices as `navigator.mediaDevices.getUserMedia()` does, and fails as that does. */
export type DeviceOpener = (constraints: MediaStreamConstraints) => Promise<MediaStream>;

/** Options of `createGroupCall()`. */
export interface GroupCallOptions {
  /**
   * Joins at once: devices and socket open while the module is still on its way. The call is given
   * when that is there. How the join goes stands in the snapshot, and `join()` with the same room
   * waits for it.
   */
  readonly join?: JoinOptions;
  /** Who I am. All of it is shown to the others; it must be JSON of at most 16 kB. */
  readonly self: UserInfo & {
    /** As the chat application has it, 1 to 128 bytes. */
    readonly userId: string;
    /** The name on the tile. */
    readonly fullname?: string;
    /** URL of a picture. */
    readonly profilePic?: string;
  };
  /** Where the Socket.IO signalling server is, or the Socket that is connected to it already. */
  readonly signalling: OwnSignalling | ApplicationSignalling;
  /**
   * STUN and TURN servers, as for RTCPeerConnection, or a function that returns or resolves with
   * them, for credentials that expire: asked on `join()` and before a connection gathers its
   * addresses, unless its last answer is less than 10 s old. One that fails, takes over 5 s, or gives
   * what the browser refuses is counted (`ice-servers.failed`), and the servers known before are used. Default: none, which
   * serves one local network.
   */
  readonly iceServers?: IceServersOption;
  /**
   * `relay`: only through TURN servers, so that nobody learns anybody's address; without one there
   * is no connection at all. Default `all`.
   */
  readonly iceTransportPolicy?: 'all' | 'relay';
  /**
   * MIME types of codecs, the best first, such as `['video/VP9', 'audio/red']`: offered before all
   * others that the browser has. It counts on the side that joins later. Default: the browser's own
   * order, which begins with what it can do with little work (VP8, Opus).
   */
  readonly codecs?: readonly string[];
  /** Where groupcall.wasm is. Default: beside the script. */
  readonly wasmUrl?: string | URL;
  /**
   * What turning a device off does. `release` gives it back after 120 ms of black or silence, so that its
   * light goes off, and opens it anew when it is turned on; `mute` keeps it, which is quicker. Either way
   * nothing of it is sent at once. Default: the camera is released, the microphone muted.
   */
  readonly whenOff?: { readonly camera?: 'release' | 'mute'; readonly microphone?: 'release' | 'mute' };
  /**
   * Keeps what `setDevice()` chose, for the next call: `rememberDevices(localStorage)` of
   * `groupcall/devices`, or one's own. Default: nothing is kept.
   */
  readonly deviceMemory?: DeviceMemory;
  /**
   * Takes the place of `getUserMedia()`: for tracks of the application's own, or such as it makes of the
   * devices' (`processDevices()` of `groupcall/devices`: a blurred background, a microphone without noise).
   * Asked each time a device is turned on or changed, for what the constraints want. The tracks are stopped
   * when they are not needed any more: give a clone of what is used elsewhere, too.
   */
  readonly openDevices?: DeviceOpener;
  /** How long `join()` waits to be admitted, in milliseconds. Default 15,000. */
  readonly joinTimeoutMs?: number;
  /**
   * How many offers `join()` carries for those who are in the room already, 0 to 3: they answer at
   * once, which saves a trip to the server before the first picture, and costs as many connections
   * that are closed again where nobody is there. Without effect with `iceTransportPolicy: 'relay'`.
   * Default 3.
   */
  readonly earlyOffers?: number;
  /**
   * How many people may be in the call, oneself included: a whole number from 2 to 16. Where the server
   * lists more, `join()` is refused with `room-full`, left again at once, and devices are given back.
   * It is a limit on coming in: nobody is put out, and whoever comes back after an outage stays. Everybody
   * sends to everybody, so all pages of an application should have the same. Default 8.
   */
  readonly maxParticipants?: number;
  /**
   * Gets the flight record of the call line by line as it comes, with each reaction as a whole: a header, then
   * `[microseconds,event,reaction]` for every event. Nothing is redacted: it holds `signalling.auth` and the query with
   * its tokens, the seed, messages, names, network addresses and device labels. Treat it as a secret. Without it a
   * record is kept all the same, see `exportRecord()`.
   */
  readonly record?: (line: string) => void;
}

/** Options of `join()`. */
export interface JoinOptions {
  /** The room, 1 to 128 bytes; whoever joins first makes it. */
  readonly roomId: string;
  /** The chat group that the room belongs to, 1 to 128 bytes. */
  readonly groupId: string;
  readonly callType: CallType;
  /**
   * Constraints as for getUserMedia. `false` starts without, and the device can still be
   * turned on later. Default: sound, and a picture in a video call.
   */
  readonly media?: {
    readonly audio?: boolean | MediaTrackConstraints;
    readonly video?: boolean | MediaTrackConstraints;
  };
  /**
   * Whether the devices start turned on; default: as `media` says. `false` here keeps the
   * constraints for when the device is turned on later.
   */
  readonly start?: {
    readonly microphone?: boolean;
    readonly camera?: boolean;
  };
}

/** How one participant is shown. */
export interface View {
  /** Of the camera's picture, in pixels of the screen (CSS pixels times `devicePixelRatio`). */
  readonly width: number;
  readonly height: number;
  /** False: no camera is shown (scrolled away, another tab is in front). Default true. */
  readonly visible?: boolean;
  /** They are shown as the one who speaks, or pinned: they get twice the share. Default false. */
  readonly speaker?: boolean;
  /** False: their screen is not shown. Default true. */
  readonly screen?: boolean;
}

/** Options of `setScreenShare()`. */
export interface ScreenShareOptions {
  /** Ask for the sound as well, where browser and system can share it. Default false. */
  readonly audio?: boolean;
  /**
   * `detail`: text and pictures that stand still are kept sharp, frames are left out where the network
   * is short. `motion`: films and games go on moving, and get blurred instead. Default `detail`.
   */
  readonly contentHint?: 'detail' | 'motion';
  /** Constraints as for getDisplayMedia. Default: at most 1920 x 1080, 15 frames a second, 30 with `motion`. */
  readonly video?: MediaTrackConstraints;
}

// core/public/config.h, kIdBytes.
const ID_BYTES = 128;
// The same, kEarlyOffers.
const EARLY_OFFERS = 3;
// The same, kTileSide.
const TILE_SIDE = 16_384;

function need(holds: boolean, detail: string): void {
  if (!holds) throw new GroupCallError('invalid-argument', detail);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function needObject(value: unknown, name: string): void {
  need(isObject(value), `${name} must be an object`);
}

/** @throws {GroupCallError} `invalid-argument` */
export function needId(value: unknown, name: string): void {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value).length : 0;
  need(bytes >= 1 && bytes <= ID_BYTES, `${name} must be a string of 1 to ${ID_BYTES} bytes`);
}

function needSignalling(signalling: GroupCallOptions['signalling']): void {
  const { url, socket } = signalling;
  need(url !== undefined || socket !== undefined, 'signalling needs a url or a socket');
  need(url === undefined || socket === undefined, 'signalling takes a url or a socket, not both');
  if (signalling.socket !== undefined) needApplicationSignalling(signalling);
  else needOwnSignalling(signalling);
}

function needApplicationSignalling(signalling: ApplicationSignalling): void {
  needApplicationSocket(signalling.socket, 'signalling.socket');
  const { reconnect } = signalling;
  need(
    reconnect === undefined || reconnect === 'core' || reconnect === 'application',
    "signalling.reconnect must be 'core' or 'application'",
  );
  for (const name of ['path', 'namespace', 'query', 'auth'] as const) {
    need(signalling[name] === undefined, `signalling.${name} goes with a url; a socket has its own`);
  }
}

/**
 * A Socket is known by what it can do: pages may have any version of socket.io-client, or two.
 *
 * @throws {GroupCallError} `invalid-argument`
 */
export function needApplicationSocket(value: unknown, name: string): asserts value is ApplicationSocket {
  const kind = 'a Socket of socket.io-client 4';
  need(isObject(value), `${name} must be ${kind}`);
  const socket = value as Partial<Record<string, unknown>>;
  for (const method of ['on', 'off', 'emit', 'connect']) {
    need(typeof socket[method] === 'function', `${name} must be ${kind}: ${method}() is missing`);
  }
  for (const fact of ['connected', 'active']) {
    need(typeof socket[fact] === 'boolean', `${name} must be ${kind}: ${fact} is missing`);
  }
  need(isObject(socket['io']), `${name} must be ${kind}: io is missing`);
}

function needOwnSignalling({ url, path, namespace, query, auth, reconnect }: OwnSignalling): void {
  need(typeof url === 'string', 'signalling.url must be a string');
  need(reconnect === undefined, 'signalling.reconnect goes with a socket');
  need(/^(https?|wss?):\/\/[^/]/i.test(url), 'signalling.url must begin with http://, https://, ws:// or wss://');
  need(path === undefined || (typeof path === 'string' && path.startsWith('/')), 'signalling.path must begin with /');
  need(
    namespace === undefined || (typeof namespace === 'string' && namespace.startsWith('/')),
    'signalling.namespace must begin with /',
  );
  if (query !== undefined) needObject(query, 'signalling.query');
  if (auth !== undefined) needObject(auth, 'signalling.auth');
}

/** Runs `JSON.stringify`; what JSON cannot say becomes `invalid-argument`. */
function toJson(value: unknown, name: string): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new GroupCallError('invalid-argument', `${name} cannot be written as JSON: ${String(error)}`);
  }
}

/**
 * The config of the core, as text.
 *
 * @param seed any random text.
 * @throws {GroupCallError} `invalid-argument`
 */
export function toConfigText(options: GroupCallOptions, seed: string): string {
  needObject(options, 'the options of createGroupCall()');
  needObject(options.self, 'self');
  needId(options.self.userId, 'self.userId');
  needObject(options.signalling, 'signalling');
  needSignalling(options.signalling);
  const { self, signalling, iceServers, iceTransportPolicy, joinTimeoutMs, earlyOffers = EARLY_OFFERS, maxParticipants, codecs, record, whenOff = {} } = options;
  need(
    iceServers === undefined || Array.isArray(iceServers) || typeof iceServers === 'function',
    'iceServers must be an array or a function',
  );
  need(
    iceTransportPolicy === undefined || iceTransportPolicy === 'all' || iceTransportPolicy === 'relay',
    "iceTransportPolicy must be 'all' or 'relay'",
  );
  need(
    joinTimeoutMs === undefined || (Number.isSafeInteger(joinTimeoutMs) && joinTimeoutMs > 0),
    'joinTimeoutMs must be a positive whole number',
  );
  need(
    Number.isSafeInteger(earlyOffers) && earlyOffers >= 0 && earlyOffers <= EARLY_OFFERS,
    `earlyOffers must be a whole number from 0 to ${EARLY_OFFERS}`,
  );
  need(
    maxParticipants === undefined || (Number.isSafeInteger(maxParticipants) && maxParticipants >= 2 && maxParticipants <= 16),
    'maxParticipants must be a whole number from 2 to 16',
  );
  need(
    codecs === undefined || (Array.isArray(codecs) && codecs.every((codec) => typeof codec === 'string')),
    'codecs must be an array of MIME types',
  );
  needObject(whenOff, 'whenOff');
  need(
    Object.values(whenOff).every((what) => what === 'release' || what === 'mute'),
    "whenOff takes 'release' or 'mute'",
  );
  need(record === undefined || typeof record === 'function', 'record must be a function');
  const config: CoreConfig = {
    self: { userId: self.userId, userInfo: self },
    signalling: signalling.socket ? toApplicationConfig(signalling) : toOwnConfig(signalling),
    seed,
    ...(joinTimeoutMs !== undefined && { joinTimeoutMs }),
    ...(earlyOffers > 0 && { earlyOffers }),
    ...(maxParticipants !== undefined && { maxParticipants }),
    ...(iceTransportPolicy === 'relay' && { relayOnly: true }),
    ...(whenOff.camera === 'mute' && { keepCamera: true }),
    ...(whenOff.microphone === 'release' && { releaseMicrophone: true }),
  };
  return toJson(config, 'self and signalling.auth');
}

function toApplicationConfig({ reconnect }: ApplicationSignalling): CoreConfig['signalling'] {
  return { application: true, ...(reconnect !== undefined && { reconnect }) };
}

function toOwnConfig({ url, path, namespace, query, auth }: OwnSignalling): CoreConfig['signalling'] {
  return {
    url,
    ...(path !== undefined && { path }),
    ...(namespace !== undefined && { namespace }),
    ...(query !== undefined && { query: new URLSearchParams(toPairs(query)).toString() }),
    ...(auth !== undefined && { auth }),
  };
}

function toPairs(query: NonNullable<OwnSignalling['query']>): string[][] {
  return Object.entries(query).map(([name, value]) => [name, String(value)]);
}

/** @throws {GroupCallError} `invalid-argument` */
export function toTileView(view: View): TileView {
  needObject(view, 'the view');
  const { width, height, visible = true, speaker = false, screen = true } = view;
  for (const side of [width, height]) need(Number.isFinite(side) && side >= 0, 'width and height must be numbers of pixels');
  const whole = (side: number): number => Math.min(Math.round(side), TILE_SIDE);
  return {
    ...(visible && { width: whole(width), height: whole(height) }),
    ...(speaker && { speaker }),
    ...(!screen && { screenHidden: true }),
  };
}

/**
 * The event that shares the screen, or ends that.
 *
 * @throws {GroupCallError} `invalid-argument`
 */
export function toScreenEvent(on: boolean, options: ScreenShareOptions = {}): ScreenEvent {
  needObject(options, 'the options of setScreenShare()');
  const { audio = false, contentHint = 'detail', video } = options;
  need(typeof audio === 'boolean', 'audio must be true or false');
  need(contentHint === 'detail' || contentHint === 'motion', "contentHint must be 'detail' or 'motion'");
  need(video === undefined || isObject(video), 'video must be constraints');
  return {
    type: 'call.setScreenShare',
    on,
    ...(audio && { audio }),
    ...(contentHint === 'motion' && { motion: true }),
    ...(video && { constraints: toJson(video, 'video') }),
  };
}

/**
 * The event that joins.
 *
 * @throws {GroupCallError} `invalid-argument`
 */
export function toJoinEvent(options: JoinOptions, request: number): JoinEvent {
  needObject(options, 'the options of join()');
  const { roomId, groupId, callType, media = {}, start = {} } = options;
  needId(roomId, 'roomId');
  needId(groupId, 'groupId');
  need(callType === 'video' || callType === 'voice', "callType must be 'video' or 'voice'");
  needObject(media, 'media');
  needObject(start, 'start');
  const { audio = true, video = callType === 'video' } = media;
  for (const [value, name] of [[audio, 'media.audio'], [video, 'media.video']] as const) {
    need(typeof value === 'boolean' || isObject(value), `${name} must be a boolean or constraints`);
  }
  return {
    type: 'call.join',
    request,
    roomId,
    groupId,
    callType,
    audio: start.microphone ?? audio !== false,
    video: start.camera ?? video !== false,
    ...(isObject(audio) && { audioConstraints: toJson(audio, 'media.audio') }),
    ...(isObject(video) && { videoConstraints: toJson(video, 'media.video') }),
  };
}
