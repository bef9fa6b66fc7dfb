/** Executes `pc.*`, `channel.*` and `stats.collect`: all peer connections, known by number. */

import type { CoreCommand, TrackSource } from '../protocol.js';
import type { IceServers } from './ice-servers.js';
import { hasRelay, PeerLink } from './peer-link.js';
import { describeFailure, type Count, type Port, type Report } from './port.js';

export type PeersCommand = Extract<
  CoreCommand,
  { type: `pc.${string}` | `channel.${string}` | 'stats.collect' }
>;
type CreateCommand = Extract<PeersCommand, { type: 'pc.create' }>;

/** What the peers need from the rest of the page. */
export interface PeersOptions {
  /** Makes an RTCPeerConnection; a parameter, so that tests need no browser. */
  readonly open: (configuration: RTCConfiguration) => RTCPeerConnection;
  /** Asked before each connection gathers its addresses, at first and for an ICE restart. */
  readonly iceServers: Pick<IceServers, 'latest' | 'fresh'>;
  /** What all connections identify themselves with; none: each makes one of its own. */
  readonly certificates: readonly RTCCertificate[];
  /** Which candidates may be used; the browser's default where it is not given. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy;
  /** Finds a track of this page by id. */
  readonly localTrack: (id: string) => MediaStreamTrack | null;
}

export class PeersPort implements Port<PeersCommand> {
  readonly #report: Report;
  readonly #count: Count;
  readonly #options: PeersOptions;
  readonly #links = new Map<number, PeerLink>();
  #closed = false;

  constructor(report: Report, count: Count, options: PeersOptions) {
    this.#report = (event) => {
      if (!this.#closed) report(event);
    };
    this.#count = count;
    this.#options = options;
  }

  execute(command: PeersCommand): void {
    switch (command.type) {
      case 'pc.create':
        return this.#create(command);
      case 'pc.assign':
        this.#links.get(command.connection)?.assign(command.peer);
        return;
      case 'pc.close':
        this.#links.get(command.connection)?.close();
        this.#links.delete(command.connection);
        return;
      case 'stats.collect':
        void this.#collect(command.op);
        return;
      case 'pc.setLocalDescription':
      case 'pc.setRemoteDescription':
      case 'pc.adoptSlots':
      case 'pc.addIceCandidate':
      case 'pc.attachTrack':
      case 'channel.send':
        // A connection that could not be made has been reported as failed already.
        return this.#links.get(command.connection)?.execute(command);
      default:
        command satisfies never;
    }
  }

  close(): void {
    this.#closed = true;
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  /** The stream of a remote track, and its sound; null where the connection or the slot does not exist. */
  stream({ connection, slot, sound }: TrackSource): MediaStream | null {
    return slot === undefined ? null : (this.#links.get(connection)?.stream(slot, sound) ?? null);
  }

  #create(command: CreateCommand): void {
    const { open, iceServers, iceTransportPolicy, certificates } = this.#options;
    let pc: RTCPeerConnection;
    try {
      // One transport for all slots: fewer candidates, and a link is up or down as a whole. One
      // certificate for all connections: their offers differ in little then, and pack well.
      pc = open({
        iceServers: iceServers.latest.filter((server) => !command.spare || !hasRelay(server)),
        bundlePolicy: 'max-bundle',
        ...(certificates.length > 0 && { certificates: [...certificates] }),
        ...(iceTransportPolicy !== undefined && { iceTransportPolicy }),
      });
    } catch (error) {
      const { peer, connection } = command;
      this.#report({ type: 'pc.operationFailed', peer, connection, op: 0, ...describeFailure(error) });
      return;
    }
    const link = new PeerLink(command, pc, this.#report, this.#count, this.#options);
    this.#links.set(command.connection, link);
    link.start(command);
  }

  async #collect(op: number): Promise<void> {
    const samples = await Promise.all([...this.#links.values()].map((link) => link.sample()));
    this.#report({ type: 'stats.sampled', op, links: samples.filter((sample) => sample !== null) });
  }
}
