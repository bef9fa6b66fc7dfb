#include "tests/support/virtual_time.h"

#include <algorithm>

namespace groupcall::sim {

EventLoop::Ticket EventLoop::at(Instant when, Task task) {
  const Ticket ticket{std::max(when, now_), ++last_sequence_};
  tasks_.emplace(ticket, std::move(task));
  return ticket;
}

void EventLoop::cancel(Ticket& ticket) {
  tasks_.erase(ticket);
  ticket = Ticket{};
}

bool EventLoop::step(Instant limit) {
  const auto next = tasks_.begin();
  if (halted_ || next == tasks_.end() || next->first.first > limit) return false;
  now_ = next->first.first;
  const Task task = std::move(next->second);
  tasks_.erase(next);
  ++executed_;
  task();
  return true;
}

void EventLoop::run_until(Instant limit) {
  while (step(limit)) continue;
  if (!halted_) now_ = std::max(now_, limit);
}

bool EventLoop::run_until(const std::function<bool()>& done, Instant limit) {
  while (!done()) {
    if (step(limit)) continue;
    if (!halted_) now_ = std::max(now_, limit);
    return done();
  }
  return true;
}

}  // namespace groupcall::sim
