/** Reports `media.devices`: what this machine has, when that or the permission for it changes. */

import { bounded, type Report } from './port.js';

const KINDS = { audioinput: 'microphone', videoinput: 'camera', audiooutput: 'speaker' } as const;
// core/public/config.h, kDevices.
const MOST = 64;

/** `navigator`, as far as it is used. */
export interface DeviceHost {
  /** Missing on an insecure page. */
  readonly mediaDevices?: MediaDevices | undefined;
  readonly permissions?: Permissions | undefined;
}

export class DeviceWatch {
  readonly #report: Report;
  readonly #host: DeviceHost;
  readonly #listening = new AbortController();
  #permissions: Record<string, PermissionStatus | undefined> = {};
  #told = '';
  #turn = 0;

  constructor(report: Report, host: DeviceHost) {
    this.#report = report;
    this.#host = host;
    const { signal } = this.#listening;
    host.mediaDevices?.addEventListener('devicechange', () => void this.look(), { signal });
    for (const name of ['microphone', 'camera']) {
      // Not every browser knows these two names, or tells.
      host.permissions?.query({ name: name as PermissionName }).then(
        (status) => {
          this.#permissions[name] = status;
          status.addEventListener('change', () => void this.look(), { signal });
          void this.look();
        },
        () => undefined,
      );
    }
    void this.look();
  }

  /** Reports what is there, unless it is what was reported last. */
  async look(): Promise<void> {
    const turn = ++this.#turn;
    const found = await this.#host.mediaDevices?.enumerateDevices().catch(() => undefined);
    // A later look knows better.
    if (!found || turn !== this.#turn || this.#listening.signal.aborted) return;
    const devices = found.slice(0, MOST).map(({ kind, deviceId, label }) => ({
      kind: KINDS[kind],
      deviceId: bounded(deviceId),
      label: bounded(label),
    }));
    const granted = (name: string): boolean => this.#permissions[name]?.state === 'granted';
    const event = {
      type: 'media.devices',
      devices,
      microphoneGranted: granted('microphone'),
      cameraGranted: granted('camera'),
    } as const;
    const text = JSON.stringify(event);
    if (text === this.#told) return;
    this.#told = text;
    this.#report(event);
  }

  close(): void {
    this.#listening.abort();
  }
}
