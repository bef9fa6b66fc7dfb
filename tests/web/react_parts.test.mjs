// What the parts of groupcall/react work out without a document, and what a server makes of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importCompiled } from './compile_parts.mjs';

const { CallNews, connectionWords, deviceReplaced, deviceTrouble, deviceWords, englishTexts, fitTiles, gradeOf, initialsOf, nameOf, signallingNotice } = await importCompiled(
  'parts',
  `export * from './parts/grid-layout.js';
   export * from './parts/news.js';
   export * from './parts/call-notices.js';
   export * from './parts/media-words.js';
   export * from './parts/people.js';
   export * from './texts.js';`,
);

const status = (state, reason = 'none') => ({ state, reason });
const person = (userId, changes = {}) => ({ userId, userInfo: { fullname: userId.toUpperCase() }, screen: status('off'), ...changes });
const inCall = (participants, changes = {}) => ({ phase: 'joined', self: { screen: status('off') }, participants, ...changes });

// ---- the grid ----

// As the style sheet has it on a phone.
const GAP = 6;
const SPACES = {
  wide: { width: 1416, height: 700 },
  square: { width: 800, height: 780 },
  phone: { width: 348, height: 634 },
  small: { width: 308, height: 430 },
  flat: { width: 820, height: 260 },
  huge: { width: 3816, height: 2030 },
};

/** How many tiles of this size stand side by side. */
const columnsOf = ({ width }, space) => Math.floor((space.width + GAP) / (width + GAP));

for (const [name, space] of Object.entries(SPACES)) {
  test(`1 to 16 tiles fill a ${name} space, in which faces fit`, () => {
    for (let count = 1; count <= 16; count += 1) {
      const tile = fitTiles(count, space, GAP);
      const rows = Math.ceil(count / columnsOf(tile, space));
      assert.ok(tile.width >= 96, `${count}: a face can be told at ${tile.width} pixels`);
      assert.ok(tile.width <= space.width && rows * (tile.height + GAP) - GAP <= space.height, `${count}: ${rows} rows of ${tile.width} x ${tile.height} fit`);
      const shape = tile.width / tile.height;
      assert.ok(shape >= 0.78 && shape <= 1.82, `${count}: ${tile.width} x ${tile.height} has the shape of a picture`);
      const used = (count * tile.width * tile.height) / (space.width * space.height);
      assert.ok(used > 0.4, `${count}: ${Math.round(used * 100)} % of the space is used`);
    }
  });
}

test('two tiles stand side by side on a desktop and one above the other on a phone', () => {
  assert.equal(columnsOf(fitTiles(2, SPACES.wide, GAP), SPACES.wide), 2);
  assert.equal(columnsOf(fitTiles(2, SPACES.phone, GAP), SPACES.phone), 1);
});

test('too many for a phone keep a size at which a face can be told, and the grid scrolls', () => {
  const tile = fitTiles(40, SPACES.phone, GAP);
  assert.ok(tile.width >= 96);
  assert.ok(Math.ceil(40 / columnsOf(tile, SPACES.phone)) * tile.height > SPACES.phone.height);
});

// ---- words ----

test('a name may be anything, and a person is called something all the same', () => {
  assert.equal(nameOf({ userId: 'u1', userInfo: { fullname: '  Ada  ' } }), 'Ada');
  for (const userInfo of [undefined, {}, { fullname: 7 }, { fullname: ' ' }]) assert.equal(nameOf({ userId: 'u1', userInfo }), 'u1');
  assert.equal(initialsOf('Ada King Lovelace'), 'AL');
  assert.equal(initialsOf('😀 ok'), '😀O');
});

test('each state of a device has words', () => {
  assert.equal(deviceWords(englishTexts, status('on'), 'camera'), 'Camera on');
  assert.equal(deviceWords(englishTexts, status('off', 'peer-off'), 'microphone'), 'Muted');
  assert.equal(deviceWords(englishTexts, status('replacing', 'starting'), 'camera'), 'Changing the camera');
  assert.equal(deviceWords(englishTexts, status('error', 'in-use'), 'camera'), 'Another program uses the camera');
  assert.equal(deviceWords(englishTexts, status('loading'), 'camera'), 'Starting');
});

test('a connection is named by its cause, else by its state, and not at all while all is well', () => {
  const words = (changes) => connectionWords(englishTexts, { connection: 'connected', connectionReason: 'none', signalling: 'present', ...changes }).message;
  assert.equal(words({}), '');
  assert.equal(words({ connection: 'connecting' }), 'Connecting');
  assert.equal(words({ connection: 'connecting', connectionReason: 'relay-refused' }), 'The relay refused this device');
  assert.equal(words({ signalling: 'lost' }), 'Lost touch with the server');
  assert.deepEqual([80, 79, 50, 49].map(gradeOf), ['good', 'fair', 'fair', 'poor']);
});

// ---- notices ----

const fine = { microphone: status('on'), camera: status('on'), screen: status('off') };

test('two devices that fail for one cause are one notice with one remedy', () => {
  const denied = status('error', 'permission-denied');
  const notice = deviceTrouble(englishTexts, { ...fine, microphone: denied, camera: denied });
  assert.equal(notice.message, 'The microphone is blocked. The camera is blocked.');
  assert.equal(notice.remedy.match(/Allow it/g).length, 1);
  assert.equal(deviceTrouble(englishTexts, fine), null);
});

