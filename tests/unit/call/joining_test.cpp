#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RejectRequest rejected(std::int64_t request, ErrorCode code, const std::string& detail = "") {
  return {RequestId{request}, {code, detail}};
}
AcquireMedia both_devices() { return {OpId{1}, true, true, "", ""}; }

TEST(Joining, OpensTheSocketAndTheDevicesAtOnce) {
  CallBench call;
  call.join(1, true, true);
  EXPECT_THAT(call.commands(),
              ElementsAre(both_devices(), OpenSocket{SocketNumber{1},
                                                     "wss://chat.test/socket.io/"
                                                     "?userId=me&EIO=4&transport=websocket"}));
  EXPECT_EQ(call.phase, Phase::Joining);
  EXPECT_EQ(call.room.room_id, RoomId{"r"});
  EXPECT_EQ(call.reaction.wake_at, call.now + 10s);
}

TEST(Joining, NeedsNoDevice) {
  CallBench call;
  call.enter();
  EXPECT_EQ(call.phase, Phase::Joined);
  EXPECT_THAT(call.sent, ElementsAre("tracks -audio -video"));
}

TEST(Joining, IsAdmittedByTheServer) {
  CallBench call;
  call.join(1, true, true);
  call.connect();
  EXPECT_THAT(call.sent, ElementsAre("join r"));
  EXPECT_FALSE(call.epoch.empty());
  call.now += 300ms;
  call.joined();
  EXPECT_THAT(call.commands(), testing::Contains(Command(resolved(1))));
  EXPECT_THAT(call.sent, ElementsAre("tracks +audio +video")) << "wanted, though still opening";
  EXPECT_EQ(call.phase, Phase::Joined);
  EXPECT_EQ(call.room.joined_at_ms, 1'000'300);
}

TEST(Joining, AnnouncesTracksOnlyWhenTheyChange) {
  CallBench call;
  call.join(1, true, true);
  call.connect();
  call.joined();
  call.handle(MediaAcquired{OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}});
  EXPECT_THAT(call.sent, IsEmpty());
  call.handle(CameraWanted{false});
  EXPECT_THAT(call.sent, ElementsAre("tracks +audio -video"));
  call.handle(CameraWanted{false});
  EXPECT_THAT(call.sent, IsEmpty());
}

TEST(Joining, TwiceSettlesBothPromises) {
  CallBench call;
  call.join(1);
  call.join(2);
  EXPECT_THAT(call.commands(), IsEmpty());
  call.connect();
  call.joined();
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(1), resolved(2)));
  call.join(3);
  EXPECT_THAT(call.commands(), ElementsAre(resolved(3)));
}

TEST(Joining, AnotherRoomIsRefusedWhileInOne) {
  CallBench call;
  call.join(1);
  call.join(2, false, false, "other");
  EXPECT_THAT(call.commands(), ElementsAre(rejected(2, ErrorCode::AlreadyJoined, "r")));
  call.connect();
  call.joined();
  call.join(3, false, false, "other");
  EXPECT_THAT(call.commands(), ElementsAre(rejected(3, ErrorCode::AlreadyJoined, "r")));
  EXPECT_EQ(call.phase, Phase::Joined);
}

TEST(Joining, NeedsARoomAndAGroup) {
  CallBench call;
  call.join(1, true, true, "");
  EXPECT_THAT(call.commands(), ElementsAre(rejected(1, ErrorCode::InvalidArgument, "roomId")));
  JoinRequested wish;
  wish.request = RequestId{2};
  wish.room_id = RoomId{"r"};
  call.handle(wish);
  EXPECT_THAT(call.commands(), ElementsAre(rejected(2, ErrorCode::InvalidArgument, "groupId")));
  EXPECT_EQ(call.phase, Phase::Idle);
}

TEST(Joining, AsksAgainAfterFiveSecondsWithoutAnAnswer) {
  CallBench call;
  call.join(1);
  call.connect();
  call.after(5s - CallBench::kTick);
  EXPECT_THAT(call.sent, IsEmpty());
  call.after(CallBench::kTick);
  EXPECT_THAT(call.sent, ElementsAre("join r"));
  call.joined();
  call.pass(20s);
  EXPECT_EQ(call.phase, Phase::Joined) << "the deadline of joining is over";
}

TEST(Joining, TimesOutAfterFifteenSecondsOnline) {
  CallBench call;
  call.join(1);
  call.connect();
  call.pass(15s - CallBench::kTick);
  EXPECT_EQ(call.phase, Phase::Joining);
  call.after(CallBench::kTick);
  EXPECT_THAT(call.all<RejectRequest>(), ElementsAre(rejected(1, ErrorCode::Timeout)));
  EXPECT_EQ(call.error.code, ErrorCode::Timeout);
  EXPECT_EQ(call.phase, Phase::Leaving) << "a join is on its way: it must be withdrawn";
  call.joined();
  EXPECT_THAT(call.sent, ElementsAre("leave r"));
  EXPECT_EQ(call.open.list(), "");
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.error.code, ErrorCode::Timeout) << "still worth showing";
}

