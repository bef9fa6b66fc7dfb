import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { importSource } from './compile_source.mjs';
import {
  FakeApplicationSocket,
  FakeBridge,
  FakeBroadcastChannel,
  FakeMediaDevices,
  FakeMediaStream,
  FakePage,
  FakePeerConnection,
  FakeTrack,
  FakeWebSocket,
  settled,
} from './fakes.mjs';
import { invitationView, off, on, participantView, selfView } from './views.mjs';

const { index: { GroupCallError, createGroupCall } } = await importSource();

const emptyWasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const options = {
  self: { userId: 'alice', fullname: 'Alice', team: ['red'] },
  signalling: { url: 'http://localhost:8080' },
};
const room = { roomId: 'r1', groupId: 'g1', callType: 'video' };

/** A page with fake browser objects and a core that answers as `answer` says. */
function makePage(t, answer) {
  const page = { bridges: [], configs: [], sockets: [], connections: [], channels: [], devices: new FakeMediaDevices() };
  page.navigator = { mediaDevices: page.devices };
  globalThis.fakeModule.makeBridge = (config) => {
    const bridge = new FakeBridge(answer);
    page.configs.push(JSON.parse(config));
    page.bridges.push(bridge);
    return bridge;
  };
  const made = (list, Class) =>
    class extends Class {
      constructor(...given) {
        super(...given);
        list.push(this);
      }
    };
  const globals = {
    WebSocket: made(page.sockets, FakeWebSocket),
    RTCPeerConnection: made(page.connections, FakePeerConnection),
    MediaStream: FakeMediaStream,
    BroadcastChannel: made(page.channels, FakeBroadcastChannel),
    window: new FakePage(),
    navigator: page.navigator,
    fetch: async () => new Response(emptyWasm, { headers: { 'Content-Type': 'application/wasm' } }),
  };
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
  }
  return page;
}

const resolveRequest = ({ request }) => ({ commands: request ? [{ type: 'call.resolve', request }] : [] });

async function makeCall(t, answer = resolveRequest, more = {}) {
  const page = makePage(t, answer);
  const call = await createGroupCall({ ...options, ...more });
  t.after(() => call.dispose());
  return { page, call, bridge: page.bridges[0], config: page.configs[0] };
}

test('servers that the browser refuses are told at once, and no connection is left of the trial', async (t) => {
  const page = makePage(t, resolveRequest);
  const fine = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends fine {
    constructor(configuration) {
      super(configuration);
      if (configuration.iceServers.some(({ username }) => !username)) {
        throw new DOMException('Both username and credential are required.', 'InvalidAccessError');
      }
    }
  };
  const withServers = (iceServers) => createGroupCall({ ...options, iceServers });
  await assert.rejects(withServers([{ urls: 'turn:h' }]), (error) => {
    assert.equal(error.code, 'invalid-argument');
    assert.equal(error.detail, 'iceServers: Both username and credential are required.');
    return true;
  });
  assert.deepEqual(page.bridges, []);
  const call = await withServers([{ urls: 'turn:h', username: 'u', credential: 'c' }]);
  t.after(() => call.dispose());
  assert.equal(page.connections.at(-1).closed, true);
});

test('the core gets the identity, the server and 128 random bits', async (t) => {
  const { config } = await makeCall(t, undefined, {
    signalling: { url: 'https://host', path: '/io/', namespace: '/calls', query: { userId: 'a b', v: 2 }, auth: { token: 't' } },
    joinTimeoutMs: 5_000,
  });
  const { seed, ...rest } = config;
  assert.match(seed, /^[0-9a-f]{32}$/);
  assert.deepEqual(rest, {
    self: { userId: 'alice', userInfo: options.self },
    signalling: { url: 'https://host', path: '/io/', namespace: '/calls', namespace: '/calls', query: 'userId=a+b&v=2', auth: { token: 't' } },
    joinTimeoutMs: 5_000,
    earlyOffers: 3,
  });
});

test('how many people there may be is the core’s to know, 2 to 16', async (t) => {
  for (const maxParticipants of [2, 16]) {
    const { config } = await makeCall(t, undefined, { maxParticipants });
    assert.equal(config.maxParticipants, maxParticipants);
  }
});

test('two calls have different seeds', async (t) => {
  const first = await makeCall(t);
  const second = await makeCall(t);
  assert.notEqual(first.config.seed, second.config.seed);
});

test('nothing is opened before join', async (t) => {
  const { page, call } = await makeCall(t);
  assert.deepEqual([page.sockets, page.connections, page.devices.requests], [[], [], []]);
  assert.equal(call.getSnapshot().phase, 'idle');
});

const withSocket = (more) => ({ ...options, signalling: { socket: new FakeApplicationSocket(), ...more } });
const without = (member) => Object.assign(new FakeApplicationSocket(), { [member]: undefined });

