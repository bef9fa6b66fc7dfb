/** Tells the call how large a tile is and whether anybody can see it, so that no more is sent than that needs. */

import { useEffect, useRef, type RefObject } from 'react';

import { useCallActions } from '../hooks.js';

/** How a tile shows somebody, beyond what can be measured. */
export interface TileUse {
  /** Larger than the others, on purpose: they get twice the share. */
  readonly prominent: boolean;
  /** Whether their screen is shown somewhere on the page. */
  readonly screen: boolean;
}

/** In pixels of the screen. */
interface Seen {
  readonly width: number;
  readonly height: number;
  readonly visible: boolean;
}

/** Follows size and visibility of an element. */
function watch(element: Element, changed: (seen: Seen) => void): () => void {
  let [width, height] = [0, 0];
  let inView: boolean | undefined;
  const tell = (): void => {
    // Both observers begin with what is; until then nothing is known.
    if (inView === undefined) return;
    const scale = window.devicePixelRatio;
    const visible = inView && width > 0 && height > 0 && document.visibilityState === 'visible';
    changed({ width: Math.round(width * scale), height: Math.round(height * scale), visible });
  };
  const sizes = new ResizeObserver(([entry]) => {
    if (!entry) return;
    ({ width, height } = entry.contentRect);
    tell();
  });
  const views = new IntersectionObserver((entries) => {
    inView = entries.at(-1)?.isIntersecting ?? inView;
    tell();
  });
  sizes.observe(element);
  views.observe(element);
  document.addEventListener('visibilitychange', tell);
  return () => {
    sizes.disconnect();
    views.disconnect();
    document.removeEventListener('visibilitychange', tell);
  };
}

/**
 * Give the returned ref to the element that shows somebody's camera. One tile for each: of two, the last to change counts.
 *
 * @param userId null for one's own, about which nobody needs to know.
 */
export function useTileView<Tile extends Element>(userId: string | null, { prominent, screen }: TileUse): RefObject<Tile | null> {
  const ref = useRef<Tile>(null);
  const report = useRef<(use: TileUse) => void>(undefined);
  const { setView } = useCallActions();
  useEffect(() => {
    const element = ref.current;
    if (!element || userId === null) return undefined;
    let [use, seen, told]: [TileUse, Seen | undefined, string] = [{ prominent: false, screen: true }, undefined, ''];
    const tell = (): void => {
      if (!seen) return;
      const view = { ...seen, ...(use.prominent && { speaker: true }), ...(!use.screen && { screen: false }) };
      const text = JSON.stringify(view);
      if (text === told) return;
      told = text;
      setView(userId, view);
    };
    report.current = (now) => {
      use = now;
      tell();
    };
    const stop = watch(element, (now) => {
      seen = now;
      tell();
    });
    return () => {
      stop();
      report.current = undefined;
      setView(userId, { width: 0, height: 0, visible: false });
    };
  }, [setView, userId]);
  useEffect(() => report.current?.({ prominent, screen }), [setView, userId, prominent, screen]);
  return ref;
}
