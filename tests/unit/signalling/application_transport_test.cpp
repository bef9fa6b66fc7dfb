// The application's own Socket as the transport: it is never closed, never written to while it
// is disconnected, and never trusted to come back by itself where it cannot.
#include "tests/unit/signalling/session_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ApplicationSocket : public SessionBench {
 protected:
  void SetUp() override { use(ReconnectBy::Core); }
  void use(ReconnectBy reconnect) {
    SignallingConfig config;
    config.application = true;
    config.reconnect = reconnect;
    remake(config);
  }

  void state(bool connected, bool active, const std::string& reason = "", bool failed = false) {
    tell({SocketNumber{1}, connected, active, failed, reason});
  }
  void tell(const ApplicationState& told) {
    doing([&](auto& out) { session->on_application(told, out); });
  }
  void event(const std::string& text, std::int64_t socket = 1) {
    doing([&](auto& out) { session->on_application(ApplicationEvent{number(socket), text}, out); });
  }
  void acknowledge(std::int64_t ack) {
    doing([&](auto& out) {
      session->on_application(ApplicationAcknowledged{SocketNumber{1}, ack}, out);
    });
  }
  static SocketNumber number(std::int64_t socket) { return SocketNumber{socket}; }
  void expect_state(SignallingState shown, ErrorCode code = ErrorCode::None) const {
    EXPECT_EQ(session->view().state, shown);
    EXPECT_EQ(session->view().error.code, code);
  }
  void go_online() {
    want(true);
    state(true, true);
    ASSERT_TRUE(session->online());
  }

  const ConnectApplication connect_it{SocketNumber{1}};
  const RenewApplication renew_it{SocketNumber{1}};
  const std::string kLeft = R"(["groupcall:participant-left",{"roomId":"r","userId":"u"}])";
};

