/// Whom the server has lost without a word, and whose coming the others have not been told.
#include <algorithm>

#include "tests/simulation/call_test.h"

namespace groupcall::sim {
namespace {

class LostMembership : public CallTest {};
class LostNews : public CallTest {
 protected:
  /// From now on these events of the room do not reach `host`.
  void hide(const std::string& host, std::vector<std::string> events) {
    world.sockets.set_fate([host, events = std::move(events)](const PassingFrame& frame) {
      if (frame.to_server || frame.host != host) return FrameFate::Deliver;
      const bool meant = std::any_of(events.begin(), events.end(), [&](const std::string& event) {
        return is_event(frame, event);
      });
      return meant ? FrameFate::Drop : FrameFate::Deliver;
    });
  }
  /// Bob, a newcomer whose offer has not arrived, loses his socket and is back; alice is told that
  /// he has gone, but not of his return by these events.
  void reconnect_unseen(std::vector<std::string> events) {
    join("alice");
    world.run_for(1s);
    lose_offers("bob", "alice", -1);
    join("bob");
    world.run_for(150ms);
    hide("alice", std::move(events));
    world.sockets.cut("bob");
    ASSERT_TRUE(world.run_until([&] { return world.page("alice").view().order.empty(); }, 1s));
    world.run_for(3s);
    world.sockets.set_fate(nullptr);
  }
};

const std::string kJoined = "groupcall:participant-joined";
const std::string kTracks = "groupcall:tracks-updated";
const std::string kJoin = "groupcall:join";

/// Within this time the server has said something (its heartbeat comes every 25 s), a message to
/// ourselves has stayed away, and we are back.
constexpr Duration kNoticed = 25s + deadlines::kRoomAnswer + 1s;

// ---- out of the room without being told ----------------------------------------------

// It removes by name: the `leave` of the former page removes the new one.
TEST_F(LostMembership, ByALateLeaveOfAFormerPageIsMadeUpForByJoiningAgain) {
  for (Duration at{80ms}; at <= 200ms; at += 5ms) {
    World fresh;
    for (const char* user : {"alice", "bob"}) {
      fresh.open_page(user).join();
      fresh.run_for(2s);
    }
    fresh.reload("bob").join();
    fresh.run_for(at);
    fresh.server.forget_user("bob");
    EXPECT_TRUE(fresh.run_until(
        [&] {
          return why_not_settled(fresh, {"alice", "bob"}).empty();
        },
        deadlines::kRoomQuiet + kNoticed))
        << to_us(Instant(at)) << why_not_settled(fresh, {"alice", "bob"});
    ASSERT_TRUE(fresh.journal.clean()) << fresh.journal.report(60);
    EXPECT_EQ(fresh.sent("bob", kJoin).size(), 3U) << "of the former page, of this one, and again";
  }
}

TEST_F(LostMembership, IsNoticedSoonerWhenAPeerDoesNotAnswer) {
  gather({"alice", "bob"});
  world.reload("bob").join();
  world.run_for(kAdmission + 1ms);
  world.server.forget_user("bob");
  EXPECT_LE(time_to_settle({"alice", "bob"}, 60s), kNoticed);
}

TEST_F(LostMembership, WhileMediaFlowsCostsNoOffer) {
  gather({"alice", "bob"});
  world.server.forget_user("bob");
  world.run_for(20s);
  EXPECT_EQ(seen("alice", "bob").connection, LinkView::Connected);
  EXPECT_EQ(seen("alice", "bob").signalling, PeerSignalling::Lost);
  world.run_for(deadlines::kRoomQuiet + kNoticed - 20s);
  expect_settled({"alice", "bob"});
  EXPECT_EQ(world.offers_sent(), 1U);
}

TEST_F(LostMembership, OfOneWhoIsAloneIsNoticed) {
  join("alice");
  world.run_for(1s);
  world.server.forget_user("alice");
  world.run_for(deadlines::kRoomQuiet + kNoticed);
  join("bob");
  world.run_for(2s);
  expect_settled({"alice", "bob"});
}

TEST_F(LostMembership, LeavesNoGhostWhenThePersonLeavesWhileJoiningAgain) {
  gather({"alice", "bob"});
  world.server.forget_user("bob");
  ASSERT_TRUE(world.run_until([&] { return world.sent("bob", kJoin).size() == 2; }, 70s));
  world.page("bob").leave();
  world.run_for(5s);
  EXPECT_EQ(world.page("bob").view().phase, Phase::Idle);
  EXPECT_EQ(world.server.participants("r1"), std::vector<std::string>{"alice"});
}

TEST_F(LostMembership, IsNotSuspectedOfASilentSocket) {
  gather({"alice", "bob"});
  world.sockets.freeze("bob", true);
  world.run_for(40s);
  EXPECT_EQ(world.sent("bob", kJoin).size(), 1U);
  world.sockets.freeze("bob", false);
  world.run_for(10s);
  expect_settled({"alice", "bob"});
}

TEST_F(LostMembership, IsNotSuspectedOfAGhostThatDoesNotAnswer) {
  gather({"alice", "bob"});
  world.sockets.cut("bob", /*server_knows=*/false);
  world.page("bob").crash();
  join("carol");
  world.run_for(40s);
  EXPECT_EQ(world.sent("carol", kJoin).size(), 1U);
  EXPECT_EQ(world.page("carol").view().phase, Phase::Joined);
}

// ---- a coming of which nobody told ---------------------------------------------------

TEST_F(LostNews, OfAReturnIsMadeUpForByTheTracks) {
  reconnect_unseen({kJoined, kOffer, kCandidate});
  EXPECT_EQ(world.page("alice").view().order.size(), 1U);
  EXPECT_EQ(seen("alice", "bob").signalling, PeerSignalling::Present);
  EXPECT_LE(time_to_settle({"alice", "bob"}, 60s), kNoticed);
}

TEST_F(LostNews, OfAReturnIsMadeUpForByAnOffer) {
  reconnect_unseen({kJoined, kTracks});
  EXPECT_LE(time_to_settle({"alice", "bob"}, 60s), kNoticed);
  expect_settled({"alice", "bob"});
}

TEST_F(LostNews, OfANewcomerIsMadeUpForByTheTracks) {
  join("alice");
  world.run_for(1s);
  hide("alice", {kJoined, kOffer});
  join("bob");
  world.run_for(500ms);
  EXPECT_EQ(seen("alice", "bob").signalling, PeerSignalling::Present);
}

TEST_F(LostNews, ALateOfferOfOneWhoIsGoneMakesNoLastingGhost) {
  join("alice");
  world.run_for(1s);
  // His offer arrives once more, long after he has gone.
  world.sockets.set_fate([](const PassingFrame& frame) {
    const bool twice = !frame.to_server && frame.host == "alice" && is_event(frame, kOffer);
    return twice ? FrameFate::Duplicate : FrameFate::Deliver;
  });
  join("bob");
  world.run_for(95ms);
  world.page("bob").crash();
  ASSERT_TRUE(world.run_until([&] { return world.page("alice").view().order.empty(); }, 100ms));
  ASSERT_TRUE(world.run_until([&] { return !world.page("alice").view().order.empty(); }, 4s))
      << "or the scenario is none";
  EXPECT_EQ(seen("alice", "bob").signalling, PeerSignalling::Lost);
  EXPECT_EQ(time_to_list("alice", 0, 60s), deadlines::kGhostSilence);
  EXPECT_EQ(world.page("alice").open_connections(), 0U);
}

TEST_F(LostNews, ALateMessageOfOneWhoSaidGoodbyeBringsNobodyBack) {
  for (int seed = 0; seed < 8; ++seed) {
    World fresh({.seed = "goodbye " + std::to_string(seed)});
    fresh.sockets.set_fate([](const PassingFrame& frame) {
      const bool twice = !frame.to_server && frame.host == "alice" &&
                         frame.text.find("webrtc-") != std::string::npos;
      return twice ? FrameFate::Duplicate : FrameFate::Deliver;
    });
    SimulatedPage& alice = fresh.open_page("alice");
    alice.join();
    fresh.run_for(1s);
    fresh.open_page("bob").join();
    fresh.run_for(250ms);
    ASSERT_EQ(alice.view().order.size(), 1U);
    fresh.page("bob").leave();
    ASSERT_TRUE(fresh.run_until([&] { return alice.view().order.empty(); }, 300ms));
    EXPECT_FALSE(fresh.run_until([&] { return !alice.view().order.empty(); }, 4s)) << seed;
    EXPECT_TRUE(fresh.journal.clean());
  }
}

}  // namespace
}  // namespace groupcall::sim
