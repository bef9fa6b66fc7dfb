#include "tests/unit/negotiation/negotiation_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RecoveryTest : public NegotiationBench {
 protected:
  void answering_side() { restart_with(module_peer(Role::Answerer)); }
};

TEST_F(RecoveryTest, RestartsIceAsSoonAsPacketsStop) {
  offer_answered();
  connected();
  transport(TransportState::Disconnected);
  EXPECT_THAT(commands, ElementsAre(set_local(1, 3, true)));
  EXPECT_EQ(n.view(), LinkView::Reconnecting);
  local_set(3, "R");
  EXPECT_THAT(signals, ElementsAre("offer 1/2 R"));
  EXPECT_EQ(until_deadline(), 3s);
  EXPECT_EQ(count(Tally::IceRestarts), 1);
  answer(restarted_sdp("B", "B2"), 1, 2);
  remote_set(4);
  EXPECT_EQ(until_deadline(), deadlines::kConnect);
  connected();
  EXPECT_EQ(n.deadline(), kNever);
}

TEST_F(RecoveryTest, ARestartAnsweredFromAFreshConnectionMeansANewLink) {
  offer_answered();
  connected();
  transport(TransportState::Disconnected);
  local_set(3, "R");
  answer(sdp("fresh"), 1, 2);
  EXPECT_EQ(count(Tally::Rebuilds), 1);
  EXPECT_EQ(n.connection(), ConnectionNumber{2}) << "the used one cannot take it";
}

TEST_F(RecoveryTest, RepeatsTheRestartUnchangedAndRebuildsAfterFifteenSeconds) {
  offer_answered();
  connected();
  transport(TransportState::Disconnected);
  local_set(3, "R");
  for (int i = 0; i < 4; ++i) {
    after(3s);
    EXPECT_THAT(signals, ElementsAre("offer 1/2 R"));
    EXPECT_THAT(commands, IsEmpty());
  }
  after(3s);
  EXPECT_THAT(commands, testing::Contains(Command(create_four(2))));
  EXPECT_EQ(count(Tally::Rebuilds), 1);
}

// The browser tells late of what a restart is about to mend.
TEST_F(RecoveryTest, StartsNoRestartWithinThreeSecondsOfAnAppliedAnswer) {
  offer_answered();
  connected();
  now += 10s;
  silence();
  local_set(3, "R");
  answer(restarted_sdp("B", "B2"), 1, 2);
  remote_set(4);
  now += 1s;
  transport(TransportState::Disconnected);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(until_deadline(), 2s) << "it is not forgotten";
  connected();
  EXPECT_EQ(n.deadline(), kNever);
  EXPECT_EQ(count(Tally::IceRestarts), 1);
}

TEST_F(RecoveryTest, RestartsAfterThoseThreeSecondsWhereItDidNotHelpAndThenRebuilds) {
  offer_answered();
  connected();
  now += 10s;
  transport(TransportState::Disconnected);
  local_set(3, "R");
  answer(restarted_sdp("B", "B2"), 1, 2);
  remote_set(4);
  connected();
  transport(TransportState::Disconnected);
  after(3s - kTick);
  EXPECT_THAT(commands, IsEmpty());
  after(kTick);
  EXPECT_THAT(commands, ElementsAre(set_local(1, 5, true)));
  EXPECT_EQ(count(Tally::IceRestarts), 2);
  local_set(5, "R2");
  for (int i = 0; i < 5; ++i) after(3s);
  EXPECT_EQ(count(Tally::Rebuilds), 1) << "the deadline holds";
}

TEST_F(RecoveryTest, OfTheAnswererPleadsOnceForEachRestartThatDidNotHelp) {
  answering_side();
  answered();
  connected();
  now += 10s;
  offer(restarted_sdp("B", "B2"), 1, 2);
  remote_set(3);
  local_set(4, "A2");
  silence();
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(n.view(), LinkView::Reconnecting) << "silent all the same";
  after(3s);
  EXPECT_THAT(signals, ElementsAre("please-restart 1/2"));
  EXPECT_EQ(until_deadline(), 15s);
  after(15s);
  EXPECT_THAT(signals, ElementsAre("please-offer 1/2"));
}

TEST_F(RecoveryTest, RestartsAtOnceForAnotherNetworkOrThePeer) {
  offer_answered();
  connected();
  network_changed();
  EXPECT_THAT(commands, ElementsAre(set_local(1, 3, true))) << "the old addresses are no use";
  local_set(3, "R");
  answer(restarted_sdp("B", "B2"), 1, 2);
  remote_set(4);
  request(PeerRequest::RestartPlease, 1);
  EXPECT_THAT(commands, ElementsAre(set_local(1, 5, true)));
}

