/** Ids and users as a chat application has them, and as a call takes them. */

import type { GroupCallOptions } from '../index.js';

/** An id, or an object that has one, such as a document of the application's database. */
export type ApplicationId = string | number | { readonly _id: ApplicationId } | { readonly id: ApplicationId };

/** A user of the chat application; members that are not named here go to nobody. */
export type ApplicationUser = ({ readonly _id: ApplicationId } | { readonly userId: ApplicationId } | { readonly id: ApplicationId }) & {
  readonly fullname?: string | null | undefined;
  readonly profilePic?: string | null | undefined;
};

/** The id itself; empty where there is none, which `createGroupCall()` refuses by name. */
export function toId(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  const { userId, _id, id } = value as { userId?: unknown; _id?: unknown; id?: unknown };
  return toId(userId ?? _id ?? id);
}

/** What the others are told of a user: nothing else of the object leaves the page. Nobody is signed in: the id is empty. */
export function toSelf(user: ApplicationUser | null | undefined): GroupCallOptions['self'] {
  const { fullname, profilePic } = user ?? {};
  return { userId: toId(user), ...(fullname && { fullname }), ...(profilePic && { profilePic }) };
}
