/** The panel that chooses camera, microphone and speaker during a call. */

const KINDS = ['camera', 'microphone', 'speaker'];
const NAMES = { camera: 'Camera', microphone: 'Microphone', speaker: 'Speaker' };

const element = (id) => document.getElementById(id);

/** A device without a name is one that this page may not use yet. */
function nameOf({ kind, label }, index) {
  return label || `${NAMES[kind]} ${index + 1}`;
}

export class CallDevices {
  #panel = element('devices');
  #button = element('toggle-devices');
  #menus = new Map(KINDS.map((kind) => [kind, element(`call-${kind}-select`)]));
  #call = null;
  #playback = null;
  /** What was drawn last: devices, and which of them are in use. */
  #drawn = [];

  constructor() {
    this.#button.addEventListener('click', () => this.#setOpen(this.#panel.hidden));
    element('devices-close').addEventListener('click', () => this.#close());
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#close();
    });
    for (const kind of ['camera', 'microphone']) {
      this.#menus.get(kind).addEventListener('change', ({ target }) => this.#call?.setDevice(kind, target.value));
    }
    this.#menus.get('speaker').addEventListener('change', ({ target }) => void this.#speakThrough(target.value));
  }

  show(call, playback) {
    this.#call = call;
    this.#playback = playback;
  }

  hide() {
    this.#call = this.#playback = null;
    this.#drawn = [];
    this.#say('');
    this.#setOpen(false);
  }

  draw({ devices, self }) {
    const { outputDevice } = this.#playback.getSnapshot();
    const facts = [devices, self.devices, outputDevice];
    if (facts.every((fact, index) => fact === this.#drawn[index])) return;
    this.#drawn = facts;
    const inUse = { ...self.devices, speaker: outputDevice };
    for (const kind of KINDS) this.#fill(kind, devices.filter((one) => one.kind === kind), inUse[kind]);
  }

  #fill(kind, devices, inUse) {
    const menu = this.#menus.get(kind);
    const usable = devices.filter(({ deviceId }) => deviceId !== '');
    const options = usable.map((device, index) => new Option(nameOf(device, index), device.deviceId));
    // What the browser chooses by itself has no id among those that are listed, or none is in use.
    if (!usable.some(({ deviceId }) => deviceId === inUse)) {
      const words = usable.length > 0 ? (kind === 'speaker' ? 'As the browser has it' : 'None in use') : `No ${NAMES[kind].toLowerCase()} found`;
      options.unshift(new Option(words, ''));
      options[0].disabled = kind !== 'speaker';
    }
    menu.replaceChildren(...options);
    menu.value = inUse && usable.some(({ deviceId }) => deviceId === inUse) ? inUse : '';
    menu.disabled = usable.length === 0;
  }

  async #speakThrough(deviceId) {
    try {
      await this.#playback?.setOutputDevice(deviceId);
      this.#say('');
    } catch (error) {
      this.#say(error.name === 'NotSupportedError' ? 'This browser chooses the speaker itself.' : 'This speaker cannot be used.');
      this.#drawn = [];
      if (this.#call) this.draw(this.#call.getSnapshot());
    }
  }

  #say(words) {
    element('devices-status').textContent = words;
  }

  #close() {
    this.#setOpen(false);
    this.#button.focus();
  }

  #setOpen(open) {
    this.#panel.hidden = !open;
    this.#button.setAttribute('aria-expanded', String(open));
    if (open) this.#menus.get('camera').focus();
  }
}
