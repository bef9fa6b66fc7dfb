/** What a page draws: an immutable picture of the call. */

import type { CallProblem } from './errors.js';
import type {
  CallType,
  ConnectionReason,
  LinkView,
  MediaReason,
  MediaState,
  PeerSignalling,
  Phase,
  QualityCause,
  SignallingState,
} from './protocol.js';

/** What a user is known by: shown to the others as it is. */
export interface UserInfo {
  /** The name on the tile. */
  readonly fullname?: string;
  /** URL of a picture. */
  readonly profilePic?: string;
  /** Whatever else the application tells about its users; must be JSON. */
  readonly [key: string]: unknown;
}

/** One microphone, camera or screen, of oneself or of somebody else. */
export interface MediaStatus {
  /**
   * - `loading`: on its way, nothing to see or hear yet.
   * - `on`: seen or heard. Of one's own, a reason other than `none` says why this device is in use instead
   *   of the one that was chosen, or was there before (`device-lost`).
   * - `off`: turned off, by whom says `reason`.
   * - `error`: it should be on, and cannot; `reason` says why.
   * - `replacing`: one device takes over from another.
   * - `ended`: the device went away, or the screen share was stopped by the browser's own bar.
   */
  readonly state: MediaState;
  /** Why it is in this state; `reasonText()` of `groupcall/reasons` puts it into words. */
  readonly reason: MediaReason;
}

/**
 * Streams to give to `srcObject`, one track each; somebody else's screen comes with its sound as a
 * second one, silent where there is none. The same object as long as the source stays the same. Whether there is anything to see tells `state`, not the presence of a stream.
 */
export interface MediaStreams {
  readonly camera: MediaStream | null;
  readonly microphone: MediaStream | null;
  readonly screen: MediaStream | null;
}

/** The room that one is in, or joining. */
export interface CallRoom {
  readonly roomId: string;
  readonly groupId: string;
  readonly callType: CallType;
  /** When one was first admitted, in milliseconds of `performance.now()`; null before. */
  readonly joinedAtMs: number | null;
}

/** The connection to the signalling server. Media does not depend on it. */
export interface SignallingStatus {
  /**
   * - `closed`: none is wanted.
   * - `connecting`, `online`: as they say.
   * - `waiting`: out of reach, tried again at `retryAtMs`.
   * - `halted`: not tried again by itself; `error` says why. With the code `replaced`,
   *   `takeOver()` goes on here.
   */
  readonly state: SignallingState;
  /** Why it is not online, where that is known. */
  readonly error: CallProblem | null;
  /** When the next try comes, in milliseconds of `performance.now()`. */
  readonly retryAtMs: number | null;
}

/** Somebody has opened a call in a group of ours, and it rings. */
export interface Invitation {
  /** What to `join()`, or to `declineInvitation()`. */
  readonly roomId: string;
  readonly groupId: string;
  readonly callType: CallType;
  /** As the caller's page sent it: not trusted, any member may be missing. */
  readonly caller: UserInfo;
  readonly groupName: string;
  /** When it stops ringing, in milliseconds of `performance.now()`. The server never calls it off. */
  readonly endsAtMs: number;
}

/** A microphone, camera or speaker of this machine. */
export interface CallDevice {
  readonly kind: 'microphone' | 'camera' | 'speaker';
  /** What `setDevice()`, and the playback's output, take. Empty until the page may use devices of this kind. */
  readonly deviceId: string;
  /** What a person knows it by. Empty in the same case. */
  readonly label: string;
}

