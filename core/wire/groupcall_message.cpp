#include "core/wire/groupcall_message.h"

#include "core/wire/record_set.h"
#include "core/wire/sdp_fields.h"

namespace groupcall::wire {

template <>
struct WordsOf<PeerRequest> {
  static constexpr auto words =
      std::to_array<std::string_view>({"none", "offer", "restart", "epoch"});
};
template <>
struct RecordOf<PeerMark> {
  static constexpr auto fields = std::to_array<Field>({
      field("v", AT(PeerMark, version), kRequired),
      field("epoch", AT(PeerMark, epoch), kRequired, limits::kIdBytes),
      field("link", AT(PeerMark, link), kOptional),
      field("offers", AT(PeerMark, offers), kOptional, limits::kPackedOffersBytes),
      field("screen", AT(PeerMark, screen), kOptional),
      field("cameraOff", AT(PeerMark, camera_off), kOptional),
  });
};
template <>
struct RecordOf<LinkAddress> {
  static constexpr auto fields = std::to_array<Field>({
      field("from", AT(LinkAddress, from), kRequired, limits::kIdBytes),
      field("to", AT(LinkAddress, to), kRequired, limits::kIdBytes),
      field("link", AT(LinkAddress, link), kRequired),
      field("seq", AT(LinkAddress, seq), kRequired),
      field("request", AT(LinkAddress, request), kOptional),
      field("early", AT(LinkAddress, early), kOptional),
  });
};
template <>
struct RecordOf<EarlyOffer> {
  static constexpr auto fields = std::to_array<Field>({
      field("sdp", AT(EarlyOffer, sdp), kRequired, limits::kSdpBytes),
      field("candidates", AT(EarlyOffer, candidates), kRequired, limits::kEarlyCandidates),
  });
};
template <>
struct RecordOf<UnpackedOffers> {
  static constexpr auto fields = std::to_array<Field>({
      field("offers", AT(UnpackedOffers, offers), kRequired, limits::kEarlyOffers),
  });
};

namespace {

// A name that is no text once blanked the page of everyone else (protocol, section 5).
constexpr auto kTextKeys =
    std::to_array<std::string_view>({"userId", "fullname", "profilePic", "username", "email"});

// Our own key: absent for older clients. Nonsense in it refuses the element that it stands in.
template <class Member>
constexpr Field own_key(At<Member> at) {
  return field("groupcall", at, kOptional);
}

}  // namespace

template <>
struct RecordOf<WireUserInfo> {
  static constexpr auto fields = std::to_array<Field>({
      whole(AT(WireUserInfo, json), limits::kUserInfoBytes, kTextKeys),
      own_key(AT(WireUserInfo, mark)),
  });
};
template <>
struct RecordOf<WireTracks> {
  static constexpr auto fields = std::to_array<Field>({
      field("audio", AT(WireTracks, audio), kLenient),
      field("video", AT(WireTracks, video), kLenient),
      own_key(AT(WireTracks, mark)),
  });
};
template <>
struct RecordOf<WireParticipant> {
  static constexpr auto fields = std::to_array<Field>({
      field("userId", AT(WireParticipant, user_id), kRequired, limits::kIdBytes),
      field("userInfo", AT(WireParticipant, user_info), kOptional),
      field("tracks", AT(WireParticipant, tracks), kOptional),
  });
};
template <>
struct RecordOf<WireDescription> {
  static constexpr auto fields = std::to_array<Field>({
      field("type", AT(WireDescription, type), kRequired),
      field("sdp", AT(WireDescription, sdp), kRequired, limits::kSdpBytes),
      own_key(AT(WireDescription, address)),
  });
};
template <>
struct RecordOf<WireCandidate> {
  static constexpr auto fields = [] {
    constexpr auto inner = RecordOf<IceCandidate>::fields;
    std::array<Field, inner.size() + 1> all{};
    for (std::size_t i = 0; i < inner.size(); ++i) {
      all[i] = inner[i];
      all[i].offset += offsetof(WireCandidate, candidate);
    }
    all[inner.size()] = own_key(AT(WireCandidate, address));
    return all;
  }();
};

/// The first member of almost every message.
#define GROUPCALL_ROOM(Struct) field("roomId", AT(Struct, room_id), kRequired, limits::kIdBytes)

template <>
struct RecordOf<Join> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(Join),
      field("groupId", AT(Join, group_id), kRequired, limits::kIdBytes),
      field("callType", AT(Join, call_type), kRequired),
      field("userInfo", AT(Join, user_info), kRequired),
  });
};
template <>
struct RecordOf<Leave> {
  static constexpr auto fields = std::to_array<Field>({GROUPCALL_ROOM(Leave)});
};
template <>
struct RecordOf<UpdateTracks> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(UpdateTracks),
      field("tracks", AT(UpdateTracks, tracks), kRequired),
  });
};
template <>
struct RecordOf<ScreenShareStart> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(ScreenShareStart),
      field("trackId", AT(ScreenShareStart, track_id), kRequired, limits::kIdBytes),
  });
};
template <>
struct RecordOf<ScreenShareStop> {
  static constexpr auto fields = std::to_array<Field>({GROUPCALL_ROOM(ScreenShareStop)});
};
template <>
struct RecordOf<SendOffer> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(SendOffer),
      field("offer", AT(SendOffer, offer), kRequired),
      field("targetUserId", AT(SendOffer, target), kRequired, limits::kIdBytes),
  });
};
template <>
struct RecordOf<SendAnswer> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(SendAnswer),
      field("answer", AT(SendAnswer, answer), kRequired),
      field("targetUserId", AT(SendAnswer, target), kRequired, limits::kIdBytes),
  });
};
template <>
struct RecordOf<SendCandidate> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(SendCandidate),
      field("candidate", AT(SendCandidate, candidate), kRequired),
      field("targetUserId", AT(SendCandidate, target), kRequired, limits::kIdBytes),
  });
};
template <>
struct RecordOf<Joined> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(Joined),
      field("participants", AT(Joined, participants), kConfined, limits::kParticipants),
      field("callType", AT(Joined, call_type), kLenient),
  });
};
template <>
struct RecordOf<ParticipantJoined> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(ParticipantJoined),
      field("participant", AT(ParticipantJoined, participant), kRequired),
  });
};
template <>
struct RecordOf<ParticipantLeft> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(ParticipantLeft),
      field("userId", AT(ParticipantLeft, user_id), kRequired, limits::kIdBytes),
  });
};
template <>
struct RecordOf<TracksUpdated> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(TracksUpdated),
      field("userId", AT(TracksUpdated, user_id), kRequired, limits::kIdBytes),
      field("tracks", AT(TracksUpdated, tracks), kRequired),
  });
};
template <>
struct RecordOf<ScreenShareStarted> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(ScreenShareStarted),
      field("userId", AT(ScreenShareStarted, user_id), kRequired, limits::kIdBytes),
      field("trackId", AT(ScreenShareStarted, track_id), kLenient, limits::kIdBytes),
  });
};
template <>
struct RecordOf<ScreenShareStopped> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(ScreenShareStopped),
      field("userId", AT(ScreenShareStopped, user_id), kRequired, limits::kIdBytes),
  });
};
template <>
struct RecordOf<OfferReceived> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(OfferReceived),
      field("offer", AT(OfferReceived, offer), kRequired),
      field("senderId", AT(OfferReceived, sender), kRequired, limits::kIdBytes),
  });
};
template <>
struct RecordOf<AnswerReceived> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(AnswerReceived),
      field("answer", AT(AnswerReceived, answer), kRequired),
      field("senderId", AT(AnswerReceived, sender), kRequired, limits::kIdBytes),
  });
};
template <>
struct RecordOf<CandidateReceived> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(CandidateReceived),
      field("candidate", AT(CandidateReceived, candidate), kRequired),
      field("senderId", AT(CandidateReceived, sender), kRequired, limits::kIdBytes),
  });
};
template <>
struct RecordOf<Invitation> {
  static constexpr auto fields = std::to_array<Field>({
      GROUPCALL_ROOM(Invitation),
      field("groupId", AT(Invitation, group_id), kRequired, limits::kIdBytes),
      field("callType", AT(Invitation, call_type), kLenient),
      field("callerInfo", AT(Invitation, caller), kOptional),
      field("groupName", AT(Invitation, group_name), kLenient, limits::kTextBytes),
  });
};
template <>
struct RecordOf<RoomError> {
  static constexpr auto fields = std::to_array<Field>({
      field("roomId", AT(RoomError, room_id), kLenient, limits::kIdBytes),
      field("error", AT(RoomError, error), kRequired, limits::kTextBytes),
  });
};
#undef GROUPCALL_ROOM

