/// The modelled backend against the wire of the existing one, quirk by quirk.
#include "tests/support/server_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

namespace groupcall::sim {
namespace {

/// A user who sends what the test says and keeps what comes in.
class ScriptedUser : public SocketObserver {
 public:
  explicit ScriptedUser(SocketNetwork& network, std::string user)
      : network_(&network), user_(std::move(user)) {}

  void connect() {
    line = network_->connect(
        user_, "ws://s/socket.io/?userId=" + user_ + "&EIO=4&transport=websocket", *this);
  }
  void send(const std::string& text) { network_->send_to_server(line, text); }
  void emit(const std::string& event, const std::string& payload) {
    send("42[\"groupcall:" + event + "\"," + payload + "]");
  }
  void join() {
    emit("join", R"({"roomId":"r1","groupId":"g1","userInfo":{"fullname":")" + user_ + "\"}}");
  }
  std::size_t count(const std::string& event) const {
    return static_cast<std::size_t>(std::count_if(
        frames.begin(), frames.end(),
        [&](const std::string& frame) { return frame.starts_with("42[\"" + event + "\""); }));
  }
  /// The newest frame of that event.
  std::string last(const std::string& event) const {
    for (auto it = frames.rbegin(); it != frames.rend(); ++it) {
      if (it->starts_with("42[\"" + event + "\"")) return *it;
    }
    return {};
  }

  LineId line = 0;
  std::vector<std::string> frames;
  int closed_with = 0;
  bool answers_pings = true;

 private:
  void on_socket_opened(LineId) override {}
  void on_socket_frame(LineId, const std::string& text) override {
    frames.push_back(text);
    if (text.starts_with("0")) send("40");
    if (text == "2" && answers_pings) send("3");
  }
  void on_socket_closed(LineId, int code, const std::string&) override { closed_with = code; }

  SocketNetwork* network_;
  std::string user_;
};

class ServerModelTest : public testing::Test {
 protected:
  ScriptedUser& user(const std::string& name) {
    users.push_back(std::make_unique<ScriptedUser>(network, name));
    users.back()->connect();
    loop.run_for(100ms);
    return *users.back();
  }
  ScriptedUser& member(const std::string& name) {
    ScriptedUser& made = user(name);
    made.join();
    loop.run_for(100ms);
    return made;
  }

