/** Friendly names for new rooms: easy to say over the telephone. */

const QUALITIES = ['amber', 'brave', 'bright', 'calm', 'clever', 'copper', 'early', 'gentle', 'golden', 'happy', 'kind', 'lively', 'lucky', 'mellow', 'quick', 'quiet', 'silver', 'sunny', 'swift', 'warm'];
const THINGS = ['badger', 'birch', 'comet', 'falcon', 'garden', 'harbour', 'heron', 'island', 'kite', 'lantern', 'maple', 'meadow', 'orchard', 'otter', 'pebble', 'river', 'sparrow', 'summit', 'valley', 'willow'];

/** Two words and two digits: 36,000 rooms, of which nobody meets in the same one by chance. */
export function newRoomName(): string {
  const [quality = 0, thing = 0, digits = 0] = crypto.getRandomValues(new Uint32Array(3));
  return [
    QUALITIES[quality % QUALITIES.length],
    THINGS[thing % THINGS.length],
    10 + (digits % 90),
  ].join('-');
}
