#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RejectRequest aborted(std::int64_t request) {
  return {RequestId{request}, {ErrorCode::Aborted, {}}};
}

// A join went down with its socket, and is not wanted any more.
CallBench left_after_a_lost_join() {
  CallBench call;
  call.join(1);
  call.connect();
  call.socket_closed();
  call.leave(2);
  return call;
}

TEST(Leaving, TellsTheServerAndReleasesEverythingAtOnce) {
  CallBench call;
  call.join(1, true, true);
  call.connect();
  call.joined({CallBench::module_peer("ben", "eb")});
  call.handle(MediaAcquired{OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}});
  call.leave(2);
  EXPECT_THAT(call.sent, ElementsAre("leave r"));
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(2)));
  EXPECT_EQ(call.open.list(), "");
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_THAT(call.order, IsEmpty());
  EXPECT_EQ(call.room.room_id, RoomId{});
  EXPECT_EQ(call.reaction.wake_at, kNever) << "nothing is left to wake up for";
}

TEST(Leaving, SaysGoodbyeOnOpenChannelsBeforeAnythingElse) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb"), CallBench::module_peer("cyd", "ec")});
  call.connect_to("ben", "eb");
  call.leave(2);
  const std::string goodbye = R"({"type":"goodbye","epoch":")" + call.epoch.value + "\"}";
  ASSERT_GE(call.commands().size(), 2U);
  EXPECT_EQ(call.commands()[0], Command(SendChannel{UserId{"ben"}, ConnectionNumber{1}, goodbye}));
  EXPECT_THAT(call.sent, ElementsAre("leave r"));
  EXPECT_THAT(call.all<SendChannel>(), testing::SizeIs(1)) << "only where one is open";
  EXPECT_EQ(call.phase, Phase::Leaving);
  EXPECT_EQ(call.reaction.wake_at, call.now + 200ms);
  call.handle(ChannelDrained{UserId{"ben"}, ConnectionNumber{1}});
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(2)));
  EXPECT_EQ(call.open.list(), "");
}

TEST(Leaving, WaitsForEveryGoodbyeButNoLongerThan200Milliseconds) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb"), CallBench::module_peer("cyd", "ec")});
  call.connect_to("ben", "eb");
  call.connect_to("cyd", "ec");
  call.leave(2);
  call.handle(ChannelDrained{UserId{"ben"}, ConnectionNumber{1}});
  EXPECT_EQ(call.phase, Phase::Leaving);
  call.after(200ms - CallBench::kTick);
  EXPECT_EQ(call.phase, Phase::Leaving);
  call.after(CallBench::kTick);
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.open.list(), "");
}

TEST(Leaving, BeforeJoinedWaitsForItSoThatNoGhostRemains) {
  CallBench call;
  call.join(1, true, true);
  call.connect();
  call.handle(MediaAcquired{OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}});
  call.leave(2);
  EXPECT_THAT(call.all<RejectRequest>(), ElementsAre(aborted(1)));
  EXPECT_THAT(call.sent, IsEmpty()) << "the server would ignore it and then let us in";
  EXPECT_EQ(call.open.list(), "socket 1, request 2") << "devices are released at once";
  EXPECT_EQ(call.phase, Phase::Leaving);
  call.joined({CallBench::module_peer("ben", "eb")});
  EXPECT_THAT(call.sent, ElementsAre("leave r"));
  EXPECT_THAT(call.all<CreateConnection>(), IsEmpty());
  EXPECT_EQ(call.open.list(), "");
  EXPECT_EQ(call.phase, Phase::Idle);
}

TEST(Leaving, BeforeJoinedGivesUpAfterFifteenSeconds) {
  CallBench call;
  call.join(1);
  call.connect();
  call.leave(2);
  call.after(15s - CallBench::kTick);
  EXPECT_EQ(call.phase, Phase::Leaving);
  call.after(CallBench::kTick);
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(2)));
  EXPECT_EQ(call.open.list(), "");
}

TEST(Leaving, BeforeAnythingWasSentIsImmediate) {
  CallBench call;
  call.join(1);
  call.leave(2);
  EXPECT_THAT(call.all<RejectRequest>(), ElementsAre(aborted(1)));
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(2)));
  EXPECT_EQ(call.open.list(), "");
}

TEST(Leaving, AfterARefusedJoinIsOverWithTheRefusal) {
  CallBench call;
  call.join(1);
  call.connect();
  call.leave(2);
  call.message(wire::RoomError{RoomId{"r"}, "Group not found"});
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(2)));
  EXPECT_EQ(call.error.code, ErrorCode::None) << "who leaves on purpose is told of no error";
  EXPECT_EQ(call.open.list(), "");
}

TEST(Leaving, AfterAFailedJoinIsOverWithTheFailure) {
  CallBench call;
  call.join(1);
  call.connect();
  call.leave(2);
  call.message(wire::RoomError{RoomId{"r"}, "Failed to join group call"});
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(2)));
  EXPECT_EQ(call.open.list(), "");
}

