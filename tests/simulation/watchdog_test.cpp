/// Whole calls in which a picture or sound stands still though it should move: the cause that the
/// others are shown, when, and what mends it.
#include "tests/simulation/call_test.h"

namespace groupcall::sim {
namespace {

class StandsStill : public CallTest {
 protected:
  void SetUp() override { gather({"alice", "bob"}); }
  std::shared_ptr<RtcConnection> sender() { return world.page("bob").connection_to("alice"); }
  static constexpr std::size_t kCamera = 1;
  static constexpr std::size_t kMicrophone = 0;
  MediaReason camera() { return seen("alice", "bob").camera.reason; }
  Duration time_to(MediaReason reason, Duration limit) {
    const Instant begin = world.loop.now();
    world.run_until([&] { return camera() == reason; }, limit);
    EXPECT_EQ(camera(), reason);
    return world.loop.now() - begin;
  }
  std::int64_t count(const std::string& user, const std::string& name) {
    const auto& all = world.page(user).view().diagnostics;
    const auto found = all.find(name);
    return found == all.end() ? 0 : found->second;
  }
};

TEST_F(StandsStill, AnEncoderThatDiesIsNamedWithinThreeSecondsAndWokenByAKeyFrame) {
  sender()->kill_encoder(kCamera, /*key_frame_mends=*/true);
  EXPECT_LE(time_to(MediaReason::NotSent, 3s), Duration(3s));
  EXPECT_LE(time_to(MediaReason::None, 3s), Duration(2s));
  world.run_for(30s);
  EXPECT_EQ(count("alice", "key-frames-asked"), 1);
  EXPECT_EQ(count("bob", "key-frames-made"), 1);
  EXPECT_EQ(count("alice", "watchdog-rebuilds"), 0);
  expect_settled({"alice", "bob"});
}

TEST_F(StandsStill, AnEncoderThatStaysDeadIsReplacedWithItsLink) {
  sender()->kill_encoder(kCamera, /*key_frame_mends=*/false);
  time_to(MediaReason::NotSent, 3s);
  EXPECT_LE(time_to(MediaReason::None, 20s), Duration(13s));
  EXPECT_EQ(count("alice", "key-frames-asked"), 2);
  EXPECT_EQ(count("alice", "watchdog-rebuilds"), 1);
  EXPECT_EQ(count("alice", "watchdog-restarts"), 0);
  world.run_for(10s);
  expect_settled({"alice", "bob"});
}

TEST_F(StandsStill, SoundThatIsNotSentIsNamedToo) {
  sender()->kill_encoder(kMicrophone, false);
  const Instant begin = world.loop.now();
  world.run_until([&] { return seen("alice", "bob").microphone.reason == MediaReason::NotSent; },
                  4s);
  EXPECT_LE(world.loop.now() - begin, Duration(3s));
  EXPECT_EQ(camera(), MediaReason::None);
}

TEST_F(StandsStill, OneDirectionOfThePathIsTheNetworksFaultOnlyForWhoHearsNothing) {
  world.rtc.lose_one_way("bob", "alice");
  EXPECT_LE(time_to(MediaReason::NetworkStalled, 3s), Duration(3s));
  EXPECT_EQ(seen("bob", "alice").camera.reason, MediaReason::None);
  world.run_for(20s);
  expect_settled({"alice", "bob"});
  EXPECT_EQ(count("alice", "watchdog-restarts") + count("alice", "watchdog-rebuilds"), 0)
      << "the link's own silence mends it";
}

TEST_F(StandsStill, APageThatIsStoppedIsInterruptedUntilItIsBack) {
  world.page("bob").hide(/*frozen=*/true);
  world.run_for(50ms);
  world.page("bob").sleep();
  sender()->set_active(kCamera, false);
  sender()->set_active(kMicrophone, false);
  EXPECT_LE(time_to(MediaReason::Interrupted, 3s), Duration(3s));
  sender()->set_active(kCamera, true);
  sender()->set_active(kMicrophone, true);
  world.page("bob").wake();
  world.page("bob").show();
  EXPECT_LE(time_to(MediaReason::None, 5s), Duration(5s));
  EXPECT_EQ(count("alice", "watchdog-restarts") + count("alice", "watchdog-rebuilds"), 0);
  world.run_for(10s);
  expect_settled({"alice", "bob"});
}

TEST_F(StandsStill, AHiddenPageRepairsNothingUntilItIsShown) {
  world.page("alice").hide();
  sender()->kill_encoder(kCamera, /*key_frame_mends=*/true);
  time_to(MediaReason::NotSent, 3s);
  world.run_for(60s);
  EXPECT_EQ(count("alice", "key-frames-asked"), 0);
  EXPECT_EQ(camera(), MediaReason::NotSent);
  world.page("alice").show();
  EXPECT_LE(time_to(MediaReason::None, 5s), Duration(3s));
}

TEST_F(StandsStill, ATileThatIsNotShownIsNoStall) {
  world.page("alice").set_view("bob", {});
  world.run_for(30s);
  EXPECT_EQ(camera(), MediaReason::NotShown);
  world.page("alice").set_view("bob", {640, 360, false, false});
  world.run_for(5s);
  EXPECT_EQ(camera(), MediaReason::None);
  EXPECT_EQ(count("alice", "stalls"), 0);
  EXPECT_EQ(count("alice", "key-frames-asked"), 0);
}

}  // namespace
}  // namespace groupcall::sim
