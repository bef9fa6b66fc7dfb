#include "core/media/local_media.h"

#include <gmock/gmock.h>

#include "tests/unit/record_printing.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TrackId kMic{"mic-1"};
const TrackId kCam{"cam-1"};
constexpr MediaView kOn{MediaState::On, MediaReason::None};
constexpr MediaView kOff{MediaState::Off, MediaReason::SelfOff};
constexpr MediaView kStarting{MediaState::Loading, MediaReason::Starting};

class LocalMediaTest : public testing::Test {
 protected:
  /// Lets `act` run and returns what it asked for.
  template <class Act>
  Commands doing(Act act) {
    LocalMedia::Output out{now, ids, counters, commands};
    act(out);
    return std::exchange(commands, {});
  }
  Commands begin(bool audio, bool video) {
    JoinRequested wish;
    wish.audio = audio;
    wish.video = video;
    wish.audio_constraints = R"({"a":1})";
    wish.video_constraints = R"({"v":1})";
    return doing([&](auto& out) { media.begin(wish, out); });
  }
  Commands choose(Source source, const std::string& id) {
    return doing([&](auto& out) { media.choose(source, id, out); });
  }
  Commands ended(const TrackId& track) {
    return doing([&](auto& out) { media.on_track_ended({track}, out); });
  }
  Commands listed(const std::vector<DeviceInfo>& devices, bool microphone_granted = true,
                  bool camera_granted = true) {
    return doing([&](auto& out) {
      media.on_devices({devices, microphone_granted, camera_granted}, out);
    });
  }
  Commands want(Source source, bool on) {
    return doing([&](auto& out) { media.want(source, on, out); });
  }
  Commands acquired(std::int64_t op, const TrackId& microphone, const TrackId& camera) {
    return doing([&](auto& out) {
      media.on_acquired({OpId{op}, {microphone, "m1", ""}, {camera, "c1", ""}}, out);
    });
  }
  Commands failed(std::int64_t op, const std::string& name, const std::string& message = "words") {
    return doing([&](auto& out) { media.on_failed({OpId{op}, name, message}, out); });
  }
  Commands deadline() {
    return doing([&](auto& out) { media.on_deadline(out); });
  }
  Commands release() {
    return doing([&](auto& out) { media.release(out); });
  }
  void begin_live() {
    begin(true, true);
    acquired(1, kMic, kCam);
  }
  static AcquireMedia both(std::int64_t op) {
    return {OpId{op}, true, true, R"({"a":1})", R"({"v":1})"};
  }
  static AcquireMedia microphone_alone(std::int64_t op) {
    return {OpId{op}, true, false, R"({"a":1})", ""};
  }
  static AcquireMedia camera_alone(std::int64_t op) {
    return {OpId{op}, false, true, "", R"({"v":1})"};
  }

  Instant now{10s};
  IdSource ids;
  Counters counters;
  Commands commands;
  LocalMedia media;
};

TEST_F(LocalMediaTest, OpensBothDevicesWithOnePrompt) {
  EXPECT_THAT(begin(true, true), ElementsAre(both(1)));
  EXPECT_EQ(media.view(Source::Camera), kStarting);
  EXPECT_TRUE(media.announced(Source::Camera)) << "announced while it is being opened";
  EXPECT_THAT(acquired(1, kMic, kCam), IsEmpty());
  EXPECT_EQ(media.track(Source::Microphone), kMic);
  EXPECT_EQ(media.track(Source::Camera), kCam);
  EXPECT_EQ(media.view(Source::Microphone), kOn);
  EXPECT_EQ(media.deadline(), kNever);
}

TEST_F(LocalMediaTest, OpensOnlyWhatIsWanted) {
  EXPECT_THAT(begin(false, false), IsEmpty());
  EXPECT_EQ(media.view(Source::Camera), kOff);
  EXPECT_FALSE(media.announced(Source::Microphone));
  EXPECT_THAT(begin(true, false), ElementsAre(microphone_alone(1)));
  EXPECT_THAT(begin(false, true), ElementsAre(camera_alone(2)));
}

