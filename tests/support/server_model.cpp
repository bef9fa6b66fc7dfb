#include "tests/support/server_model.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "tests/support/json_access.h"

namespace groupcall::sim {
namespace json = boost::json;
namespace {

constexpr std::size_t kMaxFrame = 1'000'000;

/// `userId` of `.../socket.io/?userId=alice&EIO=4`. Names in tests need no decoding.
std::string user_of(const std::string& url) {
  constexpr std::string_view kKey = "userId=";
  std::size_t at = url.find(kKey);
  if (at == std::string::npos) return {};
  at += kKey.size();
  return url.substr(at, url.find('&', at) - at);
}

json::object default_tracks() { return {{"audio", true}, {"video", true}}; }

}  // namespace

ServerModel::ServerModel(EventLoop& loop, SocketNetwork& network, Journal& journal,
                         ServerOptions options, const std::string& seed)
    : loop_(&loop),
      network_(&network),
      journal_(&journal),
      options_(options),
      random_(seed + "/server") {
  network.set_server(*this);
}

void ServerModel::stop() {
  network_->set_listening(false);
  for (auto& [line, socket] : sockets_) {
    loop_->cancel(socket.ping);
    loop_->cancel(socket.deadline);
  }
  sockets_.clear();
  newest_.clear();
  rooms_.clear();
  connections_.clear();
  ++boots_;
  journal_->note("server", "stopped");
}

void ServerModel::start() {
  network_->set_listening(true);
  journal_->note("server", "started");
}

// ---- Engine.IO and Socket.IO ---------------------------------------------------------

void ServerModel::on_connected(LineId line, const std::string& host, const std::string& url) {
  Socket& socket = sockets_[line];
  socket.host = host;
  socket.user = user_of(url);
  if (url.find("EIO=4") == std::string::npos ||
      url.find("transport=websocket") == std::string::npos) {
    journal_->violation(host, "a WebSocket address without EIO=4 or transport=websocket: " + url);
  }
  network_->send_to_page(line, R"(0{"sid":"engine-)" + std::to_string(line) +
                                   R"(","upgrades":[],"pingInterval":25000,)"
                                   R"("pingTimeout":20000,"maxPayload":1000000})");
  expect(line, options_.ping_interval + options_.ping_timeout);
  socket.ping = loop_->after(options_.ping_interval, [this, line] { send_ping(line); });
}

void ServerModel::send_ping(LineId line) {
  Socket& socket = sockets_[line];
  network_->send_to_page(line, "2");
  if (socket.connected) expect(line, options_.ping_timeout);
  socket.ping = loop_->after(options_.ping_interval, [this, line] { send_ping(line); });
}

/// Closes the socket unless something is heard of it in time.
void ServerModel::expect(LineId line, Duration within) {
  Socket& socket = sockets_[line];
  loop_->cancel(socket.deadline);
  socket.deadline = loop_->after(within, [this, line] { drop(line, 1006); });
}

void ServerModel::drop(LineId line, int code) {
  network_->close_by_server(line, code);
  on_disconnected(line);
}

void ServerModel::on_frame(LineId line, const std::string& text) {
  const auto found = sockets_.find(line);
  if (found == sockets_.end()) return;
  Socket& socket = found->second;
  if (text.size() > kMaxFrame) {
    journal_->violation(socket.host, "a frame over 1,000,000 bytes");
    return drop(line, 1009);
  }
  if (text == "3") {
    loop_->cancel(socket.deadline);
    return;
  }
  if (text == "41" || text == "1") return drop(line, 1005);
  if (text.starts_with("40")) return open_namespace(line, socket);
  if (text.find("groupcall:ping") != std::string::npos) return acknowledge(line, text);
  boost::system::error_code error;
  const json::value packet =
      text.starts_with("42") ? json::parse(text.substr(2), error) : json::value();
  if (error || !packet.is_array() || !socket.connected) {
    journal_->violation(socket.host, socket.connected ? "an unparsable frame: " + text.substr(0, 80)
                                                      : "an event before CONNECT: " + text);
    return drop(line, 1005);
  }
  on_event(line, packet.get_array());
}

