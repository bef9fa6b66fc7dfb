import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fitTiles } from '../../web/demo/grid-layout.js';

const gap = 12;
const spaces = { wide: [1416, 780], square: [800, 780], phone: [344, 580], small: [304, 400], flat: [820, 260] };

for (const [name, [width, height]] of Object.entries(spaces)) {
  for (let count = 1; count <= 9; count += 1) {
    test(`${count} tiles fit a ${name} space`, () => {
      const tile = fitTiles(count, width, height, gap);
      const rows = Math.ceil(count / tile.columns);
      assert.ok(tile.columns * tile.width + (tile.columns - 1) * gap <= width, 'in width');
      assert.ok(rows * tile.height + (rows - 1) * gap <= height, 'in height');
      const shape = tile.width / tile.height;
      assert.ok(shape >= 0.78 && shape <= 1.82, `a face fits into ${tile.width} x ${tile.height}`);
      const used = (count * tile.width * tile.height) / (width * height);
      assert.ok(used > 0.45, `${Math.round(used * 100)} % of the space is used`);
    });
  }
}

test('two tiles stand side by side on a desktop and one above the other on a phone', () => {
  assert.equal(fitTiles(2, ...spaces.wide, gap).columns, 2);
  assert.equal(fitTiles(2, ...spaces.phone, gap).columns, 1);
});

test('nine tiles are three by three on a desktop', () => {
  assert.equal(fitTiles(9, ...spaces.wide, gap).columns, 3);
});

test('too many for a phone keep a size at which a face can be told, and the grid scrolls', () => {
  const { columns, width, height } = fitTiles(40, ...spaces.phone, gap);
  assert.ok(width >= 96);
  assert.ok(Math.ceil(40 / columns) * height > spaces.phone[1]);
});
