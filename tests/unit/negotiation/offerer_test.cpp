#include "tests/unit/negotiation/negotiation_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OffererTest : public NegotiationBench {};

TEST_F(OffererTest, BeginsWithFourSlotsAChannelAndAnOffer) {
  begin();
  EXPECT_THAT(commands, ElementsAre(create_four(1), set_local(1, 1)));
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(until_deadline(), deadlines::kOperation);
  EXPECT_EQ(n.view(), LinkView::Connecting);
  EXPECT_THAT(n.slots(), testing::ContainerEq(four_kinds()));
}

TEST_F(OffererTest, SendsItsOfferOnceItIsSet) {
  begin();
  now += 20ms;
  local_set(1, "A");
  EXPECT_THAT(signals, ElementsAre("offer 1/1 A"));
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(until_deadline(), deadlines::kOfferResend);
}

TEST_F(OffererTest, AppliesTheAnswerAndConnects) {
  offer_sent();
  answer(sdp("B"), 1, 1);
  EXPECT_THAT(commands, ElementsAre(set_remote(1, 2, DescriptionType::Answer, sdp("B"))));
  EXPECT_EQ(until_deadline(), deadlines::kOperation);
  remote_set(2);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(until_deadline(), deadlines::kConnect);
  connected();
  EXPECT_EQ(n.deadline(), kNever);
  EXPECT_EQ(n.view(), LinkView::Connected);
  EXPECT_TRUE(n.connected());
}

TEST_F(OffererTest, NeedsNoDeadlineWhenItConnectedBeforeTheAnswerWasApplied) {
  offer_sent();
  answer(sdp("B"), 1, 1);
  connected();
  remote_set(2);
  EXPECT_EQ(n.deadline(), kNever);
}

TEST_F(OffererTest, RepeatsAnUnansweredOfferAfterThreeSeconds) {
  offer_sent();
  after(3s - kTick);
  EXPECT_THAT(signals, IsEmpty());
  after(kTick);
  EXPECT_THAT(signals, ElementsAre("offer 1/1 A"));
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(until_deadline(), 5s);
}

TEST_F(OffererTest, MakesANewOfferAfterEightSeconds) {
  offer_sent();
  after(3s);
  after(5s - kTick);
  EXPECT_THAT(commands, IsEmpty());
  after(kTick);
  EXPECT_THAT(commands, ElementsAre(set_local(1, 2)));
  local_set(2, "A2");
  EXPECT_THAT(signals, ElementsAre("offer 1/2 A2"));
  EXPECT_EQ(until_deadline(), 7s);
}

TEST_F(OffererTest, MakesANewLinkAfterFifteenSeconds) {
  offer_sent();
  after(3s);
  after(5s);
  local_set(2, "A2");
  after(7s - kTick);
  EXPECT_THAT(commands, IsEmpty());
  after(kTick);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_four(2), set_local(2, 3)));
  local_set(3, "C");
  EXPECT_THAT(signals, ElementsAre("offer 2/1 C"));
  EXPECT_EQ(count(Tally::Rebuilds), 1);
}

TEST_F(OffererTest, CountsTheStepsFromTheBeginningOfTheLinkNotFromTheBrowsersDelays) {
  begin();
  now += 2s;
  local_set(1, "A");
  EXPECT_EQ(until_deadline(), 3s);
  after(3s);
  EXPECT_EQ(until_deadline(), 3s) << "8 s after it began";
  after(3s);
  now += 1s;
  local_set(2, "A2");
  EXPECT_EQ(until_deadline(), 6s) << "15 s after it began";
}

TEST_F(OffererTest, TakesOnlyTheAnswerToItsNewestOffer) {
  offer_sent();
  after(3s);
  after(5s);
  answer(sdp("B"), 1, 1);
  EXPECT_THAT(commands, IsEmpty()) << "a newer offer is being made";
  local_set(2, "A2");
  answer(sdp("B"), 1, 1);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(count(Tally::StaleAnswers), 2);
  answer(sdp("B2"), 1, 2);
  EXPECT_THAT(commands, ElementsAre(set_remote(1, 3, DescriptionType::Answer, sdp("B2"))));
}

TEST_F(OffererTest, DropsAnswersThatFitNothing) {
  offer_sent();
  answer(sdp("B"), 2, 1);
  answer(sdp("B"), 1, 2);
  answer(sdp("B"), 0, 0);
  EXPECT_EQ(count(Tally::StaleAnswers), 3);
  answer(sdp("B"), 1, 1);
  answer(sdp("B"), 1, 1);
  EXPECT_THAT(commands, IsEmpty()) << "the same answer twice";
  remote_set(2);
  answer(sdp("B"), 1, 1);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(count(Tally::StaleAnswers), 5);
}

TEST_F(OffererTest, DropsCompletionsOfOtherOperationsAndConnections) {
  begin();
  local_set(7, "A");
  local_set(0, "A");
  remote_set(7);
  EXPECT_EQ(count(Tally::StaleOperations), 3);
  local_set(1, "A", 9);
  remote_set(1, four_kinds(), 9);
  fail(1, 9);
  EXPECT_EQ(count(Tally::StaleConnectionEvents), 3);
  EXPECT_THAT(signals, IsEmpty());
  local_set(1, "A");
  EXPECT_THAT(signals, ElementsAre("offer 1/1 A"));
  local_set(1, "A");
  EXPECT_THAT(signals, IsEmpty()) << "the same completion twice";
  EXPECT_EQ(count(Tally::StaleOperations), 4);
}