TEST_F(RecoveryTest, RestartsWhenThePeerHearsNothing) {
  offer_answered();
  connected();
  now += 10s;
  peer_hears(true);
  EXPECT_THAT(commands, IsEmpty());
  peer_hears(false);
  EXPECT_THAT(commands, ElementsAre(set_local(1, 3, true)));
  EXPECT_EQ(n.view(), LinkView::Reconnecting) << "though the browser sees no fault";
  peer_hears(false);
  EXPECT_THAT(commands, IsEmpty()) << "once";
  local_set(3, "R");
  for (int i = 0; i < 4; ++i) after(3s);
  EXPECT_THAT(commands, IsEmpty());
  after(3s);
  EXPECT_EQ(count(Tally::Rebuilds), 1) << "nor is an unanswered restart kept for ever";
}

TEST_F(RecoveryTest, IsWellWhenBothHearEachOther) {
  answering_side();
  answered();
  connected();
  now += 10s;
  peer_hears(false);
  silence();
  EXPECT_THAT(signals, IsEmpty()) << "it has been asked for already";
  n.on_heard();
  EXPECT_EQ(n.view(), LinkView::Reconnecting);
  EXPECT_EQ(until_deadline(), 3s) << "then it is asked for again";
  peer_hears(true);
  EXPECT_EQ(n.view(), LinkView::Connected);
  EXPECT_EQ(n.deadline(), kNever);
}

TEST_F(RecoveryTest, NeverWithdrawsARestartWhileTheOldPairFlows) {
  offer_answered();
  connected();
  transport(TransportState::Disconnected);
  local_set(3, "R");
  connected();
  for (int i = 0; i < 20; ++i) {
    after(3s);
    EXPECT_THAT(signals, ElementsAre("offer 1/2 R"));
    EXPECT_THAT(commands, IsEmpty());
  }
}

TEST_F(RecoveryTest, RestartsIceWhenNothingArrivesWhateverTheBrowserThinks) {
  offer_answered();
  silence();
  EXPECT_THAT(commands, IsEmpty()) << "it is not connected yet";
  connected();
  silence();
  EXPECT_THAT(commands, ElementsAre(set_local(1, 3, true)));
  EXPECT_EQ(n.view(), LinkView::Reconnecting);
  silence();
  EXPECT_THAT(commands, IsEmpty()) << "once for each silence";
  n.on_heard();
  EXPECT_EQ(n.view(), LinkView::Connected);
}

TEST_F(RecoveryTest, ARestartOfASilentLinkIsGivenUpAfterFifteenSeconds) {
  offer_answered();
  connected();
  silence();
  local_set(3, "R");
  for (int i = 0; i < 4; ++i) after(3s);
  EXPECT_THAT(commands, IsEmpty());
  after(3s);
  EXPECT_THAT(commands, testing::Contains(Command(create_four(2))));
  EXPECT_EQ(n.view(), LinkView::Connected) << "the old connection stays until the new one is up";
}

TEST_F(RecoveryTest, ASilenceThatEndsCostsTheAnswererNoLink) {
  answering_side();
  answered();
  connected();
  silence();
  EXPECT_THAT(signals, ElementsAre("please-restart 1/1"));
  EXPECT_EQ(until_deadline(), 15s);
  n.on_heard();
  EXPECT_EQ(n.deadline(), kNever);
}

TEST_F(RecoveryTest, RestartsIceOnAnotherNetwork) {
  offer_answered();
  network_changed();
  EXPECT_THAT(commands, IsEmpty());
  connected();
  network_changed();
  EXPECT_THAT(commands, ElementsAre(set_local(1, 3, true)));
  EXPECT_EQ(n.view(), LinkView::Connected) << "the old pair may well be good";
}

TEST_F(RecoveryTest, AsksTheOffererForTheRestart) {
  answering_side();
  answered();
  connected();
  transport(TransportState::Disconnected);
  EXPECT_THAT(signals, ElementsAre("please-restart 1/1"));
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(until_deadline(), 15s);
  after(15s);
  EXPECT_THAT(signals, ElementsAre("please-offer 1/1")) << "the plea was not heard";
}

TEST_F(RecoveryTest, RestartsOnThePeersPlea) {
  offer_answered();
  connected();
  request(PeerRequest::RestartPlease, 1);
  EXPECT_THAT(commands, ElementsAre(set_local(1, 3, true)));
  request(PeerRequest::RestartPlease, 1);
  EXPECT_THAT(commands, IsEmpty()) << "one is on its way";
}

TEST_F(RecoveryTest, IgnoresPleasForRestartsThatAreNotItsToMake) {
  offer_answered();
  connected();
  request(PeerRequest::RestartPlease, 2);
  EXPECT_THAT(commands, IsEmpty());
  request(PeerRequest::EpochTold, 1);
  EXPECT_THAT(commands, IsEmpty());

  answering_side();
  answered();
  request(PeerRequest::RestartPlease, 1);
  EXPECT_THAT(commands, IsEmpty());
}

