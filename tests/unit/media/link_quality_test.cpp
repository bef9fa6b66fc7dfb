#include "core/media/link_quality.h"

#include <gmock/gmock.h>

#include <numeric>

#include "core/base/random.h"

namespace groupcall {
namespace {

using testing::ElementsAre;

std::int64_t settled(const QualityFacts& facts) {
  LinkQuality quality;
  for (int second = 0; second < 60; ++second) quality.on_facts(facts);
  return quality.score();
}

TEST(LinkQuality, IsUnknownBeforeTheFirstSecond) {
  const LinkQuality quality;
  EXPECT_EQ(quality.score(), -1);
  EXPECT_EQ(quality.cause(), QualityCause::None);
}

TEST(LinkQuality, FollowsItsFormula) {
  struct Row {
    QualityFacts facts;
    std::int64_t score;
    QualityCause cause;
  };
  using enum QualityCause;
  const std::vector<Row> rows = {
      {{}, 100, None},
      {{0, 40, 5, 0, false}, 100, None},
      {{20, 0, 0, 0, false}, 90, None},
      {{60, 0, 0, 0, false}, 70, Loss},
      {{100, 0, 0, 0, false}, 50, Loss},
      {{1'000, 0, 0, 0, false}, 0, Loss},
      {{0, 150, 0, 0, false}, 100, None},
      {{0, 400, 0, 0, false}, 75, Rtt},
      {{0, 1'000, 0, 0, false}, 40, Rtt},
      {{0, 60'000, 0, 0, false}, 10, Rtt},
      {{0, 0, 60, 0, false}, 80, Jitter},
      {{0, 0, 150, 0, false}, 50, Jitter},
      {{0, 0, 0, 500, false}, 85, Bitrate},
      {{0, 0, 0, 800, false}, 55, Bitrate},
      {{0, 0, 0, 0, true}, 80, Cpu},
      {{100, 400, 0, 0, true}, 5, Loss},
      {{100, 1'000, 0, 0, true}, 0, Rtt},
  };
  for (const Row& row : rows) {
    LinkQuality quality;
    quality.on_facts(row.facts);
    EXPECT_EQ(quality.score(), row.score) << row.facts.loss_permille << " " << row.facts.rtt_ms;
    EXPECT_EQ(quality.cause(), row.cause) << row.score;
  }
}

TEST(LinkQuality, OfNoFactGetsBetterAsItGetsWorse) {
  const auto sum = [](const QualityFacts& facts) {
    const auto all = LinkQuality::penalties(facts);
    return std::accumulate(all.begin(), all.end(), std::int64_t{0});
  };
  const auto one = [](int which, std::int64_t value) {
    QualityFacts facts;
    if (which == 0) facts.loss_permille = value;
    if (which == 1) facts.rtt_ms = value;
    if (which == 2) facts.jitter_ms = value;
    if (which == 3) facts.short_permille = value;
    if (which == 4) facts.cpu = value > 0;
    return facts;
  };
  for (int which = 0; which < 5; ++which) {
    for (std::int64_t value = 0; value < 4'000; ++value)
      ASSERT_LE(sum(one(which, value)), sum(one(which, value + 1))) << which << " " << value;
    EXPECT_LE(sum(one(which, std::int64_t{1} << 53)), 10'000);
    EXPECT_LT(settled(one(which, 4'000)), settled({}));
  }
}

std::vector<std::int64_t> scores(LinkQuality& quality, const QualityFacts& facts, int seconds) {
  std::vector<std::int64_t> all;
  for (int second = 0; second < seconds; ++second) {
    quality.on_facts(facts);
    all.push_back(quality.score());
  }
  return all;
}

TEST(LinkQuality, FallsFastAndRisesSlowly) {
  LinkQuality quality;
  quality.on_facts({});
  EXPECT_THAT(scores(quality, {100, 0, 0, 0, false}, 4), ElementsAre(60, 50, 50, 50));
  EXPECT_THAT(scores(quality, {}, 8), ElementsAre(70, 80, 90, 95, 95, 95, 100, 100));
}

TEST(LinkQuality, SettlesAtEveryValueAndStays) {
  for (std::int64_t loss = 0; loss < 320; ++loss) {
    LinkQuality quality;
    quality.on_facts({});
    for (int second = 0; second < 60; ++second) quality.on_facts({loss, 0, 0, 0, false});
    const std::int64_t fallen = quality.score();
    for (int second = 0; second < 60; ++second) quality.on_facts({300, 0, 0, 0, false});
    for (int second = 0; second < 60; ++second) quality.on_facts({loss, 0, 0, 0, false});
    EXPECT_LE(fallen - quality.score(), 5) << loss;
    EXPECT_GE(fallen - quality.score(), -5) << loss;
  }
}

TEST(LinkQuality, OfSmallChangesDoesNotFlicker) {
  for (std::int64_t base = 0; base < 500; ++base) {
    LinkQuality quality;
    int changes = 0;
    for (int second = 0; second < 100; ++second) {
      const std::int64_t before = quality.score();
      quality.on_facts({0, 150 + base + second % 2 * 3, 0, 0, false});
      changes += second > 10 && quality.score() != before ? 1 : 0;
    }
    EXPECT_EQ(changes, 0) << base;
  }
}

TEST(LinkQuality, OfTwoCausesThatWeighTheSameKeepsTheFirst) {
  LinkQuality quality;
  for (int second = 0; second < 20; ++second) {
    quality.on_facts({60 + second % 2, 0, 90 - second % 2, 0, false});
    if (second > 0) {
      EXPECT_EQ(quality.cause(), QualityCause::Loss) << second;
    }
  }
  for (int second = 0; second < 5; ++second) quality.on_facts({60, 0, 250, 0, false});
  EXPECT_EQ(quality.cause(), QualityCause::Jitter);
}

TEST(LinkQuality, StaysWithinItsRangeInStepsOfFive) {
  Random random("quality");
  LinkQuality quality;
  for (int second = 0; second < 20'000; ++second) {
    const auto any = [&](std::uint64_t most) {
      return static_cast<std::int64_t>(random.below(most));
    };
    quality.on_facts(
        {any(2) * any(1'001), any(2) * any(5'000), any(2) * any(1'000), any(1'001), any(2) == 1});
    ASSERT_GE(quality.score(), 0);
    ASSERT_LE(quality.score(), 100);
    ASSERT_EQ(quality.score() % 5, 0);
    ASSERT_EQ(quality.cause() == QualityCause::None, quality.score() >= 90);
  }
}

}  // namespace
}  // namespace groupcall
