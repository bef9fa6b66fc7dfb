// The session, with frames, wishes and time interleaved as the fuzzer likes: it never writes to
// what is not open, never waits without a deadline, never spins, and never says the same twice.
#include <set>

#include "core/signalling/signalling_session.h"
#include "tests/fuzz/fuzz_input.h"

using namespace groupcall;

namespace {

class Bench {
 public:
  explicit Bench(unsigned kind) : application_((kind & 1U) != 0) {
    SignallingConfig config;
    config.url = "https://chat.test";
    config.application = application_;
    config.reconnect = (kind & 2U) != 0 ? ReconnectBy::Application : ReconnectBy::Core;
    config.name_space = (kind & 4U) != 0 ? "/calls" : "";
    patient_ = config.application;
    session_ = std::make_unique<SignallingSession>(config, UserId{"me"});
  }

  template <class Act>
  void doing(Act act) {
    commands_.clear();
    events_.clear();
    SignallingSession::Output out{now_, ids_, random_, counters_, commands_, events_};
    act(*session_, out);
    for (const Command& command : commands_) look(command);
    for (const SessionEvent& event : events_) look(event);
    check();
  }

  void pass(Duration time) {
    now_ += time;
    int wakes = 0;
    while (session_->deadline() <= now_) {
      doing([](auto& s, auto& out) { s.on_deadline(out); });
      fuzz::require(++wakes <= 4, "a deadline that has passed is dealt with");
    }
  }
  void to_deadline() {
    const Instant at = session_->deadline();
    if (at != kNever) pass(at > now_ ? at - now_ : Duration{0});
  }

  SocketNumber newest() const { return newest_; }
  std::string last_ping_answer() const { return last_ping_answer_; }
  std::int64_t last_ack() const { return last_ack_; }

 private:
  void look(const Command& command) {
    if (const auto* open = std::get_if<OpenSocket>(&command)) {
      fuzz::require(!application_, "an application's Socket is all that is used");
      fuzz::require(open_.empty(), "one socket at a time");
      fuzz::require(open->socket.value > newest_.value, "a number is never used twice");
      newest_ = open->socket;
      open_.insert(newest_.value);
    } else if (const auto* send = std::get_if<SendFrame>(&command)) {
      fuzz::require(open_.count(send->socket.value) == 1, "frames go to an open socket only");
      const std::size_t ping = send->text.find("[\"groupcall:ping\"");
      if (ping == std::string::npos || !send->text.starts_with("42")) return;
      fuzz::require(shown_online_, "pings are sent while online only");
      last_ping_answer_ = "43" + send->text.substr(2, ping - 2) + "[]";
    } else if (const auto* close = std::get_if<CloseSocket>(&command)) {
      fuzz::require(open_.erase(close->socket.value) == 1, "what is closed was open");
    } else if (const auto* emit = std::get_if<EmitApplication>(&command)) {
      fuzz::require(application_connected_, "nothing is emitted while disconnected");
      last_ack_ = emit->ack;
    }
  }
  void look(const SessionEvent& event) {
    switch (event.kind) {
      case SessionEvent::Kind::WentOnline:
        fuzz::require(!shown_online_, "online is said once");
        shown_online_ = true;
        return;
      case SessionEvent::Kind::WentOffline:
        fuzz::require(shown_online_, "offline is said once");
        shown_online_ = false;
        return;
      case SessionEvent::Kind::Halted:
        fuzz::require(!shown_online_, "what halts is offline");
        return;
      case SessionEvent::Kind::Message:
        fuzz::require(shown_online_, "messages come while online only");
        return;
    }
  }
  void check() {
    const SignallingState state = session_->view().state;
    fuzz::require(session_->online() == shown_online_, "the owner knows whether it is online");
    const bool waits = state == SignallingState::Connecting || state == SignallingState::Waiting ||
                       (state == SignallingState::Online && !patient_);
    const bool theirs = patient_ && state == SignallingState::Connecting;
    if (waits && !theirs)
      fuzz::require(session_->deadline() != kNever, "what waits has a deadline");
    if (state == SignallingState::Halted || state == SignallingState::Closed)
      fuzz::require(open_.empty(), "what is over has nothing open");
    if (state == SignallingState::Halted)
      fuzz::require(session_->view().error.code != ErrorCode::None, "what halts says why");
  }

