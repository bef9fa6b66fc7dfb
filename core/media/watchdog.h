/// What is done about one picture or sound that ought to move and does not, step by step.
///
///   Well ─► key frame, 0.4 s ─► key frame, 2.4 s ─► ICE restart, 4 s ─► new link, 10 s ─► (waits)
///
/// What moves again is well at once. Time in which nothing may be repaired (the page is hidden,
/// the peer's page is stopped, the link is silent and mended already) does not count. A new
/// connection begins anew, but a peer gets at most one new link a minute.
#pragma once

#include "core/media/camera_state.h"
#include "core/public/quality.h"

namespace groupcall {

enum class Repair : unsigned char { None, KeyFrame, RestartIce, Rebuild };

/// Whether that is a stall at all, and not a state that is as it should be.
constexpr bool is_stall(MediaReason reason) {
  return reason == MediaReason::NetworkStalled || reason == MediaReason::DecoderStalled ||
         reason == MediaReason::NotSent || reason == MediaReason::Interrupted;
}

struct StallFacts {
  MediaReason reason = MediaReason::None;
  bool is_video = true;
  bool may_repair = true;
  Instant rebuild_from{};  ///< no new link before
};

class Watchdog {
 public:
  /// The next step, if it is due. One that cannot help is passed over.
  Repair on_look(const StallFacts& facts, Instant now);
  /// kNever: nothing is due.
  Instant deadline() const { return next_at_; }
  bool stalled() const { return stalled_; }

 private:
  bool stalled_ = false;
  Instant since_ = kNever;  ///< repair began; kNever: it may not
  std::size_t step_ = 0;
  Instant next_at_ = kNever;
};

}  // namespace groupcall
