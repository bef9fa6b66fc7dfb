/**
 * Firefox with fake devices, by WebDriver BiDi. Its tabs have the small interface that
 * call_pages.mjs asks of every tab: goto, evaluate, close, and what went wrong in them.
 *
 * Firefox offers no address to its peers unless the machine has a default route, whatever its
 * preferences say; packets between pages of this machine stay on it all the same.
 */

import { readFileSync } from 'node:fs';
import puppeteer from 'puppeteer-core';

const FIREFOX = process.env.GROUPCALL_FIREFOX ?? '/usr/bin/firefox-esr';

const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // Addresses as they are, not names asked by multicast.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

/** Why Firefox cannot call here; empty if it can. */
export function whyNoFirefox() {
  const hasDefaultRoute = readFileSync('/proc/net/route', 'utf8').split('\n').some((line) => line.split('\t')[1] === '00000000');
  return hasDefaultRoute ? '' : 'Firefox finds no address of its own without a default route';
}

/** @param {string} [executablePath] another program, such as one that starts it in a network of its own */
export function launchFirefox(executablePath = FIREFOX) {
  return puppeteer.launch({ browser: 'firefox', executablePath, headless: true, extraPrefsFirefox: PREFERENCES });
}

/** A tab of a profile of its own. */
export async function openFirefoxTab(browser, { onComplaint, onRecordLine }) {
  const context = await browser.createBrowserContext();
  const tab = await context.newPage();
  tab.on('pageerror', (error) => onComplaint(`uncaught: ${error.stack}`));
  tab.on('console', (message) => {
    if (message.type() === 'error') onComplaint(`console: ${message.text()}`);
  });
  await tab.evaluateOnNewDocument(() => {
    window.brokenRules = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile }) => {
      window.brokenRules.push(`${effectiveDirective}: ${blockedURI} in ${sourceFile}`);
    });
  });
  await tab.exposeFunction('recordLine', onRecordLine);
  return tab;
}
