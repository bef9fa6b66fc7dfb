// Simulates hours of calls and sums up; tools/simulate is its front.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#ifndef __EMSCRIPTEN__
#include <unistd.h>

#include <mutex>
#include <thread>
#endif

#include "tests/simulation/simulator.h"
#include "tests/support/flight_recorder.h"

namespace groupcall::sim {
namespace {

constexpr int kUsage = 2;
constexpr std::size_t kTailLines = 60;
constexpr std::int64_t kMostPeers = 128;
constexpr std::int64_t kUsPerHour = 3'600'000'000;

struct Arguments {
  std::int64_t seed = 1;
  std::int64_t calls = 1;
  std::int64_t jobs = 1;
  std::int64_t minutes = 60;
  std::vector<std::int64_t> peers{3};
  std::vector<const NamedProfile*> profiles;
  std::string records = ".";
  bool scale = false;
  bool record = false;
};

/// One call of the run: which it is, and how it went.
struct Call {
  std::string seed;
  std::int64_t peers = 0;
  const NamedProfile* profile = nullptr;
};

struct Totals {
  std::int64_t calls = 0;
  std::int64_t lasted_us = 0;
  std::uint64_t handled = 0;
  Duration settled{0};
  Duration followed{0};
  std::int64_t busiest_second = 0;
  std::int64_t heap_early = 0;
  std::int64_t heap_late = 0;
  std::map<std::string, std::int64_t> faults;
  std::map<std::string, std::int64_t> repairs;
  std::vector<std::string> failures;
};

/// Time that this process has computed: a busy machine tells the same.
double computed_seconds() {
  return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void print_usage() {
  std::puts(
      "tools/simulate [--seed S] [--peers N] [--hours H] [--faults PROFILE] [--calls C] [--jobs "
      "J]\n"
      "tools/simulate --scale\n"
      "\n"
      "Simulates calls in virtual time, with everything that may go wrong, and checks at every "
      "step\n"
      "that nothing does that must not. Ends with a table; exits with 1 if something did.\n"
      "\n"
      "  --seed S     the first call's seed, a number (1); the next call has the next\n"
      "  --peers N    people in a call, 2 to 128 (3); 2,3,5: each call the next of these\n"
      "  --hours H    how long each call lasts at least (1); 30m: minutes\n"
      "  --faults P   what goes wrong (usual); a,b: in turn; all: every profile in turn\n"
      "  --calls C    how many calls (1)\n"
      "  --jobs J     how many at once (1)\n"
      "  --records D  where a failing call's flight records go (.)\n"
      "  --record     write flight records also if nothing fails (one call)\n"
      "  --scale      speed and memory for 2, 8, 32 and 128 people instead\n"
      "\n"
      "Profiles:");
  for (const NamedProfile& profile : fault_profiles()) {
    std::printf("  %-10s %s\n", std::string(profile.name).c_str(),
                std::string(profile.what).c_str());
  }
}

int complain(const std::string& what, const std::string& remedy) {
  std::fprintf(stderr, "\nStopped: %s\nWhat to do: %s\n", what.c_str(), remedy.c_str());
  return kUsage;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool take_number(const std::string& text, std::int64_t least, std::int64_t most,
                 std::int64_t& into) {
  const auto value = number(text);
  if (!value || *value < least || *value > most) return false;
  into = *value;
  return true;
}

bool take_hours(std::string text, std::int64_t& minutes) {
  const bool in_minutes = text.ends_with('m');
  if (in_minutes) text.pop_back();
  std::int64_t value = 0;
  if (!take_number(text, 1, 100'000, value)) return false;
  minutes = in_minutes ? value : value * 60;
  return true;
}

bool take_peers(const std::string& text, std::vector<std::int64_t>& peers) {
  peers.clear();
  for (const std::string& part : split(text)) {
    if (!take_number(part, 2, kMostPeers, peers.emplace_back())) return false;
  }
  return true;
}

bool take_profiles(const std::string& text, std::vector<const NamedProfile*>& profiles) {
  profiles.clear();
  for (const std::string& part : split(text)) {
    const std::size_t before = profiles.size();
    for (const NamedProfile& profile : fault_profiles()) {
      if (part == profile.name || text == "all") profiles.push_back(&profile);
    }
    if (profiles.size() == before) return false;
  }
  return true;
}

/// Reads the arguments; empty: understood. Otherwise what is wrong.
std::string read(const std::vector<std::string>& words, Arguments& into) {
  take_profiles("usual", into.profiles);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& name = words[i];
    if (name == "--scale" || name == "--record") {
      (name == "--scale" ? into.scale : into.record) = true;
      continue;
    }
    static constexpr std::array<std::string_view, 7> kWithValue{
        "--seed", "--peers", "--hours", "--faults", "--calls", "--jobs", "--records"};
    if (std::find(kWithValue.begin(), kWithValue.end(), name) == kWithValue.end())
      return "There is no option '" + name + "'.";
    if (i + 1 == words.size()) return name + " wants a value.";
    const std::string& value = words[++i];
    bool good = true;
    if (name == "--seed") good = take_number(value, 1, 1'000'000'000'000, into.seed);
    if (name == "--calls") good = take_number(value, 1, 1'000'000, into.calls);
    if (name == "--jobs") good = take_number(value, 1, 64, into.jobs);
    if (name == "--hours") good = take_hours(value, into.minutes);
    if (name == "--peers") good = take_peers(value, into.peers);
    if (name == "--faults") good = take_profiles(value, into.profiles);
    if (name == "--records") into.records = value;
    if (!good) return name + " does not take '" + value + "'.";
  }
  if (into.record && into.calls > 1) return "--record is for one call.";
  return {};
}

Call call_at(const Arguments& arguments, std::int64_t index) {
  const auto at = static_cast<std::size_t>(index);
  const std::size_t peers = arguments.peers.size();
  return {std::to_string(arguments.seed + index), arguments.peers[at % peers],
          arguments.profiles[(at / peers) % arguments.profiles.size()]};
}

SimulationOptions options_of(const Arguments& arguments, const Call& call) {
  SimulationOptions options;
  options.seed = call.seed;
  options.pages = static_cast<int>(call.peers);
  options.length = std::chrono::minutes(arguments.minutes);
  options.faults = call.profile->faults;
  return options;
}

/// Runs a call that failed once more, with its log and flight records, and tells of it.
std::string investigate(const Arguments& arguments, const Call& call) {
  SimulationOptions options = options_of(arguments, call);
  options.detail = Detail::Lines;
  options.keep_lines = kTailLines;
  FlightRecorder recorder(arguments.records + "/simulated-" + call.seed + "-");
  options.on_handled = [&recorder](const auto&... facts) { recorder.on_handled(facts...); };
  const SimulationResult result = simulate(std::move(options));
  const std::string minutes = std::to_string(arguments.minutes) + "m";
  const std::string again = "tools/simulate --seed " + call.seed + " --peers " +
                            std::to_string(call.peers) + " --hours " + minutes + " --faults " +
                            std::string(call.profile->name);
  std::string told = "seed " + call.seed + ", " + std::to_string(call.peers) + " peers, faults " +
                     std::string(call.profile->name) + ", after " +
                     std::to_string(result.lasted.count() / 1'000'000) +
                     " s: " + (result.passed() ? "passed when run again" : result.failure) + "\n" +
                     result.log + "again: " + again + "\n";
  for (const std::string& file : recorder.finish()) told += "record: tools/replay " + file + "\n";
  return told;
}

class Run {
 public:
  explicit Run(const Arguments& arguments) : arguments_(arguments) {}

  int all() {
#ifdef __EMSCRIPTEN__
    work();
#else
    std::vector<std::thread> workers;
    for (std::int64_t i = 1; i < arguments_.jobs; ++i) workers.emplace_back([this] { work(); });
    work();
    for (std::thread& worker : workers) worker.join();
    if (on_terminal_) std::printf("\r\x1b[K");
#endif
    print_table();
    return totals_.failures.empty() ? 0 : 1;
  }

 private:
  void work() {
    while (const auto call = next()) {
      SimulationOptions options = options_of(arguments_, *call);
      std::int64_t told_us = 0;
      options.on_round = [&](const SimulationResult& so_far) {
        const Lock lock(*this);
        totals_.lasted_us += so_far.lasted.count() - std::exchange(told_us, so_far.lasted.count());
        show_progress(*call);
      };
      FlightRecorder recorder(arguments_.records + "/simulated-" + call->seed + "-");
      if (arguments_.record)
        options.on_handled = [&recorder](const auto&... facts) { recorder.on_handled(facts...); };
      const SimulationResult result = simulate(std::move(options));
      const std::string failure = result.passed() ? "" : investigate(arguments_, *call);
      const Lock lock(*this);
      for (const std::string& file : recorder.finish()) std::printf("record: %s\n", file.c_str());
      add(result, failure);
    }
  }

  std::optional<Call> next() {
    const Lock lock(*this);
    // Three failures tell enough.
    if (next_ == arguments_.calls || totals_.failures.size() >= 3) return std::nullopt;
    return call_at(arguments_, next_++);
  }

  void add(const SimulationResult& result, const std::string& failure) {
    ++totals_.calls;
    totals_.handled += result.handled;
    totals_.settled = std::max(totals_.settled, result.settled_after);
    totals_.followed = std::max(totals_.followed, result.followed_after);
    totals_.busiest_second = std::max<std::int64_t>(totals_.busiest_second, result.busiest_second);
    totals_.heap_early = std::max(totals_.heap_early, result.heap_early);
    totals_.heap_late = std::max(totals_.heap_late, result.heap_late);
    for (const auto& [kind, count] : result.faults) totals_.faults[kind] += count;
    for (const auto& [kind, count] : result.repairs) totals_.repairs[kind] += count;
    if (failure.empty()) return;
    totals_.failures.push_back(failure);
    std::printf("\nFAILED %s\n", failure.c_str());
    std::fflush(stdout);
  }

  void show_progress(const Call& call) {
    const double now = seconds_since(begin_);
    if (now - shown_at_ < (on_terminal_ ? 0.2 : 5.0)) return;
    shown_at_ = now;
    std::printf("%s  %5.0f s  %6.1f call-hours  call %lld of %lld: %lld peers, %s%s",
                on_terminal_ ? "\r\x1b[K" : "", now,
                static_cast<double>(totals_.lasted_us) / kUsPerHour, static_cast<long long>(next_),
                static_cast<long long>(arguments_.calls), static_cast<long long>(call.peers),
                std::string(call.profile->name).c_str(), on_terminal_ ? "" : "\n");
    std::fflush(stdout);
  }

  void print_table() const {
    const double took = std::max(seconds_since(begin_), 0.001);
    const double hours = static_cast<double>(totals_.lasted_us) / kUsPerHour;
    const auto row = [](const std::string& name, const std::string& value) {
      std::printf("| %-28s | %16s |\n", name.c_str(), value.c_str());
    };
    const auto fixed = [](double value, const char* unit) {
      std::array<char, 48> text{};
      std::snprintf(text.data(), text.size(), "%.1f%s", value, unit);
      return std::string(text.data());
    };
    const auto seconds = [&](Duration span) {
      return fixed(static_cast<double>(span.count()) / 1e6, " s");
    };
    row("calls", std::to_string(totals_.calls));
    row("call-hours", fixed(hours, ""));
    row("took", fixed(took, " s"));
    row("times real time", fixed(hours * 3600 / took, ""));
    row("events of the cores", std::to_string(totals_.handled));
    row("events a second", fixed(static_cast<double>(totals_.handled) / took, ""));
    for (const auto& [kind, count] : totals_.faults) row("fault: " + kind, std::to_string(count));
    for (const auto& [kind, count] : totals_.repairs) row("repair: " + kind, std::to_string(count));
    row("slowest after faults", seconds(totals_.settled));
    row("slowest in quiet", seconds(totals_.followed));
    row("events in busiest second", std::to_string(totals_.busiest_second));
    row("largest core, after an hour",
        fixed(static_cast<double>(totals_.heap_early) / 1024, " KiB"));
    row("largest core, at the end", fixed(static_cast<double>(totals_.heap_late) / 1024, " KiB"));
    row("failures", std::to_string(totals_.failures.size()));
  }

#ifdef __EMSCRIPTEN__
  struct Lock {
    explicit Lock(Run&) {}
  };
  bool on_terminal_ = false;
#else
  struct Lock : std::lock_guard<std::mutex> {
    explicit Lock(Run& run) : std::lock_guard<std::mutex>(run.mutex_) {}
  };
  std::mutex mutex_;
  bool on_terminal_ = isatty(STDOUT_FILENO) == 1;
#endif
  const Arguments& arguments_;
  const Clock::time_point begin_ = Clock::now();
  double shown_at_ = 0;
  std::int64_t next_ = 0;
  Totals totals_;
};

// ---- speed and memory ----------------------------------------------------------------

double median(std::vector<double>& samples) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

using Happened = std::pair<Instant, Event>;

/// What the core alone takes: for an event that concerns one link, and for a sample of the
/// statistics, which tells of all. Medians, for other programs run as well.
struct CoreTimes {
  double one_link_us = 0;
  double sample_us = 0;
};

CoreTimes time_core(const CallConfig& config, const std::vector<Happened>& events,
                    std::size_t joined) {
  CallCore core(config);
  std::vector<double> one_link;
  std::vector<double> samples;
  for (std::size_t at = 0; at < events.size(); ++at) {
    const auto& [now, event] = events[at];
    const auto begin = Clock::now();
    (void)core.handle(event, now);
    const std::chrono::duration<double, std::micro> took = Clock::now() - begin;
    if (at < joined) continue;
    if (std::holds_alternative<StatsSampled>(event)) samples.push_back(took.count());
    if (std::holds_alternative<ChannelMessage>(event) ||
        std::holds_alternative<ChannelDrained>(event))
      one_link.push_back(took.count());
  }
  return {median(one_link), median(samples)};
}

/// A call of so many without faults, once everybody is in it; and what the core alone takes for the
/// events of one of its pages.
bool print_scale_of(int peers) {
  WorldOptions options;
  options.exact_times = false;
  options.detail = Detail::None;
  options.server.rate_limit = 0;
  World world(options);
  world.sockets.keep_frames(false);
  std::vector<Happened> events;
  world.set_on_handled(
      [&](const SimulatedPage& page, Instant now, const Event& event, const Reaction&) {
        if (page.user() == "user0") events.emplace_back(now, event);
      });
  for (int i = 0; i < peers; ++i) {
    world.open_page("user" + std::to_string(i)).join();
    world.run_for(200ms);
  }
  world.run_for(30s);
  const SimulatedPage& page = world.page("user0");
  if (!world.journal.clean() || page.view().order.size() + 1 != static_cast<std::size_t>(peers)) {
    std::printf("not a whole call of %d: %s\n", peers, world.journal.report(5).c_str());
    return false;
  }
  const std::size_t joined = events.size();
  const auto handled = [&] {
    std::uint64_t sum = 0;
    world.for_each_page([&](const SimulatedPage& one) { sum += one.events(); });
    return sum;
  };
  const std::uint64_t before = handled();
  const int seconds = std::max(4, 4000 / (peers * peers));
  const double begin = computed_seconds();
  world.run_for(std::chrono::seconds(seconds));
  const double took = computed_seconds() - begin;
  const auto count = static_cast<double>(handled() - before);
  const CoreTimes core = time_core(page.config(), events, joined);
  const double kib = static_cast<double>(page.heap().bytes()) / 1024;
  const int others = peers - 1;
  std::printf("| %5d | %15.0f | %9.0f | %8.2f | %11.2f | %14.2f | %13.1f | %8.2f |\n", peers,
              seconds / took, count / took, took * 1e6 / count, core.one_link_us,
              core.sample_us / others, kib, kib / others);
  std::fflush(stdout);
  return true;
}

int print_scale() {
  std::printf(
      "| peers | times real time |  events/s | us/event | one link us | sample us/link | core heap "
      "KiB | KiB/peer |\n"
      "| ----: | --------------: | --------: | -------: | ----------: | -------------: | "
      "------------: | -------: |\n");
  for (const int peers : {2, 8, 16, 32, 128}) {
    if (!print_scale_of(peers)) return 1;
  }
  std::printf("one link: the core's median for an event of one link; sample: for the statistics\n");
  return 0;
}

int main_with(const std::vector<std::string>& words) {
  if (std::find(words.begin(), words.end(), "--help") != words.end() ||
      std::find(words.begin(), words.end(), "-h") != words.end()) {
    print_usage();
    return 0;
  }
  Arguments arguments;
  if (const std::string wrong = read(words, arguments); !wrong.empty())
    return complain(wrong, "See tools/simulate --help.");
  return arguments.scale ? print_scale() : Run(arguments).all();
}

}  // namespace
}  // namespace groupcall::sim

int main(int argc, char** argv) {
  return groupcall::sim::main_with(std::vector<std::string>(argv + 1, argv + argc));
}
