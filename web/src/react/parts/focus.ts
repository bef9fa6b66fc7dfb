/** Keeps the focus of the keyboard inside the window when what had it goes away. */

import { createContext, useContext, useLayoutEffect, type RefObject } from 'react';

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
