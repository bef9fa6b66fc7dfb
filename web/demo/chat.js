/** The messages of the call: a panel beside the pictures, above them on a small screen. */

import { announce } from './announcer.js';
import { nameOf } from './tile.js';

const KEPT = 500;
const element = (id) => document.getElementById(id);

/** "Ann", "Ann and Ben", "Ann, Ben and Cyd" */
function listed(names) {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export class Chat {
  #panel = element('chat');
  #list = element('chat-list');
  #text = element('chat-text');
  #to = element('chat-to');
  #toggle = element('toggle-chat');
  #call = null;
  #stops = [];
  /** Also of those who have left: their messages stay. */
  #names = new Map();
  #unread = 0;

  constructor() {
    this.#toggle.addEventListener('click', () => this.toggle());
    element('chat-close').addEventListener('click', () => this.#close());
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#close();
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      void this.#send();
    });
    element('chat-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
  }

  show(call) {
    this.#call = call;
    this.#stops = [
      call.on('message', (message) => this.#received(message)),
      call.on('messagesDrained', () => this.#say('You can send again.')),
    ];
  }

  hide() {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#call = null;
    this.#names.clear();
    this.#list.replaceChildren();
    this.#to.replaceChildren(this.#to.options[0]);
    this.#text.value = '';
    this.#say('');
    this.#setOpen(false);
    this.#setUnread(0);
  }

  /** Keeps the names, and to whom one can write. */
  draw(participants) {
    for (const participant of participants) this.#names.set(participant.userId, nameOf(participant));
    const wanted = participants.filter(({ olderClient }) => !olderClient);
    const present = new Set(wanted.map(({ userId }) => userId));
    for (const option of [...this.#to.options]) {
      if (option.value !== '' && !present.has(option.value)) option.remove();
    }
    const offered = new Map([...this.#to.options].map((option) => [option.value, option]));
    for (const { userId } of wanted) {
      const option = offered.get(userId) ?? new Option('', userId);
      option.textContent = `Only ${this.#names.get(userId)}`;
      if (!option.isConnected) this.#to.append(option);
    }
  }

  toggle() {
    if (!this.#panel.hidden) return this.#close();
    this.#setOpen(true);
    this.#setUnread(0);
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#text.focus();
  }

  #close() {
    this.#setOpen(false);
    this.#toggle.focus();
  }

  #setOpen(open) {
    this.#panel.hidden = !open;
    this.#toggle.setAttribute('aria-expanded', String(open));
  }

  #setUnread(count) {
    this.#unread = count;
    const badge = element('chat-unread');
    badge.hidden = count === 0;
    badge.firstElementChild.textContent = count > 99 ? '99+' : String(count);
  }

  #say(text) {
    element('chat-status').textContent = text;
  }

  async #send() {
    const text = this.#text.value.trim();
    const to = this.#to.value;
    if (text === '' || !this.#call) return;
    const result = await this.#call.send({ text, ...(to !== '' && { to }) });
    if (!result.ok) return this.#say(`${result.error.message} ${result.error.remedy}`);
    // What was typed meanwhile stays.
    if (this.#text.value.trim() === text) this.#text.value = '';
    this.#say(
      to === '' && result.unreached.length > 0
        ? `Did not reach ${listed(result.unreached.map((userId) => this.#names.get(userId) ?? userId))}.`
        : '',
    );
    this.#append('You', to === '' ? '' : `only to ${this.#names.get(to)}`, text, true);
  }

  #received({ from, toAll, text }) {
    const name = this.#names.get(from) ?? from;
    this.#append(name, toAll ? '' : 'only to you', text, false);
    if (!this.#panel.hidden) return; // the log tells of it
    this.#setUnread(this.#unread + 1);
    announce(`Message from ${name}: ${text}`);
  }

  #append(name, note, text, own) {
    const item = element('message-template').content.firstElementChild.cloneNode(true);
    item.classList.toggle('own', own);
    item.querySelector('.message-name').textContent = name;
    item.querySelector('.message-note').textContent = note;
    item.querySelector('.message-text').textContent = text;
    const time = item.querySelector('time');
    const now = new Date();
    time.dateTime = now.toISOString();
    time.textContent = now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    // Whoever reads what was said before is not torn away from it.
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    const atEnd = own || scrollHeight - scrollTop - clientHeight < 40;
    this.#list.append(item);
    while (this.#list.children.length > KEPT) this.#list.firstElementChild.remove();
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }
}
