/**
 * Session descriptions and candidates without what is private in them (RFC 8866, RFC 8839).
 *
 * A line is taken only in the very form in which browsers write it; any other becomes a filler as a whole, whatever it is.
 */

import type { Pseudonyms } from './pseudonyms.js';

const DIRECTION = '(sendrecv|sendonly|recvonly|inactive)';
/** As browsers name the parts of a description. */
const MID = '(\\d{1,3}|audio|video)';
const CODECS =
  'opus|multiopus|red|G722|ILBC|PCMU|PCMA|L16|CN|telephone-event|VP8|VP9|H264|H265|AV1|rtx|ulpfec|flexfec-03';
const PARAMETERS =
  'apt|minptime|useinbandfec|usedtx|stereo|sprop-stereo|cbr|maxplaybackrate|maxaveragebitrate|profile-id|profile|level-idx|tier|' +
  'level-asymmetry-allowed|packetization-mode|profile-level-id|level-id|tier-flag|tx-mode|max-fs|max-fr|repair-window';
const EXTENSIONS = [
  'urn:ietf:params:rtp-hdrext:(ssrc-audio-level|csrc-audio-level|toffset|sdes:mid|sdes:rtp-stream-id|sdes:repaired-rtp-stream-id)',
  'urn:3gpp:video-orientation',
  'http://www\\.webrtc\\.org/experiments/rtp-hdrext/(abs-send-time|abs-capture-time|playout-delay|video-content-type|video-timing|' +
    'color-space|video-layers-allocation00|transport-wide-cc-02|generic-frame-descriptor-00)',
  'http://www\\.ietf\\.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'https://aomediacodec\\.github\\.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
].join('|');

/** How media is coded and sent, and nothing of anybody: these lines stay. */
const PLAIN = new RegExp(
  `^(${[
    'v=0',
    't=0 0',
    'm=(audio|video|application) \\d{1,5} (UDP/|TCP/)?(TLS/|DTLS/)?(RTP/S?AVPF?|SCTP)( \\d{1,5})*( webrtc-datachannel)?',
    'b=(AS|TIAS|CT|RS|RR):\\d{1,9}',
    `a=${DIRECTION}`,
    'a=(extmap-allow-mixed|rtcp-mux|rtcp-mux-only|rtcp-rsize|ice-lite|bundle-only|end-of-candidates)',
    `a=group:(BUNDLE|LS)( ${MID})*`,
    `a=mid:${MID}`,
    'a=setup:(actpass|active|passive)',
    'a=ice-options:(trickle|renomination|ice2)( (trickle|renomination|ice2))*',
    `a=extmap:\\d{1,3}(/${DIRECTION})? (${EXTENSIONS})`,
    `a=rtpmap:\\d{1,3} (${CODECS})/\\d{1,6}(/\\d)?`,
    `a=fmtp:\\d{1,3} ((${PARAMETERS})=[\\da-f]{1,7}(; ?(${PARAMETERS})=[\\da-f]{1,7})*|\\d{1,3}([/-]\\d{1,3})*)`,
    'a=rtcp-fb:(\\d{1,3}|\\*) (transport-cc|goog-remb|goog-lntf|rrtr|ccm (fir|tmmbr)|nack( (pli|sli|rpsi))?)',
    'a=(ptime|maxptime|sctp-port):\\d{1,5}',
    'a=max-message-size:\\d{1,10}',
    'a=sctpmap:\\d{1,5} webrtc-datachannel( \\d{1,5})?',
    'a=ssrc-group:(FID|SIM|FEC|FEC-FR)( \\d{1,10})+',
  ].join('|')})$`,
);

/** What a candidate says after its type, in pairs, other than addresses and ufrags. */
const PLAIN_PAIR = /^(rport \d{1,5}|tcptype (active|passive|so)|(generation|network-id|network-cost) \d{1,5})$/;

/** A form of a line, and what stands for it; the last parameters are the groups of the form. */
type Form = readonly [form: RegExp, make: (names: Pseudonyms, ...groups: string[]) => string];

const FORMS: readonly Form[] = [
  [/^s=/, () => 's=-'],
  [/^o=\S+ (\d+) (\d+) IN (IP[46]) (\S+)$/, (names, session = '', version = '', family = '', address = '') =>
    `o=- ${names.number('session', session)} ${names.number('version', version)} IN ${family} ${names.address(address)}`],
  [/^c=IN (IP[46]) (\S+)$/, (names, family = '', address = '') => `c=IN ${family} ${names.address(address)}`],
  [/^a=rtcp:(\d{1,5}) IN (IP[46]) (\S+)$/, (names, port = '', family = '', address = '') => `a=rtcp:${port} IN ${family} ${names.address(address)}`],
  [/^a=(candidate:.*)$/, (names, line = '') => `a=${candidate(names, line)}`],
  [/^a=ice-ufrag:(.*)$/, (names, value = '') => `a=ice-ufrag:${ufrag(names, value)}`],
  [/^a=ice-pwd:(.*)$/, (names, value = '') => `a=ice-pwd:${names.token('pwd', value)}`],
  [/^a=fingerprint:(sha-(?:1|224|256|384|512)) ([\da-f]{2}(?::[\da-f]{2})+)$/i, (names, hash = '', bytes = '') =>
    `a=fingerprint:${hash} ${names.fingerprint(bytes)}`],
  [/^a=(msid|msid-semantic):(.*)$/, (names, name = '', words = '') => `a=${name}:${streams(names, words)}`],
  [/^a=ssrc:(\d{1,10}) (cname|msid|label|mslabel):(.*)$/, (names, ssrc = '', source = '', words = '') => `a=ssrc:${ssrc} ${source}:${streams(names, words)}`],
];

function ufrag(names: Pseudonyms, text: string): string {
  return names.token('uf', text);
}

function streams(names: Pseudonyms, words: string): string {
  return words.split(' ').map((word) => (/^(|-|\*|WMS)$/.test(word) ? word : names.id('track', word))).join(' ');
}

/** `candidate:1 1 udp 2122 10.0.0.7 50000 typ host raddr 1.2.3.4 rport 5 ufrag abcd ...` */
const CANDIDATE = /^candidate:(\S+) (\d{1,3} (?:udp|tcp) \d{1,10}) (\S+) (\d{1,5} typ (?:host|srflx|prflx|relay))((?: \S+ \S+)*)$/i;

function candidate(names: Pseudonyms, line: string): string {
  const [whole, foundation = '', how = '', address = '', type = '', pairs = ''] = CANDIDATE.exec(line) ?? [];
  if (whole === undefined) return names.filler(line);
  const kept = pairs.replace(/ (\S+) (\S+)/g, (pair, name: string, value: string) => {
    if (name === 'raddr') return ` raddr ${names.address(value)}`;
    if (name === 'ufrag') return ` ufrag ${ufrag(names, value)}`;
    return ` ${PLAIN_PAIR.test(pair.slice(1)) ? pair.slice(1) : `${names.filler(name)} ${names.filler(value)}`}`;
  });
  return `candidate:${names.number('foundation', foundation)} ${how} ${names.address(address)} ${type}${kept}`;
}

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

  candidate(line: string): string {
    return candidate(this.#names, line);
  }

  ufrag(text: string): string {
    return ufrag(this.#names, text);
  }

  #line(line: string): string {
    if (PLAIN.test(line)) return line;
    for (const [form, make] of FORMS) {
      const found = form.exec(line);
      if (found) return make(this.#names, ...found.slice(1));
    }
    return this.#names.filler(line);
  }
}
