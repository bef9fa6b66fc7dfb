/**
 * What each `groupcall:*` event does: reads the payload, changes the rooms and
 * tells who has to know. It knows connections by id, userId and send(), so it
 * runs without a socket.
 *
 *   join ──(group lookup)──► admitted: invitations, participant-joined, joined, in one tick
 *     └─ a leave or a close meanwhile withdraws it (not with the legacy quirks)
 */

import {
  ClientEvent,
  JoinError,
  NOT_IN_CALL,
  ServerEvent,
  decodeLeniently,
  decodeStrictly,
  defaultTracks,
  nestsTooDeep,
} from './protocol.js';

/**
 * @typedef {import('./protocol.js').CallMessage} CallMessage
 * @typedef {import('./rooms.js').Room} Room
 * @typedef {import('./rooms.js').Membership} Membership
 *
 * @typedef {object} Connection
 * @property {string} id
 * @property {string} userId   empty when the connection named none
 * @property {(event: string, payload: unknown) => void} send
 *
 * @typedef {object} Refusal
 * @property {string} userId
 * @property {string} event
 * @property {string} roomId
 * @property {string} reason
 *
 * @typedef {object} Surroundings
 * @property {Readonly<import('./quirks.js').Quirks>} quirks
 * @property {import('./rooms.js').Rooms} rooms
 * @property {import('./presence.js').Presence<Connection>} presence
 * @property {import('./groups.js').Groups} groups
 * @property {number} lookupDelayMs                 0 admits within the same tick
 * @property {(refusal: Refusal) => void} onRefusal
 * @property {(sender: Connection, reason: string) => void} onFatal  an event that ends the existing backend
 */

export class CallEvents {
  #at;
  /** Joins whose group is still being looked up. @type {Map<NodeJS.Timeout, { sender: Connection, roomId: string }>} */
  #pendingJoins = new Map();

