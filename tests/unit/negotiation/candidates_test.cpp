#include "tests/unit/negotiation/negotiation_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CandidatesTest : public NegotiationBench {};

TEST_F(CandidatesTest, OfOursFollowTheirDescription) {
  begin();
  local_candidate("c1");
  local_candidate("c2");
  EXPECT_THAT(signals, IsEmpty());
  local_set(1, "A");
  EXPECT_THAT(signals, ElementsAre("offer 1/1 A", "candidate 1/1 c1", "candidate 1/1 c2"));
  local_candidate("c3");
  EXPECT_THAT(signals, ElementsAre("candidate 1/1 c3"));
}

TEST_F(CandidatesTest, OfOursFollowTheAnswer) {
  n = module_peer(Role::Answerer);
  begin();
  offer(sdp("B"), 3, 2);
  local_candidate("c1");
  remote_set(1);
  local_set(2, "A");
  EXPECT_THAT(signals, ElementsAre("answer 3/2 A", "candidate 3/2 c1"));
}

TEST_F(CandidatesTest, OfOursThatWaitHaveALimit) {
  begin();
  for (std::uint32_t i = 0; i < limits::kQueuedCandidates + 5; ++i) local_candidate("c");
  local_set(1, "A");
  EXPECT_EQ(signals.size(), 1 + limits::kQueuedCandidates);
}

TEST_F(CandidatesTest, OfThePeerWaitForItsDescription) {
  offer_sent();
  candidate("B", 1);
  answer(sdp("B"), 1, 1);
  candidate("B", 1);
  EXPECT_EQ(commands.size(), 0U) << "not before the description is set";
  remote_set(2);
  EXPECT_THAT(commands, ElementsAre(add(1, "B"), add(1, "B")));
  candidate("B", 1);
  EXPECT_THAT(commands, ElementsAre(add(1, "B")));
}

TEST_F(CandidatesTest, OfThePeerThatComeBeforeItsOfferWaitForIt) {
  n = module_peer(Role::Answerer);
  begin();
  candidate("B", 1);
  EXPECT_THAT(commands, IsEmpty());
  offer(sdp("B"), 1, 1);
  EXPECT_EQ(commands.size(), 2U);
  remote_set(1);
  EXPECT_THAT(commands,
              ElementsAre(add(1, "B"), AdoptSlots{kPeer, ConnectionNumber{1}, four_streams()},
                          set_local(1, 2)));
}

TEST_F(CandidatesTest, OfAnotherIceGenerationWaitForIts) {
  offer_answered();
  connected();
  candidate("B2", 1);
  EXPECT_THAT(commands, IsEmpty());
  transport(TransportState::Disconnected);
  local_set(3, "R");
  answer(restarted_sdp("B", "B2"), 1, 2);
  remote_set(4);
  EXPECT_THAT(commands, ElementsAre(add(1, "B2")));
  candidate("B", 1);
  EXPECT_THAT(commands, IsEmpty()) << "of the generation before";
}

// A browser adds a candidate after the operation in flight: to a description that has forgotten it.
TEST_F(CandidatesTest, OfTheGenerationBeforeAreHeldBackWhileTheNextIsBeingSet) {
  offer_answered();
  connected();
  transport(TransportState::Disconnected);
  local_set(3, "R");
  answer(restarted_sdp("B", "B2"), 1, 2);
  candidate("B", 1);
  EXPECT_THAT(commands, IsEmpty());
  remote_set(4);
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(CandidatesTest, OfAnEarlierLinkAreDropped) {
  n = module_peer(Role::Answerer);
  begin();
  offer(sdp("B"), 2, 1);
  remote_set(1);
  candidate("B", 1);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(count(Tally::StaleCandidates), 1);
}

TEST_F(CandidatesTest, OfALaterLinkWaitForItsOffer) {
  n = module_peer(Role::Answerer);
  answered();
  candidate("C", 2);
  EXPECT_THAT(commands, IsEmpty());
  offer(sdp("C"), 2, 1);
  remote_set(3);
  EXPECT_THAT(commands, testing::Contains(Command(add(2, "C"))));
}

TEST_F(CandidatesTest, WithoutAUfragOfTheirOwnAreToldByTheirLine) {
  offer_answered();
  IceCandidate named = candidate_of("");
  named.candidate += " generation 0 ufrag B network-id 1";
  IceCandidate other = candidate_of("");
  other.candidate += " ufrag Z";
  doing([&](auto& ctx) { n.on_candidate(other, LinkNumber{1}, ctx); });
  EXPECT_THAT(commands, IsEmpty());
  doing([&](auto& ctx) { n.on_candidate(named, LinkNumber{1}, ctx); });
  EXPECT_THAT(commands, ElementsAre(AddIceCandidate{kPeer, ConnectionNumber{1}, named}));
  candidate("", 1);
  EXPECT_THAT(commands, ElementsAre(add(1, ""))) << "one that names none may be of any";
}

TEST_F(CandidatesTest, ThatAreEmptySayNothing) {
  offer_answered();
  doing([&](auto& ctx) { n.on_candidate({"", "0", 0, "B"}, LinkNumber{1}, ctx); });
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(CandidatesTest, ThatWaitHaveALimitAndTheOldestGoesFirst) {
  offer_sent();
  candidate("old", 1);
  for (std::uint32_t i = 0; i < limits::kQueuedCandidates; ++i) candidate("B", 1);
  EXPECT_EQ(count(Tally::DroppedCandidates), 1);
  answer(sdp("B"), 1, 1);
  remote_set(2);
  EXPECT_EQ(commands.size(), limits::kQueuedCandidates);
}

TEST_F(CandidatesTest, SurviveALostGlare) {
  n = PeerNegotiation({kPeer, Epoch{"b"}, Epoch{"a"}}, Role::Offerer);
  offer_sent();
  candidate("B", 1);
  offer(sdp("B"), 1, 1);
  remote_set(2);
  EXPECT_THAT(commands, testing::Contains(Command(add(2, "B"))));
}

}  // namespace
}  // namespace groupcall
