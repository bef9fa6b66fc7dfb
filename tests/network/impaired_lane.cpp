#include "tests/network/impaired_lane.h"

#include <algorithm>
#include <utility>

namespace groupcall::network {

void ImpairedLane::change(const Impairment& impairment) {
  impairment_ = impairment;
  if (!impairment_.cut) return;
  lost_ += under_way_.size();
  under_way_.clear();
}

Duration ImpairedLane::jitter_of_next() {
  const std::int64_t most = impairment_.jitter.count();
  if (most <= 0) return Duration{0};
  const auto width = static_cast<std::uint64_t>(2 * most + 1);
  return Duration(static_cast<std::int64_t>(random_.below(width)) - most);
}

void ImpairedLane::enter(Packet packet, Instant now) {
  ++entered_;
  const bool unlucky = impairment_.loss_permille > 0 &&
                       random_.below(1000) < static_cast<std::uint64_t>(impairment_.loss_permille);
  if (impairment_.cut || unlucky || under_way_.size() >= kPacketsInLane) {
    ++lost_;
    return;
  }
  Instant sent = now;
  if (impairment_.rate_kbps > 0) {
    const Instant begins = std::max(busy_until_, now);
    if (begins - now > impairment_.queue) {
      ++lost_;
      return;
    }
    // Bits at kilobits a second are milliseconds.
    const auto bits = static_cast<std::int64_t>(packet.size()) * 8;
    busy_until_ = sent = begins + Duration(bits * 1000 / impairment_.rate_kbps);
  }
  Instant due = std::max(now, sent + impairment_.delay + jitter_of_next());
  if (!under_way_.empty()) due = std::max(due, under_way_.back().due);
  under_way_.push_back({due, std::move(packet)});
}

std::optional<Packet> ImpairedLane::leave(Instant now) {
  if (next_due() > now || under_way_.empty()) return std::nullopt;
  Packet packet = std::move(under_way_.front().packet);
  under_way_.pop_front();
  return packet;
}

}  // namespace groupcall::network
