/// A whole CallCore on a bench: events go in by short calls; what was sent, asked for and shown
/// comes out in words of the protocol.
///
/// Two things are checked at every event: nothing is asked of what is not open, and a patch
/// holds only what changed.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/public/call_core.h"
#include "core/wire/groupcall_message.h"
#include "tests/unit/call/client_frame_text.h"
#include "tests/unit/call/open_things.h"
#include "tests/unit/call/shown_call.h"
#include "tests/unit/record_printing.h"

namespace groupcall {

/// One event and its time, for replays.
struct TimedEvent {
  Instant at;
  Event event;
};

inline const UserId kBen{"ben"};

inline ResolveRequest resolved(std::int64_t request) { return {RequestId{request}}; }

class CallBench : public ShownCall {
 public:
  static constexpr Duration kTick{1};

  explicit CallBench(CallConfig config = default_config())
      : core_(std::make_unique<CallCore>(std::move(config))) {}

  static CallConfig default_config() {
    CallConfig config;
    config.self = {UserId{"me"}, R"({"fullname":"Me"})"};
    config.signalling.url = "wss://chat.test";
    config.seed = "seed";
    return config;
  }

  // ---- events --------------------------------------------------------------------------

  void handle(const Event& event) {
    record.push_back({now, event});
    open.on_event(event);
    reaction = core_->handle(event, now);
    sent.clear();
    for (const Command& command : reaction.commands) {
      if (const auto* frame = std::get_if<SendFrame>(&command)) note_frame(*frame);
      if (const auto* opened = std::get_if<OpenSocket>(&command)) socket = opened->socket;
      open.on_command(command);
    }
    EXPECT_EQ(open.misuse(), "");
    apply(reaction.patch);
    note_operations();
  }
  void after(Duration time) {
    now += time;
    handle(Woke{});
  }
  /// Wakes the core at each of its deadlines until `time` has passed.
  void pass(Duration time) {
    const Instant end = now + time;
    while (reaction.wake_at <= end) {
      now = std::max(now, reaction.wake_at);
      handle(Woke{});
    }
    now = end;
  }

  void join(std::int64_t request, bool audio = false, bool video = false,
            const std::string& room_id = "r") {
    handle(JoinRequested{RequestId{request}, RoomId{room_id}, GroupId{"g"}, CallType::Video, audio,
                         video, "", ""});
  }
  void leave(std::int64_t request) { handle(LeaveRequested{RequestId{request}}); }
  void frame(const std::string& text) { handle(SocketFrame{socket, text}); }
  void binary(std::int64_t bytes) { handle(SocketBinary{socket, bytes}); }
  void socket_closed() { handle(SocketClosed{socket, 1006, ""}); }
  void message(const wire::ServerMessage& message) {
    frame("42" + wire::encode_server_event(message));
  }

  /// Handshake and CONNECT of the newest socket.
  void connect() {
    frame(R"(0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000})");
    frame(R"(40{"sid":"x"})");
  }
  void joined(const std::vector<wire::WireParticipant>& others = {},
              const std::string& room_id = "r") {
    message(wire::Joined{RoomId{room_id}, others, CallType::Video});
  }
  /// Into the room with these others, without devices, with request 1.
  void enter(const std::vector<wire::WireParticipant>& others = {}) {
    join(1);
    connect();
    joined(others);
  }

  static wire::WireParticipant module_peer(const std::string& user, const std::string& their_epoch,
                                           bool audio = true, bool video = true) {
    const wire::PeerMark mark{1, Epoch{their_epoch}};
    return {UserId{user}, {R"({"fullname":"N"})", mark}, {audio, video, mark}};
  }
  static wire::WireParticipant older_client(const std::string& user) {
    return {UserId{user}, {R"({"fullname":"N"})", {}}, {true, true, {}}};
  }
  void participant_joined(const wire::WireParticipant& who) {
    message(wire::ParticipantJoined{RoomId{"r"}, who});
  }
  void participant_left(const std::string& user) {
    message(wire::ParticipantLeft{RoomId{"r"}, UserId{user}});
  }
  void tracks_updated(const std::string& user, bool audio, bool video,
                      const std::string& their_epoch) {
    message(wire::TracksUpdated{RoomId{"r"},
                                UserId{user},
                                {audio, video, {their_epoch.empty() ? 0 : 1, Epoch{their_epoch}}}});
  }

  /// Addresses of messages from a module peer to our present epoch.
  LinkAddress from(const std::string& their_epoch, std::int64_t link, std::int64_t seq,
                   PeerRequest request = PeerRequest::None) const {
    return {Epoch{their_epoch}, epoch, LinkNumber{link}, seq, request};
  }
  static std::string sdp(const std::string& name) {
    return "v=0\r\no=- " + name + " 2 IN IP4 127.0.0.1\r\na=ice-ufrag:" + name + "\r\n";
  }
  void offer(const std::string& user, const LinkAddress& address, const std::string& name = "B") {
    message(wire::OfferReceived{
        RoomId{"r"}, {DescriptionType::Offer, sdp(name), address}, UserId{user}});
  }
  void answer(const std::string& user, const LinkAddress& address) {
    message(wire::AnswerReceived{
        RoomId{"r"}, {DescriptionType::Answer, sdp("B"), address}, UserId{user}});
  }
  void candidate(const std::string& user, const LinkAddress& address,
                 const std::string& line = "candidate:1") {
    message(wire::CandidateReceived{RoomId{"r"}, {{line, "0", 0, "B"}, address}, UserId{user}});
  }

