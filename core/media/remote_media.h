/// What arrives in the slots of one connection, judged from stats samples.
///
/// Only counters of the decoder and the network are believed: `muted` of remote tracks is
/// known to lie in fixed slots (core/README.md, "What a person sees"). Time without samples says
/// nothing: the page may have stood still, and what came meanwhile is not counted yet.
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

  /// As of the last sample.
  Flow flow(std::int64_t slot) const;
  /// Something that flowed was missing in the last sample, not for long enough to call it a stall.
  bool doubted() const;
  /// When anything at all last arrived on this connection; kNever: nothing yet.
  Instant last_arrival() const { return last_arrival_; }

 private:
  struct Counted {
    std::int64_t count = 0;
    Instant at = kNever;  ///< last rise
    int idle = 0;         ///< samples since then
  };
  struct SlotFlow {
    Counted bytes;
    Counted frames;
    Instant first_byte = kNever;
  };

  bool fresh(const Counted& counted) const;

  std::array<SlotFlow, 8> slots_{};
  Instant sampled_at_{};
  Instant last_arrival_ = kNever;
};

}  // namespace groupcall
