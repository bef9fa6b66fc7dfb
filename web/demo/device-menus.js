/** The menus that choose a camera and a microphone, and what was chosen the last time. */

import { rememberDevices } from '/dist/devices.js';

/** Asked for anew each time: some browsers forbid it, in some of their modes. */
export const deviceMemory = rememberDevices({
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, value),
});

const KINDS = { audio: 'audioinput', video: 'videoinput' };
const NAMES = { audio: 'Microphone', video: 'Camera' };

function optionsFor(kind, devices) {
  const found = devices.filter((device) => device.kind === KINDS[kind]);
  // Without permission browsers list one device without a name, to say that there is any.
  return found.map(({ deviceId, label }, index) => new Option(label || `${NAMES[kind]} ${index + 1}`, deviceId));
}

/**
 * @param {{ audio: HTMLSelectElement, video: HTMLSelectElement }} menus
 * @param {{ audio?: string, video?: string }} preferred ids to begin with
 */
export async function fillDeviceMenus(menus, preferred) {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  for (const kind of ['audio', 'video']) {
    const menu = menus[kind];
    const chosen = menu.value || preferred[kind];
    const options = optionsFor(kind, devices);
    menu.disabled = options.length === 0;
    menu.replaceChildren(...(options.length ? options : [new Option(`No ${NAMES[kind].toLowerCase()} found`, '')]));
    if (options.some(({ value }) => value === chosen)) menu.value = chosen;
  }
}
