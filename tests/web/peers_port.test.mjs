import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeClock, FakeDtlsTransport, FakeMediaStream, FakePeerConnection, FakeTrack, settled } from './fakes.mjs';

globalThis.MediaStream = FakeMediaStream;
const { peers: { PeersPort } } = await importSource();

const ann = { peer: 'ann', connection: 1 };
const fourSlots = [
  { kind: 'audio', stream: 'camera' },
  { kind: 'video', stream: 'camera' },
  { kind: 'video', stream: 'screen' },
  { kind: 'audio', stream: 'screen' },
];
const create = (members = {}) => ({ type: 'pc.create', ...ann, slots: fourSlots, channel: true, ...members });

function makePort({ open, localTracks = {}, iceServers, ...options } = {}) {
  const events = [];
  const counts = [];
  const connections = [];
  const port = new PeersPort((event) => events.push(event), (name) => counts.push(name), {
    open: open ?? ((configuration) => {
      const pc = new FakePeerConnection(configuration);
      connections.push(pc);
      return pc;
    }),
    iceServers: iceServers ?? { latest: [{ urls: 'stun:localhost' }], fresh: () => null },
    certificates: [],
    ...options,
    localTrack: (id) => localTracks[id] ?? null,
  });
  return { port, events, counts, connections };
}

function withLink(members, options) {
  const made = makePort(options);
  made.port.execute(create(members));
  return { ...made, pc: made.connections[0], channel: made.connections[0].channels[0] };
}

const failed = (op, name, message) => ({ type: 'pc.operationFailed', ...ann, op, name, message });

test('the offerer starts with its slots in order, both ways, one stream a name, and the agreed channel', () => {
  const { pc, channel } = withLink();
  assert.deepEqual(pc.configuration.iceServers, [{ urls: 'stun:localhost' }]);
  const transceivers = pc.getTransceivers();
  assert.deepEqual(transceivers.map(({ receiver }) => receiver.track.kind), ['audio', 'video', 'video', 'audio']);
  assert.ok(transceivers.every(({ direction, sender }) => direction === 'sendrecv' && sender.track === null));
  const [[camera], [sameCamera], [screen], [sameScreen]] = transceivers.map(({ sender }) => sender.streams);
  assert.equal(camera, sameCamera);
  assert.equal(screen, sameScreen);
  assert.notEqual(camera, screen);
  assert.equal(channel.label, 'groupcall');
  assert.deepEqual(channel.options, { negotiated: true, id: 0 });
});

test('fresh servers are in use before a connection gathers, at first and for a restart, and only then', async () => {
  let answers = 0;
  const iceServers = { latest: [], fresh: async () => [{ urls: `turn:fresh-${(answers += 1)}` }] };
  const { port, pc } = withLink({}, { iceServers });
  assert.deepEqual(pc.configuration, { iceServers: [], bundlePolicy: 'max-bundle' });
  const configured = async (op, restart) => {
    port.execute({ type: 'pc.setLocalDescription', ...ann, op, restart });
    assert.equal(pc.pending.setLocalDescription.length, 0, 'not before the answer');
    await settled();
    assert.equal(pc.pending.setLocalDescription.length, 1);
    return pc.configuration.iceServers[0].urls;
  };
  assert.equal(await configured(1, false), 'turn:fresh-1');
  assert.equal(pc.configuration.bundlePolicy, 'max-bundle', 'the rest stays');
  pc.localDescription = { type: 'offer', sdp: 'v=0' };
  pc.pending.setLocalDescription.shift().resolve();
  await settled();
  assert.equal(await configured(2, true), 'turn:fresh-2');
  pc.pending.setLocalDescription.shift().resolve();
  await settled();
  port.execute({ type: 'pc.setLocalDescription', ...ann, op: 3, restart: false });
  assert.equal(pc.pending.setLocalDescription.length, 1, 'an answer on a used connection gathers nothing: at once');
  assert.equal(answers, 2);
});

test('an answer to an ICE restart gathers with fresh servers', async () => {
  let answers = 0;
  const iceServers = { latest: [], fresh: async () => [{ urls: `turn:fresh-${(answers += 1)}` }] };
  const { port, pc } = withLink({ slots: [], channel: false }, { iceServers });
  const answer = async (op, user) => {
    pc.remoteDescription = { type: 'offer', sdp: `v=0\r\na=ice-ufrag:${user}\r\n` };
    port.execute({ type: 'pc.setLocalDescription', ...ann, op, restart: false });
    await settled();
    pc.localDescription = { type: 'answer', sdp: 'v=0' };
    pc.pending.setLocalDescription.shift().resolve();
    await settled();
    return pc.configuration.iceServers[0].urls;
  };
  assert.equal(await answer(1, 'abcd'), 'turn:fresh-1');
  assert.equal(await answer(2, 'abcd'), 'turn:fresh-1', 'the same generation');
  assert.equal(await answer(3, 'efgh'), 'turn:fresh-2');
});

