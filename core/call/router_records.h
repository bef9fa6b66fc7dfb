/// Small things that the router remembers.
#pragma once

#include "core/base/time.h"
#include "core/public/ids.h"
#include "core/public/snapshot.h"

namespace groupcall {

/// An epoch whose late messages must not bring a participant back.
struct DepartedEpoch {
  Epoch epoch;
  bool for_good = false;  ///< it said goodbye; who only got lost may be listed again
};
inline constexpr std::size_t kDepartedEpochs = 64;

/// What we have told the others that we send.
struct Announced {
  bool audio;
  bool video;
};

/// An invitation that is ringing.
struct Ring {
  InvitationView shown;
  Instant ends_at;
};

}  // namespace groupcall
