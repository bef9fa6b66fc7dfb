#include "core/media/link_quality.h"

#include <algorithm>

namespace groupcall {

namespace {

// Penalties are in hundredths of a point, straight between these and constant beyond.
struct Point {
  std::int64_t fact;
  std::int64_t penalty;
};
using Curve = std::array<Point, 4>;
constexpr std::array<Curve, 5> kCurves{{
    {{{0, 0}, {20, 1'000}, {100, 5'000}, {300, 10'000}}},        // loss, permille
    {{{150, 0}, {400, 2'500}, {1'000, 6'000}, {3'000, 9'000}}},  // rtt, ms
    {{{20, 0}, {60, 2'000}, {150, 5'000}, {500, 8'000}}},        // jitter, ms
    {{{200, 0}, {500, 1'500}, {800, 4'500}, {1'000, 8'000}}},    // bitrate, permille short
    {{{0, 0}, {1, 2'000}, {2, 2'000}, {3, 2'000}}},              // cpu
}};

constexpr std::int64_t kFull = 10'000;
constexpr std::int64_t kStep = 500;

std::int64_t on_curve(const Curve& curve, std::int64_t fact) {
  if (fact <= curve.front().fact) return curve.front().penalty;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    const Point& from = curve[i - 1];
    const Point& to = curve[i];
    if (fact > to.fact) continue;
    return from.penalty + (to.penalty - from.penalty) * (fact - from.fact) / (to.fact - from.fact);
  }
  return curve.back().penalty;
}

// What gets worse counts for four fifths at once, what gets better for two.
std::int64_t damped(std::int64_t before, std::int64_t now) {
  if (now >= before) return before + ((now - before) * 4 + 4) / 5;
  return before - ((before - now) * 2 + 4) / 5;
}

}  // namespace

LinkQuality::Penalties LinkQuality::penalties(const QualityFacts& facts) {
  return {on_curve(kCurves[0], facts.loss_permille), on_curve(kCurves[1], facts.rtt_ms),
          on_curve(kCurves[2], facts.jitter_ms), on_curve(kCurves[3], facts.short_permille),
          on_curve(kCurves[4], facts.cpu ? 1 : 0)};
}

void LinkQuality::on_facts(const QualityFacts& facts) {
  const Penalties now = penalties(facts);
  std::int64_t sum = 0;
  std::size_t worst = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    damped_[i] = score_ < 0 ? now[i] : damped(damped_[i], now[i]);
    sum += damped_[i];
    if (damped_[i] > damped_[worst]) worst = i;
  }
  const std::int64_t exact = std::max<std::int64_t>(0, kFull - sum);
  // Not before it is nearer to another step, and clearly so: a value between two would flicker.
  const std::int64_t off = exact - score_ * 100;
  if (score_ < 0 || off >= kStep * 3 / 5 || -off >= kStep * 3 / 5)
    score_ = (exact + kStep / 2) / kStep * 5;
  // Nor is another cause told of before it weighs more by a step.
  const auto told = static_cast<std::size_t>(cause_);
  if (told == 0 || damped_[worst] >= damped_[told - 1] + kStep)
    cause_ = static_cast<QualityCause>(worst + 1);
}

}  // namespace groupcall