const badOptions = {
  'no options': [undefined, /options/],
  'no self': [{ ...options, self: undefined }, /self/],
  'an empty user id': [{ ...options, self: { userId: '' } }, /self\.userId/],
  'a user id that is an object': [{ ...options, self: { userId: { _id: 'x' } } }, /self\.userId/],
  'a user id of 129 bytes': [{ ...options, self: { userId: '€'.repeat(43) } }, /self\.userId/],
  'no server': [{ ...options, signalling: undefined }, /signalling/],
  'a relative server address': [{ ...options, signalling: { url: '/socket' } }, /signalling\.url/],
  'a server of another protocol': [{ ...options, signalling: { url: 'ftp://host' } }, /signalling\.url/],
  'a path without a slash': [{ ...options, signalling: { url: 'http://h', path: 'io' } }, /signalling\.path/],
  'a namespace without a slash': [{ ...options, signalling: { url: 'http://h', namespace: 'calls' } }, /signalling\.namespace/],
  'neither a server nor a Socket': [{ ...options, signalling: {} }, /url or a socket/],
  'a server and a Socket': [withSocket({ url: 'http://h' }), /not both/],
  'a Socket with a path': [withSocket({ path: '/io/' }), /signalling\.path/],
  'a Socket with an auth': [withSocket({ auth: {} }), /signalling\.auth/],
  'somebody who reconnects and is unknown': [withSocket({ reconnect: 'nobody' }), /signalling\.reconnect/],
  'who reconnects without a Socket': [{ ...options, signalling: { url: 'http://h', reconnect: 'core' } }, /signalling\.reconnect/],
  'a Socket that is an address': [withSocket({ socket: 'http://h' }), /signalling\.socket/],
  'a Socket that is null': [withSocket({ socket: null }), /signalling\.socket/],
  'a WebSocket for a Socket': [withSocket({ socket: new FakeWebSocket('ws://h') }), /signalling\.socket .*on\(\)/],
  'a Socket that cannot listen': [withSocket({ socket: without('on') }), /on\(\) is missing/],
  'a Socket that cannot stop listening': [withSocket({ socket: without('off') }), /off\(\) is missing/],
  'a Socket that cannot emit': [withSocket({ socket: without('emit') }), /emit\(\) is missing/],
  'a Socket that cannot connect': [withSocket({ socket: without('connect') }), /connect\(\) is missing/],
  'a Socket of version 2': [withSocket({ socket: without('active') }), /active is missing/],
  'a Socket that does not tell whether it is connected': [withSocket({ socket: without('connected') }), /connected is missing/],
  'a Socket without a Manager': [withSocket({ socket: without('io') }), /io is missing/],
  'ICE servers that are no list': [{ ...options, iceServers: { urls: 'stun:h' } }, /iceServers/],
  'an ICE transport policy that browsers do not know': [{ ...options, iceTransportPolicy: 'none' }, /iceTransportPolicy/],
  'a room for one': [{ ...options, maxParticipants: 1 }, /maxParticipants/],
  'a room for 17': [{ ...options, maxParticipants: 17 }, /maxParticipants/],
  'a room for two and a half': [{ ...options, maxParticipants: 2.5 }, /maxParticipants/],
  'a join timeout of zero': [{ ...options, joinTimeoutMs: 0 }, /joinTimeoutMs/],
  'a record that is no function': [{ ...options, record: [] }, /record/],
  'an identity that JSON cannot say': [{ ...options, self: { userId: 'a', big: 1n } }, /JSON/],
};
for (const [name, [given, detail]] of Object.entries(badOptions)) {
  test(`createGroupCall refuses ${name}`, async (t) => {
    makePage(t);
    await assert.rejects(createGroupCall(given), (error) => {
      assert.ok(error instanceof GroupCallError);
      assert.equal(error.code, 'invalid-argument');
      assert.match(error.detail, detail);
      return true;
    });
  });
}

test('what the core itself refuses in the config is an invalid argument, and its bridge is freed', async (t) => {
  const page = makePage(t);
  globalThis.fakeModule.makeBridge = () => {
    const bridge = new FakeBridge();
    bridge.refusal = 'too-long: userInfo';
    page.bridges.push(bridge);
    return bridge;
  };
  await assert.rejects(createGroupCall(options), { code: 'invalid-argument', detail: 'too-long: userInfo' });
  assert.equal(page.bridges[0].deleted, true);
});

test('a browser without WebRTC is told apart', async (t) => {
  makePage(t);
  delete globalThis.RTCPeerConnection;
  await assert.rejects(createGroupCall(options), { code: 'unsupported', detail: 'RTCPeerConnection is missing' });
});

test('join passes on what the page wants', async (t) => {
  const { call, bridge } = await makeCall(t);
  await call.join({ ...room, media: { audio: true, video: { width: 640 } } });
  const { request, ...event } = bridge.events[0];
  assert.equal(typeof request, 'number');
  assert.deepEqual(event, { type: 'call.join', ...room, audio: true, video: true, videoConstraints: '{"width":640}' });
});