TEST(Joining, TimesOutWithTheReasonWhyThereIsNoServer) {
  CallBench call;
  call.join(1);
  call.socket_closed();
  call.pass(15s);
  EXPECT_EQ(call.error.code, ErrorCode::ServerUnreachable);
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.open.list(), "");
}

TEST(Joining, TimesOutAfterTheTimeThatTheConfigSays) {
  CallConfig config = CallBench::default_config();
  config.join_timeout_ms = 2'000;
  CallBench call(std::move(config));
  call.join(1);
  call.after(2s - CallBench::kTick);
  EXPECT_EQ(call.phase, Phase::Joining);
  call.after(CallBench::kTick);
  EXPECT_THAT(call.all<RejectRequest>(), ElementsAre(rejected(1, ErrorCode::ServerUnreachable)));
  EXPECT_EQ(call.open.list(), "");
}

TEST(Joining, ThatTheServerFailedLeavesNothingToWithdraw) {
  CallBench call;
  call.join(1);
  call.connect();
  call.message(wire::RoomError{RoomId{"r"}, "Failed to join group call"});
  call.leave(2);
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.open.list(), "");
}

TEST(Joining, TimesOutWhenTheServerLimitsTheRate) {
  CallBench call;
  call.join(1);
  call.connect();
  call.frame(R"(42["error",{"message":"slow down","retryAfter":300}])");
  call.frame("41");
  call.pass(15s);
  EXPECT_EQ(call.error, (CallError{ErrorCode::RateLimited, "slow down"}));
}

TEST(Joining, IsRefusedForGoodByTwoErrors) {
  struct Row {
    std::string text;
    ErrorCode code;
  };
  const std::vector<Row> rows = {{"Group not found", ErrorCode::GroupNotFound},
                                 {"You are not a member of this group", ErrorCode::NotAMember}};
  for (const Row& row : rows) {
    CallBench call;
    call.join(1, true, true);
    call.connect();
    call.message(wire::RoomError{RoomId{"r"}, row.text});
    EXPECT_THAT(call.all<RejectRequest>(), ElementsAre(rejected(1, row.code, row.text)));
    EXPECT_EQ(call.phase, Phase::Idle);
    EXPECT_EQ(call.error, (CallError{row.code, row.text}));
    EXPECT_EQ(call.open.list(), "");
    call.handle(MediaAcquired{OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}});
    EXPECT_EQ(call.open.list(), "") << "devices that come late are released";
  }
}

TEST(Joining, IsTriedAgainAfterAFailureOfTheServers) {
  CallBench call;
  call.join(1);
  call.connect();
  call.message(wire::RoomError{RoomId{"r"}, "Failed to join group call"});
  EXPECT_EQ(call.phase, Phase::Joining);
  call.after(1s - CallBench::kTick);
  EXPECT_THAT(call.sent, IsEmpty());
  call.after(CallBench::kTick);
  EXPECT_THAT(call.sent, ElementsAre("join r"));
  call.joined();
  EXPECT_EQ(call.phase, Phase::Joined);
}

TEST(Joining, TimesOutWithTheServersOwnFailure) {
  CallBench call;
  call.join(1);
  call.connect();
  call.message(wire::RoomError{RoomId{"r"}, "Failed to join group call"});
  call.pass(15s);
  EXPECT_EQ(call.error, (CallError{ErrorCode::JoinFailed, "Failed to join group call"}));
}

TEST(Joining, OverlooksErrorsOfOtherRooms) {
  CallBench call;
  call.join(1);
  call.connect();
  call.message(wire::RoomError{RoomId{"other"}, "Group not found"});
  call.joined({}, "other");
  EXPECT_EQ(call.phase, Phase::Joining);
  EXPECT_EQ(call.count(Tally::WrongRoom), 2);
}

TEST(Joining, IsRefusedWithTheConnection) {
  CallBench call;
  call.join(1);
  call.frame(R"(0{"sid":"s","pingInterval":25000,"pingTimeout":20000})");
  call.frame(R"(44{"message":"bad token"})");
  EXPECT_THAT(call.all<RejectRequest>(), ElementsAre(rejected(1, ErrorCode::Refused, "bad token")));
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.open.list(), "");
}

TEST(Joining, EndsWhenAnotherTabTakesOver) {
  CallBench call;
  call.join(1);
  call.connect();
  call.frame(R"(42["connection:replaced",{"message":"elsewhere"}])");
  EXPECT_THAT(call.all<RejectRequest>(),
              ElementsAre(rejected(1, ErrorCode::Replaced, "elsewhere")));
  EXPECT_EQ(call.open.list(), "");
}

TEST(Joining, GivesEveryCallAnEpochOfItsOwn) {
  CallBench call;
  call.enter();
  const Epoch first = call.epoch;
  call.leave(2);
  call.enter();
  EXPECT_FALSE(call.epoch.empty());
  EXPECT_NE(call.epoch, first);
}

TEST(Joining, LetsNobodyInWhoDidNotAsk) {
  CallBench call;
  call.handle(Woke{});
  EXPECT_EQ(call.phase, Phase::Idle);
  call.joined();
  EXPECT_THAT(call.commands(), IsEmpty());
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.reaction.wake_at, kNever);
}

}  // namespace
}  // namespace groupcall
