#include "core/media/uplink_estimate.h"

#include <algorithm>

namespace groupcall {

namespace {

// Towards what was measured: half of the way far down; where it is near, which may be noise, a
// twelfth; a quarter up, but all of it where nothing is in the way of more and more.
void approach(std::int64_t& value, std::int64_t measured) {
  const bool near = measured * 4 > value * 3 && measured * 4 < value * 5;
  const bool free = measured * 8 >= value * 11;
  value += (measured - value) / (near ? 12 : measured < value ? 2 : free ? 1 : 4);
}

}  // namespace

bool UplinkEstimate::on_sample(const SendFacts& facts, std::int64_t allotted_kbps, Instant now) {
  const bool first = at_ == kNever;
  if (!first && now - at_ < budget::kSample) return false;
  // After a change of SSRC it counts from zero again.
  const std::int64_t bytes = std::max<std::int64_t>(0, facts.sent_bytes - sent_bytes_);
  if (!first) sent_kbps_ = bytes * 8 / ((now - at_) / 1ms);
  at_ = now;
  // The least one may have been of another path: it is forgotten by a millisecond a second.
  if (facts.rtt_ms > 0)
    least_rtt_ms_ = least_rtt_ms_ == 0 ? facts.rtt_ms : std::min(least_rtt_ms_ + 1, facts.rtt_ms);
  sent_bytes_ = facts.sent_bytes;
  const std::int64_t available = std::min(facts.available_kbps, budget::kMostKbps);
  const bool told = available > 0;
  if (told) {
    approach(path_kbps_, available);
  } else if (!first) {
    follow(facts, std::max(sent_kbps_, allotted_kbps), now);
  }
  if (first) return true;
  // What was allotted and not needed proves nothing against a path: a picture may be easy.
  const std::int64_t proved =
      std::max({sent_kbps_ * 3 / 2, allotted_kbps * 5 / 4, budget::kTrustedKbps});
  if (told) {
    approach(kbps_, std::min(available, proved));
  } else {
    kbps_ = std::min(path_kbps_, proved);  // which has no noise
  }
  return true;
}

void UplinkEstimate::follow(const SendFacts& facts, std::int64_t used_kbps, Instant now) {
  const bool lossy = facts.lost_permille > budget::kLostPermille;
  const bool queued = facts.rtt_ms > least_rtt_ms_ + budget::kQueueMs;
  if (lossy || queued) {
    // A queue needs its time to drain; losses go on until there is less.
    if (!lossy && now < drained_at_) return;
    drained_at_ = now + budget::kDrained;
    met_kbps_ = std::min(path_kbps_, sent_kbps_);
    const std::int64_t less = std::clamp<std::int64_t>(facts.lost_permille / 2, 60, 500);
    path_kbps_ = std::max(met_kbps_ * (1'000 - less) / 1'000, budget::kCameraLeastKbps);
  } else if (used_kbps * 4 >= path_kbps_ * 3) {
    // Slower near where it ended last time; once that lies behind, it is forgotten.
    const bool near = path_kbps_ * 10 >= met_kbps_ * 8 && path_kbps_ * 10 <= met_kbps_ * 12;
    path_kbps_ += near             ? std::max(budget::kRiseNearKbps, path_kbps_ / 96)
                  : met_kbps_ == 0 ? path_kbps_ / 4
                                   : std::max(budget::kRiseKbps, path_kbps_ / 16);
    path_kbps_ = std::min(path_kbps_, budget::kMostKbps);
  }
}

}  // namespace groupcall
