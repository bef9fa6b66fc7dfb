// What stands still though it should move: its cause in the snapshot, and the steps of its repair.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Ben is connected, sees us and is seen; his picture and sound are `flowing` as we say.
class Stall : public testing::Test {
 protected:
  void SetUp() override {
    call.enter_with_devices({{"ben", "eb"}});
    while (call.now < Instant(1'010s)) step();
  }
  void set(bool heard, bool arrives, bool moves) {
    sound_flows = heard;
    bytes_flow = arrives;
    frames_flow = moves;
  }
  /// Until the next deadline of the core; a sample that is asked for is answered, and ben gives
  /// his signs of life.
  void step() {
    const OpId asked = call.stats_op;
    call.now = call.reaction.wake_at;
    const auto seconds = (call.now - Instant{}) / 1s;
    call.handle(Woke{});
    note();
    if (call.stats_op != asked) {
      sound += sound_flows ? 50 : 0;
      bytes += bytes_flow ? 50 : 0;
      frames += frames_flow ? 5 : 0;
      sent_sound += sends_sound ? 50 : 0;
      sent_picture += sends_picture ? 50 : 0;
      call.sample("ben", {{0, sound, 0, sent_sound}, {1, bytes, frames, sent_picture}});
      note();
    }
    if (alive && seconds != alive_at) {
      alive_at = seconds;
      hear(alive_text);
    }
  }
  void hear(const std::string& text) {
    call.handle(ChannelMessage{UserId{"ben"}, ConnectionNumber{call.connection("ben")}, text});
    note();
  }
  void note() {
    for (const SendChannel& c : call.all<SendChannel>()) {
      if (c.text.find("key-frame") != std::string::npos) asked_at.push_back(call.now);
      if (c.text.find("alive") != std::string::npos) last_alive = c.text;
    }
    for (const SetLocalDescription& c : call.all<SetLocalDescription>())
      if (c.restart) restarted_at.push_back(call.now);
    if (!call.all<CreateConnection>().empty()) rebuilt_at.push_back(call.now);
    for (const RequestKeyFrame& c : call.all<RequestKeyFrame>()) made.push_back(c);
    for (const std::string& frame : call.sent)
      if (frame.find("please-restart") != frame.npos) pleas_at.push_back(call.now);
  }
  void run(Duration time) {
    const Instant end = call.now + time;
    while (call.reaction.wake_at <= end) step();
    call.now = end;
  }
  MediaView camera() const { return call.seen("ben").camera; }
  /// When the camera's view became this, from now on; within `limit`.
  Duration until(MediaReason reason, Duration limit = 5s) {
    const Instant from = call.now;
    while (camera().reason != reason && call.now - from < limit) step();
    EXPECT_EQ(camera().reason, reason);
    return call.now - from;
  }
  std::vector<Duration> since(const std::vector<Instant>& times, Instant from) const {
    std::vector<Duration> all;
    for (const Instant time : times) all.push_back(time - from);
    return all;
  }

  CallBench call;
  bool sound_flows = true, bytes_flow = true, frames_flow = true;
  bool sends_sound = true, sends_picture = true;
  bool alive = true;
  std::string alive_text = R"({"type":"alive"})";
  std::int64_t alive_at = 0;
  std::int64_t sound = 0, bytes = 0, frames = 0, sent_sound = 0, sent_picture = 0;
  std::vector<Instant> asked_at, restarted_at, rebuilt_at, pleas_at;
  std::vector<RequestKeyFrame> made;
  std::string last_alive;
};

TEST_F(Stall, OfNothingAsLongAsAllMoves) {
  run(60s);
  EXPECT_EQ(camera(), (MediaView{MediaState::On, MediaReason::None}));
  EXPECT_THAT(asked_at, IsEmpty());
  EXPECT_EQ(call.count(Tally::Stalls), 0);
  EXPECT_EQ(last_alive, R"({"type":"alive"})");
}

TEST_F(Stall, OfTheDecoderIsNamedWithinThreeSecondsWhereverItFallsBetweenSamples) {
  for (Duration offset{0}; offset < 1s; offset += 130ms) {
    set(true, true, true);
    run(5s + offset);
    // The last picture comes right after the last sample in the worst case: that one still counts.
    set(true, true, false);
    frames += 1;
    EXPECT_LE(until(MediaReason::DecoderStalled), Duration(3s)) << offset / 1ms;
  }
}

TEST_F(Stall, OfTheDecoderIsRepairedInStepsToTheTick) {
  set(true, true, false);
  until(MediaReason::DecoderStalled);
  const Instant named = call.now;
  EXPECT_EQ(call.count(Tally::Stalls), 1);
  run(9s);
  EXPECT_THAT(since(asked_at, named), ElementsAre(400ms, 2'400ms));
  EXPECT_THAT(since(restarted_at, named), ElementsAre(4s));
  EXPECT_EQ(call.count(Tally::KeyFramesAsked), 2);
  EXPECT_EQ(call.count(Tally::WatchdogRestarts), 1);
  EXPECT_THAT(rebuilt_at, IsEmpty());
}

TEST_F(Stall, ThatIsOverIsRepairedNoMore) {
  set(true, true, false);
  until(MediaReason::DecoderStalled);
  set(true, true, true);
  until(MediaReason::None);
  run(30s);
  EXPECT_THAT(asked_at, SizeIs(1));
  EXPECT_THAT(restarted_at, IsEmpty());
}

TEST_F(Stall, OfWhatIsNotSentIsNamedByThePeersWordAndGetsANewLinkAtMostOnceAMinute) {
  set(true, false, false);
  alive_text = R"({"type":"alive","unsent":2})";
  EXPECT_LE(until(MediaReason::NotSent), Duration(3s));
  const Instant named = call.now;
  run(10s);
  EXPECT_THAT(since(asked_at, named), ElementsAre(400ms, 2'400ms));
  EXPECT_THAT(restarted_at, IsEmpty()) << "no path is at fault";
  EXPECT_THAT(since(rebuilt_at, named), ElementsAre(10s));
  EXPECT_EQ(call.count(Tally::WatchdogRebuilds), 1);
}

TEST_F(Stall, OfWhatIsKeptBackForWantOfUplinkIsNotRepaired) {
  set(true, false, false);
  alive_text = R"({"type":"alive","held":2})";
  EXPECT_LE(until(MediaReason::NotSent), Duration(3s));
  run(120s);
  EXPECT_THAT(asked_at, IsEmpty());
  EXPECT_THAT(rebuilt_at, IsEmpty());
}

TEST_F(Stall, OfAPageThatIsStoppedIsInterruptedAndNotRepaired) {
  hear(R"({"type":"alive","frozen":true})");
  alive_text = R"({"type":"alive","frozen":true})";
  EXPECT_EQ(camera().state, MediaState::On) << "as long as its picture comes";
  set(true, false, false);
  EXPECT_LE(until(MediaReason::Interrupted), Duration(3s));
  run(60s);
  EXPECT_THAT(asked_at, IsEmpty());
  EXPECT_THAT(rebuilt_at, IsEmpty());
  alive_text = R"({"type":"alive"})";
  run(2s);
  EXPECT_EQ(camera().reason, MediaReason::NetworkStalled);
}

TEST_F(Stall, OfAPageThatStandsStillWithoutAWordIsAnInterruptionIfItsPacketsCome) {
  alive = false;
  run(30s);
  EXPECT_EQ(camera().state, MediaState::On) << "its camera needs no page";
  alive = true;
  run(2s);
  set(true, false, false);
  alive = false;
  EXPECT_LE(until(MediaReason::Interrupted), Duration(3s));
  run(60s);
  EXPECT_THAT(rebuilt_at, IsEmpty());
  alive = true;
  run(2s);
  EXPECT_EQ(camera().reason, MediaReason::NetworkStalled);
}

TEST_F(Stall, IsNotRepairedWhileThePageIsHidden) {
  call.handle(PageHidden{});
  set(true, true, false);
  until(MediaReason::DecoderStalled);
  run(60s);
  EXPECT_THAT(asked_at, IsEmpty());
  call.handle(PageShown{});
  const Instant shown = call.now;
  run(3s);
  ASSERT_THAT(asked_at, SizeIs(testing::Ge(1u)));
  EXPECT_LE(asked_at.front() - shown, Duration(2s));
}

TEST_F(Stall, IsNoneOfACameraThatThePeerTurnsOffOrThatWeDoNotShow) {
  call.handle(ViewChanged{UserId{"ben"}, {}});
  run(1s);
  set(true, false, false);
  run(20s);
  EXPECT_EQ(camera(), (MediaView{MediaState::On, MediaReason::NotShown}));
  call.handle(ViewChanged{UserId{"ben"}, {640, 360, false, false}});
  set(true, true, true);
  run(5s);
  EXPECT_EQ(camera().state, MediaState::On);
  call.tracks_updated("ben", true, false, "eb");
  set(true, false, false);
  run(20s);
  EXPECT_EQ(camera(), (MediaView{MediaState::Off, MediaReason::PeerOff}));
  EXPECT_EQ(call.count(Tally::Stalls), 0);
  EXPECT_THAT(asked_at, IsEmpty());
}

TEST_F(Stall, OfSoundAloneIsNamedAndMendedByThePath) {
  set(false, true, true);
  const Instant from = call.now;
  while (call.seen("ben").microphone.reason != MediaReason::NetworkStalled) {
    step();
    ASSERT_LE(call.now - from, Duration(3s));
  }
  const Instant named = call.now;
  run(5s);
  EXPECT_THAT(since(restarted_at, named), ElementsAre(4s));
  EXPECT_THAT(asked_at, IsEmpty());
}

// ---- what we send ----------------------------------------------------------------------

TEST_F(Stall, OfOurOwnSenderIsToldWithinASecondSample) {
  sends_picture = false;
  const Instant from = call.now;
  while (last_alive.find("unsent") == std::string::npos && call.now - from < 5s) step();
  EXPECT_EQ(last_alive, R"({"type":"alive","unsent":2})");
  EXPECT_LE(call.now - from, Duration(2s));
  sends_picture = true;
  run(2s);
  EXPECT_EQ(last_alive, R"({"type":"alive"})");
}

TEST_F(Stall, OfASenderOnAPageOutOfViewIsToldAsAnInterruption) {
  call.handle(PageHidden{});
  sends_picture = false;
  run(5s);
  EXPECT_EQ(last_alive, R"({"type":"alive","unsent":2,"frozen":true})");
}

TEST_F(Stall, ARepairThatIsAskedOfThePeerIsAskedAtOnce) {
  CallBench answers;
  call = std::move(answers);
  // He came first and offers; we ask him.
  call.join(1, true, true);
  call.connect();
  call.joined();
  call.participant_joined(CallBench::module_peer("ben", "eb"));
  call.offer("ben", call.from("eb", 1, 1));
  call.remote_set("ben");
  call.local_set("ben");
  call.transport("ben", TransportState::Connected);
  call.channel_opened("ben");
  while (camera().reason != MediaReason::None) step();
  set(true, true, false);
  until(MediaReason::DecoderStalled);
  const Instant named = call.now;
  run(6s);
  EXPECT_THAT(since(pleas_at, named), ElementsAre(4s));
}

TEST_F(Stall, OfASenderThatWeTurnedOffIsNotTold) {
  call.handle(CameraWanted{false});
  call.handle(MicrophoneWanted{false});
  sends_picture = sends_sound = false;
  run(10s);
  EXPECT_EQ(last_alive, R"({"type":"alive"})");
}

TEST_F(Stall, TheLastWordOfAPageThatIsStoppedGoesOutAtOnce) {
  call.handle(PageHidden{true});
  note();
  EXPECT_EQ(last_alive, R"({"type":"alive","frozen":true})");
  call.now += 60s;
  call.handle(PageShown{});
  note();
  EXPECT_EQ(last_alive, R"({"type":"alive"})");
}

TEST_F(Stall, AKeyFrameIsMadeOnceInTwoSecondsForASlotThatSends) {
  const std::string asks = R"({"type":"key-frame","number":1})";
  hear(asks);
  hear(asks);
  EXPECT_THAT(made, ElementsAre(RequestKeyFrame{UserId{"ben"},
                                                ConnectionNumber{call.connection("ben")}, 1}));
  call.now += watchdog::kKeyFramePause - CallBench::kTick;
  hear(asks);
  EXPECT_THAT(made, SizeIs(1));
  call.now += CallBench::kTick;
  hear(asks);
  EXPECT_THAT(made, SizeIs(2));
  for (const char* stray :
       {R"({"type":"key-frame"})", R"({"type":"key-frame","number":2})",
        R"({"type":"key-frame","number":3})", R"({"type":"key-frame","number":9007199254740991})"})
    hear(stray);
  EXPECT_THAT(made, SizeIs(2)) << "no sound, no screen that is not sent, no slot that is not there";
  EXPECT_EQ(call.count(Tally::KeyFramesMade), 2);
}

}  // namespace
}  // namespace groupcall
