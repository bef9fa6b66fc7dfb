/**
 * The wire vocabulary: event names, error texts, and what a payload must look
 * like to be acted upon. Pure: no socket, no room, no clock.
 */

export const ClientEvent = Object.freeze({
  Join: 'groupcall:join',
  Leave: 'groupcall:leave',
  UpdateTracks: 'groupcall:update-tracks',
  ScreenShareStart: 'groupcall:screen-share-start',
  ScreenShareStop: 'groupcall:screen-share-stop',
  Offer: 'groupcall:webrtc-offer',
  Answer: 'groupcall:webrtc-answer',
  Candidate: 'groupcall:webrtc-ice-candidate',
});

/** Asks whether the server still answers, by an acknowledgement; no room is concerned. */
export const PING = 'groupcall:ping';

export const ServerEvent = Object.freeze({
  Joined: 'groupcall:joined',
  ParticipantJoined: 'groupcall:participant-joined',
  ParticipantLeft: 'groupcall:participant-left',
  TracksUpdated: 'groupcall:tracks-updated',
  ScreenShareStarted: 'groupcall:screen-share-started',
  ScreenShareStopped: 'groupcall:screen-share-stopped',
  Invitation: 'groupcall:invitation',
  CallError: 'groupcall:error',
  OnlineUsers: 'getOnlineUsers',
  LocationOffline: 'location:offline',
  ConnectionReplaced: 'connection:replaced',
  ShuttingDown: 'server:shutting_down',
  Error: 'error',
});

/** The three texts that clients may compare; the mended refusals have texts of their own. */
export const JoinError = Object.freeze({
  GroupNotFound: 'Group not found',
  NotAMember: 'You are not a member of this group',
  Failed: 'Failed to join group call',
});
export const NOT_IN_CALL = 'You are not in this call';

export const MAX_ID_LENGTH = 128;
export const MAX_ROOM_ID_LENGTH = 256;
const MAX_NESTING = 64;

/** @returns {Record<string, unknown>} what a newcomer is taken to send until it says otherwise */
export const defaultTracks = () => ({ audio: true, video: true });

/**
 * A payload reduced to its documented top-level keys. Keys that are absent on
 * the wire are absent here.
 * @typedef {object} CallMessage
 * @property {string} roomId
 * @property {unknown} [groupId]
 * @property {unknown} [callType]
 * @property {unknown} [userInfo]
 * @property {unknown} [tracks]
 * @property {unknown} [trackId]
 * @property {unknown} [offer]
 * @property {unknown} [answer]
 * @property {unknown} [candidate]
 * @property {unknown} [targetUserId]
 *
 * @typedef {{ accepts: (value: unknown) => boolean, expects: string, needed: boolean }} FieldRule
 * @typedef {{ ok: true, message: CallMessage } | { ok: false, roomId: string, reason: string }} Decoded
 */

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {unknown} value @param {number} limit @returns {value is string} */
export const isText = (value, limit) => typeof value === 'string' && value.trim() !== '' && value.length <= limit;

/** @param {number} limit @returns {FieldRule} */
const text = (limit) => ({
  accepts: (value) => isText(value, limit),
  expects: `a non-blank string of at most ${limit} characters`,
  needed: true,
});

/** @type {FieldRule} */
const object = { accepts: isObject, expects: 'an object', needed: true };

/** @type {FieldRule} */
const userReference = {
  accepts: (value) => isText(value, MAX_ID_LENGTH) || Number.isFinite(value),
  expects: 'a user id',
  needed: true,
};

/** @param {FieldRule} rule @returns {FieldRule} */
const optional = (rule) => ({
  accepts: (value) => value === undefined || value === null || rule.accepts(value),
  expects: `${rule.expects}, or absent`,
  needed: false,
});

const roomId = text(MAX_ROOM_ID_LENGTH);

/** @type {Readonly<Record<string, Readonly<Record<string, FieldRule>>>>} */
const FIELDS = Object.freeze({
  [ClientEvent.Join]: {
    roomId,
    groupId: text(MAX_ID_LENGTH),
    callType: optional({ accepts: (v) => v === 'video' || v === 'voice', expects: "'video' or 'voice'", needed: true }),
    userInfo: optional(object),
  },
  [ClientEvent.Leave]: { roomId },
  [ClientEvent.UpdateTracks]: { roomId, tracks: object },
  [ClientEvent.ScreenShareStart]: { roomId, trackId: text(MAX_ROOM_ID_LENGTH) },
  [ClientEvent.ScreenShareStop]: { roomId },
  [ClientEvent.Offer]: { roomId, offer: object, targetUserId: optional(userReference) },
  [ClientEvent.Answer]: { roomId, answer: object, targetUserId: userReference },
  // A browser ends its candidates with null, and documented clients send that on: it is dropped, not refused.
  [ClientEvent.Candidate]: {
    roomId,
    candidate: { accepts: (v) => !v || isObject(v), expects: 'an object', needed: true },
    targetUserId: optional(userReference),
  },
});

/**
 * True when recursing into `value` could exhaust a stack. The recursion here
 * is itself bounded by the limit.
 * @param {unknown} value
 * @param {number} [limit]
 * @returns {boolean}
 */
export function nestsTooDeep(value, limit = MAX_NESTING) {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  return Object.values(value).some((child) => nestsTooDeep(child, limit - 1));
}

/**
 * The documented keys of one event's payload; unknown keys are dropped.
 * @param {string} event
 * @param {Record<string, unknown>} payload
 * @returns {CallMessage}
 */
function documentedKeys(event, payload) {
  /** @type {Record<string, unknown>} */
  const message = {};
  for (const key of Object.keys(FIELDS[event] ?? {})) {
    if (payload[key] !== undefined) message[key] = payload[key];
  }
  return /** @type {CallMessage} */ (/** @type {unknown} */ (message));
}

/**
 * Checks everything the event needs; the reason names the first thing wrong.
 * @param {string} event
 * @param {unknown} payload
 * @returns {Decoded}
 */
export function decodeStrictly(event, payload) {
  if (!isObject(payload)) return { ok: false, roomId: '', reason: 'the payload must be an object' };
  // A refusal names the room, so that the client can tell which wish was refused; always a string.
  const room = roomId.accepts(payload.roomId) ? String(payload.roomId) : '';
  if (nestsTooDeep(payload)) return { ok: false, roomId: room, reason: `nested deeper than ${MAX_NESTING} levels` };
  for (const [key, rule] of Object.entries(FIELDS[event] ?? {})) {
    if (!rule.accepts(payload[key])) return { ok: false, roomId: room, reason: `${key} must be ${rule.expects}` };
  }
  return { ok: true, message: documentedKeys(event, payload) };
}

/**
 * Checks as little as the existing backend does: a needed key that is falsy
 * means that nothing happens at all (null here). Types are not looked at.
 * @param {string} event
 * @param {unknown} payload
 * @returns {CallMessage | null}
 */
export function decodeLeniently(event, payload) {
  if (!isObject(payload)) return null;
  for (const [key, rule] of Object.entries(FIELDS[event] ?? {})) {
    if (rule.needed && !payload[key]) return null;
  }
  return documentedKeys(event, payload);
}
