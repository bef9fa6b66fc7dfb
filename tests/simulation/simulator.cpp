#include "tests/simulation/simulator.h"

#include <array>
#include <utility>

namespace groupcall::sim {
namespace {

/// The core connects at most ten times in five minutes without a stable socket, and the server
/// takes twenty: with more breaks than this a page stays away for minutes, by design.
constexpr int kMostBreaks = 6;

WorldOptions world_options(const SimulationOptions& options) {
  WorldOptions world;
  world.seed = options.seed;
  world.exact_times = false;
  world.detail = options.detail;
  world.server.lookup = {1ms, 200ms};
  world.server.rate_limit = 0;
  world.server.answers_pings = Random(options.seed + "/server").below(2) == 1;
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
          .hang_permille = 0};
}

Simulation::Simulation(SimulationOptions options)
    : options_(std::move(options)),
      random_(options_.seed + "/faults"),
      world_(world_options(options_)) {
  static constexpr std::array<const char*, 8> kNames{"alice", "bob",   "carol", "dave",
                                                     "erin",  "frank", "grace", "heidi"};
  for (std::size_t i = 0; i < static_cast<std::size_t>(options_.pages); ++i) {
    names_.emplace_back(i < kNames.size() ? kNames[i] : "user" + std::to_string(i));
    people_.push_back({.name = names_.back()});
    world_.open_page(names_.back());
  }
  world_.sockets.keep_frames(options_.faults.lost_permille == 0);
  world_.rtc.set_faults({options_.faults.reject_permille, options_.faults.hang_permille});
  world_.sockets.set_fate(
      [this, random = Random(options_.seed + "/fate")](const PassingFrame& frame) mutable {
        if (!chaos_ || !between_peers(frame)) return FrameFate::Deliver;
        if (chance(random, options_.faults.lost_permille)) return FrameFate::Drop;
        return chance(random, options_.faults.repeated_permille) ? FrameFate::Duplicate
                                                                 : FrameFate::Deliver;
      });
}

SimulationResult Simulation::run() {
  schedule_joins();
  schedule_next_fault();
  world_.run_for(options_.chaos);
  end_faults();
  const Instant calm = world_.loop.now();
  SimulationResult result;
  result.failure = await_settled();
  result.settled_after = world_.loop.now() - calm;
  if (result.failure.empty()) result.failure = check_stays_settled();
  result.offers = world_.offers_sent();
  if (result.failure.empty()) result.failure = check_released();
  if (!world_.journal.clean()) result.failure = world_.journal.violations().front();
  result.log = world_.journal.report(1'000'000, 2'000);
  result.digest = world_.journal.digest();
  result.events = world_.loop.executed();
  return result;
}

void Simulation::schedule_joins() {
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

// ---- faults --------------------------------------------------------------------------

void Simulation::schedule_next_fault() {
  world_.loop.after(between(50ms, 5s), [this] {
    if (!chaos_) return;
    inject_fault();
    schedule_next_fault();
  });
}

void Simulation::inject_fault() {
  const FaultProfile& weight = options_.faults;
  const std::array<std::pair<int, void (Simulation::*)(Person&)>, 12> faults{{
      {weight.reload, &Simulation::fault_reload},
      {weight.crash, &Simulation::fault_crash},
      {weight.leave, &Simulation::fault_leave},
      {weight.toggle, &Simulation::fault_toggle},
      {weight.cut_socket, &Simulation::fault_cut_socket},
      {weight.freeze_socket, &Simulation::fault_freeze_socket},
      {weight.cut_path, &Simulation::fault_cut_path},
      {weight.change_address, &Simulation::fault_change_address},
      {weight.sleep, &Simulation::fault_sleep},
      {weight.forget, &Simulation::fault_forget},
      {weight.devices, &Simulation::fault_devices},
      {weight.offline, &Simulation::fault_offline},
  }};
  int total = weight.restart_server;
  for (const auto& [share, fault] : faults) total += share;
  if (total == 0) return;
  Person& person = someone();
  int pick = static_cast<int>(random_.below(static_cast<std::uint64_t>(total)));
  for (const auto& [share, fault] : faults) {
    if ((pick -= share) < 0) return (this->*fault)(person);
  }
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
  person.forgotten = false;
  world_.loop.after(between(0ms, 4s), [this, &person] { join(person); });
}

void Simulation::fault_crash(Person& person) {
  if (!may_break(person)) return;
  // Sometimes the server does not hear of it for long.
  if (chance(random_, 300)) world_.sockets.cut(person.name, false);
  world_.page(person.name).crash();
  world_.open_page(person.name);
  person.forgotten = false;
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
  person.in_call = person.forgotten = false;
  world_.loop.after(between(0ms, 6s), [this, &person] { join(person); });
}

void Simulation::fault_toggle(Person& person) {
  if (!awake(person)) return;
  SimulatedPage& page = world_.page(person.name);
  if (chance(random_, 500)) page.set_microphone(!page.wants_microphone());
  if (chance(random_, 700)) page.set_camera(!page.wants_camera());
}

void Simulation::fault_cut_socket(Person& person) {
  if (!may_break(person)) return;
  world_.sockets.cut(person.name, !chance(random_, 300));
  person.forgotten = false;
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
  const std::string other = someone().name;
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
  world_.server.forget_user(person.name);
  person.forgotten = true;
}

void Simulation::fault_devices(Person& person) {
  if (!awake(person)) return;
  SimulatedPage& page = world_.page(person.name);
  const auto mood = [this] { return static_cast<DeviceMood>(random_.below(4)); };
  if (chance(random_, 500)) page.media().set_camera(mood());
  if (chance(random_, 500)) page.media().set_microphone(mood());
  if (chance(random_, 300)) page.unplug(chance(random_, 500) ? MediaKind::Audio : MediaKind::Video);
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
  chaos_ = false;
  world_.rtc.set_faults({});
  if (!std::exchange(server_up_, true)) world_.server.start();
  for (Person& person : people_) {
    for (const std::string& other : names_) world_.rtc.set_path(person.name, other, true);
    world_.sockets.freeze(person.name, false);
    world_.sockets.set_online(person.name, true);
    person.frozen = false;
    SimulatedPage& page = world_.page(person.name);
    page.wake();
    page.go_online();
    page.media().set_camera(DeviceMood::Works);
    page.media().set_microphone(DeviceMood::Works);
    if (person.forgotten) world_.sockets.cut(person.name);
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
    why = why_not_settled(world_, names_);
    // A fault may be too fresh to be noticed yet, by anything but the pictures.
    if (why.empty()) why = why_no_pictures(world_, names_, 1s);
  }
  return why.empty() ? why : "not settled in time: " + why;
}

std::string Simulation::check_stays_settled() {
  world_.run_for(20s);
  const std::string why = why_not_settled(world_, names_);
  return why.empty() ? why : "did not stay settled: " + why;
}

std::string Simulation::check_released() {
  for (const std::string& name : names_) world_.page(name).leave();
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
