import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { importSource } from './compile_source.mjs';

const { pseudonyms: { Pseudonyms }, record: { exportRecord, NotRedactable }, redact_event: { EventRedactor }, redact_sdp: { SdpRedactor } } = await importSource();

/** A redactor that has seen these events before, as an export has. */
function redactorFor(...events) {
  const seen = new Set();
  const collector = new EventRedactor(new Pseudonyms(undefined, seen));
  for (const event of events) collector.event(event);
  return new EventRedactor(Pseudonyms.sorted(seen));
}
const redact = (event) => redactorFor(event).event(event);

// ---- pseudonyms ------------------------------------------------------------------------

test('pseudonyms keep the order of ids, which is that of their bytes', () => {
  // In UTF-16 the last two would change places.
  const ids = ['', 'A', 'Z', 'a', 'ab', 'b', 'é', '\uffee', '😀'].slice(1);
  const names = Pseudonyms.sorted(new Set(ids.toReversed().map((id) => `user ${id}`)));
  const pseudonyms = ids.map((id) => names.id('user', id));
  assert.deepEqual(pseudonyms.toSorted(), pseudonyms);
  assert.equal(new Set(pseudonyms).size, ids.length);
  assert.equal(names.id('user', ''), '', 'no id stays none');
  assert.equal(names.id('user', 'x'.repeat(129)).length, 129, 'one that is refused for its length still is');
});

for (const [what, addresses, pattern] of [
  ['private, 10', ['10.1.2.3', '10.1.2.4'], /^10\./],
  ['private, 192.168', ['192.168.7.9'], /^192\.168\./],
  ['private, 172.16 to 31', ['172.31.0.5'], /^172\.16\./],
  ['shared, 100.64', ['100.100.1.1'], /^100\.64\./],
  ['link-local', ['169.254.9.9'], /^169\.254\./],
  ['public', ['8.8.8.8', '172.32.0.1', '100.128.0.1', '193.0.0.1'], /^198\.18\./],
  ['public, IPv6', ['2a00:1450:4001:80b::200e'], /^2001:db8::/],
  ['unique local', ['fd12:3456::1'], /^fd00::/],
  ['link-local, IPv6', ['fe80::1c2f'], /^fe80::/],
  ['a name of multicast DNS', ['0b2f0f4a-8f2c-4a52-9f3c-2f8f.local'], /^host-\d+\.local$/],
  ['any other name', ['turn.example.org'], /^host-\d+\.invalid$/],
]) {
  test(`an address stays of its kind: ${what}`, () => {
    const names = new Pseudonyms();
    for (const address of addresses) {
      const pseudonym = names.address(address);
      assert.match(pseudonym, pattern);
      assert.notEqual(pseudonym, address);
      assert.equal(names.address(address), pseudonym, 'always the same');
    }
    assert.equal(new Set(addresses.map((address) => names.address(address))).size, addresses.length);
  });
}

test('an id that nobody has announced is not let through', () => {
  const names = Pseudonyms.sorted(new Set(['user alice']));
  assert.equal(names.id('user', 'alice'), 'user-00001');
  assert.doesNotMatch(names.id('user', 'bob'), /bob/);
});

test('an address that another one in the record has is nobody\'s pseudonym', () => {
  const names = Pseudonyms.sorted(new Set(['address 10.0.0.2', 'address 10.0.0.3']));
  assert.equal(names.address('10.0.0.3'), '10.0.0.4');
});

test('addresses that are nobody\'s stay', () => {
  for (const address of ['', '0.0.0.0', '127.0.0.1', '::', '::1', 'localhost']) assert.equal(new Pseudonyms().address(address), address);
});

test('a text keeps its length on the wire', () => {
  const names = new Pseudonyms();
  for (const text of ['', 'a', 'Hello', 'two\nlines "quoted"', '😀', '\u0001', 'x'.repeat(5_000)]) {
    const bytes = (one) => new TextEncoder().encode(JSON.stringify(one)).length;
    assert.equal(bytes(names.filler(text)), bytes(text), JSON.stringify(text));
  }
  assert.notEqual(names.filler('Alice Smith'), names.filler('Bob Millers'));
});

// ---- session descriptions --------------------------------------------------------------

