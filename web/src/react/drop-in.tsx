/** What takes the place of the chat application's former call window: it needs what the application has, and nothing else. */

import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';

import type { ApplicationSocket, CallProblem, GroupCall, GroupCallOptions, Invitation, JoinOptions } from '../index.js';
import { toId, toSelf } from './application-ids.js';
import { toJoin, useBoundStore, useKnownSocket, useRoomSession, type BoundStore, type CallRoomOptions } from './call-room.js';
import { CallWindow, type CallWindowLook } from './parts/call-window.js';
import { IncomingCall } from './parts/incoming-call.js';
import { OtherCall, useGuest } from './guest.js';
import { GroupCallProvider, SessionProvider, useOuterSession, useOwnSession, useSession } from './provider.js';
import type { CallSession } from './session.js';
import { GroupCallTexts } from './texts-context.js';
import type { Texts } from './texts.js';
import { useRetry } from './use-retry.js';

/** Which room to be in, and how; see `CallRoomOptions`. */
type Room = Omit<CallRoomOptions, 'socket' | 'self' | 'options'>;
/** What a chat application has for it; see `CallRoomOptions`. */
type Connection = Pick<CallRoomOptions, 'socket' | 'self' | 'options'>;
/** A call of the window's own, as `<GroupCallProvider>` takes it. */
type OwnCall =
  | { readonly options: GroupCallOptions; readonly join?: JoinOptions; readonly call?: never }
  | ({ readonly call: GroupCall } & Without<'options' | 'join'>);
/** Props that belong to another use of the window. */
type Without<Names extends string> = { readonly [Name in Names]?: never };

/** How a window looks, whichever call is in it. */
interface WindowLook extends Omit<CallWindowLook, 'onLeave'>, BoundStore {
  /**
   * Close the window: called once for each end. `error` is null where the call was left on purpose; else whoever was
   * refused, or put out by the server, has read why and goes back. Without it the window stays, and offers to join again.
   */
  readonly onLeave?: (error: CallProblem | null) => void;
}

/**
 * Props of `<GroupCallWindow>`: its looks, and one of
 *
 * - a room, with the Socket and the user of a chat application (`socket`, `self`): a call of its own in that room;
 * - a room alone, inside a `<GroupCallHost>` or `<GroupCallProvider>`, whose call is in that room while the window is there; a
 *   call that is in another room goes on, and the window says so;
 * - what a `<GroupCallProvider>` takes (`options` and `join`, or `call`);
 * - nothing, inside one of these: it shows their call.
 */
export type GroupCallWindowProps = WindowLook &
  (
    | (Room & Connection & Without<'join' | 'call'>)
    | (Room & Without<keyof Connection | 'join' | 'call'>)
    | (OwnCall & Without<keyof Room | 'socket' | 'self'>)
    | Without<keyof Room | keyof Connection | 'join' | 'call'>
  );

/**
 * A call with all that belongs to it: tiles that fill the space, shared screens, notices, messages, devices, controls. It is as large
 * as the element around it. Before, between and after calls it says how things stand, and after a refusal what to do. With a
 * room it joins when it is mounted, and leaves when it is unmounted.
 *
 * Needs the style sheet `groupcall/style.css`.
 *
 *   <GroupCallWindow socket={socket} self={authUser} roomId={roomId} groupId={group._id} callType="video" onLeave={close} />
 */
export function GroupCallWindow(props: GroupCallWindowProps): ReactElement {
  const outer = useOuterSession();
  if ('socket' in props || 'self' in props) return <OwnRoomWindow {...(props as WindowLook & Room & Connection)} />;
  const { options, join, call, ...rest } = props as WindowLook & { options?: GroupCallOptions; join?: JoinOptions; call?: GroupCall };
  if (call) return <GroupCallProvider call={call}><Frame {...rest} /></GroupCallProvider>;
  if (options) return <GroupCallProvider options={options} {...(join && { join })}><Frame {...rest} /></GroupCallProvider>;
  if (!outer) throw new Error('groupcall: <GroupCallWindow> needs socket and self, options, or a <GroupCallHost> or <GroupCallProvider> around it');
  return 'roomId' in props ? <GuestWindow {...(rest as WindowLook & Room)} session={outer} /> : <Frame {...rest} />;
}

function OwnRoomWindow({ socket, self, options, roomId, groupId, callType, media, start, ...look }: WindowLook & Room & Connection): ReactElement {
  const room = { socket, self, roomId, groupId, callType, ...(options && { options }), ...(media && { media }), ...(start && { start }) };
  return (
    <SessionProvider session={useRoomSession(room)}>
      <Frame {...look} key={toId(roomId)} />
    </SessionProvider>
  );
}

/** In a call that others made, for as long as the window is there. */
function GuestWindow({ session, roomId, groupId, callType, media, start, ...look }: WindowLook & Room & { readonly session: CallSession }): ReactElement {
  const join = toJoin({ roomId, groupId, callType, ...(media && { media }), ...(start && { start }) });
  const { isElsewhere, refusal, retry } = useGuest(session, join);
  if (isElsewhere || refusal) return <OtherCall {...look} refusal={refusal} onRetry={retry} />;
  return <Frame {...look} key={join.roomId} />;
}

/** The window of the call around it. */
function Frame({ store, storeOptions, onLeave, ...look }: WindowLook): ReactElement {
  const session = useSession();
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
export interface GroupCallHostProps extends Pick<CallRoomOptions, 'socket' | 'self' | 'options'> {
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
  const user = toSelf(self);
  const session = useOwnSession(
    // Nothing is made without a Socket and a user: the session is not retained then.
    () => ({ options: { ...options, self: user, signalling: { socket: known as ApplicationSocket } } }),
    [isReady, user.userId],
    known ?? undefined,
    isReady,
  );
  useEffect(() => {
    if (isReady) session.run((call) => call.connect());
  }, [session, isReady]);
  useRetry(session);
  return session;
}
