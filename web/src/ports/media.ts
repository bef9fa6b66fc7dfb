/** Executes `media.*`: this page's microphone, camera and screen, each track known by its id. */

import type { CoreCommand, CoreEvent } from '../protocol.js';
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

/** Constraints of one kind as getUserMedia takes them. */
function constraintsOf(wanted: boolean, text: string | undefined): boolean | MediaTrackConstraints {
  return wanted && text ? (JSON.parse(text) as MediaTrackConstraints) : wanted;
}

export class MediaPort implements Port<MediaCommand> {
  readonly #report: Report;
  readonly #devices: () => MediaDevices | undefined;
  readonly #tracks = new Map<string, LocalTrack>();
  #closed = false;

  /** @param devices `navigator.mediaDevices`, which an insecure page does not have. */
  constructor(report: Report, devices: () => MediaDevices | undefined) {
    this.#report = report;
    this.#devices = devices;
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

  async #acquire({ op, microphone, camera, audioConstraints, videoConstraints }: AcquireCommand): Promise<void> {
    let stream: MediaStream;
    try {
      const devices = this.#devices();
      if (!devices) throw new DOMException('This page is not a secure context.', 'SecurityError');
      stream = await devices.getUserMedia({
        audio: constraintsOf(microphone, audioConstraints),
        video: constraintsOf(camera, videoConstraints),
      });
    } catch (error) {
      if (!this.#closed) this.#report({ type: 'media.failed', op, ...describeFailure(error) });
      return;
    }
    if (this.#closed) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    const [audio] = stream.getAudioTracks();
    const [video] = stream.getVideoTracks();
    this.#report({
      type: 'media.acquired',
      op,
      ...(audio && { microphone: this.#adopt(audio) }),
      ...(video && { camera: this.#adopt(video) }),
    });
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
