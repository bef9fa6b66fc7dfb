#include "tests/support/world.h"

#include <algorithm>
#include <utility>

namespace groupcall::sim {
namespace {

constexpr std::size_t kCameraSlot = 1;

std::string why_not(const MediaView& media, bool wanted, const char* what) {
  if (media.state == (wanted ? MediaState::On : MediaState::Off)) return {};
  return std::string(what) + " is wanted " + (wanted ? "on" : "off") + ", but is in state " +
         std::to_string(static_cast<int>(media.state)) + " for reason " +
         std::to_string(static_cast<int>(media.reason));
}

/// One direction: what `viewer` is shown of `seen`.
std::string why_not_shown(SimulatedPage& viewer, SimulatedPage& seen) {
  const std::string who = viewer.user() + " sees " + seen.user() + ": ";
  const ParticipantView* const view = viewer.view().find(seen.user());
  if (view == nullptr) return who + "not listed";
  if (view->connection != LinkView::Connected) return who + "not connected";
  if (view->signalling != PeerSignalling::Present) return who + "signalling lost";
  std::string why = why_not(view->microphone, seen.wants_microphone(), "microphone");
  if (why.empty()) why = why_not(view->camera, seen.wants_camera(), "camera");
  const bool shares = !seen.media().live(MediaKind::Video, true).empty();
  if (why.empty()) why = why_not(view->screen, shares, "screen");
  if (!why.empty()) return who + why;
  if (!seen.wants_camera()) return {};
  const auto connection = viewer.connection(view->camera_source.connection);
  if (!connection) return who + "its camera's connection is closed";
  if (view->camera_source.slot != static_cast<std::int64_t>(kCameraSlot)) {
    return who + "its camera is looked for in the wrong slot";
  }
  if (connection->transceivers().size() <= kCameraSlot) return who + "has no camera slot";
  return {};
}

/// Pictures decoded so far, and on which connection; a link that is replaced begins anew.
struct Pictures {
  ConnectionNumber connection;
  std::int64_t frames = 0;
};

Pictures pictures_of(SimulatedPage& viewer, const std::string& seen) {
  const ParticipantView* const view = viewer.view().find(seen);
  if (view == nullptr) return {};
  Pictures pictures{view->camera_source.connection, 0};
  const auto connection = viewer.connection(pictures.connection);
  if (!connection) return pictures;
  for (const SlotSample& sample : connection->stats()) {
    if (sample.slot == view->camera_source.slot) pictures.frames = sample.frames;
  }
  return pictures;
}

/// Calls `visit(viewer, seen)` for every ordered pair until it returns a reason.
template <class Visit>
std::string for_each_pair(World& world, const std::vector<std::string>& users, Visit visit) {
  for (const std::string& viewer : users) {
    for (const std::string& seen : users) {
      if (viewer == seen) continue;
      if (std::string why = visit(world.page(viewer), world.page(seen)); !why.empty()) return why;
    }
  }
  return {};
}

std::string why_self_wrong(SimulatedPage& page, std::size_t others) {
  const SnapshotStore& view = page.view();
  if (view.phase != Phase::Joined) {
    return page.user() + " is in phase " + std::to_string(static_cast<int>(view.phase));
  }
  if (view.order.size() != others) {
    return page.user() + " lists " + std::to_string(view.order.size()) + " others";
  }
  if (page.open_connections() != others) {
    return page.user() + " has " + std::to_string(page.open_connections()) + " connections for " +
           std::to_string(others) + " others";
  }
  const std::size_t cameras = page.media().live(MediaKind::Video).size();
  if (cameras != (page.wants_camera() ? 1U : 0U) ||
      page.media().live(MediaKind::Audio).size() > 1) {
    return page.user() + " has devices open that nobody wants, or too few";
  }
  std::string why = why_not(view.self.microphone, page.wants_microphone(), "own microphone");
  if (why.empty()) why = why_not(view.self.camera, page.wants_camera(), "own camera");
  return why.empty() ? why : page.user() + ": " + why;
}

}  // namespace

World::World(WorldOptions options)
    : journal(loop, options.detail),
      rtc(loop, options.exact_times ? options.rtc : RtcTiming::varied(), options.seed),
      sockets(loop, options.exact_times ? options.sockets : SocketTiming::varied(), options.seed),
      server(loop, sockets, journal, options.server, options.seed),
      options_(std::move(options)) {}

PageSurroundings World::surroundings() {
  return {&loop,
          &journal,
          &rtc,
          &sockets,
          [this](const SimulatedPage* from, const std::string& text) { tell_tabs(from, text); },
          on_handled_};
}

// A BroadcastChannel: to all tabs but the one that speaks, soon, and in order.
void World::tell_tabs(const SimulatedPage* from, const std::string& text) {
  for (const auto& page : pages_[from->user()]) {
    SimulatedPage* const other = page.get();
    if (other != from && other->alive()) loop.after(1ms, [other, text] { other->hear_tab(text); });
  }
}

SimulatedPage& World::open_page(const std::string& user) {
  auto& incarnations = pages_[user];
  if (incarnations.empty()) users_.push_back(user);
  PageOptions options;
  options.user = user;
  options.early_offers = options_.early_offers;
  options.max_participants = options_.max_participants;
  options.relay_only = options_.relay_only;
  options.media = options_.media;
  options.seed = options_.seed + "/" + user + "/" + std::to_string(incarnations.size());
  if (!options_.exact_times) {
    Random random(options.seed);
    options.timer_delay = {0ms, 6ms};
    options.media.prompt = {5ms, 1500ms};
    options.clock_origin = Spread{0s, 100'000s}.draw(random);
  }
  incarnations.push_back(std::make_unique<SimulatedPage>(surroundings(), std::move(options)));
  return *incarnations.back();
}

SimulatedPage& World::page(const std::string& user) { return *pages_[user].back(); }

SimulatedPage& World::reload(const std::string& user) {
  page(user).close_page();
  return open_page(user);
}

bool is_event(const PassingFrame& frame, const std::string& event, const std::string& to) {
  const std::string begin = "42[\"" + event + "\"";
  if (!frame.text.starts_with(begin)) return false;
  return to.empty() || frame.text.find("\"targetUserId\":\"" + to + "\"") != std::string::npos;
}

std::vector<PassingFrame> World::sent_frames(const std::string& from, const std::string& event,
                                             const std::string& to) const {
  std::vector<PassingFrame> frames;
  for (const PassingFrame& frame : sockets.passed()) {
    if (frame.to_server && frame.host == from && is_event(frame, event, to))
      frames.push_back(frame);
  }
  return frames;
}

std::vector<Instant> World::sent(const std::string& from, const std::string& event,
                                 const std::string& to) const {
  std::vector<Instant> times;
  for (const PassingFrame& frame : sent_frames(from, event, to)) times.push_back(frame.at);
  return times;
}

std::size_t World::offers_sent() const {
  std::size_t count = 0;
  for (const PassingFrame& frame : sockets.passed()) {
    if (frame.to_server && is_event(frame, "groupcall:webrtc-offer")) ++count;
  }
  return count;
}

std::size_t World::early_answers_sent() const {
  const auto& passed = sockets.passed();
  return static_cast<std::size_t>(
      std::count_if(passed.begin(), passed.end(), [](const PassingFrame& frame) {
        return frame.to_server && is_event(frame, "groupcall:webrtc-answer") &&
               frame.text.find("\"early\":") != std::string::npos;
      }));
}

std::string why_not_settled(World& world, const std::vector<std::string>& users,
                            std::size_t guests) {
  for (const std::string& user : users) {
    if (std::string why = why_self_wrong(world.page(user), users.size() - 1 + guests);
        !why.empty()) {
      return why;
    }
  }
  return for_each_pair(world, users, [](SimulatedPage& viewer, SimulatedPage& seen) {
    return why_not_shown(viewer, seen);
  });
}

std::string why_no_pictures(World& world, const std::vector<std::string>& users, Duration span) {
  std::map<std::pair<std::string, std::string>, Pictures> before;
  for_each_pair(world, users, [&](SimulatedPage& viewer, SimulatedPage& seen) -> std::string {
    before[{viewer.user(), seen.user()}] = pictures_of(viewer, seen.user());
    return {};
  });
  world.run_for(span);
  return for_each_pair(
      world, users, [&](SimulatedPage& viewer, SimulatedPage& seen) -> std::string {
        const Pictures was = before[{viewer.user(), seen.user()}];
        const Pictures is = pictures_of(viewer, seen.user());
        const std::int64_t since = is.connection == was.connection ? was.frames : 0;
        if (!seen.wants_camera() || is.frames > since) return {};
        return viewer.user() + " gets no picture of " + seen.user() + ": " +
               std::to_string(is.frames) + " frames after " + std::to_string(since);
      });
}

}  // namespace groupcall::sim
