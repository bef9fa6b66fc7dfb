#include "tests/unit/negotiation/negotiation_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AnswererTest : public NegotiationBench {
 protected:
  AnswererTest() { n = module_peer(Role::Answerer); }
};

TEST_F(AnswererTest, WaitsForTheOffer) {
  begin();
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(until_deadline(), 1s);
}

TEST_F(AnswererTest, AsksForAnOfferAfterOneThreeAndEightSeconds) {
  begin();
  after(1s - kTick);
  EXPECT_THAT(signals, IsEmpty());
  after(kTick);
  EXPECT_THAT(signals, ElementsAre("please-offer 0/0"));
  EXPECT_EQ(until_deadline(), 2s);
  after(2s);
  EXPECT_THAT(signals, ElementsAre("please-offer 0/0"));
  EXPECT_EQ(until_deadline(), 5s);
  after(5s);
  EXPECT_THAT(signals, ElementsAre("please-offer 0/0"));
}

TEST_F(AnswererTest, OffersItselfWhenNoPleaHelps) {
  begin();
  for (const Duration wait : {Duration(1s), Duration(2s), Duration(5s)}) after(wait);
  EXPECT_EQ(until_deadline(), 8s);
  after(8s);
  EXPECT_THAT(commands, ElementsAre(create_four(1), set_local(1, 1)));
  local_set(1, "A");
  EXPECT_THAT(signals, ElementsAre("offer 1/1 A"));
}

TEST_F(AnswererTest, DoesNotAskWhileTheServerIsSilent) {
  begin();
  for (int i = 0; i < 30; ++i) {
    after(1s, false);
    EXPECT_THAT(signals, IsEmpty());
    EXPECT_EQ(until_deadline(), 1s);
  }
  after(1s, true);
  EXPECT_THAT(signals, ElementsAre("please-offer 0/0"));
}

TEST_F(AnswererTest, AdoptsTheOfferedSlotsAndAnswers) {
  begin();
  offer(sdp("B"), 1, 1);
  EXPECT_THAT(commands,
              ElementsAre(create_empty(1), set_remote(1, 1, DescriptionType::Offer, sdp("B"))));
  EXPECT_EQ(until_deadline(), deadlines::kOperation);
  remote_set(1);
  EXPECT_THAT(commands,
              ElementsAre(AdoptSlots{kPeer, ConnectionNumber{1}, four_streams()}, set_local(1, 2)));
  EXPECT_EQ(until_deadline(), deadlines::kOperation);
  local_set(2, "A");
  EXPECT_THAT(signals, ElementsAre("answer 1/1 A"));
  EXPECT_EQ(until_deadline(), deadlines::kConnect);
  connected();
  EXPECT_EQ(n.deadline(), kNever);
}

TEST_F(AnswererTest, AdoptsOnlyAsManySlotsAsThereAre) {
  begin();
  offer(sdp("B"), 1, 1);
  remote_set(1, {MediaKind::Audio});
  EXPECT_THAT(commands, ElementsAre(AdoptSlots{kPeer, ConnectionNumber{1}, {StreamName::Camera}},
                                    set_local(1, 2)));
  EXPECT_THAT(n.slots(), ElementsAre(MediaKind::Audio));
}

TEST_F(AnswererTest, AnswersARepeatedOfferWithTheSameAnswer) {
  answered();
  offer(sdp("B"), 1, 1);
  EXPECT_THAT(signals, ElementsAre("answer 1/1 A"));
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(count(Tally::RepeatedOffers), 1);
}

TEST_F(AnswererTest, SaysNothingToARepeatedOfferWhileItIsAnswering) {
  begin();
  offer(sdp("B"), 1, 1);
  offer(sdp("B"), 1, 1);
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_THAT(commands, IsEmpty());
  remote_set(1);
  offer(sdp("B"), 1, 1);
  EXPECT_THAT(signals, IsEmpty());
  local_set(2, "A");
  EXPECT_THAT(signals, ElementsAre("answer 1/1 A"));
  EXPECT_THAT(commands, IsEmpty()) << "nothing was queued";
}

TEST_F(AnswererTest, AnswersANewerOfferOnTheSameConnection) {
  answered();
  connected();
  offer(sdp("B2"), 1, 2);
  EXPECT_THAT(commands, ElementsAre(set_remote(1, 3, DescriptionType::Offer, sdp("B2"))));
  remote_set(3);
  EXPECT_THAT(commands, ElementsAre(set_local(1, 4))) << "its slots are adopted already";
  local_set(4, "A2");
  EXPECT_THAT(signals, ElementsAre("answer 1/2 A2"));
  EXPECT_EQ(n.deadline(), kNever);
}

TEST_F(AnswererTest, KeepsTheNewestOfferThatComesWhileItIsAnswering) {
  begin();
  offer(sdp("B"), 1, 1);
  offer(sdp("B3"), 1, 3);
  offer(sdp("B2"), 1, 2);
  EXPECT_THAT(commands, IsEmpty());
  remote_set(1);
  local_set(2, "A");
  EXPECT_THAT(signals, ElementsAre("answer 1/1 A"));
  EXPECT_THAT(commands, ElementsAre(set_remote(1, 3, DescriptionType::Offer, sdp("B3"))));
  remote_set(3);
  local_set(4, "A3");
  EXPECT_THAT(signals, ElementsAre("answer 1/3 A3"));
}

