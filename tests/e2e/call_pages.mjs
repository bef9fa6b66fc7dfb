/**
 * The surroundings of one end-to-end test: the reference server in this process, Chromium, and
 * pages in a call. Everything is started for one test and ended with it, whatever happens.
 *
 *   callTest('two pages meet', {}, async (stage) => {
 *     const [alice, bob] = await stage.joinAll(['alice', 'bob']);
 *     stage.measure('picture and sound', (await alice.untilFlowing(['bob'])).afterMs);
 *   });
 */

import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

import { startServer } from '../../tools/server/server.js';
import { HERE, Network, whyNoNetwork } from '../network/network.mjs';
import { TurnServer } from '../network/turn_server.mjs';
import { FarServer } from './far_server.mjs';
import { launchFirefox, openFirefoxTab, whyNoFirefox } from './firefox.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '../..');
const OUTPUT = path.join(root, 'build/e2e');

/** Another build may be tested instead, such as one broken on purpose. */
const DIST = process.env.GROUPCALL_DIST ?? path.join(root, 'web/dist');
const CHROMIUM = process.env.GROUPCALL_CHROMIUM ?? '/usr/bin/chromium';

/** Limits of waits, in milliseconds; what is measured lies far below. */
export const LIMIT = {
  /** Promised are 15,000 until a join is refused; a server on this machine needs no tenth of it. */
  join: 5_000,
  /** From joined to picture and sound; a first connection is promised within 5,000. */
  media: 15_000,
  /** A change that somebody announces: shown at once. */
  announced: 1_000,
  /** A device that opens again, and the first picture from it. */
  device: 6_000,
  /** A peer that vanished without a word is gone after 6 to 8 s of silence. */
  silence: 20_000,
};

/** An offer without an answer is made anew after 8 s (core/public/config.h, kOfferRenew), which include its making. */
const RENEWED_AFTER_MS = 6_500;

/** Whoever leaves while a socket still connects gives it up, and Chromium warns of that whatever a page does. */
const GIVEN_UP = /WebSocket is closed before the connection is established/;

/** As small as the cameras, for the same small machines. */
const SCREEN = { audio: true, video: { width: { max: 480 }, height: { max: 270 }, frameRate: 15 } };

const MEDIA = { audio: true, video: { width: 320, height: 180, frameRate: 15 } };

const COMMON_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  '--disable-features=WebRtcHideLocalIpsWithMdns', // no names asked by multicast
];
/** Whether pages may play before somebody presses something, as in a browser that knows them well, or not. */
const AUTOPLAY_FLAGS = {
  allowed: '--autoplay-policy=no-user-gesture-required',
  blocked: '--autoplay-policy=document-user-activation-required',
};
/** Pages of one machine meet without any network: on the loopback interface. */
const ONE_MACHINE_FLAGS = ['--allow-loopback-in-peer-connection'];

/** This machine, by a name that is not `localhost`. */
const INSECURE_HOST = 'insecure.test';

/** The machine of the TURN server. */
const TURN = 'turn';

/** Waits until `check()` is true, or what it promises, in this process. */
async function untilHere(what, check, limitMs) {
  const startedAt = performance.now();
  while (!(await check())) {
    if (performance.now() - startedAt > limitMs) throw new Error(`waited ${limitMs} ms for ${what}`);
    await delay(10);
  }
}

/**
 * The browsers of this machine, by their flags: the tests of a file share them, each with profiles of its own, since
 * starting one takes as long as many a test. @type {Map<string, Promise<import('playwright-core').Browser>>}
 */
const browsersHere = new Map();

function browserHere(args) {
  const flags = args.join(' ');
  if (!browsersHere.has(flags)) browsersHere.set(flags, chromium.launch({ executablePath: CHROMIUM, args }));
  return browsersHere.get(flags);
}

after(async () => {
  const browsers = await Promise.all(browsersHere.values());
  await Promise.all(browsers.map((browser) => browser.close()));
});

/** What a test's name becomes in the names of files. */
const slugOf = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 80);

/**
 * @param {string} name
 * @param {object} options
 * @param {import('../../tools/server/server.js').ServerOptions} [options.server]
 * @param {boolean} [options.devices] false: a machine without camera and microphone
 * @param {number} [options.cameras]
 * @param {boolean} [options.autoplay] false: pages may play nothing before somebody presses something on them
 * @param {boolean} [options.screens] what is shared is the tab that `openSharedTab()` opens, without a question
 * @param {string[]} [options.machines] machines on a network that can be impaired (`stage.network`); a page opened with
 *   `on: name` is on one, every other page is here, with the signalling server; skipped without root
 * @param {boolean} [options.turn] a TURN server (`stage.turn`) on one more machine
 * @param {number} [options.roundTripMs] how far the server is from all pages
 * @param {boolean} [options.insecure] pages come from an address that browsers do not take for secure
 * @param {number} [options.limitMs] how long the test may take; 120 s
 * @param {boolean} [options.firefox] pages opened with `firefox: true` are in Firefox; skipped where that finds no address
 * @param {(stage: Stage) => Promise<void>} body
 */
