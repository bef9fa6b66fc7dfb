// Messages of the application: once and in order, whatever becomes of connections.
#include <gmock/gmock.h>

#include "tests/simulation/call_test.h"
#include "tests/support/older_client_model.h"

namespace groupcall::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts(World& world, const std::string& user,
                               const std::string& from = {}) {
  std::vector<std::string> found;
  for (const DeliverMessage& message : world.page(user).messages())
    if (from.empty() || message.from.value == from) found.push_back(message.text);
  return found;
}

std::vector<std::string> numbered(int first, int last) {
  std::vector<std::string> all;
  for (int i = first; i <= last; ++i) all.push_back(std::to_string(i));
  return all;
}

class Messages : public CallTest {
 protected:
  void send_numbered(const std::string& from, int first, int last, const std::string& to = {}) {
    for (int i = first; i <= last; ++i) world.page(from).send(std::to_string(i), to);
  }
  SettledRequest sent(const std::string& from, const std::string& text,
                      const std::string& to = {}) {
    const auto settled = world.page(from).settled(world.page(from).send(text, to));
    EXPECT_TRUE(settled) << "answered within the reaction";
    return settled.value_or(SettledRequest{});
  }
};

TEST_F(Messages, ToAllReachAllAndToOneThatOne) {
  gather({"alice", "bob", "carol"});
  EXPECT_TRUE(sent("alice", "to all").resolved);
  EXPECT_TRUE(sent("alice", "to bob", "bob").resolved);
  EXPECT_TRUE(sent("carol", "from carol").resolved);
  world.run_for(100ms);
  EXPECT_THAT(texts(world, "bob", "alice"), ElementsAre("to all", "to bob"));
  EXPECT_THAT(texts(world, "carol"), ElementsAre("to all"));
  EXPECT_THAT(texts(world, "alice"), ElementsAre("from carol"));
  const auto& at_bob = world.page("bob").messages();
  EXPECT_TRUE(at_bob[0].to_all);
  EXPECT_FALSE(at_bob[1].to_all);
  EXPECT_EQ(at_bob[0].id, world.page("carol").messages()[0].id) << "one message, one id";
  EXPECT_FALSE(at_bob[0].id == at_bob[1].id);
}

TEST_F(Messages, SentBeforeTheChannelIsOpenWaitForIt) {
  join("alice");
  world.run_for(1s);
  join("bob");
  ASSERT_TRUE(world.run_until([&] { return world.page("bob").view().phase == Phase::Joined; }, 1s));
  EXPECT_TRUE(sent("bob", "early").resolved);
  world.run_for(1s);
  EXPECT_THAT(texts(world, "alice"), ElementsAre("early"));
}

// The path is lost so long that the link is built anew, at each step of what is going on: before,
// while and after messages and their acknowledgements are under way.
TEST_F(Messages, AChannelThatIsLostAtAnyMomentLosesAndRepeatsNone) {
  for (Duration at{0}; at <= 1'300ms; at += at < 40ms ? 2ms : 97ms) {
    SCOPED_TRACE(testing::Message() << "after " << to_us(Instant(at)) << " us");
    World other;
    for (const char* user : {"alice", "bob"}) {
      other.open_page(user).join();
      other.run_for(2s);
    }
    for (int i = 1; i <= 20; ++i) other.page("alice").send(std::to_string(i));
    other.run_for(at);
    other.rtc.set_path("alice", "bob", false);
    other.run_for(1s);
    for (int i = 21; i <= 40; ++i) other.page("alice").send(std::to_string(i));
    for (int i = 1; i <= 9; ++i) other.page("bob").send(std::to_string(i));
    other.run_for(24s);
    other.rtc.set_path("alice", "bob", true);
    other.run_for(20s);
    for (int i = 41; i <= 50; ++i) other.page("alice").send(std::to_string(i));
    other.run_for(5s);
    EXPECT_GT(other.page("alice").connections_made(), 1U) << "it was built anew";
    EXPECT_EQ(texts(other, "bob"), numbered(1, 50));
    EXPECT_EQ(texts(other, "alice"), numbered(1, 9));
    EXPECT_TRUE(other.journal.clean());
    if (HasFailure()) return;
  }
}

