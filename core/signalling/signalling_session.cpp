#include "core/signalling/signalling_session.h"

#include <algorithm>

#include "core/base/overloaded.h"

namespace groupcall {

namespace {

constexpr std::int64_t kMostRetryAfterS = 3'600;  // a hostile server must not stop us for ever

Instant later_by(Instant from, Duration delay) {
  return delay == Transport::kForever ? kNever : from + delay;
}

}  // namespace

SignallingSession::SignallingSession(const SignallingConfig& config, const UserId& self)
    : socket_(config, self),
      application_(config.reconnect),
      transport_(config.application ? static_cast<Transport*>(&application_) : &socket_) {}

// Lets a transport act, then draws the consequences of what it found out.
template <class Act>
void SignallingSession::run(Act act, Output& out) {
  std::vector<TransportFact> facts;
  Transport::Output transport{out.now, out.ids, out.counters, out.commands, facts};
  act(transport);
  for (const TransportFact& fact : facts) on_fact(fact, out);
}

// ---- wishes ----------------------------------------------------------------------------

void SignallingSession::want(bool wanted, Output& out) {
  if (!wanted) {
    go_offline(out);
    run([this](auto& t) { transport_->close(t); }, out);
    state_ = Idle{};
    error_ = {};
    accepted_ = false;
  } else if (std::holds_alternative<Idle>(state_)) {
    error_ = {};
    policy_.restart_ladder();
    retry(out);
  } else {
    take_over(out);
  }
}

void SignallingSession::take_over(Output& out) {
  if (!halted()) return;
  if (replaced()) out.counters.add(Tally::TakeOvers);
  error_ = {};
  policy_.restart_ladder();
  retry(out);
}

void SignallingSession::try_now(Output& out) {
  const Duration patience = transport_->patience();
  state_ = Trying{later_by(out.now, patience)};
  run([this](auto& t) { transport_->open(t); }, out);
}

void SignallingSession::retry(Output& out) {
  const Instant at = policy_.next_try(out.now, out.random);
  if (at <= out.now) {
    try_now(out);
  } else {
    state_ = Waiting{at};
    // Not the ladder, but how often we came: whoever waits should know.
    if (at - out.now > deadlines::kReconnectLater && error_.code != ErrorCode::RateLimited)
      error_ = {ErrorCode::RateLimited, {}};
  }
}

void SignallingSession::go_offline(Output& out, bool fell_silent) {
  if (!online()) return;
  fell_silent_ = fell_silent;
  policy_.on_lost(out.now);
  out.events.push_back({SessionEvent::Kind::WentOffline, nullptr});
}

void SignallingSession::halt(ErrorCode code, std::string_view detail, Output& out) {
  go_offline(out);
  error_ = CallError{code, std::string(detail)};
  state_ = Halted{};
  out.events.push_back({SessionEvent::Kind::Halted, nullptr});
}

// ---- what the transport found out ------------------------------------------------------

void SignallingSession::on_fact(const TransportFact& fact, Output& out) {
  switch (fact.kind) {
    case TransportFact::Kind::Up:
      return on_up(out);
    case TransportFact::Kind::Down:
      return on_down(fact.text, out);
    case TransportFact::Kind::Refused:
      return on_refused(fact.text, out);
    case TransportFact::Kind::GaveUp:
      return halt(ErrorCode::ApplicationSocket, fact.text, out);
    case TransportFact::Kind::Heard:
      return on_heard(out.now);
    case TransportFact::Kind::ServerEvent:
      return on_event(fact.text, out);
    case TransportFact::Kind::Pong:
      if (auto* state = std::get_if<Online>(&state_)) state->answers = true;
      return on_heard(out.now);
  }
}

void SignallingSession::on_up(Output& out) {
  if (std::holds_alternative<Idle>(state_) || online()) return;
  state_ = Online{later_by(out.now, transport_->silence_limit()), out.now + deadlines::kPingFirst};
  error_ = {};
  accepted_ = true;
  last_delivery_ = out.now;
  policy_.on_connected(out.now);
  out.events.push_back({SessionEvent::Kind::WentOnline, nullptr});
}

void SignallingSession::on_down(std::string_view why, Output& out) {
  const bool waits = std::holds_alternative<Waiting>(state_);
  if (error_.code == ErrorCode::None)
    error_ = CallError{ErrorCode::ServerUnreachable, std::string(why)};
  if (waits || halted()) return;
  go_offline(out);
  retry(out);
}

// Before the first admission a refusal is an answer: nobody is let in by asking again. Later it
// may well pass: a server that restarts refuses everybody for a while.
void SignallingSession::on_refused(std::string_view why, Output& out) {
  if (!accepted_) {
    halt(ErrorCode::Refused, why, out);
    return;
  }
  go_offline(out);
  error_ = CallError{ErrorCode::Refused, std::string(why)};
  policy_.hold_until(out.now + deadlines::kRefusedRetry);
  retry(out);
}

void SignallingSession::on_heard(Instant now) {
  last_delivery_ = now;
  auto* state = std::get_if<Online>(&state_);
  if (state == nullptr) return;
  state->heard_by = later_by(now, transport_->silence_limit());
  if (!state->answers) return;  // whether it does is asked once, however much arrives
  state->answer_by = kNever;
  state->ping_at = now + deadlines::kPing;
}

void SignallingSession::on_event(std::string_view event, Output& out) {
  if (!online()) return;
  wire::Refusal refusal;
  auto decoded = std::make_unique<wire::ServerMessage>();
  const bool good = wire::decode_server_message(event, *decoded, refusal);
  if (refusal.skipped > 0) out.counters.add(Tally::RefusedElements, refusal.skipped);
  if (good) {
    on_server_message(std::move(decoded), out);
  } else if (refusal.error != wire::CodecError::UnknownType) {
    wire::count_refusal(refusal, Tally::RefusedMessages, out.counters);
  }
}

// What concerns the connection itself is dealt with here; the rest is the call's.
void SignallingSession::on_server_message(std::unique_ptr<wire::ServerMessage> message,
                                          Output& out) {
  if (const auto* replaced = std::get_if<wire::ConnectionReplaced>(message.get())) {
    run([this](auto& t) { transport_->on_replaced(t); }, out);
    halt(ErrorCode::Replaced, replaced->message, out);
  } else if (const auto* closing = std::get_if<wire::ServerShuttingDown>(message.get())) {
    error_ = CallError{ErrorCode::ServerShuttingDown, closing->message};  // the loss follows
  } else if (const auto* error = std::get_if<wire::ServerError>(message.get())) {
    const std::int64_t seconds =
        std::clamp<std::int64_t>(error->retry_after_s, 0, kMostRetryAfterS);
    if (seconds > 0) policy_.hold_until(out.now + std::chrono::seconds(seconds));
    error_ = CallError{seconds > 0 ? ErrorCode::RateLimited : ErrorCode::Refused, error->message};
  } else {
    out.events.push_back({SessionEvent::Kind::Message, std::move(message)});
  }
}

// ---- facts from the host ---------------------------------------------------------------

void SignallingSession::on_opened(const SocketOpened& event, Output& out) {
  run([&](auto& t) { socket_.on_opened(event, t); }, out);
}
void SignallingSession::on_frame(const SocketFrame& event, Output& out) {
  run([&](auto& t) { socket_.on_frame(event, t); }, out);
}
void SignallingSession::on_binary(const SocketBinary& event, Output& out) {
  run([&](auto& t) { socket_.on_binary(event, t); }, out);
}
void SignallingSession::on_closed(const SocketClosed& event, Output& out) {
  run([&](auto& t) { socket_.on_closed(event, t); }, out);
}
void SignallingSession::on_application(const ApplicationState& event, Output& out) {
  run([&](auto& t) { application_.on_state(event, t); }, out);
}
void SignallingSession::on_application(const ApplicationEvent& event, Output& out) {
  run([&](auto& t) { application_.on_event(event, t); }, out);
}
void SignallingSession::on_application(const ApplicationAcknowledged& event, Output& out) {
  run([&](auto& t) { application_.on_acknowledged(event, t); }, out);
}

void SignallingSession::on_network(bool is_online, Output& out) {
  const bool waits = std::holds_alternative<Waiting>(state_);
  if (!is_online) {
    if (!online() && !std::holds_alternative<Trying>(state_)) return;
    if (error_.code == ErrorCode::None) error_ = CallError{ErrorCode::ServerUnreachable, {}};
    go_offline(out, true);
    run([this](auto& t) { transport_->give_up(t); }, out);
    retry(out);
  } else if (waits) {
    policy_.restart_ladder();
    retry(out);
  } else {
    on_awake(Duration{0}, out);
  }
}

void SignallingSession::on_awake(Duration missed, Output& out) {
  if (std::holds_alternative<Waiting>(state_)) {
    policy_.restart_ladder();
    retry(out);
    return;
  }
  auto* state = std::get_if<Online>(&state_);
  if (state == nullptr) return;
  // What the server sent meanwhile may still be on its way into this page.
  const Instant least = out.now + deadlines::kPing + deadlines::kPingAnswer;
  if (state->heard_by != kNever) state->heard_by = std::max(state->heard_by - missed, least);
  if (state->answers) ask(deadlines::kPingAnswer, out);
}

void SignallingSession::on_doubt(Output& out) {
  auto* state = std::get_if<Online>(&state_);
  if (state == nullptr || !state->answers) return;
  const Instant at_first = state->answer_by;
  ask(deadlines::kPingDoubted, out);
  state->answer_by = earlier(state->answer_by, at_first);  // a question is under way already
}

// ---- deadlines -------------------------------------------------------------------------

Instant SignallingSession::deadline() const {
  return std::visit(
      Overloaded{[](const Trying& s) { return s.give_up; },
                 [](const Online& s) {
                   return std::min({s.heard_by, s.ping_at, s.answer_by});
                 },
                 [](const Waiting& s) { return s.until; }, [](const auto&) { return kNever; }},
      state_);
}

// A ping shows what no silence can: whether the server is still there. One that does not know
// it stays silent; then its own heartbeat must do, and it is not asked again.
void SignallingSession::ask(Duration patience, Output& out) {
  auto& state = std::get<Online>(state_);
  state.ping_at = kNever;
  state.answer_by = out.now + patience;
  transport_->ping(out.commands);
}

void SignallingSession::on_silence(Output& out) {
  out.counters.add(Tally::DeadSockets);
  error_ = CallError{ErrorCode::ServerUnreachable, {}};
  go_offline(out, true);
  run([this](auto& t) { transport_->give_up(t); }, out);
  retry(out);
}

void SignallingSession::on_deadline(Output& out) {
  if (deadline() > out.now) return;
  if (std::holds_alternative<Waiting>(state_)) {
    try_now(out);
  } else if (auto* state = std::get_if<Online>(&state_)) {
    if (state->heard_by <= out.now || (state->answer_by <= out.now && state->answers)) {
      on_silence(out);
    } else if (state->answer_by <= out.now) {
      state->answer_by = kNever;  // it does not know the ping
    } else {
      const bool answers = state->answers;
      ask(answers ? Duration(deadlines::kPingAnswer) : deadlines::kPing + deadlines::kPingAnswer,
          out);
    }
  } else {
    out.counters.add(Tally::SlowHandshakes);
    if (error_.code == ErrorCode::None) error_ = CallError{ErrorCode::ServerUnreachable, {}};
    run([this](auto& t) { transport_->give_up(t); }, out);
    retry(out);
  }
}

void SignallingSession::send(const wire::ClientMessage& message, Commands& commands) const {
  transport_->send(wire::encode_client_event(message), commands);
}

SignallingView SignallingSession::view() const {
  SignallingView view;
  view.error = error_;
  view.state = std::visit(Overloaded{[](const Idle&) { return SignallingState::Closed; },
                                     [](const Online&) { return SignallingState::Online; },
                                     [](const Waiting&) { return SignallingState::Waiting; },
                                     [](const Halted&) { return SignallingState::Halted; },
                                     [](const Trying&) { return SignallingState::Connecting; }},
                          state_);
  if (const auto* waiting = std::get_if<Waiting>(&state_))
    view.retry_at_ms = to_us(waiting->until) / 1'000;
  return view;
}

}  // namespace groupcall
