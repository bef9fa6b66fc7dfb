import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importCompiled } from './compile_parts.mjs';

const { reportOf, waterfalls } = await importCompiled('demo', "export * from '../../demo/report.js'; export * from '../../demo/waterfall.js';");

/** "Step from-to" of each stretch. */
const drawn = ({ stretches }) => stretches.map(({ step, fromMs, toMs }) => `${step} ${fromMs}-${toMs}`);

const JOINED = { join: 0, microphone: 80, camera: 95, 'socket-open': 40, online: 60, 'join-sent': 65, joined: 130 };

test('before the join there is nothing to draw', () => {
  assert.deepEqual(waterfalls({}), []);
  assert.deepEqual(waterfalls({ join: 0 }), []);
});

test('each step of the call begins where the one before it ended', () => {
  const [call, ...others] = waterfalls(JOINED);
  assert.deepEqual(others, []);
  assert.equal(call.userId, null);
  assert.deepEqual(drawn(call), ['Socket open 0-40', 'Server greets 40-60', 'Admitted to the room 65-130', 'Microphone open 0-80', 'Camera open 0-95']);
  assert.deepEqual([call.startMs, call.endMs], [0, 130]);
});

test('somebody who was there shares the axis, from the first offer of either side to the picture', () => {
  const timings = { ...JOINED, 'offer-received bob': 150, 'offer-sent bob': 140, 'answer-sent bob': 170, 'connected bob': 220, 'first-byte bob': 230, 'first-frame bob': 400, 'first-picture': 400 };
  const [call, bob] = waterfalls(timings);
  assert.deepEqual(drawn(bob), ['Answered 140-170', 'Connected 170-220', 'First bytes 220-230', 'First picture 230-400']);
  assert.deepEqual([bob.userId, bob.startMs, bob.endMs, call.endMs], ['bob', 0, 400, 400]);
  assert.equal(drawn(call).at(-1), 'First picture of anybody 0-400');
});

test('of two answers the later one counts, but none after the connection', () => {
  const offered = { ...JOINED, 'offer-sent bob': 140, 'answer-received bob': 160, 'answer-sent bob': 190 };
  assert.deepEqual(drawn(waterfalls({ ...offered, 'connected bob': 220 })[1]), ['Answered 140-190', 'Connected 190-220']);
  assert.deepEqual(drawn(waterfalls({ ...offered, 'connected bob': 180 })[1]), ['Answered 140-160', 'Connected 160-180']);
  assert.deepEqual(drawn(waterfalls(offered)[1]), ['Answered 140-190'], 'before there is a connection');
});

test('media may flow before the connection is said to be up: no stretch is turned around', () => {
  const [, bob] = waterfalls({ ...JOINED, 'offer-sent bob': 65, 'answer-received bob': 140, 'first-byte bob': 200, 'connected bob': 210, 'first-frame bob': 320 });
  assert.deepEqual(drawn(bob), ['Answered 65-140', 'Connected 140-210', 'First bytes 140-200', 'First picture 210-320']);
});

test('whoever comes minutes later has an axis of their own, and the first picture of all is not drawn on that of the call', () => {
  const [call, bob] = waterfalls({ ...JOINED, 'offer-received bob': 300_000, 'answer-sent bob': 300_020, 'connected bob': 300_100, 'first-picture': 300_400, 'first-frame bob': 300_400 });
  assert.equal(call.endMs, 130);
  assert.doesNotMatch(drawn(call).join(), /First picture/);
  assert.deepEqual([bob.startMs, bob.endMs], [300_000, 300_400]);
});

test('an id may have spaces, and somebody of whom nothing has ended yet is not drawn', () => {
  const all = waterfalls({ ...JOINED, 'offer-sent Bob B': 140, 'answer-received Bob B': 150, 'offer-sent cyd': 141 });
  assert.deepEqual(all.map(({ userId }) => userId), [null, 'Bob B']);
});

test('a report has what helps, and neither names, labels, texts nor the room', () => {
  const status = (state, reason = 'none') => ({ state, reason });
  const media = { microphone: status('on'), camera: status('error', 'in-use'), screen: status('off') };
  const streams = { camera: null, microphone: null, screen: null };
  const snapshot = {
    phase: 'joined',
    room: { roomId: 'secret-room', groupId: 'secret-group', callType: 'video', joinedAtMs: 1 },
    error: { code: 'refused', message: 'Refused.', remedy: 'Ask.', detail: 'secret-token is bad' },
    signalling: { state: 'halted', error: { code: 'replaced', message: 'Replaced.', remedy: 'Take over.', detail: 'by secret-tab' }, retryAtMs: null },
    self: { userId: 'ann', userInfo: { fullname: 'Secret Ann' }, ...media, streams, devices: { microphone: 'secret-id', camera: null }, deviceError: 'Could not start Secret camera', speaking: false },
    devices: [{ kind: 'camera', deviceId: 'secret-id', label: 'Secret label' }],
    participants: [{ userId: 'bob', userInfo: { fullname: 'Secret Bob' }, connection: 'connected', connectionReason: 'none', signalling: 'present', olderClient: true, ...media, streams, speaking: false, quality: 70, qualityCause: 'loss' }],
    invitations: [],
    diagnostics: { 'stale-offers': 2 },
    timings: JOINED,
  };
  const text = reportOf(snapshot, { at: '2026-12-01', secureContext: true });
  const report = JSON.parse(text);
  assert.doesNotMatch(text, /secret/i);
  assert.deepEqual(report.participants, [{ userId: 'bob', connection: 'connected', connectionReason: 'none', signalling: 'present', olderClient: true, quality: 70, qualityCause: 'loss', ...media }]);
  assert.deepEqual([report.at, report.secureContext, report.phase, report.diagnostics, report.timings], ['2026-12-01', true, 'joined', { 'stale-offers': 2 }, JOINED]);
  assert.equal(report.self.camera.reason, 'in-use');
  assert.deepEqual([report.error, report.signalling], ['refused', { state: 'halted', error: 'replaced' }]);
});