TEST_F(Messages, GoOnOverTheOldConnectionWhileANewOneIsMade) {
  gather({"alice", "bob"});
  world.rtc.hang_next("alice");
  world.page("alice").set_microphone(false);
  world.page("alice").set_camera(false);  // its replaceTrack() never settles
  world.sockets.freeze("bob", true);      // no new link comes about for now
  world.run_for(12s);
  ASSERT_EQ(seen("bob", "alice").connection, LinkView::Connected);
  send_numbered("alice", 1, 3);
  world.run_for(1s);
  EXPECT_EQ(texts(world, "bob"), numbered(1, 3));
  world.sockets.freeze("bob", false);
  world.run_for(15s);
  send_numbered("alice", 4, 5);
  world.run_for(1s);
  EXPECT_EQ(texts(world, "bob"), numbered(1, 5));
  EXPECT_EQ(world.page("alice").connections_made(), 2U);
}

TEST_F(Messages, AReloadedPageGetsThoseOfItsOwnTimeOnly) {
  gather({"alice", "bob"});
  send_numbered("alice", 1, 5);
  world.run_for(5ms);  // none has arrived
  world.reload("bob").join();
  world.run_for(3s);
  send_numbered("alice", 6, 7);
  world.page("bob").send("hello");
  world.run_for(1s);
  EXPECT_EQ(texts(world, "bob"), numbered(6, 7));
  EXPECT_THAT(texts(world, "alice"), ElementsAre("hello"));
}

TEST_F(Messages, ALostSocketIsNoEventForThem) {
  gather({"alice", "bob"});
  send_numbered("alice", 1, 3);
  world.sockets.cut("alice");
  world.run_for(20ms);
  ASSERT_EQ(world.page("alice").view().phase, Phase::Reconnecting);
  send_numbered("alice", 4, 6);
  world.run_for(3s);
  send_numbered("alice", 7, 9);
  world.run_for(1s);
  EXPECT_EQ(texts(world, "bob"), numbered(1, 9));
}

// Bob is gone from the server and silent, so Alice drops him; he still knows her, and is back with
// the same epoch. Neither may begin to count anew.
TEST_F(Messages, WhoWasTakenForDepartedAndIsBackMissesAndRepeatsNone) {
  gather({"alice", "bob"});
  send_numbered("alice", 1, 5);
  send_numbered("bob", 1, 5);
  world.run_for(2s);
  world.page("bob").sleep();
  world.rtc.set_host_paths("bob", false);
  world.sockets.cut("bob");
  send_numbered("alice", 6, 8);
  ASSERT_TRUE(world.run_until([&] { return world.page("alice").view().order.empty(); }, 90s));
  EXPECT_EQ(sent("alice", "nobody").error.code, ErrorCode::NobodyThere);
  world.rtc.set_host_paths("bob", true);
  world.page("bob").wake();
  world.run_for(30s);
  expect_settled({"alice", "bob"});
  send_numbered("alice", 9, 10);
  send_numbered("bob", 6, 7);
  world.run_for(2s);
  EXPECT_EQ(texts(world, "bob"), numbered(1, 10));
  EXPECT_EQ(texts(world, "alice"), numbered(1, 7));
}

TEST_F(Messages, ThatNobodyAcknowledgesFillTheOutboxAndTheSenderIsToldWhenToGoOn) {
  gather({"alice", "bob", "carol"});
  world.page("bob").sleep();
  const int most = static_cast<int>(limits::kOutboxMessages);
  send_numbered("alice", 1, most, "bob");
  const SettledRequest full = sent("alice", "too many", "bob");
  EXPECT_FALSE(full.resolved);
  EXPECT_EQ(full.error.code, ErrorCode::OutboxFull);
  EXPECT_TRUE(sent("alice", "to carol", "carol").resolved) << "that is another outbox";
  world.run_for(1s);
  EXPECT_EQ(world.page("alice").times_drained(), 0);
  world.page("bob").wake();
  world.run_for(2s);
  EXPECT_EQ(texts(world, "bob"), numbered(1, most));
  EXPECT_EQ(world.page("alice").times_drained(), 1);
  EXPECT_TRUE(sent("alice", "more", "bob").resolved);
}

