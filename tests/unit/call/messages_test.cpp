// Messages of the application and requests over the data channel: what goes to a channel and when,
// and what is made of a peer that keeps to nothing.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

std::string alive_text(std::int64_t ack) {
  wire::ChannelText text;
  text.ack = ack;
  return wire::encode_channel_text(text);
}
std::string message_text(std::int64_t number, const std::string& content = "x") {
  wire::ChannelText text{wire::ChannelKind::Message};
  text.number = number;
  text.id = "id";
  text.to_all = true;
  text.text = content;
  return wire::encode_channel_text(text);
}
std::string request_text(const LinkAddress& address) {
  wire::ChannelText text{wire::ChannelKind::Request};
  text.address = address;
  return wire::encode_channel_text(text);
}

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class MessagesTo : public testing::Test {
 protected:
  void SetUp() override {
    call.enter({CallBench::module_peer("ben", "eb", false, false)});
    call.connect_to("ben", "eb");
  }
  void send(const std::string& text) { call.handle(SendRequested{RequestId{++request}, {}, text}); }
  void hear(const std::string& text, std::int64_t connection = 1) {
    call.handle(ChannelMessage{UserId{"ben"}, ConnectionNumber{connection}, text});
  }
  void acknowledge(std::int64_t number) { hear(alive_text(number)); }
  /// Ben's message; returns whether it was delivered.
  bool message(std::int64_t number, const std::string& text = "x") {
    hear(message_text(number, text));
    return !call.all<DeliverMessage>().empty();
  }
  void drained() { call.handle(ChannelDrained{UserId{"ben"}, ConnectionNumber{1}}); }
  /// The signs of life of the last reaction.
  std::vector<std::string> alive() {
    std::vector<std::string> texts;
    for (const SendChannel& c : call.all<SendChannel>())
      if (c.text.find("alive") != std::string::npos) texts.push_back(c.text);
    return texts;
  }

  CallBench call;
  std::int64_t request = 100;
};

TEST_F(MessagesTo, APeerGoOutAtOnceWithNumbersAndAreAnswered) {
  send("one");
  ASSERT_THAT(call.all<MessageSent>(), SizeIs(1));
  const std::string id = call.all<MessageSent>().front().id;
  EXPECT_FALSE(id.empty());
  EXPECT_THAT(call.all<SendChannel>(),
              ElementsAre(SendChannel{UserId{"ben"}, ConnectionNumber{1},
                                      R"({"type":"message","number":1,"id":")" + id +
                                          R"(","toAll":true,"text":"one"})"}));
  send("two");
  EXPECT_THAT(call.all<SendChannel>().front().text, testing::HasSubstr(R"("number":2)"));
}

