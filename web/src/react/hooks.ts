/** The call as React sees it: each hook renders its component when what it returns has changed, and only then. */

import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore, type RefCallback } from 'react';

import type {
  CallDevice,
  CallEvents,
  CallProblem,
  CallRoom,
  CallSnapshot,
  GroupCall,
  InputKind,
  Invitation,
  JoinOptions,
  MediaStatus,
  MediaStreams,
  Participant,
  Phase,
  ScreenShareOptions,
  SelfParticipant,
  SendResult,
  SignallingStatus,
  View,
} from '../index.js';
import type { Picture } from '../playback.js';
import { useSession } from './provider.js';
import type { CallSession } from './session.js';

/** True for lists with the same members in the same order. */
export function sameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
}

/** True for objects with the same values under the same names. */
export function sameMembers(one: object, other: object): boolean {
  const members = Object.entries(one);
  return members.length === Object.keys(other).length && members.every(([name, value]) => Object.is(value, (other as Record<string, unknown>)[name]));
}

function useSelection<State, Selected>(
  session: CallSession,
  read: () => State,
  select: (state: State) => Selected,
  isEqual: (one: Selected, other: Selected) => boolean,
): Selected {
  // What was selected keeps its identity until it differs, so that a made-up object renders nothing anew;
  // also where `select` is another function each time.
  const shown = useRef<{ readonly selected: Selected }>(undefined);
  const get = useMemo(() => {
    let last: { readonly state: State; readonly selected: Selected } | undefined;
    return (): Selected => {
      const state = read();
      if (last?.state === state) return last.selected;
      const selected = select(state);
      const before = last ?? shown.current;
      last = { state, selected: before && isEqual(before.selected, selected) ? before.selected : selected };
      return last.selected;
    };
  }, [read, select, isEqual]);
  const selected = useSyncExternalStore(session.subscribe, get, get);
  useEffect(() => {
    shown.current = { selected };
  }, [selected]);
  return selected;
}

/**
 * Any part of the snapshot.
 *
 * @param select best a function that stays the same.
 * @param isEqual whether two results are the same to the component; default `Object.is`, which
 * fits every part of the snapshot, since parts that did not change keep their identity.
 */
export function useCallSelector<Selected>(
  select: (snapshot: CallSnapshot) => Selected,
  isEqual: (one: Selected, other: Selected) => boolean = Object.is,
): Selected {
  const session = useSession();
  return useSelection(session, session.getSnapshot, select, isEqual);
}

/** What can be done with a call; all of it may be called before the call is made. Stays the same object. */
export interface CallActions {
  /** As `GroupCall.join()`; a module that could not be loaded is tried anew. */
  readonly join: (options: JoinOptions) => Promise<void>;
  /** As `GroupCall.leave()`; it never rejects. */
  readonly leave: () => Promise<void>;
  readonly setMicrophone: (on: boolean) => void;
  readonly setCamera: (on: boolean) => void;
  readonly setDevice: (kind: InputKind, deviceId: string) => void;
  /** As `GroupCall.setScreenShare()`: call it from the handler of a click or a key. */
  readonly setScreenShare: (on: boolean, options?: ScreenShareOptions) => void;
  /** As `GroupCall.setView()`; `<VideoTile>` does it by itself. */
  readonly setView: (userId: string, view: View) => void;
  readonly send: (message: { readonly text: string; readonly to?: string }) => Promise<SendResult>;
  readonly connect: () => void;
  readonly disconnect: () => void;
  readonly takeOver: () => void;
  readonly declineInvitation: (roomId: string) => void;
}

const actionsOf = new WeakMap<CallSession, CallActions>();

