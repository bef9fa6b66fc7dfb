/**
 * Turns the core's patches into immutable snapshots and tells those who listen.
 *
 * What did not change keeps its identity, down to the leaves: a patch that brings nothing new
 * yields the very same snapshot and wakes nobody.
 */

import { callOut } from './call-out.js';
import { describeProblem, type CallProblem } from './errors.js';
import { initialSnapshot } from './initial-snapshot.js';
import type { CoreError, InvitationView, ParticipantView, RoomView, SelfView, SnapshotPatch, TrackSource } from './protocol.js';
import type { CallRoom, CallSnapshot, Invitation, Participant, SelfParticipant, UserInfo } from './snapshot.js';
import { Waterfall } from './waterfall.js';

/** Where the store finds the streams that views only name. */
export interface StreamLookup {
  /** A remote track; null where it does not exist (any more). */
  remote(source: TrackSource): MediaStream | null;
  /** A track of this page by id; null for none. */
  local(track: string): MediaStream | null;
}

type Listener = () => void;

/** Only what JSON or this file has made: never a MediaStream. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}

/**
 * `after`, with every part that equals its counterpart in `before` replaced by that very part,
 * and frozen. Takes `after` over: the caller must own it.
 */
export function share<T>(before: unknown, after: T): T {
  if (!isPlain(after) || Object.isFrozen(after)) return after;
  const old = isPlain(before) && Array.isArray(before) === Array.isArray(after) ? before : undefined;
  const keys = Object.keys(after);
  let same = old !== undefined && Object.keys(old).length === keys.length;
  for (const key of keys) {
    const known = old !== undefined && Object.hasOwn(old, key);
    const value = share(known ? old[key] : undefined, after[key]);
    (after as Record<string, unknown>)[key] = value;
    same &&= known && Object.is(value, old[key]);
  }
  return same ? (old as T) : Object.freeze(after);
}

function toProblem(error: CoreError): CallProblem | null {
  return error.code === 'none' ? null : describeProblem(error.code, error.detail);
}

function toRoom(room: RoomView): CallRoom | null {
  return room.roomId === '' ? null : { ...room, joinedAtMs: room.joinedAtMs || null };
}

export class SnapshotStore {
  #snapshot: CallSnapshot;
  #participants = new Map<string, Participant>();
  readonly #listeners = new Set<Listener>();
  readonly #waterfall = new Waterfall();
  readonly #streams: StreamLookup;

  /** @param userInfo taken over, and frozen. */
  constructor(userId: string, userInfo: UserInfo, streams: StreamLookup) {
    this.#snapshot = share<CallSnapshot>(undefined, initialSnapshot(userId, userInfo));
    this.#streams = streams;
  }

  readonly getSnapshot = (): CallSnapshot => this.#snapshot;

  readonly subscribe = (listener: Listener): (() => void) => {
    // Wrapped, so that a function which subscribes twice also hears twice and stops one by one.
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  };

  /** Takes one patch over; tells the listeners once, when anything in it was news. */
  apply(patch: SnapshotPatch): void {
    const { signalling } = patch;
    this.#replace({
      ...this.#snapshot,
      ...(patch.phase !== undefined && { phase: patch.phase }),
      ...(patch.room && { room: toRoom(patch.room) }),
      ...(patch.error && { error: toProblem(patch.error) }),
      ...(signalling && {
        signalling: {
          state: signalling.state,
          error: toProblem(signalling.error),
          retryAtMs: signalling.retryAtMs || null,
        },
      }),
      ...(patch.self && { self: this.#toSelf(patch.self) }),
      ...(patch.devices && { devices: patch.devices }),
      participants: this.#toParticipants(patch),
      ...(patch.invitations && { invitations: this.#toInvitations(patch.invitations) }),
      ...(patch.diagnostics && {
        diagnostics: {
          ...this.#snapshot.diagnostics,
          ...Object.fromEntries(patch.diagnostics.map(({ name, count }) => [name, count])),
        },
      }),
      ...(patch.timings && { timings: this.#waterfall.add(patch.timings) }),
    });
  }

  /** Counts something that a port met and the core never hears of. */
  count(name: string): void {
    const { diagnostics } = this.#snapshot;
    this.#replace({
      ...this.#snapshot,
      diagnostics: { ...diagnostics, [name]: (diagnostics[name] ?? 0) + 1 },
    });
  }

  /** The call has ended for ever. What was shown last stays. */
  close(): void {
    this.#waterfall.clear();
  }

  /** The engine is dead: nothing of the call is left but why. */
  fail(error: CallProblem): void {
    const { userId, userInfo } = this.#snapshot.self;
    const { diagnostics } = this.#snapshot;
    this.#participants.clear();
    this.#replace({ ...initialSnapshot(userId, userInfo), diagnostics, error: { ...error } });
  }

  #replace(next: CallSnapshot): void {
    const snapshot = share(this.#snapshot, next);
    if (snapshot === this.#snapshot) return;
    this.#snapshot = snapshot;
    // A copy: who subscribes in a listener hears of the next change, not of this one.
    for (const listener of [...this.#listeners]) {
      if (this.#listeners.has(listener)) callOut(listener);
    }
  }

  #toSelf(view: SelfView): SelfParticipant {
    const { userId, userInfo } = this.#snapshot.self;
    return {
      userId,
      userInfo,
      microphone: view.microphone,
      camera: view.camera,
      screen: view.screen,
      streams: {
        camera: this.#streams.local(view.cameraTrack),
        microphone: this.#streams.local(view.microphoneTrack),
        screen: this.#streams.local(view.screenTrack),
      },
      devices: { microphone: view.microphoneDevice || null, camera: view.cameraDevice || null },
      deviceError: view.deviceError,
      speaking: view.speaking ?? false,
    };
  }

  /** Each keeps its identity, also when one before it ends and it moves up. */
  #toInvitations(views: readonly InvitationView[]): readonly Invitation[] {
    const before = new Map(this.#snapshot.invitations.map((one) => [one.roomId, one]));
    return views.map((view) => share(before.get(view.roomId), view));
  }

  #toParticipants(patch: SnapshotPatch): readonly Participant[] {
    for (const view of patch.participants ?? []) {
      const before = this.#participants.get(view.userId);
      this.#participants.set(view.userId, share(before, this.#toParticipant(view)));
    }
    const order = patch.order ?? this.#snapshot.participants.map(({ userId }) => userId);
    const present = order.flatMap((userId) => this.#participants.get(userId) ?? []);
    if (patch.order) this.#participants = new Map(present.map((one) => [one.userId, one]));
    return present;
  }

  #toParticipant(view: ParticipantView): Participant {
    const { microphoneSource, cameraSource, screenSource, speaking = false, quality = null, qualityCause = 'none', ...rest } = view;
    return {
      ...rest,
      speaking,
      quality,
      qualityCause,
      streams: {
        camera: this.#streams.remote(cameraSource),
        microphone: this.#streams.remote(microphoneSource),
        screen: this.#streams.remote(screenSource),
      },
    };
  }
}
