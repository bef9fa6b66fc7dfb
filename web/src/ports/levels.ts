/** Executes `levels.watch`: looks at how loud each microphone is, and tells when that crosses a limit. */

import type { CoreCommand, CoreEvent } from '../protocol.js';
import type { Clock } from './host.js';
import type { Report } from './port.js';

type WatchCommand = Extract<CoreCommand, { type: 'levels.watch' }>;
type LevelSample = Extract<CoreEvent, { type: 'levels.changed' }>['levels'][number];

/** One connection, as far as levels go. */
export interface LevelSource {
  readonly id: { readonly peer: string; readonly connection: number };
  /** How loud the far side is, in permille of full scale. */
  level(): number;
  /** What our own microphone has taken in since it was opened; null: this connection has none. */
  ownEnergy(): Promise<Energy | null>;
}

/** Of RTCAudioSourceStats: the integral of the squared level, and its time in seconds. */
export interface Energy {
  readonly energy: number;
  readonly seconds: number;
}

export class LevelWatch {
  readonly #report: Report;
  readonly #clock: Clock;
  readonly #sources: () => Iterable<LevelSource>;
  #watch: WatchCommand = { type: 'levels.watch', periodMs: 0, quiet: 0, loud: 0 };
  #cancel: (() => void) | undefined;
  /** The band of each as it was told last, by connection; 0 is our own. */
  #told = new Map<number, number>();
  #own: Energy | undefined;
  #ownBusy = false;
  #ownPermille = 0;
  #ownPeak = 0;

  constructor(report: Report, clock: Clock, sources: () => Iterable<LevelSource>) {
    this.#report = report;
    this.#clock = clock;
    this.#sources = sources;
  }

  execute(watch: WatchCommand): void {
    this.close();
    this.#watch = watch;
    if (watch.periodMs > 0) this.#later();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#told.clear();
    this.#own = undefined;
    this.#ownPermille = this.#ownPeak = 0;
  }

  #later(): void {
    this.#cancel = this.#clock.after(this.#watch.periodMs, () => {
      this.#later();
      this.#look();
    });
  }

  #look(): void {
    const before = this.#told;
    this.#told = new Map();
    const levels: LevelSample[] = [];
    const tell = (id: LevelSource['id'] | undefined, permille: number): void => {
      const { quiet, loud } = this.#watch;
      const band = Number(permille >= quiet) + Number(permille >= loud);
      const key = id?.connection ?? 0;
      this.#told.set(key, band);
      if (band !== (before.get(key) ?? 0)) levels.push({ ...id, ...(permille > 0 && { permille }) });
    };
    const sources = [...this.#sources()];
    for (const source of sources) tell(source.id, source.level());
    tell(undefined, this.#ownPermille);
    if (levels.length > 0) this.#report({ type: 'levels.changed', levels });
    if (!this.#ownBusy) void this.#lookAtOwn(sources);
  }

  /** Told with the next look; one sender is as good as any. */
  async #lookAtOwn(sources: readonly LevelSource[]): Promise<void> {
    this.#ownBusy = true;
    let now: Energy | null = null;
    for (const source of sources) now ??= await source.ownEnergy();
    this.#ownBusy = false;
    const before = this.#own;
    this.#own = now ?? undefined;
    const seconds = now && before ? now.seconds - before.seconds : 0;
    // Another device, or another connection to ask: it is compared from now on.
    if (seconds < 0 || !now || !before) {
      this.#ownPermille = this.#ownPeak = 0;
    } else if (seconds > 0) {
      const permille = Math.round(1_000 * Math.sqrt(Math.max(0, now.energy - before.energy) / seconds));
      // Chromium holds each peak and lets go of three quarters of it every 100 ms: what only fades is heard no more.
      this.#ownPermille = permille * 3 > this.#ownPeak ? permille : 0;
      this.#ownPeak = permille;
    }
  }
}
