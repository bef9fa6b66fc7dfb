#include "core/signalling/reconnect_policy.h"

#include <gmock/gmock.h>

#include "core/public/config.h"

namespace groupcall {
namespace {

class ReconnectPolicyTest : public testing::Test {
 protected:
  Duration next_delay() { return policy.next_try(now, random) - now; }
  /// Loses `count` connections that were short-lived, one a second.
  void lose_short_connections(int count) {
    for (int i = 0; i < count; ++i) {
      policy.on_connected(now);
      now += 1s;
      policy.on_lost(now);
    }
  }

  ReconnectPolicy policy;
  Random random{"seed"};
  Instant now{1'000s};
};

TEST_F(ReconnectPolicyTest, TriesAtOnceFirst) { EXPECT_EQ(next_delay(), 0s); }

TEST_F(ReconnectPolicyTest, DoublesFrom300MillisecondsToOneSecondWithJitterInTheUpperHalf) {
  for (int round = 0; round < 200; ++round) {
    policy = ReconnectPolicy();
    next_delay();
    for (const Duration most : {Duration(300ms), Duration(600ms), Duration(1s), Duration(1s)}) {
      const Duration delay = next_delay();
      EXPECT_GE(delay, most / 2);
      EXPECT_LE(delay, most);
    }
  }
}

TEST_F(ReconnectPolicyTest, SpreadsItsDelays) {
  Duration least = 3600s;
  Duration most{0};
  for (int round = 0; round < 200; ++round) {
    policy = ReconnectPolicy();
    next_delay();
    const Duration delay = next_delay();
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_LT(least, 165ms);
  EXPECT_GT(most, 285ms);
}

TEST_F(ReconnectPolicyTest, GoesOnDoublingToFiveSecondsAfterHalfAMinute) {
  next_delay();
  for (int i = 0; i < 4; ++i) next_delay();
  now += 30s - Duration(1);
  EXPECT_LE(next_delay(), 1s);
  now += Duration(1);
  for (int i = 0; i < 50; ++i) {
    const Duration delay = next_delay();
    EXPECT_GE(delay, 2'500ms);
    EXPECT_LE(delay, 5s);
  }
}

TEST_F(ReconnectPolicyTest, BeginsAnewOnceItWasConnected) {
  for (int i = 0; i < 6; ++i) next_delay();
  policy.on_connected(now);
  policy.on_lost(now + 1s);
  EXPECT_EQ(next_delay(), 0s);
}

TEST_F(ReconnectPolicyTest, BeginsAnewWhenTheNetworkComesBack) {
  for (int i = 0; i < 6; ++i) next_delay();
  policy.restart_ladder();
  EXPECT_EQ(next_delay(), 0s);
}

TEST_F(ReconnectPolicyTest, DoesNotComeBackBeforeItMay) {
  policy.hold_until(now + 300s);
  EXPECT_EQ(next_delay(), 300s);
  policy.restart_ladder();
  EXPECT_EQ(next_delay(), 300s) << "a promise to the server stays";
  now += 300s;
  policy.restart_ladder();
  EXPECT_EQ(next_delay(), 0s);
}

TEST_F(ReconnectPolicyTest, MakesAtMostTenShortConnectionsInFiveMinutes) {
  const Instant first = now;
  lose_short_connections(9);
  EXPECT_EQ(next_delay(), 0s);
  lose_short_connections(1);
  EXPECT_EQ(policy.next_try(now, random), first + 300s);
  policy.restart_ladder();
  EXPECT_EQ(policy.next_try(now, random), first + 300s);
  now = first + 300s;
  policy.restart_ladder();
  EXPECT_EQ(next_delay(), 0s);
}

TEST_F(ReconnectPolicyTest, ForgetsTheStormAfterAStableConnection) {
  lose_short_connections(9);
  policy.on_connected(now);
  now += 30s - Duration(1);
  policy.on_lost(now);
  EXPECT_GT(next_delay(), 200s) << "not quite stable";

  policy.on_connected(now);
  now += 30s;
  policy.on_lost(now);
  EXPECT_EQ(next_delay(), 0s);
}

}  // namespace
}  // namespace groupcall