TEST_F(LocalMediaTest, MutesTheCameraAtOnceAndReleasesItAfter120Milliseconds) {
  begin_live();
  EXPECT_THAT(want(Source::Camera, false), ElementsAre(EnableTrack{kCam, false}));
  EXPECT_EQ(media.view(Source::Camera), kOff);
  EXPECT_FALSE(media.announced(Source::Camera));
  EXPECT_EQ(media.track(Source::Camera), kCam) << "black frames still go out";
  EXPECT_EQ(media.deadline(), now + 120ms);
  now += 120ms - Duration(1);
  EXPECT_THAT(deadline(), IsEmpty());
  now += Duration(1);
  EXPECT_THAT(deadline(), ElementsAre(StopTrack{kCam}));
  EXPECT_TRUE(media.track(Source::Camera).empty());
  EXPECT_EQ(media.deadline(), kNever);
}

TEST_F(LocalMediaTest, KeepsTheCameraThatIsTurnedOnAgainWhileBlackening) {
  begin_live();
  want(Source::Camera, false);
  now += 50ms;
  EXPECT_THAT(want(Source::Camera, true), ElementsAre(EnableTrack{kCam, true}));
  EXPECT_EQ(media.view(Source::Camera), kOn);
  EXPECT_EQ(media.deadline(), kNever);
  now += 1s;
  EXPECT_THAT(deadline(), IsEmpty());
}

TEST_F(LocalMediaTest, OpensAReleasedCameraAnew) {
  begin_live();
  want(Source::Camera, false);
  now += 120ms;
  deadline();
  EXPECT_THAT(want(Source::Camera, true), ElementsAre(camera_alone(2)));
  EXPECT_EQ(media.view(Source::Camera), kStarting);
  EXPECT_THAT(acquired(2, {}, TrackId{"cam-2"}), IsEmpty());
  EXPECT_EQ(media.track(Source::Camera), TrackId{"cam-2"});
}

TEST_F(LocalMediaTest, MutesTheMicrophoneWithoutReleasingIt) {
  begin_live();
  EXPECT_THAT(want(Source::Microphone, false), ElementsAre(EnableTrack{kMic, false}));
  EXPECT_EQ(media.track(Source::Microphone), kMic);
  EXPECT_EQ(media.deadline(), kNever);
  EXPECT_EQ(media.view(Source::Microphone), kOff);
  EXPECT_THAT(want(Source::Microphone, true), ElementsAre(EnableTrack{kMic, true}));
}

TEST_F(LocalMediaTest, DoesNothingWhenAskedForWhatAlreadyIs) {
  begin_live();
  EXPECT_THAT(want(Source::Camera, true), IsEmpty());
  want(Source::Microphone, false);
  EXPECT_THAT(want(Source::Microphone, false), IsEmpty());
}

TEST_F(LocalMediaTest, MutesAMicrophoneThatIsNotWantedAnyMoreBeforeAnybodyMayAttachIt) {
  begin(true, false);
  EXPECT_THAT(want(Source::Microphone, false), IsEmpty());
  EXPECT_TRUE(media.track(Source::Microphone).empty());
  EXPECT_THAT(acquired(1, kMic, {}), ElementsAre(EnableTrack{kMic, false}));
  EXPECT_EQ(media.track(Source::Microphone), kMic);
  EXPECT_EQ(media.view(Source::Microphone), kOff);
}

TEST_F(LocalMediaTest, StopsACameraThatIsNotWantedAnyMoreWhenItComes) {
  begin(false, true);
  want(Source::Camera, false);
  EXPECT_THAT(acquired(1, {}, kCam), ElementsAre(StopTrack{kCam}));
  EXPECT_TRUE(media.track(Source::Camera).empty());
}

