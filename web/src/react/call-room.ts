/** A call in one room of the chat application, on the Socket that it has. */

import { useEffect, useMemo, useRef } from 'react';

import { bindCallStore, type ApplicationStore, type CallStoreOptions } from '../call-store.js';
import type { ApplicationSocket, CallProblem, CallSnapshot, CallType, GroupCallOptions, JoinOptions, Participant, SelfParticipant } from '../index.js';
import { toId, toSelf, type ApplicationId, type ApplicationUser } from './application-ids.js';
import { actionsFor, useSessionSelector, type CallActions, type GroupCallState } from './hooks.js';
import { useOwnSession } from './provider.js';
import type { CallSession } from './session.js';

/** What one has in a chat application when a call begins. */
export interface CallRoomOptions {
  /** The application's own; without one the call waits for it. A new one is taken over in mid-call. */
  readonly socket: ApplicationSocket | null | undefined;
  /** The signed-in user; without one the call waits for that. The others get the id, `fullname` and `profilePic`, and nothing else. */
  readonly self: ApplicationUser | null | undefined;
  /** Another room is another call: the former one is left. */
  readonly roomId: ApplicationId;
  readonly groupId: ApplicationId;
  /** A voice call starts without a camera, which can be turned on later. */
  readonly callType: CallType;
  /** As in `join()`: constraints, and which devices start turned on. Read once for each room. */
  readonly media?: JoinOptions['media'];
  readonly start?: JoinOptions['start'];
  /** The rest of what `createGroupCall()` takes, such as `iceServers`. Read once for each room. */
  readonly options?: Omit<GroupCallOptions, 'self' | 'signalling' | 'join'>;
}

/** A store of the application's, such as `useCallStore`; see `bindCallStore()`. */
export interface BoundStore {
  readonly store?: ApplicationStore | undefined;
  /** Read once. `sound` is false by default, since the call plays by itself here. */
  readonly storeOptions?: CallStoreOptions | undefined;
}

/** What to join, as `join()` takes it. */
export function toJoin({ roomId, groupId, callType, media, start }: Omit<CallRoomOptions, 'socket' | 'self' | 'options'>): JoinOptions {
  return { roomId: toId(roomId), groupId: toId(groupId), callType, ...(media && { media }), ...(start && { start }) };
}

type Socket = CallRoomOptions['socket'];

/** The last Socket there was, since one that is away for a moment does not end a call; and whether it can be used. */
export function useKnownSocket(socket: Socket, isWanted = true): readonly [Socket, boolean] {
  const last = useRef(socket);
  useEffect(() => {
    if (socket) last.current = socket;
  });
  const known = socket ?? last.current;
  return [known, isWanted && Boolean(known)];
}

/** A session that joins at once: devices and Socket beside the module. */
export function useRoomSession(room: CallRoomOptions): CallSession {
  const [socket, isReady] = useKnownSocket(room.socket, Boolean(room.self));
  const self = toSelf(room.self);
  return useOwnSession(
    () => ({
      // Nothing is made without a Socket and a user: the session is not retained then.
      options: { ...room.options, self, signalling: { socket: socket as ApplicationSocket } },
      join: toJoin(room),
    }),
    [isReady, self.userId, toId(room.roomId)],
    socket ?? undefined,
    isReady,
  );
}

/** Keeps a store of the application's in step while mounted. */
export function useBoundStore(session: CallSession, { store, storeOptions }: BoundStore): void {
  const options = useRef(storeOptions);
  useEffect(() => (store ? bindCallStore(session, store, { sound: false, ...options.current }) : undefined), [session, store]);
}

/** Calls `onEnd` once each time that the call, or the way into it, has ended; not for unmounting. */
export function useCallEnd(session: CallSession, onEnd: (error: CallProblem | null) => void): void {
  const latest = useRef(onEnd);
  useEffect(() => {
    latest.current = onEnd;
  });
  useEffect(() => {
    let before = session.getSnapshot().phase;
    return session.subscribe(() => {
      const { phase, error } = session.getSnapshot();
      const hasEnded = phase === 'idle' && before !== 'idle';
      before = phase;
      if (hasEnded) latest.current(error);
    });
  }, [session]);
}

/** A call, all who are in it, and what can be done. Stays the same object until something in it changes. */
export interface CallRoomState extends GroupCallState {
  readonly self: SelfParticipant;
  readonly participants: readonly Participant[];
  /** Joins as before, after a call has ended or been refused. */
  readonly rejoin: () => void;
  /** For `<GroupCallProvider room={room}>`, inside which all other hooks and parts are about this call. */
  readonly session: object;
}

const selectRoom = ({ phase, room, error, signalling, self, participants }: CallSnapshot) => ({ phase, room, error, signalling, self, participants });

/**
 * Is in a room for as long as the component is mounted, and renders it at every change: what the former client's hook did. The
 * sound of the others is played. Mounting it twice, as StrictMode does, joins once.
 *
 * @param options.onLeave called each time that the call has ended other than by unmounting: left on purpose
 * (`error` is null), refused, or ended by the server.
 */
export function useCallRoom(options: CallRoomOptions & BoundStore & { readonly onLeave?: ((error: CallProblem | null) => void) | undefined }): CallRoomState {
  const session = useRoomSession(options);
  useBoundStore(session, options);
  useCallEnd(session, (error) => options.onLeave?.(error));
  const state = useSessionSelector(session, selectRoom);
  const actions: CallActions = actionsFor(session);
  return useMemo(() => ({ ...state, ...actions, rejoin: () => session.rejoin()?.(), session }), [state, actions, session]);
}
