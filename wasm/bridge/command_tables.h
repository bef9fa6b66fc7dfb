/// How commands and snapshot patches look as JSON; see event_tables.h.
#pragma once

#include "core/public/call_core.h"
#include "core/wire/record_set.h"
#include "core/wire/sdp_fields.h"
#include "wasm/bridge/event_tables.h"

namespace groupcall::wire {

template <>
struct WordsOf<StreamName> {
  static constexpr auto words = std::to_array<std::string_view>({"camera", "screen"});
};
template <>
struct WordsOf<MediaState> {
  static constexpr auto words =
      std::to_array<std::string_view>({"loading", "on", "off", "error", "replacing", "ended"});
};
template <>
struct WordsOf<MediaReason> {
  static constexpr auto words = std::to_array<std::string_view>({"none",
                                                                 "starting",
                                                                 "self-off",
                                                                 "peer-off",
                                                                 "connecting",
                                                                 "network-stalled",
                                                                 "decoder-stalled",
                                                                 "unreachable",
                                                                 "not-shown",
                                                                 "not-sent",
                                                                 "interrupted",
                                                                 "permission-denied",
                                                                 "permission-dismissed",
                                                                 "insecure-context",
                                                                 "no-device",
                                                                 "in-use",
                                                                 "constraint",
                                                                 "timeout",
                                                                 "device-lost",
                                                                 "device-error",
                                                                 "needs-gesture",
                                                                 "unsupported",
                                                                 "stopped",
                                                                 "permission-blocked",
                                                                 "processor-failed"});
};
template <>
struct WordsOf<ErrorCode> {
  static constexpr auto words = std::to_array<std::string_view>({"none",
                                                                 "invalid-argument",
                                                                 "already-joined",
                                                                 "aborted",
                                                                 "disposed",
                                                                 "server-unreachable",
                                                                 "timeout",
                                                                 "refused",
                                                                 "rate-limited",
                                                                 "replaced",
                                                                 "group-not-found",
                                                                 "not-a-member",
                                                                 "room-full",
                                                                 "join-failed",
                                                                 "server-shutting-down",
                                                                 "application-socket",
                                                                 "message-too-large",
                                                                 "not-in-call",
                                                                 "nobody-there",
                                                                 "outbox-full"});
};
template <>
struct WordsOf<Phase> {
  static constexpr auto words =
      std::to_array<std::string_view>({"idle", "joining", "joined", "reconnecting", "leaving"});
};
template <>
struct WordsOf<SignallingState> {
  static constexpr auto words =
      std::to_array<std::string_view>({"closed", "connecting", "online", "waiting", "halted"});
};
template <>
struct WordsOf<LinkView> {
  static constexpr auto words =
      std::to_array<std::string_view>({"connecting", "connected", "reconnecting", "unreachable"});
};
template <>
struct WordsOf<ConnectionReason> {
  static constexpr auto words =
      std::to_array<std::string_view>({"none", "no-answer", "no-candidates", "relay-refused",
                                       "relay-unreachable", "no-relay", "no-path", "older-client"});
};
template <>
struct WordsOf<QualityCause> {
  static constexpr auto words =
      std::to_array<std::string_view>({"none", "loss", "rtt", "jitter", "bitrate", "cpu"});
};
template <>
struct WordsOf<PeerSignalling> {
  static constexpr auto words = std::to_array<std::string_view>({"present", "lost"});
};

template <>
struct RecordOf<CallError> {
  static constexpr auto fields = std::to_array<Field>({
      field("code", AT(CallError, code), kRequired),
      field("detail", AT(CallError, detail), kRequired, limits::kTextBytes),
  });
};
template <>
struct RecordOf<ResolveRequest> {
  static constexpr auto fields =
      std::to_array<Field>({field("request", AT(ResolveRequest, request), kRequired)});
};
template <>
struct RecordOf<RejectRequest> {
  static constexpr auto fields = std::to_array<Field>({
      field("request", AT(RejectRequest, request), kRequired),
      field("error", AT(RejectRequest, error), kRequired),
  });
};
template <>
struct RecordOf<OpenSocket> {
  static constexpr auto fields = std::to_array<Field>({
      field("socket", AT(OpenSocket, socket), kRequired),
      field("url", AT(OpenSocket, url), kRequired),
  });
};
template <>
struct RecordOf<SendFrame> {
  static constexpr auto fields = std::to_array<Field>({
      field("socket", AT(SendFrame, socket), kRequired),
      field("text", AT(SendFrame, text), kRequired),
  });
};
template <>
struct RecordOf<CloseSocket> {
  static constexpr auto fields =
      std::to_array<Field>({field("socket", AT(CloseSocket, socket), kRequired)});
};
template <>
struct RecordOf<ConnectApplication> {
  static constexpr auto fields =
      std::to_array<Field>({field("socket", AT(ConnectApplication, socket), kRequired)});
};
template <>
struct RecordOf<RenewApplication> {
  static constexpr auto fields =
      std::to_array<Field>({field("socket", AT(RenewApplication, socket), kRequired)});
};
template <>
struct RecordOf<EmitApplication> {
  static constexpr auto fields = std::to_array<Field>({
      field("socket", AT(EmitApplication, socket), kRequired),
      field("text", AT(EmitApplication, text), kRequired),
      field("ack", AT(EmitApplication, ack), kOptional),
  });
};
template <>
struct RecordOf<PostToTabs> {
  static constexpr auto fields =
      std::to_array<Field>({field("text", AT(PostToTabs, text), kRequired)});
};
template <>
struct RecordOf<SlotPlan> {
  static constexpr auto fields = std::to_array<Field>({
      field("kind", AT(SlotPlan, kind), kRequired),
      field("stream", AT(SlotPlan, stream), kRequired),
  });
};

/// The first two members of every command to one RTCPeerConnection.
#define GROUPCALL_TO_CONNECTION(Struct) \
  field("peer", AT(Struct, peer), kRequired), field("connection", AT(Struct, connection), kRequired)

template <>
struct RecordOf<CreateConnection> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_TO_CONNECTION(CreateConnection),
      field("slots", AT(CreateConnection, slots), kRequired),
      field("channel", AT(CreateConnection, channel), kRequired),
      field("spare", AT(CreateConnection, spare), kOptional),
  });
};
template <>
struct RecordOf<AssignConnection> {
  static constexpr auto fields = std::to_array<Field>({GROUPCALL_TO_CONNECTION(AssignConnection)});
};
template <>
struct RecordOf<SetLocalDescription> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_TO_CONNECTION(SetLocalDescription),
      field("op", AT(SetLocalDescription, op), kRequired),
      field("restart", AT(SetLocalDescription, restart), kRequired),
  });
};
template <>
struct RecordOf<SetRemoteDescription> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_TO_CONNECTION(SetRemoteDescription),
      field("op", AT(SetRemoteDescription, op), kRequired),
      field("description", AT(SetRemoteDescription, description), kRequired),
  });
};
template <>
struct RecordOf<AdoptSlots> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_TO_CONNECTION(AdoptSlots),
      field("streams", AT(AdoptSlots, streams), kRequired),
  });
};
template <>
struct RecordOf<AddIceCandidate> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_TO_CONNECTION(AddIceCandidate),
      field("candidate", AT(AddIceCandidate, candidate), kRequired),
  });
};
template <>
struct RecordOf<AttachTrack> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_TO_CONNECTION(AttachTrack),
      field("op", AT(AttachTrack, op), kRequired),
      field("slot", AT(AttachTrack, slot), kRequired),
      field("track", AT(AttachTrack, track), kRequired),
  });
};
template <>
struct RecordOf<CloseConnection> {
  static constexpr auto fields = std::to_array<Field>({GROUPCALL_TO_CONNECTION(CloseConnection)});
};
template <>
struct RecordOf<SendChannel> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_TO_CONNECTION(SendChannel),
      field("text", AT(SendChannel, text), kRequired),
  });
};
template <>
struct RecordOf<SlotLimit> {
  static constexpr auto fields = std::to_array<Field>({
      field("maxKbps", AT(SlotLimit, max_kbps), kOptional),
      field("scalePermille", AT(SlotLimit, scale_permille), kOptional),
      field("maxFps", AT(SlotLimit, max_fps), kOptional),
      field("inactive", AT(SlotLimit, inactive), kOptional),
  });
};
template <>
struct RecordOf<SetParameters> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_TO_CONNECTION(SetParameters),
      field("slot", AT(SetParameters, slot), kRequired),
      field("limit", AT(SetParameters, limit), kRequired),
  });
};
template <>
struct RecordOf<RequestKeyFrame> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_TO_CONNECTION(RequestKeyFrame),
      field("slot", AT(RequestKeyFrame, slot), kRequired),
  });
};
#undef GROUPCALL_TO_CONNECTION

