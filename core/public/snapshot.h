/// What a person sees of a call. A patch holds the parts that changed; the host keeps the
/// rest untouched, so that whoever draws can compare by identity.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/public/ids.h"
#include "core/public/media.h"
#include "core/public/quality.h"

namespace groupcall {

/// Why a call could not be joined, or ended. Texts and remedies: web/src/errors.ts.
enum class ErrorCode : std::uint8_t {
  None,
  InvalidArgument,    ///< an id or option that cannot work; `detail` names it
  AlreadyJoined,      ///< `join()` for another room while in a call
  Aborted,            ///< `leave()` came first
  Disposed,           ///< the call object is gone
  ServerUnreachable,  ///< no connection to the server within the join timeout
  Timeout,            ///< connected, but not admitted within the join timeout
  Refused,            ///< the server refused the connection (Socket.IO CONNECT_ERROR)
  RateLimited,        ///< too many connections from this address
  Replaced,           ///< the same user connected from another tab or device
  GroupNotFound,
  NotAMember,
  RoomFull,            ///< as many are there as CallConfig::max_participants allows
  JoinFailed,          ///< the server's own "Failed to join group call"
  ServerShuttingDown,  ///< the server said so; it is tried again
  ApplicationSocket,   ///< the application's Socket has given up, and is not ours to reconnect
  MessageTooLarge,     ///< `send()`: more than limits::kMessageBytes
  NotInCall,           ///< `send()` outside a call
  NobodyThere,         ///< `send()`: nobody who could get it
  OutboxFull,  ///< `send()`: too much waits for its acknowledgement; MessagesDrained follows
};

struct CallError {
  ErrorCode code = ErrorCode::None;
  std::string detail;  ///< the server's or browser's own words; may be empty
  bool operator==(const CallError&) const = default;
};

enum class Phase : std::uint8_t {
  Idle,     ///< not in a call
  Joining,  ///< asked for, not admitted yet
  Joined,
  Reconnecting,  ///< in a call, the server is out of reach; media goes on
  Leaving,       ///< goodbyes are on their way (200 ms at most), or a join is being withdrawn
};

/// The room, from the request to join on. Times: milliseconds of the host's monotonic clock.
struct RoomView {
  RoomId room_id;
  GroupId group_id;
  CallType call_type = CallType::Video;
  std::int64_t joined_at_ms = 0;  ///< first admission; 0 before
  bool operator==(const RoomView&) const = default;
};

enum class SignallingState : std::uint8_t {
  Closed,  ///< no socket is wanted
  Connecting,
  Online,
  Waiting,  ///< the next try comes at `retry_at_ms`
  Halted,   ///< not tried again by itself; `reason` says why
};

struct SignallingView {
  SignallingState state = SignallingState::Closed;
  CallError error;               ///< why it is not online, where that is known
  std::int64_t retry_at_ms = 0;  ///< 0: none
  bool operator==(const SignallingView&) const = default;
};

/// Somebody has opened a call in a group of ours: it rings.
struct InvitationView {
  RoomId room_id;
  GroupId group_id;
  CallType call_type = CallType::Video;
  std::string caller;  ///< JSON object, validated and bounded
  std::string group_name;
  std::int64_t ends_at_ms = 0;  ///< when it stops ringing; the server never cancels it
  bool operator==(const InvitationView&) const = default;
};

struct MediaView {
  MediaState state = MediaState::Off;
  MediaReason reason = MediaReason::None;
  bool operator==(const MediaView&) const = default;
};

struct SelfView {
  MediaView microphone;
  MediaView camera;
  TrackId microphone_track;  ///< empty: none
  TrackId camera_track;
  std::string
      microphone_device;  ///< id of what is in use; empty: none, or the browser does not say
  std::string camera_device;
  std::string device_error;  ///< the browser's own words on the last device error
  MediaView screen = {};
  TrackId screen_track = {};  ///< empty: none
  bool speaking = false;
  bool operator==(const SelfView&) const = default;
};

/// Where a remote track is found: transceiver `slot` of a connection, and the one of the `sound`
/// that goes with it. -1: there is none.
struct TrackSource {
  ConnectionNumber connection;
  std::int64_t slot = -1;
  std::int64_t sound = -1;
  bool operator==(const TrackSource&) const = default;
};

enum class LinkView : std::uint8_t { Connecting, Connected, Reconnecting, Unreachable };
/// `Lost`: the server no longer lists this participant, though media still flows.
enum class PeerSignalling : std::uint8_t { Present, Lost };

/// Why there is no connection to somebody, once it has been missing for a while
/// (core/negotiation/path_watch.h). Texts and remedies: web/src/errors.ts.
enum class ConnectionReason : std::uint8_t {
  None,
  NoAnswer,          ///< the peer answers nothing
  NoCandidates,      ///< this page has found no address of its own
  RelayRefused,      ///< the TURN server refused us
  RelayUnreachable,  ///< TURN servers are named, and none has given us an address
  NoRelay,           ///< no path is found, and no TURN server is named
  NoPath,            ///< none is found even with a relay
  OlderClient,       ///< lost, and the existing web client cannot restart it; a re-join of ours may
};

struct ParticipantView {
  UserId user_id;
  std::string user_info;  ///< JSON object, validated and bounded
  LinkView connection = LinkView::Connecting;
  ConnectionReason connection_reason = ConnectionReason::None;
  PeerSignalling signalling = PeerSignalling::Present;
  bool older_client = false;  ///< speaks without our keys: the existing web client
  MediaView microphone;
  MediaView camera;
  MediaView screen;
  TrackSource microphone_source;
  TrackSource camera_source;
  TrackSource screen_source;
  bool speaking = false;
  std::int64_t quality = -1;  ///< 0 to 100, in steps of 5; -1: nothing is known yet
  QualityCause quality_cause = QualityCause::None;
  bool operator==(const ParticipantView&) const = default;
};

/// How often something was refused, dropped or repaired, by name.
struct Counter {
  std::string name;
  std::int64_t count = 0;
  bool operator==(const Counter&) const = default;
};

/// Absent: unchanged.
struct SnapshotPatch {
  std::optional<Phase> phase;
  std::optional<RoomView> room;
  std::optional<CallError> error;
  std::optional<SignallingView> signalling;
  std::optional<SelfView> self;
  std::optional<std::vector<DeviceInfo>> devices;          ///< all that this page may choose from
  std::optional<std::vector<InvitationView>> invitations;  ///< all that ring, oldest first
  std::vector<ParticipantView> participants;               ///< new or changed ones
  std::optional<std::vector<UserId>> order;  ///< all present as they came; unreachable ones last
  std::vector<Counter> diagnostics;          ///< changed ones
  /// Steps from `join()` to the first picture (`count`: milliseconds) that were reached now. The
  /// first is "join"; it ends those of the join before.
  std::vector<Counter> timings;
  bool operator==(const SnapshotPatch&) const = default;
  bool empty() const {
    return !phase && !room && !error && !signalling && !self && !devices && !invitations &&
           participants.empty() && !order && diagnostics.empty() && timings.empty();
  }
};

}  // namespace groupcall
