/// Why somebody is not connected, in calls that cannot be: what the core tells, and when.
#include "tests/simulation/call_test.h"

namespace groupcall::sim {
namespace {

using Relay = RtcAddresses::Relay;
using R = ConnectionReason;

class Reason : public CallTest {
 protected:
  static void join_both(World& in) {
    in.open_page("alice").join();
    in.run_for(1s);
    in.open_page("bob").join();
  }
  /// What `viewer` is told of the other from now on: each reason once in a row, with the second
  /// in which it came.
  using Told = std::vector<std::pair<std::int64_t, R>>;
  static Told told(World& in, const std::string& viewer, const std::string& user, Duration span) {
    Told all;
    const Instant begin = in.loop.now();
    while (in.loop.now() - begin < span) {
      in.run_for(20ms);
      const ParticipantView* view = in.page(viewer).view().find(user);
      const R now = view == nullptr ? R::None : view->connection_reason;
      if (now != (all.empty() ? R::None : all.back().second))
        all.emplace_back((in.loop.now() - begin) / 1s, now);
    }
    return all;
  }
  Told told(const std::string& viewer, const std::string& user, Duration span) {
    return told(world, viewer, user, span);
  }
};

TEST_F(Reason, IsNoneInACallThatIsWell) {
  world.rtc.set_addresses("bob", {Relay::Works});
  join_both(world);
  EXPECT_EQ(told("alice", "bob", 60s), Told{});
}

TEST_F(Reason, IsNoRelayWhereNoPathIsFoundAndNoRelayIsNamed) {
  join_both(world);
  world.rtc.set_path("alice", "bob", false);
  for (const auto& [viewer, user] : {std::pair("alice", "bob"), std::pair("bob", "alice")}) {
    World other;
    join_both(other);
    other.rtc.set_path("alice", "bob", false);
    // Once, however often the connection is made anew.
    EXPECT_EQ(told(other, viewer, user, 120s), (Told{{15, R::NoRelay}})) << viewer;
  }
  ASSERT_EQ(told("alice", "bob", 20s), (Told{{15, R::NoRelay}}));
  world.rtc.set_path("alice", "bob", true);
  time_to_settle({"alice", "bob"}, 60s);
  EXPECT_EQ(seen("alice", "bob").connection_reason, R::None) << "at once when it is connected";
  expect_settled({"alice", "bob"});
}

TEST_F(Reason, IsNoPathWhereNoneIsFoundEvenWithARelay) {
  world.rtc.set_addresses("alice", {Relay::Works});
  join_both(world);
  world.rtc.set_path("alice", "bob", false);
  EXPECT_EQ(told("alice", "bob", 120s), (Told{{15, R::NoPath}}));
  EXPECT_EQ(seen("bob", "alice").connection_reason, R::NoRelay) << "he has none";
}

TEST_F(Reason, IsARelaysRefusalAfterThreeSeconds) {
  world.rtc.set_addresses("bob", {Relay::Refuses});
  join_both(world);
  world.rtc.set_path("alice", "bob", false);
  EXPECT_EQ(told("bob", "alice", 120s), (Told{{3, R::RelayRefused}}));
  // The page gets a password that the relay takes.
  world.rtc.set_addresses("bob", {Relay::Works});
  world.rtc.set_path("alice", "bob", true);
  time_to_settle({"alice", "bob"}, 60s);
  EXPECT_EQ(seen("bob", "alice").connection_reason, R::None);
}

TEST_F(Reason, IsNoneWhereARelayRefusesAndNobodyNeedsIt) {
  world.rtc.set_addresses("bob", {Relay::Refuses});
  join_both(world);
  EXPECT_EQ(told("bob", "alice", 30s), Told{});
}

TEST_F(Reason, IsAnUnreachableRelayWhereNothingOfItCame) {
  world.rtc.set_addresses("bob", {Relay::Silent});
  join_both(world);
  world.rtc.set_path("alice", "bob", false);
  EXPECT_EQ(told("bob", "alice", 120s), (Told{{15, R::RelayUnreachable}}));
}

TEST_F(Reason, OfACallThroughRelaysAloneIsToldAsSoonAsItIsCertain) {
  for (const auto& [relay, reason] :
       {std::pair(Relay::None, R::NoRelay), std::pair(Relay::Refuses, R::RelayRefused)}) {
    World strict({.relay_only = true});
    for (const char* user : {"alice", "bob"}) strict.rtc.set_addresses(user, {relay, false});
    join_both(strict);
    EXPECT_EQ(told(strict, "bob", "alice", 90s), (Told{{3, reason}}));
    EXPECT_TRUE(strict.journal.clean()) << strict.journal.report(40);
  }
}

TEST_F(Reason, IsNoCandidatesWhereThisPageHasNoAddress) {
  world.rtc.set_addresses("bob", {Relay::None, false});
  world.rtc.set_addresses("alice", {Relay::None, false});
  join_both(world);
  EXPECT_EQ(told("bob", "alice", 60s), (Told{{3, R::NoCandidates}}));
}

/// A server that speaks when nobody else does.
WorldOptions answering() {
  WorldOptions options;
  options.server.answers_pings = true;
  return options;
}

TEST_F(Reason, IsNoAnswerOfAPeerWhoSaysNothing) {
  World mute(answering());
  mute.sockets.set_fate([](const PassingFrame& frame) {
    const bool is_word =
        is_event(frame, kOffer) || is_event(frame, kAnswer) || is_event(frame, kCandidate);
    return frame.to_server && is_word ? FrameFate::Drop : FrameFate::Deliver;
  });
  join_both(mute);
  EXPECT_EQ(told(mute, "bob", "alice", 120s), (Told{{15, R::NoAnswer}}));
  EXPECT_EQ(mute.page("alice").view().find("bob")->connection_reason, R::NoAnswer);
  mute.sockets.set_fate(nullptr);
  EXPECT_TRUE(mute.run_until([&] { return why_not_settled(mute, {"alice", "bob"}).empty(); }, 60s));
  EXPECT_EQ(mute.page("bob").view().find("alice")->connection_reason, R::None);
  EXPECT_TRUE(mute.journal.clean()) << mute.journal.report(60);
}

TEST_F(Reason, IsNoAnswerWhenSomebodyHasGoneQuietInMidCall) {
  World quiet(answering());
  join_both(quiet);
  quiet.run_for(5s);
  quiet.rtc.set_path("alice", "bob", false);
  quiet.sockets.freeze("bob", true);
  EXPECT_EQ(told(quiet, "alice", "bob", 30s), (Told{{16, R::NoAnswer}})) << "15 s after the loss";
}

TEST_F(Reason, IsNotTheirSilenceWhereTheServerIsSilentToo) {
  join_both(world);
  world.run_for(5s);
  world.sockets.freeze("alice", true);
  world.rtc.set_path("alice", "bob", false);
  EXPECT_EQ(told("alice", "bob", 40s), Told{}) << "her socket is dead, which nobody knows yet";
}

TEST_F(Reason, IsNoneWhileItIsOurOwnServerThatIsOutOfReach) {
  join_both(world);
  world.run_for(5s);
  world.server.stop();
  world.rtc.set_path("alice", "bob", false);
  EXPECT_EQ(told("alice", "bob", 60s), Told{}) << "the snapshot's phase tells that";
}

}  // namespace
}  // namespace groupcall::sim
