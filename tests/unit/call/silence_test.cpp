// Signs of life on the data channel, and what a link does when nothing arrives any more.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Silence : public testing::Test {
 protected:
  void SetUp() override {
    call.enter({CallBench::module_peer("ben", "eb", false, false)});
    call.connect_to("ben", "eb");
  }
  /// One stats sample, in which so many bytes have come in all.
  void sampled(std::int64_t bytes) { call.sample("ben", {{0, bytes, 0}}); }
  void alive(std::int64_t connection = 1) {
    call.handle(ChannelMessage{UserId{"ben"}, ConnectionNumber{connection}, R"({"type":"alive"})"});
  }
  /// Time until the next sample is asked for, and that sample.
  void next_sample(std::int64_t bytes) {
    const OpId before = call.stats_op;
    while (call.stats_op == before) {
      call.now = call.reaction.wake_at;
      call.handle(Woke{});
    }
    sampled(bytes);
  }
  LinkView shown() { return call.seen("ben").connection; }

  CallBench call;
};

TEST_F(Silence, SignsOfLifeGoOutOnceASecondWhileTheChannelIsOpen) {
  const auto is_alive = [](const SendChannel& c) { return c.text == R"({"type":"alive"})"; };
  const Instant opened = call.now;
  std::vector<Duration> at;
  while (call.now < opened + 3s) {
    call.now = call.reaction.wake_at;
    call.handle(Woke{});
    for (const SendChannel& c : call.all<SendChannel>())
      if (is_alive(c)) at.push_back(call.now - opened);
  }
  EXPECT_THAT(at, ElementsAre(1s, 2s, 3s));
  call.handle(ChannelClosed{UserId{"ben"}, ConnectionNumber{1}});
  call.pass(3s);
  EXPECT_THAT(call.all<SendChannel>(), IsEmpty());
}

TEST_F(Silence, NoneGoesOutAfterTheGoodbye) {
  call.leave(2);
  call.after(150ms);
  EXPECT_THAT(call.all<SendChannel>(), IsEmpty());
}

TEST_F(Silence, RestartsIceWithinThreeSecondsOfTheLastByte) {
  next_sample(100);
  const Instant last_byte = call.now;
  while (shown() == LinkView::Connected) {
    next_sample(100);
    ASSERT_LE(call.now - last_byte, Duration(3s));
  }
  EXPECT_EQ(shown(), LinkView::Reconnecting);
  EXPECT_GE(call.now - last_byte, deadlines::kSilence);
  const auto local = call.all<SetLocalDescription>();
  ASSERT_THAT(local, SizeIs(1));
  EXPECT_TRUE(local.front().restart);
}

TEST_F(Silence, ASignOfLifeIsASound) {
  next_sample(100);
  for (int second = 0; second < 20; ++second) {
    alive();
    next_sample(100);
    ASSERT_EQ(shown(), LinkView::Connected) << second;
  }
}

TEST_F(Silence, OfALinkThatHasNeverCarriedAnythingIsNone) {
  for (int i = 0; i < 30; ++i) next_sample(0);
  EXPECT_EQ(shown(), LinkView::Connected);
}

TEST_F(Silence, EndsWithWhateverArrives) {
  next_sample(100);
  for (int i = 0; i < 20 && shown() == LinkView::Connected; ++i) next_sample(100);
  ASSERT_EQ(shown(), LinkView::Reconnecting);
  alive(7);
  EXPECT_EQ(shown(), LinkView::Reconnecting) << "that is another connection";
  alive();
  EXPECT_EQ(shown(), LinkView::Connected);
}

TEST_F(Silence, ANetworkThatComesBackIsAnotherNetwork) {
  call.handle(NetworkOnline{});
  EXPECT_THAT(call.all<SetLocalDescription>(), IsEmpty()) << "it never went";
  call.handle(NetworkOffline{});
  call.handle(NetworkOnline{});
  const auto local = call.all<SetLocalDescription>();
  ASSERT_THAT(local, SizeIs(1));
  EXPECT_TRUE(local.front().restart);
}

TEST_F(Silence, IsToldToThePeerAtOnceAndEveryTimeAndSoIsItsEnd) {
  const auto texts = [&] {
    std::vector<std::string> all;
    for (const SendChannel& c : call.all<SendChannel>()) all.push_back(c.text);
    return all;
  };
  const std::string deaf = R"({"type":"alive","deaf":true})";
  next_sample(100);
  while (shown() == LinkView::Connected) next_sample(100);
  EXPECT_THAT(texts(), ElementsAre(deaf));
  call.after(deadlines::kAlive);
  EXPECT_THAT(texts(), ElementsAre(deaf));
  alive();
  EXPECT_THAT(texts(), ElementsAre(R"({"type":"alive"})"));
}

TEST_F(Silence, OfThePeersEarsIsOneAsWell) {
  const auto says = [&](const std::string& text, std::int64_t connection = 1) {
    call.handle(ChannelMessage{UserId{"ben"}, ConnectionNumber{connection}, text});
  };
  next_sample(100);
  call.now += 4s;
  says(R"({"type":"alive","deaf":true})", 7);
  EXPECT_EQ(shown(), LinkView::Connected) << "that is another connection";
  says(R"({"type":"alive","deaf":1})");
  EXPECT_EQ(shown(), LinkView::Connected) << "and that is no answer";
  EXPECT_EQ(call.count(Tally::RefusedChannelTexts), 1);
  says(R"({"type":"alive","deaf":true})");
  EXPECT_EQ(shown(), LinkView::Reconnecting);
  EXPECT_THAT(call.all<SetLocalDescription>(), SizeIs(1));
  says(R"({"type":"alive"})");
  EXPECT_EQ(shown(), LinkView::Connected);
}

TEST_F(Silence, QuestionsTheSocketWhereTheServerAnswers) {
  const auto pings = [&] {
    int count = 0;
    for (const SendFrame& f : call.all<SendFrame>())
      if (f.text.find("groupcall:ping") != std::string::npos) ++count;
    return count;
  };
  call.after(deadlines::kPingFirst);
  ASSERT_EQ(pings(), 1);
  call.frame("431[]");
  sampled(100);
  while (shown() == LinkView::Connected) next_sample(100);
  EXPECT_EQ(pings(), 1);
  call.after(deadlines::kPingDoubted);
  EXPECT_EQ(call.phase, Phase::Reconnecting);
  // The restart's offer went into a dead socket: it is said again as soon as there is another.
  call.local_set("ben");
  call.connect();
  call.joined({CallBench::module_peer("ben", "eb", false, false)});
  EXPECT_THAT(call.sent, testing::Contains("offer ben 1/2"));
}

// A channel that opens late, on a connection that has been replaced, is not the link's.
TEST_F(Silence, AChannelOfAnotherConnectionSaysNothing) {
  call.handle(ChannelClosed{UserId{"ben"}, ConnectionNumber{1}});
  call.handle(ChannelOpened{UserId{"ben"}, ConnectionNumber{0}});
  call.handle(ChannelOpened{UserId{"ben"}, ConnectionNumber{9}});
  call.leave(2);
  EXPECT_THAT(call.all<SendChannel>(), IsEmpty());
}

}  // namespace
}  // namespace groupcall
