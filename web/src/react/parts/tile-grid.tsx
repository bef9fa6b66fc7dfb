/** The tiles of a call, as large as the space allows. */

import { memo, useEffect, useLayoutEffect, useRef, type ReactElement, type ReactNode, type RefObject } from 'react';

import type { CallSnapshot } from '../../index.js';
import { useCallSelector, useParticipantIds } from '../hooks.js';
import { useTexts } from '../texts-context.js';
import { fitTiles } from './grid-layout.js';
import { VideoTile } from './video-tile.js';

const selectSelfId = ({ self }: CallSnapshot): string => self.userId;
/** Those who cannot be reached come last in a snapshot; they take no place of the others. */
const selectGone = ({ participants }: CallSnapshot): number => participants.filter(({ connection }) => connection === 'unreachable').length;

// The row of those who cannot be reached; `.gc-tile[data-connection="unreachable"]` in the style sheet is as high, less the gap.
const GONE_ROW_PX = 60;

/** Gives the grid's tiles their size: by variables, through the CSSOM, which a Content-Security-Policy allows. */
function fit(grid: HTMLElement, beside: boolean): void {
  const { clientWidth, clientHeight, children, style } = grid;
  const gone = grid.querySelectorAll('[data-connection="unreachable"]').length;
  const count = children.length - gone;
  if (clientWidth === 0 || count === 0) return;
  const gap = Number.parseFloat(getComputedStyle(grid).columnGap);
  let { width, height } = fitTiles(count, { width: clientWidth, height: clientHeight - (gone > 0 ? GONE_ROW_PX : 0) }, gap);
  if (beside) {
    // Beside a screen they are small, and of the shape of cameras.
    width = Math.min(width, Math.floor(((grid.parentElement?.clientWidth ?? clientWidth) - gap) / 2));
    height = Math.min(height, Math.round((width * 9) / 16));
  }
  style.setProperty('--gc-tile-width', `${width}px`);
  style.setProperty('--gc-tile-height', `${height}px`);
}

function useFit(grid: RefObject<HTMLElement | null>, beside: boolean, count: number, gone: number): void {
  useLayoutEffect(() => {
    if (grid.current) fit(grid.current, beside);
  }, [grid, beside, count, gone]);
  useEffect(() => {
    const element = grid.current;
    if (!element) return undefined;
    const sizes = new ResizeObserver(() => fit(element, beside));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [grid, beside]);
}

export interface TileGridProps {
  /** Somebody's screen stands beside the tiles. */
  readonly beside: boolean;
  /** Who shares a screen that is not shown. */
  readonly unshownScreens: readonly string[];
  /** Takes the place of a second tile while nobody else is there. */
  readonly invite: ReactNode;
}

export const TileGrid = memo(function TileGrid({ beside, unshownScreens, invite }: TileGridProps): ReactElement {
  const texts = useTexts();
  const grid = useRef<HTMLUListElement>(null);
  const selfId = useCallSelector(selectSelfId);
  const others = useParticipantIds();
  const gone = useCallSelector(selectGone);
  useFit(grid, beside, others.length, gone);
  return (
    <ul ref={grid} className="gc-grid" aria-label={texts.participants}>
      {[selfId, ...others].map((userId) => (
        <li key={userId} className="gc-cell">
          <VideoTile userId={userId} screenShown={!unshownScreens.includes(userId)} />
        </li>
      ))}
      {others.length === 0 && <li className="gc-cell gc-invite">{invite}</li>}
    </ul>
  );
});
