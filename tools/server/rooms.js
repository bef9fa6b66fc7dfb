/**
 * Who is in which room, and what is stored about them. Pure state: it sends
 * nothing, and forgets everything when the process ends, as the existing
 * backend does.
 */

import { defaultTracks } from './protocol.js';

/**
 * @typedef {object} Participant
 * @property {string} userId
 * @property {unknown} userInfo               free-form, passed through untouched
 * @property {Record<string, unknown>} tracks everything ever announced, merged
 * @property {unknown} sharedTrackId          the screen being shared, or null
 * @property {Set<string>} seats              ids of the sockets that joined for this user
 *
 * @typedef {object} Room
 * @property {string} roomId
 * @property {string} groupId
 * @property {string} callType
 * @property {Map<string, Participant>} participants  in order of joining
 *
 * @typedef {{ room: Room, participant: Participant }} Membership
 *
 * @typedef {object} Admission
 * @property {string} roomId
 * @property {string} groupId
 * @property {string} callType
 * @property {string} userId
 * @property {unknown} userInfo
 * @property {string} socketId
 */

export class Rooms {
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  #firstUserInfoStays;

  /** @param {{ firstUserInfoStays: boolean }} quirks */
  constructor({ firstUserInfoStays }) {
    this.#firstUserInfoStays = firstUserInfoStays;
  }

  /** @returns {{ rooms: number, participants: number }} */
  get census() {
    let participants = 0;
    for (const room of this.#rooms.values()) participants += room.participants.size;
    return { rooms: this.#rooms.size, participants };
  }

  /** @param {string} roomId @returns {Room | undefined} */
  find(roomId) {
    return this.#rooms.get(roomId);
  }

  /** @param {string} roomId @param {string} userId @returns {Membership | undefined} */
  membership(roomId, userId) {
    const room = this.#rooms.get(roomId);
    const participant = room?.participants.get(userId);
    return room && participant ? { room, participant } : undefined;
  }

  /**
   * Makes the room where there is none. A user who is already in it keeps the
   * stored tracks and gets one more seat.
   * @param {Admission} admission
   * @returns {Membership & { isNewRoom: boolean, isRepeated: boolean }}
   */
  admit({ roomId, groupId, callType, userId, userInfo, socketId }) {
    const known = this.#rooms.get(roomId);
    const room = known ?? { roomId, groupId, callType, participants: new Map() };
    if (!known) this.#rooms.set(roomId, room);

    const present = room.participants.get(userId);
    if (present) {
      present.seats.add(socketId);
      if (!this.#firstUserInfoStays) present.userInfo = userInfo;
      return { room, participant: present, isNewRoom: false, isRepeated: true };
    }
    const participant = { userId, userInfo, tracks: defaultTracks(), sharedTrackId: null, seats: new Set([socketId]) };
    room.participants.set(userId, participant);
    return { room, participant, isNewRoom: !known, isRepeated: false };
  }

  /** @param {string} roomId @param {string} userId @returns {Membership | undefined} what was removed */
  remove(roomId, userId) {
    const membership = this.membership(roomId, userId);
    if (!membership) return undefined;
    membership.room.participants.delete(userId);
    if (membership.room.participants.size === 0) this.#rooms.delete(roomId);
    return membership;
  }

  /** @param {string} userId @returns {Membership[]} what was removed */
  removeEverywhere(userId) {
    return [...this.#rooms.keys()].flatMap((roomId) => this.remove(roomId, userId) ?? []);
  }

  /**
   * Takes one socket's seats away. Who has no seat left is out of the room.
   * @param {string} socketId
   * @returns {Membership[]} what was removed
   */
  vacate(socketId) {
    /** @type {Membership[]} */
    const gone = [];
    for (const room of [...this.#rooms.values()]) {
      for (const participant of [...room.participants.values()]) {
        if (!participant.seats.delete(socketId) || participant.seats.size > 0) continue;
        const membership = this.remove(room.roomId, participant.userId);
        if (membership) gone.push(membership);
      }
    }
    return gone;
  }
}
