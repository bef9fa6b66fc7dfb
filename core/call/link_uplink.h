/// What the senders of one link may send, and what both ends show of each other.
#pragma once

#include "core/media/uplink_estimate.h"
#include "core/media/uplink_share.h"

namespace groupcall {

/// Whether a slot is not shown in such a tile.
constexpr bool hides(const TileView& view, Slot slot) {
  if (slot == Slot::Camera) return view.width == 0 || view.height == 0;
  return slot == Slot::Screen && view.screen_hidden;
}

struct LinkUplink {
  ConnectionNumber of;  ///< what the next two are about; none: nothing was measured yet
  UplinkEstimate estimate;
  PeerPlan plan;           ///< what its senders were told last
  std::int64_t lines = 0;  ///< of our camera's picture

  TileView theirs = kUsualView;  ///< how the peer shows us
  Instant theirs_at{};           ///< since when

  ConnectionNumber told_on;  ///< the channel over which the peer was told how we show it
  TileView told;
  Instant told_at{};
};

}  // namespace groupcall
