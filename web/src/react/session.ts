/**
 * A call for as long as something on the page wants it. It knows nothing of React, which mounts
 * twice, unmounts in the middle of a join and comes back: whoever needs the call retains it. What
 * is wanted is looked at when the task is through, and a call is made or disposed of then.
 */

import { callOut } from '../call-out.js';
import {
  GroupCallError,
  createGroupCall,
  type CallEvents,
  type CallProblem,
  type CallSnapshot,
  type GroupCall,
  type GroupCallOptions,
  type JoinOptions,
} from '../index.js';
import { initialSnapshot } from '../initial-snapshot.js';
import { createPlayback, type Picture, type Playback, type PlaybackSnapshot } from '../playback.js';

/** What a session makes its call of: options, or a call of the page's own, which the page also ends. */
export type SessionSource =
  | { readonly options: GroupCallOptions; readonly join?: JoinOptions | undefined }
  | { readonly call: GroupCall };

const UNMOUNTED = 'the component that makes the call is not mounted';
const SILENT: PlaybackSnapshot = Object.freeze({ needsGesture: false, outputDevice: '' });

/** What there is of a call once it is made. */
interface Made {
  readonly call: GroupCall;
  readonly playback: Playback;
  /** Ends what this session has added; and the call, unless it is the page's. */
  readonly end: () => void;
}

/** Something to be done as soon as there is a call. */
interface Waiting {
  readonly use: (made: Made) => void;
  /** It never will be, as somebody must be told. What has none waits for the next call that is made. */
  readonly fail?: (error: unknown) => void;
  /** It joins. */
  readonly join?: JoinOptions | undefined;
}

export class CallSession {
  readonly #source: SessionSource;
  readonly #listeners = new Set<() => void>();
  #holders = 0;
  /** Nobody retains this any more. */
  #ended = false;
  /** Present while a call is being made, and while there is one. */
  #making: Promise<Made> | undefined;
  #made: Made | undefined;
  /** Takes the making back. */
  #abort: AbortController | undefined;
  #mayRetry = false;
  /** In the order in which it was asked for. */
  #waiting: Waiting[] = [];
  /** What is shown without a call: before there is one, and after a failure. */
  #idle: CallSnapshot;
  /** What was joined last, or is to be. */
  #wish: JoinOptions | undefined;
  /** What the making begins with, unless it was taken back or tried already. */
  #firstJoin: JoinOptions | undefined;

  constructor(source: SessionSource) {
    this.#source = source;
    this.#wish = this.#firstJoin = 'join' in source ? source.join : undefined;
    this.#idle = this.#initial();
  }

  /**
   * Makes the call if there is none yet.
   *
   * @returns how to let go of it. React's StrictMode lets go and comes back at once: only what is
   * not wanted at the end of the task is ended.
   */
  readonly retain = (): (() => void) => {
    this.#holders += 1;
    this.#ended = false;
    queueMicrotask(this.#settle);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      queueMicrotask(this.#settle);
    };
  };

  /**
   * Joins as soon as there is a call; one that could not be made is tried anew. What is wanted by the time
   * the module is fetched opens its devices and its socket beside that.
   *
   * @throws {GroupCallError} as `createGroupCall()` and `GroupCall.join()`; `aborted` after `leave()`;
   * `disposed` where nobody retains this session any more. Who does not wait for it need not catch it, except
   * `invalid-argument` and `already-joined`, which the snapshot does not tell.
   */
  join(options: JoinOptions): Promise<void> {
    const joined = this.enter(options);
    joined.catch(throwMistake);
    return joined;
  }

