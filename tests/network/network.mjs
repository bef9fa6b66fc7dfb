/**
 * Machines, as far as a program can tell: network namespaces, joined by the impairment hub
 * (impairment_hub.cpp). What runs on `here`, this process's own end of the network, reaches them
 * and is reached by them; nothing leaves this computer.
 *
 *   const network = await Network.start(['bob', 'carol']);
 *   spawn(network.launcher('bob', '/usr/bin/chromium', folder));
 *   await network.impair('bob', { delayMs: 75, lossPercent: 5 });
 *   await network.cut('bob');
 *   await network.stop();
 *
 * Needs root. Namespaces and devices end with this process, however it ends: each is held by a
 * program that ends with its input.
 */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const HUB = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../build/native/tests/network/impairment_hub');

/** The name of this process's own machine. */
export const HERE = 'here';

/** A program that says something when it is ready has this long for it. */
const READY_LIMIT_MS = 5_000;

const run = (command, ...parameters) => execFileSync(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/** Why there can be no network of machines here; empty if there can. */
export function whyNoNetwork() {
  if (process.getuid() !== 0) return 'network namespaces need root';
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return '';
  } catch {
    return 'there is no /dev/net/tun';
  }
}

/** A program that is spoken to line by line, and ends when its input does. */
class LineProgram {
  #child;
  #lines;
  #errors = '';

  constructor(command, parameters) {
    this.#child = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.on('data', (text) => (this.#errors += text));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid() {
    return this.#child.pid;
  }

  /** @throws {Error} what it complained of, when it ended or says nothing */
  async line() {
    let timer;
    const tooLong = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.#child.spawnfile} says nothing for ${READY_LIMIT_MS} ms`)), READY_LIMIT_MS);
    });
    try {
      const { value, done } = await Promise.race([this.#lines.next(), tooLong]);
      if (done) throw new Error(`${this.#child.spawnfile} ended: ${this.#errors}`);
      return value;
    } finally {
      clearTimeout(timer);
    }
  }

  write(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.stdin.end();
    await exited;
  }
}

/** What `impair()` takes, as the hub has it: whole numbers with units. */
const SETTINGS = {
  delayMs: ['delay_us', 1_000],
  jitterMs: ['jitter_us', 1_000],
  lossPercent: ['loss_permille', 10],
  rateKbps: ['rate_kbps', 1],
  queueMs: ['queue_us', 1_000],
  cut: ['cut', 1],
};

export class Network {
  /** @type {LineProgram} */
  #hub;
  /** The last answer of the hub is awaited before the next command. */
  #answered = Promise.resolve();
  /** @type {Map<string, { device: string, address: string, holder: LineProgram | null }>} */
  #machines = new Map();
  #prefix = `10.${100 + ((process.pid >> 8) & 0x7f)}.${process.pid & 0xff}`;
  #lastHost = 0;

  /**
   * @param {string[]} names of the machines beside `here`
   * @param {string} [seed] decides which packets are lost, and how jitter falls
   */
  static async start(names, seed = 'groupcall') {
    const network = new Network();
    try {
      await network.#start([HERE, ...names], seed);
    } catch (error) {
      await network.stop();
      throw error;
    }
    return network;
  }

  async #start(names, seed) {
    names.forEach((name, index) => {
      // Names of interfaces have 15 characters at most; one that begins with "tun" is a VPN to a browser.
      this.#machines.set(name, { device: `gc${process.pid}n${index}`, address: this.#nextAddress(), holder: null });
    });
    const ports = [...this.#machines].map(([name, { device, address }]) => `${name}:${device}:${address}`);
    this.#hub = new LineProgram(HUB, [seed, ...ports]);
    await this.#hub.line();
    for (const [name, machine] of this.#machines) {
      if (name !== HERE) await this.#makeNamespace(machine);
      this.#on(name, 'ip', 'address', 'add', `${machine.address}/32`, 'dev', machine.device);
      this.#on(name, 'ip', 'link', 'set', machine.device, 'up');
      this.#on(name, 'ip', 'route', 'add', name === HERE ? `${this.#prefix}.0/24` : 'default', 'dev', machine.device);
    }
  }

