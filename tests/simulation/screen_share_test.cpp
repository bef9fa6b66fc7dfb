/// Screen shares in whole calls, also with an older client in the room.
#include "tests/simulation/call_test.h"
#include "tests/support/older_client_model.h"

namespace groupcall::sim {
namespace {

class Screens : public CallTest {
 protected:
  SimulatedPage& share(const std::string& user) {
    SimulatedPage& page = world.page(user);
    page.share_screen(true);
    world.run_for(2s);
    EXPECT_EQ(page.view().self.screen.state, MediaState::On);
    return page;
  }
  /// The tracks that arrive where `viewer` is told to look for the screen of `user`.
  std::vector<std::string> arriving(const std::string& viewer, const std::string& user) {
    const TrackSource source = seen(viewer, user).screen_source;
    const auto connection = world.page(viewer).connection(source.connection);
    std::vector<std::string> tracks;
    if (!connection) return tracks;
    connection->stats();  // books what flows by now
    for (const std::int64_t slot : {source.slot, source.sound}) {
      if (slot < 0) continue;
      const auto& from = connection->transceivers().at(static_cast<std::size_t>(slot)).source;
      tracks.push_back(from ? name_of(from->id) : "-");
    }
    return tracks;
  }
  /// Without the incarnation of the page.
  static std::string name_of(const TrackId& track) {
    return track.value.substr(track.value.rfind('/') + 1);
  }
  std::size_t live_tracks(const std::string& user) {
    return world.page(user).media().live_tracks();
  }
  using Tracks = std::vector<std::string>;
};

TEST_F(Screens, AreSeenBesideTheCameraAndByWhoComesLaterWithoutAnOffer) {
  gather({"alice", "bob"});
  share("alice");
  expect_settled({"alice", "bob"});
  EXPECT_EQ(arriving("bob", "alice"), (Tracks{"0-screen-4", "0-sound-3"}));
  EXPECT_EQ(world.offers_sent(), 1U);
  join("carol");
  world.run_for(4s);
  expect_settled({"alice", "bob", "carol"});
  EXPECT_EQ(seen("carol", "alice").screen.state, MediaState::On);
  EXPECT_EQ(arriving("carol", "alice"), (Tracks{"0-screen-4", "0-sound-3"}));
  EXPECT_EQ(world.offers_sent(), 3U);
}

TEST_F(Screens, GoOnAndOffTwentyTimesWithoutAnOffer) {
  gather({"alice", "bob", "carol"});
  SimulatedPage& alice = world.page("alice");
  for (int i = 0; i < 20; ++i) {
    alice.share_screen(true, i % 2 == 0);
    world.run_for(2s);
    expect_settled({"alice", "bob", "carol"});
    EXPECT_EQ(seen("bob", "alice").screen.state, MediaState::On);
    alice.share_screen(false);
    world.run_for(1s);
    expect_settled({"alice", "bob", "carol"});
    EXPECT_EQ(seen("carol", "alice").screen.state, MediaState::Off);
    EXPECT_EQ(live_tracks("alice"), 2U) << "microphone and camera";
  }
  EXPECT_EQ(world.offers_sent(), 3U);
  EXPECT_EQ(alice.media().prompts(), 21U) << "one for the devices, and one for each share";
}

TEST_F(Screens, OfTwoAtOnceAreBothSeen) {
  gather({"alice", "bob", "carol"});
  share("alice");
  share("bob");
  expect_settled({"alice", "bob", "carol"});
  EXPECT_EQ(seen("carol", "alice").screen.state, MediaState::On);
  EXPECT_EQ(seen("carol", "bob").screen.state, MediaState::On);
}

TEST_F(Screens, StoppedByTheBrowserAreOverForEverybodyAtOnce) {
  gather({"alice", "bob"});
  SimulatedPage& alice = share("alice");
  alice.stop_screen_in_browser();
  EXPECT_EQ(alice.view().self.screen, (MediaView{MediaState::Ended, MediaReason::Stopped}));
  EXPECT_EQ(live_tracks("alice"), 2U) << "its sound, too";
  world.run_for(25ms);
  EXPECT_EQ(seen("bob", "alice").screen, (MediaView{MediaState::Off, MediaReason::PeerOff}));
  world.run_for(10s);
  EXPECT_EQ(alice.view().self.screen.state, MediaState::Ended) << "and nothing begins by itself";
  expect_settled({"alice", "bob"});
}

TEST_F(Screens, ThatComeWhenTheCallIsLeftAreStoppedAtOnce) {
  gather({"alice", "bob"});
  SimulatedPage& alice = world.page("alice");
  alice.share_screen(true);
  world.run_for(50ms);  // the prompt takes 100 ms
  alice.leave();
  world.run_for(1s);
  EXPECT_EQ(alice.media().prompts(), 2U);
  EXPECT_EQ(live_tracks("alice"), 0U);
  EXPECT_EQ(alice.view().diagnostics.at("late-devices-stopped"), 1);
}

TEST_F(Screens, BegunWhileALinkIsMadeAnewAreSeenOnTheNewOne) {
  gather({"alice", "bob"});
  world.rtc.set_path("alice", "bob", false);
  world.run_for(40s);
  world.page("alice").share_screen(true);
  world.run_for(10s);
  world.rtc.set_path("alice", "bob", true);
  EXPECT_LE(time_to_settle({"alice", "bob"}, 90s), Duration(40s));
  expect_settled({"alice", "bob"});
  EXPECT_GT(world.page("alice").connections_made(), 1U) << "otherwise nothing was made anew";
  EXPECT_EQ(arriving("bob", "alice"), (Tracks{"0-screen-4", "0-sound-3"}));
}

TEST_F(Screens, WhoseTrackIsNeverAttachedCostTheConnectionOnly) {
  gather({"alice", "bob"});
  world.rtc.hang_next("alice");
  world.page("alice").share_screen(true);
  world.run_for(30s);
  expect_settled({"alice", "bob"});
  EXPECT_EQ(seen("bob", "alice").screen.state, MediaState::On);
  EXPECT_EQ(world.page("alice").connections_made(), 2U);
}

TEST_F(Screens, GoOnWhenTheSocketIsLostAndAreStillSeenByWhoComesThen) {
  gather({"alice", "bob"});
  share("alice");
  world.sockets.cut("alice");
  world.run_for(100ms);
  EXPECT_EQ(seen("bob", "alice").screen.state, MediaState::On);
  world.run_for(5s);
  join("carol");
  world.run_for(4s);
  expect_settled({"alice", "bob", "carol"});
  EXPECT_EQ(seen("carol", "alice").screen.state, MediaState::On);
}

TEST_F(Screens, AreGoneWithTheirPage) {
  gather({"alice", "bob"});
  share("alice");
  world.reload("alice").join();
  world.run_for(4s);
  expect_settled({"alice", "bob"});
  EXPECT_EQ(seen("bob", "alice").screen.state, MediaState::Off);
}

// ---- older clients ---------------------------------------------------------------------

class ScreensWithAnOlderClient : public Screens {
 protected:
  OlderClient older{world.surroundings(), "older"};

