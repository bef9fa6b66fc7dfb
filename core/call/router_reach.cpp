// Being reachable: a connection kept for invitations, what rings, and the other tabs of this user.
#include "core/call/router.h"

namespace groupcall {

void CallCore::Router::on(const ListenRequested& event) {
  listening_ = event.on;
  if (!listening_ && phase_ != RoomPhase::Out) return;  // the call needs it
  auto session = session_output();
  session_.want(listening_, session);
  if (!listening_ && !rings_.empty()) {
    rings_.clear();  // nobody would hear of their end
    rings_changed_ = true;
  }
}

void CallCore::Router::on(const PageShown&) {
  page_hidden_ = false;
  if (std::exchange(page_frozen_, false)) say_alive();
  auto session = session_output();
  if (listening_ && !session_.wanted()) {
    session_.want(true, session);
  } else {
    session_.on_awake(Duration{0}, session);
  }
}

// ---- invitations -----------------------------------------------------------------------

void CallCore::Router::on_message(wire::Invitation& message) {
  if (phase_ != RoomPhase::Out && message.room_id == room_.room_id) return;  // on the way there
  end_ring(message.room_id);                                                 // it rings anew
  if (rings_.size() >= limits::kInvitations) rings_.erase(rings_.begin());
  const Instant ends_at = now_ + deadlines::kRing;
  std::string& caller = message.caller.json;
  rings_.push_back({InvitationView{std::move(message.room_id), std::move(message.group_id),
                                   message.call_type, caller.empty() ? "{}" : std::move(caller),
                                   std::move(message.group_name), to_us(ends_at) / 1'000},
                    ends_at});
  rings_changed_ = true;
}

void CallCore::Router::on(const InvitationDeclined& event) { end_ring(event.room_id); }

void CallCore::Router::end_ring(const RoomId& room) {
  const auto ended = std::erase_if(rings_, [&](const Ring& r) { return r.shown.room_id == room; });
  rings_changed_ = rings_changed_ || ended > 0;
}

// ---- the other tabs --------------------------------------------------------------------

void CallCore::Router::tell_tabs(const wire::TabText& message) {
  commands_.push_back(PostToTabs{wire::encode_tab_text(message)});
}

const std::string& CallCore::Router::tab_name() {
  if (tab_.empty()) tab_ = random_.token();
  return tab_;
}

void CallCore::Router::on(const TabMessage& event) {
  wire::Refusal refusal;
  wire::TabText text;
  if (!wire::decode_tab_text(event.text, text, refusal)) {
    wire::count_refusal(refusal, Tally::RefusedMessages, counters_);
    return;
  }
  std::visit(
      [this](const auto& message) {
        if (message.user == config_.self.user_id) on_tab(message);
      },
      text);
}

void CallCore::Router::on_tab(const wire::TabAsks& message) {
  tell_tabs(wire::TabTells{config_.self.user_id, tab_name(), message.tab, is_wanted(phase_)});
}

void CallCore::Router::on_tab(const wire::TabTells& message) {
  if (message.to != tab_ || tabs_answer_by_ == kNever) return;
  if (message.in_call) {
    tabs_answer_by_ = kNever;  // two calls of one user: a person must decide
  } else {
    idle_tab_answered_ = true;
  }
}

void CallCore::Router::on_tab(const wire::TabJoined& message) { end_ring(message.room_id); }

// Another connection of this user has taken the server's attention. If it belongs to a tab that
// is in no call, we take it back by ourselves; it loses nothing but invitations. If nobody
// answers it is another device, and a person must decide.
void CallCore::Router::ask_tabs() {
  if (now_ < next_take_over_) return;
  tell_tabs(wire::TabAsks{config_.self.user_id, tab_name()});
  tabs_answer_by_ = now_ + deadlines::kTabAnswer;
  idle_tab_answered_ = false;
}

void CallCore::Router::on(const TakeOverRequested&) { take_over(); }

void CallCore::Router::take_over() {
  tabs_answer_by_ = kNever;
  if (!session_.halted()) return;
  // If the other tab has been in this room, the others have retired our epoch and closed our
  // links. Only while every one of them is up is it certain that it has not.
  bool all_up = !links_.empty();
  for (const auto& [user, link] : links_) all_up = all_up && link->negotiation.connected();
  if (is_wanted(phase_) && session_.replaced() && !all_up) {
    drop_everyone();
    epoch_ = Epoch{random_.token()};
  }
  auto session = session_output();
  session_.take_over(session);
}

// ---- deadlines -------------------------------------------------------------------------

Instant CallCore::Router::reach_deadline() const {
  return rings_.empty() ? tabs_answer_by_ : earlier(tabs_answer_by_, rings_.front().ends_at);
}

void CallCore::Router::on_reach_deadline() {
  while (!rings_.empty() && rings_.front().ends_at <= now_) end_ring(rings_.front().shown.room_id);
  if (tabs_answer_by_ > now_) return;
  tabs_answer_by_ = kNever;
  if (!idle_tab_answered_ || !is_wanted(phase_)) return;
  next_take_over_ = now_ + deadlines::kTakeOverPause;
  take_over();
}

}  // namespace groupcall
