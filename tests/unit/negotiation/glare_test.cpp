// Both sides offered, for their rosters had diverged: one yields, and both know which.
#include "tests/unit/negotiation/negotiation_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GlareTest : public NegotiationBench {
 protected:
  static PeerNegotiation pair(const std::string& ours, const std::string& theirs) {
    return PeerNegotiation({kPeer, Epoch{ours}, Epoch{theirs}}, Role::Offerer);
  }
};

TEST_F(GlareTest, IsWonByTheSmallerEpoch) {
  n = pair("a", "b");
  offer_sent();
  offer(sdp("B"), 1, 1);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(count(Tally::Glares), 1);
  answer(sdp("B"), 1, 1);
  EXPECT_THAT(commands, ElementsAre(set_remote(1, 2, DescriptionType::Answer, sdp("B"))));
}

TEST_F(GlareTest, MakesTheLargerEpochDiscardItsConnectionAndAnswer) {
  n = pair("b", "a");
  offer_sent();
  offer(sdp("B"), 1, 1);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2),
                                    set_remote(2, 2, DescriptionType::Offer, sdp("B"))));
  remote_set(2);
  local_set(3, "A2");
  EXPECT_THAT(signals, ElementsAre("answer 1/1 A2"));
}

TEST_F(GlareTest, IsSettledWhileTheOfferIsStillBeingMade) {
  n = pair("b", "a");
  begin();
  offer(sdp("B"), 1, 1);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2),
                                    set_remote(2, 2, DescriptionType::Offer, sdp("B"))));
  local_set(1, "A", 1);
  EXPECT_THAT(signals, IsEmpty()) << "our own offer is made too late";
}

TEST_F(GlareTest, IsWonByTheHigherLinkWhateverTheEpoch) {
  n = pair("a", "b");
  offer_sent();
  offer(sdp("B"), 2, 1);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_empty(2),
                                    set_remote(2, 2, DescriptionType::Offer, sdp("B"))));
  EXPECT_EQ(count(Tally::Glares), 0);

  restart_with(pair("b", "a"));
  offer_sent();
  request(PeerRequest::OfferPlease, 4);
  offer(sdp("B"), 4, 1);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(count(Tally::StaleOffers), 1);
}

TEST_F(GlareTest, EndsWithOneOffererOnBothSides) {
  n = pair("b", "a");
  offer_sent();
  offer(sdp("B"), 1, 1);
  remote_set(2);
  local_set(3, "A2");
  connected();
  transport(TransportState::Disconnected);
  EXPECT_THAT(signals, ElementsAre("please-restart 1/1")) << "the loser is the answerer now";
}

}  // namespace
}  // namespace groupcall
