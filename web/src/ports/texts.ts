/** Executes `text.pack` and `text.unpack`: deflate, as base64, for what is too long for the wire. */

import type { CoreCommand } from '../protocol.js';
import type { Count, Port, Report } from './port.js';

export type TextsCommand = Extract<CoreCommand, { type: `text.${string}` }>;

export class TextsPort implements Port<TextsCommand> {
  readonly #report: Report;
  readonly #count: Count;
  #closed = false;

  constructor(report: Report, count: Count) {
    this.#report = (event) => {
      if (!this.#closed) report(event);
    };
    this.#count = count;
  }

  execute(command: TextsCommand): void {
    const { op } = command;
    if (command.type === 'text.pack') {
      void this.#orEmpty(pack(command.text)).then((packed) => this.#report({ type: 'text.packed', op, packed }));
    } else {
      void this.#orEmpty(unpack(command.packed, command.limit)).then((text) =>
        this.#report({ type: 'text.unpacked', op, text }),
      );
    }
  }

  close(): void {
    this.#closed = true;
  }

  /** Older browsers have no such streams, and what peers send need not be deflated at all. */
  async #orEmpty(work: Promise<string>): Promise<string> {
    try {
      return await work;
    } catch {
      this.#count('text.failed');
      return '';
    }
  }
}

async function pack(text: string): Promise<string> {
  const deflated = await through(new Blob([text]), new CompressionStream('deflate-raw'), Infinity);
  return btoa(Array.from(deflated, (byte) => String.fromCharCode(byte)).join(''));
}

async function unpack(packed: string, limit: number): Promise<string> {
  const deflated = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const inflated = await through(new Blob([deflated]), new DecompressionStream('deflate-raw'), limit);
  return new TextDecoder().decode(inflated);
}

/** Stops as soon as there is more than `limit`: a peer's kilobyte may stand for a gigabyte. */
async function through(
  blob: Blob,
  stream: CompressionStream | DecompressionStream,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = blob.stream().pipeThrough(stream).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length;
    if (bytes > limit) {
      await reader.cancel();
      throw new RangeError(`inflates to more than ${limit} bytes`);
    }
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
