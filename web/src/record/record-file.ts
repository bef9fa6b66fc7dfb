/** Flight records as parts of a file: reading their lines, and writing such parts. */

import type { RecordPart } from '../flight-record.js';

const CHUNK_CHARACTERS = 65_536;

function through(part: BlobPart, stream: CompressionStream | DecompressionStream): Response {
  return new Response(new Blob([part]).stream().pipeThrough(stream));
}

/** With whole lines, also where the module died of the last event. */
function whole(text: string): string {
  if (text === '' || text.endsWith('\n')) return text;
  const isEvent = text.startsWith('[', text.lastIndexOf('\n') + 1);
  return text + (isEvent ? ']\n' : '\n');
}

/** The lines of all parts, each of which ends with a whole one. */
export async function* readLines(parts: readonly RecordPart[]): AsyncGenerator<string> {
  for (const part of parts) {
    const text = typeof part === 'string' ? whole(part) : await through(part, new DecompressionStream('gzip')).text();
    for (const line of text.split('\n')) if (line !== '') yield line;
  }
}

/** Takes lines, and makes of them gzip members, of which any number after each other is a gzip file. */
export class RecordWriter {
  readonly #parts: RecordPart[] = [];
  readonly #deflates = 'CompressionStream' in globalThis;
  #text = '';

  async line(line: string): Promise<void> {
    this.#text += `${line}\n`;
    if (this.#text.length > CHUNK_CHARACTERS) await this.#seal();
  }

  async part(part: RecordPart): Promise<void> {
    this.#text += typeof part === 'string' ? whole(part) : '';
    if (this.#text !== '') await this.#seal();
    if (typeof part !== 'string') this.#parts.push(part);
  }

  async end(): Promise<Blob> {
    if (this.#text !== '') await this.#seal();
    return new Blob(this.#parts, { type: this.#deflates ? 'application/gzip' : 'application/jsonl' });
  }

  async #seal(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    this.#parts.push(this.#deflates ? await through(text, new CompressionStream('gzip')).arrayBuffer() : text);
  }
}
