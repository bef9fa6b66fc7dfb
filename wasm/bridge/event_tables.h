/// How events look as JSON: `{"type":"socket.frame","socket":1,"text":"2"}`.
///
/// Printed as TypeScript into web/src/protocol.ts by tools/print_protocol; a test holds the
/// two together.
#pragma once

#include "core/public/event.h"
#include "core/wire/record_set.h"
#include "core/wire/sdp_fields.h"

namespace groupcall::wire {

template <>
struct WordsOf<MediaKind> {
  static constexpr auto words = std::to_array<std::string_view>({"audio", "video"});
};
template <>
struct WordsOf<DeviceKind> {
  static constexpr auto words =
      std::to_array<std::string_view>({"microphone", "camera", "speaker"});
};
template <>
struct WordsOf<TransportState> {
  static constexpr auto words = std::to_array<std::string_view>(
      {"new", "connecting", "connected", "disconnected", "failed", "closed"});
};

template <>
struct RecordOf<JoinRequested> {
  static constexpr auto fields = std::to_array<Field>({
      field("request", AT(JoinRequested, request), kRequired),
      field("roomId", AT(JoinRequested, room_id), kRequired, limits::kIdBytes),
      field("groupId", AT(JoinRequested, group_id), kRequired, limits::kIdBytes),
      field("callType", AT(JoinRequested, call_type), kRequired),
      field("audio", AT(JoinRequested, audio), kRequired),
      field("video", AT(JoinRequested, video), kRequired),
      field("audioConstraints", AT(JoinRequested, audio_constraints), kOptional,
            limits::kUserInfoBytes),
      field("videoConstraints", AT(JoinRequested, video_constraints), kOptional,
            limits::kUserInfoBytes),
  });
};
template <>
struct RecordOf<LeaveRequested> {
  static constexpr auto fields =
      std::to_array<Field>({field("request", AT(LeaveRequested, request), kRequired)});
};
template <>
struct RecordOf<MicrophoneWanted> {
  static constexpr auto fields =
      std::to_array<Field>({field("on", AT(MicrophoneWanted, on), kRequired)});
};
template <>
struct RecordOf<CameraWanted> {
  static constexpr auto fields =
      std::to_array<Field>({field("on", AT(CameraWanted, on), kRequired)});
};
template <>
struct RecordOf<ScreenWanted> {
  static constexpr auto fields = std::to_array<Field>({
      field("on", AT(ScreenWanted, on), kRequired),
      field("audio", AT(ScreenWanted, audio), kOptional),
      field("motion", AT(ScreenWanted, motion), kOptional),
      field("constraints", AT(ScreenWanted, constraints), kOptional, limits::kUserInfoBytes),
  });
};
template <>
struct RecordOf<ListenRequested> {
  static constexpr auto fields =
      std::to_array<Field>({field("on", AT(ListenRequested, on), kRequired)});
};
template <>
struct RecordOf<InvitationDeclined> {
  static constexpr auto fields = std::to_array<Field>(
      {field("roomId", AT(InvitationDeclined, room_id), kRequired, limits::kIdBytes)});
};
template <>
struct RecordOf<SendRequested> {
  static constexpr auto fields = std::to_array<Field>({
      field("request", AT(SendRequested, request), kRequired),
      field("to", AT(SendRequested, to), kOptional, limits::kIdBytes),
      field("text", AT(SendRequested, text), kRequired, limits::kFrameBytes),
  });
};
template <>
struct RecordOf<ViewChanged> {
  static constexpr auto fields = std::to_array<Field>({
      field("peer", AT(ViewChanged, peer), kRequired, limits::kIdBytes),
      field("view", AT(ViewChanged, view), kRequired),
  });
};
template <>
struct RecordOf<SocketOpened> {
  static constexpr auto fields =
      std::to_array<Field>({field("socket", AT(SocketOpened, socket), kRequired)});
};
template <>
struct RecordOf<SocketFrame> {
  static constexpr auto fields = std::to_array<Field>({
      field("socket", AT(SocketFrame, socket), kRequired),
      field("text", AT(SocketFrame, text), kRequired),
  });
};
template <>
struct RecordOf<SocketBinary> {
  static constexpr auto fields = std::to_array<Field>({
      field("socket", AT(SocketBinary, socket), kRequired),
      field("bytes", AT(SocketBinary, bytes), kRequired),
  });
};
template <>
struct RecordOf<ApplicationState> {
  static constexpr auto fields = std::to_array<Field>({
      field("socket", AT(ApplicationState, socket), kRequired),
      field("connected", AT(ApplicationState, connected), kRequired),
      field("active", AT(ApplicationState, active), kRequired),
      field("failed", AT(ApplicationState, failed), kOptional),
      field("reason", AT(ApplicationState, reason), kOptional, limits::kTextBytes),
  });
};
template <>
struct RecordOf<ApplicationEvent> {
  static constexpr auto fields = std::to_array<Field>({
      field("socket", AT(ApplicationEvent, socket), kRequired),
      field("text", AT(ApplicationEvent, text), kRequired),
  });
};
template <>
struct RecordOf<ApplicationAcknowledged> {
  static constexpr auto fields = std::to_array<Field>({
      field("socket", AT(ApplicationAcknowledged, socket), kRequired),
      field("ack", AT(ApplicationAcknowledged, ack), kRequired),
  });
};
template <>
struct RecordOf<SocketClosed> {
  static constexpr auto fields = std::to_array<Field>({
      field("socket", AT(SocketClosed, socket), kRequired),
      field("code", AT(SocketClosed, code), kOptional),
      field("reason", AT(SocketClosed, reason), kOptional, limits::kTextBytes),
  });
};

/// The first two members of every event of one RTCPeerConnection.
#define GROUPCALL_OF_CONNECTION(Struct)                         \
  field("peer", AT(Struct, peer), kRequired, limits::kIdBytes), \
      field("connection", AT(Struct, connection), kRequired)

template <>
struct RecordOf<LocalDescriptionSet> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_OF_CONNECTION(LocalDescriptionSet),
      field("op", AT(LocalDescriptionSet, op), kRequired),
      field("description", AT(LocalDescriptionSet, description), kRequired),
      field("relay", AT(LocalDescriptionSet, relay), kOptional),
  });
};
template <>
struct RecordOf<RemoteDescriptionSet> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_OF_CONNECTION(RemoteDescriptionSet),
      field("op", AT(RemoteDescriptionSet, op), kRequired),
      field("slots", AT(RemoteDescriptionSet, slots), kRequired, limits::kSlots),
      field("relay", AT(RemoteDescriptionSet, relay), kOptional),
  });
};
template <>
struct RecordOf<TrackAttached> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_OF_CONNECTION(TrackAttached),
      field("op", AT(TrackAttached, op), kRequired),
  });
};
template <>
struct RecordOf<OperationFailed> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_OF_CONNECTION(OperationFailed),
      field("op", AT(OperationFailed, op), kRequired),
      field("name", AT(OperationFailed, name), kRequired, limits::kTextBytes),
      field("message", AT(OperationFailed, message), kRequired, limits::kTextBytes),
  });
};
template <>
struct RecordOf<LocalCandidate> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_OF_CONNECTION(LocalCandidate),
      field("candidate", AT(LocalCandidate, candidate), kRequired),
  });
};
template <>
struct RecordOf<CandidateFailed> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_OF_CONNECTION(CandidateFailed),
      field("code", AT(CandidateFailed, code), kRequired),
      field("text", AT(CandidateFailed, text), kRequired, limits::kTextBytes),
  });
};
template <>
struct RecordOf<TransportChanged> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_OF_CONNECTION(TransportChanged),
      field("state", AT(TransportChanged, state), kRequired),
  });
};
template <>
struct RecordOf<DtlsClosed> {
  static constexpr auto fields = std::to_array<Field>({GROUPCALL_OF_CONNECTION(DtlsClosed)});
};
template <>
struct RecordOf<ChannelOpened> {
  static constexpr auto fields = std::to_array<Field>({GROUPCALL_OF_CONNECTION(ChannelOpened)});
};
template <>
struct RecordOf<ChannelMessage> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_OF_CONNECTION(ChannelMessage),
      field("text", AT(ChannelMessage, text), kRequired),
  });
};
template <>
struct RecordOf<ChannelDrained> {
  static constexpr auto fields = std::to_array<Field>({GROUPCALL_OF_CONNECTION(ChannelDrained)});
};
template <>
struct RecordOf<ChannelClosed> {
  static constexpr auto fields = std::to_array<Field>({GROUPCALL_OF_CONNECTION(ChannelClosed)});
};
template <>
struct RecordOf<SlotSample> {
  static constexpr auto fields = std::to_array<Field>({
      field("slot", AT(SlotSample, slot), kRequired),
      field("bytes", AT(SlotSample, bytes), kRequired),
      field("frames", AT(SlotSample, frames), kRequired),
      field("sent", AT(SlotSample, sent), kOptional),
      field("lost", AT(SlotSample, lost_permille), kOptional),
      field("lines", AT(SlotSample, lines), kOptional),
      field("cpu", AT(SlotSample, cpu), kOptional),
      field("packets", AT(SlotSample, packets), kOptional),
      field("missing", AT(SlotSample, missing), kOptional),
      field("jitterMs", AT(SlotSample, jitter_ms), kOptional),
  });
};
template <>
struct RecordOf<LinkSample> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_OF_CONNECTION(LinkSample),
      field("slots", AT(LinkSample, slots), kRequired, limits::kSlots),
      field("availableKbps", AT(LinkSample, available_kbps), kOptional),
      field("rttMs", AT(LinkSample, rtt_ms), kOptional),
  });
};
#undef GROUPCALL_OF_CONNECTION

