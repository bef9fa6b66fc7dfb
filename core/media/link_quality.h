/// How good a link is: 100 less a penalty for each thing that ails it, from the statistics of
/// each second (formula: core/README.md, "Quality").
#pragma once

#include <array>

#include "core/public/quality.h"

namespace groupcall {

/// One second of a link.
struct QualityFacts {
  std::int64_t loss_permille = 0;  ///< of the worse direction
  std::int64_t rtt_ms = 0;
  std::int64_t jitter_ms = 0;
  std::int64_t short_permille = 0;  ///< of the bitrate wanted, what the path does not carry
  bool cpu = false;                 ///< our encoder is limited by the processor
};

class LinkQuality {
 public:
  /// In hundredths, in the order of QualityCause from Loss on.
  using Penalties = std::array<std::int64_t, 5>;
  /// Each a rising function of its own fact.
  static Penalties penalties(const QualityFacts& facts);

  void on_facts(const QualityFacts& facts);

  /// 0 to 100 in steps of 5; -1: no facts yet.
  std::int64_t score() const { return score_; }
  /// What takes most away; None from 90 on.
  QualityCause cause() const { return score_ >= 90 ? QualityCause::None : cause_; }

 private:
  Penalties damped_{};
  std::int64_t score_ = -1;
  QualityCause cause_ = QualityCause::None;
};

}  // namespace groupcall
