/// What carries events between us and the server: our own Socket.IO over a WebSocket, or the
/// application's Socket. The session's policy cannot tell which.
///
/// A transport reports facts and keeps no policy: when to open, whom to believe and when to
/// give up are the session's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/public/command.h"
#include "core/public/counters.h"

namespace groupcall {

/// Something that a transport found out.
struct TransportFact {
  enum class Kind : unsigned char {
    Up,           ///< the server accepted us; sending works from now on
    Down,         ///< no connection (any more); `text`: why, in the browser's or server's words
    Refused,      ///< the server refused the connection (CONNECT_ERROR); `text`: its message
    GaveUp,       ///< the application's Socket is dead, and it is the application's to revive it
    Heard,        ///< something arrived, whatever it was
    ServerEvent,  ///< `text`: a JSON array of name and argument
    Pong,         ///< the server acknowledged our ping
  };
  Kind kind = Kind::Heard;
  std::string_view text;  ///< lives as long as the event that is being handled
};

class Transport {
 public:
  struct Output {
    Instant now;
    IdSource& ids;
    Counters& counters;
    Commands& commands;
    std::vector<TransportFact>& facts;
  };

  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Begins one try; Up, Down or Refused follows, or nothing at all.
  virtual void open(Output& out) = 0;
  /// Ends what open() began, without a fact.
  virtual void close(Output& out) = 0;
  /// The session holds the connection for dead. Ends it, where it is ours to end.
  virtual void give_up(Output& out) = 0;
  /// The server has turned to a newer connection of this user and does not hear this one.
  virtual void on_replaced(Output& out) = 0;

  /// Only while up. `event`: a JSON array of name and argument.
  virtual void send(std::string event, Commands& commands) const = 0;
  /// Only while up; answered by Pong if the server knows `groupcall:ping`.
  virtual void ping(Commands& commands) = 0;

  /// Longest silence that the server's own heartbeat leaves; kForever if it is not ours to watch.
  virtual Duration silence_limit() const = 0;
  /// Longest time from open() to Up.
  virtual Duration patience() const = 0;

  static constexpr Duration kForever = Duration::max();
};

/// `["groupcall:ping",{}]`: a server that knows it acknowledges; any other ignores it.
inline constexpr std::string_view kPingEvent = R"(["groupcall:ping",{}])";

}  // namespace groupcall
