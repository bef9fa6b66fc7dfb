/** One participant's tile. */

import { connectionReasonText, reasonText } from '/dist/reasons.js';

const CONNECTION_WORDS = {
  connecting: 'Connecting',
  reconnecting: 'Reconnecting',
  unreachable: 'Cannot be reached',
};

const STATE_WORDS = { loading: 'Starting', off: 'Off', error: 'Not working', replacing: 'Changing', ended: 'Ended' };

const QUALITY_CAUSES = {
  loss: 'packets are lost',
  rtt: 'packets take long',
  jitter: 'packets come unevenly',
  bitrate: 'too slow for a good picture',
  cpu: 'this device is busy',
};

/** From how many points on a connection is called what. */
const QUALITY_WORDS = [[80, 'good'], [50, 'fair'], [0, 'poor']];

/** Where other people's payloads end up: a name may be anything. */
export function nameOf({ userId, userInfo }) {
  const name = userInfo?.fullname;
  return typeof name === 'string' && name.trim() !== '' ? name.trim() : userId;
}

function initialsOf(name) {
  const words = name.split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : [name];
  return picked.map((word) => Array.from(word)[0]).join('').toUpperCase();
}

/** A colour for each user, the same on every page. */
function hueOf(userId) {
  let hash = 0;
  for (const character of userId) hash = (hash * 31 + character.codePointAt(0)) % 3_600;
  return (hash * 47) % 360;
}

function wordsFor({ state, reason }, device) {
  if (state === 'replacing' && reason === 'starting') return `Changing the ${device}`;
  if (state === 'on') return device === 'camera' ? 'Camera on' : 'Microphone on';
  if (device === 'microphone' && (reason === 'self-off' || reason === 'peer-off')) return 'Muted';
  return reasonText(reason, device).message || STATE_WORDS[state];
}

/** The ring around a tile says it to those who see. */
function spokenWord() {
  const word = document.createElement('span');
  word.className = 'for-listeners';
  word.textContent = '(speaking)';
  return word;
}

export class Tile {
  /** The list item to put into the grid. */
  element;
  #parts;
  #detach;
  #isSelf;
  #drawn;

  /**
   * @param {string} userId whose it is
   * @param {import('groupcall/playback').Playback} playback what plays the call
   * @param {boolean} isSelf mirrored, named "you", and never a connection
   */
  constructor(userId, playback, isSelf) {
    const template = document.getElementById('tile-template');
    this.element = template.content.firstElementChild.cloneNode(true);
    const part = (selector) => this.element.querySelector(selector);
    this.#parts = {
      video: part('video'),
      blank: part('.tile-blank'),
      avatar: part('.avatar'),
      reason: part('.tile-reason'),
      connection: part('.tile-connection'),
      name: part('.tile-name'),
      quality: part('.tile-quality'),
      microphone: part('.tile-microphone'),
      camera: part('.tile-camera'),
    };
    this.#isSelf = isSelf;
    this.#parts.video.classList.toggle('mirrored', isSelf);
    this.#detach = playback.attachMedia(this.#parts.video, userId, 'camera');
  }

  /** Draws a participant; the very same one costs nothing. */
  draw(participant) {
    if (participant === this.#drawn) return;
    this.#drawn = participant;
    const name = nameOf(participant);
    const { dataset, style } = this.element;
    dataset.userId = participant.userId;
    dataset.camera = participant.camera.state;
    dataset.microphone = participant.microphone.state;
    dataset.connection = participant.connection ?? 'self';
    this.element.classList.toggle('speaking', participant.speaking);
    style.setProperty('--hue', String(hueOf(participant.userId)));
    this.#parts.name.textContent = this.#isSelf ? `${name} (you)` : name;
    if (participant.speaking) this.#parts.name.append(' ', spokenWord());
    this.#parts.avatar.textContent = initialsOf(name);
    this.#drawCamera(participant, name);
    this.#drawChip('microphone', participant.microphone);
    this.#drawConnection(participant);
    this.#drawQuality(participant);
  }

  /** Lets go of the picture. */
  remove() {
    this.#detach();
    this.element.remove();
  }

  #drawCamera({ camera, streams }, name) {
    const { video, blank, reason } = this.#parts;
    // While another camera is being opened, the one before may still be there.
    const visible = camera.state === 'on' || (camera.state === 'replacing' && streams.camera !== null);
    video.hidden = !visible;
    blank.hidden = visible;
    video.setAttribute('aria-label', `Picture of ${name}`);
    reason.textContent = wordsFor(camera, 'camera');
    // The camera's own chip says the same to those who listen.
    reason.ariaHidden = 'true';
    this.#drawChip('camera', camera);
  }

  #drawChip(device, status) {
    const chip = this.#parts[device];
    const on = ['on', 'loading', 'replacing'].includes(status.state);
    chip.classList.toggle('off', !on);
    chip.querySelector('use').setAttribute('href', `#icon-${device}${on ? '' : '-off'}`);
    const words = wordsFor(status, device);
    chip.querySelector('.tile-words').textContent = words;
    chip.title = words;
  }

  /** Bars, and words for those who point at them or listen. */
  #drawQuality({ connection, quality = null, qualityCause }) {
    const { quality: chip } = this.#parts;
    chip.hidden = quality === null || connection !== 'connected';
    if (chip.hidden) return;
    const at = QUALITY_WORDS.findIndex(([from]) => quality >= from);
    const words = `Connection ${QUALITY_WORDS[at][1]}`;
    chip.dataset.bars = String(QUALITY_WORDS.length - at);
    chip.querySelector('.tile-words').textContent = words;
    const cause = QUALITY_CAUSES[qualityCause];
    chip.title = cause ? `${words} (${quality} of 100): ${cause}` : `${words} (${quality} of 100)`;
  }

  #drawConnection({ connection, connectionReason = 'none', signalling }) {
    const { connection: chip, reason } = this.#parts;
    const { message, remedy } = connectionReasonText(connectionReason);
    const lost = signalling === 'lost' ? 'Lost touch with the server' : '';
    chip.textContent = message || (CONNECTION_WORDS[connection] ?? lost);
    chip.title = remedy;
    chip.hidden = chip.textContent === '';
    if (remedy === '') return;
    reason.textContent = remedy;
    reason.ariaHidden = 'false';
  }
}
