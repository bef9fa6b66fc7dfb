/** Peer connections that are cut, or on which nothing seems to arrive. */

import { replace } from './replace.js';

/** What was received is counted as it was before; all else as it is now. */
function standingStill(before: RTCStatsReport | undefined, now: RTCStatsReport): RTCStatsReport {
  if (!before) return now;
  const report = new Map<string, RTCStats>();
  now.forEach((stats: RTCStats, id) => {
    const shown = stats.type === 'inbound-rtp' ? (before.get(id) as RTCStats | undefined) : stats;
    if (shown) report.set(id, shown);
  });
  return report as unknown as RTCStatsReport;
}

function freezeReceiver(receiver: RTCRtpReceiver): () => void {
  const { track } = receiver;
  const wasEnabled = track.enabled;
  track.enabled = false;
  // Nobody is heard, so nobody speaks.
  const restore = replace(receiver, 'getSynchronizationSources', () => []);
  return () => {
    restore();
    track.enabled = wasEnabled;
  };
}

export class ConnectionFaults {
  readonly #connections = new Set<RTCPeerConnection>();

  watch(pc: RTCPeerConnection): void {
    for (const known of this.#connections) if (known.signalingState === 'closed') this.#connections.delete(known);
    this.#connections.add(pc);
  }

  /** Those on which somebody is, in the order in which they were made. */
  connected(): RTCPeerConnection[] {
    return [...this.#connections].filter(({ connectionState }) => connectionState === 'connected');
  }

  /** The one that brings something of this stream. */
  of(stream: MediaStream): RTCPeerConnection | undefined {
    const tracks = stream.getTracks();
    return [...this.#connections].find((pc) => pc.getReceivers().some(({ track }) => tracks.includes(track)));
  }

  /** Ends every connection that has met its peer, and tells the page what a browser tells of one whose network is gone for good. */
  cutAll(): void {
    const met = [...this.#connections].filter(({ signalingState, remoteDescription }) => signalingState !== 'closed' && remoteDescription);
    for (const pc of met) {
      pc.close();
      replace(pc, 'connectionState', 'failed');
      pc.dispatchEvent(new Event('connectionstatechange'));
    }
  }

  /** From now on nothing arrives on it. @returns how to end that. */
  freeze(pc: RTCPeerConnection): () => void {
    const getStats = pc.getStats.bind(pc);
    // One that closes meanwhile has none.
    const before = getStats().catch(() => undefined);
    const restores = [
      replace(pc, 'getStats', async (selector?: MediaStreamTrack | null) => standingStill(await before, await getStats(selector))),
      ...pc.getReceivers().map(freezeReceiver),
    ];
    return () => {
      for (const restore of restores) restore();
    };
  }
}
