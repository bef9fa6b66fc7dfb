// What is sent to whom: samples in, limits of senders out; and what peers tell each other of tiles.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const UserId kUplinkBen{"ben"};
const UserId kUplinkCaro{"caro"};

std::string uplink_view(const TileView& view) {
  wire::ChannelText text{wire::ChannelKind::View};
  text.view = view;
  return wire::encode_channel_text(text);
}

/// Two others, our devices on, everything attached and connected.
class Uplink : public testing::Test {
 protected:
  void SetUp() override { call.enter_with_devices({{"ben", "eb"}, {"caro", "ec"}}); }
  ConnectionNumber number(const UserId& user) const {
    return ConnectionNumber{call.connection(user.value)};
  }
  LinkSample sample(const UserId& user, std::int64_t available_kbps, std::int64_t sent_bytes,
                    bool cpu = false) const {
    const SlotSample slot{1, arrived, arrived, sent_bytes, 0, lines, cpu};
    return {user, number(user), {slot}, available_kbps, 40};
  }
  /// A second, and its sample of both, with all that was allowed sent.
  void second(std::int64_t available_kbps, bool cpu = false) {
    const OpId before = call.stats_op;
    for (int waking = 0; waking < 100 && call.stats_op == before; ++waking) {
      call.now = call.reaction.wake_at;
      call.handle(Woke{});
    }
    ASSERT_NE(call.stats_op.value, before.value);
    arrived += 1'000;
    sent += available_kbps * 125;
    call.handle(StatsSampled{call.stats_op,
                             {sample(kUplinkBen, available_kbps, sent, cpu),
                              sample(kUplinkCaro, available_kbps, sent, cpu)}});
    note();
  }
  void seconds(int count, std::int64_t available_kbps) {
    for (int i = 0; i < count; ++i) second(available_kbps);
  }
  void note() {
    for (const SetParameters& c : call.all<SetParameters>()) {
      ++commands;
      if (c.slot == 1) camera[c.peer] = c.limit;
    }
  }
  void hear(const UserId& user, const std::string& text) {
    call.handle(ChannelMessage{user, number(user), text});
    note();
  }
  std::vector<std::string> views() const {
    std::vector<std::string> texts;
    for (const SendChannel& c : call.all<SendChannel>())
      if (c.text.find("\"view\"") != std::string::npos) texts.push_back(c.peer.value + c.text);
    return texts;
  }

  CallBench call;
  std::map<UserId, SlotLimit> camera;
  int commands = 0;
  std::int64_t sent = 0;
  std::int64_t arrived = 0;
  std::int64_t lines = 720;  ///< of our camera
};