template <>
struct RecordOf<WatchLevels> {
  static constexpr auto fields = std::to_array<Field>({
      field("periodMs", AT(WatchLevels, period_ms), kRequired),
      field("quiet", AT(WatchLevels, quiet), kRequired),
      field("loud", AT(WatchLevels, loud), kRequired),
  });
};

template <>
struct RecordOf<CollectStats> {
  static constexpr auto fields =
      std::to_array<Field>({field("op", AT(CollectStats, op), kRequired)});
};
template <>
struct RecordOf<PackText> {
  static constexpr auto fields = std::to_array<Field>({
      field("op", AT(PackText, op), kRequired),
      field("text", AT(PackText, text), kRequired),
  });
};
template <>
struct RecordOf<UnpackText> {
  static constexpr auto fields = std::to_array<Field>({
      field("op", AT(UnpackText, op), kRequired),
      field("packed", AT(UnpackText, packed), kRequired),
      field("limit", AT(UnpackText, limit), kRequired),
  });
};
template <>
struct RecordOf<AcquireMedia> {
  static constexpr auto fields = std::to_array<Field>({
      field("op", AT(AcquireMedia, op), kRequired),
      field("microphone", AT(AcquireMedia, microphone), kRequired),
      field("camera", AT(AcquireMedia, camera), kRequired),
      field("audioConstraints", AT(AcquireMedia, audio_constraints), kOptional),
      field("videoConstraints", AT(AcquireMedia, video_constraints), kOptional),
      field("device", AT(AcquireMedia, device), kOptional),
      field("anyDevice", AT(AcquireMedia, any_device), kOptional),
  });
};
template <>
struct RecordOf<AcquireScreen> {
  static constexpr auto fields = std::to_array<Field>({
      field("op", AT(AcquireScreen, op), kRequired),
      field("audio", AT(AcquireScreen, audio), kRequired),
      field("motion", AT(AcquireScreen, motion), kOptional),
      field("constraints", AT(AcquireScreen, constraints), kOptional),
  });
};
template <>
struct RecordOf<EnableTrack> {
  static constexpr auto fields = std::to_array<Field>({
      field("track", AT(EnableTrack, track), kRequired),
      field("enabled", AT(EnableTrack, enabled), kRequired),
  });
};
template <>
struct RecordOf<StopTrack> {
  static constexpr auto fields =
      std::to_array<Field>({field("track", AT(StopTrack, track), kRequired)});
};

