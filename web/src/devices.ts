/**
 * What a page may want around its devices: which of them were chosen the last time, what is made of their
 * tracks before they are sent, and a screen that stays on.
 *
 * @packageDocumentation
 */

import type { GroupCall } from './group-call.js';
import type { DeviceMemory, DeviceOpener, InputKind } from './options.js';

type Known = Partial<Record<InputKind, { readonly deviceId: string; readonly label: string }>>;

const KEY = 'groupcall.devices';
const BROWSER_KINDS = { microphone: 'audioinput', camera: 'videoinput' };

/**
 * Keeps what `setDevice()` chooses, for the option `deviceMemory`: by id, and by label, since browsers change
 * ids. A storage that fails is done without, and told on the console.
 *
 * @param storage `localStorage`, or anything like it.
 */
export function rememberDevices(storage: Pick<Storage, 'getItem' | 'setItem'>): DeviceMemory {
  const read = (): Known => {
    try {
      return (JSON.parse(storage.getItem(KEY) ?? '{}') as Known | null) ?? {};
    } catch (error) {
      console.warn('groupcall: the chosen devices cannot be read', error);
      return {};
    }
  };
  return {
    remember(kind, deviceId, label) {
      try {
        storage.setItem(KEY, JSON.stringify({ ...read(), [kind]: { deviceId, label } }));
      } catch (error) {
        console.warn('groupcall: the chosen device cannot be kept', error);
      }
    },
    async find(devices) {
      const known = read();
      const kinds = (['microphone', 'camera'] as const).filter((kind) => known[kind]?.deviceId);
      if (kinds.length === 0) return {};
      const all = await devices.enumerateDevices().catch(() => []);
      const idOf = (kind: InputKind): string => {
        const { deviceId, label } = known[kind] ?? { deviceId: '', label: '' };
        const same = all.filter((one) => one.kind === BROWSER_KINDS[kind]);
        const found = same.find((one) => one.deviceId === deviceId) ?? same.find((one) => label && one.label === label);
        // Without a list, or permission, the browser may know the old one all the same.
        return found?.deviceId || deviceId;
      };
      return Object.fromEntries(kinds.map((kind) => [kind, idOf(kind)]));
    },
  };
}

/** What is made of a device's track before it is sent. */
export type TrackProcessor = (track: MediaStreamTrack) => MediaStreamTrack | Promise<MediaStreamTrack>;

// A processor may load a model first.
const PROCESSOR_MS = 10_000;

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

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
    throw new DOMException(message(error), 'ProcessorError');
  } finally {
    clearTimeout(timer);
  }
}

/** Makes the end of each the end of both; the track passes for the device's. */
function bind(track: MediaStreamTrack, source: MediaStreamTrack): MediaStreamTrack {
  if (track === source) return track;
  const stop = track.stop.bind(track);
  track.stop = () => {
    stop();
    source.stop();
  };
  const own = track.getSettings.bind(track);
  track.getSettings = () => {
    // The device is the source's, the picture's size its own.
    const { width, height } = own();
    return { ...source.getSettings(), ...(width && height && { width, height }) };
  };
  Object.defineProperty(track, 'label', { value: source.label });
  source.addEventListener('ended', () => track.dispatchEvent(new Event('ended')));
  return track;
}

/**
 * Sends what is made of the devices' tracks in their place: a blurred background, a microphone without noise.
 * For the option `openDevices`. A processor that fails, or takes over 10 s, is the error `processor-failed`
 * of its device: the plain track is never sent.
 */
export function processDevices(processors: { readonly [Kind in InputKind]?: TrackProcessor | undefined }): DeviceOpener {
  return async (constraints) => {
    const sources = (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
    const making = sources.map(async (source) => {
      const processor = processors[source.kind === 'audio' ? 'microphone' : 'camera'];
      return processor ? bind(await processed(processor, source), source) : source;
    });
    try {
      return new MediaStream(await Promise.all(making));
    } catch (error) {
      for (const source of sources) source.stop();
      for (const one of making) one.then((track) => track.stop(), () => undefined);
      throw error;
    }
  };
}

/** `navigator.wakeLock` and `document`, as far as they are used. */
export interface ScreenHost {
  /** Not every browser has it; then nothing happens. */
  readonly locks: Pick<WakeLock, 'request'> | undefined;
  readonly page: EventTarget & { readonly visibilityState: string };
}

/**
 * Keeps the screen on while this call is one with pictures: nobody touches a device that they look at.
 *
 * @returns how to stop it.
 */
export function keepScreenOn(
  call: Pick<GroupCall, 'subscribe' | 'getSnapshot'>,
  { locks, page }: ScreenHost = { locks: navigator.wakeLock, page: document },
): () => void {
  let wanted = false;
  let held: WakeLockSentinel | undefined;
  const ask = async (): Promise<void> => {
    if (!wanted || page.visibilityState !== 'visible') return;
    // A system that saves power says no, and that is its right.
    const lock = await locks?.request('screen').catch(() => undefined);
    // The call may have ended meanwhile, or the page been shown twice.
    if (wanted && (!held || held.released)) held = lock;
    else await lock?.release();
  };
  const want = (wants: boolean): void => {
    if (wants === wanted) return;
    wanted = wants;
    if (wanted) void ask();
    else void held?.release();
  };
  const follow = (): void => {
    const { phase, room } = call.getSnapshot();
    want(room?.callType === 'video' && (phase === 'joined' || phase === 'reconnecting'));
  };
  const unsubscribe = call.subscribe(follow);
  // The browser takes it back from a hidden page.
  const shown = (): void => void ask();
  page.addEventListener('visibilitychange', shown);
  follow();
  return () => {
    unsubscribe();
    page.removeEventListener('visibilitychange', shown);
    want(false);
  };
}
