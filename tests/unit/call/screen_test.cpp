// Our screen share through the whole core, and those of the others.
#include <gmock/gmock.h>

#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TrackId kScreen{"screen"};
const TrackId kSound{"sound"};
const RoomId kRoom{"r"};

/// Slot and track of every replaceTrack() of the last reaction: `ben/2 screen`; `-` for none.
std::vector<std::string> attached(const CallBench& call) {
  std::vector<std::string> list;
  for (const AttachTrack& one : call.all<AttachTrack>())
    list.push_back(one.peer.value + "/" + std::to_string(one.slot) + " " +
                   (one.track.empty() ? "-" : one.track.value));
  return list;
}
/// The browser has carried them out.
void settle_attached(CallBench& call) {
  for (const AttachTrack& one : call.all<AttachTrack>())
    call.handle(TrackAttached{one.peer, one.connection, one.op});
}
void start_sharing(CallBench& call) {
  call.handle(ScreenWanted{true, true, false, ""});
  const std::vector<AcquireScreen> asked = call.all<AcquireScreen>();
  ASSERT_EQ(asked.size(), 1u);
  MediaAcquired acquired;
  acquired.op = asked.front().op;
  acquired.screen.track = kScreen;
  acquired.screen_audio.track = kSound;
  call.handle(acquired);
}
void connect_older(CallBench& call) {
  call.offer("old", {});
  call.remote_set("old", {MediaKind::Audio, MediaKind::Video});
  call.local_set("old");
  call.transport("old", TransportState::Connected);
}
CallBench with_ben() {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.connect_to("ben", "eb");
  return call;
}
CallBench with_older_client() {
  CallBench call;
  call.enter({CallBench::older_client("old")});
  connect_older(call);
  return call;
}
/// The tracks that we have told the server last, with our own keys.
wire::WireTracks told(const CallBench& call) {
  wire::WireTracks tracks;
  for (const SendFrame& frame : call.all<SendFrame>()) {
    wire::ClientMessage message;
    wire::Refusal refusal;
    if (!wire::decode_client_message(frame.text.substr(2), message, refusal)) continue;
    if (const auto* update = std::get_if<wire::UpdateTracks>(&message)) tracks = update->tracks;
  }
  return tracks;
}

TEST(OurScreen, IsAskedForInTheReactionToTheWish) {
  CallBench call = with_ben();
  call.handle(ScreenWanted{true, true, true, R"({"frameRate":30})"});
  EXPECT_THAT(call.all<AcquireScreen>(),
              ElementsAre(testing::Field(&AcquireScreen::constraints, R"({"frameRate":30})")));
  EXPECT_EQ(call.self.screen, (MediaView{MediaState::Loading, MediaReason::Starting}));
  EXPECT_THAT(call.sent, IsEmpty()) << "nobody is told before there is something to see";
}

TEST(OurScreen, GoesIntoSlotsOfItsOwnWithoutAnOffer) {
  CallBench call = with_ben();
  start_sharing(call);
  EXPECT_THAT(attached(call), ElementsAre("ben/2 screen", "ben/3 sound"));
  EXPECT_THAT(call.sent, ElementsAre("screen-share-start", "tracks -audio +video"));
  EXPECT_EQ(call.self.screen, (MediaView{MediaState::On, MediaReason::None}));
  EXPECT_EQ(call.self.screen_track, kScreen);
}

TEST(OurScreen, IsToldWithTheCameraAsItIs) {
  CallBench call = with_ben();
  start_sharing(call);
  EXPECT_TRUE(told(call).mark.screen);
  EXPECT_TRUE(told(call).mark.camera_off) << "the picture that older clients are told of";
  EXPECT_FALSE(told(call).camera());
  call.handle(CameraWanted{true});
  EXPECT_TRUE(told(call).mark.screen);
  EXPECT_TRUE(told(call).camera());
  call.handle(ScreenWanted{});
  EXPECT_FALSE(told(call).mark.screen);
  EXPECT_FALSE(told(call).mark.camera_off);
  EXPECT_TRUE(told(call).camera());
}

TEST(OurScreen, IsTakenOutOfItsSlotsAndReleasedAtOnce) {
  CallBench call = with_ben();
  start_sharing(call);
  settle_attached(call);
  call.handle(ScreenWanted{});
  EXPECT_THAT(call.all<StopTrack>(), ElementsAre(StopTrack{kScreen}, StopTrack{kSound}));
  EXPECT_THAT(attached(call), ElementsAre("ben/2 -", "ben/3 -"));
  EXPECT_THAT(call.sent, ElementsAre("screen-share-stop", "tracks -audio -video"));
  EXPECT_EQ(call.self.screen_track, TrackId{});
}