template <>
struct RecordOf<MessageSent> {
  static constexpr auto fields = std::to_array<Field>({
      field("request", AT(MessageSent, request), kRequired),
      field("id", AT(MessageSent, id), kRequired),
      field("unreached", AT(MessageSent, unreached), kRequired),
  });
};
template <>
struct RecordOf<DeliverMessage> {
  static constexpr auto fields = std::to_array<Field>({
      field("from", AT(DeliverMessage, from), kRequired),
      field("id", AT(DeliverMessage, id), kRequired),
      field("toAll", AT(DeliverMessage, to_all), kRequired),
      field("text", AT(DeliverMessage, text), kRequired),
  });
};
template <>
struct RecordOf<MessagesDrained> : NoFields {};

template <>
struct TagsOf<Command> {
  static constexpr auto tags = std::to_array<std::string_view>({
      "call.resolve",
      "call.reject",
      "socket.open",
      "socket.send",
      "socket.close",
      "application.connect",
      "application.renew",
      "application.emit",
      "tabs.post",
      "pc.create",
      "pc.assign",
      "pc.setLocalDescription",
      "pc.setRemoteDescription",
      "pc.adoptSlots",
      "pc.addIceCandidate",
      "pc.attachTrack",
      "pc.close",
      "channel.send",
      "stats.collect",
      "text.pack",
      "text.unpack",
      "media.acquire",
      "media.acquireScreen",
      "media.enable",
      "media.stop",
      "call.sent",
      "call.message",
      "call.drained",
      "pc.setParameters",
      "levels.watch",
      "pc.requestKeyFrame",
  });
};

// ---- the snapshot --------------------------------------------------------------------

