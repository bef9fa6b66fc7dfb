/**
 * coturn on a machine of its own, with time-limited credentials: the username begins with the
 * second of its end, the password is its HMAC under a secret that only servers know.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SECRET = 'known-to-servers-only';
const PORT = 3478;
const READY = 'Relay ports initialization done';
const READY_LIMIT_MS = 10_000;

export class TurnServer {
  #child;
  #folder = mkdtempSync(path.join(tmpdir(), 'groupcall-turn-'));
  /** What it said, for explanations and counts. */
  log = '';
  url;

  /** @param {import('./network.mjs').Network} network @param {string} machine the name of one */
  static async start(network, machine) {
    const server = new TurnServer();
    await server.#start(network, machine);
    return server;
  }

  async #start(network, machine) {
    const address = network.address(machine);
    this.url = `turn:${address}:${PORT}`;
    const [command, ...parameters] = network.commandOn(
      machine, 'turnserver', '-n', '--no-cli', '--no-tls', '--no-dtls', '--fingerprint', '--realm=groupcall.test',
      `--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${PORT}`,
      '--use-auth-secret', `--static-auth-secret=${SECRET}`, '--verbose', '--log-file=stdout',
      `--pidfile=${path.join(this.#folder, 'pid')}`, `--userdb=${path.join(this.#folder, 'users')}`,
    );
    this.#child = spawn(command, parameters, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`turnserver is not ready:\n${this.log}`)), READY_LIMIT_MS).unref();
      const hear = (text) => {
        this.log += text;
        if (!this.log.includes(READY)) return;
        clearTimeout(timer);
        resolve();
      };
      this.#child.stdout.on('data', hear);
      this.#child.stderr.on('data', hear);
      this.#child.once('error', reject);
      this.#child.once('exit', (code) => reject(new Error(`turnserver ended with ${code}:\n${this.log}`)));
    });
    await ready;
  }

  /** What a page needs to make itself credentials that are good for so many seconds. */
  credentials(seconds, secret = SECRET) {
    return { url: this.url, secret, seconds };
  }

  /** How often somebody was refused. */
  refusals() {
    return this.log.split('\n').filter((line) => line.includes('Cannot find credentials of user')).length;
  }

  async stop() {
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
