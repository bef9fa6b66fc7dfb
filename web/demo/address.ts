/** What the address of the page says, and what this browser remembers of its visitor. */

import { newRoomName } from './room-name.js';

const NAME_KEY = 'groupcall.name';

const query = new URLSearchParams(location.search);

/** Keeps the flight record as text in `groupcallDemo.record`. */
export const records = query.has('record');

/** Nobody's address is told: only TURN servers may connect people, and the demo names none. */
export const relayOnly = query.has('relay');

/** The camera's picture: `?small` is for tests on small machines. */
export const pictureSize: MediaTrackConstraints = query.has('small') ? { width: 320, height: 180, frameRate: 15 } : { width: 640, height: 360 };

/** The room of the link that was followed, else a new one. */
export const firstRoom = query.get('room')?.trim() || newRoomName();

/** The name in the address, else the one of the last time. Not every browser keeps it, and not in every mode of it. */
export function firstName(): string {
  const given = query.get('name')?.trim();
  if (given) return given;
  try {
    return localStorage.getItem(NAME_KEY) ?? '';
  } catch {
    return '';
  }
}

export function rememberName(name: string): void {
  try {
    localStorage.setItem(NAME_KEY, name);
  } catch {
    // Storage is forbidden here: the name is asked for again next time.
  }
}

/** So that the address of the page is a link to the room. */
export function putRoomIntoAddress(room: string): void {
  const address = new URL(location.href);
  address.searchParams.set('room', room);
  history.replaceState(null, '', address);
}

/** The link for others: without the visitor's own name. */
export function invitationLink(): string {
  const address = new URL(location.href);
  address.searchParams.delete('name');
  return address.href;
}
