/**
 * Which pages may open a connection. Browsers send an Origin with every
 * WebSocket upgrade and do not enforce anything themselves, so the server must.
 */

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The page that this very server delivered, any page of this machine, what was
 * allowed by name, and clients that are no browsers (no Origin at all).
 * @param {string | undefined} origin
 * @param {string | undefined} host     the request's Host header
 * @param {readonly string[]} allowed   origins such as https://chat.example, or '*'
 * @returns {boolean}
 */
export function isOriginAllowed(origin, host, allowed) {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  let url;
  try {
    url = new URL(origin);
  } catch {
    return false;
  }
  return url.host === host || LOOPBACK_NAMES.has(url.hostname);
}