  /** As `join()`, for who deals with all that it is refused with. */
  enter(options: JoinOptions): Promise<void> {
    const before = this.#wish;
    this.#wish = options;
    const joined = this.ask(({ call }) => call.join(options), options);
    joined.catch((error: unknown) => {
      // The call goes on where it is, and that is what one comes back to.
      if (isAlreadyJoined(error) && this.#wish === options) this.#wish = before;
    });
    if (!this.#made) this.#show(options, null);
    return joined;
  }

  /** How to join as the last time; undefined where that is not known. How it goes stands in the snapshot. */
  rejoin(): (() => void) | undefined {
    const wish = this.#wish;
    return wish && (() => void this.join(wish).catch(() => undefined));
  }

  /**
   * Leaves, wherever the call has got to: a join that still waits for the call is never begun, and what was
   * opened for it beside the module is closed at once. Never rejects.
   */
  async leave(): Promise<void> {
    this.#withdraw(() => true);
    this.#firstJoin = undefined;
    if (this.#made || (this.#making && 'call' in this.#source)) {
      // It fails where no call comes to be: then there is nothing to leave.
      return this.ask(({ call }) => call.leave()).catch(() => undefined);
    }
    this.#mayRetry ||= this.#idle.error?.code === 'module-load-failed';
    if (this.#making) {
      this.#takeBack();
      // Made anew without the join, or with one that comes within this task.
      queueMicrotask(this.#settle);
    }
    this.#show(undefined, null);
  }

  /** As `leave()`, if it is this room that one is in, or on the way into; a call in another goes on. */
  async leaveRoom(roomId: string): Promise<void> {
    const { phase, room } = this.getSnapshot();
    // While one room is left, the join of the next waits in the call.
    if (!room || room.roomId === roomId || phase === 'leaving') return this.leave();
    this.#withdraw((join) => join.roomId === roomId);
  }

  /** The module could not be loaded, and nobody is asked to try again, as whoever wanted to join is. */
  get mayRetry(): boolean {
    return this.#mayRetry;
  }

  /** Makes the call anew if `mayRetry`. */
  retry(): void {
    if (this.#mayRetry) queueMicrotask(this.#settle);
  }

  /**
   * What `use` makes of the call: at once where there is one, else as soon as there is.
   *
   * @throws {GroupCallError} as `join()`
   */
  ask<Result>(use: (made: Made) => Promise<Result>, join?: JoinOptions): Promise<Result> {
    return new Promise((resolve, reject) => {
      const start = async (made: Made): Promise<Result> => use(made);
      this.#with({ use: (made) => void start(made).then(resolve, reject), fail: reject, join });
    });
  }

  /** Runs `use` with the call: at once where there is one, else as soon as there is. */
  run(use: (call: GroupCall) => void): void {
    this.#with({ use: ({ call }) => use(call) });
  }

  /** Shows somebody in an element; see `Playback.attachMedia()`. */
  attach(element: HTMLVideoElement, userId: string, picture: Picture): () => void {
    return this.#during(({ playback }) => playback.attachMedia(element, userId, picture));
  }

  /** Listens to an event of the call, also of one that is still to be made. */
  on<Name extends keyof CallEvents>(event: Name, listener: CallEvents[Name]): () => void {
    return this.#during(({ call }) => call.on(event, listener));
  }

  /** How loud one of the others is; see `Playback.setVolume()`. */
  setVolume(userId: string, volume: number): void {
    this.#with({ use: ({ playback }) => playback.setVolume(userId, volume) });
  }

  /** See `Playback.resumePlayback()`. Without a call nothing is held back. */
  async resumePlayback(): Promise<void> {
    await this.#made?.playback.resumePlayback();
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

  #with(task: Waiting): void {
    // A join waits a moment for the leave that StrictMode sends after it, and keeps what comes next waiting, too.
    if (this.#made && this.#waiting.length === 0 && !task.join) return task.use(this.#made);
    this.#waiting.push(task);
    // Also another try after a failure; or a refusal, unless the component is just coming back.
    if (task.fail && (this.#holders > 0 || this.#ended)) queueMicrotask(this.#settle);
  }

  /** Begins something once there is a call, and returns how to end it, begun or not. */
  #during(begin: (made: Made) => () => void): () => void {
    let end: (() => void) | undefined;
    const task: Waiting = { use: (made) => void (end = begin(made)) };
    this.#with(task);
    return () => {
      this.#waiting = this.#waiting.filter((one) => one !== task);
      end?.();
    };
  }

  readonly #settle = (): void => {
    if (this.#holders > 0) {
      if (this.#made) this.#flush(this.#made);
      else if (!this.#making) this.#begin();
    } else if (!this.#ended) this.#end();
    else this.#refuseWaiting(new GroupCallError('disposed', UNMOUNTED));
  };

  /** Refuses joins that wait. */
  #withdraw(isMeant: (join: JoinOptions) => boolean): void {
    const isTaken = ({ join }: Waiting): boolean => join !== undefined && isMeant(join);
    const taken = this.#waiting.filter(isTaken);
    this.#waiting = this.#waiting.filter((task) => !isTaken(task));
    for (const { fail } of taken) fail?.(new GroupCallError('aborted'));
  }

  /** Whatever comes of the making, nobody wants it any more. */
  #takeBack(): void {
    this.#making = undefined;
    this.#abort?.abort();
  }

  #begin(): void {
    const wished = this.#waiting.filter(({ join }) => join).at(-1)?.join ?? this.#firstJoin;
    this.#firstJoin = undefined;
    this.#mayRetry = false;
    this.#abort = new AbortController();
    const making = this.#create(wished, this.#abort.signal);
    this.#making = making;
    making.then(
      (made) => {
        if (this.#making !== making) return made.end();
        this.#made = made;
        this.#flush(made);
        this.#tell();
      },
      (error: unknown) => {
        if (this.#making === making) this.#failed(error, wished);
      },
    );
  }

  #flush(made: Made): void {
    // One by one: what is done may ask for more.
    for (let task = this.#waiting.shift(); task; task = this.#waiting.shift()) callOut(task.use, made);
  }

  async #create(join: JoinOptions | undefined, signal: AbortSignal): Promise<Made> {
    const source = this.#source;
    const call = 'call' in source ? source.call : await createGroupCall({ ...source.options, ...(join && { join }) }, signal);
    const playback = createPlayback(call);
    const stops = [call.subscribe(this.#tell), playback.subscribe(this.#tell)];
    const end = (): void => {
      for (const stop of stops) stop();
      playback.dispose();
      if (!('call' in source)) call.dispose();
    };
    return { call, playback, end };
  }

  #failed(error: unknown, wished: JoinOptions | undefined): void {
    this.#making = undefined;
    const isJoin = wished !== undefined || this.#waiting.some(({ join }) => join);
    this.#mayRetry = !isJoin && error instanceof GroupCallError && error.code === 'module-load-failed';
    this.#refuseWaiting(error);
    // Anything else is a mistake of the page's (its `deviceMemory`, say), or of ours.
    const known = error instanceof GroupCallError ? error : new GroupCallError('engine-failed', String(error));
    if (known !== error) callOut(() => { throw error; });
    const { code, message, remedy, detail } = known;
    this.#show(undefined, { code, message, remedy, detail });
  }

  #end(): void {
    const made = this.#made;
    this.#takeBack();
    this.#made = undefined;
    this.#mayRetry = false;
    this.#ended = true;
    this.#refuseWaiting(new GroupCallError('disposed', UNMOUNTED));
    // What has no one to be told belongs to components that are gone, too.
    this.#waiting = [];
    this.#firstJoin = 'join' in this.#source ? this.#source.join : undefined;
    this.#idle = this.#initial();
    made?.end();
  }

  #refuseWaiting(error: unknown): void {
    const refused = this.#waiting.filter(({ fail }) => fail);
    this.#waiting = this.#waiting.filter(({ fail }) => !fail);
    for (const { fail } of refused) fail?.(error);
  }

  #initial(): CallSnapshot {
    if ('call' in this.#source) return this.#source.call.getSnapshot();
    const { options, join } = this.#source;
    return withWish(initialSnapshot(options.self.userId, options.self), join, null);
  }

  /** Without a call: the wish to join, or why nothing came of it. */
  #show(join: JoinOptions | undefined, error: CallProblem | null): void {
    this.#idle = withWish(this.#idle, join, error);
    this.#tell();
  }

  readonly #tell = (): void => {
    for (const listener of [...this.#listeners]) {
      if (this.#listeners.has(listener)) callOut(listener);
    }
  };
}

/** While one is in another room, or on the way there. */
export function isAlreadyJoined(error: unknown): error is GroupCallError {
  return error instanceof GroupCallError && error.code === 'already-joined';
}

/** How a join goes stands in the snapshot, so nobody need catch it; what a page did wrong does not, and is thrown. */
export function throwMistake(error: unknown): void {
  if (!(error instanceof GroupCallError) || error.code === 'invalid-argument' || isAlreadyJoined(error)) throw error;
}

/** A wish to join is shown as `joining`, also while the module is still on its way. */
function withWish(snapshot: CallSnapshot, join: JoinOptions | undefined, error: CallProblem | null): CallSnapshot {
  if (!join) return { ...snapshot, phase: 'idle', room: null, error };
  const { roomId, groupId, callType } = join;
  return { ...snapshot, phase: 'joining', room: { roomId, groupId, callType, joinedAtMs: null }, error };
}
