/**
 * What happened to a call, kept in memory for as long as its object lives: lines of text, deflated a chunk at a time.
 * The format is in tools/flight/README.md. Nothing of it leaves the page by itself.
 */

/** Set by build.mjs: version of the package, and a hash of its module. */
declare const GROUPCALL_BUILD: string;
const BUILD = typeof GROUPCALL_BUILD === 'string' ? GROUPCALL_BUILD : 'unbuilt';

// Deflate looks back over 32 kB: what is longer becomes no smaller, and what waits as text costs memory.
const CHUNK_CHARACTERS = 65_536;
/** Of all chunks; hours of a call of five. Beyond it the beginning and the newest stay. */
const MOST_BYTES = 4_000_000;

/** Text where the browser has no CompressionStream, or has not yet done with it; else a gzip member. */
export type RecordPart = string | ArrayBuffer;

/** So many events, from the first to the last, in microseconds. */
interface Stretch {
  events: number;
  from: number;
  to: number;
}

interface Chunk {
  part: RecordPart;
  readonly stretch: Stretch;
}

const nothing = (): Stretch => ({ events: 0, from: 0, to: 0 });

/** In memory: a browser may take two bytes for a character. */
const sizeOf = (part: RecordPart): number => (typeof part === 'string' ? part.length * 2 : part.byteLength);

export class FlightRecord {
  /** The first line. */
  readonly header: string;
  readonly #chunks: Chunk[] = [];
  #text = '';
  #open = nothing();
  /** Before which chunk something is missing, if it is, and what. */
  #gapAt: number | undefined;
  readonly #gap = nothing();

  constructor(configText: string) {
    this.header = `{"groupcall":"record","version":1,"build":"${BUILD}","config":${configText}}`;
  }

  /** Before the event is handled, so that the one of which the module dies is there, too. */
  begin(nowMicros: number, eventText: string): void {
    if (this.#text.length > CHUNK_CHARACTERS) this.#seal();
    this.#open.events += 1;
    this.#open.from ||= nowMicros;
    this.#open.to = nowMicros;
    this.#text += `[${nowMicros},${eventText}`;
  }

  end(hash: string): void {
    this.#text += `,"${hash}"]\n`;
  }

  /** All of it, in order. An event of which the module has died has no end. */
  read(): RecordPart[] {
    const parts = this.#chunks.map(({ part }) => part);
    if (this.#gap.events > 0) parts.splice(this.#gapAt ?? 0, 0, JSON.stringify({ gap: this.#gap }));
    return [this.header, ...parts, this.#text];
  }

  #seal(): void {
    const text = this.#text;
    const chunk: Chunk = { part: text, stretch: this.#open };
    this.#chunks.push(chunk);
    this.#text = '';
    this.#open = nothing();
    // Not when it is deflated: a browser may be slow in that, or never answer.
    this.#trim();
    // Without CompressionStream it stays text: less of it has room.
    void deflate(text)
      .catch(() => text)
      .then((part) => (chunk.part = part));
  }

  /** What came after the first quarter goes first. The first chunk goes only if it is too much by itself, when it is the only one. */
  #trim(): void {
    const gap = this.#gap;
    let bytes = this.#chunks.reduce((sum, { part }) => sum + sizeOf(part), 0);
    const at = this.#gapAt ?? Math.ceil((this.#chunks.length - 1) / 4);
    while (bytes > MOST_BYTES && this.#chunks.length > at) {
      this.#gapAt = at;
      const [{ part, stretch }] = this.#chunks.splice(at, 1) as [Chunk];
      bytes -= sizeOf(part);
      gap.events += stretch.events;
      gap.from ||= stretch.from;
      gap.to = stretch.to;
    }
  }
}

async function deflate(text: string): Promise<ArrayBuffer> {
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
}
