// What is sent to whom: the uplink's estimate shared over the peers, by what each shows of us.
#include <algorithm>

#include "core/call/router.h"

namespace groupcall {

namespace {

bool differs(const TileView& told, const TileView& now) {
  const std::int64_t before = std::min(told.width, told.height);
  const std::int64_t change = std::min(now.width, now.height) - before;
  return told.speaker != now.speaker || told.screen_hidden != now.screen_hidden ||
         std::max(change, -change) * 8 > before;
}

constexpr auto kShared = std::to_array<Slot>({Slot::Microphone, Slot::Camera, Slot::Screen});

// There is a sample of the present connection.
bool measured(const Link& link) {
  return link.negotiation.connected() && link.uplink.of == link.negotiation.connection();
}

}  // namespace

// ---- what is shown ---------------------------------------------------------------------

TileView* CallCore::Router::view_of(const UserId& user) {
  for (ViewChanged& one : views_)
    if (one.peer == user) return &one.view;
  return nullptr;
}

void CallCore::Router::on(const ViewChanged& event) {
  Link* link = present_link(event.peer);
  if (link != nullptr) {
    touch(event.peer);
    for (const Slot slot : {Slot::Camera, Slot::Screen}) {
      if (hides(event.view, slot) || !not_shown(*link, slot)) continue;
      link->on_announced_on(slot);  // the picture of before is not the one that comes
      eager_until_ = now_ + deadlines::kEagerSpan;
    }
  }
  if (TileView* view = view_of(event.peer)) {
    *view = event.view;
    return;
  }
  if (views_.size() >= limits::kViews) views_.clear();  // of whoever has come and gone
  views_.push_back(event);
}

// Whether the peer knows that we do not show it.
bool CallCore::Router::not_shown(const Link& link, Slot slot) {
  return hides(link.uplink.told, slot) && link.channel_open() &&
         link.uplink.told_on == link.channel();
}

// On each new channel, and when it changes by an eighth; the last word of several is said with an
// early sign of life.
void CallCore::Router::tell_view(const UserId& user, Link& link) {
  const TileView* view = view_of(user);
  if (view == nullptr || !link.channel_open() || !is_wanted(phase_)) return;
  LinkUplink& uplink = link.uplink;
  if (uplink.told_on == link.channel()) {
    if (!differs(uplink.told, *view)) return;
    const Instant next = uplink.told_at + budget::kViewPause;
    if (now_ < next) {
      link.alive_at = earlier(link.alive_at, next);
      return;
    }
  }
  uplink.told_on = link.channel();
  uplink.told = *view;
  uplink.told_at = now_;
  wire::ChannelText text{wire::ChannelKind::View};
  text.view = *view;
  commands_.push_back(SendChannel{user, link.channel(), wire::encode_channel_text(text)});
}

// Whoever keeps to the pause is heard at once, the others with the next sample.
void CallCore::Router::on_view(Link& link, const TileView& view) {
  const bool paced = now_ - link.uplink.theirs_at >= budget::kViewPause / 2;
  link.uplink.theirs = view;
  if (!paced) return;
  link.uplink.theirs_at = now_;
  share_uplink();
}

// ---- what is sent ----------------------------------------------------------------------

void CallCore::Router::measure_uplink(const StatsSampled& sampled) {
  bool cpu = false;
  for (const LinkSample& sample : sampled.links) {
    Link* link = present_link(sample.peer);
    if (link == nullptr || !link->negotiation.connected() ||
        sample.connection != link->negotiation.connection())
      continue;
    LinkUplink& uplink = link->uplink;
    if (!measured(*link)) {
      uplink.of = sample.connection;
      uplink.estimate = {};
      uplink.plan = {};
    }
    SendFacts facts{0, sample.available_kbps, 0, sample.rtt_ms};
    for (const SlotSample& slot : sample.slots) {
      facts.sent_bytes += slot.sent;
      facts.lost_permille = std::max(facts.lost_permille, slot.lost_permille);
      cpu = cpu || slot.cpu;
      // A camera that is off has no size, and has its former one when it comes back.
      if (slot.slot == link->index_of(Slot::Camera) && slot.lines > 0)
        uplink.lines = std::min(slot.lines, limits::kTileSide);
    }
    uplink.estimate.on_sample(facts, uplink.plan.allotted_kbps, now_);
  }
  uplink_.on_cpu(cpu, now_);
  share_uplink();
}

void CallCore::Router::share_uplink() {
  std::vector<PeerDemand> peers;
  std::int64_t kbps = 0;
  std::int64_t lines = 0;
  for (const auto& [user, link] : links_) {
    if (!measured(*link)) continue;
    const LinkUplink& uplink = link->uplink;
    PeerDemand& peer = peers.emplace_back();
    for (const Slot slot : kShared) peer.tracks[static_cast<std::size_t>(slot)] = link->sends(slot);
    peer.foreign = link->negotiation.pair().foreign();
    peer.view = uplink.theirs;
    peer.ceiling_kbps = uplink.estimate.ceiling_kbps();
    peer.plan = uplink.plan;
    kbps += uplink.estimate.kbps();
    // What an older client gets in the camera's place may be the screen.
    if (!peer.foreign) lines = std::max(lines, uplink.lines);
  }
  uplink_.plan(kbps, lines, peers, now_);
  auto peer = peers.begin();
  for (const auto& [user, link] : links_) {
    if (!measured(*link)) continue;
    for (const Slot slot : kShared) {
      const SlotLimit& limit = peer->plan.of(slot);
      const std::int64_t index = link->index_of(slot);
      if (index >= 0 && !(limit == link->uplink.plan.of(slot)))
        commands_.push_back(SetParameters{user, link->uplink.of, index, limit});
    }
    link->uplink.plan = (peer++)->plan;
  }
}

}  // namespace groupcall
