/** The menus that choose a camera and a microphone. */

const KINDS = { audio: 'audioinput', video: 'videoinput' };
const NAMES = { audio: 'Microphone', video: 'Camera' };

function optionsFor(kind, devices) {
  const found = devices.filter((device) => device.kind === KINDS[kind]);
  // Without permission browsers list one device without a name, to say that there is any.
  return found.map(({ deviceId, label }, index) => new Option(label || `${NAMES[kind]} ${index + 1}`, deviceId));
}

/** @param {{ audio: HTMLSelectElement, video: HTMLSelectElement }} menus */
export async function fillDeviceMenus(menus) {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  for (const kind of ['audio', 'video']) {
    const menu = menus[kind];
    const chosen = menu.value;
    const options = optionsFor(kind, devices);
    menu.disabled = options.length === 0;
    menu.replaceChildren(...(options.length ? options : [new Option(`No ${NAMES[kind].toLowerCase()} found`, '')]));
    if (options.some(({ value }) => value === chosen)) menu.value = chosen;
  }
}
