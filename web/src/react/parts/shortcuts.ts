/** Single keys that work anywhere on the page, but not while somebody writes. */

import { useEffect, useRef } from 'react';

/** By key, in lower case. A key without a function is left to the page. */
export type Shortcuts = Readonly<Record<string, (() => void) | undefined>>;

const WRITING = 'input, select, textarea, [contenteditable]:not([contenteditable="false"]), [role="textbox"]';

function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(WRITING) !== null;
}

/** @param enabled false: none of them works. */
export function useShortcuts(shortcuts: Shortcuts, enabled = true): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    if (!enabled) return undefined;
    const press = (event: KeyboardEvent): void => {
      const act = latest.current[event.key.toLowerCase()];
      if (!act || event.defaultPrevented || event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      // It would be written into the field that gets the focus.
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [enabled]);
}
