/**
 * The chat groups that calls belong to. Without a configuration every groupId
 * is a group and everybody is in it, so that a demo needs no set-up.
 */

import { JoinError, MAX_ID_LENGTH, isObject, isText } from './protocol.js';

/**
 * @typedef {{ name: string, members: string[] }} GroupEntry
 * @typedef {Record<string, GroupEntry>} GroupTable
 * @typedef {{ ok: true, name: string, includes: (userId: string) => boolean } | { ok: false, error: string }} GroupLookup
 */

export class Groups {
  /** @type {Map<string, { name: string, members: Set<string> }> | null} */
  #configured;

  /** @param {GroupTable} [table] */
  constructor(table) {
    this.#configured = table
      ? new Map(Object.entries(table).map(([id, { name, members }]) => [id, { name, members: new Set(members) }]))
      : null;
  }

  /**
   * @param {unknown} groupId
   * @param {string} userId
   * @returns {GroupLookup}
   */
  lookUp(groupId, userId) {
    if (!isText(groupId, MAX_ID_LENGTH)) return { ok: false, error: JoinError.Failed };
    if (!this.#configured) return { ok: true, name: groupId, includes: () => true };
    const group = this.#configured.get(groupId);
    if (!group) return { ok: false, error: JoinError.GroupNotFound };
    if (!group.members.has(userId)) return { ok: false, error: JoinError.NotAMember };
    return { ok: true, name: group.name, includes: (id) => group.members.has(id) };
  }
}

/**
 * @param {string} text  the content of a --groups file
 * @returns {GroupTable}
 */
export function parseGroups(text) {
  /** @type {unknown} */
  const table = JSON.parse(text);
  if (!isObject(table)) throw new TypeError('expected {"groupId": {"name": "…", "members": ["userId", …]}, …}');
  for (const [id, group] of Object.entries(table)) {
    const valid =
      isObject(group) &&
      typeof group.name === 'string' &&
      Array.isArray(group.members) &&
      group.members.every((member) => typeof member === 'string');
    if (!valid) throw new TypeError(`group ${JSON.stringify(id)}: expected {"name": "…", "members": ["userId", …]}`);
  }
  return /** @type {GroupTable} */ (table);
}