const SDP = [
  'v=0', 'o=Alice 4611731400430051336 2 IN IP4 203.0.113.9', 's=Alice calls', 'i=About us', 't=0 0', 'a=group:BUNDLE 0 1', 'a=extmap-allow-mixed',
  'a=msid-semantic: WMS 9f1cstream', 'a=crypto:1 AES inline:K3y', 'm=audio 50123 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 203.0.113.9', 'a=rtcp:9 IN IP4 203.0.113.9',
  'a=candidate:842163049 1 udp 1677729535 203.0.113.9 50123 typ srflx raddr 192.168.1.77 rport 50123 generation 0 ufrag F7gI network-cost 999',
  'a=ice-ufrag:F7gI', 'a=ice-pwd:x9cml/YzichV2+XlhiMu8g', 'a=ice-options:trickle', 'a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24',
  'a=setup:actpass', 'a=mid:0', 'a=sendrecv', 'a=msid:9f1cstream 7b2etrack', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6', 'a=ssrc:3570614608 msid:9f1cstream 7b2etrack', 'a=x-home:Main Street 5', 'a=mailbox', 'strange', '',
].join('\r\n');

test('a description loses who and where, and keeps how', () => {
  const text = new SdpRedactor(new Pseudonyms(new Map([['track 9f1cstream', 'track-1'], ['track 7b2etrack', 'track-2']]))).sdp(SDP);
  for (const secret of ['Alice', '4611731400430051336', '203.0.113.9', 'About', '9f1c', '7b2e', 'K3y', '842163049', '192.168.1.77', 'F7gI', 'x9cml', 'D2:FA', '4TOk', 'Main', 'x-home', 'mailbox', 'strange'])
    assert.ok(!text.includes(secret), `${secret} is in\n${text}`);
  for (const kept of [
    'v=0', 't=0 0', 'a=group:BUNDLE 0 1', 'a=extmap-allow-mixed', 'm=audio 50123 UDP/TLS/RTP/SAVPF 111', 'a=ice-options:trickle', 'a=setup:actpass', 'a=mid:0',
    'a=sendrecv', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1', 'a=msid:track-1 track-2', ' typ srflx raddr 192.168.', ' ufrag uf01', 'a=ice-ufrag:uf01',
  ])
    assert.ok(text.includes(kept), `${kept} is not in\n${text}`);
  assert.equal(text.split('\r\n').length, SDP.split('\r\n').length);
});

/** The lines of the browsers of our tests, as far as they say nothing of anybody. */
const PLAIN_LINES = [
  'v=0', 't=0 0', 's=-', 'b=AS:500', 'm=video 9 UDP/TLS/RTP/SAVPF 96 97', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=bundle-only', 'a=rtcp-mux', 'a=inactive',
  'a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level', 'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', 'a=extmap:13 urn:3gpp:video-orientation',
  'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01', 'a=extmap:8 http://www.webrtc.org/experiments/rtp-hdrext/color-space',
  'a=rtpmap:63 red/48000/2', 'a=rtpmap:126 telephone-event/8000', 'a=fmtp:97 apt=96', 'a=fmtp:63 111/111', 'a=fmtp:101 0-15', 'a=fmtp:120 max-fs=12288;max-fr=60',
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f', 'a=rtcp-fb:96 nack pli', 'a=rtcp-fb:* ccm fir', 'a=rtcp-fb:96 transport-cc',
  'a=sctp-port:5000', 'a=max-message-size:1073741823', 'a=ssrc-group:FID 3570614608 12', 'a=group:BUNDLE 0 1 2', 'a=ice-options:trickle renomination', 'a=msid-semantic:WMS *',
  'c=IN IP4 0.0.0.0', 'a=rtcp:9 IN IP4 0.0.0.0', 'a=setup:active', 'a=mid:4',
];

test('lines that say nothing of anybody stay as they are', () => {
  const sdp = `${PLAIN_LINES.join('\r\n')}\r\n`;
  assert.equal(new SdpRedactor(new Pseudonyms()).sdp(sdp), sdp);
});

