/** Which faults come when, from a seed: the same ones for the same seed, whatever the page does. */

import type { InputKind } from '../options.js';
import { DEVICE_FAILURES, DEVICES, type DeviceFailure } from './device-faults.js';

/** One fault, as it was injected. Times in milliseconds. */
export type Fault =
  | { readonly kind: 'drop-socket' }
  | { readonly kind: 'lose-network'; readonly ms: number }
  /** Without `ms`: until the page ends it. */
  | { readonly kind: 'fail-device'; readonly device: InputKind; readonly reason: DeviceFailure; readonly ms?: number | undefined }
  | { readonly kind: 'end-device'; readonly device: InputKind }
  | { readonly kind: 'freeze-peer'; readonly ms: number };

/** What `random()` of the faults takes. */
export interface RandomFaults {
  /** The mean time from one fault to the next, in milliseconds; each is from half to one and a half of it. */
  readonly everyMs: number;
  /** How long those last that do, in the same way. Default 4,000. */
  readonly lastMs?: number;
  /** Which ones. Default: all. */
  readonly kinds?: readonly Fault['kind'][];
}

export const KINDS: readonly Fault['kind'][] = ['drop-socket', 'lose-network', 'fail-device', 'end-device', 'freeze-peer'];

/** Numbers from 0 to 1, without 1, that the seed determines. */
export function numbersFrom(seed: string): () => number {
  let state = 0;
  for (const byte of new TextEncoder().encode(`groupcall ${seed}`)) state = Math.imul(state ^ byte, 0x9e37_79b1) ^ (state >>> 15);
  // Of zero nothing else would ever come.
  state ||= 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** @param number as `numbersFrom()` gives it. */
export function pick<One>(list: readonly One[], number: number): One | undefined {
  return list[Math.floor(number * list.length)];
}

function faultOf(kind: Fault['kind'], ms: number, device: InputKind, reason: DeviceFailure): Fault {
  switch (kind) {
    case 'drop-socket':
      return { kind };
    case 'end-device':
      return { kind, device };
    case 'fail-device':
      return { kind, device, reason, ms };
    case 'lose-network':
    case 'freeze-peer':
      return { kind, ms };
  }
}

/** Without an end. `afterMs` is counted from the fault before. */
export function* faultSchedule(seed: string, { everyMs, lastMs = 4_000, kinds = KINDS }: RandomFaults): Generator<{ afterMs: number; fault: Fault }, never> {
  const draw = numbersFrom(seed);
  const around = (ms: number): number => Math.max(1, Math.round(ms * (0.5 + draw())));
  for (;;) {
    // As many numbers for each fault, of whatever kind: a list of fewer kinds moves no time.
    const afterMs = around(everyMs);
    const kind = pick(kinds, draw()) ?? 'drop-socket';
    const ms = around(lastMs);
    const device = pick(DEVICES, draw()) ?? 'camera';
    const reason = pick(DEVICE_FAILURES, draw()) ?? 'device-error';
    yield { afterMs, fault: faultOf(kind, ms, device, reason) };
  }
}
