/** Puts a call within the reach of the components below. */

import { createContext, useContext, useEffect, useRef, type ReactElement, type ReactNode } from 'react';

import type { ApplicationSocket, GroupCall, GroupCallOptions, JoinOptions } from '../index.js';
import { CallSession, type SessionSource } from './session.js';
import { GroupCallTexts } from './texts-context.js';
import type { Texts } from './texts.js';

const SessionContext = createContext<CallSession | null>(null);

/** The session of the provider around, if there is one. */
export function useOuterSession(): CallSession | null {
  return useContext(SessionContext);
}

/** @throws {Error} outside a `<GroupCallProvider>` or `<GroupCallWindow>`. */
export function useSession(): CallSession {
  const session = useContext(SessionContext);
  if (session) return session;
  throw new Error('groupcall: the hooks and parts of groupcall/react belong inside a <GroupCallProvider>');
}

/** What the hooks and parts below use: a session of one's own. */
export function SessionProvider({ session, children }: { readonly session: CallSession; readonly children?: ReactNode }): ReactElement {
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

/** Props of `<GroupCallProvider>`: `options`, a `call` that the page has made, or a `room` of `useCallRoom()`. */
export type GroupCallProviderProps = {
  readonly children?: ReactNode;
  /** Texts that replace the English ones of the parts inside, all or some; see `englishTexts`. */
  readonly texts?: Partial<Texts>;
} & (
  | {
      /**
       * What the call is made of, by the first mount; it is disposed of when the last is unmounted. Read
       * once: later only a new `signalling.socket` is taken over, and another `self.userId`
       * or `signalling.url` makes another call. Give the provider another `key` for anything else.
       */
      readonly options: GroupCallOptions;
      /** Joins at once, while the module is still loading. Read once, as `options`. */
      readonly join?: JoinOptions;
      readonly call?: never;
      readonly room?: never;
    }
  | {
      /** A call of the page's own, which is neither made nor disposed of here. */
      readonly call: GroupCall;
      readonly options?: never;
      readonly join?: never;
      readonly room?: never;
    }
  | {
      /** What `useCallRoom()` gave. */
      readonly room: { readonly session: object };
      readonly call?: never;
      readonly options?: never;
      readonly join?: never;
    }
);

/** Makes a call, or takes one, for the hooks and parts inside it. Mounting it twice, as StrictMode does, makes one call. */
export function GroupCallProvider({ children, texts, room, ...props }: GroupCallProviderProps): ReactElement {
  const inside = <GroupCallTexts value={texts}>{children}</GroupCallTexts>;
  if (room) return <SessionProvider session={needSession(room.session)}>{inside}</SessionProvider>;
  return <OwnCall {...(props as OwnCallProps)}>{inside}</OwnCall>;
}

function needSession(session: object): CallSession {
  if (session instanceof CallSession) return session;
  throw new Error('groupcall: <GroupCallProvider room> takes what useCallRoom() gives');
}

type OwnCallProps = Exclude<GroupCallProviderProps, { readonly room: object }>;

function OwnCall({ children, call, options, join }: OwnCallProps): ReactElement {
  const session = useOwnSession(
    () => (call ? { call } : { options, join }),
    [call, options?.self.userId, options?.signalling.url],
    options?.signalling.socket,
  );
  return <SessionProvider session={session}>{children}</SessionProvider>;
}

interface Own {
  readonly identity: readonly unknown[];
  readonly session: CallSession;
}

/**
 * A session of the component's own, for as long as that is mounted.
 *
 * @param source read once for each `identity`.
 * @param identity another one makes another session.
 * @param socket a new one is taken over.
 * @param isReady false: nothing is made yet.
 */
export function useOwnSession(source: () => SessionSource, identity: readonly unknown[], socket: ApplicationSocket | undefined, isReady = true): CallSession {
  // Refs, not a memo, which React may forget, nor state that is set while rendering, by which React 18 loses changes of the
  // call. A rendering that is thrown away leaves only `next` behind, and takes nothing from what is on the page.
  const present = useRef<Own>(null);
  const next = useRef<Own>(null);
  const own = [present.current, next.current].find((one) => one?.identity.every((part, index) => Object.is(part, identity[index])))
    ?? (next.current = { identity, session: new CallSession(source()) });
  useEffect(() => {
    present.current = own;
  });
  const { session } = own;
  useEffect(() => (isReady ? session.retain() : undefined), [session, isReady]);
  useEffect(() => {
    if (socket) session.run((made) => made.setSocket(socket));
  }, [session, socket]);
  return session;
}
