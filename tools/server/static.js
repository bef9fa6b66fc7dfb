/**
 * Serves the files of the demo over node:http. Small on purpose: no ranges, no
 * compression, no directory listing.
 */

import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** @typedef {{ prefix: string, directory: string }} Mount */

/** @type {Readonly<Record<string, string>>} */
const MIME_TYPES = Object.freeze({
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp4': 'video/mp4',
  '.ogg': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
});

// WebAssembly needs 'wasm-unsafe-eval'; nothing here needs 'unsafe-eval' or inline scripts.
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self' ws: wss:",
  "img-src 'self' data:",
  "style-src 'self'",
  "media-src 'self' blob:",
].join('; ');

const SECURITY_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
};

/**
 * @param {string} text  `/dist=web/dist`
 * @returns {Mount}
 */
export function parseMount(text) {
  const [prefix = '', ...rest] = text.split('=');
  const directory = rest.join('=');
  if (!prefix.startsWith('/') || directory === '') {
    throw new TypeError(`${JSON.stringify(text)} is not URLPREFIX=DIR, as in /dist=web/dist`);
  }
  return { prefix, directory };
}

/**
 * @param {Mount[]} mounts
 * @returns {Promise<import('node:http').RequestListener>}
 */
export async function createStaticHandler(mounts) {
  const roots = await Promise.all(mounts.map(openMount));
  // The longest prefix wins, whatever the order on the command line.
  roots.sort((a, b) => b.prefix.length - a.prefix.length);

  return (request, response) => {
    serve(roots, request, response).catch((error) => {
      console.error(`static: ${request.method} ${JSON.stringify(request.url)}: ${error.stack}`);
      if (!response.headersSent) reply(response, 500, {}, 'internal error\n');
      else response.destroy();
    });
  };
}

/** @param {Mount} mount */
async function openMount({ prefix, directory }) {
  const root = await realpath(directory).catch(() => null);
  if (root === null || !(await stat(root)).isDirectory()) {
    throw new Error(`static directory ${directory} (for ${prefix}) does not exist: build it first, or correct the path`);
  }
  return { prefix: prefix.endsWith('/') ? prefix : `${prefix}/`, root };
}

/**
 * @param {{ prefix: string, root: string }[]} roots
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function serve(roots, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    reply(response, 405, { Allow: 'GET, HEAD' }, 'method not allowed\n');
    return;
  }
  const [rawPath = '/', query] = (request.url ?? '/').split('?', 2);
  const urlPath = decodePath(rawPath);
  if (urlPath === null) {
    reply(response, 400, {}, 'bad path\n');
    return;
  }
  const found = await locate(roots, urlPath);
  if (found === null) {
    reply(response, 404, {}, 'not found\n');
  } else if (found.needsSlash) {
    // Collapsed, because a Location that begins with // names another host.
    const location = `${rawPath.replace(/^\/+/, '/')}/${query === undefined ? '' : `?${query}`}`;
    reply(response, 308, { Location: location }, '');
  } else {
    await sendFile(found.file, request, response);
  }
}

/**
 * Null for what no file of ours can be called: broken escapes, NUL, a
 * backslash, or a segment that begins with a dot (`..` and hidden files).
 * @param {string} rawPath
 * @returns {string | null}
 */
function decodePath(rawPath) {
  /** @type {string} */
  let decoded;
  try {
    decoded = decodeURIComponent(rawPath);
  } catch {
    return null;
  }
  if (!decoded.startsWith('/') || /[\0\\]/.test(decoded)) return null;
  return decoded.split('/').some((segment) => segment.startsWith('.')) ? null : decoded;
}

/**
 * @param {{ prefix: string, root: string }[]} roots
 * @param {string} urlPath
 * @returns {Promise<{ file: string, needsSlash: boolean } | null>}
 */
async function locate(roots, urlPath) {
  const mount = roots.find(({ prefix }) => urlPath.startsWith(prefix) || `${urlPath}/` === prefix);
  if (!mount) return null;
  const wanted = path.join(mount.root, urlPath.slice(mount.prefix.length));
  // Resolved before it is compared, so that a symbolic link cannot lead out of the root.
  const file = await realpath(wanted).catch(() => null);
  if (file === null || !isInside(file, mount.root)) return null;
  if (!(await stat(file)).isDirectory()) return urlPath.endsWith('/') ? null : { file, needsSlash: false };
  const index = await realpath(path.join(file, 'index.html')).catch(() => null);
  if (index === null || !isInside(index, mount.root)) return null;
  return { file: index, needsSlash: !urlPath.endsWith('/') };
}

/** @param {string} file @param {string} root */
function isInside(file, root) {
  return file === root || file.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
}

/**
 * @param {string} file
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function sendFile(file, request, response) {
  const body = await readFile(file);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = { ETag: etag, 'Cache-Control': 'no-cache' };
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) {
    reply(response, 304, headers, '');
    return;
  }
  const type = MIME_TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream';
  reply(response, 200, { ...headers, 'Content-Type': type }, body, request.method === 'HEAD');
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {import('node:http').OutgoingHttpHeaders} headers
 * @param {string | Buffer} body
 * @param {boolean} [headersOnly]
 */
function reply(response, status, headers, body, headersOnly = false) {
  const length = status === 304 ? {} : { 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...SECURITY_HEADERS, ...length, ...headers });
  response.end(headersOnly ? undefined : body);
}
