/// The existing chat backend as its wire shows it: Engine.IO v4 and Socket.IO v5 text frames,
/// rooms in memory, and its quirks.
///
///   page ─ 40 ─► CONNECT, rate limit, newest socket of a user wins
///   page ─ join ─► group lookup (takes a while) ─► participant-joined, joined
///
/// Quirks kept: events before `joined` are lost; the first userInfo stays; tracks are merged
/// and survive a repeated join, whose announcement shows default tracks; a leave or a
/// disconnect during the lookup leaves a ghost; the newest socket's end removes its user
/// everywhere; an older socket goes deaf; an unknown target is dropped silently.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/journal.h"
#include "tests/support/socket_network.h"

namespace groupcall::sim {

struct ServerOptions {
  Spread lookup = exactly(5ms);
  Duration ping_interval = 25s;
  Duration ping_timeout = 20s;
  /// Connections of one user within `rate_window`; 0: no limit.
  std::size_t rate_limit = 20;
  Duration rate_window = 300s;
  /// Acknowledges `groupcall:ping`; the chat application's own server does not know it.
  bool answers_pings = false;
};

class ServerModel : public SocketServer {
 public:
  ServerModel(EventLoop& loop, SocketNetwork& network, Journal& journal, ServerOptions options,
              const std::string& seed);

  // Faults.
  /// Every line breaks and every room is forgotten.
  void stop();
  void start();
  /// `groupcall:join` is answered with this error from now on; empty: admitted again.
  void refuse_joins(std::string error) { join_error_ = std::move(error); }
  /// CONNECT is answered with 44 and this message; empty: accepted again.
  void refuse_connects(std::string message) { connect_error_ = std::move(message); }
  void set_lookup(Spread lookup) { options_.lookup = lookup; }
  /// The next `joined` lists nobody.
  void omit_others_once() { omits_others_ = true; }
  /// Removes a user as if its socket had closed, without touching the socket: rosters diverge.
  void forget_user(const std::string& user);

  // What tests ask.
  /// What its future behaviour rests on, timers aside.
  std::string state() const;
  std::vector<std::string> participants(const std::string& room) const;
  std::size_t relayed(const std::string& event, const std::string& from,
                      const std::string& to) const;
  /// Both directions, and both ways of counting a pair.
  std::size_t relayed_between(const std::string& event, const std::string& a,
                              const std::string& b) const;

  void on_connected(LineId line, const std::string& host, const std::string& url) override;
  void on_frame(LineId line, const std::string& text) override;
  void on_disconnected(LineId line) override;

 private:
  struct Socket {
    std::string host;
    std::string user;
    bool connected = false;  ///< CONNECT acknowledged
    EventLoop::Ticket ping;
    EventLoop::Ticket deadline;      ///< of the CONNECT or the pong
    std::set<std::string> welcomed;  ///< rooms whose `joined` was sent to this socket
  };
  struct Participant {
    std::string user;
    boost::json::value user_info;
    boost::json::object tracks;
  };
  struct Room {
    std::string group;
    std::string call_type;
    std::vector<Participant> participants;  ///< in order of joining
  };

  // Engine.IO and Socket.IO.
  void open_namespace(LineId line, Socket& socket);
  void send_ping(LineId line);
  void expect(LineId line, Duration within);
  void drop(LineId line, int code);
  void emit(LineId line, const std::string& event, boost::json::value payload);
  void emit_to_user(const std::string& user, const std::string& event,
                    const boost::json::value& payload);
  void emit_to_others(const Room& room, const std::string& user, const std::string& event,
                      const boost::json::value& payload);
  void tell_online_users();
  bool over_rate_limit(const std::string& user);

  // Events of the group call.
  void acknowledge(LineId line, const std::string& frame);
  void on_event(LineId line, const boost::json::array& packet);
  void join(LineId line, const boost::json::object& payload);
  void admit(LineId line, const boost::json::object& payload);
  void leave(const std::string& user, const std::string& room);
  void update_tracks(LineId line, const boost::json::object& payload);
  void screen_share(LineId line, const std::string& event, const boost::json::object& payload);
  void relay(LineId line, const std::string& event, const char* key,
             const boost::json::object& payload);
  void remove_everywhere(const std::string& user);
  Participant* find(const std::string& room, const std::string& user);
  bool must_be_welcomed(LineId line, const std::string& event, const std::string& room);

  EventLoop* loop_;
  SocketNetwork* network_;
  Journal* journal_;
  ServerOptions options_;
  Random random_;
  std::map<LineId, Socket> sockets_;
  std::map<std::string, LineId> newest_;  ///< by user
  std::map<std::string, Room> rooms_;
  std::map<std::string, std::vector<Instant>> connections_;
  std::map<std::string, std::size_t> relayed_;  ///< "event from to"
  std::string join_error_;
  std::string connect_error_;
  bool omits_others_ = false;
  std::uint64_t boots_ = 0;  ///< lookups of an earlier process come to nothing
};

}  // namespace groupcall::sim