// `421["groupcall:ping",{}]` asks for `431[]`; whoever does not know the event stays silent.
void ServerModel::acknowledge(LineId line, const std::string& frame) {
  if (!options_.answers_pings) return;
  network_->send_to_page(line, "43" + frame.substr(2, frame.find('[') - 2) + "[]");
}

void ServerModel::open_namespace(LineId line, Socket& socket) {
  if (!connect_error_.empty()) {
    network_->send_to_page(
        line, R"(44{"message":)" + json::serialize(json::string(connect_error_)) + "}");
    return;
  }
  loop_->cancel(socket.deadline);
  socket.connected = true;
  network_->send_to_page(line, R"(40{"sid":"socket-)" + std::to_string(line) + "\"}");
  if (over_rate_limit(socket.user)) {
    emit(line, "error",
         json::object{{"message", "Too many connections"},
                      {"retryAfter", 300},
                      {"code", "RATE_LIMIT_EXCEEDED"}});
    network_->send_to_page(line, "41");
    socket.connected = false;
    return drop(line, 1005);
  }
  const auto former = newest_.find(socket.user);
  if (former != newest_.end()) {
    emit(former->second, "connection:replaced", json::object{{"message", "Connected elsewhere"}});
  }
  newest_[socket.user] = line;
  tell_online_users();
}

bool ServerModel::over_rate_limit(const std::string& user) {
  if (options_.rate_limit == 0) return false;
  std::vector<Instant>& recent = connections_[user];
  const Instant oldest = loop_->now() - options_.rate_window;
  recent.erase(
      std::remove_if(recent.begin(), recent.end(), [&](Instant at) { return at < oldest; }),
      recent.end());
  if (recent.size() >= options_.rate_limit) return true;
  recent.push_back(loop_->now());
  return false;
}

void ServerModel::on_disconnected(LineId line) {
  const auto found = sockets_.find(line);
  if (found == sockets_.end()) return;
  const Socket socket = found->second;
  loop_->cancel(found->second.ping);
  loop_->cancel(found->second.deadline);
  sockets_.erase(found);
  const auto newest = newest_.find(socket.user);
  if (newest == newest_.end() || newest->second != line) return;
  newest_.erase(newest);
  remove_everywhere(socket.user);
  for (const auto& [other, other_socket] : sockets_) {
    if (other_socket.connected) {
      emit(other, "location:offline", json::object{{"userId", socket.user}});
    }
  }
  tell_online_users();
}

void ServerModel::emit(LineId line, const std::string& event, json::value payload) {
  json::array packet;
  packet.emplace_back(event);
  packet.push_back(std::move(payload));
  network_->send_to_page(line, "42" + json::serialize(packet));
}

void ServerModel::emit_to_user(const std::string& user, const std::string& event,
                               const json::value& payload) {
  const auto found = newest_.find(user);
  if (found != newest_.end()) emit(found->second, event, payload);
}

void ServerModel::emit_to_others(const Room& room, const std::string& user,
                                 const std::string& event, const json::value& payload) {
  for (const Participant& other : room.participants) {
    if (other.user != user) emit_to_user(other.user, event, payload);
  }
}

void ServerModel::tell_online_users() {
  json::array users;
  for (const auto& [user, line] : newest_) users.emplace_back(user);
  for (const auto& [line, socket] : sockets_) {
    if (socket.connected) emit(line, "getOnlineUsers", users);
  }
}

// ---- the group call ------------------------------------------------------------------

