// Takes the README's picture: the demo page, three people in Chromium, each with a drawn portrait for a camera.
//
//   node tools/screenshot.mjs [FILE]      default web/demo/screenshot.png; build first (tools/build)
import { mkdirSync, openSync, writeSync, closeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { startServer } from './server/server.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { chromium } = createRequire(`${root}tests/package.json`)('playwright-core');
const target = process.argv[2] ?? `${root}web/demo/screenshot.png`;
const LIMIT_MS = 20_000;
const WIDTH = 640;
const HEIGHT = 360;
const FRAMES = 15;

const PEOPLE = [
  { name: 'Alice', room: [206, 222, 230], clothes: [38, 84, 124], skin: [236, 196, 168], hair: [84, 52, 36], scheme: 'light' },
  { name: 'Bilal', room: [232, 220, 200], clothes: [176, 84, 58], skin: [176, 122, 84], hair: [32, 26, 24], scheme: 'light' },
  { name: 'Chidi', room: [214, 226, 210], clothes: [60, 110, 84], skin: [120, 80, 56], hair: [24, 20, 20], scheme: 'light', cameraOff: true },
];

const toYuv = ([r, g, b]) => [
  16 + 0.257 * r + 0.504 * g + 0.098 * b,
  128 - 0.148 * r - 0.291 * g + 0.439 * b,
  128 + 0.439 * r - 0.368 * g - 0.071 * b,
];

/** The colour of a portrait at a point of the unit rectangle; `sway` moves the head a little. */
function colourAt(person, x, y, sway) {
  const inside = (cx, cy, rx, ry) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;
  const centre = 0.5 + sway;
  if (inside(centre, 0.46, 0.1, 0.24) && !inside(centre, 0.32, 0.115, 0.1)) return person.skin;
  if (inside(centre, 0.36, 0.115, 0.24)) return person.hair;
  if (inside(0.5 + sway / 2, 1.06, 0.27, 0.4)) return person.clothes;
  const light = 1.05 - 0.25 * Math.hypot(x - 0.3, y - 0.2);
  return person.room.map((channel) => Math.min(255, channel * light));
}

/** Writes a second of I420 video, which Chromium plays in a loop as a camera. */
function drawCamera(person, path) {
  const file = openSync(path, 'w');
  writeSync(file, `YUV4MPEG2 W${WIDTH} H${HEIGHT} F15:1 Ip A1:1 C420jpeg\n`);
  for (let frame = 0; frame < FRAMES; ++frame) {
    const sway = 0.006 * Math.sin((frame / FRAMES) * 2 * Math.PI);
    const planes = [Buffer.alloc(WIDTH * HEIGHT), Buffer.alloc((WIDTH * HEIGHT) / 4), Buffer.alloc((WIDTH * HEIGHT) / 4)];
    for (let y = 0; y < HEIGHT; ++y) {
      for (let x = 0; x < WIDTH; ++x) {
        const [luma, blue, red] = toYuv(colourAt(person, x / WIDTH, y / HEIGHT, sway));
        planes[0][y * WIDTH + x] = luma;
        if (x % 2 || y % 2) continue;
        planes[1][(y / 2) * (WIDTH / 2) + x / 2] = blue;
        planes[2][(y / 2) * (WIDTH / 2) + x / 2] = red;
      }
    }
    writeSync(file, 'FRAME\n');
    planes.forEach((plane) => writeSync(file, plane));
  }
  closeSync(file);
}

async function joinCall(person, url, folder) {
  const camera = `${folder}/${person.name}.y4m`;
  drawCamera(person, camera);
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required', '--allow-loopback-in-peer-connection',
      `--use-file-for-fake-video-capture=${camera}`,
    ],
  });
  const context = await browser.newContext({
    viewport: { width: 1200, height: 760 }, colorScheme: person.scheme, permissions: ['camera', 'microphone'],
  });
  const page = await context.newPage();
  await page.goto(`${url}/?room=studio`);
  await page.getByLabel('Your name').fill(person.name);
  await page.getByRole('button', { name: 'Join the call' }).click();
  await page.waitForFunction(() => window.groupcallDemo?.call?.getSnapshot().phase === 'joined', null, { timeout: LIMIT_MS });
  if (person.cameraOff) await page.keyboard.press('v');
  return { browser, page };
}

const folder = `${root}build/screenshot`;
mkdirSync(folder, { recursive: true });
const server = await startServer({
  mounts: [{ prefix: '/', directory: `${root}web/dist-demo` }, { prefix: '/dist', directory: `${root}web/dist` }],
});
const browsers = [];
try {
  const pages = [];
  for (const person of PEOPLE) {
    const { browser, page } = await joinCall(person, server.url, folder);
    browsers.push(browser);
    pages.push(page);
  }
  const states = () => window.groupcallDemo.call.getSnapshot().participants.map(({ camera }) => camera.state).join();
  await pages[0].waitForFunction(`(${states})() === 'on,off'`, null, { timeout: LIMIT_MS });
  await pages[0].screenshot({ path: target });
  console.log(target);
} finally {
  await Promise.all(browsers.map((browser) => browser.close()));
  await server.close();
}
