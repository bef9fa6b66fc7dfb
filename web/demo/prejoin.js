/** Before the call: who, where, and how one looks and sounds. */

import { reasonText } from '/dist/reasons.js';

import { makeCopyButton } from './copy-link.js';
import { deviceMemory, fillDeviceMenus } from './device-menus.js';
import { showLevel } from './level-meter.js';
import { Preview } from './preview.js';
import { newRoomName } from './room-name.js';

const NAME_KEY = 'groupcall.name';
const KIND_OF = { microphone: 'audio', camera: 'video' };

const element = (id) => document.getElementById(id);

/** Small pictures for tests on small machines (`?small`). */
const SIZE = new URLSearchParams(location.search).has('small')
  ? { width: 320, height: 180, frameRate: 15 }
  : { width: 640, height: 360 };

/** A name that survives: not in every browser, and not in every mode of it. */
const rememberedName = {
  get: () => {
    try {
      return localStorage.getItem(NAME_KEY) ?? '';
    } catch {
      return '';
    }
  },
  set: (name) => {
    try {
      localStorage.setItem(NAME_KEY, name);
    } catch {
      // Storage is forbidden here: the name is asked for again next time.
    }
  },
};

export class Prejoin {
  #menus = { audio: element('microphone-select'), video: element('camera-select') };
  #switches = { audio: element('preview-microphone'), video: element('preview-camera') };
  #video = element('preview-video');
  #preview = new Preview((kind) => this.#constraints(kind), () => this.#draw());
  /** Ids of the devices of the last time. */
  #preferred = {};
  #metered = null;
  #stopMeter = () => {};
  #joined;
  #cancelled;

  /**
   * @param {object} actions
   * @param {(choice: object) => void} actions.join what the form was filled in with
   * @param {() => void} actions.cancel joining takes too long
   */
  constructor({ join, cancel }) {
    this.#joined = join;
    this.#cancelled = cancel;
    element('name').value = rememberedName.get();
    element('room').value = new URLSearchParams(location.search).get('room')?.trim() || newRoomName();
    this.#putRoomIntoAddress();
    makeCopyButton(element('copy-link'));
    this.#listen();
  }

  show() {
    element('prejoin').hidden = false;
    document.title = 'groupcall';
  }

  hide() {
    element('prejoin').hidden = true;
    this.#preview.stop();
  }

  /** Opens the devices and shows them. */
  async startPreview() {
    await this.#recallDevices();
    const started = this.#preview.start();
    // The browser's question may stay open for long, and only afterwards do devices have names.
    await this.#fillMenus();
    await started;
    await this.#fillMenus();
  }

  /** After a call the form says so, and offers the way back. */
  showLeft() {
    element('prejoin-title').textContent = 'You left the call';
    element('join').textContent = 'Join again';
  }

  /** `message` and `remedy` of an error, or null to take it away. */
  showProblem(problem) {
    element('problem').hidden = !problem;
    element('problem-message').textContent = problem?.message ?? '';
    element('problem-remedy').textContent = problem?.remedy ?? '';
    if (problem) element('join').textContent = 'Try again';
  }

  /** While joining the form waits; `status` says what for. */
  setJoining(joining, status = '') {
    const join = element('join');
    join.disabled = joining;
    join.textContent = joining ? 'Joining…' : 'Join the call';
    element('cancel').hidden = !joining;
    for (const id of ['name', 'room', 'camera-select', 'microphone-select', 'preview-microphone', 'preview-camera', 'preview-start']) {
      element(id).disabled = joining;
    }
    this.setStatus(status);
    if (!joining) void this.#fillMenus();
  }

  setStatus(status) {
    element('join-status').textContent = status;
  }

  focus() {
    element('prejoin-title').focus();
  }

