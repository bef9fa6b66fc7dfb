// CallCore::handle(): one event in, then everything that follows from it.
#include "core/public/call_core.h"

#include <utility>

#include "core/call/router.h"

namespace groupcall {

CallCore::CallCore(CallConfig config) : router_(std::make_unique<Router>(std::move(config))) {}
CallCore::~CallCore() = default;

Reaction CallCore::handle(const Event& event, Instant now) { return router_->handle(event, now); }

CallCore::Router::Router(CallConfig config)
    : config_(std::move(config)),
      random_(config_.seed),
      session_(config_.signalling, config_.self.user_id),
      media_({config_.keep_camera, config_.release_microphone}) {}

Reaction CallCore::Router::handle(const Event& event, Instant now) {
  if (now > now_) now_ = now;
  if (disposed_) {
    // A device that was still being opened must not stay on.
    if (const auto* late = std::get_if<MediaAcquired>(&event)) on(*late);
    if (const auto* join = std::get_if<JoinRequested>(&event))
      commands_.push_back(RejectRequest{join->request, {ErrorCode::Disposed, {}}});
    if (const auto* leave = std::get_if<LeaveRequested>(&event))
      commands_.push_back(ResolveRequest{leave->request});
    return Reaction{std::exchange(commands_, {}), kNever, {}};
  }
  std::visit([this](const auto& e) { on(e); }, event);
  run_session_events();
  send_signals();
  run_due_timers();
  reconcile();
  set_timers();
  build_patch();
  touched_.clear();
  roster_changed_ = false;
  return Reaction{std::exchange(commands_, {}), disposed_ ? kNever : timers_.earliest(),
                  snapshot_.take()};
}

SignallingSession::Output CallCore::Router::session_output() {
  return {now_, ids_, random_, counters_, commands_, session_events_};
}
NegotiationContext CallCore::Router::negotiation_context() {
  return {now_, ids_, counters_, commands_, signals_};
}
// Who asks for it may change what is sent.
LocalMedia::Output CallCore::Router::media_output() {
  touch_all();
  return {now_, ids_, counters_, commands_};
}

void CallCore::Router::touch_all() {
  for (const auto& [user, link] : links_) touch(user);
}

// ---- deadlines -------------------------------------------------------------------------

void CallCore::Router::run_due_timers() {
  // What the event itself moved is known first; each owner is looked at once at most.
  set_timers();
  std::vector<TimerKey> due;
  while (auto key = timers_.take_due(now_)) due.push_back(std::move(*key));
  for (const TimerKey& key : due) {
    run_timer(key);
    run_session_events();
    send_signals();
  }
}

void CallCore::Router::run_timer(const TimerKey& key) {
  switch (key.owner) {
    case TimerKey::Owner::Session: {
      auto session = session_output();
      session_.on_deadline(session);
      return;
    }
    case TimerKey::Owner::Room:
      on_room_deadline();
      return;
    case TimerKey::Owner::Media: {
      auto media = media_output();
      media_.on_deadline(media);
      self_speaking_.on_deadline(now_);
      screen_.on_deadline(now_);
      return;
    }
    case TimerKey::Owner::Stats:
      on_stats_deadline();
      return;
    case TimerKey::Owner::Reach:
      on_reach_deadline();
      return;
    case TimerKey::Owner::Link:
      if (links_.contains(key.peer)) on_link_deadline(key.peer);
      return;
  }
}

void CallCore::Router::set_timers() {
  timers_.set({TimerKey::Owner::Session, {}}, session_.deadline());
  timers_.set({TimerKey::Owner::Room, {}}, room_deadline());
  timers_.set({TimerKey::Owner::Media, {}},
              earlier(media_.deadline(), earlier(screen_.deadline(), self_speaking_.deadline())));
  timers_.set({TimerKey::Owner::Stats, {}}, stats_at_);
  timers_.set({TimerKey::Owner::Reach, {}}, reach_deadline());
  for (const auto& [user, yes] : touched_) {
    const Link* link = present_link(user);
    timers_.set({TimerKey::Owner::Link, user}, link == nullptr ? kNever : link->deadline());
  }
}

// ---- closing differences ---------------------------------------------------------------

void CallCore::Router::reconcile() {
  const Link::Tracks tracks{media_.track(Source::Microphone), media_.track(Source::Camera),
                            screen_.track(), screen_.sound()};
  auto context = negotiation_context();
  for (const auto& [user, yes] : touched_) {
    Link* link = present_link(user);
    if (link == nullptr) continue;
    link->send_tracks(tracks, context);
    link->judge(now_);
    link->note_view(now_);
    watch(user, *link);
    flush_messages(user, *link);
    tell_view(user, *link);
  }
  send_signals();  // of repairs
  drop_former_tracks();
  tell_drained();
  announce();
  sample_stats();
}

// A replaced track lives until the links have its successor, so that nothing is missed between.
void CallCore::Router::drop_former_tracks() {
  for (const Source source : {Source::Microphone, Source::Camera}) {
    const TrackId& former = media_.former(source);
    if (former.empty()) continue;
    bool sent = false;
    for (const auto& [user, link] : links_) {
      // While a link is made anew, its old connection still carries what it had.
      const PeerNegotiation& pair = link->negotiation;
      sent = sent || link->sends(former) || pair.media_connection() != pair.connection();
    }
    if (sent) continue;
    auto media = media_output();
    media_.drop_former(source, media);
  }
}

// The others are told what we send, after each admission and at each change.
void CallCore::Router::announce() {
  if (phase_ != RoomPhase::In || !session_.online()) return;
  announce_screen();
  const Announced now{media_.announced(Source::Microphone), media_.announced(Source::Camera),
                      !screen_.track().empty()};
  if (announced_ == now) return;
  announced_ = now;
  wire::WireTracks tracks{now.audio, now.camera || now.screen, mark()};
  tracks.mark.screen = now.screen;
  tracks.mark.camera_off = now.screen && !now.camera;
  session_.send(wire::UpdateTracks{room_.room_id, std::move(tracks)}, commands_);
}

// Not in a room with older clients, whose pages would hide our tile: they see the screen in the
// camera's place. One that has come meanwhile is told that it is over. Module peers go by our
// tracks.
void CallCore::Router::announce_screen() {
  bool told = !screen_.track().empty();
  if (told) {
    for (const auto& [user, who] : roster_.all())
      told = told && who.capability != Capability::Foreign;
  }
  if (std::exchange(screen_told_, told) == told) return;
  if (told) {
    session_.send(wire::ScreenShareStart{room_.room_id, screen_.track()}, commands_);
  } else {
    session_.send(wire::ScreenShareStop{room_.room_id}, commands_);
  }
}

void CallCore::Router::sample_stats() {
  const bool in_call = phase_ == RoomPhase::In || phase_ == RoomPhase::Rejoining;
  if (!in_call || links_.empty()) {
    stats_at_ = kNever;
    stats_op_ = {};
    watch_levels(false);
  } else if (stats_at_ == kNever) {
    stats_at_ = now_ + deadlines::kStatsEager;
  } else if (stats_op_.none() && now_ < eager_until_) {
    stats_at_ = earlier(stats_at_, now_ + deadlines::kStatsEager);
  }
}

void CallCore::Router::on_stats_deadline() {
  if (stats_at_ > now_) return;
  if (!stats_op_.none()) {
    counters_.add(Tally::SlowStats);
    touch_all();  // silence is judged all the same
  }
  stats_op_ = ids_.next_op();
  stats_at_ = now_ + 3 * deadlines::kStatsPeriod;
  commands_.push_back(CollectStats{stats_op_});
}

// Once for each link, for a sample comes every second and the timings are a list.
void CallCore::Router::time_arrivals(const LinkSample& sample, Link& link) {
  for (const SlotSample& slot : sample.slots) {
    if (slot.bytes > 0 && !std::exchange(link.byte_timed, true))
      snapshot_.timing("first-byte", now_, sample.peer);
    if (slot.frames == 0 || std::exchange(link.frame_timed, true)) continue;
    snapshot_.timing("first-frame", now_, sample.peer);
    snapshot_.timing("first-picture", now_);
  }
}

void CallCore::Router::on(const StatsSampled& event) {
  if (event.op != stats_op_ || event.op.none()) {
    counters_.add(Tally::StaleOperations);
    return;
  }
  stats_op_ = {};
  stats_at_ = now_ + (now_ < eager_until_ ? Duration(deadlines::kStatsEager)
                                          : Duration(deadlines::kStatsPeriod));
  auto context = negotiation_context();
  bool doubted = false;
  for (const LinkSample& sample : event.links) {
    Link* link = present_link(sample.peer);
    if (link == nullptr) continue;
    doubted = link->on_sample(sample, context) || doubted;
    time_arrivals(sample, *link);
  }
  measure_uplink(event);
  measure_quality(event);
  touch_all();
  if (!doubted) return;
  for (const auto& [user, link] : links_)
    if (link->hears(now_)) return;  // our network lives
  // If it is our network that is dead, the offer of the restart goes nowhere on this socket.
  auto session = session_output();
  session_.on_doubt(session);
}

// ---- devices ---------------------------------------------------------------------------

void CallCore::Router::on(const MediaAcquired& event) {
  if (!event.microphone.track.empty()) snapshot_.timing("microphone", now_);
  if (!event.camera.track.empty()) snapshot_.timing("camera", now_);
  auto media = media_output();
  media_.on_acquired(event, media);
  screen_.on_acquired(event, media);
}

void CallCore::Router::on(const MediaFailed& event) {
  auto media = media_output();
  media_.on_failed(event, media);
  screen_.on_failed(event);
}

void CallCore::Router::on(const LocalTrackEnded& event) {
  auto media = media_output();
  media_.on_track_ended(event, media);
  screen_.on_track_ended(event, media);
}

void CallCore::Router::on(const DevicesListed& event) {
  snapshot_.devices(event.devices);
  auto media = media_output();
  media_.on_devices(event, media);
}

void CallCore::Router::on(const DeviceChosen& event) {
  if (event.device == DeviceKind::Speaker) return;  // the host's: nothing is sent from there
  auto media = media_output();
  media_.choose(static_cast<Source>(event.device), event.id, media);
}

// ---- what is shown ---------------------------------------------------------------------

void CallCore::Router::build_patch() {
  static constexpr auto kShown =
      std::to_array<Phase>({Phase::Idle, Phase::Joining, Phase::Joined, Phase::Reconnecting,
                            Phase::Leaving, Phase::Leaving});
  snapshot_.phase(kShown[static_cast<std::size_t>(phase_)]);
  snapshot_.room(room_);
  snapshot_.error(error_);
  snapshot_.signalling(session_.view());
  snapshot_.self(self_view());
  if (std::exchange(rings_changed_, false)) {
    std::vector<InvitationView> shown;
    for (const Ring& ring : rings_) shown.push_back(ring.shown);
    snapshot_.invitations(std::move(shown));
  }
  for (const auto& [user, yes] : touched_)
    if (roster_.find(user) != nullptr) snapshot_.participant(participant_view(user));
  if (roster_changed_ || snapshot_.out_of_order()) snapshot_.order(roster_.in_order());
  snapshot_.diagnostics(counters_);
}

SelfView CallCore::Router::self_view() const {
  return SelfView{
      media_.view(Source::Microphone),
      media_.view(Source::Camera),
      media_.track(Source::Microphone),
      media_.track(Source::Camera),
      media_.device_id(Source::Microphone),
      media_.device_id(Source::Camera),
      screen_.error_text().empty() ? media_.error_text() : screen_.error_text(),
      screen_.view(),
      screen_.track(),
      self_speaking_.speaks() && media_.view(Source::Microphone).state == MediaState::On};
}

ParticipantView CallCore::Router::participant_view(const UserId& user) const {
  const Participant& who = *roster_.find(user);
  ParticipantView view;
  view.user_id = user;
  view.user_info = who.user_info;
  view.signalling = who.present ? PeerSignalling::Present : PeerSignalling::Lost;
  view.older_client = who.capability == Capability::Foreign;
  const Link* link = present_link(user);
  if (link != nullptr) view.connection = link->view();
  view.microphone = remote_view(user, Slot::Microphone);
  view.camera = remote_view(user, Slot::Camera);
  view.screen = remote_view(user, Slot::Screen);
  if (link == nullptr) return view;
  view.speaking = view.microphone.state == MediaState::On && link->health.speaking.speaks();
  view.quality = link->health.quality.score();
  view.quality_cause = link->health.quality.cause();
  const bool asked = phase_ == RoomPhase::In && session_.online() &&
                     session_.last_delivery() >= link->negotiation.owed_since();
  view.connection_reason = link->reason(asked, config_.relay_only, now_);
  view.microphone_source = link->source(Slot::Microphone);
  view.camera_source = link->source(Slot::Camera);
  if (who.screen) view.screen_source = link->source(Slot::Screen);
  return view;
}

}  // namespace groupcall
