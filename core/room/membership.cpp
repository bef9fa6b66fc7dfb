#include "core/room/membership.h"

#include <algorithm>

#include "core/public/config.h"

namespace groupcall {

namespace {
constexpr int kMostDoublings = 6;
}

void Membership::on_word(Instant now) {
  heard_at_ = now;
  asked_at_ = kNever;
  check_at_ = now + deadlines::kRoomQuiet;
}

Membership::Step Membership::ask(Instant now) {
  asked_at_ = now;
  check_at_ = now + deadlines::kRoomAnswer;
  return Step::Ask;
}

Membership::Step Membership::on_unanswered(Instant now) {
  const bool quiet = asked_at_ == kNever && now - heard_at_ >= deadlines::kRoomAnswer;
  return quiet ? ask(now) : Step::Nothing;
}

Membership::Step Membership::on_deadline(Instant now, Instant last_delivery) {
  if (check_at_ > now) return Step::Nothing;
  if (asked_at_ == kNever) return ask(now);
  if (last_delivery <= asked_at_ || now < next_rejoin_) {
    check_at_ = std::max(now + 1s, next_rejoin_);  // silence of a dead socket says nothing
    return Step::Nothing;
  }
  check_at_ = kNever;
  next_rejoin_ = now + deadlines::kRejoinPause * (1 << in_vain_);
  in_vain_ = std::min(in_vain_ + 1, kMostDoublings);
  return Step::Rejoin;
}

}  // namespace groupcall
