#include "core/media/screen_share.h"

#include <gmock/gmock.h>

#include "tests/unit/record_printing.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TrackId kScreen{"screen-1"};
const TrackId kSound{"sound-1"};
constexpr MediaView kShared{MediaState::On, MediaReason::None};
constexpr MediaView kNotShared{MediaState::Off, MediaReason::SelfOff};
constexpr MediaView kAsking{MediaState::Loading, MediaReason::Starting};
constexpr MediaView kStoppedOutside{MediaState::Ended, MediaReason::Stopped};

class ScreenShareTest : public testing::Test {
 protected:
  /// Lets `act` run and returns what it asked for.
  template <class Act>
  Commands doing(Act act) {
    ScreenShare::Output out{now, ids, counters, commands};
    act(out);
    return std::exchange(commands, {});
  }
  Commands want(bool on, bool audio = true) {
    return doing([&](auto& out) { share.want({on, audio, false, R"({"v":1})"}, out); });
  }
  Commands acquired(std::int64_t op, const TrackId& screen, const TrackId& sound = {}) {
    MediaAcquired event;
    event.op = OpId{op};
    event.screen.track = screen;
    event.screen_audio.track = sound;
    return doing([&](auto& out) { share.on_acquired(event, out); });
  }
  void failed(std::int64_t op, const std::string& name, const std::string& message = "words") {
    share.on_failed({OpId{op}, name, message});
  }
  Commands ended(const TrackId& track) {
    return doing([&](auto& out) { share.on_track_ended({track}, out); });
  }
  Commands release() {
    return doing([&](auto& out) { share.release(out); });
  }
  static AcquireScreen prompt(std::int64_t op, bool audio = true) {
    return {OpId{op}, audio, false, R"({"v":1})"};
  }
  void begin_live() {
    want(true);
    acquired(1, kScreen, kSound);
  }
  std::int64_t stopped_late() const { return counters.value(Tally::LateDevicesStopped); }

  Instant now{10s};
  IdSource ids;
  Counters counters;
  Commands commands;
  ScreenShare share;
};

TEST_F(ScreenShareTest, IsOffUntilItIsAskedFor) {
  EXPECT_EQ(share.view(), kNotShared);
  EXPECT_TRUE(share.track().empty());
  EXPECT_EQ(share.deadline(), kNever);
}

TEST_F(ScreenShareTest, AsksAndIsOnWithItsSound) {
  EXPECT_THAT(want(true), ElementsAre(prompt(1)));
  EXPECT_EQ(share.view(), kAsking);
  EXPECT_TRUE(share.track().empty());
  EXPECT_THAT(acquired(1, kScreen, kSound), IsEmpty());
  EXPECT_EQ(share.view(), kShared);
  EXPECT_EQ(share.track(), kScreen);
  EXPECT_EQ(share.sound(), kSound);
  EXPECT_EQ(share.deadline(), kNever);
}

TEST_F(ScreenShareTest, AsksForWhatTheWishSays) {
  const Commands asked = doing([&](auto& out) { share.want({true, false, true, "{}"}, out); });
  EXPECT_THAT(asked, ElementsAre(AcquireScreen{OpId{1}, false, true, "{}"}));
  acquired(1, kScreen);
  EXPECT_TRUE(share.sound().empty());
}

TEST_F(ScreenShareTest, ThatIsOnDoesNotAskAgain) {
  begin_live();
  EXPECT_THAT(want(true), IsEmpty());
  EXPECT_EQ(share.track(), kScreen);
}

TEST_F(ScreenShareTest, StopsItsTracksWhenItIsTurnedOff) {
  begin_live();
  EXPECT_THAT(want(false), ElementsAre(StopTrack{kScreen}, StopTrack{kSound}));
  EXPECT_EQ(share.view(), kNotShared);
  EXPECT_TRUE(share.track().empty());
  EXPECT_TRUE(share.sound().empty());
  EXPECT_THAT(want(false), IsEmpty());
}

