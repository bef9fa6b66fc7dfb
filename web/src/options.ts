/** What a page passes in, checked before the core sees it. */

import { GroupCallError } from './errors.js';
import type { CallType, CoreConfig, CoreEvent } from './protocol.js';
import type { UserInfo } from './snapshot.js';

/** Options of `createGroupCall()`. */
export interface GroupCallOptions {
  /** Who I am. All of it is shown to the others; it must be JSON of at most 16 kB. */
  readonly self: UserInfo & {
    /** As the chat application has it, 1 to 128 bytes. */
    readonly userId: string;
    /** The name on the tile. */
    readonly fullname?: string;
    /** URL of a picture. */
    readonly profilePic?: string;
  };
  /** Where the Socket.IO signalling server is. */
  readonly signalling: {
    /** `https://host[:port]`; `http:`, `ws:` and `wss:` do as well. */
    readonly url: string;
    /** Default `/socket.io/`. */
    readonly path?: string;
    /** Query parameters of the connection; `userId` is added unless given. */
    readonly query?: Readonly<Record<string, string | number | boolean>>;
    /** Sent with the Socket.IO CONNECT packet; must be JSON. */
    readonly auth?: Readonly<Record<string, unknown>>;
  };
  /** STUN and TURN servers, as for RTCPeerConnection. Default: none, which serves one local network. */
  readonly iceServers?: readonly RTCIceServer[];
  /** Where groupcall.wasm is. Default: beside the script. */
  readonly wasmUrl?: string | URL;
  /** How long `join()` waits to be admitted, in milliseconds. Default 15,000. */
  readonly joinTimeoutMs?: number;
  /**
   * Gets the flight record of the call, line by line: the config, then
   * `[microseconds,event,reaction]` for every event. It holds names and network addresses.
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

// core/public/config.h, kIdBytes.
const ID_BYTES = 128;

function need(holds: boolean, detail: string): void {
  if (!holds) throw new GroupCallError('invalid-argument', detail);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function needObject(value: unknown, name: string): void {
  need(isObject(value), `${name} must be an object`);
}

function needId(value: unknown, name: string): void {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value).length : 0;
  need(bytes >= 1 && bytes <= ID_BYTES, `${name} must be a string of 1 to ${ID_BYTES} bytes`);
}

function needSignalling({ url, path, query, auth }: GroupCallOptions['signalling']): void {
  need(typeof url === 'string', 'signalling.url must be a string');
  need(/^(https?|wss?):\/\/[^/]/i.test(url), 'signalling.url must begin with http://, https://, ws:// or wss://');
  need(path === undefined || (typeof path === 'string' && path.startsWith('/')), 'signalling.path must begin with /');
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
  const { self, signalling, iceServers, joinTimeoutMs, record } = options;
  need(iceServers === undefined || Array.isArray(iceServers), 'iceServers must be an array');
  need(
    joinTimeoutMs === undefined || (Number.isSafeInteger(joinTimeoutMs) && joinTimeoutMs > 0),
    'joinTimeoutMs must be a positive whole number',
  );
  need(record === undefined || typeof record === 'function', 'record must be a function');
  const { url, path, query, auth } = signalling;
  const config: CoreConfig = {
    self: { userId: self.userId, userInfo: self },
    signalling: {
      url,
      ...(path !== undefined && { path }),
      ...(query !== undefined && { query: new URLSearchParams(toPairs(query)).toString() }),
      ...(auth !== undefined && { auth }),
    },
    seed,
    ...(joinTimeoutMs !== undefined && { joinTimeoutMs }),
  };
  return toJson(config, 'self and signalling.auth');
}

function toPairs(query: NonNullable<GroupCallOptions['signalling']['query']>): string[][] {
  return Object.entries(query).map(([name, value]) => [name, String(value)]);
}

/**
 * The event that joins.
 *
 * @throws {GroupCallError} `invalid-argument`
 */
export function toJoinEvent(options: JoinOptions, request: number): CoreEvent {
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
