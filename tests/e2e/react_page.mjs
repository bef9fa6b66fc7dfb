/**
 * A page with the parts of groupcall/react over a call that is none: bundled with React, served under the strictest
 * Content-Security-Policy that the package promises to bear.
 */

import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = path.join(root, 'tests/e2e/pages');
const output = path.join(root, 'build/react-parts');
// esbuild is a development dependency of web/, not of tests/.
const esbuild = createRequire(path.join(root, 'web/package.json'))('esbuild');
const packageOf = (name) => path.join(root, 'tests/node_modules', name);

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
      react: packageOf('react'),
      'react-dom': packageOf('react-dom'),
      // The calls of this page need no module.
      'groupcall-wasm': path.join(root, 'tests/web/fake_module.mjs'),
    },
  });
  await esbuild.build({ ...common, entryPoints: [path.join(root, 'web/src/react/style.css')] });
}

/** Bundles and serves the page. @returns {Promise<{ url: string, close: () => Promise<void> }>} */
export async function serveReactPage() {
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
