// One device takes over from another: chosen, vanished, plugged in.
#include <gmock/gmock.h>

#include <map>

#include "core/base/random.h"
#include "core/media/local_media.h"
#include "tests/unit/record_printing.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr MediaView kIsOn{MediaState::On, MediaReason::None};
constexpr MediaView kIsOff{MediaState::Off, MediaReason::SelfOff};
constexpr MediaView kIsReplacing{MediaState::Replacing, MediaReason::Starting};
constexpr MediaView kHasEnded{MediaState::Ended, MediaReason::DeviceLost};

const DeviceInfo kFront{DeviceKind::Camera, "front", "Front"};
const DeviceInfo kBack{DeviceKind::Camera, "back", "Back"};
const DeviceInfo kHeadset{DeviceKind::Microphone, "headset", "Headset"};

/// A call whose camera `front` and microphone `headset` are live.
class DeviceSwitchTest : public testing::Test {
 protected:
  DeviceSwitchTest() { begin({}); }

  void begin(OffPolicy off) {
    media = LocalMedia(off);
    ids = {};
    JoinRequested wish;
    wish.audio = wish.video = true;
    wish.video_constraints = kConstraints;
    doing([&](auto& out) { media.begin(wish, out); });
    doing([&](auto& out) {
      media.on_acquired({OpId{1}, {kMic, "headset", ""}, {kCam, "front", ""}}, out);
    });
    listed({kHeadset, kFront, kBack});
  }
  template <class Act>
  Commands doing(Act act) {
    LocalMedia::Output out{now, ids, counters, commands};
    act(out);
    return std::exchange(commands, {});
  }
  Commands want(Source source, bool on) {
    return doing([&](auto& out) { media.want(source, on, out); });
  }
  Commands choose(const std::string& id) {
    return doing([&](auto& out) { media.choose(Source::Camera, id, out); });
  }
  Commands camera_comes(std::int64_t op, const TrackId& track, const std::string& id = "back") {
    return doing([&](auto& out) { media.on_acquired({OpId{op}, {}, {track, id, ""}}, out); });
  }
  Commands fails(std::int64_t op, const std::string& name) {
    return doing([&](auto& out) { media.on_failed({OpId{op}, name, "words"}, out); });
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
  Commands after(Duration passed) {
    now += passed;
    return doing([&](auto& out) { media.on_deadline(out); });
  }
  Commands drop_former(Source source) {
    return doing([&](auto& out) { media.drop_former(source, out); });
  }
  MediaView camera() const { return media.view(Source::Camera); }

  static AcquireMedia asks(std::int64_t op, const std::string& device) {
    return {OpId{op}, false, true, "", kConstraints, device};
  }
  static AcquireMedia asks_for_any(std::int64_t op) {
    return {OpId{op}, false, true, "", kConstraints, "", true};
  }

  static constexpr auto kConstraints = R"({"v":1})";
  const TrackId kMic{"mic"};
  const TrackId kCam{"cam"};
  const TrackId kNext{"next"};

  Instant now{10s};
  IdSource ids;
  Counters counters;
  Commands commands;
  LocalMedia media;
};

TEST_F(DeviceSwitchTest, SendsTheOldCameraUntilTheNewOneIsThereAndAttached) {
  EXPECT_THAT(choose("back"), ElementsAre(asks(2, "back")));
  EXPECT_EQ(camera(), kIsReplacing);
  EXPECT_EQ(media.track(Source::Camera), kCam) << "still sent";
  EXPECT_TRUE(media.announced(Source::Camera)) << "the others see no toggle";
  EXPECT_THAT(camera_comes(2, kNext), IsEmpty()) << "what links still send is not stopped";
  EXPECT_EQ(media.track(Source::Camera), kNext);
  EXPECT_EQ(media.former(Source::Camera), kCam);
  EXPECT_EQ(media.device_id(Source::Camera), "back");
  EXPECT_EQ(camera(), kIsOn);
  EXPECT_THAT(drop_former(Source::Camera), ElementsAre(StopTrack{kCam}));
  EXPECT_EQ(media.deadline(), kNever);
}

TEST_F(DeviceSwitchTest, StopsTheOldOneAfterTwoSecondsEvenIfALinkCannotLetGoOfIt) {
  choose("back");
  camera_comes(2, kNext);
  EXPECT_EQ(media.deadline(), now + 2s);
  EXPECT_THAT(after(2s - Duration(1)), IsEmpty());
  EXPECT_THAT(after(Duration(1)), ElementsAre(StopTrack{kCam}));
  EXPECT_TRUE(media.former(Source::Camera).empty());
}

TEST_F(DeviceSwitchTest, DoesNothingForTheDeviceThatIsInUse) {
  EXPECT_THAT(choose("front"), IsEmpty());
  EXPECT_EQ(camera(), kIsOn);
}

TEST_F(DeviceSwitchTest, FollowsOnlyTheLastOfManyChoices) {
  choose("back");
  EXPECT_THAT(choose("third"), IsEmpty()) << "one at a time";
  EXPECT_THAT(choose("fourth"), IsEmpty());
  EXPECT_THAT(camera_comes(2, kNext), ElementsAre(StopTrack{kNext}, asks(3, "fourth")));
  EXPECT_EQ(media.track(Source::Camera), kCam);
  EXPECT_THAT(camera_comes(3, TrackId{"4"}), IsEmpty());
  EXPECT_EQ(media.device_id(Source::Camera), "fourth");
}

TEST_F(DeviceSwitchTest, StaysWithTheOldOneThatIsChosenAgainMeanwhile) {
  choose("back");
  choose("front");
  EXPECT_THAT(camera_comes(2, kNext), ElementsAre(StopTrack{kNext}));
  EXPECT_EQ(media.track(Source::Camera), kCam);
  EXPECT_EQ(camera(), kIsOn);
}

TEST_F(DeviceSwitchTest, ForgetsTheFailureOfAChoiceThatIsNoLongerOne) {
  choose("back");
  choose("third");
  EXPECT_THAT(fails(2, "NotReadableError"), ElementsAre(asks(3, "third")));
  EXPECT_EQ(camera(), kIsReplacing);
}

TEST_F(DeviceSwitchTest, ReleasesTheOldOneWhereTheBrowserCannotOpenBoth) {
  choose("back");
  EXPECT_THAT(fails(2, "NotReadableError"), ElementsAre(StopTrack{kCam}, asks(3, "back")));
  EXPECT_EQ(camera(), kIsReplacing) << "nothing has failed yet";
  EXPECT_TRUE(media.track(Source::Camera).empty());
  EXPECT_TRUE(media.announced(Source::Camera));
  EXPECT_THAT(camera_comes(3, kNext), IsEmpty());
  EXPECT_EQ(camera(), kIsOn);
  EXPECT_EQ(media.device_id(Source::Camera), "back");
}

TEST_F(DeviceSwitchTest, GoesBackToTheOldOneAndSaysWhyWhenTheNewOneDoesNotWorkAlone) {
  choose("back");
  fails(2, "NotReadableError");
  EXPECT_THAT(fails(3, "NotReadableError"), ElementsAre(asks(4, "front")));
  EXPECT_EQ(camera(), (MediaView{MediaState::Replacing, MediaReason::InUse}));
  EXPECT_THAT(camera_comes(4, TrackId{"again"}), IsEmpty()) << "and is not asked for once more";
  EXPECT_EQ(camera(), (MediaView{MediaState::On, MediaReason::InUse}));
  EXPECT_EQ(media.device_id(Source::Camera), "front");
  EXPECT_EQ(media.error_text(), "words");
  EXPECT_THAT(choose("back"), ElementsAre(asks(5, "back"))) << "may be chosen again";
  EXPECT_EQ(camera(), kIsReplacing);
}

TEST_F(DeviceSwitchTest, KeepsTheOldOneWhereItIsNotInTheWay) {
  choose("gone");
  EXPECT_THAT(fails(2, "OverconstrainedError"), IsEmpty());
  EXPECT_EQ(media.track(Source::Camera), kCam);
  EXPECT_EQ(camera(), (MediaView{MediaState::On, MediaReason::Constraint}));
  want(Source::Camera, false);
  EXPECT_THAT(want(Source::Camera, true), ElementsAre(EnableTrack{kCam, true}));
  EXPECT_EQ(camera(), kIsOn) << "old trouble is forgotten";
}

TEST_F(DeviceSwitchTest, FailsWhenEvenTheOldOneDoesNotComeBack) {
  choose("back");
  fails(2, "NotReadableError");
  fails(3, "NotReadableError");
  EXPECT_THAT(fails(4, "NotReadableError"), IsEmpty());
  EXPECT_EQ(camera(), (MediaView{MediaState::Error, MediaReason::InUse}));
  EXPECT_FALSE(media.announced(Source::Camera));
  EXPECT_EQ(media.deadline(), kNever);
}

TEST_F(DeviceSwitchTest, WaitsForNoDeviceWithoutALimit) {
  choose("back");
  EXPECT_EQ(media.deadline(), now + 60s);
  EXPECT_THAT(after(60s), IsEmpty());
  EXPECT_EQ(camera(), (MediaView{MediaState::On, MediaReason::Timeout})) << "with the old one";
  EXPECT_THAT(camera_comes(2, kNext), ElementsAre(StopTrack{kNext})) << "too late";

  choose("third");
  fails(3, "AbortError");
  EXPECT_EQ(media.deadline(), now + 15s) << "no question is asked any more";
  EXPECT_THAT(after(15s), ElementsAre(asks(5, "front")));
  EXPECT_EQ(media.deadline(), now + 15s);
  EXPECT_THAT(after(15s), IsEmpty());
  EXPECT_EQ(camera(), (MediaView{MediaState::Error, MediaReason::Timeout}));
}

TEST_F(DeviceSwitchTest, TurnsOffAtOnceInTheMiddleOfASwitch) {
  choose("back");
  EXPECT_THAT(want(Source::Camera, false), ElementsAre(EnableTrack{kCam, false}));
  EXPECT_EQ(camera(), kIsOff);
  EXPECT_THAT(camera_comes(2, kNext), ElementsAre(StopTrack{kNext}));
  EXPECT_THAT(after(120ms), ElementsAre(StopTrack{kCam}));
  EXPECT_THAT(want(Source::Camera, true), ElementsAre(asks(3, "back"))) << "the choice stays";
}

TEST_F(DeviceSwitchTest, SwitchesAfterAllWhenTurnedOnAgainBeforeTheOldOneWasReleased) {
  choose("back");
  want(Source::Camera, false);
  EXPECT_THAT(want(Source::Camera, true), ElementsAre(EnableTrack{kCam, true}, asks(3, "back")));
  EXPECT_THAT(camera_comes(2, kNext), ElementsAre(StopTrack{kNext})) << "of the first time";
  camera_comes(3, TrackId{"3"});
  EXPECT_EQ(media.device_id(Source::Camera), "back");
}

TEST_F(DeviceSwitchTest, StopsTheFormerTrackOfACameraThatIsTurnedOff) {
  choose("back");
  camera_comes(2, kNext);
  EXPECT_THAT(want(Source::Camera, false), ElementsAre(EnableTrack{kNext, false}, StopTrack{kCam}));
}

TEST_F(DeviceSwitchTest, NeverSendsTheNewMicrophoneOfSomebodyWhoIsMuted) {
  want(Source::Microphone, false);
  const auto switches = doing([&](auto& out) { media.choose(Source::Microphone, "desk", out); });
  EXPECT_THAT(switches, ElementsAre(AcquireMedia{OpId{2}, true, false, "", "", "desk"}));
  EXPECT_EQ(media.view(Source::Microphone), kIsOff);
  const TrackId desk{"desk-1"};
  EXPECT_THAT(doing([&](auto& out) {
                media.on_acquired({OpId{2}, {desk, "desk", ""}, {}}, out);
              }),
              ElementsAre(EnableTrack{desk, false}, StopTrack{kMic}));
  EXPECT_THAT(want(Source::Microphone, true), ElementsAre(EnableTrack{desk, true}));
}

TEST_F(DeviceSwitchTest, HonoursAMuteThatComesWhileTheMicrophoneIsReplaced) {
  doing([&](auto& out) { media.choose(Source::Microphone, "desk", out); });
  EXPECT_THAT(want(Source::Microphone, false), ElementsAre(EnableTrack{kMic, false}));
  const TrackId desk{"desk-1"};
  EXPECT_THAT(doing([&](auto& out) {
                media.on_acquired({OpId{2}, {desk, "desk", ""}, {}}, out);
              }),
              ElementsAre(EnableTrack{desk, false}, StopTrack{kMic}));
}

TEST_F(DeviceSwitchTest, UsesTheChoiceOfACameraThatIsOff) {
  want(Source::Camera, false);
  after(120ms);
  EXPECT_THAT(choose("back"), IsEmpty()) << "its light stays off";
  EXPECT_THAT(want(Source::Camera, true), ElementsAre(asks(2, "back")));
  EXPECT_EQ(camera(), (MediaView{MediaState::Loading, MediaReason::Starting}));
}

TEST_F(DeviceSwitchTest, TakesAnotherWhereTheChosenOneIsNoLongerThere) {
  want(Source::Camera, false);
  after(120ms);
  choose("back");
  want(Source::Camera, true);
  EXPECT_THAT(fails(2, "OverconstrainedError"), ElementsAre(asks_for_any(3)));
  EXPECT_EQ(camera(), (MediaView{MediaState::Replacing, MediaReason::DeviceLost}));
  camera_comes(3, kNext, "front");
  EXPECT_EQ(camera(), (MediaView{MediaState::On, MediaReason::DeviceLost})) << "and says so";
}

TEST_F(DeviceSwitchTest, TriesAFailedDeviceAnewWithAnotherChoice) {
  want(Source::Camera, false);
  after(120ms);
  want(Source::Camera, true);
  fails(2, "NotReadableError");
  EXPECT_THAT(choose("back"), ElementsAre(asks(3, "back")));
}

TEST_F(DeviceSwitchTest, ReplacesADeviceThatVanishesByTheNextAndSaysSo) {
  EXPECT_THAT(ended(kCam), ElementsAre(asks_for_any(2)));
  EXPECT_EQ(camera(), (MediaView{MediaState::Replacing, MediaReason::DeviceLost}));
  EXPECT_TRUE(media.track(Source::Camera).empty());
  EXPECT_TRUE(media.announced(Source::Camera));
  EXPECT_THAT(camera_comes(2, kNext), IsEmpty());
  EXPECT_EQ(camera(), (MediaView{MediaState::On, MediaReason::DeviceLost}));
  EXPECT_EQ(media.device_id(Source::Camera), "back");
}

TEST_F(DeviceSwitchTest, EndsADeviceThatVanishesWhereThereIsNoOther) {
  listed({kHeadset, kFront});
  EXPECT_THAT(ended(kCam), IsEmpty());
  EXPECT_EQ(camera(), kHasEnded);
  EXPECT_FALSE(media.announced(Source::Camera));
  EXPECT_THAT(ended(kMic), IsEmpty());
  EXPECT_EQ(media.view(Source::Microphone), kHasEnded) << "cameras are no microphones";
}

TEST_F(DeviceSwitchTest, EndsADeviceWhoseSuccessorHasVanishedToo) {
  ended(kCam);
  EXPECT_THAT(fails(2, "NotFoundError"), IsEmpty());
  EXPECT_EQ(camera(), kHasEnded);
}

// A virtual camera that breaks at once, again and again, is not opened again and again.
TEST_F(DeviceSwitchTest, DoesNotReplaceASuccessorThatEndsAtOnce) {
  EXPECT_THAT(ended(kCam), ElementsAre(asks_for_any(2)));
  camera_comes(2, kNext, "back");
  now += deadlines::kFallbackPause - Duration{1};
  EXPECT_THAT(ended(kNext), IsEmpty());
  EXPECT_EQ(camera(), kHasEnded);
}

TEST_F(DeviceSwitchTest, ReplacesASuccessorThatVanishesLater) {
  ended(kCam);
  camera_comes(2, kNext, "back");
  now += deadlines::kFallbackPause;
  EXPECT_THAT(ended(kNext), ElementsAre(asks_for_any(3)));
}

TEST_F(DeviceSwitchTest, FollowsAChoiceThatWasMadeWhileAnotherDeviceFailedToOpen) {
  want(Source::Camera, false);
  after(deadlines::kBlackFrames);
  want(Source::Camera, true);
  choose("back");
  EXPECT_THAT(fails(2, "NotReadableError"), ElementsAre(asks(3, "back")));
  EXPECT_THAT(fails(3, "NotReadableError"), IsEmpty()) << "and ends with it";
}

TEST_F(DeviceSwitchTest, AsksNotAgainForAChoiceThatWasMadeBeforeARefusal) {
  want(Source::Camera, false);
  after(deadlines::kBlackFrames);
  want(Source::Camera, true);
  choose("back");
  EXPECT_THAT(fails(2, "NotAllowedError"), IsEmpty());
}

TEST_F(DeviceSwitchTest, PicksADeviceUpThatIsPluggedInWhileItIsWanted) {
  listed({kHeadset, kFront});
  ended(kCam);
  EXPECT_THAT(listed({kHeadset}), IsEmpty());
  EXPECT_THAT(listed({kHeadset, {DeviceKind::Speaker, "loud", ""}}), IsEmpty());
  EXPECT_THAT(listed({kHeadset, kBack}), ElementsAre(asks_for_any(2)));
  camera_comes(2, kNext);
  EXPECT_EQ(camera(), kIsOn);
}

TEST_F(DeviceSwitchTest, LeavesADeviceAloneThatIsPluggedInWhileTheCameraIsOff) {
  listed({kHeadset, kFront});
  ended(kCam);
  want(Source::Camera, false);
  EXPECT_THAT(listed({kHeadset, kFront, kBack}), IsEmpty());
}

TEST_F(DeviceSwitchTest, KeepsTheSwitchThatIsUnderWayWhenTheOldOneVanishes) {
  choose("back");
  EXPECT_THAT(ended(kCam), IsEmpty());
  EXPECT_EQ(camera(), kIsReplacing);
  EXPECT_TRUE(media.track(Source::Camera).empty());
  EXPECT_THAT(camera_comes(2, kNext), IsEmpty());
  EXPECT_EQ(camera(), kIsOn);
}

TEST_F(DeviceSwitchTest, TakesAnyWhenBothTheOldAndTheChosenOneAreGone) {
  choose("back");
  ended(kCam);
  EXPECT_THAT(fails(2, "OverconstrainedError"), ElementsAre(asks_for_any(3)));
  EXPECT_EQ(camera(), (MediaView{MediaState::Replacing, MediaReason::DeviceLost}));
}

TEST_F(DeviceSwitchTest, OverlooksTheEndOfAFormerTrack) {
  choose("back");
  camera_comes(2, kNext);
  EXPECT_THAT(ended(kCam), IsEmpty());
  EXPECT_EQ(media.track(Source::Camera), kNext);
  EXPECT_THAT(drop_former(Source::Camera), IsEmpty());
}

TEST_F(DeviceSwitchTest, PicksAPermissionUpThatIsGivenLater) {
  listed({kHeadset, kFront}, true, false);
  want(Source::Camera, false);
  after(120ms);
  want(Source::Camera, true);
  fails(2, "NotAllowedError");
  EXPECT_EQ(camera(), (MediaView{MediaState::Error, MediaReason::PermissionDenied}));
  EXPECT_THAT(listed({kHeadset, kFront, kBack}, true, false), IsEmpty()) << "not asked again";
  EXPECT_THAT(listed({kHeadset, kFront, kBack}, true, true), ElementsAre(asks(3, "")));
}

TEST_F(DeviceSwitchTest, FindsADeviceThatWasMissingFromTheBeginning) {
  JoinRequested wish;
  wish.video = true;
  wish.video_constraints = kConstraints;
  listed({kHeadset});
  doing([&](auto& out) { media.begin(wish, out); });
  fails(2, "NotFoundError");
  EXPECT_THAT(listed({kHeadset}), IsEmpty());
  EXPECT_THAT(listed({kHeadset, kFront}), ElementsAre(asks(3, "")));
}

TEST_F(DeviceSwitchTest, StopsBothTracksOfASwitchWhenTheCallEnds) {
  choose("back");
  camera_comes(2, kNext);
  EXPECT_THAT(doing([&](auto& out) { media.release(out); }),
              ElementsAre(StopTrack{kMic}, StopTrack{kNext}, StopTrack{kCam}));
  EXPECT_EQ(media.deadline(), kNever);
  EXPECT_THAT(choose("front"), IsEmpty()) << "outside a call";
}

TEST_F(DeviceSwitchTest, MutesACameraThatIsToBeKept) {
  begin({.keep_camera = true, .release_microphone = false});
  EXPECT_THAT(want(Source::Camera, false), ElementsAre(EnableTrack{kCam, false}));
  EXPECT_EQ(media.deadline(), kNever);
  EXPECT_EQ(media.track(Source::Camera), kCam);
  EXPECT_THAT(choose("back"), ElementsAre(asks(2, "back")));
  EXPECT_THAT(camera_comes(2, kNext), ElementsAre(EnableTrack{kNext, false}, StopTrack{kCam}));
  EXPECT_THAT(want(Source::Camera, true), ElementsAre(EnableTrack{kNext, true}));
}

TEST_F(DeviceSwitchTest, ReleasesAMicrophoneThatIsNotToBeKept) {
  begin({.keep_camera = false, .release_microphone = true});
  EXPECT_THAT(want(Source::Microphone, false), ElementsAre(EnableTrack{kMic, false}));
  EXPECT_THAT(after(120ms), ElementsAre(StopTrack{kMic}));
  EXPECT_THAT(want(Source::Microphone, true), ElementsAre(AcquireMedia{OpId{2}, true, false}));
  want(Source::Microphone, false);
  EXPECT_THAT(doing([&](auto& out) {
                media.on_acquired({OpId{2}, {kNext, "headset", ""}, {}}, out);
              }),
              ElementsAre(StopTrack{kNext}));
}

// ---- whatever happens, in whatever order -----------------------------------------------

/// A browser that grants, refuses and loses devices as it likes, and what must hold all the same.
class AnyOrder {
 public:
  AnyOrder(std::uint64_t seed, OffPolicy off)
      : random_("any-order-" + std::to_string(seed)), off_(off), media_(off) {}

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
    act_on_release();
    while (!asked_.empty()) answer();
    EXPECT_TRUE(tracks_.empty()) << "a device is left on";
    EXPECT_EQ(media_.deadline(), kNever);
  }

