#include "core/signalling/reconnect_policy.h"

#include <algorithm>

#include "core/public/config.h"

namespace groupcall {

void ReconnectPolicy::on_connected(Instant now) {
  tries_ = 0;
  outage_since_ = kNever;
  connected_at_ = now;
  connections_.push_back(now);
}

void ReconnectPolicy::on_lost(Instant now) {
  if (connected_at_ != kNever && now - connected_at_ >= deadlines::kStableSocket)
    connections_.clear();
  connected_at_ = kNever;
}

void ReconnectPolicy::restart_ladder() {
  tries_ = 0;
  outage_since_ = kNever;
}

Instant ReconnectPolicy::earliest_allowed(Instant now) {
  std::erase_if(connections_, [now](Instant at) { return now - at >= deadlines::kStormWindow; });
  if (connections_.size() < static_cast<std::size_t>(deadlines::kStormConnections))
    return hold_until_;
  return std::max(hold_until_, connections_.front() + deadlines::kStormWindow);
}

Instant ReconnectPolicy::next_try(Instant now, Random& random) {
  if (outage_since_ == kNever) outage_since_ = now;
  Duration delay{0};
  if (tries_ > 0) {
    const Duration most = now - outage_since_ < deadlines::kOutageSoon
                              ? Duration(deadlines::kReconnectSoon)
                              : Duration(deadlines::kReconnectLater);
    delay = deadlines::kReconnectFirst;
    for (int i = 1; i < tries_ && delay < most; ++i) delay *= 2;
    delay = std::min(delay, most);
    const auto half = static_cast<std::uint64_t>(delay.count() / 2);
    delay = Duration(static_cast<std::int64_t>(half + random.below(half + 1)));
  }
  ++tries_;
  return std::max(now + delay, earliest_allowed(now));
}

}  // namespace groupcall
