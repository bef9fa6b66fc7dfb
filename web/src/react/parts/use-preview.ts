/** The preview of a form, with the devices that are there and those that were chosen. */

import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';

import type { DeviceMemory, InputKind } from '../../index.js';
import type { Choice } from './select.js';
import { Preview, type PreviewState } from './preview.js';
import type { Texts } from '../texts.js';

const BROWSER_KINDS = { microphone: 'audioinput', camera: 'videoinput' } as const;

export interface PreviewOptions {
  readonly start: { readonly microphone?: boolean; readonly camera?: boolean } | undefined;
  /** Whether it opens devices before `start()`. */
  readonly autoPreview: boolean;
  readonly audio: MediaTrackConstraints | undefined;
  readonly video: MediaTrackConstraints | undefined;
  readonly deviceMemory: DeviceMemory | undefined;
}

export interface PreviewForm {
  readonly devices: PreviewState;
  /** What is asked of getUserMedia for this kind now. */
  readonly constraints: (kind: InputKind) => MediaTrackConstraints;
  readonly menu: (texts: Texts, kind: InputKind) => { readonly options: readonly Choice[]; readonly value: string; readonly disabled: boolean };
  readonly choose: (kind: InputKind, deviceId: string) => void;
  /** Turns it around; a device that failed is tried again. */
  readonly toggle: (kind: InputKind) => void;
  readonly start: () => void;
  readonly stop: () => void;
}

/** One that is remembered is a wish, since it may be gone; one that was chosen is not. */
function idOf(wish: ConstrainDOMString | undefined): string | undefined {
  if (typeof wish === 'string') return wish;
  return wish && 'exact' in wish && typeof wish.exact === 'string' ? wish.exact : undefined;
}

async function listed(): Promise<readonly MediaDeviceInfo[]> {
  try {
    return (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  } catch (error) {
    console.info('groupcall: the devices cannot be listed', error);
    return [];
  }
}

/** What was chosen in an earlier call. A memory that fails is none: the browser's choice does as well. */
async function remembered(memory: DeviceMemory | undefined): Promise<{ readonly [Kind in InputKind]?: string }> {
  if (!memory || !navigator.mediaDevices) return {};
  try {
    return await memory.find(navigator.mediaDevices);
  } catch (error) {
    console.info('groupcall: the devices that were chosen before are not known', error);
    return {};
  }
}

/** Follows which devices there are; their names come with the permission to use them. */
function useDeviceList(state: PreviewState): readonly MediaDeviceInfo[] {
  const [all, setAll] = useState<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    let wanted = true;
    const look = (): void => void listed().then((found) => wanted && setAll(found));
    look();
    navigator.mediaDevices?.addEventListener('devicechange', look);
    return () => {
      wanted = false;
      navigator.mediaDevices?.removeEventListener('devicechange', look);
    };
  }, [state.camera.state, state.microphone.state]);
  return all;
}

/** Opens the devices for as long as the form is there. */
export function usePreview(options: PreviewOptions): PreviewForm {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const chosen = useRef<{ [Kind in InputKind]?: ConstrainDOMString }>({});
  const [, redraw] = useState(0);
  const constraints = useCallback((kind: InputKind): MediaTrackConstraints => {
    const { audio, video } = latest.current;
    const deviceId = chosen.current[kind];
    return { ...(kind === 'camera' ? video : audio), ...(deviceId && { deviceId }) };
  }, []);
  const preview = useMemo(() => new Preview({ microphone: options.start?.microphone ?? true, camera: options.start?.camera ?? true }, constraints), []);
  const devices = useSyncExternalStore(preview.subscribe, preview.getSnapshot, preview.getSnapshot);
  const all = useDeviceList(devices);
  useEffect(() => {
    let wanted = true;
    const begin = async (): Promise<void> => {
      // Whoever has chosen by now knows better.
      chosen.current = { ...(await remembered(latest.current.deviceMemory)), ...chosen.current };
      // StrictMode mounts twice: what is unmounted by now asks nobody.
      await Promise.resolve();
      if (wanted && latest.current.autoPreview) await preview.start();
    };
    void begin();
    return () => {
      wanted = false;
      preview.stop();
    };
  }, [preview]);
  const form = useMemo(
    () => ({
      constraints,
      choose: (kind: InputKind, deviceId: string) => {
        // Exactly this one: as a mere wish, browsers weigh it against the size of the picture.
        chosen.current = { ...chosen.current, [kind]: { exact: deviceId } };
        latest.current.deviceMemory?.remember(kind, deviceId, all.find((one) => one.deviceId === deviceId)?.label ?? '');
        redraw((count) => count + 1);
        void preview.reopen(kind);
      },
      toggle: (kind: InputKind) => {
        const { wanted, state } = preview.getSnapshot()[kind];
        void preview.want(kind, !wanted || state === 'error');
      },
      start: () => void preview.start(),
      stop: () => preview.stop(),
    }),
    [preview, constraints, all],
  );
  const menu: PreviewForm['menu'] = (texts, kind) => {
    // Without permission browsers list one device without an id, to say that there is any.
    const found = all.filter((one) => one.kind === BROWSER_KINDS[kind]);
    const options = found.map(({ deviceId, label }, index) => ({ value: deviceId, name: label || texts.device(kind, index + 1) }));
    const inUse = devices[kind].track?.getSettings().deviceId ?? idOf(chosen.current[kind]);
    const value = options.find((one) => one.value === inUse)?.value ?? options[0]?.value ?? '';
    return { options: options.length > 0 ? options : [{ value: '', name: texts.noDevice(kind) }], value, disabled: options.length === 0 };
  };
  return { devices, menu, ...form };
}
