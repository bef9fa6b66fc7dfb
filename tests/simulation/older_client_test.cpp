/// Calls with the existing web client in the room.
#include "tests/simulation/call_test.h"
#include "tests/support/older_client_model.h"

namespace groupcall::sim {
namespace {

class OlderClients : public CallTest {
 protected:
  OlderClient older{world.surroundings(), "older"};

  void expect_both_ways(const std::string& user) {
    EXPECT_TRUE(older.shows(user)) << "the older client sees and hears " << user;
    const ParticipantView& view = seen(user, "older");
    EXPECT_TRUE(view.older_client);
    EXPECT_EQ(view.connection, LinkView::Connected);
    EXPECT_EQ(view.camera.state, MediaState::On);
    EXPECT_EQ(view.microphone.state, MediaState::On);
  }
};

TEST_F(OlderClients, AsAMemberItOffersToTheNewcomer) {
  older.join();
  world.run_for(1s);
  join("alice");
  world.run_for(6s);
  expect_both_ways("alice");
  EXPECT_TRUE(world.sent("alice", kOffer).empty()) << "we never offer first";
}

TEST_F(OlderClients, ThatAreLostSayThatNobodyMayRepairThem) {
  older.join();
  world.run_for(1s);
  join("alice");
  world.run_for(6s);
  expect_both_ways("alice");
  world.rtc.set_path("alice", "older", false);
  world.run_for(12s);
  EXPECT_EQ(seen("alice", "older").connection_reason, ConnectionReason::None);
  world.run_for(8s);
  EXPECT_EQ(seen("alice", "older").connection_reason, ConnectionReason::OlderClient);
}

TEST_F(OlderClients, AsANewcomerItOffersToo) {
  join("alice");
  world.run_for(1s);
  older.join();
  world.run_for(6s);
  expect_both_ways("alice");
  EXPECT_TRUE(world.sent("alice", kOffer).empty());
}

TEST_F(OlderClients, AmongModulePagesEveryoneSeesEveryone) {
  join("alice");
  world.run_for(1s);
  older.join();
  world.run_for(1s);
  join("bob");
  world.run_for(8s);
  expect_both_ways("alice");
  expect_both_ways("bob");
  EXPECT_EQ(seen("alice", "bob").camera.state, MediaState::On);
  EXPECT_EQ(seen("bob", "alice").camera.state, MediaState::On);
  EXPECT_FALSE(seen("alice", "bob").older_client);
}

TEST_F(OlderClients, ItsLostOfferIsMadeUpForByOursAfterFourSeconds) {
  lose("older", kOffer);
  older.join();
  world.run_for(1s);
  join("alice");
  world.run_for(4s);
  EXPECT_TRUE(world.sent("alice", kOffer).empty());
  world.run_for(200ms);
  EXPECT_EQ(world.sent("alice", kOffer).size(), 1U);
}

TEST_F(OlderClients, TogglesReachItWithoutAnyOffer) {
  older.join();
  world.run_for(1s);
  join("alice");
  world.run_for(6s);
  for (int i = 0; i < 6; ++i) {
    world.page("alice").set_camera(i % 2 == 1);
    world.page("alice").set_microphone(i % 2 == 1);
    world.run_for(1s);
  }
  expect_both_ways("alice");
  EXPECT_TRUE(world.sent("alice", kOffer).empty());
}

TEST_F(OlderClients, ItLeavesAndComesBack) {
  join("alice");
  older.join();
  world.run_for(6s);
  older.leave();
  EXPECT_LE(time_to_list("alice", 0, 20s), Duration(50ms));
  world.run_for(1s);
  older.join();
  world.run_for(6s);
  expect_both_ways("alice");
}

TEST_F(OlderClients, AReloadOfOursGetsAFreshConnectionOfIts) {
  older.join();
  world.run_for(1s);
  join("alice");
  world.run_for(6s);
  world.reload("alice").join();
  world.run_for(8s);
  expect_both_ways("alice");
  EXPECT_EQ(older.stale_answers(), 0U);
}

TEST_F(OlderClients, ALostSocketOfOursEndsInPictureAndSoundAgain) {
  older.join();
  world.run_for(1s);
  join("alice");
  world.run_for(6s);
  world.sockets.cut("alice");
  world.run_for(10s);
  expect_both_ways("alice");
}

TEST_F(OlderClients, OurCrashAndReturnEndsInPictureAndSoundAgain) {
  older.join();
  world.run_for(1s);
  join("alice");
  world.run_for(6s);
  world.page("alice").crash();
  world.open_page("alice").join();
  world.run_for(10s);
  expect_both_ways("alice");
}

// ---- repair ----------------------------------------------------------------------------

class DeadOlderClients : public OlderClients {
 protected:
  /// Alice, Bob and the older client, all well.
  void settle_all() {
    older.join();
    world.run_for(1s);
    join("alice");
    world.run_for(1s);
    join("bob");
    world.run_for(8s);
    expect_both_ways("alice");
    expect_both_ways("bob");
    offers = our_offers();
    connections = world.page("bob").connections_made();
  }
  std::size_t our_offers() const {
    return world.sent("alice", kOffer).size() + world.sent("bob", kOffer).size();
  }
  std::size_t leaves() const { return world.sent("alice", "groupcall:leave").size(); }
  /// Time passes, in which module peers see nothing of what is done for the older client.
  void pass_undisturbed(Duration time) {
    for (Duration passed{0}; passed < time; passed += 50ms) {
      world.run_for(50ms);
      for (const auto& [viewer, user] : {std::pair{"alice", "bob"}, std::pair{"bob", "alice"}}) {
        const ParticipantView& view = seen(viewer, user);
        ASSERT_EQ(view.connection, LinkView::Connected) << viewer;
        ASSERT_EQ(view.camera.state, MediaState::On) << viewer;
        ASSERT_EQ(view.microphone.state, microphone) << viewer;
      }
    }
    EXPECT_EQ(our_offers(), offers) << "we await its own";
    EXPECT_EQ(world.page("bob").connections_made(), connections);
  }