TEST(Leaving, DuringAnOutageIsImmediate) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.connect_to("ben", "eb");
  call.socket_closed();
  EXPECT_EQ(call.phase, Phase::Reconnecting);
  call.leave(2);
  EXPECT_THAT(call.all<SendChannel>(), testing::SizeIs(1));
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(2)));
  EXPECT_EQ(call.open.list(), "") << "the server has removed us with the socket";
}

TEST(Leaving, WhileRejoiningWaitsForTheAdmission) {
  CallBench call;
  call.enter();
  call.socket_closed();
  call.connect();
  EXPECT_THAT(call.sent, ElementsAre("join r"));
  call.leave(2);
  EXPECT_THAT(call.sent, IsEmpty());
  call.joined();
  EXPECT_THAT(call.sent, ElementsAre("leave r"));
  EXPECT_EQ(call.open.list(), "");
}

TEST(Leaving, RemovesTheGhostOfAJoinThatWentDownWithItsSocket) {
  CallBench call = left_after_a_lost_join();
  EXPECT_EQ(call.phase, Phase::Leaving);
  call.connect();
  EXPECT_THAT(call.sent, ElementsAre("leave r"));
  // The server may still be looking the group up: it ignores a leave that comes before that.
  for (int again = 2; again <= deadlines::kLeaves; ++again) {
    EXPECT_EQ(call.phase, Phase::Leaving);
    call.pass(deadlines::kLeaveAgain - CallBench::kTick);
    call.after(CallBench::kTick);
    EXPECT_THAT(call.sent, ElementsAre("leave r")) << again;
  }
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.open.list(), "");
}

TEST(Leaving, OfAGhostBeginsAnewOnTheNextSocketAndEndsAfterFifteenSeconds) {
  CallBench call = left_after_a_lost_join();
  call.connect();
  call.after(1s);
  call.socket_closed();
  call.connect();
  EXPECT_THAT(call.sent, ElementsAre("leave r"));
  call.socket_closed();
  call.pass(13s);
  EXPECT_EQ(call.phase, Phase::Leaving);
  call.after(1s);
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.open.list(), "");
}

TEST(Leaving, OfAGhostDoesNotDelayTheNextJoinOfThatRoom) {
  CallBench call = left_after_a_lost_join();
  call.connect();
  call.join(3);
  EXPECT_THAT(call.sent, ElementsAre("leave r"));
  EXPECT_EQ(call.phase, Phase::Joining);
}

TEST(Leaving, TwiceSettlesBothPromises) {
  CallBench call;
  call.join(1);
  call.connect();
  call.leave(2);
  call.leave(3);
  EXPECT_THAT(call.commands(), IsEmpty());
  call.joined();
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(2), resolved(3)));
  call.leave(4);
  EXPECT_THAT(call.commands(), ElementsAre(resolved(4)));
}

TEST(Leaving, IsFollowedByTheNextJoin) {
  CallBench call;
  call.join(1);
  call.connect();
  call.leave(2);
  call.join(3, false, false, "next");
  call.join(4, false, false, "last");
  EXPECT_THAT(call.commands(), ElementsAre(aborted(3)));
  call.joined();
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(2)));
  EXPECT_THAT(call.all<OpenSocket>(), testing::SizeIs(1));
  EXPECT_EQ(call.phase, Phase::Joining);
  EXPECT_EQ(call.room.room_id, RoomId{"last"});
  call.connect();
  EXPECT_THAT(call.sent, ElementsAre("join last"));
}

TEST(Leaving, IsFollowedByTheNextJoinWithTheDevicesThatAreWantedByThen) {
  CallBench call;
  call.join(1);
  call.connect();
  call.leave(2);
  call.join(3, true, true, "next");
  call.handle(CameraWanted{false});
  call.joined();
  EXPECT_THAT(call.all<AcquireMedia>(), ElementsAre(AcquireMedia{OpId{1}, true, false, "", ""}));
}

TEST(Leaving, TakesBackAJoinThatWaitsForTheEnd) {
  CallBench call;
  call.join(1);
  call.connect();
  call.leave(2);
  call.join(3);
  call.leave(4);
  EXPECT_THAT(call.commands(), ElementsAre(aborted(3)));
  call.joined();
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.open.list(), "");
}

TEST(Leaving, WithThePageHappensInsideOneReaction) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.connect_to("ben", "eb");
  call.handle(PageClosing{});
  EXPECT_THAT(call.all<SendChannel>(), testing::SizeIs(1));
  EXPECT_THAT(call.sent, ElementsAre("leave r"));
  EXPECT_EQ(call.open.list(), "");
  call.enter();
  EXPECT_EQ(call.phase, Phase::Joined) << "a page that came back can join again";
}

// ---- in the middle of anything ---------------------------------------------------------

using Step = void (*)(CallBench&);

