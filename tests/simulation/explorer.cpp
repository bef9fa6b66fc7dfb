#include "tests/simulation/explorer.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace groupcall::sim {
namespace {

constexpr std::string_view kJoin = "42[\"groupcall:join\"";

std::uint64_t mix(std::uint64_t digest, std::string_view text) {
  for (char c : text) digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return digest ^ (digest >> 29U);
}

WorldOptions world_options(Detail detail) {
  WorldOptions options;
  options.detail = detail;
  const Spread at_once = exactly(0ms);
  options.rtc.replace_track = options.rtc.checks = options.rtc.drain = options.rtc.stats = at_once;
  options.rtc.candidates = 1;
  options.sockets = {at_once, at_once, at_once, at_once};
  options.media = {at_once};
  options.server.lookup = at_once;
  options.server.rate_limit = 0;
  return options;
}

/// One call, driven choice by choice.
class Run {
 public:
  Run(const ExplorerOptions& options, Detail detail)
      : options_(options),
        world_(world_options(detail)),
        faults_left_(options.faults),
        moves_left_(options.moves) {
    world_.sockets.keep_frames(detail != Detail::None);
    for (std::size_t i = 0; i < options.users.size() && !options.glare; ++i) {
      if (i == options.members) begin();
      world_.open_page(options.users[i]).join();
      if (i < options.members) world_.run_for(1s);
    }
    if (options.glare) begin_with_glare();
    if (options.members == options.users.size() && !options.glare) begin();
    at_once();
  }

  std::vector<Choice> choices() {
    std::vector<Choice> ways;
    if (world_.loop.halted()) return ways;
    const auto& held = world_.loop.held();
    for (const auto& [lane, tasks] : held) ways.push_back({Choice::Kind::Deliver, lane});
    const bool quiet = held.empty();
    const bool whole = quiet && is_whole();
    if (quiet) ways.push_back({whole ? Choice::Kind::End : Choice::Kind::Wait, {}});
    if (moves_left_ > 0) {
      for (const std::string& user : options_.users) {
        if (has_pair(user)) ways.push_back({Choice::Kind::Move, user});
      }
    }
    if (faults_left_ == 0) return ways;
    for (const auto& [lane, tasks] : held) {
      if (options_.omits && tasks.front().label.starts_with(kJoin))
        ways.push_back({Choice::Kind::Omit, lane});
      if (!may_fail(lane, tasks.front().label)) continue;
      if (options_.loses) ways.push_back({Choice::Kind::Lose, lane});
      if (options_.repeats) ways.push_back({Choice::Kind::Repeat, lane});
    }
    for (const std::string& user : options_.users) {
      if (options_.reloads) ways.push_back({Choice::Kind::Reload, user});
      if (options_.reconnects && world_.sockets.open_lines(user) > 0)
        ways.push_back({Choice::Kind::Reconnect, user});
    }
    return ways;
  }

  void take(const Choice& choice) {
    using enum Choice::Kind;
    world_.journal.note("explorer", describe(choice));
    if (choice.kind == Deliver) return deliver(choice.on);
    all_differ(describe(choice));
    if (choice.kind == End) return end();
    if (choice.kind == Wait) return wait();
    if (choice.kind == Move) {
      --moves_left_;
      world_.rtc.change_address(choice.on);
      world_.page(choice.on).go_offline();
      world_.page(choice.on).go_online();
    } else {
      --faults_left_;
      if (choice.kind == Lose) world_.loop.drop(choice.on);
      if (choice.kind == Repeat) world_.loop.repeat(choice.on);
      if (choice.kind == Omit) omit(choice.on);
      if (choice.kind == Reconnect) world_.sockets.cut(choice.on);
      if (choice.kind == Reload) world_.reload(choice.on).join();
    }
    last_fault_ = world_.loop.now();
    at_once();
  }

  std::uint64_t state() const {
    std::uint64_t digest = mix(meetings_, world_.server.state());
    for (const auto& [user, history] : histories_) digest = mix(digest, std::to_string(history));
    for (const auto& [lane, tasks] : world_.loop.held()) {
      digest = mix(digest, lane);
      for (const auto& task : tasks) digest = mix(digest, task.label);
    }
    return digest;
  }