test('a call through relays only stays one when its servers are refreshed', async () => {
  const iceServers = { latest: [], fresh: async () => [{ urls: 'turn:fresh' }] };
  const { port, pc } = withLink({}, { iceServers, iceTransportPolicy: 'relay' });
  assert.equal(pc.configuration.iceTransportPolicy, 'relay');
  port.execute({ type: 'pc.setLocalDescription', ...ann, op: 1, restart: false });
  await settled();
  assert.deepEqual(pc.configuration, {
    iceServers: [{ urls: 'turn:fresh' }],
    bundlePolicy: 'max-bundle',
    iceTransportPolicy: 'relay',
  });
});

test('a connection that is closed while fresh servers are awaited is not touched any more', async () => {
  let answer;
  const asked = new Promise((resolve) => {
    answer = resolve;
  });
  const { port, pc, events } = withLink({}, { iceServers: { latest: [], fresh: () => asked } });
  port.execute({ type: 'pc.setLocalDescription', ...ann, op: 1, restart: false });
  port.execute({ type: 'pc.close', ...ann });
  answer([{ urls: 'turn:late' }]);
  await settled();
  assert.deepEqual(pc.configuration.iceServers, []);
  assert.deepEqual(events, []);
});

test('towards an older client there is no channel', () => {
  const { pc } = withLink({ slots: fourSlots.slice(0, 2), channel: false });
  assert.equal(pc.getTransceivers().length, 2);
  assert.deepEqual(pc.channels, []);
});

test('a connection that cannot be made is reported as operation 0, and later commands find nothing', () => {
  const { port, events } = makePort({
    open: () => {
      throw new DOMException('too many connections', 'UnknownError');
    },
  });
  port.execute(create());
  port.execute({ type: 'pc.setLocalDescription', ...ann, op: 1, restart: false });
  port.execute({ type: 'pc.close', ...ann });
  assert.deepEqual(events, [failed(0, 'UnknownError', 'too many connections')]);
});

test('a transceiver that cannot be made is reported as operation 0', () => {
  const { events } = withLink({}, {
    open: undefined,
  });
  assert.deepEqual(events, []);
  const broken = new FakePeerConnection();
  broken.addTransceiver = () => {
    throw new TypeError('no such kind');
  };
  const other = makePort({ open: () => broken });
  other.port.execute(create());
  assert.deepEqual(other.events, [failed(0, 'TypeError', 'no such kind')]);
});

test('setLocalDescription starts at once, takes no argument and reports what was set', async () => {
  const { port, pc, events } = withLink();
  port.execute({ type: 'pc.setLocalDescription', ...ann, op: 9, restart: false });
  const [operation] = pc.pending.setLocalDescription;
  assert.deepEqual(operation.given, []);
  assert.equal(pc.restarts, 0);
  pc.localDescription = { type: 'offer', sdp: 'v=0' };
  operation.resolve();
  await settled();
  assert.deepEqual(events, [
    { type: 'pc.localDescriptionSet', ...ann, op: 9, description: { type: 'offer', sdp: 'v=0' } },
  ]);
});

test('a restart asks for new ICE credentials first', () => {
  const { port, pc } = withLink();
  port.execute({ type: 'pc.setLocalDescription', ...ann, op: 9, restart: true });
  assert.equal(pc.restarts, 1);
  assert.equal(pc.pending.setLocalDescription.length, 1);
});

test('setRemoteDescription reports the kinds of all slots in order', async () => {
  const { port, pc, events } = withLink({ slots: [], channel: true });
  const description = { type: 'offer', sdp: 'v=0' };
  port.execute({ type: 'pc.setRemoteDescription', ...ann, op: 4, description });
  const [operation] = pc.pending.setRemoteDescription;
  assert.deepEqual(operation.given, [description]);
  for (const kind of ['audio', 'video']) pc.addTransceiver(kind, { direction: 'recvonly' });
  operation.resolve();
  await settled();
  assert.deepEqual(events, [{ type: 'pc.remoteDescriptionSet', ...ann, op: 4, slots: ['audio', 'video'] }]);
});

test('no offer can name more slots than the core takes', async () => {
  const { port, pc, events } = withLink({ slots: [], channel: false });
  port.execute({ type: 'pc.setRemoteDescription', ...ann, op: 4, description: { type: 'offer', sdp: '' } });
  for (let slot = 0; slot < 40; slot += 1) pc.addTransceiver('audio', { direction: 'recvonly' });
  pc.pending.setRemoteDescription[0].resolve();
  await settled();
  assert.equal(events[0].slots.length, 16);
});

