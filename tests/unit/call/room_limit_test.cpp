/// How many people a call takes: who comes too late is refused, and nobody else notices.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<wire::WireParticipant> others(int count) {
  std::vector<wire::WireParticipant> list;
  for (int i = 0; i < count; ++i)
    list.push_back(CallBench::module_peer("u" + std::to_string(i), "e" + std::to_string(i)));
  return list;
}
CallBench bench_for(std::int64_t people, std::int64_t early_offers = 0) {
  CallConfig config = CallBench::default_config();
  config.max_participants = people;
  config.early_offers = early_offers;
  return CallBench(std::move(config));
}
RejectRequest full(std::int64_t request) { return {RequestId{request}, {ErrorCode::RoomFull, {}}}; }

TEST(RoomLimit, TheEighthComesInAndTheNinthDoesNot) {
  CallBench eighth;
  eighth.enter(others(7));
  EXPECT_EQ(eighth.phase, Phase::Joined);
  EXPECT_EQ(eighth.order.size(), 7U);

  CallBench ninth;
  ninth.enter(others(8));
  EXPECT_THAT(ninth.all<RejectRequest>(), ElementsAre(full(1)));
  EXPECT_THAT(ninth.sent, ElementsAre("leave r")) << "after `joined`, and no offer with it";
  EXPECT_THAT(ninth.all<CreateConnection>(), IsEmpty());
  EXPECT_EQ(ninth.phase, Phase::Idle);
  EXPECT_EQ(ninth.error.code, ErrorCode::RoomFull);
  EXPECT_THAT(ninth.order, IsEmpty());
  EXPECT_EQ(ninth.open.list(), "");
  EXPECT_EQ(ninth.reaction.wake_at, kNever) << "nothing is tried again";
}

TEST(RoomLimit, IsWhatTheConfigSays) {
  CallBench two = bench_for(2);
  two.enter(others(2));
  EXPECT_THAT(two.all<RejectRequest>(), ElementsAre(full(1)));
  CallBench sixteen = bench_for(16);
  sixteen.enter(others(15));
  EXPECT_EQ(sixteen.phase, Phase::Joined);
}

TEST(RoomLimit, CountsNeitherOneselfNorWhoCannotBeRead) {
  CallBench call = bench_for(3);
  call.join(1);
  call.connect();
  call.frame(
      R"(42["groupcall:joined",{"roomId":"r","participants":[{"userId":"a"},{"userId":"me"},)"
      R"({"userId":7},{"userId":"b"}],"callType":"video"}])");
  EXPECT_EQ(call.phase, Phase::Joined);
  EXPECT_EQ(call.order.size(), 2U);
}

TEST(RoomLimit, DevicesAreGivenBackEvenIfTheyComeLate) {
  CallBench call = bench_for(2);
  call.join(1, true, true);
  call.connect();
  call.joined(others(2));
  EXPECT_EQ(call.phase, Phase::Idle);
  call.handle(MediaAcquired{OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}});
  EXPECT_EQ(call.open.list(), "");

  CallBench open = bench_for(2);
  open.join(1, true, true);
  open.connect();
  open.handle(MediaAcquired{OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}});
  open.joined(others(2));
  EXPECT_EQ(open.open.list(), "");
}

TEST(RoomLimit, TheConnectionsOfEarlyOffersAreClosed) {
  CallBench call = bench_for(2, 3);
  call.join(1);
  EXPECT_EQ(call.all<CreateConnection>().size(), 3U);
  call.connect();
  call.after(100ms);
  call.joined(others(2));
  EXPECT_THAT(call.all<RejectRequest>(), ElementsAre(full(1)));
  EXPECT_EQ(call.open.list(), "");
}

TEST(RoomLimit, NobodyInsideIsEverPutOut) {
  CallBench call = bench_for(3);
  call.enter(others(2));
  call.participant_joined(CallBench::module_peer("late", "el"));
  EXPECT_EQ(call.phase, Phase::Joined);
  EXPECT_EQ(call.order.size(), 3U) << "whose own limit is higher, or who is an older client";
}

TEST(RoomLimit, WhoComesBackAfterALostSocketStays) {
  CallBench call = bench_for(3);
  call.enter(others(2));
  call.socket_closed();
  call.pass(1s);
  call.connect();
  EXPECT_THAT(call.sent, ElementsAre("join r"));
  call.joined(others(5));
  EXPECT_EQ(call.phase, Phase::Joined);
  EXPECT_EQ(call.order.size(), 5U);
}

TEST(RoomLimit, AJoinLostWithItsSocketIsStillAFirstOne) {
  CallBench call = bench_for(3);
  call.join(1);
  call.connect();
  call.socket_closed();
  call.pass(1s);
  call.connect();
  call.joined(others(3));
  EXPECT_THAT(call.all<RejectRequest>(), ElementsAre(full(1)));
  EXPECT_EQ(call.open.list(), "");
}

TEST(RoomLimit, WhoIsLeavingIsToldOfNoError) {
  CallBench call = bench_for(2);
  call.join(1);
  call.connect();
  call.leave(2);
  call.joined(others(2));
  EXPECT_THAT(call.all<RejectRequest>(), IsEmpty());
  EXPECT_THAT(call.commands(), Contains(Command(resolved(2))));
  EXPECT_EQ(call.error.code, ErrorCode::None);
}

TEST(RoomLimit, APlaceThatIsFreeAgainIsTakenByTheNextJoin) {
  CallBench call = bench_for(2);
  call.enter(others(2));
  EXPECT_EQ(call.phase, Phase::Idle);
  call.join(2);
  call.connect();
  EXPECT_EQ(call.error.code, ErrorCode::None);
  call.joined(others(1));
  EXPECT_THAT(call.all<ResolveRequest>(), ElementsAre(resolved(2)));
  EXPECT_EQ(call.phase, Phase::Joined);
}

}  // namespace
}  // namespace groupcall
