/// Whether somebody speaks, from the levels of one microphone.
///
///   silent ─ loud for 250 ms in all ─► speaking ─ quiet for 800 ms, or not loud for 3 s ─► silent
///
/// Loud time is collected and runs out half as fast while it is not loud, so the gaps between
/// syllables do not matter and single clicks do not add up. A level holds until the next one.
#pragma once

#include <algorithm>

#include "core/public/quality.h"

namespace groupcall {

class Speaking {
 public:
  void on_level(std::int64_t permille, Instant now) {
    on_deadline(now);
    const Band band = permille >= speech::kLoud    ? Band::Loud
                      : permille >= speech::kQuiet ? Band::Between
                                                   : Band::Quiet;
    if (band == band_) return;
    if (band_ == Band::Loud) not_loud_since_ = now;
    if (band == Band::Quiet) quiet_since_ = now;
    band_ = band;
  }
  /// Time has passed.
  void on_deadline(Instant now) {
    const Duration passed = now - collected_at_;
    collected_at_ = now;
    collected_ =
        band_ == Band::Loud ? collected_ + passed : std::max(Duration{0}, collected_ - passed / 2);
    collected_ = std::min(collected_, Duration(speech::kAttack));
    if (!speaks_) {
      speaks_ = band_ == Band::Loud && collected_ == speech::kAttack;
    } else if (silent_at() <= now) {
      speaks_ = false;
      collected_ = Duration{0};
    }
  }

  bool speaks() const { return speaks_; }
  /// When that changes if the level does not; kNever: it does not.
  Instant deadline() const {
    if (speaks_) return silent_at();
    return band_ == Band::Loud ? collected_at_ + (speech::kAttack - collected_) : kNever;
  }

 private:
  enum class Band : unsigned char { Quiet, Between, Loud };

  Instant silent_at() const {
    if (band_ == Band::Loud) return kNever;
    const Instant faded = not_loud_since_ + speech::kFade;
    return band_ == Band::Quiet ? std::min(faded, quiet_since_ + speech::kRelease) : faded;
  }

  Band band_ = Band::Quiet;
  bool speaks_ = false;
  Duration collected_{0};  ///< loud time, as of collected_at_
  Instant collected_at_{};
  Instant not_loud_since_{};
  Instant quiet_since_{};
};

}  // namespace groupcall
