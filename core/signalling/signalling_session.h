/// Keeps one Socket.IO connection to the server for as long as it is wanted.
///
/// Facts come in through on_*() and want(); what follows is appended to `Output` in order.
///
///   Idle ─► Opening ─► Connecting ─► Online
///              ▲            │           │        any loss: Waiting ─► Opening
///              └── Waiting ◄┴───────────┘        refused for good: Halted
///
/// Nothing is sent unless Online, and nothing is kept for later: what must be said after a
/// reconnect is said anew by those who know it, so no stale offer precedes a re-join.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/base/random.h"
#include "core/base/time.h"
#include "core/public/command.h"
#include "core/public/config.h"
#include "core/public/counters.h"
#include "core/public/event.h"
#include "core/signalling/reconnect_policy.h"
#include "core/wire/engineio_packet.h"
#include "core/wire/groupcall_message.h"
#include "core/wire/socketio_packet.h"

namespace groupcall {

/// What the session tells its owner.
struct SessionEvent {
  enum class Kind : unsigned char { WentOnline, WentOffline, Message };
  Kind kind = Kind::Message;
  std::unique_ptr<wire::ServerMessage> message;  ///< of a Message
};

class SignallingSession {
 public:
  struct Output {
    Instant now;
    IdSource& ids;
    Random& random;
    Counters& counters;
    Commands& commands;
    std::vector<SessionEvent>& events;
  };

  SignallingSession(SignallingConfig config, UserId self);

  /// Opens a socket and keeps it, or closes it. Wanting again leaves Halted.
  void want(bool wanted, Output& out);

  // Facts from the host. Those of another socket number are stale and dropped.
  void on_opened(const SocketOpened& event, Output& out);
  void on_frame(const SocketFrame& event, Output& out);
  void on_closed(const SocketClosed& event, Output& out);
  void on_network(bool online, Output& out);
  void on_slept(Instant now);
  void on_deadline(Output& out);

  /// Only while online().
  void send(const wire::ClientMessage& message, Commands& commands) const;

  bool online() const { return std::holds_alternative<Online>(state_); }
  bool halted() const { return std::holds_alternative<Halted>(state_); }
  Instant deadline() const;
  /// When the server last delivered anything: the deadlines of offers rest on it.
  Instant last_delivery() const { return last_delivery_; }
  SignallingView view() const;

 private:
  struct Idle {};
  struct Opening {
    SocketNumber socket;
    Instant give_up;
  };
  struct Connecting {
    SocketNumber socket;
    Instant give_up;
    Duration silence_limit;
  };
  struct Online {
    SocketNumber socket;
    Instant heard_by;
    Duration silence_limit;
  };
  struct Waiting {
    Instant until;
  };
  struct Halted {};

  SocketNumber socket() const;
  bool is_current(SocketNumber socket, Output& out) const;
  void open(Output& out);
  void drop(Output& out);
  void halt(ErrorCode code, std::string detail, Output& out);
  void retry(Output& out);
  void on_engine_packet(const wire::EnginePacket& packet, Output& out);
  void on_socket_packet(std::string_view message, Output& out);
  void on_server_message(std::unique_ptr<wire::ServerMessage> message, Output& out);
  std::string url() const;

  SignallingConfig config_;
  UserId self_;
  ReconnectPolicy policy_;
  std::variant<Idle, Opening, Connecting, Online, Waiting, Halted> state_;
  CallError error_;
  Instant last_delivery_{};
};

}  // namespace groupcall