  // The browser: completes the last operation that was asked for on the user's connection.
  void local_set(const std::string& user) {
    handle(LocalDescriptionSet{UserId{user},
                               ConnectionNumber{connection(user)},
                               op(user),
                               {DescriptionType::Offer, sdp("A")}});
  }
  void remote_set(const std::string& user,
                  std::vector<MediaKind> kinds = {MediaKind::Audio, MediaKind::Video,
                                                  MediaKind::Video, MediaKind::Audio}) {
    handle(RemoteDescriptionSet{UserId{user}, ConnectionNumber{connection(user)}, op(user),
                                std::move(kinds)});
  }
  void transport(const std::string& user, TransportState state) {
    handle(TransportChanged{UserId{user}, ConnectionNumber{connection(user)}, state});
  }
  void channel_opened(const std::string& user) {
    handle(ChannelOpened{UserId{user}, ConnectionNumber{connection(user)}});
  }
  void sample(const std::string& user, const std::vector<SlotSample>& slots) {
    handle(StatsSampled{stats_op, {{UserId{user}, ConnectionNumber{connection(user)}, slots}}});
  }
  /// From the offer that we are making to a connected link with an open channel.
  void connect_to(const std::string& user, const std::string& their_epoch) {
    local_set(user);
    answer(user, from(their_epoch, offered_link, 1));
    remote_set(user);
    transport(user, TransportState::Connected);
    channel_opened(user);
  }
  /// Into the room with these module peers (user, epoch): our track `m` and `c` attached, and every
  /// link connected.
  void enter_with_devices(const std::vector<std::pair<std::string, std::string>>& peers) {
    join(1, true, true);
    connect();
    std::vector<wire::WireParticipant> others;
    for (const auto& [user, their_epoch] : peers) others.push_back(module_peer(user, their_epoch));
    joined(others);
    handle(MediaAcquired{OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}});
    const std::vector<AttachTrack> attached = all<AttachTrack>();
    for (const auto& [user, their_epoch] : peers) connect_to(user, their_epoch);
    for (const AttachTrack& attach : attached)
      handle(TrackAttached{attach.peer, attach.connection, attach.op});
  }

  // ---- what came of it -----------------------------------------------------------------

  const Commands& commands() const { return reaction.commands; }
  /// Number of the newest connection to this user.
  std::int64_t connection(const std::string& user) const {
    const auto at = connections_.find(user);
    return at == connections_.end() ? 0 : at->second;
  }
  template <class Kind>
  std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const Command& command : reaction.commands)
      if (const auto* one = std::get_if<Kind>(&command)) found.push_back(*one);
    return found;
  }

  Instant now{1'000s};
  Reaction reaction;              ///< to the last event
  std::vector<std::string> sent;  ///< frames of the last reaction, in words
  OpenThings open;
  std::vector<TimedEvent> record;
  SocketNumber socket;
  Epoch epoch;                    ///< ours, of the last join
  std::int64_t offered_link = 0;  ///< of the last offer that was sent
  OpId stats_op;

 private:
  OpId op(const std::string& user) const {
    const auto at = ops_.find(user);
    return at == ops_.end() ? OpId{} : at->second;
  }
  void note_frame(const SendFrame& frame) {
    if (frame.text.find("groupcall:ping") != std::string::npos) return;  // the session's own
    sent.push_back(client_frame_text(frame.text));
    wire::ClientMessage message;
    wire::Refusal refusal;
    if (!frame.text.starts_with("42")) return;
    ASSERT_TRUE(wire::decode_client_message(frame.text.substr(2), message, refusal)) << frame.text;
    if (const auto* join = std::get_if<wire::Join>(&message)) epoch = join->user_info.mark.epoch;
    if (const auto* offer = std::get_if<wire::SendOffer>(&message))
      offered_link = offer->offer.address.link.value;
  }

  void note_operations() {
    for (const Command& command : reaction.commands) {
      if (const auto* c = std::get_if<CreateConnection>(&command))
        connections_[c->peer.value] = c->connection.value;
      if (const auto* c = std::get_if<AssignConnection>(&command))
        connections_[c->peer.value] = c->connection.value;
      if (const auto* c = std::get_if<SetLocalDescription>(&command)) ops_[c->peer.value] = c->op;
      if (const auto* c = std::get_if<SetRemoteDescription>(&command)) ops_[c->peer.value] = c->op;
      if (const auto* c = std::get_if<CollectStats>(&command)) stats_op = c->op;
    }
  }

  std::unique_ptr<CallCore> core_;  // on the heap, so that a bench can be moved
  std::map<std::string, std::int64_t> connections_;
  std::map<std::string, OpId> ops_;
};

}  // namespace groupcall
