/// Offers that travel inside a join: what they save, and that nothing is lost where they miss.
#include "tests/simulation/call_test.h"

namespace groupcall::sim {
namespace {

WorldOptions with_early_offers(std::int64_t count) {
  WorldOptions options;
  options.early_offers = count;
  return options;
}

class EarlyOffersTest : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_TRUE(world.journal.clean());
    if (HasFailure()) ADD_FAILURE() << world.journal.report(80);
  }
  void join(const std::string& user) { world.open_page(user).join(); }
  void gather(const std::vector<std::string>& users) {
    for (const std::string& user : users) {
      join(user);
      world.run_for(3s);
    }
  }
  void expect_whole(const std::vector<std::string>& users) {
    world.run_for(3s);
    EXPECT_EQ(why_not_settled(world, users), "");
    EXPECT_EQ(why_no_pictures(world, users, 1s), "");
  }

  World world{with_early_offers(3)};
};

/// From join() until the newcomer is connected with everybody; nothing but delays of the network
/// and of the models' browsers is in it.
Duration time_to_connect(std::int64_t early, const std::vector<std::string>& members) {
  World world(with_early_offers(early));
  for (const std::string& user : members) {
    world.open_page(user).join();
    world.run_for(3s);
  }
  SimulatedPage& newcomer = world.open_page("newcomer");
  const Instant begin = world.loop.now();
  newcomer.join();
  EXPECT_TRUE(world.run_until(
      [&] {
        if (newcomer.view().order.size() != members.size()) return false;
        for (const auto& [user, view] : newcomer.view().participants)
          if (view.connection != LinkView::Connected) return false;
        return true;
      },
      10s));
  EXPECT_TRUE(world.journal.clean());
  return world.loop.now() - begin;
}

TEST(EarlyOffers, SaveATripToTheServerAndBack) {
  const std::vector<std::vector<std::string>> rooms{{"a"}, {"a", "b"}, {"a", "b", "c"}};
  // A frame takes 10 ms from a page to the server, and as long from there to the next page.
  constexpr Duration kRoundTrip = 20ms;
  for (const auto& members : rooms) {
    const Duration plain = time_to_connect(0, members);
    const Duration early = time_to_connect(3, members);
    EXPECT_LE(early, plain - kRoundTrip)
        << members.size() << " members: " << early.count() << " us instead of " << plain.count();
  }
}

TEST_F(EarlyOffersTest, NoOtherOfferIsSent) {
  gather({"alice", "bob", "carol", "dave"});
  expect_whole({"alice", "bob", "carol", "dave"});
  EXPECT_EQ(world.offers_sent(), 0U);
  EXPECT_EQ(world.early_answers_sent(), 6U);
}

TEST_F(EarlyOffersTest, ItIsNamesThatCountAndNotTheOrderOfComing) {
  gather({"dave", "bob", "carol", "alice"});
  expect_whole({"alice", "bob", "carol", "dave"});
  EXPECT_EQ(world.offers_sent(), 0U);
  EXPECT_EQ(world.early_answers_sent(), 6U);
}

TEST_F(EarlyOffersTest, WhoeverIsTooManyGetsAPlainOne) {
  gather({"a", "b", "c", "d", "e"});
  expect_whole({"a", "b", "c", "d", "e"});
  EXPECT_EQ(world.sent("e", kOffer, "d").size(), 1U) << "the fourth of four by name";
  EXPECT_EQ(world.offers_sent(), 1U);
}

TEST_F(EarlyOffersTest, NobodyThereLeavesNothingOpen) {
  join("alice");
  world.run_for(3s);
  EXPECT_EQ(world.page("alice").open_connections(), 0U);
  EXPECT_EQ(world.page("alice").connections_made(), 3U);
}

TEST_F(EarlyOffersTest, ALaterJoinerDoesNotAnswerThem) {
  gather({"alice", "bob", "carol"});
  for (const char* user : {"alice", "bob"}) {
    for (const PassingFrame& frame : world.sent_frames("carol", kAnswer, user))
      ADD_FAILURE() << "carol answered what `joined` shows: " << frame.text.substr(0, 200);
  }
  expect_whole({"alice", "bob", "carol"});
}

