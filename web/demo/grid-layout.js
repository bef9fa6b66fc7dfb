/** How large tiles are so that all of them fill a space well. */

// Cameras are 16:9. A tile may be narrower, and its picture is cut at the sides then.
const WIDEST = 16 / 9;
const NARROWEST = 4 / 3;
const NARROWEST_ON_PHONE = 4 / 5;
// Below this a face cannot be told; the grid scrolls instead.
const SMALLEST_WIDTH = 96;

/** @param {number} columns */
function tileFor(columns, count, width, height, gap) {
  const rows = Math.ceil(count / columns);
  const narrowest = width > height ? NARROWEST : NARROWEST_ON_PHONE;
  let tileWidth = (width - gap * (columns - 1)) / columns;
  let tileHeight = (height - gap * (rows - 1)) / rows;
  tileWidth = Math.min(tileWidth, tileHeight * WIDEST);
  tileHeight = Math.min(tileHeight, tileWidth / narrowest);
  return { columns, width: Math.floor(tileWidth), height: Math.floor(tileHeight) };
}

/** Both count: how large a whole picture is, and how much of the space is used. */
function worth({ width, height }) {
  return width * width * width * height;
}

/**
 * The best size for `count` equal tiles in a space of `width` by `height`, in CSS pixels.
 *
 * @returns {{ columns: number, width: number, height: number }}
 */
export function fitTiles(count, width, height, gap) {
  let best = tileFor(1, count, width, height, gap);
  for (let columns = 2; columns <= count; columns += 1) {
    const tile = tileFor(columns, count, width, height, gap);
    if (worth(tile) > worth(best)) best = tile;
  }
  if (best.width >= SMALLEST_WIDTH) return best;
  const columns = Math.max(1, Math.floor((width + gap) / (SMALLEST_WIDTH + gap)));
  const tileWidth = Math.floor((width - gap * (columns - 1)) / columns);
  return { columns, width: tileWidth, height: tileWidth };
}