template <>
struct RecordOf<RoomView> {
  static constexpr auto fields = std::to_array<Field>({
      field("roomId", AT(RoomView, room_id), kRequired),
      field("groupId", AT(RoomView, group_id), kRequired),
      field("callType", AT(RoomView, call_type), kRequired),
      field("joinedAtMs", AT(RoomView, joined_at_ms), kRequired),
  });
};
template <>
struct RecordOf<SignallingView> {
  static constexpr auto fields = std::to_array<Field>({
      field("state", AT(SignallingView, state), kRequired),
      field("error", AT(SignallingView, error), kRequired),
      field("retryAtMs", AT(SignallingView, retry_at_ms), kRequired),
  });
};
template <>
struct RecordOf<InvitationView> {
  static constexpr auto fields = std::to_array<Field>({
      field("roomId", AT(InvitationView, room_id), kRequired),
      field("groupId", AT(InvitationView, group_id), kRequired),
      field("callType", AT(InvitationView, call_type), kRequired),
      blob("caller", AT(InvitationView, caller), kRequired, limits::kUserInfoBytes),
      field("groupName", AT(InvitationView, group_name), kRequired),
      field("endsAtMs", AT(InvitationView, ends_at_ms), kRequired),
  });
};
template <>
struct RecordOf<MediaView> {
  static constexpr auto fields = std::to_array<Field>({
      field("state", AT(MediaView, state), kRequired),
      field("reason", AT(MediaView, reason), kRequired),
  });
};
template <>
struct RecordOf<SelfView> {
  static constexpr auto fields = std::to_array<Field>({
      field("microphone", AT(SelfView, microphone), kRequired),
      field("camera", AT(SelfView, camera), kRequired),
      field("screen", AT(SelfView, screen), kRequired),
      field("microphoneTrack", AT(SelfView, microphone_track), kRequired),
      field("cameraTrack", AT(SelfView, camera_track), kRequired),
      field("microphoneDevice", AT(SelfView, microphone_device), kRequired),
      field("cameraDevice", AT(SelfView, camera_device), kRequired),
      field("screenTrack", AT(SelfView, screen_track), kRequired),
      field("deviceError", AT(SelfView, device_error), kRequired),
      field("speaking", AT(SelfView, speaking), kOptional),
  });
};
template <>
struct RecordOf<TrackSource> {
  static constexpr auto fields = std::to_array<Field>({
      field("connection", AT(TrackSource, connection), kRequired),
      index("slot", AT(TrackSource, slot)),
      index("sound", AT(TrackSource, sound)),
  });
};
template <>
struct RecordOf<ParticipantView> {
  static constexpr auto fields = std::to_array<Field>({
      field("userId", AT(ParticipantView, user_id), kRequired),
      blob("userInfo", AT(ParticipantView, user_info), kRequired, limits::kUserInfoBytes),
      field("connection", AT(ParticipantView, connection), kRequired),
      field("connectionReason", AT(ParticipantView, connection_reason), kRequired),
      field("signalling", AT(ParticipantView, signalling), kRequired),
      field("olderClient", AT(ParticipantView, older_client), kRequired),
      field("microphone", AT(ParticipantView, microphone), kRequired),
      field("camera", AT(ParticipantView, camera), kRequired),
      field("screen", AT(ParticipantView, screen), kRequired),
      field("microphoneSource", AT(ParticipantView, microphone_source), kRequired),
      field("cameraSource", AT(ParticipantView, camera_source), kRequired),
      field("screenSource", AT(ParticipantView, screen_source), kRequired),
      field("speaking", AT(ParticipantView, speaking), kOptional),
      index("quality", AT(ParticipantView, quality)),
      field("qualityCause", AT(ParticipantView, quality_cause), kOptional),
  });
};
template <>
struct RecordOf<Counter> {
  static constexpr auto fields = std::to_array<Field>({
      field("name", AT(Counter, name), kRequired),
      field("count", AT(Counter, count), kRequired),
  });
};
template <>
struct RecordOf<SnapshotPatch> {
  static constexpr auto fields = std::to_array<Field>({
      field("phase", AT(SnapshotPatch, phase), kOptional),
      field("room", AT(SnapshotPatch, room), kOptional),
      field("error", AT(SnapshotPatch, error), kOptional),
      field("signalling", AT(SnapshotPatch, signalling), kOptional),
      field("self", AT(SnapshotPatch, self), kOptional),
      field("devices", AT(SnapshotPatch, devices), kOptional),
      field("invitations", AT(SnapshotPatch, invitations), kOptional),
      field("participants", AT(SnapshotPatch, participants), kOptional),
      field("order", AT(SnapshotPatch, order), kOptional),
      field("diagnostics", AT(SnapshotPatch, diagnostics), kOptional),
      field("timings", AT(SnapshotPatch, timings), kOptional),
  });
};

}  // namespace groupcall::wire
