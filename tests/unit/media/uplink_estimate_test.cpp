// What a link is believed to carry.
#include "core/media/uplink_estimate.h"

#include <gmock/gmock.h>

namespace groupcall {
namespace {

MATCHER_P2(Near, value, by, "") { return arg >= value - by && arg <= value + by; }

class Estimate : public testing::Test {
 protected:
  /// A second in which so much was sent, and what the stats say after it.
  void second(std::int64_t sent_kbps, std::int64_t available_kbps, std::int64_t lost_permille = 0,
              std::int64_t rtt_ms = 40) {
    now += 1s;
    bytes += sent_kbps * 125;
    estimate.on_sample({bytes, available_kbps, lost_permille, rtt_ms}, allotted, now);
  }
  void seconds(int count, std::int64_t sent_kbps, std::int64_t available_kbps) {
    for (int i = 0; i < count; ++i) second(sent_kbps, available_kbps);
  }
  UplinkEstimate estimate;
  std::int64_t allotted = 0;
  std::int64_t bytes = 0;
  Instant now{};
};

TEST_F(Estimate, BeginsWithWhatBrowsersBeginWith) {
  EXPECT_EQ(estimate.kbps(), 300);
  second(37, 300);
  EXPECT_EQ(estimate.kbps(), 300);
}

TEST_F(Estimate, IsWhatTheBrowserSaysWhereThatIsUsed) {
  seconds(60, 800, 900);
  EXPECT_THAT(estimate.kbps(), Near(900, 12));
}

TEST_F(Estimate, IsHalfMoreThanWhatIsSentAtMost) {
  seconds(60, 600, 10'000);
  EXPECT_THAT(estimate.kbps(), Near(900, 12));
}

TEST_F(Estimate, DoesNotForgetAPathBecauseNothingIsSentThere) {
  seconds(60, 37, 2'000);
  EXPECT_EQ(estimate.kbps(), 300);
  allotted = 1'000;
  seconds(60, 37, 2'000);
  EXPECT_THAT(estimate.kbps(), Near(1'250, 12)) << "so that an easy picture may become larger";
  seconds(60, 37, 900);
  EXPECT_THAT(estimate.kbps(), Near(900, 12));
}

TEST_F(Estimate, FallsQuicklyAndRisesSlowly) {
  seconds(60, 1'000, 1'000);
  second(1'000, 200);
  EXPECT_LE(estimate.kbps(), 600);
  second(200, 200);
  second(200, 200);
  EXPECT_LE(estimate.kbps(), 310);
  second(200, 1'000);  // 1.5 times 200, but 300 at least
  EXPECT_LE(estimate.kbps(), 310);
}

TEST_F(Estimate, DoesNotFollowNoise) {
  seconds(60, 1'000, 1'000);
  std::int64_t least = estimate.kbps();
  std::int64_t most = least;
  for (int i = 0; i < 60; ++i) {
    second(1'000, i % 2 == 0 ? 850 : 1'100);
    least = std::min(least, estimate.kbps());
    most = std::max(most, estimate.kbps());
  }
  EXPECT_LE((most - least) * 100 / most, 5);
}

TEST_F(Estimate, LooksAtASampleASecond) {
  second(1'000, 1'000);
  EXPECT_FALSE(
      estimate.on_sample({bytes + 1'000, 50, 0, 40}, 0, now + budget::kSample - Duration(1)));
  EXPECT_TRUE(estimate.on_sample({bytes + 1'000, 50, 0, 40}, 0, now + budget::kSample));
}

TEST_F(Estimate, SurvivesACounterThatBeginsAnew) {
  seconds(10, 1'000, 1'000);
  const std::int64_t before = estimate.kbps();
  bytes = 0;
  second(0, 1'000);
  EXPECT_GE(estimate.kbps(), before * 9 / 10 - 300);
  EXPECT_EQ(estimate.sent_kbps(), 0);
}

// ---- where the browser says nothing ----------------------------------------------------

TEST_F(Estimate, RisesByAQuarterWhileItIsUsedUntilItIsTooMuchOnce) {
  seconds(2, 300, 0);
  EXPECT_EQ(estimate.kbps(), 375);
  second(375, 0);
  EXPECT_EQ(estimate.kbps(), 468);
  seconds(20, 37, 0);
  EXPECT_EQ(estimate.kbps(), 300) << "of which nothing was used";
}

TEST_F(Estimate, RisesByAdditionAfterThat) {
  seconds(2, 300, 0);
  second(300, 0, 1'000);
  EXPECT_EQ(estimate.kbps(), 150);
  second(150, 0);
  EXPECT_EQ(estimate.kbps(), 170);
  second(170, 0);
  EXPECT_EQ(estimate.kbps(), 190);
}

TEST_F(Estimate, FallsByMultiplicationOnLosses) {
  seconds(40, 1'500, 0);
  const std::int64_t before = estimate.kbps();
  ASSERT_GT(before, 1'000);
  second(before, 0, budget::kLostPermille);
  EXPECT_GE(estimate.kbps(), before);
  const std::int64_t top = estimate.kbps();
  second(top, 0, budget::kLostPermille + 1);
  EXPECT_THAT(estimate.kbps(), Near(top * 94 / 100, 2));
  second(top, 0, 400);  // half of what is lost
  EXPECT_THAT(estimate.kbps(), Near(top * 94 / 100 * 8 / 10, 3));
}

TEST_F(Estimate, FallsOnceForAQueueAndGivesItTimeToDrain) {
  seconds(40, 1'500, 0);
  second(1'500, 0, 0, 40 + budget::kQueueMs);
  ASSERT_GT(estimate.kbps(), 1'500) << "not a queue yet";
  second(1'500, 0, 0, 41 + budget::kQueueMs + 2);  // the least one grows by 1 a second
  EXPECT_EQ(estimate.kbps(), 1'410);
  second(1'410, 0, 0, 200);
  second(1'410, 0, 0, 200);
  EXPECT_EQ(estimate.kbps(), 1'410);
  second(1'410, 0, 0, 200);
  EXPECT_EQ(estimate.kbps(), 1'325);
}

TEST_F(Estimate, GoesSlowlyPastWhereItWasTooMuch) {
  seconds(40, 1'500, 0);
  second(1'000, 0, 100);
  const std::int64_t fallen = estimate.kbps();
  second(fallen, 0);
  EXPECT_LE(estimate.kbps() - fallen, fallen / 90);
  std::int64_t before = fallen;
  int slow = 0;
  for (; slow < 100; ++slow) {
    before = estimate.kbps();
    second(before, 0);
    if (estimate.kbps() - before > before / 20) break;
  }
  EXPECT_LT(slow, 60) << "what was once too much is not so for ever";
}

}  // namespace
}  // namespace groupcall
