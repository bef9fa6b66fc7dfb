/** What takes the place of the chat application's former call window: it needs what the application has, and nothing else. */

import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';

import type { ApplicationSocket, CallProblem, Invitation } from '../index.js';
import { toSelf } from './application-ids.js';
import { toJoin, useBoundStore, useKnownSocket, useRoomSession, type BoundStore, type CallRoomOptions } from './call-room.js';
import { CallWindow, type CallWindowLook } from './parts/call-window.js';
import { IncomingCall } from './parts/incoming-call.js';
import { SessionProvider, useOuterSession, useOwnSession } from './provider.js';
import type { CallSession } from './session.js';
import { GroupCallTexts } from './texts-context.js';
import type { Texts } from './texts.js';

/** Props of `<GroupCallWindow>`: the room, and how it looks. */
export type GroupCallWindowProps = Omit<CallWindowLook, 'onLeave'> &
  BoundStore &
  Omit<CallRoomOptions, 'socket' | 'self' | 'options'> & {
    /**
     * Close the window: called once for each end. `error` is null where the call was left on purpose; else whoever was refused, or
     * put out by the server, has read why and goes back.
     */
    readonly onLeave?: (error: CallProblem | null) => void;
    /** Texts that replace the English ones, all or some; see `englishTexts`. */
    readonly texts?: Partial<Texts>;
  } & (
    | Pick<CallRoomOptions, 'socket' | 'self' | 'options'>
    /** Inside a `<GroupCallHost>` or `<GroupCallProvider>`, whose call it joins. */
    | { readonly socket?: never; readonly self?: never; readonly options?: never }
  );

/**
 * A call in one room, in one element: it joins when mounted, and leaves when unmounted. It is as large as the element around
 * it, and needs the style sheet `groupcall/style.css`.
 *
 *   <GroupCallWindow socket={socket} self={authUser} roomId={roomId} groupId={group._id} callType="video" onLeave={close} />
 */
export function GroupCallWindow(props: GroupCallWindowProps): ReactElement {
  const outer = useOuterSession();
  if (props.self !== undefined) return <OwnWindow {...(props as OwnWindowProps)} />;
  if (!outer) throw new Error('groupcall: <GroupCallWindow> needs socket and self, or a <GroupCallHost> around it');
  return <GuestWindow {...props} session={outer} />;
}

type OwnWindowProps = GroupCallWindowProps & Pick<CallRoomOptions, 'socket' | 'self' | 'options'>;

function OwnWindow(props: OwnWindowProps): ReactElement {
  const session = useRoomSession(props);
  return (
    <SessionProvider session={session}>
      <RoomFrame {...props} session={session} />
    </SessionProvider>
  );
}

/** In a call that others made, for as long as the window is there. */
function GuestWindow(props: GroupCallWindowProps & { readonly session: CallSession }): ReactElement {
  const { session } = props;
  const join = toJoin(props);
  const latest = useRef(join);
  useEffect(() => {
    latest.current = join;
  });
  useEffect(() => {
    // How both go stands in the snapshot.
    void session.join(latest.current);
    return () => void session.leave();
  }, [session, join.roomId]);
  return <RoomFrame {...props} key={join.roomId} />;
}

function RoomFrame({ session, store, storeOptions, onLeave, roomId, groupId, callType, media, start, socket, self, options, ...look }: GroupCallWindowProps & { readonly session: CallSession }): ReactElement {
  useBoundStore(session, { store, storeOptions });
  const isTold = useRef(false);
  useEffect(() => session.subscribe(() => {
    // Joined again in the same window: the next end is another one.
    if (session.getSnapshot().phase !== 'idle') isTold.current = false;
  }), [session]);
  const leave = (): void => {
    if (isTold.current) return;
    isTold.current = true;
    onLeave?.(session.getSnapshot().error);
  };
  return <CallWindow {...look} {...(onLeave && { onLeave: leave })} />;
}

/** Props of `<GroupCallHost>`. */
export interface GroupCallHostProps extends Pick<CallRoomOptions, 'socket' | 'options'> {
  /** The signed-in user; null while nobody is. */
  readonly self: CallRoomOptions['self'] | null | undefined;
  /** Somebody took a ringing call: show a `<GroupCallWindow>` with this room. */
  readonly onAccept?: (invitation: Invitation) => void;
  /** Tones of our own (default), the URL of a sound, or false for silence. */
  readonly ring?: boolean | string;
  /** Texts that replace the English ones, all or some; see `englishTexts`. */
  readonly texts?: Partial<Texts>;
  readonly children?: ReactNode;
}

/**
 * Around the whole application, for calls that ring, and for `<GroupCallWindow>`s, which need nothing but their room then. It
 * keeps the connection by which one is called while somebody is signed in. What is inside stays mounted all the time.
 *
 *   <GroupCallHost socket={socket} self={authUser} onAccept={openCall}>…</GroupCallHost>
 */
export function GroupCallHost({ socket, self, options, onAccept, ring = true, texts, children }: GroupCallHostProps): ReactElement {
  const session = useHostSession(socket, self, options);
  return (
    <SessionProvider session={session}>
      <GroupCallTexts value={texts}>
        {children}
        {onAccept && <IncomingCall onAccept={onAccept} connect={false} ring={ring} />}
      </GroupCallTexts>
    </SessionProvider>
  );
}

function useHostSession(socket: GroupCallHostProps['socket'], self: GroupCallHostProps['self'], options: GroupCallHostProps['options']): CallSession {
  const [known, isReady] = useKnownSocket(socket, Boolean(self));
  const user = self ? toSelf(self) : { userId: '' };
  const session = useOwnSession(
    // Without a Socket none is made: it is not retained then.
    () => ({ options: { ...options, self: user, signalling: { socket: known as ApplicationSocket } } }),
    [isReady, user.userId],
    known ?? undefined,
    isReady,
  );
  useEffect(() => {
    if (isReady) session.run((call) => call.connect());
  }, [session, isReady]);
  return session;
}
