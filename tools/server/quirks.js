/**
 * The behaviours of the existing backend that this server mends, one flag each.
 * `true` means: behave like the existing backend. The README explains every
 * flag in a table, and one test is named after each.
 *
 * @typedef {object} Quirks
 * @property {boolean} silentRefusal              bad payloads and refused events vanish without an answer
 * @property {boolean} nullPayloadIsFatal         an event without a payload object ends the server (emulated)
 * @property {boolean} outsidersMayRelay          offers, answers and candidates pass although the sender is not in the room
 * @property {boolean} leaveMissesPendingJoin     a leave before `joined` is ignored, the join completes
 * @property {boolean} closeMissesPendingJoin     a disconnect before `joined` leaves a ghost in the room
 * @property {boolean} newestSocketOwnsUser       the newest socket's close removes the user everywhere, older tabs included
 * @property {boolean} firstUserInfoStays         a repeated join does not replace the stored userInfo
 * @property {boolean} repeatShowsDefaultTracks   a repeated join is announced with default tracks, whatever is stored
 * @property {boolean} screenShareForgotten       late joiners are not told of a screen share, nor members of its end by leaving
 * @property {boolean} anyGroupEntersRoom         a member of any group may enter any room by its roomId
 * @property {boolean} pingUnanswered             `groupcall:ping` is an unknown event: no acknowledgement comes
 */

/** @type {Readonly<Quirks>} */
export const LEGACY = Object.freeze({
  silentRefusal: true,
  nullPayloadIsFatal: true,
  outsidersMayRelay: true,
  leaveMissesPendingJoin: true,
  closeMissesPendingJoin: true,
  newestSocketOwnsUser: true,
  firstUserInfoStays: true,
  repeatShowsDefaultTracks: true,
  screenShareForgotten: true,
  anyGroupEntersRoom: true,
  pingUnanswered: true,
});

/** @type {Readonly<Quirks>} */
export const MENDED = Object.freeze({
  silentRefusal: false,
  nullPayloadIsFatal: false,
  outsidersMayRelay: false,
  leaveMissesPendingJoin: false,
  closeMissesPendingJoin: false,
  newestSocketOwnsUser: false,
  firstUserInfoStays: false,
  repeatShowsDefaultTracks: false,
  screenShareForgotten: false,
  anyGroupEntersRoom: false,
  pingUnanswered: false,
});
