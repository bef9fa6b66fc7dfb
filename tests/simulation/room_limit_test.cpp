/// The last place in a room, and those who come for it.
#include "tests/simulation/call_test.h"

namespace groupcall::sim {
namespace {

const std::string kLeave = "groupcall:leave";

WorldOptions room_for(std::int64_t people, std::int64_t early_offers = 0) {
  WorldOptions options;
  options.max_participants = people;
  options.early_offers = early_offers;
  return options;
}

/// Whether that user was admitted, refused as one too many, or neither.
std::string fate(World& world, const std::string& user, RequestId request) {
  const auto settled = world.page(user).settled(request);
  if (!settled) return "waits";
  if (settled->resolved) return "in";
  return settled->error.code == ErrorCode::RoomFull ? "full" : "failed";
}

void expect_nothing_left(World& world, const std::string& user) {
  SimulatedPage& page = world.page(user);
  EXPECT_EQ(page.open_connections(), 0U) << user;
  EXPECT_TRUE(page.media().live(MediaKind::Audio).empty()) << user;
  EXPECT_TRUE(page.media().live(MediaKind::Video).empty()) << user;
  EXPECT_TRUE(world.sent(user, kOffer).empty()) << user;
  EXPECT_EQ(page.wake_at(), kNever) << user;
}

TEST(RoomLimitScenario, OfTwoForTheLastPlaceTheServersOrderDecides) {
  World world(room_for(3));
  for (const std::string user : {"alice", "bob"}) {
    world.open_page(user).join();
    world.run_for(2s);
  }
  const RequestId first = world.open_page("zoe").join();
  const RequestId second = world.open_page("carol").join();
  world.run_for(3s);
  EXPECT_EQ(fate(world, "zoe", first), "in") << "she came first; names count for nothing";
  EXPECT_EQ(fate(world, "carol", second), "full");
  EXPECT_EQ(world.server.participants("r1"), (std::vector<std::string>{"alice", "bob", "zoe"}));
  EXPECT_EQ(world.sent("carol", kLeave).size(), 1U);
  expect_nothing_left(world, "carol");
  EXPECT_EQ(why_not_settled(world, {"alice", "bob", "zoe"}), "");
  EXPECT_EQ(why_no_pictures(world, {"alice", "bob", "zoe"}, 1s), "");
  EXPECT_TRUE(world.journal.clean()) << world.journal.report(60);
}

// Whatever way the answers of the server take: exactly as many are in as the room holds, the
// members are the same, and one who was refused comes in when somebody has left.
TEST(RoomLimitScenario, ACrowdFillsARoomAndNoMore) {
  for (int seed = 1; seed <= 40; ++seed) {
    WorldOptions options = room_for(4, seed % 4);
    options.seed = std::to_string(seed);
    options.exact_times = false;
    options.server.lookup = {1ms, 200ms};
    World world(options);
    world.open_page("member").join();
    world.run_for(3s);
    std::map<std::string, RequestId> requests;
    for (const std::string user : {"ann", "ben", "cyd", "dan", "eve", "fay"})
      requests[user] = world.open_page(user).join();
    world.run_for(10s);
    std::vector<std::string> inside{"member"};
    std::vector<std::string> outside;
    for (const auto& [user, request] : requests) {
      const std::string how = fate(world, user, request);
      EXPECT_TRUE(how == "in" || how == "full") << seed << ": " << user << " " << how;
      (how == "in" ? inside : outside).push_back(user);
    }
    ASSERT_EQ(inside.size(), 4U) << "seed " << seed << '\n' << world.journal.report(60);
    for (const std::string& user : outside) expect_nothing_left(world, user);
    EXPECT_EQ(why_not_settled(world, inside), "") << seed;

    world.page(inside.back()).leave();
    world.run_for(1s);
    inside.back() = outside.front();
    const RequestId again = world.page(outside.front()).join();
    world.run_for(5s);
    EXPECT_EQ(fate(world, outside.front(), again), "in") << seed;
    EXPECT_EQ(why_not_settled(world, inside), "") << seed;
    EXPECT_TRUE(world.journal.clean()) << seed;
  }
}

TEST(RoomLimitScenario, WhoWasAwayComesBackToAFullRoom) {
  World world(room_for(3));
  for (const std::string user : {"alice", "bob", "carol"}) {
    world.open_page(user).join();
    world.run_for(2s);
  }
  // The server removes her with her socket; somebody takes the place before she is back.
  world.sockets.set_online("alice", false);
  world.sockets.cut("alice");
  world.page("alice").go_offline();
  world.run_for(1s);
  const RequestId late = world.open_page("dave").join();
  world.run_for(2s);
  EXPECT_EQ(fate(world, "dave", late), "in");
  world.sockets.set_online("alice", true);
  world.page("alice").go_online();
  world.run_for(5s);
  EXPECT_EQ(world.page("alice").view().phase, Phase::Joined);
  EXPECT_EQ(why_not_settled(world, {"alice", "bob", "carol", "dave"}), "")
      << "four: nobody is put out";
  EXPECT_TRUE(world.journal.clean()) << world.journal.report(60);
}

// Nobody can tell at the door who will come back: one whose network is cut keeps the place for as
// long as the server lists them.
TEST(RoomLimitScenario, WhoIsSilentKeepsThePlace) {
  World world(room_for(2));
  world.open_page("alice").join();
  world.run_for(2s);
  world.page("alice").sleep();
  world.run_for(5s);
  SimulatedPage& bob = world.open_page("bob");
  bob.join();
  world.run_for(2s);
  const RequestId one_too_many = world.open_page("carol").join();
  world.run_for(2s);
  EXPECT_EQ(fate(world, "carol", one_too_many), "full");
  world.page("alice").wake();
  world.run_for(10s);
  EXPECT_EQ(why_not_settled(world, {"alice", "bob"}), "");
}

}  // namespace
}  // namespace groupcall::sim