  EventLoop loop;
  Journal journal{loop, Detail::Lines};
  SocketNetwork network{loop, SocketTiming{}, "seed"};
  ServerModel server{loop, network, journal, ServerOptions{}, "seed"};
  std::vector<std::unique_ptr<ScriptedUser>> users;
};

TEST_F(ServerModelTest, OpensAndAcknowledgesTheNamespace) {
  ScriptedUser& alice = user("alice");
  ASSERT_GE(alice.frames.size(), 2U);
  EXPECT_TRUE(alice.frames[0].starts_with("0{\"sid\":"));
  EXPECT_TRUE(alice.frames[1].starts_with("40{\"sid\":"));
  EXPECT_EQ(alice.last("getOnlineUsers"), R"(42["getOnlineUsers",["alice"]])");
}

TEST_F(ServerModelTest, ANewcomerIsToldOfMembersAndMembersOfTheNewcomer) {
  ScriptedUser& alice = member("alice");
  ScriptedUser& bob = member("bob");
  EXPECT_EQ(bob.last("groupcall:joined"),
            R"(42["groupcall:joined",{"roomId":"r1","participants":[{"userId":"alice",)"
            R"("userInfo":{"fullname":"alice"},"tracks":{"audio":true,"video":true}}],)"
            R"("callType":"video","roomState":{"totalParticipants":2,"callType":"video"}}])");
  EXPECT_EQ(alice.last("groupcall:participant-joined"),
            R"(42["groupcall:participant-joined",{"roomId":"r1","participant":{"userId":"bob",)"
            R"("userInfo":{"fullname":"bob"},"tracks":{"audio":true,"video":true}}}])");
  EXPECT_EQ(alice.count("groupcall:invitation"), 0U);
}

TEST_F(ServerModelTest, TheFirstJoinInvitesWhoIsOnline) {
  ScriptedUser& bob = user("bob");
  member("alice");
  EXPECT_EQ(bob.count("groupcall:invitation"), 1U);
}

TEST_F(ServerModelTest, RelaysToTheTargetAndNobodyElse) {
  ScriptedUser& alice = member("alice");
  ScriptedUser& bob = member("bob");
  ScriptedUser& carol = member("carol");
  alice.emit("webrtc-offer",
             R"({"roomId":"r1","offer":{"type":"offer","x":1},"targetUserId":"bob","y":2})");
  alice.emit("webrtc-offer", R"({"roomId":"r1","offer":{},"targetUserId":"nobody"})");
  loop.run_for(100ms);
  EXPECT_EQ(bob.last("groupcall:webrtc-offer"),
            R"(42["groupcall:webrtc-offer",{"roomId":"r1","offer":{"type":"offer","x":1},)"
            R"("senderId":"alice"}])");
  EXPECT_EQ(carol.count("groupcall:webrtc-offer"), 0U);
  EXPECT_EQ(server.relayed("groupcall:webrtc-offer", "alice", "bob"), 1U);
}

TEST_F(ServerModelTest, MergesTracksAndShowsThemAllToTheOthers) {
  ScriptedUser& alice = member("alice");
  ScriptedUser& bob = member("bob");
  bob.emit("update-tracks", R"({"roomId":"r1","tracks":{"audio":false,"extra":"kept"}})");
  loop.run_for(100ms);
  EXPECT_EQ(alice.last("groupcall:tracks-updated"),
            R"(42["groupcall:tracks-updated",{"roomId":"r1","userId":"bob",)"
            R"("tracks":{"audio":false,"video":true,"extra":"kept"}}])");
}

TEST_F(ServerModelTest, ARepeatedJoinShowsDefaultTracksButKeepsTheStoredOnes) {
  ScriptedUser& alice = member("alice");
  ScriptedUser& bob = member("bob");
  bob.emit("update-tracks", R"({"roomId":"r1","tracks":{"audio":false}})");
  bob.emit("join", R"({"roomId":"r1","groupId":"g1","userInfo":{"fullname":"new"}})");
  loop.run_for(100ms);
  EXPECT_NE(alice.last("groupcall:participant-joined").find(R"("fullname":"new")"),
            std::string::npos);
  EXPECT_NE(alice.last("groupcall:participant-joined").find(R"("audio":true)"), std::string::npos);
  ScriptedUser& carol = member("carol");
  const std::string shown = carol.last("groupcall:joined");
  EXPECT_NE(shown.find(R"("fullname":"bob")"), std::string::npos) << "the first userInfo stays";
  EXPECT_NE(shown.find(R"("audio":false)"), std::string::npos);
}

TEST_F(ServerModelTest, ADisconnectRemovesTheUserAtOnce) {
  ScriptedUser& alice = member("alice");
  member("bob");
  network.cut("bob");
  loop.run_for(100ms);
  EXPECT_EQ(alice.count("groupcall:participant-left"), 1U);
  EXPECT_EQ(alice.count("location:offline"), 1U);
  EXPECT_EQ(server.participants("r1"), std::vector<std::string>{"alice"});
}

TEST_F(ServerModelTest, TheNewestSocketOwnsItsUser) {
  ScriptedUser& alice = member("alice");
  ScriptedUser& older_tab = member("bob");
  ScriptedUser& newer_tab = user("bob");
  EXPECT_EQ(older_tab.count("connection:replaced"), 1U);
  alice.emit("webrtc-offer", R"({"roomId":"r1","offer":{"a":1},"targetUserId":"bob"})");
  loop.run_for(100ms);
  EXPECT_EQ(older_tab.count("groupcall:webrtc-offer"), 0U);
  EXPECT_EQ(newer_tab.count("groupcall:webrtc-offer"), 1U);
  network.close_by_page(newer_tab.line);
  loop.run_for(100ms);
  EXPECT_EQ(alice.count("groupcall:participant-left"), 1U) << "although the older tab is there";
  EXPECT_EQ(older_tab.closed_with, 0);
}

TEST_F(ServerModelTest, AnOlderSocketsEndRemovesNobody) {
  ScriptedUser& alice = member("alice");
  ScriptedUser& older_tab = member("bob");
  member("bob");
  network.close_by_page(older_tab.line);
  loop.run_for(100ms);
  EXPECT_EQ(alice.count("groupcall:participant-left"), 0U);
}

TEST_F(ServerModelTest, ALeaveDuringTheLookupLeavesAGhost) {
  ScriptedUser& bob = user("bob");
  bob.join();
  bob.emit("leave", R"({"roomId":"r1"})");
  loop.run_for(100ms);
  EXPECT_EQ(server.participants("r1"), std::vector<std::string>{"bob"});
}

TEST_F(ServerModelTest, ADisconnectDuringTheLookupLeavesAGhostUntilTheNextOne) {
  server.set_lookup(exactly(500ms));
  ScriptedUser& bob = user("bob");
  bob.join();
  loop.run_for(100ms);
  network.cut("bob");
  loop.run_for(1s);
  EXPECT_EQ(server.participants("r1"), std::vector<std::string>{"bob"});
  ScriptedUser& again = user("bob");
  network.close_by_page(again.line);
  loop.run_for(100ms);
  EXPECT_TRUE(server.participants("r1").empty());
}

TEST_F(ServerModelTest, AnEventBeforeJoinedIsAViolationOfTheProjectsRule) {
  ScriptedUser& bob = user("bob");
  bob.join();
  bob.emit("update-tracks", R"({"roomId":"r1","tracks":{"audio":false}})");
  loop.run_for(100ms);
  EXPECT_FALSE(journal.clean());
}

TEST_F(ServerModelTest, AnEventWithoutAPayloadIsAViolation) {
  ScriptedUser& bob = member("bob");
  bob.send(R"(42["groupcall:leave",null])");
  loop.run_for(100ms);
  EXPECT_FALSE(journal.clean());
}

TEST_F(ServerModelTest, AnEventBeforeConnectClosesTheSocket) {
  ScriptedUser alice(network, "alice");
  alice.connect();
  loop.run_for(20ms);  // open, its first frame not yet there
  alice.join();
  loop.run_for(11ms);
  EXPECT_FALSE(journal.clean());
}

TEST_F(ServerModelTest, ASilentClientIsClosedAfterItsPing) {
  ScriptedUser& alice = member("alice");
  ScriptedUser& bob = member("bob");
  bob.answers_pings = false;
  loop.run_for(44s);
  EXPECT_EQ(alice.count("groupcall:participant-left"), 0U);
  loop.run_for(2s);
  EXPECT_EQ(alice.count("groupcall:participant-left"), 1U);
  EXPECT_EQ(bob.closed_with, 1006);
  EXPECT_EQ(alice.closed_with, 0);
}

TEST_F(ServerModelTest, TheTwentyFirstConnectionIsTurnedAway) {
  for (int i = 0; i < 20; ++i) network.close_by_page(user("alice").line);
  ScriptedUser& last = user("alice");
  EXPECT_EQ(last.count("error"), 1U);
  EXPECT_EQ(last.frames.back(), "41");
  EXPECT_EQ(last.closed_with, 1005);
  loop.run_for(300s);
  EXPECT_EQ(user("alice").count("error"), 0U);
}

TEST_F(ServerModelTest, ARestartForgetsRoomsAndLookups) {
  member("alice");
  ScriptedUser& bob = user("bob");
  server.set_lookup(exactly(500ms));
  bob.join();
  loop.run_for(100ms);
  server.stop();
  server.start();
  loop.run_for(1s);
  EXPECT_TRUE(server.participants("r1").empty());
  EXPECT_EQ(bob.closed_with, 1006);
}

TEST_F(ServerModelTest, JoinsAndConnectsCanBeRefused) {
  server.refuse_joins("Group not found");
  ScriptedUser& alice = member("alice");
  EXPECT_EQ(alice.last("groupcall:error"),
            R"(42["groupcall:error",{"roomId":"r1","error":"Group not found"}])");
  server.refuse_connects("invalid");
  ScriptedUser& bob = user("bob");
  EXPECT_EQ(bob.frames.back(), R"(44{"message":"invalid"})");
}

}  // namespace
}  // namespace groupcall::sim
