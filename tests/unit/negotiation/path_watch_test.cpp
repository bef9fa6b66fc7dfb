#include "core/negotiation/path_watch.h"

#include <gmock/gmock.h>

#include "tests/unit/record_printing.h"

namespace groupcall {
namespace {

constexpr Duration kTick{1};
constexpr auto kNone = ConnectionReason::None;

struct PathRow {
  const char* what;
  PathFacts facts;
  ConnectionReason soon;   ///< after kCertain
  ConnectionReason later;  ///< after kConnect
};

constexpr GatheringFacts gathered(bool relay, bool any, bool relayed, bool refused, bool ended) {
  return {relay, any, relayed, refused, ended};
}

PathFacts facts(GatheringFacts gathering, bool answered = true, bool relay_only = false) {
  PathFacts made;
  made.gathering = gathering;
  made.answered = answered;
  made.relay_only = relay_only;
  return made;
}

TEST(ConnectionReasons, FollowFromWhatGatheringBrought) {
  using R = ConnectionReason;
  const std::vector<PathRow> rows = {
      {"own addresses", facts(gathered(false, true, false, false, true)), kNone, R::NoRelay},
      {"the same, gathering on", facts(gathered(false, true, false, false, false)), kNone,
       R::NoRelay},
      {"a relay's address", facts(gathered(true, true, true, false, true)), kNone, R::NoPath},
      {"no answer of the relay", facts(gathered(true, true, false, false, false)), kNone,
       R::RelayUnreachable},
      {"none, and an end of it", facts(gathered(true, true, false, false, true)), kNone,
       R::RelayUnreachable},
      {"the relay's refusal", facts(gathered(true, true, false, true, true)), R::RelayRefused,
       R::RelayRefused},
      {"one of two relays refused", facts(gathered(true, true, true, true, true)), kNone,
       R::NoPath},
      {"nothing at all", facts(gathered(false, false, false, false, true)), R::NoCandidates,
       R::NoCandidates},
      {"nothing, though a relay is named", facts(gathered(true, false, false, false, true)),
       R::NoCandidates, R::NoCandidates},
      {"nothing yet", facts(gathered(false, false, false, false, false)), kNone, R::NoRelay},
      {"relays only: refused", facts(gathered(true, false, false, true, true), true, true),
       R::RelayRefused, R::RelayRefused},
      {"relays only: none came", facts(gathered(true, false, false, false, true), true, true),
       R::RelayUnreachable, R::RelayUnreachable},
      {"relays only: none is named", facts(gathered(false, false, false, false, true), true, true),
       R::NoRelay, R::NoRelay},
      // Whoever has not answered yet may still be met without a relay.
      {"a refusal, unanswered", facts(gathered(true, true, false, true, true), false), kNone,
       kNone},
      {"relays only, refused, unanswered",
       facts(gathered(true, false, false, true, true), false, true), R::RelayRefused,
       R::RelayRefused},
      {"nothing at all, unanswered", facts(gathered(false, false, false, false, true), false),
       R::NoCandidates, R::NoCandidates},
      {"own addresses, unanswered", facts(gathered(false, true, false, false, true), false), kNone,
       kNone},
  };
  for (PathRow row : rows) {
    for (const auto& [missing, expected] :
         {std::pair(Duration(0), kNone), std::pair(deadlines::kCertain - kTick, kNone),
          std::pair(Duration(deadlines::kCertain), row.soon),
          std::pair(deadlines::kConnect - kTick, row.soon),
          std::pair(Duration(deadlines::kConnect), row.later),
          std::pair(Duration(3600s), row.later)}) {
      row.facts.missing = missing;
      EXPECT_EQ(connection_reason(row.facts), expected) << row.what << " " << missing.count();
    }
  }
}

TEST(ConnectionReasons, OfAPeerThatOwesAnAnswer) {
  PathFacts f = facts(gathered(true, true, false, true, true));
  f.missing = 20s;
  for (const auto& [owed, expected] :
       {std::pair(deadlines::kOfferResend - kTick, ConnectionReason::RelayRefused),
        std::pair(Duration(deadlines::kOfferResend), kNone),
        std::pair(deadlines::kLinkGiveUp - kTick, kNone),
        std::pair(Duration(deadlines::kLinkGiveUp), ConnectionReason::NoAnswer)}) {
    f.owed = owed;
    EXPECT_EQ(connection_reason(f), expected) << owed.count();
  }
  f.gathering.any = false;
  EXPECT_EQ(connection_reason(f), ConnectionReason::RelayRefused) << "we have nothing to meet at";
}

TEST(ConnectionReasons, OfAnOlderClientWhomNobodyMayCallAgain) {
  PathFacts f = facts(gathered(false, true, false, false, true));
  f.beyond_us = true;
  f.missing = deadlines::kConnect - kTick;
  EXPECT_EQ(connection_reason(f), kNone);
  f.missing = deadlines::kConnect;
  EXPECT_EQ(connection_reason(f), ConnectionReason::OlderClient);
}

class Watch : public testing::Test {
 protected:
  static constexpr ConnectionNumber kFirst{1};
  static constexpr ConnectionNumber kSecond{2};