const wishes = {
  'a video call has sound and a picture': [{}, { audio: true, video: true }],
  'a voice call has sound only': [{ callType: 'voice' }, { audio: true, video: false }],
  'false is without': [{ media: { audio: false, video: false } }, { audio: false, video: false }],
  'a device can start off and keep its constraints': [
    { media: { audio: { deviceId: 'm' }, video: { width: 1 } }, start: { microphone: false, camera: false } },
    { audio: false, video: false, audioConstraints: '{"deviceId":"m"}', videoConstraints: '{"width":1}' },
  ],
};
for (const [name, [given, expected]] of Object.entries(wishes)) {
  test(`join: ${name}`, async (t) => {
    const { call, bridge } = await makeCall(t);
    await call.join({ ...room, ...given });
    const { request, type, roomId, groupId, callType, ...wish } = bridge.events[0];
    assert.deepEqual(wish, expected);
  });
}

const badJoins = {
  'no options': [undefined, /options/],
  'no room': [{ ...room, roomId: undefined }, /roomId/],
  'a room of 129 bytes': [{ ...room, roomId: 'x'.repeat(129) }, /roomId/],
  'an empty group': [{ ...room, groupId: '' }, /groupId/],
  'another type of call': [{ ...room, callType: 'audio' }, /callType/],
  'media that is no object': [{ ...room, media: true }, /media/],
  'constraints that are none': [{ ...room, media: { video: 'hd' } }, /media\.video/],
  'null for constraints': [{ ...room, media: { audio: null } }, /media\.audio/],
};
for (const [name, [given, detail]] of Object.entries(badJoins)) {
  test(`join refuses ${name}, as a rejection, and the core hears nothing`, async (t) => {
    const { call, bridge } = await makeCall(t);
    await assert.rejects(call.join(given), (error) => {
      assert.equal(error.code, 'invalid-argument');
      assert.match(error.detail, detail);
      return true;
    });
    assert.deepEqual(bridge.events, []);
  });
}

test('methods work when detached from the call', async (t) => {
  const { call, bridge } = await makeCall(t);
  const { join, leave, setCamera, setMicrophone, subscribe, getSnapshot } = call;
  await join(room);
  subscribe(() => {})();
  setCamera(false);
  setMicrophone(true);
  await leave();
  assert.equal(getSnapshot(), call.getSnapshot());
  assert.deepEqual(bridge.events.map(({ type }) => type), ['call.join', 'call.setCamera', 'call.setMicrophone', 'call.leave']);
});

test('connect, disconnect, take over and decline are told to the core', async (t) => {
  const { call, bridge } = await makeCall(t);
  const { connect, disconnect, takeOver, declineInvitation } = call;
  connect();
  takeOver();
  declineInvitation('r1');
  disconnect();
  assert.deepEqual(bridge.events, [
    { type: 'call.listen', on: true },
    { type: 'call.takeOver' },
    { type: 'call.decline', roomId: 'r1' },
    { type: 'call.listen', on: false },
  ]);
  assert.throws(() => declineInvitation({ roomId: 'r1' }), { code: 'invalid-argument', detail: /roomId/ });
  assert.throws(() => declineInvitation(''), { code: 'invalid-argument' });
});

test('a call on a Socket tells the core so, what the Socket is now, and opens none', async (t) => {
  const socket = new FakeApplicationSocket();
  const { page, bridge, config } = await makeCall(t, undefined, { signalling: { socket } });
  assert.deepEqual(config.signalling, { application: true });
  assert.deepEqual(bridge.events, [{ type: 'application.state', socket: 1, connected: false, active: true }]);
  socket.open();
  assert.deepEqual(bridge.events[1], { type: 'application.state', socket: 1, connected: true, active: true });
  assert.deepEqual([page.sockets, socket.connects], [[], 0]);
});

test('who reconnects a Socket is told to the core', async (t) => {
  const socket = new FakeApplicationSocket();
  const { config } = await makeCall(t, undefined, { signalling: { socket, reconnect: 'application' } });
  assert.deepEqual(config.signalling, { application: true, reconnect: 'application' });
});

test('what the core asks of the Socket reaches it, inside the event that it answers', async (t) => {
  const socket = new FakeApplicationSocket();
  const emit = { type: 'application.emit', socket: 1, text: '["groupcall:leave",{"roomId":"r1"}]' };
  await makeCall(t, ({ type }) => ({ commands: type === 'host.pageClosing' ? [emit] : [] }), { signalling: { socket } });
  socket.open();
  globalThis.window.dispatchEvent(new Event('pagehide'));
  assert.deepEqual(socket.sent, [['groupcall:leave', { roomId: 'r1' }]]);
});