TEST(OurScreen, ThatTheBrowserStopsIsOverForAll) {
  CallBench call = with_ben();
  start_sharing(call);
  settle_attached(call);
  call.handle(LocalTrackEnded{kScreen});
  EXPECT_THAT(attached(call), ElementsAre("ben/2 -", "ben/3 -"));
  EXPECT_THAT(call.sent, ElementsAre("screen-share-stop", "tracks -audio -video"));
  EXPECT_EQ(call.self.screen, (MediaView{MediaState::Ended, MediaReason::Stopped}));
  EXPECT_EQ(call.open.list(), "socket 1, pc ben/1");
}

TEST(OurScreen, ThatFailsTellsWhyToUsAlone) {
  CallBench call = with_ben();
  call.handle(ScreenWanted{true, false, false, ""});
  const OpId op = call.all<AcquireScreen>().front().op;
  call.handle(MediaFailed{op, "NotAllowedError", "Permission denied"});
  EXPECT_EQ(call.self.screen, (MediaView{MediaState::Error, MediaReason::PermissionDismissed}));
  EXPECT_EQ(call.self.device_error, "Permission denied");
  EXPECT_THAT(call.sent, IsEmpty());
}

TEST(OurScreen, IsNotAskedForOutsideACall) {
  CallBench call;
  call.handle(ScreenWanted{true, false, false, ""});
  EXPECT_THAT(call.commands(), IsEmpty());
  EXPECT_EQ(call.self.screen, (MediaView{MediaState::Off, MediaReason::SelfOff}));
}

TEST(OurScreen, ThatComesAfterLeavingIsStopped) {
  CallBench call = with_ben();
  call.handle(ScreenWanted{true, true, false, ""});
  const OpId op = call.all<AcquireScreen>().front().op;
  call.leave(2);
  call.pass(1s);
  MediaAcquired late;
  late.op = op;
  late.screen.track = kScreen;
  late.screen_audio.track = kSound;
  call.handle(late);
  EXPECT_THAT(call.all<StopTrack>(), ElementsAre(StopTrack{kScreen}, StopTrack{kSound}));
  EXPECT_EQ(call.open.list(), "");
  EXPECT_EQ(call.reaction.wake_at, kNever);
}

TEST(OurScreen, ThatComesAfterDisposingIsStopped) {
  CallBench call = with_ben();
  call.handle(ScreenWanted{true, false, false, ""});
  MediaAcquired late;
  late.op = call.all<AcquireScreen>().front().op;
  late.screen.track = kScreen;
  call.handle(Disposed{});
  call.handle(late);
  EXPECT_EQ(call.open.list(), "");
}

TEST(OurScreen, IsReleasedInTheReactionThatEndsTheCall) {
  const auto ways = {Event{LeaveRequested{RequestId{2}}}, Event{PageClosing{}}, Event{Disposed{}}};
  for (const Event& way : ways) {
    CallBench call = with_ben();
    start_sharing(call);
    call.handle(way);
    EXPECT_THAT(call.all<StopTrack>(), ElementsAre(StopTrack{kScreen}, StopTrack{kSound}));
  }
}

TEST(OurScreen, IsToldAgainAfterARejoin) {
  CallBench call = with_ben();
  start_sharing(call);
  call.socket_closed();
  call.pass(1s);
  call.connect();
  call.joined({CallBench::module_peer("ben", "eb")});
  EXPECT_THAT(call.sent, ElementsAre("tracks -audio +video"));
  EXPECT_TRUE(told(call).mark.screen);
}

TEST(OurScreen, ThatEndedDuringAnOutageIsTakenBackAfterIt) {
  CallBench call = with_ben();
  start_sharing(call);
  call.socket_closed();
  call.handle(LocalTrackEnded{kScreen});
  call.pass(1s);
  call.connect();
  call.joined({CallBench::module_peer("ben", "eb")});
  EXPECT_THAT(call.sent, ElementsAre("screen-share-stop", "tracks -audio -video"));
  EXPECT_FALSE(told(call).mark.screen);
}

TEST(OurScreen, GoesToWhoComesLater) {
  CallBench call = with_ben();
  start_sharing(call);
  call.participant_joined(CallBench::module_peer("cleo", "ec"));
  call.offer("cleo", call.from("ec", 1, 1));
  call.remote_set("cleo");
  EXPECT_THAT(attached(call), ElementsAre("cleo/2 screen", "cleo/3 sound"));
}

