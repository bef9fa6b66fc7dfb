// Links, tracks and what peers say, seen from the whole call.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr MediaView kOn{MediaState::On, MediaReason::None};

ConnectionNumber number(std::int64_t connection) { return ConnectionNumber{connection}; }

// The kinds of commands, in order: what matters where their contents are tested elsewhere.
std::vector<std::string> kinds(const Commands& commands) {
  std::vector<std::string> names;
  for (const Command& command : commands) names.emplace_back(wire::tag_of(command));
  return names;
}

TEST(Links, AreOfferedToThoseWhoWereHereFirst) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb"), CallBench::module_peer("cyd", "ec")});
  EXPECT_EQ(call.all<CreateConnection>().size(), 2U);
  EXPECT_THAT(call.order, ElementsAre(kBen, UserId{"cyd"}));
  EXPECT_EQ(call.seen("ben").camera, (MediaView{MediaState::Loading, MediaReason::Connecting}));
  call.local_set("ben");
  EXPECT_THAT(call.sent, ElementsAre("offer ben 1/1"));
  call.answer("ben", call.from("eb", 1, 1));
  EXPECT_THAT(kinds(call.commands()), ElementsAre("pc.setRemoteDescription"));
  call.remote_set("ben");
  call.transport("ben", TransportState::Connected);
  EXPECT_EQ(call.seen("ben").connection, LinkView::Connected);
  EXPECT_EQ(call.seen("ben").camera, (MediaView{MediaState::Loading, MediaReason::Starting}));
  EXPECT_EQ(call.seen("ben").microphone_source, (TrackSource{number(1), 0}));
  EXPECT_EQ(call.seen("ben").camera_source, (TrackSource{number(1), 1}));
  EXPECT_FALSE(call.seen("ben").older_client);
}

TEST(Links, AwaitTheOfferOfANewcomer) {
  CallBench call;
  call.enter();
  call.participant_joined(CallBench::module_peer("ben", "eb"));
  EXPECT_THAT(call.commands(), IsEmpty());
  EXPECT_THAT(call.order, ElementsAre(kBen));
  call.offer("ben", call.from("eb", 1, 1));
  EXPECT_THAT(kinds(call.commands()), ElementsAre("pc.create", "pc.setRemoteDescription"));
  call.remote_set("ben");
  EXPECT_THAT(kinds(call.commands()), ElementsAre("pc.adoptSlots", "pc.setLocalDescription"));
  call.local_set("ben");
  EXPECT_THAT(call.sent, ElementsAre("answer ben 1/1"));
}

TEST(Links, AskANewcomerWhoDoesNotOffer) {
  CallBench call;
  call.enter();
  call.participant_joined(CallBench::module_peer("ben", "eb"));
  call.frame("2");
  call.after(1s);
  EXPECT_THAT(call.sent, ElementsAre("please-offer ben 0/0"));
}

TEST(Links, JudgeNobodyWhileTheServerDeliversNothing) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.now += 10ms;
  call.local_set("ben");
  call.after(3s);
  EXPECT_THAT(call.sent, ElementsAre("epoch-told me " + call.epoch.value))
      << "nothing was heard since the offer: is it us?";
  call.frame("2");
  call.after(1s);
  EXPECT_THAT(call.sent, ElementsAre("offer ben 1/1"));
}

TEST(Links, LeadToNobodyInVain) {
  CallBench call;
  call.enter({CallBench::module_peer("me", "other-tab"), CallBench::module_peer("ben", "eb")});
  EXPECT_THAT(call.order, ElementsAre(kBen)) << "not to ourselves";
  call.participant_joined(CallBench::module_peer("me", "other-tab"));
  EXPECT_THAT(call.order, ElementsAre(kBen));
  EXPECT_EQ(call.count(Tally::UnexpectedMessages), 1);
}

