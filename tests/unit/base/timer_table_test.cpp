#include "core/base/timer_table.h"

#include <gmock/gmock.h>

#include <string>

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

}  // namespace
}  // namespace groupcall
