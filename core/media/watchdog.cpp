#include "core/media/watchdog.h"

#include <algorithm>
#include <array>

namespace groupcall {

namespace {

// By then it is known whether the link is silent altogether, or the peer's page stands still.
constexpr Duration kProof = 400ms;

struct Step {
  Repair repair;
  Duration after;  ///< the cause was named
};
constexpr std::array<Step, 4> kSteps{{{Repair::KeyFrame, kProof},
                                      {Repair::KeyFrame, kProof + watchdog::kKeyFramePause},
                                      {Repair::RestartIce, watchdog::kRestart},
                                      {Repair::Rebuild, watchdog::kRebuild}}};

// Sound has no key frames, and what is not sent takes no path.
bool helps(Repair repair, const StallFacts& facts) {
  if (repair == Repair::KeyFrame) return facts.is_video;
  return repair != Repair::RestartIce || facts.reason != MediaReason::NotSent;
}

}  // namespace

Repair Watchdog::on_look(const StallFacts& facts, Instant now) {
  stalled_ = is_stall(facts.reason);
  if (!stalled_ || !facts.may_repair || facts.reason == MediaReason::Interrupted) {
    since_ = next_at_ = kNever;
    return Repair::None;
  }
  if (since_ == kNever) {
    since_ = now;
    step_ = 0;
  }
  while (step_ < kSteps.size() && !helps(kSteps[step_].repair, facts)) ++step_;
  if (step_ == kSteps.size()) {
    next_at_ = kNever;
    return Repair::None;
  }
  const Step& step = kSteps[step_];
  next_at_ = since_ + step.after;
  if (step.repair == Repair::Rebuild) next_at_ = std::max(next_at_, facts.rebuild_from);
  if (next_at_ > now) return Repair::None;
  ++step_;
  // The owner looks again in this very reaction only if something else happens.
  next_at_ = step_ < kSteps.size() ? std::max(now, since_ + kSteps[step_].after) : kNever;
  return step.repair;
}

}  // namespace groupcall
