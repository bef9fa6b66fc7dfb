/** One RTCPeerConnection: executes the commands that name it, reports what befalls it. */

import type { CoreCandidate, CoreCommand, CoreEvent, LinkSample, MediaKind, StreamName } from '../protocol.js';
import type { Energy, LevelSource } from './levels.js';
import type { PeersOptions } from './peers.js';
import { bounded, describeFailure, type Count, type Report } from './port.js';

type CreateCommand = Extract<CoreCommand, { type: 'pc.create' }>;
type LimitCommand = Extract<CoreCommand, { type: 'pc.setParameters' }>;
type LinkCommand = Exclude<
  Extract<CoreCommand, { type: `pc.${string}` | `channel.${string}` }>,
  { type: 'pc.create' | 'pc.assign' | 'pc.close' }
>;

/** The members of RTCInboundRtpStreamStats that are used here; older browsers leave out `mid`. */
interface InboundStats {
  readonly type: string;
  readonly mid?: string;
  readonly trackIdentifier?: string;
  readonly bytesReceived?: number;
  readonly framesDecoded?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  /** Seconds. */
  readonly jitter?: number;
}
/** The same of what is sent, of what the far side says of it, and of the path that it takes. */
interface SendStats {
  readonly mid?: string;
  readonly bytesSent?: number;
  readonly qualityLimitationReason?: string;
  readonly remoteId?: string;
  readonly fractionLost?: number;
  readonly selectedCandidatePairId?: string;
  /** Only Firefox marks the pair itself. */
  readonly selected?: boolean;
  readonly availableOutgoingBitrate?: number;
  readonly currentRoundTripTime?: number;
}
/** The same of RTCAudioSourceStats, which Firefox does not have. */
interface SourceStats {
  readonly type: string;
  readonly totalAudioEnergy?: number;
  readonly totalSamplesDuration?: number;
}
type SlotSample = LinkSample['slots'][number];
type SlotCounts = { -readonly [Name in keyof SlotSample]: SlotSample[Name] };

/** A browser that refuses parameters does so for a moment, or for good. */
const PARAMETER_TRIES = 4;

// The core refuses more m-lines than this (core/public/config.h, kSlots).
const SLOTS = 16;

function toCoreCandidate(candidate: RTCIceCandidate): CoreCandidate {
  const { candidate: line, sdpMid, sdpMLineIndex, usernameFragment } = candidate;
  return {
    candidate: line,
    ...(sdpMid !== null && { sdpMid }),
    ...(sdpMLineIndex !== null && { sdpMLineIndex }),
    ...(usernameFragment !== null && { usernameFragment }),
  };
}

/** Whether one of its addresses is a TURN server. */
export function hasRelay({ urls }: RTCIceServer): boolean {
  return [urls].flat().some((url) => /^turns?:/i.test(url));
}

function iceUserOf(description: RTCSessionDescription | null): string | undefined {
  return /^a=ice-ufrag:(\S+)/m.exec(description?.sdp ?? '')?.[1];
}

/** Those of these MIME types first, in that order; the others, with what mends losses, stay behind them. */
function preferCodecs(transceiver: RTCRtpTransceiver, kind: MediaKind, wanted: readonly string[]): void {
  const all = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const rank = ({ mimeType }: { mimeType: string }): number => {
    const at = wanted.findIndex((one) => one.toLowerCase() === mimeType.toLowerCase());
    return at < 0 ? wanted.length : at;
  };
  // Firefox below 128 has no preferences.
  transceiver.setCodecPreferences?.([...all].sort((one, other) => rank(one) - rank(other)));
}

async function changeEncoding(sender: RTCRtpSender, change: (encoding: RTCRtpEncodingParameters) => void): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (!encoding) throw new DOMException('There is no encoding.', 'InvalidStateError');
  change(encoding);
  await sender.setParameters(parameters);
}

/** Adds what one of its streams has sent; zeros are left out. */
function addSent(slot: SlotCounts, { bytesSent = 0, qualityLimitationReason, remoteId }: SendStats, report: RTCStatsReport): void {
  if (bytesSent > 0) slot.sent = (slot.sent ?? 0) + Math.round(bytesSent);
  if (qualityLimitationReason === 'cpu') slot.cpu = true;
  const { fractionLost = 0 } = ((remoteId && report.get(remoteId)) || {}) as SendStats;
  const lost = Math.round(fractionLost * 1_000);
  if (lost > (slot.lost ?? 0)) slot.lost = lost;
}