// A call with most of what can be open: two peers, devices, a screen, a renegotiated link, an
// outage.
const std::vector<Step>& script() {
  static const std::vector<Step> steps = {
      [](CallBench& c) { c.join(1, true, true); },
      [](CallBench& c) { c.frame(R"(0{"sid":"s","pingInterval":25000,"pingTimeout":20000})"); },
      [](CallBench& c) { c.frame("40"); },
      [](CallBench& c) {
        c.joined({CallBench::module_peer("ben", "eb"), CallBench::older_client("old")});
      },
      [](CallBench& c) {
        c.handle(MediaAcquired{OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}});
      },
      [](CallBench& c) { c.local_set("ben"); },
      [](CallBench& c) { c.answer("ben", c.from("eb", 1, 1)); },
      [](CallBench& c) { c.remote_set("ben"); },
      [](CallBench& c) { c.transport("ben", TransportState::Connected); },
      [](CallBench& c) { c.channel_opened("ben"); },
      [](CallBench& c) { c.offer("old", {}, "O"); },
      [](CallBench& c) {
        c.remote_set("old", {MediaKind::Audio, MediaKind::Video});
      },
      [](CallBench& c) { c.local_set("old"); },
      [](CallBench& c) { c.participant_joined(CallBench::module_peer("cyd", "ec")); },
      [](CallBench& c) { c.offer("cyd", c.from("ec", 1, 1)); },
      [](CallBench& c) {
        c.handle(ScreenWanted{true, true, false, {}});
      },
      [](CallBench& c) {
        MediaAcquired screen;
        for (const AcquireScreen& asked : c.all<AcquireScreen>()) screen.op = asked.op;
        screen.screen.track = TrackId{"s"};
        screen.screen_audio.track = TrackId{"t"};
        c.handle(screen);
      },
      [](CallBench& c) { c.handle(CameraWanted{false}); },
      [](CallBench& c) { c.candidate("ben", c.from("eb", 1, 1, PeerRequest::OfferPlease)); },
      [](CallBench& c) { c.after(120ms); },
      [](CallBench& c) { c.handle(CameraWanted{true}); },
      [](CallBench& c) { c.participant_left("ben"); },
      [](CallBench& c) { c.socket_closed(); },
      [](CallBench& c) { c.connect(); },
      [](CallBench& c) { c.leave(2); },
      [](CallBench& c) { c.join(3, true, false, "next"); },
      [](CallBench& c) { c.joined({CallBench::module_peer("cyd", "ec")}); },
      [](CallBench& c) { c.leave(4); },
  };
  return steps;
}

// Runs the first `count` steps, then `last`.
template <class Last>
void stop_after(std::size_t count, Last last) {
  CallBench call;
  for (std::size_t i = 0; i < count; ++i) script()[i](call);
  last(call);
  EXPECT_EQ(call.open.list(), "") << "after " << count << " steps";
  // Whatever the browser was busy with comes now, and opens nothing any more.
  call.handle(MediaAcquired{OpId{1}, {TrackId{"m1"}, "", ""}, {TrackId{"c1"}, "", ""}});
  for (const char* user : {"ben", "cyd", "old"}) {
    call.local_set(user);
    call.remote_set(user);
  }
  call.pass(120s);
  EXPECT_EQ(call.open.list(), "") << "after " << count << " steps, later";
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_THAT(call.order, IsEmpty());
}

TEST(Leaving, ByDisposingLeavesNothingOpenWhateverWasGoingOn) {
  for (std::size_t count = 0; count <= script().size(); ++count) {
    stop_after(count, [](CallBench& call) {
      call.handle(Disposed{});
      EXPECT_EQ(call.reaction.wake_at, kNever);
    });
  }
}

TEST(Leaving, WithThePageLeavesNothingOpenWhateverWasGoingOn) {
  for (std::size_t count = 0; count <= script().size(); ++count)
    stop_after(count, [](CallBench& call) { call.handle(PageClosing{}); });
}

TEST(Leaving, ByWishLeavesNothingOpenWithinFifteenSecondsWhateverWasGoingOn) {
  for (std::size_t count = 0; count <= script().size(); ++count) {
    stop_after(count, [](CallBench& call) {
      call.leave(99);
      call.pass(15s);
    });
  }
}

TEST(Disposed, KnowsOnlyItsEnd) {
  CallBench call;
  call.handle(Disposed{});
  call.join(1);
  EXPECT_THAT(call.commands(), ElementsAre(RejectRequest{RequestId{1}, {ErrorCode::Disposed, {}}}));
  call.leave(2);
  EXPECT_THAT(call.commands(), ElementsAre(resolved(2)));
  call.handle(Disposed{});
  call.handle(CameraWanted{true});
  call.handle(NetworkOnline{});
  EXPECT_THAT(call.commands(), IsEmpty());
  EXPECT_EQ(call.reaction.wake_at, kNever);
}

}  // namespace
}  // namespace groupcall
