#!/usr/bin/env node
/**
 * The command line of the reference signalling server. Exit codes: 0 stopped,
 * 1 failed, 2 wrong usage, 69 not installed, 70 emulated crash, 98 port in use.
 */

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const HELP = `Usage: node tools/server/main.js [options]

Reference signalling server of groupcall, for the demo and for tests.

  --port N                port to listen on; 0 picks a free one (default 8080)
  --host ADDRESS          address to listen on (default 127.0.0.1; 0.0.0.0 for all)
  --static PREFIX=DIR     serve DIR under PREFIX; may be repeated
  --groups FILE.json      {"groupId": {"name": "…", "members": ["userId", …]}, …}
                          (default: every groupId is a group of everybody)
  --origin ORIGIN         allow pages of this origin too, or * for any; may be repeated
  --legacy                behave with every documented quirk of the existing backend
  --legacy-crash          with --legacy: exit with code 70 where the existing backend dies
  --lookup-delay-ms N     how long the group lookup of a join takes (default 0, --legacy 5)
  --rate-limit N          connections per address and window; 0 for none (default 0, --legacy 20)
  --rate-window-ms N      the window of --rate-limit (default 300000)
  --ping-interval-ms N    heartbeat interval (default 25000)
  --ping-timeout-ms N     how long an answer to a heartbeat may take (default 20000)
  --verbose               print every event and every refusal on stderr
  --help                  print this
`;

const EXIT = Object.freeze({ failed: 1, usage: 2, notInstalled: 69, crash: 70, portInUse: 98 });

const OPTIONS = /** @type {const} */ ({
  port: { type: 'string' },
  host: { type: 'string' },
  static: { type: 'string', multiple: true },
  groups: { type: 'string' },
  origin: { type: 'string', multiple: true },
  legacy: { type: 'boolean' },
  'legacy-crash': { type: 'boolean' },
  'lookup-delay-ms': { type: 'string' },
  'rate-limit': { type: 'string' },
  'rate-window-ms': { type: 'string' },
  'ping-interval-ms': { type: 'string' },
  'ping-timeout-ms': { type: 'string' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean' },
});

/** @param {string} message @param {number} code @returns {never} */
function fail(message, code) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

/**
 * @param {string} option
 * @param {string | undefined} text
 * @param {number} [limit]
 * @returns {number | undefined}
 */
function wholeNumber(option, text, limit = 2 ** 31 - 1) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > limit) throw new TypeError(`--${option} ${text}: expected a whole number up to ${limit}`);
  return value;
}

/**
 * The given properties without the undefined ones, for options whose absence means a default.
 * @template {object} T
 * @param {T} properties
 * @returns {{ [K in keyof T]?: Exclude<T[K], undefined> }}
 */
function present(properties) {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return /** @type {{ [K in keyof T]?: Exclude<T[K], undefined> }} */ (Object.fromEntries(entries));
}

/** @param {typeof import('./static.js').parseMount} parseMount @param {typeof import('./groups.js').parseGroups} parseGroups */
async function readOptions(parseMount, parseGroups) {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  if (values['legacy-crash'] && !values.legacy) throw new TypeError('--legacy-crash needs --legacy');
  const limit = wholeNumber('rate-limit', values['rate-limit']);
  const windowMs = wholeNumber('rate-window-ms', values['rate-window-ms']);
  if (windowMs !== undefined && limit === undefined) throw new TypeError('--rate-window-ms needs --rate-limit');
  const groups = values.groups === undefined ? undefined : parseGroups(await readFile(values.groups, 'utf8'));
  return {
    verbose: values.verbose ?? false,
    server: {
      host: values.host ?? '127.0.0.1',
      legacy: values.legacy ?? false,
      legacyCrash: values['legacy-crash'] ?? false,
      mounts: (values.static ?? []).map(parseMount),
      origins: values.origin ?? [],
      port: wholeNumber('port', values.port, 65535) ?? 8080,
      ...present({
        groups,
        lookupDelayMs: wholeNumber('lookup-delay-ms', values['lookup-delay-ms']),
        rateLimit: limit === undefined ? undefined : { limit, ...present({ windowMs }) },
        pingIntervalMs: wholeNumber('ping-interval-ms', values['ping-interval-ms']),
        pingTimeoutMs: wholeNumber('ping-timeout-ms', values['ping-timeout-ms']),
      }),
    },
  };
}

/** @returns {Promise<[typeof import('./server.js'), typeof import('./static.js'), typeof import('./groups.js')]>} */
async function loadModules() {
  try {
    return await Promise.all([import('./server.js'), import('./static.js'), import('./groups.js')]);
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    return fail("groupcall server: its packages are not installed: run 'npm ci' in tools/server", EXIT.notInstalled);
  }
}

/** @param {unknown} error @returns {unknown} */
const codeOf = (error) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** @param {unknown} error @param {string} host @param {number} port @returns {never} */
function failToListen(error, host, port) {
  const remedies = /** @type {Record<string, [string, number]>} */ ({
    EADDRINUSE: [`port ${port} is in use: stop the program that holds it, or choose another with --port`, EXIT.portInUse],
    EACCES: [`port ${port} needs privileges: choose one from 1024 up with --port`, EXIT.failed],
    EADDRNOTAVAIL: [`${host} is not an address of this machine: correct --host`, EXIT.failed],
    ENOTFOUND: [`${host} is not a known host name: correct --host`, EXIT.failed],
  });
  const [message, code] = remedies[String(codeOf(error))] ?? [messageOf(error), EXIT.failed];
  return fail(`groupcall server: ${message}`, code);
}

async function main() {
  const [{ startServer }, { parseMount }, { parseGroups }] = await loadModules();
  const { verbose, server: options } = await readOptions(parseMount, parseGroups).catch((error) =>
    fail(`groupcall server: ${messageOf(error)} (--help lists the options)`, EXIT.usage),
  );
  /** @type {import('./signalling.js').FrameObserver} */
  const printFrame = (direction, userId, event, payload) =>
    console.error(`${direction === 'in' ? '->' : '<-'} ${JSON.stringify(userId)} ${event} ${JSON.stringify(payload)}`);

  const server = await startServer({ ...options, ...(verbose ? { onFrame: printFrame } : {}) }).catch((error) =>
    failToListen(error, options.host, options.port),
  );
  if (verbose) server.on('refused', (refusal) => console.error('refused', JSON.stringify(refusal)));
  server.on('fatal', ({ userId, reason }) =>
    console.error(`LEGACY: the existing backend would have died: ${reason} (from ${JSON.stringify(userId)}); socket closed`),
  );
  server.on('crash', ({ userId, reason }) =>
    fail(`LEGACY: dying as the existing backend does: ${reason} (from ${JSON.stringify(userId)})`, EXIT.crash),
  );
  for (const signal of ['SIGINT', 'SIGTERM']) {
    // Once: a second signal ends the process at once, should closing ever hang.
    process.once(signal, () => server.close().then(() => process.exit(0)));
  }
  console.log(`listening on ${server.url}`);
}

await main();