TEST_F(ScreenShareTest, HasOnePromptAtMost) {
  want(true);
  EXPECT_THAT(want(true), IsEmpty());
  EXPECT_THAT(want(false), IsEmpty());
  EXPECT_EQ(share.view(), kNotShared);
  EXPECT_THAT(want(true), IsEmpty()) << "the one that is open still counts";
  EXPECT_EQ(share.view(), kAsking);
  EXPECT_THAT(acquired(1, kScreen), IsEmpty());
  EXPECT_EQ(share.view(), kShared);
}

TEST_F(ScreenShareTest, StopsWhatComesOfAPromptThatIsNotWantedAnyMore) {
  want(true);
  want(false);
  EXPECT_THAT(acquired(1, kScreen, kSound), ElementsAre(StopTrack{kScreen}, StopTrack{kSound}));
  EXPECT_EQ(share.view(), kNotShared);
  EXPECT_EQ(stopped_late(), 1);
  EXPECT_THAT(want(true), ElementsAre(prompt(2))) << "that prompt is over";
}

TEST_F(ScreenShareTest, StopsWhatComesAfterTheEndOfTheCall) {
  want(true);
  EXPECT_THAT(release(), IsEmpty());
  EXPECT_EQ(share.deadline(), kNever);
  EXPECT_THAT(acquired(1, kScreen, kSound), ElementsAre(StopTrack{kScreen}, StopTrack{kSound}));
  EXPECT_EQ(share.view(), kNotShared);
  EXPECT_EQ(stopped_late(), 1);
}

TEST_F(ScreenShareTest, StopsTheAnswerOfAnotherPrompt) {
  want(true);
  release();
  want(true);
  EXPECT_THAT(acquired(1, TrackId{"old"}), ElementsAre(StopTrack{TrackId{"old"}}));
  EXPECT_EQ(share.view(), kAsking);
  acquired(2, kScreen);
  EXPECT_EQ(share.track(), kScreen);
  EXPECT_THAT(acquired(2, TrackId{"again"}), ElementsAre(StopTrack{TrackId{"again"}}));
  EXPECT_EQ(share.track(), kScreen);
}

TEST_F(ScreenShareTest, LeavesMicrophonesAndCamerasAlone) {
  begin_live();
  MediaAcquired devices;
  devices.op = OpId{7};
  devices.camera.track = TrackId{"cam"};
  EXPECT_THAT(doing([&](auto& out) { share.on_acquired(devices, out); }), IsEmpty());
  EXPECT_THAT(ended(TrackId{"cam"}), IsEmpty());
  failed(7, "NotFoundError");
  EXPECT_EQ(share.view(), kShared);
}

TEST_F(ScreenShareTest, IsReleasedWithTheCall) {
  begin_live();
  EXPECT_THAT(release(), ElementsAre(StopTrack{kScreen}, StopTrack{kSound}));
  EXPECT_EQ(share.view(), kNotShared);
}

TEST_F(ScreenShareTest, HasEndedWhenTheBrowserStopsIt) {
  begin_live();
  EXPECT_THAT(ended(kScreen), ElementsAre(StopTrack{kSound}));
  EXPECT_EQ(share.view(), kStoppedOutside);
  EXPECT_TRUE(share.track().empty());
  EXPECT_TRUE(share.sound().empty());
  EXPECT_THAT(ended(kSound), IsEmpty());
  EXPECT_EQ(share.view(), kStoppedOutside) << "and is not begun by itself";
  EXPECT_THAT(want(true), ElementsAre(prompt(2)));
}

TEST_F(ScreenShareTest, ThatHasEndedIsOffWhenItIsTurnedOff) {
  begin_live();
  ended(kScreen);
  EXPECT_THAT(want(false), IsEmpty());
  EXPECT_EQ(share.view(), kNotShared);
}

