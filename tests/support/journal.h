/// What happened in a run: its lines, a digest of them, and what went wrong.
///
/// Lines cost more than the run itself, so a sweep over seeds keeps none: a seed that
/// fails is simply run again with them.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/virtual_time.h"

namespace groupcall::sim {

enum class Detail : std::uint8_t {
  None,    ///< violations only
  Digest,  ///< every line is hashed and dropped
  Lines,   ///< every line is hashed and kept
};

class Journal {
 public:
  Journal(EventLoop& loop, Detail detail) : loop_(&loop), detail_(detail) {}

  bool wants_lines() const { return detail_ != Detail::None; }
  void note(std::string_view who, std::string_view text);
  /// Something that must never happen. The first one halts the loop: what follows it
  /// is only its consequence.
  void violation(std::string_view who, std::string_view text);

  bool clean() const { return violations_.empty(); }
  const std::vector<std::string>& violations() const { return violations_; }
  const std::deque<std::string>& lines() const { return lines_; }
  /// Of the lines, only the newest `most` are kept from now on.
  void keep(std::size_t most) { most_ = most; }
  /// FNV-1a over all lines: two runs of one seed must agree.
  std::uint64_t digest() const { return digest_; }

  /// The violations and the last `count` lines, each cut to `width`, for a failure message.
  std::string report(std::size_t count, std::size_t width = 240) const;

 private:
  void record(std::string line);

  EventLoop* loop_;
  Detail detail_;
  std::uint64_t digest_ = 0xcbf29ce484222325U;
  std::size_t most_ = std::numeric_limits<std::size_t>::max();
  std::deque<std::string> lines_;
  std::vector<std::string> violations_;
};

}  // namespace groupcall::sim
