// Who is still there: losing the server is not losing the call.
#include "tests/unit/call/call_bench.h"

namespace groupcall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CallBench connected_to_ben() {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.connect_to("ben", "eb");
  return call;
}

// Until `end`, media flows from ben: each sample that is asked for shows more bytes.
void flow_until(CallBench& call, Instant end, std::int64_t& bytes) {
  while (call.reaction.wake_at <= end) {
    call.now = std::max(call.now, call.reaction.wake_at);
    call.handle(Woke{});
    if (!call.all<CollectStats>().empty()) call.sample("ben", {{0, bytes += 100, 0}});
  }
  call.now = end;
}

TEST(Presence, EndsWithTheServersWordWhereNoMediaFlows) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.participant_left("ben");
  EXPECT_THAT(call.order, IsEmpty());
  EXPECT_THAT(call.all<CloseConnection>(), testing::SizeIs(1));
}

TEST(Presence, OutlivesTheServersWordWhileMediaFlows) {
  CallBench call = connected_to_ben();
  std::int64_t bytes = 0;
  call.participant_left("ben");
  EXPECT_EQ(call.seen("ben").signalling, PeerSignalling::Lost);
  EXPECT_EQ(call.seen("ben").connection, LinkView::Connected);
  flow_until(call, call.now + 60s, bytes);
  EXPECT_THAT(call.order, ElementsAre(kBen));
}

TEST(Presence, EndsSevenSecondsAfterTheLastByte) {
  CallBench call = connected_to_ben();
  std::int64_t bytes = 0;
  flow_until(call, call.now + 10s, bytes);
  call.participant_left("ben");
  flow_until(call, call.now + 20s, bytes);
  call.pass(call.reaction.wake_at - call.now);
  call.sample("ben", {{0, bytes += 100, 0}});
  const Instant last = call.now;
  while (call.reaction.wake_at < last + 7s) {
    call.now = call.reaction.wake_at;
    call.handle(Woke{});
    if (!call.all<CollectStats>().empty()) call.sample("ben", {{0, bytes, 0}});
    ASSERT_THAT(call.order, ElementsAre(kBen)) << to_us(call.now) - to_us(last);
  }
  EXPECT_EQ(call.reaction.wake_at, last + 7s);
  call.after(call.reaction.wake_at - call.now);
  EXPECT_THAT(call.order, IsEmpty());
  EXPECT_EQ(call.open.connections(), 0U);
}

TEST(Presence, EndsSevenSecondsAfterTheServersWordWhereNothingEverCame) {
  CallBench call = connected_to_ben();
  call.participant_left("ben");
  const Instant left = call.now;
  call.pass(7s - CallBench::kTick);
  EXPECT_THAT(call.order, ElementsAre(kBen));
  call.pass(CallBench::kTick);
  EXPECT_EQ(call.now, left + 7s);
  EXPECT_THAT(call.order, IsEmpty());
}

TEST(Presence, EndsAtOnceWithAGoodbyeOfThePresentEpoch) {
  CallBench call = connected_to_ben();
  call.handle(ChannelMessage{kBen, ConnectionNumber{1}, R"({"type":"goodbye","epoch":"other"})"});
  EXPECT_THAT(call.order, ElementsAre(kBen));
  call.handle(ChannelMessage{kBen, ConnectionNumber{1}, R"({"type":"goodbye","epoch":"eb"})"});
  EXPECT_THAT(call.order, IsEmpty());
  EXPECT_THAT(call.commands(), ElementsAre(CloseConnection{kBen, ConnectionNumber{1}}));
  call.participant_left("ben");
  EXPECT_THAT(call.commands(), IsEmpty());
}

TEST(Presence, DoesNotComeBackFromAGoodbyeThroughAnOldList) {
  CallBench call = connected_to_ben();
  call.handle(ChannelMessage{kBen, ConnectionNumber{1}, R"({"type":"goodbye","epoch":"eb"})"});
  call.joined({CallBench::module_peer("ben", "eb")});
  EXPECT_THAT(call.order, IsEmpty());
  call.offer("ben", call.from("eb", 2, 1));
  EXPECT_THAT(call.order, IsEmpty());
  call.participant_joined(CallBench::module_peer("ben", "eb2"));
  EXPECT_THAT(call.order, ElementsAre(kBen)) << "a new epoch is a new visit";
}

TEST(Presence, ComesBackAfterALossWithTheSameEpoch) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.participant_left("ben");
  EXPECT_THAT(call.order, IsEmpty());
  call.participant_joined(CallBench::module_peer("ben", "eb"));
  EXPECT_THAT(call.order, ElementsAre(kBen));
}

