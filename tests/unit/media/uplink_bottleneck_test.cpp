// Estimate and share together, on a bottleneck that the links have in common.
#include <gmock/gmock.h>

#include <cstdio>

#include "tests/unit/media/uplink_bench.h"

namespace groupcall {
namespace {

struct Uplink {
  std::int64_t kbps;
  std::size_t peers;
  bool tells;
};
void PrintTo(const Uplink& uplink, std::ostream* out) {
  *out << uplink.kbps << " kbit/s, " << uplink.peers << " peers, "
       << (uplink.tells ? "told" : "followed");
}

class OnABottleneck : public testing::TestWithParam<Uplink> {
 protected:
  UplinkBench bench{GetParam().kbps, GetParam().peers, GetParam().tells};
};
INSTANTIATE_TEST_SUITE_P(Uplinks, OnABottleneck,
                         testing::Values(Uplink{1'000, 4, true}, Uplink{1'000, 4, false},
                                         Uplink{800, 1, true}, Uplink{800, 1, false},
                                         Uplink{1'000, 2, true}, Uplink{1'000, 2, false},
                                         Uplink{600, 3, true}, Uplink{600, 3, false},
                                         Uplink{1'500, 7, true}, Uplink{1'500, 7, false}));

TEST_P(OnABottleneck, SettlesFairAndSteady) {
  bench.run(40);
  Spread uplink;
  Spread offered;
  std::int64_t unfair = 0;
  std::int64_t unsteady = 0;
  std::vector<Spread> cameras(bench.peers.size());
  for (int second = 0; second < 120; ++second) {
    bench.second();
    uplink.add(bench.uplink);
    offered.add(bench.offered());
    Spread now;
    for (std::size_t i = 0; i < cameras.size(); ++i) {
      cameras[i].add(bench.camera(i));
      now.add(bench.camera(i));
    }
    unfair = std::max(unfair, now.percent());
  }
  for (const Spread& camera : cameras) unsteady = std::max(unsteady, camera.percent());
  std::printf(
      "  uses %lld %% of it, estimate moves by %lld %%, a camera by %lld %%, unfair %lld %%\n",
      static_cast<long long>(offered.mean() * 100 / GetParam().kbps),
      static_cast<long long>(uplink.percent()), static_cast<long long>(unsteady),
      static_cast<long long>(unfair));
  EXPECT_GE(offered.mean() * 100, GetParam().kbps * 88);
  EXPECT_LE(offered.mean() * 100, GetParam().kbps * 103);
  EXPECT_LE(unfair, 20);
  EXPECT_LE(uplink.percent(), 15);
  // The microphones' part is fixed, so the cameras bear all of it.
  EXPECT_LE(unsteady, 18);
}

TEST_P(OnABottleneck, NoMicrophoneEverStarves) {
  bench.run(5);
  for (int second = 0; second < 120; ++second) {
    bench.second();
    for (const Bottleneck::Link& link : bench.net.links) {
      ASSERT_GE(Bottleneck::rate(link), link.microphone_kbps);
      ASSERT_GE(link.microphone_share, 900) << "lost in second " << second;
    }
  }
}

TEST_P(OnABottleneck, FollowsWhenItNarrowsAndWidens) {
  const auto [kbps, peers, tells] = GetParam();
  bench.run(60);
  bench.net.set_kbps(kbps / 2);
  bench.run(12);
  Spread narrow;
  for (int second = 0; second < 20; ++second) {
    bench.second();
    narrow.add(bench.offered());
  }
  EXPECT_LE(narrow.mean() * 100, kbps / 2 * 104);
  EXPECT_GE(narrow.mean() * 100, kbps / 2 * 75);
  bench.net.set_kbps(kbps);
  int seconds = 0;
  for (; seconds < 60 && bench.offered() * 100 < kbps * 85; ++seconds) bench.second();
  std::printf("  back after %d s\n", seconds);
  EXPECT_LE(seconds, 45);
}

TEST_P(OnABottleneck, ANewcomerGetsAFairPart) {
  bench.run(60);
  const std::size_t newcomer = bench.add(GetParam().tells);
  int fair_since = 0;
  for (int second = 1; second <= 60; ++second) {
    bench.second();
    if (bench.camera(newcomer) * 100 < bench.camera(0) * 80) fair_since = second + 1;
  }
  std::printf("  fair after %d s\n", fair_since);
  EXPECT_LE(fair_since, 20);
  bench.remove(0);
  bench.run(60);
  EXPECT_GE(bench.offered() * 100, GetParam().kbps * 80) << "what one leaves the others take";
}

TEST_P(OnABottleneck, AHiddenTileCostsNothing) {
  bench.add(GetParam().tells);
  bench.run(60);
  bench.show(0, 0, 0);
  bench.second();
  for (int second = 0; second < 60; ++second) {
    bench.second();
    ASSERT_EQ(Bottleneck::rate(bench.net.links[0]), bench.net.links[0].microphone_kbps);
  }
  EXPECT_GE(bench.offered() * 100, GetParam().kbps * 78) << "the others have its part";
  bench.show(0, 640, 360);
  bench.second();
  EXPECT_GE(bench.camera(0) * 100, bench.camera(1) * 60) << "and it is back at once";
  bench.run(20);
  EXPECT_GE(bench.camera(0) * 100, bench.camera(1) * 80);
}

TEST(UplinkBudget, WhoeverHadItAllSharesIt) {
  UplinkBench bench(1'000, 2);
  bench.net.links[0].control_kbps = 900;
  bench.net.links[1].control_kbps = 60;
  bench.run(30);
  EXPECT_GE(bench.camera(1) * 100, bench.camera(0) * 80);
  EXPECT_GE(Bottleneck::rate(bench.net.links[1]) * 100, Bottleneck::rate(bench.net.links[0]) * 80);
}

TEST(UplinkBudget, ASlowReceiverDoesNotSlowTheOthers) {
  UplinkBench bench(2'000, 2);
  bench.net.links[1].downlink_kbps = 200;
  for (std::size_t i = 0; i < 2; ++i) bench.show(i, 1'280, 720);
  bench.run(90);
  EXPECT_LE(Bottleneck::rate(bench.net.links[1]), 260);
  // Two get 1000 each at most: all that is of use.
  EXPECT_GE(bench.camera(0), 930);
}

TEST(UplinkBudget, AScreenIsServedBeforeTheCameras) {
  UplinkBench bench(1'500, 3);
  bench.run(30);
  for (PeerDemand& peer : bench.peers) peer.tracks[2] = true;
  bench.run(40);
  Spread screens;
  Spread cameras;
  for (int second = 0; second < 30; ++second) {
    bench.second();
    for (std::size_t i = 0; i < 3; ++i) {
      screens.add(bench.peers[i].plan.of(Slot::Screen).max_kbps);
      cameras.add(bench.camera(i));
    }
  }
  EXPECT_GE(screens.mean(), 300);
  EXPECT_LE(cameras.mean(), 60);
}

}  // namespace
}  // namespace groupcall
