// Who speaks, how good each link is, and what is done about what stands still.
#include <algorithm>

#include "core/call/router.h"

namespace groupcall {

namespace {

// With a picture: the usual tile of one.
constexpr std::int64_t kVoiceKbps = budget::kAudioKbps;
constexpr std::int64_t kPictureKbps = 600;
constexpr std::int64_t kLossyPermille = 50;
// Fewer packets say nothing about loss.
constexpr std::int64_t kLeastPackets = 10;
// No link has that many in a second; the product with 1000 stays small.
constexpr std::int64_t kMostPackets = 1'000'000;

}  // namespace

// ---- who speaks ------------------------------------------------------------------------

void CallCore::Router::on(const LevelsChanged& event) {
  for (const LevelSample& level : event.levels) {
    if (level.peer.empty()) {
      self_speaking_.on_level(level.permille, now_);
      continue;
    }
    Link* link = present_link(level.peer);
    if (link == nullptr || !link->negotiation.owns(level.connection)) continue;
    touch(level.peer);
    link->health.level_of = level.connection;
    link->health.speaking.on_level(level.permille, now_);
  }
}

void CallCore::Router::watch_levels(bool wanted) {
  if (wanted == levels_watched_) return;
  levels_watched_ = wanted;
  commands_.push_back(wanted ? WatchLevels{speech::kPeriod / 1ms, speech::kQuiet, speech::kLoud}
                             : WatchLevels{});
  self_speaking_ = {};
}

// ---- how good a link is ----------------------------------------------------------------

void CallCore::Router::measure_quality(const StatsSampled& sampled) {
  bool connected = false;
  for (const LinkSample& sample : sampled.links) {
    Link* link = present_link(sample.peer);
    if (link == nullptr || sample.connection != link->negotiation.connection()) continue;
    LinkHealth& health = link->health;
    if (!link->negotiation.owns(health.level_of)) health.speaking.on_level(0, now_);
    if (!link->negotiation.connected()) continue;
    connected = true;
    note_sending(sample, *link);
    note_quality(sample, *link);
    if (link->doubted()) stats_at_ = earlier(stats_at_, now_ + deadlines::kStatsEager);
  }
  if (connected) watch_levels(true);
}

void CallCore::Router::note_quality(const LinkSample& sample, Link& link) const {
  LinkHealth& health = link.health;
  const bool first = health.of != sample.connection;
  const Duration passed = now_ - health.counted_at;
  if (!first && passed < budget::kSample) return;
  std::int64_t packets = 0;
  std::int64_t missing = 0;
  std::int64_t sent = 0;
  QualityFacts facts;
  facts.rtt_ms = sample.rtt_ms;
  for (const SlotSample& slot : sample.slots) {
    packets += slot.packets;
    missing += slot.missing;
    sent += slot.sent;
    facts.jitter_ms = std::max(facts.jitter_ms, slot.jitter_ms);
    facts.loss_permille = std::max(facts.loss_permille, slot.lost_permille);
    facts.cpu = facts.cpu || slot.cpu;
  }
  const std::int64_t came = packets - std::exchange(health.packets, packets);
  const std::int64_t lost =
      std::min(missing - std::exchange(health.missing, missing), kMostPackets);
  const std::int64_t sent_now = sent - std::exchange(health.sent_bytes, sent);
  health.counted_at = now_;
  health.of = sample.connection;
  if (first) {
    health.counted_from = now_;
    return;
  }
  if (lost > 0 && came > 0 && came + lost >= kLeastPackets)
    facts.loss_permille = std::max(facts.loss_permille, lost * 1'000 / (came + lost));
  if (link.view() != LinkView::Connected) facts.loss_permille = 1'000;
  health.lossy = facts.loss_permille >= kLossyPermille;
  // The browser's estimate grows only as it is used: it is the limit only when it is used up.
  const bool pictures = link.sends(Slot::Camera) && !link.uplink.plan.of(Slot::Camera).inactive;
  const std::int64_t wanted = kVoiceKbps + (pictures ? kPictureKbps : 0);
  const std::int64_t carries = sample.available_kbps;
  const std::int64_t kbps = sent_now * 8 / (passed / 1ms);
  if (carries > 0 && carries < wanted && kbps * 3 / 2 > carries &&
      now_ - health.counted_from >= deadlines::kEagerSpan)
    facts.short_permille = (wanted - carries) * 1'000 / wanted;
  health.quality.on_facts(facts);
}

// ---- what we send ----------------------------------------------------------------------

// Nothing leaves though it should: the peer is told at once, since it sees only that nothing comes.
void CallCore::Router::note_sending(const LinkSample& sample, Link& link) {
  LinkHealth& health = link.health;
  if (health.of != sample.connection)
    for (LinkHealth::Sending& sending : health.sending) sending.since = kNever;
  std::int64_t unsent = 0;
  std::int64_t held = 0;
  for (const Slot slot : {Slot::Microphone, Slot::Camera}) {
    const bool camera = slot == Slot::Camera;
    const SlotLimit& limit = link.uplink.plan.of(slot);
    const MediaView view = media_.view(camera ? Source::Camera : Source::Microphone);
    const bool has = view.state == MediaState::On && link.sends(slot);
    const bool should = has && !limit.inactive;
    // A tile that the peer hides needs no word.
    if (has && limit.inactive && !hides(link.uplink.theirs, slot)) held |= slot_bit(slot);
    LinkHealth::Sending& sending = health.sending[camera ? 1 : 0];
    for (const SlotSample& counted : sample.slots) {
      if (counted.slot != link.index_of(slot)) continue;
      const bool rose = counted.sent > 0 && counted.sent != sending.bytes;
      sending.bytes = counted.sent;
      sending.ever = sending.ever || rose;
      sending.since = rose || !should ? kNever : earlier(sending.since, now_);
    }
    // A sample without a byte, and a whole one after it.
    if (should && sending.ever && sending.since != kNever &&
        now_ - sending.since >= watchdog::kUnsent)
      unsent |= slot_bit(slot);
  }
  const bool news = unsent != health.unsent || held != health.held;
  health.unsent = unsent;
  health.held = held;
  if (news) link.alive_at = now_;
}

void CallCore::Router::on(const PageHidden& event) {
  page_hidden_ = true;
  page_frozen_ = event.frozen;
  say_alive();
}

// The page is shown again, or hidden and about to be stopped: the others are told at once.
void CallCore::Router::say_alive() {
  for (auto& [user, link] : links_) {
    if (link->channel_open()) link->alive_at = now_;
    touch(user);
  }
}

void CallCore::Router::on_key_frame_asked(ConnectionNumber connection, std::int64_t number,
                                          Link& link) {
  if (number != static_cast<std::int64_t>(Slot::Camera) &&
      number != static_cast<std::int64_t>(Slot::Screen))
    return;
  const auto slot = static_cast<Slot>(number);
  Instant& from = link.health.key_frame_from[static_cast<std::size_t>(number)];
  const SlotLimit& limit = link.uplink.plan.of(slot);
  if (connection != link.negotiation.connection() || now_ < from || !link.sends(slot) ||
      limit.inactive)
    return;
  from = now_ + watchdog::kKeyFramePause;
  counters_.add(Tally::KeyFramesMade);
  commands_.push_back(
      RequestKeyFrame{link.negotiation.pair().peer, connection, link.index_of(slot)});
}

// ---- what arrives ----------------------------------------------------------------------

MediaView CallCore::Router::remote_view(const UserId& user, Slot slot) const {
  const Participant& who = *roster_.find(user);
  const Link* link = present_link(user);
  RemoteFacts facts;
  facts.is_video = slot != Slot::Microphone;
  facts.may_rest = slot == Slot::Screen;
  facts.announced = slot == Slot::Microphone ? who.audio
                    : slot == Slot::Camera   ? who.video
                                             : who.screen;
  if (link == nullptr) return remote_state(facts);
  // Who was told that we do not show it sends none: that is no failure.
  if (facts.announced && not_shown(*link, slot)) return {MediaState::On, MediaReason::NotShown};
  facts.link = link->view();
  facts.flow = link->flow(slot);
  facts.unsent = ((link->health.peer_unsent | link->health.peer_held) & slot_bit(slot)) != 0;
  facts.interrupted =
      link->health.peer_frozen ||
      (link->channel_open() && facts.link == LinkView::Connected && !link->health.lossy &&
       now_ - link->health.alive_heard >= deadlines::kFrozen);
  return remote_state(facts);
}

// What a link's own silence has broken is mended there (PeerNegotiation::on_silence).
void CallCore::Router::watch(const UserId& user, Link& link) {
  LinkHealth& health = link.health;
  health.speaking.on_deadline(now_);
  if (roster_.find(user) == nullptr) return;
  const PeerNegotiation& negotiation = link.negotiation;
  for (const Slot slot : {Slot::Microphone, Slot::Camera, Slot::Screen}) {
    Watchdog& watchdog = health.watchdogs[static_cast<std::size_t>(slot)];
    StallFacts facts;
    facts.reason = remote_view(user, slot).reason;
    facts.is_video = slot != Slot::Microphone;
    facts.may_repair = !page_hidden_ && is_wanted(phase_) && !negotiation.pair().foreign() &&
                       link.view() == LinkView::Connected &&
                       (health.peer_held & slot_bit(slot)) == 0 &&
                       negotiation.connection() == negotiation.media_connection();
    facts.rebuild_from = health.rebuild_from;
    const bool known = watchdog.stalled();
    const Repair repair = watchdog.on_look(facts, now_);
    if (watchdog.stalled() && !known) counters_.add(Tally::Stalls);
    auto context = negotiation_context();
    if (repair == Repair::KeyFrame && link.channel_open()) {
      counters_.add(Tally::KeyFramesAsked);
      wire::ChannelText text{wire::ChannelKind::KeyFrame};
      text.number = static_cast<std::int64_t>(slot);
      commands_.push_back(SendChannel{user, link.channel(), wire::encode_channel_text(text)});
    } else if (repair == Repair::RestartIce) {
      counters_.add(Tally::WatchdogRestarts);
      link.negotiation.on_network_changed(context);
    } else if (repair == Repair::Rebuild) {
      counters_.add(Tally::WatchdogRebuilds);
      health.rebuild_from = now_ + watchdog::kRebuildPause;
      link.negotiation.give_up_connection(context);
    }
  }
}

}  // namespace groupcall
