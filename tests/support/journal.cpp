#include "tests/support/journal.h"

#include <algorithm>

namespace groupcall::sim {
namespace {

/// `  12.345678 alice    text`, so that columns line up.
std::string line_of(Instant at, std::string_view who, std::string_view text) {
  const std::int64_t us = to_us(at);
  std::string fraction = std::to_string(us % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  std::string seconds = std::to_string(us / 1'000'000);
  seconds.insert(0, seconds.size() < 4 ? 4 - seconds.size() : 0, ' ');
  std::string line = seconds + "." + fraction + " " + std::string(who);
  line.append(line.size() < 22 ? 22 - line.size() : 1, ' ');
  return line.append(text);
}

}  // namespace

void Journal::note(std::string_view who, std::string_view text) {
  if (detail_ == Detail::None) return;
  record(line_of(loop_->now(), who, text));
}

void Journal::violation(std::string_view who, std::string_view text) {
  violations_.push_back(line_of(loop_->now(), who, text));
  record("VIOLATION " + violations_.back());
  loop_->halt();
}

void Journal::record(std::string line) {
  for (char c : line) digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  if (detail_ != Detail::Lines) return;
  if (lines_.size() >= most_) lines_.pop_front();
  lines_.push_back(std::move(line));
}

std::string Journal::report(std::size_t count, std::size_t width) const {
  std::string text;
  for (const std::string& line : violations_) text += "violation: " + line + "\n";
  const std::size_t from = lines_.size() - std::min(count, lines_.size());
  if (!lines_.empty()) text += "last lines of the log (" + std::to_string(lines_.size()) + "):\n";
  for (std::size_t i = from; i < lines_.size(); ++i)
    text += "  " + lines_[i].substr(0, width) + "\n";
  return text;
}

}  // namespace groupcall::sim
