/**
 * What stands for a private text: always the same for the same text, another for another one, and of a kind that policy
 * cannot tell from it. Ids keep their order, addresses their family and class, other texts their length on the wire.
 */

const utf8 = new TextEncoder();

/** Of ids, in the order of their bytes, as the core compares them. */
function byBytes(a: string, b: string): number {
  const [ours, theirs] = [utf8.encode(a), utf8.encode(b)];
  const at = ours.findIndex((byte, index) => byte !== theirs[index]);
  return at < 0 ? ours.length - theirs.length : (ours[at] ?? 0) - (theirs[at] ?? -1);
}

/** In bytes inside a JSON string: what limits and back-pressure count. */
const wireLength = (text: string): number => utf8.encode(JSON.stringify(text)).length - 2;

/** core/public/config.h, kIdBytes: a longer one is refused, and must stay so. */
const ID_BYTES = 128;

/** What comes in an order that counts. */
export type IdKind = 'user' | 'room' | 'group' | 'device' | 'track' | 'epoch';

export class Pseudonyms {
  readonly #ids: ReadonlyMap<string, string>;
  readonly #seen: Set<string> | undefined;
  readonly #others = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** @param seen collects the ids instead, for sorted(). */
  constructor(ids: ReadonlyMap<string, string> = new Map(), seen?: Set<string>) {
    this.#ids = ids;
    this.#seen = seen;
  }

  /** Pseudonyms for all these ids (`kind text`), in their own order. */
  static sorted(seen: ReadonlySet<string>): Pseudonyms {
    const numbers = new Map<string, number>();
    const ids = new Map<string, string>();
    for (const key of [...seen].sort(byBytes)) {
      const kind = key.slice(0, key.indexOf(' '));
      const number = (numbers.get(kind) ?? 0) + 1;
      numbers.set(kind, number);
      ids.set(key, `${kind}-${String(number).padStart(5, '0')}`);
    }
    return new Pseudonyms(ids);
  }

  id(kind: IdKind, text: string): string {
    if (text === '' || utf8.encode(text).length > ID_BYTES) return this.filler(text);
    this.#seen?.add(`${kind} ${text}`);
    // One that nobody has announced is out of order, but it is not let through.
    return this.#ids.get(`${kind} ${text}`) ?? this.token(kind, text);
  }

  /** As long on the wire, and as distinct as there is room for. */
  filler(text: string): string {
    const length = wireLength(text);
    return this.#once('x', text, (number) => `x${number}`.slice(0, length).padEnd(length, '-'));
  }

  /** A word without meaning, such as a ufrag: distinct always, as long as the text if it can be. */
  token(kind: string, text: string): string {
    return text === '' ? '' : this.#once(kind, text, (number) => kind + String(number).padStart(text.length - kind.length, '0'));
  }

  number(kind: string, text: string): string {
    return this.#once(kind, text, String);
  }

  /** Bytes as `AB:CD:...`. */
  fingerprint(text: string): string {
    const bytes = Math.ceil(text.length / 3);
    return this.#once('fingerprint', text, (number) => {
      const digits = number.toString(16).toUpperCase().padStart(bytes * 2, '0').slice(0, bytes * 2);
      return digits.replace(/..(?=.)/g, '$&:');
    });
  }

  /** An IP address, or a name in place of one. */
  address(text: string): string {
    if (isNobodys(text)) return text;
    this.#seen?.add(`address ${text}`);
    const [kind, make] = kindOfAddress(text);
    return this.#once(kind, text, make, (made) => this.#ids.has(`address ${made}`));
  }

  /** @param isTaken by somebody in this very record, who must not be found in it. */
  #once(kind: string, text: string, make: (number: number) => string, isTaken = (_made: string): boolean => false): string {
    const key = `${kind} ${text}`;
    const known = this.#others.get(key);
    if (known !== undefined) return known;
    let number = this.#counts.get(kind) ?? 0;
    let made: string;
    do made = make(++number);
    while (isTaken(made));
    this.#counts.set(kind, number);
    this.#others.set(key, made);
    return made;
  }
}

/** Those that stand for no machine in particular. */
const isNobodys = (text: string): boolean => /^(|0\.0\.0\.0|127\.0\.0\.1|::|::1|\[::1\]|localhost)$/.test(text);

type MakeAddress = (number: number) => string;

const low = (number: number): string => `${Math.floor(number / 250) % 250}.${(number % 250) + 1}`;

/** Ranges for documentation and tests where there are such, else the beginning of the same range. */
const IPV4_CLASSES: readonly (readonly [RegExp, string])[] = [
  [/^127\./, '127.1.'],
  [/^10\./, '10.0.'],
  [/^192\.168\./, '192.168.'],
  [/^172\.(1[6-9]|2\d|3[01])\./, '172.16.'],
  [/^169\.254\./, '169.254.'],
  [/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./, '100.64.'],
  [/^/, '198.18.'],
];

const IPV6_CLASSES: readonly (readonly [RegExp, string])[] = [
  [/^fe[89ab]/i, 'fe80::'],
  [/^f[cd]/i, 'fd00::'],
  [/^/, '2001:db8::'],
];

function kindOfAddress(text: string): [string, MakeAddress] {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    const [, start] = IPV4_CLASSES.find(([pattern]) => pattern.test(text))!;
    return [start, (number) => start + low(number)];
  }
  if (text.includes(':')) {
    const [, start] = IPV6_CLASSES.find(([pattern]) => pattern.test(text))!;
    return [start, (number) => start + number.toString(16)];
  }
  return text.endsWith('.local') ? ['.local', (number) => `host-${number}.local`] : ['host', (number) => `host-${number}.invalid`];
}
