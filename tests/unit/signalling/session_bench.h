/// One SignallingSession on a bench: a session, its clock, and what it asked for.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/signalling/signalling_session.h"
#include "tests/unit/record_printing.h"

namespace groupcall {

class SessionBench : public testing::Test {
 protected:
  static constexpr auto kHandshake =
      R"(0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})";
  static constexpr Duration kTick{1};

  void want(bool wanted) {
    doing([&](auto& out) { session->want(wanted, out); });
  }
  void frame(const std::string& text, std::int64_t socket = 0) {
    doing([&](auto& out) { session->on_frame({number(socket), text}, out); });
  }
  void closed(std::int64_t socket = 0, const std::string& reason = "") {
    doing([&](auto& out) { session->on_closed({number(socket), 1006, reason}, out); });
  }
  void binary(std::int64_t bytes = 4) {
    doing([&](auto& out) { session->on_binary({number(0), bytes}, out); });
  }
  void awake(Duration missed = Duration{0}) {
    doing([&](auto& out) { session->on_awake(missed, out); });
  }
  void doubt() {
    doing([&](auto& out) { session->on_doubt(out); });
  }
  void take_over() {
    doing([&](auto& out) { session->take_over(out); });
  }
  void network(bool online) {
    doing([&](auto& out) { session->on_network(online, out); });
  }
  /// Time passes; the deadline is looked at once, at the end.
  void after(Duration time) {
    now += time;
    doing([&](auto& out) { session->on_deadline(out); });
  }
  void to_deadline() {
    now = session->deadline();
    doing([&](auto& out) { session->on_deadline(out); });
  }
  /// Takes the newest socket through its handshakes.
  void connect() {
    frame(kHandshake);
    frame(R"(40{"sid":"x"})");
  }
  /// The same, on a server that knows no ping: the one question goes unanswered.
  void go_online() {
    if (!opened) want(true);
    connect();
    for (const Duration wait : {500ms, 5'000ms}) after(wait);
    frame("6");
  }

  template <class Act>
  void doing(Act act) {
    commands.clear();
    raised.clear();
    SignallingSession::Output out{now, ids, random, counters, commands, raised};
    act(out);
    pings = 0;
    std::erase_if(commands, [this](const Command& command) {
      const auto* frame = std::get_if<SendFrame>(&command);
      if (frame == nullptr || frame->text.find("groupcall:ping") == std::string::npos) return false;
      ++pings;
      last_ping = frame->text;
      return true;
    });
    for (const Command& command : commands)
      if (const auto* open = std::get_if<OpenSocket>(&command)) opened = open->socket.value;
    events.clear();
    for (const SessionEvent& event : raised) {
      if (event.kind == SessionEvent::Kind::WentOnline) events.emplace_back("online");
      if (event.kind == SessionEvent::Kind::WentOffline) events.emplace_back("offline");
      if (event.kind == SessionEvent::Kind::Halted) events.emplace_back("halted");
      if (event.kind == SessionEvent::Kind::Message)
        events.push_back("42" + wire::encode_server_event(*event.message));
    }
  }
  OpenSocket open_of(std::int64_t socket) const {
    return {SocketNumber{socket}, "wss://chat.test/socket.io/?userId=me&EIO=4&transport=websocket"};
  }
  static SendFrame send_of(std::int64_t socket, const std::string& text) {
    return {SocketNumber{socket}, text};
  }
  static CloseSocket close_of(std::int64_t socket) { return {SocketNumber{socket}}; }
  Duration until_deadline() const { return session->deadline() - now; }
  std::int64_t count(Tally tally) const { return counters.value(tally); }

  static SignallingConfig default_config() {
    SignallingConfig config;
    config.url = "https://chat.test";
    return config;
  }
  void remake(const SignallingConfig& config) {
    session = std::make_unique<SignallingSession>(config, UserId{"me"});
  }

  std::unique_ptr<SignallingSession> session =
      std::make_unique<SignallingSession>(default_config(), UserId{"me"});
  Instant now{1'000s};
  IdSource ids;
  Random random{"seed"};
  Counters counters;
  Commands commands;                ///< of the last act
  std::vector<std::string> events;  ///< of the last act
  std::int64_t opened = 0;          ///< the newest socket
  int pings = 0;                    ///< of the last act; they are not among its commands
  std::string last_ping;

 private:
  SocketNumber number(std::int64_t socket) const {
    return SocketNumber{socket == 0 ? opened : socket};
  }
  std::vector<SessionEvent> raised;
};

}  // namespace groupcall