void ServerModel::on_event(LineId line, const json::array& packet) {
  const Socket& socket = sockets_[line];
  if (packet.size() != 2 || !packet[0].is_string() || !packet[1].is_object()) {
    // The existing backend's process ends here.
    return journal_->violation(socket.host,
                               "an event without a payload object: " + json::serialize(packet));
  }
  const std::string event(packet[0].get_string());
  const json::object& payload = packet[1].get_object();
  const std::string room = text_at(payload, "roomId");
  if (event == "groupcall:join") return join(line, payload);
  if (event == "groupcall:leave") return leave(socket.user, room);
  if (!must_be_welcomed(line, event, room)) return;
  if (event == "groupcall:update-tracks") {
    update_tracks(line, payload);
  } else if (event == "groupcall:webrtc-offer") {
    relay(line, event, "offer", payload);
  } else if (event == "groupcall:webrtc-answer") {
    relay(line, event, "answer", payload);
  } else if (event == "groupcall:webrtc-ice-candidate") {
    relay(line, event, "candidate", payload);
  } else if (event.starts_with("groupcall:screen-share-")) {
    screen_share(line, event, payload);
  } else {
    journal_->violation(socket.host, "an event that the server does not know: " + event);
  }
}

/// The project's rule: nothing but join and leave is emitted on a socket before its `joined`.
bool ServerModel::must_be_welcomed(LineId line, const std::string& event, const std::string& room) {
  const Socket& socket = sockets_[line];
  if (socket.welcomed.count(room) > 0) return true;
  journal_->violation(socket.host, event + " on a socket that has not been told `joined`");
  return false;
}

void ServerModel::join(LineId line, const json::object& payload) {
  const std::string user = sockets_[line].user;
  if (user.empty() || text_at(payload, "roomId").empty() || text_at(payload, "groupId").empty()) {
    return;  // silence
  }
  loop_->after(options_.lookup.draw(random_), [this, line, payload, user, boot = boots_] {
    if (boot != boots_) return;
    if (!join_error_.empty()) {
      emit(line, "groupcall:error",
           json::object{{"roomId", text_at(payload, "roomId")}, {"error", join_error_}});
      return;
    }
    // Whether the socket still lives is not looked at: that is where ghosts come from.
    if (sockets_.find(line) == sockets_.end()) {
      sockets_[line].user = user;
      admit(line, payload);
      sockets_.erase(line);
    } else {
      admit(line, payload);
    }
  });
}

void ServerModel::admit(LineId line, const json::object& payload) {
  Socket& socket = sockets_[line];
  const std::string name = text_at(payload, "roomId");
  const bool is_new = rooms_.find(name) == rooms_.end();
  Room& room = rooms_[name];
  if (is_new) {
    room.group = text_at(payload, "groupId");
    room.call_type = payload.contains("callType") ? text_at(payload, "callType") : "video";
    const json::object invitation{
        {"roomId", name},
        {"groupId", room.group},
        {"callType", room.call_type},
        {"callerInfo",
         payload.contains("userInfo") ? payload.at("userInfo") : json::value(json::object())},
        {"groupName", "Group"}};
    for (const auto& [user, other] : newest_) {
      if (user != socket.user) emit(other, "groupcall:invitation", invitation);
    }
  }
  json::value info = payload.contains("userInfo")
                         ? payload.at("userInfo")
                         : json::value(json::object{{"userId", socket.user}});
  if (find(name, socket.user) == nullptr) {
    room.participants.push_back({socket.user, info, default_tracks()});
  }
  // Default tracks and the new userInfo, whatever is stored.
  const json::object newcomer{
      {"userId", socket.user}, {"userInfo", info}, {"tracks", default_tracks()}};
  emit_to_others(room, socket.user, "groupcall:participant-joined",
                 json::object{{"roomId", name}, {"participant", newcomer}});
  json::array others;
  for (const Participant& other : room.participants) {
    if (other.user == socket.user || omits_others_) continue;
    others.push_back(json::object{
        {"userId", other.user}, {"userInfo", other.user_info}, {"tracks", other.tracks}});
  }
  omits_others_ = false;
  socket.welcomed.insert(name);
  emit(line, "groupcall:joined",
       json::object{{"roomId", name},
                    {"participants", std::move(others)},
                    {"callType", room.call_type},
                    {"roomState", json::object{{"totalParticipants", room.participants.size()},
                                               {"callType", room.call_type}}}});
}