TEST_F(AnswererTest, DropsOffersOfAnEarlierLink) {
  begin();
  offer(sdp("B"), 2, 1);
  offer(sdp("C"), 1, 9);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(count(Tally::StaleOffers), 1);
}

TEST_F(AnswererTest, DropsOffersOfAnEarlierSeq) {
  begin();
  offer(sdp("B"), 1, 2);
  remote_set(1);
  local_set(2, "A");
  offer(sdp("C"), 1, 1);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(count(Tally::RepeatedOffers), 1);
}

TEST_F(AnswererTest, DropsOffersThatNameNoLink) {
  begin();
  offer(sdp("B"), 0, 5);
  EXPECT_THAT(commands, IsEmpty()) << "there is no connection that it could mean";
  EXPECT_EQ(count(Tally::StaleOffers), 1);
  EXPECT_EQ(until_deadline(), 1s);
}

TEST_F(AnswererTest, KeepsTheOldConnectionUntilTheNewOneIsConnected) {
  answered();
  connected();
  offer(sdp("C"), 2, 1);
  EXPECT_THAT(commands,
              ElementsAre(create_empty(2), set_remote(2, 3, DescriptionType::Offer, sdp("C"))));
  EXPECT_EQ(n.media_connection(), ConnectionNumber{1});
  EXPECT_EQ(n.media_slots().size(), 4U);
  EXPECT_EQ(n.view(), LinkView::Connected);
  remote_set(3, {MediaKind::Audio});
  local_set(4, "A2");
  EXPECT_THAT(signals, ElementsAre("answer 2/1 A2"));
  EXPECT_EQ(n.media_slots().size(), 4U);
  transport(TransportState::Connecting, 2);
  EXPECT_THAT(commands, IsEmpty());
  transport(TransportState::Connected, 2);
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_EQ(n.media_connection(), ConnectionNumber{2});
  EXPECT_EQ(n.media_slots().size(), 1U);
}

TEST_F(AnswererTest, ClosesAnUnconnectedConnectionForAnotherOne) {
  answered();
  offer(sdp("C"), 2, 1);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2),
                                    set_remote(2, 3, DescriptionType::Offer, sdp("C"))));
}

TEST_F(AnswererTest, HasNeverMoreThanTwoConnections) {
  answered();
  connected();
  offer(sdp("C"), 2, 1);
  offer(sdp("D"), 3, 1);
  EXPECT_THAT(commands, ElementsAre(close_of(2), create_empty(3),
                                    set_remote(3, 4, DescriptionType::Offer, sdp("D"))));
  EXPECT_EQ(n.media_connection(), ConnectionNumber{1});
  close();
  EXPECT_THAT(commands, ElementsAre(close_of(3), close_of(1)));
}

TEST_F(AnswererTest, AsksForAnOfferWhenAnOperationFails) {
  begin();
  offer(sdp("B"), 1, 1);
  fail(1);
  EXPECT_THAT(signals, ElementsAre("please-offer 1/1"));
  EXPECT_EQ(until_deadline(), 1s);
  after(1s);
  EXPECT_THAT(signals, ElementsAre("please-offer 1/1"));
  offer(sdp("C"), 2, 1);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2),
                                    set_remote(2, 2, DescriptionType::Offer, sdp("C"))));
}

TEST_F(AnswererTest, AsksForAnOfferWhenMakingTheAnswerFailsOrTakesTooLong) {
  begin();
  offer(sdp("B"), 1, 1);
  remote_set(1);
  fail(2);
  EXPECT_THAT(signals, ElementsAre("please-offer 1/1"));

  offer(sdp("C"), 2, 1);
  remote_set(3);
  after(10s);
  EXPECT_THAT(signals, ElementsAre("please-offer 2/1"));
}

TEST_F(AnswererTest, AsksForAnOfferWhenNoConnectionComesOfItsAnswer) {
  answered();
  after(15s);
  EXPECT_THAT(signals, ElementsAre("please-offer 1/1"));
}

TEST_F(AnswererTest, OffersWhenThePeerWaitsToo) {
  begin();
  request(PeerRequest::OfferPlease, 0);
  EXPECT_THAT(commands, ElementsAre(create_four(1), set_local(1, 1)));
  EXPECT_EQ(until_deadline(), deadlines::kOperation);
}

TEST_F(AnswererTest, GivesTheOldOfferNoSecondLifeOnANewConnection) {
  answered();
  connected();
  offer(sdp("B2"), 1, 2);  // being applied on connection 1
  offer(sdp("C"), 2, 1);   // a new link meanwhile
  remote_set(3, four_kinds(), 1);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(count(Tally::StaleConnectionEvents), 1);
  offer(sdp("B2"), 1, 2);
  EXPECT_EQ(count(Tally::StaleOffers), 1);
}

TEST_F(AnswererTest, AnswersOnANewConnectionWhenItsOwnIsGone) {
  answered();
  connected();
  dtls_closed();
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  offer(sdp("B2"), 1, 2);
  EXPECT_THAT(commands,
              ElementsAre(create_empty(2), set_remote(2, 3, DescriptionType::Offer, sdp("B2"))));
}

}  // namespace
}  // namespace groupcall
