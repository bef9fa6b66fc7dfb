/// Keeps one connection to the server for as long as it is wanted.
///
/// Facts come in through on_*() and want(); what follows is appended to `Output` in order.
///
///   Idle ─► Trying ─► Online
///             ▲          │        any loss: Waiting ─► Trying
///             └─ Waiting ◄        refused for good, replaced, not ours to revive: Halted
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
#include "core/signalling/application_transport.h"
#include "core/signalling/reconnect_policy.h"
#include "core/signalling/socketio_transport.h"
#include "core/wire/groupcall_message.h"

namespace groupcall {

/// What the session tells its owner.
struct SessionEvent {
  enum class Kind : unsigned char { WentOnline, WentOffline, Halted, Message };
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

  SignallingSession(const SignallingConfig& config, const UserId& self);

  /// Keeps a connection, or closes it. Wanting again leaves Halted.
  void want(bool wanted, Output& out);
  /// Leaves Halted only. Where another connection of this user replaced us, we replace it.
  void take_over(Output& out);

  // Facts from the host. Those of another socket number are stale and dropped.
  void on_opened(const SocketOpened& event, Output& out);
  void on_frame(const SocketFrame& event, Output& out);
  void on_binary(const SocketBinary& event, Output& out);
  void on_closed(const SocketClosed& event, Output& out);
  void on_application(const ApplicationState& event, Output& out);
  void on_application(const ApplicationEvent& event, Output& out);
  void on_application(const ApplicationAcknowledged& event, Output& out);
  void on_network(bool online, Output& out);
  /// The page or the machine stood still, for at least `missed`: what was lost meanwhile was not
  /// noticed. Asks the server where it answers; never takes silence for death at once.
  void on_awake(Duration missed, Output& out);
  /// There is a sign that this page's network is dead: asks at once where the server answers, and
  /// does not wait for long.
  void on_doubt(Output& out);
  void on_deadline(Output& out);

  /// Only while online().
  void send(const wire::ClientMessage& message, Commands& commands) const;

  bool online() const { return std::holds_alternative<Online>(state_); }
  bool wanted() const { return !std::holds_alternative<Idle>(state_); }
  bool halted() const { return std::holds_alternative<Halted>(state_); }
  bool replaced() const { return halted() && error_.code == ErrorCode::Replaced; }
  Instant deadline() const;
  /// When the server last delivered anything: the deadlines of offers rest on it.
  Instant last_delivery() const { return last_delivery_; }
  /// The last connection was given up by us, for it had fallen silent. (Where it was closed, what
  /// we said last may have been the cause.)
  bool fell_silent() const { return fell_silent_; }
  SignallingView view() const;

 private:
  struct Idle {};
  struct Trying {
    Instant give_up;
  };
  struct Online {
    Instant heard_by;  ///< the server's own heartbeat comes by then
    Instant ping_at;   ///< kNever: this server does not answer, or an answer is awaited
    Instant answer_by = kNever;
    bool answers = false;  ///< it has acknowledged a ping on this connection
  };
  struct Waiting {
    Instant until;
  };
  struct Halted {};

  template <class Act>
  void run(Act act, Output& out);
  void on_fact(const TransportFact& fact, Output& out);
  void on_up(Output& out);
  void on_down(std::string_view why, Output& out);
  void on_refused(std::string_view why, Output& out);
  void on_heard(Instant now);
  void on_event(std::string_view event, Output& out);
  void on_server_message(std::unique_ptr<wire::ServerMessage> message, Output& out);
  void on_silence(Output& out);
  void ask(Duration patience, Output& out);
  void try_now(Output& out);
  void retry(Output& out);
  void go_offline(Output& out, bool fell_silent = false);
  void halt(ErrorCode code, std::string_view detail, Output& out);

  SocketioTransport socket_;
  ApplicationTransport application_;
  Transport* transport_;  ///< the one of the two that the config names
  ReconnectPolicy policy_;
  std::variant<Idle, Trying, Online, Waiting, Halted> state_;
  bool accepted_ = false;  ///< once since it was wanted: a refusal may pass then
  CallError error_;
  bool fell_silent_ = false;
  Instant last_delivery_{};
};

}  // namespace groupcall