TEST(Links, OfASendersNewEpochReplaceTheOld) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.connect_to("ben", "eb");
  call.participant_joined(CallBench::module_peer("ben", "eb2"));
  EXPECT_THAT(call.commands(), ElementsAre(CloseConnection{kBen, number(1)}));
  EXPECT_THAT(call.order, ElementsAre(kBen)) << "a reload is the same person";
  call.offer("ben", call.from("eb2", 1, 1));
  EXPECT_THAT(kinds(call.commands()), ElementsAre("pc.create", "pc.setRemoteDescription"));
  call.offer("ben", call.from("eb", 1, 2));
  EXPECT_THAT(call.commands(), IsEmpty());
  EXPECT_EQ(call.count(Tally::StaleEpochs), 1);
}

TEST(Links, AreToldOfOurEpochWhenTheyMeantAnother) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  LinkAddress address = call.from("eb", 1, 1);
  address.to = Epoch{"yesterday"};
  call.offer("ben", address);
  EXPECT_THAT(call.sent, ElementsAre("epoch-told ben eb"));
  EXPECT_THAT(call.commands(), testing::SizeIs(1));
  EXPECT_EQ(call.count(Tally::OtherEpochs), 1);
  address.request = PeerRequest::EpochTold;
  call.candidate("ben", address, "");
  EXPECT_THAT(call.sent, IsEmpty()) << "no ping-pong";
}

TEST(Links, AreMadeWithAPeerOfWhomOnlyItsMessageArrived) {
  CallBench call;
  call.enter();
  call.offer("ben", call.from("eb", 1, 1));
  EXPECT_THAT(kinds(call.commands()), ElementsAre("pc.create", "pc.setRemoteDescription"));
  EXPECT_THAT(call.order, ElementsAre(kBen));
  EXPECT_EQ(call.count(Tally::UnlistedPeers), 1);
}

TEST(Links, AreNotMadeWithStrangers) {
  CallBench call;
  call.enter();
  LinkAddress address = call.from("eb", 1, 1);
  address.to = Epoch{"another"};
  call.offer("ben", address);
  call.offer("old", {});
  call.answer("old", {});
  call.candidate("old", {});
  EXPECT_THAT(call.order, IsEmpty());
  EXPECT_THAT(call.commands(), IsEmpty());
  EXPECT_EQ(call.count(Tally::UnknownSenders), 4);
  call.offer("me", call.from("eb", 1, 1));
  EXPECT_EQ(call.count(Tally::UnexpectedMessages), 1) << "our own echo";
}

TEST(Links, TakeADescriptionOfTheWrongKindForNothing) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.local_set("ben");
  call.message(wire::OfferReceived{
      RoomId{"r"}, {DescriptionType::Answer, CallBench::sdp("B"), call.from("eb", 1, 1)}, kBen});
  call.message(wire::AnswerReceived{
      RoomId{"r"}, {DescriptionType::Offer, CallBench::sdp("B"), call.from("eb", 1, 1)}, kBen});
  EXPECT_THAT(call.commands(), IsEmpty());
  EXPECT_EQ(call.count(Tally::RefusedMessages), 2);
}

TEST(OlderClients, AreToldByTheirMessages) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  EXPECT_FALSE(call.seen("ben").older_client);
  call.offer("ben", {});
  EXPECT_TRUE(call.seen("ben").older_client);
  EXPECT_THAT(kinds(call.commands()),
              ElementsAre("pc.close", "pc.create", "pc.setRemoteDescription"));
}

TEST(OlderClients, AreNudgedOnceASecondAfterConnecting) {
  CallBench call;
  call.enter({CallBench::older_client("old")});
  call.offer("old", {});
  call.remote_set("old", {MediaKind::Audio, MediaKind::Video});
  call.local_set("old");
  EXPECT_THAT(call.sent, ElementsAre("answer old -"));
  call.transport("old", TransportState::Connected);
  call.after(1s - CallBench::kTick);
  EXPECT_THAT(call.sent, IsEmpty());
  call.after(CallBench::kTick);
  EXPECT_THAT(call.sent, ElementsAre("tracks -audio -video"));
  call.after(1s);
  EXPECT_THAT(call.sent, IsEmpty());
}

