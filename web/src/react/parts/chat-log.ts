/** The messages of a call, as long as its window is there. */

import { useCallback, useEffect, useRef, useState } from 'react';

import type { CallSnapshot } from '../../index.js';
import { sameList, useCallActions, useCallEvent, useCallSelector } from '../hooks.js';
import { useTexts } from '../texts-context.js';
import { useAnnounce } from './announcer.js';
import { nameOf } from './people.js';

const KEPT = 500;

/** One line of the log. */
export interface ChatLine {
  readonly id: number;
  /** Written here. */
  readonly own: boolean;
  readonly name: string;
  /** To whom, unless to everybody. */
  readonly note: string;
  readonly text: string;
  readonly at: Date;
}

/** Somebody to whom one can write alone. */
export interface Addressee {
  readonly userId: string;
  readonly name: string;
}

export interface ChatLog {
  readonly lines: readonly ChatLine[];
  /** How many have come while the panel was closed. */
  readonly unread: number;
  readonly addressees: readonly Addressee[];
  /** What became of the last message, where that is worth a word. */
  readonly status: string;
  /** @returns whether it is on its way. */
  readonly send: (text: string, to: string) => Promise<boolean>;
}

// Two entries for each: what a selector makes anew is compared member by member.
const selectPeople = ({ participants }: CallSnapshot): readonly string[] =>
  participants.filter(({ olderClient }) => !olderClient).flatMap((one) => [one.userId, nameOf(one)]);

/** The names of all who are or were here: messages stay when their writers leave. */
function useNames(): { readonly addressees: readonly Addressee[]; readonly nameFor: (userId: string) => string } {
  const people = useCallSelector(selectPeople, sameList);
  const names = useRef(new Map<string, string>());
  const addressees: Addressee[] = [];
  for (let at = 0; at < people.length; at += 2) addressees.push({ userId: people[at] ?? '', name: people[at + 1] ?? '' });
  useEffect(() => {
    for (let at = 0; at < people.length; at += 2) names.current.set(people[at] ?? '', people[at + 1] ?? '');
  }, [people]);
  const nameFor = useCallback((userId: string) => names.current.get(userId) ?? userId, []);
  return { addressees, nameFor };
}

/** @param open whether the panel is: what comes meanwhile is read, and told by the log itself. */
export function useChatLog(open: boolean): ChatLog {
  const texts = useTexts();
  const announce = useAnnounce();
  const { send: sendMessage } = useCallActions();
  const { addressees, nameFor } = useNames();
  const [lines, setLines] = useState<readonly ChatLine[]>([]);
  const [unread, setUnread] = useState(0);
  const [status, setStatus] = useState('');
  const count = useRef(0);
  useEffect(() => {
    if (open) setUnread(0);
  }, [open]);
  const append = (line: Omit<ChatLine, 'id' | 'at'>): void => {
    const id = (count.current += 1);
    setLines((before) => [...before, { ...line, id, at: new Date() }].slice(-KEPT));
  };
  useCallEvent('message', ({ from, toAll, text }) => {
    const name = nameFor(from);
    append({ own: false, name, note: toAll ? '' : texts.noteOnlyYou, text });
    if (open) return;
    setUnread((before) => before + 1);
    announce(texts.messageFrom(name, text));
  });
  useCallEvent('messagesDrained', () => setStatus(texts.sendAgain));
  const send = async (text: string, to: string): Promise<boolean> => {
    const result = await sendMessage({ text, ...(to !== '' && { to }) });
    if (!result.ok) {
      const { message, remedy } = texts.problem(result.error);
      setStatus(`${message} ${remedy}`);
      return false;
    }
    setStatus(to === '' && result.unreached.length > 0 ? texts.notReached(result.unreached.map(nameFor)) : '');
    append({ own: true, name: texts.you, note: to === '' ? '' : texts.noteOnlyTo(nameFor(to)), text });
    return true;
  };
  return { lines, unread: open ? 0 : unread, addressees, status, send };
}