TEST_F(EarlyOffersTest, TwoSimultaneousNewcomersMeet) {
  gather({"alice"});
  join("bob");
  join("carol");
  expect_whole({"alice", "bob", "carol"});
}

TEST_F(EarlyOffersTest, AGhostInTheRosterTakesAnOfferAndHindersNobody) {
  gather({"aaron", "bob"});
  // The server does not know that aaron is gone: he owns the first of the offers, and nobody
  // answers it.
  world.sockets.cut("aaron", /*server_knows=*/false);
  world.page("aaron").crash();
  join("carol");
  world.run_for(1s);
  const ParticipantView* const bob = world.page("carol").view().find("bob");
  ASSERT_NE(bob, nullptr);
  EXPECT_EQ(bob->connection, LinkView::Connected);
  EXPECT_TRUE(world.sent("carol", kOffer, "bob").empty());
  world.run_for(1s);
  EXPECT_EQ(world.sent("carol", kOffer, "aaron").size(), 1U) << "the same offer, as a plain one";
}

TEST_F(EarlyOffersTest, ARosterMissingOneFallsBackToAPlainOffer) {
  gather({"alice"});
  // Carol never hears of bob, so she takes herself for the second by name, not the third.
  join("carol");
  world.run_for(3s);
  world.sockets.set_fate([](const PassingFrame& frame) {
    const bool meant = !frame.to_server && frame.host == "carol" &&
                       (is_event(frame, "groupcall:participant-joined") ||
                        is_event(frame, "groupcall:tracks-updated")) &&
                       frame.text.find("\"bob\"") != std::string::npos;
    return meant ? FrameFate::Drop : FrameFate::Deliver;
  });
  join("bob");
  world.run_for(200ms);
  join("dave");
  world.run_for(500ms);
  EXPECT_EQ(world.sent("dave", kOffer, "carol").size(), 1U) << "at once: hers was another's";
  world.sockets.set_fate(nullptr);
  expect_whole({"alice", "bob", "carol", "dave"});
}

TEST_F(EarlyOffersTest, SomebodyWhoCrashedUnseenCountsOnceWhenBack) {
  gather({"alice", "bob"});
  world.sockets.cut("alice", /*server_knows=*/false);
  world.page("alice").crash();
  join("alice");
  expect_whole({"alice", "bob"});
  EXPECT_EQ(world.offers_sent(), 0U);
}

TEST_F(EarlyOffersTest, ALostAnswerIsMadeUpForByTheSameOfferAfterASecond) {
  gather({"alice"});
  bool lost = false;
  world.sockets.set_fate([&lost](const PassingFrame& frame) {
    const bool meant = frame.to_server && frame.host == "alice" && is_event(frame, kAnswer);
    if (!meant || std::exchange(lost, true)) return FrameFate::Deliver;
    return FrameFate::Drop;
  });
  join("bob");
  const Instant begin = world.loop.now();
  expect_whole({"alice", "bob"});
  ASSERT_EQ(world.sent("bob", kOffer).size(), 1U);
  const Duration waited = world.sent("bob", kOffer).front() - begin;
  EXPECT_GE(waited, deadlines::kEarlyAnswer);
  EXPECT_LE(waited, deadlines::kEarlyAnswer + 2 * kAdmission);
  EXPECT_EQ(world.page("bob").connections_made(), 3U) << "the same offer, on the same connection";
}

TEST_F(EarlyOffersTest, ARejoinCarriesNone) {
  gather({"alice", "bob"});
  world.sockets.cut("bob");
  world.run_for(5s);
  const auto joins = world.sent_frames("bob", "groupcall:join");
  ASSERT_EQ(joins.size(), 2U);
  EXPECT_NE(joins.front().text.find("\"offers\":"), std::string::npos);
  EXPECT_EQ(joins.back().text.find("\"offers\":"), std::string::npos);
  expect_whole({"alice", "bob"});
}

}  // namespace
}  // namespace groupcall::sim
