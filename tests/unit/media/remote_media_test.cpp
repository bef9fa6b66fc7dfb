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
  EXPECT_EQ(media.flow(1, at(1s)), Flow::None);
  EXPECT_EQ(media.last_arrival(), kNever);
}

TEST(RemoteMedia, GoesFromBytesToFrames) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 0), at(1s));
  EXPECT_EQ(media.flow(1, at(1s)), Flow::Bytes);
  media.on_sample(sample(1, 900, 3), at(2s));
  EXPECT_EQ(media.flow(1, at(2s)), Flow::Frames);
  EXPECT_EQ(media.last_arrival(), at(2s));
}

TEST(RemoteMedia, StallsTwoSecondsAfterTheLastOfIt) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 5), at(1s));
  EXPECT_EQ(media.flow(1, at(1s) + deadlines::kFrozen - kTick), Flow::Frames);
  EXPECT_EQ(media.flow(1, at(1s) + deadlines::kFrozen), Flow::Stalled);
}

TEST(RemoteMedia, OfSoundStallsTheSameWay) {
  RemoteMedia media;
  media.on_sample(sample(0, 500, 0), at(1s));
  EXPECT_EQ(media.flow(0, at(1s) + deadlines::kFrozen - kTick), Flow::Bytes);
  EXPECT_EQ(media.flow(0, at(1s) + deadlines::kFrozen), Flow::Stalled);
}

TEST(RemoteMedia, IsStuckWhenBytesComeAndFramesDoNot) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 5), at(1s));
  media.on_sample(sample(1, 900, 5), at(2s));
  media.on_sample(sample(1, 1'300, 5), at(3s));
  EXPECT_EQ(media.flow(1, at(3s)), Flow::Stuck);
  media.on_sample(sample(1, 1'700, 6), at(4s));
  EXPECT_EQ(media.flow(1, at(4s)), Flow::Frames);
}

TEST(RemoteMedia, DoesNotTakeTheSameCountersForNewArrivals) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 5), at(1s));
  media.on_sample(sample(1, 500, 5), at(4s));
  EXPECT_EQ(media.flow(1, at(4s)), Flow::Stalled);
  EXPECT_EQ(media.last_arrival(), at(1s));
}

TEST(RemoteMedia, AwaitsANewPictureAfterThePeerTurnedItOn) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 5), at(1s));
  media.on_announced_on(1);
  EXPECT_EQ(media.flow(1, at(1s)), Flow::None);
  media.on_sample(sample(1, 500, 5), at(2s));
  EXPECT_EQ(media.flow(1, at(2s)), Flow::None) << "the counters of before do not count";
  media.on_sample(sample(1, 600, 6), at(3s));
  EXPECT_EQ(media.flow(1, at(3s)), Flow::Frames);
}

TEST(RemoteMedia, KeepsSlotsApartAndIgnoresImpossibleOnes) {
  RemoteMedia media;
  media.on_sample(
      {UserId{"ada"},
       ConnectionNumber{1},
       {{0, 10, 0}, {7, 10, 1}, {8, 10, 1}, {9'007'199'254'740'991, 10, 1}, {-1, 9, 9}}},
      at(1s));
  EXPECT_EQ(media.flow(0, at(1s)), Flow::Bytes);
  EXPECT_EQ(media.flow(1, at(1s)), Flow::None);
  EXPECT_EQ(media.flow(7, at(1s)), Flow::Frames);
  EXPECT_EQ(media.flow(8, at(1s)), Flow::None);
  EXPECT_EQ(media.flow(-1, at(1s)), Flow::None);
  media.on_announced_on(-1);
  media.on_announced_on(8);
}

TEST(RemoteMedia, BeginsAtZeroForANewConnection) {
  RemoteMedia media;
  media.on_sample(sample(1, 500, 5), at(1s));
  media.reset();
  EXPECT_EQ(media.flow(1, at(1s)), Flow::None);
  EXPECT_EQ(media.last_arrival(), kNever);
  media.on_sample(sample(1, 10, 1), at(2s));
  EXPECT_EQ(media.flow(1, at(2s)), Flow::Frames);
}

}  // namespace
}  // namespace groupcall
