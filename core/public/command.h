/// Everything that the core asks of its host. One struct a kind, carried out in order,
/// without a decision (field tables: wasm/bridge/command_tables.cpp).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/public/ids.h"
#include "core/public/media.h"
#include "core/public/message.h"
#include "core/public/quality.h"
#include "core/public/sdp.h"
#include "core/public/snapshot.h"
#include "core/public/uplink.h"

namespace groupcall {

// ---- answers to the user -------------------------------------------------------------

/// Settle the promise of `join()` or `leave()`.
struct ResolveRequest {
  RequestId request;
  bool operator==(const ResolveRequest&) const = default;
};
struct RejectRequest {
  RequestId request;
  CallError error;
  bool operator==(const RejectRequest&) const = default;
};

// ---- our own WebSocket ---------------------------------------------------------------

/// Open a WebSocket; answered by SocketOpened or SocketClosed.
struct OpenSocket {
  SocketNumber socket;
  std::string url;
  bool operator==(const OpenSocket&) const = default;
};
struct SendFrame {
  SocketNumber socket;
  std::string text;
  bool operator==(const SendFrame&) const = default;
};
/// Close and forget; no event of this number is wanted any more.
struct CloseSocket {
  SocketNumber socket;
  bool operator==(const CloseSocket&) const = default;
};

// ---- the application's Socket (socket.io-client) -------------------------------------

/// `socket.connect()`: it has given up, or was never opened.
struct ConnectApplication {
  SocketNumber socket;
  bool operator==(const ConnectApplication&) const = default;
};
/// Give it a new connection (`socket.io.engine.close()`, after which it reconnects by itself):
/// the server listens only to the newest one of a user. The Socket itself stays open.
struct RenewApplication {
  SocketNumber socket;
  bool operator==(const RenewApplication&) const = default;
};
/// `socket.emit(...)` of a JSON array, only while it is connected: what it buffers otherwise
/// would precede our re-join. `ack`: report the acknowledgement under this number; 0: none.
struct EmitApplication {
  SocketNumber socket;
  std::string text;
  std::int64_t ack = 0;
  bool operator==(const EmitApplication&) const = default;
};

// ---- the other tabs of this origin ---------------------------------------------------

struct PostToTabs {
  std::string text;
  bool operator==(const PostToTabs&) const = default;
};

// ---- RTCPeerConnection ---------------------------------------------------------------

/// One transceiver to make, `sendrecv`, without a track, on the stream of that name.
struct SlotPlan {
  MediaKind kind = MediaKind::Audio;
  StreamName stream = StreamName::Camera;
  bool operator==(const SlotPlan&) const = default;
};
/// Make a connection; the answerer's has no slots yet. `channel`: with the pre-negotiated
/// data channel (label "groupcall", id 0, ordered).
struct CreateConnection {
  UserId peer;
  ConnectionNumber connection;
  std::vector<SlotPlan> slots;
  bool channel = false;
  /// For a peer who is not known yet (`peer` is empty): gathers without relays, since it may
  /// be for nothing. AssignConnection follows, or CloseConnection.
  bool spare = false;
  bool operator==(const CreateConnection&) const = default;
};
/// A spare connection has found its peer: its events name `peer` from now on, and all ICE
/// servers are used at its next ICE restart.
struct AssignConnection {
  UserId peer;
  ConnectionNumber connection;
  bool operator==(const AssignConnection&) const = default;
};
/// setLocalDescription() without an argument: an offer or an answer, as the signalling state
/// has it. `restart`: restartIce() first.
struct SetLocalDescription {
  UserId peer;
  ConnectionNumber connection;
  OpId op;
  bool restart = false;
  bool operator==(const SetLocalDescription&) const = default;
};
struct SetRemoteDescription {
  UserId peer;
  ConnectionNumber connection;
  OpId op;
  SessionDescription description;
  bool operator==(const SetRemoteDescription&) const = default;
};
/// The answerer makes the offered m-lines its own: transceiver i becomes `sendrecv` on the
/// stream `streams[i]`; further ones are left alone.
struct AdoptSlots {
  UserId peer;
  ConnectionNumber connection;
  std::vector<StreamName> streams;
  bool operator==(const AdoptSlots&) const = default;
};
struct AddIceCandidate {
  UserId peer;
  ConnectionNumber connection;
  IceCandidate candidate;
  bool operator==(const AddIceCandidate&) const = default;
};
/// replaceTrack() on transceiver `slot`; an empty track means null.
struct AttachTrack {
  UserId peer;
  ConnectionNumber connection;
  OpId op;
  std::int64_t slot = 0;
  TrackId track;
  bool operator==(const AttachTrack&) const = default;
};
/// Close and forget; no event of this connection is wanted any more.
struct CloseConnection {
  UserId peer;
  ConnectionNumber connection;
  bool operator==(const CloseConnection&) const = default;
};
struct SendChannel {
  UserId peer;
  ConnectionNumber connection;
  std::string text;
  bool operator==(const SendChannel&) const = default;
};
/// Sample every open connection once; answered by StatsSampled.
struct CollectStats {
  OpId op;
  bool operator==(const CollectStats&) const = default;
};

// ---- texts that are too long for the wire ----------------------------------------------

/// Deflate (RFC 1951) as base64; answered by TextPacked.
struct PackText {
  OpId op;
  std::string text;
  bool operator==(const PackText&) const = default;
};
/// The way back, of a peer's text; answered by TextUnpacked. What inflates to more than
/// `limit` bytes is nothing.
struct UnpackText {
  OpId op;
  std::string packed;
  std::int64_t limit = 0;
  bool operator==(const UnpackText&) const = default;
};

// ---- devices -------------------------------------------------------------------------

/// getUserMedia() with one prompt for both kinds, where both are wanted.
struct AcquireMedia {
  OpId op;
  bool microphone = false;
  bool camera = false;
  std::string audio_constraints;
  std::string video_constraints;
  std::string device;       ///< this one and no other; empty: as the constraints say
  bool any_device = false;  ///< whatever device the constraints name
  bool operator==(const AcquireMedia&) const = default;
};
/// getDisplayMedia(), within the call of the user's own handler: browsers ask for a gesture.
/// Answered by MediaAcquired with `screen`, or MediaFailed.
struct AcquireScreen {
  OpId op;
  bool audio = false;
  bool motion = false;  ///< content hint "motion" instead of "detail"
  std::string constraints;
  bool operator==(const AcquireScreen&) const = default;
};
/// MediaStreamTrack.enabled: muted tracks send silence or black.
struct EnableTrack {
  TrackId track;
  bool enabled = false;
  bool operator==(const EnableTrack&) const = default;
};
/// MediaStreamTrack.stop(): the device's light goes off.
struct StopTrack {
  TrackId track;
  bool operator==(const StopTrack&) const = default;
};

using Command =
    std::variant<ResolveRequest, RejectRequest, OpenSocket, SendFrame, CloseSocket,
                 ConnectApplication, RenewApplication, EmitApplication, PostToTabs,
                 CreateConnection, AssignConnection, SetLocalDescription, SetRemoteDescription,
                 AdoptSlots, AddIceCandidate, AttachTrack, CloseConnection, SendChannel,
                 CollectStats, PackText, UnpackText, AcquireMedia, AcquireScreen, EnableTrack,
                 StopTrack, MessageSent, DeliverMessage, MessagesDrained, SetParameters,
                 WatchLevels, RequestKeyFrame>;

/// In the order in which they are to be carried out.
using Commands = std::vector<Command>;

}  // namespace groupcall
