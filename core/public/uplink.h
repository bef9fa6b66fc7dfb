/// What a page shows of each other one, and how much is sent for it (core/media/uplink_share.h).
#pragma once

#include "core/public/ids.h"

namespace groupcall {

/// How large somebody is shown. Nobody said so: nothing is known, and a usual tile is assumed.
struct TileView {
  std::int64_t width = 0;  ///< of the camera's tile in device pixels; 0: it is not shown
  std::int64_t height = 0;
  bool speaker = false;        ///< they are shown as the one who speaks, or pinned
  bool screen_hidden = false;  ///< their screen is not shown
  bool operator==(const TileView&) const = default;
};

// ---- events --------------------------------------------------------------------------

/// `call.setView()`.
struct ViewChanged {
  UserId peer;
  TileView view;
};

// ---- commands ------------------------------------------------------------------------

/// What RTCRtpSender.setParameters() is to make of the first encoding of transceiver `slot`.
struct SlotLimit {
  std::int64_t max_kbps = 0;        ///< maxBitrate; 0: no limit
  std::int64_t scale_permille = 0;  ///< scaleResolutionDownBy; 0: as it is
  std::int64_t max_fps = 0;         ///< maxFramerate; 0: no limit
  bool inactive = false;            ///< send nothing
  bool operator==(const SlotLimit&) const = default;
};
struct SetParameters {
  UserId peer;
  ConnectionNumber connection;
  std::int64_t slot = 0;
  SlotLimit limit;
  bool operator==(const SetParameters&) const = default;
};

}  // namespace groupcall