export function callTest(name, options, body) {
  const skip = (options.machines && whyNoNetwork()) || (options.firefox && whyNoFirefox());
  test(name, { timeout: options.limitMs ?? 120_000, ...(skip && { skip }) }, async (t) => {
    const stage = new Stage(t, name, options);
    try {
      await stage.open(options);
      await body(stage);
      await stage.assertCleanPages();
    } catch (error) {
      await stage.explain();
      throw error;
    } finally {
      await stage.close();
    }
  });
}

class Stage {
  server;
  /** Where pages find the server. */
  url;
  #far;
  wire = new Wire();
  #t;
  #slug;
  /** @type {Network | undefined} */
  network;
  /** @type {TurnServer | undefined} */
  turn;
  /** By machine other than this one; promises, since pages are opened at once. @type {Map<string, Promise<import('playwright-core').Browser>>} */
  #browsers = new Map();
  #browserFlags = [];
  /** @type {import('playwright-core').BrowserContext[]} */
  #contexts = [];
  #firefox;
  /** @type {Page[]} */
  #pages = [];

  constructor(t, name) {
    this.#t = t;
    this.#slug = slugOf(name);
  }

  async open({ server = {}, devices = true, cameras = 1, screens = false, machines, turn = false, firefox = false, roundTripMs = 0, autoplay = true, insecure = false }) {
    if (machines) this.network = await Network.start([...machines, ...(turn ? [TURN] : [])]);
    if (turn) this.turn = await TurnServer.start(this.network, TURN);
    this.server = await startServer({
      ...(machines && { host: this.network.address(HERE) }),
      // All pages come from the same address.
      rateLimit: { limit: 0 },
      ...server,
      mounts: [
        { prefix: '/', directory: path.join(root, 'web/dist-demo') },
        { prefix: '/dist', directory: DIST },
        { prefix: '/older', directory: path.join(here, 'pages/older') },
        { prefix: '/pages', directory: path.join(here, 'pages') },
        { prefix: '/socket.io-client', directory: path.join(root, 'tests/node_modules/socket.io-client/dist') },
        ...(server.mounts ?? []),
      ],
      onFrame: (...frame) => this.wire.observe(...frame),
    });
    if (roundTripMs > 0) this.#far = await FarServer.start(this.server.url, roundTripMs);
    this.url = this.#far?.url ?? this.server.url;
    if (insecure) this.url = this.url.replace(/localhost|127\.0\.0\.1/, INSECURE_HOST);
    this.#browserFlags = [...COMMON_FLAGS, autoplay ? AUTOPLAY_FLAGS.allowed : AUTOPLAY_FLAGS.blocked];
    if (devices) this.#browserFlags.push(`--use-fake-device-for-media-stream=device-count=${cameras}`);
    if (insecure) this.#browserFlags.push(`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`);
    if (screens) this.#browserFlags.push('--auto-select-tab-capture-source-by-title=Shared tab');
    if (machines) {
      // Cameras are for secure pages, and only localhost is one without a certificate.
      this.#browserFlags.push(`--unsafely-treat-insecure-origin-as-secure=${this.url}`);
    } else {
      this.#browserFlags.push(...ONE_MACHINE_FLAGS);
    }
    if (firefox) this.#firefox = await launchFirefox();
  }

