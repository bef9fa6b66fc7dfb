/**
 * A call for as long as something on the page wants it. It knows nothing of React, which mounts
 * twice, unmounts in the middle of a join and comes back: whoever needs the call retains it, and
 * when nobody has done so by the end of the task it is disposed of.
 */

import { callOut } from '../call-out.js';
import { GroupCallError, createGroupCall, type CallEvents, type CallSnapshot, type GroupCall, type GroupCallOptions, type JoinOptions } from '../index.js';
import { initialSnapshot } from '../initial-snapshot.js';
import { createPlayback, type Picture, type Playback, type PlaybackSnapshot } from '../playback.js';

/** What a session makes its call of: options, or a call of the page's own, which the page also ends. */
export type SessionSource =
  | { readonly options: GroupCallOptions; readonly join?: JoinOptions | undefined }
  | { readonly call: GroupCall };

const SILENT: PlaybackSnapshot = Object.freeze({ needsGesture: false, outputDevice: '' });

/** What there is of a call once it is made. */
interface Made {
  readonly call: GroupCall;
  readonly playback: Playback;
  /** Ends what this session has added; and the call, unless it is the page's. */
  readonly end: () => void;
}

export class CallSession {
  readonly #source: SessionSource;
  readonly #make: typeof createGroupCall;
  readonly #listeners = new Set<() => void>();
  #holders = 0;
  /** Present from the first `retain()` until nobody retains the session any more, or the making failed. */
  #making: Promise<Made> | undefined;
  #made: Made | undefined;
  /** What is to be done with the call as soon as there is one. */
  #waiting: ((made: Made) => void)[] = [];
  /** What is shown without a call: before, and after a failure. */
  #idle: CallSnapshot;

  /** @param make for tests. */
  constructor(source: SessionSource, make: typeof createGroupCall = createGroupCall) {
    this.#source = source;
    this.#make = make;
    this.#idle = 'call' in source ? source.call.getSnapshot() : initialSnapshot(source.options.self.userId, source.options.self);
  }

  /**
   * Makes the call if there is none yet.
   *
   * @returns how to let go of it. React's StrictMode lets go and comes back at once: only what is
   * not wanted at the end of the task is ended.
   */
  readonly retain = (): (() => void) => {
    this.#holders += 1;
    // How it fails stands in the snapshot.
    this.#begin().catch(() => undefined);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      queueMicrotask(() => {
        if (this.#holders === 0) this.#end();
      });
    };
  };

  /**
   * The call; one that could not be made is tried anew.
   *
   * @throws {GroupCallError} as `createGroupCall()`; `disposed` where nobody retains this session.
   */
  async call(): Promise<GroupCall> {
    // React runs the effects of children, which may join, before those of the provider, which retains.
    await Promise.resolve();
    if (this.#holders === 0) throw new GroupCallError('disposed', 'the component that makes the call is not mounted');
    return (await this.#begin()).call;
  }

  /** Leaves, wherever the call has got to. What is not made has nothing to leave. */
  async leave(): Promise<void> {
    const made = this.#made ?? (await this.#making?.catch(() => undefined));
    await made?.call.leave();
  }

  /** Runs `use` with the call: at once where there is one, else as soon as there is. */
  run(use: (call: GroupCall) => void): void {
    this.#with(({ call }) => use(call));
  }

  /** Shows somebody in an element; see `Playback.attachMedia()`. */
  attach(element: HTMLVideoElement, userId: string, picture: Picture): () => void {
    let detach: (() => void) | undefined;
    let wanted = true;
    this.#with(({ playback }) => {
      if (wanted) detach = playback.attachMedia(element, userId, picture);
    });
    return () => {
      wanted = false;
      detach?.();
    };
  }

  /** Listens to an event of the call, also of one that is still to be made. */
  on<Name extends keyof CallEvents>(event: Name, listener: CallEvents[Name]): () => void {
    let stop: (() => void) | undefined;
    let wanted = true;
    this.run((call) => {
      if (wanted) stop = call.on(event, listener);
    });
    return () => {
      wanted = false;
      stop?.();
    };
  }

  /** The playing of the call; null before there is one. */
  get playback(): Playback | null {
    return this.#made?.playback ?? null;
  }

  readonly getSnapshot = (): CallSnapshot => {
    const call = 'call' in this.#source ? this.#source.call : this.#made?.call;
    return call?.getSnapshot() ?? this.#idle;
  };

  readonly getPlaybackSnapshot = (): PlaybackSnapshot => this.#made?.playback.getSnapshot() ?? SILENT;

  /** Hears of changes of either snapshot. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  };

  #with(use: (made: Made) => void): void {
    if (this.#made) use(this.#made);
    else this.#waiting.push(use);
  }

  #begin(): Promise<Made> {
    if (this.#making) return this.#making;
    const making = this.#create().then(
      (made) => {
        if (this.#making !== making) {
          made.end();
          throw new GroupCallError('disposed', 'the component that makes the call was unmounted');
        }
        this.#made = made;
        for (const use of this.#waiting.splice(0)) callOut(use, made);
        this.#tell();
        return made;
      },
      (error: unknown) => {
        if (this.#making === making) this.#failed(error);
        throw error;
      },
    );
    this.#making = making;
    return making;
  }

  async #create(): Promise<Made> {
    const source = this.#source;
    const call = 'call' in source ? source.call : await this.#make({ ...source.options, ...(source.join && { join: source.join }) });
    const playback = createPlayback(call);
    const stops = [call.subscribe(this.#tell), playback.subscribe(this.#tell)];
    const end = (): void => {
      for (const stop of stops) stop();
      playback.dispose();
      if (!('call' in source)) call.dispose();
    };
    return { call, playback, end };
  }

  #failed(error: unknown): void {
    this.#making = undefined;
    if (!(error instanceof GroupCallError)) throw error;
    const { code, message, remedy, detail } = error;
    this.#idle = { ...this.#idle, error: { code, message, remedy, detail } };
    this.#tell();
  }

  #end(): void {
    const made = this.#made;
    this.#making = this.#made = undefined;
    this.#waiting = [];
    made?.end();
  }

  readonly #tell = (): void => {
    for (const listener of [...this.#listeners]) {
      if (this.#listeners.has(listener)) listener();
    }
  };
}
