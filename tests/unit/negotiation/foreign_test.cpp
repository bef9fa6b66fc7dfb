// Towards an older client: await its offer, always yield, never restart or rebuild.
#include "tests/unit/negotiation/negotiation_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ForeignTest : public NegotiationBench {
 protected:
  ForeignTest() { n = older_client(); }

  static std::vector<MediaKind> two_kinds() { return {MediaKind::Audio, MediaKind::Video}; }
  static CreateConnection create_two(std::int64_t connection) {
    return {kPeer,
            ConnectionNumber{connection},
            {{MediaKind::Audio, StreamName::Camera}, {MediaKind::Video, StreamName::Camera}},
            false};
  }
  /// Its offer B, answered on connection 1 with ops 1 and 2.
  void its_offer_answered() {
    begin();
    offer(sdp("B"));
    remote_set(1, two_kinds());
    local_set(2, "A");
  }
  /// No offer came: ours is out on connection 1 with op 1.
  void our_offer_sent() {
    begin();
    after(4s);
    local_set(1, "A");
  }
};

TEST_F(ForeignTest, AwaitsItsOfferForFourSeconds) {
  begin();
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(until_deadline(), 4s);
  after(4s - kTick);
  EXPECT_THAT(commands, IsEmpty());
  after(kTick);
  EXPECT_THAT(commands, ElementsAre(create_two(1), set_local(1, 1)));
  EXPECT_THAT(signals, IsEmpty()) << "it knows no pleas";
  local_set(1, "A");
  EXPECT_THAT(signals, ElementsAre("offer - A"));
}

TEST_F(ForeignTest, AnswersItsOfferWithTheLinesThatItHas) {
  begin();
  offer(sdp("B"));
  EXPECT_THAT(commands, ElementsAre(create_empty(1, false),
                                    set_remote(1, 1, DescriptionType::Offer, sdp("B"))));
  remote_set(1, two_kinds());
  EXPECT_THAT(
      commands,
      ElementsAre(AdoptSlots{kPeer, ConnectionNumber{1}, {StreamName::Camera, StreamName::Camera}},
                  set_local(1, 2)));
  local_set(2, "A");
  EXPECT_THAT(signals, ElementsAre("answer - A"));
  EXPECT_EQ(until_deadline(), deadlines::kConnect);
  connected();
  EXPECT_EQ(n.deadline(), kNever);
}

TEST_F(ForeignTest, YieldsToItsOfferWhileOursIsOut) {
  our_offer_sent();
  offer(sdp("B"));
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2, false),
                                    set_remote(2, 2, DescriptionType::Offer, sdp("B"))));
}

TEST_F(ForeignTest, YieldsToItsOfferWhileOursIsBeingMadeOrItsAnswerApplied) {
  begin();
  after(4s);
  offer(sdp("B"));
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2, false),
                                    set_remote(2, 2, DescriptionType::Offer, sdp("B"))));

  restart_with(older_client());
  our_offer_sent();
  answer(sdp("B"));
  offer(sdp("B", 2));
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2, false),
                                    set_remote(2, 3, DescriptionType::Offer, sdp("B", 2))));
}

TEST_F(ForeignTest, TakesAnyAnswerToItsOnlyOffer) {
  our_offer_sent();
  EXPECT_EQ(until_deadline(), 15s);
  answer(sdp("B"));
  EXPECT_THAT(commands, ElementsAre(set_remote(1, 2, DescriptionType::Answer, sdp("B"))));
  remote_set(2, two_kinds());
  EXPECT_THAT(commands, IsEmpty());
  answer(sdp("B"));
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(count(Tally::StaleAnswers), 1);
}

TEST_F(ForeignTest, NeverRepeatsItsOffer) {
  our_offer_sent();
  after(15s - kTick);
  EXPECT_THAT(signals, IsEmpty());
  after(kTick);
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_EQ(until_deadline(), 15s) << "then it awaits the older client's offer again";
}

