/**
 * Plays a call: pictures in elements of the page, sound in elements of its own.
 *
 * An entry of its own, `groupcall/playback`, which needs no more of a call than `subscribe()` and
 * `getSnapshot()`. Importing it touches nothing global, and it never sets a timer.
 *
 * @packageDocumentation
 */

import { callOut } from './call-out.js';
import type { GroupCall } from './group-call.js';
import type { Participant, SelfParticipant } from './snapshot.js';

/** What an element can show of somebody. */
export type Picture = 'camera' | 'screen';

/** What `createPlayback()` may be told. */
export interface PlaybackOptions {
  /**
   * False: only pictures; the page plays `streams.microphone` of the others itself, and
   * `streams.screen` of those who share theirs. Default true.
   */
  readonly sound?: boolean;
  /** Where to put the audio elements. Without it they are in no document, and play all the same. */
  readonly container?: ParentNode;
}

/** How the playing goes. Immutable, and the same object until something changes. */
export interface PlaybackSnapshot {
  /**
   * The browser lets the page play nothing before somebody has pressed something on it: show a
   * button that calls `resumePlayback()`. What was refused is also tried at each change of the call,
   * since browsers let a page play once its microphone is open or anything on it was pressed.
   */
  readonly needsGesture: boolean;
  /**
   * The id of the device that plays the sound; empty for the one that the browser chooses. It
   * becomes empty by itself when the chosen one is unplugged, or cannot be used for somebody who comes.
   */
  readonly outputDevice: string;
}

/** Plays one call, through any number of joins. All methods may be detached from the object. */
export interface Playback {
  /**
   * Keeps a `<video>` right from now on: it has the stream while the state of that camera or screen
   * is `on`, and none otherwise, so no picture ever stands still in it. Somebody who is not there
   * (yet) is waited for. The element is muted, since the sound has elements of its own, and set to
   * play inline; hiding it while there is no picture is the page's.
   *
   * An element shows one thing: attaching it again ends what it was attached to before.
   *
   * @param userId of somebody else, or one's own (`self.userId` of the snapshot).
   * @returns how to detach it; harmless when it was attached anew since.
   */
  attachMedia(element: HTMLVideoElement, userId: string, picture: Picture): () => void;
  /**
   * Starts what the browser has refused to play. Call it from the handler of a click or a key,
   * before anything is awaited. Resolves when all has started or was refused again, which
   * `needsGesture` tells.
   */
  resumePlayback(): Promise<void>;
  /**
   * How loud one of the others is, from 0 to 1 (as they send it), also after they come back. Safari
   * on iOS leaves that to the buttons of the device.
   *
   * @throws {RangeError} for any other number.
   */
  setVolume(userId: string, volume: number): void;
  /**
   * Plays the sound of all others, also of those who come later, on this device: an id of
   * `enumerateDevices()`, or an empty text for the one that the browser chooses. Of several calls
   * the last one counts. What cannot be used changes nothing.
   *
   * @throws {DOMException} `NotFoundError`: there is no such device; `NotAllowedError`: the page may
   * not use it; `NotSupportedError`: this browser has no `HTMLMediaElement.prototype.setSinkId`.
   */
  setOutputDevice(deviceId: string): Promise<void>;
  /**
   * Calls `listener` after each change of `getSnapshot()`.
   *
   * @returns how to stop it.
   */
  subscribe(listener: () => void): () => void;
  /** How the playing goes; the call has a snapshot of its own. */
  getSnapshot(): PlaybackSnapshot;
  /** Detaches every element and ends the sound. `leave()` and `dispose()` of the call do that, too. */
  dispose(): void;
}

class CallPlayback implements Playback {
  readonly #call: Pick<GroupCall, 'subscribe' | 'getSnapshot'>;
  readonly #options: PlaybackOptions;
  readonly #unsubscribe: () => void;
  readonly #pictures = new Map<HTMLVideoElement, { readonly userId: string; readonly picture: Picture }>();
  readonly #sounds = new Map<string, HTMLAudioElement>();
  readonly #screenSounds = new Map<string, HTMLAudioElement>();
  readonly #volumes = new Map<string, number>();
  /** Those with a stream that the browser does not let play. */
  readonly #refused = new Set<HTMLMediaElement>();
  readonly #listeners = new Set<() => void>();
  #snapshot: PlaybackSnapshot = Object.freeze({ needsGesture: false, outputDevice: '' });
  #deviceWishes = 0;
  #disposed = false;

  constructor(call: Pick<GroupCall, 'subscribe' | 'getSnapshot'>, options: PlaybackOptions) {
    this.#call = call;
    this.#options = options;
    this.#unsubscribe = call.subscribe(() => this.#follow());
    this.#follow();
  }