for (const line of [
  'c=IN IP4 s3cret.9 ', 'c= IN IP4 s3cret.9', 'c=IN IP4 s3cret.9 127', 'c=s3cret', 'o=s3cret 1 2 IN IP4 1.1.1.1', 'o=- s3cret 2 IN IP4 1.1.1.1', 'o=- 1 s3cret IN IP4 1.1.1.1', 'o=- 1 2 s3cret IP4 1.1.1.1',
  'o=- 1 2 IN s3cret 1.1.1.1', 'o=- 1 2 IN IP4 s3cret', 'o=- 1 2 IN IP4 1.1.1.1 s3cret', 's=s3cret', 'v=0 s3cret', 't=0 s3cret', 'm=audio 9 UDP/TLS/RTP/SAVPF 111 s3cret', 'm=s3cret 9 RTP/AVP 1',
  'b=AS:1 s3cret', 'b=X-s3cret:1', ' a=mid:s3cret', 'a=mid:s3cret@example.org', 'a=group:BUNDLE 0 s3cret', 'a=setup:s3cret', 'a=sendrecv:s3cret', 'a=sendrecv s3cret', 'a=ice-lite:s3cret',
  'a=rtcp:9 IN IP4 s3cret ', 'a=rtcp:9 s3cret IP4 1.1.1.1', 'a=rtcp:s3cret', 'a=fingerprint:sha-256 s3cret AA:BB', 'a=fingerprint:s3cret AA:BB', 'a=fingerprint:sha-256 AA:BB s3cret',
  'a=fmtp:111 s3cret=1', 'a=fmtp:111 minptime=s3cret', 'a=fmtp:111 minptime=10;s3cret', 'a=rtpmap:111 s3cret/48000', 'a=rtpmap:111 opus/48000/s3cret', 'a=rtcp-fb:96 s3cret', 'a=rtcp-fb:96 nack s3cret',
  'a=extmap:1 urn:s3cret', 'a=extmap:1 urn:3gpp:video-orientation s3cret', 'a=extmap:1/s3cret urn:3gpp:video-orientation', 'a=ice-options:s3cret', 'a=ice-options:trickle s3cret',
  'a=sctpmap:5000 s3cret', 'a=ssrc-group:s3cret 1', 'a=ssrc-group:FID 1 s3cret', 'a=rid:s3cret send', 'a=simulcast:send s3cret', 'a=imageattr:s3cret', 'a=ptime:s3cret',
  'a=ice-ufrag:ab s3cret', 'a=ice-pwd: s3cret', 'a=ssrc:s3cret cname:a', 'a=ssrc:1 s3cret:a', 'a=ssrc:1 cname:a s3cret', 'a=msid:a  s3cret', 'a=candidate:1 1 udp  1 s3cret 5 typ host', 'A=s3cret', 'a=mid:0\rs3cret', 'a=mid:0\u2028s3cret',
]) {
  test(`nothing of a loosely formed line stays: ${JSON.stringify(line)}`, () => {
    const text = new SdpRedactor(new Pseudonyms()).sdp(`v=0\r\n${line}\r\n`);
    assert.ok(!text.includes('s3cret'), text);
    assert.match(text, /^v=0\r\n[^\r\n]+\r\n$/);
  });
}

for (const line of [
  'candidate:1 1 udp  1 10.0.0.7 5 typ host', 'candidate:1 1 udp 1 10.0.0.7 5 typ  host', ' candidate:1 1 udp 1 10.0.0.7 5 typ host', 'candidate:1 1 udp 1 10.0.0.7 5', 'candidate:1 1 10.0.0.7 1 1.1.1.1 5 typ host',
  'candidate:10.0.0.7 1 udp 1 1.1.1.1 5 typ host', 'candidate:1 1 udp 1 1.1.1.1 5 typ 10.0.0.7', 'candidate:1 1 udp 1 1.1.1.1 5 typ host 10.0.0.7 5', 'candidate:1 1 udp 1 1.1.1.1 5 typ host generation 10.0.0.7',
  'candidate:1 1 udp 1 1.1.1.1 5 typ host tcptype 10.0.0.7', 'candidate:1 1 udp 1 1.1.1.1 5 typ srflx raddr 10.0.0.7 rport 10.0.0.7', 'candidate:1 1 udp 1 1.1.1.1 5 typ host ufrag 10.0.0.7',
  'candidate:1 1 udp 1 1.1.1.1 5 typ host 10.0.0.7', 'candidate:1 1 udp 1 1.1.1.1 5 typ host network-id 0 ', 'candidate:1 1 udp 1 1.1.1.1 5 typ host x-name 10.0.0.7',
]) {
  test(`nothing of a loosely formed candidate stays: ${line}`, () => {
    const names = Pseudonyms.sorted(new Set(['address 10.0.0.7']));
    for (let i = 0; i < 9; i += 1) names.address(`10.9.9.${i}`);
    const text = new SdpRedactor(names).candidate(line);
    assert.doesNotMatch(text, /10\.0\.0\.7|1\.1\.1\.1|x-name/);
    assert.ok(text.length > 20, text);
  });
}

