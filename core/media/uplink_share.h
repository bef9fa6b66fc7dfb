/// Shares the uplink over the peers by what they show of us.
///
/// First the microphones, then the screen, then the cameras: the least for each, the rest by the
/// size of its tile (twice for the one who speaks), nothing beyond what the tile, the size of the
/// mesh or the path of that peer can use. A tile that is not shown gets nothing. Where there is
/// not the least for every camera, all pause, and are tried again after budget::kPause.
///
/// The plan before is given in: what would change by a tenth at most stays as it is, and a larger
/// picture needs a quarter more than the one that it replaces.
#pragma once

#include <optional>
#include <vector>

#include "core/base/time.h"
#include "core/public/config.h"
#include "core/public/uplink.h"

namespace groupcall {

/// What is sent to one peer, slot by slot.
struct PeerPlan {
  SlotLimit microphone;
  SlotLimit camera;
  SlotLimit screen;
  std::size_t picture = 0;         ///< of budget::kPictures: the camera's
  std::int64_t allotted_kbps = 0;  ///< all of it
};

/// One peer whom we send to.
struct PeerDemand {
  bool microphone = false;  ///< there is a track in that slot
  bool camera = false;
  bool screen = false;
  bool foreign = false;  ///< an older client: nothing is known, and only rates are limited
  std::optional<TileView> view;
  std::int64_t ceiling_kbps = 0;  ///< what the path to them can take
  PeerPlan plan;                  ///< in: the one before; out: the new one
};

class UplinkShare {
 public:
  /// Whether the browser says that the processor limits any camera, once for each sample.
  void on_cpu(bool limited, Instant now);
  /// Makes the plan of each. `lines`: of our camera's picture; 0: not known.
  void plan(std::int64_t uplink_kbps, std::int64_t lines, std::vector<PeerDemand>& peers,
            Instant now);

 private:
  bool pauses(bool scarce, Instant now);

  std::size_t cpu_steps_ = 0;  ///< sizes less, because of the processor
  bool cpu_limited_ = false;
  Instant cpu_since_ = kNever;  ///< of the last change of either
  Instant paused_until_{};
};

}  // namespace groupcall
