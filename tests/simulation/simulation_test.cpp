/// Calls without faults, and the people in them: joining, leaving, devices.
#include "tests/simulation/call_test.h"

namespace groupcall::sim {
namespace {

class Joining : public CallTest {};
class Leaving : public CallTest {};
class Devices : public CallTest {};

// ---- joining -------------------------------------------------------------------------

TEST_F(Joining, TwoTheNewcomerOffersOnce) {
  join("alice");
  world.run_for(2s);
  join("bob");
  const Instant begin = world.loop.now();
  world.run_for(3s);
  expect_settled({"alice", "bob"});
  // 75 ms to be admitted, 2 ms for the description.
  EXPECT_EQ(world.sent("bob", kOffer), std::vector<Instant>{begin + kAdmission + 2ms});
  EXPECT_TRUE(world.sent("alice", kOffer).empty());
  EXPECT_EQ(world.sent("alice", kAnswer).size(), 1U);
}

TEST_F(Joining, TheLinkIsUpAfterOneRoundTripFromTheAdmission) {
  join("alice");
  world.run_for(2s);
  join("bob");
  world.run_for(kAdmission);
  const Duration waited = time_to_settle({"alice", "bob"}, 5s);
  // offer 2 + 20, answer 4 + 20, applied 2, checks 50, and a first sample of pictures.
  EXPECT_GE(waited, Duration(100ms));
  EXPECT_LE(waited, Duration(600ms));
}

TEST_F(Joining, ThreeWithOneOfferForEachPair) {
  gather({"alice", "bob", "carol"});
  expect_settled({"alice", "bob", "carol"});
  EXPECT_EQ(world.offers_sent(), 3U);
  EXPECT_EQ(world.sent("carol", kOffer).size(), 2U) << "the newcomer offers to both";
}

TEST_F(Joining, ThreeInTheSameInstantStillNeedOneOfferForEachPair) {
  for (const char* user : {"alice", "bob", "carol"}) join(user);
  world.run_for(4s);
  expect_settled({"alice", "bob", "carol"});
  EXPECT_EQ(world.offers_sent(), 3U);
}

TEST_F(Joining, AStormOfEightNeedsOneOfferForEachPair) {
  const std::vector<std::string> users{"a", "b", "c", "d", "e", "f", "g", "h"};
  for (const std::string& user : users) {
    join(user);
    world.run_for(12ms);
  }
  world.run_for(4s);
  expect_settled(users);
  EXPECT_EQ(world.offers_sent(), 28U);
}

TEST_F(Joining, TwiceIsOneCallAndBothPromisesResolve) {
  SimulatedPage& alice = world.open_page("alice");
  const RequestId first = alice.join();
  const RequestId second = alice.join();
  world.run_for(2s);
  const RequestId third = alice.join();
  world.run_for(2s);
  for (const RequestId request : {first, second, third}) {
    ASSERT_TRUE(alice.settled(request));
    EXPECT_TRUE(alice.settled(request)->resolved);
  }
  EXPECT_EQ(world.server.participants("r1"), std::vector<std::string>{"alice"});
  EXPECT_EQ(world.sent("alice", "groupcall:join").size(), 1U);
}

TEST_F(Joining, AnotherRoomWhileInACallIsRefusedAndHarmsNothing) {
  SimulatedPage& alice = join("alice");
  world.run_for(1s);
  const RequestId other = alice.join({.room = "r2"});
  world.run_for(1s);
  ASSERT_TRUE(alice.settled(other));
  EXPECT_EQ(alice.settled(other)->error.code, ErrorCode::AlreadyJoined);
  EXPECT_EQ(alice.view().phase, Phase::Joined);
}

TEST_F(Joining, GivesUpAfterFifteenSecondsWithoutAServer) {
  world.server.stop();
  SimulatedPage& alice = world.open_page("alice");
  const RequestId request = alice.join();
  world.run_for(14s + 999ms);
  EXPECT_FALSE(alice.settled(request));
  world.run_for(1ms);
  ASSERT_TRUE(alice.settled(request));
  EXPECT_EQ(alice.settled(request)->error.code, ErrorCode::ServerUnreachable);
  world.server.start();
  world.run_for(60s);
  EXPECT_EQ(alice.view().phase, Phase::Idle) << "the wish is withdrawn";
}

TEST_F(Joining, AnUnknownGroupIsRefusedForGood) {
  world.server.refuse_joins("Group not found");
  SimulatedPage& alice = world.open_page("alice");
  const RequestId request = alice.join();
  world.run_for(kAdmission);
  ASSERT_TRUE(alice.settled(request));
  EXPECT_EQ(alice.settled(request)->error.code, ErrorCode::GroupNotFound);
  EXPECT_EQ(alice.view().phase, Phase::Idle);
}

TEST_F(Joining, ATroubledServerIsAskedAgain) {
  world.server.refuse_joins("Failed to join group call");
  SimulatedPage& alice = world.open_page("alice");
  const RequestId request = alice.join();
  world.run_for(1s);
  EXPECT_FALSE(alice.settled(request));
  world.server.refuse_joins("");
  world.run_for(7s);
  ASSERT_TRUE(alice.settled(request));
  EXPECT_TRUE(alice.settled(request)->resolved);
}

TEST_F(Joining, ARefusedConnectionIsRefusedForGood) {
  world.server.refuse_connects("invalid session");
  SimulatedPage& alice = world.open_page("alice");
  const RequestId request = alice.join();
  world.run_for(1s);
  ASSERT_TRUE(alice.settled(request));
  EXPECT_EQ(alice.settled(request)->error.code, ErrorCode::Refused);
}

// ---- leaving -------------------------------------------------------------------------

TEST_F(Leaving, ReachesTheOthersAtOnceAndReleasesEverything) {
  gather({"alice", "bob", "carol"});
  SimulatedPage& bob = world.page("bob");
  const RequestId request = bob.leave();
  EXPECT_EQ(bob.media().live_tracks(), 0U) << "the light is off before anything is awaited";
  // The goodbye drains in 1 ms and travels 10.
  EXPECT_EQ(time_to_list("alice", 1, 5s), Duration(11ms));
  EXPECT_EQ(time_to_list("carol", 1, 5s), Duration(0));
  world.run_for(200ms);
  ASSERT_TRUE(bob.settled(request));
  EXPECT_TRUE(bob.settled(request)->resolved);
  EXPECT_EQ(bob.view().phase, Phase::Idle);  // the page checks that nothing is left then
  world.run_for(1s);
  expect_settled({"alice", "carol"});
  EXPECT_EQ(world.server.participants("r1"), (std::vector<std::string>{"alice", "carol"}));
}

TEST_F(Leaving, IsNotHeldUpByAPeerOutOfReach) {
  gather({"alice", "bob"});
  world.rtc.set_path("alice", "bob", false);
  SimulatedPage& bob = world.page("bob");
  const RequestId request = bob.leave();
  world.run_for(200ms);
  ASSERT_TRUE(bob.settled(request));
  EXPECT_TRUE(bob.settled(request)->resolved);
}

TEST_F(Leaving, BeforeAdmittedLeavesNoGhost) {
  world.server.set_lookup(exactly(500ms));
  SimulatedPage& alice = world.open_page("alice");
  const RequestId joined = alice.join();
  world.run_for(100ms);
  const RequestId left = alice.leave();
  world.run_for(5s);
  ASSERT_TRUE(alice.settled(joined) && alice.settled(left));
  EXPECT_EQ(alice.settled(joined)->error.code, ErrorCode::Aborted);
  EXPECT_TRUE(alice.settled(left)->resolved);
  EXPECT_TRUE(world.server.participants("r1").empty());
  EXPECT_EQ(alice.view().phase, Phase::Idle);
}

TEST_F(Leaving, WhileTheServerIsAwayIsDoneAtOnceAndStaysSo) {
  gather({"alice", "bob"});
  world.server.stop();
  world.run_for(2s);
  SimulatedPage& bob = world.page("bob");
  const RequestId request = bob.leave();
  world.run_for(200ms);
  ASSERT_TRUE(bob.settled(request));
  EXPECT_TRUE(bob.settled(request)->resolved);
  world.server.start();
  world.run_for(20s);
  EXPECT_EQ(bob.view().phase, Phase::Idle);
  EXPECT_TRUE(world.page("alice").view().order.empty());
  EXPECT_EQ(world.server.participants("r1"), std::vector<std::string>{"alice"});
}

TEST_F(Leaving, AndJoiningAgainAtOnceWorks) {
  gather({"alice", "bob"});
  world.page("bob").leave();
  world.page("bob").join();
  world.run_for(5s);
  expect_settled({"alice", "bob"});
}

TEST_F(Leaving, TenTimesInARowLeavesNothingBehind) {
  gather({"alice", "bob"});
  for (int i = 0; i < 10; ++i) {
    world.page("bob").leave();
    world.run_for(700ms);
    ASSERT_EQ(world.page("bob").view().phase, Phase::Idle) << i;
    world.page("bob").join();
    world.run_for(31s);  // below the storm guard's pace
    ASSERT_EQ(why_not_settled(world, {"alice", "bob"}), "") << i;
  }
  EXPECT_EQ(world.rtc.open_connections("alice"), 1U);
  EXPECT_EQ(world.rtc.open_connections("bob"), 1U);
}

TEST_F(Leaving, AClosedPageDisappearsWithinOneTripToTheServerAndBack) {
  gather({"alice", "bob"});
  world.page("bob").close_page();
  EXPECT_LE(time_to_list("alice", 0, 20s), Duration(20ms));
  EXPECT_EQ(world.rtc.open_connections("alice"), 0U);
}

TEST_F(Leaving, ACrashedPageDisappearsAfterSevenSecondsOfSilence) {
  gather({"alice", "bob"});
  world.page("bob").crash();
  const Duration waited = time_to_list("alice", 0, 30s);
  EXPECT_GE(waited, Duration(6s));
  EXPECT_LE(waited, Duration(8s));
}

TEST_F(Leaving, DisposeInTheMiddleOfEverythingReleasesEverything) {
  for (const Duration after : {0ms, 30ms, 60ms, 75ms, 77ms, 80ms, 99ms, 104ms, 150ms, 2000ms}) {
    World fresh;
    fresh.open_page("alice").join();
    fresh.run_for(1s);
    SimulatedPage& bob = fresh.open_page("bob");
    const RequestId request = bob.join();
    fresh.run_for(after);
    bob.dispose();
    fresh.run_for(40s);
    EXPECT_TRUE(fresh.journal.clean()) << to_us(Instant(after)) << fresh.journal.report(40);
    EXPECT_TRUE(bob.settled(request)) << "the promise settles";
    EXPECT_EQ(fresh.rtc.open_connections("bob"), 0U);
    EXPECT_EQ(fresh.sockets.open_lines("bob"), 0U);
    EXPECT_EQ(bob.media().live_tracks(), 0U);
    EXPECT_TRUE(fresh.page("alice").view().order.empty()) << to_us(Instant(after));
  }
}

// ---- devices -------------------------------------------------------------------------

TEST_F(Devices, TogglesCostNoOffer) {
  gather({"alice", "bob"});
  const std::size_t offers = world.offers_sent();
  for (int i = 0; i < 20; ++i) {
    world.page("alice").set_camera(i % 2 == 1);
    world.page("alice").set_microphone(i % 2 == 1);
    world.run_for(1s);
    const MediaState wanted = i % 2 == 1 ? MediaState::On : MediaState::Off;
    ASSERT_EQ(seen("bob", "alice").camera.state, wanted) << i;
    ASSERT_EQ(seen("bob", "alice").microphone.state, wanted) << i;
  }
  EXPECT_EQ(world.offers_sent(), offers);
  EXPECT_EQ(world.page("alice").connections_made(), 1U);
  expect_settled({"alice", "bob"});
}

TEST_F(Devices, CameraOffReleasesTheDeviceAfterBlackFrames) {
  gather({"alice", "bob"});
  world.page("alice").set_camera(false);
  EXPECT_EQ(world.page("alice").media().live(MediaKind::Video).size(), 1U);
  world.run_for(119ms);
  EXPECT_EQ(world.page("alice").media().live(MediaKind::Video).size(), 1U);
  world.run_for(1ms);
  EXPECT_EQ(world.page("alice").media().live(MediaKind::Video).size(), 0U);
}

TEST_F(Devices, OffAndOnFasterThanBlackFramesEndsOn) {
  gather({"alice", "bob"});
  for (int i = 0; i < 7; ++i) {
    world.page("alice").set_camera(false);
    world.run_for(Duration(i * 20ms));
    world.page("alice").set_camera(true);
    world.run_for(Duration(i * 15ms));
  }
  world.run_for(3s);
  expect_settled({"alice", "bob"});
  EXPECT_EQ(world.page("alice").media().live(MediaKind::Video).size(), 1U);
}

TEST_F(Devices, ALatePromptHoldsUpNothing) {
  join("alice");
  world.run_for(1s);
  SimulatedPage& bob = world.open_page("bob");
  bob.media().set_timing({exactly(20s)});
  bob.join();
  world.run_for(2s);
  EXPECT_EQ(bob.view().phase, Phase::Joined);
  EXPECT_EQ(bob.view().self.camera.state, MediaState::Loading);
  EXPECT_EQ(seen("bob", "alice").camera.state, MediaState::On);
  world.run_for(20s);
  expect_settled({"alice", "bob"});
  EXPECT_EQ(world.offers_sent(), 1U);
}

TEST_F(Devices, APromptAnsweredAfterLeavingIsStoppedAtOnce) {
  SimulatedPage& alice = world.open_page("alice");
  alice.media().set_timing({exactly(5s)});
  alice.join();
  world.run_for(1s);
  alice.leave();
  world.run_for(1s);
  ASSERT_EQ(alice.view().phase, Phase::Idle);
  world.run_for(10s);  // the page's own check: idle with a live track is a violation
  EXPECT_EQ(alice.media().prompts(), 1U);
  EXPECT_EQ(alice.media().live_tracks(), 0U);
}

TEST_F(Devices, APromptAnsweredAfterDisposeIsStoppedAtOnce) {
  SimulatedPage& alice = world.open_page("alice");
  alice.media().set_timing({exactly(5s)});
  alice.join();
  world.run_for(1s);
  alice.dispose();
  world.run_for(10s);
  EXPECT_EQ(alice.media().live_tracks(), 0U);
}

TEST_F(Devices, MutedDuringThePromptIsNeverHeard) {
  join("alice");
  world.run_for(1s);
  SimulatedPage& bob = world.open_page("bob");
  bob.media().set_timing({exactly(3s)});
  bob.join();
  world.run_for(1s);
  bob.set_microphone(false);
  bob.set_camera(false);
  world.run_for(5s);  // the page's own check: an enabled track that is attached is a violation
  EXPECT_EQ(seen("alice", "bob").microphone.state, MediaState::Off);
  EXPECT_EQ(seen("alice", "bob").camera.state, MediaState::Off);
}

TEST_F(Devices, MutedWhileTheNextCallWaitsForTheLastIsNeverHeard) {
  gather({"alice", "bob"});
  SimulatedPage& bob = world.page("bob");
  bob.leave();
  bob.join();
  bob.set_microphone(false);
  bob.set_camera(false);
  world.run_for(5s);
  EXPECT_EQ(seen("alice", "bob").microphone.state, MediaState::Off);
  EXPECT_EQ(bob.view().self.microphone.state, MediaState::Off);
  EXPECT_EQ(bob.view().self.camera.state, MediaState::Off);
}

TEST_F(Devices, ACallWithoutAnyDeviceIsACall) {
  join("alice");
  world.run_for(1s);
  SimulatedPage& bob = join("bob", {.audio = false, .video = false});
  world.run_for(3s);
  EXPECT_EQ(bob.media().prompts(), 0U);
  expect_settled({"alice", "bob"});
}

TEST_F(Devices, AMissingCameraLeavesTheMicrophone) {
  join("alice");
  world.run_for(1s);
  SimulatedPage& bob = world.open_page("bob");
  bob.media().set_camera(DeviceMood::Missing);
  bob.join();
  world.run_for(3s);
  EXPECT_EQ(bob.view().self.camera.state, MediaState::Error);
  EXPECT_EQ(bob.view().self.camera.reason, MediaReason::NoDevice);
  EXPECT_EQ(bob.view().self.microphone.state, MediaState::On);
  EXPECT_EQ(seen("alice", "bob").microphone.state, MediaState::On);
  EXPECT_EQ(seen("alice", "bob").camera.state, MediaState::Off);
}

TEST_F(Devices, DeniedDevicesAreShownAndTheCallGoesOn) {
  join("alice");
  world.run_for(1s);
  SimulatedPage& bob = world.open_page("bob");
  bob.media().set_camera(DeviceMood::Denied);
  bob.media().set_microphone(DeviceMood::Denied);
  bob.join();
  world.run_for(3s);
  EXPECT_EQ(bob.view().self.camera.reason, MediaReason::PermissionDenied);
  EXPECT_EQ(bob.view().phase, Phase::Joined);
  EXPECT_EQ(seen("bob", "alice").camera.state, MediaState::On);
}

TEST_F(Devices, AnUnpluggedCameraIsShownAndComesBackWhenTurnedOnAgain) {
  gather({"alice", "bob"});
  SimulatedPage& alice = world.page("alice");
  alice.unplug(MediaKind::Video);
  world.run_for(1s);
  EXPECT_EQ(alice.view().self.camera.reason, MediaReason::DeviceLost);
  EXPECT_NE(seen("bob", "alice").camera.state, MediaState::On);
  alice.set_camera(false);
  alice.set_camera(true);
  world.run_for(3s);
  expect_settled({"alice", "bob"});
}

}  // namespace
}  // namespace groupcall::sim
