#include "core/base/timer_table.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <string>

#include "core/base/random.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::Optional;

Instant at(Duration since_start) { return Instant(since_start); }

std::vector<std::string> take_all(TimerTable<std::string>& table, Instant now) {
  std::vector<std::string> due;
  while (auto key = table.take_due(now)) due.push_back(*key);
  return due;
}

TEST(TimerTable, NamesTheEarliestDeadline) {
  TimerTable<std::string> table;
  EXPECT_EQ(table.earliest(), kNever);
  table.set("late", at(3s));
  table.set("early", at(2s));
  EXPECT_EQ(table.earliest(), at(2s));
}

TEST(TimerTable, GivesTheDeadlineThatHasBeenDueForLongestFirst) {
  TimerTable<std::string> table;
  table.set("a", at(3s));
  table.set("b", at(1s));
  table.set("c", at(2s));
  EXPECT_THAT(take_all(table, at(5s)), ElementsAre("b", "c", "a"));
}

TEST(TimerTable, BreaksTiesByTheKey) {
  TimerTable<std::string> table;
  table.set("c", at(1s));
  table.set("a", at(1s));
  table.set("b", at(1s));
  EXPECT_THAT(take_all(table, at(1s)), ElementsAre("a", "b", "c"));
}

TEST(TimerTable, IsDueAtTheDeadlineAndNotAMicrosecondBefore) {
  TimerTable<std::string> table;
  table.set("a", at(1s));
  EXPECT_EQ(table.take_due(at(1s) - Duration(1)), std::nullopt);
  EXPECT_THAT(table.take_due(at(1s)), Optional(std::string("a")));
}

TEST(TimerTable, TakesEachDeadlineOnce) {
  TimerTable<std::string> table;
  table.set("a", at(1s));
  table.take_due(at(2s));
  EXPECT_EQ(table.take_due(at(2s)), std::nullopt);
  EXPECT_EQ(table.earliest(), kNever);
}

TEST(TimerTable, MovesAndRemovesDeadlines) {
  TimerTable<std::string> table;
  table.set("a", at(1s));
  table.set("a", at(4s));
  EXPECT_EQ(table.earliest(), at(4s));
  table.set("a", kNever);
  EXPECT_EQ(table.earliest(), kNever);
  table.set("b", kNever);
  EXPECT_THAT(take_all(table, at(100s)), ElementsAre());
}

// Against the plain way, by which nothing is remembered.
TEST(TimerTable, IsNeverWrongAboutTheEarliest) {
  TimerTable<std::string> table;
  std::map<std::string, Instant> plain;
  Random random("timers");
  for (int i = 0; i < 20'000; ++i) {
    const std::string key(1, static_cast<char>('a' + random.below(6)));
    const bool removes = random.below(4) == 0;
    const Instant when = removes ? kNever : at(Duration(static_cast<int>(random.below(8))));
    table.set(key, when);
    plain[key] = when;
    if (random.below(8) == 0) {
      const auto first = std::min_element(plain.begin(), plain.end(),
                                          [](auto& a, auto& b) { return a.second < b.second; });
      const auto taken = table.take_due(at(Duration(4)));
      if (first->second > at(Duration(4))) {
        ASSERT_EQ(taken, std::nullopt);
      } else {
        ASSERT_THAT(taken, Optional(first->first));
        first->second = kNever;
      }
    }
    Instant earliest = kNever;
    for (const auto& [one, due] : plain) earliest = earlier(earliest, due);
    ASSERT_EQ(table.earliest(), earliest) << i;
  }
}

}  // namespace
}  // namespace groupcall
