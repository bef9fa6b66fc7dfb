#include "tests/unit/signalling/session_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SignallingSessionTest : public SessionBench {
 protected:
  void expect_state(SignallingState state, ErrorCode code = ErrorCode::None) const {
    EXPECT_EQ(session->view().state, state);
    EXPECT_EQ(session->view().error.code, code);
  }
};

TEST_F(SignallingSessionTest, OpensNothingUnlessItIsWanted) {
  expect_state(SignallingState::Closed);
  EXPECT_EQ(session->deadline(), kNever);
  network(true);
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(SignallingSessionTest, GoesOnlineInThreeSteps) {
  want(true);
  EXPECT_THAT(commands, ElementsAre(open_of(1)));
  expect_state(SignallingState::Connecting);
  EXPECT_EQ(until_deadline(), 10s);
  frame(kHandshake);
  EXPECT_THAT(commands, ElementsAre(send_of(1, "40")));
  EXPECT_FALSE(session->online());
  now += 1s;
  EXPECT_EQ(until_deadline(), 9s) << "one deadline for the whole handshake";
  frame(R"(40{"sid":"x"})");
  EXPECT_THAT(events, ElementsAre("online"));
  EXPECT_TRUE(session->online());
  expect_state(SignallingState::Online);
  EXPECT_EQ(until_deadline(), 500ms) << "then the server is asked whether it answers pings";
}

TEST_F(SignallingSessionTest, SendsItsAuthWithConnect) {
  SignallingConfig config = default_config();
  config.auth = R"({"token":"t"})";
  remake(config);
  want(true);
  frame(kHandshake);
  EXPECT_THAT(commands, ElementsAre(send_of(1, R"(40{"token":"t"})")));
}

TEST_F(SignallingSessionTest, WantedTwiceOpensOnce) {
  want(true);
  want(true);
  EXPECT_THAT(commands, IsEmpty());
  go_online();
  want(true);
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(SignallingSessionTest, AnswersAPingWithItsOwnPayload) {
  go_online();
  frame("2");
  EXPECT_THAT(commands, ElementsAre(send_of(1, "3")));
  frame("2probe");
  EXPECT_THAT(commands, ElementsAre(send_of(1, "3probe")));
}

TEST_F(SignallingSessionTest, GivesUpAServerThatIsSilentForThePingIntervalAndItsTimeout) {
  go_online();
  now += 20s;
  frame("2");
  EXPECT_EQ(until_deadline(), 45s);
  after(45s - kTick);
  EXPECT_TRUE(session->online());
  after(kTick);
  EXPECT_THAT(events, ElementsAre("offline"));
  EXPECT_THAT(commands, ElementsAre(close_of(1), open_of(2)));
  EXPECT_EQ(count(Tally::DeadSockets), 1);
}

TEST_F(SignallingSessionTest, CountsEveryFrameAsASignOfLife) {
  go_online();
  now += 44s;
  frame(R"(42["getOnlineUsers",[]])");
  EXPECT_EQ(until_deadline(), 45s);
  EXPECT_EQ(session->last_delivery(), now);
}

TEST_F(SignallingSessionTest, GivesUpAHandshakeThatTakesOverTenSeconds) {
  want(true);
  after(10s - kTick);
  EXPECT_THAT(commands, IsEmpty());
  after(kTick);
  EXPECT_EQ(count(Tally::SlowHandshakes), 1);
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  expect_state(SignallingState::Waiting, ErrorCode::ServerUnreachable);
}

TEST_F(SignallingSessionTest, ClimbsTheLadderWhileNobodyAnswers) {
  want(true);
  for (const Duration most : {Duration(300ms), Duration(600ms), Duration(1s), Duration(1s)}) {
    closed();
    expect_state(SignallingState::Waiting, ErrorCode::ServerUnreachable);
    EXPECT_GE(until_deadline(), most / 2);
    EXPECT_LE(until_deadline(), most);
    EXPECT_EQ(session->view().retry_at_ms, to_us(session->deadline()) / 1'000);
    to_deadline();
    EXPECT_EQ(commands.size(), 1U);
  }
}

TEST_F(SignallingSessionTest, ComesBackAtOnceWhenAGoodSocketIsLost) {
  go_online();
  closed(0, "gone");
  EXPECT_THAT(events, ElementsAre("offline"));
  EXPECT_THAT(commands, ElementsAre(open_of(2))) << "nothing to close: it is closed";
  expect_state(SignallingState::Connecting, ErrorCode::ServerUnreachable);
  EXPECT_EQ(session->view().error.detail, "gone");
  go_online();
  expect_state(SignallingState::Online);
}

TEST_F(SignallingSessionTest, NeverStormsTheServer) {
  want(true);
  for (int i = 0; i < 10; ++i) {
    connect();
    now += 1s;
    closed();
  }
  expect_state(SignallingState::Waiting, ErrorCode::RateLimited);
  EXPECT_EQ(until_deadline(), 290s);
  network(true);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(until_deadline(), 290s) << "the network's return does not lift it";
}

TEST_F(SignallingSessionTest, SaysThatWeCameTooOftenToWhoeverGoesAndComes) {
  for (int i = 0; i < 10; ++i) {
    want(true);
    connect();
    now += 1s;
    want(false);
  }
  want(true);
  expect_state(SignallingState::Waiting, ErrorCode::RateLimited);
  EXPECT_EQ(until_deadline(), 290s);
}

TEST_F(SignallingSessionTest, HonoursRetryAfter) {
  go_online();
  frame(R"(42["error",{"message":"Too many","retryAfter":300,"code":"RATE_LIMIT_EXCEEDED"}])");
  EXPECT_THAT(events, IsEmpty());
  now += 1s;
  frame("41");
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_THAT(events, ElementsAre("offline"));
  EXPECT_EQ(until_deadline(), 299s);
  expect_state(SignallingState::Waiting, ErrorCode::RateLimited);
  EXPECT_EQ(session->view().error.detail, "Too many");
  network(true);
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(SignallingSessionTest, LetsNoServerStopItForMoreThanAnHour) {
  go_online();
  frame(R"(42["error",{"message":"","retryAfter":9007199254740991}])");
  closed();
  EXPECT_EQ(until_deadline(), 3'600s);
}

TEST_F(SignallingSessionTest, HaltsWhenAnotherTabReplacesIt) {
  go_online();
  frame(R"(42["connection:replaced",{"message":"elsewhere"}])");
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_THAT(events, ElementsAre("offline", "halted"));
  expect_state(SignallingState::Halted, ErrorCode::Replaced);
  EXPECT_EQ(session->deadline(), kNever);
  network(true);
  network(false);
  EXPECT_THAT(commands, IsEmpty());
  closed(1);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_TRUE(session->halted());
  want(true);
  EXPECT_THAT(commands, ElementsAre(open_of(2))) << "wanting it again leaves the halt";
}

TEST_F(SignallingSessionTest, HaltsWhenTheServerRefusesTheConnection) {
  want(true);
  frame(kHandshake);
  frame(R"(44{"message":"bad token"})");
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  expect_state(SignallingState::Halted, ErrorCode::Refused);
  EXPECT_EQ(session->view().error.detail, "bad token");
}

// A server that restarts refuses everybody for a while; a call must not end over it.
TEST_F(SignallingSessionTest, ARefusalAfterAnAdmissionIsTriedAgain) {
  go_online();
  closed();
  frame(kHandshake);
  frame(R"(44{"message":"starting"})");
  EXPECT_THAT(commands, ElementsAre(close_of(2)));
  expect_state(SignallingState::Waiting, ErrorCode::Refused);
  EXPECT_EQ(until_deadline(), 5s) << "and not at once";
  to_deadline();
  EXPECT_THAT(commands, ElementsAre(open_of(3)));
  connect();
  expect_state(SignallingState::Online);
}

TEST_F(SignallingSessionTest, WantedAnewItTakesTheFirstRefusalForAnAnswerAgain) {
  go_online();
  want(false);
  want(true);
  frame(kHandshake);
  frame(R"(44{"message":"bad token"})");
  expect_state(SignallingState::Halted, ErrorCode::Refused);
}

TEST_F(SignallingSessionTest, TakesOverFromTheTabThatReplacedIt) {
  go_online();
  take_over();
  EXPECT_THAT(commands, IsEmpty()) << "there is nothing to take over";
  frame(R"(42["connection:replaced",{"message":"elsewhere"}])");
  EXPECT_TRUE(session->replaced());
  take_over();
  EXPECT_THAT(commands, ElementsAre(open_of(2)));
  EXPECT_EQ(count(Tally::TakeOvers), 1);
  connect();
  expect_state(SignallingState::Online);
}

TEST_F(SignallingSessionTest, SaysThatTheServerShutsDownUntilItIsBack) {
  go_online();
  frame(R"(42["server:shutting_down",{"message":"update"}])");
  expect_state(SignallingState::Online, ErrorCode::ServerShuttingDown);
  closed(0, "");
  expect_state(SignallingState::Connecting, ErrorCode::ServerShuttingDown);
  EXPECT_EQ(session->view().error.detail, "update");
  connect();
  expect_state(SignallingState::Online);
}

TEST_F(SignallingSessionTest, SpeaksInItsOwnNamespaceOnly) {
  SignallingConfig config = default_config();
  config.name_space = "/calls";
  config.auth = R"({"token":"t"})";
  remake(config);
  want(true);
  frame(kHandshake);
  EXPECT_THAT(commands, ElementsAre(send_of(1, R"(40/calls,{"token":"t"})")));
  frame("40");
  EXPECT_FALSE(session->online()) << "that is another namespace's admission";
  frame(R"(40/calls,{"sid":"x"})");
  EXPECT_TRUE(session->online());
  frame(R"(42["groupcall:error",{"roomId":"r","error":"x"}])");
  EXPECT_THAT(events, IsEmpty());
  EXPECT_EQ(count(Tally::RefusedOtherNamespace), 2);
  frame(R"(42/calls,["groupcall:error",{"roomId":"r","error":"x"}])");
  EXPECT_EQ(events.size(), 1U);
  Commands sent;
  session->send(wire::Leave{RoomId{"r"}}, sent);
  EXPECT_THAT(sent, ElementsAre(send_of(1, R"(42/calls,["groupcall:leave",{"roomId":"r"}])")));
}

TEST_F(SignallingSessionTest, AcknowledgesWhoeverAsksForIt) {
  go_online();
  frame(R"(4217["getOnlineUsers",["u"]])");
  EXPECT_THAT(commands, ElementsAre(send_of(1, "4317[]")));
}

// A peer's userInfo with an ArrayBuffer in it makes a binary event of a `joined` for everybody.
TEST_F(SignallingSessionTest, TakesAnEventWithAttachmentsAndCountsThemOff) {
  go_online();
  frame(
      R"(452-["groupcall:participant-left",{"roomId":"r","userId":"u","x":{"_placeholder":true,"num":0}}])");
  EXPECT_EQ(events.size(), 1U);
  binary();
  binary();
  EXPECT_EQ(count(Tally::RefusedStrayBinary), 0);
  binary();
  EXPECT_EQ(count(Tally::RefusedStrayBinary), 1) << "one that no event announced";
  EXPECT_EQ(session->last_delivery(), now);
}

TEST_F(SignallingSessionTest, CountsAttachmentsThatNeverCame) {
  go_online();
  frame(R"(452-["x",{}])");
  binary();
  frame(R"(42["groupcall:error",{"roomId":"r","error":"x"}])");
  EXPECT_EQ(events.size(), 1U) << "the text is not taken for an attachment";
  EXPECT_EQ(count(Tally::RefusedStrayBinary), 1);
  binary();
  EXPECT_EQ(count(Tally::RefusedStrayBinary), 2);
}

TEST_F(SignallingSessionTest, ComesBackAfterADisconnectOfTheServer) {
  for (const std::string farewell : {"41", "1"}) {
    go_online();
    frame(farewell);
    EXPECT_THAT(events, ElementsAre("offline"));
    EXPECT_THAT(commands, ElementsAre(close_of(opened - 1), open_of(opened)));
  }
}

TEST_F(SignallingSessionTest, DropsWhatComesFromAnotherSocket) {
  go_online();
  closed(1);
  go_online();
  frame("2", 1);
  frame(R"(42["groupcall:error",{"roomId":"r","error":"x"}])", 1);
  closed(1);
  closed(99);
  doing([&](auto& out) { session->on_opened({SocketNumber{1}}, out); });
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(events, IsEmpty());
  EXPECT_EQ(count(Tally::StaleSocketEvents), 5);
  EXPECT_TRUE(session->online());
}

TEST_F(SignallingSessionTest, PassesTheRoomsMessagesOn) {
  go_online();
  const std::string left = R"(42["groupcall:participant-left",{"roomId":"r","userId":"u"}])";
  frame(left);
  EXPECT_THAT(events, ElementsAre(left));
  frame(R"(42["getOnlineUsers",["u"]])");
  EXPECT_THAT(events, IsEmpty());
  EXPECT_EQ(count(Tally::RefusedMessages), 0) << "the chat has events of its own";
}

TEST_F(SignallingSessionTest, HearsNoMessagesBeforeItIsOnline) {
  want(true);
  frame(R"(42["groupcall:participant-left",{"roomId":"r","userId":"u"}])");
  frame(kHandshake);
  frame(R"(42["groupcall:participant-left",{"roomId":"r","userId":"u"}])");
  EXPECT_THAT(events, IsEmpty());
  frame("40");
  EXPECT_THAT(events, ElementsAre("online"));
  frame("40");
  EXPECT_THAT(events, IsEmpty()) << "a second CONNECT means nothing";
}

TEST_F(SignallingSessionTest, CountsWhatItRefuses) {
  go_online();
  frame("");
  frame("9");
  EXPECT_EQ(count(Tally::RefusedFrames), 2);
  EXPECT_EQ(count(Tally::RefusedEmpty), 1);
  frame("4");
  frame(R"(4517-["x",{}])");
  frame(R"(42/admin,["x"])");
  EXPECT_EQ(count(Tally::RefusedPackets), 3);
  EXPECT_EQ(count(Tally::RefusedTooLong), 1);
  frame(R"(42["groupcall:participant-left",{}])");
  EXPECT_EQ(count(Tally::RefusedMessages), 1);
  EXPECT_EQ(count(Tally::RefusedMissingField), 1);
  frame(R"(42["groupcall:joined",{"roomId":"r","participants":[7,8]}])");
  EXPECT_EQ(count(Tally::RefusedElements), 2);
  EXPECT_EQ(events.size(), 1U);
  frame("5");
  EXPECT_EQ(count(Tally::RefusedFrames), 3);
  EXPECT_TRUE(session->online()) << "none of that is fatal";
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(SignallingSessionTest, DoesNotRestOnAHandshakeThatItCannotRead) {
  want(true);
  frame(R"(0{"sid":"s","pingInterval":1,"pingTimeout":1})");
  EXPECT_EQ(commands.front(), Command(close_of(1)));
  expect_state(SignallingState::Waiting, ErrorCode::ServerUnreachable);
  EXPECT_EQ(count(Tally::RefusedFrames), 1);
}

TEST_F(SignallingSessionTest, OverlooksASecondHandshake) {
  go_online();
  frame(kHandshake);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_TRUE(session->online());
  EXPECT_EQ(count(Tally::RefusedFrames), 1);
}

TEST_F(SignallingSessionTest, TriesAtOnceWhenTheNetworkComesBack) {
  want(true);
  for (int i = 0; i < 4; ++i) {
    closed();
    if (i < 3) to_deadline();
  }
  network(true);
  EXPECT_EQ(commands.size(), 1U);
  expect_state(SignallingState::Connecting, ErrorCode::ServerUnreachable);
}

TEST_F(SignallingSessionTest, GivesUpItsSocketWhenTheNetworkGoes) {
  go_online();
  network(false);
  EXPECT_THAT(events, ElementsAre("offline"));
  EXPECT_EQ(commands.front(), Command(close_of(1)));
}

TEST_F(SignallingSessionTest, WaitsForWhatWasSentWhileThePageSlept) {
  go_online();
  now += 100s;
  awake();
  EXPECT_EQ(until_deadline(), 5s);
  frame("2");
  EXPECT_EQ(until_deadline(), 45s);
  awake();
  EXPECT_EQ(until_deadline(), 45s) << "a long deadline is not shortened";
}

// The monotonic clock stands still while the machine sleeps; the server's patience does not.
TEST_F(SignallingSessionTest, TakesTheTimeThatItSleptOffTheServersPatience) {
  go_online();
  awake(20s);
  EXPECT_EQ(until_deadline(), 25s);
  awake(3'600s);
  EXPECT_EQ(until_deadline(), 5s) << "what was sent meanwhile may still be on its way";
}

TEST_F(SignallingSessionTest, TriesAtOnceWhenThePageWakes) {
  want(true);
  for (int i = 0; i < 4; ++i) {
    closed();
    if (i < 3) to_deadline();
  }
  awake();
  EXPECT_EQ(commands.size(), 1U);
  expect_state(SignallingState::Connecting, ErrorCode::ServerUnreachable);
}

TEST_F(SignallingSessionTest, ClosesItsSocketWhenItIsNotWantedAnyMore) {
  go_online();
  want(false);
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_THAT(events, ElementsAre("offline"));
  expect_state(SignallingState::Closed);
  EXPECT_EQ(session->deadline(), kNever);
  frame("2", 1);
  EXPECT_THAT(commands, IsEmpty());
  want(false);
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(SignallingSessionTest, SendsOnItsPresentSocket) {
  go_online();
  closed();
  go_online();
  Commands sent;
  session->send(wire::Leave{RoomId{"r"}}, sent);
  EXPECT_THAT(sent, ElementsAre(send_of(2, R"(42["groupcall:leave",{"roomId":"r"}])")));
}

TEST(SocketUrl, IsMadeOfItsParts) {
  struct Row {
    SignallingConfig config;
    std::string user;
    std::string url;
  };
  const std::vector<Row> rows = {
      {{"http://h:3000", "", "", "", ""},
       "u1",
       "ws://h:3000/socket.io/?userId=u1&EIO=4&transport=websocket"},
      {{"https://h//", "", "", "", ""},
       "u1",
       "wss://h/socket.io/?userId=u1&EIO=4&transport=websocket"},
      {{"wss://h", "/p/", "", "", ""}, "u1", "wss://h/p/?userId=u1&EIO=4&transport=websocket"},
      {{"wss://h", "", "", "a=b", ""},
       "u1",
       "wss://h/socket.io/?a=b&userId=u1&EIO=4&transport=websocket"},
      {{"wss://h", "", "", "userId=x", ""},
       "u1",
       "wss://h/socket.io/?userId=x&EIO=4&transport=websocket"},
      {{"wss://h", "", "", "a=b&userId=x", ""},
       "u1",
       "wss://h/socket.io/?a=b&userId=x&EIO=4&transport=websocket"},
      {{"wss://h", "", "", "myuserId=x", ""},
       "u1",
       "wss://h/socket.io/?myuserId=x&userId=u1&EIO=4&transport=websocket"},
      {{"wss://h", "", "", "", ""},
       "a b&c=d/\xc3\xa4~-._9",
       "wss://h/socket.io/?userId=a%20b%26c%3Dd%2F%C3%A4~-._9&EIO=4&transport=websocket"},
  };
  for (const Row& row : rows) {
    SignallingSession session(row.config, UserId{row.user});
    IdSource ids;
    Random random("s");
    Counters counters;
    Commands commands;
    std::vector<SessionEvent> events;
    SignallingSession::Output out{Instant(1s), ids, random, counters, commands, events};
    session.want(true, out);
    EXPECT_THAT(commands, ElementsAre(OpenSocket{SocketNumber{1}, row.url}));
  }
}

}  // namespace
}  // namespace groupcall