TEST(Presence, EndsWhenBothTheServerAndTheTransportSaySo) {
  CallBench call = connected_to_ben();
  call.handle(DtlsClosed{kBen, ConnectionNumber{1}});
  EXPECT_THAT(call.order, ElementsAre(kBen)) << "it may be making a new connection";
  call.participant_left("ben");
  EXPECT_THAT(call.order, IsEmpty());

  CallBench other = connected_to_ben();
  other.participant_left("ben");
  other.handle(DtlsClosed{kBen, ConnectionNumber{1}});
  EXPECT_THAT(other.order, IsEmpty());

  CallBench third = connected_to_ben();
  third.participant_left("ben");
  third.transport("ben", TransportState::Failed);
  EXPECT_THAT(third.order, IsEmpty());
  EXPECT_EQ(third.open.connections(), 0U);
}

TEST(Presence, IsKeptWhenThePeerRejoins) {
  CallBench call = connected_to_ben();
  call.participant_left("ben");
  call.participant_joined(CallBench::module_peer("ben", "eb"));
  EXPECT_EQ(call.seen("ben").signalling, PeerSignalling::Present);
  EXPECT_THAT(call.commands(), IsEmpty()) << "the link is as it was";
  call.pass(30s);
  EXPECT_THAT(call.order, ElementsAre(kBen));
}

TEST(Presence, OverlooksChannelTextsThatItCannotRead) {
  CallBench call = connected_to_ben();
  call.handle(ChannelMessage{kBen, ConnectionNumber{1}, "nonsense"});
  EXPECT_EQ(call.count(Tally::RefusedChannelTexts), 1);
  call.handle(ChannelMessage{UserId{"nobody"}, ConnectionNumber{9}, "{}"});
  EXPECT_EQ(call.count(Tally::StaleConnectionEvents), 1);
  EXPECT_THAT(call.order, ElementsAre(kBen));
}

// ---- those of whose coming nobody told -------------------------------------------------

TEST(Presence, OfOneWhoGotLostIsBackWithItsTracks) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.participant_left("ben");
  call.tracks_updated("ben", true, false, "eb");
  EXPECT_THAT(call.order, ElementsAre(kBen));
  EXPECT_EQ(call.seen("ben").signalling, PeerSignalling::Present);
  EXPECT_THAT(call.all<CreateConnection>(), IsEmpty()) << "they came after us, so they offer";
}

TEST(Presence, OfOneWhoSaidGoodbyeIsNotBackWithItsTracks) {
  CallBench call = connected_to_ben();
  call.handle(ChannelMessage{kBen, ConnectionNumber{1}, R"({"type":"goodbye","epoch":"eb"})"});
  call.tracks_updated("ben", true, false, "eb");
  EXPECT_THAT(call.order, IsEmpty());
}

TEST(Presence, IsTheServersWordAgainWithAnyTracks) {
  CallBench call = connected_to_ben();
  call.participant_left("ben");
  ASSERT_EQ(call.seen("ben").signalling, PeerSignalling::Lost);
  call.tracks_updated("ben", true, false, "eb");
  EXPECT_EQ(call.seen("ben").signalling, PeerSignalling::Present);
}

TEST(Presence, OfOneWhoGotLostIsTriedForSevenSecondsAfterEachMessage) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.participant_left("ben");
  call.offer("ben", call.from("eb", 2, 1));
  EXPECT_THAT(call.order, ElementsAre(kBen));
  EXPECT_EQ(call.seen("ben").signalling, PeerSignalling::Lost);
  call.transport("ben", TransportState::Connecting);
  call.pass(6s);
  call.candidate("ben", call.from("eb", 2, 1));
  call.pass(7s - CallBench::kTick);
  EXPECT_THAT(call.order, ElementsAre(kBen));
  call.pass(CallBench::kTick);
  EXPECT_THAT(call.order, IsEmpty());
  EXPECT_EQ(call.open.connections(), 0U);
}

TEST(Presence, OfOneWhoGotLostIsBelievedOnceConnected) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.participant_left("ben");
  call.offer("ben", call.from("eb", 2, 1));
  call.transport("ben", TransportState::Connected);
  EXPECT_EQ(call.seen("ben").signalling, PeerSignalling::Present)
      << "our answer has reached them: the server lists them";
  call.frame("2");
  call.pass(20s);
  EXPECT_THAT(call.order, ElementsAre(kBen));
}

