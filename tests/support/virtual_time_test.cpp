#include "tests/support/virtual_time.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/journal.h"

namespace groupcall::sim {
namespace {

TEST(EventLoop, RunsByTimeThenByOrderOfScheduling) {
  EventLoop loop;
  std::string order;
  loop.after(2ms, [&] { order += 'c'; });
  loop.after(1ms, [&] { order += 'a'; });
  loop.after(1ms, [&] { order += 'b'; });
  loop.run_for(5ms);
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(to_us(loop.now()), 5'000);
}

TEST(EventLoop, WhatIsDueExactlyAtTheLimitStillRuns) {
  EventLoop loop;
  int ran = 0;
  loop.after(5ms, [&] { ++ran; });
  loop.after(6ms, [&] { ++ran; });
  loop.run_for(5ms);
  EXPECT_EQ(ran, 1);
}

TEST(EventLoop, ACancelledTaskNeverRuns) {
  EventLoop loop;
  int ran = 0;
  EventLoop::Ticket ticket = loop.after(1ms, [&] { ++ran; });
  loop.cancel(ticket);
  loop.cancel(ticket);
  loop.run_for(5ms);
  EXPECT_EQ(ran, 0);
}

TEST(EventLoop, TasksScheduledByTasksRunInTheSameRun) {
  EventLoop loop;
  Instant seen{};
  loop.after(1ms, [&] { loop.after(2ms, [&] { seen = loop.now(); }); });
  loop.run_for(5ms);
  EXPECT_EQ(to_us(seen), 3'000);
}

TEST(EventLoop, RunUntilStopsAtTheTaskThatMadeItTrue) {
  EventLoop loop;
  int ran = 0;
  for (int i = 1; i <= 5; ++i) loop.after(i * 1ms, [&] { ++ran; });
  EXPECT_TRUE(loop.run_until([&] { return ran == 3; }, instant_from_us(1'000'000)));
  EXPECT_EQ(to_us(loop.now()), 3'000);
  EXPECT_FALSE(loop.run_until([&] { return ran == 9; }, instant_from_us(10'000)));
  EXPECT_EQ(to_us(loop.now()), 10'000);
}

TEST(Spread, StaysWithinItsBoundsAndTakesNothingWhenFixed) {
  Random random("seed");
  Random untouched("seed");
  EXPECT_EQ(exactly(3ms).draw(random), Duration(3ms));
  EXPECT_EQ(random.next(), untouched.next());
  for (int i = 0; i < 1000; ++i) {
    const Duration drawn = Spread{2us, 4us}.draw(random);
    EXPECT_GE(drawn, Duration(2));
    EXPECT_LE(drawn, Duration(4));
  }
}

TEST(Journal, AViolationHaltsTheRunAndIsReported) {
  EventLoop loop;
  Journal journal(loop, Detail::Lines);
  int ran = 0;
  loop.after(1ms, [&] { journal.violation("alice", "wrong"); });
  loop.after(2ms, [&] { ++ran; });
  loop.run_for(5ms);
  EXPECT_EQ(ran, 0);
  EXPECT_FALSE(journal.clean());
  EXPECT_NE(journal.report(5).find("0.001000 alice"), std::string::npos);
}

TEST(Journal, TheDigestTellsTwoLogsApart) {
  EventLoop loop;
  Journal one(loop, Detail::Digest);
  Journal same(loop, Detail::Digest);
  Journal other(loop, Detail::Digest);
  one.note("alice", "x");
  same.note("alice", "x");
  other.note("alice", "y");
  EXPECT_EQ(one.digest(), same.digest());
  EXPECT_NE(one.digest(), other.digest());
  EXPECT_TRUE(one.lines().empty());
}

}  // namespace
}  // namespace groupcall::sim
