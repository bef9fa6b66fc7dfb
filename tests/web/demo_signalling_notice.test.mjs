import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signallingNotice } from '../../web/demo/signalling-notice.js';
import { importSource } from './compile_source.mjs';

const { errors: { describeProblem } } = await importSource();

const unreachable = describeProblem('server-unreachable', '');
const replaced = describeProblem('replaced', '');
const snapshot = (phase, state, { error = null, retryAtMs = null } = {}) => ({ phase, signalling: { state, error, retryAtMs } });
const noticeOf = (given, lastError = null, nowMs = 1_000) => signallingNotice(given, lastError, nowMs, () => 'taken over');

test('while the server is there, there is nothing to say', () => {
  assert.equal(noticeOf(snapshot('joined', 'online')), null);
});

test('an interruption says why, that the call goes on, and when the next try comes', () => {
  const notice = noticeOf(snapshot('reconnecting', 'waiting', { error: unreachable, retryAtMs: 3_400 }));
  assert.equal(notice.message, unreachable.message);
  assert.match(notice.remedy, /^The call goes on/);
  assert.equal(notice.detail, 'Next try in 3 s.');
  assert.equal(notice.quiet, true);
  assert.equal(notice.action, undefined);
});

test('while it is tried, the cause stays, so that it is not announced again and again', () => {
  const waiting = noticeOf(snapshot('reconnecting', 'waiting', { error: unreachable, retryAtMs: 2_000 }));
  const trying = noticeOf(snapshot('reconnecting', 'connecting'), unreachable);
  assert.deepEqual([trying.message, trying.remedy], [waiting.message, waiting.remedy]);
  assert.equal(trying.detail, 'Trying now.');
});

test('a try that is due is no try in 0 s or less, and a cause that nobody knows is said so', () => {
  for (const retryAtMs of [1_000, 400, null]) {
    assert.equal(noticeOf(snapshot('reconnecting', 'waiting', { retryAtMs })).detail, 'Trying now.');
  }
  assert.equal(noticeOf(snapshot('reconnecting', 'connecting')).message, 'The connection to the server is interrupted.');
});

test('who was replaced may take the call over, whatever the phase', () => {
  for (const phase of ['joined', 'reconnecting']) {
    const notice = noticeOf(snapshot(phase, 'halted', { error: replaced }));
    assert.equal(notice.message, replaced.message);
    assert.equal(notice.action.name, 'Use it here');
    assert.equal(notice.action.run(), 'taken over');
    assert.notEqual(notice.quiet, true);
  }
});

test('what else halts the connection says what to do, without that button', () => {
  const notice = noticeOf(snapshot('reconnecting', 'halted', { error: describeProblem('rate-limited', '') }));
  assert.match(notice.remedy, /Wait/);
  assert.equal(notice.action, undefined);
});