TEST(OlderClients, ShareTheirScreenInTheirSecondPicture) {
  CallBench call;
  call.enter({CallBench::older_client("old")});
  call.offer("old", {});
  call.remote_set("old", {MediaKind::Video, MediaKind::Audio, MediaKind::Video});
  EXPECT_EQ(call.seen("old").camera_source, (TrackSource{number(1), 0}));
  EXPECT_EQ(call.seen("old").microphone_source, (TrackSource{number(1), 1}));
  EXPECT_EQ(call.seen("old").screen_source, TrackSource{});
  call.message(wire::ScreenShareStarted{RoomId{"r"}, UserId{"old"}, TrackId{"s"}});
  EXPECT_EQ(call.seen("old").screen_source, (TrackSource{number(1), 2}));
  EXPECT_EQ(call.seen("old").screen.state, MediaState::Loading);
  call.message(wire::ScreenShareStopped{RoomId{"r"}, UserId{"old"}});
  EXPECT_EQ(call.seen("old").screen.state, MediaState::Off);
}

// ---- tracks ----------------------------------------------------------------------------

CallBench with_devices_and_ben() {
  CallBench call;
  call.join(1, true, true);
  call.connect();
  call.joined({CallBench::module_peer("ben", "eb")});
  return call;
}
MediaAcquired both_tracks() { return {OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}}; }
AttachTrack attach(std::int64_t op, std::int64_t slot, const std::string& track) {
  return {kBen, number(1), OpId{op}, slot, TrackId{track}};
}

TEST(Tracks, AreAttachedToTheirSlotsWhenTheyCome) {
  CallBench call = with_devices_and_ben();
  call.handle(both_tracks());
  EXPECT_THAT(call.commands(), ElementsAre(attach(3, 0, "m"), attach(4, 1, "c")));
  call.handle(TrackAttached{kBen, number(1), OpId{3}});
  call.handle(TrackAttached{kBen, number(1), OpId{4}});
  call.handle(Woke{});
  EXPECT_THAT(call.commands(), IsEmpty());
}

TEST(Tracks, AreAttachedToANewLinkAtOnce) {
  CallBench call;
  call.join(1, true, true);
  call.connect();
  call.joined();
  call.handle(both_tracks());
  call.participant_joined(CallBench::module_peer("ben", "eb"));
  call.offer("ben", call.from("eb", 1, 1));
  call.remote_set("ben");
  EXPECT_THAT(kinds(call.commands()), ElementsAre("pc.adoptSlots", "pc.setLocalDescription",
                                                  "pc.attachTrack", "pc.attachTrack"));
}

TEST(Tracks, AreMutedBeforeTheyAreAttached) {
  CallBench call = with_devices_and_ben();
  call.handle(MicrophoneWanted{false});
  call.handle(both_tracks());
  EXPECT_THAT(call.commands(),
              ElementsAre(EnableTrack{TrackId{"m"}, false}, attach(3, 0, "m"), attach(4, 1, "c")));
}

TEST(Tracks, OfACameraThatIsTurnedOffAreTakenAwayAfterTheBlackFrames) {
  CallBench call = with_devices_and_ben();
  call.handle(both_tracks());
  call.handle(TrackAttached{kBen, number(1), OpId{4}});
  call.handle(CameraWanted{false});
  EXPECT_THAT(kinds(call.commands()), ElementsAre("media.enable", "socket.send"));
  EXPECT_THAT(call.sent, ElementsAre("tracks +audio -video"));
  EXPECT_EQ(call.self.camera.state, MediaState::Off);
  call.after(120ms);
  EXPECT_THAT(call.all<StopTrack>(), ElementsAre(StopTrack{TrackId{"c"}}));
  EXPECT_THAT(call.all<AttachTrack>(), ElementsAre(attach(5, 1, "")));
}

TEST(Tracks, CauseNoNegotiationWhenTheyAreSwitched) {
  CallBench call = with_devices_and_ben();
  call.connect_to("ben", "eb");
  call.handle(both_tracks());
  for (bool on : {false, true, false, true}) {
    call.handle(CameraWanted{on});
    EXPECT_THAT(call.all<SetLocalDescription>(), IsEmpty());
    call.pass(200ms);
    EXPECT_THAT(call.all<SetLocalDescription>(), IsEmpty());
  }
}