  /// What the older client gets from Alice.
  std::string picture_there() { return name_of(older.picture_of("alice")); }
  void gather_all() {
    join("alice");
    world.run_for(1s);
    older.join();
    world.run_for(1s);
    join("bob");
    world.run_for(8s);
    ASSERT_TRUE(older.shows("alice"));
    ASSERT_TRUE(older.shows("bob"));
  }
};

TEST_F(ScreensWithAnOlderClient, AreShownThereInTheCamerasPlace) {
  gather_all();
  EXPECT_EQ(picture_there(), "0-camera-2");
  SimulatedPage& alice = share("alice");
  EXPECT_EQ(picture_there(), "0-screen-4");
  EXPECT_EQ(seen("bob", "alice").screen.state, MediaState::On);
  EXPECT_EQ(seen("bob", "alice").camera.state, MediaState::On);
  alice.share_screen(false);
  world.run_for(1s);
  EXPECT_EQ(picture_there(), "0-camera-2");
  EXPECT_TRUE(world.sent("alice", "groupcall:screen-share-start").empty()) << "it hides our tile";
  EXPECT_EQ(older.stale_answers(), 0U);
}

TEST_F(ScreensWithAnOlderClient, AreShownThereWithTheCameraOff) {
  gather_all();
  SimulatedPage& alice = world.page("alice");
  alice.set_camera(false);
  world.run_for(1s);
  EXPECT_EQ(picture_there(), "");
  share("alice");
  EXPECT_EQ(picture_there(), "0-screen-4");
  EXPECT_EQ(seen("bob", "alice").camera.state, MediaState::Off);
  const auto told = world.sent_frames("alice", "groupcall:update-tracks").back().text;
  EXPECT_NE(told.find(R"("video":true)"), std::string::npos) << told;
  alice.stop_screen_in_browser();
  world.run_for(1s);
  EXPECT_EQ(picture_there(), "");
}

TEST_F(ScreensWithAnOlderClient, AreTakenBackFromTheServerWhenItComes) {
  gather({"alice", "bob"});
  share("alice");
  EXPECT_EQ(world.sent("alice", "groupcall:screen-share-start").size(), 1U);
  older.join();
  world.run_for(6s);
  EXPECT_EQ(world.sent("alice", "groupcall:screen-share-stop").size(), 1U);
  EXPECT_EQ(picture_there(), "0-screen-4");
  EXPECT_EQ(seen("bob", "alice").screen.state, MediaState::On);
}

TEST_F(ScreensWithAnOlderClient, ItsOwnAreSeenAsScreensEachTime) {
  gather_all();
  for (int i = 1; i <= 2; ++i) {
    older.share_screen();
    world.run_for(2s);
    for (const std::string viewer : {"alice", "bob"}) {
      EXPECT_EQ(seen(viewer, "older").screen.state, MediaState::On);
      EXPECT_EQ(seen(viewer, "older").camera.state, MediaState::On);
      EXPECT_EQ(arriving(viewer, "older"), Tracks{"older-screen-" + std::to_string(i)});
    }
    older.stop_screen();
    world.run_for(1s);
    EXPECT_EQ(seen("alice", "older").screen, (MediaView{MediaState::Off, MediaReason::PeerOff}));
    EXPECT_EQ(seen("alice", "older").camera.state, MediaState::On);
  }
  EXPECT_TRUE(world.sent("alice", kOffer, "older").empty()) << "we never offer to it";
}

TEST_F(ScreensWithAnOlderClient, BothWaysAtOnce) {
  gather_all();
  older.share_screen();
  world.run_for(2s);
  share("alice");
  EXPECT_EQ(picture_there(), "0-screen-4");
  EXPECT_EQ(arriving("alice", "older"), Tracks{"older-screen-1"});
}

}  // namespace
}  // namespace groupcall::sim