function makeActions(session: CallSession): CallActions {
  const run = (use: (call: GroupCall) => void): void => session.run(use);
  return {
    join: (options) => session.join(options),
    leave: () => session.leave(),
    setMicrophone: (on) => run((call) => call.setMicrophone(on)),
    setCamera: (on) => run((call) => call.setCamera(on)),
    setDevice: (kind, deviceId) => run((call) => call.setDevice(kind, deviceId)),
    setScreenShare: (on, options) => run((call) => call.setScreenShare(on, options)),
    setView: (userId, view) => run((call) => call.setView(userId, view)),
    send: (message) => session.ask(({ call }) => call.send(message)),
    connect: () => run((call) => call.connect()),
    disconnect: () => run((call) => call.disconnect()),
    takeOver: () => run((call) => call.takeOver()),
    declineInvitation: (roomId) => run((call) => call.declineInvitation(roomId)),
  };
}

/** What can be done, without what is: never renders a component. */
export function useCallActions(): CallActions {
  return actionsFor(useSession());
}

/** Some members of a session's snapshot: the same object until one of them changes. */
export function useSessionSelector<Selected extends object>(session: CallSession, select: (snapshot: CallSnapshot) => Selected): Selected {
  return useSelection(session, session.getSnapshot, select, sameMembers);
}

/** The actions of a session: the same object each time. */
export function actionsFor(session: CallSession): CallActions {
  let actions = actionsOf.get(session);
  if (!actions) actionsOf.set(session, (actions = makeActions(session)));
  return actions;
}

/** The call as a whole, and what can be done with it. */
export interface GroupCallState extends CallActions {
  readonly phase: Phase;
  readonly room: CallRoom | null;
  /** Why the last call was refused or ended, or could not even be made. */
  readonly error: CallProblem | null;
  readonly signalling: SignallingStatus;
}

const selectCall = ({ phase, room, error, signalling }: CallSnapshot) => ({ phase, room, error, signalling });

/** Where the call stands, and what can be done. Neither who is there nor their media: they change more often. */
export function useGroupCall(): GroupCallState {
  const actions = useCallActions();
  const state = useCallSelector(selectCall, sameMembers);
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}

const selectParticipants = ({ participants }: CallSnapshot) => participants;

/** All others, in the order in which they came. Renders at every change of any of them: see `useParticipantIds()`. */
export function useParticipants(): readonly Participant[] {
  return useCallSelector(selectParticipants);
}

const selectIds = ({ participants }: CallSnapshot) => participants.map(({ userId }) => userId);

/** Who is there, by id: renders when somebody comes or goes, and leaves the rest to `useParticipant()` of each tile. */
export function useParticipantIds(): readonly string[] {
  return useCallSelector(selectIds, sameList);
}

/** One of the others, or oneself; undefined once they are gone. Renders when something about this one changed. */
export function useParticipant(userId: string): Participant | SelfParticipant | undefined {
  return useCallSelector(
    useMemo(
      () => ({ self, participants }: CallSnapshot) => (self.userId === userId ? self : participants.find((one) => one.userId === userId)),
      [userId],
    ),
  );
}

/** One's own media, and the switches for it. */
export interface LocalMedia {
  readonly microphone: MediaStatus;
  readonly camera: MediaStatus;
  readonly screen: MediaStatus;
  readonly streams: MediaStreams;
  /** The browser's own words on the last device error; may be empty. */
  readonly deviceError: string;
  readonly setMicrophone: (on: boolean) => void;
  readonly setCamera: (on: boolean) => void;
  readonly setScreenShare: (on: boolean, options?: ScreenShareOptions) => void;
}

const selectLocalMedia = ({ self: { microphone, camera, screen, streams, deviceError } }: CallSnapshot) => ({ microphone, camera, screen, streams, deviceError });

/** One's own microphone, camera and screen. Renders when something about them changed, not when one speaks. */
export function useLocalMedia(): LocalMedia {
  const { setMicrophone, setCamera, setScreenShare } = useCallActions();
  const state = useCallSelector(selectLocalMedia, sameMembers);
  return useMemo(() => ({ ...state, setMicrophone, setCamera, setScreenShare }), [state, setMicrophone, setCamera, setScreenShare]);
}

