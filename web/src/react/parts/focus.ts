/** Keeps the focus of the keyboard inside the window when what had it goes away. */

import { createContext, useContext, useEffect, useLayoutEffect, useRef, type RefObject } from 'react';

/** Where the focus may go: elements name themselves by the attribute `data-gc-focus`. */
export type FocusPlace = 'title' | 'screen' | 'chat' | 'devices';

const WindowContext = createContext<RefObject<HTMLElement | null> | null>(null);

/** Gives the parts inside it the window's element. */
export const WindowElement = WindowContext.Provider;

/** How to put the focus on a place of the window that one is in; does nothing outside of one. */
export function useFocusOn(): (place: FocusPlace) => void {
  const element = useContext(WindowContext);
  return (place) => element?.current?.querySelector<HTMLElement>(`[data-gc-focus="${place}"]`)?.focus();
}

/** Whether the focus may be put elsewhere: nobody else on the page has it. `inside`: any element of a window. */
function isFocusFree(inside: Element | null): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || (inside?.closest('.gc-window')?.contains(activeElement) ?? false);
}

/** Puts the focus on the element of the returned ref as soon as it is there, unless somebody works elsewhere on the page. */
export function useFocusAtFirst<Focused extends HTMLElement>(): RefObject<Focused | null> {
  const ref = useRef<Focused>(null);
  useEffect(() => {
    if (isFocusFree(ref.current)) ref.current?.focus();
  }, []);
  return ref;
}

/** Whoever had the focus inside of `ref` must not be thrown back to the top of the page when that goes away. */
export function useFocusKept(ref: RefObject<HTMLElement | null>, place: FocusPlace): void {
  const focusOn = useFocusOn();
  useLayoutEffect(() => {
    const element = ref.current;
    return () => {
      if (element?.contains(document.activeElement)) focusOn(place);
    };
    // The window stays the same; only the end counts.
  }, []);
}
