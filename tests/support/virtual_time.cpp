#include "tests/support/virtual_time.h"

#include <algorithm>

namespace groupcall::sim {

EventLoop::Ticket EventLoop::at(Instant when, Task task) {
  const Ticket ticket{std::max(when, now_), ++last_sequence_};
  tasks_.emplace(ticket, std::move(task));
  return ticket;
}

void EventLoop::in_lane(const Lane& lane, std::string_view label, Instant when, Task task) {
  if (!holds_lanes_) {
    at(when, std::move(task));
    return;
  }
  std::string name = std::string(lane.what) + " " + std::string(lane.of);
  if (lane.number != 0) name += " " + std::to_string(lane.number);
  held_[name].push_back({std::string(label), std::move(task)});
}

void EventLoop::hold_lanes(bool hold) {
  holds_lanes_ = hold;
  if (hold) return;
  for (auto& [lane, tasks] : std::exchange(held_, {})) {
    for (HeldTask& held : tasks) at(now_, std::move(held.task));
  }
}

EventLoop::HeldTask EventLoop::take(const std::string& lane) {
  const auto found = held_.find(lane);
  HeldTask held = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) held_.erase(found);
  return held;
}

void EventLoop::release(const std::string& lane) {
  const HeldTask held = take(lane);
  ++executed_;
  held.task();
}

void EventLoop::drop(const std::string& lane) { take(lane); }

void EventLoop::repeat(const std::string& lane) {
  const HeldTask copy = held_.at(lane).front();
  held_["late " + lane].push_back(copy);
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
