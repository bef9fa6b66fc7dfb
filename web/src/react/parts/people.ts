/** What a person is shown by. */

import type { UserInfo } from '../../index.js';

/** A name for anybody: what other pages send may be anything. */
export function nameOf({ userId, userInfo }: { readonly userId: string; readonly userInfo: UserInfo | undefined }): string {
  const name: unknown = userInfo?.fullname;
  return typeof name === 'string' && name.trim() !== '' ? name.trim() : userId;
}

/** "AL" for Ada Lovelace, "A" for Ada. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : [name];
  return picked.map((word) => Array.from(word ?? '')[0] ?? '').join('').toUpperCase();
}

const COLOURS = 12;

/** One of twelve colours for each user, the same on every page; the style sheet has them by number. */
export function colourOf(userId: string): number {
  let hash = 0;
  for (const character of userId) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3_600;
  return (hash * 7) % COLOURS;
}