test('the answerer adopts slots: both ways, on the streams of their names', () => {
  const { port, pc } = withLink({ slots: [], channel: true });
  for (const kind of ['audio', 'video', 'video']) pc.addTransceiver(kind, { direction: 'recvonly' });
  port.execute({ type: 'pc.adoptSlots', ...ann, streams: ['camera', 'camera'] });
  const [first, second, third] = pc.getTransceivers();
  assert.deepEqual([first.direction, second.direction, third.direction], ['sendrecv', 'sendrecv', 'recvonly']);
  assert.equal(first.sender.streams[0], second.sender.streams[0]);
});

test('adopting a slot that is not there is reported', async () => {
  const { port, events } = withLink({ slots: [], channel: true });
  port.execute({ type: 'pc.adoptSlots', ...ann, streams: ['camera'] });
  await settled();
  assert.deepEqual(events, [failed(0, 'InvalidStateError', 'There is no slot 0.')]);
});

test('a track is attached by its id, an empty or unknown one detaches', async () => {
  const camera = new FakeTrack('video');
  const { port, pc, events } = withLink({}, { localTracks: { 'video-x': camera } });
  for (const [op, track] of [[1, 'video-x'], [2, ''], [3, 'gone']]) {
    port.execute({ type: 'pc.attachTrack', ...ann, op, slot: 1, track });
  }
  const { replacements } = pc.getTransceivers()[1].sender;
  assert.deepEqual(replacements.map(({ track }) => track), [camera, null, null]);
  replacements[0].resolve();
  await settled();
  assert.deepEqual(events, [{ type: 'pc.trackAttached', ...ann, op: 1 }]);
});

test('attaching to a slot that is not there is reported under its operation', async () => {
  const { port, events } = withLink();
  port.execute({ type: 'pc.attachTrack', ...ann, op: 6, slot: 9, track: '' });
  await settled();
  assert.deepEqual(events, [failed(6, 'InvalidStateError', 'There is no slot 9.')]);
});

test('every rejection is reported under its operation, with name and message', async () => {
  const { port, pc, events } = withLink();
  const description = { type: 'answer', sdp: '' };
  port.execute({ type: 'pc.setLocalDescription', ...ann, op: 1, restart: false });
  port.execute({ type: 'pc.setRemoteDescription', ...ann, op: 2, description });
  port.execute({ type: 'pc.addIceCandidate', ...ann, candidate: { candidate: 'nonsense' } });
  port.execute({ type: 'pc.attachTrack', ...ann, op: 3, slot: 0, track: '' });
  const reject = (operation, name) => operation.reject(new DOMException(`${name} message`, name));
  reject(pc.pending.setLocalDescription[0], 'InvalidModificationError');
  reject(pc.pending.setRemoteDescription[0], 'InvalidAccessError');
  reject(pc.pending.addIceCandidate[0], 'OperationError');
  reject(pc.getTransceivers()[0].sender.replacements[0], 'InvalidStateError');
  await settled();
  const names = { 1: 'InvalidModificationError', 2: 'InvalidAccessError', 0: 'OperationError', 3: 'InvalidStateError' };
  assert.equal(events.length, 4);
  for (const event of events) assert.deepEqual(event, failed(event.op, names[event.op], `${names[event.op]} message`));
});

test('a description that is not there after all is a failure', async () => {
  const { port, pc, events } = withLink();
  port.execute({ type: 'pc.setLocalDescription', ...ann, op: 1, restart: false });
  pc.pending.setLocalDescription[0].resolve();
  await settled();
  assert.deepEqual(events, [failed(1, 'InvalidStateError', '')]);
});

test('candidates are reported without empty members, the end of gathering as an empty one, once', () => {
  const { pc, events } = withLink();
  pc.gather({ candidate: 'candidate:1 1 udp …', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: null });
  pc.gather({ candidate: '', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'u' });
  pc.gather(null);
  assert.deepEqual(events, [
    { type: 'pc.candidate', ...ann, candidate: { candidate: 'candidate:1 1 udp …', sdpMid: '0', sdpMLineIndex: 0 } },
    { type: 'pc.candidate', ...ann, candidate: { candidate: '' } },
  ]);
});

test('what a server says instead of an address is reported, cut to what the core takes', () => {
  const { port, pc, events } = withLink();
  pc.failToGather(401, 'Unauthorized.');
  pc.failToGather(701, 'x'.repeat(2_000));
  port.execute({ type: 'pc.close', ...ann });
  pc.failToGather(401, 'too late');
  assert.deepEqual(events, [
    { type: 'pc.candidateFailed', ...ann, code: 401, text: 'Unauthorized.' },
    { type: 'pc.candidateFailed', ...ann, code: 701, text: 'x'.repeat(340) },
  ]);
});