test('a candidate keeps all that is not of a person', () => {
  const { candidate } = SdpRedactor.prototype;
  const redacted = (line) => candidate.call(new SdpRedactor(new Pseudonyms()), line);
  assert.equal(
    redacted('candidate:99 1 tcp 1518280447 192.168.1.77 9 typ host tcptype active generation 0 ufrag F7gI network-id 1 network-cost 10'),
    'candidate:1 1 tcp 1518280447 192.168.0.2 9 typ host tcptype active generation 0 ufrag uf01 network-id 1 network-cost 10',
  );
  assert.equal(redacted('candidate:7 1 UDP 2122 fd12::9 5 typ host'), 'candidate:1 1 UDP 2122 fd00::1 5 typ host');
});

test('a ufrag is the same in description and candidate', () => {
  const sdp = new SdpRedactor(new Pseudonyms());
  const [, ufrag] = /ice-ufrag:(\S+)/.exec(sdp.sdp('a=ice-ufrag:AbCd\r\n'));
  assert.ok(sdp.candidate('candidate:1 1 udp 1 10.0.0.1 5 typ host ufrag AbCd').endsWith(`ufrag ${ufrag}`));
  assert.equal(sdp.ufrag('AbCd'), ufrag);
});

test('a token that no core has made is replaced', () => {
  const tokens = ['hrcsgbn93z7y7', '0000000000000', 'aliceofberlin', 'hrcsgbn93z7yz', 'hrcsgbn93z7y', 'HRCSGBN93Z7Y7'];
  const event = (epoch) => ({ type: 'tabs.message', text: JSON.stringify({ type: 'asks', user: 'u', tab: epoch }) });
  const kept = tokens.filter((token) => JSON.parse(redact(event(token)).text).tab === token);
  assert.deepEqual(kept, ['hrcsgbn93z7y7', '0000000000000']);
});

// ---- events ----------------------------------------------------------------------------

const protocol = readFileSync(new URL('../../web/src/protocol.ts', import.meta.url), 'utf8');
const eventTypes = [...protocol.slice(protocol.indexOf('export type CoreEvent'), protocol.indexOf('export type CoreCommand')).matchAll(/type: '([a-zA-Z.]+)'/g)].map(([, type]) => type);
const memberNames = [...new Set([...protocol.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name))].filter((name) => name !== 'type');

test('no event lets a text through that is not known, wherever it stands', () => {
  assert.ok(eventTypes.length > 40 && memberNames.length > 100);
  const secret = 'S3cret of Alice';
  const flat = Object.fromEntries(memberNames.map((name) => [name, secret]));
  const nested = Object.fromEntries(memberNames.map((name) => [name, [{ ...flat, type: secret, deep: { [secret]: secret } }, secret]]));
  const inText = Object.fromEntries(memberNames.map((name) => [name, JSON.stringify({ ...flat, type: secret, [secret]: [flat] })]));
  for (const type of eventTypes) {
    for (const members of [flat, nested, inText]) {
      const text = JSON.stringify(redact({ type, ...members }));
      assert.ok(!text.includes('S3cret'), `${type}: ${text.slice(Math.max(0, text.indexOf('S3cret') - 200), text.indexOf('S3cret') + 40)}`);
    }
  }
});

const frame = (text) => redact({ type: 'socket.frame', socket: 1, text }).text;