  readonly attachMedia = (element: HTMLVideoElement, userId: string, picture: Picture): (() => void) => {
    const attachment = { userId, picture };
    element.muted = element.playsInline = true;
    this.#pictures.set(element, attachment);
    this.#follow();
    return () => {
      if (this.#pictures.get(element) !== attachment) return;
      this.#pictures.delete(element);
      this.#give(element, null);
      this.#publish();
    };
  };

  readonly resumePlayback = async (): Promise<void> => {
    const starting = [...this.#refused].map((element) => this.#start(element));
    this.#publish();
    await Promise.all(starting);
  };

  readonly setVolume = (userId: string, volume: number): void => {
    if (!(volume >= 0 && volume <= 1)) throw new RangeError(`volume must be from 0 to 1, not ${volume}`);
    this.#volumes.set(userId, volume);
    for (const sounds of [this.#sounds, this.#screenSounds]) {
      const element = sounds.get(userId);
      if (element) element.volume = volume;
    }
  };

  readonly setOutputDevice = async (deviceId: string): Promise<void> => {
    const wish = ++this.#deviceWishes;
    // One that plays nothing tells whether it can be used, also while nobody is there.
    const trial = new Audio();
    if (!trial.setSinkId) throw new DOMException('this browser chooses the output device', 'NotSupportedError');
    await trial.setSinkId(deviceId);
    if (wish !== this.#deviceWishes) return;
    this.#publish(deviceId);
    await this.#route(this.#allSounds());
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  };

  readonly getSnapshot = (): PlaybackSnapshot => this.#snapshot;

  readonly dispose = (): void => {
    this.#disposed = true;
    this.#deviceWishes += 1;
    this.#unsubscribe();
    this.#follow();
    this.#listeners.clear();
  };

  /** Devices have come or gone: one that plays nothing tells whether the chosen one is still there. */
  readonly #tryDevice = (): void => {
    if (this.#snapshot.outputDevice) this.#route([new Audio()]).catch(() => undefined); // the snapshot tells
  };

  /** Gives each element what the call has for it now. */
  #follow(): void {
    const { self, participants } = this.#call.getSnapshot();
    const others = this.#disposed ? [] : participants;
    const people: readonly (SelfParticipant | Participant)[] = this.#disposed ? [] : [self, ...others];
    for (const [element, { userId, picture }] of this.#pictures) {
      const person = people.find((one) => one.userId === userId);
      const state = person?.[picture]?.state;
      // While a device is replaced there is a stream only where something is still sent.
      const isSeen = state === 'on' || state === 'replacing';
      this.#give(element, person && isSeen ? person.streams[picture] : null);
    }
    if (this.#disposed) this.#pictures.clear();
    const sharing = others.filter(({ screen }) => screen.state !== 'off');
    for (const [sounds, heard] of [[this.#sounds, others], [this.#screenSounds, sharing]] as const) {
      for (const [userId, element] of sounds) {
        if (heard.some((one) => one.userId === userId)) continue;
        sounds.delete(userId);
        this.#give(element, null);
        element.remove();
      }
    }
    if (this.#options.sound !== false) {
      for (const { userId, streams } of others) this.#hear(this.#sounds, userId, streams.microphone);
      for (const { userId, streams } of sharing) this.#hear(this.#screenSounds, userId, streams.screen);
    }
    for (const element of this.#refused) void this.#start(element);
    // Both may be done any number of times; and where nobody is heard, nothing keeps this object.
    const listening = this.#sounds.size > 0 ? 'addEventListener' : 'removeEventListener';
    navigator.mediaDevices?.[listening]('devicechange', this.#tryDevice);
    this.#publish();
  }

  #allSounds(): HTMLAudioElement[] {
    return [...this.#sounds.values(), ...this.#screenSounds.values()];
  }

  /** The element stays while the participant, or their share, does: what has once been allowed to play goes on. */
  #hear(sounds: Map<string, HTMLAudioElement>, userId: string, stream: MediaStream | null): void {
    let element = sounds.get(userId);
    if (!element) {
      element = new Audio();
      element.volume = this.#volumes.get(userId) ?? 1;
      sounds.set(userId, element);
      this.#options.container?.append(element);
      if (this.#snapshot.outputDevice) this.#route([element]).catch(() => undefined); // the snapshot tells
    }
    this.#give(element, stream);
  }

  #give(element: HTMLMediaElement, stream: MediaStream | null): void {
    if (element.srcObject === stream) return;
    element.srcObject = stream;
    this.#refused.delete(element);
    if (stream) void this.#start(element);
  }

  async #start(element: HTMLMediaElement): Promise<void> {
    const stream = element.srcObject;
    try {
      const started = element.play();
      // Allowed, though what there is to play may be long in coming.
      if (!element.paused) this.#refused.delete(element);
      await started;
    } catch (error) {
      const { name } = error as DOMException;
      // AbortError: another stream, the end of the call, or the page's own pause() overtook it.
      if (name === 'AbortError') return;
      if (name !== 'NotAllowedError') throw error;
      if (element.srcObject === stream) this.#refused.add(element);
      this.#publish();
    }
  }

  /** Sends the sound of these to the chosen device; where that fails, all go back to the browser's choice. */
  async #route(elements: readonly HTMLAudioElement[]): Promise<void> {
    const { outputDevice } = this.#snapshot;
    try {
      await Promise.all(elements.map((element) => element.setSinkId(outputDevice)));
    } catch (error) {
      if (outputDevice && outputDevice === this.#snapshot.outputDevice) {
        this.#publish('');
        await this.#route(this.#allSounds());
      }
      throw error;
    }
  }

  #publish(outputDevice = this.#snapshot.outputDevice): void {
    const needsGesture = this.#refused.size > 0;
    if (needsGesture === this.#snapshot.needsGesture && outputDevice === this.#snapshot.outputDevice) return;
    this.#snapshot = Object.freeze({ needsGesture, outputDevice });
    for (const listener of [...this.#listeners]) callOut(listener);
  }
}

/**
 * Plays a call that `createGroupCall()` made: the sound of all others at once, and pictures in
 * those elements that are given to `attachMedia()`.
 */
export function createPlayback(
  call: Pick<GroupCall, 'subscribe' | 'getSnapshot'>,
  options: PlaybackOptions = {},
): Playback {
  return new CallPlayback(call, options);
}