test('whoever closes the question what to share, or stops the share, is told nothing', () => {
  for (const screen of [status('error', 'permission-dismissed'), status('ended', 'stopped')]) assert.equal(deviceTrouble(englishTexts, { ...fine, screen }), null);
  assert.match(deviceTrouble(englishTexts, { ...fine, screen: status('error', 'unsupported') }).message, /no screen share/);
});

test('a device that was lost and replaced is told as what it is', () => {
  assert.match(deviceReplaced(englishTexts, { ...fine, camera: status('on', 'device-lost') }).message, /The camera was disconnected\. The camera that you see/);
  assert.equal(deviceReplaced(englishTexts, { ...fine, camera: status('replacing', 'starting') }), null);
});

test('an interruption says that the call goes on and when the next try comes; another tab offers to take over', () => {
  const signalling = (state, error = null, retryAtMs = null) => ({ state, error, retryAtMs });
  const problem = { code: 'server-unreachable', message: 'The call server cannot be reached.', remedy: '', detail: '' };
  const waiting = signallingNotice(englishTexts, { phase: 'reconnecting', signalling: signalling('waiting', problem, 3_400) }, null, 1_000);
  assert.deepEqual([waiting.message, waiting.detail, waiting.quiet], [problem.message, 'Next try in 3 s.', true]);
  const trying = signallingNotice(englishTexts, { phase: 'reconnecting', signalling: signalling('connecting') }, problem, 1_000);
  assert.deepEqual([trying.message, trying.detail], [problem.message, 'Trying now.'], 'the cause stays while it is tried');
  const replaced = { ...problem, code: 'replaced' };
  assert.equal(signallingNotice(englishTexts, { phase: 'joined', signalling: signalling('halted', replaced) }, null, 1_000).action, 'take-over');
  assert.equal(signallingNotice(englishTexts, { phase: 'joined', signalling: signalling('online') }, null, 1_000), null);
});

// ---- news ----

/** What is told of these snapshots, one after the other. */
function newsOf(first, ...rest) {
  const news = new CallNews(first);
  for (const snapshot of rest) news.follow(snapshot);
  return news.take(englishTexts);
}

test('those who come at once are one sentence', () => {
  const alone = inCall([]);
  assert.deepEqual(newsOf(alone, inCall([person('ann')]), inCall([person('ann'), person('ben'), person('cyd')])), ['ANN, BEN and CYD joined.']);
});

test('those who are there when I join are no news, nor that all have gone when I leave', () => {
  const joining = { ...inCall([]), phase: 'joining' };
  const there = inCall([person('ann', { screen: status('on') })]);
  assert.deepEqual(newsOf(joining, there), []);
  assert.deepEqual(newsOf(there, { ...inCall([]), phase: 'idle' }), []);
});

test('who comes and goes within a moment is no news, whichever way around', () => {
  const [alone, both] = [inCall([]), inCall([person('ann')])];
  assert.deepEqual(newsOf(alone, both, alone), []);
  assert.deepEqual(newsOf(both, alone, both), []);
});

test('who shares, who stops, and who leaves is told, also while the server is away', () => {
  const quiet = inCall([person('ann'), person('ben')]);
  const shared = inCall([person('ann', { screen: status('loading') }), person('ben')], { phase: 'reconnecting' });
  assert.deepEqual(newsOf(quiet, shared), ['ANN shares their screen.']);
  assert.deepEqual(newsOf(shared, quiet), ['ANN no longer shares their screen.']);
  assert.deepEqual(newsOf(shared, inCall([person('ben')])), ['ANN left.'], 'that the share has ended goes without saying');
});

test('what was told is not told again', () => {
  const news = new CallNews(inCall([]));
  news.follow(inCall([person('ann')]));
  assert.deepEqual(news.take(englishTexts), ['ANN joined.']);
  assert.deepEqual(news.take(englishTexts), []);
});

// ---- on a server ----

test('a server renders window, form, controls and calls without a browser, a warning or a style attribute', async () => {
  const complaints = [];
  const { error, warn } = console;
  console.error = (...words) => complaints.push(words.join(' '));
  console.warn = console.error;
  try {
    const { html } = await importCompiled(
      'server',
      `import { StrictMode } from 'react';
       import { renderToString } from 'react-dom/server';
       import { CallControls, GroupCallProvider, GroupCallWindow, IncomingCall, PreJoin } from '../react.js';
       const options = { self: { userId: 'ann' }, signalling: { url: 'http://localhost' } };
       const join = { roomId: 'r', groupId: 'g', callType: 'video' };
       export const html = renderToString(
         <StrictMode>
           <GroupCallWindow options={options} join={join} />
           <GroupCallProvider options={options}>
             <PreJoin name="" onJoin={() => undefined} />
             <CallControls />
             <IncomingCall />
           </GroupCallProvider>
         </StrictMode>,
       );`,
    );
    assert.match(html, /Connecting to the server/);
    assert.match(html, /Ready to join\?/);
    assert.doesNotMatch(html, / style=/, 'a strict policy would forbid it');
    assert.deepEqual(complaints, []);
  } finally {
    Object.assign(console, { error, warn });
  }
});