/** Oneself. */
export interface SelfParticipant {
  readonly userId: string;
  readonly userInfo: UserInfo;
  readonly microphone: MediaStatus;
  readonly camera: MediaStatus;
  /**
   * `loading` while the browser asks what to share. After `error` or `ended` nothing is tried by
   * itself: `setScreenShare(true)` asks again, and `setScreenShare(false)` makes it `off`.
   */
  readonly screen: MediaStatus;
  readonly streams: MediaStreams;
  /** The ids of the devices in use, as in `devices` of the snapshot; null for none, or where the browser does not say. */
  readonly devices: { readonly microphone: string | null; readonly camera: string | null };
  /** The browser's own words on the last device error, for developers; may be empty. */
  readonly deviceError: string;
  /**
   * One speaks: not while the microphone is off, not of a click, and until 0.8 s after the last word.
   * Always false in browsers that do not tell the level of a microphone (Firefox).
   */
  readonly speaking: boolean;
}

/** Somebody else in the call. Its object is replaced when, and only when, something in it changed. */
export interface Participant {
  readonly userId: string;
  /** As the participant's page sent it: not trusted, any member may be missing. */
  readonly userInfo: UserInfo;
  /**
   * The media connection: `connecting`, `connected`, `reconnecting`, or `unreachable`: not a word
   * for 30 s (tried once a minute), or nothing that helps. Leave those out of the layout.
   */
  readonly connection: LinkView;
  /**
   * Why it is not connected, once that has lasted: 3 s where the cause is certain, else 15 s. `none`
   * as soon as it is. `connectionReasonText()` of `groupcall/reasons` puts it into words.
   */
  readonly connectionReason: ConnectionReason;
  /** `lost`: the server no longer lists this participant, though media still flows. */
  readonly signalling: PeerSignalling;
  /** True for the chat application's former call client, which can do less. */
  readonly olderClient: boolean;
  readonly microphone: MediaStatus;
  readonly camera: MediaStatus;
  readonly screen: MediaStatus;
  readonly streams: MediaStreams;
  /** They speak: not of a click, and until 0.8 s after the last word. */
  readonly speaking: boolean;
  /**
   * How good the connection is, from 0 to 100 in steps of 5: over 80 nobody notices anything, under
   * 50 it hurts. It falls within a second or two and rises over several. Null: not measured yet.
   */
  readonly quality: number | null;
  /**
   * What takes most of it away, below 90: `loss` of packets, `rtt` (they take long), `jitter` (they come
   * unevenly), `bitrate` (the path carries too little for a picture), `cpu` (this page cannot
   * encode as much as it should).
   */
  readonly qualityCause: QualityCause;
}

/**
 * The call at one moment. Immutable; parts that did not change keep their identity from one
 * snapshot to the next, so `===` tells what to draw again.
 */
export interface CallSnapshot {
  /**
   * - `idle`: not in a call.
   * - `joining`: asked for, not admitted yet.
   * - `joined`: in the call.
   * - `reconnecting`: in the call, the server is out of reach; media goes on.
   * - `leaving`: goodbyes are on their way (200 ms at most).
   */
  readonly phase: Phase;
  /** Null when not in a call. */
  readonly room: CallRoom | null;
  /** Why the last call was refused or ended, unless it was left on purpose. */
  readonly error: CallProblem | null;
  readonly signalling: SignallingStatus;
  readonly self: SelfParticipant;
  /** The devices of this machine, at most 64; kept up to date as they come and go. */
  readonly devices: readonly CallDevice[];
  /** The others, in the order in which they came; those who are `unreachable` come last. */
  readonly participants: readonly Participant[];
  /** The calls that ring, oldest first; needs a connection, see `connect()`. */
  readonly invitations: readonly Invitation[];
  /** How often something was refused, dropped or repaired, by name. For developers. */
  readonly diagnostics: Readonly<Record<string, number>>;
  /**
   * When each step of the last `join()` was first reached, in whole milliseconds since then; at most
   * 128 of them. Of the call: `join`, `socket-open`, `online`, `join-sent`, `joined`, `microphone`,
   * `camera`, `first-picture`. Of one other, with the user's id after a space: `offer-sent`,
   * `offer-received`, `answer-sent`, `answer-received`, `connected`, `first-byte`, `first-frame`.
   * The browser has the same as marks and measures named `groupcall:<step>`. For developers.
   */
  readonly timings: Readonly<Record<string, number>>;
}
