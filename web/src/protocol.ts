// Printed by tools/print_protocol from the field tables in wasm/bridge. Do not edit: change
// the table and run `tools/build --protocol`. What each member means, its unit and its limit
// stand in core/public/event.h, command.h and snapshot.h.

/** A call with pictures, or one of voices only. */
export type CallType = 'video' | 'voice';
export type MediaKind = 'audio' | 'video';
export type StreamName = 'camera' | 'screen';
export type TransportState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
/** How it goes with a device: see `MediaStatus.state`. */
export type MediaState = 'loading' | 'on' | 'off' | 'error' | 'replacing' | 'ended';
/** Why a device is in its state: `reasonText()` of `groupcall/reasons` has words for each. */
export type MediaReason = 'none' | 'starting' | 'self-off' | 'peer-off' | 'connecting' | 'network-stalled' | 'decoder-stalled' | 'unreachable' | 'not-shown' | 'not-sent' | 'interrupted' | 'permission-denied' | 'permission-dismissed' | 'insecure-context' | 'no-device' | 'in-use' | 'constraint' | 'timeout' | 'device-lost' | 'device-error' | 'needs-gesture' | 'unsupported' | 'stopped' | 'permission-blocked' | 'processor-failed';
/** What went wrong, as the core names it: see `GroupCallError.code`. */
export type ErrorCode = 'none' | 'invalid-argument' | 'already-joined' | 'aborted' | 'disposed' | 'server-unreachable' | 'timeout' | 'refused' | 'rate-limited' | 'replaced' | 'group-not-found' | 'not-a-member' | 'room-full' | 'join-failed' | 'server-shutting-down' | 'application-socket' | 'message-too-large' | 'not-in-call' | 'nobody-there' | 'outbox-full';
/** Where the call stands: see `CallSnapshot.phase`. */
export type Phase = 'idle' | 'joining' | 'joined' | 'reconnecting' | 'leaving';
/** How it goes with the connection to the server: see `SignallingStatus.state`. */
export type SignallingState = 'closed' | 'connecting' | 'online' | 'waiting' | 'halted';
/** The way to somebody's page: see `Participant.connection`. */
export type LinkView = 'connecting' | 'connected' | 'reconnecting' | 'unreachable';
/** Why somebody is not connected: `connectionReasonText()` of `groupcall/reasons` has words for each. */
export type ConnectionReason = 'none' | 'no-answer' | 'no-candidates' | 'relay-refused' | 'relay-unreachable' | 'no-relay' | 'no-path' | 'older-client';
/** What limits a connection most: see `Participant.qualityCause`. */
export type QualityCause = 'none' | 'loss' | 'rtt' | 'jitter' | 'bitrate' | 'cpu';
/** Whether somebody is connected to the server: see `Participant.signalling`. */
export type PeerSignalling = 'present' | 'lost';

