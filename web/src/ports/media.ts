/** Executes `media.*`: this page's microphone, camera and screen, each track known by its id. */

import type { DeviceMemory, DeviceOpener, InputKind } from '../options.js';
import type { CoreCommand, CoreEvent } from '../protocol.js';
import type { DeviceWatch } from './device-watch.js';
import { bounded, describeFailure, type Port, type Report } from './port.js';

export type MediaCommand = Extract<CoreCommand, { type: `media.${string}` }>;
type AcquireCommand = Extract<MediaCommand, { type: 'media.acquire' }>;
type AcquireScreenCommand = Extract<MediaCommand, { type: 'media.acquireScreen' }>;
type AcquiredTrack = NonNullable<Extract<CoreEvent, { type: 'media.acquired' }>['microphone']>;

interface LocalTrack {
  readonly track: MediaStreamTrack;
  readonly stream: MediaStream;
  readonly listening: AbortController;
}

type Preferred = { readonly [Kind in InputKind]?: string };

/** What the port works with beside the browser. */
export interface MediaExtras {
  readonly watch?: Pick<DeviceWatch, 'look' | 'close'>;
  readonly memory?: Pick<DeviceMemory, 'find'> | undefined;
  /** Takes the place of getUserMedia. */
  readonly open?: DeviceOpener | undefined;
  /** Whether the headers of this page, or of the one around it, allow a kind of device. */
  readonly allows?: (kind: InputKind) => boolean;
}

/** Where the application does not say otherwise. */
const DEFAULTS = {
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

const kindOf = ({ kind }: MediaStreamTrack): InputKind => (kind === 'audio' ? 'microphone' : 'camera');

/** Constraints of one kind as getUserMedia takes them; `text`: what the application gave, as JSON. */
function constraintsOf(kind: InputKind, text: string | undefined, { device, anyDevice }: AcquireCommand, preferred: Preferred): MediaTrackConstraints {
  const { deviceId = preferred[kind], groupId, ...given } = (text ? JSON.parse(text) : {}) as MediaTrackConstraints;
  // A size is the application's or ours, never half of each.
  const isSized = given.width !== undefined || given.height !== undefined;
  return {
    ...(!isSized && DEFAULTS[kind]),
    ...given,
    // What is undefined is none to the browser.
    ...(device ? { deviceId: { exact: device } } : !anyDevice && ({ deviceId, groupId } as MediaTrackConstraints)),
  };
}

export class MediaPort implements Port<MediaCommand> {
  readonly #report: Report;
  readonly #devices: () => MediaDevices | undefined;
  readonly #extras: MediaExtras;
  readonly #tracks = new Map<string, LocalTrack>();
  #closed = false;

  /** @param devices `navigator.mediaDevices`, which an insecure page does not have. */
  constructor(report: Report, devices: () => MediaDevices | undefined, extras: MediaExtras = {}) {
    this.#report = report;
    this.#devices = devices;
    this.#extras = extras;
  }

  execute(command: MediaCommand): void {
    switch (command.type) {
      case 'media.acquire':
        void this.#acquire(command);
        return;
      case 'media.acquireScreen':
        void this.#acquireScreen(command);
        return;
      case 'media.enable': {
        const local = this.#tracks.get(command.track);
        if (local) local.track.enabled = command.enabled;
        return;
      }
      case 'media.stop':
        return this.#stop(command.track);
      default:
        command satisfies never;
    }
  }

  close(): void {
    this.#closed = true;
    this.#extras.watch?.close();
    for (const id of [...this.#tracks.keys()]) this.#stop(id);
  }

  /** The live track of that id. */
  track(id: string): MediaStreamTrack | null {
    return this.#tracks.get(id)?.track ?? null;
  }

  /** A stream of that track alone, for a preview. */
  stream(id: string): MediaStream | null {
    return this.#tracks.get(id)?.stream ?? null;
  }

  async #acquire(command: AcquireCommand): Promise<void> {
    const { op, microphone, camera, audioConstraints, videoConstraints } = command;
    const { memory, open, watch } = this.#extras;
    let tracks: MediaStreamTrack[];
    try {
      const devices = this.#devices();
      if (!devices) throw new DOMException('This page is not a secure context.', 'SecurityError');
      const preferred = memory ? await memory.find(devices) : {};
      const constraints = {
        audio: microphone && constraintsOf('microphone', audioConstraints, command, preferred),
        video: camera && constraintsOf('camera', videoConstraints, command, preferred),
      };
      tracks = (await (open ? open(constraints) : devices.getUserMedia(constraints))).getTracks();
    } catch (error) {
      if (!this.#closed) this.#report({ type: 'media.failed', op, ...this.#describe(error, command) });
      return;
    }
    if (this.#closed) {
      for (const track of tracks) track.stop();
      return;
    }
    // An opener of the application's may give more than was asked for.
    const used = new Map(tracks.map((track) => [kindOf(track), track]));
    for (const track of tracks) if (used.get(kindOf(track)) !== track) track.stop();
    const adopted = [...used].map(([kind, track]) => [kind, this.#adopt(track)]);
    this.#report({ type: 'media.acquired', op, ...Object.fromEntries(adopted) });
    // Only now have they names to tell.
    void watch?.look();
  }

  #describe(error: unknown, { microphone, camera }: AcquireCommand): { name: string; message: string } {
    const failure = describeFailure(error);
    const { allows } = this.#extras;
    const barred = allows && ((microphone && !allows('microphone')) || (camera && !allows('camera')));
    // The browser's words are those of a person who has said no.
    return failure.name === 'NotAllowedError' && barred ? { ...failure, message: 'Permission denied by policy' } : failure;
  }

  /** Asks before anything is awaited: it must be within the handler of a click or a key. */
  async #acquireScreen({ op, audio, motion = false, constraints }: AcquireScreenCommand): Promise<void> {
    let stream: MediaStream;
    try {
      const devices = this.#devices();
      if (!devices?.getDisplayMedia) throw new DOMException('', 'NotSupportedError');
      stream = await devices.getDisplayMedia({
        video: constraints
          ? (JSON.parse(constraints) as MediaTrackConstraints)
          : { width: { max: 1920 }, height: { max: 1080 }, frameRate: motion ? 30 : 15 },
        // Made for voices: they spoil music.
        audio: audio && { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
    } catch (error) {
      if (!this.#closed) this.#report({ type: 'media.failed', op, ...describeFailure(error) });
      return;
    }
    if (this.#closed) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    const [sound] = stream.getAudioTracks();
    const [picture] = stream.getVideoTracks();
    if (picture) picture.contentHint = motion ? 'motion' : 'detail';
    this.#report({
      type: 'media.acquired',
      op,
      ...(picture && { screen: this.#adopt(picture) }),
      ...(sound && { screenAudio: this.#adopt(sound) }),
    });
  }

  #adopt(track: MediaStreamTrack): AcquiredTrack {
    const listening = new AbortController();
    this.#tracks.set(track.id, { track, stream: new MediaStream([track]), listening });
    // "ended" never follows our own stop(): only the browser, the system or a pulled plug raise it.
    track.addEventListener('ended', () => this.#ended(track.id), { signal: listening.signal });
    const { deviceId } = track.getSettings();
    return {
      track: track.id,
      ...(deviceId && { deviceId: bounded(deviceId) }),
      label: bounded(track.label),
    };
  }

  #ended(id: string): void {
    this.#stop(id);
    this.#report({ type: 'media.trackEnded', track: id });
  }

  #stop(id: string): void {
    const local = this.#tracks.get(id);
    this.#tracks.delete(id);
    local?.listening.abort();
    local?.track.stop();
  }
}
