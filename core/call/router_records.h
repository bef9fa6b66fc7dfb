/// Small things that the router remembers.
#pragma once

#include "core/base/time.h"
#include "core/public/ids.h"
#include "core/public/snapshot.h"

namespace groupcall {

/// What we have told the others that we send.
struct Announced {
  bool audio;
  bool camera;
  bool screen;
  bool operator==(const Announced&) const = default;
};

/// An invitation that is ringing.
struct Ring {
  InvitationView shown;
  Instant ends_at;
};

}  // namespace groupcall
