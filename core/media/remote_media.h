/// What arrives in the slots of one connection, judged from stats samples.
///
/// Only counters of the decoder and the network are believed: `muted` of remote tracks is
/// known to lie in fixed slots (core/README.md, "What a person sees").
#pragma once

#include <array>

#include "core/base/time.h"
#include "core/media/camera_state.h"
#include "core/public/event.h"

namespace groupcall {

class RemoteMedia {
 public:
  /// A new connection counts from zero.
  void reset() { *this = RemoteMedia{}; }
  /// The peer turned the source of this slot on: what came before is not what is awaited.
  void on_announced_on(std::int64_t slot);
  void on_sample(const LinkSample& sample, Instant now);

  Flow flow(std::int64_t slot, Instant now) const;
  /// When anything at all last arrived on this connection; kNever: nothing yet.
  Instant last_arrival() const { return last_arrival_; }

 private:
  struct SlotFlow {
    std::int64_t bytes = 0;
    std::int64_t frames = 0;
    Instant bytes_at = kNever;  ///< last rise
    Instant frames_at = kNever;
  };
  std::array<SlotFlow, 8> slots_{};
  Instant last_arrival_ = kNever;
};

}  // namespace groupcall
