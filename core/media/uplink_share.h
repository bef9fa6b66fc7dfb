/// Shares the uplink over the peers by what they show of us.
///
/// First the microphones, then the screen, then the cameras: the least for each, the rest by the
/// size of its tile (twice for the one who speaks), nothing beyond what the tile, the size of the
/// mesh or the path of that peer can use. A tile that is not shown gets nothing. Where there is
/// not the least for every camera, all pause, and are tried again after budget::kPause.
///
/// The plan before is given in: what would change by a sixteenth at most stays as it is, and a
/// larger picture needs a quarter more than the one that it replaces.
#pragma once

#include <array>
#include <vector>

#include "core/base/time.h"
#include "core/public/config.h"
#include "core/public/media.h"
#include "core/public/uplink.h"

namespace groupcall {

/// Nobody said how large we are shown.
inline constexpr TileView kUsualView{-1, -1, false, false};

/// What is sent to one peer: microphone, camera and screen, in the order of their slots.
struct PeerPlan {
  std::array<SlotLimit, 3> limits;
  std::size_t picture = 0;         ///< of budget::kPictures: the camera's
  std::int64_t allotted_kbps = 0;  ///< all of it
  SlotLimit& of(Slot slot) { return limits[static_cast<std::size_t>(slot)]; }
  const SlotLimit& of(Slot slot) const { return limits[static_cast<std::size_t>(slot)]; }
};

/// One peer whom we send to.
struct PeerDemand {
  std::array<bool, 3> tracks{};  ///< whether there is one to send, as above
  bool foreign = false;          ///< an older client: nothing is known, and only rates are limited
  TileView view = kUsualView;
  std::int64_t ceiling_kbps = 0;  ///< what the path to them can take
  PeerPlan plan;                  ///< in: the one before; out: the new one

  // While the plan is made: of the camera.
  std::size_t best = 0;        ///< the largest picture that is of use
  std::int64_t want_kbps = 0;  ///< beyond the least
  std::int64_t weight = 0;     ///< 0: it is not shown, or has all that it wants
  std::int64_t part_kbps = 0;

  bool has(Slot slot) const { return tracks[static_cast<std::size_t>(slot)]; }
  bool shows(Slot slot) const;
};

class UplinkShare {
 public:
  /// Whether the browser says that the processor limits any camera, once for each sample.
  void on_cpu(bool limited, Instant now);
  /// Makes the plan of each. `lines`: of our camera's picture; 0: not known.
  void plan(std::int64_t uplink_kbps, std::int64_t lines, std::vector<PeerDemand>& peers,
            Instant now);

 private:
  std::size_t cpu_steps_ = 0;  ///< sizes less, because of the processor
  bool cpu_limited_ = false;
  Instant cpu_since_ = kNever;  ///< of the last change of either
  Instant paused_until_{};
};

}  // namespace groupcall