TEST(Presence, OfTheLivingPageIsBelievedAgainstWhatCameLateOfAFormerOne) {
  CallBench call;
  call.enter();
  call.participant_joined(CallBench::module_peer("ben", "former"));
  call.participant_left("ben");
  call.participant_joined(CallBench::module_peer("ben", "living"));
  call.participant_joined(CallBench::module_peer("ben", "former"));
  call.offer("ben", call.from("living", 1, 1));
  EXPECT_EQ(call.count(Tally::StaleEpochs), 1) << "as far as one can see it is the older one";
  call.candidate("ben", call.from("living", 0, 0, PeerRequest::EpochTold), "");
  call.offer("ben", call.from("living", 1, 1));
  EXPECT_THAT(call.all<CreateConnection>(), testing::SizeIs(1));
  EXPECT_EQ(call.count(Tally::StaleEpochs), 1);
}

TEST(Presence, OfALinkedPageIsNotShakenByAFormerOne) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "former")});
  call.participant_joined(CallBench::module_peer("ben", "living"));
  call.offer("ben", call.from("living", 1, 1));
  call.transport("ben", TransportState::Connected);
  call.candidate("ben", call.from("former", 0, 0, PeerRequest::EpochTold), "");
  EXPECT_EQ(call.count(Tally::StaleEpochs), 1);
  EXPECT_THAT(call.all<CloseConnection>(), IsEmpty());
}

// ---- our own presence ------------------------------------------------------------------

std::string ask(const CallBench& call) { return "epoch-told me " + call.epoch.value; }

TEST(OurPresence, IsAskedAboutByAMessageToOurselves) {
  CallBench call;
  call.enter();
  call.after(30s);
  EXPECT_THAT(call.sent, ElementsAre(ask(call)));
  call.now += 20ms;
  call.candidate("me", {call.epoch, call.epoch, {}, 0, PeerRequest::EpochTold}, "");
  EXPECT_THAT(call.commands(), IsEmpty());
  EXPECT_EQ(call.count(Tally::UnexpectedMessages), 0);
  call.frame("2");
  call.after(29s);
  EXPECT_THAT(call.sent, IsEmpty());
  EXPECT_EQ(call.phase, Phase::Joined);
}

TEST(OurPresence, IsRestoredWithTheSameEpochAndLinks) {
  CallBench call = connected_to_ben();
  const Epoch before = call.epoch;
  std::vector<std::string> said;
  const Instant end = call.now + 40s;
  while (call.reaction.wake_at < end && call.phase == Phase::Joined) {
    call.now = std::max(call.now, call.reaction.wake_at);
    call.handle(Woke{});
    said.insert(said.end(), call.sent.begin(), call.sent.end());
    if (call.sent == std::vector<std::string>{ask(call)}) call.frame("2");
    call.now += 1ms;
  }
  EXPECT_THAT(said, ElementsAre(ask(call))) << "the server has spoken before, not since";
  call.frame("2");
  call.pass(1s);
  EXPECT_EQ(call.phase, Phase::Reconnecting);
  EXPECT_EQ(call.epoch, before);
  call.joined({CallBench::module_peer("ben", "eb")});
  EXPECT_EQ(call.phase, Phase::Joined);
  EXPECT_THAT(call.sent, ElementsAre("tracks -audio -video"));
  EXPECT_EQ(call.count(Tally::LostMemberships), 1);
  EXPECT_EQ(call.seen("ben").connection, LinkView::Connected);
}

TEST(OurPresence, IsGivenUpOnlyOnceAJoinUnderWayIsOver) {
  CallBench call;
  call.enter();
  call.after(30s);
  call.now += 1s;
  call.frame("2");
  call.after(2s);
  ASSERT_THAT(call.sent, ElementsAre("join r"));
  call.leave(2);
  EXPECT_THAT(call.sent, IsEmpty()) << "a leave that comes first would be ignored";
  call.joined();
  EXPECT_THAT(call.sent, ElementsAre("leave r"));
  EXPECT_EQ(call.phase, Phase::Idle);
}

// ---- our own outage --------------------------------------------------------------------

TEST(Reconnecting, KeepsTheMediaAndSaysSo) {
  CallBench call = connected_to_ben();
  call.socket_closed();
  EXPECT_EQ(call.phase, Phase::Reconnecting);
  EXPECT_THAT(call.all<CloseConnection>(), IsEmpty());
  EXPECT_EQ(call.seen("ben").connection, LinkView::Connected);
  EXPECT_EQ(call.seen("ben").signalling, PeerSignalling::Present) << "our outage is not theirs";
}

TEST(Reconnecting, RejoinsWithTheSameEpochAndKeepsItsLinks) {
  CallBench call = connected_to_ben();
  const Epoch before = call.epoch;
  call.socket_closed();
  call.connect();
  EXPECT_THAT(call.sent, ElementsAre("join r"));
  EXPECT_EQ(call.epoch, before);
  call.joined({CallBench::module_peer("ben", "eb")});
  EXPECT_THAT(call.sent, ElementsAre("tracks -audio -video")) << "after every joined; no offer";
  EXPECT_THAT(call.commands(), testing::SizeIs(1));
  EXPECT_EQ(call.phase, Phase::Joined);
}

