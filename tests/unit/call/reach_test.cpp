// Being reachable: invitations, the other tabs of this user, and pages that stood still.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Reach : public testing::Test {
 protected:
  CallBench call;

  void listen(bool on = true) { call.handle(ListenRequested{on}); }
  void invite(const std::string& room, const std::string& caller = R"({"fullname":"Ann"})") {
    call.frame(R"(42["groupcall:invitation",{"roomId":")" + room +
               R"(","groupId":"g","callType":"voice","callerInfo":)" + caller +
               R"(,"groupName":"Friends"}])");
  }
  std::vector<std::string> ringing() const {
    std::vector<std::string> rooms;
    for (const InvitationView& view : call.invitations) rooms.push_back(view.room_id.value);
    return rooms;
  }
  void replaced() { call.frame(R"(42["connection:replaced",{"message":"elsewhere"}])"); }
  void tab(const std::string& text) { call.handle(TabMessage{text}); }
  /// What was posted to the other tabs in the last reaction.
  std::vector<std::string> posted() const {
    std::vector<std::string> texts;
    for (const PostToTabs& post : call.all<PostToTabs>()) texts.push_back(post.text);
    return texts;
  }
  /// The name by which this tab asked the others.
  std::string asked_as() const {
    const std::vector<std::string> texts = posted();
    const std::string key = R"("tab":")";
    const std::size_t at = texts.empty() ? std::string::npos : texts.front().find(key);
    return at == std::string::npos ? "" : texts.front().substr(at + key.size(), 13);
  }
  void answer_as_tab(const std::string& to, bool in_call, const std::string& user = "me") {
    tab(R"({"type":"tells","user":")" + user + R"(","tab":"other","to":")" + to + R"(","inCall":)" +
        (in_call ? "true" : "false") + "}");
  }
};

// ---- invitations -----------------------------------------------------------------------

TEST_F(Reach, AConnectionIsKeptOutsideACallWhileItIsWanted) {
  listen();
  EXPECT_EQ(call.all<OpenSocket>().size(), 1U);
  call.connect();
  EXPECT_EQ(call.signalling.state, SignallingState::Online);
  EXPECT_EQ(call.phase, Phase::Idle);
  listen(false);
  EXPECT_EQ(call.all<CloseSocket>().size(), 1U);
  EXPECT_EQ(call.open.list(), "");
}