 private:
  struct Track {
    Source source;
    bool enabled = true;
  };

  std::uint64_t below(std::uint64_t limit) { return random_.below(limit); }
  template <class Act>
  void act(Act run) {
    Commands commands;
    LocalMedia::Output out{now_, ids_, counters_, commands};
    run(out);
    for (const Command& command : commands) carry_out(command);
    check();
  }

  void carry_out(const Command& command) {
    if (const auto* ask = std::get_if<AcquireMedia>(&command)) {
      asked_.push_back(*ask);
    } else if (const auto* enable = std::get_if<EnableTrack>(&command)) {
      ASSERT_TRUE(tracks_.contains(enable->track.value)) << "mutes what is stopped";
      tracks_[enable->track.value].enabled = enable->enabled;
    } else if (const auto* stop = std::get_if<StopTrack>(&command)) {
      EXPECT_EQ(tracks_.erase(stop->track.value), 1U) << "stops what is stopped";
    }
  }

  void check() {
    for (Source source : {Source::Microphone, Source::Camera}) {
      const bool wanted = wanted_[static_cast<std::size_t>(source)];
      const TrackId& sent = media_.track(source);
      int live = 0;
      for (const auto& [id, track] : tracks_) {
        if (track.source != source) continue;
        ++live;
        EXPECT_TRUE(wanted || !track.enabled) << id << " is not muted, and not wanted";
        EXPECT_TRUE(id == sent.value || id == media_.former(source).value) << id << " is forgotten";
      }
      EXPECT_LE(live, media_.former(source).empty() ? 1 : 2);
      EXPECT_TRUE(sent.empty() || tracks_.contains(sent.value)) << "sends what is stopped";
      const MediaView view = media_.view(source);
      EXPECT_EQ(view.state == MediaState::Off, !wanted || !in_call_)
          << wanted << in_call_ << static_cast<int>(view.state);
      EXPECT_TRUE(view.state != MediaState::On || !sent.empty()) << "on, and nothing is sent";
      const bool waits = view.state == MediaState::Loading || view.state == MediaState::Replacing;
      EXPECT_TRUE(!waits || media_.deadline() != kNever) << "waits without a deadline";
      const bool down = view.state == MediaState::Error || view.state == MediaState::Ended;
      EXPECT_TRUE(!down || !media_.announced(source));
    }
  }

