/**
 * Keeps a store of the chat application's in step with a call: the entry `groupcall/call-store`, for code that reads
 * the call from a zustand store (or anything with `getState` and `setState`) in the shape of the former client.
 *
 * It needs no more of a call than `subscribe()` and `getSnapshot()`. Importing it touches nothing global.
 *
 * @packageDocumentation
 */

import type { GroupCall } from './group-call.js';
import type { CallType, Phase } from './protocol.js';
import type { CallRoom, CallSnapshot, MediaStatus, MediaStreams, UserInfo } from './snapshot.js';

/** One of those in the call, as the former client kept them. Its object is replaced when something in it changed. */
export interface StoredParticipant {
  readonly userId: string;
  /** As the participant's page sent it: not trusted, any member may be missing. */
  readonly userInfo: UserInfo;
  readonly tracks: {
    /** The microphone is on. */
    readonly audio: boolean;
    /** There is a picture to show; while there is none, show the avatar. */
    readonly video: boolean;
  };
  /**
   * Camera and microphone together; the same object while it has the same tracks. A camera without a
   * picture is a track that is not `enabled`, so that no picture ever stands still. Null without tracks.
   */
  readonly stream: MediaStream | null;
  /** Null while they share nothing. */
  readonly screenShareStream: MediaStream | null;
  /** Oneself, who is always first. */
  readonly isLocal: boolean;
}

/**
 * - `idle`: not in a call.
 * - `connecting`: asked for, not admitted yet.
 * - `connected`: in the call.
 * - `reconnecting`: in the call, the server is out of reach; media goes on.
 */
export type CallState = 'idle' | 'connecting' | 'connected' | 'reconnecting';

/** What is kept in the store. */
export interface CallStoreState {
  readonly callState: CallState;
  /** Null when not in a call, as the next two. */
  readonly roomId: string | null;
  readonly groupId: string | null;
  readonly callType: CallType | null;
  /** By user id, oneself first; a new Map at each change, and empty when not in a call. */
  readonly participants: ReadonlyMap<string, StoredParticipant>;
  /** One's own camera and microphone together, as far as they are open. */
  readonly localStream: MediaStream | null;
  readonly isMuted: boolean;
  readonly isVideoEnabled: boolean;
  readonly isScreenSharing: boolean;
}

/** What is needed of the application's store: `useCallStore` of zustand 4 or 5 is one. */
export interface ApplicationStore {
  getState(): object;
  /** Merges; other members of the state are never given. */
  setState(partial: object): unknown;
}

/** Options of `bindCallStore()`. */
export interface CallStoreOptions {
  /**
   * False: the `stream` of the others has no sound, since something else plays it (`groupcall/playback`, or the
   * parts of `groupcall/react`). Default true: whoever shows `stream` also plays it.
   */
  readonly sound?: boolean;
  /**
   * What to write, for a store with other names: gets the state of the documented shape and returns the members
   * of the store's. Must give the same members each time, of the same identity where nothing changed.
   */
  readonly map?: (state: CallStoreState, snapshot: CallSnapshot) => object;
}

const CALL_STATES: Readonly<Record<Phase, CallState>> = {
  idle: 'idle',
  joining: 'connecting',
  joined: 'connected',
  reconnecting: 'reconnecting',
  leaving: 'idle',
};

const NOBODY: ReadonlyMap<string, StoredParticipant> = new Map();

const isSeen = ({ state }: MediaStatus): boolean => state === 'on' || state === 'replacing';
/** Wanted, and not known to fail. */
const isOn = (status: MediaStatus): boolean => isSeen(status) || status.state === 'loading';

/** One stream for several tracks, which stays the same object while these do. */
class JoinedStream {
  #stream: MediaStream | null = null;

  of(...streams: (MediaStream | null)[]): MediaStream | null {
    const tracks = streams.flatMap((stream) => stream?.getTracks() ?? []);
    const present = this.#stream?.getTracks() ?? [];
    if (tracks.length !== present.length || tracks.some((track) => !present.includes(track))) {
      this.#stream = tracks.length > 0 ? new MediaStream(tracks) : null;
    }
    return this.#stream;
  }
}

/** What a participant of the store is made of. */
interface Person {
  readonly userId: string;
  readonly userInfo: UserInfo;
  readonly microphone: MediaStatus;
  readonly camera: MediaStatus;
  readonly screen: MediaStatus;
  readonly streams: MediaStreams;
}

