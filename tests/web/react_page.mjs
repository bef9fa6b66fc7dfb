/**
 * web/src/react.ts in a page of jsdom, over calls of the test's own (fake_group_call.mjs), with the very React that the
 * test imports. What React has to complain about fails the test.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, afterEach } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = createRequire(import.meta.url);
const esbuild = createRequire(path.join(root, 'web/package.json'))('esbuild');
const output = path.join(root, 'build/web-tests');

/** React is imported, not compiled in: two Reacts on one page do not know each other's hooks. */
const sharedReact = {
  name: 'shared-react',
  setup({ onResolve }) {
    onResolve({ filter: /^react(-dom)?($|\/)/ }, ({ path: name }) => ({ path: pathToFileURL(here.resolve(name)).href, external: true }));
    onResolve({ filter: /^(\.\.?\/)+index\.js$/ }, () => ({ path: fileURLToPath(new URL('./fake_group_call.mjs', import.meta.url)) }));
  },
};

/**
 * Compiles `exports` (lines of a module in web/src) and imports it.
 *
 * @param {string} exports
 */
export async function importWithReact(exports) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: exports, resolveDir: path.join(root, 'web/src'), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'node20',
    jsx: 'automatic',
    sourcemap: 'inline',
    plugins: [sharedReact],
    loader: { '.css': 'empty' },
    logLevel: 'warning',
  });
  const { contents } = outputFiles[0];
  const file = path.join(output, `react-${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.mjs`);
  await mkdir(output, { recursive: true });
  // Renamed into place: test files run in parallel and may compile the same bundle.
  await writeFile(`${file}.${process.pid}`, contents);
  await rename(`${file}.${process.pid}`, file);
  return import(pathToFileURL(file).href);
}

const MODULES = `
  export * from './react.js';
  export { CallSession } from './react/session.js';
  export { making, FakeCall, GroupCallError } from './index.js';
`;

/** What a page has that Node has not. */
function becomePage() {
  const { JSDOM } = here('jsdom');
  const { window } = new JSDOM('<!doctype html><body></body>');
  for (const name of ['document', 'navigator', 'HTMLElement', 'HTMLMediaElement', 'Audio', 'Node', 'Event', 'MouseEvent', 'KeyboardEvent', 'getComputedStyle']) {
    Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
  }
  globalThis.window = window;
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  // jsdom plays nothing.
  window.HTMLMediaElement.prototype.play = async () => {};
  after(() => window.close());
}

/** Opens the page of this test file. */
export async function openReactPage() {
  becomePage();
  const { act, StrictMode, createElement } = await import('react');
  const { createRoot } = await import('react-dom/client');
  const groupcall = await importWithReact(MODULES);
  /** @type {{ unmount(): void }[]} */
  const roots = [];
  const complaints = [];
  for (const level of ['error', 'warn']) console[level] = (...values) => complaints.push(values.map(String).join(' '));

  /** Renders into a place of its own; `render` again renders anew. */
  async function mount(element, { strict = false } = {}) {
    const place = document.body.appendChild(document.createElement('div'));
    const reactRoot = createRoot(place);
    const wrap = (inner) => (strict ? createElement(StrictMode, null, inner) : inner);
    const mounted = {
      place,
      render: (next) => act(async () => reactRoot.render(wrap(next))),
      unmount: () => act(async () => reactRoot.unmount()),
    };
    roots.push(mounted);
    await mounted.render(element);
    return mounted;
  }

  afterEach(async () => {
    for (const mounted of roots.splice(0)) await mounted.unmount();
    document.body.replaceChildren();
    groupcall.making.reset();
    assert.deepEqual(complaints.splice(0), [], 'React or the page complained');
  });

  return { ...groupcall, act, mount, complaints };
}