  /** The browser of a machine, started when its first page is. */
  #browserOn(machine) {
    if (machine === HERE) return browserHere(this.#browserFlags);
    const known = this.#browsers.get(machine);
    if (known) return known;
    const executablePath = this.network.launcher(machine, CHROMIUM, OUTPUT);
    const launched = chromium.launch({ executablePath, args: this.#browserFlags });
    this.#browsers.set(machine, launched);
    return launched;
  }

  /** Prints what was measured. */
  measure(what, value, unit = 'ms') {
    this.#t.diagnostic(`${what}: ${typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value} ${unit}`);
  }

  /** Prints what was measured as a table: a title, and a line for each name. @param {Record<string, number | string>} rows */
  measureTable(title, rows) {
    const width = Math.max(...Object.keys(rows).map(({ length }) => length));
    this.#t.diagnostic(title);
    for (const [name, value] of Object.entries(rows)) {
      this.#t.diagnostic(`  ${name.padEnd(width)}  ${typeof value === 'number' ? `${String(Math.round(value)).padStart(6)} ms` : value}`);
    }
  }

  /** A page with the package, its call made (unless `makesCall` is false) but not joined. */
  async openModulePage(userId, { options = {}, makesCall = true, ...how } = {}) {
    const page = await this.#open(ModulePage, userId, '/pages/module_page.html', how);
    if (makesCall) await page.makeCall(options);
    return page;
  }

  /** A page that plays the call by `groupcall/playback`, and joins as soon as it is loaded; `listens`: without devices; `waits`: does not join. */
  async openPlaybackPage(userId, { listens = false, waits = false, ...how } = {}) {
    return this.#open(PlaybackPage, userId, `/pages/playback_page.html?user=${userId}${listens ? '&listens' : ''}${waits ? '&waits' : ''}`, how);
  }

  async openOlderPage(userId, how = {}) {
    return this.#open(OlderPage, userId, '/pages/older_client.html', how);
  }

  /** A tab that moves and hums, for `page` to share; closing it stops the share as the browser's own bar does. */
  async openSharedTab(page) {
    const tab = await page.tab.context().newPage();
    await tab.goto(`${this.url}/pages/shared_tab.html`);
    await tab.waitForFunction(() => window.sharedTab?.ready);
    return tab;
  }

  /** The demo: `address` begins with a question mark, or is that of a page around it, without the first slash. */
  async openDemoPage(name, address, how = {}) {
    return this.#open(DemoPage, name, `/${address}`, how);
  }

  /** A page that carries out the scenarios of tests/vectors/rtc. */
  async openScenarioPage(name, how = {}) {
    return this.#open(ScenarioPage, name, '/pages/rtc_scenarios.html', how);
  }

  /** A page of an application that has the packed package (tests/web/fixtures) and joins by itself. `origin`: of its own server. */
  async openApplicationPage(name, address, how = {}) {
    return this.#open(ApplicationPage, name, address, how);
  }

  /** The chat application of tests/web/fixtures, which brings a call in by one of its ways (`src/App.jsx`). */
  async openChatApplication(userId, way, { origin = this.url, folder = '/chat_app', ...how } = {}) {
    const address = `${folder}/index.html?server=${encodeURIComponent(this.url)}&user=${userId}&way=${way}`;
    return this.#open(ChatApplicationPage, userId, address, { viewport: { width: 480, height: 400 }, origin, ...how });
  }

  /** Module pages of these users, joined one after the other. */
  async joinAll(userIds) {
    const pages = [];
    for (const userId of userIds) {
      const page = await this.openModulePage(userId);
      await page.joinOrFail();
      pages.push(page);
    }
    return pages;
  }

  /** Waits until `check()` is true. */
  until(what, check, limitMs) {
    return untilHere(what, check, limitMs);
  }

  /** Waits until `check(server.stats())` is true. */
  async untilServer(what, check, limitMs = LIMIT.announced) {
    await untilHere(what, () => check(this.server.stats()), limitMs);
  }

  /** Waits until `check(wire)` is true. */
  async untilWire(what, check, limitMs = LIMIT.join) {
    await untilHere(what, () => check(this.wire), limitMs);
  }

  /** `arrange(tab)`: what must be so before the page is loaded. `besides`: a page whose browser this one is another tab of; else it has a browser profile of its own. */
  async #open(Kind, name, address, { permissions = ['camera', 'microphone'], viewport, colorScheme = 'light', tolerated = [], besides, on = HERE, firefox = false, origin = this.url, arrange }) {
    if (firefox) return this.#openInFirefox(Kind, name, address, tolerated);
    const context = besides?.tab.context() ?? (await this.#newContext(await this.#browserOn(on), { permissions, viewport, colorScheme, origin }));
    const page = new Kind({ name, stage: this, tab: await context.newPage(), tolerated });
    this.#pages.push(page);
    const tabNumber = besides ? `-tab-${this.#pages.length}` : '';
    await page.prepare(path.join(OUTPUT, 'records', `${this.#slug}-${slugOf(name)}${tabNumber}`));
    await arrange?.(page.tab);
    await page.load(origin + address);
    return page;
  }

  async #openInFirefox(Kind, name, address, tolerated) {
    const page = new Kind({ name, stage: this, tolerated });
    page.keepRecords(path.join(OUTPUT, 'records', `${this.#slug}-${slugOf(name)}`));
    page.tab = await openFirefoxTab(this.#firefox, {
      onComplaint: (text) => page.complain(text),
      onRecordLine: (line) => page.record(line),
    });
    this.#pages.push(page);
    await page.load(this.url + address);
    return page;
  }

