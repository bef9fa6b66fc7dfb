/// Time that only moves when the test says so.
///
/// Tasks run in the order of (time, order of scheduling). Nothing else decides, so a run is
/// its seed: no clock, no thread, no address in it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/random.h"
#include "core/base/time.h"

namespace groupcall::sim {

using std::chrono_literals::operator""us;

/// A span drawn evenly from [least, most]. With both equal it takes nothing from the generator.
struct Spread {
  Duration least{0};
  Duration most{0};
  Duration draw(Random& random) const {
    if (most <= least) return least;
    return least + Duration(static_cast<std::int64_t>(
                       random.below(static_cast<std::uint64_t>((most - least).count()) + 1)));
  }
};

/// Always `span`: for scenarios that state exact times.
constexpr Spread exactly(Duration span) { return {span, span}; }

/// True in `permille` of 1000 draws.
inline bool chance(Random& random, int permille) {
  return permille > 0 && random.below(1000) < static_cast<std::uint64_t>(permille);
}

/// What arrives one after the other at one place, but in any order beside other lanes.
struct Lane {
  const char* what;     ///< "operation", "down", ...
  std::string_view of;  ///< whose: a host, or a connection
  std::int64_t number = 0;
};

class EventLoop {
 public:
  using Task = std::function<void()>;
  struct HeldTask {
    std::string label;  ///< tells it apart from others that the lane might hold instead
    Task task;
  };
  using Lanes = std::map<std::string, std::deque<HeldTask>>;
  /// Names a task that may be cancelled. Default-made: none.
  using Ticket = std::pair<Instant, std::uint64_t>;

  Instant now() const { return now_; }
  /// A time that has passed means: next, after what is due now already.
  Ticket at(Instant when, Task task);
  Ticket after(Duration delay, Task task) { return at(now_ + delay, std::move(task)); }
  /// As at(), unless lanes are held: then the task waits for release(), whatever the time.
  void in_lane(const Lane& lane, std::string_view label, Instant when, Task task);
  /// For explorers, which choose themselves what happens next. Let go, everything held is due.
  void hold_lanes(bool hold);
  const Lanes& held() const { return held_; }
  /// Runs the first task of a lane, or drops it.
  void release(const std::string& lane);
  void drop(const std::string& lane);
  /// Its first task happens twice: a copy waits in a lane of its own ("late ...").
  void repeat(const std::string& lane);
  /// When the next task is due that is in no lane; kNever: none.
  Instant next_due() const { return tasks_.empty() ? kNever : tasks_.begin()->first.first; }
  /// Harmless for a task that ran, or none. The ticket becomes none.
  void cancel(Ticket& ticket);

  /// Runs the next task if it is due by `limit`.
  bool step(Instant limit);
  /// Runs everything due by `limit`; the clock then stands there.
  void run_until(Instant limit);
  void run_for(Duration span) { run_until(now_ + span); }
  /// Runs until `done()` holds, looking after every task; false when `limit` came first.
  bool run_until(const std::function<bool()>& done, Instant limit);

  /// Stops every run at once and for good: the first violation ends a run that might not end.
  void halt() { halted_ = true; }
  bool halted() const { return halted_; }
  std::uint64_t executed() const { return executed_; }
  std::size_t waiting() const { return tasks_.size(); }

 private:
  HeldTask take(const std::string& lane);

  std::map<Ticket, Task> tasks_;
  bool holds_lanes_ = false;
  Lanes held_;
  Instant now_{};
  std::uint64_t last_sequence_ = 0;
  std::uint64_t executed_ = 0;
  bool halted_ = false;
};

}  // namespace groupcall::sim
