/// Small calls in every order (explorer.h says what an order is). README.md has the bounds.
///
///   GROUPCALL_DEPTH=12          explores to another depth
///   GROUPCALL_CHOICES="0 2 1"   prints the log of this one run of the one test that is chosen
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "tests/simulation/explorer.h"

namespace groupcall::sim {
namespace {

#if defined(__EMSCRIPTEN__) || defined(__SANITIZE_ADDRESS__) || defined(GROUPCALL_SLOW)
constexpr bool kSlow = true;
#elif defined(__has_feature)
constexpr bool kSlow = __has_feature(address_sanitizer);
#else
constexpr bool kSlow = false;
#endif

constexpr std::size_t kNoEnd = 1'000'000;

/// Explores to `depth`; where everything is slower, to `slow_depth`.
void expect_whole(ExplorerOptions options, std::size_t depth, std::size_t slow_depth) {
  options.depth = kSlow ? slow_depth : depth;
  if (const char* const text = std::getenv("GROUPCALL_DEPTH")) options.depth = std::stoul(text);
  if (const char* const text = std::getenv("GROUPCALL_CHOICES")) {
    std::istringstream numbers(text);
    std::vector<std::size_t> choices;
    for (std::size_t choice = 0; numbers >> choice;) choices.push_back(choice);
    std::printf("%s", replay(options, choices).c_str());
    return;
  }
  const Exploration seen = explore(options);
  std::printf("  %zu runs, %zu forks, %zu whole calls, longest run %zu choices, ", seen.runs,
              seen.states, seen.ends, seen.depth);
  std::printf(options.depth == kNoEnd ? "no bound\n" : "every way for %zu choices\n",
              options.depth);
  if (seen.failure.empty()) return;
  std::string choices;
  for (const std::size_t choice : seen.choices) choices += std::to_string(choice) + " ";
  const std::string log = replay(options, seen.choices);
  ADD_FAILURE() << seen.failure << "\nGROUPCALL_CHOICES=\"" << choices << "\"\n"
                << log.substr(0, 60'000);
}

TEST(EveryOrder, OfANewcomerAndAMember) {
  ExplorerOptions options;
  options.members = 1;
  expect_whole(options, kNoEnd, 12);
}

TEST(EveryOrder, OfTwoNewcomers) { expect_whole({}, kNoEnd, 10); }

TEST(EveryOrder, OfANewcomerAndAMemberWithOneFrameBetweenThemLost) {
  ExplorerOptions options;
  options.members = 1;
  options.faults = 1;
  options.loses = true;
  expect_whole(options, kNoEnd, 10);
}

TEST(EveryOrder, OfANewcomerAndAMemberWithOneFrameLostOrRepeated) {
  ExplorerOptions options;
  options.members = 1;
  options.faults = 1;
  options.loses = options.repeats = options.loses_news = true;
  expect_whole(options, 16, 10);
}

TEST(EveryOrder, OfTwoLosses) {
  ExplorerOptions options;
  options.members = 1;
  options.faults = 2;
  options.loses = options.repeats = true;
  expect_whole(options, 16, 10);
}

TEST(EveryOrder, OfAReloadWhileANewcomerJoins) {
  ExplorerOptions options;
  options.members = 1;
  options.faults = 1;
  options.reloads = true;
  expect_whole(options, 9, 5);
}

TEST(EveryOrder, OfAReloadInALinkedCall) {
  ExplorerOptions options;
  options.members = 2;
  options.faults = 1;
  options.reloads = true;
  expect_whole(options, 14, 8);
}

TEST(EveryOrder, OfAReconnectWhileANewcomerJoins) {
  ExplorerOptions options;
  options.members = 1;
  options.faults = 1;
  options.reconnects = true;
  expect_whole(options, 7, 4);
}

TEST(EveryOrder, OfAReconnectInALinkedCall) {
  ExplorerOptions options;
  options.members = 2;
  options.faults = 1;
  options.reconnects = true;
  expect_whole(options, kNoEnd, kNoEnd);
}

TEST(EveryOrder, OfAnIceRestartOnAnotherNetwork) {
  ExplorerOptions options;
  options.members = 2;
  options.moves = 1;
  expect_whole(options, kNoEnd, 12);
}

ExplorerOptions with_every_fault(std::size_t members, int faults) {
  ExplorerOptions options;
  options.members = members;
  options.faults = faults;
  options.loses = options.loses_news = options.repeats = options.omits = true;
  options.reloads = options.reconnects = true;
  return options;
}

TEST(EveryOrder, OfANewcomerAndAMemberWithAnyTwoFaults) {
  expect_whole(with_every_fault(1, 2), 6, 3);
}

TEST(EveryOrder, OfTwoNewcomersWithAnyTwoFaults) { expect_whole(with_every_fault(0, 2), 5, 3); }

TEST(EveryOrder, OfALinkedCallWithAnyTwoFaults) { expect_whole(with_every_fault(2, 2), 6, 3); }

TEST(EveryOrder, OfRostersThatDiverge) {
  ExplorerOptions options;
  options.members = 1;
  options.faults = 2;
  options.loses_news = options.omits = options.reconnects = true;
  expect_whole(options, 7, 4);
}

TEST(EveryOrder, OfTwoOffersThatMeet) {
  ExplorerOptions options;
  options.glare = true;
  expect_whole(options, 16, 10);
}

TEST(EveryOrder, OfThreeWhereTheThirdJoins) {
  ExplorerOptions options;
  options.users = {"alice", "bob", "carol"};
  options.members = 2;
  expect_whole(options, 12, 6);
}

TEST(EveryOrder, OfThreeWithOneFault) {
  ExplorerOptions options;
  options.users = {"alice", "bob", "carol"};
  options.members = 2;
  options.faults = 1;
  options.loses = options.repeats = options.reloads = options.reconnects = true;
  expect_whole(options, 5, 2);
}

}  // namespace
}  // namespace groupcall::sim
