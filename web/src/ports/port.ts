/** What all ports have in common: they execute commands and report facts, and decide nothing. */

import type { CoreEvent } from '../protocol.js';

/** Hands a fact to the core. Never re-entrant: the engine queues. */
export type Report = (event: CoreEvent) => void;

/** Counts, by name, what a port met and dropped. */
export type Count = (name: string) => void;

/** Carries out commands of one kind. */
export interface Port<Command> {
  /** Starts the command at once; what takes time is reported later. */
  execute(command: Command): void;
  /** Releases everything; nothing is reported any more. */
  close(): void;
}

// The core refuses texts over 1,024 bytes (core/public/config.h); 3 bytes of UTF-8 a unit at most.
const TEXT_UNITS = 340;

/** Words of the browser or server, cut to what the core takes. */
export function bounded(text: string): string {
  return text.slice(0, TEXT_UNITS);
}

/** A rejected promise's reason as the core wants it: DOMException name and message. */
export function describeFailure(error: unknown): { name: string; message: string } {
  return error instanceof Error || error instanceof DOMException
    ? { name: bounded(error.name), message: bounded(error.message) }
    : { name: 'Error', message: bounded(String(error)) };
}