// ---- older clients ---------------------------------------------------------------------

TEST(OurScreen, TakesTheCamerasPlaceTowardsOlderClients) {
  CallBench call = with_older_client();
  start_sharing(call);
  EXPECT_THAT(attached(call), ElementsAre("old/1 screen"));
  EXPECT_THAT(call.sent, ElementsAre("tracks -audio +video")) << "no screen-share-start";
  settle_attached(call);
  call.handle(CameraWanted{true});
  MediaAcquired acquired;
  acquired.op = call.all<AcquireMedia>().front().op;
  acquired.camera.track = TrackId{"cam"};
  call.handle(acquired);
  EXPECT_THAT(attached(call), IsEmpty());
  call.handle(ScreenWanted{});
  EXPECT_THAT(attached(call), ElementsAre("old/1 cam"));
  EXPECT_THAT(call.sent, ElementsAre("tracks -audio +video"));
}

TEST(OurScreen, LeavesTheCamerasPlaceEmptyAgain) {
  CallBench call = with_older_client();
  start_sharing(call);
  settle_attached(call);
  call.handle(LocalTrackEnded{kScreen});
  EXPECT_THAT(attached(call), ElementsAre("old/1 -"));
  EXPECT_THAT(call.sent, ElementsAre("tracks -audio -video"));
}

TEST(OurScreen, IsTakenBackFromTheServerWhenAnOlderClientComes) {
  CallBench call = with_ben();
  start_sharing(call);
  call.participant_joined(CallBench::older_client("old"));
  EXPECT_THAT(call.sent, ElementsAre("screen-share-stop"));
  EXPECT_EQ(call.self.screen.state, MediaState::On) << "it goes on, and its tracks say so";
  call.participant_left("old");
  EXPECT_THAT(call.sent, ElementsAre("screen-share-start"));
}

TEST(OurScreen, NeverGoesIntoTheSlotOfAnOlderClientsOwn) {
  CallBench call = with_older_client();
  call.offer("old", {}, "C");  // from a fresh connection, with its screen
  call.remote_set("old", {MediaKind::Audio, MediaKind::Video, MediaKind::Video});
  call.local_set("old");
  start_sharing(call);
  EXPECT_THAT(attached(call), ElementsAre("old/1 screen"));
}

// ---- theirs ----------------------------------------------------------------------------

wire::WireTracks shared(const std::string& epoch, bool camera_off) {
  wire::PeerMark mark{1, Epoch{epoch}};
  mark.screen = true;
  mark.camera_off = camera_off;
  return {true, true, mark};
}

