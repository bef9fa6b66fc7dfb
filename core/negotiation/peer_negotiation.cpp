#include "core/negotiation/peer_negotiation.h"

#include <algorithm>
#include <utility>

#include "core/base/overloaded.h"
#include "core/negotiation/sdp_text.h"

namespace groupcall {

namespace {

using Kind = PeerSignal::Kind;

constexpr int kTakeOverAfterAsks = 3;  // 1, 3 and 8 s: then we offer ourselves
constexpr Duration kResendAtMostEvery = 500ms;
constexpr int kUnreachableAfter = 3;  // rebuilds in a row
constexpr int kInsideTheJoin = -1;    // the step before an offer is sent as a message of its own

Instant next_ask(Instant since, int asked) {
  if (asked == 0) return since + 1s;
  if (asked == 1) return since + 3s;
  return since + 8s * (asked - 1);
}

}  // namespace

PeerNegotiation::PeerNegotiation(Pair pair, Role role) : pair_(std::move(pair)), role_(role) {}

void PeerNegotiation::begin(NegotiationContext& ctx) {
  if (foreign()) {
    await_offer(ctx.now + deadlines::kForeignGrace, ctx);
  } else if (role_ == Role::Offerer) {
    new_link(ctx);
  } else {
    await_offer(next_ask(ctx.now, 0), ctx);
  }
}

void PeerNegotiation::begin_early(SpareOffer spare, NegotiationContext& ctx) {
  role_ = Role::Offerer;
  link_ = spare.link;
  seq_ = 1;
  connection_ = spare.connection;
  early_ = spare.index;
  without_relay_ = spare.relay;
  description_sent_ = true;
  for (const SlotPlan& slot : slot_plan()) slots_.push_back(slot.kind);
  ctx.commands.push_back(AssignConnection{pair_.peer, connection_});
  for (IceCandidate& candidate : spare.candidates) signal_candidate(std::move(candidate), ctx);
  waiting_since_ = ctx.now;
  note_owed(ctx.now);
  state_ = OfferSent{std::move(spare.offer), kInsideTheJoin, ctx.now,
                     ctx.now + deadlines::kEarlyAnswer, false};
}

void PeerNegotiation::close(NegotiationContext& ctx) {
  drop_connection(ctx);
  if (!previous_.none()) ctx.commands.push_back(CloseConnection{pair_.peer, previous_});
  previous_ = {};
  state_ = Broken{kNever};
}

// ---- connections -----------------------------------------------------------------------

void PeerNegotiation::drop_connection(NegotiationContext& ctx) {
  if (!connection_.none()) ctx.commands.push_back(CloseConnection{pair_.peer, connection_});
  connection_ = {};
  connected_ = false;
  silent_ = peer_deaf_ = false;
  transport_ = TransportState::New;
}

std::vector<SlotPlan> PeerNegotiation::slot_plan() const {
  if (foreign())
    return {{MediaKind::Audio, StreamName::Camera}, {MediaKind::Video, StreamName::Camera}};
  return module_slots();
}

std::vector<SlotPlan> PeerNegotiation::module_slots() {
  return {{MediaKind::Audio, StreamName::Camera},
          {MediaKind::Video, StreamName::Camera},
          {MediaKind::Video, StreamName::Screen},
          {MediaKind::Audio, StreamName::Screen}};
}

void PeerNegotiation::open_connection(bool as_offerer, NegotiationContext& ctx) {
  if (connected_) {
    if (!previous_.none()) ctx.commands.push_back(CloseConnection{pair_.peer, previous_});
    previous_ = connection_;
    previous_slots_ = slots_;
  } else {
    drop_connection(ctx);
  }
  connection_ = ctx.ids.next_connection();
  transport_ = TransportState::New;
  connected_ = false;
  silent_ = peer_deaf_ = false;
  description_sent_ = false;
  early_ = 0;
  without_relay_ = false;
  remote_session_.clear();
  remote_ufrags_.clear();
  local_candidates_.clear();
  last_answer_.reset();
  queued_offer_.reset();
  slots_.clear();
  CreateConnection create{pair_.peer, connection_, {}, !foreign()};
  if (as_offerer) {
    create.slots = slot_plan();
    for (const SlotPlan& slot : create.slots) slots_.push_back(slot.kind);
  }
  ctx.commands.push_back(std::move(create));
}

bool PeerNegotiation::is_current(ConnectionNumber connection, NegotiationContext& ctx) const {
  if (!connection.none() && connection == connection_) return true;
  ctx.counters.add(Tally::StaleConnectionEvents);
  return false;
}

OpId PeerNegotiation::op_in_flight() const {
  return std::visit(
      Overloaded{[](const MakingOffer& s) { return s.op; },
                 [](const ApplyingAnswer& s) { return s.op; },
                 [](const ApplyingOffer& s) { return s.op; },
                 [](const MakingAnswer& s) { return s.op; }, [](const auto&) { return OpId{}; }},
      state_);
}

// ---- offering --------------------------------------------------------------------------

void PeerNegotiation::new_link(NegotiationContext& ctx) {
  role_ = Role::Offerer;
  link_ = ctx.ids.next_link(link_);
  seq_ = 0;
  open_connection(true, ctx);
  make_offer(false, 0, ctx.now, ctx);
}

void PeerNegotiation::make_offer(bool restart, int step, Instant since, NegotiationContext& ctx) {
  const OpId op = ctx.ids.next_op();
  ctx.commands.push_back(SetLocalDescription{pair_.peer, connection_, op, restart});
  state_ = MakingOffer{op, ctx.now + deadlines::kOperation, step, since, restart};
}

LinkAddress PeerNegotiation::address(PeerRequest request) const {
  if (foreign()) return {};
  return LinkAddress{pair_.ours, pair_.theirs, link_, seq_, request};
}

void PeerNegotiation::send_answer(NegotiationContext& ctx) const {
  PeerSignal signal{Kind::Answer, pair_.peer, *last_answer_, {}, address()};
  signal.address.early = early_;
  ctx.signals.push_back(std::move(signal));
}

void PeerNegotiation::send_offer(const OfferSent& state, NegotiationContext& ctx) const {
  ctx.signals.push_back(PeerSignal{Kind::Offer, pair_.peer, state.offer, {}, address()});
}

void PeerNegotiation::on_local_description(const LocalDescriptionSet& event,
                                           NegotiationContext& ctx) {
  if (!is_current(event.connection, ctx)) return;
  if (op_in_flight() != event.op || event.op.none()) {
    ctx.counters.add(Tally::StaleOperations);
    return;
  }
  if (const auto* making = std::get_if<MakingOffer>(&state_)) {
    const Instant at = foreign()           ? making->since + deadlines::kLinkGiveUp
                       : making->step == 0 ? ctx.now + deadlines::kOfferResend
                                           : making->since + deadlines::kLinkGiveUp;
    ++seq_;
    note_owed(ctx.now);
    OfferSent sent{event.description, making->step, making->since, at, making->restart};
    waiting_since_ = ctx.now;
    send_offer(sent, ctx);
    state_ = std::move(sent);
  } else if (std::holds_alternative<MakingAnswer>(state_)) {
    last_answer_ = event.description;
    send_answer(ctx);
    settle(ctx);
  }
  description_sent_ = true;
  flush_local_candidates(ctx);
}

void PeerNegotiation::on_answer(const SessionDescription& answer, const LinkAddress& from,
                                NegotiationContext& ctx) {
  const bool fits = foreign() || (from.link == link_ && from.seq == seq_);
  if (!std::holds_alternative<OfferSent>(state_) || !fits) {
    ctx.counters.add(Tally::StaleAnswers);
    return;
  }
  if (from.early != 0 && from.early != early_) {
    // It answers another's offer: its roster differs from the server's. It gets one of its own.
    ctx.counters.add(Tally::StaleEarlyOffers);
    new_link(ctx);
    return;
  }
  if (from.early != 0) ctx.counters.add(Tally::EarlyOffersUsed);
  if (!foreign() && !remote_session_.empty() && session_id(answer.sdp) != remote_session_) {
    // The peer has given its end up and answers from a fresh connection, which this one
    // cannot take.
    connected_ = connected_ && transport_ == TransportState::Connected;
    rebuild(ctx);
    return;
  }
  owed_since_ = kNever;
  const OpId op = ctx.ids.next_op();
  applying_sdp_ = answer.sdp;
  ctx.commands.push_back(SetRemoteDescription{pair_.peer, connection_, op, answer});
  state_ = ApplyingAnswer{op, ctx.now + deadlines::kOperation};
}

// ---- answering -------------------------------------------------------------------------

void PeerNegotiation::await_offer(Instant at, NegotiationContext& ctx) {
  state_ = AwaitingOffer{at, 0};
  waiting_since_ = ctx.now;
  note_owed(ctx.now);
}

void PeerNegotiation::on_offer(SessionDescription offer, const LinkAddress& from,
                               NegotiationContext& ctx) {
  if (foreign()) {
    on_foreign_offer(std::move(offer), ctx);
  } else if (from.link < link_ || from.link.none()) {
    ctx.counters.add(Tally::StaleOffers);
  } else if (from.link > link_) {
    role_ = Role::Answerer;
    link_ = from.link;
    ctx.ids.saw_link(link_);
    seq_ = from.seq;
    answer_on_new_connection(std::move(offer), ctx);
    early_ = from.early;
  } else {
    on_same_link_offer(std::move(offer), from, ctx);
  }
}

void PeerNegotiation::on_same_link_offer(SessionDescription offer, const LinkAddress& from,
                                         NegotiationContext& ctx) {
  if (role_ == Role::Offerer) {
    // Both offered, for their rosters had diverged. The smaller epoch wins; the loser discards
    // its connection and answers.
    ctx.counters.add(Tally::Glares);
    if (!(pair_.theirs < pair_.ours)) return;
    role_ = Role::Answerer;
    seq_ = from.seq;
    answer_on_new_connection(std::move(offer), ctx);
  } else if (from.seq <= seq_) {
    ctx.counters.add(Tally::RepeatedOffers);
    if (from.seq == seq_ && last_answer_ && std::holds_alternative<Stable>(state_))
      send_answer(ctx);
  } else if (!op_in_flight().none()) {
    if (!queued_offer_ || queued_offer_->address.seq < from.seq)
      queued_offer_ = QueuedOffer{std::move(offer), from};
  } else {
    seq_ = from.seq;
    early_ = 0;
    if (connection_.none()) {
      answer_on_new_connection(std::move(offer), ctx);  // ours was closed meanwhile
    } else {
      apply_offer(std::move(offer), ctx);
    }
  }
}

// An older client knows neither links nor glare: it offers when it likes, and we yield.
void PeerNegotiation::on_foreign_offer(SessionDescription offer, NegotiationContext& ctx) {
  const std::string session = session_id(offer.sdp);
  const bool answering =
      std::holds_alternative<ApplyingOffer>(state_) || std::holds_alternative<MakingAnswer>(state_);
  const std::string present = answering ? session_id(applying_sdp_) : remote_session_;
  const bool same_session = !session.empty() && session == present && !dead_;
  if (answering && same_session) {
    if (offer.sdp != applying_sdp_) queued_offer_ = QueuedOffer{std::move(offer), {}};
  } else if (std::holds_alternative<Stable>(state_) && same_session) {
    if (offer.sdp == applying_sdp_ && last_answer_) {
      send_answer(ctx);
    } else {
      apply_offer(std::move(offer), ctx);
    }
  } else {
    answer_on_new_connection(std::move(offer), ctx);
  }
}

void PeerNegotiation::answer_on_new_connection(SessionDescription offer, NegotiationContext& ctx) {
  // An older client that made a new connection has closed its old one: so do we.
  if (foreign()) drop_connection(ctx);
  dead_ = false;
  open_connection(false, ctx);
  apply_offer(std::move(offer), ctx);
}

void PeerNegotiation::apply_offer(SessionDescription offer, NegotiationContext& ctx) {
  owed_since_ = kNever;
  const OpId op = ctx.ids.next_op();
  applying_sdp_ = offer.sdp;
  ctx.commands.push_back(SetRemoteDescription{pair_.peer, connection_, op, std::move(offer)});
  state_ = ApplyingOffer{op, ctx.now + deadlines::kOperation};
}

void PeerNegotiation::on_remote_description(const RemoteDescriptionSet& event,
                                            NegotiationContext& ctx) {
  if (!is_current(event.connection, ctx)) return;
  if (op_in_flight() != event.op || event.op.none()) {
    ctx.counters.add(Tally::StaleOperations);
    return;
  }
  const bool first_offer = slots_.empty();
  // A page that fetches its servers may have known of no relay when the early offer was made.
  if (early_ != 0 && seq_ == 1 && std::holds_alternative<ApplyingAnswer>(state_))
    without_relay_ = without_relay_ || event.relay;
  remote_ufrags_ = ice_ufrags(applying_sdp_);
  remote_session_ = session_id(applying_sdp_);
  slots_ = event.slots;
  answered_ = true;
  flush_remote_candidates(ctx);
  if (std::holds_alternative<ApplyingAnswer>(state_)) {
    settle(ctx);
    return;
  }
  if (first_offer) {
    const std::vector<SlotPlan> plan = slot_plan();
    AdoptSlots adopt{pair_.peer, connection_, {}};
    for (std::size_t i = 0; i < plan.size() && i < slots_.size(); ++i)
      adopt.streams.push_back(plan[i].stream);
    ctx.commands.push_back(std::move(adopt));
  }
  const OpId op = ctx.ids.next_op();
  ctx.commands.push_back(SetLocalDescription{pair_.peer, connection_, op, false});
  state_ = MakingAnswer{op, ctx.now + deadlines::kOperation};
}

void PeerNegotiation::settle(NegotiationContext& ctx) {
  const bool up = is_well();
  // The early offer named no relay; where no path is found without, a restart does.
  const bool relay_to_come = std::exchange(without_relay_, false) && !up;
  const Duration patience = relay_to_come ? Duration(deadlines::kEarlyRelay) : deadlines::kConnect;
  state_ = Stable{up ? kNever : ctx.now + patience, relay_to_come};
  if (connected_) next_restart_ = ctx.now + deadlines::kRestartPause;
  if (!queued_offer_) return;
  QueuedOffer queued = std::move(*queued_offer_);
  queued_offer_.reset();
  if (!foreign()) seq_ = queued.address.seq;
  early_ = 0;
  apply_offer(std::move(queued.offer), ctx);
}

// ---- trouble ---------------------------------------------------------------------------

void PeerNegotiation::on_operation_failed(const OperationFailed& event, NegotiationContext& ctx) {
  if (!is_current(event.connection, ctx)) return;
  if (event.op.none()) {
    ctx.counters.add(Tally::RefusedByBrowser);  // a candidate; a failed creation fails its next op
  } else if (event.op == op_in_flight()) {
    ctx.counters.add(Tally::FailedOperations);
    connected_ = connected_ && transport_ == TransportState::Connected;
    rebuild(ctx);
  } else {
    ctx.counters.add(Tally::StaleOperations);
  }
}

void PeerNegotiation::on_peer_back(NegotiationContext& ctx) {
  const auto* sent = std::get_if<OfferSent>(&state_);
  if (sent == nullptr || foreign()) return;
  waiting_since_ = ctx.now;
  send_offer(*sent, ctx);
}

void PeerNegotiation::on_unheard(NegotiationContext& ctx) {
  close(ctx);
  unheard_ = true;
  state_ = Broken{ctx.now + deadlines::kUnheardRetry};
}

void PeerNegotiation::on_word(NegotiationContext& ctx) {
  if (!std::exchange(unheard_, false)) return;
  rebuilds_ = 0;
  if (std::holds_alternative<Broken>(state_)) begin(ctx);
}

void PeerNegotiation::give_up_connection(NegotiationContext& ctx) {
  ctx.counters.add(Tally::SlowOperations);
  connected_ = connected_ && transport_ == TransportState::Connected;
  rebuild(ctx);
}

void PeerNegotiation::rebuild(NegotiationContext& ctx) {
  const int tries = rebuilds_++;
  ctx.counters.add(Tally::Rebuilds);
  if (unheard_) {
    drop_connection(ctx);
    state_ = Broken{ctx.now + deadlines::kUnheardRetry - deadlines::kLinkGiveUp};
  } else if (foreign()) {
    drop_connection(ctx);
    await_offer(ctx.now + deadlines::kLinkGiveUp, ctx);
  } else if (role_ == Role::Answerer) {
    await_offer(next_ask(ctx.now, 0), ctx);
    ask(PeerRequest::OfferPlease, ctx);
  } else if (tries == 0) {
    new_link(ctx);
  } else {
    Duration delay = deadlines::kRebuildFirst;
    for (int i = 1; i < tries && delay < deadlines::kRebuildMost; ++i) delay *= 2;
    state_ = Broken{ctx.now + std::min(delay, Duration(deadlines::kRebuildMost))};
  }
}

void PeerNegotiation::restart_ice(NegotiationContext& ctx) {
  auto* stable = std::get_if<Stable>(&state_);
  if (foreign() || stable == nullptr) return;
  *stable = Stable{ctx.now + deadlines::kConnect};
  ctx.counters.add(Tally::IceRestarts);
  if (role_ == Role::Offerer) {
    make_offer(true, 0, ctx.now, ctx);
  } else {
    ask(PeerRequest::RestartPlease, ctx);
    next_restart_ = ctx.now + deadlines::kRestartPause;  // or it is asked for again
  }
}

// The same, but the addresses of a restart that was answered just now are tried out first.
void PeerNegotiation::restart_soon(NegotiationContext& ctx) {
  auto* stable = std::get_if<Stable>(&state_);
  if (foreign() || stable == nullptr || ctx.now >= next_restart_) return restart_ice(ctx);
  *stable = Stable{earlier(stable->connect_by, next_restart_), true};
}

bool PeerNegotiation::on_silence(NegotiationContext& ctx) {
  if (!connected_ || silent_ || !previous_.none()) return false;
  silent_ = true;
  restart_soon(ctx);
  return true;
}

void PeerNegotiation::on_heard() {
  if (!silent_) return;
  silent_ = false;
  note_well();
}

void PeerNegotiation::on_peer_hears(bool hears, NegotiationContext& ctx) {
  if (hears != peer_deaf_) return;
  peer_deaf_ = !hears;
  if (hears) {
    note_well();
  } else if (connected_ && previous_.none()) {
    restart_soon(ctx);
  }
}

void PeerNegotiation::note_well() {
  if (is_well() && std::holds_alternative<Stable>(state_)) state_ = Stable{kNever};
}

void PeerNegotiation::on_network_changed(NegotiationContext& ctx) {
  if (connected_ && previous_.none()) restart_ice(ctx);
}

void PeerNegotiation::on_transport(const TransportChanged& event, NegotiationContext& ctx) {
  if (!previous_.none() && event.connection == previous_) {
    if (event.state != TransportState::Failed) return;
    ctx.commands.push_back(CloseConnection{pair_.peer, previous_});
    previous_ = {};
    return;
  }
  if (!is_current(event.connection, ctx)) return;
  transport_ = event.state;
  auto* waiting = std::get_if<Stable>(&state_);
  if (waiting != nullptr && waiting->connect_by == kNever && !foreign())
    waiting->connect_by = ctx.now + deadlines::kConnect;  // whatever comes, not for ever
  if (transport_ == TransportState::Connected) {
    connected_ = true;
    silent_ = peer_deaf_ = false;
    dead_ = false;
    rebuilds_ = 0;
    note_well();
    if (!previous_.none()) ctx.commands.push_back(CloseConnection{pair_.peer, previous_});
    previous_ = {};
  } else if (transport_ == TransportState::Disconnected) {
    restart_soon(ctx);
  } else if (transport_ == TransportState::Failed) {
    connected_ = false;
    if (foreign()) {
      dead_ = true;
    } else {
      rebuild(ctx);
    }
  }
}

void PeerNegotiation::on_dtls_closed(const DtlsClosed& event, NegotiationContext& ctx) {
  if (!previous_.none() && event.connection == previous_) {
    ctx.commands.push_back(CloseConnection{pair_.peer, previous_});
    previous_ = {};
    return;
  }
  if (!is_current(event.connection, ctx)) return;
  // The peer closed on purpose: it left (the server will say so) or is about to offer anew.
  drop_connection(ctx);
  if (foreign()) {
    await_offer(ctx.now + deadlines::kForeignGrace, ctx);
  } else if (role_ == Role::Answerer) {
    await_offer(next_ask(ctx.now, 0), ctx);
  } else {
    state_ = Broken{ctx.now + deadlines::kRebuildFirst};
  }
}

// ---- requests --------------------------------------------------------------------------

void PeerNegotiation::ask(PeerRequest request, NegotiationContext& ctx) {
  note_owed(ctx.now);
  ctx.signals.push_back(PeerSignal{Kind::Request, pair_.peer, {}, {}, address(request)});
}

void PeerNegotiation::on_request(const LinkAddress& from, NegotiationContext& ctx) {
  if (foreign()) return;
  if (from.request == PeerRequest::RestartPlease) {
    if (from.link == link_ && role_ == Role::Offerer) restart_ice(ctx);
    return;
  }
  if (from.request != PeerRequest::OfferPlease) return;
  if (from.link >= link_) {
    if (ctx.now < next_requested_) return;  // it is asked for again
    next_requested_ = ctx.now + kResendAtMostEvery;
    link_ = from.link;
    new_link(ctx);  // they have seen this link, and it is no use to them
    return;
  }
  if (std::holds_alternative<AwaitingOffer>(state_)) {
    new_link(ctx);  // both waited
  } else if (auto* sent = std::get_if<OfferSent>(&state_)) {
    if (ctx.now - waiting_since_ < kResendAtMostEvery) return;
    waiting_since_ = ctx.now;
    send_offer(*sent, ctx);
  }
}

// ---- deadlines -------------------------------------------------------------------------

Instant PeerNegotiation::deadline() const {
  return std::visit(Overloaded{[](const AwaitingOffer& s) { return s.at; },
                               [](const OfferSent& s) { return s.at; },
                               [](const Stable& s) { return s.connect_by; },
                               [](const Broken& s) { return s.retry_at; },
                               [](const auto& s) { return s.give_up; }},
                    state_);
}

void PeerNegotiation::on_deadline(bool may_judge, NegotiationContext& ctx) {
  if (deadline() > ctx.now) return;
  if (auto* awaiting = std::get_if<AwaitingOffer>(&state_)) {
    if (!may_judge) {
      awaiting->at = ctx.now + 1s;
    } else if (foreign() || awaiting->asked >= kTakeOverAfterAsks) {
      new_link(ctx);
    } else {
      ++awaiting->asked;
      awaiting->at = next_ask(waiting_since_, awaiting->asked);
      if (awaiting->at <= ctx.now) awaiting->at = ctx.now + 1s;
      ask(PeerRequest::OfferPlease, ctx);
    }
  } else if (auto* sent = std::get_if<OfferSent>(&state_)) {
    if (may_judge) {
      on_offer_deadline(*sent, ctx);
    } else {
      sent->since += 1s;
      sent->at = ctx.now + 1s;
    }
  } else if (std::holds_alternative<Broken>(state_)) {
    new_link(ctx);
  } else if (std::holds_alternative<Stable>(state_) && foreign()) {
    dead_ = true;
    state_ = Stable{kNever};
  } else if (auto* stable = std::get_if<Stable>(&state_); stable && stable->restart_first) {
    restart_ice(ctx);
  } else {
    ctx.counters.add(std::holds_alternative<Stable>(state_) ? Tally::SlowConnections
                                                            : Tally::SlowOperations);
    connected_ = connected_ && transport_ == TransportState::Connected;
    rebuild(ctx);
  }
}

// Same offer at 3 s, a new one at 8 s, a new link at 15 s. An ICE restart is only repeated: its
// offer is never withdrawn while the old pair may still flow.
void PeerNegotiation::on_offer_deadline(OfferSent& sent, NegotiationContext& ctx) {
  if (foreign() || (sent.step >= 2 && !sent.restart)) {
    rebuild(ctx);
  } else if (sent.restart) {
    if (!is_well() && ctx.now - sent.since >= deadlines::kLinkGiveUp) {
      rebuild(ctx);
      return;
    }
    sent.at = ctx.now + deadlines::kOfferResend;
    waiting_since_ = ctx.now;
    send_offer(sent, ctx);
  } else if (sent.step == kInsideTheJoin) {
    ctx.counters.add(Tally::EarlyOffersMissed);
    sent.step = 0;
    sent.since = ctx.now;
    sent.at = ctx.now + deadlines::kOfferResend;
    waiting_since_ = ctx.now;
    send_offer(sent, ctx);
  } else if (sent.step == 0) {
    sent.step = 1;
    sent.at = sent.since + deadlines::kOfferRenew;
    waiting_since_ = ctx.now;
    send_offer(sent, ctx);
  } else {
    make_offer(false, 2, sent.since, ctx);
  }
}

// ---- candidates ------------------------------------------------------------------------

void PeerNegotiation::signal_candidate(IceCandidate candidate, NegotiationContext& ctx) const {
  ctx.signals.push_back(
      PeerSignal{Kind::Candidate, pair_.peer, {}, std::move(candidate), address()});
}

void PeerNegotiation::on_local_candidate(const LocalCandidate& event, NegotiationContext& ctx) {
  if (!is_current(event.connection, ctx) || event.candidate.candidate.empty()) return;
  if (description_sent_) {
    signal_candidate(event.candidate, ctx);
  } else if (local_candidates_.size() < limits::kQueuedCandidates) {
    local_candidates_.push_back(event.candidate);
  }
}

void PeerNegotiation::flush_local_candidates(NegotiationContext& ctx) {
  for (IceCandidate& candidate : local_candidates_) signal_candidate(std::move(candidate), ctx);
  local_candidates_.clear();
}

bool PeerNegotiation::can_add(const QueuedCandidate& queued) const {
  if (connection_.none() || remote_ufrags_.empty() || queued.link != link_) return false;
  std::string_view ufrag = queued.candidate.username_fragment;
  if (ufrag.empty()) ufrag = candidate_ufrag(queued.candidate.candidate);
  return ufrag.empty() ||
         std::find(remote_ufrags_.begin(), remote_ufrags_.end(), ufrag) != remote_ufrags_.end();
}

void PeerNegotiation::on_candidate(IceCandidate candidate, LinkNumber link,
                                   NegotiationContext& ctx) {
  if (candidate.candidate.empty()) return;  // end of candidates
  if (foreign()) link = link_;
  if (link < link_) {
    ctx.counters.add(Tally::StaleCandidates);
    return;
  }
  QueuedCandidate queued{link, std::move(candidate)};
  // The browser adds it to the description that is being set now, which may know its ufrag no more.
  const bool applying = std::holds_alternative<ApplyingAnswer>(state_) ||
                        std::holds_alternative<ApplyingOffer>(state_);
  if (!applying && can_add(queued)) {
    ctx.commands.push_back(AddIceCandidate{pair_.peer, connection_, std::move(queued.candidate)});
    return;
  }
  if (remote_candidates_.size() >= limits::kQueuedCandidates) {
    remote_candidates_.erase(remote_candidates_.begin());
    ctx.counters.add(Tally::DroppedCandidates);
  }
  remote_candidates_.push_back(std::move(queued));
}

void PeerNegotiation::flush_remote_candidates(NegotiationContext& ctx) {
  std::vector<QueuedCandidate> waiting;
  for (QueuedCandidate& queued : remote_candidates_) {
    if (can_add(queued)) {
      ctx.commands.push_back(AddIceCandidate{pair_.peer, connection_, std::move(queued.candidate)});
    } else if (queued.link >= link_) {
      waiting.push_back(std::move(queued));
    }
  }
  remote_candidates_ = std::move(waiting);
}

// ---- what the owner draws --------------------------------------------------------------

ConnectionNumber PeerNegotiation::media_connection() const {
  return previous_.none() ? connection_ : previous_;
}

const std::vector<MediaKind>& PeerNegotiation::media_slots() const {
  return previous_.none() ? slots_ : previous_slots_;
}

LinkView PeerNegotiation::view() const {
  if (!previous_.none() || (connected_ && is_well())) return LinkView::Connected;
  if (connected_) return LinkView::Reconnecting;
  if (dead_ || unheard_ || rebuilds_ >= kUnreachableAfter) return LinkView::Unreachable;
  return rebuilds_ > 0 ? LinkView::Reconnecting : LinkView::Connecting;
}

}  // namespace groupcall
