#include "tests/support/older_client_model.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "tests/support/json_access.h"

namespace groupcall::sim {
namespace json = boost::json;
namespace {

json::object to_json(const SessionDescription& description) {
  return {{"type", description.type == DescriptionType::Offer ? "offer" : "answer"},
          {"sdp", description.sdp}};
}

}  // namespace

/// One RTCPeerConnection of the older client and what it remembers with it.
class OlderClient::Peer : public RtcObserver {
 public:
  Peer(OlderClient& client, std::string user)
      : client_(&client),
        user_(std::move(user)),
        rtc(client.around_.rtc->open(client.user_, *this)) {
    rtc->add_track(client.microphone_, "older-stream");
    rtc->add_track(client.camera_, "older-stream");
  }

 private:
  OlderClient* client_;
  std::string user_;

 public:
  std::shared_ptr<RtcConnection> rtc;
  bool has_remote = false;
  std::string answer;        ///< the first one, repeated for every later offer
  std::string last_stream;   ///< of the last track event
  std::string shown_stream;  ///< what the page has attached

 private:
  void on_candidate(const IceCandidate& candidate) override {
    if (candidate.candidate.empty()) return;  // browsers give null, which it tells nobody
    client_->send_to(user_, "groupcall:webrtc-ice-candidate", "candidate",
                     json::object{{"candidate", candidate.candidate},
                                  {"sdpMid", candidate.sdp_mid},
                                  {"sdpMLineIndex", candidate.sdp_m_line_index},
                                  {"usernameFragment", candidate.username_fragment}});
  }
  void on_transport_changed(TransportState) override {}
  void on_dtls_closed() override {}
  void on_channel_opened() override {}
  void on_channel_message(const std::string&) override {}
  void on_channel_drained() override {}
  void on_channel_closed() override {}
  void on_track(std::int64_t, const std::string& stream) override { last_stream = stream; }
  void on_misuse(const std::string&) override {}  // what it does wrong is what it is known for
};

OlderClient::OlderClient(PageSurroundings around, std::string user)
    : around_(around), user_(std::move(user)) {
  microphone_ = std::make_shared<LocalTrack>();
  microphone_->id = TrackId{user_ + "-microphone"};
  camera_ = std::make_shared<LocalTrack>();
  camera_->id = TrackId{user_ + "-camera"};
  camera_->kind = MediaKind::Video;
}

OlderClient::~OlderClient() = default;

void OlderClient::join(const std::string& room, const std::string& group) {
  room_ = room;
  group_ = group;
  line_ = around_.sockets->connect(
      user_, "ws://server.test/socket.io/?userId=" + user_ + "&EIO=4&transport=websocket", *this);
}

void OlderClient::leave() {
  emit("groupcall:leave", {});
  for (auto& [user, peer] : peers_) {
    peer->rtc->close();
    former_.push_back(std::move(peer));
  }
  peers_.clear();
  around_.sockets->close_by_page(line_);
}

void OlderClient::share_screen() {
  screen_ = std::make_shared<LocalTrack>();
  screen_->id = TrackId{user_ + "-screen-" + std::to_string(++shares_)};
  screen_->kind = MediaKind::Video;
  emit("groupcall:screen-share-start", {{"trackId", screen_->id.value}});
  for (const auto& [user, peer] : peers_) {
    peer->rtc->add_track(screen_, "older-screen");
    offer_to(user);
  }
}

void OlderClient::stop_screen() {
  screen_->live = false;
  around_.rtc->refresh_host(user_);
  emit("groupcall:screen-share-stop", {});
}

// ---- socket.io-client ----------------------------------------------------------------

void OlderClient::on_socket_opened(LineId) {}
void OlderClient::on_socket_closed(LineId, int, const std::string&) {}

void OlderClient::on_socket_frame(LineId line, const std::string& text) {
  if (text == "2") return around_.sockets->send_to_server(line, "3");
  if (text.starts_with("0")) return around_.sockets->send_to_server(line, "40");
  if (text.starts_with("40")) {
    return emit("groupcall:join", {{"groupId", group_},
                                   {"callType", "video"},
                                   {"userInfo", {{"userId", user_}, {"fullname", user_}}}});
  }
  boost::system::error_code error;
  const json::value packet =
      text.starts_with("42") ? json::parse(text.substr(2), error) : json::value();
  if (error || !packet.is_array() || packet.get_array().size() != 2) return;
  const json::value& payload = packet.get_array()[1];
  if (!payload.is_object()) return;
  around_.journal->note(user_, "< " + text.substr(2, 160));
  on_event(std::string(packet.get_array()[0].as_string()), payload.get_object());
}

void OlderClient::emit(const std::string& event, json::object payload) {
  payload["roomId"] = room_;
  around_.sockets->send_to_server(line_,
                                  "42" + json::serialize(json::array{event, std::move(payload)}));
}

void OlderClient::send_to(const std::string& peer, const std::string& event, const char* key,
                          json::value content) {
  emit(event, {{key, std::move(content)}, {"targetUserId", peer}});
}

// ---- the call ------------------------------------------------------------------------

void OlderClient::on_event(const std::string& event, const json::object& payload) {
  const std::string sender = text_at(payload, "senderId");
  const std::string user = text_at(payload, "userId");
  if (event == "groupcall:joined") {
    for (const json::value& other : payload.at("participants").as_array()) {
      offer_to(text_at(other.as_object(), "userId"));
    }
  } else if (event == "groupcall:participant-joined") {
    offer_to(text_at(object_at(payload, "participant"), "userId"));
  } else if (event == "groupcall:participant-left") {
    const auto found = peers_.find(user);
    if (found == peers_.end()) return;
    found->second->rtc->close();
    former_.push_back(std::move(found->second));
    peers_.erase(found);
  } else if (event == "groupcall:tracks-updated") {
    const auto found = peers_.find(user);
    if (found != peers_.end()) found->second->shown_stream = found->second->last_stream;
  } else if (event == "groupcall:webrtc-offer") {
    on_offer(sender, object_at(payload, "offer"));
  } else if (event == "groupcall:webrtc-answer") {
    on_answer(sender, object_at(payload, "answer"));
  } else if (event == "groupcall:webrtc-ice-candidate") {
    on_candidate(sender, object_at(payload, "candidate"));
  }
}

OlderClient::Peer& OlderClient::peer(const std::string& user) {
  std::unique_ptr<Peer>& peer = peers_[user];
  if (!peer) peer = std::make_unique<Peer>(*this, user);
  return *peer;
}

void OlderClient::offer_to(const std::string& user) {
  Peer& to = peer(user);
  if (to.rtc->phase() != SignallingPhase::Stable) return;
  ++offers_made_;
  to.rtc->set_local_description(false, [this, user, rtc = to.rtc.get()](const RtcError* error) {
    if (error != nullptr) return;
    send_to(user, "groupcall:webrtc-offer", "offer", to_json(rtc->local_description()));
  });
}

void OlderClient::on_offer(const std::string& from, const json::object& offer) {
  const SessionDescription description{DescriptionType::Offer, text_at(offer, "sdp")};
  const auto sdp = read_sdp(description.sdp);
  if (!sdp || sdp->lines.size() > 2) {
    // Its page would show the second stream, or none.
    around_.journal->violation(user_, from + " offers an older client more than two m-lines");
  }
  Peer& to = peer(from);
  if (!to.answer.empty()) {
    ++stale_answers_;
    send_to(from, "groupcall:webrtc-answer", "answer",
            json::object{{"type", "answer"}, {"sdp", to.answer}});
    return;
  }
  to.rtc->set_remote_description(description, [&to](const RtcError* error) {
    if (error == nullptr) to.has_remote = true;
  });
  to.rtc->set_local_description(false, [this, from, &to](const RtcError* error) {
    const SessionDescription& made = to.rtc->local_description();
    if (error != nullptr || made.type != DescriptionType::Answer) return;
    to.answer = made.sdp;
    send_to(from, "groupcall:webrtc-answer", "answer", to_json(made));
  });
}

void OlderClient::on_answer(const std::string& from, const json::object& answer) {
  Peer& to = peer(from);
  if (to.rtc->phase() == SignallingPhase::Stable) return;
  to.rtc->set_remote_description({DescriptionType::Answer, text_at(answer, "sdp")},
                                 [&to](const RtcError* error) {
                                   if (error == nullptr) to.has_remote = true;
                                 });
}

void OlderClient::on_candidate(const std::string& from, const json::object& candidate) {
  IceCandidate heard;
  heard.candidate = text_at(candidate, "candidate");
  heard.sdp_mid = text_at(candidate, "sdpMid");
  heard.sdp_m_line_index = 0;
  heard.username_fragment = text_at(candidate, "usernameFragment");
  if (heard.candidate.empty()) {
    around_.journal->violation(user_, from + " sends an older client a request of ours");
  }
  Peer& to = peer(from);
  if (!to.has_remote) return;  // too early: dropped
  to.rtc->add_ice_candidate(heard, [](const RtcError*) {});
}

// ---- what a person sees --------------------------------------------------------------

bool OlderClient::shows(const std::string& user) {
  const auto found = peers_.find(user);
  if (found == peers_.end()) return false;
  Peer& peer = *found->second;
  if (peer.rtc->rolled_back() || peer.shown_stream != "camera-stream") return false;
  bool frames = false;
  bool sound = false;
  for (const SlotSample& sample : peer.rtc->stats()) {
    const bool video =
        peer.rtc->transceivers().at(static_cast<std::size_t>(sample.slot)).kind == MediaKind::Video;
    frames = frames || (video && sample.frames > 0);
    sound = sound || (!video && sample.bytes > 0);
  }
  return frames && sound;
}

TrackId OlderClient::picture_of(const std::string& peer) const {
  const auto rtc = connection_to(peer);
  if (!rtc) return {};
  rtc->stats();  // books what flows by now
  for (const Transceiver& transceiver : rtc->transceivers()) {
    if (transceiver.kind == MediaKind::Video && transceiver.source) return transceiver.source->id;
  }
  return {};
}

std::shared_ptr<RtcConnection> OlderClient::connection_to(const std::string& peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : found->second->rtc;
}

}  // namespace groupcall::sim
