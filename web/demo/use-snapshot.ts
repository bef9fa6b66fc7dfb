/** A part of a call's snapshot, for what stands outside of the parts. */

import type { CallSnapshot, GroupCall } from 'groupcall';
import { useSyncExternalStore } from 'react';

const noCall = (): (() => void) => () => undefined;

/** @param select returns something that keeps its identity until it changes. @returns undefined without a call. */
export function useSnapshot<Selected>(call: GroupCall | null, select: (snapshot: CallSnapshot) => Selected): Selected | undefined {
  return useSyncExternalStore(call?.subscribe ?? noCall, () => (call ? select(call.getSnapshot()) : undefined));
}