  bool over() const { return over_ || !trouble().empty(); }
  std::string trouble() const {
    return world_.journal.clean() ? trouble_ : world_.journal.violations().front();
  }
  std::string log() const { return world_.journal.report(1'000'000, 2'000); }

 private:
  void begin() {
    world_.loop.hold_lanes(true);
    for (const std::string& user : options_.users) histories_[user] = 1;
  }
  /// Both have found the other in their `joined`, so both offer.
  void begin_with_glare() {
    const std::string& first = options_.users[0];
    world_.open_page(first).join();
    world_.run_for(1s);
    world_.sockets.set_fate([&first](const PassingFrame& frame) {
      const bool from_peers =
          !frame.to_server && frame.host == first && frame.text.starts_with("42[\"groupcall");
      return from_peers ? FrameFate::Drop : FrameFate::Deliver;
    });
    world_.open_page(options_.users[1]).join();
    world_.run_for(500ms);
    world_.sockets.set_fate(nullptr);
    begin();
    world_.sockets.cut(first);
  }
  /// Whatever races with nobody.
  void at_once() { world_.loop.run_until(world_.loop.now()); }

  void all_differ(const std::string& by) {
    const std::string what = by + " at " + std::to_string(to_us(world_.loop.now()));
    for (auto& [user, history] : histories_) history = mix(history, what);
    meetings_ = mix(meetings_, what);
  }

  void deliver(const std::string& lane) {
    std::string label;
    for (const auto& task : world_.loop.held().at(lane)) {
      label += task.label;
      if (!lane.starts_with("report ")) break;
    }
    const std::uint64_t before = world_.rtc.meetings();
    // What one connection has to report, it reports in one go.
    do {
      world_.loop.release(lane);
      at_once();
    } while (lane.starts_with("report ") && world_.loop.held().count(lane) > 0);
    // Everybody is told at once who is online.
    if (lane.starts_with("gone ") || lane.starts_with("closed ")) return all_differ(lane);
    if (lane.starts_with("up ") || lane.starts_with("late up ")) return;
    std::uint64_t& history = histories_[user_of(lane)];
    history = mix(mix(history, lane), label);
    if (world_.rtc.meetings() == before) return;
    meetings_ = mix(meetings_, std::to_string(history));
    for (auto& [user, other] : histories_) other = mix(other, std::to_string(meetings_));
  }

  /// The host in "down bob 2", "report bob/1", "late down bob 2".
  std::string user_of(const std::string& lane) const {
    for (const std::string& user : options_.users) {
      const std::size_t at = lane.find(" " + user);
      if (at == std::string::npos) continue;
      const char after = at + 1 + user.size() < lane.size() ? lane[at + 1 + user.size()] : ' ';
      if (after == ' ' || after == '/') return user;
    }
    return {};
  }

  void wait() {
    const Instant next = world_.loop.next_due();
    if (next == kNever || next - last_fault_ > options_.whole_within) {
      trouble_ = "not whole in time: " + why_not_whole();
      return;
    }
    world_.loop.run_until(next);
  }

  void omit(const std::string& lane) {
    world_.server.omit_others_once();
    world_.loop.release(lane);
    omitted_ = true;
  }

  std::string why_not_whole() {
    for (const std::string& user : options_.users) {
      SimulatedPage& page = world_.page(user);
      if (page.view().phase != Phase::Joined) return user + " is not in the call";
      if (page.view().order.size() + 1 != options_.users.size()) return user + " lists too few";
      if (page.open_connections() + 1 != options_.users.size())
        return user + " has " + std::to_string(page.open_connections()) + " connections";
      for (const auto& [peer, view] : page.view().participants) {
        const auto rtc = page.connection_to(peer.value);
        const bool up = view.connection == LinkView::Connected && rtc && rtc->established() &&
                        (omitted_ || view.signalling == PeerSignalling::Present);
        if (!up) return user + " is not linked with " + peer.value;
      }
    }
    return {};
  }
  bool is_whole() { return why_not_whole().empty(); }

  bool has_pair(const std::string& user) {
    for (const std::string& other : options_.users) {
      const auto rtc = other == user ? nullptr : world_.page(user).connection_to(other);
      if (rtc && rtc->established()) return true;
    }
    return false;
  }

  bool may_fail(const std::string& lane, const std::string& label) const {
    if (!lane.starts_with("down ")) return false;
    if (label.find("groupcall:webrtc-") != std::string::npos) return true;
    return options_.loses_news && label.find("groupcall:participant-joined") != std::string::npos;
  }

  /// The call goes on by itself for a while, is looked at whole, and then everyone leaves.
  void end() {
    over_ = true;
    world_.loop.hold_lanes(false);
    // Who is linked and not listed stays so, and is seen, until they say something.
    for (const bool on : {false, true}) {
      for (const std::string& user : options_.users)
        if (omitted_) world_.page(user).set_microphone(on);
    }
    world_.run_for(4s);
    trouble_ = why_not_settled(world_, options_.users);
    if (trouble_.empty()) trouble_ = why_no_pictures(world_, options_.users, 1s);
    if (!trouble_.empty()) return;
    for (const std::string& user : options_.users) world_.page(user).leave();
    world_.run_for(6s);
    for (const std::string& user : options_.users) {
      SimulatedPage& page = world_.page(user);
      if (page.view().phase != Phase::Idle) trouble_ = user + " has not left";
      if (world_.rtc.open_connections(user) > 0) trouble_ = user + " left a connection open";
      if (world_.sockets.open_lines(user) > 0) trouble_ = user + " left a socket open";
      if (page.media().live_tracks() > 0) trouble_ = user + " left a device on";
    }
    if (!world_.server.participants("r1").empty()) trouble_ = "the server still lists someone";
  }

  const ExplorerOptions& options_;
  World world_;
  int faults_left_;
  int moves_left_;
  Instant last_fault_{};
  std::map<std::string, std::uint64_t> histories_;
  std::uint64_t meetings_ = 1;
  bool omitted_ = false;
  bool over_ = false;
  std::string trouble_;
};

/// A point with several ways on, and the one that is taken.
struct Fork {
  std::size_t ways;
  std::size_t taken;
};

/// States that need not be entered again.
struct Met {
  std::unordered_set<std::uint64_t> forks;
  std::unordered_set<std::uint64_t> tails;  ///< from which the first way is taken to the end
};

/// Follows the forks, then goes on by the first way of each new one, until the end of the run or
/// a state that was met before.
std::string follow(const ExplorerOptions& options, std::vector<Fork>& forks, Met& met,
                   Exploration& result) {
  Run run(options, Detail::None);
  std::size_t at = 0;
  while (!run.over()) {
    const std::vector<Choice> ways = run.choices();
    if (ways.empty()) break;
    std::size_t taken = 0;
    if (at < forks.size()) {
      taken = forks[at].taken;
    } else if (at >= options.depth || ways.size() == 1) {
      const bool is_tail = at >= options.depth || ways[0].kind == Choice::Kind::End;
      if (is_tail && !met.tails.insert(run.state()).second) return {};
      forks.push_back({1, 0});
    } else {
      // The depth is part of it: one that is met again nearer to the begin has more before it.
      if (!met.forks.insert(mix(run.state(), std::to_string(at))).second) return {};
      forks.push_back({ways.size(), 0});
    }
    ++at;
    if (ways[taken].kind == Choice::Kind::End) ++result.ends;
    run.take(ways[taken]);
  }
  result.depth = std::max(result.depth, at);
  return run.trouble();
}

}  // namespace

std::string describe(const Choice& choice) {
  static constexpr const char* kNames[] = {"deliver",         "lose",   "repeat",
                                           "omit the others", "reload", "reconnect",
                                           "another network", "wait",   "end"};
  return kNames[static_cast<std::size_t>(choice.kind)] +
         (choice.on.empty() ? std::string() : ": " + choice.on);
}

Exploration explore(const ExplorerOptions& options) {
  Exploration result;
  std::vector<Fork> forks;
  Met met;
  while (true) {
    ++result.runs;
    result.failure = follow(options, forks, met, result);
    if (!result.failure.empty()) {
      for (const Fork& fork : forks) result.choices.push_back(fork.taken);
      break;
    }
    while (!forks.empty() && forks.back().taken + 1 == forks.back().ways) forks.pop_back();
    if (forks.empty()) break;
    ++forks.back().taken;
  }
  result.states = met.forks.size();
  return result;
}

std::string replay(const ExplorerOptions& options, const std::vector<std::size_t>& choices) {
  Run run(options, Detail::Lines);
  for (std::size_t at = 0; !run.over(); ++at) {
    const std::vector<Choice> ways = run.choices();
    if (ways.empty()) break;
    const std::size_t taken = at < choices.size() ? choices[at] : 0;
    if (taken >= ways.size()) return "these choices fit another core or other options\n";
    run.take(ways[taken]);
  }
  return run.log() + "\n" + run.trouble() + "\n";
}

}  // namespace groupcall::sim
