/// WebSockets between pages and one server: ordered, delayed, and breakable.
///
/// A living line never loses or reorders a frame, as TCP. What is in flight when a line
/// breaks is lost. A frozen (half-open) line swallows frames without telling either end, and
/// delivers them late when it thaws. Losing or repeating a single frame is a fault of its
/// own, for what reconnects of third parties do to a relay.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/virtual_time.h"

namespace groupcall::sim {

using LineId = std::int64_t;

/// The page's end of one WebSocket.
class SocketObserver {
 public:
  virtual ~SocketObserver() = default;
  virtual void on_socket_opened(LineId line) = 0;
  virtual void on_socket_frame(LineId line, const std::string& text) = 0;
  virtual void on_socket_closed(LineId line, int code, const std::string& reason) = 0;
};

/// The server's end of all.
class SocketServer {
 public:
  virtual ~SocketServer() = default;
  virtual void on_connected(LineId line, const std::string& host, const std::string& url) = 0;
  virtual void on_frame(LineId line, const std::string& text) = 0;
  virtual void on_disconnected(LineId line) = 0;
};

struct SocketTiming {
  Spread open = exactly(20ms);  ///< TCP, TLS and the upgrade
  Spread one_way = exactly(10ms);
  Spread refused = exactly(5ms);
  Spread noticed = exactly(10ms);  ///< a broken line to the end that is told

  static SocketTiming varied();
};

enum class FrameFate : std::uint8_t { Deliver, Drop, Duplicate };

/// One frame as it passed, for tests that count or interfere.
struct PassingFrame {
  Instant at{};
  std::string host;
  bool to_server = false;
  std::string text;
};

class SocketNetwork {
 public:
  SocketNetwork(EventLoop& loop, SocketTiming timing, std::string seed);
  void set_server(SocketServer& server) { server_ = &server; }

  // The page's side.
  LineId connect(const std::string& host, const std::string& url, SocketObserver& observer);
  void send_to_server(LineId line, std::string text);
  /// A clean close, seen by the server after what was sent before.
  void close_by_page(LineId line);
  /// The page's process is gone; its system breaks the line.
  void abandon(LineId line);

  // The server's side.
  void send_to_page(LineId line, std::string text);
  void close_by_server(LineId line, int code);

  // Faults.
  /// Breaks all lines of a host. `server_knows`: false leaves the server with a dead line.
  void cut(const std::string& host, bool server_knows = true);
  /// Half-open: nothing passes in either direction until it thaws.
  void freeze(const std::string& host, bool frozen);
  /// Offline hosts cannot connect.
  void set_online(const std::string& host, bool online);
  /// While it listens to nobody, every connection is refused, and all lines break.
  void set_listening(bool listening);
  void set_fate(std::function<FrameFate(const PassingFrame&)> fate) { fate_ = std::move(fate); }

  /// Every frame that an end has sent, also those that were lost.
  const std::vector<PassingFrame>& passed() const { return passed_; }
  void keep_frames(bool keep) { keep_frames_ = keep; }
  std::size_t open_lines(const std::string& host) const;

 private:
  struct Line {
    std::string host;
    std::string url;
    SocketObserver* observer = nullptr;  ///< null: the page has let go of it
    bool up = false;                     ///< the page has been told that it is open
    bool server_end = false;             ///< the server believes in it
    bool broken = false;                 ///< nothing more passes
    Instant last_up{};                   ///< of the last frame, to keep the order
    Instant last_down{};
    std::deque<PassingFrame> held;  ///< arrived while frozen
  };

  static Lane lane_of(LineId id, const Line& line, bool to_server) {
    return {to_server ? "up" : "down", line.host, id};
  }
  bool is_frozen(const Line& line) const { return frozen_.count(line.host) > 0; }
  void pass(LineId id, Line& line, PassingFrame frame);
  void travel(LineId id, Line& line, const PassingFrame& frame);
  void arrive(LineId id, const PassingFrame& frame);
  void opened(LineId id);
  void tell_page_closed(LineId id, int code, const std::string& reason, Duration delay);
  void tell_server_gone(LineId id, Duration delay);
  void break_line(LineId id, bool server_knows);

  EventLoop* loop_;
  SocketTiming timing_;
  Random random_;
  SocketServer* server_ = nullptr;
  std::map<LineId, Line> lines_;
  LineId last_line_ = 0;
  std::set<std::string> frozen_;
  std::set<std::string> offline_;
  bool listening_ = true;
  bool keep_frames_ = true;
  std::function<FrameFate(const PassingFrame&)> fate_;
  std::vector<PassingFrame> passed_;
};

}  // namespace groupcall::sim