/** Makes one state of the store after the other, of which the parts that did not change keep their identity. */
class CallStoreView {
  readonly #sound: boolean;
  readonly #streams = new Map<string, JoinedStream>();
  #participants: ReadonlyMap<string, StoredParticipant> = NOBODY;

  constructor(sound: boolean) {
    this.#sound = sound;
  }

  stateOf(snapshot: CallSnapshot): CallStoreState {
    const callState = CALL_STATES[snapshot.phase];
    const { self, participants } = snapshot;
    const room: CallRoom | null = callState === 'idle' ? null : snapshot.room;
    const people = room ? [self, ...participants] : [];
    for (const userId of [...this.#streams.keys()]) {
      if (!people.some((one) => one.userId === userId)) this.#streams.delete(userId);
    }
    this.#participants = this.#toMap(people.map((one) => this.#toStored(one, one === self)));
    return {
      callState,
      roomId: room?.roomId ?? null,
      groupId: room?.groupId ?? null,
      callType: room?.callType ?? null,
      participants: this.#participants,
      localStream: this.#participants.get(self.userId)?.stream ?? null,
      isMuted: !isOn(self.microphone),
      isVideoEnabled: isOn(self.camera),
      isScreenSharing: isSeen(self.screen),
    };
  }

  #toStored(person: Person, isLocal: boolean): StoredParticipant {
    const { userId, userInfo, microphone, camera, screen, streams } = person;
    const video = isSeen(camera);
    // One's own tracks are the call's to enable.
    if (!isLocal) setEnabled(streams.camera, video);
    const joined = this.#streams.get(userId) ?? new JoinedStream();
    this.#streams.set(userId, joined);
    const stored: StoredParticipant = {
      userId,
      userInfo,
      tracks: { audio: isOn(microphone), video },
      stream: joined.of(streams.camera, isLocal || this.#sound ? streams.microphone : null),
      screenShareStream: isSeen(screen) ? streams.screen : null,
      isLocal,
    };
    const before = this.#participants.get(userId);
    return before && isSame(before, stored) ? before : stored;
  }

  #toMap(people: readonly StoredParticipant[]): ReadonlyMap<string, StoredParticipant> {
    const before = [...this.#participants.values()];
    const isChanged = people.length !== before.length || people.some((one, index) => one !== before[index]);
    return isChanged ? new Map(people.map((one) => [one.userId, one])) : this.#participants;
  }
}

function isSame(one: StoredParticipant, other: StoredParticipant): boolean {
  return (
    one.userInfo === other.userInfo &&
    one.tracks.audio === other.tracks.audio &&
    one.tracks.video === other.tracks.video &&
    one.stream === other.stream &&
    one.screenShareStream === other.screenShareStream
  );
}

/** Writes those members that differ from what the store has, in one go. */
function write(store: ApplicationStore, state: object): void {
  const present = store.getState() as Record<string, unknown>;
  const changed = Object.entries(state).filter(([name, value]) => !Object.is(present[name], value));
  if (changed.length > 0) store.setState(Object.fromEntries(changed));
}

/**
 * Keeps `store` in step with `call` from now on; see `CallStoreState` for what is written. Only
 * what changed is, and other members of the store stay as they are. The store is for reading: what the
 * application writes into these members is overwritten with the next change, and moves nothing in the call.
 *
 * @returns how to end it; the store then says that there is no call.
 */
export function bindCallStore(
  call: Pick<GroupCall, 'subscribe' | 'getSnapshot'>,
  store: ApplicationStore,
  { sound = true, map = (state) => state }: CallStoreOptions = {},
): () => void {
  const view = new CallStoreView(sound);
  const show = (snapshot: CallSnapshot): void => write(store, map(view.stateOf(snapshot), snapshot));
  const follow = (): void => show(call.getSnapshot());
  const stop = call.subscribe(follow);
  follow();
  let bound = true;
  return () => {
    if (!bound) return;
    bound = false;
    stop();
    const last = call.getSnapshot();
    for (const { streams } of last.participants) setEnabled(streams.camera, true);
    const off = { state: 'off', reason: 'none' } as const;
    show({ ...last, phase: 'idle', self: { ...last.self, microphone: off, camera: off, screen: off } });
  };
}

/** A receiver's `enabled` is this page's own affair, and nothing is told to the sender. */
function setEnabled(stream: MediaStream | null, enabled: boolean): void {
  for (const track of stream?.getTracks() ?? []) track.enabled = enabled;
}
