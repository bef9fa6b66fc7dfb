#include "tests/support/media_model.h"

#include <gtest/gtest.h>

namespace groupcall::sim {
namespace {

class MediaModelTest : public testing::Test {
 protected:
  void acquire(bool microphone, bool camera) {
    media.acquire(
        microphone, camera,
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
      false, true, [](const auto&, const auto&) {},
      [this](const std::string& name, const std::string&) { error = name; });
  media.set_camera(DeviceMood::Denied);
  loop.run_for(1s);
  EXPECT_EQ(error, "NotAllowedError");
}

}  // namespace
}  // namespace groupcall::sim
