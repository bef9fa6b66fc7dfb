// Peers that do not answer: who is unreachable, and what is done about older clients.
#include "core/call/router.h"

namespace groupcall {

// A word of theirs, whichever: they are there.
void CallCore::Router::on_word(Link& link) {
  link.heard_word(now_);
  auto context = negotiation_context();
  link.negotiation.on_word(context);
}

// Nothing at all has come from them for a while. Only where the server spoke meanwhile that says
// something about them.
void CallCore::Router::look_after_unheard(Link& link) {
  // Long overdue: the page stood still, and what they said may be on its way into it.
  const bool judged = phase_ == RoomPhase::In && session_.online() &&
                      now_ - link.unheard_at < deadlines::kLateWake &&
                      session_.last_delivery() > link.unheard_at - deadlines::kUnheard;
  const PeerNegotiation& pair = link.negotiation;
  const bool quiet = pair.pair().foreign() && pair.transport_up();  // an older client sends nothing
  if (quiet || pair.view() == LinkView::Connected) {
    link.unheard_at = now_ + deadlines::kUnheard;  // nobody need say anything
  } else if (!judged) {
    link.unheard_at = now_ + deadlines::kUnheardAgain;
  } else {
    link.unheard_at = kNever;
    counters_.add(Tally::UnheardPeers);
    auto context = negotiation_context();
    link.negotiation.on_unheard(context);
  }
}

// The link to an older client stays dead. It restarts nothing and answers a second offer with its
// first answer, so all that helps is to be somebody new: for it alone, since module peers know
// our epoch and keep their links. Not while any older client is well, for that would be cut off.
void CallCore::Router::repair_foreign(Link& dead) {
  dead.given_up = true;
  dead.dead_at = now_ + deadlines::kForeignDead;  // looked at again then
  if (phase_ != RoomPhase::In || !session_.online() || now_ < next_repair_at_) return;
  std::vector<UserId> foreign;
  for (const auto& [user, link] : links_) {
    if (!link->negotiation.pair().foreign()) continue;
    const bool needs_it = link->given_up && roster_.find(user)->present;
    if (!needs_it && link->unheard_at != kNever) return;  // well, or still on its way
    foreign.push_back(user);
  }
  next_repair_at_ = now_ + deadlines::kRepairPause;
  counters_.add(Tally::Repairs);
  for (const UserId& user : foreign) {
    forget_link(user);
    touch(user);
  }
  session_.send(wire::Leave{room_.room_id}, commands_);
  rejoin();
}

}  // namespace groupcall