test('setSocket exchanges the Socket, and refuses what is none', async (t) => {
  const first = new FakeApplicationSocket();
  const second = new FakeApplicationSocket();
  const { call, bridge } = await makeCall(t, undefined, { signalling: { socket: first } });
  const { setSocket } = call;
  setSocket(second);
  assert.deepEqual(bridge.events.map(({ socket }) => socket), [1, 2]);
  assert.equal(first.listening.size, 0);
  for (const nothing of [undefined, null, 'http://h', new FakeWebSocket('ws://h')]) {
    assert.throws(() => setSocket(nothing), { code: 'invalid-argument', detail: /^socket must be a Socket/ });
  }
  call.dispose();
  setSocket(first);
  assert.deepEqual([first.listening.size, second.listening.size], [0, 0]);
});

test('setSocket is for calls that were made with a Socket', async (t) => {
  const { call } = await makeCall(t);
  assert.throws(() => call.setSocket(new FakeApplicationSocket()), { code: 'invalid-argument', detail: /signalling\.socket/ });
});

test('the other tabs are heard and told, until dispose', async (t) => {
  const post = { type: 'tabs.post', text: '{"type":"tells"}' };
  const { page, call, bridge } = await makeCall(t, ({ type }) => ({ commands: type === 'tabs.message' ? [post] : [] }));
  const [channel] = page.channels;
  channel.receive('{"type":"asks"}');
  assert.deepEqual(bridge.events, [{ type: 'tabs.message', text: '{"type":"asks"}' }]);
  assert.deepEqual(channel.posted, ['{"type":"tells"}']);
  call.dispose();
  assert.equal(channel.closed, true);
});

test('a browser without BroadcastChannel can make calls', async (t) => {
  makePage(t);
  delete globalThis.BroadcastChannel;
  const call = await createGroupCall(options);
  call.dispose();
});

/** A call in which each `host.online` brings the next of these lists of invitations. */
async function makeRinging(t, ...lists) {
  const made = await makeCall(t, ({ type }) => ({
    commands: [],
    ...(type === 'host.online' && { patch: { invitations: lists.shift().map((roomId) => invitationView(roomId)) } }),
  }));
  return { ...made, ring: () => globalThis.window.dispatchEvent(new Event('online')) };
}

test('each invitation is told once when it appears, and again only after it was gone', async (t) => {
  const { call, ring } = await makeRinging(t, ['r1'], ['r1', 'r2', 'r3'], ['r3'], ['r3', 'r1']);
  const told = [];
  call.on('invitation', (invitation) => {
    assert.ok(call.getSnapshot().invitations.includes(invitation));
    told.push(invitation.roomId);
  });
  for (let times = 0; times < 4; times += 1) ring();
  assert.deepEqual(told, ['r1', 'r2', 'r3', 'r1']);
});

test('what rings before somebody listens stands in the snapshot and is not told', async (t) => {
  const { call, ring } = await makeRinging(t, ['r1'], ['r1', 'r2']);
  ring();
  const told = [];
  call.on('invitation', ({ roomId }) => told.push(roomId));
  ring();
  assert.deepEqual(told, ['r2']);
});

test('a listener of invitations that stops is told no more, even of those that came along', async (t) => {
  const { call, ring } = await makeRinging(t, ['r1', 'r2'], ['r1', 'r2', 'r3']);
  const told = { stopping: [], other: [] };
  const stop = call.on('invitation', ({ roomId }) => {
    told.stopping.push(roomId);
    stop();
  });
  call.on('invitation', ({ roomId }) => told.other.push(roomId));
  ring();
  ring();
  assert.deepEqual(told, { stopping: ['r1'], other: ['r1', 'r2', 'r3'] });
});

test('a listener of invitations that throws stops neither the others, nor the next one, nor the call', async (t) => {
  const thrown = [];
  t.mock.method(globalThis, 'queueMicrotask', (callback) => {
    try { callback(); } catch (error) { thrown.push(error.message); }
  });
  const { call, bridge, ring } = await makeRinging(t, ['r1', 'r2'], ['r3']);
  const told = [];
  call.on('invitation', () => { throw new Error('mistake of the page'); });
  call.on('invitation', ({ roomId }) => told.push(roomId));
  ring();
  ring();
  assert.deepEqual(told, ['r1', 'r2', 'r3']);
  assert.deepEqual(thrown, Array(3).fill('mistake of the page'));
  assert.equal(bridge.events.length, 2);
});

test('an invitation may be declined or joined from within its listener', async (t) => {
  const { call, bridge, ring } = await makeRinging(t, ['r1'], []);
  call.on('invitation', ({ roomId }) => call.declineInvitation(roomId));
  ring();
  assert.deepEqual(bridge.events[1], { type: 'call.decline', roomId: 'r1' });
});

test('there are events to listen to, and they take functions', async (t) => {
  const { call } = await makeCall(t);
  assert.throws(() => call.on('ring', () => {}), { code: 'invalid-argument', detail: /"ring"/ });
  assert.throws(() => call.on(Symbol('invitation'), () => {}), { code: 'invalid-argument' });
  assert.throws(() => call.on('invitation'), { code: 'invalid-argument', detail: /function/ });
});