TEST_F(LocalMediaTest, UsesTheCameraThatWasTurnedOffAndOnWhileOpening) {
  begin(false, true);
  want(Source::Camera, false);
  EXPECT_THAT(want(Source::Camera, true), IsEmpty()) << "no second prompt";
  EXPECT_THAT(acquired(1, {}, kCam), IsEmpty());
  EXPECT_EQ(media.track(Source::Camera), kCam);
}

TEST_F(LocalMediaTest, StopsWhatIsAcquiredAfterLeaving) {
  begin(true, true);
  EXPECT_THAT(release(), IsEmpty());
  EXPECT_THAT(acquired(1, kMic, kCam), ElementsAre(StopTrack{kMic}, StopTrack{kCam}));
  EXPECT_EQ(counters.value(Tally::LateDevicesStopped), 2);
  EXPECT_TRUE(media.track(Source::Camera).empty());
}

TEST_F(LocalMediaTest, StopsWhatAnEarlierCallAskedFor) {
  begin(false, true);
  release();
  EXPECT_THAT(begin(false, true), ElementsAre(camera_alone(2)));
  EXPECT_THAT(acquired(1, {}, TrackId{"old"}), ElementsAre(StopTrack{TrackId{"old"}}));
  acquired(2, {}, kCam);
  EXPECT_EQ(media.track(Source::Camera), kCam);
}

TEST_F(LocalMediaTest, ReleasesEveryDeviceAtOnce) {
  begin_live();
  want(Source::Camera, false);
  EXPECT_THAT(release(), ElementsAre(StopTrack{kMic}, StopTrack{kCam}));
  EXPECT_EQ(media.deadline(), kNever);
  EXPECT_THAT(release(), IsEmpty());
  EXPECT_THAT(want(Source::Camera, true), IsEmpty()) << "no device without a call";
}

TEST_F(LocalMediaTest, AsksForEachDeviceAloneWhenOneSpoilsTheSharedPrompt) {
  begin(true, true);
  EXPECT_THAT(failed(1, "NotFoundError"), ElementsAre(microphone_alone(2), camera_alone(3)));
  EXPECT_EQ(media.view(Source::Camera), kStarting);
  acquired(2, kMic, {});
  EXPECT_THAT(failed(3, "NotFoundError", "no camera"), IsEmpty()) << "no third try";
  EXPECT_EQ(media.track(Source::Microphone), kMic);
  EXPECT_EQ(media.view(Source::Camera), (MediaView{MediaState::Error, MediaReason::NoDevice}));
  EXPECT_FALSE(media.announced(Source::Camera));
  EXPECT_EQ(media.error_text(), "no camera");
}

TEST_F(LocalMediaTest, AsksAloneOnlyForWhatIsStillWanted) {
  begin(true, true);
  want(Source::Camera, false);
  EXPECT_THAT(failed(1, "NotReadableError"), ElementsAre(microphone_alone(2)));
}

TEST_F(LocalMediaTest, DoesNotRepeatAPromptThatWasDismissedOrCannotBeShown) {
  begin(true, true);
  EXPECT_THAT(failed(1, "NotAllowedError", "Permission dismissed"), IsEmpty());
  EXPECT_EQ(media.view(Source::Camera),
            (MediaView{MediaState::Error, MediaReason::PermissionDismissed}));
  begin(true, true);
  EXPECT_THAT(failed(2, "SecurityError"), IsEmpty());
  EXPECT_EQ(media.view(Source::Microphone),
            (MediaView{MediaState::Error, MediaReason::InsecureContext}));
}

TEST_F(LocalMediaTest, TriesAgainWhenAFailedDeviceIsAskedForOnceMore) {
  begin(false, true);
  failed(1, "NotReadableError");
  EXPECT_THAT(want(Source::Camera, true), ElementsAre(camera_alone(2)));
  EXPECT_EQ(media.view(Source::Camera), kStarting);
}