for (const [text, pattern] of [
  ['2', /^2$/],
  ['3probe', /^3\S{5}$/],
  ['0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}',
    /^0\{"sid":"x1-+","upgrades":\["websocket"\],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000\}$/],
  ['40{"sid":"oSO0OpakMV_3jnilAAAA"}', /^40\{"sid":"x\d-+"\}$/],
  ['40/calls,{"sid":"oSO0OpakMV_3jnilAAAA"}', /^40\/nsp01+,\{"sid":"x\d-+"\}$|^40\/nsp\d+,\{"sid":"x\d-+"\}$/],
  ['41', /^41$/],
  ['44{"message":"token of Alice expired"}', /^44\{"message":"x1-+"\}$/],
  ['4317["pong of Alice",{"a":"b"}]', /^4317\["x\d-+",\{"key\d+":"x"\}\]$/],
  ['42["newMessage",{"body":"Hello"}]', /^42\["x\d-+",\{"key\d+":"x\d---"\}\]$/],
  ['42["groupcall:participant-left",{"roomId":"r","userId":"u"}]', /^42\["groupcall:participant-left",\{"roomId":"room-00001","userId":"user-00001"\}\]$/],
  ['42["groupcall:error",{"roomId":"r","error":"Group not found"}]', /"error":"Group not found"/],
  ['42["groupcall:error",{"roomId":"r","error":"Alice is not here"}]', /"error":"x1-+"/],
  ['42["error",{"message":"slow down, Alice","retryAfter":300,"code":"RATE_LIMIT_EXCEEDED"}]', /"message":"x1-+","retryAfter":300,"code":"RATE_LIMIT_EXCEEDED"/],
  ['451-["groupcall:joined",{"roomId":"r","roomState":{"_placeholder":true,"num":0}}]', /^451-\["groupcall:joined",\{"roomId":"room-00001","key\d+":\{"key\d+":true,"key\d+":0\}\}\]$/],
  ['42["groupcall:joined",not json', /^42x1-+$/],
]) {
  test(`a frame keeps its shape: ${text.slice(0, 60)}`, () => assert.match(frame(text), pattern));
}

test('words of browsers that policy reads stay in what is said', () => {
  const message = (text) => redact({ type: 'media.failed', op: 1, name: 'NotAllowedError', message: text }).message;
  assert.match(message('Permission denied by system'), /^x1-+ by system$/);
  assert.match(message('Permission dismissed'), /dismissed$/);
  assert.doesNotMatch(message('Camera of Alice'), /Alice/);
  assert.equal(redact({ type: 'media.failed', op: 1, name: 'NotAllowedError', message: '' }).name, 'NotAllowedError');
});

test('constraints keep their numbers, and the device is the same as in the list of devices', () => {
  const join = { type: 'call.join', request: 1, roomId: 'r', groupId: 'g', callType: 'video', audio: true, video: true,
    videoConstraints: '{"width":{"ideal":1280},"deviceId":{"exact":"c0ffee"},"facingMode":"user","secret":"mine"}' };
  const devices = { type: 'media.devices', devices: [{ kind: 'camera', deviceId: 'c0ffee', label: 'Alice’s camera' }] };
  const redactor = redactorFor(join, devices);
  const { width, deviceId, facingMode, ...rest } = JSON.parse(redactor.event(join).videoConstraints);
  assert.deepEqual({ width, facingMode }, { width: { ideal: 1280 }, facingMode: 'user' });
  assert.equal(deviceId.exact, redactor.event(devices).devices[0].deviceId);
  assert.deepEqual(Object.values(rest), ['x1--']);
});

test('what is nested without an end is cut off', () => {
  const deep = `42["x",${'['.repeat(5_000)}${']'.repeat(5_000)}]`;
  assert.ok(frame(deep).length < 400);
});

// ---- a whole call, by the real module ---------------------------------------------------

const build = new URL('../../build/wasm/wasm/', import.meta.url);
const { default: createModule } = await import(new URL('groupcall.js', build).href);
const module = await createModule({ wasmBinary: readFileSync(new URL('groupcall.wasm', build)) });
const [config, ...lines] = readFileSync(new URL('../vectors/bridge/recorded_call.txt', import.meta.url), 'utf8').trim().split('\n');

/** The record of a call to which that happened. */
function recordOf(configText, events) {
  const bridge = new module.CallBridge(configText);
  const rows = events.map(([now, event]) => {
    bridge.handle(JSON.stringify(event), now);
    return JSON.stringify([now, event, bridge.hash()]);
  });
  bridge.delete();
  return [`{"groupcall":"record","version":1,"build":"b","config":${configText}}`, `${rows.join('\n')}\n`];
}
const events = lines.map((line) => JSON.parse(line));
const readBlob = async (blob) => gunzipSync(Buffer.from(await blob.arrayBuffer())).toString().trim().split('\n').map((line) => JSON.parse(line));

