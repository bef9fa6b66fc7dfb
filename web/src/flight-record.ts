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

interface Chunk {
  part: RecordPart;
  readonly events: number;
  readonly from: number;
  readonly to: number;
}

const sizeOf = (part: RecordPart): number => (typeof part === 'string' ? part.length : part.byteLength);

export class FlightRecord {
  /** The first line. */
  readonly header: string;
  readonly #chunks: Chunk[] = [];
  #text = '';
  #events = 0;
  #from = 0;
  #to = 0;
  /** Between which chunks something is missing, and what. */
  #gapAt = 0;
  #gap = { events: 0, from: 0, to: 0 };

  constructor(configText: string) {
    this.header = `{"groupcall":"record","version":1,"build":"${BUILD}","config":${configText}}`;
  }

  /** Before the event is handled, so that the one of which the module dies is there, too. */
  begin(nowMicros: number, eventText: string): void {
    if (this.#text.length > CHUNK_CHARACTERS) this.#seal();
    this.#from ||= nowMicros;
    this.#to = nowMicros;
    this.#events += 1;
    this.#text += `[${nowMicros},${eventText}`;
  }

  end(hash: string): void {
    this.#text += `,"${hash}"]\n`;
  }

  /** All of it, in order. */
  read(): RecordPart[] {
    const parts = this.#chunks.map(({ part }) => part);
    if (this.#gapAt > 0) parts.splice(this.#gapAt, 0, `{"gap":${JSON.stringify(this.#gap)}}\n`);
    const dead = this.#text !== '' && !this.#text.endsWith('\n');
    return [`${this.header}\n`, ...parts, dead ? `${this.#text}]\n` : this.#text];
  }

  #seal(): void {
    const text = this.#text;
    const chunk: Chunk = { part: text, events: this.#events, from: this.#from, to: this.#to };
    this.#chunks.push(chunk);
    this.#text = '';
    this.#events = this.#from = 0;
    const done = (part: RecordPart): void => {
      chunk.part = part;
      this.#trim();
    };
    // Without CompressionStream it stays text: less of it has room.
    deflate(text).then(done, () => done(chunk.part));
  }

  /** What came after the first quarter goes first. */
  #trim(): void {
    let bytes = this.#chunks.reduce((sum, { part }) => sum + sizeOf(part), 0);
    while (bytes > MOST_BYTES && this.#chunks.length > 1) {
      this.#gapAt ||= Math.ceil(this.#chunks.length / 4);
      const [gone] = this.#chunks.splice(this.#gapAt, 1) as [Chunk];
      bytes -= sizeOf(gone.part);
      this.#gap = { events: this.#gap.events + gone.events, from: this.#gap.from || gone.from, to: gone.to };
    }
  }
}

async function deflate(text: string): Promise<ArrayBuffer> {
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
}
