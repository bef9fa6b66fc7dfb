/** What a call looks like before anything has happened. */

import type { CallSnapshot, UserInfo } from './snapshot.js';

export function initialSnapshot(userId: string, userInfo: UserInfo): CallSnapshot {
  const off = { state: 'off', reason: 'none' } as const;
  return {
    phase: 'idle',
    room: null,
    error: null,
    signalling: { state: 'closed', error: null, retryAtMs: null },
    self: {
      userId,
      userInfo,
      microphone: { ...off },
      camera: { ...off },
      screen: { ...off },
      streams: { camera: null, microphone: null, screen: null },
      devices: { microphone: null, camera: null },
      deviceError: '',
      speaking: false,
    },
    devices: [],
    participants: [],
    invitations: [],
    diagnostics: {},
    timings: {},
  };
}
