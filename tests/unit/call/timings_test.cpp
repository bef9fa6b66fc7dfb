// When each step from join() to the first picture was reached: what the waterfall is drawn from.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

/// Lets time pass without an event.
void later(CallBench& call, std::int64_t ms) { call.now += std::chrono::milliseconds(ms); }

TEST(Timings, OfAnOffererAreCountedFromJoinInWholeMilliseconds) {
  CallBench call;
  call.join(1, true, true);
  later(call, 30);
  call.handle(SocketOpened{call.socket});
  later(call, 20);
  call.connect();
  later(call, 50);
  call.joined({CallBench::module_peer("ben", "eb")});
  call.now += Duration(999);  // rounded down
  call.local_set("ben");
  later(call, 40);
  call.handle(MediaAcquired{OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}});
  later(call, 10);
  call.answer("ben", call.from("eb", call.offered_link, 1));
  call.remote_set("ben");
  later(call, 5);
  call.transport("ben", TransportState::Connected);
  EXPECT_THAT(
      call.timings,
      UnorderedElementsAre(Pair("join", 0), Pair("socket-open", 30), Pair("online", 50),
                           Pair("join-sent", 50), Pair("joined", 100), Pair("offer-sent ben", 100),
                           Pair("microphone", 140), Pair("camera", 140),
                           Pair("answer-received ben", 150), Pair("connected ben", 155)));
}

TEST(Timings, OfAnAnswererNameTheOfferAndTheAnswer) {
  CallBench call;
  call.enter();
  later(call, 200);
  call.participant_joined(CallBench::module_peer("new", "en"));
  later(call, 10);
  call.offer("new", call.from("en", 1, 1));
  call.remote_set("new");
  later(call, 5);
  call.local_set("new");
  EXPECT_EQ(call.timings.at("offer-received new"), 210);
  EXPECT_EQ(call.timings.at("answer-sent new"), 215);
}

TEST(Timings, OfMediaAreThoseOfTheFirstByteAndTheFirstDecodedFrame) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.connect_to("ben", "eb");
  call.after(deadlines::kStatsEager);
  call.sample("ben", {{0, 0, 0}, {1, 0, 0}});
  EXPECT_FALSE(call.timings.contains("first-byte ben"));
  call.after(deadlines::kStatsEager);
  call.sample("ben", {{0, 100, 0}, {1, 0, 0}});
  EXPECT_EQ(call.timings.at("first-byte ben"), 400);
  EXPECT_FALSE(call.timings.contains("first-frame ben"));
  call.after(deadlines::kStatsEager);
  call.sample("ben", {{0, 200, 0}, {1, 900, 1}});
  EXPECT_EQ(call.timings.at("first-frame ben"), 600);
  EXPECT_EQ(call.timings.at("first-picture"), 600);
}

TEST(Timings, OnlyTheFirstTimeCounts) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.connect_to("ben", "eb");
  const auto before = call.timings;
  call.socket_closed();
  call.pass(1s);
  call.connect();
  call.joined({CallBench::module_peer("ben", "eb2")});
  call.connect_to("ben", "eb2");
  EXPECT_EQ(call.timings, before) << "a reconnect of ours, a reload of theirs";
}

TEST(Timings, BeginAnewWithEachJoin) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.leave(2);
  call.pass(1s);
  later(call, 5'000);
  call.join(3);
  ASSERT_FALSE(call.reaction.patch.timings.empty());
  EXPECT_EQ(call.reaction.patch.timings.front(), (Counter{"join", 0}));
  EXPECT_THAT(call.timings, ElementsAre(Pair("join", 0)));
}

TEST(Timings, OutsideACallThereAreNone) {
  CallBench call;
  call.handle(ListenRequested{true});
  call.handle(SocketOpened{call.socket});
  call.connect();
  EXPECT_THAT(call.timings, IsEmpty());
}

TEST(Timings, AreBounded) {
  CallBench call;
  call.enter();
  for (int i = 0; i < 200; ++i) {
    const std::string user = "user" + std::to_string(i);
    call.participant_joined(CallBench::module_peer(user, "e" + user));
    call.offer(user, call.from("e" + user, 1, 1));
  }
  EXPECT_EQ(call.timings.size(), limits::kTimings);
}

}  // namespace
}  // namespace groupcall