TEST_F(MessagesTo, AFullChannelWaitUntilItHasDrained) {
  const std::string large(15'000, 'x');
  send(large);
  send(large);
  EXPECT_THAT(call.all<SendChannel>(), SizeIs(1));
  send(large);
  EXPECT_THAT(call.all<SendChannel>(), IsEmpty());
  EXPECT_THAT(call.all<MessageSent>(), SizeIs(1)) << "it is on its way all the same";
  call.handle(ChannelDrained{UserId{"ben"}, ConnectionNumber{9}});
  EXPECT_THAT(call.all<SendChannel>(), IsEmpty()) << "that is another channel";
  drained();
  EXPECT_THAT(call.all<SendChannel>(), SizeIs(1));
}

TEST_F(MessagesTo, APeerAreSentAgainOnItsNextChannelUnlessAcknowledged) {
  for (const char* text : {"one", "two", "three"}) send(text);
  acknowledge(1);
  call.handle(ChannelClosed{UserId{"ben"}, ConnectionNumber{1}});
  call.channel_opened("ben");
  std::vector<std::string> again;
  for (const SendChannel& c : call.all<SendChannel>()) again.push_back(c.text.substr(0, 29));
  EXPECT_THAT(again, IsEmpty()) << "the same channel has them";
  call.offer("ben", call.from("eb", 2, 1));
  call.remote_set("ben");
  call.local_set("ben");
  call.channel_opened("ben");
  for (const SendChannel& c : call.all<SendChannel>()) again.push_back(c.text.substr(0, 29));
  EXPECT_THAT(again,
              ElementsAre(R"({"type":"message","number":2,)", R"({"type":"message","number":3,)"));
}

TEST_F(MessagesTo, APeerThatAcknowledgesMoreThanThereIsAreGone) {
  send("one");
  acknowledge(9'007'199'254'740'991);
  call.pass(deadlines::kMessageStuck + 1s);
  EXPECT_EQ(call.count(Tally::StuckMessages), 0);
  send("two");
  EXPECT_THAT(call.all<SendChannel>(), SizeIs(1));
}

TEST_F(MessagesTo, AChannelThatAcknowledgesNothingCostTheConnection) {
  send("one");
  const Instant sent = call.now;
  while (call.count(Tally::StuckMessages) == 0) {
    ASSERT_LE(call.now - sent, deadlines::kMessageStuck);
    acknowledge(0);
    call.after(1s);
  }
  EXPECT_EQ(call.now - sent, deadlines::kMessageStuck);
  EXPECT_THAT(call.all<CreateConnection>(), SizeIs(1));
}

TEST_F(MessagesTo, UsThatAreOldAreDropped) {
  EXPECT_TRUE(message(1));
  EXPECT_TRUE(message(2));
  EXPECT_FALSE(message(2));
  EXPECT_FALSE(message(1));
  EXPECT_FALSE(message(0));
  EXPECT_EQ(call.count(Tally::RepeatedMessages), 3);
}

TEST_F(MessagesTo, UsAfterALargeGapAreRefused) {
  EXPECT_TRUE(message(1));
  EXPECT_FALSE(message(9'007'199'254'740'991));
  EXPECT_FALSE(message(2 + limits::kOutboxMessages));
  EXPECT_EQ(call.count(Tally::ExcessMessages), 2);
  EXPECT_TRUE(message(2)) << "which has moved nothing";
}

TEST_F(MessagesTo, UsOfAnotherConnectionAreStale) {
  hear(message_text(1), 7);
  EXPECT_THAT(call.all<DeliverMessage>(), IsEmpty());
  EXPECT_EQ(call.count(Tally::StaleConnectionEvents), 1);
}

TEST_F(MessagesTo, UsAreAcknowledgedWithTheNextSignOfLife) {
  message(1);
  message(2);
  EXPECT_THAT(alive(), IsEmpty());
  call.now = call.reaction.wake_at;
  while (alive().empty()) {
    call.now = call.reaction.wake_at;
    call.handle(Woke{});
  }
  EXPECT_THAT(alive(), ElementsAre(R"({"type":"alive","ack":2})"));
}

TEST_F(MessagesTo, UsThatFillHalfAnOutboxAreAcknowledgedAtOnceButNotAllTheTime) {
  call.after(500ms);
  const std::int64_t half = limits::kOutboxMessages / 2;
  for (std::int64_t i = 1; i < half; ++i) {
    message(i);
    ASSERT_THAT(alive(), IsEmpty());
  }
  message(half);
  EXPECT_THAT(alive(), ElementsAre(R"({"type":"alive","ack":128})"));
  for (std::int64_t i = half + 1; i <= 2 * half; ++i) {
    message(i);
    ASSERT_THAT(alive(), IsEmpty()) << "too soon";
  }
  call.after(deadlines::kAcknowledge);
  EXPECT_THAT(alive(), ElementsAre(R"({"type":"alive","ack":256})"));
}

TEST_F(MessagesTo, UsAsFastAsAnyoneCanAreLimited) {
  std::int64_t delivered = 0;
  for (std::int64_t number = 1; call.now < Instant{1'010s};) {
    if (message(number)) {
      ++delivered;
      ++number;
    } else {
      call.pass(1ms);
    }
  }
  EXPECT_LE(delivered, 10 * 5 * limits::kOutboxMessages + limits::kOutboxMessages);
  EXPECT_GT(call.count(Tally::ExcessMessages), 0);
}

TEST_F(MessagesTo, UsAreLimitedByTheirBytesAsWell) {
  const std::string large(15'900, 'x');
  std::int64_t number = 1;
  while (message(number, large)) ++number;
  EXPECT_EQ(number - 1, 9 + 16) << "a half, acknowledged at once, and a whole outbox";
  EXPECT_EQ(call.count(Tally::ExcessMessages), 1);
}

// ---- requests --------------------------------------------------------------------------

/// We answer: ben was offered nothing and makes the offers.
class Requests : public testing::Test {
 protected:
  void SetUp() override {
    call.enter();
    call.participant_joined(CallBench::module_peer("ben", "eb", false, false));
    call.offer("ben", call.from("eb", 1, 1));
    call.remote_set("ben");
    call.local_set("ben");
    call.transport("ben", TransportState::Connected);
    call.channel_opened("ben");
  }
  void alive() {
    call.handle(ChannelMessage{UserId{"ben"}, ConnectionNumber{1}, R"({"type":"alive"})"});
  }
  /// Makes the present connection one that is of no use any more.
  void fail() {
    call.offer("ben", call.from("eb", 1, 2));
    call.handle(OperationFailed{UserId{"ben"}, ConnectionNumber{1}, OpId{1}, "x", "y"});
    for (std::int64_t op = 2; op < 40; ++op)
      if (call.all<SendChannel>().empty() && call.sent.empty())
        call.handle(OperationFailed{UserId{"ben"}, ConnectionNumber{1}, OpId{op}, "x", "y"});
  }

  CallBench call;
};

TEST_F(Requests, ForAnOfferGoOverAChannelThatIsHeard) {
  alive();
  fail();
  ASSERT_THAT(call.all<SendChannel>(), SizeIs(1));
  EXPECT_THAT(call.all<SendChannel>().front().text, testing::HasSubstr(R"("request":"offer")"));
  EXPECT_THAT(call.sent, IsEmpty()) << "not by the server as well";
}

TEST_F(Requests, ForAnOfferGoByTheServerWhereTheChannelIsSilent) {
  alive();
  call.now += deadlines::kSilence;
  fail();
  EXPECT_THAT(call.all<SendChannel>(), IsEmpty());
  EXPECT_THAT(call.sent, SizeIs(1));
}

TEST_F(Requests, OverTheChannelAreMetByOneOfferHoweverOften) {
  const std::string text = request_text(call.from("eb", 1, 1, PeerRequest::OfferPlease));
  std::size_t made = 0;
  for (int i = 0; i < 5; ++i) {
    call.handle(ChannelMessage{UserId{"ben"}, ConnectionNumber{1}, text});
    made += call.all<CreateConnection>().size();
  }
  EXPECT_EQ(made, 1U);
}

TEST_F(Requests, OfAnotherEpochOverTheChannelMoveNothing) {
  LinkAddress stranger = call.from("eb", 1, 1, PeerRequest::OfferPlease);
  stranger.to = Epoch{"other"};
  call.handle(ChannelMessage{UserId{"ben"}, ConnectionNumber{1}, request_text(stranger)});
  EXPECT_THAT(call.all<CreateConnection>(), IsEmpty());
  EXPECT_EQ(call.count(Tally::OtherEpochs), 1);
}

}  // namespace
}  // namespace groupcall