  std::size_t offers = 0;
  std::size_t connections = 0;
  MediaState microphone = MediaState::On;
};

TEST_F(DeadOlderClients, AreRepairedByOurLeaveAndJoinWhichModulePeersDoNotNotice) {
  settle_all();
  world.rtc.set_path("alice", "older", false);
  pass_undisturbed(20s);
  EXPECT_EQ(leaves(), 0U) << "dead for less than 15 s";
  world.rtc.set_path("alice", "older", true);
  older.connection_to("alice")->vanish();  // whatever became of the path, its end is beyond help
  pass_undisturbed(8s);
  EXPECT_EQ(leaves(), 1U);
  pass_undisturbed(6s);
  expect_both_ways("alice");
  expect_both_ways("bob");
  EXPECT_EQ(world.page("alice").view().diagnostics.at("repairs"), 1);
  EXPECT_TRUE(world.sent("bob", "groupcall:leave").empty());
}

TEST_F(DeadOlderClients, AreRepairedOnceAMinuteAtMostAndTheViewSaysThatTheyAreOutOfReach) {
  settle_all();
  world.rtc.set_path("alice", "older", false);
  pass_undisturbed(200s);
  const std::vector<Instant> left = world.sent("alice", "groupcall:leave");
  ASSERT_GE(left.size(), 3U);
  for (std::size_t i = 1; i < left.size(); ++i) EXPECT_GE(left[i] - left[i - 1], Duration(60s));
  world.run_until([&] { return seen("alice", "older").connection == LinkView::Unreachable; }, 60s);
  EXPECT_EQ(seen("alice", "older").connection, LinkView::Unreachable);
  EXPECT_EQ(world.page("alice").view().order.back(), UserId{"older"});
  world.rtc.set_path("alice", "older", true);
  world.run_for(80s);
  expect_both_ways("alice");
}

TEST_F(DeadOlderClients, AreLeftAloneWhileAnotherOneIsWell) {
  settle_all();
  OlderClient other{world.surroundings(), "other"};
  other.join();
  world.run_for(8s);
  ASSERT_TRUE(other.shows("alice"));
  world.rtc.set_path("alice", "older", false);
  world.run_for(120s);
  EXPECT_EQ(leaves(), 0U);
  EXPECT_EQ(seen("alice", "older").connection, LinkView::Unreachable);
  EXPECT_EQ(seen("alice", "other").connection, LinkView::Connected);
  EXPECT_TRUE(other.shows("alice"));
}

TEST_F(DeadOlderClients, AreRepairedWithoutASoundOfWhoIsMuted) {
  settle_all();
  world.page("alice").set_microphone(false);
  world.page("bob").set_microphone(false);
  world.run_for(1s);
  microphone = MediaState::Off;
  world.rtc.set_path("alice", "older", false);
  pass_undisturbed(22s);
  EXPECT_EQ(leaves(), 1U);
  world.rtc.set_path("alice", "older", true);
  pass_undisturbed(70s);
  EXPECT_EQ(seen("alice", "older").connection, LinkView::Connected);
  const auto frames = world.sent_frames("alice", "groupcall:update-tracks");
  EXPECT_NE(frames.back().text.find(R"("audio":false)"), std::string::npos);
}

// Nothing ever came from it, so nobody knows whether it is there: not worth a leave of ours.
TEST_F(DeadOlderClients, OfWhomThereNeverWasAWordAreGhosts) {
  join("alice");
  world.run_for(2s);
  world.sockets.set_fate([](const PassingFrame& frame) {
    const bool meant =
        frame.to_server && frame.host == "older" &&
        (is_event(frame, kOffer) || is_event(frame, kAnswer) || is_event(frame, kCandidate));
    return meant ? FrameFate::Drop : FrameFate::Deliver;
  });
  older.join();
  world.run_for(40s);
  EXPECT_EQ(seen("alice", "older").connection, LinkView::Unreachable);
  world.run_for(120s);
  EXPECT_EQ(leaves(), 0U);
  EXPECT_EQ(world.page("alice").view().diagnostics.at("unheard-peers"), 1);
}

}  // namespace
}  // namespace groupcall::sim