/** The devices of this machine, and how to choose among them. */
export interface Devices {
  readonly microphones: readonly CallDevice[];
  readonly cameras: readonly CallDevice[];
  /** Empty where the browser chooses (Safari). */
  readonly speakers: readonly CallDevice[];
  /** The ids in use; null for none, or where the browser does not say. The speaker is empty for the browser's choice. */
  readonly selected: { readonly microphone: string | null; readonly camera: string | null; readonly speaker: string };
  /**
   * Uses another device from now on. Rejects only for a speaker, as `Playback.setOutputDevice()` does: how
   * it goes with a camera or a microphone stands in their state.
   */
  readonly select: (kind: CallDevice['kind'], deviceId: string) => Promise<void>;
}

const selectDevices = ({ devices, self }: CallSnapshot) => ({ all: devices, inUse: self.devices });

/** The microphones, cameras and speakers of this machine. Renders as they come, go, or are changed. */
export function useDevices(): Devices {
  const session = useSession();
  const { setDevice } = useCallActions();
  const { all, inUse } = useCallSelector(selectDevices, sameMembers);
  const speaker = usePlayback().outputDevice;
  return useMemo(() => {
    const of = (kind: CallDevice['kind']) => all.filter((one) => one.kind === kind);
    return {
      microphones: of('microphone'),
      cameras: of('camera'),
      speakers: of('speaker'),
      selected: { ...inUse, speaker },
      select: async (kind, deviceId) => {
        if (kind === 'speaker') await session.ask(({ playback }) => playback.setOutputDevice(deviceId));
        else setDevice(kind, deviceId);
      },
    };
  }, [session, setDevice, all, inUse, speaker]);
}

const selectInvitations = ({ invitations }: CallSnapshot) => invitations;

/** The calls that ring. They need a connection: see `connect()` of `useCallActions()`. */
export function useInvitations(): readonly Invitation[] {
  return useCallSelector(selectInvitations);
}

/** How the sound goes, and what can be done about it. */
export interface PlaybackState {
  /** The browser plays nothing before somebody presses something: show a button that calls `resume()`. */
  readonly needsGesture: boolean;
  /** The id of the speaker; empty for the browser's choice. */
  readonly outputDevice: string;
  /** As `Playback.resumePlayback()`: call it from the handler of a click or a key. */
  readonly resume: () => Promise<void>;
  /** As `Playback.setVolume()`: from 0 to 1. */
  readonly setVolume: (userId: string, volume: number) => void;
}

/** How the sound of the others is played. */
export function usePlayback(): PlaybackState {
  const session = useSession();
  const state = useSyncExternalStore(session.subscribe, session.getPlaybackSnapshot, session.getPlaybackSnapshot);
  return useMemo(
    () => ({
      ...state,
      resume: () => session.resumePlayback(),
      setVolume: (userId, volume) => session.setVolume(userId, volume),
    }),
    [session, state],
  );
}

/** Listens to an event of the call for as long as the component is mounted. The listener may be a new one each time. */
export function useCallEvent<Name extends keyof CallEvents>(event: Name, listener: CallEvents[Name]): void {
  const session = useSession();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => {
    const forward = (...values: unknown[]): void => (latest.current as (...all: unknown[]) => void)(...values);
    return session.on(event, forward as CallEvents[Name]);
  }, [session, event]);
}

/**
 * Shows somebody in a `<video>`, which may come and go: `<video ref={usePicture(userId, 'camera')}>`. There is a
 * picture in it while the state of that camera or screen is `on`, and none otherwise; see `Playback.attachMedia()`.
 */
export function usePicture(userId: string, picture: Picture): RefCallback<HTMLVideoElement> {
  const session = useSession();
  const detach = useRef<() => void>(undefined);
  // Called with null at the end, as React 18 and 19 both do.
  return useCallback(
    (element) => {
      detach.current?.();
      detach.current = element ? session.attach(element, userId, picture) : undefined;
    },
    [session, userId, picture],
  );
}
