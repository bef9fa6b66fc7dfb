/// What the statistics of RTCPeerConnection say, once a second for all links together (W3C
/// webrtc-stats). Whole numbers: the core knows no fractions.
#pragma once

#include <vector>

#include "core/public/ids.h"

namespace groupcall {

/// What one receiver has counted since it exists (RTCInboundRtpStreamStats).
struct SlotSample {
  std::int64_t slot = 0;  ///< m-line order
  std::int64_t bytes = 0;
  std::int64_t frames = 0;  ///< framesDecoded; 0 for sound
};
struct LinkSample {
  UserId peer;
  ConnectionNumber connection;
  std::vector<SlotSample> slots;
};
/// The answer to `stats.collect`, for all links at once.
struct StatsSampled {
  OpId op;
  std::vector<LinkSample> links;
};

}  // namespace groupcall
