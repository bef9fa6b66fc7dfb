/** Makes the page's calls: one after the other, each of them disposed of when the next is made. */

import { createGroupCall, GroupCallError, type GroupCall, type GroupCallOptions } from 'groupcall';
import { keepScreenOn, rememberDevices } from 'groupcall/devices';
import type { PreJoinChoice } from 'groupcall/react';

import { records, relayOnly } from './address.js';

declare global {
  interface Window {
    /** For tests and for the curious: the present or last call, and with `?record` the text of its flight record. */
    groupcallDemo: { call: GroupCall | null; readonly record: string[] };
  }
}

const demo: Window['groupcallDemo'] = (window.groupcallDemo = { call: null, record: [] });

/** A new person at each load: a duplicated tab must not take this one's place in the room. */
const userId = `web-${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;

/** The storage is asked for anew each time: some browsers forbid it, in some of their modes. */
export const deviceMemory = rememberDevices({
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, value),
});

const optionsFor = (fullname: string): GroupCallOptions => ({ self: { userId, fullname }, signalling: { url: location.origin } });

/** The module is shared: it loads while the form is filled in. Should it fail, joining tries again and says so. */
export async function loadAhead(): Promise<void> {
  const call = await createGroupCall(optionsFor('')).catch((error: unknown) => console.info('groupcall:', error));
  call?.dispose();
}

/** Which join is the last that was asked for; one that was cancelled is none. */
let attempt = 0;

/** Of the present call. */
let stopKeepingScreenOn = (): void => {};

/** Takes back a join that is under way, also one whose call is still being made. */
export function cancelJoin(): void {
  attempt += 1;
  void demo.call?.leave();
}

/**
 * Joins.
 *
 * @param onCall gets the call as soon as there is one, for those who follow how the join goes.
 * @throws {GroupCallError} as `createGroupCall()` and `join()`; `aborted` also where there was no call yet to be left.
 */
export async function joinRoom(room: string, { name, media, start }: PreJoinChoice, onCall: (call: GroupCall) => void): Promise<void> {
  attempt += 1;
  const ours = attempt;
  try {
    // A join that was cancelled may still be on its way back; this waits for it.
    await demo.call?.leave();
    stopKeepingScreenOn();
    demo.call?.dispose();
    demo.record.length = 0;
    const call = await createGroupCall({
      ...optionsFor(name),
      deviceMemory,
      ...(relayOnly && { iceTransportPolicy: 'relay' as const }),
      ...(records && { record: (line: string) => void demo.record.push(line) }),
    });
    if (ours !== attempt) {
      call.dispose();
      throw new GroupCallError('aborted');
    }
    demo.call = call;
    stopKeepingScreenOn = keepScreenOn(call);
    onCall(call);
    await call.join({ roomId: room, groupId: 'demo', callType: 'video', media, start });
  } catch (error) {
    if (error instanceof GroupCallError && error.code !== 'aborted') console.info(`groupcall: ${error.code}: ${error.detail}`);
    throw error;
  }
}
