// Who gets how much of the uplink.
#include "core/media/uplink_share.h"

#include <gmock/gmock.h>

#include "core/base/random.h"

namespace groupcall {
namespace {

MATCHER_P2(About, value, by, "") { return arg >= value - by && arg <= value + by; }

using testing::Each;
using testing::Field;

class Share : public testing::Test {
 protected:
  std::vector<PeerDemand> people(std::size_t count) {
    PeerDemand one;
    one.tracks[0] = one.tracks[1] = true;
    one.ceiling_kbps = 100'000;
    return std::vector<PeerDemand>(count, one);
  }
  void plan(std::int64_t uplink, std::vector<PeerDemand>& peers, std::int64_t lines = 720) {
    now += 1s;
    share.plan(uplink, lines, peers, now);
  }
  UplinkShare share;
  Instant now{100s};
};

SlotLimit camera(const PeerDemand& peer) { return peer.plan.of(Slot::Camera); }

TEST_F(Share, TwoPeopleSeeEachOtherInFull) {
  auto peers = people(1);
  plan(10'000, peers);
  EXPECT_EQ(camera(peers[0]), (SlotLimit{1'700, 1'000, 30, false}));
  EXPECT_EQ(peers[0].plan.of(Slot::Microphone), SlotLimit{});
  EXPECT_EQ(peers[0].plan.allotted_kbps, 1'740);
}

TEST_F(Share, PicturesGetSmallerAsTheMeshGrows) {
  const std::vector<SlotLimit> expected = {{1'700, 1'000, 30, false}, {1'000, 1'333, 30, false},
                                           {600, 2'000, 30, false},   {600, 2'000, 24, false},
                                           {350, 2'666, 24, false},   {350, 2'666, 24, false},
                                           {350, 2'666, 24, false},   {200, 4'000, 15, false}};
  for (std::size_t others = 1; others <= expected.size(); ++others) {
    auto peers = people(others);
    for (PeerDemand& peer : peers) peer.view = TileView{1'280, 720, false, false};
    plan(100'000, peers);
    EXPECT_THAT(peers, Each(testing::ResultOf(camera, expected[others - 1]))) << others;
  }
}

TEST_F(Share, NobodyGetsAPictureLargerThanTheTileOrTheCamera) {
  auto peers = people(2);
  peers[0].view = TileView{320, 180, false, false};
  peers[1].view = TileView{180, 320, false, false};  // upright: the shorter side counts
  plan(10'000, peers);
  EXPECT_THAT(peers, Each(testing::ResultOf(camera, SlotLimit{200, 4'000, 30, false})));
  peers[0].view = peers[1].view = TileView{1'280, 720, false, false};
  plan(10'000, peers, 180);
  EXPECT_THAT(peers, Each(testing::ResultOf(camera, SlotLimit{200, 1'000, 30, false})));
}

TEST_F(Share, AHiddenTileGetsNothingAndTheOthersGetItsPart) {
  auto peers = people(4);
  plan(1'000, peers);
  const std::int64_t before = camera(peers[1]).max_kbps;
  peers[0].view = TileView{};
  plan(1'000, peers);
  EXPECT_TRUE(camera(peers[0]).inactive);
  EXPECT_EQ(peers[0].plan.allotted_kbps, budget::kAudioKbps);
  for (std::size_t i = 1; i < 4; ++i)
    EXPECT_THAT(camera(peers[i]).max_kbps, About(before * 4 / 3, 2));
  peers[0].view = TileView{640, 360, false, false};
  plan(1'000, peers);
  EXPECT_THAT(peers, Each(testing::ResultOf(camera, Field(&SlotLimit::inactive, false))));
}

TEST_F(Share, MicrophonesComeFirst) {
  auto peers = people(4);
  plan(4 * budget::kAudioKbps + 4 * 100, peers);
  for (const PeerDemand& peer : peers) EXPECT_EQ(camera(peer).max_kbps, 100);
  plan(200, peers);
  for (const PeerDemand& peer : peers) {
    EXPECT_EQ(peer.plan.of(Slot::Microphone).max_kbps, 16) << "thrifty";
    EXPECT_TRUE(camera(peer).inactive);
    EXPECT_EQ(peer.plan.allotted_kbps, budget::kThriftyAudioKbps);
  }
  plan(320, peers);  // it was 319 to become thrifty: not at once
  EXPECT_EQ(peers[0].plan.of(Slot::Microphone).max_kbps, 16);
  plan(384, peers);
  EXPECT_EQ(peers[0].plan.of(Slot::Microphone).max_kbps, 0);
}

TEST_F(Share, CamerasThatPausedAreTriedAgain) {
  auto peers = people(4);
  plan(200, peers);
  ASSERT_TRUE(camera(peers[0]).inactive);
  const Instant paused = now;
  while (camera(peers[0]).inactive) plan(200, peers);
  EXPECT_EQ(now - paused, budget::kPause);
  const Instant tried = now;
  while (!camera(peers[0]).inactive) plan(200, peers);
  EXPECT_EQ(now - tried, budget::kTrial);
  plan(1'000, peers);
  EXPECT_TRUE(camera(peers[0]).inactive) << "a pause has its time";
  now += budget::kPause;
  plan(1'000, peers);
  EXPECT_FALSE(camera(peers[0]).inactive);
}

TEST_F(Share, TheScreenComesBeforeTheCameras) {
  auto peers = people(3);
  for (PeerDemand& peer : peers) peer.tracks[2] = true;
  plan(3 * 40 + 3 * 30 + 3 * 700, peers);
  for (const PeerDemand& peer : peers) {
    EXPECT_EQ(peer.plan.of(Slot::Screen), (SlotLimit{700, 0, 15, false}));
    EXPECT_EQ(camera(peer).max_kbps, budget::kCameraLeastKbps);
  }
  plan(3 * 40 + 3 * 30 + 3 * 400, peers);
  for (const PeerDemand& peer : peers)
    EXPECT_EQ(peer.plan.of(Slot::Screen), (SlotLimit{400, 0, 5, false}));
  plan(100'000, peers);
  for (const PeerDemand& peer : peers) {
    EXPECT_EQ(peer.plan.of(Slot::Screen), (SlotLimit{1'500, 0, 15, false}));
    EXPECT_EQ(camera(peer).max_kbps, 600);
  }
  peers[0].view = TileView{640, 360, false, true};
  plan(100'000, peers);
  EXPECT_TRUE(peers[0].plan.of(Slot::Screen).inactive) << "who does not show it gets none";
}

TEST_F(Share, WhoeverIsShownAsTheSpeakerGetsTwice) {
  auto peers = people(3);
  for (PeerDemand& peer : peers) peer.view = TileView{640, 360, false, false};
  peers[0].view.speaker = true;
  plan(3 * 40 + 3 * 30 + 800, peers);
  EXPECT_EQ(camera(peers[0]).max_kbps, 30 + 400);
  EXPECT_EQ(camera(peers[1]).max_kbps, 30 + 200);
}

TEST_F(Share, OlderClientsAreOnlyLimitedInTheirRate) {
  auto peers = people(2);
  peers[0].foreign = true;
  plan(2 * 40 + 2 * 250, peers);
  EXPECT_EQ(camera(peers[0]), (SlotLimit{250, 0, 0, false}));
  plan(100, peers);
  EXPECT_FALSE(camera(peers[0]).inactive);
  EXPECT_EQ(camera(peers[0]).max_kbps, budget::kCameraLeastKbps);
  EXPECT_TRUE(camera(peers[1]).inactive);
}

TEST_F(Share, WhatThePathToOneCannotTakeTheOthersGet) {
  auto peers = people(2);
  for (PeerDemand& peer : peers) peer.view = TileView{1'280, 720, false, false};
  peers[0].ceiling_kbps = 240;
  plan(1'080, peers);
  EXPECT_EQ(camera(peers[0]).max_kbps, 200);
  EXPECT_EQ(camera(peers[1]).max_kbps, 800);
}

TEST_F(Share, ASmallChangeChangesNothing) {
  auto peers = people(3);
  plan(1'000, peers);
  const SlotLimit before = camera(peers[0]);
  for (const std::int64_t uplink : {1'040, 960, 1'020, 1'000}) {
    plan(uplink, peers);
    EXPECT_EQ(camera(peers[0]), before) << uplink;
  }
  plan(1'100, peers);
  EXPECT_NE(camera(peers[0]), before);
}

TEST_F(Share, ALargerPictureNeedsAQuarterMoreThanItKeeps) {
  auto peers = people(1);
  const auto shown = [&](std::int64_t kbps) {
    plan(kbps + budget::kAudioKbps, peers);
    return budget::kPictures[peers[0].plan.picture].lines;
  };
  EXPECT_EQ(shown(300), 360);
  EXPECT_EQ(shown(270), 270) << "half of 600 is not there";
  EXPECT_EQ(shown(330), 270);
  EXPECT_EQ(shown(375), 360);
  EXPECT_EQ(shown(310), 360);
}

TEST_F(Share, TheProcessorCostsASizeAfterAWhileAndGivesItBackLater) {
  auto peers = people(1);
  const auto lines_after = [&](int seconds, bool limited) {
    for (int i = 0; i < seconds; ++i) {
      share.on_cpu(limited, now + 1s);
      plan(10'000, peers);
    }
    return budget::kPictures[peers[0].plan.picture].lines;
  };
  EXPECT_EQ(lines_after(3, true), 720);
  EXPECT_EQ(lines_after(1, true), 540);
  EXPECT_EQ(lines_after(3, true), 360);
  EXPECT_EQ(lines_after(20, false), 360);
  EXPECT_EQ(lines_after(1, false), 540);
  EXPECT_EQ(lines_after(100, true), 90) << "the last size stays";
}

// Whatever is given in: nothing hidden is sent, nothing beyond the tile, and the least, where there
// is an uplink for it, to everybody.
TEST_F(Share, KeepsItsBoundsForAnyDemand) {
  Random random("bounds");
  const auto below = [&](std::uint64_t bound) {
    return static_cast<std::int64_t>(random.below(bound));
  };
  std::vector<PeerDemand> peers;
  for (int round = 0; round < 20'000; ++round) {
    if (round % 10 == 0) peers = people(static_cast<std::size_t>(below(9)));
    for (PeerDemand& peer : peers) {
      if (below(3) == 0)
        peer.view = TileView{below(2'000), below(1'200), below(4) == 0, below(4) == 0};
      peer.tracks[1] = below(8) != 0;
      peer.tracks[0] = below(8) != 0;
      peer.tracks[2] = below(4) == 0;
      peer.foreign = below(10) == 0;
      peer.ceiling_kbps = below(4'000);
    }
    const std::int64_t uplink = below(6'000);
    share.on_cpu(below(2) == 0, now);
    plan(uplink, peers, below(3) == 0 ? 0 : below(1'080));
    std::int64_t allotted = 0;
    std::int64_t least = 0;
    for (const PeerDemand& peer : peers) {
      const PeerPlan& p = peer.plan;
      const bool shown = peer.has(Slot::Camera) && peer.view.width * peer.view.height != 0;
      const bool sends = peer.has(Slot::Camera) && !p.of(Slot::Camera).inactive;
      ASSERT_TRUE(!sends || shown || peer.foreign) << round;
      ASSERT_TRUE(!sends || !shown || p.of(Slot::Camera).max_kbps >= budget::kCameraLeastKbps)
          << round;
      ASSERT_LE(p.of(Slot::Camera).max_kbps, 1'700) << round;
      ASSERT_LE(p.of(Slot::Screen).max_kbps, budget::kScreenKbps) << round;
      ASSERT_TRUE(p.of(Slot::Camera).scale_permille == 0 ||
                  p.of(Slot::Camera).scale_permille >= 1'000)
          << round;
      ASSERT_LE(p.of(Slot::Camera).max_fps, 30) << round;
      allotted += p.allotted_kbps;
      least += budget::kAudioKbps + budget::kCameraLeastKbps + budget::kScreenLeastKbps;
    }
    // What stays because it changed by little may be a sixteenth of itself too much.
    ASSERT_LE(allotted, std::max(uplink, least) * 16 / 15 + 1) << round;
  }
}

}  // namespace
}  // namespace groupcall