TEST_F(RecoveryTest, NeedsNothingWhenPacketsComeBackByThemselves) {
  answering_side();
  answered();
  connected();
  transport(TransportState::Disconnected);
  connected();
  EXPECT_EQ(n.deadline(), kNever);
  EXPECT_EQ(n.view(), LinkView::Connected);
}

TEST_F(RecoveryTest, DoesNotWaitForEverForATransportThatWentBackToConnecting) {
  offer_answered();
  connected();
  transport(TransportState::Connecting);
  EXPECT_EQ(until_deadline(), deadlines::kConnect);
  after(15s);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_four(2), set_local(2, 3)));
}

TEST_F(RecoveryTest, RebuildsAFailedConnection) {
  offer_answered();
  connected();
  transport(TransportState::Failed);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_four(2), set_local(2, 3)));

  answering_side();
  answered();
  connected();
  transport(TransportState::Failed);
  EXPECT_THAT(signals, ElementsAre("please-offer 1/1"));
}

TEST_F(RecoveryTest, KeepsAConnectionThatFlowsWhenARenegotiationFails) {
  answering_side();
  answered();
  connected();
  offer(sdp("B2"), 1, 2);
  fail(3);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(n.view(), LinkView::Connected);
  offer(sdp("C"), 2, 1);
  EXPECT_THAT(commands,
              ElementsAre(create_empty(2), set_remote(2, 4, DescriptionType::Offer, sdp("C"))));
  EXPECT_EQ(n.media_connection(), ConnectionNumber{1});
}

TEST_F(RecoveryTest, ClosesTheOldConnectionWhenItFailsOrIsClosedMeanwhile) {
  answering_side();
  answered();
  connected();
  offer(sdp("C"), 2, 1);
  transport(TransportState::Disconnected, 1);
  EXPECT_THAT(commands, IsEmpty());
  transport(TransportState::Failed, 1);
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_EQ(n.media_connection(), ConnectionNumber{2});
  EXPECT_EQ(n.view(), LinkView::Connecting);

  answering_side();
  answered();
  connected();
  offer(sdp("C"), 2, 1);
  dtls_closed(1);
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_EQ(n.media_connection(), ConnectionNumber{2});
}

TEST_F(RecoveryTest, OffersAnewOneSecondAfterThePeerClosed) {
  offer_answered();
  connected();
  dtls_closed();
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_TRUE(n.connection().none());
  EXPECT_FALSE(n.any_connected());
  EXPECT_EQ(until_deadline(), 1s);
  after(1s);
  EXPECT_THAT(commands, ElementsAre(create_four(2), set_local(2, 3)));
}

TEST_F(RecoveryTest, AwaitsANewOfferAfterThePeerClosed) {
  answering_side();
  answered();
  connected();
  dtls_closed();
  EXPECT_THAT(commands, ElementsAre(close_of(1)));
  EXPECT_EQ(until_deadline(), 1s);
  after(1s);
  EXPECT_THAT(signals, ElementsAre("please-offer 1/1"));
}

TEST_F(RecoveryTest, DropsWhatAClosedConnectionStillReports) {
  offer_answered();
  connected();
  dtls_closed();
  transport(TransportState::Connected, 1);
  dtls_closed(1);
  local_candidate("c", 1);
  EXPECT_EQ(count(Tally::StaleConnectionEvents), 3);
  EXPECT_FALSE(n.connected());
  EXPECT_THAT(signals, IsEmpty());
}

TEST_F(RecoveryTest, MakesANewLinkWhenThePeerAnswersFromAFreshConnection) {
  offer_answered();
  connected();
  transport(TransportState::Disconnected);
  local_set(3, "R");
  answer(sdp("another"), 1, 2);
  EXPECT_THAT(commands, ElementsAre(close_of(1), create_four(2), set_local(2, 4)))
      << "this connection cannot take it";
}

TEST_F(RecoveryTest, GivesUpAConnectionThatTheBrowserNoLongerServes) {
  offer_answered();
  connected();
  doing([&](auto& ctx) { n.give_up_connection(ctx); });
  EXPECT_THAT(commands, ElementsAre(create_four(2), set_local(2, 3))) << "it may still flow";
  EXPECT_EQ(n.media_connection(), ConnectionNumber{1});
  EXPECT_EQ(count(Tally::SlowOperations), 1);
}

TEST_F(RecoveryTest, OverlooksAFailureThatBelongsToNoOperation) {
  offer_answered();
  connected();
  fail(0);
  EXPECT_EQ(count(Tally::RefusedByBrowser), 1);
  fail(1);
  EXPECT_EQ(count(Tally::StaleOperations), 1);
  EXPECT_THAT(commands, IsEmpty());
  EXPECT_EQ(n.view(), LinkView::Connected);
}

}  // namespace
}  // namespace groupcall