TEST(TheirScreen, IsFoundWithItsSoundInSlotsOfItsOwn) {
  CallBench call = with_ben();
  EXPECT_EQ(call.seen("ben").screen, (MediaView{MediaState::Off, MediaReason::PeerOff}));
  EXPECT_EQ(call.seen("ben").screen_source, TrackSource{});
  call.message(wire::TracksUpdated{kRoom, UserId{"ben"}, shared("eb", false)});
  const ConnectionNumber connection{call.connection("ben")};
  EXPECT_EQ(call.seen("ben").screen_source, (TrackSource{connection, 2, 3}));
  EXPECT_EQ(call.seen("ben").screen, (MediaView{MediaState::Loading, MediaReason::Starting}));
  EXPECT_EQ(call.seen("ben").camera_source, (TrackSource{connection, 1}));
  call.pass(300ms);
  call.sample("ben", {{2, 5'000, 3}});
  EXPECT_EQ(call.seen("ben").screen, (MediaView{MediaState::On, MediaReason::None}));
  call.tracks_updated("ben", true, true, "eb");
  EXPECT_EQ(call.seen("ben").screen, (MediaView{MediaState::Off, MediaReason::PeerOff}));
}

TEST(TheirScreen, OfBeforeIsNotTakenForTheNewOne) {
  CallBench call = with_ben();
  call.message(wire::TracksUpdated{kRoom, UserId{"ben"}, shared("eb", false)});
  call.pass(300ms);
  call.sample("ben", {{2, 5'000, 3}});
  call.tracks_updated("ben", true, true, "eb");
  call.message(wire::TracksUpdated{kRoom, UserId{"ben"}, shared("eb", false)});
  EXPECT_EQ(call.seen("ben").screen, (MediaView{MediaState::Loading, MediaReason::Starting}));
}

TEST(TheirScreen, IsNoCamera) {
  CallBench call = with_ben();
  call.message(wire::TracksUpdated{kRoom, UserId{"ben"}, shared("eb", true)});
  EXPECT_EQ(call.seen("ben").camera, (MediaView{MediaState::Off, MediaReason::PeerOff}));
  EXPECT_EQ(call.seen("ben").screen.state, MediaState::Loading);
}

TEST(TheirScreen, IsSeenByWhoComesLater) {
  CallBench call;
  wire::WireParticipant ben = CallBench::module_peer("ben", "eb");
  ben.tracks = shared("eb", true);
  call.enter({ben});
  EXPECT_EQ(call.seen("ben").screen.state, MediaState::Loading);
  EXPECT_EQ(call.seen("ben").camera, (MediaView{MediaState::Off, MediaReason::PeerOff}));
}

TEST(TheirScreen, EndsWithTheirPage) {
  CallBench call = with_ben();
  call.message(wire::TracksUpdated{kRoom, UserId{"ben"}, shared("eb", false)});
  wire::WireParticipant reloaded = CallBench::module_peer("ben", "eb2");
  reloaded.tracks = {};
  call.participant_joined(reloaded);
  EXPECT_EQ(call.seen("ben").screen.state, MediaState::Off);
}

TEST(TheirScreen, OfAModulePeerIsToldByItsTracksAlone) {
  CallBench call = with_ben();
  call.message(wire::ScreenShareStarted{kRoom, UserId{"ben"}, TrackId{"s"}});
  EXPECT_EQ(call.seen("ben").screen.state, MediaState::Off);
  call.message(wire::TracksUpdated{kRoom, UserId{"ben"}, shared("eb", false)});
  call.message(wire::ScreenShareStopped{kRoom, UserId{"ben"}});
  EXPECT_EQ(call.seen("ben").screen.state, MediaState::Loading);
}

TEST(TheirScreen, OfAnOlderClientIsItsNewestFurtherPicture) {
  CallBench call = with_older_client();
  const ConnectionNumber connection{call.connection("old")};
  call.message(wire::ScreenShareStarted{kRoom, UserId{"old"}, TrackId{"s"}});
  EXPECT_EQ(call.seen("old").screen.state, MediaState::Loading);
  EXPECT_EQ(call.seen("old").screen_source, TrackSource{}) << "its offer is still to come";
  const auto offer = [&](const std::vector<MediaKind>& kinds) {
    const std::string more = "a=lines:" + std::to_string(kinds.size()) + "\r\n";
    call.message(wire::OfferReceived{
        kRoom, {DescriptionType::Offer, CallBench::sdp("B") + more, {}}, UserId{"old"}});
    call.remote_set("old", kinds);
    call.local_set("old");
  };
  offer({MediaKind::Audio, MediaKind::Video, MediaKind::Video});
  EXPECT_EQ(call.connection("old"), connection.value) << "on the connection that is there";
  EXPECT_EQ(call.seen("old").screen_source, (TrackSource{connection, 2}));
  call.message(wire::ScreenShareStopped{kRoom, UserId{"old"}});
  EXPECT_EQ(call.seen("old").screen.state, MediaState::Off);
  call.message(wire::ScreenShareStarted{kRoom, UserId{"old"}, TrackId{"s2"}});
  offer({MediaKind::Audio, MediaKind::Video, MediaKind::Video, MediaKind::Video});
  EXPECT_EQ(call.seen("old").screen_source, (TrackSource{connection, 3}));
  EXPECT_EQ(call.seen("old").camera_source, (TrackSource{connection, 1}));
}

TEST(TheirScreen, OfAnOlderClientOutlivesItsTracksAndOurOutage) {
  CallBench call = with_older_client();
  call.message(wire::ScreenShareStarted{kRoom, UserId{"old"}, TrackId{"s"}});
  call.tracks_updated("old", false, true, "");
  EXPECT_EQ(call.seen("old").screen.state, MediaState::Loading);
  call.socket_closed();
  call.pass(1s);
  call.connect();
  call.joined({CallBench::older_client("old")});
  EXPECT_EQ(call.seen("old").screen.state, MediaState::Loading);
  call.participant_joined(CallBench::older_client("old"));
  EXPECT_EQ(call.seen("old").screen.state, MediaState::Off) << "its page is another one now";
}

}  // namespace
}  // namespace groupcall