/** Adds what one of its streams has received; zeros are left out. After a change of SSRC there are two. */
function addReceived(slot: SlotCounts, stats: InboundStats): void {
  slot.bytes += Math.round(stats.bytesReceived ?? 0);
  slot.frames += Math.round(stats.framesDecoded ?? 0);
  const { packetsReceived = 0, packetsLost = 0, jitter = 0 } = stats;
  if (packetsReceived > 0) slot.packets = (slot.packets ?? 0) + packetsReceived;
  // Less than nothing where some came twice.
  if (packetsLost > 0) slot.missing = (slot.missing ?? 0) + packetsLost;
  const jitterMs = Math.round(jitter * 1_000);
  if (jitterMs > (slot.jitterMs ?? 0)) slot.jitterMs = jitterMs;
}

export class PeerLink implements LevelSource {
  #id: { readonly peer: string; readonly connection: number };
  readonly #pc: RTCPeerConnection;
  readonly #report: Report;
  readonly #count: Count;
  readonly #options: Pick<PeersOptions, 'localTrack' | 'iceServers' | 'codecs'>;
  /** Detaches every listener at once; also marks this link as closed. */
  readonly #listening = new AbortController();
  readonly #outgoing = new Map<StreamName, MediaStream>();
  readonly #incoming = new Map<number, MediaStream>();
  readonly #transports = new Set<RTCDtlsTransport>();
  /** By slot: what its sender is to be told last, and the end of telling it what it is told. */
  readonly #latest = new Map<number, LimitCommand>();
  readonly #told = new Map<number, Promise<void>>();
  /** What failed, and how often it may still be tried: once with each sample. */
  readonly #refused: [LimitCommand, number][] = [];
  #channel: RTCDataChannel | undefined;
  /** When the packet was played whose level was seen last. */
  #levelAt = 0;
  /** The far side's ICE user name when this side last gathered. */
  #farSide: string | undefined;

  constructor(
    { peer, connection }: CreateCommand,
    pc: RTCPeerConnection,
    report: Report,
    count: Count,
    options: Pick<PeersOptions, 'localTrack' | 'iceServers' | 'codecs'>,
  ) {
    this.#id = { peer, connection };
    this.#pc = pc;
    this.#report = (event) => {
      if (!this.#closed) report(event);
    };
    this.#count = count;
    this.#options = options;
    this.#listen();
  }

  /** A spare connection has found its peer, and may use relays when it gathers again. */
  assign(peer: string): void {
    this.#id = { ...this.#id, peer };
    this.#settle(0, async () => this.#useServers(this.#options.iceServers.latest));
  }

