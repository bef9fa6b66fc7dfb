/** The camera and microphone before the call: what is wanted, what is there, what went wrong. */

/** The words of groupcall for what getUserMedia rejects with. */
const REASONS = {
  NotAllowedError: 'permission-denied',
  SecurityError: 'insecure-context',
  NotFoundError: 'no-device',
  DevicesNotFoundError: 'no-device',
  NotReadableError: 'in-use',
  OverconstrainedError: 'constraint',
};

const PERMISSIONS = { audio: 'microphone', video: 'camera' };

/** Whether the headers of this page, or of the one around it, keep it from these devices. */
function isBarred(kinds) {
  return kinds.some((kind) => document.featurePolicy?.allowsFeature(PERMISSIONS[kind]) === false);
}

/** As the call itself tells them apart, by the browser's own words. */
function reasonOf({ name, message }, kinds) {
  const reason = REASONS[name] ?? 'device-error';
  if (reason !== 'permission-denied') return reason;
  if (message.includes('dismissed')) return 'permission-dismissed';
  return message.includes(' by system') || isBarred(kinds) ? 'permission-blocked' : reason;
}

async function openDevices(constraints) {
  if (!navigator.mediaDevices) throw new DOMException('no secure context', 'SecurityError');
  return navigator.mediaDevices.getUserMedia(constraints);
}

/** Whether asking for this kind alone brings up no question. */
async function isGranted(kind) {
  try {
    return (await navigator.permissions.query({ name: PERMISSIONS[kind] })).state === 'granted';
  } catch {
    return false; // A browser that cannot be asked.
  }
}

/**
 * One of `audio` and `video`.
 *
 * @typedef {{ wanted: boolean, state: 'off' | 'loading' | 'on' | 'error', reason: string, track: MediaStreamTrack | null }} PreviewDevice
 */

export class Preview {
  /** @type {{ audio: PreviewDevice, video: PreviewDevice }} */
  devices = {
    audio: { wanted: true, state: 'off', reason: 'none', track: null },
    video: { wanted: true, state: 'off', reason: 'none', track: null },
  };
  /** Counts openings: what opens late, for an earlier one, is closed again at once. */
  #opening = { audio: 0, video: 0 };
  #constraints;
  #changed;

  /**
   * @param {(kind: 'audio' | 'video') => MediaTrackConstraints} constraints asked at each opening
   * @param {() => void} changed called after each change of `devices`
   */
  constructor(constraints, changed) {
    this.#constraints = constraints;
    this.#changed = changed;
  }

  /** Opens what is wanted, with one question for both. */
  async start() {
    const kinds = ['audio', 'video'].filter((kind) => this.devices[kind].wanted);
    if (kinds.length < 2) return Promise.all(kinds.map((kind) => this.#open([kind])));
    const refused = await this.#open(kinds);
    if (!refused) return undefined;
    // One of the two spoils it for both; the other may still be had.
    const hopeful = [];
    for (const kind of kinds) {
      if (!refused.startsWith('permission-') || (await isGranted(kind))) hopeful.push(kind);
    }
    return Promise.all(hopeful.filter((kind) => this.devices[kind].wanted).map((kind) => this.#open([kind])));
  }

  /** Wants a device or not; opens and closes it accordingly. */
  async want(kind, wanted) {
    this.devices[kind].wanted = wanted;
    if (wanted) await this.#open([kind]);
    else this.#close(kind);
    this.#changed();
  }

  /** Another device was chosen, or the constraints changed otherwise. */
  async reopen(kind) {
    if (this.devices[kind].wanted) await this.#open([kind]);
  }

  /** Releases both; what is wanted stays as it is. */
  stop() {
    this.#close('audio');
    this.#close('video');
    this.#changed();
  }

  /** @returns {Promise<string | undefined>} why it was refused */
  async #open(kinds) {
    const openings = {};
    for (const kind of kinds) {
      this.#close(kind);
      openings[kind] = this.#opening[kind];
      Object.assign(this.devices[kind], { state: 'loading', reason: 'starting' });
    }
    this.#changed();
    const isLate = (kind) => openings[kind] !== this.#opening[kind];
    let refused;
    try {
      const stream = await openDevices(
        Object.fromEntries(kinds.map((kind) => [kind, this.#constraints(kind)])),
      );
      for (const track of stream.getTracks()) {
        if (isLate(track.kind)) track.stop();
        else this.#adopt(track);
      }
    } catch (error) {
      refused = reasonOf(error, kinds);
      for (const kind of kinds) {
        if (!isLate(kind)) Object.assign(this.devices[kind], { state: 'error', reason: refused });
      }
    }
    this.#changed();
    return refused;
  }

  #adopt(track) {
    Object.assign(this.devices[track.kind], { state: 'on', reason: 'none', track });
    track.addEventListener('ended', () => {
      if (this.devices[track.kind].track !== track) return;
      Object.assign(this.devices[track.kind], { state: 'error', reason: 'device-lost', track: null });
      this.#changed();
    });
  }

  #close(kind) {
    this.#opening[kind] += 1;
    this.devices[kind].track?.stop();
    Object.assign(this.devices[kind], { state: 'off', reason: 'none', track: null });
  }
}
