/// Devices that are switched, lost and plugged in during a call, and what the others see of it.
#include "tests/simulation/call_test.h"

namespace groupcall::sim {
namespace {

class SwitchedDevices : public CallTest {
 protected:
  /// Alice has two cameras and two microphones, and is in a call with Bob.
  SimulatedPage& gather_with_devices() {
    SimulatedPage& alice = world.open_page("alice");
    alice.media().plug(MediaKind::Video, "camera-2");
    alice.media().plug(MediaKind::Audio, "microphone-2");
    alice.list_devices();
    alice.join();
    world.run_for(1s);
    join("bob");
    world.run_for(3s);
    EXPECT_EQ(why_not_settled(world, {"alice", "bob"}), "");
    offers_ = world.offers_sent();
    return alice;
  }
  /// The state of a camera at the far end, at each of its changes, while `within` passes.
  std::vector<MediaState> states_seen(Duration within) {
    std::vector<MediaState> states{seen("bob", "alice").camera.state};
    const Instant end = world.loop.now() + within;
    while (world.loop.now() < end) {
      world.run_for(5ms);
      const MediaState now = seen("bob", "alice").camera.state;
      if (now != states.back()) states.push_back(now);
    }
    return states;
  }
  void expect_no_negotiation() {
    EXPECT_EQ(world.offers_sent(), offers_);
    EXPECT_EQ(world.page("alice").connections_made(), 1U);
  }

