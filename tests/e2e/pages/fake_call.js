/** A call that is none: its snapshot is what the test says, and it notes what is asked of it. */

const WIDTH = 320;
const HEIGHT = 180;

/** Somebody before a wall, each a little different. */
function drawPerson(context, number) {
  const hue = (number * 47) % 360;
  const wall = context.createLinearGradient(0, 0, WIDTH, HEIGHT);
  wall.addColorStop(0, `hsl(${hue} 28% 82%)`);
  wall.addColorStop(1, `hsl(${hue} 22% 58%)`);
  context.fillStyle = wall;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  const ellipse = (colour, x, y, rx, ry) => {
    context.fillStyle = colour;
    context.beginPath();
    context.ellipse(x, y, rx, ry, 0, 0, 7);
    context.fill();
  };
  ellipse(`hsl(${(hue + 140) % 360} 36% 34%)`, 160, 196, 82, 72);
  ellipse(`hsl(24 34% ${26 + ((number * 13) % 44)}%)`, 160, 82, 36, 46);
  ellipse(`hsl(20 24% ${12 + ((number * 7) % 24)}%)`, 160, 56, 40, 26);
}

function drawSlide(context) {
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = '#0d6e56';
  context.fillRect(24, 24, 150, 14);
  context.fillStyle = '#b9c2c9';
  for (let line = 0; line < 6; line += 1) context.fillRect(24, 56 + line * 18, 250 - ((line * 37) % 90), 7);
}

/** Canvases give a picture only when something is drawn on them. */
const drawings = [];
setInterval(() => drawings.forEach((draw) => draw()), 200);

function makePicture(draw) {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d');
  drawings.push(() => draw(context));
  draw(context);
  return canvas.captureStream();
}

const pictures = new Map();
/** The same stream each time, as a call has it. */
function pictureOf(name, draw) {
  if (!pictures.has(name)) pictures.set(name, makePicture(draw));
  return pictures.get(name);
}

const NAMES = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Katherine Johnson', 'Edsger Dijkstra', 'Barbara Liskov', 'Donald Knuth', 'Radia Perlman', 'Tim Berners-Lee', 'Margaret Hamilton', 'Ken Thompson', 'Frances Allen', 'Dennis Ritchie', 'Hedy Lamarr', 'Linus Torvalds', 'Sophie Wilson'];

export const status = (state, reason = 'none') => ({ state, reason });

/**
 * One person; `camera`, `microphone` and `screen` take a state, or a pair of state and reason.
 */
export function person(number, { camera = 'on', microphone = 'on', screen = 'off', ...rest } = {}) {
  const made = (value) => (Array.isArray(value) ? status(...value) : status(value));
  const userId = `user-${number}`;
  return {
    userId,
    userInfo: { fullname: NAMES[number % NAMES.length] },
    microphone: made(microphone),
    camera: made(camera),
    screen: made(screen),
    streams: {
      camera: made(camera).state === 'on' ? pictureOf(`camera ${number}`, (context) => drawPerson(context, number)) : null,
      microphone: null,
      screen: made(screen).state === 'on' ? pictureOf(`screen ${number}`, drawSlide) : null,
    },
    speaking: false,
    ...rest,
  };
}

export function other(number, { connection = 'connected', connectionReason = 'none', signalling = 'present', quality = 95, qualityCause = 'none', ...rest } = {}) {
  return { ...person(number, rest), connection, connectionReason, signalling, olderClient: false, quality, qualityCause, ...rest.extra };
}

export function self(options = {}) {
  return { ...person(0, options), devices: { microphone: 'mic-1', camera: 'cam-1' }, deviceError: '' };
}

const DEVICES = [
  { kind: 'camera', deviceId: 'cam-1', label: 'Built-in camera' },
  { kind: 'camera', deviceId: 'cam-2', label: 'Camera above the screen' },
  { kind: 'microphone', deviceId: 'mic-1', label: 'Built-in microphone' },
  { kind: 'speaker', deviceId: 'out-1', label: 'Loudspeakers' },
];

const IDLE = {
  phase: 'idle',
  room: null,
  error: null,
  signalling: { state: 'closed', error: null, retryAtMs: null },
  self: self(),
  devices: DEVICES,
  participants: [],
  invitations: [],
  diagnostics: {},
  timings: {},
};

/** In a room with so many others. */
export function inCall(others, changes = {}) {
  return {
    phase: 'joined',
    room: { roomId: 'r', groupId: 'g', callType: 'video', joinedAtMs: performance.now() },
    signalling: { state: 'online', error: null, retryAtMs: null },
    participants: Array.from({ length: others }, (_, index) => other(index + 1)),
    ...changes,
  };
}

export function makeFakeCall() {
  let snapshot = IDLE;
  const listeners = new Set();
  const events = new Map();
  /** What was asked of the call, in order: `['setCamera', false]`. */
  const asked = [];
  const note =
    (name, answer) =>
    (...values) => {
      asked.push([name, ...values]);
      return answer?.(...values);
    };
  const change = (changes) => {
    snapshot = { ...snapshot, ...changes };
    for (const listener of [...listeners]) listener();
  };
  const device = (name) => (on) => change({ self: { ...snapshot.self, [name]: on ? status('on') : status('off', 'self-off') } });
  return {
    asked,
    change,
    /** Replaces one of the others. */
    changeOther: (userId, changes) => change({ participants: snapshot.participants.map((one) => (one.userId === userId ? { ...one, ...changes } : one)) }),
    tell: (event, ...values) => [...(events.get(event) ?? [])].forEach((listener) => listener(...values)),
    call: {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      getSnapshot: () => snapshot,
      on: (event, listener) => {
        events.set(event, (events.get(event) ?? new Set()).add(listener));
        return () => events.get(event).delete(listener);
      },
      join: note('join', async ({ roomId, groupId, callType }) => change({ ...inCall(0), room: { roomId, groupId, callType, joinedAtMs: performance.now() }, error: null })),
      leave: note('leave', async () => change({ phase: 'idle', room: null, participants: [], error: null })),
      dispose: note('dispose'),
      setMicrophone: note('setMicrophone', device('microphone')),
      setCamera: note('setCamera', device('camera')),
      setScreenShare: note('setScreenShare', (on) => device('screen')(on)),
      setDevice: note('setDevice', (kind, deviceId) => change({ self: { ...snapshot.self, devices: { ...snapshot.self.devices, [kind]: deviceId } } })),
      setView: note('setView'),
      send: note('send', async () => ({ ok: true, id: 'm', unreached: [] })),
      connect: note('connect'),
      disconnect: note('disconnect'),
      takeOver: note('takeOver'),
      declineInvitation: note('declineInvitation', (roomId) => change({ invitations: snapshot.invitations.filter((one) => one.roomId !== roomId) })),
      setSocket: note('setSocket'),
    },
  };
}
