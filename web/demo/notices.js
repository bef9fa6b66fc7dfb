/** Messages above the grid: each has a key, is there once, and goes when its cause has gone. */

import { announce } from './announcer.js';

export class Notices {
  #place = document.getElementById('notices');
  #template = document.getElementById('notice-template');
  /** @type {Map<string, { element: HTMLElement | null, text: string }>} */
  #shown = new Map();

  /**
   * Shows, changes or (with null) takes away the notice of that key.
   *
   * @param {string} key
   * @param {{ message: string, remedy?: string, action?: { name: string, run: () => void }, dismissible?: boolean } | null} notice
   */
  set(key, notice) {
    const text = notice ? `${notice.message} ${notice.remedy ?? ''}`.trim() : '';
    if ((this.#shown.get(key)?.text ?? '') === text) return;
    const before = this.#shown.get(key);
    if (!notice) {
      before.element?.remove();
      this.#shown.delete(key);
      return;
    }
    const element = this.#make(key, notice);
    if (before?.element) before.element.replaceWith(element);
    else this.#place.append(element);
    this.#shown.set(key, { element, text });
    announce(text);
  }

  clear() {
    for (const key of [...this.#shown.keys()]) this.set(key, null);
  }

  #make(key, { message, remedy = '', action, dismissible = false }) {
    const element = this.#template.content.firstElementChild.cloneNode(true);
    element.dataset.key = key;
    element.querySelector('.notice-message').textContent = message;
    element.querySelector('.notice-remedy').textContent = remedy;
    const button = element.querySelector('.notice-action');
    if (action) {
      button.hidden = false;
      button.textContent = action.name;
      button.addEventListener('click', action.run);
    }
    const close = element.querySelector('.notice-close');
    close.hidden = !dismissible;
    close.addEventListener('click', () => {
      // Its text stays known, so that it comes back only with other words.
      element.remove();
      this.#shown.get(key).element = null;
    });
    return element;
  }
}