TEST_F(Reach, AnInvitationRingsForFortyFiveSeconds) {
  listen();
  call.connect();
  invite("r");
  ASSERT_EQ(call.invitations.size(), 1U);
  const InvitationView& view = call.invitations.front();
  EXPECT_EQ(view.group_id.value, "g");
  EXPECT_EQ(view.call_type, CallType::Voice);
  EXPECT_EQ(view.caller, R"({"fullname":"Ann"})");
  EXPECT_EQ(view.group_name, "Friends");
  EXPECT_EQ(view.ends_at_ms, to_us(call.now + 45s) / 1'000);
  call.pass(45s - CallBench::kTick);
  EXPECT_THAT(ringing(), ElementsAre("r"));
  call.after(CallBench::kTick);
  EXPECT_THAT(ringing(), IsEmpty());
}

TEST_F(Reach, AnInvitationOutlivesTheSocketThatItCameOn) {
  listen();
  call.connect();
  invite("r");
  call.socket_closed();
  EXPECT_THAT(ringing(), ElementsAre("r"));
}

TEST_F(Reach, ADeclinedInvitationIsOver) {
  listen();
  call.connect();
  invite("r1");
  invite("r2");
  call.handle(InvitationDeclined{RoomId{"r1"}});
  EXPECT_THAT(ringing(), ElementsAre("r2"));
  call.handle(InvitationDeclined{RoomId{"unknown"}});
  EXPECT_THAT(ringing(), ElementsAre("r2"));
}

TEST_F(Reach, AnInvitationThatIsRepeatedRingsAnewOnce) {
  listen();
  call.connect();
  invite("r1");
  invite("r2");
  call.after(10s);
  invite("r1");
  EXPECT_THAT(ringing(), ElementsAre("r2", "r1"));
  EXPECT_EQ(call.invitations.back().ends_at_ms, to_us(call.now + 45s) / 1'000);
}

TEST_F(Reach, NoMoreThanSixteenRingAtOnce) {
  listen();
  call.connect();
  for (int i = 0; i < 20; ++i) invite("r" + std::to_string(i));
  EXPECT_EQ(call.invitations.size(), limits::kInvitations);
  EXPECT_EQ(ringing().front(), "r4") << "the oldest give way";
}

TEST_F(Reach, JoiningEndsItsRingAndUsesTheConnectionThatIsThere) {
  listen();
  call.connect();
  invite("r");
  invite("other");
  call.join(1);
  EXPECT_THAT(ringing(), ElementsAre("other"));
  EXPECT_THAT(call.sent, ElementsAre("join r"));
  EXPECT_THAT(call.all<OpenSocket>(), IsEmpty());
  call.joined();
  invite("r");
  EXPECT_THAT(ringing(), ElementsAre("other")) << "we are in that call";
  invite("third");
  EXPECT_THAT(ringing(), ElementsAre("other", "third")) << "a call does not make us deaf";
}

TEST_F(Reach, LeavingKeepsTheConnectionThatIsWantedForInvitations) {
  listen();
  call.connect();
  call.join(1);
  call.joined();
  call.leave(2);
  EXPECT_THAT(call.all<CloseSocket>(), IsEmpty());
  EXPECT_EQ(call.signalling.state, SignallingState::Online);
  invite("r2");
  EXPECT_THAT(ringing(), ElementsAre("r2"));
}

TEST_F(Reach, NotListeningAnyMoreLeavesACallItsConnection) {
  listen();
  call.connect();
  call.join(1);
  call.joined();
  listen(false);
  EXPECT_THAT(call.all<CloseSocket>(), IsEmpty());
  call.leave(2);
  EXPECT_EQ(call.all<CloseSocket>().size(), 1U);
  EXPECT_EQ(call.open.list(), "");
}

TEST_F(Reach, DisposeClosesTheConnectionThatWasKept) {
  listen();
  call.connect();
  call.handle(Disposed{});
  EXPECT_EQ(call.all<CloseSocket>().size(), 1U);
}

TEST_F(Reach, ARefusedListenerIsNotTriedAgainUntilAsked) {
  listen();
  call.frame(R"(0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000})");
  call.frame(R"(44{"message":"bad token"})");
  EXPECT_EQ(call.signalling.state, SignallingState::Halted);
  EXPECT_EQ(call.signalling.error.code, ErrorCode::Refused);
  listen();
  EXPECT_EQ(call.all<OpenSocket>().size(), 1U);
}

TEST_F(Reach, APoisonedCallerIsLeftOutOfTheInvitation) {
  listen();
  call.connect();
  invite("r", R"({"fullname":{"x":1},"profilePic":"p"})");
  ASSERT_EQ(call.invitations.size(), 1U);
  EXPECT_EQ(call.invitations.front().caller, R"({"profilePic":"p"})");
  invite("r2", "null");
  invite("r3", R"({"x":")" + std::string(20'000, 'x') + "\"}");
  EXPECT_THAT(ringing(), ElementsAre("r", "r2")) << "it rings, whoever called";
  EXPECT_EQ(call.invitations.back().caller, "{}");
  EXPECT_EQ(call.count(Tally::RefusedMessages), 1);
}

// ---- the other tabs --------------------------------------------------------------------

TEST_F(Reach, AnotherTabsJoinEndsTheRingHere) {
  listen();
  call.connect();
  invite("r");
  tab(R"({"type":"joined","user":"somebody","roomId":"r"})");
  EXPECT_THAT(ringing(), ElementsAre("r")) << "another user of this browser";
  tab(R"({"type":"joined","user":"me","roomId":"r"})");
  EXPECT_THAT(ringing(), IsEmpty());
}

TEST_F(Reach, TheOtherTabsAreToldOfTheAdmissionOnce) {
  call.join(1);
  call.connect();
  EXPECT_THAT(posted(), IsEmpty());
  call.joined();
  EXPECT_THAT(posted(), ElementsAre(R"({"type":"joined","user":"me","roomId":"r"})"));
  call.socket_closed();
  call.connect();
  call.joined();
  EXPECT_THAT(posted(), IsEmpty());
}

TEST_F(Reach, ATabThatAsksIsToldWhetherWeAreInACall) {
  tab(R"({"type":"asks","user":"me","tab":"t"})");
  ASSERT_EQ(posted().size(), 1U);
  EXPECT_THAT(posted().front(), testing::HasSubstr(R"("to":"t","inCall":false)"));
  call.enter();
  tab(R"({"type":"asks","user":"me","tab":"t"})");
  EXPECT_THAT(posted().front(), testing::HasSubstr(R"("to":"t","inCall":true)"));
  tab(R"({"type":"asks","user":"somebody","tab":"t"})");
  EXPECT_THAT(posted(), IsEmpty());
}

TEST_F(Reach, TakesOverByItselfFromATabWithoutACall) {
  call.enter();
  replaced();
  EXPECT_EQ(call.phase, Phase::Reconnecting);
  EXPECT_EQ(call.signalling.error.code, ErrorCode::Replaced);
  answer_as_tab(asked_as(), false);
  EXPECT_THAT(call.all<OpenSocket>(), IsEmpty()) << "a third tab may still have a call";
  call.after(300ms);
  EXPECT_EQ(call.all<OpenSocket>().size(), 1U);
  call.connect();
  call.joined();
  EXPECT_EQ(call.phase, Phase::Joined);
}

TEST_F(Reach, LeavesItToAPersonWhenAnotherTabHasACall) {
  call.enter();
  replaced();
  const std::string name = asked_as();
  answer_as_tab(name, false);
  answer_as_tab(name, true);
  call.pass(600ms);
  EXPECT_EQ(call.signalling.state, SignallingState::Halted);
  call.handle(TakeOverRequested{});
  EXPECT_EQ(call.all<OpenSocket>().size(), 1U);
}

// It may be the user's telephone, with a call on it.
TEST_F(Reach, LeavesItToAPersonWhenNobodyAnswers) {
  call.enter();
  replaced();
  answer_as_tab("another question", false);
  answer_as_tab(asked_as(), false, "somebody");
  call.pass(600ms);
  EXPECT_EQ(call.signalling.state, SignallingState::Halted);
}

TEST_F(Reach, TakesOverByItselfOnceAMinuteAtMost) {
  call.enter();
  replaced();
  answer_as_tab(asked_as(), false);
  call.after(300ms);
  call.connect();
  call.joined();
  call.pass(30s);
  call.frame("2");
  call.pass(29s);
  replaced();
  EXPECT_THAT(posted(), IsEmpty());
  call.handle(TakeOverRequested{});
  EXPECT_EQ(call.all<OpenSocket>().size(), 1U) << "a person may, at any time";
  call.connect();
  call.joined();
  call.pass(2s);
  replaced();
  EXPECT_FALSE(asked_as().empty());
}

TEST_F(Reach, AnAnswerAfterLeavingTakesNothingOver) {
  call.enter();
  replaced();
  const std::string name = asked_as();
  call.leave(2);
  answer_as_tab(name, false);
  call.pass(1s);
  EXPECT_THAT(call.all<OpenSocket>(), IsEmpty());
  EXPECT_EQ(call.open.list(), "");
}

// If the other tab was in the room, everybody has retired our epoch.
TEST_F(Reach, ATakeOverWithoutLinksIsAFreshJoin) {
  call.enter({CallBench::module_peer("ben", "b1")});
  const Epoch before = call.epoch;
  replaced();
  call.handle(TakeOverRequested{});
  call.connect();
  EXPECT_NE(call.epoch.value, before.value);
  EXPECT_TRUE(call.participants.empty());
  call.joined({CallBench::module_peer("ben", "b1")});
  EXPECT_EQ(call.participants.size(), 1U);
}

TEST_F(Reach, ATakeOverWithEveryLinkUpKeepsThem) {
  call.enter({CallBench::module_peer("ben", "b1")});
  call.connect_to("ben", "b1");
  const Epoch before = call.epoch;
  replaced();
  call.handle(TakeOverRequested{});
  call.connect();
  EXPECT_EQ(call.epoch.value, before.value);
  EXPECT_EQ(call.open.connections(), 1U);
}

TEST_F(Reach, NonsenseOfAnotherTabIsCounted) {
  tab("x");
  tab(R"({"type":"sings","user":"me"})");
  tab(R"({"type":"joined","user":"me"})");
  EXPECT_EQ(call.count(Tally::RefusedMessages), 3);
}

// ---- pages that stood still ------------------------------------------------------------

TEST_F(Reach, APageFromTheCacheListensAgain) {
  listen();
  call.connect();
  call.handle(PageClosing{});
  EXPECT_EQ(call.open.list(), "");
  call.handle(PageShown{});
  EXPECT_EQ(call.all<OpenSocket>().size(), 1U);
}

TEST_F(Reach, APageThatIsShownTakesNothingOver) {
  call.enter();
  replaced();
  call.handle(PageShown{});
  call.handle(NetworkOnline{});
  EXPECT_EQ(call.signalling.state, SignallingState::Halted);
  EXPECT_THAT(call.all<OpenSocket>(), IsEmpty());
}

TEST_F(Reach, ATimerThatFiresFarTooLateIsNoProofOfDeath) {
  call.enter();
  call.now += 100s;
  call.handle(Woke{});
  EXPECT_EQ(call.signalling.state, SignallingState::Online);
  EXPECT_EQ(call.count(Tally::LateWakes), 1);
  call.pass(5s);
  EXPECT_NE(call.signalling.state, SignallingState::Online) << "nothing came: now it is";
}

// ---- an application's Socket -----------------------------------------------------------

CallConfig on_application() {
  CallConfig config = CallBench::default_config();
  config.signalling.application = true;
  return config;
}

TEST(ApplicationCall, JoinsInTheVeryReactionWhenTheSocketIsUp) {
  CallBench call(on_application());
  call.handle(ApplicationState{SocketNumber{1}, true, true, false, ""});
  call.join(1);
  const auto emitted = call.all<EmitApplication>();
  ASSERT_EQ(emitted.size(), 1U);
  EXPECT_THAT(emitted.front().text, testing::StartsWith(R"(["groupcall:join",)"));
}

TEST(ApplicationCall, EmitsNothingWhileTheSocketIsDown) {
  CallBench call(on_application());
  call.handle(ApplicationState{SocketNumber{1}, true, true, false, ""});
  call.join(1);
  call.handle(ApplicationEvent{
      SocketNumber{1},
      R"(["groupcall:joined",{"roomId":"r","participants":[{"userId":"ben","userInfo":{"groupcall":{"v":1,"epoch":"b1"}}}],"callType":"video"}])"});
  call.handle(ApplicationState{SocketNumber{1}, false, true, false, "transport close"});
  EXPECT_EQ(call.phase, Phase::Reconnecting);
  call.local_set("ben");
  EXPECT_THAT(call.all<EmitApplication>(), IsEmpty()) << "a stale offer would precede our re-join";
  call.handle(ApplicationState{SocketNumber{1}, true, true, false, ""});
  const auto emitted = call.all<EmitApplication>();
  ASSERT_EQ(emitted.size(), 1U);
  EXPECT_THAT(emitted.front().text, testing::StartsWith(R"(["groupcall:join",)"));
}

TEST(ApplicationCall, WaitsForTheApplicationAsLongAsAJoinMay) {
  CallConfig config = on_application();
  config.signalling.reconnect = ReconnectBy::Application;
  CallBench call(config);
  call.handle(ApplicationState{SocketNumber{1}, false, false, false, ""});
  call.join(1);
  EXPECT_EQ(call.signalling.error.code, ErrorCode::ApplicationSocket);
  EXPECT_THAT(call.all<RejectRequest>(), IsEmpty()) << "the application may still connect it";
  call.after(15s);
  EXPECT_THAT(call.all<RejectRequest>(),
              ElementsAre(RejectRequest{RequestId{1}, {ErrorCode::ApplicationSocket, ""}}));
}

}  // namespace
}  // namespace groupcall