TEST_F(ScreenShareTest, OutlivesItsSound) {
  begin_live();
  EXPECT_THAT(ended(kSound), IsEmpty());
  EXPECT_EQ(share.view(), kShared);
  EXPECT_EQ(share.track(), kScreen);
  EXPECT_TRUE(share.sound().empty());
  EXPECT_THAT(want(false), ElementsAre(StopTrack{kScreen}));
}

TEST_F(ScreenShareTest, ThatFailsSaysWhyAndIsWantedNoMore) {
  struct Row {
    const char* name;
    const char* message;
    MediaReason reason;
  };
  const auto rows = {
      Row{"NotAllowedError", "Permission denied", MediaReason::PermissionDismissed},
      Row{"NotAllowedError", "Permission denied by user", MediaReason::PermissionDismissed},
      Row{"NotAllowedError", "Permission denied by system", MediaReason::PermissionBlocked},
      Row{"NotAllowedError", "disallowed by permissions policy", MediaReason::PermissionBlocked},
      Row{"InvalidStateError", "requires transient activation", MediaReason::NeedsGesture},
      Row{"NotSupportedError", "", MediaReason::Unsupported},
      Row{"SecurityError", "", MediaReason::InsecureContext},
      Row{"NotFoundError", "", MediaReason::NoDevice},
      Row{"NotReadableError", "", MediaReason::InUse},
      Row{"OverconstrainedError", "", MediaReason::Constraint},
      Row{"AbortError", "", MediaReason::DeviceError},
  };
  std::int64_t op = 0;
  for (const Row& row : rows) {
    EXPECT_THAT(want(true), ElementsAre(prompt(++op))) << "a new wish is a new try";
    failed(op, row.name, row.message);
    EXPECT_EQ(share.view(), (MediaView{MediaState::Error, row.reason})) << row.message;
    EXPECT_EQ(share.error_text(), *row.message == '\0' ? row.name : row.message);
    EXPECT_EQ(share.deadline(), kNever) << "nothing is tried again by itself";
  }
  EXPECT_THAT(want(false), IsEmpty());
  EXPECT_EQ(share.view(), kNotShared);
  EXPECT_EQ(share.error_text(), "");
}

TEST_F(ScreenShareTest, WithoutAPictureHasFailed) {
  want(true);
  EXPECT_THAT(acquired(1, {}, kSound), ElementsAre(StopTrack{kSound}));
  EXPECT_EQ(share.view(), (MediaView{MediaState::Error, MediaReason::NoDevice}));
}

TEST_F(ScreenShareTest, ThatFailsThoughItIsNotWantedAnyMoreIsJustOff) {
  want(true);
  want(false);
  failed(1, "NotAllowedError");
  EXPECT_EQ(share.view(), kNotShared);
  EXPECT_THAT(want(true), ElementsAre(prompt(2)));
}

TEST_F(ScreenShareTest, TakesNoFailureOfAnotherPrompt) {
  want(true);
  release();
  want(true);
  failed(1, "NotAllowedError");
  EXPECT_EQ(share.view(), kAsking);
}

TEST_F(ScreenShareTest, GivesUpAPromptAfterThreeMinutes) {
  want(true);
  EXPECT_EQ(share.deadline(), now + 180s);
  now += 180s - Duration(1);
  share.on_deadline(now);
  EXPECT_EQ(share.view(), kAsking);
  now += Duration(1);
  share.on_deadline(now);
  EXPECT_EQ(share.view(), (MediaView{MediaState::Error, MediaReason::Timeout}));
  EXPECT_EQ(share.deadline(), kNever);
  EXPECT_THAT(acquired(1, kScreen), ElementsAre(StopTrack{kScreen}));
}

TEST_F(ScreenShareTest, GivesUpAPromptThatIsNotWantedWithoutAWord) {
  want(true);
  want(false);
  now += 180s;
  share.on_deadline(now);
  EXPECT_EQ(share.view(), kNotShared);
  EXPECT_EQ(share.deadline(), kNever);
}

}  // namespace
}  // namespace groupcall