  void described(const std::string& ufrag, bool relay = true, ConnectionNumber of = kFirst) {
    watch.on_described(of, {ufrag}, relay, now);
  }
  void found(const std::string& line, ConnectionNumber of = kFirst) {
    watch.on_candidate({UserId{"ben"}, of, {line, "0", 0, "u"}});
  }
  void failed(std::int64_t code, ConnectionNumber of = kFirst) {
    watch.on_candidate_failed({UserId{"ben"}, of, code, "words"});
  }
  GatheringFacts seen() const { return watch.gathering(now); }

  PathWatch watch;
  Instant now{100s};
};

const std::string kHost = "candidate:1 1 udp 1 10.0.0.1 9 typ host";
const std::string kRelayed = "candidate:2 1 udp 1 10.0.0.9 9 typ relay raddr 10.0.0.1 rport 9";

TEST_F(Watch, TellsAGatheringWhenItHasEnded) {
  described("A");
  found(kHost);
  found(kRelayed);
  EXPECT_FALSE(seen().any);
  found("");
  EXPECT_TRUE(seen().ended);
  EXPECT_TRUE(seen().relay);
  EXPECT_TRUE(seen().any);
  EXPECT_TRUE(seen().relayed);
  EXPECT_FALSE(seen().refused);
}

TEST_F(Watch, TellsAGatheringThatDoesNotEndAfterThreeSeconds) {
  described("A");
  found(kHost);
  now += deadlines::kCertain - kTick;
  EXPECT_FALSE(seen().any);
  now += kTick;
  EXPECT_TRUE(seen().any);
  EXPECT_FALSE(seen().ended);
}

TEST_F(Watch, KeepsTheFormerGatheringWhileANewOneIsYoung) {
  described("A");
  failed(401);
  found("");
  described("B");
  EXPECT_TRUE(seen().refused) << "a restart is not better before it has shown it";
  found(kRelayed);
  EXPECT_TRUE(seen().refused);
  found("");
  EXPECT_FALSE(seen().refused);
  EXPECT_TRUE(seen().relayed);
  described("C", false, kSecond);
  described("D", false, kSecond);  // neither had its time
  EXPECT_TRUE(seen().relayed);
}

TEST_F(Watch, KnowsThatARenewedOfferDoesNotGatherAgain) {
  described("A");
  found(kRelayed);
  found("");
  described("A");
  now += 60s;
  EXPECT_TRUE(seen().relayed);
}

TEST_F(Watch, HearsNothingOfAnotherConnection) {
  described("A");
  described("B", true, kSecond);
  found(kRelayed, kFirst);
  failed(401, kFirst);
  found("", kFirst);
  now += 60s;
  EXPECT_FALSE(seen().any || seen().refused || seen().ended);
}

TEST_F(Watch, TakesTheAnswersOfServersForRefusalsAndNothingElse) {
  for (const auto& [code, refused] :
       {std::pair(0, false), std::pair(299, false), std::pair(300, true), std::pair(401, true),
        std::pair(508, true), std::pair(699, true), std::pair(700, false), std::pair(701, false)}) {
    watch = {};
    described("A");
    failed(code);
    found("");
    EXPECT_EQ(seen().refused, refused) << code;
  }
}

TEST_F(Watch, DoesNotTakeAnEarlyOffersConnectionForOneThatFoundNothing) {
  watch.on_early(kFirst, {"A"}, false, now);
  found("");
  EXPECT_TRUE(seen().any);
}

}  // namespace
}  // namespace groupcall
