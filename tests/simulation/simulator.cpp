#include "tests/simulation/simulator.h"

#include <algorithm>
#include <array>
#include <utility>

namespace groupcall::sim {
namespace {

/// The core connects at most ten times in five minutes without a stable socket, and the server
/// takes twenty: with more breaks than this a page stays away for minutes, by design.
constexpr int kMostBreaks = 6;

/// By so many bytes for each other, of whom two are reckoned at least, a core may hold on to more
/// at one time than at another: descriptions of a link that is being made, messages that wait,
/// epochs of those who have gone, vectors that doubled. Over eight hours of a call of five the
/// largest was between 35 and 54 KiB, up and down.
constexpr std::int64_t kHeapSlack = 8'192;

/// A dead link to an older client is repaired after 15 s, and once a minute at most.
constexpr Duration kForeignRepair = 75s;

std::string guest_name(std::size_t index) { return "older" + std::to_string(index + 1); }

WorldOptions world_options(const SimulationOptions& options) {
  WorldOptions world;
  world.seed = options.seed;
  world.exact_times = false;
  world.detail = options.detail;
  world.server.lookup = {1ms, 200ms};
  world.server.rate_limit = 0;
  world.server.answers_pings = Random(options.seed + "/server").below(2) == 1;
  world.max_participants = limits::kParticipants;  // --scale goes far beyond a mesh
  world.early_offers = static_cast<std::int64_t>(Random(options.seed + "/early").below(4));
  return world;
}

bool between_peers(const PassingFrame& frame) {
  return frame.text.starts_with("42[\"groupcall:webrtc-");
}

}  // namespace

FaultProfile FaultProfile::none() {
  return {.reload = 0,
          .crash = 0,
          .leave = 0,
          .toggle = 0,
          .cut_socket = 0,
          .freeze_socket = 0,
          .restart_server = 0,
          .cut_path = 0,
          .change_address = 0,
          .sleep = 0,
          .forget = 0,
          .devices = 0,
          .offline = 0,
          .lost_permille = 0,
          .repeated_permille = 0,
          .reject_permille = 0,
          .hang_permille = 0,
          .guests = 0};
}

const std::vector<NamedProfile>& fault_profiles() {
  static const std::vector<NamedProfile> kProfiles = [] {
    FaultProfile light;
    light.pause = {5s, 30s};
    light.lost_permille = light.repeated_permille = 5;
    light.reject_permille = light.hang_permille = 1;
    FaultProfile heavy;
    heavy.pause = {50ms, 2s};
    heavy.lost_permille = heavy.repeated_permille = 120;
    heavy.reject_permille = 15;
    heavy.hang_permille = 4;
    FaultProfile network = FaultProfile::none();
    network.cut_path = 6;
    network.change_address = network.cut_socket = network.freeze_socket = 4;
    network.offline = network.sleep = 2;
    FaultProfile server = FaultProfile::none();
    server.restart_server = 4;
    server.forget = server.cut_socket = 3;
    server.lost_permille = server.repeated_permille = 80;
    FaultProfile reloads = FaultProfile::none();
    reloads.reload = 6;
    reloads.crash = reloads.leave = 3;
    FaultProfile devices = FaultProfile::none();
    devices.devices = devices.toggle = 4;
    devices.reject_permille = 15;
    devices.hang_permille = 4;
    // Frames are not lost: an older client says everything once.
    FaultProfile mixed = FaultProfile::none();
    mixed.pause = {2s, 20s};
    mixed.reload = mixed.crash = mixed.leave = 3;
    mixed.cut_socket = mixed.cut_path = 2;
    mixed.toggle = 6;
    mixed.guests = 1;
    return std::vector<NamedProfile>{
        {"none", "nothing fails; people mute, go and come back", FaultProfile::none()},
        {"light", "every kind of fault, one in 5 to 30 s", light},
        {"usual", "every kind of fault, up to 5 s apart", FaultProfile{}},
        {"heavy", "every kind, up to 2 s apart; one frame in four lost or repeated", heavy},
        {"network", "paths, addresses, sockets, sleep", network},
        {"server", "restarts, forgotten users, lost and repeated frames", server},
        {"reloads", "pages reload, crash and leave", reloads},
        {"devices", "cameras and microphones, operations that fail or hang", devices},
        {"mixed", "an older client in the room; reloads, crashes, lost sockets and paths", mixed},
    };
  }();
  return kProfiles;
}

Simulation::Simulation(SimulationOptions options)
    : options_(std::move(options)),
      random_(options_.seed + "/faults"),
      world_(world_options(options_)) {
  static constexpr std::array<const char*, 8> kNames{"alice", "bob",   "carol", "dave",
                                                     "erin",  "frank", "grace", "heidi"};
  world_.set_on_handled(options_.on_handled);
  for (std::size_t i = 0; i < static_cast<std::size_t>(options_.pages); ++i) {
    names_.emplace_back(i < kNames.size() ? kNames[i] : "user" + std::to_string(i));
    people_.push_back({.name = names_.back()});
    world_.open_page(names_.back());
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(options_.faults.guests); ++i)
    guests_.push_back(std::make_unique<OlderClient>(world_.surroundings(), guest_name(i)));
  if (!guests_.empty()) options_.settle_within += kForeignRepair;
  world_.sockets.keep_frames(options_.faults.lost_permille == 0 && options_.length == Duration(0));
  world_.journal.keep(options_.keep_lines);
  world_.sockets.set_fate(
      [this, random = Random(options_.seed + "/fate")](const PassingFrame& frame) mutable {
        if (!chaos_ || !between_peers(frame)) return FrameFate::Deliver;
        if (chance(random, options_.faults.lost_permille)) {
          count("frames lost");
          return FrameFate::Drop;
        }
        if (!chance(random, options_.faults.repeated_permille)) return FrameFate::Deliver;
        count("frames repeated");
        return FrameFate::Duplicate;
      });
}

SimulationResult Simulation::run() {
  schedule_joins();
  std::string failure;
  do {
    failure = run_round();
    const bool goes_on = failure.empty() && to_us(world_.loop.now()) < options_.length.count();
    if (goes_on) failure = live_quietly();
    if (goes_on && failure.empty()) failure = check_heap();
    sum_up();
    if (options_.on_round) options_.on_round(result_);
  } while (failure.empty() && to_us(world_.loop.now()) < options_.length.count());
  result_.offers = world_.offers_sent() + world_.early_answers_sent();
  if (failure.empty()) failure = check_released();
  if (!world_.journal.clean()) failure = world_.journal.violations().front();
  sum_up();
  result_.failure = failure;
  result_.log = world_.journal.report(1'000'000, 2'000);
  result_.digest = world_.journal.digest();
  return result_;
}

/// Chaos, then calm.
std::string Simulation::run_round() {
  chaos_ = true;
  for (Person& person : people_) {
    person.breaks = 0;
    person.forgotten = false;
  }
  world_.rtc.set_faults({options_.faults.reject_permille, options_.faults.hang_permille});
  schedule_next_fault();
  schedule_next_message();
  world_.run_for(options_.chaos);
  end_faults();
  const Instant calm = world_.loop.now();
  std::string failure = await_settled();
  result_.settled_after = std::max(result_.settled_after, world_.loop.now() - calm);
  return failure.empty() ? check_stays_settled() : failure;
}

/// With everybody in the call, a core holds on to no more after many hours than early on.
std::string Simulation::check_heap() {
  result_.heap_late = 0;
  for (const Person& person : people_)
    result_.heap_late = std::max(result_.heap_late, world_.page(person.name).heap().bytes());
  const Duration early = std::min(Duration(3'600s), options_.length / 4);
  if (result_.heap_early == 0 && world_.loop.now() >= Instant(early))
    result_.heap_early = result_.heap_late;
  const auto slack = kHeapSlack * std::max<std::int64_t>(options_.pages - 1, 2);
  if (result_.heap_early == 0 || result_.heap_late <= result_.heap_early + slack) return {};
  return "a core has grown from " + std::to_string(result_.heap_early) + " to " +
         std::to_string(result_.heap_late) + " bytes";
}

void Simulation::sum_up() {
  result_.lasted = world_.loop.now() - Instant{};
  result_.events = world_.loop.executed();
  result_.handled = 0;
  result_.repairs.clear();
  world_.for_each_page([this](const SimulatedPage& page) {
    result_.handled += page.events();
    result_.busiest_second = std::max(result_.busiest_second, page.busiest_second());
    for (const char* name : {"ice-restarts", "rebuilds", "glares", "repeated-offers",
                             "dead-sockets", "failed-operations", "slow-operations",
                             "lost-memberships", "unlisted-peers", "repairs"}) {
      const auto found = page.view().diagnostics.find(name);
      if (found != page.view().diagnostics.end()) result_.repairs[name] += found->second;
    }
  });
}

// ---- quiet ---------------------------------------------------------------------------

std::string Simulation::live_quietly() {
  const Instant end = world_.loop.now() + options_.quiet.draw(random_);
  std::string why;
  while (why.empty() && world_.loop.now() < end && !world_.loop.halted()) {
    do_something();
    why = follow();
    if (why.empty()) {
      world_.run_for(between(20s, 120s));
      why = why_not_whole(present());
    }
    if (why.empty()) why = why_no_pictures(world_, present(), 1s);
    if (!why.empty()) why = "in quiet: " + why;
  }
  for (Person& person : people_) {
    if (!person.in_call) join(person);
  }
  return why.empty() ? follow() : why;
}

/// One person mutes, shares, goes, or comes back.
void Simulation::do_something() {
  Person& person = someone();
  SimulatedPage& page = world_.page(person.name);
  if (!person.in_call) return join(person);
  switch (random_.below(6)) {
    case 0:
      page.set_microphone(!page.wants_microphone());
      break;
    case 1:
      page.leave();
      person.in_call = false;
      break;
    case 2:
      page.share_screen(!page.wants_screen());
      break;
    case 3:
      look_otherwise(page, false);
      break;
    default:
      page.set_camera(!page.wants_camera());
      break;
  }
}

std::string Simulation::follow() {
  const Instant begin = world_.loop.now();
  std::string why = "nothing was looked at";
  while (!why.empty() && world_.loop.now() < begin + options_.follow_within) {
    if (world_.loop.halted()) break;
    world_.run_for(250ms);
    why = why_not_whole(present());
  }
  result_.followed_after = std::max(result_.followed_after, world_.loop.now() - begin);
  return why.empty() ? why : "not followed in time: " + why;
}

std::vector<std::string> Simulation::present() const {
  std::vector<std::string> present;
  for (const Person& person : people_) {
    if (person.in_call) present.push_back(person.name);
  }
  return present;
}

void Simulation::schedule_joins() {
  for (const auto& guest : guests_)
    world_.loop.after(between(0ms, 5s), [older = guest.get()] { older->join(); });
  // Half of the calls begin as a storm, the others one after the other.
  const bool storm = chance(random_, 500);
  for (Person& person : people_) {
    world_.loop.after(between(0ms, storm ? Duration(300ms) : Duration(10s)),
                      [this, &person] { join(person); });
  }
}

void Simulation::join(Person& person) {
  SimulatedPage& page = world_.page(person.name);
  person.in_call = true;
  if (page.alive() && awake(person)) {
    page.join({.audio = chance(random_, 850), .video = chance(random_, 850)});
  }
}

// ---- what they say to each other -------------------------------------------------------

void Simulation::schedule_next_message() {
  world_.loop.after(between(200ms, 10s), [this] {
    if (!chaos_) return;
    say_something(someone());
    schedule_next_message();
  });
}

/// Numbered, so that what comes twice, late or not at all is seen.
void Simulation::say_something(Person& person) {
  SimulatedPage& page = world_.page(person.name);
  if (page.alive() && page.view().phase == Phase::Joined && !page.asleep())
    page.send(std::to_string(++person.said));
}

/// Everybody says one thing more, which must arrive; and of all that was ever said nothing came
/// twice or out of order. What somebody had not got when a page ended is lost with it.
std::string Simulation::check_messages() {
  for (Person& person : people_) say_something(person);
  world_.run_for(5s);
  for (Person& person : people_) {
    const std::string& name = person.name;
    for (const DeliverMessage& message : world_.page(name).messages()) {
      const int number = std::stoi(message.text);
      int& before = person.heard[message.from.value];
      if (number <= before)
        return name + " got message " + message.text + " of " + message.from.value + " after " +
               std::to_string(before);
      before = number;
    }
    result_.messages += static_cast<std::int64_t>(world_.page(name).messages().size());
    for (const Person& other : people_) {
      if (other.name != name && person.heard[other.name] != other.said)
        return name + " has not got message " + std::to_string(other.said) + " of " + other.name;
    }
    world_.page(name).forget_messages();
  }
  return {};
}

/// One good call, with the older clients in it: they are seen and heard, and see and hear.
std::string Simulation::why_not_whole(const std::vector<std::string>& users) {
  if (std::string why = why_not_settled(world_, users, guests_.size()); !why.empty()) return why;
  for (std::size_t i = 0; i < guests_.size(); ++i) {
    const std::string guest = guest_name(i);
    for (const std::string& user : users) {
      SimulatedPage& page = world_.page(user);
      const ParticipantView* const seen = page.view().find(guest);
      if (seen == nullptr) return user + " does not list " + guest;
      if (seen->connection != LinkView::Connected) return user + " is not connected with " + guest;
      if (seen->camera.state != MediaState::On || seen->microphone.state != MediaState::On)
        return user + " does not see and hear " + guest;
      // An offer of its own that was lost with our former page is in the way of ours: it rolls
      // back, which leaves its page blank, and nothing of that can be seen from here.
      const auto theirs = guests_[i]->connection_to(user);
      if (page.wants_camera() && page.wants_microphone() && !guests_[i]->shows(user) &&
          !(theirs && theirs->rolled_back()))
        return guest + " does not see and hear " + user;
    }
  }
  return {};
}

// ---- faults --------------------------------------------------------------------------

void Simulation::schedule_next_fault() {
  world_.loop.after(options_.faults.pause.draw(random_), [this] {
    if (!chaos_) return;
    inject_fault();
    schedule_next_fault();
  });
}

void Simulation::inject_fault() {
  const FaultProfile& weight = options_.faults;
  struct Kind {
    int share;
    void (Simulation::*inject)(Person&);
    const char* name;
  };
  const std::array<Kind, 12> faults{{
      {weight.reload, &Simulation::fault_reload, "reloads"},
      {weight.crash, &Simulation::fault_crash, "crashes"},
      {weight.leave, &Simulation::fault_leave, "leaves"},
      {weight.toggle, &Simulation::fault_toggle, "toggles"},
      {weight.cut_socket, &Simulation::fault_cut_socket, "sockets cut"},
      {weight.freeze_socket, &Simulation::fault_freeze_socket, "sockets half-open"},
      {weight.cut_path, &Simulation::fault_cut_path, "paths cut"},
      {weight.change_address, &Simulation::fault_change_address, "new addresses"},
      {weight.sleep, &Simulation::fault_sleep, "sleeps"},
      {weight.forget, &Simulation::fault_forget, "forgotten by the server"},
      {weight.devices, &Simulation::fault_devices, "device trouble"},
      {weight.offline, &Simulation::fault_offline, "offline"},
  }};
  int total = weight.restart_server;
  for (const Kind& kind : faults) total += kind.share;
  if (total == 0) return;
  Person& person = someone();
  int pick = static_cast<int>(random_.below(static_cast<std::uint64_t>(total)));
  for (const Kind& kind : faults) {
    if ((pick -= kind.share) >= 0) continue;
    count(kind.name);
    return (this->*kind.inject)(person);
  }
  count("server restarts");
  fault_restart_server();
}

bool Simulation::may_break(Person& person) {
  if (person.breaks >= kMostBreaks || person.frozen || !awake(person)) return false;
  ++person.breaks;
  return true;
}

void Simulation::fault_reload(Person& person) {
  if (!may_break(person)) return;
  world_.reload(person.name);
  world_.loop.after(between(0ms, 4s), [this, &person] { join(person); });
}

void Simulation::fault_crash(Person& person) {
  if (!may_break(person)) return;
  // Sometimes the server does not hear of it for long.
  if (chance(random_, 300)) world_.sockets.cut(person.name, false);
  world_.page(person.name).crash();
  world_.open_page(person.name);
  world_.loop.after(between(0ms, 12s), [this, &person] { join(person); });
}

void Simulation::fault_leave(Person& person) {
  if (!may_break(person)) return;
  if (chance(random_, 300)) {
    world_.page(person.name).dispose();
    world_.open_page(person.name);
  } else {
    world_.page(person.name).leave();
  }
  person.in_call = false;
  world_.loop.after(between(0ms, 6s), [this, &person] { join(person); });
}

void Simulation::fault_toggle(Person& person) {
  if (!awake(person)) return;
  SimulatedPage& page = world_.page(person.name);
  if (chance(random_, 500)) page.set_microphone(!page.wants_microphone());
  if (chance(random_, 700)) page.set_camera(!page.wants_camera());
  if (chance(random_, 300)) page.share_screen(!page.wants_screen(), chance(random_, 500));
  if (chance(random_, 500)) look_otherwise(page, true);
}

/// Another tile for one of the others, or none.
void Simulation::look_otherwise(SimulatedPage& page, bool may_hide) {
  const std::string& other = someone().name;
  const std::int64_t lines = 90 * static_cast<std::int64_t>(1 + random_.below(8));
  TileView view{lines * 16 / 9, lines, chance(random_, 300), may_hide && chance(random_, 300)};
  if (may_hide && chance(random_, 400)) view.width = view.height = 0;
  if (other != page.user()) page.set_view(other, view);
}

/// In the calm everybody is looked at by everybody.
void Simulation::show_everybody() {
  for (const Person& person : people_) {
    for (const Person& other : people_) {
      if (other.name != person.name) world_.page(person.name).set_view(other.name, {640, 360});
    }
  }
}

void Simulation::fault_cut_socket(Person& person) {
  if (!may_break(person)) return;
  world_.sockets.cut(person.name, !chance(random_, 300));
}

void Simulation::fault_freeze_socket(Person& person) {
  if (!may_break(person)) return;
  person.frozen = true;
  world_.sockets.freeze(person.name, true);
  world_.loop.after(between(200ms, 50s), [this, &person] {
    if (!person.frozen || !awake(person)) return;
    person.frozen = false;
    world_.sockets.freeze(person.name, false);
  });
}

void Simulation::fault_restart_server() {
  if (!server_up_) return;
  for (Person& person : people_) {
    if (person.breaks >= kMostBreaks) return;
  }
  for (Person& person : people_) ++person.breaks;
  server_up_ = false;
  world_.server.stop();
  world_.loop.after(between(0ms, 10s), [this] {
    if (server_up_) return;
    server_up_ = true;
    world_.server.start();
  });
}

void Simulation::fault_cut_path(Person& person) {
  const std::string other =
      !guests_.empty() && chance(random_, 500) ? guest_name(0) : someone().name;
  if (other == person.name) return;
  world_.rtc.set_path(person.name, other, false);
  world_.loop.after(between(100ms, 30s),
                    [this, &person, other] { world_.rtc.set_path(person.name, other, true); });
}

void Simulation::fault_change_address(Person& person) { world_.rtc.change_address(person.name); }

void Simulation::fault_sleep(Person& person) {
  if (!may_break(person)) return;
  world_.page(person.name).sleep();
  world_.sockets.freeze(person.name, true);
  world_.rtc.set_host_paths(person.name, false);
  person.frozen = true;
  world_.loop.after(between(500ms, 70s), [this, &person] {
    if (awake(person)) return;
    person.frozen = false;
    world_.sockets.freeze(person.name, false);
    world_.rtc.set_host_paths(person.name, true);
    world_.page(person.name).wake();
  });
}

void Simulation::fault_forget(Person& person) {
  if (!std::exchange(person.forgotten, true)) world_.server.forget_user(person.name);
}

void Simulation::fault_devices(Person& person) {
  if (!awake(person)) return;
  SimulatedPage& page = world_.page(person.name);
  const auto mood = [this] { return static_cast<DeviceMood>(random_.below(4)); };
  if (chance(random_, 500)) page.media().set_camera(mood());
  if (chance(random_, 500)) page.media().set_microphone(mood());
  if (chance(random_, 500)) page.media().set_screen(mood());
  if (chance(random_, 300)) page.stop_screen_in_browser();
  if (chance(random_, 300)) page.unplug(chance(random_, 500) ? MediaKind::Audio : MediaKind::Video);
  // The second may be there or not; the first always is, so that a calm call has a picture.
  if (chance(random_, 400)) {
    page.pull_out("camera-2");
    if (chance(random_, 600)) page.plug_in(MediaKind::Video, "camera-2");
  }
  if (chance(random_, 500))
    page.set_device(DeviceKind::Camera, chance(random_, 500) ? "camera-1" : "camera-2");
}

void Simulation::fault_offline(Person& person) {
  if (!may_break(person)) return;
  world_.page(person.name).go_offline();
  world_.sockets.set_online(person.name, false);
  world_.sockets.cut(person.name);
  world_.loop.after(between(500ms, 15s), [this, &person] {
    world_.sockets.set_online(person.name, true);
    if (world_.page(person.name).alive()) world_.page(person.name).go_online();
  });
}

// ---- calm ----------------------------------------------------------------------------

void Simulation::end_faults() {
  show_everybody();
  chaos_ = false;
  world_.rtc.set_faults({});
  if (!std::exchange(server_up_, true)) world_.server.start();
  for (Person& person : people_) {
    for (const std::string& other : names_) world_.rtc.set_path(person.name, other, true);
    for (std::size_t i = 0; i < guests_.size(); ++i)
      world_.rtc.set_path(person.name, guest_name(i), true);
    world_.sockets.freeze(person.name, false);
    world_.sockets.set_online(person.name, true);
    person.frozen = false;
    SimulatedPage& page = world_.page(person.name);
    page.wake();
    page.go_online();
    page.media().set_camera(DeviceMood::Works);
    page.media().set_microphone(DeviceMood::Works);
    page.media().set_screen(DeviceMood::Works);
  }
}

/// What a person would do who wants to be in the call, and sees that something is amiss.
void Simulation::bring_everyone_in() {
  for (Person& person : people_) {
    SimulatedPage& page = world_.page(person.name);
    const SelfView& self = page.view().self;
    const auto is_broken = [](const MediaView& media) {
      return media.state == MediaState::Error || media.state == MediaState::Ended;
    };
    if (page.view().phase == Phase::Idle) join(person);
    if (page.wants_camera() && is_broken(self.camera)) {
      page.set_camera(false);
      page.set_camera(true);
    }
    if (page.wants_microphone() && is_broken(self.microphone)) {
      page.set_microphone(false);
      page.set_microphone(true);
    }
  }
}

std::string Simulation::await_settled() {
  const Instant limit = world_.loop.now() + options_.settle_within;
  std::string why = "nothing was looked at";
  while (!why.empty() && world_.loop.now() < limit && !world_.loop.halted()) {
    bring_everyone_in();
    world_.run_for(500ms);
    why = why_not_whole(names_);
    // A fault may be too fresh to be noticed yet, by anything but the pictures.
    if (why.empty()) why = why_no_pictures(world_, names_, 1s);
  }
  return why.empty() ? why : "not settled in time: " + why;
}

std::string Simulation::check_stays_settled() {
  world_.run_for(20s);
  std::string why = why_not_whole(names_);
  if (!why.empty()) return "did not stay settled: " + why;
  return check_messages();
}

std::string Simulation::check_released() {
  for (const std::string& name : names_) world_.page(name).leave();
  for (const auto& guest : guests_) guest->leave();
  world_.run_for(5s);
  for (const std::string& name : names_) {
    SimulatedPage& page = world_.page(name);
    if (page.view().phase != Phase::Idle) return name + " has not left";
    if (world_.rtc.open_connections(name) > 0) return name + " left a connection open";
    if (world_.sockets.open_lines(name) > 0) return name + " left a socket open";
    if (page.media().live_tracks() > 0) return name + " left a device on";
  }
  if (!world_.server.participants("r1").empty()) return "the server still lists someone";
  return {};
}

SimulationResult simulate(SimulationOptions options) {
  return Simulation(std::move(options)).run();
}

}  // namespace groupcall::sim