  /** @type {Readonly<Record<string, (sender: Connection, message: CallMessage) => void>>} */
  #actions = {
    [ClientEvent.Join]: (sender, message) => this.#join(sender, message),
    [ClientEvent.Leave]: (sender, message) => this.#leave(sender, message),
    [ClientEvent.UpdateTracks]: (sender, message) => this.#updateTracks(sender, message),
    [ClientEvent.ScreenShareStart]: (sender, message) => this.#startScreenShare(sender, message),
    [ClientEvent.ScreenShareStop]: (sender, message) => this.#stopScreenShare(sender, message),
    [ClientEvent.Offer]: (sender, message) => this.#relay(sender, message, ClientEvent.Offer, 'offer'),
    [ClientEvent.Answer]: (sender, message) => this.#relay(sender, message, ClientEvent.Answer, 'answer'),
    [ClientEvent.Candidate]: (sender, message) => this.#relay(sender, message, ClientEvent.Candidate, 'candidate'),
  };

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    this.#at = surroundings;
  }

  /** @param {Connection} sender @param {string} event @param {unknown} payload  an event as it came off the wire */
  receive(sender, event, payload) {
    const message = this.#at.quirks.silentRefusal
      ? this.#readLeniently(sender, event, payload)
      : this.#readStrictly(sender, event, payload);
    if (message) this.#actions[event]?.(sender, message);
  }

  /** @param {Connection} sender @param {boolean} wentOffline  the connection is gone, and perhaps its user with it */
  closed(sender, wentOffline) {
    const { quirks, rooms } = this.#at;
    if (!quirks.closeMissesPendingJoin) this.#withdrawJoins((pending) => pending.sender === sender);
    if (!quirks.newestSocketOwnsUser) {
      for (const membership of rooms.vacate(sender.id)) this.#announceDeparture(membership);
    } else if (wentOffline) {
      for (const membership of rooms.removeEverywhere(sender.userId)) this.#announceDeparture(membership);
    }
  }

  /** Forgets the joins that are still being looked up. */
  dispose() {
    this.#withdrawJoins(() => true);
  }

  // Reading

  /** @param {Connection} sender @param {string} event @param {unknown} payload @returns {CallMessage | null} */
  #readStrictly(sender, event, payload) {
    const decoded = decodeStrictly(event, payload);
    if (decoded.ok) return decoded.message;
    const error = event === ClientEvent.Join ? JoinError.Failed : `Malformed ${event}: ${decoded.reason}`;
    this.#refuse(sender, event, decoded.roomId, error, decoded.reason);
    return null;
  }

  /** @param {Connection} sender @param {string} event @param {unknown} payload @returns {CallMessage | null} */
  #readLeniently(sender, event, payload) {
    if (this.#at.quirks.nullPayloadIsFatal && (payload === null || payload === undefined || nestsTooDeep(payload))) {
      this.#at.onFatal(sender, `${event} without a payload object that the existing backend survives`);
      return null;
    }
    const message = sender.userId ? decodeLeniently(event, payload) : null;
    if (!message) this.#refuse(sender, event, '', '', 'a needed field is missing');
    return message;
  }

  // Coming and going

  /** @param {Connection} sender @param {CallMessage} message */
  #join(sender, message) {
    if (!sender.userId) {
      this.#refuse(sender, ClientEvent.Join, message.roomId, JoinError.Failed, 'the connection names no userId');
    } else if (this.#at.lookupDelayMs === 0) {
      this.#admit(sender, message);
    } else {
      const timer = setTimeout(() => {
        this.#pendingJoins.delete(timer);
        this.#admit(sender, message);
      }, this.#at.lookupDelayMs);
      this.#pendingJoins.set(timer, { sender, roomId: message.roomId });
    }
  }

  /** @param {Connection} sender @param {CallMessage} message */
  #admit(sender, message) {
    const { quirks, rooms, groups } = this.#at;
    const { roomId, groupId } = message;
    const group = groups.lookUp(groupId, sender.userId);
    const open = rooms.find(roomId);
    const isForeignRoom = open !== undefined && open.groupId !== groupId && !quirks.anyGroupEntersRoom;
    if (!group.ok || isForeignRoom) {
      const error = group.ok ? JoinError.Failed : group.error;
      this.#at.onRefusal({ userId: sender.userId, event: ClientEvent.Join, roomId, reason: error });
      sender.send(ServerEvent.CallError, { roomId, error });
      return;
    }

    const userInfo = message.userInfo || { userId: sender.userId };
    const { room, participant, isNewRoom, isRepeated } = rooms.admit({
      roomId,
      groupId: String(groupId),
      callType: String(message.callType || 'video'),
      userId: sender.userId,
      userInfo,
      socketId: sender.id,
    });
    if (isNewRoom) this.#invite(sender, room, userInfo, group);
    const tracks = isRepeated && quirks.repeatShowsDefaultTracks ? defaultTracks() : participant.tracks;
    this.#tellOthers(room, sender.userId, ServerEvent.ParticipantJoined, {
      roomId,
      participant: { userId: sender.userId, userInfo, tracks },
    });
    this.#welcome(sender, room);
  }

  /**
   * @param {Connection} caller
   * @param {Room} room
   * @param {unknown} callerInfo
   * @param {{ name: string, includes: (userId: string) => boolean }} group
   */
  #invite(caller, { roomId, groupId, callType }, callerInfo, group) {
    const { presence } = this.#at;
    const invitation = { roomId, groupId, callType, callerInfo, groupName: group.name };
    for (const userId of presence.online) {
      if (userId === caller.userId || !group.includes(userId)) continue;
      presence.newest(userId)?.send(ServerEvent.Invitation, invitation);
    }
  }

  /** @param {Connection} newcomer @param {Room} room */
  #welcome(newcomer, { roomId, callType, participants }) {
    const others = [...participants.values()].filter(({ userId }) => userId !== newcomer.userId);
    newcomer.send(ServerEvent.Joined, {
      roomId,
      participants: others.map(({ userId, userInfo, tracks }) => ({ userId, userInfo, tracks })),
      callType,
      roomState: { totalParticipants: participants.size, callType },
    });
    if (this.#at.quirks.screenShareForgotten) return;
    for (const { userId, sharedTrackId } of others) {
      if (sharedTrackId === null) continue;
      newcomer.send(ServerEvent.ScreenShareStarted, { roomId, userId, trackId: sharedTrackId });
    }
  }

  /** @param {Connection} sender @param {CallMessage} message */
  #leave(sender, { roomId }) {
    const { quirks, rooms } = this.#at;
    if (!quirks.leaveMissesPendingJoin) {
      this.#withdrawJoins((join) => join.sender.userId === sender.userId && join.roomId === roomId);
    }
    const membership = rooms.remove(roomId, sender.userId);
    if (membership) this.#announceDeparture(membership);
  }

  /** @param {(pending: { sender: Connection, roomId: string }) => boolean} concerns */
  #withdrawJoins(concerns) {
    for (const [timer, pending] of this.#pendingJoins) {
      if (!concerns(pending)) continue;
      clearTimeout(timer);
      this.#pendingJoins.delete(timer);
    }
  }

  /** @param {Membership} membership */
  #announceDeparture({ room, participant: { userId, sharedTrackId } }) {
    const { roomId } = room;
    if (sharedTrackId !== null && !this.#at.quirks.screenShareForgotten) {
      this.#tellOthers(room, userId, ServerEvent.ScreenShareStopped, { roomId, userId });
    }
    this.#tellOthers(room, userId, ServerEvent.ParticipantLeft, { roomId, userId });
  }

  // Inside the room

  /** @param {Connection} sender @param {CallMessage} message */
  #updateTracks(sender, message) {
    const membership = this.#membershipOrRefusal(sender, message, ClientEvent.UpdateTracks);
    if (!membership) return;
    const { room, participant } = membership;
    participant.tracks = { ...participant.tracks, .../** @type {object} */ (message.tracks) };
    const { userId, tracks } = participant;
    this.#tellOthers(room, userId, ServerEvent.TracksUpdated, { roomId: room.roomId, userId, tracks });
  }

  /** @param {Connection} sender @param {CallMessage} message */
  #startScreenShare(sender, message) {
    const membership = this.#membershipOrRefusal(sender, message, ClientEvent.ScreenShareStart);
    if (!membership) return;
    const { room, participant } = membership;
    participant.sharedTrackId = message.trackId;
    this.#tellOthers(room, participant.userId, ServerEvent.ScreenShareStarted, {
      roomId: room.roomId,
      userId: participant.userId,
      trackId: message.trackId,
    });
  }

  /** @param {Connection} sender @param {CallMessage} message */
  #stopScreenShare(sender, message) {
    const membership = this.#membershipOrRefusal(sender, message, ClientEvent.ScreenShareStop);
    if (!membership) return;
    const { room, participant } = membership;
    participant.sharedTrackId = null;
    const { userId } = participant;
    this.#tellOthers(room, userId, ServerEvent.ScreenShareStopped, { roomId: room.roomId, userId });
  }

  /**
   * @param {Connection} sender
   * @param {CallMessage} message
   * @param {string} event
   * @param {'offer' | 'answer' | 'candidate'} key
   */
  #relay(sender, message, event, key) {
    const { quirks, rooms, presence } = this.#at;
    const room = rooms.find(message.roomId);
    if (!room || !(room.participants.has(sender.userId) || quirks.outsidersMayRelay)) {
      this.#refuse(sender, event, message.roomId, NOT_IN_CALL, NOT_IN_CALL);
      return;
    }
    const content = message[key];
    if (!content) return;
    const payload = { roomId: room.roomId, [key]: content, senderId: sender.userId };
    const target = message.targetUserId;
    if (target === undefined || target === null || target === '') {
      this.#tellOthers(room, sender.userId, event, payload);
    } else if (typeof target !== 'object' && room.participants.has(String(target))) {
      presence.newest(String(target))?.send(event, payload);
    }
    // An unknown target is no fault of the sender's: it may have left a moment ago.
  }

  // Answering

  /** @param {Connection} sender @param {CallMessage} message @param {string} event @returns {Membership | undefined} */
  #membershipOrRefusal(sender, message, event) {
    const membership = this.#at.rooms.membership(message.roomId, sender.userId);
    if (!membership) this.#refuse(sender, event, message.roomId, NOT_IN_CALL, NOT_IN_CALL);
    return membership;
  }

  /** @param {Connection} sender @param {string} event @param {string} roomId @param {string} error @param {string} reason */
  #refuse(sender, event, roomId, error, reason) {
    this.#at.onRefusal({ userId: sender.userId, event, roomId, reason });
    if (!this.#at.quirks.silentRefusal) sender.send(ServerEvent.CallError, { roomId, error });
  }

  /** @param {Room} room @param {string} userId @param {string} event @param {unknown} payload */
  #tellOthers(room, userId, event, payload) {
    for (const other of room.participants.keys()) {
      if (other !== userId) this.#at.presence.newest(other)?.send(event, payload);
    }
  }
}
