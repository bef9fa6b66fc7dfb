// Compiled, never run (application_socket_types.test.mjs): a call goes into the playback as it is.

import type { GroupCall } from '../../../web/src/index.js';
import { createPlayback, type Playback, type PlaybackSnapshot } from '../../../web/src/playback.js';

export function plays(call: GroupCall, video: HTMLVideoElement, place: HTMLElement): Playback {
  const playback = createPlayback(call, { container: place });
  const detach: () => void = playback.attachMedia(video, call.getSnapshot().self.userId, 'screen');
  detach();
  // @ts-expect-error: sound has elements of its own
  playback.attachMedia(video, 'bob', 'microphone');
  // @ts-expect-error: pictures need an element that shows them
  playback.attachMedia(document.createElement('audio'), 'bob', 'camera');
  const snapshot: PlaybackSnapshot = playback.getSnapshot();
  // @ts-expect-error: immutable
  snapshot.needsGesture = false;
  return createPlayback({ subscribe: call.subscribe, getSnapshot: call.getSnapshot }, { sound: false });
}