test('a screen share is told to the core as little as it takes, within the call', async (t) => {
  const { call, bridge } = await makeCall(t);
  const { setScreenShare } = call;
  setScreenShare(true);
  assert.equal(bridge.events.length, 1, 'at once, or the click would be over');
  setScreenShare(true, { audio: true, contentHint: 'motion', video: { frameRate: 30 } });
  setScreenShare(false);
  assert.deepEqual(bridge.events, [
    { type: 'call.setScreenShare', on: true },
    { type: 'call.setScreenShare', on: true, audio: true, motion: true, constraints: '{"frameRate":30}' },
    { type: 'call.setScreenShare', on: false },
  ]);
});

for (const [name, given, detail] of [
  ['no boolean', [new Event('click')], /on must be/],
  ['no options', [true, null], /options of setScreenShare/],
  ['sound as constraints', [true, { audio: {} }], /audio/],
  ['an unknown hint', [true, { contentHint: 'text' }], /contentHint/],
  ['a picture that is no constraints', [true, { video: true }], /video/],
]) {
  test(`a screen share with ${name} is refused`, async (t) => {
    const { call, bridge } = await makeCall(t);
    assert.throws(() => call.setScreenShare(...given), { code: 'invalid-argument', detail });
    assert.deepEqual(bridge.events, []);
  });
}

test('a click event is no boolean', async (t) => {
  const { call, bridge } = await makeCall(t);
  assert.throws(() => call.setCamera(new Event('click')), { code: 'invalid-argument' });
  assert.throws(() => call.setMicrophone(undefined), { code: 'invalid-argument' });
  assert.throws(() => call.subscribe('listener'), { code: 'invalid-argument' });
  assert.deepEqual(bridge.events, []);
});

test('after dispose join rejects, and everything else does nothing', async (t) => {
  const { page, call, bridge } = await makeCall(t);
  call.dispose();
  await assert.rejects(call.join(room), { code: 'disposed' });
  await call.leave();
  call.setCamera(true);
  call.setMicrophone(true);
  call.setScreenShare(true);
  call.connect();
  call.disconnect();
  call.takeOver();
  call.declineInvitation('r1');
  call.dispose();
  globalThis.window.dispatchEvent(new Event('online'));
  assert.deepEqual(bridge.events.map(({ type }) => type), ['call.dispose']);
  assert.equal(bridge.deleted, true);
  assert.deepEqual(page.sockets, []);
});

test('a leave that a dispose overtakes has left', async (t) => {
  const { call } = await makeCall(t, () => ({ commands: [] }));
  const leave = call.leave();
  call.dispose();
  await leave;
});

test('devices that open after dispose are released at once', async (t) => {
  const acquire = { type: 'media.acquire', op: 1, microphone: true, camera: true };
  const { page, call } = await makeCall(t, ({ type }) => ({ commands: type === 'call.join' ? [acquire] : [] }));
  const join = call.join(room);
  const rejected = assert.rejects(join, { code: 'disposed' });
  await settled();
  call.dispose();
  const tracks = [new FakeTrack('audio'), new FakeTrack('video')];
  page.devices.requests[0].resolve(new FakeMediaStream(tracks));
  await settled();
  assert.deepEqual(tracks.map(({ stopped }) => stopped), [true, true]);
  await rejected;
});

test('a whole round: what ports report becomes what the snapshot shows', async (t) => {
  const answers = {
    'call.join': [{ type: 'socket.open', socket: 1, url: 'ws://localhost/' }],
    'socket.opened': [{ type: 'media.acquire', op: 1, microphone: true, camera: true }],
  };
  const { page, call } = await makeCall(t, ({ type, request, microphone, camera }) => {
    if (type === 'media.acquired') {
      return {
        commands: [
          { type: 'pc.create', peer: 'bob', connection: 1, slots: [{ kind: 'audio', stream: 'camera' }, { kind: 'video', stream: 'camera' }], channel: false },
          { type: 'pc.attachTrack', peer: 'bob', connection: 1, op: 2, slot: 1, track: camera.track },
        ],
        patch: {
          self: selfView({ microphone: on, camera: on, microphoneTrack: microphone.track, cameraTrack: camera.track }),
          participants: [participantView('bob')],
          order: ['bob'],
        },
      };
    }
    return { commands: [...(answers[type] ?? []), ...(request ? [{ type: 'call.resolve', request }] : [])] };
  });
  await call.join(room);
  page.sockets[0].open();
  const tracks = [new FakeTrack('audio'), new FakeTrack('video')];
  page.devices.requests[0].resolve(new FakeMediaStream(tracks));
  await settled();
  const { self, participants: [bob] } = call.getSnapshot();
  assert.deepEqual(self.streams.microphone.getTracks(), [tracks[0]]);
  assert.deepEqual(self.streams.camera.getTracks(), [tracks[1]]);
  const [pc] = page.connections;
  assert.equal(pc.getTransceivers()[1].sender.replacements[0].track, tracks[1]);
  assert.deepEqual(bob.streams.camera.getTracks(), [pc.getTransceivers()[1].receiver.track]);
  assert.equal(bob.streams.screen, null);
  assert.deepEqual(bob.screen, off);
});

