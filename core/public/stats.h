/// What the statistics of RTCPeerConnection say, once a second for all links together (W3C
/// webrtc-stats). Whole numbers: the core knows no fractions.
#pragma once

#include <vector>

#include "core/public/ids.h"

namespace groupcall {

/// What one transceiver has counted since it exists.
struct SlotSample {
  std::int64_t slot = 0;  ///< m-line order
  // Received (RTCInboundRtpStreamStats).
  std::int64_t bytes = 0;
  std::int64_t frames = 0;  ///< framesDecoded; 0 for sound
  // Sent (RTCOutboundRtpStreamStats, RTCRemoteInboundRtpStreamStats).
  std::int64_t sent = 0;           ///< bytesSent
  std::int64_t lost_permille = 0;  ///< fractionLost, as the peer reports it
  std::int64_t lines = 0;          ///< the shorter side of the picture that its track gives
  bool cpu = false;                ///< qualityLimitationReason is "cpu"
};
struct LinkSample {
  UserId peer;
  ConnectionNumber connection;
  std::vector<SlotSample> slots;
  // Of the path that is in use (RTCIceCandidatePairStats).
  std::int64_t available_kbps = 0;  ///< availableOutgoingBitrate; 0: not told
  std::int64_t rtt_ms = 0;          ///< currentRoundTripTime
};
/// The answer to `stats.collect`, for all links at once.
struct StatsSampled {
  OpId op;
  std::vector<LinkSample> links;
};

}  // namespace groupcall
