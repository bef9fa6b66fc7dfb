/// Calls out of random numbers, hundreds of them.
///
///   GROUPCALL_SEEDS=5000   so many seeds for each sweep (default below)
///   GROUPCALL_SEED=17      only this one, with its whole log
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/simulation/simulator.h"

#ifdef __EMSCRIPTEN__
#include <emscripten.h>

// Emscripten has an environment of its own; Node's is asked.
// clang-format off
EM_JS(int, number_from_node, (const char* name, int otherwise), {
  return parseInt(process.env[UTF8ToString(name)]) || otherwise;
});
// clang-format on
#endif

namespace groupcall::sim {
namespace {

#ifdef __EMSCRIPTEN__
constexpr int kDefaultSeeds = 40;
int number_from_environment(const char* name, int otherwise) {
  return number_from_node(name, otherwise);
}
#else
constexpr int kDefaultSeeds = 300;
int number_from_environment(const char* name, int otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}
#endif

constexpr std::size_t kTailLines = 120;

/// The last lines of a log, cut to a width that a terminal can bear.
std::string tail_of(const std::string& log, std::size_t lines, std::size_t width) {
  std::size_t begin = log.size();
  for (std::size_t i = 0; i <= lines && begin != std::string::npos && begin > 0; ++i) {
    begin = log.rfind('\n', begin - 1);
  }
  std::string tail;
  for (std::size_t at = begin == std::string::npos ? 0 : begin; at < log.size();) {
    const std::size_t end = std::min(log.find('\n', at), log.size() - 1);
    tail += log.substr(at, std::min(width, end - at)) + "\n";
    at = end + 1;
  }
  return tail;
}

/// Runs one seed without a log; one that fails is run again with it.
bool survives(SimulationOptions options, int seed) {
  options.seed = std::to_string(seed);
  const SimulationResult result = simulate(options);
  if (result.passed()) return true;
  options.detail = Detail::Lines;
  const SimulationResult again = simulate(options);
  ADD_FAILURE() << "seed " << seed << ": " << again.failure << "\n"
                << tail_of(again.log, kTailLines, 240)
                << "Rerun with the whole log: GROUPCALL_SEED=" << seed;
  return false;
}

/// One in `share` of the seeds asked for.
void sweep(const SimulationOptions& options, int share = 1) {
  const int only = number_from_environment("GROUPCALL_SEED", 0);
  if (only > 0) {
    SimulationOptions one = options;
    one.seed = std::to_string(only);
    one.detail = Detail::Lines;
    const SimulationResult result = simulate(one);
    std::printf("%s", result.log.c_str());
    EXPECT_EQ(result.failure, "") << "seed " << only;
    return;
  }
  const int seeds = number_from_environment("GROUPCALL_SEEDS", kDefaultSeeds) / share;
  int failures = 0;
  for (int seed = 1; seed <= seeds && failures < 3; ++seed) {
    if (!survives(options, seed)) ++failures;
  }
}

TEST(Seeded, TwoPeersComeThroughFaults) {
  SimulationOptions options;
  options.pages = 2;
  sweep(options);
}

TEST(Seeded, ThreePeersComeThroughFaults) {
  SimulationOptions options;
  options.pages = 3;
  sweep(options);
}

TEST(Seeded, FivePeersComeThroughManyFaultsAtOnce) {
  SimulationOptions options;
  options.pages = 5;
  options.chaos = 90s;
  options.faults.reject_permille = 15;
  options.faults.hang_permille = 4;
  options.faults.lost_permille = 120;
  options.faults.repeated_permille = 120;
  sweep(options, 10);
}

TEST(Seeded, WithoutFaultsEveryPairNeedsExactlyOneOffer) {
  SimulationOptions options;
  options.pages = 4;
  options.chaos = 15s;
  options.faults = FaultProfile::none();
  options.faults.toggle = 10;
  const int seeds = number_from_environment("GROUPCALL_SEEDS", kDefaultSeeds) / 3 + 1;
  for (int seed = 1; seed <= seeds; ++seed) {
    options.seed = "quiet-" + std::to_string(seed);
    const SimulationResult result = simulate(options);
    ASSERT_EQ(result.failure, "") << options.seed;
    ASSERT_EQ(result.offers, 6U) << options.seed;
  }
}

TEST(Seeded, TheSameSeedIsTheSameRun) {
  SimulationOptions options;
  options.seed = "twice";
  options.detail = Detail::Digest;
  const SimulationResult first = simulate(options);
  const SimulationResult second = simulate(options);
  EXPECT_EQ(first.digest, second.digest);
  EXPECT_EQ(first.events, second.events);
  options.seed = "another";
  EXPECT_NE(simulate(options).digest, first.digest);
}

}  // namespace
}  // namespace groupcall::sim