export interface CoreDescription {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

export interface CoreCandidate {
  readonly candidate: string;
  readonly sdpMid?: string;
  readonly sdpMLineIndex?: number;
  readonly usernameFragment?: string;
}

export interface CoreError {
  readonly code: ErrorCode;
  readonly detail: string;
}

export interface MediaView {
  readonly state: MediaState;
  readonly reason: MediaReason;
}

export interface TrackSource {
  readonly connection: number;
  readonly slot?: number;
  readonly sound?: number;
}

export interface RoomView {
  readonly roomId: string;
  readonly groupId: string;
  readonly callType: CallType;
  readonly joinedAtMs: number;
}

export interface SignallingView {
  readonly state: SignallingState;
  readonly error: CoreError;
  readonly retryAtMs: number;
}

export interface SelfView {
  readonly microphone: MediaView;
  readonly camera: MediaView;
  readonly screen: MediaView;
  readonly microphoneTrack: string;
  readonly cameraTrack: string;
  readonly microphoneDevice: string;
  readonly cameraDevice: string;
  readonly screenTrack: string;
  readonly deviceError: string;
  readonly speaking?: boolean;
}

export interface InvitationView {
  readonly roomId: string;
  readonly groupId: string;
  readonly callType: CallType;
  readonly caller: Readonly<Record<string, unknown>>;
  readonly groupName: string;
  readonly endsAtMs: number;
}

export interface ParticipantView {
  readonly userId: string;
  readonly userInfo: Readonly<Record<string, unknown>>;
  readonly connection: LinkView;
  readonly connectionReason: ConnectionReason;
  readonly signalling: PeerSignalling;
  readonly olderClient: boolean;
  readonly microphone: MediaView;
  readonly camera: MediaView;
  readonly screen: MediaView;
  readonly microphoneSource: TrackSource;
  readonly cameraSource: TrackSource;
  readonly screenSource: TrackSource;
  readonly speaking?: boolean;
  readonly quality?: number;
  readonly qualityCause?: QualityCause;
}

export interface LinkSample {
  readonly peer: string;
  readonly connection: number;
  readonly slots: readonly {
    readonly slot: number;
    readonly bytes: number;
    readonly frames: number;
    readonly sent?: number;
    readonly lost?: number;
    readonly lines?: number;
    readonly cpu?: boolean;
    readonly packets?: number;
    readonly missing?: number;
    readonly jitterMs?: number;
  }[];
  readonly availableKbps?: number;
  readonly rttMs?: number;
}

export interface SnapshotPatch {
  readonly phase?: Phase;
  readonly room?: RoomView;
  readonly error?: CoreError;
  readonly signalling?: SignallingView;
  readonly self?: SelfView;
  readonly devices?: readonly {
    readonly kind: 'microphone' | 'camera' | 'speaker';
    readonly deviceId: string;
    readonly label: string;
  }[];
  readonly invitations?: readonly InvitationView[];
  readonly participants?: readonly ParticipantView[];
  readonly order?: readonly string[];
  readonly diagnostics?: readonly {
    readonly name: string;
    readonly count: number;
  }[];
  readonly timings?: readonly {
    readonly name: string;
    readonly count: number;
  }[];
}

export interface CoreConfig {
  readonly self: {
    readonly userId: string;
    readonly userInfo?: Readonly<Record<string, unknown>>;
  };
  readonly signalling: {
    readonly url?: string;
    readonly path?: string;
    readonly namespace?: string;
    readonly query?: string;
    readonly auth?: Readonly<Record<string, unknown>>;
    readonly application?: boolean;
    readonly reconnect?: 'core' | 'application';
  };
  readonly seed: string;
  readonly topology?: 'mesh' | 'sfu';
  readonly joinTimeoutMs?: number;
  readonly earlyOffers?: number;
  readonly maxParticipants?: number;
  readonly relayOnly?: boolean;
  readonly keepCamera?: boolean;
  readonly releaseMicrophone?: boolean;
}

/** What a port reports. */
export type CoreEvent =
  | {
      readonly type: 'call.join';
      readonly request: number;
      readonly roomId: string;
      readonly groupId: string;
      readonly callType: CallType;
      readonly audio: boolean;
      readonly video: boolean;
      readonly audioConstraints?: string;
      readonly videoConstraints?: string;
    }
  | {
      readonly type: 'call.leave';
      readonly request: number;
    }
  | {
      readonly type: 'call.dispose';
    }
  | {
      readonly type: 'call.setMicrophone';
      readonly on: boolean;
    }
  | {
      readonly type: 'call.setCamera';
      readonly on: boolean;
    }
  | {
      readonly type: 'call.setScreenShare';
      readonly on: boolean;
      readonly audio?: boolean;
      readonly motion?: boolean;
      readonly constraints?: string;
    }
  | {
      readonly type: 'call.listen';
      readonly on: boolean;
    }
  | {
      readonly type: 'call.takeOver';
    }
  | {
      readonly type: 'call.decline';
      readonly roomId: string;
    }
  | {
      readonly type: 'call.send';
      readonly request: number;
      readonly to?: string;
      readonly text: string;
    }
  | {
      readonly type: 'call.setView';
      readonly peer: string;
      readonly view: {
        readonly width?: number;
        readonly height?: number;
        readonly speaker?: boolean;
        readonly screenHidden?: boolean;
      };
    }
  | {
      readonly type: 'socket.opened';
      readonly socket: number;
    }
  | {
      readonly type: 'socket.frame';
      readonly socket: number;
      readonly text: string;
    }
  | {
      readonly type: 'socket.binary';
      readonly socket: number;
      readonly bytes: number;
    }
  | {
      readonly type: 'socket.closed';
      readonly socket: number;
      readonly code?: number;
      readonly reason?: string;
    }
  | {
      readonly type: 'application.state';
      readonly socket: number;
      readonly connected: boolean;
      readonly active: boolean;
      readonly failed?: boolean;
      readonly reason?: string;
    }
  | {
      readonly type: 'application.event';
      readonly socket: number;
      readonly text: string;
    }
  | {
      readonly type: 'application.acknowledged';
      readonly socket: number;
      readonly ack: number;
    }
  | {
      readonly type: 'pc.localDescriptionSet';
      readonly peer: string;
      readonly connection: number;
      readonly op: number;
      readonly description: CoreDescription;
      readonly relay?: boolean;
    }
  | {
      readonly type: 'pc.remoteDescriptionSet';
      readonly peer: string;
      readonly connection: number;
      readonly op: number;
      readonly slots: readonly MediaKind[];
      readonly relay?: boolean;
    }
  | {
      readonly type: 'pc.trackAttached';
      readonly peer: string;
      readonly connection: number;
      readonly op: number;
    }
  | {
      readonly type: 'pc.operationFailed';
      readonly peer: string;
      readonly connection: number;
      readonly op: number;
      readonly name: string;
      readonly message: string;
    }
  | {
      readonly type: 'pc.candidate';
      readonly peer: string;
      readonly connection: number;
      readonly candidate: CoreCandidate;
    }
  | {
      readonly type: 'pc.candidateFailed';
      readonly peer: string;
      readonly connection: number;
      readonly code: number;
      readonly text: string;
    }
  | {
      readonly type: 'pc.transportChanged';
      readonly peer: string;
      readonly connection: number;
      readonly state: TransportState;
    }
  | {
      readonly type: 'pc.dtlsClosed';
      readonly peer: string;
      readonly connection: number;
    }
  | {
      readonly type: 'channel.opened';
      readonly peer: string;
      readonly connection: number;
    }
  | {
      readonly type: 'channel.message';
      readonly peer: string;
      readonly connection: number;
      readonly text: string;
    }
  | {
      readonly type: 'channel.drained';
      readonly peer: string;
      readonly connection: number;
    }
  | {
      readonly type: 'channel.closed';
      readonly peer: string;
      readonly connection: number;
    }
  | {
      readonly type: 'stats.sampled';
      readonly op: number;
      readonly links: readonly LinkSample[];
    }
  | {
      readonly type: 'text.packed';
      readonly op: number;
      readonly packed: string;
    }
  | {
      readonly type: 'text.unpacked';
      readonly op: number;
      readonly text: string;
    }
  | {
      readonly type: 'media.acquired';
      readonly op: number;
      readonly microphone?: {
        readonly track: string;
        readonly deviceId?: string;
        readonly label?: string;
      };
      readonly camera?: {
        readonly track: string;
        readonly deviceId?: string;
        readonly label?: string;
      };
      readonly screen?: {
        readonly track: string;
        readonly deviceId?: string;
        readonly label?: string;
      };
      readonly screenAudio?: {
        readonly track: string;
        readonly deviceId?: string;
        readonly label?: string;
      };
    }
  | {
      readonly type: 'media.failed';
      readonly op: number;
      readonly name: string;
      readonly message: string;
    }
  | {
      readonly type: 'media.trackEnded';
      readonly track: string;
    }
  | {
      readonly type: 'media.devices';
      readonly devices: readonly {
        readonly kind: 'microphone' | 'camera' | 'speaker';
        readonly deviceId: string;
        readonly label: string;
      }[];
      readonly microphoneGranted?: boolean;
      readonly cameraGranted?: boolean;
    }
  | {
      readonly type: 'call.setDevice';
      readonly device: 'microphone' | 'camera' | 'speaker';
      readonly deviceId: string;
    }
  | {
      readonly type: 'host.woke';
    }
  | {
      readonly type: 'host.slept';
      readonly missedMs: number;
    }
  | {
      readonly type: 'host.online';
    }
  | {
      readonly type: 'host.offline';
    }
  | {
      readonly type: 'host.pageClosing';
    }
  | {
      readonly type: 'host.pageShown';
    }
  | {
      readonly type: 'tabs.message';
      readonly text: string;
    }
  | {
      readonly type: 'levels.changed';
      readonly levels: readonly {
        readonly peer?: string;
        readonly connection?: number;
        readonly permille?: number;
      }[];
    }
  | {
      readonly type: 'host.pageHidden';
      readonly frozen?: boolean;
    };

/** What a port carries out, in order. */
export type CoreCommand =
  | {
      readonly type: 'call.resolve';
      readonly request: number;
    }
  | {
      readonly type: 'call.reject';
      readonly request: number;
      readonly error: CoreError;
    }
  | {
      readonly type: 'socket.open';
      readonly socket: number;
      readonly url: string;
    }
  | {
      readonly type: 'socket.send';
      readonly socket: number;
      readonly text: string;
    }
  | {
      readonly type: 'socket.close';
      readonly socket: number;
    }
  | {
      readonly type: 'application.connect';
      readonly socket: number;
    }
  | {
      readonly type: 'application.renew';
      readonly socket: number;
    }
  | {
      readonly type: 'application.emit';
      readonly socket: number;
      readonly text: string;
      readonly ack?: number;
    }
  | {
      readonly type: 'tabs.post';
      readonly text: string;
    }
  | {
      readonly type: 'pc.create';
      readonly peer: string;
      readonly connection: number;
      readonly slots: readonly {
        readonly kind: MediaKind;
        readonly stream: StreamName;
      }[];
      readonly channel: boolean;
      readonly spare?: boolean;
    }
  | {
      readonly type: 'pc.assign';
      readonly peer: string;
      readonly connection: number;
    }
  | {
      readonly type: 'pc.setLocalDescription';
      readonly peer: string;
      readonly connection: number;
      readonly op: number;
      readonly restart: boolean;
    }
  | {
      readonly type: 'pc.setRemoteDescription';
      readonly peer: string;
      readonly connection: number;
      readonly op: number;
      readonly description: CoreDescription;
    }
  | {
      readonly type: 'pc.adoptSlots';
      readonly peer: string;
      readonly connection: number;
      readonly streams: readonly StreamName[];
    }
  | {
      readonly type: 'pc.addIceCandidate';
      readonly peer: string;
      readonly connection: number;
      readonly candidate: CoreCandidate;
    }
  | {
      readonly type: 'pc.attachTrack';
      readonly peer: string;
      readonly connection: number;
      readonly op: number;
      readonly slot: number;
      readonly track: string;
    }
  | {
      readonly type: 'pc.close';
      readonly peer: string;
      readonly connection: number;
    }
  | {
      readonly type: 'channel.send';
      readonly peer: string;
      readonly connection: number;
      readonly text: string;
    }
  | {
      readonly type: 'stats.collect';
      readonly op: number;
    }
  | {
      readonly type: 'text.pack';
      readonly op: number;
      readonly text: string;
    }
  | {
      readonly type: 'text.unpack';
      readonly op: number;
      readonly packed: string;
      readonly limit: number;
    }
  | {
      readonly type: 'media.acquire';
      readonly op: number;
      readonly microphone: boolean;
      readonly camera: boolean;
      readonly audioConstraints?: string;
      readonly videoConstraints?: string;
      readonly device?: string;
      readonly anyDevice?: boolean;
    }
  | {
      readonly type: 'media.acquireScreen';
      readonly op: number;
      readonly audio: boolean;
      readonly motion?: boolean;
      readonly constraints?: string;
    }
  | {
      readonly type: 'media.enable';
      readonly track: string;
      readonly enabled: boolean;
    }
  | {
      readonly type: 'media.stop';
      readonly track: string;
    }
  | {
      readonly type: 'call.sent';
      readonly request: number;
      readonly id: string;
      readonly unreached: readonly string[];
    }
  | {
      readonly type: 'call.message';
      readonly from: string;
      readonly id: string;
      readonly toAll: boolean;
      readonly text: string;
    }
  | {
      readonly type: 'call.drained';
    }
  | {
      readonly type: 'pc.setParameters';
      readonly peer: string;
      readonly connection: number;
      readonly slot: number;
      readonly limit: {
        readonly maxKbps?: number;
        readonly scalePermille?: number;
        readonly maxFps?: number;
        readonly inactive?: boolean;
      };
    }
  | {
      readonly type: 'levels.watch';
      readonly periodMs: number;
      readonly quiet: number;
      readonly loud: number;
    }
  | {
      readonly type: 'pc.requestKeyFrame';
      readonly peer: string;
      readonly connection: number;
      readonly slot: number;
    };

/** What CallBridge.handle() returns. */
export type Reaction =
  | {
      readonly commands: readonly CoreCommand[];
      /** Microseconds of the clock that was passed in; absent: no deadline. */
      readonly wakeAt?: number;
      readonly patch?: SnapshotPatch;
      readonly refused?: never;
    }
  | { readonly refused: string; readonly commands?: never };

/** The events of the application's Socket that the core wants to hear of. */
export const SERVER_EVENTS = [
  'groupcall:joined',
  'groupcall:participant-joined',
  'groupcall:participant-left',
  'groupcall:tracks-updated',
  'groupcall:screen-share-started',
  'groupcall:screen-share-stopped',
  'groupcall:webrtc-offer',
  'groupcall:webrtc-answer',
  'groupcall:webrtc-ice-candidate',
  'groupcall:invitation',
  'groupcall:error',
  'connection:replaced',
  'server:shutting_down',
  'error',
] as const;
