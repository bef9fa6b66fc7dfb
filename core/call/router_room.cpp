// The room: joining, being refused, reconnecting, leaving.
#include <algorithm>

#include "core/call/router.h"

namespace groupcall {

namespace {
constexpr Duration kJoinRetry = 1s;  // after "Failed to join group call"
}

bool CallCore::Router::advance(RoomEvent event) {
  const auto next = next_phase(phase_, event);
  if (!next) {
    counters_.add(Tally::UnexpectedRoomEvents);
    return false;
  }
  phase_ = *next;
  return true;
}

// ---- wishes ----------------------------------------------------------------------------

void CallCore::Router::on(const JoinRequested& event) {
  if (event.room_id.empty() || event.group_id.empty()) {
    commands_.push_back(RejectRequest{
        event.request, {ErrorCode::InvalidArgument, event.room_id.empty() ? "roomId" : "groupId"}});
  } else if (phase_ == RoomPhase::Out) {
    start_join(event);
  } else if (!is_wanted(phase_)) {
    if (next_join_)
      commands_.push_back(RejectRequest{next_join_->request, {ErrorCode::Aborted, {}}});
    next_join_ = event;
    if (leave_again_at_ != kNever && event.room_id == room_.room_id) leave_again();  // the last one
  } else if (!(event.room_id == room_.room_id)) {
    commands_.push_back(
        RejectRequest{event.request, {ErrorCode::AlreadyJoined, room_.room_id.value}});
  } else if (phase_ == RoomPhase::Joining) {
    join_requests_.push_back(event.request);
  } else {
    commands_.push_back(ResolveRequest{event.request});
  }
}

void CallCore::Router::start_join(const JoinRequested& wish) {
  advance(RoomEvent::JoinRequested);
  room_ = RoomView{wish.room_id, wish.group_id, wish.call_type, 0};
  epoch_ = Epoch{random_.token()};
  error_ = {};
  last_refusal_ = {};
  join_sent_ = false;
  ghost_possible_ = false;
  departed_.clear();
  join_requests_ = {wish.request};
  phase_deadline_ = now_ + std::chrono::milliseconds(config_.join_timeout_ms);
  snapshot_.begin_timings(now_);
  auto media = media_output();
  media_.begin(wish, media);
  end_ring(room_.room_id);
  const bool was_online = session_.online();
  auto session = session_output();
  session_.want(true, session);
  // After the socket, which is what takes longest: a browser makes connections one after the other.
  auto context = negotiation_context();
  const std::int64_t most = limits::kEarlyOffers;
  early_.begin(config_.relay_only ? 0 : std::min(config_.early_offers, most), context);
  if (was_online) on_online();
}

void CallCore::Router::close_early_offers() {
  auto context = negotiation_context();
  early_.close(context);
}

void CallCore::Router::send_join() {
  join_sent_ = true;
  join_held_until_ = kNever;
  join_again_at_ = now_ + deadlines::kJoinAnswer;
  wire::WireUserInfo info{config_.self.user_info, mark()};
  snapshot_.timing("join-sent", now_);
  info.mark.offers = early_.take_packed(now_);
  if (!info.mark.offers.empty()) {
    info.mark.link = early_.link();
  } else if (!early_.sent()) {
    close_early_offers();  // too late, and a second join carries none
  }
  session_.send(wire::Join{room_.room_id, room_.group_id, room_.call_type, std::move(info)},
                commands_);
}

// With the same epoch, on the same socket: for the others we were never away.
void CallCore::Router::rejoin() {
  announced_.reset();
  advance(RoomEvent::SignallingLost);
  send_join();
}

void CallCore::Router::check_membership(Membership::Step step) {
  if (step == Membership::Step::Ask) tell_epoch(config_.self.user_id, epoch_);
  if (step == Membership::Step::Rejoin) {
    counters_.add(Tally::LostMemberships);
    rejoin();
  }
}

void CallCore::Router::on(const LeaveRequested& event) {
  if (next_join_) {
    commands_.push_back(RejectRequest{next_join_->request, {ErrorCode::Aborted, {}}});
    next_join_.reset();
  }
  if (phase_ == RoomPhase::Out) {
    commands_.push_back(ResolveRequest{event.request});
    return;
  }
  leave_requests_.push_back(event.request);
  if (!is_wanted(phase_)) return;  // already on the way out
  const bool was_in = phase_ == RoomPhase::In;
  settle_joins({ErrorCode::Aborted, {}});
  advance(RoomEvent::LeaveRequested);
  if (!was_in) {
    begin_withdrawal();
    return;
  }
  say_goodbyes();
  session_.send(wire::Leave{room_.room_id}, commands_);
  release_devices();
  bool channel_open = false;
  for (const auto& [user, link] : links_) channel_open = channel_open || link->channel_open();
  if (channel_open) {
    phase_deadline_ = now_ + deadlines::kDrain;
  } else {
    advance(RoomEvent::GoodbyesSent);
    finish();
  }
}

void CallCore::Router::on(const Disposed&) {
  listening_ = false;
  end_now(ErrorCode::Disposed);
  disposed_ = true;
}

void CallCore::Router::on(const PageClosing&) {
  end_now(ErrorCode::Aborted);
  auto session = session_output();
  session_.want(false, session);  // a page in the back-forward cache keeps no socket
}

void CallCore::Router::on(const MicrophoneWanted& event) {
  auto media = media_output();
  media_.want(Source::Microphone, event.on, media);
  if (next_join_) next_join_->audio = event.on;  // the later wish counts
}

void CallCore::Router::on(const CameraWanted& event) {
  auto media = media_output();
  media_.want(Source::Camera, event.on, media);
  if (next_join_) next_join_->video = event.on;
}

void CallCore::Router::on(const ScreenWanted& event) {
  auto media = media_output();
  if (is_wanted(phase_)) screen_.want(event, media);
}

// ---- the way out -----------------------------------------------------------------------

void CallCore::Router::say_goodbyes() {
  wire::ChannelText goodbye{wire::ChannelKind::Goodbye};
  goodbye.epoch = epoch_;
  const std::string text = wire::encode_channel_text(goodbye);
  for (const auto& [user, link] : links_)
    if (link->channel_open()) commands_.push_back(SendChannel{user, link->channel(), text});
}

// Not wanted any more, but a join may be on its way: a `leave` before `joined` would be
// ignored by the server and leave a ghost of us, so we wait for `joined` first.
void CallCore::Router::begin_withdrawal() {
  say_goodbyes();
  release_devices();
  drop_everyone();
  phase_deadline_ = now_ + deadlines::kWithdraw;
  join_again_at_ = kNever;
  join_held_until_ = kNever;
  const bool pending = (session_.online() && join_sent_) || ghost_possible_;
  if (pending && !session_.halted()) return;
  advance(RoomEvent::TimedOut);
  finish();
}

void CallCore::Router::drop_everyone() {
  touch_all();  // their deadlines go with them
  auto context = negotiation_context();
  for (auto& [user, link] : links_) link->negotiation.close(context);
  links_.clear();
  parked_.clear();
  early_.close(context);
  unpacking_.clear();
  roster_.clear();
  roster_changed_ = true;
}

void CallCore::Router::release_devices() {
  auto media = media_output();
  media_.release(media);
  screen_.release(media);
}

// We are out: nothing stays open.
void CallCore::Router::finish() {
  drop_everyone();
  release_devices();
  if (!listening_) {
    auto session = session_output();
    session_.want(false, session);
  }
  tabs_answer_by_ = kNever;
  phase_deadline_ = kNever;
  join_again_at_ = kNever;
  join_held_until_ = kNever;
  leave_again_at_ = kNever;
  stats_at_ = kNever;
  stats_op_ = {};
  join_sent_ = false;
  ghost_possible_ = false;
  announced_.reset();
  screen_told_ = false;
  membership_ = {};
  room_ = {};
  for (RequestId request : leave_requests_) commands_.push_back(ResolveRequest{request});
  leave_requests_.clear();
  if (!next_join_) return;
  const JoinRequested next = std::move(*next_join_);
  next_join_.reset();
  start_join(next);
}

// Page closing or dispose: everything inside this one reaction, in the order that others see
// us go at once, and without waiting for anything.
void CallCore::Router::end_now(ErrorCode reason) {
  const bool known_to_server = session_.online() && (join_sent_ || phase_ == RoomPhase::In);
  settle_joins({reason, {}});
  if (next_join_) commands_.push_back(RejectRequest{next_join_->request, {reason, {}}});
  next_join_.reset();
  if (phase_ != RoomPhase::Leaving) say_goodbyes();
  if (known_to_server) session_.send(wire::Leave{room_.room_id}, commands_);
  advance(RoomEvent::Ended);
  finish();
}

void CallCore::Router::settle_joins(const CallError& error) {
  for (RequestId request : join_requests_) {
    if (error.code == ErrorCode::None) {
      commands_.push_back(ResolveRequest{request});
    } else {
      commands_.push_back(RejectRequest{request, error});
    }
  }
  join_requests_.clear();
}

void CallCore::Router::refuse(CallError error) {
  const bool wanted = is_wanted(phase_);
  if (!advance(RoomEvent::Refused)) return;
  settle_joins(error);
  say_goodbyes();
  finish();
  if (wanted) error_ = std::move(error);  // who left on purpose is told of no error
}

// ---- the server ------------------------------------------------------------------------

void CallCore::Router::on(const SocketOpened& event) {
  if (phase_ == RoomPhase::Joining) snapshot_.timing("socket-open", now_);
  auto session = session_output();
  session_.on_opened(event, session);
}

void CallCore::Router::on(const SocketFrame& event) {
  auto session = session_output();
  session_.on_frame(event, session);
}

void CallCore::Router::on(const SocketBinary& event) {
  auto session = session_output();
  session_.on_binary(event, session);
}

void CallCore::Router::on(const SocketClosed& event) {
  auto session = session_output();
  session_.on_closed(event, session);
}

void CallCore::Router::on(const ApplicationState& event) {
  auto session = session_output();
  session_.on_application(event, session);
}

void CallCore::Router::on(const ApplicationEvent& event) {
  auto session = session_output();
  session_.on_application(event, session);
}

void CallCore::Router::on(const ApplicationAcknowledged& event) {
  auto session = session_output();
  session_.on_application(event, session);
}

void CallCore::Router::on(const NetworkOnline&) {
  auto session = session_output();
  session_.on_network(true, session);
  if (!std::exchange(network_lost_, false)) return;
  auto context = negotiation_context();
  for (auto& [user, link] : links_) link->negotiation.on_network_changed(context);
  touch_all();
}

void CallCore::Router::on(const NetworkOffline&) {
  auto session = session_output();
  network_lost_ = true;
  session_.on_network(false, session);
}

void CallCore::Router::on(const Slept& event) {
  auto session = session_output();
  session_.on_awake(std::chrono::milliseconds(event.missed_ms), session);
}

// A timer that fires far too late tells that the page stood still, like sleep.
void CallCore::Router::on(const Woke&) {
  const Instant due = timers_.earliest();
  if (due == kNever || now_ - due < deadlines::kLateWake) return;
  counters_.add(Tally::LateWakes);
  auto session = session_output();
  session_.on_awake(Duration{0}, session);
}

void CallCore::Router::run_session_events() {
  // Handling one may raise others: the end of one call begins the next.
  for (std::size_t i = 0; i < session_events_.size(); ++i) {
    const SessionEvent event = std::move(session_events_[i]);
    switch (event.kind) {
      case SessionEvent::Kind::WentOnline:
        on_online();
        break;
      case SessionEvent::Kind::WentOffline:
        on_offline();
        break;
      case SessionEvent::Kind::Halted:
        on_session_halted();
        break;
      case SessionEvent::Kind::Message:
        std::visit([this](auto& message) { on_message(message); }, *event.message);
        break;
    }
  }
  session_events_.clear();
}

void CallCore::Router::on_online() {
  if (phase_ == RoomPhase::Joining) snapshot_.timing("online", now_);
  if (phase_ == RoomPhase::Joining && early_.pending()) {
    join_held_until_ = now_ + deadlines::kEarlyOffers;
  } else if (phase_ == RoomPhase::Joining || phase_ == RoomPhase::Rejoining) {
    send_join();
  } else if (phase_ == RoomPhase::Withdrawing && ghost_possible_) {
    leaves_sent_ = 0;
    leave_again();
  }
}

// A join went out on a socket that was lost. The server may still be at it, ignores a leave that
// comes first, and tells us neither: so it is said until any lookup is over.
void CallCore::Router::leave_again() {
  leave_again_at_ = kNever;
  session_.send(wire::Leave{room_.room_id}, commands_);
  ++leaves_sent_;
  const bool joins_again = next_join_ && next_join_->room_id == room_.room_id;
  if (leaves_sent_ < deadlines::kLeaves && !joins_again) {
    leave_again_at_ = now_ + deadlines::kLeaveAgain;
  } else {
    advance(RoomEvent::TimedOut);
    finish();
  }
}

void CallCore::Router::on_offline() {
  if (phase_ == RoomPhase::Out || phase_ == RoomPhase::Leaving) return;
  ghost_possible_ = ghost_possible_ || join_sent_;
  join_sent_ = false;
  join_again_at_ = kNever;
  join_held_until_ = kNever;
  if (early_.sent()) close_early_offers();  // whoever has answered has answered in vain
  leave_again_at_ = kNever;
  announced_.reset();
  advance(RoomEvent::SignallingLost);
}

void CallCore::Router::on_session_halted() {
  const CallError error = session_.view().error;
  // What is the application's to do may still be done within the join timeout.
  const bool may_pass = error.code == ErrorCode::ApplicationSocket;
  if (phase_ == RoomPhase::Joining && !may_pass) {
    refuse(error);
  } else if (phase_ == RoomPhase::Withdrawing) {
    advance(RoomEvent::TimedOut);
    finish();
  } else if (is_wanted(phase_) && session_.replaced()) {
    ask_tabs();  // media goes on meanwhile, and the snapshot says so
  }
}

bool CallCore::Router::in_our_room(const RoomId& room) {
  if (phase_ != RoomPhase::Out && room == room_.room_id) {
    membership_.on_word(now_);
    return true;
  }
  counters_.add(Tally::WrongRoom);
  return false;
}

void CallCore::Router::on_message(wire::Joined& message) {
  if (!in_our_room(message.room_id)) return;
  if (phase_ == RoomPhase::Withdrawing) {
    session_.send(wire::Leave{room_.room_id}, commands_);
    advance(RoomEvent::Admitted);
    finish();
  } else if (phase_ == RoomPhase::Joining && full(message)) {
    session_.send(wire::Leave{room_.room_id}, commands_);
    refuse({ErrorCode::RoomFull, {}});
  } else {
    admit(message);
  }
}

// The server lists whom it has admitted before us: of two who come at once, the later one sees the
// other. Who stands still counts, too, for nobody can tell yet that they will not come back. Once
// inside we stay, whoever else comes.
bool CallCore::Router::full(const wire::Joined& message) const {
  std::int64_t people = 1;
  for (const wire::WireParticipant& who : message.participants)
    if (!(who.user_id == config_.self.user_id)) ++people;
  return people > config_.max_participants;
}

void CallCore::Router::on_message(const wire::RoomError& message) {
  if (!message.room_id.empty() && !(message.room_id == room_.room_id)) {
    counters_.add(Tally::WrongRoom);
  } else if (message.error == "Group not found") {
    refuse({ErrorCode::GroupNotFound, message.error});
  } else if (message.error == "You are not a member of this group") {
    refuse({ErrorCode::NotAMember, message.error});
  } else if (phase_ == RoomPhase::Joining || phase_ == RoomPhase::Rejoining) {
    last_refusal_ = {ErrorCode::JoinFailed, message.error};
    join_sent_ = false;  // answered: it let nobody in
    close_early_offers();
    join_again_at_ = now_ + kJoinRetry;
  } else if (phase_ == RoomPhase::Withdrawing) {
    advance(RoomEvent::Refused);  // it let nobody in: there is nothing to withdraw
    finish();
  } else {
    counters_.add(Tally::ServerErrors);
  }
}

// ---- deadlines -------------------------------------------------------------------------

Instant CallCore::Router::room_deadline() const {
  Instant first = earlier(join_held_until_, early_.deadline());
  if (phase_ == RoomPhase::In) first = earlier(first, membership_.deadline());
  return earlier(first, earlier(earlier(phase_deadline_, join_again_at_), leave_again_at_));
}

void CallCore::Router::on_room_deadline() {
  auto context = negotiation_context();
  early_.on_deadline(context);
  if (phase_ == RoomPhase::In)
    check_membership(membership_.on_deadline(now_, session_.last_delivery()));
  if (join_held_until_ <= now_) send_join();
  if (join_again_at_ <= now_) {
    join_again_at_ = kNever;
    const bool joining = phase_ == RoomPhase::Joining || phase_ == RoomPhase::Rejoining;
    if (joining && session_.online()) send_join();
  }
  if (leave_again_at_ <= now_) leave_again();
  if (phase_deadline_ > now_) return;
  phase_deadline_ = kNever;
  if (phase_ == RoomPhase::Joining) {
    const CallError session_error = session_.view().error;
    CallError error = last_refusal_;
    if (error.code == ErrorCode::None) error = session_error;
    if (error.code == ErrorCode::None)
      error.code = session_.online() ? ErrorCode::Timeout : ErrorCode::ServerUnreachable;
    settle_joins(error);
    advance(RoomEvent::TimedOut);
    begin_withdrawal();
    error_ = std::move(error);
  } else if (phase_ == RoomPhase::Withdrawing || phase_ == RoomPhase::Leaving) {
    advance(RoomEvent::TimedOut);
    finish();
  }
}

}  // namespace groupcall