test('a spare connection gathers without relays and without asking for servers, and is then the peer\'s', async () => {
  const servers = [{ urls: 'stun:s' }, { urls: ['stun:t', 'turn:t'], username: 'u', credential: 'c' }];
  const iceServers = { latest: servers, fresh: () => assert.fail('nobody asks for a spare connection') };
  const { port, pc, events } = withLink({ peer: '', spare: true }, { iceServers });
  assert.deepEqual(pc.configuration.iceServers, [{ urls: 'stun:s' }]);
  port.execute({ type: 'pc.setLocalDescription', peer: '', connection: 1, op: 7, restart: false });
  pc.localDescription = { type: 'offer', sdp: 'v=0' };
  pc.pending.setLocalDescription.shift().resolve();
  await settled();
  assert.deepEqual(events, [
    { type: 'pc.localDescriptionSet', peer: '', connection: 1, op: 7, description: { type: 'offer', sdp: 'v=0' }, relay: true },
  ]);
  port.execute({ type: 'pc.assign', ...ann });
  await settled();
  assert.deepEqual(pc.configuration.iceServers, servers);
  pc.gather(null);
  assert.deepEqual(events.at(-1), { type: 'pc.candidate', ...ann, candidate: { candidate: '' } });
});

test('relays that are known only after a spare connection has made its offer are told with the answer', async () => {
  const iceServers = { latest: [], fresh: () => assert.fail('nobody asks for a spare connection') };
  const { port, pc, events } = withLink({ peer: '', spare: true }, { iceServers });
  port.execute({ type: 'pc.setLocalDescription', peer: '', connection: 1, op: 7, restart: false });
  pc.localDescription = { type: 'offer', sdp: 'v=0' };
  pc.pending.setLocalDescription.shift().resolve();
  await settled();
  assert.equal('relay' in events.at(-1), false);
  iceServers.latest = [{ urls: 'turn:t', username: 'u', credential: 'c' }];
  port.execute({ type: 'pc.assign', ...ann });
  port.execute({ type: 'pc.setRemoteDescription', ...ann, op: 8, description: { type: 'answer', sdp: 'v=0' } });
  pc.pending.setRemoteDescription.shift().resolve();
  await settled();
  const { type, op, relay } = events.at(-1);
  assert.deepEqual({ type, op, relay }, { type: 'pc.remoteDescriptionSet', op: 8, relay: true });
});

test('all connections share the certificates', () => {
  const certificates = [{ expires: 1 }];
  const { pc } = withLink({}, { certificates });
  assert.deepEqual(pc.configuration.certificates, certificates);
});

test('the state of the transport is reported as it changes', () => {
  const { pc, events } = withLink();
  pc.become('connecting');
  pc.become('failed');
  assert.deepEqual(events.map(({ state }) => state), ['connecting', 'failed']);
});

test('the far side closing DTLS is reported, before the state of the connection tells', () => {
  const { pc, events } = withLink();
  const transport = new FakeDtlsTransport();
  pc.appear(transport);
  pc.become('connecting');
  transport.become('connected');
  pc.become('connected');
  transport.become('closed');
  assert.deepEqual(events.map(({ type }) => type), ['pc.transportChanged', 'pc.transportChanged', 'pc.dtlsClosed']);
});

test('a transport that bundling has discarded may close unheard', () => {
  const { pc, events } = withLink();
  const discarded = new FakeDtlsTransport();
  pc.appear(discarded);
  pc.become('connecting');
  pc.appear(new FakeDtlsTransport());
  discarded.become('closed');
  assert.deepEqual(events.map(({ type }) => type), ['pc.transportChanged']);
});

test('the channel reports opening, messages and closing; binary ones are counted', () => {
  const { channel, events, counts } = withLink();
  channel.open();
  channel.receive('{"bye":1}');
  channel.receive(new ArrayBuffer(3));
  channel.end();
  assert.deepEqual(events, [
    { type: 'channel.opened', ...ann },
    { type: 'channel.message', ...ann, text: '{"bye":1}' },
    { type: 'channel.closed', ...ann },
  ]);
  assert.deepEqual(counts, ['channel.binary-message']);
});

test('what was sent is reported as gone when the buffer is empty', async () => {
  const { port, channel, events } = withLink();
  channel.open();
  port.execute({ type: 'channel.send', ...ann, text: 'at once' });
  assert.equal(events.length, 1, 'never inside the command');
  await settled();
  assert.deepEqual(events.at(-1), { type: 'channel.drained', ...ann });
  channel.bufferedAmount = 20;
  port.execute({ type: 'channel.send', ...ann, text: 'later' });
  await settled();
  assert.equal(events.length, 2);
  channel.drain();
  assert.deepEqual(events.at(-1), { type: 'channel.drained', ...ann });
  assert.deepEqual(channel.sent, ['at once', 'later']);
});

test('sending on a channel that is not open is counted, never thrown', () => {
  const { port, channel, counts } = withLink();
  port.execute({ type: 'channel.send', ...ann, text: 'early' });
  channel.open();
  channel.readyState = 'closing';
  port.execute({ type: 'channel.send', ...ann, text: 'late' });
  assert.deepEqual(channel.sent, []);
  assert.deepEqual(counts, ['channel.send-after-close', 'channel.send-after-close']);
});

