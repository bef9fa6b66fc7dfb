// Who speaks, and how good a link is: facts of the ports in, the snapshot out.
#include <functional>

#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Ben is connected, and so is our microphone.
class Fares : public testing::Test {
 protected:
  void SetUp() override { call.enter_with_devices({{"ben", "eb"}}); }
  ConnectionNumber number() const { return ConnectionNumber{call.connection("ben")}; }
  /// Time until the next sample is asked for, and that sample: a second of a good link, made worse
  /// by `change`.
  void second(const std::function<void(LinkSample&)>& change = {}) {
    const OpId before = call.stats_op;
    const Instant from = call.now;
    while (call.stats_op == before) {
      call.now = call.reaction.wake_at;
      call.handle(Woke{});
    }
    const std::int64_t passed = (call.now - from) / 1ms;
    packets += passed / 20;
    LinkSample sample{UserId{"ben"}, number(), {}, 0, 40};
    sample.slots.push_back({0, packets * 80, 0, packets * 80, 0, 0, false, packets, missing, 5});
    sample.slots.push_back(
        {1, packets * 800, packets, packets * 800, 0, 720, false, packets, 0, 5});
    if (change) change(sample);
    call.handle(StatsSampled{call.stats_op, {sample}});
  }
  void settle() {
    for (int i = 0; i < 60; ++i) second();
  }
  void level(std::int64_t permille, const std::string& of = "ben") {
    call.handle(
        LevelsChanged{{{UserId{of}, of.empty() ? ConnectionNumber{} : number(), permille}}});
  }
  bool speaks() const { return call.seen("ben").speaking; }

  CallBench call;
  std::int64_t packets = 0;
  std::int64_t missing = 0;
};

// ---- who speaks ------------------------------------------------------------------------

TEST_F(Fares, LevelsAreLookedAtFromTheFirstSampleUntilTheEndOfTheCall) {
  EXPECT_THAT(call.all<WatchLevels>(), IsEmpty());
  second();
  EXPECT_THAT(call.all<WatchLevels>(), ElementsAre(WatchLevels{100, 10, 20}));
  second();
  EXPECT_THAT(call.all<WatchLevels>(), IsEmpty());
  call.leave(2);
  call.pass(1s);
  EXPECT_THAT(call.all<WatchLevels>(), IsEmpty()) << "told in an earlier reaction";
  EXPECT_EQ(call.phase, Phase::Idle);
}

TEST_F(Fares, WhoeverIsLoudSpeaksAfterTheAttackAndUntilTheRelease) {
  second();
  level(80);
  const Instant loud = call.now;
  EXPECT_FALSE(speaks());
  call.pass(speech::kAttack - CallBench::kTick);
  EXPECT_FALSE(speaks());
  call.pass(CallBench::kTick);
  EXPECT_TRUE(speaks());
  EXPECT_EQ(call.now, loud + speech::kAttack);
  call.pass(5s);
  EXPECT_TRUE(speaks()) << "a level holds until the next one";
  level(0);
  call.pass(speech::kRelease - CallBench::kTick);
  EXPECT_TRUE(speaks());
  call.pass(CallBench::kTick);
  EXPECT_FALSE(speaks());
}

TEST_F(Fares, WhoeverIsMutedDoesNotSpeakHoweverLoud) {
  second();
  level(80);
  level(80, "");
  call.pass(1s);
  second();
  EXPECT_TRUE(speaks());
  EXPECT_TRUE(call.self.speaking);
  call.tracks_updated("ben", false, true, "eb");
  EXPECT_FALSE(speaks());
  call.handle(MicrophoneWanted{false});
  EXPECT_FALSE(call.self.speaking);
  call.pass(1s);
  EXPECT_FALSE(call.self.speaking);
}

TEST_F(Fares, LevelsOfOthersThanThePresentConnectionsChangeNothing) {
  second();
  for (const LevelSample& stray : {LevelSample{UserId{"zoe"}, ConnectionNumber{1}, 900},
                                   LevelSample{UserId{"ben"}, ConnectionNumber{99}, 900}})
    call.handle(LevelsChanged{{stray}});
  call.pass(1s);
  EXPECT_FALSE(speaks());
}

// ---- how good a link is ----------------------------------------------------------------

TEST_F(Fares, AGoodLinkHasAHundredAfterItsSecondSecondAndIsNotToldAgain) {
  EXPECT_EQ(call.seen("ben").quality, -1);
  settle();
  EXPECT_EQ(call.seen("ben").quality, 100);
  EXPECT_EQ(call.seen("ben").quality_cause, QualityCause::None);
  for (int i = 0; i < 20; ++i) {
    second();
    EXPECT_THAT(call.reaction.patch.participants, IsEmpty());
  }
}

TEST_F(Fares, EachCauseIsNamed) {
  struct Row {
    QualityCause cause;
    std::function<void(LinkSample&)> worse;
  };
  std::int64_t lost = 0;
  const std::vector<Row> rows = {
      {QualityCause::Loss,
       [&](LinkSample& s) {
         lost += 20;
         s.slots[0].missing = lost;
       }},
      {QualityCause::Loss, [](LinkSample& s) { s.slots[1].lost_permille = 90; }},
      {QualityCause::Rtt, [](LinkSample& s) { s.rtt_ms = 700; }},
      {QualityCause::Jitter, [](LinkSample& s) { s.slots[0].jitter_ms = 120; }},
      {QualityCause::Bitrate, [](LinkSample& s) { s.available_kbps = 120; }},
      {QualityCause::Cpu, [](LinkSample& s) { s.slots[1].cpu = true; }},
  };
  for (const Row& row : rows) {
    settle();
    for (int i = 0; i < 8; ++i) second(row.worse);
    EXPECT_LT(call.seen("ben").quality, 90);
    EXPECT_EQ(call.seen("ben").quality_cause, row.cause) << call.seen("ben").quality;
    missing = lost;
  }
}

TEST_F(Fares, AnEstimateThatIsNotUsedUpIsNoLimit) {
  settle();
  for (int i = 0; i < 8; ++i) second([](LinkSample& s) { s.available_kbps = 560; });
  EXPECT_EQ(call.seen("ben").quality, 100);
}

TEST_F(Fares, ALinkFromWhichNothingComesFallsToZero) {
  settle();
  const std::int64_t stands = packets;
  for (int i = 0; i < 8; ++i)
    second([&](LinkSample& s) {
      for (SlotSample& slot : s.slots) {
        slot.bytes = slot.frames = 0;
        slot.packets = stands;
      }
    });
  EXPECT_EQ(call.seen("ben").connection, LinkView::Reconnecting);
  EXPECT_EQ(call.seen("ben").quality, 0);
  EXPECT_EQ(call.seen("ben").quality_cause, QualityCause::Loss);
}

}  // namespace
}  // namespace groupcall
