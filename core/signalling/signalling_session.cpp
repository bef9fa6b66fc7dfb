#include "core/signalling/signalling_session.h"

#include <algorithm>

#include "core/base/overloaded.h"

namespace groupcall {

namespace {

// RFC 3986 section 2.3: everything but the unreserved characters is escaped.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return out;
}

constexpr std::int64_t kMostRetryAfterS = 3'600;  // a hostile server must not stop us for ever

}  // namespace

SignallingSession::SignallingSession(SignallingConfig config, UserId self)
    : config_(std::move(config)), self_(std::move(self)) {}

std::string SignallingSession::url() const {
  std::string url = config_.url;
  if (url.starts_with("http")) url.replace(0, 4, "ws");
  while (url.ends_with('/')) url.pop_back();
  url += config_.path.empty() ? "/socket.io/" : config_.path;
  url += '?';
  if (!config_.query.empty()) url += config_.query + '&';
  const bool names_user =
      config_.query.starts_with("userId=") || config_.query.find("&userId=") != std::string::npos;
  if (!names_user) url += "userId=" + percent_encoded(self_.value) + '&';
  return url + "EIO=4&transport=websocket";
}

SocketNumber SignallingSession::socket() const {
  return std::visit(Overloaded{[](const Opening& s) { return s.socket; },
                               [](const Connecting& s) { return s.socket; },
                               [](const Online& s) { return s.socket; },
                               [](const auto&) { return SocketNumber{}; }},
                    state_);
}

bool SignallingSession::is_current(SocketNumber number, Output& out) const {
  if (!number.none() && number == socket()) return true;
  out.counters.add(Tally::StaleSocketEvents);
  return false;
}

void SignallingSession::want(bool wanted, Output& out) {
  if (!wanted) {
    drop(out);
    state_ = Idle{};
    error_ = {};
  } else if (std::holds_alternative<Idle>(state_) || halted()) {
    policy_.restart_ladder();
    error_ = {};
    retry(out);
  }
}

// Closes the socket, if there is one, and says so.
void SignallingSession::drop(Output& out) {
  const bool was_online = online();
  const SocketNumber number = socket();
  if (!number.none()) out.commands.push_back(CloseSocket{number});
  state_ = Idle{};
  if (!was_online) return;
  policy_.on_lost(out.now);
  out.events.push_back({SessionEvent::Kind::WentOffline, nullptr});
}

void SignallingSession::open(Output& out) {
  const SocketNumber number = out.ids.next_socket();
  state_ = Opening{number, out.now + deadlines::kSocketOpen};
  out.commands.push_back(OpenSocket{number, url()});
}

void SignallingSession::retry(Output& out) {
  drop(out);
  const Instant at = policy_.next_try(out.now, out.random);
  if (at <= out.now) {
    open(out);
  } else {
    state_ = Waiting{at};
  }
}

void SignallingSession::halt(ErrorCode code, std::string detail, Output& out) {
  drop(out);
  error_ = CallError{code, std::move(detail)};
  state_ = Halted{};
}

void SignallingSession::on_opened(const SocketOpened& event, Output& out) {
  is_current(event.socket, out);  // the handshake follows in its first frame
}

void SignallingSession::on_frame(const SocketFrame& event, Output& out) {
  if (!is_current(event.socket, out)) return;
  last_delivery_ = out.now;
  if (auto* state = std::get_if<Online>(&state_)) state->heard_by = out.now + state->silence_limit;
  wire::Refusal refusal;
  if (const auto packet = wire::decode_engine_packet(event.text, refusal)) {
    on_engine_packet(*packet, out);
  } else {
    wire::count_refusal(refusal, Tally::RefusedFrames, out.counters);
  }
}

void SignallingSession::on_engine_packet(const wire::EnginePacket& packet, Output& out) {
  switch (packet.type) {
    case wire::EngineType::Open: {
      const auto* opening = std::get_if<Opening>(&state_);
      wire::Refusal refusal;
      const auto open = wire::decode_engine_open(packet.payload, refusal);
      if (opening == nullptr || !open) {
        out.counters.add(Tally::RefusedFrames);
        if (opening != nullptr) retry(out);
        return;
      }
      const SocketNumber number = opening->socket;
      state_ = Connecting{number, opening->give_up, open->ping_interval + open->ping_timeout};
      out.commands.push_back(SendFrame{
          number, wire::encode_engine_packet(wire::EngineType::Message, "0" + config_.auth)});
      return;
    }
    case wire::EngineType::Ping:
      out.commands.push_back(
          SendFrame{socket(), wire::encode_engine_packet(wire::EngineType::Pong, packet.payload)});
      return;
    case wire::EngineType::Message:
      on_socket_packet(packet.payload, out);
      return;
    case wire::EngineType::Close:
      retry(out);
      return;
    case wire::EngineType::Pong:
    case wire::EngineType::Noop:
      return;
    case wire::EngineType::Upgrade:
      out.counters.add(Tally::RefusedFrames);
      return;
  }
}

