/** In the call: tiles, notices and the bar. Draws what the snapshot says, and nothing else. */

import { reasonText } from '/dist/reasons.js';
import { createPlayback } from '/dist/playback.js';

import { announce } from './announcer.js';
import { CallDevices } from './call-devices.js';
import { Chat } from './chat.js';
import { makeCopyButton } from './copy-link.js';
import { fitTiles } from './grid-layout.js';
import { Notices } from './notices.js';
import { SharedScreen } from './shared-screen.js';
import { signallingNotice } from './signalling-notice.js';
import { Tile, nameOf } from './tile.js';

const element = (id) => document.getElementById(id);

/** 3725 s -> 1:02:05 */
function clockText(seconds) {
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const shown = parts[0] > 0 ? parts : parts.slice(1);
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** What happened to a device of which another one, or the one before, has taken the place; null when nothing has. */
function deviceReplaced(self) {
  const replaced = ['microphone', 'camera'].filter((device) => {
    const { state, reason } = self[device];
    return (state === 'on' && reason !== 'none') || (state === 'replacing' && reason !== 'starting');
  });
  if (replaced.length === 0) return null;
  const sentences = replaced.map((device) => {
    const { state, reason } = self[device];
    const rest = state === 'replacing' ? 'Another one is being started.' : `The ${device} that you see under “Devices” is used instead.`;
    return `${reasonText(reason, device).message}. ${rest}`;
  });
  return { message: sentences.join(' '), dismissible: true, quiet: true };
}

/** What keeps the own devices from working, as one notice; null when nothing does. */
function deviceTrouble(self) {
  const troubles = ['microphone', 'camera', 'screen']
    .filter((device) => ['error', 'ended'].includes(self[device].state))
    // Whoever closes the question, or stops the share, knows.
    .filter((device) => device !== 'screen' || !['permission-dismissed', 'stopped'].includes(self.screen.reason))
    .map((device) => reasonText(self[device].reason, device));
  if (troubles.length === 0) return null;
  // Both devices often fail for one cause, whose remedy need not be said twice.
  const remedies = new Set(troubles.map(({ remedy }) => remedy));
  return {
    message: troubles.map(({ message }) => `${message}.`).join(' '),
    remedy: [...remedies].join(' '),
    dismissible: true,
  };
}

export class CallView {
  #grid = element('grid');
  #notices = new Notices();
  #chat = new Chat();
  #devices = new CallDevices();
  #screen = new SharedScreen({ stop: () => this.#call?.setScreenShare(false) });
  /** @type {import('groupcall/playback').Playback | null} */
  #playback = null;
  /** @type {Tile | null} */
  #selfTile = null;
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  #invite = null;
  #names = new Map();
  #snapshot = null;
  #ticking = 0;
  #resized = new ResizeObserver(() => this.#fit());
  #call = null;
  /** Somebody else's screen stands beside the tiles. */
  #withScreen = false;
  /** Why the server is out of reach: while it is tried again, the snapshot does not say. */
  #outage = null;

  constructor() {
    element('leave').addEventListener('click', () => void this.#call?.leave());
    element('toggle-microphone').addEventListener('click', () => this.toggle('microphone'));
    element('toggle-camera').addEventListener('click', () => this.toggle('camera'));
    element('toggle-screen').addEventListener('click', () => this.toggle('screen'));
    makeCopyButton(element('call-copy-link'));
  }

  get shown() {
    return !element('call').hidden;
  }

  show(call) {
    this.#call = call;
    const { room } = call.getSnapshot();
    element('call').hidden = false;
    element('call-room').textContent = room.roomId;
    element('call-title').textContent = `Call in the room ${room.roomId}`;
    document.title = `${room.roomId} · groupcall`;
    this.#resized.observe(this.#grid);
    this.#ticking = setInterval(() => this.#tick(), 1_000);
    this.#chat.show(call);
    this.#playback = createPlayback(call, { container: element('audio') });
    this.#playback.subscribe(() => {
      this.#drawBlockedSound();
      this.#devices.draw(call.getSnapshot());
    });
    this.#devices.show(call, this.#playback);
    this.#screen.show(this.#playback, call.getSnapshot().self);
    this.draw(call.getSnapshot());
    this.#tick();
    element('call-title').focus();
    announce(`You are in the room ${room.roomId}.`);
  }

  hide() {
    element('call').hidden = true;
    clearInterval(this.#ticking);
    this.#resized.disconnect();
    this.#screen.hide();
    this.#playback.dispose();
    this.#notices.clear();
    this.#chat.hide();
    this.#devices.hide();
    for (const tile of this.#tiles.values()) tile.remove();
    this.#selfTile?.remove();
    this.#invite?.remove();
    this.#tiles.clear();
    this.#names.clear();
    this.#selfTile = this.#invite = this.#snapshot = this.#call = this.#outage = this.#playback = null;
  }

  /** Turns a device on or off, from the button or the keyboard. */
  toggle(device) {
    const button = element(`toggle-${device}`);
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    if (device === 'screen') this.#call?.setScreenShare(on, { audio: true });
    else if (device === 'camera') this.#call?.setCamera(on);
    else this.#call?.setMicrophone(on);
  }

  toggleChat() {
    this.#chat.toggle();
  }

  draw(snapshot) {
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    if (snapshot.self !== before?.self) this.#drawSelf(snapshot.self);
    if (snapshot.participants !== before?.participants) this.#drawOthers(snapshot.participants);
    this.#devices.draw(snapshot);
    this.#drawNotices(snapshot);
  }

  #drawSelf(self) {
    if (!this.#selfTile) {
      this.#selfTile = new Tile(self.userId, this.#playback, true);
      this.#grid.prepend(this.#selfTile.element);
    }
    this.#selfTile.draw(self);
    this.#screen.drawSelf(self);
    for (const device of ['microphone', 'camera']) {
      const { state, reason } = self[device];
      const button = element(`toggle-${device}`);
      const on = state === 'on' || state === 'loading' || state === 'replacing';
      button.setAttribute('aria-pressed', String(on));
      button.querySelector('use').setAttribute('href', `#icon-${device}${on ? '' : '-off'}`);
      button.title = state === 'on' ? '' : reasonText(reason, device).message;
    }
  }

  #drawOthers(participants) {
    const present = new Set(participants.map(({ userId }) => userId));
    for (const [userId, tile] of this.#tiles) {
      if (present.has(userId)) continue;
      tile.remove();
      this.#tiles.delete(userId);
      announce(`${this.#names.get(userId)} left.`);
      this.#names.delete(userId);
    }
    for (const participant of participants) this.#drawOther(participant);
    this.#chat.draw(participants);
    this.#withScreen = this.#screen.drawOthers(participants);
    this.#drawInvite(participants.length === 0);
    this.#place(participants);
    const count = participants.length + 1;
    element('call-count').textContent = count === 1 ? 'Only you' : `${count} people`;
    this.#fit();
  }

  #drawOther(participant) {
    const { userId } = participant;
    let tile = this.#tiles.get(userId);
    if (!tile) {
      tile = new Tile(userId, this.#playback, false);
      this.#tiles.set(userId, tile);
      announce(`${nameOf(participant)} is here.`);
    }
    this.#names.set(userId, nameOf(participant));
    tile.draw(participant);
  }

  /** In the order of the snapshot, in which those who cannot be reached come last. Only what moves is touched. */
  #place(participants) {
    let last = this.#selfTile?.element ?? null;
    for (const { userId } of participants) {
      const tile = this.#tiles.get(userId).element;
      if (tile.previousElementSibling !== last || !tile.isConnected) {
        if (last) last.after(tile);
        else this.#grid.prepend(tile);
      }
      last = tile;
    }
  }

  #drawInvite(alone) {
    if (!alone) {
      this.#invite?.remove();
      this.#invite = null;
    } else if (!this.#invite) {
      this.#invite = element('invite-template').content.firstElementChild.cloneNode(true);
      makeCopyButton(this.#invite.querySelector('button'));
      this.#grid.append(this.#invite);
    }
  }

  #drawNotices({ self, signalling }) {
    this.#notices.set('devices', deviceTrouble(self));
    this.#notices.set('replaced', deviceReplaced(self));
    this.#outage = signalling.state === 'online' ? null : (signalling.error ?? this.#outage);
    this.#drawSignalling();
  }

  #drawSignalling() {
    const takeOver = () => {
      // From here on it is tried, and nobody else is the cause.
      this.#outage = null;
      this.#call?.takeOver();
    };
    this.#notices.set('signalling', signallingNotice(this.#snapshot, this.#outage, performance.now(), takeOver));
  }

  #drawBlockedSound() {
    const { getSnapshot, resumePlayback } = this.#playback;
    this.#notices.set(
      'sound',
      getSnapshot().needsGesture
        ? {
            message: 'The browser holds the sound back.',
            action: { name: 'Play sound', run: () => void resumePlayback() },
          }
        : null,
    );
  }

  #tick() {
    const joinedAtMs = this.#snapshot?.room?.joinedAtMs;
    const seconds = joinedAtMs ? Math.max(0, (performance.now() - joinedAtMs) / 1_000) : 0;
    element('call-time').textContent = clockText(seconds);
    this.#drawSignalling();
  }

  #fit() {
    const { clientWidth, clientHeight, children, style } = this.#grid;
    if (clientWidth === 0 || children.length === 0) return;
    const gap = Number.parseFloat(getComputedStyle(this.#grid).columnGap);
    // Who cannot be reached takes a small place below the others, and none of theirs.
    const gone = this.#grid.querySelectorAll('[data-connection="unreachable"]').length;
    let { width, height } = fitTiles(children.length - gone, clientWidth, clientHeight - (gone > 0 ? 60 : 0), gap);
    if (this.#withScreen) {
      // Beside it they are small, and of the shape of cameras.
      width = Math.min(width, Math.floor((this.#grid.parentElement.clientWidth - gap) / 2));
      height = Math.min(height, Math.round((width * 9) / 16));
    }
    style.setProperty('--tile-width', `${width}px`);
    style.setProperty('--tile-height', `${height}px`);
  }
}
