/**
 * A second machine, as far as a browser can tell: a network namespace of its own on the end of a
 * cable (veth). Its network can be cut without a word: packets go on being sent, and none arrives.
 *
 * Needs root, as namespaces do. Nothing leaves this machine.
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Nobody has this address: what is sent to it is lost. */
const NOBODY = '02:00:00:00:00:01';

const run = (command, ...parameters) => execFileSync(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/** Why there can be no second machine here; empty if there can. */
export function whyNoSecondMachine() {
  return process.getuid() === 0 ? '' : 'network namespaces need root';
}

export class SecondMachine {
  #name = `groupcall-${process.pid}`;
  // Names of interfaces have 15 characters at most.
  #here = `gc${process.pid}h`;
  #there = `gc${process.pid}t`;
  /** Addresses of the two ends of the cable. */
  here;
  there;

  constructor() {
    const network = `10.${100 + ((process.pid >> 8) & 0x7f)}.${process.pid & 0xff}`;
    this.here = `${network}.1`;
    this.there = `${network}.2`;
  }

  start() {
    run('ip', 'netns', 'add', this.#name);
    run('ip', 'link', 'add', this.#here, 'type', 'veth', 'peer', 'name', this.#there, 'netns', this.#name);
    run('ip', 'address', 'add', `${this.here}/30`, 'dev', this.#here);
    run('ip', 'link', 'set', this.#here, 'up');
    run('ip', '-n', this.#name, 'address', 'add', `${this.there}/30`, 'dev', this.#there);
    for (const device of ['lo', this.#there]) run('ip', '-n', this.#name, 'link', 'set', device, 'up');
    run('ip', '-n', this.#name, 'route', 'add', 'default', 'via', this.here);
  }

  /** From now on nothing arrives, on either side, and nobody is told. */
  cut() {
    run('ip', 'neighbour', 'replace', this.there, 'lladdr', NOBODY, 'dev', this.#here, 'nud', 'permanent');
    run('ip', '-n', this.#name, 'neighbour', 'replace', this.here, 'lladdr', NOBODY, 'dev', this.#there, 'nud', 'permanent');
  }

  heal() {
    run('ip', 'neighbour', 'delete', this.there, 'dev', this.#here);
    run('ip', '-n', this.#name, 'neighbour', 'delete', this.here, 'dev', this.#there);
  }

  /** A program that runs `executable` over there, for those who start browsers. */
  launcher(executable, folder) {
    const file = path.join(folder, `on-${this.#name}.sh`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${this.#name} ${executable} "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Takes the cable and the namespace away; what still runs there loses its network. */
  stop() {
    run('ip', 'netns', 'delete', this.#name);
  }
}
