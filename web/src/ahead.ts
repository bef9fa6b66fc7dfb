/** What need not wait for the module: the first commands of a join, known without asking the core. */

import type { CoreCommand, CoreConfig, CoreEvent } from './protocol.js';

type JoinEvent = Extract<CoreEvent, { type: 'call.join' }>;
export type AheadCommand = Extract<CoreCommand, { type: 'media.acquire' | 'socket.open' }>;

/**
 * What a fresh core asks for when this join is the first thing that it hears, to the letter: it is
 * skipped when the core says it. What it says otherwise is carried out, and takes the place of this.
 */
export function commandsAhead({ self, signalling }: CoreConfig, join: JoinEvent): AheadCommand[] {
  const { audio, video, audioConstraints, videoConstraints } = join;
  const { url, path = '/socket.io/', query = '' } = signalling;
  const commands: AheadCommand[] = [];
  if (audio || video) {
    commands.push({
      type: 'media.acquire',
      op: 1,
      microphone: audio,
      camera: video,
      ...(audio && audioConstraints && { audioConstraints }),
      ...(video && videoConstraints && { videoConstraints }),
    });
  }
  if (url) {
    const user = /(^|&)userId=/.test(query) ? '' : `userId=${encodeURIComponent(self.userId)}&`;
    const address = url.replace(/^http/, 'ws').replace(/\/+$/, '') + path;
    commands.push({
      type: 'socket.open',
      socket: 1,
      url: `${address}?${query && `${query}&`}${user}EIO=4&transport=websocket`,
    });
  }
  return commands;
}