test('after pc.close nothing of that connection is reported any more', async () => {
  const { port, pc, channel, events } = withLink();
  channel.open();
  const transport = new FakeDtlsTransport();
  pc.appear(transport);
  pc.become('connected');
  port.execute({ type: 'pc.setLocalDescription', ...ann, op: 1, restart: false });
  port.execute({ type: 'pc.addIceCandidate', ...ann, candidate: { candidate: 'c' } });
  port.execute({ type: 'channel.send', ...ann, text: 'bye' });
  port.execute({ type: 'stats.collect', op: 2 });
  port.execute({ type: 'pc.close', ...ann });
  assert.equal(pc.closed, true);
  const before = events.length;
  pc.localDescription = { type: 'offer', sdp: '' };
  pc.pending.setLocalDescription[0].resolve();
  pc.pending.addIceCandidate[0].reject(new DOMException('', 'OperationError'));
  pc.become('closed');
  pc.gather({ candidate: 'c', sdpMid: null, sdpMLineIndex: null, usernameFragment: null });
  transport.become('closed');
  channel.receive('late');
  channel.end();
  pc.pending.getStats[0].resolve(new Map());
  await settled();
  assert.deepEqual(events.slice(before), [{ type: 'stats.sampled', op: 2, links: [] }]);
});

test('statistics of all links come as one event of whole numbers by slot', async () => {
  const made = withLink();
  made.port.execute(create({ peer: 'bob', connection: 2 }));
  made.port.execute({ type: 'stats.collect', op: 8 });
  const [first, second] = made.connections;
  first.pending.getStats[0].resolve(new Map([
    ['a', { type: 'inbound-rtp', mid: '0', bytesReceived: 100.6 }],
    ['b', { type: 'inbound-rtp', mid: '1', bytesReceived: 2_000, framesDecoded: 30 }],
    ['c', { type: 'inbound-rtp', mid: '1', bytesReceived: 500, framesDecoded: 4 }],
    ['d', { type: 'outbound-rtp', mid: '1', bytesSent: 7 }],
    ['e', { type: 'inbound-rtp', mid: '77', bytesReceived: 9 }],
  ]));
  const { id } = second.getTransceivers()[3].receiver.track;
  second.pending.getStats[0].resolve(new Map([['a', { type: 'inbound-rtp', trackIdentifier: id, bytesReceived: 5 }]]));
  await settled();
  const none = { bytes: 0, frames: 0 };
  assert.deepEqual(made.events, [{
    type: 'stats.sampled',
    op: 8,
    links: [
      { ...ann, slots: [{ slot: 0, bytes: 101, frames: 0 }, { slot: 1, bytes: 2_500, frames: 34, sent: 7 }, { slot: 2, ...none }, { slot: 3, ...none }] },
      { peer: 'bob', connection: 2, slots: [{ slot: 0, ...none }, { slot: 1, ...none }, { slot: 2, ...none }, { slot: 3, bytes: 5, frames: 0 }] },
    ],
  }]);
});

test('statistics say what is sent, over which path, and leave zeros out', async () => {
  const made = withLink();
  made.port.execute({ type: 'stats.collect', op: 8 });
  const [audio, video] = made.pc.getTransceivers();
  audio.sender.track = new FakeTrack('audio');
  video.sender.track = Object.assign(new FakeTrack('video'), { getSettings: () => ({ width: 1_280, height: 720.4 }) });
  made.pc.pending.getStats[0].resolve(new Map([
    ['o0', { type: 'outbound-rtp', mid: '0', bytesSent: 100, remoteId: 'gone' }],
    ['o1', { type: 'outbound-rtp', mid: '1', bytesSent: 2_000, qualityLimitationReason: 'bandwidth', remoteId: 'r1' }],
    ['o2', { type: 'outbound-rtp', mid: '1', bytesSent: 500, qualityLimitationReason: 'cpu', remoteId: 'r2' }],
    ['r1', { type: 'remote-inbound-rtp', fractionLost: 0.0417 }],
    ['r2', { type: 'remote-inbound-rtp', fractionLost: 0.01 }],
    ['p1', { type: 'candidate-pair', availableOutgoingBitrate: 1, currentRoundTripTime: 9 }],
    ['p2', { type: 'candidate-pair', availableOutgoingBitrate: 912_345.6, currentRoundTripTime: 0.0406 }],
    ['t', { type: 'transport', selectedCandidatePairId: 'p2' }],
  ]));
  await settled();
  const [{ slots, availableKbps, rttMs }] = made.events[0].links;
  assert.deepEqual([availableKbps, rttMs], [912, 41]);
  assert.deepEqual(slots.slice(0, 3), [
    { slot: 0, bytes: 0, frames: 0, sent: 100 },
    { slot: 1, bytes: 0, frames: 0, sent: 2_500, lost: 42, lines: 720, cpu: true },
    { slot: 2, bytes: 0, frames: 0 },
  ]);
});