  std::size_t offers_ = 0;
};

constexpr MediaView kShownOn{MediaState::On, MediaReason::None};

TEST_F(SwitchedDevices, TheOthersSeeNothingOfASwitchButTheOtherPicture) {
  SimulatedPage& alice = gather_with_devices();
  const std::size_t announced = world.sent("alice", "groupcall:update-tracks").size();
  alice.set_device(DeviceKind::Camera, "camera-2");
  EXPECT_EQ(alice.view().self.camera.state, MediaState::Replacing);
  EXPECT_EQ(states_seen(2s), std::vector<MediaState>{MediaState::On});
  EXPECT_EQ(alice.view().self.camera, kShownOn);
  EXPECT_EQ(alice.view().self.camera_device, "camera-2");
  EXPECT_EQ(world.sent("alice", "groupcall:update-tracks").size(), announced);
  expect_no_negotiation();
  expect_settled({"alice", "bob"});
}

TEST_F(SwitchedDevices, TheFormerTrackIsStoppedAsSoonAsTheLinkHasItsSuccessor) {
  SimulatedPage& alice = gather_with_devices();
  alice.set_device(DeviceKind::Microphone, "microphone-2");
  world.run_for(100ms);  // the new one has just come
  ASSERT_EQ(alice.view().self.microphone_device, "microphone-2");
  EXPECT_EQ(alice.media().live(MediaKind::Audio).size(), 2U) << "no gap in the sound";
  world.run_for(2ms);  // replaceTrack()
  EXPECT_EQ(alice.media().live(MediaKind::Audio).size(), 1U);
  expect_no_negotiation();
  expect_settled({"alice", "bob"});
}

TEST_F(SwitchedDevices, FiftySwitchesNeedNoOffer) {
  SimulatedPage& alice = gather_with_devices();
  for (int i = 0; i < 50; ++i) {
    alice.set_device(DeviceKind::Camera, i % 2 == 0 ? "camera-2" : "camera-1");
    world.run_for(Duration(i * 10ms));
    ASSERT_EQ(seen("bob", "alice").camera.state, MediaState::On) << i;
  }
  world.run_for(1s);
  EXPECT_EQ(alice.view().self.camera_device, "camera-1");
  expect_no_negotiation();
  expect_settled({"alice", "bob"});
}

TEST_F(SwitchedDevices, WhoChoosesTheOldCameraAgainMeanwhileKeepsIt) {
  SimulatedPage& alice = gather_with_devices();
  const std::size_t prompts = alice.media().prompts();
  alice.set_device(DeviceKind::Camera, "camera-2");
  world.run_for(50ms);
  alice.set_device(DeviceKind::Camera, "camera-1");
  world.run_for(2s);
  EXPECT_EQ(alice.view().self.camera_device, "camera-1");
  EXPECT_EQ(alice.media().prompts(), prompts + 1) << "it was never given up";
  expect_settled({"alice", "bob"});
}

TEST_F(SwitchedDevices, ACameraThatDoesNotWorkBesideTheOtherTakesItsPlace) {
  SimulatedPage& alice = gather_with_devices();
  alice.media().set_one_at_a_time(true);
  alice.set_device(DeviceKind::Camera, "camera-2");
  world.run_for(2s);
  EXPECT_EQ(alice.view().self.camera, kShownOn);
  EXPECT_EQ(alice.view().self.camera_device, "camera-2");
  expect_no_negotiation();
  expect_settled({"alice", "bob"});
}

TEST_F(SwitchedDevices, ACameraThatIsInUseLeavesTheOldOneAndTheReason) {
  SimulatedPage& alice = gather_with_devices();
  alice.media().set_busy("camera-2", true);
  alice.set_device(DeviceKind::Camera, "camera-2");
  world.run_for(2s);
  EXPECT_EQ(alice.view().self.camera, (MediaView{MediaState::On, MediaReason::InUse}));
  EXPECT_EQ(alice.view().self.camera_device, "camera-1");
  expect_no_negotiation();
  expect_settled({"alice", "bob"});
}

TEST_F(SwitchedDevices, MutedDuringASwitchIsNeverHeard) {
  SimulatedPage& alice = gather_with_devices();
  alice.set_device(DeviceKind::Microphone, "microphone-2");
  world.run_for(50ms);
  alice.set_microphone(false);
  world.run_for(2s);  // the page's own check: an enabled track that is attached is a violation
  EXPECT_EQ(alice.view().self.microphone_device, "microphone-2");
  EXPECT_EQ(seen("bob", "alice").microphone.state, MediaState::Off);
  alice.set_microphone(true);
  world.run_for(2s);
  expect_settled({"alice", "bob"});
}

TEST_F(SwitchedDevices, LeavingDuringASwitchStopsTheLateStream) {
  SimulatedPage& alice = gather_with_devices();
  alice.media().set_timing({exactly(5s)});
  alice.set_device(DeviceKind::Camera, "camera-2");
  world.run_for(1s);
  alice.leave();
  world.run_for(10s);  // the page's own check: idle with a live track is a violation
  EXPECT_EQ(alice.view().phase, Phase::Idle);
  EXPECT_EQ(alice.media().live_tracks(), 0U);
}

TEST_F(SwitchedDevices, ACameraThatIsPulledOutIsReplacedByTheOther) {
  SimulatedPage& alice = gather_with_devices();
  alice.pull_out("camera-1");
  EXPECT_EQ(alice.view().self.camera, (MediaView{MediaState::Replacing, MediaReason::DeviceLost}));
  world.run_for(3s);
  EXPECT_EQ(alice.view().self.camera, (MediaView{MediaState::On, MediaReason::DeviceLost}));
  EXPECT_EQ(alice.view().self.camera_device, "camera-2");
  expect_no_negotiation();
  expect_settled({"alice", "bob"});
}

TEST_F(SwitchedDevices, TheLastCameraThatIsPulledOutComesBackWhenItIsPluggedIn) {
  SimulatedPage& alice = gather_with_devices();
  alice.pull_out("camera-2");
  alice.pull_out("camera-1");
  world.run_for(2s);
  EXPECT_EQ(alice.view().self.camera, (MediaView{MediaState::Ended, MediaReason::DeviceLost}));
  EXPECT_EQ(seen("bob", "alice").camera.state, MediaState::Off);
  alice.plug_in(MediaKind::Video, "camera-3");
  world.run_for(3s);
  EXPECT_EQ(alice.view().self.camera, kShownOn);
  expect_no_negotiation();
  expect_settled({"alice", "bob"});
}

TEST_F(SwitchedDevices, AMicrophoneLostWhileTheLinkIsRebuiltIsReplacedOnTheNewOne) {
  SimulatedPage& alice = gather_with_devices();
  world.rtc.set_path("alice", "bob", false);
  world.run_until([&] { return alice.connections_made() > 1; }, 90s);
  ASSERT_GT(alice.connections_made() + world.page("bob").connections_made(), 2U);
  alice.pull_out("microphone-1");
  alice.set_device(DeviceKind::Camera, "camera-2");
  world.rtc.set_path("alice", "bob", true);
  world.run_for(40s);
  EXPECT_EQ(alice.view().self.microphone_device, "microphone-2");
  EXPECT_EQ(alice.view().self.camera_device, "camera-2");
  expect_settled({"alice", "bob"});
}

// The old connection carries what it had until the new one is up; the former camera lives as long
// as anything sends it, and for kFormerTrack at most.
TEST_F(SwitchedDevices, ASwitchWhileTheLinkIsRebuiltIsOnTheNewConnection) {
  SimulatedPage& alice = gather_with_devices();
  world.rtc.set_path("alice", "bob", false);
  ASSERT_TRUE(world.run_until([&] { return alice.connections_made() > 1; }, 90s));
  alice.set_device(DeviceKind::Camera, "camera-2");
  alice.set_microphone(false);
  alice.set_device(DeviceKind::Microphone, "microphone-2");
  EXPECT_EQ(alice.view().self.camera.state, MediaState::Replacing);
  world.run_for(200ms);  // both have come, muted what is to be muted; nothing is up yet
  EXPECT_EQ(alice.view().self.camera_device, "camera-2");
  EXPECT_EQ(alice.view().self.microphone_device, "microphone-2");
  world.run_for(deadlines::kFormerTrack);
  EXPECT_EQ(alice.media().live(MediaKind::Video).size(), 1U) << "the former one is given up";
  world.rtc.set_path("alice", "bob", true);
  ASSERT_LT(time_to_settle({"alice", "bob"}, 60s), 60s);
  EXPECT_EQ(seen("bob", "alice").microphone.state, MediaState::Off);
  alice.set_microphone(true);
  world.run_for(2s);
  EXPECT_EQ(alice.media().live_tracks(), 2U);
  expect_settled({"alice", "bob"});
}

TEST_F(SwitchedDevices, APermissionGivenLaterIsPickedUp) {
  join("alice");
  world.run_for(1s);
  SimulatedPage& bob = world.open_page("bob");
  bob.media().set_camera(DeviceMood::Denied);
  bob.media().set_microphone(DeviceMood::Denied);
  bob.list_devices();
  bob.join();
  world.run_for(3s);
  ASSERT_EQ(bob.view().self.camera.reason, MediaReason::PermissionDenied);
  bob.media().set_camera(DeviceMood::Works);
  bob.media().set_microphone(DeviceMood::Works);
  bob.list_devices();
  world.run_for(3s);
  expect_settled({"alice", "bob"});
}

}  // namespace
}  // namespace groupcall::sim
