/** Session descriptions and candidates without what is private in them (RFC 8866, RFC 8839). */

import type { Pseudonyms } from './pseudonyms.js';

/** Attributes that say how media is coded and sent, and nothing of anybody. */
const PLAIN_ATTRIBUTES = new Set([
  'group', 'mid', 'setup', 'extmap', 'extmap-allow-mixed', 'rtpmap', 'fmtp', 'rtcp-fb', 'rtcp-mux', 'rtcp-mux-only', 'rtcp-rsize',
  'ptime', 'maxptime', 'sendrecv', 'sendonly', 'recvonly', 'inactive', 'ssrc-group', 'ice-options', 'ice-lite', 'sctp-port',
  'sctpmap', 'max-message-size', 'simulcast', 'rid', 'bundle-only', 'end-of-candidates', 'framerate', 'imageattr',
]);

export class SdpRedactor {
  readonly #names: Pseudonyms;

  constructor(names: Pseudonyms) {
    this.#names = names;
  }

  sdp(text: string): string {
    return text
      .split('\n')
      .map((line) => (line.endsWith('\r') ? `${this.#line(line.slice(0, -1))}\r` : this.#line(line)))
      .join('\n');
  }

  /** `candidate:1 1 udp 2122 10.0.0.7 50000 typ host ...` */
  candidate(line: string): string {
    const [foundation = '', component, protocol, priority, address, ...rest] = line.split(' ');
    if (address === undefined || !foundation.startsWith('candidate:')) return this.#names.filler(line);
    const found = `candidate:${this.#names.number('foundation', foundation.slice('candidate:'.length))}`;
    return [found, component, protocol, priority, this.#names.address(address), ...this.#extensions(rest)].join(' ');
  }

  ufrag(text: string): string {
    return this.#names.token('uf', text);
  }

  /** `port typ host raddr 1.2.3.4 rport 5 ufrag abcd ...`: after the port, pairs of name and value. */
  #extensions([port = '', ...pairs]: string[]): string[] {
    const values = pairs.map((value, index) => {
      const name = index % 2 === 1 ? pairs[index - 1] : undefined;
      if (name === 'raddr') return this.#names.address(value);
      if (name === 'ufrag') return this.ufrag(value);
      return /^([a-z-]{1,16}|\d{1,10})$/.test(value) ? value : this.#names.filler(value);
    });
    return [port, ...values];
  }

  #line(line: string): string {
    const value = line.slice(2);
    switch (line.slice(0, 2)) {
      case 'a=':
        return `a=${this.#attribute(value)}`;
      case 'o=': {
        const [, session = '', version = '', net = '', family = '', address = ''] = value.split(' ');
        return `o=- ${this.#names.number('session', session)} ${version} ${net} ${family} ${this.#names.address(address)}`;
      }
      case 'c=':
        return `c=${this.#lastWord(value, (word) => this.#names.address(word))}`;
      case 's=':
        return 's=-';
      case 'v=':
      case 't=':
      case 'm=':
      case 'b=':
        return line;
      default:
        return this.#names.filler(line);
    }
  }

  #attribute(text: string): string {
    const colon = text.indexOf(':');
    const [name, value] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
    if (PLAIN_ATTRIBUTES.has(name)) return text;
    switch (name) {
      case 'candidate':
        return this.candidate(text);
      case 'ice-ufrag':
        return `${name}:${this.ufrag(value)}`;
      case 'ice-pwd':
        return `${name}:${this.#names.token('pwd', value)}`;
      case 'fingerprint':
        return `${name}:${this.#lastWord(value, (word) => this.#names.fingerprint(word))}`;
      case 'rtcp':
        return `${name}:${this.#lastWord(value, (word) => this.#names.address(word))}`;
      case 'msid':
      case 'msid-semantic':
        return `${name}:${value.split(' ').map((word) => this.#stream(word)).join(' ')}`;
      case 'ssrc': {
        const [, ssrc = '', source = ''] = /^(\d+) (cname|msid|label|mslabel):/.exec(value) ?? [];
        const rest = value.slice(`${ssrc} ${source}:`.length);
        return source === '' ? `${name}:${this.#names.filler(value)}` : `${name}:${ssrc} ${source}:${rest.split(' ').map((word) => this.#stream(word)).join(' ')}`;
      }
      default:
        return colon < 0 ? this.#names.filler(text) : `${this.#names.filler(name)}:${this.#names.filler(value)}`;
    }
  }

  #stream(word: string): string {
    return /^(|-|\*|WMS)$/.test(word) ? word : this.#names.id('track', word);
  }

  #lastWord(text: string, change: (word: string) => string): string {
    const at = text.lastIndexOf(' ') + 1;
    return text.slice(0, at) + change(text.slice(at));
  }
}
