#include "core/call/link.h"

#include <algorithm>

namespace groupcall {

namespace {

// In what an older client offers, the first sound is its microphone, the first picture its
// camera and another its screen (protocol, section 3): the newest one, since each time that it
// shares there may be one more. Ours have a fixed order.
std::int64_t slot_index(Slot slot, const std::vector<MediaKind>& kinds, bool foreign) {
  if (!foreign) {
    const auto index = static_cast<std::int64_t>(slot);
    return index < static_cast<std::int64_t>(kinds.size()) ? index : -1;
  }
  if (slot == Slot::ScreenAudio) return -1;
  const MediaKind kind = slot == Slot::Microphone ? MediaKind::Audio : MediaKind::Video;
  std::int64_t first = -1;
  std::int64_t other = -1;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (kinds[i] == kind) (first < 0 ? first : other) = static_cast<std::int64_t>(i);
  return slot == Slot::Screen ? other : first;
}

}  // namespace

void Link::send_tracks(const Tracks& tracks, NegotiationContext& ctx) {
  if (senders_of_ != negotiation.connection()) {
    senders_of_ = negotiation.connection();
    senders_ = {};
  }
  if (senders_of_.none()) return;
  const bool foreign = negotiation.pair().foreign();
  const auto slots = {Slot::Microphone, Slot::Camera, Slot::Screen, Slot::ScreenAudio};
  for (Slot slot : slots) {
    if (foreign && slot > Slot::Camera) return;
    const TrackId& screen = tracks[static_cast<std::size_t>(Slot::Screen)];
    const bool screen_instead = foreign && slot == Slot::Camera && !screen.empty();
    const auto at = static_cast<std::size_t>(slot);
    send_track(slot, senders_[at], screen_instead ? screen : tracks[at], ctx);
  }
}

void Link::send_track(Slot slot, Sender& sender, const TrackId& wanted, NegotiationContext& ctx) {
  const std::int64_t index = slot_index(slot, negotiation.slots(), negotiation.pair().foreign());
  if (index < 0 || !sender.op.none()) return;
  if (sender.attached == wanted) sender.retry_at = {};
  if (sender.attached == wanted || ctx.now < sender.retry_at) return;
  sender.op = ctx.ids.next_op();
  sender.give_up = ctx.now + deadlines::kOperation;
  sender.requested = wanted;
  ctx.commands.push_back(
      AttachTrack{negotiation.pair().peer, senders_of_, sender.op, index, wanted});
}

bool Link::sends(const TrackId& track) const {
  for (const Sender& sender : senders_)
    if (sender.attached == track || (!sender.op.none() && sender.requested == track)) return true;
  return false;
}

void Link::on_track_attached(const TrackAttached& event, NegotiationContext& ctx) {
  for (Sender& sender : senders_) {
    if (event.connection != senders_of_ || event.op != sender.op || event.op.none()) continue;
    sender.op = {};
    sender.give_up = kNever;
    sender.attached = sender.requested;
    sender.retry_at = {};
    return;
  }
  ctx.counters.add(Tally::StaleOperations);
}

bool Link::on_attach_failed(const OperationFailed& event, NegotiationContext& ctx) {
  for (Sender& sender : senders_) {
    if (event.connection != senders_of_ || event.op != sender.op || event.op.none()) continue;
    sender.op = {};
    sender.give_up = kNever;
    sender.retry_at = ctx.now + deadlines::kAttachRetry;
    ctx.counters.add(Tally::FailedAttachments);
    return true;
  }
  return false;
}

void Link::on_deadline(NegotiationContext& ctx) {
  bool stuck = false;
  for (Sender& sender : senders_) {
    stuck = stuck || sender.give_up <= ctx.now;
    if (sender.give_up <= ctx.now) sender.give_up = kNever;
  }
  if (stuck && senders_of_ == negotiation.connection()) negotiation.give_up_connection(ctx);
}

bool Link::on_sample(const LinkSample& sample, NegotiationContext& ctx) {
  if (sample.connection != negotiation.media_connection()) return false;
  if (remote_of_ != sample.connection) {
    remote_of_ = sample.connection;
    remote_.reset();
    heard_at_ = kNever;
  }
  remote_.on_sample(sample, ctx.now);
  if (remote_.last_arrival() == ctx.now) {
    note_heard(ctx.now);
  } else if (heard_at_ != kNever && ++silent_samples_ >= 2 &&
             ctx.now - heard_at_ >= deadlines::kSilence) {
    const bool news = negotiation.on_silence(ctx);
    if (news)
      alive_at = ctx.now;  // the peer may hear us all the same, and believe that all is well
    return news;
  }
  return false;
}

void Link::on_alive(ConnectionNumber connection, bool deaf, NegotiationContext& ctx) {
  if (connection == negotiation.media_connection()) note_heard(ctx.now);
  if (connection == negotiation.connection()) negotiation.on_peer_hears(!deaf, ctx);
}

void Link::note_heard(Instant now) {
  if (negotiation.silent()) alive_at = now;
  heard_at_ = now;
  silent_samples_ = 0;
  heard_word(now);
  negotiation.on_heard();
}

void Link::judge(Instant now) {
  const bool up = negotiation.transport_up();
  given_up = given_up && !up;
  // Of whom there was never a word, nobody knows whether they are there.
  if (up || !spoken_ || !negotiation.pair().foreign()) {
    dead_at = kNever;
  } else if (dead_at == kNever) {
    dead_at = now + deadlines::kForeignDead;
  }
}

std::int64_t Link::index_of(Slot slot) const {
  return slot_index(slot, negotiation.media_slots(), negotiation.pair().foreign());
}

TrackSource Link::source(Slot slot) const {
  const std::int64_t index = index_of(slot);
  if (index < 0) return {};
  const std::int64_t sound = slot == Slot::Screen ? index_of(Slot::ScreenAudio) : -1;
  return TrackSource{negotiation.media_connection(), index, sound};
}

void Link::note_view(Instant now) {
  if (negotiation.view() != LinkView::Connected) {
    missing_since_ = earlier(missing_since_, now);
    return;
  }
  missing_since_ = kNever;
  met_ = true;
}

ConnectionReason Link::reason(bool asked, bool relay_only, Instant now) const {
  if (missing_since_ == kNever) return ConnectionReason::None;
  PathFacts facts;
  facts.missing = now - missing_since_;
  facts.answered = negotiation.answered();
  if (negotiation.owed_since() != kNever)
    facts.owed = std::min(now - negotiation.owed_since(), facts.missing);
  facts.beyond_us = negotiation.pair().foreign() && met_;
  facts.relay_only = relay_only;
  facts.gathering = path.gathering(now);
  const ConnectionReason reason = connection_reason(facts);
  // Otherwise it may be our own outage, which is shown elsewhere.
  return reason == ConnectionReason::NoAnswer && !asked ? ConnectionReason::None : reason;
}

Instant Link::deadline() const {
  Instant first = earlier(negotiation.deadline(), earlier(nudge_at, ghost_at));
  first = earlier(first, earlier(unheard_at, earlier(dead_at, messages->stuck_at())));
  first = earlier(first, health.deadline());
  if (channel_open()) first = earlier(first, alive_at);
  for (const Sender& sender : senders_) {
    first = earlier(first, sender.give_up);
    if (sender.op.none() && sender.retry_at > Instant{}) first = earlier(first, sender.retry_at);
  }
  return first;
}

}  // namespace groupcall
