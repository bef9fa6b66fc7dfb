// Peers: who is there, the links to them, and what they say.
#include <algorithm>

#include "core/call/router.h"
#include "core/negotiation/sdp_text.h"
#include "core/topology/topology.h"

namespace groupcall {

namespace {

// What a peer says of itself goes before what the server stored: `tracks` are merged at each
// update, userInfo is the first one ever sent.
Announcement announcement(wire::WireParticipant& who) {
  const bool unmarked = who.tracks.mark.epoch.empty();
  const Epoch& newest = unmarked ? who.user_info.mark.epoch : who.tracks.mark.epoch;
  const bool tracks_told = !unmarked || newest.empty();
  return Announcement{
      who.user_id, std::move(who.user_info.json), who.tracks.audio, who.tracks.camera(), newest,
      tracks_told, who.tracks.mark.screen};
}

}  // namespace

Link* CallCore::Router::present_link(const UserId& user) const {
  const std::unique_ptr<Link>* link = links_.find(user);
  return link == nullptr ? nullptr : link->get();
}

// For events of the browser: one without a link is stale.
Link* CallCore::Router::find_link(const UserId& user) {
  Link* link = present_link(user);
  if (link == nullptr) {
    counters_.add(Tally::StaleConnectionEvents);
  } else {
    touch(user);
  }
  return link;
}

// A spare connection's events may have been on their way while it found its peer.
template <class BrowserEvent>
Link* CallCore::Router::find_link_of(const BrowserEvent& event) {
  if (!event.peer.empty()) return find_link(event.peer);
  for (const auto& [user, link] : links_)
    if (link->negotiation.connection() == event.connection) return find_link(user);
  return find_link(event.peer);
}

// ---- the roster ------------------------------------------------------------------------

void CallCore::Router::admit(wire::Joined& message) {
  if (phase_ != RoomPhase::In && !advance(RoomEvent::Admitted)) return;
  if (room_.joined_at_ms == 0) {
    room_.joined_at_ms = to_us(now_) / 1'000;
    tell_tabs(wire::TabJoined{config_.self.user_id, room_.room_id});
  }
  room_.call_type = message.call_type;
  join_sent_ = false;
  ghost_possible_ = false;
  join_again_at_ = kNever;
  phase_deadline_ = kNever;
  announced_.reset();
  error_ = {};
  settle_joins({});
  snapshot_.timing("joined", now_);
  std::vector<Announcement> list;
  std::vector<UserId> listed;
  for (wire::WireParticipant& who : message.participants) {
    Announcement announced = announcement(who);
    listed.push_back(announced.user);
    if (announced.user == config_.self.user_id || !departed_.may_return(announced.epoch)) continue;
    list.push_back(std::move(announced));
  }
  const std::vector<UserId> missing = roster_.on_joined(list);
  roster_changed_ = true;
  if (session_.fell_silent()) {
    auto context = negotiation_context();
    for (auto& [user, link] : links_) link->negotiation.on_peer_back(context);
  }
  early_.set_owners(listed);
  sync_links();
  close_early_offers();
  for (const UserId& user : missing) look_after_absent(user);
  for (auto& [user, link] : links_)  // while we were away, nobody could be heard
    if (link->unheard_at != kNever) link->unheard_at = now_ + deadlines::kUnheard;
  touch_all();
}

void CallCore::Router::on_message(wire::ParticipantJoined& message) {
  if (!in_our_room(message.room_id)) return;
  Announcement announced = announcement(message.participant);
  if (announced.user == config_.self.user_id || phase_ != RoomPhase::In ||
      !departed_.may_return(announced.epoch)) {
    counters_.add(Tally::UnexpectedMessages);
    return;
  }
  unpack_early_offers(message, announced.epoch);
  const bool back = roster_.knows(announced.user, announced.epoch);
  roster_.on_participant_joined(announced);
  roster_changed_ = true;
  if (Link* link = back ? present_link(announced.user) : nullptr) {
    on_word(*link);
    auto context = negotiation_context();
    link->negotiation.on_peer_back(context);
  }
  sync_links();
  touch(announced.user);
}

// Only here, never from the stored state of `joined`, and only for a join that was never seen:
// an old offer must not be answered.
void CallCore::Router::unpack_early_offers(const wire::ParticipantJoined& message,
                                           const Epoch& epoch) {
  const wire::PeerMark& mark = message.participant.user_info.mark;
  const UserId& user = message.participant.user_id;
  if (mark.offers.empty() || !(mark.epoch == epoch) || roster_.knows(user, epoch)) return;
  const std::int64_t rank = roster_.rank_before(config_.self.user_id, user);
  if (rank >= limits::kEarlyOffers || mark.link.none()) return;
  std::erase_if(unpacking_, [&](const Unpacking& u) { return u.peer == user; });
  snapshot_.timing("offer-received", now_, user);
  unpacking_.push_back({ids_.next_op(), user, epoch, mark.link, rank + 1});
  commands_.push_back(UnpackText{unpacking_.back().op, mark.offers, limits::kUnpackedOffersBytes});
}

void CallCore::Router::on(const TextUnpacked& event) {
  const auto at = std::find_if(unpacking_.begin(), unpacking_.end(),
                               [&](const Unpacking& u) { return u.op == event.op; });
  if (at == unpacking_.end()) {
    counters_.add(Tally::StaleOperations);
    return;
  }
  const Unpacking unpacking = std::move(*at);
  unpacking_.erase(at);
  Link* link = present_link(unpacking.peer);
  if (link == nullptr || !(link->negotiation.pair().theirs == unpacking.epoch) ||
      !link->negotiation.awaits_first_offer()) {
    counters_.add(Tally::StaleEarlyOffers);
    return;
  }
  wire::Refusal refusal;
  wire::UnpackedOffers unpacked;
  if (!wire::decode_unpacked_offers(event.text, unpacked, refusal)) {
    wire::count_refusal(refusal, Tally::RefusedMessages, counters_);
    return;
  }
  if (static_cast<std::int64_t>(unpacked.offers.size()) < unpacking.index) return;
  EarlyOffer& ours = unpacked.offers[static_cast<std::size_t>(unpacking.index - 1)];
  const LinkAddress address{unpacking.epoch,   epoch_,         unpacking.link, 1,
                            PeerRequest::None, unpacking.index};
  auto context = negotiation_context();
  link->negotiation.on_offer({DescriptionType::Offer, std::move(ours.sdp)}, address, context);
  for (IceCandidate& candidate : ours.candidates)
    link->negotiation.on_candidate(std::move(candidate), unpacking.link, context);
  touch(unpacking.peer);
}

void CallCore::Router::on(const TextPacked& event) {
  auto context = negotiation_context();
  early_.on_packed(event, context);
  if (join_held_until_ != kNever && !early_.pending()) send_join();
}

void CallCore::Router::on_message(const wire::ParticipantLeft& message) {
  if (!in_our_room(message.room_id) || !roster_.on_left(message.user_id)) return;
  look_after_absent(message.user_id);
}

void CallCore::Router::on_message(const wire::TracksUpdated& message) {
  const UserId& user = message.user_id;
  const bool ours = in_our_room(message.room_id);
  // The server tells the tracks of those whom it lists, and of nobody else.
  if (ours && !roster_.find(user)) list_unannounced(user, message.tracks.mark.epoch);
  const Participant* who = ours ? roster_.find(user) : nullptr;
  if (who == nullptr || departed_.contains(message.tracks.mark.epoch)) {
    counters_.add(Tally::UnknownSenders);
    return;
  }
  const wire::WireTracks& tracks = message.tracks;
  const bool camera_on = tracks.camera() && !who->video;
  const bool screen_on = tracks.mark.screen && !who->screen;
  roster_.on_tracks(
      {user, {}, tracks.audio, tracks.camera(), tracks.mark.epoch, true, tracks.mark.screen});
  sync_pair(user);
  touch(user);
  Link* link = present_link(user);
  if (link != nullptr) on_word(*link);
  if (camera_on) note_announced(link, Slot::Camera);
  if (screen_on) note_announced(link, Slot::Screen);
}

void CallCore::Router::note_announced(Link* link, Slot slot) {
  if (link != nullptr) link->on_announced_on(slot);
  eager_until_ = now_ + deadlines::kEagerSpan;
}

void CallCore::Router::on_message(const wire::ScreenShareStarted& message) {
  on_foreign_screen(message.room_id, message.user_id, true);
}
void CallCore::Router::on_message(const wire::ScreenShareStopped& message) {
  on_foreign_screen(message.room_id, message.user_id, false);
}

// Of an older client. Module peers tell by their tracks, which the server also keeps for newcomers.
void CallCore::Router::on_foreign_screen(const RoomId& room, const UserId& user, bool on) {
  Participant* who = in_our_room(room) ? roster_.find(user) : nullptr;
  if (who == nullptr || who->capability != Capability::Foreign) return;
  who->screen = on;
  touch(user);
  if (on) note_announced(present_link(user), Slot::Screen);
}

// The server no longer lists them. They are gone when their connection is closed too, or when
// nothing has come from them for a while; until then their media may well outlive the server's
// opinion.
void CallCore::Router::look_after_absent(const UserId& user) {
  const Participant* who = roster_.find(user);
  if (who == nullptr || who->present) return;
  Link* link = present_link(user);
  touch(user);
  if (link != nullptr && link->unlisted && link->ghost_at > now_) return;
  if (link == nullptr || !link->negotiation.any_connected()) {
    remove_participant(user);
    return;
  }
  // Where nothing ever came, silence counts from the first look.
  const bool first_look = link->ghost_at == kNever;
  const Instant last = link->last_arrival();
  const Instant silent_at = last != kNever ? last + deadlines::kGhostSilence
                            : first_look   ? now_ + deadlines::kGhostSilence
                                           : link->ghost_at;
  if (first_look) {
    link->ghost_at = std::max(silent_at, now_ + 1s);
  } else if (silent_at <= now_) {
    remove_participant(user);
  } else {
    link->ghost_at = silent_at;
  }
}

void CallCore::Router::remove_participant(const UserId& user, bool for_good) {
  forget_link(user);
  if (for_good) parked_.erase(user);
  const Participant* who = roster_.find(user);
  if (who != nullptr) departed_.add(who->epoch, for_good);
  roster_.remove(user);
  roster_changed_ = true;
  touch(user);
}

// ---- links -----------------------------------------------------------------------------

void CallCore::Router::sync_links() {
  std::vector<UserId> users;
  std::vector<UserId> present;
  for (const auto& [user, who] : roster_.all())
    if (who.present || links_.contains(user)) users.push_back(user);
  for (const auto& [user, link] : links_) present.push_back(user);
  const LinkDiff diff =
      diff_links(plan_links(config_.topology, config_.self.user_id, users), present);
  for (const UserId& user : diff.close) remove_participant(user);
  for (const UserId& user : present) sync_pair(user);
  for (const UserId& user : diff.open) sync_pair(user);
}

// Makes the link to this user one of the present epoch pair.
void CallCore::Router::sync_pair(const UserId& user) {
  const Participant* who = roster_.find(user);
  if (who == nullptr) return;
  const bool foreign = who->capability == Capability::Foreign;
  const Epoch theirs = foreign ? Epoch{} : who->epoch;
  auto context = negotiation_context();
  if (Link* link = present_link(user)) {
    if (who->present) {
      link->ghost_at = kNever;
      link->unlisted = false;
    }
    if (link->negotiation.pair().theirs == theirs) return;
    forget_link(user, theirs);
  }
  auto& link = links_[user];
  link = std::make_unique<Link>(PeerNegotiation::Pair{user, epoch_, theirs}, who->our_role);
  link->unheard_at = now_ + deadlines::kUnheard;
  recall_messages(*link);
  auto early = foreign ? std::nullopt : early_.take(user);
  if (early) {
    link->path.on_early(early->connection, ice_ufrags(early->offer.sdp), early->relay, now_);
    snapshot_.timing("offer-sent", early_.sent_at(), user);
    link->negotiation.begin_early(std::move(*early), context);
  } else {
    link->negotiation.begin(context);
  }
  touch(user);
}

void CallCore::Router::on_link_deadline(const UserId& user) {
  Link* link = find_link(user);
  if (link == nullptr) return;
  if (link->ghost_at <= now_) {
    look_after_absent(user);
    link = present_link(user);
    if (link == nullptr) return;
  }
  if (link->channel_open() && link->alive_at <= now_) {
    link->alive_at = phase_ == RoomPhase::Leaving ? kNever : now_ + deadlines::kAlive;
    wire::ChannelText alive;
    alive.ack = link->messages->take_acknowledgement(now_);
    alive.deaf = link->negotiation.silent();
    if (link->alive_at != kNever)
      commands_.push_back(SendChannel{user, link->channel(), wire::encode_channel_text(alive)});
  }
  if (link->nudge_at <= now_) {
    link->nudge_at = kNever;
    announced_.reset();  // repeats our tracks, unchanged: older clients attach us then
  }
  if (phase_ == RoomPhase::In && !link->negotiation.connected())
    check_membership(membership_.on_unanswered(now_));
  const bool may_judge = phase_ == RoomPhase::In && session_.online() &&
                         session_.last_delivery() >= link->negotiation.waiting_since();
  auto context = negotiation_context();
  link->negotiation.on_deadline(may_judge, context);
  link->on_deadline(context);
  if (link->unheard_at <= now_) look_after_unheard(*link);
  if (link->messages->stuck_at() <= now_) {
    link->messages->wait_again(now_);
    // Silence has deadlines of its own, and heals.
    if (link->negotiation.connected() && link->hears(now_)) {
      counters_.add(Tally::StuckMessages);
      link->negotiation.give_up_connection(context);
    }
  }
  if (link->dead_at <= now_) repair_foreign(*link);
}

// ---- what peers say --------------------------------------------------------------------

// Checks the sender and both epochs of a message; the link that it concerns, or nothing.
Link* CallCore::Router::link_for_signal(const UserId& sender, const LinkAddress& address,
                                        bool is_offer) {
  if (phase_ != RoomPhase::In || sender == config_.self.user_id) {
    counters_.add(Tally::UnexpectedMessages);
    return nullptr;
  }
  // A message to our present epoch is from somebody who saw us in the room, even if the server's
  // word of them was lost: nobody else knows it.
  const bool knows_us = !address.absent() && address.to == epoch_;
  if (!roster_.find(sender) && knows_us && list_unannounced(sender, address.from))
    roster_.find(sender)->present = false;
  if (!roster_.find(sender)) {
    counters_.add(Tally::UnknownSenders);
    return nullptr;
  }
  if (address.absent()) {
    roster_.on_foreign_message(sender);
  } else {
    const bool wants_offer = address.request == PeerRequest::OfferPlease;
    const Role role = wants_offer && !is_offer ? Role::Offerer : Role::Answerer;
    // "I am this one now" is said by a living page. Unless another is known to live, it is believed
    // against whatever came late of a former self.
    const Link* known = present_link(sender);
    const bool alive = knows_us && address.request == PeerRequest::EpochTold &&
                       (known == nullptr || !known->negotiation.any_connected());
    const bool gone =
        alive ? !departed_.may_return(address.from) : departed_.contains(address.from);
    if (gone || !roster_.on_message_epoch(sender, address.from, role, alive)) {
      counters_.add(Tally::StaleEpochs);
      return nullptr;
    }
  }
  sync_pair(sender);
  touch(sender);
  Link* link = present_link(sender);
  if (link == nullptr) return nullptr;
  if (!roster_.find(sender)->present && !link->negotiation.any_connected()) {
    link->unlisted = true;
    link->ghost_at = now_ + deadlines::kGhostSilence;
  }
  on_word(*link);
  if (address.absent() || address.to == epoch_) return link;
  counters_.add(Tally::OtherEpochs);
  if (address.request != PeerRequest::EpochTold) tell_epoch(sender, address.from);
  return nullptr;
}

// Somebody is here of whose coming we have not heard.
bool CallCore::Router::list_unannounced(const UserId& user, const Epoch& epoch) {
  if (phase_ != RoomPhase::In || user == config_.self.user_id || !departed_.may_return(epoch))
    return false;
  counters_.add(Tally::UnlistedPeers);
  roster_.on_participant_joined(Announcement{user, "{}", true, true, epoch});
  roster_changed_ = true;
  return true;
}

void CallCore::Router::tell_epoch(const UserId& peer, const Epoch& theirs) {
  PeerSignal signal;
  signal.peer = peer;
  signal.address = LinkAddress{epoch_, theirs, {}, 0, PeerRequest::EpochTold};
  signals_.push_back(std::move(signal));
}

void CallCore::Router::on_message(wire::OfferReceived& message) {
  if (!in_our_room(message.room_id)) return;
  if (message.offer.type != DescriptionType::Offer) {
    counters_.add(Tally::RefusedMessages);
    return;
  }
  Link* link = link_for_signal(message.sender, message.offer.address, true);
  if (link == nullptr) return;
  snapshot_.timing("offer-received", now_, message.sender);
  auto context = negotiation_context();
  link->negotiation.on_offer({message.offer.type, std::move(message.offer.sdp)},
                             message.offer.address, context);
}

void CallCore::Router::on_message(wire::AnswerReceived& message) {
  if (!in_our_room(message.room_id)) return;
  if (message.answer.type != DescriptionType::Answer) {
    counters_.add(Tally::RefusedMessages);
    return;
  }
  Link* link = link_for_signal(message.sender, message.answer.address, false);
  if (link == nullptr) return;
  snapshot_.timing("answer-received", now_, message.sender);
  auto context = negotiation_context();
  link->negotiation.on_answer({message.answer.type, std::move(message.answer.sdp)},
                              message.answer.address, context);
}

void CallCore::Router::on_message(wire::CandidateReceived& message) {
  if (!in_our_room(message.room_id)) return;
  const LinkAddress address = message.candidate.address;
  if (message.sender == config_.self.user_id) return membership_.on_echo();
  if (address.request != PeerRequest::None) return on_request(message.sender, address);
  Link* link = link_for_signal(message.sender, address, false);
  if (link == nullptr) return;
  auto context = negotiation_context();
  link->negotiation.on_candidate(std::move(message.candidate.candidate), address.link, context);
}

void CallCore::Router::send_signals() {
  for (PeerSignal& signal : signals_) {
    const bool offline = !session_.online() || phase_ != RoomPhase::In;
    if (send_over_channel(signal, offline)) continue;
    if (offline) {
      counters_.add(Tally::SignalsWhileOffline);  // their deadlines say them again
      continue;
    }
    wire::WireDescription description{signal.description.type, std::move(signal.description.sdp),
                                      signal.address};
    switch (signal.kind) {
      case PeerSignal::Kind::Offer:
        snapshot_.timing("offer-sent", now_, signal.peer);
        session_.send(wire::SendOffer{room_.room_id, std::move(description), signal.peer},
                      commands_);
        break;
      case PeerSignal::Kind::Answer:
        snapshot_.timing("answer-sent", now_, signal.peer);
        session_.send(wire::SendAnswer{room_.room_id, std::move(description), signal.peer},
                      commands_);
        break;
      case PeerSignal::Kind::Candidate:
      case PeerSignal::Kind::Request:
        session_.send(
            wire::SendCandidate{
                room_.room_id, {std::move(signal.candidate), signal.address}, signal.peer},
            commands_);
        break;
    }
  }
  signals_.clear();
}

// ---- the browser -----------------------------------------------------------------------

void CallCore::Router::on(const LocalDescriptionSet& event) {
  auto context = negotiation_context();
  if (early_.owns(event.connection)) return early_.on_local_description(event, context);
  Link* link = find_link_of(event);
  if (link == nullptr) return;
  link->negotiation.on_local_description(event, context);
  if (event.connection == link->negotiation.connection())
    link->path.on_described(event.connection, ice_ufrags(event.description.sdp), event.relay, now_);
}

void CallCore::Router::on(const RemoteDescriptionSet& event) {
  Link* link = find_link(event.peer);
  if (link == nullptr) return;
  auto context = negotiation_context();
  link->negotiation.on_remote_description(event, context);
}

void CallCore::Router::on(const TrackAttached& event) {
  Link* link = find_link(event.peer);
  if (link == nullptr) return;
  auto context = negotiation_context();
  link->on_track_attached(event, context);
}

void CallCore::Router::on(const OperationFailed& event) {
  if (early_.owns(event.connection)) {
    counters_.add(Tally::FailedOperations);
    close_early_offers();
    if (join_held_until_ != kNever) send_join();
    return;
  }
  Link* link = find_link_of(event);
  if (link == nullptr) return;
  auto context = negotiation_context();
  if (!link->on_attach_failed(event, context))
    link->negotiation.on_operation_failed(event, context);
}

void CallCore::Router::on(const LocalCandidate& event) {
  auto context = negotiation_context();
  if (early_.owns(event.connection)) return early_.on_local_candidate(event, context);
  Link* link = find_link_of(event);
  if (link == nullptr) return;
  link->negotiation.on_local_candidate(event, context);
  link->path.on_candidate(event);
}

void CallCore::Router::on(const CandidateFailed& event) {
  if (early_.owns(event.connection)) return;  // it names no relay
  if (Link* link = find_link_of(event)) link->path.on_candidate_failed(event);
}

void CallCore::Router::on(const TransportChanged& event) {
  Link* link = find_link(event.peer);
  if (link == nullptr) return;
  const bool was_connected = link->negotiation.connected();
  auto context = negotiation_context();
  link->negotiation.on_transport(event, context);
  if (was_connected || !link->negotiation.connected()) {
    look_after_absent(event.peer);
    return;
  }
  // The server brought our messages to them, so it lists them.
  if (std::exchange(link->unlisted, false)) {
    roster_.find(event.peer)->present = true;
    link->ghost_at = kNever;
  }
  snapshot_.timing("connected", now_, event.peer);
  eager_until_ = now_ + deadlines::kEagerSpan;
  if (link->negotiation.pair().foreign()) link->nudge_at = now_ + deadlines::kForeignNudge;
}

void CallCore::Router::on(const DtlsClosed& event) {
  Link* link = find_link(event.peer);
  if (link == nullptr) return;
  auto context = negotiation_context();
  link->negotiation.on_dtls_closed(event, context);
  look_after_absent(event.peer);
}

void CallCore::Router::on(const ChannelOpened& event) {
  Link* link = find_link(event.peer);
  if (link != nullptr) link->on_channel_opened(event.connection, now_);
}

void CallCore::Router::on(const ChannelClosed& event) {
  Link* link = find_link(event.peer);
  if (link != nullptr) link->on_channel_closed(event.connection);
}

void CallCore::Router::on(const ChannelDrained& event) {
  Link* link = find_link(event.peer);
  if (link == nullptr) return;
  link->messages->on_drained(event.connection);
  if (phase_ != RoomPhase::Leaving) return;
  link->on_channel_closed(event.connection);  // its goodbye is out
  for (const auto& [user, other] : links_)
    if (other->channel_open()) return;
  advance(RoomEvent::GoodbyesSent);
  finish();
}

}  // namespace groupcall
