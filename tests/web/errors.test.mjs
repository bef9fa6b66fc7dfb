import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';

const { errors: { GroupCallError, describeProblem }, reasons: { connectionReasonText, reasonText } } = await importSource();
const protocol = await readFile(new URL('../../web/src/protocol.ts', import.meta.url), 'utf8');

/** The words of a union type in protocol.ts, which the core's own tables print. */
function wordsOf(name) {
  const [, union] = new RegExp(`export type ${name} = ([^;]+);`).exec(protocol);
  return [...union.matchAll(/'([^']+)'/g)].map(([, word]) => word);
}

const hostCodes = ['module-load-failed', 'unsupported', 'engine-failed', 'record-not-redactable'];
const codes = [...wordsOf('ErrorCode').filter((code) => code !== 'none'), ...hostCodes];
const mediaReasons = wordsOf('MediaReason');
const devices = ['microphone', 'camera', 'screen'];

const isSentence = /^[A-Z].+[.!]$/;

test('the core has codes and reasons to speak of', () => {
  assert.ok(codes.length > 10);
  assert.ok(mediaReasons.length > 10);
});

for (const code of codes) {
  test(`the error ${code} says what happened and what to do`, () => {
    const { message, remedy, detail } = describeProblem(code, 'x');
    assert.match(message, isSentence);
    assert.match(remedy, isSentence);
    assert.equal(detail, 'x');
  });
}

test('no two errors read alike', () => {
  assert.equal(new Set(codes.map((code) => describeProblem(code, '').message)).size, codes.length);
});

for (const reason of mediaReasons) {
  test(`the reason ${reason} is said in words for every device`, () => {
    for (const device of devices) {
      const { message, remedy } = reasonText(reason, device);
      assert.doesNotMatch(message + remedy, /@|undefined/);
      if (reason === 'none') assert.deepEqual({ message, remedy }, { message: '', remedy: '' });
      else assert.match(message, /^[A-Z]/);
      // A tile of 320 px has room for about so much.
      assert.ok(message.length <= 48, message);
      if (remedy !== '') assert.match(remedy, isSentence);
    }
  });
}

test('a device that failed always comes with what to do', () => {
  const failures = ['permission-denied', 'permission-dismissed', 'insecure-context', 'no-device', 'in-use', 'constraint', 'timeout', 'device-lost', 'device-error', 'permission-blocked', 'processor-failed'];
  for (const reason of failures) assert.notEqual(reasonText(reason, 'camera').remedy, '', reason);
});

for (const reason of wordsOf('ConnectionReason')) {
  test(`the reason ${reason} why somebody is not connected is said in words, with what to do`, () => {
    const { message, remedy } = connectionReasonText(reason);
    if (reason === 'none') return assert.deepEqual({ message, remedy }, { message: '', remedy: '' });
    assert.match(message, /^[A-Z]/);
    assert.ok(message.length <= 48, message);
    assert.match(remedy, isSentence);
  });
}

test('no two reasons why somebody is not connected read alike', () => {
  const words = wordsOf('ConnectionReason');
  assert.ok(words.length > 5);
  assert.equal(new Set(words.map((reason) => connectionReasonText(reason).message)).size, words.length);
});

test('the device is named in its own words', () => {
  assert.equal(reasonText('permission-denied', 'camera').message, 'The camera is blocked');
  assert.equal(reasonText('peer-off', 'microphone').message, 'Microphone off');
  assert.equal(reasonText('peer-off', 'screen').message, 'Screen share off');
});

test('an error is an Error with code, message, remedy, detail and cause', () => {
  const cause = new Error('inner');
  const error = new GroupCallError('timeout', 'after 15000 ms', { cause });
  assert.ok(error instanceof Error);
  assert.equal(error.name, 'GroupCallError');
  assert.equal(error.code, 'timeout');
  assert.equal(error.message, describeProblem('timeout', '').message);
  assert.equal(error.remedy, describeProblem('timeout', '').remedy);
  assert.equal(error.detail, 'after 15000 ms');
  assert.equal(error.cause, cause);
});