test('the record begins with build and config, and one that throws does not disturb the call', async (t) => {
  const lines = [];
  const thrown = [];
  t.mock.method(globalThis, 'queueMicrotask', (callback) => {
    try { callback(); } catch (error) { thrown.push(error.message); }
  });
  const { call, config } = await makeCall(t, resolveRequest, {
    record: (line) => {
      lines.push(JSON.parse(line));
      throw new Error('disk full');
    },
  });
  await call.join(room);
  assert.deepEqual(lines[0], { groupcall: 'record', version: 1, build: 'unbuilt', config });
  const [now, event, reaction] = lines[1];
  assert.ok(Number.isSafeInteger(now));
  assert.equal(event.type, 'call.join');
  assert.deepEqual(reaction.commands, [{ type: 'call.resolve', request: 1 }]);
  assert.deepEqual(thrown, ['disk full', 'disk full']);
});

test('the record is kept without being asked for, and can be had after the end', async (t) => {
  const { call, config } = await makeCall(t, resolveRequest);
  await call.join(room);
  call.dispose();
  const blob = await call.exportRecord({ redact: false });
  assert.equal(blob.type, 'application/gzip');
  const [header, ...events] = gunzipSync(Buffer.from(await blob.arrayBuffer())).toString().trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(header.config, config);
  assert.deepEqual(events.map(([, { type }, hash]) => [type, hash]), [['call.join', 'hash 1'], ['call.dispose', 'hash 2']]);
});

for (const redact of [null, 0, '', 'false']) {
  test(`whether a record is redacted is true or false, and not ${JSON.stringify(redact)}`, async (t) => {
    const { call } = await makeCall(t);
    await assert.rejects(call.exportRecord({ redact }), { code: 'invalid-argument', detail: 'redact must be true or false' });
  });
}

test('a record that becomes another call when it is redacted is refused in words', async (t) => {
  const byName = ({ type, roomId }) => (type === 'call.join' ? { commands: [{ type: 'call.resolve', request: 1 }], ...(roomId !== 'r1' && { commands: [] }) } : { commands: [] });
  const { call } = await makeCall(t, byName);
  await call.join(room);
  await assert.rejects(call.exportRecord(), (error) => {
    assert.ok(error instanceof GroupCallError, String(error.stack));
    assert.equal(error.code, 'record-not-redactable');
    assert.match(error.detail, /event 1, call\.join: nothing instead of call\.resolve/);
    return true;
  });
});

// ---- joining while the module loads --------------------------------------------------------

/** A page whose wasm does not come before `load()`. */
function makeSlowPage(t, answer) {
  const page = makePage(t, answer);
  let answerWith;
  globalThis.fetch = () => new Promise((resolve) => (answerWith = resolve));
  page.load = () => answerWith(new Response(emptyWasm, { headers: { 'Content-Type': 'application/wasm' } }));
  page.loadFails = () => answerWith(new Response('', { status: 404 }));
  return page;
}

const SOCKET_URL = 'ws://localhost:8080/socket.io/?userId=alice&EIO=4&transport=websocket';
const constraints = { width: 640 };
const joinAtOnce = { ...room, media: { audio: true, video: constraints } };
/** What the core says first, to the letter (tests/e2e holds the real one to it). */
const firstCommands = (url = SOCKET_URL) => [
  { type: 'media.acquire', op: 1, microphone: true, camera: true, videoConstraints: JSON.stringify(constraints) },
  { type: 'socket.open', socket: 1, url },
];
/** What the port asks for where the page says only `true`. */
const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const wasmAt = (name) => ({ wasmUrl: `http://localhost/${name}.wasm` });

test('with `join`, devices and socket open while the module loads, once; what they told meanwhile comes after the join', async (t) => {
  const page = makeSlowPage(t, ({ type }) => ({ commands: type === 'call.join' ? firstCommands() : [] }));
  const making = createGroupCall({ ...options, ...wasmAt('slow'), join: joinAtOnce });
  assert.deepEqual(page.sockets.map(({ url }) => url), [SOCKET_URL]);
  assert.deepEqual(JSON.parse(JSON.stringify(page.devices.requests.map((one) => one.constraints))), [{ audio: sound, video: constraints }]);
  page.sockets[0].open();
  page.sockets[0].receive('0{}');
  assert.equal(page.bridges.length, 0, 'there is no core yet');
  page.load();
  const call = await making;
  assert.deepEqual(page.bridges[0].events.map(({ type }) => type), ['call.join', 'socket.opened', 'socket.frame']);
  assert.equal(page.sockets.length, 1);
  assert.equal(page.devices.requests.length, 1);
  call.dispose();
});

