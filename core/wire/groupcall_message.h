/// The messages of the chat application's group calls, as its server speaks them
/// (protocol: core/wire/README.md). A struct a message, its wire text above it.
///
/// Both directions have field tables: the tests' server decodes what we encode.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/public/ids.h"
#include "core/public/media.h"
#include "core/public/sdp.h"
#include "core/wire/codec_error.h"

namespace groupcall::wire {

/// `"groupcall":{"v":1,"epoch":"7k0..."}` in userInfo and tracks: the capability flag of a module
/// peer and which join of it this is. Absent for an older client. In the userInfo of a join also
/// `"link":1,"offers":"<base64>"`: offers to those who are in the room, see UnpackedOffers. In
/// tracks also `"screen":true`, and with it `"cameraOff":true`: the `video` beside it is the
/// screen, which is what older clients see.
struct PeerMark {
  std::int64_t version = 0;
  Epoch epoch;
  LinkNumber link;
  std::string offers;
  bool screen = false;
  bool camera_off = false;
};
inline constexpr std::int64_t kProtocolVersion = 1;

/// `{"userId":"a1","fullname":"Alice","profilePic":"","groupcall":{...}}`
struct WireUserInfo {
  std::string json;  ///< without our key; names and pictures that are no text are dropped
  PeerMark mark;
};
/// `{"audio":true,"video":false,"groupcall":{...}}`
struct WireTracks {
  bool audio = true;
  bool video = true;
  PeerMark mark;
  bool camera() const { return video && !mark.camera_off; }
};
struct WireParticipant {
  UserId user_id;
  WireUserInfo user_info;
  WireTracks tracks;
};
/// `{"type":"offer","sdp":"v=0...","groupcall":{"from":"e1","to":"e2","link":1,"seq":1}}`
struct WireDescription {
  DescriptionType type = DescriptionType::Offer;
  std::string sdp;
  LinkAddress address;
};
/// `{"candidate":"candidate:1 1 udp ...","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"abcd"}`
struct WireCandidate {
  IceCandidate candidate;
  LinkAddress address;
};

// ---- client to server ----------------------------------------------------------------

/// `42["groupcall:join",{"roomId":"r","groupId":"g","callType":"video","userInfo":{...}}]`
struct Join {
  RoomId room_id;
  GroupId group_id;
  CallType call_type = CallType::Video;
  WireUserInfo user_info;
};
/// `42["groupcall:leave",{"roomId":"r"}]`
struct Leave {
  RoomId room_id;
};
/// `42["groupcall:update-tracks",{"roomId":"r","tracks":{"audio":false,"video":true}}]`
struct UpdateTracks {
  RoomId room_id;
  WireTracks tracks;
};
/// `42["groupcall:screen-share-start",{"roomId":"r","trackId":"t-1"}]`
struct ScreenShareStart {
  RoomId room_id;
  TrackId track_id;
};
/// `42["groupcall:screen-share-stop",{"roomId":"r"}]`
struct ScreenShareStop {
  RoomId room_id;
};
/// `42["groupcall:webrtc-offer",{"roomId":"r","offer":{...},"targetUserId":"u"}]`
struct SendOffer {
  RoomId room_id;
  WireDescription offer;
  UserId target;
};
/// `42["groupcall:webrtc-answer",{"roomId":"r","answer":{...},"targetUserId":"u"}]`
struct SendAnswer {
  RoomId room_id;
  WireDescription answer;
  UserId target;
};
/// `42["groupcall:webrtc-ice-candidate",{"roomId":"r","candidate":{...},"targetUserId":"u"}]`
struct SendCandidate {
  RoomId room_id;
  WireCandidate candidate;
  UserId target;
};

using ClientMessage = std::variant<Join, Leave, UpdateTracks, ScreenShareStart, ScreenShareStop,
                                   SendOffer, SendAnswer, SendCandidate>;

// ---- server to client ----------------------------------------------------------------

/// `42["groupcall:joined",{"roomId":"r","participants":[...],"callType":"video","roomState":{...}}]`
/// A participant at fault is left out and counted in Refusal::skipped; the others stay.
struct Joined {
  RoomId room_id;
  std::vector<WireParticipant> participants;
  CallType call_type = CallType::Video;
};
/// `42["groupcall:participant-joined",{"roomId":"r","participant":{...}}]`
struct ParticipantJoined {
  RoomId room_id;
  WireParticipant participant;
};
/// `42["groupcall:participant-left",{"roomId":"r","userId":"u"}]`
struct ParticipantLeft {
  RoomId room_id;
  UserId user_id;
};
/// `42["groupcall:tracks-updated",{"roomId":"r","userId":"u","tracks":{...}}]`
struct TracksUpdated {
  RoomId room_id;
  UserId user_id;
  WireTracks tracks;
};
/// `42["groupcall:screen-share-started",{"roomId":"r","userId":"u","trackId":"t-1"}]`
struct ScreenShareStarted {
  RoomId room_id;
  UserId user_id;
  TrackId track_id;
};
/// `42["groupcall:screen-share-stopped",{"roomId":"r","userId":"u"}]`
struct ScreenShareStopped {
  RoomId room_id;
  UserId user_id;
};
/// `42["groupcall:webrtc-offer",{"roomId":"r","offer":{...},"senderId":"u"}]`
struct OfferReceived {
  RoomId room_id;
  WireDescription offer;
  UserId sender;
};
/// `42["groupcall:webrtc-answer",{"roomId":"r","answer":{...},"senderId":"u"}]`
struct AnswerReceived {
  RoomId room_id;
  WireDescription answer;
  UserId sender;
};
/// `42["groupcall:webrtc-ice-candidate",{"roomId":"r","candidate":{...},"senderId":"u"}]`
struct CandidateReceived {
  RoomId room_id;
  WireCandidate candidate;
  UserId sender;
};
/// `42["groupcall:invitation",{"roomId":"r","groupId":"g","callType":"video","callerInfo":{...},"groupName":"n"}]`
struct Invitation {
  RoomId room_id;
  GroupId group_id;
  CallType call_type = CallType::Video;
  WireUserInfo caller;
  std::string group_name;
};
/// `42["groupcall:error",{"roomId":"r","error":"Group not found"}]`
struct RoomError {
  RoomId room_id;
  std::string error;
};
/// `42["connection:replaced",{"message":"..."}]`
struct ConnectionReplaced {
  std::string message;
};
/// `42["server:shutting_down",{"message":"..."}]`
struct ServerShuttingDown {
  std::string message;
};
/// `42["error",{"message":"...","retryAfter":300,"code":"RATE_LIMIT_EXCEEDED"}]`
struct ServerError {
  std::string message;
  std::int64_t retry_after_s = 0;
  std::string code;
};

using ServerMessage =
    std::variant<Joined, ParticipantJoined, ParticipantLeft, TracksUpdated, ScreenShareStarted,
                 ScreenShareStopped, OfferReceived, AnswerReceived, CandidateReceived, Invitation,
                 RoomError, ConnectionReplaced, ServerShuttingDown, ServerError>;

enum class ChannelKind : unsigned char { Goodbye, Alive, Message, Request };

/// What a module peer says over the data channel; members that say nothing are not written.
///
///   {"type":"goodbye","epoch":"7k0..."}        I leave, for good
///   {"type":"alive","ack":7}                   once a second: what arrives while nobody speaks,
///                                              and how many messages of the application have come;
///                                              with `"deaf":true` from one who hears nothing of us
///   {"type":"message","number":7,"id":"3k9...","toAll":true,"text":"Hello"}
///   {"type":"request","groupcall":{...,"request":"offer"}}     what else goes by the server
struct ChannelText {
  ChannelKind type = ChannelKind::Alive;
  Epoch epoch;
  std::int64_t ack = 0;
  std::int64_t number = 0;  ///< of this pair of epochs, from 1
  std::string id;           ///< the same for all who get the message
  bool to_all = false;
  std::string text;
  LinkAddress address;
  bool deaf = false;  ///< alive: nothing of the peer is heard
};

/// What is packed into the `offers` of a join: `{"offers":[{"sdp":"v=0...","candidates":[...]}]}`
struct UnpackedOffers {
  std::vector<EarlyOffer> offers;
};

/// The name of every event of the server that means something here.
std::vector<std::string_view> server_event_names();

/// `payload`: the JSON array of a Socket.IO EVENT. An event that is none of ours gives
/// CodecError::UnknownType: the chat application has many of its own.
bool decode_server_message(std::string_view payload, ServerMessage& into, Refusal& refusal);
bool decode_client_message(std::string_view payload, ClientMessage& into, Refusal& refusal);
bool decode_channel_text(std::string_view text, ChannelText& into, Refusal& refusal);
bool decode_unpacked_offers(std::string_view text, UnpackedOffers& into, Refusal& refusal);

/// The payload of a Socket.IO EVENT: `["groupcall:leave",{...}]`
std::string encode_client_event(const ClientMessage& message);
std::string encode_server_event(const ServerMessage& message);
std::string encode_channel_text(const ChannelText& message);
std::string encode_unpacked_offers(const UnpackedOffers& offers);

}  // namespace groupcall::wire