TEST_F(LocalMediaTest, GivesUpAfterAMinuteAndStopsWhatComesLater) {
  begin(true, true);
  EXPECT_EQ(media.deadline(), now + 60s);
  now += 60s - Duration(1);
  deadline();
  EXPECT_EQ(media.view(Source::Camera), kStarting);
  now += Duration(1);
  EXPECT_THAT(deadline(), IsEmpty());
  EXPECT_EQ(media.view(Source::Camera), (MediaView{MediaState::Error, MediaReason::Timeout}));
  EXPECT_EQ(media.deadline(), kNever);
  EXPECT_THAT(acquired(1, kMic, kCam), ElementsAre(StopTrack{kMic}, StopTrack{kCam}));
}

TEST_F(LocalMediaTest, ShowsAnUnpluggedDeviceAndOpensItAgainOnRequest) {
  begin_live();
  ended(kCam);
  EXPECT_EQ(media.view(Source::Camera), (MediaView{MediaState::Ended, MediaReason::DeviceLost}));
  EXPECT_TRUE(media.track(Source::Camera).empty());
  EXPECT_FALSE(media.announced(Source::Camera));
  EXPECT_EQ(media.view(Source::Microphone), kOn);
  EXPECT_THAT(want(Source::Camera, true), ElementsAre(camera_alone(2)));
}

TEST_F(LocalMediaTest, OverlooksTheEndOfATrackThatItNoLongerHas) {
  begin_live();
  ended(TrackId{"another"});
  EXPECT_EQ(media.view(Source::Camera), kOn);
  begin(false, false);
  ended(TrackId{});
  EXPECT_EQ(media.view(Source::Camera), kOff);
  EXPECT_THAT(want(Source::Camera, true), ElementsAre(camera_alone(2)));
}

TEST_F(LocalMediaTest, ShowsADeviceThatTheBrowserLeftOutAsMissing) {
  begin(true, true);
  acquired(1, kMic, {});
  EXPECT_EQ(media.view(Source::Camera), (MediaView{MediaState::Error, MediaReason::NoDevice}));
  EXPECT_EQ(media.view(Source::Microphone), kOn);
}

TEST_F(LocalMediaTest, DropsAFailureThatBelongsToNothing) {
  begin_live();
  EXPECT_THAT(failed(1, "NotReadableError"), IsEmpty());
  EXPECT_THAT(failed(99, "NotReadableError"), IsEmpty());
  EXPECT_EQ(media.view(Source::Camera), kOn);
}

TEST(DeviceFailure, IsToldFromTheNameAndTheWords) {
  struct Row {
    std::string name;
    std::string message;
    MediaReason reason;
  };
  const std::vector<Row> rows = {
      {"NotAllowedError", "Permission denied", MediaReason::PermissionDenied},
      {"NotAllowedError", "Permission denied by system", MediaReason::PermissionBlocked},
      {"NotAllowedError", "Permission denied by policy", MediaReason::PermissionBlocked},
      {"NotAllowedError", "Permission dismissed", MediaReason::PermissionDismissed},
      {"NotAllowedError", "", MediaReason::PermissionDenied},
      // Firefox, and Safari: for every refusal.
      {"NotAllowedError",
       "The request is not allowed by the user agent or the platform in the current context.",
       MediaReason::PermissionDenied},
      {"SecurityError", "dismissed", MediaReason::InsecureContext},
      {"NotFoundError", "Requested device not found", MediaReason::NoDevice},
      {"NotReadableError", "Could not start video source", MediaReason::InUse},
      {"OverconstrainedError", "", MediaReason::Constraint},
      {"ProcessorError", "Error: no blur", MediaReason::ProcessorFailed},
      {"AbortError", "", MediaReason::DeviceError},
      {"TypeError", "", MediaReason::DeviceError},
      {"", "", MediaReason::DeviceError},
  };
  for (const Row& row : rows)
    EXPECT_EQ(device_failure(row.name, row.message), row.reason) << row.name << row.message;
}

}  // namespace
}  // namespace groupcall