TEST_F(Uplink, IsSharedWithTheFirstSample) {
  EXPECT_EQ(commands, 0);
  second(300);
  EXPECT_EQ(camera[kUplinkBen], (SlotLimit{260, 2'666, 30, false}));
  EXPECT_EQ(camera[kUplinkCaro], camera[kUplinkBen]);
  EXPECT_EQ(commands, 2) << "a microphone without a limit needs no word";
}

TEST_F(Uplink, GrowsWithWhatTheBrowserSays) {
  seconds(60, 5'000);
  EXPECT_EQ(camera[kUplinkBen].max_kbps, 600) << "a usual tile needs no more";
  const int before = commands;
  seconds(20, 5'000);
  EXPECT_EQ(commands, before) << "once settled, nothing is told";
}

TEST_F(Uplink, AHiddenTileIsSentNothingAtOnceAndIsBackAtOnce) {
  seconds(30, 300);
  hear(kUplinkBen, uplink_view({}));
  EXPECT_TRUE(camera[kUplinkBen].inactive);
  EXPECT_THAT(call.all<SetParameters>(), SizeIs(2)) << "caro has its part in the same reaction";
  call.now += 1s;
  hear(kUplinkBen, uplink_view({640, 360, false, false}));
  EXPECT_FALSE(camera[kUplinkBen].inactive);
}

TEST_F(Uplink, ViewsThatComeTooOftenWaitForTheNextSample) {
  seconds(2, 300);
  hear(kUplinkBen, uplink_view({}));
  ASSERT_TRUE(camera[kUplinkBen].inactive);
  int told = 0;
  for (int i = 0; i < 100; ++i) {
    call.now += 1ms;
    hear(kUplinkBen, uplink_view(i % 2 == 0 ? TileView{640, 360, false, false} : TileView{}));
    told += call.commands().empty() ? 0 : 1;
  }
  EXPECT_LE(told, 1);
  hear(kUplinkBen, uplink_view({640, 360, false, false}));
  second(300);
  EXPECT_FALSE(camera[kUplinkBen].inactive) << "the last word counts";
}

TEST_F(Uplink, AViewOfNonsenseHarmsNobody) {
  seconds(2, 300);
  const int before = commands;
  for (const char* text : {R"({"type":"view","view":7})", R"({"type":"view","view":{"width":-1}})",
                           R"({"type":"view","view":{"width":"wide"}})"})
    hear(kUplinkBen, text);
  EXPECT_EQ(commands, before);
  EXPECT_EQ(call.count(Tally::RefusedChannelTexts), 3);
  call.now += 1s;
  hear(kUplinkBen,
       R"({"type":"view","view":{"width":9007199254740991,"height":9007199254740991}})");
  seconds(60, 5'000);
  EXPECT_EQ(camera[kUplinkBen].max_kbps, 1'000) << "a mesh of three has its limit";
}

TEST_F(Uplink, ACameraThatIsOffWhileItsTileIsHiddenStaysInactiveWhenItIsTurnedOn) {
  seconds(2, 300);
  hear(kUplinkBen, uplink_view({}));
  ASSERT_TRUE(camera[kUplinkBen].inactive);
  call.handle(CameraWanted{false});
  call.pass(200ms);
  for (const AttachTrack& attach : call.all<AttachTrack>())
    call.handle(TrackAttached{attach.peer, attach.connection, attach.op});
  note();
  EXPECT_TRUE(camera[kUplinkBen].inactive);
}

TEST_F(Uplink, ANewConnectionIsToldAnew) {
  seconds(30, 300);
  camera.clear();
  call.offer("ben", call.from("eb", 9, 1));
  call.remote_set("ben");
  const std::vector<AttachTrack> attached = call.all<AttachTrack>();
  call.local_set("ben");
  for (const AttachTrack& attach : attached)
    call.handle(TrackAttached{attach.peer, attach.connection, attach.op});
  note();
  EXPECT_FALSE(camera.contains(kUplinkBen)) << "not before it is connected";
  call.transport("ben", TransportState::Connected);
  second(300);
  EXPECT_TRUE(camera.contains(kUplinkBen));
  EXPECT_TRUE(call.all<SetParameters>().front().connection == number(kUplinkBen));
}

TEST_F(Uplink, TheProcessorCountsToo) {
  seconds(60, 5'000);
  ASSERT_EQ(camera[kUplinkBen].scale_permille, 2'000);
  for (int i = 0; i < 4; ++i) second(5'000, true);
  EXPECT_EQ(camera[kUplinkBen].scale_permille, 2'000) << "two sizes above are not used anyway";
  for (int i = 0; i < 6; ++i) second(5'000, true);
  EXPECT_GT(camera[kUplinkBen].scale_permille, 2'000);
}

// ---- what we show ----------------------------------------------------------------------

TEST_F(Uplink, HowSomebodyIsShownIsToldToThemAlone) {
  call.handle(ViewChanged{kUplinkBen, {640, 360, true, false}});
  EXPECT_THAT(views(), ElementsAre("ben" + uplink_view({640, 360, true, false})));
}

TEST_F(Uplink, SmallChangesAreNotToldAndQuickOnesOnce) {
  call.handle(ViewChanged{kUplinkBen, {640, 360, false, false}});
  call.now += 1s;
  call.handle(ViewChanged{kUplinkBen, {700, 390, false, false}});
  EXPECT_THAT(views(), IsEmpty());
  for (int height = 400; height < 700; height += 10)
    call.handle(ViewChanged{kUplinkBen, {1'280, height, false, false}});
  EXPECT_THAT(views(), IsEmpty()) << "the first one was, a second after the one before";
  const Instant first = call.now;
  for (int waking = 0; waking < 10 && views().empty(); ++waking) {
    call.now = call.reaction.wake_at;
    call.handle(Woke{});
  }
  EXPECT_EQ(call.now - first, budget::kViewPause);
  EXPECT_THAT(views(), ElementsAre("ben" + uplink_view({1'280, 690, false, false})));
}

TEST_F(Uplink, ANewChannelIsToldAgain) {
  call.handle(ViewChanged{kUplinkBen, {640, 360, false, false}});
  call.offer("ben", call.from("eb", 9, 1));
  call.remote_set("ben");
  call.local_set("ben");
  call.transport("ben", TransportState::Connected);
  call.channel_opened("ben");
  EXPECT_THAT(views(), ElementsAre("ben" + uplink_view({640, 360, false, false})));
}

TEST_F(Uplink, WhoIsNotHereYetIsToldWhenTheyAre) {
  call.handle(ViewChanged{UserId{"dan"}, {}});
  call.participant_joined(CallBench::module_peer("dan", "ed"));
  call.offer("dan", call.from("ed", 1, 1));
  call.remote_set("dan");
  call.local_set("dan");
  call.transport("dan", TransportState::Connected);
  call.channel_opened("dan");
  EXPECT_THAT(views(), ElementsAre("dan" + uplink_view({})));
}

TEST_F(Uplink, ViewsAreBounded) {
  for (std::size_t i = 0; i < 2 * limits::kViews; ++i)
    call.handle(ViewChanged{UserId{"u" + std::to_string(i)}, {1, 1, false, false}});
  call.handle(ViewChanged{kUplinkBen, {640, 360, false, false}});
  EXPECT_THAT(views(), SizeIs(1)) << "those who are not here give way";
}

// Else seven full-size encoders would start whenever a camera is turned on.
TEST_F(Uplink, ACameraThatWasOffComesBackInTheSizeItHad) {
  seconds(5, 10'000);
  lines = 0;  // no track, no size
  seconds(3, 10'000);
  hear(kUplinkBen, uplink_view({1'280, 720, true, false}));
  EXPECT_EQ(camera[kUplinkBen].scale_permille, 1'333) << "540 of its 720 lines";
}

TEST_F(Uplink, APictureThatWeDoNotShowIsOnThoughNoneComes) {
  call.handle(ViewChanged{kUplinkBen, {}});
  EXPECT_EQ(call.seen("ben").camera, (MediaView{MediaState::On, MediaReason::NotShown}));
  call.tracks_updated("ben", true, false, "eb");
  EXPECT_EQ(call.seen("ben").camera.state, MediaState::Off);
  call.tracks_updated("ben", true, true, "eb");
  call.now += 1s;
  call.handle(ViewChanged{kUplinkBen, {640, 360, false, false}});
  EXPECT_EQ(call.seen("ben").camera, (MediaView{MediaState::Loading, MediaReason::Starting}));
}

}  // namespace
}  // namespace groupcall
