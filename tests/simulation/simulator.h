/// A whole call out of one number: who comes and goes, what fails, and what must hold after.
///
///   chaos    pages join, reload, crash, sleep, mute; sockets, paths, the server and single
///            operations fail; frames between peers are lost and repeated
///   calm     everything works again, everyone is in the call: within a bound everyone must
///            see everyone, and stay so
///   quiet    in a long call only: for minutes people mute, go and come back, and nothing fails;
///            after each of these the call must be whole again at once. Then chaos again
///   the end  everyone leaves: nothing may be left
///
/// Violations (simulated_page.h, server_model.h) are looked for at every step of all three.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/older_client_model.h"
#include "tests/support/world.h"

namespace groupcall::sim {

/// What may go wrong. Weights are relative; 0 leaves a kind out.
struct FaultProfile {
  int reload = 6;
  int crash = 3;
  int leave = 4;
  int toggle = 12;
  int cut_socket = 5;
  int freeze_socket = 4;
  int restart_server = 2;
  int cut_path = 6;
  int change_address = 4;
  int sleep = 3;
  int forget = 1;
  int devices = 4;
  int offline = 2;
  Spread pause{50ms, 5s};  ///< between two faults
  int lost_permille = 40;  ///< of the frames between peers
  int repeated_permille = 40;
  int reject_permille = 4;  ///< of the operations of connections
  int hang_permille = 1;
  int guests = 0;  ///< older clients, who are in the room from the beginning to the end

  static FaultProfile none();
};

struct NamedProfile {
  std::string_view name;
  std::string_view what;
  FaultProfile faults;
};
const std::vector<NamedProfile>& fault_profiles();

struct SimulationOptions {
  std::string seed;
  int pages = 3;
  Duration chaos = 60s;
  /// Within this everyone must see everyone once the faults are over. A link that could not be
  /// made is tried again after at most 16 s and takes 15 s to give up on; a socket that died
  /// unseen is noticed after 45 s. Half of the calls need one second, one in a hundred 16.
  Duration settle_within = 60s;
  /// How long the call lasts at least: rounds of chaos, calm and quiet. 0: one, without quiet.
  Duration length{0};
  Spread quiet{120s, 900s};
  /// What a person does in quiet (mutes, leaves, comes back) must be seen by all within this.
  Duration follow_within = 20s;
  FaultProfile faults;
  Detail detail = Detail::None;
  std::size_t keep_lines = std::numeric_limits<std::size_t>::max();
  decltype(PageSurroundings::on_handled) on_handled;
  std::function<void(const struct SimulationResult& so_far)> on_round;
};

struct SimulationResult {
  std::string failure;        ///< empty: passed
  std::int64_t messages = 0;  ///< of the application, that have arrived
  std::string log;            ///< with Detail::Lines
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  Duration settled_after{0};   ///< the slowest, since the faults ended
  Duration followed_after{0};  ///< the slowest, of what people did in quiet
  Duration lasted{0};
  /// Of the core that takes most, where the program counts (heap_account.h): in the first round
  /// after an hour, or a quarter of a shorter call, and in the last one.
  std::int64_t heap_early = 0;
  std::int64_t heap_late = 0;
  int busiest_second = 0;     ///< of a page (simulated_page.h)
  std::uint64_t handled = 0;  ///< events that cores have handled
  std::size_t offers = 0;     ///< those inside a join, where they were answered, too
  std::map<std::string, std::int64_t> faults;   ///< by kind
  std::map<std::string, std::int64_t> repairs;  ///< the cores' own counters
  bool passed() const { return failure.empty(); }
};

class Simulation {
 public:
  explicit Simulation(SimulationOptions options);
  SimulationResult run();

 private:
  struct Person {
    std::string name;
    bool in_call = false;    ///< wants to be
    bool forgotten = false;  ///< by the server, in this round: a page asks once a minute at most
    bool frozen = false;
    int breaks = 0;                    ///< sockets broken so far; see kMostBreaks
    int said = 0;                      ///< messages sent so far
    std::map<std::string, int> heard;  ///< the last number of each other
  };

  void schedule_joins();
  void schedule_next_fault();
  void inject_fault();
  void fault_reload(Person& person);
  void fault_crash(Person& person);
  void fault_leave(Person& person);
  void fault_toggle(Person& person);
  void look_otherwise(SimulatedPage& page, bool may_hide);
  void show_everybody();
  void fault_cut_socket(Person& person);
  void fault_freeze_socket(Person& person);
  void fault_restart_server();
  void fault_cut_path(Person& person);
  void fault_change_address(Person& person);
  void fault_sleep(Person& person);
  void fault_forget(Person& person);
  void fault_devices(Person& person);
  void fault_offline(Person& person);

  std::string run_round();
  void schedule_next_message();
  void say_something(Person& person);
  std::string check_messages();
  std::string why_not_whole(const std::vector<std::string>& users);
  std::string live_quietly();
  std::string follow();
  void do_something();
  std::vector<std::string> present() const;
  void sum_up();
  std::string check_heap();
  void count(const char* kind) { ++result_.faults[kind]; }

  void end_faults();
  void bring_everyone_in();
  std::string await_settled();
  std::string check_stays_settled();
  std::string check_released();
  void join(Person& person);
  bool awake(const Person& person) { return !world_.page(person.name).asleep(); }
  bool may_break(Person& person);
  Person& someone() { return people_[static_cast<std::size_t>(random_.below(people_.size()))]; }
  Duration between(Duration least, Duration most) { return Spread{least, most}.draw(random_); }

  SimulationOptions options_;
  Random random_;
  World world_;
  std::vector<Person> people_;
  std::vector<std::string> names_;
  SimulationResult result_;
  std::vector<std::unique_ptr<OlderClient>> guests_;
  bool chaos_ = false;
  bool server_up_ = true;
};

SimulationResult simulate(SimulationOptions options);

}  // namespace groupcall::sim