  /** Makes the transceivers and the channel that the offerer starts with. */
  start({ slots, channel }: CreateCommand): void {
    try {
      for (const { kind, stream } of slots) {
        const transceiver = this.#pc.addTransceiver(kind, { direction: 'sendrecv', streams: [this.#outgoingStream(stream)] });
        if (this.#options.codecs) preferCodecs(transceiver, kind, this.#options.codecs);
      }
      if (channel) this.#openChannel();
    } catch (error) {
      this.#failed(0, error);
    }
  }

  execute(command: LinkCommand): void {
    switch (command.type) {
      case 'pc.setLocalDescription':
        return this.#settle(command.op, () => this.#setLocalDescription(command.op, command.restart));
      case 'pc.setRemoteDescription':
        return this.#settle(command.op, () => this.#setRemoteDescription(command.op, command.description));
      case 'pc.adoptSlots':
        return this.#settle(0, () => this.#adoptSlots(command.streams));
      case 'pc.addIceCandidate':
        return this.#settle(0, () => this.#pc.addIceCandidate(command.candidate));
      case 'pc.attachTrack':
        return this.#settle(command.op, () => this.#attachTrack(command.op, command.slot, command.track));
      case 'pc.setParameters':
        return this.#setParameters(command);
      case 'pc.requestKeyFrame':
        return this.#requestKeyFrame(command.slot);
      case 'channel.send':
        return this.#send(command.text);
      default:
        command satisfies never;
    }
  }

  close(): void {
    this.#listening.abort();
    this.#pc.close();
  }

  /** The remote track of a slot, with that of its sound, as a stream of its own, always the same one. */
  stream(slot: number, sound?: number): MediaStream | null {
    const known = this.#incoming.get(slot);
    if (known) return known;
    const transceivers = this.#pc.getTransceivers();
    if (!transceivers[slot]) return null;
    const parts = transceivers.filter((_, index) => index === slot || index === sound);
    const stream = new MediaStream(parts.map(({ receiver }) => receiver.track));
    this.#incoming.set(slot, stream);
    return stream;
  }

  /** What every receiver has counted; null when the connection closed meanwhile. */
  async sample(): Promise<LinkSample | null> {
    let report: RTCStatsReport;
    try {
      report = await this.#pc.getStats();
    } catch {
      // A connection that cannot be asked any more is left out; its end is reported elsewhere.
      this.#count('stats.failed');
      return null;
    }
    if (this.#closed) return null;
    for (const [command, tries] of this.#refused.splice(0)) {
      if (this.#latest.get(command.slot) === command) this.#setParameters(command, tries);
    }
    const transceivers = this.#pc.getTransceivers();
    const slots = transceivers.map(({ sender }, slot): SlotCounts => {
      const { width = 0, height = 0 } = sender.track?.getSettings() ?? {};
      const lines = Math.round(Math.min(width, height));
      return { slot, bytes: 0, frames: 0, ...(lines > 0 && { lines }) };
    });
    let path: SendStats = {};
    report.forEach((stats: InboundStats & SendStats) => {
      if (stats.type === 'outbound-rtp') {
        const slot = slots[transceivers.findIndex(({ mid }) => mid === stats.mid)];
        if (slot) addSent(slot, stats, report);
      } else if (stats.selectedCandidatePairId !== undefined) {
        path = (report.get(stats.selectedCandidatePairId) as SendStats | undefined) ?? path;
      } else if (stats.selected) {
        path = stats;
      }
      if (stats.type !== 'inbound-rtp') return;
      const index = transceivers.findIndex(({ mid, receiver }) =>
        stats.mid === undefined ? receiver.track.id === stats.trackIdentifier : mid === stats.mid,
      );
      const slot = slots[index];
      if (!slot) return;
      addReceived(slot, stats);
    });
    const availableKbps = Math.round((path.availableOutgoingBitrate ?? 0) / 1_000);
    const rttMs = Math.round((path.currentRoundTripTime ?? 0) * 1_000);
    return {
      ...this.#id,
      slots: slots.slice(0, SLOTS),
      ...(availableKbps > 0 && { availableKbps }),
      ...(rttMs > 0 && { rttMs }),
    };
  }

  get id(): { readonly peer: string; readonly connection: number } {
    return this.#id;
  }

  level(): number {
    const receiver = this.#pc.getTransceivers().find((one) => one.receiver.track.kind === 'audio')?.receiver;
    const [source] = receiver?.getSynchronizationSources?.() ?? [];
    // Of one who sends nothing any more, the last is told for 10 s.
    const fresh = source !== undefined && source.timestamp !== this.#levelAt;
    this.#levelAt = source?.timestamp ?? 0;
    return fresh ? Math.round((source.audioLevel ?? 0) * 1_000) : 0;
  }

  async ownEnergy(): Promise<Energy | null> {
    const sender = this.#pc.getTransceivers().find((one) => one.sender.track?.kind === 'audio')?.sender;
    if (!sender?.track?.enabled) return null;
    try {
      for (const stats of (await sender.getStats()).values() as Iterable<SourceStats>) {
        const { type, totalAudioEnergy, totalSamplesDuration } = stats;
        if (type === 'media-source' && totalAudioEnergy !== undefined && totalSamplesDuration !== undefined) {
          return { energy: totalAudioEnergy, seconds: totalSamplesDuration };
        }
      }
    } catch {
      // Closed meanwhile.
      this.#count('stats.failed');
    }
    return null;
  }

  get #closed(): boolean {
    return this.#listening.signal.aborted;
  }

  #listen(): void {
    const pc = this.#pc;
    const { signal } = this.#listening;
    pc.addEventListener(
      'icecandidate',
      ({ candidate }) => {
        // Null marks the end; Firefox says "" as well.
        if (candidate?.candidate === '') return;
        this.#report({
          type: 'pc.candidate',
          ...this.#id,
          candidate: candidate ? toCoreCandidate(candidate) : { candidate: '' },
        });
      },
      { signal },
    );
    pc.addEventListener(
      'icecandidateerror',
      ({ errorCode, errorText }) => {
        this.#report({ type: 'pc.candidateFailed', ...this.#id, code: errorCode, text: bounded(errorText) });
      },
      { signal },
    );
    pc.addEventListener(
      'connectionstatechange',
      () => {
        // Transports come with descriptions, and every one passes through "connecting".
        this.#watchTransports();
        this.#report({ type: 'pc.transportChanged', ...this.#id, state: pc.connectionState });
      },
      { signal },
    );
  }

  /** Runs one operation of the browser: starts it now, reports its failure under `op`. */
  #settle(op: number, work: () => Promise<CoreEvent | void>): void {
    work().then(
      (event) => {
        if (event) this.#report(event);
      },
      (error: unknown) => this.#failed(op, error),
    );
  }

  #failed(op: number, error: unknown): void {
    this.#report({ type: 'pc.operationFailed', ...this.#id, op, ...describeFailure(error) });
  }

  async #setLocalDescription(op: number, restart: boolean): Promise<CoreEvent> {
    // An answer to a restart gathers, too; it is known by the new user name of the far side.
    const farSide = iceUserOf(this.#pc.remoteDescription);
    const spare = this.#id.peer === '';
    const gathers = !spare && (restart || this.#pc.localDescription === null || farSide !== this.#farSide);
    this.#farSide = farSide;
    const fresh = gathers ? this.#options.iceServers.fresh() : null;
    if (fresh) this.#useServers(await fresh);
    if (restart) this.#pc.restartIce();
    await this.#pc.setLocalDescription();
    const description = this.#pc.localDescription;
    if (description?.type !== 'offer' && description?.type !== 'answer') {
      throw new DOMException('', 'InvalidStateError');
    }
    const { type, sdp } = description;
    return { type: 'pc.localDescriptionSet', ...this.#id, op, description: { type, sdp }, ...this.#relay() };
  }

  /** Whether the servers known by now name a relay. */
  #relay(): { relay?: true } {
    return this.#options.iceServers.latest.some(hasRelay) ? { relay: true } : {};
  }

  #useServers(servers: readonly RTCIceServer[]): void {
    if (this.#closed) return;
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers: [...servers] });
  }

  async #setRemoteDescription(op: number, description: RTCSessionDescriptionInit): Promise<CoreEvent> {
    await this.#pc.setRemoteDescription(description);
    const kinds = this.#pc.getTransceivers().map(({ receiver }) => receiver.track.kind as MediaKind);
    return { type: 'pc.remoteDescriptionSet', ...this.#id, op, slots: kinds.slice(0, SLOTS), ...this.#relay() };
  }

  async #adoptSlots(streams: readonly StreamName[]): Promise<void> {
    const transceivers = this.#pc.getTransceivers();
    streams.forEach((name, slot) => {
      const transceiver = transceivers[slot];
      if (!transceiver) throw new DOMException(`There is no slot ${slot}.`, 'InvalidStateError');
      transceiver.direction = 'sendrecv';
      // Without it an older client's `event.streams[0]` would be undefined; Firefox below 113 has none.
      transceiver.sender.setStreams?.(this.#outgoingStream(name));
    });
  }

  async #attachTrack(op: number, slot: number, track: string): Promise<CoreEvent> {
    const transceiver = this.#pc.getTransceivers()[slot];
    if (!transceiver) throw new DOMException(`There is no slot ${slot}.`, 'InvalidStateError');
    await transceiver.sender.replaceTrack(this.#options.localTrack(track));
    return { type: 'pc.trackAttached', ...this.#id, op };
  }

  /** Of those that wait only the last is of use. */
  #setParameters(command: LimitCommand, tries = PARAMETER_TRIES): void {
    const { slot, limit: { maxKbps = 0, scalePermille = 0, maxFps = 0, inactive = false } } = command;
    this.#latest.set(slot, command);
    this.#withSender(slot, async (sender) => {
      if (this.#latest.get(slot) !== command) return;
      await changeEncoding(sender, (encoding) => {
        encoding.active = !inactive;
        if (maxKbps > 0) encoding.maxBitrate = maxKbps * 1_000;
        else delete encoding.maxBitrate;
        if (scalePermille > 0) encoding.scaleResolutionDownBy = scalePermille / 1_000;
        if (maxFps > 0) encoding.maxFramerate = maxFps;
        else delete encoding.maxFramerate;
      }).catch((error: unknown) => {
        if (tries > 1) this.#refused.push([command, tries - 1]);
        throw error;
      });
    });
  }

  #requestKeyFrame(slot: number): void {
    this.#withSender(slot, async (sender) => {
      let heeded = false;
      const parameters = sender.getParameters();
      const [encoding] = parameters.encodings;
      if (!encoding?.active) return;
      // Who knows the option reads it; who does not is told of nothing.
      const options = {
        get encodingOptions() {
          heeded = true;
          return parameters.encodings.map(() => ({ keyFrame: true }));
        },
      };
      await (sender.setParameters as (parameters: RTCRtpSendParameters, options: object) => Promise<void>).call(
        sender,
        parameters,
        options,
      );
      if (heeded) return;
      await changeEncoding(sender, (one) => (one.active = false));
      await changeEncoding(sender, (one) => (one.active = true));
    });
  }

  /** One after the other for each sender, since each sets what it has read. */
  #withSender(slot: number, work: (sender: RTCRtpSender) => Promise<void>): void {
    const sender = this.#pc.getTransceivers()[slot]?.sender;
    if (!sender) return;
    const told = (this.#told.get(slot) ?? Promise.resolve())
      .then(() => (this.#closed ? undefined : work(sender)))
      .catch(() => {
        // It goes on as it was; limits are told again, and the next change all the same.
        if (!this.#closed) this.#count('parameters.failed');
      });
    this.#told.set(slot, told);
  }

  /** An empty stream that gives this connection's tracks their common stream id. */
  #outgoingStream(name: StreamName): MediaStream {
    const stream = this.#outgoing.get(name) ?? new MediaStream();
    this.#outgoing.set(name, stream);
    return stream;
  }

  #openChannel(): void {
    const channel = this.#pc.createDataChannel('groupcall', { negotiated: true, id: 0 });
    const { signal } = this.#listening;
    channel.bufferedAmountLowThreshold = 0;
    channel.addEventListener('open', () => this.#report({ type: 'channel.opened', ...this.#id }), { signal });
    channel.addEventListener('close', () => this.#report({ type: 'channel.closed', ...this.#id }), { signal });
    channel.addEventListener('bufferedamountlow', () => this.#drained(), { signal });
    channel.addEventListener(
      'message',
      ({ data }: MessageEvent<unknown>) => {
        if (typeof data === 'string') this.#report({ type: 'channel.message', ...this.#id, text: data });
        else this.#count('channel.binary-message');
      },
      { signal },
    );
    this.#channel = channel;
  }

  #send(text: string): void {
    const channel = this.#channel;
    if (channel?.readyState !== 'open') {
      // It closed, or is closing, and the report of that is already on its way to the core.
      this.#count('channel.send-after-close');
      return;
    }
    try {
      channel.send(text);
    } catch (error) {
      this.#failed(0, error);
      return;
    }
    if (channel.bufferedAmount === 0) queueMicrotask(() => this.#drained());
  }

  #drained(): void {
    this.#report({ type: 'channel.drained', ...this.#id });
  }

  /** Reports when the far side closes: its DTLS alert comes 5 s before `connectionState` tells. */
  #watchTransports(): void {
    for (const transport of this.#currentTransports()) {
      if (this.#transports.has(transport)) continue;
      this.#transports.add(transport);
      transport.addEventListener(
        'statechange',
        () => {
          // Bundling discards transports, too: only the end of one in use is news.
          if (transport.state === 'closed' && this.#currentTransports().has(transport)) {
            this.#report({ type: 'pc.dtlsClosed', ...this.#id });
          }
        },
        { signal: this.#listening.signal },
      );
    }
  }

  #currentTransports(): Set<RTCDtlsTransport> {
    const all = this.#pc.getTransceivers().flatMap(({ sender, receiver }) => [sender.transport, receiver.transport]);
    all.push(this.#pc.sctp?.transport ?? null);
    return new Set(all.filter((transport) => transport !== null));
  }
}
