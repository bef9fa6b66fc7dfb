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
   * `detail` is read by whoever looks, and not announced: it may change each second. A `quiet` notice
   * tells of something that mends itself.
   *
   * @param {string} key
   * @param {{ message: string, remedy?: string, detail?: string, action?: { name: string, run: () => void }, dismissible?: boolean, quiet?: boolean } | null} notice
   */
  set(key, notice) {
    const text = notice ? `${notice.message} ${notice.remedy ?? ''}`.trim() : '';
    const before = this.#shown.get(key);
    if ((before?.text ?? '') === text) {
      if (before?.element) this.#showDetail(before.element, notice);
      return;
    }
    // Who pressed its button must not be thrown back to the top of the page.
    if (before?.element?.contains(document.activeElement)) document.getElementById('call-title').focus();
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

  #showDetail(element, { detail = '' }) {
    const place = element.querySelector('.notice-detail');
    if (place.textContent !== detail) place.textContent = detail;
  }

  #make(key, notice) {
    const { message, remedy = '', action, dismissible = false, quiet = false } = notice;
    const element = this.#template.content.firstElementChild.cloneNode(true);
    element.dataset.key = key;
    element.classList.toggle('quiet', quiet);
    element.querySelector('.notice-message').textContent = message;
    element.querySelector('.notice-remedy').textContent = remedy;
    this.#showDetail(element, notice);
    if (quiet) element.querySelector('use').setAttribute('href', '#icon-retry');
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
