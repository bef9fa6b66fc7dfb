/** How large tiles are so that all of them fill a space well. Pure. */

// Cameras are 16:9. A tile may be narrower, and its picture is cut at the sides then.
const WIDEST = 16 / 9;
const NARROWEST = 4 / 3;
const NARROWEST_ON_PHONE = 4 / 5;
// Below this a face cannot be told; the grid scrolls instead.
const SMALLEST_WIDTH = 96;

/** In CSS pixels. */
export interface TileSize {
  readonly width: number;
  readonly height: number;
}

function tileFor(columns: number, count: number, { width, height }: TileSize, gap: number): TileSize {
  const rows = Math.ceil(count / columns);
  const narrowest = width > height ? NARROWEST : NARROWEST_ON_PHONE;
  const free = { width: (width - gap * (columns - 1)) / columns, height: (height - gap * (rows - 1)) / rows };
  const tileWidth = Math.min(free.width, free.height * WIDEST);
  return { width: Math.floor(tileWidth), height: Math.floor(Math.min(free.height, tileWidth / narrowest)) };
}

/** Space counts, and width more than height: pictures are wide, and names stand side by side with the chips. */
function worth({ width, height }: TileSize): number {
  return width ** 2 * height;
}

/** The best size for `count` equal tiles in a space; lengths in CSS pixels. */
export function fitTiles(count: number, space: TileSize, gap: number): TileSize {
  let best: TileSize | undefined;
  for (let columns = 1; columns <= count; columns += 1) {
    const tile = tileFor(columns, count, space, gap);
    if (tile.width >= SMALLEST_WIDTH && (!best || worth(tile) > worth(best))) best = tile;
  }
  if (best) return best;
  const columns = Math.max(1, Math.floor((space.width + gap) / (SMALLEST_WIDTH + gap)));
  const side = Math.floor((space.width - gap * (columns - 1)) / columns);
  return { width: side, height: side };
}
