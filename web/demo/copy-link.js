/** Buttons that copy the address of the room. */

import { announce } from './announcer.js';

const SHOWN_MS = 2_000;

/** Clipboard access needs a secure page; elsewhere the old way still works. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (!copied) throw new Error('copying is not allowed');
}

/** @param {HTMLButtonElement} button with a `.copy-words` inside */
export function makeCopyButton(button) {
  const words = button.querySelector('.copy-words');
  const icon = button.querySelector('use');
  const show = (text, iconName) => {
    words.textContent = text;
    icon.setAttribute('href', iconName);
  };
  let timer;
  button.addEventListener('click', async () => {
    clearTimeout(timer);
    try {
      await copy(location.href);
      show('Copied', '#icon-check');
      button.classList.add('copied');
      announce('The link is copied.');
    } catch {
      show('Copy it from the address bar', '#icon-link');
      announce('The link could not be copied. Copy it from the address bar.');
    }
    timer = setTimeout(() => {
      show('Copy link', '#icon-link');
      button.classList.remove('copied');
    }, SHOWN_MS);
  });
}