test('what the core wants otherwise takes the place of what was opened ahead', async (t) => {
  const page = makeSlowPage(t, ({ type }) => ({ commands: type === 'call.join' ? firstCommands('ws://elsewhere') : [] }));
  const making = createGroupCall({ ...options, ...wasmAt('otherwise'), join: joinAtOnce });
  page.load();
  const call = await making;
  assert.deepEqual(page.sockets.map(({ url, closed }) => [url, closed]), [[SOCKET_URL, true], ['ws://elsewhere', false]]);
  call.dispose();
});

test('a module that does not come leaves nothing open', async (t) => {
  const page = makeSlowPage(t);
  const making = createGroupCall({ ...options, ...wasmAt('missing'), join: joinAtOnce });
  page.loadFails();
  await assert.rejects(making, { code: 'module-load-failed' });
  assert.equal(page.sockets[0].closed, true);
  const late = new FakeTrack('video');
  page.devices.requests[0].resolve(new FakeMediaStream([late]));
  await settled();
  assert.equal(late.stopped, true, 'a camera that opens after all is stopped at once');
});

test('taken back while the module loads: devices and socket close at once, and no core is made of the late module', async (t) => {
  const page = makeSlowPage(t);
  const abort = new AbortController();
  const making = createGroupCall({ ...options, ...wasmAt('taken-back'), join: joinAtOnce }, abort.signal);
  const open = new FakeTrack('audio');
  page.devices.requests[0].resolve(new FakeMediaStream([open]));
  await settled();
  assert.equal(open.stopped, false);
  abort.abort();
  await assert.rejects(making, (error) => error instanceof GroupCallError && error.code === 'aborted');
  assert.equal(open.stopped, true);
  assert.equal(page.sockets[0].closed, true);
  page.load();
  await settled();
  assert.equal(page.bridges.length, 0);
});

test('taken back before it was begun, nothing is opened; once the call is made, nothing is changed by it', async (t) => {
  const page = makeSlowPage(t, resolveRequest);
  await assert.rejects(createGroupCall({ ...options, join: joinAtOnce }, AbortSignal.abort()), { code: 'aborted' });
  assert.deepEqual([page.sockets, page.devices.requests], [[], []]);
  const abort = new AbortController();
  const making = createGroupCall({ ...options, ...wasmAt('made') }, abort.signal);
  page.load();
  const call = await making;
  t.after(() => call.dispose());
  abort.abort();
  await settled();
  await call.join(room);
  assert.equal(page.bridges[0].deleted, false);
});

test('with the application\'s Socket only the devices open ahead, and a join with bad options opens nothing', async (t) => {
  const page = makeSlowPage(t);
  const making = createGroupCall({ ...withSocket(), ...wasmAt('socket'), join: joinAtOnce });
  assert.equal(page.sockets.length, 0);
  assert.equal(page.devices.requests.length, 1);
  page.load();
  (await making).dispose();
  await assert.rejects(createGroupCall({ ...options, join: { ...room, roomId: '' } }), { code: 'invalid-argument' });
  assert.equal(page.sockets.length, 0);
});

// ---- messages ----

const sends = ({ type, request }) =>
  type === 'call.send' ? { commands: [{ type: 'call.sent', request, id: '3k9', unreached: [] }] } : resolveRequest({ request });

test('a message goes to the core, to all or to one', async (t) => {
  const { call, bridge } = await makeCall(t, sends);
  assert.deepEqual(await call.send({ text: 'Hello' }), { ok: true, id: '3k9', unreached: [] });
  await call.send({ text: '', to: 'ben' });
  assert.deepEqual(
    bridge.events.filter(({ type }) => type === 'call.send').map(({ request, ...rest }) => rest),
    [{ type: 'call.send', text: 'Hello' }, { type: 'call.send', text: '', to: 'ben' }],
  );
});

for (const code of ['message-too-large', 'not-in-call', 'nobody-there', 'outbox-full']) {
  test(`a message that is refused with ${code} resolves with the error in words`, async (t) => {
    const { call } = await makeCall(t, ({ type, request }) => ({
      commands: type === 'call.send' ? [{ type: 'call.reject', request, error: { code, detail: 'd' } }] : [],
    }));
    const { ok, error } = await call.send({ text: 'x' });
    assert.equal(ok, false);
    assert.deepEqual([error.code, error.detail], [code, 'd']);
    assert.ok(error.message.length > 10 && error.remedy.length > 10);
    assert.ok(!(error instanceof Error), 'plain, as in a snapshot');
  });
}

test('how somebody is shown goes to the core in whole pixels', async (t) => {
  const { call, bridge } = await makeCall(t);
  call.setView('ben', { width: 639.6, height: 360, speaker: true });
  call.setView('ben', { width: 640, height: 360, visible: false, screen: false });
  call.setView('ben', { width: 1e9, height: 0 });
  assert.deepEqual(
    bridge.events.filter(({ type }) => type === 'call.setView').map(({ peer, view }) => [peer, view]),
    [
      ['ben', { width: 640, height: 360, speaker: true }],
      ['ben', { screenHidden: true }],
      ['ben', { width: 16_384, height: 0 }],
    ],
  );
  for (const view of [undefined, {}, { width: -1, height: 1 }, { width: NaN, height: 1 }, { width: '1', height: 1 }]) {
    assert.throws(() => call.setView('ben', view), { code: 'invalid-argument' });
  }
  assert.throws(() => call.setView('', { width: 1, height: 1 }), { code: 'invalid-argument' });
});

