#include "tests/support/socket_network.h"

#include <algorithm>
#include <utility>

namespace groupcall::sim {

SocketTiming SocketTiming::varied() {
  SocketTiming timing;
  timing.open = {5ms, 150ms};
  timing.one_way = {1ms, 120ms};
  timing.refused = {1ms, 60ms};
  timing.noticed = {1ms, 80ms};
  return timing;
}

SocketNetwork::SocketNetwork(EventLoop& loop, SocketTiming timing, std::string seed)
    : loop_(&loop), timing_(timing), random_(seed + "/sockets") {}

// ---- opening -------------------------------------------------------------------------

LineId SocketNetwork::connect(const std::string& host, const std::string& url,
                              SocketObserver& observer) {
  const LineId id = ++last_line_;
  Line& line = lines_[id];
  line.host = host;
  line.url = url;
  line.observer = &observer;
  if (!listening_ || offline_.count(host) > 0) {
    line.broken = true;
    tell_page_closed(id, 1006, "", timing_.refused.draw(random_));
    return id;
  }
  loop_->after(timing_.open.draw(random_), [this, id] { opened(id); });
  return id;
}

void SocketNetwork::opened(LineId id) {
  Line& line = lines_[id];
  if (line.broken || line.observer == nullptr || is_frozen(line)) return;  // a frozen SYN is lost
  if (!listening_) {
    line.broken = true;
    tell_page_closed(id, 1006, "", Duration(0));
    return;
  }
  line.up = true;
  line.server_end = true;
  line.observer->on_socket_opened(id);
  server_->on_connected(id, line.host, line.url);
}

// ---- frames --------------------------------------------------------------------------

void SocketNetwork::send_to_server(LineId id, std::string text) {
  Line& line = lines_[id];
  pass(id, line, {loop_->now(), line.host, true, std::move(text)});
}

void SocketNetwork::send_to_page(LineId id, std::string text) {
  Line& line = lines_[id];
  pass(id, line, {loop_->now(), line.host, false, std::move(text)});
}

void SocketNetwork::pass(LineId id, Line& line, PassingFrame frame) {
  if (keep_frames_) passed_.push_back(frame);
  if (line.broken) return;
  const FrameFate fate = fate_ ? fate_(frame) : FrameFate::Deliver;
  if (fate == FrameFate::Drop) return;
  travel(id, line, frame);
  if (fate == FrameFate::Duplicate) {
    // Late, so that it meets a later state; it does not hold up what follows.
    const Duration extra = Spread{0ms, 3s}.draw(random_);
    loop_->in_lane({"late", line.host, id}, frame.text,
                   loop_->now() + timing_.one_way.draw(random_) + extra,
                   [this, id, frame] { arrive(id, frame); });
  }
}

void SocketNetwork::travel(LineId id, Line& line, const PassingFrame& frame) {
  Instant& last = frame.to_server ? line.last_up : line.last_down;
  last = std::max(last, loop_->now() + timing_.one_way.draw(random_));
  auto task = [this, id, frame] { arrive(id, frame); };
  // Handshakes and heartbeats race with nobody.
  if (!frame.text.starts_with("42[\"groupcall")) {
    loop_->at(last, std::move(task));
  } else {
    loop_->in_lane(lane_of(id, line, frame.to_server), frame.text, last, std::move(task));
  }
}

void SocketNetwork::arrive(LineId id, const PassingFrame& frame) {
  Line& line = lines_[id];
  if (line.broken) return;
  if (is_frozen(line)) {
    line.held.push_back(frame);
  } else if (frame.to_server) {
    if (line.server_end) server_->on_frame(id, frame.text);
  } else if (line.observer != nullptr) {
    line.observer->on_socket_frame(id, frame.text);
  }
}

// ---- closing -------------------------------------------------------------------------

void SocketNetwork::close_by_page(LineId id) {
  Line& line = lines_[id];
  line.observer = nullptr;
  if (line.broken) return;
  if (is_frozen(line)) {
    line.broken = true;  // the FIN is lost with the rest; the server finds out by its pings
    return;
  }
  if (!line.up) {
    line.broken = true;
    return;
  }
  // Behind what was sent before.
  line.last_up = std::max(line.last_up, loop_->now() + timing_.one_way.draw(random_));
  loop_->in_lane(lane_of(id, line, true), "close", line.last_up, [this, id] {
    lines_[id].broken = true;
    tell_server_gone(id, Duration(0));
  });
}

void SocketNetwork::close_by_server(LineId id, int code) {
  Line& line = lines_[id];
  if (!line.server_end) return;
  line.server_end = false;
  if (line.broken) return;
  if (is_frozen(line)) {
    line.held.clear();
    line.broken = true;
    return;  // told when it thaws
  }
  line.last_down = std::max(line.last_down, loop_->now() + timing_.one_way.draw(random_));
  loop_->in_lane(lane_of(id, line, false), "close", line.last_down, [this, id, code] {
    lines_[id].broken = true;
    tell_page_closed(id, code, "", Duration(0));
  });
}

void SocketNetwork::abandon(LineId id) {
  Line& line = lines_[id];
  line.observer = nullptr;
  if (!line.broken) break_line(id, !is_frozen(line));
}

void SocketNetwork::break_line(LineId id, bool server_knows) {
  Line& line = lines_[id];
  line.broken = true;
  line.held.clear();
  tell_page_closed(id, 1006, "", timing_.noticed.draw(random_));
  if (server_knows) tell_server_gone(id, timing_.noticed.draw(random_));
}

void SocketNetwork::tell_page_closed(LineId id, int code, const std::string& reason,
                                     Duration delay) {
  loop_->in_lane({"closed", lines_[id].host, id}, "", loop_->now() + delay,
                 [this, id, code, reason] {
                   SocketObserver* const observer = std::exchange(lines_[id].observer, nullptr);
                   if (observer != nullptr) observer->on_socket_closed(id, code, reason);
                 });
}

void SocketNetwork::tell_server_gone(LineId id, Duration delay) {
  loop_->in_lane({"gone", lines_[id].host, id}, "", loop_->now() + delay, [this, id] {
    if (std::exchange(lines_[id].server_end, false)) server_->on_disconnected(id);
  });
}

// ---- faults --------------------------------------------------------------------------

void SocketNetwork::cut(const std::string& host, bool server_knows) {
  for (auto& [id, line] : lines_) {
    if (line.host == host && !line.broken) break_line(id, server_knows);
  }
}

void SocketNetwork::freeze(const std::string& host, bool frozen) {
  if (frozen) {
    frozen_.insert(host);
    return;
  }
  frozen_.erase(host);
  for (auto& [id, line] : lines_) {
    if (line.host != host) continue;
    const bool server_gave_up = line.up && line.broken && line.observer != nullptr;
    if (server_gave_up) tell_page_closed(id, 1006, "", timing_.noticed.draw(random_));
    std::deque<PassingFrame> held;
    held.swap(line.held);
    // At once, before what is still under way: the order of a line outlives a freeze.
    for (const PassingFrame& frame : held) arrive(id, frame);
  }
}

void SocketNetwork::set_online(const std::string& host, bool online) {
  if (online) {
    offline_.erase(host);
  } else {
    offline_.insert(host);
  }
}

void SocketNetwork::set_listening(bool listening) {
  listening_ = listening;
  if (listening) return;
  for (auto& [id, line] : lines_) {
    if (line.broken) continue;
    if (is_frozen(line)) {
      line.broken = true;
      line.held.clear();
      line.server_end = false;
    } else if (line.up) {
      break_line(id, false);
      line.server_end = false;
    }
  }
}

std::size_t SocketNetwork::open_lines(const std::string& host) const {
  std::size_t count = 0;
  for (const auto& [id, line] : lines_) {
    if (line.host == host && line.observer != nullptr) ++count;
  }
  return count;
}

}  // namespace groupcall::sim
