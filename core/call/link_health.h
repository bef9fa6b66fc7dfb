/// How one link fares: who speaks on it, how good it is, and what stands still on it.
#pragma once

#include <array>

#include "core/media/link_quality.h"
#include "core/media/speaking.h"
#include "core/media/watchdog.h"
#include "core/public/event.h"

namespace groupcall {

/// A bit for each slot, as in `unsent` of an alive.
constexpr std::int64_t slot_bit(Slot slot) { return std::int64_t{1} << static_cast<int>(slot); }

struct LinkHealth {
  Speaking speaking;
  ConnectionNumber level_of;  ///< whose level that is

  LinkQuality quality;
  ConnectionNumber of;  ///< what the next ones were counted on
  Instant counted_at{};
  Instant counted_from{};
  bool lossy = false;  ///< so much is lost that a message may be late
  std::int64_t packets = 0;
  std::int64_t missing = 0;
  std::int64_t sent_bytes = 0;

  /// What we send, for the peer to know.
  struct Sending {
    std::int64_t bytes = 0;
    Instant since = kNever;  ///< nothing goes out, though it should; kNever: something does
    bool ever = false;       ///< something went out, on any connection
  };
  std::array<Sending, 2> sending;                    ///< microphone, camera
  std::int64_t unsent = 0;                           ///< by slot_bit()
  std::int64_t held = 0;                             ///< the same: kept back for want of uplink
  std::array<Instant, kSlotCount> key_frame_from{};  ///< none is made before

  // The peer's word on what it sends.
  std::int64_t peer_unsent = 0;
  std::int64_t peer_held = 0;
  bool peer_frozen = false;
  Instant alive_heard{};  ///< the last sign of life, or the opening of its channel

  std::array<Watchdog, 3> watchdogs;  ///< microphone, camera, screen
  Instant rebuild_from{};

  Instant deadline() const {
    Instant first = speaking.deadline();
    for (const Watchdog& watchdog : watchdogs) first = earlier(first, watchdog.deadline());
    return first;
  }
};

}  // namespace groupcall
