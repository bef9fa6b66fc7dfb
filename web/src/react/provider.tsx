/** Puts a call within the reach of the components below. */

import { createContext, useContext, useEffect, useMemo, type ReactElement, type ReactNode } from 'react';

import type { GroupCall, GroupCallOptions, JoinOptions } from '../index.js';
import { CallSession } from './session.js';

const SessionContext = createContext<CallSession | null>(null);

/** @throws {Error} outside a `<GroupCallProvider>` or `<GroupCallWindow>`. */
export function useSession(): CallSession {
  const session = useContext(SessionContext);
  if (session) return session;
  throw new Error('groupcall: the hooks and parts of groupcall/react belong inside a <GroupCallProvider>');
}

/** Props of `<GroupCallProvider>`: either `options`, or a `call` that the page has made. */
export type GroupCallProviderProps = { readonly children?: ReactNode } & (
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
    }
  | {
      /** A call of the page's own, which is neither made nor disposed of here. */
      readonly call: GroupCall;
      readonly options?: never;
      readonly join?: never;
    }
);

/** Makes a call, or takes one, for the hooks and parts inside it. Mounting it twice, as StrictMode does, makes one call. */
export function GroupCallProvider({ children, call, options, join }: GroupCallProviderProps): ReactElement {
  const session = useMemo(
    () => new CallSession(call ? { call } : { options, join }),
    // The rest of the options is read once, as documented.
    [call, options?.self.userId, options?.signalling.url],
  );
  useEffect(session.retain, [session]);
  const socket = options?.signalling.socket;
  useEffect(() => {
    if (socket) session.run((made) => made.setSocket(socket));
  }, [session, socket]);
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}
