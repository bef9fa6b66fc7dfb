/// One SignallingSession on a bench: a session, its clock, and what it asked for.
#pragma once

#include <gmock/gmock.h>

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
    doing([&](auto& out) { session.want(wanted, out); });
  }
  void frame(const std::string& text, std::int64_t socket = 0) {
    doing([&](auto& out) { session.on_frame({number(socket), text}, out); });
  }
  void closed(std::int64_t socket = 0, const std::string& reason = "") {
    doing([&](auto& out) { session.on_closed({number(socket), 1006, reason}, out); });
  }
  void network(bool online) {
    doing([&](auto& out) { session.on_network(online, out); });
  }
  /// Time passes; the deadline is looked at once, at the end.
  void after(Duration time) {
    now += time;
    doing([&](auto& out) { session.on_deadline(out); });
  }
  void to_deadline() {
    now = session.deadline();
    doing([&](auto& out) { session.on_deadline(out); });
  }
  /// Opens a socket and takes it through its handshakes.
  void go_online() {
    if (!opened) want(true);
    frame(kHandshake);
    frame(R"(40{"sid":"x"})");
  }

  template <class Act>
  void doing(Act act) {
    commands.clear();
    raised.clear();
    SignallingSession::Output out{now, ids, random, counters, commands, raised};
    act(out);
    for (const Command& command : commands)
      if (const auto* open = std::get_if<OpenSocket>(&command)) opened = open->socket.value;
    events.clear();
    for (const SessionEvent& event : raised) {
      if (event.kind == SessionEvent::Kind::WentOnline) events.emplace_back("online");
      if (event.kind == SessionEvent::Kind::WentOffline) events.emplace_back("offline");
      if (event.kind == SessionEvent::Kind::Message)
        events.push_back(wire::encode_server_frame(*event.message));
    }
  }
  OpenSocket open_of(std::int64_t socket) const {
    return {SocketNumber{socket}, "wss://chat.test/socket.io/?userId=me&EIO=4&transport=websocket"};
  }
  static SendFrame send_of(std::int64_t socket, const std::string& text) {
    return {SocketNumber{socket}, text};
  }
  static CloseSocket close_of(std::int64_t socket) { return {SocketNumber{socket}}; }
  Duration until_deadline() const { return session.deadline() - now; }
  std::int64_t count(Tally tally) const { return counters.value(tally); }

  SignallingSession session{{"https://chat.test", "", "", ""}, UserId{"me"}};
  Instant now{1'000s};
  IdSource ids;
  Random random{"seed"};
  Counters counters;
  Commands commands;                ///< of the last act
  std::vector<std::string> events;  ///< of the last act
  std::int64_t opened = 0;          ///< the newest socket

 private:
  SocketNumber number(std::int64_t socket) const {
    return SocketNumber{socket == 0 ? opened : socket};
  }
  std::vector<SessionEvent> raised;
};

}  // namespace groupcall