TEST(Tracks, WaitForTheOperationBeforeThem) {
  CallBench call = with_devices_and_ben();
  call.handle(both_tracks());
  call.handle(LocalTrackEnded{TrackId{"c"}});
  EXPECT_THAT(call.all<AttachTrack>(), IsEmpty()) << "the first replaceTrack is still on its way";
  call.handle(TrackAttached{kBen, number(1), OpId{4}});
  EXPECT_THAT(call.all<AttachTrack>(), ElementsAre(attach(5, 1, "")));
}

TEST(Tracks, ThatCouldNotBeAttachedAreTriedAgainAfterTwoSeconds) {
  CallBench call = with_devices_and_ben();
  call.handle(both_tracks());
  call.handle(OperationFailed{kBen, number(1), OpId{4}, "InvalidModificationError", ""});
  EXPECT_EQ(call.count(Tally::FailedAttachments), 1);
  EXPECT_EQ(call.count(Tally::FailedOperations), 0) << "the link has nothing to do with it";
  call.after(2s - CallBench::kTick);
  EXPECT_THAT(call.all<AttachTrack>(), IsEmpty());
  call.after(CallBench::kTick);
  EXPECT_THAT(call.all<AttachTrack>(), testing::SizeIs(1));
}

TEST(Tracks, ThatAreNeverAttachedCostTheConnection) {
  CallBench call = with_devices_and_ben();
  call.connect_to("ben", "eb");
  call.handle(both_tracks());
  call.pass(10s - CallBench::kTick);
  EXPECT_EQ(call.count(Tally::SlowOperations), 0);
  call.after(CallBench::kTick);
  EXPECT_EQ(call.count(Tally::SlowOperations), 1);
  EXPECT_THAT(call.all<CreateConnection>(), testing::SizeIs(1));
  EXPECT_THAT(call.all<AttachTrack>(), testing::SizeIs(2)) << "on the new one";
}

TEST(Tracks, OfTheOthersAreOnWhenTheirFramesAreDecoded) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.connect_to("ben", "eb");
  call.pass(200ms);
  EXPECT_THAT(call.all<CollectStats>(), testing::SizeIs(1))
      << "eagerly, while a picture is awaited";
  call.sample("ben", {{0, 100, 0}, {1, 100, 0}});
  EXPECT_EQ(call.seen("ben").microphone, kOn);
  EXPECT_EQ(call.seen("ben").camera.state, MediaState::Loading);
  call.pass(200ms);
  call.sample("ben", {{0, 200, 0}, {1, 200, 3}});
  EXPECT_EQ(call.seen("ben").camera, kOn);
  call.tracks_updated("ben", true, false, "eb");
  EXPECT_EQ(call.seen("ben").camera, (MediaView{MediaState::Off, MediaReason::PeerOff}));
  call.tracks_updated("ben", true, true, "eb");
  EXPECT_EQ(call.seen("ben").camera, (MediaView{MediaState::Loading, MediaReason::Starting}))
      << "the frames of before do not count";
}

TEST(Tracks, OfTheOthersAreSampledEachSecondAndAStaleSampleCountsForNothing) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.connect_to("ben", "eb");
  call.pass(5s);
  call.sample("ben", {{1, 100, 1}});
  const OpId answered = call.stats_op;
  call.after(1s - CallBench::kTick);
  EXPECT_THAT(call.all<CollectStats>(), IsEmpty());
  call.after(CallBench::kTick);
  EXPECT_THAT(call.all<CollectStats>(), testing::SizeIs(1));
  call.handle(StatsSampled{answered, {{kBen, number(1), {{1, 900, 9}}}}});
  EXPECT_EQ(call.count(Tally::StaleOperations), 1);
}

TEST(Tracks, AreSampledAgainWhenTheBrowserForgetsToAnswer) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.pass(1s);
  const std::int64_t slow = call.count(Tally::SlowStats);
  call.pass(10s);
  EXPECT_GT(call.count(Tally::SlowStats), slow);
}

}  // namespace
}  // namespace groupcall
