// Patches hold what changed and nothing else (which CallBench checks at every event), and the
// same events give the same reactions.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;

TEST(Patch, IsEmptyWhenNothingChanged) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.connect_to("ben", "eb");
  call.frame("2");
  EXPECT_TRUE(call.reaction.patch.empty());
  call.handle(Woke{});
  EXPECT_TRUE(call.reaction.patch.empty());
  call.candidate("ben", call.from("eb", 1, 1));
  EXPECT_TRUE(call.reaction.patch.empty());
  call.joined({CallBench::module_peer("ben", "eb")});
  EXPECT_TRUE(call.reaction.patch.empty()) << "the same list again";
}

TEST(Patch, HoldsOneParticipantWhenOneChanged) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb"), CallBench::module_peer("cyd", "ec")});
  call.tracks_updated("ben", false, true, "eb");
  ASSERT_EQ(call.reaction.patch.participants.size(), 1U);
  EXPECT_EQ(call.reaction.patch.participants[0].user_id, UserId{"ben"});
  EXPECT_FALSE(call.reaction.patch.order);
  EXPECT_FALSE(call.reaction.patch.self);
}

TEST(Patch, ShowsAReturnerAnew) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.participant_left("ben");
  EXPECT_TRUE(call.participants.empty());
  call.participant_joined(CallBench::module_peer("ben", "eb"));
  EXPECT_EQ(call.reaction.patch.participants.size(), 1U);
}

TEST(Patch, CountsWhatWasRefused) {
  CallBench call;
  call.enter();
  call.frame("nonsense");
  call.frame("nonsense");
  EXPECT_THAT(call.reaction.patch.diagnostics,
              ElementsAre(Counter{"refused-frames", 2}, Counter{"refused-unknown-type", 2}));
}

TEST(Time, NeverGoesBack) {
  CallBench call;
  call.join(1);
  const Instant wake = call.reaction.wake_at;
  call.now -= 5s;
  call.handle(Woke{});
  EXPECT_EQ(call.reaction.wake_at, wake);
}

// Peers, devices, an outage, times that differ: everything that could depend on luck.
CallBench eventful_call() {
  CallBench call;
  call.join(1, true, true);
  call.connect();
  call.joined({CallBench::module_peer("ben", "eb"), CallBench::older_client("old")});
  call.handle(MediaAcquired{OpId{1}, {TrackId{"m"}, "", ""}, {TrackId{"c"}, "", ""}});
  call.connect_to("ben", "eb");
  call.pass(6s);
  call.handle(CameraWanted{false});
  call.socket_closed();
  for (int i = 0; i < 6; ++i) {
    call.pass(700ms);
    call.socket_closed();
  }
  call.pass(2s);
  call.connect();
  call.joined({CallBench::module_peer("ben", "eb2")});
  call.pass(20s);
  call.leave(2);
  call.pass(1s);
  call.handle(Disposed{});
  return call;
}

TEST(Determinism, GivesTheSameReactionsToTheSameEvents) {
  const CallBench original = eventful_call();
  CallCore first(CallBench::default_config());
  CallCore second(CallBench::default_config());
  ASSERT_GT(original.record.size(), 40U);
  for (const TimedEvent& timed : original.record) {
    const Reaction a = first.handle(timed.event, timed.at);
    const Reaction b = second.handle(timed.event, timed.at);
    ASSERT_EQ(a.commands, b.commands);
    ASSERT_EQ(a.wake_at, b.wake_at);
    ASSERT_EQ(a.patch, b.patch);
  }
}

TEST(Determinism, GivesAnotherSeedAnotherEpoch) {
  CallConfig config = CallBench::default_config();
  config.seed = "another";
  CallBench one;
  CallBench two(std::move(config));
  one.enter();
  two.enter();
  EXPECT_NE(one.epoch, two.epoch);
}

}  // namespace
}  // namespace groupcall
