/** The screen that somebody shares, large beside the tiles, and a bar that says that one shares one's own. */

import { reasonText } from '/dist/reasons.js';

import { announce } from './announcer.js';
import { nameOf } from './tile.js';

const element = (id) => document.getElementById(id);

const isShared = ({ state }) => state !== 'off';

export class SharedScreen {
  #scene = element('scene');
  #stage = element('shared');
  #video = element('shared-video');
  #own = element('sharing');
  #ownVideo = element('sharing-video');
  /** @type {import('groupcall/playback').Playback | null} */
  #playback = null;
  /** The names of all others who share, the last to begin at the end. @type {Map<string, string>} */
  #sharers = new Map();
  /** Whose screen is shown, and how to detach it. */
  #shown = null;
  #detach = () => {};
  #detachOwn = () => {};
  /** Whoever was chosen stays, as long as they share. */
  #chosen = null;
  #others = [];

  constructor({ stop }) {
    element('sharing-stop').addEventListener('click', stop);
    element('shared-next').addEventListener('click', () => this.#next());
    element('shared-large').addEventListener('click', () => void this.#toggleFullscreen());
    document.addEventListener('fullscreenchange', () => this.#nameFullscreen());
    // A phone cannot: there is nothing to press then.
    element('toggle-screen').hidden = !navigator.mediaDevices?.getDisplayMedia;
    element('shared-large').hidden = !document.fullscreenEnabled;
  }

  show(playback, self) {
    this.#playback = playback;
    this.#detachOwn = playback.attachMedia(this.#ownVideo, self.userId, 'screen');
  }

  hide() {
    this.#detachOwn();
    this.#detachOwn = () => {};
    this.#showOf(null);
    this.#sharers.clear();
    this.#chosen = null;
    this.#others = [];
    this.#own.hidden = true;
    this.#playback = null;
  }

  /** One's own: the button, and what tells that it is on. */
  drawSelf({ screen }) {
    const button = element('toggle-screen');
    const on = screen.state === 'on' || screen.state === 'loading';
    button.setAttribute('aria-pressed', String(on));
    button.title = screen.state === 'off' || screen.state === 'on' ? '' : reasonText(screen.reason, 'screen').message;
    const shares = screen.state === 'on';
    if (this.#own.hidden !== shares) return;
    // Who pressed its button must not be thrown back to the top of the page.
    if (this.#own.contains(document.activeElement)) button.focus();
    this.#own.hidden = !shares;
    announce(shares ? 'You are sharing your screen.' : 'You no longer share your screen.');
  }

  /** Theirs. @returns {boolean} whether one is shown */
  drawOthers(participants) {
    this.#others = participants;
    const sharing = new Map(participants.filter(({ screen }) => isShared(screen)).map((one) => [one.userId, one]));
    for (const [userId, name] of this.#sharers) {
      if (sharing.has(userId)) continue;
      this.#sharers.delete(userId);
      announce(`${name} no longer shares their screen.`);
    }
    for (const [userId, participant] of sharing) {
      if (!this.#sharers.has(userId)) announce(`${nameOf(participant)} shares their screen.`);
      this.#sharers.set(userId, nameOf(participant));
    }
    if (!this.#sharers.has(this.#chosen)) this.#chosen = null;
    this.#draw();
    return this.#shown !== null;
  }

  #draw() {
    const userId = this.#chosen ?? [...this.#sharers.keys()].at(-1) ?? null;
    this.#showOf(userId);
    if (userId === null) return;
    const { screen } = this.#others.find((one) => one.userId === userId);
    const name = this.#sharers.get(userId);
    const visible = screen.state === 'on';
    this.#stage.dataset.screen = screen.state;
    this.#video.hidden = !visible;
    element('shared-blank').hidden = visible;
    element('shared-reason').textContent = reasonText(screen.reason, 'screen').message;
    element('shared-name').textContent = `${name}’s screen`;
    this.#video.setAttribute('aria-label', `Screen of ${name}`);
    const more = this.#sharers.size - 1;
    element('shared-next').hidden = more === 0;
    element('shared-next').textContent = more === 1 ? 'The other screen' : `Next of ${more + 1} screens`;
  }

  #showOf(userId) {
    if (userId === this.#shown) return;
    this.#shown = userId;
    this.#detach();
    this.#detach = userId === null ? () => {} : this.#playback.attachMedia(this.#video, userId, 'screen');
    if (userId === null && this.#stage.contains(document.activeElement)) element('call-title').focus();
    this.#stage.hidden = userId === null;
    this.#scene.classList.toggle('with-screen', userId !== null);
    if (userId === null && document.fullscreenElement === this.#stage) void document.exitFullscreen();
  }

  #next() {
    const all = [...this.#sharers.keys()];
    this.#chosen = all[(all.indexOf(this.#shown) + 1) % all.length];
    this.#draw();
  }

  async #toggleFullscreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.#stage.requestFullscreen();
  }

  #nameFullscreen() {
    element('shared-large').setAttribute('aria-label', document.fullscreenElement ? 'Leave full screen' : 'Full screen');
  }
}