test('where the browser marks the pair itself, that is the path', async () => {
  const made = withLink();
  made.port.execute({ type: 'stats.collect', op: 8 });
  made.pc.pending.getStats[0].resolve(new Map([
    ['p1', { type: 'candidate-pair', selected: true, currentRoundTripTime: 0.02 }],
    ['p2', { type: 'candidate-pair', selected: false, currentRoundTripTime: 9 }],
  ]));
  await settled();
  const [link] = made.events[0].links;
  assert.equal(link.rttMs, 20);
  assert.ok(!('availableKbps' in link), 'not told');
});

const limit = (slot, members) => ({ type: 'pc.setParameters', ...ann, slot, limit: members });

test('limits become parameters of the first encoding, which keeps what is not limited', async () => {
  const { port, pc } = withLink();
  const { sender } = pc.getTransceivers()[1];
  sender.encodings = [{ active: true, rid: 'x', maxFramerate: 30 }];
  port.execute(limit(1, { maxKbps: 350, scalePermille: 2_666 }));
  await settled();
  assert.deepEqual(sender.parameters[0].encodings, [{ active: true, rid: 'x', maxBitrate: 350_000, scaleResolutionDownBy: 2.666 }]);
  sender.parameters[0].resolve();
  port.execute(limit(1, { inactive: true, maxFps: 15 }));
  await settled();
  assert.deepEqual(sender.parameters[1].encodings, [{ active: false, rid: 'x', scaleResolutionDownBy: 2.666, maxFramerate: 15 }]);
});

test('limits of one sender are set one after the other, and of those that wait only the last', async () => {
  const { port, pc, counts } = withLink();
  const { sender } = pc.getTransceivers()[1];
  for (const maxKbps of [100, 200, 300]) port.execute(limit(1, { maxKbps }));
  port.execute(limit(0, { maxKbps: 16 }));
  await settled();
  const asked = () => sender.parameters.map(({ encodings }) => encodings[0].maxBitrate);
  assert.deepEqual(asked(), [300_000], 'what was overtaken before it began is not set at all');
  assert.equal(pc.getTransceivers()[0].sender.parameters.length, 1, 'another sender waits for none of it');
  port.execute(limit(1, { maxKbps: 400 }));
  port.execute(limit(1, { maxKbps: 500 }));
  await settled();
  assert.deepEqual(asked(), [300_000], 'one is under way');
  sender.parameters[0].reject(new DOMException('', 'InvalidStateError'));
  await settled();
  assert.deepEqual(asked(), [300_000, 500_000]);
  assert.deepEqual(counts, ['parameters.failed']);
});

test('limits that a browser refuses are tried again with the next samples, three times, and not once there are others', async () => {
  const { port, pc, counts } = withLink();
  const { sender } = pc.getTransceivers()[1];
  const refuse = async () => {
    sender.parameters.at(-1).reject(new DOMException('', 'InvalidStateError'));
    await settled();
  };
  const sample = async (op) => {
    port.execute({ type: 'stats.collect', op });
    pc.pending.getStats.at(-1).resolve(new Map());
    await settled();
  };
  port.execute(limit(1, { maxKbps: 100 }));
  await settled();
  for (let tries = 1; tries <= 4; tries += 1) {
    assert.equal(sender.parameters.length, tries);
    await refuse();
    assert.equal(sender.parameters.length, tries, 'not before the next sample');
    await sample(tries);
  }
  assert.equal(sender.parameters.length, 4, 'who refuses for good is left alone');
  assert.equal(counts.length, 4);

  port.execute(limit(1, { maxKbps: 200 }));
  await settled();
  await refuse();
  port.execute(limit(1, { maxKbps: 300 }));
  await settled();
  sender.parameters.at(-1).resolve();
  await settled();
  await sample(9);
  assert.deepEqual(sender.parameters.slice(4).map(({ encodings }) => encodings[0].maxBitrate), [200_000, 300_000]);
  assert.equal(sender.encodings[0].maxBitrate, 300_000);
});

test('limits for what does not exist are counted or left, and after the end nothing is set', async () => {
  const { port, pc, counts } = withLink();
  pc.getTransceivers()[1].sender.encodings = [];
  port.execute(limit(1, { maxKbps: 100 }));
  port.execute(limit(9, { maxKbps: 100 }));
  port.execute(limit(0, { maxKbps: 100 }));
  port.execute({ type: 'pc.close', ...ann });
  await settled();
  assert.deepEqual(counts, []);
  assert.ok(pc.getTransceivers().every(({ sender }) => sender.parameters.length === 0));
});

test('a sender without an encoding is counted', async () => {
  const { port, pc, counts } = withLink();
  pc.getTransceivers()[1].sender.encodings = [];
  port.execute(limit(1, { maxKbps: 100 }));
  await settled();
  assert.deepEqual(counts, ['parameters.failed']);
});