TEST(Reconnecting, KeepsTheTimeOfTheFirstAdmission) {
  CallBench call = connected_to_ben();
  const std::int64_t joined_at = call.room.joined_at_ms;
  call.pass(5s);
  call.socket_closed();
  call.connect();
  call.joined();
  EXPECT_EQ(call.room.joined_at_ms, joined_at);
}

TEST(Reconnecting, NeverEndsACallByItself) {
  CallBench call = connected_to_ben();
  call.socket_closed();
  for (int i = 0; i < 50; ++i) {
    call.pass(5s);
    call.socket_closed();
  }
  EXPECT_EQ(call.phase, Phase::Reconnecting);
  call.pass(10s);
  call.connect();
  EXPECT_THAT(call.sent, ElementsAre("join r"));
}

TEST(Reconnecting, MissesThoseWhoLeftMeanwhile) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb"), CallBench::module_peer("cyd", "ec")});
  call.connect_to("ben", "eb");
  call.socket_closed();
  call.connect();
  call.joined();
  EXPECT_THAT(call.order, ElementsAre(kBen)) << "cyd was never connected";
  EXPECT_EQ(call.seen("ben").signalling, PeerSignalling::Lost);
}

TEST(Reconnecting, SendsNothingBeforeItIsAdmittedAgain) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb"), CallBench::module_peer("cyd", "ec")});
  call.socket_closed();
  call.local_set("ben");
  EXPECT_THAT(call.sent, IsEmpty());
  call.connect();
  EXPECT_THAT(call.sent, ElementsAre("join r"));
  call.local_set("cyd");
  EXPECT_THAT(call.sent, IsEmpty()) << "online, but not in the room yet";
  EXPECT_EQ(call.count(Tally::SignalsWhileOffline), 2);
  call.handle(CameraWanted{true});
  EXPECT_THAT(call.sent, IsEmpty());
  call.joined({CallBench::module_peer("ben", "eb"), CallBench::module_peer("cyd", "ec")});
  EXPECT_THAT(call.sent, ElementsAre("tracks -audio +video"));
}

TEST(Reconnecting, OfAPeerGetsItTheOfferThatItMayHaveMissedAtOnce) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.local_set("ben");
  EXPECT_THAT(call.sent, ElementsAre("offer ben 1/1"));
  call.participant_joined(CallBench::module_peer("ben", "eb"));
  EXPECT_THAT(call.sent, ElementsAre("offer ben 1/1"));
}

TEST(Reconnecting, AnnouncesTheTracksAfterEveryAdmission) {
  CallBench call = connected_to_ben();
  call.joined({CallBench::module_peer("ben", "eb")});
  EXPECT_THAT(call.sent, ElementsAre("tracks -audio -video")) << "the server may have reset them";
}

TEST(Reconnecting, RepeatsAnOfferThatTheOutageSwallowed) {
  CallBench call;
  call.enter({CallBench::module_peer("ben", "eb")});
  call.socket_closed();
  call.local_set("ben");
  call.connect();
  call.now += 10ms;
  call.joined({CallBench::module_peer("ben", "eb")});
  std::vector<std::string> said;
  const Instant end = call.now + 5s;
  while (call.reaction.wake_at <= end) {
    call.now = std::max(call.now, call.reaction.wake_at);
    call.handle(Woke{});
    said.insert(said.end(), call.sent.begin(), call.sent.end());
  }
  EXPECT_THAT(said, ElementsAre("offer ben 1/1"));
}

TEST(Reconnecting, GoesOnWithoutTheServerWhenAnotherTabTookTheSocket) {
  CallBench call = connected_to_ben();
  call.frame(R"(42["connection:replaced",{"message":"elsewhere"}])");
  EXPECT_EQ(call.phase, Phase::Reconnecting);
  EXPECT_EQ(call.signalling.state, SignallingState::Halted);
  EXPECT_EQ(call.signalling.error.code, ErrorCode::Replaced);
  EXPECT_EQ(call.seen("ben").connection, LinkView::Connected);
  call.leave(2);
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.open.list(), "");
}

TEST(Reconnecting, EndsWithARefusalOfTheRejoin) {
  CallBench call = connected_to_ben();
  call.socket_closed();
  call.connect();
  call.message(wire::RoomError{RoomId{"r"}, "You are not a member of this group"});
  EXPECT_EQ(call.phase, Phase::Idle);
  EXPECT_EQ(call.error.code, ErrorCode::NotAMember);
  EXPECT_EQ(call.open.list(), "");
}

}  // namespace
}  // namespace groupcall
