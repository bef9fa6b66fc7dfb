/**
 * Makes a file of a call's flight record: a script of its own, which `exportRecord()` of a call loads when it is wanted.
 *
 * A redacted record must show the same call: it is played again beside the original, and what the core commands must be of
 * the same kinds in the same order. The format is in tools/flight/README.md.
 */

import type { CallBridge, GroupCallModule } from 'groupcall-wasm';

import type { RecordPart } from './flight-record.js';
import type { CoreConfig, CoreEvent, Reaction } from './protocol.js';
import { Pseudonyms } from './record/pseudonyms.js';
import { readLines, RecordWriter } from './record/record-file.js';
import { EventRedactor } from './record/redact-event.js';

/** Why a record cannot be redacted; `exportRecord()` of a call makes its own error of it. */
export class NotRedactable extends Error {}

/** Work for so long, then let the page have its turn. */
const SLICE_MS = 8;

/** What a bridge says of a reaction, and what may therefore be shown whoever wrote it. */
const isHash = (value: unknown): boolean => typeof value === 'string' && /^[\da-f]{16}$/.test(value);

interface Header {
  readonly config: CoreConfig;
}
interface GapLine {
  readonly gap: object;
}
type EventLine = readonly [now: number, event: CoreEvent, hash?: string];

/**
 * @param parts as `FlightRecord.read()` gives them.
 * @param module plays the record again, to redact it; false: it is given as it is.
 * @returns lines of JSON in gzip members; plain where the browser has no CompressionStream.
 * @throws {NotRedactable}
 */
export async function exportRecord(parts: readonly RecordPart[], module: GroupCallModule | false): Promise<Blob> {
  if (module) return redactRecord(parts, module);
  const writer = new RecordWriter();
  for (const part of parts) await writer.part(part);
  return writer.end();
}

async function redactRecord(parts: readonly RecordPart[], module: GroupCallModule): Promise<Blob> {
  const breathe = makeBreaks();
  // The order of all ids must be known before the first of them is replaced.
  const seen = new Set<string>();
  const collector = new EventRedactor(new Pseudonyms(undefined, seen));
  for await (const line of readLines(parts)) {
    await breathe();
    const value = JSON.parse(line) as Header | GapLine | EventLine;
    if (isEvent(value)) collector.event(value[1]);
    else if ('config' in value) collector.config(value.config);
  }
  const redactor = new EventRedactor(Pseudonyms.sorted(seen));
  const writer = new RecordWriter();
  let twin: Twin | undefined;
  try {
    for await (const line of readLines(parts)) {
      await breathe();
      const value = JSON.parse(line) as Header | GapLine | EventLine;
      if (isEvent(value)) {
        await writer.line(redactLine(value, redactor, twin));
      } else if ('config' in value) {
        const config = redactor.config(value.config);
        twin = new Twin(module, value.config, config);
        await writer.line(JSON.stringify({ ...value, redacted: true, config }));
      } else if ('gap' in value) {
        // What comes after it cannot be played.
        twin?.delete();
        twin = undefined;
        await writer.line(line);
      } else {
        throw new NotRedactable('a line is neither header, event nor gap');
      }
    }
  } finally {
    twin?.delete();
  }
  return writer.end();
}

const isEvent = (value: Header | GapLine | EventLine): value is EventLine => Array.isArray(value);

function redactLine([now, event, hash]: EventLine, redactor: EventRedactor, twin: Twin | undefined): string {
  const redacted = redactor.event(event);
  // The event of which the module died has no hash, and must not kill this one.
  const line = twin && hash !== undefined ? [now, redacted, twin.handle(now, event, redacted, hash)] : [now, redacted];
  return JSON.stringify(line);
}

/** The original call and the redacted one, side by side. */
class Twin {
  readonly #original: CallBridge;
  readonly #redacted: CallBridge;
  #events = 0;

  constructor(module: GroupCallModule, original: CoreConfig, redacted: CoreConfig) {
    this.#original = new module.CallBridge(JSON.stringify(original));
    this.#redacted = new module.CallBridge(JSON.stringify(redacted));
    const refused = this.#redacted.error();
    if (refused === '') return;
    this.delete();
    throw new NotRedactable(`config: ${refused}`);
  }

  /**
   * @param hash as it was recorded.
   * @returns the hash of the redacted call's reaction. Where the recorded one is not of the original call, it stays: what did
   * not replay before must not do so now.
   */
  handle(now: number, original: CoreEvent, redacted: CoreEvent, hash: string): string {
    this.#events += 1;
    const wanted = kindsOf(this.#original.handle(JSON.stringify(original), now));
    const got = kindsOf(this.#redacted.handle(JSON.stringify(redacted), now));
    if (got !== wanted) throw new NotRedactable(`event ${this.#events}, ${original.type}: ${got} instead of ${wanted}`);
    return isHash(hash) && hash !== this.#original.hash() ? hash : this.#redacted.hash();
  }

  delete(): void {
    this.#original.delete();
    this.#redacted.delete();
  }
}

function kindsOf(reactionText: string): string {
  const { commands, refused } = JSON.parse(reactionText) as Reaction;
  return commands ? commands.map(({ type }) => type).join(' ') || 'nothing' : `refused ${refused}`;
}

function makeBreaks(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}
