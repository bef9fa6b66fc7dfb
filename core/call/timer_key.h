/// Whose deadlines the router keeps.
#pragma once

#include "core/public/ids.h"

namespace groupcall {

/// Whose deadline a timer is; links are told apart by their peer.
struct TimerKey {
  enum class Owner : unsigned char { Session, Room, Media, Stats, Reach, Link };
  Owner owner = Owner::Session;
  UserId peer;
  bool operator==(const TimerKey&) const = default;
  bool operator<(const TimerKey& o) const {
    return owner != o.owner ? owner < o.owner : peer < o.peer;
  }
};

}  // namespace groupcall