  async #newContext(browser, { permissions, viewport, colorScheme, origin }) {
    const context = await browser.newContext({
      colorScheme,
      reducedMotion: 'reduce',
      viewport: viewport ?? { width: 800, height: 600 },
    });
    this.#contexts.push(context);
    context.setDefaultTimeout(LIMIT.join);
    await context.addInitScript(() => {
      window.brokenRules = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile }) => {
        window.brokenRules.push(`${effectiveDirective}: ${blockedURI} in ${sourceFile}`);
      });
    });
    if (permissions.length > 0) await context.grantPermissions(permissions, { origin });
    return context;
  }

  /** Takes a picture of a page for people to look at. */
  async screenshot(page, name) {
    await page.tab.screenshot({ path: path.join(OUTPUT, 'screenshots', `${name}.png`) });
  }

  /** No page met an error, or did what its Content-Security-Policy forbids. */
  async assertCleanPages() {
    for (const page of this.#pages) {
      assert.deepEqual(page.complaints, [], `${page.name} met errors`);
      assert.deepEqual(await page.violations(), [], `${page.name} broke its Content-Security-Policy`);
    }
  }

  /** For a failed test: what each page saw, and what went over the wire. */
  async explain() {
    for (const page of this.#pages) {
      // A page that cannot tell any more must not hide why the test failed.
      const story = page.isOpen ? await page.story().catch((error) => [error.message]) : ['(closed)'];
      const lines = [...page.complaints, ...story];
      this.#t.diagnostic(`${page.name}:\n  ${lines.join('\n  ')}`);
    }
    this.#t.diagnostic(`wire:\n  ${this.wire.summary().join('\n  ')}`);
  }

  async close() {
    try {
      // Pages first: a server that goes away under them would only make them call for it.
      await Promise.all(this.#contexts.map((context) => context.close()));
      const browsers = await Promise.all([...this.#browsers.values(), this.#firefox]);
      await Promise.all(browsers.map((browser) => browser?.close()));
    } finally {
      await this.#far?.close();
      await this.server?.close();
      await this.turn?.stop();
      await this.network?.stop();
    }
    // Last, because a page that closes still has something to record.
    for (const page of this.#pages) page.endRecords();
  }
}

/** What the server saw, in order. */
class Wire {
  /** @type {{ direction: string, userId: string, event: string, payload: any, at: number }[]} */
  #frames = [];

  observe(direction, userId, event, payload) {
    this.#frames.push({ direction, userId, event, payload, at: performance.timeOrigin + performance.now() });
  }

  /**
   * `alice→bob` for each offer that reached the server, or those after `since` of them: as a message of its own, or
   * inside alice's join, which bob's answer tells. One that came twice counts once, and so does one that was made anew
   * because its answer took so long, as on a machine that has far too much to do.
   */
  offers(since = 0) {
    /** By link: the newest offer, when it was first seen, and when it was answered. */
    const newest = new Map();
    const offers = [];
    for (const { direction, userId, event, payload, at } of this.#frames) {
      if (direction !== 'in') continue;
      const { offer, answer, targetUserId } = payload ?? {};
      const isAnswer = event === 'groupcall:webrtc-answer';
      if (!isAnswer && event !== 'groupcall:webrtc-offer') continue;
      const pair = isAnswer ? `${targetUserId}→${userId}` : `${userId}→${targetUserId}`;
      const { from, to, link, seq, early } = (isAnswer ? answer : offer)?.groupcall ?? {};
      const key = `${pair} ${isAnswer ? to : from} ${link}`;
      const known = newest.get(key);
      const isNew = isAnswer ? early > 0 && !known : link === undefined || !known || seq > known.seq;
      const isRenewal = isNew && known && Math.min(at, known.answeredAt) - known.at >= RENEWED_AFTER_MS;
      // The same offer again, as a slow peer gets it, is no other one. An older client's have no number.
      if (isNew && !isRenewal) offers.push(pair);
      if (isNew && link !== undefined) newest.set(key, { seq, at, answeredAt: isAnswer ? at : Infinity });
      else if (isAnswer && known && known.seq === seq) known.answeredAt = Math.min(known.answeredAt, at);
    }
    return offers.slice(since);
  }

  sent(event) {
    return this.#frames.filter((frame) => frame.direction === 'in' && frame.event === event);
  }

  summary() {
    return this.#frames
      .filter(({ direction, event }) => direction === 'in' && event !== 'groupcall:webrtc-ice-candidate')
      .slice(-60)
      .map(({ at, userId, event, payload }) => `${Math.round(at)} ${userId} ${event} → ${payload?.targetUserId ?? 'all'}`);
  }
}

/** Writes flight records as they come, so that a failing test leaves them, too. */
class Records {
  #base;
  /** The config of calls to which nothing has happened yet: a record is more than a config. @type {Map<string, string>} */
  #configs = new Map();
  /** @type {Map<string, number>} */
  #files = new Map();

  constructor(base) {
    this.#base = base;
  }

  /** @param {string} text the id of a call, a space, and one line of its record */
  write(text) {
    const end = text.indexOf(' ');
    const [call, line] = [text.slice(0, end), text.slice(end + 1)];
    const file = this.#files.get(call);
    if (file !== undefined) {
      writeSync(file, `${line}\n`);
    } else if (this.#configs.has(call)) {
      writeSync(this.#begin(call), `${this.#configs.get(call)}\n${line}\n`);
    } else {
      this.#configs.set(call, line);
    }
  }

  end() {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }

  #begin(call) {
    mkdirSync(path.dirname(this.#base), { recursive: true });
    const suffix = this.#files.size === 0 ? '' : `-${this.#files.size + 1}`;
    const file = openSync(`${this.#base}${suffix}.jsonl`, 'w');
    this.#files.set(call, file);
    return file;
  }
}

class Page {
  /** Errors that nothing in the test called for. */
  complaints = [];
  #records;

  constructor({ name, stage, tab, tolerated }) {
    this.name = name;
    this.stage = stage;
    this.tab = tab;
    this.tolerated = tolerated;
  }

  keepRecords(base) {
    this.#records = new Records(base);
  }

  /** @param {string} text as Records.write() takes it */
  record(text) {
    this.#records.write(text);
  }

  async prepare(recordBase) {
    this.keepRecords(recordBase);
    this.tab.on('pageerror', (error) => this.complain(`uncaught: ${error.stack}`));
    this.tab.on('console', (message) => {
      const [type, text] = [message.type(), message.text()];
      if (type === 'error' || (type === 'warning' && !GIVEN_UP.test(text))) this.complain(`console: ${text}`);
    });
    // Not exposeFunction(): that answers every call, and a closing page waits for no answer.
    const session = await this.tab.context().newCDPSession(this.tab);
    session.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === 'recordLine') this.#records.write(payload);
    });
    await session.send('Runtime.enable');
    await session.send('Runtime.addBinding', { name: 'recordLine' });
    this.session = session;
  }

  endRecords() {
    this.#records.end();
  }

  recordLine(call, line) {
    this.#records.write(`${call} ${line}`);
  }

  async load(url) {
    await this.tab.goto(url);
  }

  get isOpen() {
    return !this.tab.isClosed();
  }

  complain(text) {
    if (!this.tolerated.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  /** Rules of the Content-Security-Policy that the page broke since it was loaded. */
  async violations() {
    return this.isOpen ? this.tab.evaluate(() => window.brokenRules) : [];
  }

  /** What a person would see, for the explanation of a failure. */
  async story() {
    return this.tab.evaluate(() => document.body.innerText.split(/\n+/));
  }
}

/** An application of tests/web/fixtures: it joins by itself, and shows one of the others in its only `<video>`. */
class ApplicationPage extends Page {
  /** What it has fetched. @type {string[]} */
  fetched = [];

  async load(url) {
    this.tab.on('request', (request) => this.fetched.push(new URL(request.url()).pathname));
    await super.load(url);
  }

  /** How often it has fetched a WebAssembly file. */
  get timesFetchedWasm() {
    return this.fetched.filter((file) => file.endsWith('.wasm')).length;
  }

  /** Waits until so many frames of the other one have been shown. */
  async untilShown(frames = 5, limitMs = LIMIT.media) {
    const shown = (count) => (document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) >= count;
    await this.tab.waitForFunction(shown, frames, { timeout: limitMs, polling: 25 });
  }
}

/** The chat application of tests/web/fixtures: it is driven by its buttons, and asked what a person could tell. */
class ChatApplicationPage extends ApplicationPage {
  async load(url) {
    // Vite's server compiles as it is asked.
    this.tab.setDefaultTimeout(LIMIT.media);
    await this.tab.addInitScript((video) => {
      window.connections = [];
      window.opened = [];
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...values) {
          super(...values);
          window.connections.push(this);
        }
      };
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      // Small pictures, for small machines.
      window.timesAsked = 0;
      mediaDevices.getUserMedia = async (wanted) => {
        window.timesAsked += 1;
        const stream = await open({ ...wanted, ...(wanted.video && { video }) });
        window.opened.push(...stream.getTracks());
        return stream;
      };
    }, MEDIA.video);
    await super.load(url);
  }

  async press(name) {
    await this.tab.getByRole('button', { name, exact: true }).click();
  }

  /** Waits until exactly this is written somewhere. */
  async untilText(text) {
    await this.tab.getByText(text, { exact: true }).filter({ visible: true }).first().waitFor();
  }

  async untilNoText(text) {
    await this.tab.getByText(text, { exact: true }).first().waitFor({ state: 'hidden' });
  }

  /** Waits until so many others are seen and heard, and so many pictures move on the page. */
  async untilMeeting(others, pictures) {
    const last = {};
    const meets = async () => {
      Object.assign(last, await this.tab.evaluate(async () => {
        const now = { audio: 0, video: 0, pictures: 0, elements: [] };
        for (const pc of window.connections.filter(({ signalingState }) => signalingState !== 'closed')) {
          for (const { type, kind, framesDecoded = 0, packetsReceived = 0, totalAudioEnergy = 0 } of (await pc.getStats()).values()) {
            if (type !== 'inbound-rtp') continue;
            if (kind === 'video' ? framesDecoded >= 5 : packetsReceived >= 15 && totalAudioEnergy > 0) now[kind] += 1;
          }
        }
        for (const video of document.querySelectorAll('video')) {
          const facts = { isShown: video.checkVisibility(), plays: !video.paused, frames: video.getVideoPlaybackQuality().totalVideoFrames };
          now.elements.push(facts);
          if (facts.isShown && facts.plays && facts.frames >= 5) now.pictures += 1;
        }
        return now;
      }));
      return last.audio === others && last.video === others && last.pictures === pictures;
    };
    await untilHere(`${this.name} to meet ${others} others`, meets, LIMIT.media).catch((error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}`, { cause: error });
    });
  }

  /** How often it has asked for devices. */
  timesAsked() {
    return this.tab.evaluate(() => window.timesAsked);
  }

  /** The kinds of the tracks that are still open. */
  openTracks() {
    return this.tab.evaluate(() => window.opened.filter(({ readyState }) => readyState === 'live').map(({ kind }) => kind).sort());
  }
}

/** What module pages and older clients have in common: `window.callPage`. */
class ClientPage extends Page {
  async load(url) {
    await super.load(url);
    // In the browser's own words, since those who drive Chromium and Firefox differ in how to wait.
    await this.tab.evaluate(async (limitMs) => {
      const startedAt = performance.now();
      while (window.callPage === undefined) {
        if (performance.now() - startedAt > limitMs) throw new Error('the page has no callPage');
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    }, LIMIT.join);
  }

  evaluate(act, value) {
    return this.tab.evaluate(act, value);
  }

  /** Waits in the page until `check(callPage, value)` returns something true. */
  until(what, check, value, limitMs = LIMIT.announced) {
    // A function cannot cross into the page, but its text can.
    const parameters = [value, limitMs, `${this.name}: ${what}`].map((one) => JSON.stringify(one) ?? 'undefined');
    return this.tab.evaluate(`callPage.until(() => (${check})(callPage, ${parameters[0]}), ${parameters[1]}, ${parameters[2]})`);
  }

  /** Waits until picture and sound of these users advance. */
  untilFlowing(userIds, limitMs = LIMIT.media, kinds = {}) {
    return this.tab.evaluate(([ids, limit, wanted]) => callPage.untilFlowing(ids, limit, wanted), [userIds, limitMs, kinds]);
  }

  /** When this page last noted `text`, in milliseconds of the epoch; waits for it. */
  whenNoted(text, limitMs = LIMIT.announced) {
    return this.until(`"${text}"`, (page, wanted) => page.when(wanted), text, limitMs);
  }

  received(userId) {
    return this.tab.evaluate((id) => callPage.receivedFrom(id), userId);
  }

  async story() {
    const timeline = await this.tab.evaluate(() => callPage.timeline);
    return timeline.map(({ at, text }) => `${Math.round(at)} ${text}`);
  }
}

export class ModulePage extends ClientPage {
  get userId() {
    return this.name;
  }

  #options = {};

  /** `onSocket`: the page has a Socket of its own, as a chat application has, and the call uses it; its options. */
  makeCall({ onSocket, ...options }) {
    this.#options = { ...(onSocket && { onSocket }), ...options };
    const { name } = this;
    const { url } = this.stage;
    const all = {
      self: { userId: name, fullname: name[0].toUpperCase() + name.slice(1) },
      ...(onSocket ? { applicationSocket: { url, userId: name, options: onSocket } } : { signalling: { url } }),
      ...options,
    };
    return this.tab.evaluate((given) => callPage.makeCall(given), all);
  }

  /** Loads the page anew; the call must be joined again. */
  async reload() {
    await this.load(this.tab.url());
    await this.makeCall(this.#options);
  }

  /** Ends the call and makes a new one, as if the page were loaded anew: with all of it in the browser's cache. */
  async renewCall(options = this.#options) {
    await this.dispose();
    await this.makeCall(options);
  }

  joinOptions(options = {}) {
    return { roomId: 'r1', groupId: 'g1', callType: 'video', media: MEDIA, ...options };
  }

  /** How the join ended; a refusal is a result, too. */
  join(options = {}) {
    return this.tab.evaluate((given) => callPage.join(given), this.joinOptions(options));
  }

  async joinOrFail(options, limitMs = LIMIT.join) {
    const result = await this.join(options);
    assert.equal(result.ok, true, `${this.name} was not admitted: ${JSON.stringify(result)}`);
    assert.ok(result.afterMs <= limitMs, `${this.name} was admitted only after ${result.afterMs} ms`);
    return result;
  }

  snapshot() {
    return this.tab.evaluate(() => {
      const { phase, error, signalling, self, participants, invitations, diagnostics } = callPage.call.getSnapshot();
      const plain = ({ streams, ...rest }) => ({
        ...rest,
        streams: Object.fromEntries(Object.entries(streams).map(([name, stream]) => [name, stream !== null])),
      });
      return { phase, error, signalling, self: plain(self), participants: participants.map(plain), invitations, diagnostics };
    });
  }

  setCamera(on) {
    return this.tab.evaluate((wanted) => callPage.call.setCamera(wanted), on);
  }

  setMicrophone(on) {
    return this.tab.evaluate((wanted) => callPage.call.setMicrophone(wanted), on);
  }

  setScreenShare(on, options = SCREEN) {
    return this.tab.evaluate(([wanted, given]) => callPage.call.setScreenShare(wanted, given), [on, options]);
  }

  /** Waits until the screens of these users advance, and their sound unless `kinds` says otherwise. */
  untilScreenFlowing(userIds, limitMs = LIMIT.media, kinds = {}) {
    return this.tab.evaluate(([ids, limit, wanted]) => callPage.untilScreenFlowing(ids, limit, wanted), [userIds, limitMs, kinds]);
  }

  screenFrom(userId) {
    return this.tab.evaluate((id) => callPage.screenFrom(id), userId);
  }

  /** The flight record that the page has kept, as it would be saved; `keepAs` names a file beside the other records. */
  async exportRecord(options, keepAs) {
    const file = Buffer.from(await this.tab.evaluate((given) => callPage.exportRecord(given), options), 'base64');
    if (keepAs) writeFileSync(path.join(OUTPUT, 'records', `${keepAs}.jsonl.gz`), file);
    return file;
  }

  /** Leaves; returns when it was called and how long it took. */
  leave() {
    return this.tab.evaluate(async () => {
      const at = callPage.epochMs();
      await callPage.call.leave();
      return { at, tookMs: callPage.epochMs() - at, open: callPage.openResources() };
    });
  }

  dispose() {
    return this.tab.evaluate(() => {
      const at = callPage.epochMs();
      callPage.call.dispose();
      return { at, tookMs: callPage.epochMs() - at, open: callPage.openResources() };
    });
  }

  openResources() {
    return this.tab.evaluate(() => callPage.openResources());
  }

  /** Waits until this participant's device is shown in that state; returns its reason. */
  untilState(userId, device, state, limitMs) {
    return this.until(
      `${device} of ${userId} is ${state}`,
      (page, wanted) => {
        const { state: now, reason } = page.participant(wanted.userId)?.[wanted.device] ?? {};
        return now === wanted.state && reason;
      },
      { userId, device, state },
      limitMs,
    );
  }

  untilSelf(device, state, limitMs = LIMIT.device) {
    return this.until(
      `own ${device} is ${state}`,
      (page, wanted) => {
        const { state: now, reason } = page.call.getSnapshot().self[wanted.device];
        return now === wanted.state && reason;
      },
      { device, state },
      limitMs,
    );
  }

  untilPhase(phase, limitMs) {
    return this.until(`phase ${phase}`, (page, wanted) => page.call.getSnapshot().phase === wanted, phase, limitMs);
  }

  /** Waits until the connection to the server is in that state; returns the code of its error, or 'none'. */
  untilSignalling(state, limitMs = LIMIT.announced) {
    return this.until(
      `signalling ${state}`,
      (page, wanted) => {
        const { state: now, error } = page.call.getSnapshot().signalling;
        return now === wanted && (error?.code ?? 'none');
      },
      state,
      limitMs,
    );
  }

  /** Waits for the first picture of each of these; when it was shown, in milliseconds since `join()`, by user. */
  untilPictures(userIds, limitMs = LIMIT.media) {
    return this.until(
      `a picture of ${userIds.join(', ')}`,
      (page, wanted) => wanted.every((userId) => page.firstPictures.has(userId)) && Object.fromEntries(page.firstPictures),
      userIds,
      limitMs,
    );
  }

  /** The steps of the last join, and those in the browser's timeline: `name at`, in order. */
  timings() {
    return this.evaluate(() => ({
      steps: callPage.call.getSnapshot().timings,
      marks: performance.getEntriesByType('mark').map(({ name }) => name).filter((name) => name.startsWith('groupcall:')),
    }));
  }

  /** Begins to look for gaps in the pictures of all others. */
  watchPictures() {
    return this.tab.evaluate(() => callPage.watchPictures());
  }

  /** The longest time without a new picture of each other one since watchPictures(), in milliseconds. */
  longestGaps() {
    return this.tab.evaluate(() => callPage.longestGaps());
  }

  /** Waits until exactly these others are in the call. */
  untilOthers(userIds, limitMs = LIMIT.announced) {
    return this.until(
      `others are exactly ${userIds.join(', ') || 'nobody'}`,
      (page, wanted) => String(page.call.getSnapshot().participants.map(({ userId }) => userId).sort()) === String(wanted),
      [...userIds].sort(),
      limitMs,
    );
  }

  untilGone(userId, limitMs = LIMIT.announced) {
    return this.whenNoted(`${userId} is gone`, limitMs);
  }
}

export class OlderPage extends ClientPage {
  join({ roomId = 'r1', groupId = 'g1' } = {}) {
    const choice = { url: this.stage.url, userId: this.name, roomId, groupId, video: MEDIA.video };
    return this.tab.evaluate((given) => callPage.client.join(given), choice);
  }

  leave() {
    return this.tab.evaluate(() => {
      const at = performance.timeOrigin + performance.now();
      callPage.client.leave();
      return at;
    });
  }

  shareScreen() {
    return this.tab.evaluate(() => callPage.client.shareScreen());
  }

  stopScreen() {
    return this.tab.evaluate(() => callPage.client.stopScreen());
  }

  toggle(kind, on) {
    return this.tab.evaluate(([which, wanted]) => callPage.client.toggle(which, wanted), [kind, on]);
  }
}

/**
 * What the driver evaluates counts as a gesture of the user, after which everything may play. This page is asked by
 * the debugger, without one.
 */
export class PlaybackPage extends Page {
  async load(url) {
    await super.load(url);
    await this.ask(`new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const look = () => {
        if (window.playbackPage) resolve();
        else if (performance.now() - startedAt > ${LIMIT.join}) reject(new Error('the page has no playbackPage'));
        else requestAnimationFrame(look);
      };
      look();
    })`);
  }

  /** @param {string} expression of the page's scope; what comes of it must be JSON */
  async ask(expression) {
    const { result, exceptionDetails } = await this.session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: false,
    });
    if (exceptionDetails) throw new Error(`${this.name}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  /** Waits until the expression is something true, and returns that. */
  until(what, expression, limitMs = LIMIT.announced) {
    return this.ask(`playbackPage.until(() => ${expression}, ${limitMs}, ${JSON.stringify(`${this.name}: ${what}`)})`);
  }

  /** Presses the mouse where this button is, as a person does. */
  async press(id) {
    const { x, y } = await this.ask(`playbackPage.centreOf(${JSON.stringify(id)})`);
    await this.tab.mouse.click(x, y);
  }

  async story() {
    return [JSON.stringify(await this.ask('playbackPage.seen()'))];
  }
}

export class ScenarioPage extends Page {
  /** What the browser made of each scenario. */
  run(scenarios) {
    return this.tab.evaluate((given) => window.runScenarios(given), scenarios);
  }
}

export class DemoPage extends Page {
  async prepare(recordBase) {
    await super.prepare(recordBase);
    // The sound of the others is in no document.
    await this.tab.addInitScript(() => {
      window.playedSounds = new Set();
      const { play } = HTMLMediaElement.prototype;
      HTMLMediaElement.prototype.play = function playNoted() {
        if (this instanceof HTMLAudioElement) window.playedSounds.add(this);
        return play.call(this);
      };
    });
  }

  /** Writes the record that the page kept because of `?record`. */
  async keepRecord() {
    const lines = await this.tab.evaluate(() => window.groupcallDemo.record);
    for (const line of lines) this.recordLine('demo', line);
    return lines.length;
  }
}

export const NOTHING_OPEN = { localTracks: [], peerConnections: 0, sockets: 0, timers: 0 };