template <>
struct RecordOf<StatsSampled> {
  static constexpr auto fields = std::to_array<Field>({
      field("op", AT(StatsSampled, op), kRequired),
      field("links", AT(StatsSampled, links), kRequired, 2 * limits::kParticipants),
  });
};
template <>
struct RecordOf<LevelSample> {
  static constexpr auto fields = std::to_array<Field>({
      field("peer", AT(LevelSample, peer), kOptional, limits::kIdBytes),
      field("connection", AT(LevelSample, connection), kOptional),
      field("permille", AT(LevelSample, permille), kOptional),
  });
};
template <>
struct RecordOf<LevelsChanged> {
  static constexpr auto fields = std::to_array<Field>(
      {field("levels", AT(LevelsChanged, levels), kRequired, 2 * limits::kParticipants)});
};
template <>
struct RecordOf<PageHidden> {
  static constexpr auto fields =
      std::to_array<Field>({field("frozen", AT(PageHidden, frozen), kOptional)});
};
template <>
struct RecordOf<TextPacked> {
  static constexpr auto fields = std::to_array<Field>({
      field("op", AT(TextPacked, op), kRequired),
      field("packed", AT(TextPacked, packed), kRequired, limits::kUnpackedOffersBytes),
  });
};
template <>
struct RecordOf<TextUnpacked> {
  static constexpr auto fields = std::to_array<Field>({
      field("op", AT(TextUnpacked, op), kRequired),
      field("text", AT(TextUnpacked, text), kRequired, limits::kUnpackedOffersBytes),
  });
};
template <>
struct RecordOf<AcquiredTrack> {
  static constexpr auto fields = std::to_array<Field>({
      field("track", AT(AcquiredTrack, track), kRequired, limits::kIdBytes),
      field("deviceId", AT(AcquiredTrack, device_id), kOptional, limits::kTextBytes),
      field("label", AT(AcquiredTrack, label), kOptional, limits::kTextBytes),
  });
};
template <>
struct RecordOf<MediaAcquired> {
  static constexpr auto fields = std::to_array<Field>({
      field("op", AT(MediaAcquired, op), kRequired),
      field("microphone", AT(MediaAcquired, microphone), kOptional),
      field("camera", AT(MediaAcquired, camera), kOptional),
      field("screen", AT(MediaAcquired, screen), kOptional),
      field("screenAudio", AT(MediaAcquired, screen_audio), kOptional),
  });
};
template <>
struct RecordOf<MediaFailed> {
  static constexpr auto fields = std::to_array<Field>({
      field("op", AT(MediaFailed, op), kRequired),
      field("name", AT(MediaFailed, name), kRequired, limits::kTextBytes),
      field("message", AT(MediaFailed, message), kRequired, limits::kTextBytes),
  });
};
template <>
struct RecordOf<LocalTrackEnded> {
  static constexpr auto fields = std::to_array<Field>(
      {field("track", AT(LocalTrackEnded, track), kRequired, limits::kIdBytes)});
};
template <>
struct RecordOf<DeviceInfo> {
  static constexpr auto fields = std::to_array<Field>({
      field("kind", AT(DeviceInfo, kind), kRequired),
      field("deviceId", AT(DeviceInfo, id), kRequired, limits::kTextBytes),
      field("label", AT(DeviceInfo, label), kRequired, limits::kTextBytes),
  });
};
template <>
struct RecordOf<DevicesListed> {
  static constexpr auto fields = std::to_array<Field>({
      field("devices", AT(DevicesListed, devices), kRequired, limits::kDevices),
      field("microphoneGranted", AT(DevicesListed, microphone_granted), kOptional),
      field("cameraGranted", AT(DevicesListed, camera_granted), kOptional),
  });
};
template <>
struct RecordOf<DeviceChosen> {
  static constexpr auto fields = std::to_array<Field>({
      field("device", AT(DeviceChosen, device), kRequired),
      field("deviceId", AT(DeviceChosen, id), kRequired, limits::kTextBytes),
  });
};
template <>
struct RecordOf<Slept> {
  static constexpr auto fields =
      std::to_array<Field>({field("missedMs", AT(Slept, missed_ms), kRequired)});
};