template <>
struct RecordOf<ConnectionReplaced> {
  static constexpr auto fields = std::to_array<Field>({
      field("message", AT(ConnectionReplaced, message), kLenient, limits::kTextBytes),
  });
};
template <>
struct RecordOf<ServerShuttingDown> {
  static constexpr auto fields = std::to_array<Field>({
      field("message", AT(ServerShuttingDown, message), kLenient, limits::kTextBytes),
  });
};
template <>
struct RecordOf<ServerError> {
  static constexpr auto fields = std::to_array<Field>({
      field("message", AT(ServerError, message), kLenient, limits::kTextBytes),
      field("retryAfter", AT(ServerError, retry_after_s), kLenient),
      field("code", AT(ServerError, code), kLenient, limits::kTextBytes),
  });
};
template <>
struct WordsOf<ChannelKind> {
  static constexpr auto words =
      std::to_array<std::string_view>({"goodbye", "alive", "message", "request"});
};
template <>
struct RecordOf<ChannelText> {
  static constexpr auto fields = std::to_array<Field>({
      field("type", AT(ChannelText, type), kRequired),
      field("epoch", AT(ChannelText, epoch), kOptional, limits::kIdBytes),
      field("ack", AT(ChannelText, ack), kOptional),
      field("deaf", AT(ChannelText, deaf), kOptional),
      field("number", AT(ChannelText, number), kOptional),
      field("id", AT(ChannelText, id), kOptional, limits::kIdBytes),
      field("toAll", AT(ChannelText, to_all), kOptional),
      field("text", AT(ChannelText, text), kOptional, limits::kMessageBytes),
      own_key(AT(ChannelText, address)),
  });
};

