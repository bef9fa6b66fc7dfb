#include "tests/support/media_model.h"

#include <gtest/gtest.h>

namespace groupcall::sim {
namespace {

class MediaModelTest : public testing::Test {
 protected:
  void acquire(bool microphone, bool camera, const std::string& device = {}) {
    error.clear();
    media.acquire(
        microphone, camera, device,
        [this](std::shared_ptr<LocalTrack> m, std::shared_ptr<LocalTrack> c) {
          got_microphone = std::move(m);
          got_camera = std::move(c);
        },
        [this](const std::string& name, const std::string&) { error = name; });
    loop.run_for(1s);
  }

  EventLoop loop;
  MediaModel media{loop, MediaTiming{}, "alice"};
  std::shared_ptr<LocalTrack> got_microphone;
  std::shared_ptr<LocalTrack> got_camera;
  std::string error;
};

TEST_F(MediaModelTest, GivesWhatWasAskedForEnabledAndLive) {
  acquire(true, true);
  ASSERT_TRUE(got_microphone && got_camera);
  EXPECT_TRUE(got_camera->enabled);
  EXPECT_EQ(got_camera->kind, MediaKind::Video);
  EXPECT_EQ(media.live_tracks(), 2U);
  EXPECT_EQ(media.find(got_camera->id), got_camera);
}

TEST_F(MediaModelTest, OneMissingDeviceFailsTheWholeRequest) {
  media.set_camera(DeviceMood::Missing);
  acquire(true, true);
  EXPECT_EQ(error, "NotFoundError");
  EXPECT_EQ(media.live_tracks(), 0U);
  acquire(true, false);
  EXPECT_TRUE(got_microphone && !got_camera);
}

TEST_F(MediaModelTest, RefusalsHaveTheNamesThatBrowsersUse) {
  media.set_microphone(DeviceMood::Denied);
  acquire(true, false);
  EXPECT_EQ(error, "NotAllowedError");
  media.set_microphone(DeviceMood::Busy);
  acquire(true, false);
  EXPECT_EQ(error, "NotReadableError");
  acquire(false, false);
  EXPECT_EQ(error, "TypeError");
}

TEST_F(MediaModelTest, TheAnswerDependsOnTheDevicesWhenThePromptEnds) {
  media.acquire(
      false, true, "", [](const auto&, const auto&) {},
      [this](const std::string& name, const std::string&) { error = name; });
  media.set_camera(DeviceMood::Denied);
  loop.run_for(1s);
  EXPECT_EQ(error, "NotAllowedError");
}

TEST_F(MediaModelTest, GivesTheDeviceThatWasAskedForOrNone) {
  media.plug(MediaKind::Video, "camera-2");
  acquire(false, true);
  EXPECT_EQ(got_camera->device, "camera-1") << "the first is the default";
  acquire(false, true, "camera-2");
  EXPECT_EQ(got_camera->device, "camera-2");
  EXPECT_EQ(media.live_tracks(), 2U);
  acquire(false, true, "camera-3");
  EXPECT_EQ(error, "OverconstrainedError");
  media.pull("camera-1");
  acquire(false, true);
  EXPECT_EQ(got_camera->device, "camera-2");
  media.pull("camera-2");
  acquire(false, true);
  EXPECT_EQ(error, "NotFoundError");
}

TEST_F(MediaModelTest, MayHaveDevicesThatOthersUseOrThatDoNotWorkSideBySide) {
  media.plug(MediaKind::Video, "camera-2");
  media.set_busy("camera-2", true);
  acquire(false, true, "camera-2");
  EXPECT_EQ(error, "NotReadableError");
  media.set_busy("camera-2", false);
  media.set_one_at_a_time(true);
  acquire(false, true);
  acquire(false, true, "camera-2");
  EXPECT_EQ(error, "NotReadableError");
  got_camera->live = false;
  acquire(false, true, "camera-2");
  EXPECT_EQ(error, "");
}

}  // namespace
}  // namespace groupcall::sim
