/** Playing a call by `groupcall/playback`, in a browser that lets a page play nothing before somebody presses something. */

import assert from 'node:assert/strict';

import { LIMIT, NOTHING_OPEN, callTest } from './call_pages.mjs';

/** Pages of these two, joined, each with an element for the other. @param {boolean} listens that ada has no devices */
async function openBoth(stage, listens = false) {
  const pages = [];
  for (const [name, other] of [['ada', 'ben'], ['ben', 'ada']]) {
    const page = await stage.openPlaybackPage(name, { listens: listens && name === 'ada' });
    await page.ask(`playbackPage.see('${other}')`);
    await page.until('joined', "playbackPage.call.getSnapshot().phase === 'joined'", LIMIT.join);
    pages.push(page);
  }
  return pages;
}

const seen = (page) => page.ask('playbackPage.seen()');

/** The picture moves: three frames more than there were. */
async function untilMoving(page, user) {
  const { frames } = await page.ask(`({ frames: playbackPage.pictures.get('${user}').frames })`);
  await page.until(`pictures of ${user}`, `playbackPage.pictures.get('${user}').frames >= ${frames + 3}`, LIMIT.media);
}

callTest('sound that the browser holds back plays after a click, and pictures do all the time', { autoplay: false }, async (stage) => {
  const [ada, ben] = await openBoth(stage, true);
  await untilMoving(ada, 'ben');
  await ada.until('a need of a gesture', 'playbackPage.playback.getSnapshot().needsGesture', LIMIT.media);
  assert.equal(await ada.ask('playbackPage.isActive()'), false, 'nobody has pressed anything');
  const [silent, ...more] = await ada.ask('playbackPage.audios()');
  assert.deepEqual([silent.paused, silent.currentTime, silent.live, more], [true, 0, true, []]);
  // Without a click, the browser does not let itself be talked round.
  await ada.ask('playbackPage.playback.resumePlayback()');
  assert.equal((await seen(ada)).needsGesture, true);

  const pressedAt = performance.now();
  await ada.press('resume');
  await ada.until('sound', 'playbackPage.audios().every(({ paused, currentTime }) => !paused && currentTime > 0)', LIMIT.media);
  stage.measure('sound after the click', performance.now() - pressedAt);
  const { clicks, needsGesture } = await seen(ada);
  assert.deepEqual([clicks, needsGesture], [1, false]);
  const energy = await ada.ask("playbackPage.energyOf('ben')");
  await ada.until('sound of ben', `playbackPage.energyOf('ben').then((now) => now > ${energy})`, LIMIT.media);
  // A page with an open microphone may play. Ben's may have had sound to play before it was open.
  await ben.until('no need of a gesture', '!playbackPage.playback.getSnapshot().needsGesture', LIMIT.device);
  assert.deepEqual([(await seen(ben)).clicks, await ben.ask('playbackPage.isActive()')], [0, false]);

  // The same element goes on after a pause of the microphone.
  for (const [on, state] of [[false, 'off'], [true, 'on']]) {
    await ben.ask(`playbackPage.call.setMicrophone(${on})`);
    await ada.until(`microphone ${state}`, `playbackPage.call.getSnapshot().participants[0].microphone.state === '${state}'`, LIMIT.device);
  }
  const [{ paused, currentTime, live }, ...others] = await ada.ask('playbackPage.audios()');
  assert.deepEqual([paused, live, others], [false, true, []]);
  await ada.until('sound', `playbackPage.audios()[0].currentTime > ${currentTime}`, LIMIT.media);
});

callTest('no picture stands still, and nothing is left after the call', {}, async (stage) => {
  const [ada, ben] = await openBoth(stage);
  await Promise.all([untilMoving(ada, 'ben'), untilMoving(ben, 'ada')]);
  await ada.ask("playbackPage.see('ada')");
  await untilMoving(ada, 'ada');
  await ada.ask(`(() => {
    window.wrong = [];
    playbackPage.call.subscribe(() => {
      const state = playbackPage.cameraOf('ben');
      if ((state === 'on') !== playbackPage.hasPicture('ben')) window.wrong.push(state);
    });
  })()`);
  for (const [on, state] of [[false, 'off'], [true, 'on'], [false, 'off'], [true, 'on']]) {
    await ben.ask(`playbackPage.call.setCamera(${on})`);
    await ada.until(`ben is ${state}`, `playbackPage.cameraOf('ben') === '${state}'`, LIMIT.device);
    assert.equal(await ada.ask("playbackPage.hasPicture('ben')"), on);
  }
  await untilMoving(ada, 'ben');
  await ada.ask('playbackPage.call.setCamera(false)');
  await ada.until('no picture of oneself', "!playbackPage.hasPicture('ada')");

  const output = await ada.ask(`navigator.mediaDevices.enumerateDevices().then((all) =>
    all.find(({ kind, deviceId }) => kind === 'audiooutput' && !['', 'default'].includes(deviceId))?.deviceId)`);
  assert.ok(output, 'the browser has another output device');
  await ada.ask(`playbackPage.playback.setOutputDevice('${output}')`);
  await ada.ask("playbackPage.playback.setVolume('ben', 0.25)");
  const [{ sinkId, volume, paused }, ...more] = await ada.ask('playbackPage.audios()');
  assert.deepEqual([sinkId, volume, paused, more], [output, 0.25, false, []]);
  const refused = await ada.ask("playbackPage.playback.setOutputDevice('nonsense').then(() => 'used', ({ name }) => name)");
  assert.deepEqual([refused, (await seen(ada)).outputDevice], ['NotFoundError', output]);

  await ben.ask('playbackPage.call.leave()');
  await ada.until('ben has left', "playbackPage.cameraOf('ben') === undefined");
  assert.deepEqual(await ada.ask('[window.wrong, playbackPage.audios(), playbackPage.hasPicture("ben")]'), [[], [], false]);
  for (const page of [ada, ben]) {
    await page.ask('playbackPage.call.leave()');
    assert.deepEqual(await page.ask('[playbackPage.audios(), playbackPage.openResources()]'), [[], NOTHING_OPEN]);
  }
});

for (const ending of ['call.leave()', 'call.dispose()', 'playback.dispose()']) {
  callTest(`${ending} leaves no audio element and no attached picture`, {}, async (stage) => {
    const [ada, ben] = await openBoth(stage);
    await Promise.all([untilMoving(ada, 'ben'), untilMoving(ben, 'ada')]);
    assert.equal((await ada.ask('playbackPage.audios()')).length, 1);
    await ada.ask(`playbackPage.${ending}`);
    assert.deepEqual(await ada.ask("[playbackPage.audios(), playbackPage.hasPicture('ben')]"), [[], false]);
  });
}
