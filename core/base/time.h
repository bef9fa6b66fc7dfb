/// Points in time and spans of it, as the core knows them.
///
/// The core has no clock: every `Instant` comes in with an event. Microseconds,
/// because 2^53 of them (285 years) cross a JavaScript number without loss.
#pragma once

#include <chrono>
#include <cstdint>

namespace groupcall {

using Duration = std::chrono::microseconds;

/// A clock type that deliberately has no `now()`: nobody in the core can ask.
struct CallClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CallClock>;
  static constexpr bool is_steady = true;
};

/// Monotonic; the origin is the caller's (a page's time origin, a test's zero).
using Instant = CallClock::time_point;

/// "No deadline": later than every time that can come in.
inline constexpr Instant kNever = Instant::max();

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr Instant instant_from_us(std::int64_t us) { return Instant(Duration(us)); }
constexpr std::int64_t to_us(Instant instant) { return instant.time_since_epoch().count(); }

constexpr Instant earlier(Instant a, Instant b) { return a < b ? a : b; }

}  // namespace groupcall