  void answer() {
    const auto at = static_cast<std::size_t>(below(asked_.size()));
    const AcquireMedia ask = asked_[at];
    asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(at));
    static constexpr const char* kNames[] = {"NotAllowedError", "NotFoundError", "NotReadableError",
                                             "OverconstrainedError", "AbortError"};
    if (below(3) == 0) {
      const char* name = kNames[below(std::size(kNames))];
      return act([&](auto& out) { media_.on_failed({ask.op, name, ""}, out); });
    }
    MediaAcquired got{ask.op, {}, {}};
    if (ask.microphone) got.microphone = make(Source::Microphone, ask.device);
    if (ask.camera) got.camera = make(Source::Camera, ask.device);
    act([&](auto& out) { media_.on_acquired(got, out); });
  }

  AcquiredTrack make(Source source, const std::string& device) {
    const std::string id = "t" + std::to_string(++made_);
    tracks_[id] = {source};
    return {TrackId{id}, device.empty() ? "d0" : device, ""};
  }

  void lose() {
    if (tracks_.empty()) return;
    auto at = tracks_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(below(tracks_.size())));
    const TrackId track{at->first};
    tracks_.erase(at);
    act([&](auto& out) { media_.on_track_ended({track}, out); });
  }

  void list() {
    DevicesListed all;
    for (std::uint64_t i = below(4); i > 0; --i)
      all.devices.push_back(
          {static_cast<DeviceKind>(below(3)), "d" + std::to_string(below(3)), ""});
    all.camera_granted = below(2) == 0;
    all.microphone_granted = below(2) == 0;
    act([&](auto& out) { media_.on_devices(all, out); });
  }

  void step() {
    const auto source = static_cast<Source>(below(2));
    bool& wanted = wanted_[static_cast<std::size_t>(source)];
    now_ += std::chrono::milliseconds(below(100));
    if (media_.deadline() <= now_) act([&](auto& out) { media_.on_deadline(out); });
    switch (below(12)) {
      case 0:
        if (in_call_) act_on_release();
        break;
      case 1: {
        if (in_call_) break;
        JoinRequested wish;
        wanted_[0] = wish.audio = below(4) > 0;
        wanted_[1] = wish.video = below(4) > 0;
        in_call_ = true;
        act([&](auto& out) { media_.begin(wish, out); });
        break;
      }
      case 2:
      case 3:
        if (in_call_) {
          wanted = !wanted;
          const bool on = wanted;
          act([&](auto& out) { media_.want(source, on, out); });
        }
        break;
      case 4:
      case 5: {
        const std::string id = "d" + std::to_string(below(3));
        act([&](auto& out) { media_.choose(source, id, out); });
        break;
      }
      case 6:
        lose();
        break;
      case 7:
        list();
        break;
      case 8:
        act([&](auto& out) { media_.drop_former(source, out); });
        break;
      case 9:
        if (media_.deadline() != kNever && below(4) == 0) {
          now_ = std::max(now_, media_.deadline());
          act([&](auto& out) { media_.on_deadline(out); });
        }
        break;
      default:
        if (!asked_.empty()) answer();
    }
  }

  void act_on_release() {
    in_call_ = false;
    wanted_ = {};
    act([&](auto& out) { media_.release(out); });
    EXPECT_TRUE(tracks_.empty()) << "nothing is live after leaving";
  }

  Random random_;
  OffPolicy off_;
  LocalMedia media_;
  Instant now_{10s};
  IdSource ids_;
  Counters counters_;
  bool in_call_ = false;
  std::array<bool, 2> wanted_{};
  std::vector<AcquireMedia> asked_;
  std::map<std::string, Track> tracks_;
  int made_ = 0;
};

TEST(AnyOrderOfEvents, LeavesNobodySentUnmutedAndNothingOn) {
  for (std::uint64_t seed = 0; seed < 400 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    AnyOrder(seed, {seed % 2 == 1, seed % 4 >= 2}).run(300);
  }
}

}  // namespace
}  // namespace groupcall