void ServerModel::leave(const std::string& user, const std::string& name) {
  const auto found = rooms_.find(name);
  if (found == rooms_.end() || find(name, user) == nullptr) return;
  Room& room = found->second;
  room.participants.erase(
      std::remove_if(room.participants.begin(), room.participants.end(),
                     [&](const Participant& other) { return other.user == user; }),
      room.participants.end());
  emit_to_others(room, user, "groupcall:participant-left",
                 json::object{{"roomId", name}, {"userId", user}});
  if (room.participants.empty()) rooms_.erase(found);
}

void ServerModel::update_tracks(LineId line, const json::object& payload) {
  const std::string user = sockets_[line].user;
  const std::string name = text_at(payload, "roomId");
  Participant* const participant = find(name, user);
  const json::value* const tracks = payload.if_contains("tracks");
  if (participant == nullptr || tracks == nullptr || !tracks->is_object()) return;
  for (const auto& [key, value] : tracks->get_object()) participant->tracks[key] = value;
  emit_to_others(rooms_[name], user, "groupcall:tracks-updated",
                 json::object{{"roomId", name}, {"userId", user}, {"tracks", participant->tracks}});
}

void ServerModel::screen_share(LineId line, const std::string& event, const json::object& payload) {
  const std::string user = sockets_[line].user;
  const std::string name = text_at(payload, "roomId");
  if (find(name, user) == nullptr) return;
  json::object told{{"roomId", name}, {"userId", user}};
  if (payload.contains("trackId")) told["trackId"] = payload.at("trackId");
  emit_to_others(rooms_[name], user, event + (event.ends_with("start") ? "ed" : "ped"), told);
}

void ServerModel::relay(LineId line, const std::string& event, const char* key,
                        const json::object& payload) {
  const std::string user = sockets_[line].user;
  const std::string name = text_at(payload, "roomId");
  const auto room = rooms_.find(name);
  const json::value* const content = payload.if_contains(key);
  if (room == rooms_.end() || content == nullptr || content->is_null()) return;
  const json::object told{{"roomId", name}, {key, *content}, {"senderId", user}};
  const std::string target = text_at(payload, "targetUserId");
  if (target.empty()) {
    if (event == "groupcall:webrtc-answer") return;
    return emit_to_others(room->second, user, event, told);
  }
  if (find(name, target) == nullptr) return;
  ++relayed_[event + " " + user + " " + target];
  emit_to_user(target, event, told);
}

ServerModel::Participant* ServerModel::find(const std::string& room, const std::string& user) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return nullptr;
  for (Participant& participant : found->second.participants) {
    if (participant.user == user) return &participant;
  }
  return nullptr;
}

void ServerModel::remove_everywhere(const std::string& user) {
  std::vector<std::string> names;
  for (const auto& [name, room] : rooms_) names.push_back(name);
  for (const std::string& name : names) leave(user, name);
}

void ServerModel::forget_user(const std::string& user) { remove_everywhere(user); }

// ---- questions -----------------------------------------------------------------------

std::string ServerModel::state() const {
  std::string text;
  for (const auto& [name, room] : rooms_) {
    text += "room " + name;
    for (const Participant& one : room.participants) {
      text += " " + one.user + json::serialize(one.user_info) + json::serialize(one.tracks);
    }
  }
  for (const auto& [line, socket] : sockets_) {
    text += " socket " + std::to_string(line) + socket.user + (socket.connected ? "+" : "-");
    for (const std::string& room : socket.welcomed) text += room;
  }
  for (const auto& [user, line] : newest_) text += " newest " + user + std::to_string(line);
  return text;
}

std::vector<std::string> ServerModel::participants(const std::string& room) const {
  std::vector<std::string> users;
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return users;
  for (const Participant& participant : found->second.participants)
    users.push_back(participant.user);
  return users;
}

std::size_t ServerModel::relayed(const std::string& event, const std::string& from,
                                 const std::string& to) const {
  const auto found = relayed_.find(event + " " + from + " " + to);
  return found == relayed_.end() ? 0 : found->second;
}

std::size_t ServerModel::relayed_between(const std::string& event, const std::string& a,
                                         const std::string& b) const {
  return relayed(event, a, b) + relayed(event, b, a);
}

}  // namespace groupcall::sim