  async #makeNamespace(machine) {
    machine.holder = new LineProgram('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo ready && exec cat']);
    await machine.holder.line();
    run('ip', 'link', 'set', machine.device, 'netns', String(machine.holder.pid));
  }

  #nextAddress() {
    return `${this.#prefix}.${(this.#lastHost += 1)}`;
  }

  #machine(name) {
    const machine = this.#machines.get(name);
    if (!machine) throw new Error(`there is no machine ${name}`);
    return machine;
  }

  /** The command that runs a program on a machine. @returns {string[]} */
  commandOn(name, ...command) {
    const { holder } = this.#machine(name);
    return holder ? ['nsenter', `--net=/proc/${holder.pid}/ns/net`, ...command] : command;
  }

  #on(name, ...command) {
    return run(...this.commandOn(name, ...command));
  }

  address(name) {
    return this.#machine(name).address;
  }

  /** A program that runs `executable` on a machine, for those who start browsers. */
  launcher(name, executable, folder) {
    const file = path.join(folder, `on-${name}-${process.pid}.sh`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `#!/bin/sh\nexec ${this.commandOn(name, executable).join(' ')} "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  #tell(command) {
    const answer = this.#answered.then(async () => {
      this.#hub.write(command);
      const line = await this.#hub.line();
      if (!line.startsWith('ok')) throw new Error(`the hub refuses "${command}": ${line}`);
      return line;
    });
    // Whoever asked hears of a refusal; the next command is still one.
    this.#answered = answer.catch(() => undefined);
    return answer;
  }

  /**
   * Changes what befalls the packets of a machine; what is not named stays as it is.
   *
   * @param {string} name
   * @param {{ delayMs?: number, jitterMs?: number, lossPercent?: number, rateKbps?: number, queueMs?: number, cut?: 0 | 1 }} settings
   * @param {'up' | 'down' | 'both'} [direction] `up` is what it sends; delays are those of one way
   */
  async impair(name, settings, direction = 'both') {
    const words = Object.entries(settings).map(([key, value]) => {
      if (!(key in SETTINGS)) throw new Error(`there is no impairment ${key}`);
      const [word, factor] = SETTINGS[key];
      return `${word}=${Math.round(value * factor)}`;
    });
    await this.#tell(`set ${name} ${direction} ${words.join(' ')}`);
  }

  /** From now on nothing passes, either way, and nobody is told. */
  cut(name) {
    return this.impair(name, { cut: 1 });
  }

  heal(name) {
    return this.impair(name, { cut: 0 });
  }

  /** The interface gets another address and loses its present one, as by moving to another network. */
  async changeAddress(name) {
    const machine = this.#machine(name);
    const before = machine.address;
    machine.address = this.#nextAddress();
    await this.#tell(`address ${name} ${machine.address}`);
    this.#on(name, 'ip', 'address', 'add', `${machine.address}/32`, 'dev', machine.device);
    this.#on(name, 'ip', 'address', 'delete', `${before}/32`, 'dev', machine.device);
    return { before, after: machine.address };
  }

  /** How many packets came into the two lanes of a machine, and how many of them were lost. */
  async count(name) {
    const [, ...numbers] = /up=(\d+)\/(\d+) down=(\d+)\/(\d+)/.exec(await this.#tell(`count ${name}`));
    const [up, upLost, down, downLost] = numbers.map(Number);
    return { up: { packets: up, lost: upLost }, down: { packets: down, lost: downLost } };
  }

  /** Takes cables and namespaces away; what still runs there loses its network. */
  async stop() {
    await Promise.all([this.#hub?.end(), ...[...this.#machines.values()].map(({ holder }) => holder?.end())]);
  }
}
