#include "tools/flight/timeline.h"

#include <algorithm>
#include <array>
#include <optional>

namespace groupcall::flight {

namespace {

using wire::JsonKind;
using wire::JsonView;

/// Counters that tell of trouble and what was done about it (core/public/counters.h); all others
/// tell of what was dropped or refused.
constexpr auto kRepairs = std::to_array<std::string_view>(
    {"dead-sockets", "slow-handshakes", "take-overs", "glares", "failed-operations",
     "failed-attachments", "slow-operations", "slow-connections", "stuck-messages", "ice-restarts",
     "rebuilds", "lost-memberships", "unheard-peers", "repairs", "stalls", "key-frames-asked",
     "key-frames-made", "watchdog-restarts", "watchdog-rebuilds"});

std::optional<wire::JsonDocument> parse(std::string_view text) {
  wire::Refusal refusal;
  return wire::JsonDocument::parse(text, ~std::uint32_t{0}, refusal);
}

std::optional<JsonView> member(JsonView object, std::string_view key) {
  return object.is_object() ? object.find(key) : std::nullopt;
}

/// Texts and numbers as they are; nothing of what is not there.
std::string text_of(JsonView object, std::string_view key) {
  const auto value = member(object, key);
  if (!value) return {};
  if (value->kind() == JsonKind::Flag) return value->flag() ? "true" : "false";
  const bool has_text = value->kind() == JsonKind::Text || value->kind() == JsonKind::Number;
  return has_text ? std::string(value->text()) : std::string();
}

bool is_set(JsonView object, std::string_view key) { return text_of(object, key) == "true"; }

template <class Act>
void for_each(std::optional<JsonView> list, Act act) {
  if (!list || list->kind() == JsonKind::Text) return;
  for (auto one = list->first(); one; one = one->next()) act(*one);
}

/// `on`, or `error (in-use)`.
std::string state_of(JsonView media) {
  const std::string reason = text_of(media, "reason");
  return text_of(media, "state") + (reason.empty() || reason == "none" ? "" : " (" + reason + ")");
}

std::string problem_of(JsonView error) {
  const std::string code = text_of(error, "code");
  const std::string detail = text_of(error, "detail");
  return code == "none" ? std::string() : code + (detail.empty() ? "" : ": " + detail);
}

/// Of `text` after `prefix`.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

}  // namespace

void Timeline::show(const Played& played) {
  line_ = played.line;
  if (first_us_ < 0) first_us_ = played.now_us;
  now_us_ = played.now_us;
  if (const auto event = parse(played.event)) on_event(event->root());
  const auto reaction = parse(played.reaction);
  if (!reaction) return;
  if (const auto refused = member(reaction->root(), "refused"))
    tell("count", {}, "the event was refused: " + text_of(reaction->root(), "refused"));
  for_each(member(reaction->root(), "commands"), [this](View command) { on_command(command); });
  if (const auto patch = member(reaction->root(), "patch")) on_patch(*patch);
}

// ---- events -------------------------------------------------------------------------

void Timeline::on_event(View event) {
  const std::string type = text_of(event, "type");
  const std::string peer = text_of(event, "peer");
  if (const auto wish = after(type, "call.")) return on_wish(*wish, event);
  if (const auto connection = after(type, "pc.")) return on_connection(*connection, event);
  if (const auto media = after(type, "media.")) return on_media(*media, event);
  if (const auto host = after(type, "host.")) return on_host(*host, event);
  if (type == "socket.opened") tell("signalling", {}, "socket open");
  if (type == "socket.closed")
    tell("signalling", {}, "socket closed, code " + text_of(event, "code"));
  if (type == "socket.frame") on_frame(text_of(event, "text"));
  if (type == "application.event") on_server_event(text_of(event, "text"), false);
  if (type == "application.state")
    tell("signalling", {},
         is_set(event, "connected")
             ? "the application's Socket is connected"
             : "the application's Socket is not connected: " + text_of(event, "reason"));
  if (type == "channel.opened") tell("ice", peer, "data channel open");
  if (type == "channel.closed") tell("ice", peer, "data channel closed");
  if (type == "channel.message") on_channel_text(peer, text_of(event, "text"));
  if (type == "stats.sampled") on_sample(event);
}

void Timeline::on_wish(std::string_view what, View event) {
  if (what == "join")
    return tell("wish", {},
                "join room " + text_of(event, "roomId") + " (" + text_of(event, "callType") + ")");
  if (what == "send")
    return tell("message", text_of(event, "to"),
                "send " + std::to_string(text_of(event, "text").size()) + " bytes");
  std::string text(what);
  for (const char* key : {"on", "device", "deviceId", "roomId"})
    if (const std::string value = text_of(event, key); !value.empty()) text += " " + value;
  if (what != "setView") tell("wish", {}, std::move(text));
}

void Timeline::on_connection(std::string_view what, View event) {
  const std::string peer = text_of(event, "peer");
  const std::string connection = "connection " + text_of(event, "connection") + ": ";
  if (what == "transportChanged")
    tell_change("ice", peer, "transport", connection + text_of(event, "state"));
  if (what == "dtlsClosed") tell("ice", peer, connection + "closed by the peer (DTLS)");
  if (what == "operationFailed")
    tell("ice", peer,
         connection + "the browser refused: " + text_of(event, "name") + " " +
             text_of(event, "message"));
  if (what == "candidateFailed")
    tell("ice", peer, connection + "a STUN or TURN server answered " + text_of(event, "code"));
  if (what != "localDescriptionSet") return;
  const auto description = member(event, "description");
  if (description) tell("offer", peer, connection + "made an " + text_of(*description, "type"));
}

void Timeline::on_media(std::string_view what, View event) {
  if (what == "failed")
    tell("device", {}, "did not open: " + text_of(event, "name") + " " + text_of(event, "message"));
  if (what == "trackEnded") tell("device", {}, "a track has ended by itself");
  if (what == "devices") {
    int count = 0;
    for_each(member(event, "devices"), [&count](View) { ++count; });
    tell_change("device", {}, "count", std::to_string(count) + " devices");
  }
  if (what != "acquired") return;
  for (const char* kind : {"microphone", "camera", "screen", "screenAudio"})
    if (member(event, kind)) tell("device", {}, std::string(kind) + " opened");
}

void Timeline::on_host(std::string_view what, View event) {
  if (what == "woke") return;
  const std::string missed = text_of(event, "missedMs");
  tell("host", {},
       std::string(what) + (missed.empty() ? "" : ": " + missed + " ms missed") +
           (is_set(event, "frozen") ? ", frozen" : ""));
}

void Timeline::on_frame(std::string_view text) {
  const std::size_t json = text.find('[');
  if (text.starts_with("42") && json != std::string_view::npos)
    on_server_event(text.substr(json), false);
  if (text.starts_with("40")) tell("signalling", {}, "accepted by the server");
  if (text.starts_with("44")) tell("signalling", {}, "refused by the server");
  if (text.starts_with("41")) tell("signalling", {}, "disconnected by the server");
}

/// `["groupcall:webrtc-offer",{"senderId":"bob",...}]`
void Timeline::on_server_event(std::string_view json, bool ours) {
  const auto document = parse(json);
  const auto name = document ? document->root().first() : std::nullopt;
  const auto payload = name ? name->next() : std::nullopt;
  if (!name || name->kind() != JsonKind::Text || !payload || !payload->is_object()) return;
  const std::string what(name->text());
  const auto groupcall = after(what, "groupcall:");
  if (!groupcall) {
    if (what == "connection:replaced") tell("signalling", {}, "replaced by another tab or device");
    if (what == "server:shutting_down") tell("signalling", {}, "the server shuts down");
    if (what == "error") tell("signalling", {}, "server: " + text_of(*payload, "code"));
    return;
  }
  const std::string peer = text_of(*payload, ours ? "targetUserId" : "senderId");
  if (const auto rtc = after(*groupcall, "webrtc-")) {
    // Candidates are many; a person asks whether there were any, not which.
    if (*rtc == "ice-candidate")
      return tell_change("offer", peer, ours ? "candidates out" : "candidates in",
                         ours ? "sent candidates" : "got candidates");
    return tell("offer", peer, (ours ? "sent " : "got ") + std::string(*rtc));
  }
  std::string who = text_of(*payload, "userId");
  if (const auto participant = member(*payload, "participant"))
    who = text_of(*participant, "userId");
  std::string said = (ours ? "say " : "server: ") + std::string(*groupcall);
  if (const std::string error = text_of(*payload, "error"); !error.empty()) said += ": " + error;
  tell("room", who, std::move(said));
}

void Timeline::on_channel_text(const std::string& peer, std::string_view json) {
  const auto document = parse(json);
  if (!document) return;
  const View text = document->root();
  const std::string type = text_of(text, "type");
  if (type == "message")
    tell("message", peer, "got " + std::to_string(text_of(text, "text").size()) + " bytes");
  if (type == "goodbye") tell("peer", peer, "says goodbye");
  if (type == "request") tell("offer", peer, "asks for something over the data channel");
  if (type == "key-frame") tell("repair", peer, "asks for a key frame");
  if (type != "alive") return;
  // That it hears us is news only once it did not.
  shown_.try_emplace(peer + "\nhearing", "hears us again");
  tell_change("repair", peer, "hearing",
              is_set(text, "deaf") ? "hears nothing of us" : "hears us again");
}

void Timeline::on_sample(View event) {
  for_each(member(event, "links"), [this](View link) {
    std::string json;
    link.write(json);
    tell("sample", text_of(link, "peer"), {}, json);
  });
}

// ---- reactions ----------------------------------------------------------------------

void Timeline::on_command(View command) {
  const std::string type = text_of(command, "type");
  const std::string peer = text_of(command, "peer");
  const std::string connection = "connection " + text_of(command, "connection");
  if (type == "pc.create") tell("ice", peer, "new " + connection);
  if (type == "pc.close") tell("ice", peer, "close " + connection);
  if (type == "pc.setLocalDescription" && is_set(command, "restart"))
    tell("repair", peer, connection + ": ICE restart");
  if (type == "call.resolve") tell("wish", {}, "fulfilled");
  if (const auto error = member(command, "error"); error && type == "call.reject")
    tell("wish", {}, "rejected: " + problem_of(*error));
  if (type == "application.emit") on_server_event(text_of(command, "text"), true);
  if (type == "socket.open") tell("signalling", {}, "open socket " + text_of(command, "socket"));
  if (type != "socket.send") return;
  const std::string text = text_of(command, "text");
  const std::size_t json = text.find('[');
  if (text.starts_with("42") && json != std::string::npos)
    on_server_event(std::string_view(text).substr(json), true);
}

void Timeline::on_patch(View patch) {
  if (member(patch, "phase")) tell_change("room", {}, "phase", "phase " + text_of(patch, "phase"));
  if (const auto error = member(patch, "error"))
    tell_change("room", {}, "error", problem_of(*error));
  if (const auto signalling = member(patch, "signalling")) {
    const auto error = member(*signalling, "error");
    const std::string why = error ? problem_of(*error) : std::string();
    tell_change("signalling", {}, "signalling",
                text_of(*signalling, "state") + (why.empty() ? "" : " (" + why + ")"));
  }
  if (const auto self = member(patch, "self")) on_self(*self);
  if (const auto order = member(patch, "order")) on_order(*order);
  for_each(member(patch, "participants"), [this](View one) { on_participant(one); });
  if (const auto counters = member(patch, "diagnostics")) on_counters(*counters);
  for_each(member(patch, "timings"), [this](View step) {
    tell("step", {}, text_of(step, "name") + " " + text_of(step, "count") + " ms after join()");
  });
}

void Timeline::on_self(View self) {
  for (const char* kind : {"microphone", "camera", "screen"})
    if (const auto media = member(self, kind))
      tell_change("state", {}, kind, std::string("own ") + kind + " " + state_of(*media));
}

void Timeline::on_participant(View participant) {
  const std::string peer = text_of(participant, "userId");
  const std::string reason = text_of(participant, "connectionReason");
  tell_change("peer", peer, "connection",
              text_of(participant, "connection") +
                  (reason.empty() || reason == "none" ? "" : " (" + reason + ")"));
  tell_change("peer", peer, "signalling", "signalling " + text_of(participant, "signalling"));
  if (is_set(participant, "olderClient")) tell_change("peer", peer, "older", "is an older client");
  for (const char* kind : {"microphone", "camera", "screen"})
    if (const auto media = member(participant, kind))
      tell_change("state", peer, kind, std::string(kind) + " " + state_of(*media));
  if (const std::string quality = text_of(participant, "quality"); !quality.empty()) {
    const std::string cause = text_of(participant, "qualityCause");
    tell_change("quality", peer, "quality",
                quality + (cause.empty() || cause == "none" ? "" : " (" + cause + ")"));
  }
}

void Timeline::on_order(View order) {
  std::set<std::string> now;
  for_each(order, [&now](View user) { now.emplace(user.text()); });
  for (const std::string& user : present_)
    if (!now.contains(user)) forget(user);
  for (const std::string& user : now)
    if (!present_.contains(user)) tell("peer", user, "is here");
  present_ = std::move(now);
}

void Timeline::forget(const std::string& peer) {
  tell("peer", peer, "is gone");
  // Who comes again is somebody new.
  std::erase_if(shown_, [&peer](const auto& one) { return one.first.starts_with(peer + "\n"); });
}

void Timeline::on_counters(View counters) {
  for_each(counters, [this](View counter) {
    const std::string name = text_of(counter, "name");
    const auto value = member(counter, "count");
    std::int64_t& before = counted_[name];
    const std::int64_t now = value ? value->integer().value_or(before) : before;
    const bool repair = std::find(kRepairs.begin(), kRepairs.end(), name) != kRepairs.end();
    if (now > before)
      tell(repair ? "repair" : "count", {}, name + " +" + std::to_string(now - before));
    before = now;
  });
}

void Timeline::tell(std::string_view kind, std::string peer, std::string text,
                    std::string_view data) {
  tell_({line_, now_us_ - first_us_, kind, std::move(peer), std::move(text), data, {}});
}

void Timeline::tell_change(std::string_view kind, const std::string& peer, std::string_view aspect,
                           std::string text) {
  std::string& before = shown_[peer + "\n" + std::string(aspect)];
  if (before == text) return;
  before = text;
  if (!text.empty()) tell_({line_, now_us_ - first_us_, kind, peer, std::move(text), {}, aspect});
}

}  // namespace groupcall::flight