TEST_F(ApplicationSocket, ThatIsConnectedAlreadyIsOnlineAtOnce) {
  state(true, true);
  EXPECT_THAT(events, IsEmpty());
  EXPECT_THAT(commands, IsEmpty());
  want(true);
  EXPECT_THAT(events, ElementsAre("online"));
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(ApplicationSocket, ThatWasNeverOpenedIsConnected) {
  state(false, false);
  want(true);
  EXPECT_THAT(commands, ElementsAre(connect_it));
  state(true, true);
  EXPECT_THAT(events, ElementsAre("online"));
}

TEST_F(ApplicationSocket, ThatComesLaterIsAwaited) {
  want(true);
  EXPECT_THAT(commands, IsEmpty());
  expect_state(SignallingState::Connecting);
  state(true, true);
  EXPECT_THAT(events, ElementsAre("online"));
}

TEST_F(ApplicationSocket, CarriesEventsBothWays) {
  go_online();
  event(kLeft);
  EXPECT_THAT(events, ElementsAre("42" + kLeft));
  Commands sent;
  session->send(wire::Leave{RoomId{"r"}}, sent);
  EXPECT_THAT(sent, ElementsAre(EmitApplication{SocketNumber{1},
                                                R"(["groupcall:leave",{"roomId":"r"}])", 0}));
}

TEST_F(ApplicationSocket, IsNeverClosedWhenItIsNotNeededAnyMore) {
  go_online();
  want(false);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(events, ElementsAre("offline"));
  event(kLeft);
  EXPECT_THAT(events, IsEmpty());
  want(true);
  EXPECT_THAT(events, ElementsAre("online")) << "it is connected still";
}

// connect() inside its own disconnect event would race its Manager, which then never reconnects.
TEST_F(ApplicationSocket, ThatReconnectsByItselfIsLeftAloneForTenSeconds) {
  go_online();
  state(false, true, "transport close");
  EXPECT_THAT(events, ElementsAre("offline"));
  EXPECT_THAT(commands, IsEmpty());
  expect_state(SignallingState::Connecting, ErrorCode::ServerUnreachable);
  EXPECT_EQ(session->view().error.detail, "transport close");
  EXPECT_EQ(until_deadline(), 10s);
  state(true, true);
  EXPECT_THAT(events, ElementsAre("online"));
  expect_state(SignallingState::Online);
}

TEST_F(ApplicationSocket, ThatDoesNotReconnectInTimeIsConnected) {
  go_online();
  state(false, true, "transport close");
  to_deadline();
  if (commands.empty()) to_deadline();
  EXPECT_THAT(commands, ElementsAre(connect_it));
}

TEST_F(ApplicationSocket, ThatTheServerHasDisconnectedForEverIsConnectedByUs) {
  go_online();
  state(false, false, "io server disconnect");
  EXPECT_THAT(events, ElementsAre("offline"));
  EXPECT_THAT(commands, ElementsAre(connect_it));
}

TEST_F(ApplicationSocket, ThatIsRefusedLaterIsConnectedAgainButNotAtOnce) {
  go_online();
  state(false, true, "transport close");
  state(false, false, "starting", true);
  expect_state(SignallingState::Waiting, ErrorCode::Refused);
  EXPECT_EQ(until_deadline(), 5s);
  to_deadline();
  EXPECT_THAT(commands, ElementsAre(connect_it));
}

TEST_F(ApplicationSocket, ThatIsRefusedAtFirstIsAnAnswer) {
  state(false, false);
  want(true);
  state(false, false, "bad token", true);
  EXPECT_THAT(events, ElementsAre("halted"));
  expect_state(SignallingState::Halted, ErrorCode::Refused);
  EXPECT_EQ(session->view().error.detail, "bad token");
}

TEST_F(ApplicationSocket, ThatFailsToConnectGoesOnByItself) {
  state(false, true);
  want(true);
  state(false, true, "websocket error", true);
  EXPECT_THAT(commands, IsEmpty());
  expect_state(SignallingState::Connecting);
}

TEST_F(ApplicationSocket, ThatTheApplicationClosedIsNotOpenedAgainstItsWill) {
  go_online();
  state(false, false, "io client disconnect");
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(events, ElementsAre("offline", "halted"));
  expect_state(SignallingState::Halted, ErrorCode::ApplicationSocket);
  state(true, true);
  EXPECT_THAT(events, ElementsAre("online")) << "until the application opens it again";
}

TEST_F(ApplicationSocket, IsTheApplicationsToReconnectWhereThatIsAskedFor) {
  use(ReconnectBy::Application);
  go_online();
  state(false, true, "transport close");
  EXPECT_EQ(session->deadline(), kNever) << "its patience is the application's";
  state(true, true);
  ASSERT_TRUE(session->online());
  state(false, false, "io server disconnect");
  EXPECT_THAT(commands, IsEmpty());
  expect_state(SignallingState::Halted, ErrorCode::ApplicationSocket);
  network(true);
  awake();
  EXPECT_THAT(commands, IsEmpty());
  state(true, true);
  EXPECT_THAT(events, ElementsAre("online"));
}

TEST_F(ApplicationSocket, SaysSoWhenItIsDeadBeforeItIsWanted) {
  use(ReconnectBy::Application);
  state(false, false);
  want(true);
  EXPECT_THAT(commands, IsEmpty());
  expect_state(SignallingState::Halted, ErrorCode::ApplicationSocket);
}

TEST_F(ApplicationSocket, IsReplacedByAnother) {
  go_online();
  tell({SocketNumber{2}, true, true, false, ""});
  EXPECT_THAT(events, ElementsAre("offline", "online")) << "a new connection: we must join anew";
  event(kLeft, 1);
  EXPECT_THAT(events, IsEmpty());
  tell({SocketNumber{1}, false, false, false, "late"});
  EXPECT_TRUE(session->online());
  EXPECT_EQ(count(Tally::StaleSocketEvents), 2);
  event(kLeft, 2);
  EXPECT_EQ(events.size(), 1U);
}

TEST_F(ApplicationSocket, SilentForFiveSecondsIsNotTrustedUntilItSpeaks) {
  go_online();
  after(500ms);
  EXPECT_THAT(commands, ElementsAre(EmitApplication{SocketNumber{1}, std::string(kPingEvent), 1}));
  acknowledge(1);
  after(2'500ms);
  after(2'500ms);
  EXPECT_THAT(events, ElementsAre("offline"));
  for (const Command& command : commands)
    EXPECT_TRUE(std::holds_alternative<EmitApplication>(command)) << "it is not closed";
  event(kLeft);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events.front(), "online") << "it was only slow; we join anew all the same";
}

TEST_F(ApplicationSocket, IsGivenUpWhenTheNetworkGoesAndTrustedWhenItSpeaks) {
  go_online();
  network(false);
  EXPECT_THAT(events, ElementsAre("offline"));
  event(kLeft);
  EXPECT_EQ(events.front(), "online");
}

TEST_F(ApplicationSocket, GetsANewConnectionWhenItTakesOver) {
  go_online();
  event(R"(["connection:replaced",{"message":"elsewhere"}])");
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(events, ElementsAre("offline", "halted"));
  expect_state(SignallingState::Halted, ErrorCode::Replaced);
  event(kLeft);
  EXPECT_THAT(events, IsEmpty()) << "the server has turned away; what comes is not for us";
  take_over();
  EXPECT_THAT(commands, ElementsAre(renew_it));
  state(false, true, "forced close");
  EXPECT_THAT(commands, IsEmpty());
  state(true, true);
  EXPECT_THAT(events, ElementsAre("online"));
}

TEST_F(ApplicationSocket, ThatReconnectsAfterBeingReplacedIsTheNewestAgain) {
  go_online();
  event(R"(["connection:replaced",{"message":"elsewhere"}])");
  state(false, true, "transport close");
  EXPECT_THAT(events, IsEmpty());
  state(true, true);
  EXPECT_THAT(events, ElementsAre("online"));
}

}  // namespace
}  // namespace groupcall
