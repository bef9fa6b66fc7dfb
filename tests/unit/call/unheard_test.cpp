// Peers of whom there is not a word: ghosts of the server's.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Unheard : public testing::Test {
 protected:
  void SetUp() override {
    call.enter({CallBench::module_peer("ann", "ea", false, false),
                CallBench::module_peer("ben", "eb", false, false)});
    call.local_set("ben");
  }
  /// Time passes; the server speaks every second, and brings us what we ask it to.
  void pass(Duration time) {
    const Instant end = call.now + time;
    while (call.now < end) {
      call.pass(std::min<Duration>(1s, end - call.now));
      call.frame("2");
      call.candidate("me", {});
    }
  }
  LinkView shown(const std::string& user) { return call.seen(user).connection; }

  CallBench call;
};

TEST_F(Unheard, ForThirtySecondsAreUnreachable) {
  pass(10s);
  call.candidate("ben", call.from("eb", 1, 1));
  pass(20s - 1s);
  EXPECT_EQ(call.count(Tally::UnheardPeers), 0);
  pass(2s);
  EXPECT_EQ(call.count(Tally::UnheardPeers), 1) << "ann";
  EXPECT_EQ(shown("ann"), LinkView::Unreachable);
}

// Somebody whose coming was not told, and then was, and who goes again before anything is
// connected.
TEST_F(Unheard, StrangersWhoAreListedAfterAllMayLeave) {
  call.offer("cem", call.from("ec", 1, 1));
  ASSERT_THAT(call.order, testing::SizeIs(3));
  call.tracks_updated("cem", true, true, "ec");
  call.participant_left("cem");
  pass(8s);
  EXPECT_THAT(call.order, testing::SizeIs(2));
}

TEST_F(Unheard, AreTriedOnceAMinute) {
  pass(31s);
  ASSERT_EQ(call.count(Tally::UnheardPeers), 2);
  EXPECT_EQ(call.open.connections(), 0U) << "nothing is held open for them";
  std::vector<std::int64_t> tries;
  for (int second = 32; second <= 240; ++second) {
    const std::int64_t before = call.connection("ann");
    pass(1s);
    if (call.connection("ann") != before) tries.push_back(second);
    call.local_set("ann");
  }
  ASSERT_GE(tries.size(), 3U);
  for (std::size_t i = 1; i < tries.size(); ++i)
    EXPECT_NEAR(static_cast<double>(tries[i] - tries[i - 1]), 60, 1) << i;
  EXPECT_EQ(shown("ann"), LinkView::Unreachable);
}

TEST_F(Unheard, AreRevivedByAnyWord) {
  pass(31s);
  call.candidate("ann", call.from("ea", 1, 1));
  EXPECT_EQ(shown("ann"), LinkView::Connecting);
  EXPECT_THAT(call.all<CreateConnection>(), testing::SizeIs(1)) << "we are the newcomer";
  call.tracks_updated("ben", true, true, "eb");
  EXPECT_EQ(shown("ben"), LinkView::Connecting);
  EXPECT_THAT(call.order, ElementsAre(UserId{"ann"}, UserId{"ben"}));
}

TEST_F(Unheard, AreNotThoseWhomAServerThatIsSilentItselfKeepsFromUs) {
  call.pass(90s);
  EXPECT_EQ(call.count(Tally::UnheardPeers), 0);
}

TEST_F(Unheard, AreNotJudgedByAPageThatStoodStill) {
  pass(10s);
  call.now += 600s;  // its timers and all that came meanwhile are late
  call.handle(Woke{});
  EXPECT_GT(call.reaction.wake_at, call.now);
  EXPECT_EQ(call.count(Tally::LateWakes), 1);
  call.frame("2");
  EXPECT_EQ(call.count(Tally::UnheardPeers), 0) << "their words may come next";
  pass(35s);
  EXPECT_EQ(call.count(Tally::UnheardPeers), 2) << "they have not";
}

TEST_F(Unheard, AreNotThoseWhoAreConnectedAndQuiet) {
  call.answer("ben", call.from("eb", call.offered_link, 1));
  call.remote_set("ben");
  call.transport("ben", TransportState::Connected);
  EXPECT_THAT(call.order, ElementsAre(UserId{"ann"}, UserId{"ben"}));
  pass(100s);
  EXPECT_EQ(shown("ben"), LinkView::Connected);
  EXPECT_EQ(shown("ann"), LinkView::Unreachable);
  EXPECT_THAT(call.order, ElementsAre(UserId{"ben"}, UserId{"ann"})) << "who is gone comes last";
}

TEST_F(Unheard, MayLeaveAndNothingIsLeft) {
  pass(31s);
  call.participant_left("ann");
  call.participant_left("ben");
  EXPECT_THAT(call.participants, IsEmpty());
  call.leave(2);
  EXPECT_EQ(call.open.list(), "");
  EXPECT_EQ(call.reaction.wake_at, kNever);
}

}  // namespace
}  // namespace groupcall