template <>
struct RecordOf<TabMessage> {
  static constexpr auto fields = std::to_array<Field>(
      {field("text", AT(TabMessage, text), kRequired, limits::kTabMessageBytes)});
};

template <>
struct RecordOf<Disposed> : NoFields {};
template <>
struct RecordOf<Woke> : NoFields {};
template <>
struct RecordOf<NetworkOnline> : NoFields {};
template <>
struct RecordOf<NetworkOffline> : NoFields {};
template <>
struct RecordOf<PageClosing> : NoFields {};
template <>
struct RecordOf<PageShown> : NoFields {};
template <>
struct RecordOf<TakeOverRequested> : NoFields {};

template <>
struct TagsOf<Event> {
  static constexpr auto tags = std::to_array<std::string_view>({
      "call.join",
      "call.leave",
      "call.dispose",
      "call.setMicrophone",
      "call.setCamera",
      "call.setScreenShare",
      "call.listen",
      "call.takeOver",
      "call.decline",
      "call.send",
      "call.setView",
      "socket.opened",
      "socket.frame",
      "socket.binary",
      "socket.closed",
      "application.state",
      "application.event",
      "application.acknowledged",
      "pc.localDescriptionSet",
      "pc.remoteDescriptionSet",
      "pc.trackAttached",
      "pc.operationFailed",
      "pc.candidate",
      "pc.candidateFailed",
      "pc.transportChanged",
      "pc.dtlsClosed",
      "channel.opened",
      "channel.message",
      "channel.drained",
      "channel.closed",
      "stats.sampled",
      "text.packed",
      "text.unpacked",
      "media.acquired",
      "media.failed",
      "media.trackEnded",
      "media.devices",
      "call.setDevice",
      "host.woke",
      "host.slept",
      "host.online",
      "host.offline",
      "host.pageClosing",
      "host.pageShown",
      "tabs.message",
      "levels.changed",
      "host.pageHidden",
  });
};

}  // namespace groupcall::wire
