/// What one link is believed to carry, from a sample of its stats once a second.
///
/// The smaller of what the browser's congestion control says of the path and of 1.5 times what is
/// sent: a path that is not used is not known. A quarter more than what was allotted, and
/// budget::kTrustedKbps, count as well, since a picture that is easy, or a camera that is off,
/// proves nothing against it. Where the browser says nothing (Firefox), the path is followed from
/// here: more by addition while it is used, less by multiplication when packets are lost or a queue
/// grows. Down quickly, up slowly.
#pragma once

#include <algorithm>

#include "core/base/time.h"
#include "core/public/config.h"

namespace groupcall {

/// What the stats of one connection say of sending.
struct SendFacts {
  std::int64_t sent_bytes = 0;      ///< on all slots, since it exists
  std::int64_t available_kbps = 0;  ///< 0: the browser does not tell
  std::int64_t lost_permille = 0;   ///< of the slot with the most losses
  std::int64_t rtt_ms = 0;
};

class UplinkEstimate {
 public:
  /// `allotted_kbps`: the sum of the limits that its senders had meanwhile. Returns whether the
  /// sample was taken: one that comes too soon after another is not.
  bool on_sample(const SendFacts& facts, std::int64_t allotted_kbps, Instant now);

  std::int64_t kbps() const { return kbps_; }
  /// The most that may be of use on its own path: half more than what that is believed to carry, so
  /// that it can grow. Not less than kTrustedKbps, since those who share a bottleneck with the
  /// others are pushed below what is theirs.
  std::int64_t ceiling_kbps() const { return std::max(path_kbps_ * 3 / 2, budget::kTrustedKbps); }
  std::int64_t sent_kbps() const { return sent_kbps_; }

 private:
  void follow(const SendFacts& facts, std::int64_t used_kbps, Instant now);

  Instant at_ = kNever;  ///< of the last sample
  std::int64_t sent_bytes_ = 0;
  std::int64_t sent_kbps_ = 0;
  std::int64_t kbps_ = budget::kTrustedKbps;
  std::int64_t path_kbps_ = budget::kTrustedKbps;
  std::int64_t least_rtt_ms_ = 0;  ///< without a queue; 0: not known yet
  std::int64_t met_kbps_ = 0;      ///< where it was too much last time
  Instant drained_at_{};           ///< a queue is not judged again before
};

}  // namespace groupcall