TEST_F(OffererTest, BuildsANewLinkAtOnceWhenAnOperationFails) {
  begin();
  fail(1);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_four(2), set_local(2, 2)));
  local_set(2, "A");
  EXPECT_THAT(signals, ElementsAre("offer 2/1 A"));
  EXPECT_EQ(count(Tally::FailedOperations), 1);
}

TEST_F(OffererTest, BacksOffFromOneToSixteenSecondsWhenRebuildsFail) {
  begin();
  std::int64_t op = 1;
  fail(op++);
  for (const Duration wait :
       {Duration(1s), Duration(2s), Duration(4s), Duration(8s), Duration(16s), Duration(16s)}) {
    fail(op++);
    EXPECT_THAT(commands, IsEmpty());
    EXPECT_EQ(until_deadline(), wait);
    after(wait);
    EXPECT_EQ(commands.size(), 3U);
  }
}

TEST_F(OffererTest, IsShownAsUnreachableAfterThreeRebuildsAndNeverGivesUp) {
  begin();
  fail(1);
  EXPECT_EQ(n.view(), LinkView::Reconnecting);
  fail(2);
  EXPECT_EQ(n.view(), LinkView::Reconnecting);
  after(1s);
  fail(3);
  EXPECT_EQ(n.view(), LinkView::Unreachable);
  after(2s);
  local_set(4, "A");
  answer(sdp("B"), 4, 1);
  remote_set(5);
  connected();
  EXPECT_EQ(n.view(), LinkView::Connected);
  transport(TransportState::Failed);
  EXPECT_EQ(commands.size(), 3U) << "the count begins anew: the first rebuild is immediate";
}

TEST_F(OffererTest, DoesNotWaitForABrowserThatNeverAnswers) {
  begin();
  after(10s - kTick);
  EXPECT_THAT(commands, IsEmpty());
  after(kTick);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_four(2), set_local(2, 2)));
  EXPECT_EQ(count(Tally::SlowOperations), 1);
}

TEST_F(OffererTest, RebuildsWhenAnAppliedAnswerNeverCompletes) {
  offer_sent();
  answer(sdp("B"), 1, 1);
  after(10s);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_four(2), set_local(2, 3)));
}

TEST_F(OffererTest, RebuildsWhenNoConnectionComesOfAnAnswer) {
  offer_answered();
  after(15s - kTick);
  EXPECT_THAT(commands, IsEmpty());
  after(kTick);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_four(2), set_local(2, 3)));
  EXPECT_EQ(count(Tally::SlowConnections), 1);
}

TEST_F(OffererTest, DoesNotJudgeThePeerWhileTheServerIsSilent) {
  offer_sent();
  after(3s, false);
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(until_deadline(), 1s);
  for (int i = 0; i < 60; ++i) after(1s, false);
  EXPECT_THAT(signals, IsEmpty());
  after(1s, true);
  EXPECT_THAT(signals, ElementsAre("offer 1/1 A")) << "the same one first, however long it took";
  EXPECT_EQ(until_deadline(), 5s) << "the time that could not be judged does not count";
}

TEST_F(OffererTest, AnswersAPleaForAnOfferThatIsOnItsWayByRepeatingIt) {
  offer_sent();
  request(PeerRequest::OfferPlease, 0);
  EXPECT_THAT(signals, IsEmpty()) << "it has just been sent";
  now += 500ms;
  request(PeerRequest::OfferPlease, 0);
  EXPECT_THAT(signals, ElementsAre("offer 1/1 A"));
  request(PeerRequest::OfferPlease, 0);
  EXPECT_THAT(signals, IsEmpty());
}

TEST_F(OffererTest, MakesANewLinkForAPeerToWhomThePresentOneIsNoUse) {
  offer_answered();
  connected();
  request(PeerRequest::OfferPlease, 1);
  EXPECT_THAT(commands, ElementsAre(create_four(2), set_local(2, 3))) << "the old one stays up";
  request(PeerRequest::OfferPlease, 1);
  EXPECT_THAT(commands, IsEmpty()) << "one is on its way";
  local_set(3, "C");
  EXPECT_THAT(signals, ElementsAre("offer 2/1 C"));
}

TEST_F(OffererTest, MakesNoMoreThanTwoLinksASecondHoweverManyAreAskedFor) {
  offer_answered();
  connected();
  int made = 0;
  for (std::int64_t link = 1; link <= 20; ++link) {
    request(PeerRequest::OfferPlease, 10 * link);
    made += static_cast<int>(commands.size() > 0);
    now += 50ms;
  }
  EXPECT_EQ(made, 2);
}

TEST_F(OffererTest, NumbersItsLinkAfterTheOneThatThePeerHasSeen) {
  offer_sent();
  request(PeerRequest::OfferPlease, 5);
  local_set(2, "C");
  EXPECT_THAT(signals, ElementsAre("offer 6/1 C"));
}

TEST_F(OffererTest, ClosesEverythingItHasOpened) {
  offer_answered();
  connected();
  request(PeerRequest::OfferPlease, 1);
  close();
  EXPECT_THAT(commands, ElementsAre(close_of(2), close_of(1)));
  close();
  EXPECT_THAT(commands, IsEmpty());
}

}  // namespace
}  // namespace groupcall
