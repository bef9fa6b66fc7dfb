// How soon a half-open socket is noticed: by an acked ping where the server knows it.
#include "tests/unit/signalling/session_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Ping : public SessionBench {
 protected:
  static constexpr Duration kFirst = 500ms;
  static constexpr Duration kQuiet = 2'500ms;

  void SetUp() override {
    want(true);
    connect();
  }
  /// The server acknowledges the last ping.
  void answer() {
    const std::string number = last_ping.substr(2, last_ping.find('[') - 2);
    frame("43" + number + "[]");
  }
  /// A server that answers: the first question is behind us.
  void first_answer() {
    after(kFirst);
    answer();
  }
};

TEST_F(Ping, IsAnObjectSoThatNoServerStumbles) {
  after(kFirst);
  EXPECT_EQ(last_ping, R"(421["groupcall:ping",{}])");
}

TEST_F(Ping, FindsAHalfOpenSocketInFiveSeconds) {
  first_answer();
  const Instant last_heard = now;
  after(kQuiet - kTick);
  EXPECT_EQ(pings, 0);
  after(kTick);
  EXPECT_EQ(pings, 1);
  after(kQuiet - kTick);
  EXPECT_TRUE(session->online());
  after(kTick);
  EXPECT_THAT(events, ElementsAre("offline"));
  EXPECT_EQ(now - last_heard, 5s);
  EXPECT_THAT(commands, ElementsAre(close_of(1), open_of(2)));
  EXPECT_EQ(count(Tally::DeadSockets), 1);
}

TEST_F(Ping, IsNotNeededWhileTheServerSpeaks) {
  first_answer();
  for (int i = 0; i < 10; ++i) {
    after(kQuiet - kTick);
    frame(R"(42["getOnlineUsers",[]])");
  }
  EXPECT_EQ(last_ping, R"(421["groupcall:ping",{}])");
}

TEST_F(Ping, IsAnsweredByWhateverArrives) {
  first_answer();
  after(kQuiet);
  frame("2");
  after(kQuiet - kTick);
  EXPECT_EQ(pings, 0);
  after(kTick);
  EXPECT_EQ(pings, 1);
  EXPECT_TRUE(session->online());
}

TEST_F(Ping, IsAskedOnceOfAServerThatDoesNotKnowIt) {
  after(kFirst);
  EXPECT_EQ(pings, 1);
  after(5s);
  EXPECT_TRUE(session->online());
  EXPECT_EQ(until_deadline(), 45s - 5'500ms) << "its own heartbeat must do";
  frame("2");
  EXPECT_EQ(until_deadline(), 45s);
}

// Traffic must not put the question off: it may stop at any time, and without a word.
TEST_F(Ping, IsAskedEarlyHoweverMuchArrives) {
  for (int i = 0; i < 4; ++i) {
    now += 100ms;
    frame("6");
  }
  after(100ms);
  EXPECT_EQ(pings, 1);
}

TEST_F(Ping, AnswerToAnEarlierOneIsNoAnswer) {
  first_answer();
  after(kQuiet);
  frame("431[]");  // whatever arrives shows that the server is there, but ...
  closed();
  connect();
  after(kFirst);
  frame("431[]");  // ... on a new socket the server may be another one
  after(5s);
  EXPECT_TRUE(session->online());
  EXPECT_GT(until_deadline(), 30s) << "it is not taken for one that answers";
}

TEST_F(Ping, IsAskedAtOnceWhenThePageWakes) {
  first_answer();
  now += 60s;
  awake();
  EXPECT_EQ(pings, 1);
  EXPECT_THAT(events, IsEmpty()) << "silence while nobody listened is not death";
  EXPECT_EQ(until_deadline(), kQuiet);
  answer();
  EXPECT_EQ(until_deadline(), kQuiet) << "to the next question";
  EXPECT_TRUE(session->online());
}

TEST_F(Ping, IsAskedAtOnceWhenTheNetworkChanges) {
  first_answer();
  network(true);
  EXPECT_EQ(pings, 1);
  after(kQuiet);
  EXPECT_THAT(events, ElementsAre("offline"));
}

TEST_F(Ping, IsAskedAtOnceInDoubtAndThenASecondIsEnough) {
  first_answer();
  after(1s);
  doubt();
  EXPECT_EQ(pings, 1);
  EXPECT_EQ(until_deadline(), 1s);
  after(1s - kTick);
  EXPECT_TRUE(session->online());
  after(kTick);
  EXPECT_THAT(events, ElementsAre("offline"));
  EXPECT_THAT(commands, ElementsAre(close_of(1), open_of(2)));
  EXPECT_TRUE(session->fell_silent());
}

TEST_F(Ping, InDoubtIsAnsweredByWhateverArrives) {
  first_answer();
  doubt();
  after(1s - kTick);
  frame("6");
  EXPECT_TRUE(session->online());
  EXPECT_EQ(until_deadline(), kQuiet) << "to the next question";
}

TEST_F(Ping, InDoubtDoesNotGiveAnEarlierQuestionMoreTime) {
  first_answer();
  after(kQuiet);
  ASSERT_EQ(pings, 1);
  after(2s);
  doubt();
  EXPECT_EQ(pings, 1);
  EXPECT_EQ(until_deadline(), 500ms);
}

TEST_F(Ping, IsNotAskedInDoubtOfAServerThatNeverAnswered) {
  after(kFirst);
  doubt();
  EXPECT_EQ(pings, 0);
  after(5s);
  doubt();
  EXPECT_EQ(pings, 0);
  EXPECT_TRUE(session->online());
  closed();
  doubt();
  EXPECT_EQ(pings, 0) << "there is nobody to ask";
}

TEST_F(Ping, TellsASocketThatFellSilentFromOneThatWasClosed) {
  first_answer();
  doubt();
  after(1s);
  ASSERT_TRUE(session->fell_silent());
  closed();
  to_deadline();
  connect();
  EXPECT_TRUE(session->fell_silent()) << "a try that fails has no say";
  closed();
  EXPECT_FALSE(session->fell_silent());
  connect();
  network(false);
  EXPECT_TRUE(session->fell_silent());
}

}  // namespace
}  // namespace groupcall