TEST_F(ForeignTest, AnswersALaterOfferOfTheSameSessionOnTheSameConnection) {
  its_offer_answered();
  connected();
  offer(sdp("B", 2));
  EXPECT_THAT(commands, ElementsAre(set_remote(1, 3, DescriptionType::Offer, sdp("B", 2))));
  remote_set(3, {MediaKind::Audio, MediaKind::Video, MediaKind::Video});
  EXPECT_THAT(commands, ElementsAre(set_local(1, 4)));
  local_set(4, "A2");
  EXPECT_THAT(signals, ElementsAre("answer - A2"));
}

TEST_F(ForeignTest, AnswersTheSameOfferAgainWithTheSameAnswer) {
  its_offer_answered();
  offer(sdp("B"));
  EXPECT_THAT(signals, ElementsAre("answer - A"));
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(ForeignTest, MakesANewConnectionForAnotherSession) {
  its_offer_answered();
  connected();
  offer(sdp("C"));
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2, false),
                                    set_remote(2, 3, DescriptionType::Offer, sdp("C"))))
      << "the older client has closed its old one";
}

TEST_F(ForeignTest, QueuesALaterOfferWhileItIsAnswering) {
  begin();
  offer(sdp("B"));
  offer(sdp("B"));
  EXPECT_THAT(commands, IsEmpty()) << "the same";
  offer(sdp("B", 2));
  EXPECT_THAT(commands, IsEmpty());
  remote_set(1, two_kinds());
  local_set(2, "A");
  EXPECT_THAT(commands, ElementsAre(set_remote(1, 3, DescriptionType::Offer, sdp("B", 2))));
}

TEST_F(ForeignTest, DropsAnAnswerHalfMadeForANewSession) {
  begin();
  offer(sdp("B"));
  offer(sdp("C"));
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2, false),
                                    set_remote(2, 2, DescriptionType::Offer, sdp("C"))));
  remote_set(1, two_kinds(), 1);
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(ForeignTest, NeverRestartsIce) {
  its_offer_answered();
  connected();
  transport(TransportState::Disconnected);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(n.view(), LinkView::Reconnecting);
}

TEST_F(ForeignTest, NeverRebuildsAFailedConnection) {
  its_offer_answered();
  connected();
  transport(TransportState::Failed);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(n.view(), LinkView::Unreachable);
}

TEST_F(ForeignTest, IsUnreachableWhenNothingConnectsWithinFifteenSeconds) {
  its_offer_answered();
  after(15s);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(n.view(), LinkView::Unreachable);
  offer(sdp("B", 2));
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2, false),
                                    set_remote(2, 3, DescriptionType::Offer, sdp("B", 2))))
      << "what is dead is not renegotiated";
  EXPECT_EQ(n.view(), LinkView::Connecting);
}

TEST_F(ForeignTest, AwaitsANewOfferWhenItClosed) {
  its_offer_answered();
  connected();
  dtls_closed();
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_EQ(until_deadline(), 4s);
}

TEST_F(ForeignTest, AwaitsANewOfferWhenAnOperationFails) {
  begin();
  offer(sdp("B"));
  fail(1);
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(until_deadline(), 15s);
}

TEST_F(ForeignTest, KnowsNoPleas) {
  our_offer_sent();
  request(PeerRequest::OfferPlease, 9);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(signals, IsEmpty());
}

TEST_F(ForeignTest, TakesItsCandidatesWithoutLinkNumbers) {
  begin();
  candidate("B");
  offer(sdp("B"));
  remote_set(1, two_kinds());
  EXPECT_THAT(commands, testing::Contains(Command(add(1, "B"))));
}

TEST_F(ForeignTest, DoesNotOfferWhileTheServerIsSilent) {
  begin();
  after(4s, false);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(until_deadline(), 1s);
}

}  // namespace
}  // namespace groupcall
