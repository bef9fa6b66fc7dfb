#include "core/media/watchdog.h"

#include <gmock/gmock.h>

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Instant after(Duration since_start) { return Instant(100s) + since_start; }

/// What is done about facts that stay as they are, and when: looked at whenever it asks to be.
std::vector<std::pair<Duration, Repair>> repairs(Watchdog& watchdog, const StallFacts& facts,
                                                 Duration from, Duration until) {
  std::vector<std::pair<Duration, Repair>> done;
  for (Instant now = after(from); now <= after(until); now = watchdog.deadline()) {
    const Repair repair = watchdog.on_look(facts, now);
    if (repair != Repair::None) done.emplace_back(now - after(0s), repair);
    if (watchdog.deadline() == kNever) break;
  }
  return done;
}

TEST(Watchdog, TakesEachStepAtItsTimeAndOnce) {
  Watchdog watchdog;
  EXPECT_THAT(repairs(watchdog, {MediaReason::DecoderStalled}, 0s, 60s),
              ElementsAre(Pair(400ms, Repair::KeyFrame), Pair(2'400ms, Repair::KeyFrame),
                          Pair(4s, Repair::RestartIce), Pair(10s, Repair::Rebuild)));
  EXPECT_EQ(watchdog.deadline(), kNever);
  EXPECT_TRUE(watchdog.stalled());
}

TEST(Watchdog, PassesOverWhatCannotHelp) {
  Watchdog unsent;
  EXPECT_THAT(repairs(unsent, {MediaReason::NotSent}, 0s, 60s),
              ElementsAre(Pair(400ms, Repair::KeyFrame), Pair(2'400ms, Repair::KeyFrame),
                          Pair(10s, Repair::Rebuild)));
  Watchdog sound;
  EXPECT_THAT(repairs(sound, {MediaReason::NetworkStalled, false}, 0s, 60s),
              ElementsAre(Pair(4s, Repair::RestartIce), Pair(10s, Repair::Rebuild)));
  Watchdog stopped;
  EXPECT_THAT(repairs(stopped, {MediaReason::Interrupted}, 0s, 60s), IsEmpty());
  EXPECT_TRUE(stopped.stalled());
}

TEST(Watchdog, LeavesAloneWhatIsNoStall) {
  using enum MediaReason;
  for (const MediaReason reason : {None, Starting, SelfOff, PeerOff, Connecting, Unreachable,
                                   NotShown, PermissionDenied, DeviceLost}) {
    Watchdog watchdog;
    EXPECT_THAT(repairs(watchdog, {reason}, 0s, 60s), IsEmpty());
    EXPECT_FALSE(watchdog.stalled());
  }
}

TEST(Watchdog, TimeInWhichNothingMayBeRepairedDoesNotCount) {
  Watchdog watchdog;
  watchdog.on_look({MediaReason::DecoderStalled}, after(0s));
  watchdog.on_look({MediaReason::DecoderStalled, true, false}, after(1s));
  EXPECT_EQ(watchdog.deadline(), kNever);
  EXPECT_THAT(repairs(watchdog, {MediaReason::DecoderStalled}, 30s, 33s),
              ElementsAre(Pair(30'400ms, Repair::KeyFrame), Pair(32'400ms, Repair::KeyFrame)));
}

TEST(Watchdog, BeginsAnewAfterItWasWell) {
  Watchdog watchdog;
  repairs(watchdog, {MediaReason::DecoderStalled}, 0s, 5s);
  watchdog.on_look({MediaReason::None}, after(6s));
  EXPECT_FALSE(watchdog.stalled());
  EXPECT_EQ(watchdog.deadline(), kNever);
  EXPECT_THAT(repairs(watchdog, {MediaReason::DecoderStalled}, 7s, 8s),
              ElementsAre(Pair(7'400ms, Repair::KeyFrame)));
}

TEST(Watchdog, WaitsWithANewLinkUntilOneIsAllowed) {
  Watchdog watchdog;
  const StallFacts facts{MediaReason::NotSent, true, true, after(45s)};
  EXPECT_THAT(repairs(watchdog, facts, 0s, 60s),
              ElementsAre(Pair(400ms, Repair::KeyFrame), Pair(2'400ms, Repair::KeyFrame),
                          Pair(45s, Repair::Rebuild)));
}

TEST(Watchdog, ThatIsLookedAtLateTakesOneStepAtATime) {
  Watchdog watchdog;
  const StallFacts facts{MediaReason::DecoderStalled};
  watchdog.on_look(facts, after(0s));
  EXPECT_EQ(watchdog.on_look(facts, after(30s)), Repair::KeyFrame);
  EXPECT_EQ(watchdog.on_look(facts, after(30s)), Repair::KeyFrame);
  EXPECT_EQ(watchdog.deadline(), after(30s)) << "the next is overdue";
  EXPECT_EQ(watchdog.on_look(facts, after(30s)), Repair::RestartIce);
  EXPECT_EQ(watchdog.on_look(facts, after(30s)), Repair::Rebuild);
  EXPECT_EQ(watchdog.on_look(facts, after(30s)), Repair::None);
}

}  // namespace
}  // namespace groupcall