  #listen() {
    element('join-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    element('cancel').addEventListener('click', () => this.#cancelled());
    element('room').addEventListener('input', () => this.#putRoomIntoAddress());
    element('preview-start').addEventListener('click', () => void this.startPreview());
    for (const kind of ['audio', 'video']) {
      this.#switches[kind].addEventListener('click', () => void this.#toggle(kind));
      this.#menus[kind].addEventListener('change', () => {
        const [option] = this.#menus[kind].selectedOptions;
        deviceMemory.remember(kind === 'audio' ? 'microphone' : 'camera', option.value, option.text);
        void this.#preview.reopen(kind);
      });
    }
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#fillMenus());
  }

  /** For the keyboard: `microphone` or `camera`. */
  toggle(device) {
    const button = this.#switches[KIND_OF[device]];
    if (!button.disabled) button.click();
  }

  async #toggle(kind) {
    const { wanted, state } = this.#preview.devices[kind];
    // A device that failed is tried again.
    await this.#preview.want(kind, !wanted || state === 'error');
    await this.#fillMenus();
  }

  #constraints(kind) {
    const deviceId = this.#menus[kind].value || this.#preferred[kind];
    return { ...(kind === 'video' && SIZE), ...(deviceId && { deviceId }) };
  }

  async #recallDevices() {
    if (!navigator.mediaDevices) return;
    const { microphone, camera } = await deviceMemory.find(navigator.mediaDevices);
    this.#preferred = { audio: microphone, video: camera };
  }

  #fillMenus() {
    return fillDeviceMenus(this.#menus, this.#preferred);
  }

  #putRoomIntoAddress() {
    const address = new URL(location.href);
    address.searchParams.set('room', element('room').value.trim());
    history.replaceState(null, '', address);
  }

  #submit() {
    const isFilled = (id) => {
      const field = element(id);
      const filled = field.value.trim() !== '';
      field.setAttribute('aria-invalid', String(!filled));
      element(`${id}-error`).hidden = filled;
      if (!filled) field.focus();
      return filled;
    };
    // Backwards, so that the first empty field ends up with the focus.
    if (!['room', 'name'].map(isFilled).every(Boolean)) return;
    const name = element('name').value.trim();
    rememberedName.set(name);
    const { audio, video } = this.#preview.devices;
    this.#joined({
      name,
      room: element('room').value.trim(),
      media: { audio: this.#constraints('audio'), video: this.#constraints('video') },
      start: { microphone: audio.wanted, camera: video.wanted },
    });
  }

  #draw() {
    const { audio, video } = this.#preview.devices;
    this.#drawSwitch('audio', 'microphone');
    this.#drawSwitch('video', 'camera');
    this.#drawPicture(video);
    this.#drawLevel(audio);
    const idle = video.wanted && video.state === 'off';
    element('preview-start').hidden = !idle;
  }

  #drawSwitch(kind, icon) {
    const { wanted, state } = this.#preview.devices[kind];
    const on = wanted && state !== 'error';
    const button = this.#switches[kind];
    button.setAttribute('aria-pressed', String(on));
    button.querySelector('use').setAttribute('href', `#icon-${icon}${on ? '' : '-off'}`);
    button.querySelector('.switch-state').textContent = on ? 'on' : 'off';
  }

  #drawPicture({ wanted, state, reason, track }) {
    const shown = this.#video.srcObject?.getTracks()[0] ?? null;
    if (shown !== track) this.#video.srcObject = track && new MediaStream([track]);
    this.#video.hidden = !track;
    element('preview-note').hidden = Boolean(track);
    const words =
      state === 'error' || state === 'loading'
        ? reasonText(reason, 'camera')
        : wanted
          ? { message: 'The preview is off', remedy: '' }
          : { message: 'You join with the camera off', remedy: '' };
    element('preview-note-message').textContent = words.message;
    element('preview-note-remedy').textContent =
      state === 'error' ? `${words.remedy} You can join without it.` : words.remedy;
  }

  #drawLevel({ wanted, state, reason, track }) {
    if (this.#metered !== track) {
      this.#stopMeter();
      this.#stopMeter = track ? showLevel(track, element('level')) : () => {};
      this.#metered = track;
    }
    element('level').hidden = !track;
    const words = reasonText(reason, 'microphone');
    element('level-note').textContent =
      state === 'error'
        ? `${words.message}. ${words.remedy}`
        : state === 'on'
          ? 'Say something: the bar should move.'
          : wanted
            ? words.message
            : 'You join with the microphone off';
    element('level-row').hidden = element('level-note').textContent === '';
  }
}
