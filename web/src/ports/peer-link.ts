/** One RTCPeerConnection: executes the commands that name it, reports what befalls it. */

import type { CoreCandidate, CoreCommand, CoreEvent, LinkSample, MediaKind, StreamName } from '../protocol.js';
import type { PeersOptions } from './peers.js';
import { bounded, describeFailure, type Count, type Report } from './port.js';

type CreateCommand = Extract<CoreCommand, { type: 'pc.create' }>;
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
}

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

export class PeerLink {
  #id: { readonly peer: string; readonly connection: number };
  readonly #pc: RTCPeerConnection;
  readonly #report: Report;
  readonly #count: Count;
  readonly #options: Pick<PeersOptions, 'localTrack' | 'iceServers'>;
  /** Detaches every listener at once; also marks this link as closed. */
  readonly #listening = new AbortController();
  readonly #outgoing = new Map<StreamName, MediaStream>();
  readonly #incoming = new Map<number, MediaStream>();
  readonly #transports = new Set<RTCDtlsTransport>();
  #channel: RTCDataChannel | undefined;
  /** The far side's ICE user name when this side last gathered. */
  #farSide: string | undefined;

  constructor(
    { peer, connection }: CreateCommand,
    pc: RTCPeerConnection,
    report: Report,
    count: Count,
    options: Pick<PeersOptions, 'localTrack' | 'iceServers'>,
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
        this.#pc.addTransceiver(kind, { direction: 'sendrecv', streams: [this.#outgoingStream(stream)] });
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
    const transceivers = this.#pc.getTransceivers();
    const slots = transceivers.map((_, slot) => ({ slot, bytes: 0, frames: 0 }));
    report.forEach((stats: InboundStats) => {
      if (stats.type !== 'inbound-rtp') return;
      const index = transceivers.findIndex(({ mid, receiver }) =>
        stats.mid === undefined ? receiver.track.id === stats.trackIdentifier : mid === stats.mid,
      );
      const slot = slots[index];
      if (!slot) return;
      // Added up: after a change of SSRC one m-line has two of these.
      slot.bytes += Math.round(stats.bytesReceived ?? 0);
      slot.frames += Math.round(stats.framesDecoded ?? 0);
    });
    return { ...this.#id, slots: slots.slice(0, SLOTS) };
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
      throw new DOMException('There is no local description.', 'InvalidStateError');
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
