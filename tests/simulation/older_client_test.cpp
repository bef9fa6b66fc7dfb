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

}  // namespace
}  // namespace groupcall::sim