void SignallingSession::on_socket_packet(std::string_view message, Output& out) {
  wire::Refusal refusal;
  const auto packet = wire::decode_socket_packet(message, refusal);
  if (!packet) {
    wire::count_refusal(refusal, Tally::RefusedPackets, out.counters);
    return;
  }
  switch (packet->type) {
    case wire::SocketType::Connect:
      if (const auto* connecting = std::get_if<Connecting>(&state_)) {
        const Duration limit = connecting->silence_limit;
        state_ = Online{connecting->socket, out.now + limit, limit};
        error_ = {};
        policy_.on_connected(out.now);
        out.events.push_back({SessionEvent::Kind::WentOnline, nullptr});
      }
      return;
    case wire::SocketType::Disconnect:
      if (!halted()) retry(out);
      return;
    case wire::SocketType::ConnectError:
      halt(ErrorCode::Refused, wire::decode_connect_error(packet->payload), out);
      return;
    case wire::SocketType::Event: {
      if (!online()) return;
      auto decoded = std::make_unique<wire::ServerMessage>();
      const bool good = wire::decode_server_message(packet->payload, *decoded, refusal);
      if (refusal.skipped > 0) out.counters.add(Tally::RefusedElements, refusal.skipped);
      if (good) {
        on_server_message(std::move(decoded), out);
      } else if (refusal.error != wire::CodecError::UnknownType) {
        wire::count_refusal(refusal, Tally::RefusedMessages, out.counters);
      }
      return;
    }
    case wire::SocketType::Ack:
    case wire::SocketType::BinaryEvent:
    case wire::SocketType::BinaryAck:
      return;
  }
}

// What concerns the connection itself is dealt with here; the rest is the call's.
void SignallingSession::on_server_message(std::unique_ptr<wire::ServerMessage> message,
                                          Output& out) {
  if (const auto* replaced = std::get_if<wire::ConnectionReplaced>(message.get())) {
    halt(ErrorCode::Replaced, replaced->message, out);
  } else if (const auto* error = std::get_if<wire::ServerError>(message.get())) {
    const std::int64_t seconds =
        std::clamp<std::int64_t>(error->retry_after_s, 0, kMostRetryAfterS);
    if (seconds > 0) policy_.hold_until(out.now + std::chrono::seconds(seconds));
    error_ = CallError{seconds > 0 ? ErrorCode::RateLimited : ErrorCode::Refused, error->message};
  } else {
    out.events.push_back({SessionEvent::Kind::Message, std::move(message)});
  }
}

void SignallingSession::on_closed(const SocketClosed& event, Output& out) {
  if (!is_current(event.socket, out)) return;
  const bool was_online = online();
  state_ = Idle{};  // the host has closed it already
  if (was_online) {
    policy_.on_lost(out.now);
    out.events.push_back({SessionEvent::Kind::WentOffline, nullptr});
  }
  if (error_.code == ErrorCode::None)
    error_ = CallError{ErrorCode::ServerUnreachable, event.reason};
  retry(out);
}

void SignallingSession::on_network(bool is_online, Output& out) {
  if (!is_online) {
    if (!socket().none()) retry(out);
    return;
  }
  if (!std::holds_alternative<Waiting>(state_)) return;
  policy_.restart_ladder();
  retry(out);
}

void SignallingSession::on_slept(Instant now) {
  // What the server sent meanwhile may still be on its way into this page.
  if (auto* state = std::get_if<Online>(&state_))
    state->heard_by = std::max(state->heard_by, now + 5s);
}

Instant SignallingSession::deadline() const {
  return std::visit(
      Overloaded{[](const Opening& s) { return s.give_up; },
                 [](const Connecting& s) { return s.give_up; },
                 [](const Online& s) { return s.heard_by; },
                 [](const Waiting& s) { return s.until; }, [](const auto&) { return kNever; }},
      state_);
}

void SignallingSession::on_deadline(Output& out) {
  if (deadline() > out.now) return;
  if (std::holds_alternative<Waiting>(state_)) {
    open(out);
    return;
  }
  out.counters.add(online() ? Tally::DeadSockets : Tally::SlowHandshakes);
  error_ = CallError{ErrorCode::ServerUnreachable, {}};
  retry(out);
}

void SignallingSession::send(const wire::ClientMessage& message, Commands& commands) const {
  commands.push_back(SendFrame{socket(), wire::encode_client_frame(message)});
}

SignallingView SignallingSession::view() const {
  SignallingView view;
  view.error = error_;
  view.state = std::visit(Overloaded{[](const Idle&) { return SignallingState::Closed; },
                                     [](const Online&) { return SignallingState::Online; },
                                     [](const Waiting&) { return SignallingState::Waiting; },
                                     [](const Halted&) { return SignallingState::Halted; },
                                     [](const auto&) { return SignallingState::Connecting; }},
                          state_);
  if (const auto* waiting = std::get_if<Waiting>(&state_))
    view.retry_at_ms = to_us(waiting->until) / 1'000;
  return view;
}

}  // namespace groupcall