template <>
struct TagsOf<ClientMessage> {
  static constexpr auto tags = std::to_array<std::string_view>({
      "groupcall:join",
      "groupcall:leave",
      "groupcall:update-tracks",
      "groupcall:screen-share-start",
      "groupcall:screen-share-stop",
      "groupcall:webrtc-offer",
      "groupcall:webrtc-answer",
      "groupcall:webrtc-ice-candidate",
  });
};
template <>
struct TagsOf<ServerMessage> {
  static constexpr auto tags = std::to_array<std::string_view>({
      "groupcall:joined",
      "groupcall:participant-joined",
      "groupcall:participant-left",
      "groupcall:tracks-updated",
      "groupcall:screen-share-started",
      "groupcall:screen-share-stopped",
      "groupcall:webrtc-offer",
      "groupcall:webrtc-answer",
      "groupcall:webrtc-ice-candidate",
      "groupcall:invitation",
      "groupcall:error",
      "connection:replaced",
      "server:shutting_down",
      "error",
  });
};
namespace {

template <class Variant>
bool decode_event_array(std::string_view payload, Variant& into, Refusal& refusal) {
  const auto json = JsonDocument::parse(payload, limits::kFrameBytes, refusal);
  if (!json) return false;
  const auto name = json->root().kind() == JsonKind::List ? json->root().first() : std::nullopt;
  if (!name || name->kind() != JsonKind::Text) {
    refusal.error = CodecError::WrongShape;
    return false;
  }
  const auto argument = name->next();
  if (argument || find_tag(RecordSet<Variant>::records, name->text()) == std::string_view::npos)
    return decode_tagged(name->text(), argument ? *argument : *name, into, refusal);
  refusal.error = CodecError::WrongShape;
  return false;
}

template <class Variant>
std::string encode_event_array(const Variant& message) {
  std::string event = "[";
  encode_text(tag_of(message), event);
  event += ',';
  encode_tagged(message, event);
  event += ']';
  return event;
}

}  // namespace

std::vector<std::string_view> server_event_names() {
  const auto& tags = TagsOf<ServerMessage>::tags;
  return {tags.begin(), tags.end()};
}
bool decode_server_message(std::string_view payload, ServerMessage& into, Refusal& refusal) {
  return decode_event_array(payload, into, refusal);
}
bool decode_client_message(std::string_view payload, ClientMessage& into, Refusal& refusal) {
  return decode_event_array(payload, into, refusal);
}
bool decode_channel_text(std::string_view text, ChannelText& into, Refusal& refusal) {
  const auto json = JsonDocument::parse(text, limits::kChannelMessageBytes, refusal);
  return json && decode(json->root(), into, refusal);
}

bool decode_unpacked_offers(std::string_view text, UnpackedOffers& into, Refusal& refusal) {
  const auto json = JsonDocument::parse(text, limits::kUnpackedOffersBytes, refusal);
  return json && decode(json->root(), into, refusal);
}

std::string encode_client_event(const ClientMessage& message) {
  return encode_event_array(message);
}
std::string encode_server_event(const ServerMessage& message) {
  return encode_event_array(message);
}
std::string encode_channel_text(const ChannelText& message) {
  std::string text;
  encode(message, text);
  return text;
}
std::string encode_unpacked_offers(const UnpackedOffers& offers) {
  std::string text;
  encode(offers, text);
  return text;
}

}  // namespace groupcall::wire
