/// Enumerates every sequence of choices, like the wheels of an odometer.
///
///   Odometer choices;
///   do { run([&](std::size_t n) { return choices.choose(n); }); } while (choices.turn());
#pragma once

#include <cstddef>
#include <vector>

namespace groupcall {

class Odometer {
 public:
  /// One of `count` (at least 1), in this run.
  std::size_t choose(std::size_t count) {
    if (position_ == wheels_.size()) wheels_.push_back({0, count});
    return wheels_[position_++].value;
  }

  /// On to the next sequence; false when all have been seen.
  bool turn() {
    position_ = 0;
    while (!wheels_.empty() && wheels_.back().value + 1 == wheels_.back().count) wheels_.pop_back();
    if (wheels_.empty()) return false;
    ++wheels_.back().value;
    return true;
  }

 private:
  struct Wheel {
    std::size_t value;
    std::size_t count;
  };
  std::vector<Wheel> wheels_;
  std::size_t position_ = 0;
};

}  // namespace groupcall