test('what is no message is the page\'s mistake', async (t) => {
  const { call } = await makeCall(t, ({ type }) => (type === 'call.send' ? { refused: 'too-long: text' } : { commands: [] }));
  await assert.rejects(call.send({ text: 7 }), { code: 'invalid-argument', detail: /text/ });
  await assert.rejects(call.send({ text: 'x', to: '' }), { code: 'invalid-argument', detail: /to/ });
  await assert.rejects(call.send({ text: 'x' }), { code: 'invalid-argument', detail: 'too-long: text' });
});

test('after dispose a message has nowhere to go, and says so', async (t) => {
  const { call } = await makeCall(t);
  call.dispose();
  const { ok, error } = await call.send({ text: 'x' });
  assert.deepEqual([ok, error.code], [false, 'disposed']);
});

test('listeners get each message, frozen and without the command around it, until they stop', async (t) => {
  const message = { type: 'call.message', from: 'ben', id: '3k9', toAll: true, text: 'Hello' };
  const { call } = await makeCall(t, ({ type }) => ({
    commands: type === 'call.setCamera' ? [message, { type: 'call.drained' }] : [],
  }));
  const told = [];
  let drained = 0;
  const stop = call.on('message', (one) => told.push(one));
  call.on('message', () => { throw new Error('mistake of the page'); });
  call.on('messagesDrained', () => (drained += 1));
  const uncaught = [];
  t.mock.method(globalThis, 'queueMicrotask', (callback) => {
    try { callback(); } catch (error) { uncaught.push(error.message); }
  });
  call.setCamera(true);
  stop();
  call.setCamera(true);
  await settled();
  assert.deepEqual(told, [{ from: 'ben', id: '3k9', toAll: true, text: 'Hello' }]);
  assert.ok(Object.isFrozen(told[0]));
  assert.equal(drained, 2);
  assert.deepEqual(uncaught, ['mistake of the page', 'mistake of the page']);
});

// ---- devices ----

test('a device that is chosen is told to the core, and kept for the next time with its label', async (t) => {
  const kept = [];
  const deviceMemory = { remember: (...choice) => kept.push(choice), find: async () => ({ camera: 'c2' }) };
  const devices = [{ kind: 'camera', deviceId: 'c2', label: 'Back' }];
  const tell = ({ type }) => ({ commands: [], ...(type === 'call.listen' && { patch: { devices } }) });
  const { call, bridge } = await makeCall(t, tell, { deviceMemory });
  call.connect();
  assert.deepEqual(call.getSnapshot().devices, devices);
  call.setDevice('camera', 'c2');
  call.setDevice('microphone', 'm9');
  assert.deepEqual(bridge.events.slice(1), [
    { type: 'call.setDevice', device: 'camera', deviceId: 'c2' },
    { type: 'call.setDevice', device: 'microphone', deviceId: 'm9' },
  ]);
  assert.deepEqual(kept, [['camera', 'c2', 'Back'], ['microphone', 'm9', '']]);
});

test('setDevice refuses other kinds, and no id', async (t) => {
  const { call, bridge } = await makeCall(t);
  for (const given of [['speaker', 's1'], ['screen', 's1'], ['camera', ''], ['camera'], ['camera', 5], []]) {
    assert.throws(() => call.setDevice(...given), { code: 'invalid-argument' }, String(given));
  }
  assert.deepEqual(bridge.events, []);
});

test('what turning off does goes to the core where it is not the usual', async (t) => {
  const { config } = await makeCall(t, undefined, { whenOff: { camera: 'mute', microphone: 'release' } });
  assert.deepEqual([config.keepCamera, config.releaseMicrophone], [true, true]);
  const usual = await makeCall(t, undefined, { whenOff: { camera: 'release', microphone: 'mute' } });
  assert.deepEqual(['keepCamera', 'releaseMicrophone'].filter((name) => name in usual.config), []);
  for (const whenOff of [null, 'mute', { camera: true }, { microphone: 'stop' }]) {
    await assert.rejects(makeCall(t, undefined, { whenOff }), { code: 'invalid-argument' }, JSON.stringify(whenOff));
  }
});

test('what changes among the devices of the machine is told to the core', async (t) => {
  const { page, bridge, call } = await makeCall(t);
  page.devices.change([{ kind: 'videoinput', deviceId: 'c', label: 'C' }]);
  await settled();
  assert.deepEqual(bridge.events.map(({ type, devices }) => [type, devices]), [['media.devices', [{ kind: 'camera', deviceId: 'c', label: 'C' }]]]);
  call.dispose();
  page.devices.change([]);
  await settled();
  assert.equal(bridge.events.at(-1).type, 'call.dispose');
});
