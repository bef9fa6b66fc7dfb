/** Which camera and microphone a person has chosen, for the next time. */

import type { Count } from './ports/port.js';

/** Where it is kept: `localStorage`, or anything like it. */
export type DeviceStorage = Pick<Storage, 'getItem' | 'setItem'>;

export type InputKind = 'microphone' | 'camera';
type Known = Partial<Record<InputKind, { readonly deviceId: string; readonly label: string }>>;

const KEY = 'groupcall.devices';
const BROWSER_KINDS = { microphone: 'audioinput', camera: 'videoinput' };

export class DeviceMemory {
  readonly #storage: DeviceStorage | undefined;
  readonly #count: Count;

  constructor(storage: DeviceStorage | undefined, count: Count) {
    this.#storage = storage;
    this.#count = count;
  }

  remember(kind: InputKind, deviceId: string, label: string): void {
    try {
      this.#storage?.setItem(KEY, JSON.stringify({ ...this.#read(), [kind]: { deviceId, label } }));
    } catch {
      this.#count('device-storage.failed');
    }
  }

  /** The ids of today: browsers change them, and the labels stay. */
  async find(devices: MediaDevices): Promise<Partial<Record<InputKind, string>>> {
    const known = this.#read();
    const kinds = (['microphone', 'camera'] as const).filter((kind) => known[kind]?.deviceId);
    if (kinds.length === 0) return {};
    const all = await devices.enumerateDevices();
    const find = (kind: InputKind): string | undefined => {
      const { deviceId, label } = known[kind] ?? { deviceId: '', label: '' };
      const same = all.filter((one) => one.kind === BROWSER_KINDS[kind]);
      const found = same.find((one) => one.deviceId === deviceId) ?? same.find((one) => label && one.label === label);
      return found?.deviceId || deviceId;
    };
    return Object.fromEntries(kinds.map((kind) => [kind, find(kind)]));
  }

  #read(): Known {
    try {
      return (JSON.parse(this.#storage?.getItem(KEY) ?? '{}') as Known | null) ?? {};
    } catch {
      this.#count('device-storage.failed');
      return {};
    }
  }
}
