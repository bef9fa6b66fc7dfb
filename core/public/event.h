/// Everything that can happen to a call. One struct a kind, one line of JSON each on the
/// bridge (field tables: wasm/bridge/event_tables.cpp).
///
/// Ports report facts and never decide. Completions echo the connection number and the
/// operation id of their command; those that match nothing in flight are stale and dropped.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/public/device_event.h"
#include "core/public/ids.h"
#include "core/public/media.h"
#include "core/public/message.h"
#include "core/public/quality.h"
#include "core/public/sdp.h"
#include "core/public/stats.h"
#include "core/public/uplink.h"

namespace groupcall {

// ---- what the user wants -------------------------------------------------------------

/// `call.join()`. Constraints are JSON texts for getUserMedia, empty for the default.
struct JoinRequested {
  RequestId request;
  RoomId room_id;
  GroupId group_id;
  CallType call_type = CallType::Video;
  bool audio = false;
  bool video = false;
  std::string audio_constraints;
  std::string video_constraints;
};
struct LeaveRequested {
  RequestId request;
};
/// The last event of a call: everything is released in its reaction, without any wait.
struct Disposed {};
struct MicrophoneWanted {
  bool on = false;
};
struct CameraWanted {
  bool on = false;
};
/// `call.setScreenShare()`. `audio`: with the sound, where there is any; `motion`: it moves, so
/// that frames matter more than sharpness. Constraints as above, for the picture.
struct ScreenWanted {
  bool on = false;
  bool audio = false;
  bool motion = false;
  std::string constraints;
};
/// `call.connect()` and `call.disconnect()`: keep a connection for invitations, also outside a
/// call.
struct ListenRequested {
  bool on = false;
};
/// `call.takeOver()`: become the connection of this user again, after another tab or device did.
struct TakeOverRequested {};
/// `call.declineInvitation()`.
struct InvitationDeclined {
  RoomId room_id;
};

// ---- our own WebSocket ---------------------------------------------------------------

struct SocketOpened {
  SocketNumber socket;
};
/// One text frame, Engine.IO and Socket.IO still around it.
struct SocketFrame {
  SocketNumber socket;
  std::string text;
};
/// A binary frame came: an attachment. Nobody reads it, so only its size is told.
struct SocketBinary {
  SocketNumber socket;
  std::int64_t bytes = 0;
};
/// Closed, or failed to open; RFC 6455 section 7.4 code.
struct SocketClosed {
  SocketNumber socket;
  std::int64_t code = 0;
  std::string reason;
};

// ---- the application's Socket (socket.io-client) -------------------------------------

/// What the Socket is now, told when it is first seen and at each of its connect, disconnect
/// and connect_error events. A number larger than before: another Socket takes its place.
struct ApplicationState {
  SocketNumber socket;
  bool connected = false;
  bool active = false;  ///< connected, or reconnecting by itself (`socket.active`)
  bool failed = false;  ///< told by connect_error
  std::string reason;   ///< of the disconnect or the connect_error
};
/// An event of the server: its name and arguments as a JSON array.
struct ApplicationEvent {
  SocketNumber socket;
  std::string text;
};
/// The server has acknowledged an EmitApplication with this number.
struct ApplicationAcknowledged {
  SocketNumber socket;
  std::int64_t ack = 0;
};

// ---- RTCPeerConnection ---------------------------------------------------------------

/// setLocalDescription() settled; `description` is what was set. `relay`: the ICE servers of
/// this page name a TURN server.
struct LocalDescriptionSet {
  UserId peer;
  ConnectionNumber connection;
  OpId op;
  SessionDescription description;
  bool relay = false;
};
/// setRemoteDescription() settled; `slots` are the kinds of all transceivers in m-line order,
/// `relay` as above: servers that the page fetches may be known by now.
struct RemoteDescriptionSet {
  UserId peer;
  ConnectionNumber connection;
  OpId op;
  std::vector<MediaKind> slots;
  bool relay = false;
};
/// replaceTrack() settled.
struct TrackAttached {
  UserId peer;
  ConnectionNumber connection;
  OpId op;
};
/// The operation `op` was rejected with a DOMException; op 0: making the connection itself,
/// or a candidate.
struct OperationFailed {
  UserId peer;
  ConnectionNumber connection;
  OpId op;
  std::string name;
  std::string message;
};
/// RTCPeerConnection "icecandidate"; an empty candidate: gathering has ended.
struct LocalCandidate {
  UserId peer;
  ConnectionNumber connection;
  IceCandidate candidate;
};
/// RTCPeerConnection "icecandidateerror": a STUN or TURN server gave no address. `code`: that of
/// the server's answer (RFC 8489 section 14.8; 401: wrong or expired password), or 701: none came.
struct CandidateFailed {
  UserId peer;
  ConnectionNumber connection;
  std::int64_t code = 0;
  std::string text;
};
struct TransportChanged {
  UserId peer;
  ConnectionNumber connection;
  TransportState state = TransportState::New;
};
/// RTCDtlsTransport.state became "closed": the far side closed on purpose.
struct DtlsClosed {
  UserId peer;
  ConnectionNumber connection;
};
struct ChannelOpened {
  UserId peer;
  ConnectionNumber connection;
};
struct ChannelMessage {
  UserId peer;
  ConnectionNumber connection;
  std::string text;
};
/// Everything sent on the channel has left the page (bufferedAmount is zero).
struct ChannelDrained {
  UserId peer;
  ConnectionNumber connection;
};
struct ChannelClosed {
  UserId peer;
  ConnectionNumber connection;
};

// ---- texts that are too long for the wire ----------------------------------------------

/// `packed` is empty where the browser cannot do it.
struct TextPacked {
  OpId op;
  std::string packed;
};
/// `text` is empty where there was nothing of use in it.
struct TextUnpacked {
  OpId op;
  std::string text;
};

// ---- the page ------------------------------------------------------------------------

/// The deadline of the last reaction has come. Every other event serves as well.
struct Woke {};
/// The wall clock moved on by over 2 s more than the monotonic one.
struct Slept {
  std::int64_t missed_ms = 0;
};
struct NetworkOnline {};
struct NetworkOffline {};
/// `pagehide`: goodbyes go out inside this very reaction.
struct PageClosing {};
/// `pageshow` from the back-forward cache, or `visibilitychange` to visible: timers may have
/// stood still, and what was lost meanwhile was not noticed.
struct PageShown {};
/// Another tab of this origin says something (core/wire/tab_message.h).
struct TabMessage {
  std::string text;
};

using Event = std::variant<
    JoinRequested, LeaveRequested, Disposed, MicrophoneWanted, CameraWanted, ScreenWanted,
    ListenRequested, TakeOverRequested, InvitationDeclined, SendRequested, ViewChanged,
    SocketOpened, SocketFrame, SocketBinary, SocketClosed, ApplicationState, ApplicationEvent,
    ApplicationAcknowledged, LocalDescriptionSet, RemoteDescriptionSet, TrackAttached,
    OperationFailed, LocalCandidate, CandidateFailed, TransportChanged, DtlsClosed, ChannelOpened,
    ChannelMessage, ChannelDrained, ChannelClosed, StatsSampled, TextPacked, TextUnpacked,
    MediaAcquired, MediaFailed, LocalTrackEnded, DevicesListed, DeviceChosen, Woke, Slept,
    NetworkOnline, NetworkOffline, PageClosing, PageShown, TabMessage, LevelsChanged, PageHidden>;

}  // namespace groupcall
