/** The camera and microphone before the call: what is wanted, what is there, what went wrong. It knows nothing of React. */

import type { InputKind, MediaReason } from '../../index.js';

/** The words of groupcall for what getUserMedia rejects with. */
const REASONS: Readonly<Record<string, MediaReason>> = {
  SecurityError: 'insecure-context',
  NotFoundError: 'no-device',
  DevicesNotFoundError: 'no-device',
  NotReadableError: 'in-use',
  OverconstrainedError: 'constraint',
};

/** What a track of the browser is for us. */
const KIND_OF: Readonly<Record<string, InputKind>> = { audio: 'microphone', video: 'camera' };

export interface PreviewDevice {
  /** Whether to join with it turned on. */
  readonly wanted: boolean;
  readonly state: 'off' | 'loading' | 'on' | 'error';
  readonly reason: MediaReason;
  readonly track: MediaStreamTrack | null;
}

export type PreviewState = Readonly<Record<InputKind, PreviewDevice>>;

const IDLE = { state: 'off', reason: 'none', track: null } as const;

/** Whether the headers of this page, or of the one around it, keep it from one of these devices, where the browser tells. */
function isBarred(kinds: readonly InputKind[]): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } };
  return kinds.some((kind) => featurePolicy?.allowsFeature(kind) === false);
}

/** As the call itself tells them apart. Chromium: what was closed without an answer may be asked again. */
function reasonOf(error: unknown, kinds: readonly InputKind[]): MediaReason {
  const { name = '', message = '' } = error instanceof Error ? error : {};
  if (name !== 'NotAllowedError') return REASONS[name] ?? 'device-error';
  if (/dismissed/i.test(message)) return 'permission-dismissed';
  return /system/i.test(message) || isBarred(kinds) ? 'permission-blocked' : 'permission-denied';
}

async function openDevices(constraints: MediaStreamConstraints): Promise<MediaStream> {
  // Pages without https have no such object.
  if (!navigator.mediaDevices) throw new DOMException('no secure context', 'SecurityError');
  return navigator.mediaDevices.getUserMedia(constraints);
}

/** Whether asking for this kind alone brings up no question. */
async function isGranted(name: InputKind): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state === 'granted';
  } catch {
    return false; // A browser that cannot be asked.
  }
}

/** Opens devices and closes them again, one opening after the other. */
export class Preview {
  #state: PreviewState;
  /** Counts openings: what opens late, for an earlier one, is closed again at once. */
  readonly #opening: Record<InputKind, number> = { microphone: 0, camera: 0 };
  readonly #listeners = new Set<() => void>();
  readonly #constraints: (kind: InputKind) => MediaTrackConstraints;

  /**
   * @param wanted which are wanted to begin with.
   * @param constraints asked at each opening.
   */
  constructor(wanted: Readonly<Record<InputKind, boolean>>, constraints: (kind: InputKind) => MediaTrackConstraints) {
    this.#constraints = constraints;
    this.#state = { microphone: { ...IDLE, wanted: wanted.microphone }, camera: { ...IDLE, wanted: wanted.camera } };
  }

  readonly getSnapshot = (): PreviewState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Opens what is wanted and not open yet, nor on the way, with one question for both. */
  async start(): Promise<void> {
    const kinds = (['microphone', 'camera'] as const).filter((kind) => {
      const { wanted, state } = this.#state[kind];
      return wanted && state !== 'on' && state !== 'loading';
    });
    if (kinds.length === 0) return;
    const openings = { ...this.#opening };
    const refused = await this.#open(kinds);
    if (!refused || kinds.length < 2) return;
    // One of the two spoils it for both; the other may still be had.
    for (const kind of kinds) {
      const hopeful = !refused.startsWith('permission') || (await isGranted(kind));
      // Unless somebody has pressed something meanwhile.
      if (hopeful && this.#state[kind].wanted && this.#opening[kind] === openings[kind] + 1) await this.#open([kind]);
    }
  }

  /** Wants a device or not; opens and closes it accordingly. */
  async want(kind: InputKind, wanted: boolean): Promise<void> {
    this.#set(kind, { wanted });
    if (wanted) await this.#open([kind]);
    else this.#close(kind);
  }

  /** Another device was chosen, or the constraints changed otherwise. */
  async reopen(kind: InputKind): Promise<void> {
    if (this.#state[kind].wanted) await this.#open([kind]);
  }

  /** Releases both; what is wanted stays as it is. */
  stop(): void {
    this.#close('microphone');
    this.#close('camera');
  }

  /** @returns why it was refused. */
  async #open(kinds: readonly InputKind[]): Promise<MediaReason | undefined> {
    for (const kind of kinds) {
      this.#close(kind);
      this.#set(kind, { state: 'loading', reason: 'starting' });
    }
    const openings = { ...this.#opening };
    const isLate = (kind: InputKind): boolean => openings[kind] !== this.#opening[kind];
    try {
      const stream = await openDevices({
        ...(kinds.includes('microphone') && { audio: this.#constraints('microphone') }),
        ...(kinds.includes('camera') && { video: this.#constraints('camera') }),
      });
      for (const track of stream.getTracks()) {
        const kind = KIND_OF[track.kind];
        if (!kind || isLate(kind)) track.stop();
        else this.#adopt(kind, track);
      }
      return undefined;
    } catch (error) {
      const reason = reasonOf(error, kinds);
      for (const kind of kinds) {
        if (!isLate(kind)) this.#set(kind, { state: 'error', reason });
      }
      return reason;
    }
  }

  #adopt(kind: InputKind, track: MediaStreamTrack): void {
    this.#set(kind, { state: 'on', reason: 'none', track });
    track.addEventListener('ended', () => {
      if (this.#state[kind].track === track) this.#set(kind, { state: 'error', reason: 'device-lost', track: null });
    });
  }

  #close(kind: InputKind): void {
    this.#opening[kind] += 1;
    this.#state[kind].track?.stop();
    this.#set(kind, IDLE);
  }

  #set(kind: InputKind, changes: Partial<PreviewDevice>): void {
    this.#state = { ...this.#state, [kind]: { ...this.#state[kind], ...changes } };
    for (const listener of [...this.#listeners]) listener();
  }
}
