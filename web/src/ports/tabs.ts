/** Executes `tabs.post` and reports `tabs.message`: the other tabs of this origin. */

import type { CoreCommand } from '../protocol.js';
import type { Count, Port, Report } from './port.js';

export type TabsCommand = Extract<CoreCommand, { type: `tabs.${string}` }>;

const CHANNEL_NAME = 'groupcall';

export class TabsPort implements Port<TabsCommand> {
  readonly #listening = new AbortController();
  readonly #channel: BroadcastChannel | undefined;

  /**
   * @param open makes a BroadcastChannel; undefined where the browser has none. Then there are no
   * other tabs as far as anybody can tell.
   */
  constructor(report: Report, count: Count, open: ((name: string) => BroadcastChannel) | undefined) {
    try {
      this.#channel = open?.(CHANNEL_NAME);
    } catch {
      // Forbidden where storage is, as in some frames of other sites.
      count('tabs.forbidden');
    }
    this.#channel?.addEventListener(
      'message',
      ({ data }: MessageEvent<unknown>) => {
        if (typeof data === 'string') report({ type: 'tabs.message', text: data });
        else count('tabs.foreign-message');
      },
      { signal: this.#listening.signal },
    );
  }

  execute({ text }: TabsCommand): void {
    if (!this.#listening.signal.aborted) this.#channel?.postMessage(text);
  }

  close(): void {
    this.#listening.abort();
    this.#channel?.close();
  }
}