test('preferred codecs are offered first, all others behind them as the browser has them', (t) => {
  const codecs = {
    audio: [{ mimeType: 'audio/opus' }, { mimeType: 'audio/red' }, { mimeType: 'audio/G722' }],
    video: [{ mimeType: 'video/VP8' }, { mimeType: 'video/rtx' }, { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=0' }, { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=2' }],
  };
  globalThis.RTCRtpReceiver = { getCapabilities: (kind) => ({ codecs: codecs[kind] }) };
  t.after(() => delete globalThis.RTCRtpReceiver);
  const { pc } = withLink({}, { codecs: ['video/vp9', 'audio/red'] });
  const offered = pc.getTransceivers().map((transceiver) => transceiver.codecs.map(({ mimeType, sdpFmtpLine }) => sdpFmtpLine ?? mimeType));
  assert.deepEqual(offered[0], ['audio/red', 'audio/opus', 'audio/G722']);
  assert.deepEqual(offered[1], ['profile-id=0', 'profile-id=2', 'video/VP8', 'video/rtx']);
  assert.equal(withLink().pc.getTransceivers()[1].codecs, undefined, 'the browser’s own order otherwise');
});

test('a link whose statistics fail is left out, and counted', async () => {
  const made = withLink();
  made.port.execute(create({ peer: 'bob', connection: 2 }));
  made.port.execute({ type: 'stats.collect', op: 8 });
  made.connections[0].pending.getStats[0].reject(new DOMException('', 'InvalidStateError'));
  made.connections[1].pending.getStats[0].resolve(new Map());
  await settled();
  assert.deepEqual(made.events[0].links.map(({ peer }) => peer), ['bob']);
  assert.deepEqual(made.counts, ['stats.failed']);
});

test('without any link the statistics are an empty list', async () => {
  const { port, events } = makePort();
  port.execute({ type: 'stats.collect', op: 3 });
  assert.deepEqual(events, [], 'never inside the command');
  await settled();
  assert.deepEqual(events, [{ type: 'stats.sampled', op: 3, links: [] }]);
});

test('a remote track is one stream of its own, the same each time, and none without a slot', () => {
  const { port, pc } = withLink();
  const camera = port.stream({ connection: 1, slot: 1 });
  assert.deepEqual(camera.getTracks(), [pc.getTransceivers()[1].receiver.track]);
  assert.equal(port.stream({ connection: 1, slot: 1 }), camera);
  const screen = port.stream({ connection: 1, slot: 2, sound: 3 });
  assert.notEqual(screen, camera);
  assert.deepEqual(screen.getTracks(), pc.getTransceivers().slice(2).map(({ receiver }) => receiver.track), 'with its sound');
  assert.equal(port.stream({ connection: 1, slot: 2, sound: 3 }), screen);
  assert.equal(port.stream({ connection: 1 }), null);
  assert.equal(port.stream({ connection: 1, slot: 9 }), null);
  assert.equal(port.stream({ connection: 5, slot: 0 }), null);
});

test('closing the port closes every connection, and nothing is reported after', async () => {
  const made = withLink();
  made.port.execute(create({ peer: 'bob', connection: 2 }));
  made.port.execute({ type: 'stats.collect', op: 1 });
  made.port.close();
  assert.deepEqual(made.connections.map(({ closed }) => closed), [true, true]);
  for (const pc of made.connections) pc.pending.getStats[0].resolve(new Map());
  await settled();
  assert.deepEqual(made.events, []);
});

const keyFrame = (slot) => ({ type: 'pc.requestKeyFrame', ...ann, slot });

test('a key frame is asked of the encoder where the browser can', async () => {
  const { port, pc } = withLink();
  const { sender } = pc.getTransceivers()[1];
  sender.knowsKeyFrames = true;
  port.execute(keyFrame(1));
  await settled();
  assert.deepEqual(sender.parameters[0].options, [{ keyFrame: true }]);
  sender.parameters[0].resolve();
  await settled();
  assert.equal(sender.parameters.length, 1, 'nothing is turned off and on');
});

test('elsewhere the encoding is turned off and on, before the limits that come after', async () => {
  const { port, pc, counts } = withLink();
  const { sender } = pc.getTransceivers()[1];
  port.execute(keyFrame(1));
  port.execute(limit(1, { maxKbps: 200 }));
  for (let call = 0; call < 4; ++call) {
    await settled();
    assert.equal(sender.parameters.length, call + 1, 'one after the other');
    sender.parameters[call].resolve();
  }
  await settled();
  assert.deepEqual(
    sender.parameters.map(({ encodings: [{ active, maxBitrate }] }) => [active, maxBitrate]),
    [[true, undefined], [false, undefined], [true, undefined], [true, 200_000]],
  );
  assert.deepEqual(counts, []);
});