test('a redacted call gives the same kinds of commands, and hashes that replay', async () => {
  const secretive = JSON.stringify({ ...JSON.parse(config), signalling: { url: 'wss://chat.example.org/base', query: 'token=t0psecret&userId=me', auth: { jwt: 'eyJ0' } } });
  const file = await readBlob(await exportRecord(recordOf(secretive, events), module));
  const text = JSON.stringify(file);
  for (const secret of ['chat.example', 'base', 't0psecret', 'eyJ0', '"me"', '"ben"', 'Ben', 'group_9_1', 'jwt']) assert.ok(!text.includes(secret), secret);
  const [header, ...rows] = file;
  assert.equal(header.redacted, true);
  const [original, redacted] = [new module.CallBridge(secretive), new module.CallBridge(JSON.stringify(header.config))];
  assert.equal(rows.length, events.length);
  rows.forEach(([now, event, hash], index) => {
    const kinds = (reaction) => JSON.parse(reaction).commands.map(({ type }) => type);
    assert.deepEqual(kinds(redacted.handle(JSON.stringify(event), now)), kinds(original.handle(JSON.stringify(events[index][1]), now)));
    assert.equal(redacted.hash(), hash);
  });
});

test('a record that does not replay does not do so without its texts either', async () => {
  const [header, body] = recordOf(config, events);
  const rows = body.trim().split('\n').map((line) => JSON.parse(line));
  const whole = await readBlob(await exportRecord([header, body], module));
  const foreign = '0123456789abcdef';
  rows[7][2] = foreign;
  const file = await readBlob(await exportRecord([header, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`], module));
  assert.equal(file[8][2], foreign);
  assert.deepEqual(file.toSpliced(8, 1), whole.toSpliced(8, 1), 'all the others are those of the redacted call');
  rows[7][2] = 'Alice was here';
  const told = await readBlob(await exportRecord([header, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`], module));
  assert.deepEqual(told, whole, 'what is no hash at all is not let through');
});

test('a member of the config that is not named in the redactor would be lost to the core', () => {
  const [, block] = /export interface CoreConfig \{(.*?)\n\}/s.exec(protocol);
  const members = [...block.matchAll(/readonly (\w+)\??: ([^;{]+)[;{]/g)].map(([, name]) => name);
  assert.ok(members.includes('earlyOffers') && members.includes('namespace'));
  const inSelf = ['userId', 'userInfo'];
  const inSignalling = ['url', 'path', 'namespace', 'query', 'auth', 'application', 'reconnect'];
  const outside = members.filter((name) => ![...inSelf, ...inSignalling, 'self', 'signalling'].includes(name));
  const filled = (names) => Object.fromEntries(names.map((name) => [name, name === 'userInfo' || name === 'auth' ? {} : 'x']));
  const redacted = new EventRedactor(new Pseudonyms()).config({ self: filled(inSelf), signalling: filled(inSignalling), ...filled(outside) });
  assert.deepEqual(Object.keys(redacted), ['self', 'signalling', ...outside]);
  assert.deepEqual(Object.keys(redacted.self), inSelf);
  assert.deepEqual(Object.keys(redacted.signalling), inSignalling);
});

test('after a gap events are redacted, and have no hash any more', async () => {
  const [header, body] = recordOf(config, events);
  const rows = body.trim().split('\n');
  const parts = [header, `${rows.slice(0, 5).join('\n')}\n`, '{"gap":{"events":15,"from":1,"to":2}}', `${rows.slice(20).join('\n')}\n`];
  const file = await readBlob(await exportRecord(parts, module));
  assert.deepEqual(file.slice(1).map((line) => (Array.isArray(line) ? line.length : 'gap')), [3, 3, 3, 3, 3, 'gap', 2, 2, 2, 2, 2]);
  assert.ok(!JSON.stringify(file).includes('"ben"'));
});

test('a call that is another one without its texts is not redacted at all', async () => {
  // The room's own name is what the core compares: a redactor that forgets one place makes another call.
  const { id } = Pseudonyms.prototype;
  Pseudonyms.prototype.id = function (kind, text) {
    return kind === 'room' ? `${kind}-${Math.random()}` : id.call(this, kind, text);
  };
  try {
    await assert.rejects(exportRecord(recordOf(config, events), module), (error) => error instanceof NotRedactable && /event \d+, .*instead of/.test(error.message));
  } finally {
    Pseudonyms.prototype.id = id;
  }
});