// The chat of all the others does not wait for one who may never come back.
TEST_F(Messages, ToAllDoNotWaitForWhoIsOutOfReach) {
  gather({"alice", "bob", "carol"});
  world.rtc.set_path("alice", "bob", false);
  world.sockets.freeze("bob", true);
  world.run_for(24s);  // the connection has failed, and the server has not missed him
  send_numbered("alice", 1, static_cast<int>(limits::kOutboxMessages), "bob");
  const SettledRequest all = sent("alice", "to all");
  EXPECT_TRUE(all.resolved);
  EXPECT_THAT(all.unreached, ElementsAre(UserId{"bob"}));
  world.run_for(100ms);
  EXPECT_THAT(texts(world, "carol"), ElementsAre("to all"));
}

TEST_F(Messages, TwoHundredAtOnceAndAMegabyteInTurnsArriveInOrder) {
  gather({"alice", "bob"});
  send_numbered("alice", 1, 200);
  world.run_for(1s);
  EXPECT_EQ(texts(world, "bob"), numbered(1, 200));
  const std::string block(15'900, 'x');
  int accepted = 0;
  for (int i = 0; i < 400 && accepted < 64; ++i) {
    if (sent("alice", block).resolved) ++accepted;
    world.run_for(25ms);
  }
  EXPECT_EQ(accepted, 64);
  world.run_for(2s);
  EXPECT_EQ(texts(world, "bob").size(), 264U);
  EXPECT_EQ(world.page("bob").view().diagnostics.count("excess-messages"), 0U);
}

TEST_F(Messages, TooLargeOrToNobodyOrOutsideACallAreRefusedInWords) {
  EXPECT_EQ(world.open_page("dave").settled(world.page("dave").send("x"))->error.code,
            ErrorCode::NotInCall);
  join("alice");
  world.run_for(1s);
  EXPECT_EQ(sent("alice", "x").error.code, ErrorCode::NobodyThere);
  join("bob");
  world.run_for(3s);
  EXPECT_TRUE(sent("alice", std::string(limits::kMessageBytes, 'x')).resolved);
  EXPECT_EQ(sent("alice", std::string(limits::kMessageBytes + 1, 'x')).error.code,
            ErrorCode::MessageTooLarge);
  EXPECT_EQ(sent("alice", std::string(limits::kMessageBytes / 2 + 1, '"')).error.code,
            ErrorCode::MessageTooLarge)
      << "a quote takes two bytes on the wire";
  EXPECT_EQ(sent("alice", "x", "nobody").error.code, ErrorCode::NobodyThere);
  world.run_for(1s);
  EXPECT_EQ(texts(world, "bob").size(), 1U);
}

TEST_F(Messages, DoNotReachAnOlderClientAndSaySo) {
  OlderClient older{world.surroundings(), "older"};
  join("alice");
  older.join();
  world.run_for(6s);
  EXPECT_EQ(sent("alice", "x").error.code, ErrorCode::NobodyThere);
  join("bob");
  world.run_for(6s);
  const SettledRequest all = sent("alice", "to all");
  EXPECT_TRUE(all.resolved);
  EXPECT_THAT(all.unreached, ElementsAre(UserId{"older"}));
  EXPECT_EQ(sent("alice", "x", "older").error.code, ErrorCode::NobodyThere);
  world.run_for(1s);
  EXPECT_THAT(texts(world, "bob"), ElementsAre("to all"));
}

TEST_F(Messages, AreOutBeforeTheGoodbye) {
  gather({"alice", "bob"});
  world.page("alice").send("bye");
  world.page("alice").leave();
  world.run_for(1s);
  EXPECT_THAT(texts(world, "bob"), ElementsAre("bye"));
  EXPECT_THAT(world.page("bob").view().order, IsEmpty());
}

}  // namespace
}  // namespace groupcall::sim
