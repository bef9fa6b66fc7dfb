/**
 * A page with the parts of groupcall/react over a call that is none: bundled with React, served under the strictest
 * Content-Security-Policy that the package promises to bear.
 */

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = path.join(root, 'tests/e2e/pages');
const output = path.join(root, 'build/react-parts');
// esbuild is a development dependency of web/, not of tests/.
const esbuild = createRequire(path.join(root, 'web/package.json'))('esbuild');
/** Another React may be tested, such as an older one. */
const packages = process.env.GROUPCALL_REACT ?? path.join(root, 'tests/node_modules');

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8' };

async function bundle() {
  await mkdir(output, { recursive: true });
  const common = { bundle: true, logLevel: 'warning', outdir: output };
  await esbuild.build({
    ...common,
    entryPoints: [path.join(pages, 'react_parts.jsx')],
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    // With its development build React tells what is not as it should be.
    define: { 'process.env.NODE_ENV': '"development"' },
    alias: {
      // One React for the page and for the parts, whose folder has one of its own.
      react: path.join(packages, 'react'),
      'react-dom': path.join(packages, 'react-dom'),
      // The calls of this page need no module.
      'groupcall-wasm': path.join(root, 'tests/web/fake_module.mjs'),
    },
  });
  await esbuild.build({ ...common, entryPoints: [path.join(root, 'web/src/react/style.css')] });
}

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required', '--use-fake-device-for-media-stream=device-count=2'];

/** A browser for the page, and contexts whose pages may complain of nothing. */
export class ReactStage {
  #server;
  #browser;

  static async start() {
    const stage = new ReactStage();
    stage.#server = await serveReactPage();
    stage.#browser = await chromium.launch({ executablePath: process.env.GROUPCALL_CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
    return stage;
  }

  async close() {
    await this.#browser?.close();
    await this.#server?.close();
  }

  /** Where the page is, for another browser. */
  get url() {
    return this.#server.url;
  }

  /**
   * Runs `body` with a page of its own, and fails for whatever that page put on its console as a warning or an error.
   *
   * @param {import('playwright-core').BrowserContextOptions} options
   * @param {(page: import('playwright-core').Page) => Promise<void>} body
   */
  async withPage({ permissions = ['camera', 'microphone'], ...options }, body) {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 810 }, reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(5_000);
    if (permissions.length > 0) await context.grantPermissions(permissions, { origin: new URL(this.#server.url).origin });
    const complaints = [];
    try {
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.stack));
      page.on('console', (message) => {
        if (['warning', 'error'].includes(message.type())) complaints.push(message.text());
      });
      await page.goto(this.#server.url);
      await page.waitForFunction(() => window.parts);
      await body(page);
      assert.deepEqual(complaints, [], 'the page complained');
    } finally {
      await context.close();
    }
  }
}

/** Bundles and serves the page. @returns {Promise<{ url: string, close: () => Promise<void> }>} */
async function serveReactPage() {
  await bundle();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const file = pathname === '/' ? path.join(pages, 'react_parts.html') : path.join(output, path.basename(pathname));
    readFile(file).then(
      (body) => response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'text/plain', 'content-security-policy': POLICY }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
