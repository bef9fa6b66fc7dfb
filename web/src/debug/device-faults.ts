/** Cameras and microphones that cannot be opened, or go away. */

import type { InputKind } from '../options.js';
import { replace } from './replace.js';

/** How a device may fail: a reason that `self.camera.reason` or `self.microphone.reason` of the snapshot then has. */
export type DeviceFailure =
  | 'permission-denied'
  | 'permission-dismissed'
  | 'permission-blocked'
  | 'insecure-context'
  | 'no-device'
  | 'in-use'
  | 'constraint'
  | 'device-error';

/** What a browser rejects with: name and message of the DOMException. Some reasons are told by the message alone. */
const ERRORS: Readonly<Record<DeviceFailure, readonly [name: string, message: string]>> = {
  'permission-denied': ['NotAllowedError', 'Permission denied'],
  'permission-dismissed': ['NotAllowedError', 'Permission dismissed'],
  'permission-blocked': ['NotAllowedError', 'Permission denied by system'],
  'insecure-context': ['SecurityError', 'Only secure origins are allowed'],
  'no-device': ['NotFoundError', 'Requested device not found'],
  'in-use': ['NotReadableError', 'Could not start the source'],
  constraint: ['OverconstrainedError', 'No device satisfies the constraints'],
  'device-error': ['AbortError', 'The device stopped working'],
};

export const DEVICES: readonly InputKind[] = ['microphone', 'camera'];
export const DEVICE_FAILURES = Object.keys(ERRORS) as readonly DeviceFailure[];

export class DeviceFaults {
  readonly #failing = new Map<InputKind, DeviceFailure>();
  readonly #tracks = new Set<MediaStreamTrack>();

  /** Takes the place of `getUserMedia()` of these. @returns how to give it back. */
  install(devices: MediaDevices): () => void {
    const open = devices.getUserMedia.bind(devices);
    return replace(devices, 'getUserMedia', async (constraints?: MediaStreamConstraints) => {
      this.#fail(constraints);
      const stream = await open(constraints);
      for (const known of this.#tracks) if (known.readyState === 'ended') this.#tracks.delete(known);
      for (const track of stream.getTracks()) this.#tracks.add(track);
      return stream;
    });
  }

  /** @param reason undefined: it works again. */
  set(device: InputKind, reason: DeviceFailure | undefined): void {
    if (reason) this.#failing.set(device, reason);
    else this.#failing.delete(device);
  }

  /** Every open one of a kind goes away. */
  end(device: InputKind): void {
    const kind = device === 'microphone' ? 'audio' : 'video';
    const live = [...this.#tracks].filter((track) => track.kind === kind && track.readyState === 'live');
    for (const track of live) {
      track.stop();
      // stop() is the page's own doing, of which the browser does not tell.
      track.dispatchEvent(new Event('ended'));
    }
  }

  #fail({ audio = false, video = false }: MediaStreamConstraints = {}): void {
    const wanted = { microphone: audio, camera: video };
    for (const device of DEVICES) {
      const reason = wanted[device] && this.#failing.get(device);
      if (!reason) continue;
      const [name, message] = ERRORS[reason];
      throw new DOMException(message, name);
    }
  }
}