 public:
  void closed_by_host(std::int64_t socket) { open_.erase(socket); }
  void note(const ApplicationState& state) {
    if (state.socket.value < application_socket_) return;
    application_socket_ = state.socket.value;
    application_connected_ = state.connected;
  }

 private:
  bool application_connected_ = false;
  std::int64_t application_socket_ = 0;
  bool application_;
  bool patient_ = false;  ///< its deadlines are the application's
  std::unique_ptr<SignallingSession> session_;
  Instant now_{1'000s};
  IdSource ids_;
  Random random_{"seed"};
  Counters counters_;
  Commands commands_;
  std::vector<SessionEvent> events_;
  std::set<std::int64_t> open_;
  SocketNumber newest_;
  bool shown_online_ = false;
  std::string last_ping_answer_ = "430[]";
  std::int64_t last_ack_ = 0;
};

constexpr auto kHandshake = R"(0{"sid":"s","pingInterval":25000,"pingTimeout":20000})";

void step(Bench& bench, fuzz::Input& input) {
  const auto frame = [&bench](const std::string& text, std::int64_t socket) {
    bench.doing([&](auto& s, auto& out) { s.on_frame({SocketNumber{socket}, text}, out); });
  };
  const std::int64_t newest = bench.newest().value;
  switch (input.byte() % 17) {
    case 0:
      return bench.pass(std::chrono::milliseconds(input.byte() * input.byte()));
    case 1:
      return bench.to_deadline();
    case 2: {
      const bool wanted = input.byte() % 4 != 0;
      return bench.doing([&](auto& s, auto& out) { s.want(wanted, out); });
    }
    case 3:
      return frame(input.line(), newest);
    case 4:
      return frame(kHandshake, newest);
    case 5:
      return frame(input.byte() % 4 != 0 ? "40" : "40/calls,", newest);
    case 6:
      bench.closed_by_host(newest);
      return bench.doing([&](auto& s, auto& out) {
        s.on_closed({SocketNumber{newest}, 1006, "lost"}, out);
      });
    case 7:
      return frame(input.line(), input.byte() % 8);
    case 8: {
      const bool online = input.byte() % 2 != 0;
      return bench.doing([&](auto& s, auto& out) { s.on_network(online, out); });
    }
    case 9: {
      const Duration missed = std::chrono::seconds(input.byte());
      return bench.doing([&](auto& s, auto& out) { s.on_awake(missed, out); });
    }
    case 10:
      return bench.doing([](auto& s, auto& out) { s.take_over(out); });
    case 11:
      return bench.doing([&](auto& s, auto& out) {
        s.on_binary({SocketNumber{newest}, input.byte()}, out);
      });
    case 12: {
      const unsigned bits = input.byte();
      const ApplicationState state{SocketNumber{(bits & 16U) == 0 ? 2 : 1}, (bits & 1U) != 0,
                                   (bits & 3U) != 0, (bits & 4U) != 0,
                                   (bits & 8U) != 0 ? "io client disconnect" : "lost"};
      bench.note(state);
      return bench.doing([&](auto& s, auto& out) { s.on_application(state, out); });
    }
    case 13:
      return bench.doing([&](auto& s, auto& out) {
        s.on_application(ApplicationEvent{SocketNumber{2}, input.line()}, out);
      });
    case 14:
      return bench.doing([&](auto& s, auto& out) {
        s.on_application(ApplicationAcknowledged{SocketNumber{2}, bench.last_ack()}, out);
      });
    case 15:
      return frame(bench.last_ping_answer(), newest);
    default:
      return frame("42" + input.line(), newest);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  Bench bench(input.byte());
  for (int steps = 0; !input.empty() && steps < 200; ++steps) step(bench, input);
  return 0;
}
