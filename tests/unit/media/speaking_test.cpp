#include "core/media/speaking.h"

#include <gmock/gmock.h>

#include "core/base/random.h"

namespace groupcall {
namespace {

constexpr std::int64_t kVoice = speech::kLoud;
constexpr std::int64_t kMurmur = speech::kLoud - 1;
constexpr std::int64_t kHush = speech::kQuiet - 1;
constexpr Duration kTick{1};

Instant at(Duration since_start) { return Instant(100s) + since_start; }

/// From here on, whether somebody speaks as time passes.
bool speaks_at(Speaking& speaking, Duration time) {
  speaking.on_deadline(at(time));
  return speaking.speaks();
}

TEST(Speaking, BeginsOnceItWasLoudForTheAttack) {
  Speaking speaking;
  speaking.on_level(kVoice, at(0s));
  EXPECT_EQ(speaking.deadline(), at(speech::kAttack));
  EXPECT_FALSE(speaks_at(speaking, speech::kAttack - kTick));
  EXPECT_TRUE(speaks_at(speaking, speech::kAttack));
  EXPECT_EQ(speaking.deadline(), kNever) << "as long as it is loud";
}

TEST(Speaking, OfAClickIsNotSpeechNorOfOneInEachSecond) {
  Speaking speaking;
  for (Duration second{0}; second < 60s; second += 1s) {
    speaking.on_level(1'000, at(second));
    speaking.on_level(0, at(second + 100ms));
    EXPECT_FALSE(speaking.speaks()) << second / 1s;
  }
}

TEST(Speaking, OfSyllablesIsFoundThroughTheirGaps) {
  Speaking speaking;
  Duration time{0};
  while (!speaking.speaks() && time < 2s) {
    speaking.on_level(kVoice, at(time));
    speaking.on_level(kHush, at(time + 100ms));
    time += 200ms;
  }
  EXPECT_LE(time, 800ms);
}

TEST(Speaking, OfSilenceAndOfAMurmurNeverBegins) {
  for (const std::int64_t level : {std::int64_t{0}, kHush, kMurmur}) {
    Speaking speaking;
    speaking.on_level(level, at(0s));
    EXPECT_EQ(speaking.deadline(), kNever);
    EXPECT_FALSE(speaks_at(speaking, 3'600s));
  }
}

TEST(Speaking, EndsAfterTheReleaseOfQuietToTheTick) {
  Speaking speaking;
  speaking.on_level(kVoice, at(0s));
  speaking.on_level(kHush, at(1s));
  EXPECT_TRUE(speaking.speaks());
  EXPECT_EQ(speaking.deadline(), at(1s + speech::kRelease));
  EXPECT_TRUE(speaks_at(speaking, 1s + speech::kRelease - kTick));
  EXPECT_FALSE(speaks_at(speaking, 1s + speech::kRelease));
  EXPECT_EQ(speaking.deadline(), kNever);
}

TEST(Speaking, GoesOnThroughAPauseBetweenWords) {
  Speaking speaking;
  speaking.on_level(kVoice, at(0s));
  speaking.on_level(kHush, at(1s));
  speaking.on_level(kVoice, at(1s + speech::kRelease - kTick));
  EXPECT_TRUE(speaks_at(speaking, 10s));
}

TEST(Speaking, FadesInARoomThatIsNeverQuiet) {
  Speaking speaking;
  speaking.on_level(kVoice, at(0s));
  speaking.on_level(kMurmur, at(1s));
  EXPECT_EQ(speaking.deadline(), at(1s + speech::kFade));
  EXPECT_TRUE(speaks_at(speaking, 1s + speech::kFade - kTick));
  EXPECT_FALSE(speaks_at(speaking, 1s + speech::kFade));
}

// Whatever comes: it never changes more often than attack and release allow, it never begins
// without having been loud for the attack, and its deadline is the moment of the change.
TEST(Speaking, DoesNotFlicker) {
  for (int seed = 0; seed < 200; ++seed) {
    Random random("speaking " + std::to_string(seed));
    Speaking speaking;
    Duration time{0};
    Duration changed{-10s};
    Duration loud_since_change{0};
    std::int64_t level = 0;
    for (int step = 0; step < 400; ++step) {
      const Duration pause{static_cast<std::int64_t>(random.below(300'000)) + 1};
      const Instant deadline = speaking.deadline();
      const bool before = speaking.speaks();
      if (deadline > at(time + pause)) {
        speaking.on_deadline(at(time + pause));
        ASSERT_EQ(speaking.speaks(), before) << "before its deadline, seed " << seed;
      } else {
        ASSERT_GT(deadline, at(time)) << seed;
        speaking.on_deadline(deadline);
        ASSERT_NE(speaking.speaks(), before) << "at its deadline, seed " << seed;
        if (level >= speech::kLoud) loud_since_change += deadline - at(time);
        const Duration since = deadline - at(changed);
        ASSERT_GE(since, Duration(before ? speech::kRelease : speech::kAttack)) << seed;
        if (!before) {
          ASSERT_GE(loud_since_change, Duration(speech::kAttack)) << seed;
        }
        changed = deadline - at(0s);
        loud_since_change = Duration{0};
        speaking.on_deadline(at(time + pause));
        ASSERT_NE(speaking.speaks(), before) << seed;
        if (level >= speech::kLoud) loud_since_change += at(time + pause) - deadline;
        time += pause;
        continue;
      }
      if (level >= speech::kLoud) loud_since_change += pause;
      time += pause;
      level = static_cast<std::int64_t>(random.below(40));
      speaking.on_level(level, at(time));
      ASSERT_EQ(speaking.speaks(), before) << "a level alone changes nothing, seed " << seed;
    }
  }
}

}  // namespace
}  // namespace groupcall
