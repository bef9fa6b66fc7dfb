/** Tells screen readers what others see happen. */

const KEPT = 5;
const region = document.getElementById('announcements');

/** @param {string} text one sentence */
export function announce(text) {
  const line = document.createElement('p');
  line.textContent = text;
  region.append(line);
  while (region.children.length > KEPT) region.firstElementChild.remove();
}