test('a sender that is turned off makes no key frame', async () => {
  const { port, pc } = withLink();
  const { sender } = pc.getTransceivers()[1];
  sender.encodings = [{ active: false }];
  port.execute(keyFrame(1));
  port.execute(keyFrame(9));
  await settled();
  assert.equal(sender.parameters.length, 0);
});

test('what is received is counted by packets, losses and jitter; zeros are left out', async () => {
  const { port, events, pc } = withLink();
  port.execute({ type: 'stats.collect', op: 4 });
  pc.pending.getStats[0].resolve(
    new Map([
      ['a', { type: 'inbound-rtp', mid: '0', bytesReceived: 10, packetsReceived: 50, packetsLost: 2, jitter: 0.012 }],
      ['b', { type: 'inbound-rtp', mid: '0', bytesReceived: 1, packetsReceived: 5, packetsLost: -1, jitter: 0.002 }],
      ['c', { type: 'inbound-rtp', mid: '1', bytesReceived: 7, packetsLost: 0, jitter: 0 }],
    ]),
  );
  await settled();
  const [{ slots }] = events.at(-1).links;
  assert.deepEqual(slots[0], { slot: 0, bytes: 11, frames: 0, packets: 55, missing: 2, jitterMs: 12 });
  assert.deepEqual(slots[1], { slot: 1, bytes: 7, frames: 0 });
});

const watchLevels = { type: 'levels.watch', periodMs: 100, quiet: 10, loud: 20 };

/** A link whose far side is as loud as told, on a clock of the test's. */
function withLevels() {
  const clock = new FakeClock();
  const made = withLink({}, { clock });
  const [{ receiver, sender }] = made.pc.getTransceivers();
  let played = 0;
  const look = async (audioLevel) => {
    if (audioLevel !== undefined) receiver.sources = [{ timestamp: (played += 1), audioLevel }];
    clock.fire();
    await settled();
  };
  return { ...made, clock, sender, look };
}

test('a level is told when it crosses a limit, and not again until it crosses another', async () => {
  const { port, events, clock, look } = withLevels();
  port.execute(watchLevels);
  assert.equal(clock.timers[0].delayMs, 100);
  for (const level of [0, 0.009, 0.05, 0.3, 0.015, 0.012, 0.001, 0]) await look(level);
  assert.deepEqual(events, [
    { type: 'levels.changed', levels: [{ ...ann, permille: 50 }] },
    { type: 'levels.changed', levels: [{ ...ann, permille: 15 }] },
    { type: 'levels.changed', levels: [{ ...ann, permille: 1 }] },
  ]);
});

test('of one from whom nothing is played any more, the last level does not count', async () => {
  const { port, events, look } = withLevels();
  port.execute(watchLevels);
  await look(0.5);
  await look();
  assert.deepEqual(events.at(-1), { type: 'levels.changed', levels: [ann] });
});

test('our own level is the mean of what the microphone took in, and of a muted one nothing', async () => {
  const { port, events, sender, look } = withLevels();
  const track = new FakeTrack('audio');
  sender.track = track;
  track.enabled = true;
  const source = { type: 'media-source', totalAudioEnergy: 0, totalSamplesDuration: 0 };
  sender.getStats = async () => new Map([['s', { ...source }], ['o', { type: 'outbound-rtp' }]]);
  port.execute(watchLevels);
  await look();
  source.totalAudioEnergy += 0.01 * 0.1;
  source.totalSamplesDuration += 0.1;
  await look();
  await look();
  assert.deepEqual(events.at(-1), { type: 'levels.changed', levels: [{ permille: 100 }] });
  track.enabled = false;
  await look();
  await look();
  assert.deepEqual(events.at(-1), { type: 'levels.changed', levels: [{}] });
});

test('of our own, what only fades as the browser lets go of a peak is heard no more', async () => {
  const { port, events, sender, look } = withLevels();
  sender.track = new FakeTrack('audio');
  sender.track.enabled = true;
  const source = { type: 'media-source', totalAudioEnergy: 0, totalSamplesDuration: 0 };
  sender.getStats = async () => new Map([['s', { ...source }]]);
  port.execute(watchLevels);
  await look();
  for (const level of [1, 0.25, 0.0625, 0.0156, 0]) {
    source.totalAudioEnergy += level ** 2 * 0.1;
    source.totalSamplesDuration += 0.1;
    await look();
  }
  await look();
  assert.deepEqual(events, [
    { type: 'levels.changed', levels: [{ permille: 1_000 }] },
    { type: 'levels.changed', levels: [{}] },
  ]);
});

test('nothing is looked at when nobody wants it any more, nor after the end', async () => {
  const { port, clock } = withLevels();
  port.execute(watchLevels);
  port.execute({ type: 'levels.watch', periodMs: 0, quiet: 0, loud: 0 });
  assert.equal(clock.timers.length, 0);
  port.execute(watchLevels);
  port.close();
  assert.equal(clock.timers.length, 0);
});
