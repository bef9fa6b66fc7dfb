/** Executes `media.*`: this page's microphone and camera, each track known by its id. */

import type { DeviceMemory, InputKind, TrackProcessor, TrackProcessors } from '../options.js';
import type { CoreCommand, CoreEvent } from '../protocol.js';
import type { DeviceWatch } from './device-watch.js';
import { bounded, describeFailure, type Port, type Report } from './port.js';

export type MediaCommand = Extract<CoreCommand, { type: `media.${string}` }>;
type AcquireCommand = Extract<MediaCommand, { type: 'media.acquire' }>;
type AcquiredTrack = NonNullable<Extract<CoreEvent, { type: 'media.acquired' }>['microphone']>;

interface LocalTrack {
  readonly track: MediaStreamTrack;
  /** The device's own, where `track` was made of it; else the same. */
  readonly source: MediaStreamTrack;
  readonly stream: MediaStream;
  readonly listening: AbortController;
}

type Preferred = { readonly [Kind in InputKind]?: string };

/** What the port works with beside the browser. */
export interface MediaExtras {
  readonly watch?: Pick<DeviceWatch, 'look' | 'close'>;
  readonly memory?: Pick<DeviceMemory, 'find'> | undefined;
  readonly processors?: TrackProcessors | undefined;
  /** Whether the headers of this page, or of the one around it, allow a kind of device. */
  readonly allows?: (kind: InputKind) => boolean;
}

/** Where the application does not say otherwise. */
const DEFAULTS = {
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

// A processor may load a model first.
const PROCESSOR_MS = 10_000;

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

/** Runs a processor; what it takes too long for is stopped when it comes. */
async function processed(processor: TrackProcessor, source: MediaStreamTrack): Promise<MediaStreamTrack> {
  // What it throws is no different from what it rejects with.
  const made = Promise.resolve(source).then(processor);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, PROCESSOR_MS, 'it took too long');
  });
  try {
    return await Promise.race([made, limit]);
  } catch (error) {
    made.then((track) => track.stop(), () => undefined);
    throw new DOMException(describeFailure(error).message, 'ProcessorError');
  } finally {
    clearTimeout(timer);
  }
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
      case 'media.enable': {
        const local = this.#tracks.get(command.track);
        if (local) local.track.enabled = local.source.enabled = command.enabled;
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
    const { memory, watch } = this.#extras;
    const opened: MediaStreamTrack[] = [];
    try {
      const devices = this.#devices();
      if (!devices) throw new DOMException('This page is not a secure context.', 'SecurityError');
      const preferred = memory ? await memory.find(devices) : {};
      const stream = await devices.getUserMedia({
        audio: microphone && constraintsOf('microphone', audioConstraints, command, preferred),
        video: camera && constraintsOf('camera', videoConstraints, command, preferred),
      });
      const sources = stream.getTracks();
      opened.push(...sources);
      const adopted: Partial<Record<InputKind, AcquiredTrack>> = {};
      for (const source of sources) {
        const processor = this.#extras.processors?.[kindOf(source)];
        const track = processor ? await processed(processor, source) : source;
        opened.push(track);
        adopted[kindOf(source)] = this.#adopt(track, source);
      }
      if (this.#closed) throw new DOMException('', 'AbortError');
      this.#report({ type: 'media.acquired', op, ...adopted });
      // Only now have they names to tell.
      void watch?.look();
    } catch (error) {
      for (const track of opened) {
        this.#stop(track.id);
        track.stop();
      }
      if (!this.#closed) this.#report({ type: 'media.failed', op, ...this.#describe(error, command) });
    }
  }

  #describe(error: unknown, { microphone, camera }: AcquireCommand): { name: string; message: string } {
    const failure = describeFailure(error);
    const { allows } = this.#extras;
    const barred = allows && ((microphone && !allows('microphone')) || (camera && !allows('camera')));
    // The browser's words are those of a person who has said no.
    return failure.name === 'NotAllowedError' && barred ? { ...failure, message: 'Permission denied by policy' } : failure;
  }

  #adopt(track: MediaStreamTrack, source: MediaStreamTrack): AcquiredTrack {
    const listening = new AbortController();
    const { signal } = listening;
    this.#tracks.set(track.id, { track, source, stream: new MediaStream([track]), listening });
    // "ended" never follows our own stop(): only the browser, the system or a pulled plug raise it.
    for (const one of new Set([track, source])) one.addEventListener('ended', () => this.#ended(track.id), { signal });
    const { deviceId } = source.getSettings();
    return {
      track: track.id,
      ...(deviceId && { deviceId: bounded(deviceId) }),
      label: bounded(source.label),
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
    local?.source.stop();
  }
}
