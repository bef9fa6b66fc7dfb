/** What the tests want to know of a page, whichever client runs in it. */

import { peerConnections, untouched } from './open_resources.js';

/** Milliseconds that can be compared between pages. */
export const epochMs = () => performance.timeOrigin + performance.now();

const CHECK_EVERY_MS = 25;

/** Waits until `check` returns something true, and returns that. */
export async function until(check, limitMs, what) {
  const startedAt = performance.now();
  for (;;) {
    const found = await check();
    if (found) return found;
    if (performance.now() - startedAt > limitMs) throw new Error(`waited ${limitMs} ms for ${what}`);
    await new Promise((resolve) => untouched.setTimeout(resolve, CHECK_EVERY_MS));
  }
}

async function inbound(track) {
  const pc = peerConnections.find((candidate) => candidate.getReceivers().some((receiver) => receiver.track === track));
  if (!pc || pc.signalingState === 'closed') return null;
  for (const stats of (await pc.getStats(track)).values()) {
    if (stats.type === 'inbound-rtp') return stats;
  }
  return null;
}

/** What came in on the tracks of one participant, in whole numbers where there are any. */
export async function receivedOn({ camera, microphone }) {
  const video = camera && (await inbound(camera));
  const audio = microphone && (await inbound(microphone));
  return {
    frames: video?.framesDecoded ?? 0,
    videoBytes: video?.bytesReceived ?? 0,
    width: video?.frameWidth ?? 0,
    packets: audio?.packetsReceived ?? 0,
    audioBytes: audio?.bytesReceived ?? 0,
    energy: audio?.totalAudioEnergy ?? 0,
  };
}

/**
 * What was sent to the participant on whose connection this track arrives, the picture's size, what it may take (`limitKbps`), what the
 * browser's congestion control leaves its encoder of that (`targetKbps`), and how much it believes in altogether (`availableKbps`).
 */
export async function sentBeside(track) {
  const pc = peerConnections.find((candidate) => candidate.getReceivers().some((receiver) => receiver.track === track));
  const sent = { audioBytes: 0, audioPackets: 0, videoBytes: 0, frames: 0, height: 0, limitKbps: 0, targetKbps: 0, availableKbps: 0 };
  if (!pc || pc.signalingState === 'closed') return sent;
  const camera = pc.getSenders().find((sender) => sender.track?.kind === 'video');
  sent.limitKbps = (camera?.getParameters().encodings[0]?.maxBitrate ?? 0) / 1_000;
  for (const stats of (await pc.getStats()).values()) {
    if (stats.type === 'candidate-pair' && stats.nominated) sent.availableKbps = (stats.availableOutgoingBitrate ?? 0) / 1_000;
    if (stats.type !== 'outbound-rtp') continue;
    sent[`${stats.kind}Bytes`] += stats.bytesSent;
    if (stats.kind === 'audio') sent.audioPackets += stats.packetsSent;
    if (stats.kind !== 'video') continue;
    sent.targetKbps = Math.max(sent.targetKbps, (stats.targetBitrate ?? 0) / 1_000);
    sent.frames += stats.framesSent ?? 0;
    sent.height = Math.max(sent.height, stats.frameHeight ?? 0);
  }
  return sent;
}

/**
 * What the connection on which this track arrives sends with, and what both ends say of Opus and of its repair. Statistics name
 * Opus also where it travels in RED, so that is told by the first format of the description and by the size of packets.
 */
export async function negotiatedOn(track) {
  const pc = peerConnections.find((candidate) => candidate.getReceivers().some((receiver) => receiver.track === track));
  const report = await pc.getStats();
  const sends = {};
  let packetBytes = 0;
  for (const { type, kind, codecId, bytesSent, packetsSent } of report.values()) {
    if (type !== 'outbound-rtp' || bytesSent === 0) continue;
    sends[kind] = report.get(codecId).mimeType;
    if (kind === 'audio') packetBytes = bytesSent / packetsSent;
  }
  const opusOf = ({ sdp }) => {
    const number = /^a=rtpmap:(\d+) opus\//m.exec(sdp)[1];
    return {
      fmtp: new RegExp(`^a=fmtp:${number} (.*?)\r?$`, 'm').exec(sdp)?.[1].split(';') ?? [],
      red: new RegExp(`^a=fmtp:\\d+ ${number}/${number}\r?$`, 'm').test(sdp),
      redFirst: /^m=audio \S+ \S+ (\d+) [^]*?^a=rtpmap:\1 red\//m.test(sdp.split('m=video')[0]),
    };
  };
  return { sends, packetBytes, ours: opusOf(pc.localDescription), theirs: opusOf(pc.remoteDescription) };
}

/** The types of all candidates that open connections gathered, and of those from which they send. */
export async function candidatesInUse(connections) {
  const gathered = new Set();
  const used = [];
  for (const pc of connections.filter(({ signalingState }) => signalingState !== 'closed')) {
    const stats = await pc.getStats();
    for (const entry of stats.values()) {
      if (entry.type === 'local-candidate') gathered.add(entry.candidateType);
      if (entry.type !== 'transport' || !entry.selectedCandidatePairId) continue;
      used.push(stats.get(stats.get(entry.selectedCandidatePairId).localCandidateId).candidateType);
    }
  }
  return { gathered: [...gathered].sort(), used };
}

// A third of a second of pictures at 15/s, and as much sound.
const FRAMES = 5;
const PACKETS = 15;

/**
 * Waits until picture and sound of all these users advance, each from where it stands now.
 *
 * @param {(userId: string) => Promise<object>} receivedFrom as `receivedOn()` returns it
 */
export async function untilFlowing(receivedFrom, userIds, limitMs, { picture = true, sound = true } = {}) {
  const startedAt = performance.now();
  const first = new Map();
  const last = {};
  const flows = async (userId) => {
    const now = await receivedFrom(userId);
    const before = first.get(userId) ?? now;
    // A fresh connection counts from zero again.
    first.set(userId, now.frames < before.frames || now.packets < before.packets ? now : before);
    last[userId] = { frames: now.frames - before.frames, packets: now.packets - before.packets };
    const seen = !picture || (last[userId].frames >= FRAMES && now.videoBytes > 0);
    return seen && (!sound || (last[userId].packets >= PACKETS && now.audioBytes > 0));
  };
  try {
    await until(async () => (await Promise.all(userIds.map(flows))).every(Boolean), limitMs, 'all media');
  } catch (error) {
    throw new Error(`${error.message}: what came in was ${JSON.stringify(last)}`);
  }
  return { afterMs: Math.round(performance.now() - startedAt), grownBy: last };
}
