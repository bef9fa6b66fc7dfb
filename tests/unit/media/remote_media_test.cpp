#include "core/media/remote_media.h"

#include <gmock/gmock.h>

#include "core/public/config.h"

namespace groupcall {
namespace {

LinkSample sample(std::int64_t slot, std::int64_t bytes, std::int64_t frames) {
  return {UserId{"ada"}, ConnectionNumber{1}, {{slot, bytes, frames}}};
}
Instant at(Duration since_start) { return Instant(since_start); }
constexpr Duration kTick{1};

TEST(RemoteMedia, IsNothingBeforeTheFirstByte) {
  RemoteMedia media;
  media.on_sample(sample(1, 0, 0), at(1s));
  EXPECT_EQ(media.flow(1), Flow::None);
  EXPECT_EQ(media.last_arrival(), kNever);
}

TEST(RemoteMedia, GoesFromBytesToFrames) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 0), at(1s));
  EXPECT_EQ(media.flow(1), Flow::Bytes);
  media.on_sample(sample(1, 900, 3), at(2s));
  EXPECT_EQ(media.flow(1), Flow::Frames);
  EXPECT_EQ(media.last_arrival(), at(2s));
}

/// The same counters again, at these times.
void idle(RemoteMedia& media, const LinkSample& same, std::initializer_list<Duration> times) {
  for (const Duration time : times) media.on_sample(same, at(time));
}

TEST(RemoteMedia, StallsWithTheSecondSampleFrom1800MillisecondsAfterTheLastOfIt) {
  for (const LinkSample& last : {sample(1, 500, 5), sample(0, 500, 0)}) {
    const std::int64_t slot = last.slots.front().slot;
    const Flow flows = slot == 1 ? Flow::Frames : Flow::Bytes;
    RemoteMedia media;
    media.on_sample(last, at(1s));
    idle(media, last, {2s, 1s + deadlines::kFrozen - kTick});
    EXPECT_EQ(media.flow(slot), flows);
    idle(media, last, {1s + deadlines::kFrozen});
    EXPECT_EQ(media.flow(slot), Flow::Stalled);
  }
}

TEST(RemoteMedia, OfAPageThatStoodStillTakesOneSampleForNoProof) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 5), at(1s));
  media.on_sample(sample(1, 500, 5), at(60s));
  EXPECT_EQ(media.flow(1), Flow::Frames);
  media.on_sample(sample(1, 500, 5), at(60s + 200ms));
  EXPECT_EQ(media.flow(1), Flow::Stalled);
}

TEST(RemoteMedia, IsDoubtedFromTheFirstSampleWithoutNewsUntilItIsAStall) {
  RemoteMedia media;
  EXPECT_FALSE(media.doubted());
  media.on_sample(sample(1, 500, 5), at(1s));
  EXPECT_FALSE(media.doubted());
  media.on_sample(sample(1, 900, 5), at(2s));
  EXPECT_TRUE(media.doubted()) << "bytes alone are no picture";
  media.on_sample(sample(1, 900, 6), at(2s + 200ms));
  EXPECT_FALSE(media.doubted());
  idle(media, sample(1, 900, 6), {3s, 4s - kTick});
  EXPECT_TRUE(media.doubted());
  idle(media, sample(1, 900, 6), {4s});
  EXPECT_FALSE(media.doubted());
}

TEST(RemoteMedia, IsUndecodedWhenBytesComeAndNeverAFrame) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 0), at(1s));
  media.on_sample(sample(1, 900, 0), at(1s + deadlines::kFrozen - kTick));
  EXPECT_EQ(media.flow(1), Flow::Bytes);
  media.on_sample(sample(1, 1'300, 0), at(1s + deadlines::kFrozen));
  EXPECT_EQ(media.flow(1), Flow::Undecoded);
  media.on_sample(sample(1, 1'700, 1), at(4s));
  EXPECT_EQ(media.flow(1), Flow::Frames);
}

TEST(RemoteMedia, IsStuckWhenBytesComeAndFramesDoNot) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 5), at(1s));
  media.on_sample(sample(1, 900, 5), at(2s));
  media.on_sample(sample(1, 1'300, 5), at(3s));
  EXPECT_EQ(media.flow(1), Flow::Stuck);
  media.on_sample(sample(1, 1'700, 6), at(4s));
  EXPECT_EQ(media.flow(1), Flow::Frames);
}

TEST(RemoteMedia, DoesNotTakeTheSameCountersForNewArrivals) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 5), at(1s));
  idle(media, sample(1, 500, 5), {2s, 4s});
  EXPECT_EQ(media.flow(1), Flow::Stalled);
  EXPECT_EQ(media.last_arrival(), at(1s));
}

TEST(RemoteMedia, AwaitsANewPictureAfterThePeerTurnedItOn) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 5), at(1s));
  media.on_announced_on(1);
  EXPECT_EQ(media.flow(1), Flow::None);
  media.on_sample(sample(1, 500, 5), at(2s));
  EXPECT_EQ(media.flow(1), Flow::None) << "the counters of before do not count";
  media.on_sample(sample(1, 600, 6), at(3s));
  EXPECT_EQ(media.flow(1), Flow::Frames);
}

TEST(RemoteMedia, KeepsSlotsApartAndIgnoresImpossibleOnes) {
  RemoteMedia media;
  media.on_sample(
      {UserId{"ada"},
       ConnectionNumber{1},
       {{0, 10, 0}, {7, 10, 1}, {8, 10, 1}, {9'007'199'254'740'991, 10, 1}, {-1, 9, 9}}},
      at(1s));
  EXPECT_EQ(media.flow(0), Flow::Bytes);
  EXPECT_EQ(media.flow(1), Flow::None);
  EXPECT_EQ(media.flow(7), Flow::Frames);
  EXPECT_EQ(media.flow(8), Flow::None);
  EXPECT_EQ(media.flow(-1), Flow::None);
  media.on_announced_on(-1);
  media.on_announced_on(8);
}

TEST(RemoteMedia, BeginsAtZeroForANewConnection) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 5), at(1s));
  media.reset();
  EXPECT_EQ(media.flow(1), Flow::None);
  EXPECT_EQ(media.last_arrival(), kNever);
  media.on_sample(sample(1, 10, 1), at(2s));
  EXPECT_EQ(media.flow(1), Flow::Frames);
}

}  // namespace
}  // namespace groupcall
