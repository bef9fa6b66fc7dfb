/// The model of RTCPeerConnection against what webrtc-pc and browsers do.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/rtc_network.h"

namespace groupcall::sim {
namespace {

/// One end, driven by hand. It writes down what it is told.
class End : public RtcObserver {
 public:
  End(RtcNetwork& network, const std::string& host) : rtc(network.open(host, *this)) {}

  std::shared_ptr<RtcConnection> rtc;
  std::vector<std::string> told;
  std::vector<std::string> errors;
  std::vector<IceCandidate> candidates;

  RtcSettled settle(const std::string& name) {
    return [this, name](const RtcError* error) {
      told.push_back(name);
      if (error != nullptr) errors.push_back(name + " " + error->name);
    };
  }
  bool was_told(const std::string& what) const {
    return std::count(told.begin(), told.end(), what) > 0;
  }

  void on_candidate(const IceCandidate& candidate) override { candidates.push_back(candidate); }
  void on_transport_changed(TransportState state) override {
    told.push_back("state " + std::to_string(static_cast<int>(state)));
  }
  void on_dtls_closed() override { told.push_back("dtls closed"); }
  void on_channel_opened() override { told.push_back("channel opened"); }
  void on_channel_message(const std::string& text) override { told.push_back("message " + text); }
  void on_channel_drained() override { told.push_back("drained"); }
  void on_channel_closed() override { told.push_back("channel closed"); }
  void on_track(std::int64_t slot, const std::string& stream) override {
    told.push_back("track " + std::to_string(slot) + " " + stream);
  }
  void on_misuse(const std::string& what) override { told.push_back("misuse: " + what); }
};

const std::string kConnected =
    "state " + std::to_string(static_cast<int>(TransportState::Connected));
const std::string kDisconnected =
    "state " + std::to_string(static_cast<int>(TransportState::Disconnected));
const std::string kFailed = "state " + std::to_string(static_cast<int>(TransportState::Failed));

class RtcModel : public testing::Test {
 protected:
  RtcModel() {
    for (const MediaKind kind : {MediaKind::Audio, MediaKind::Video}) {
      alice.rtc->add_transceiver(kind, "camera");
    }
    alice.rtc->create_channel();
    bob.rtc->create_channel();
  }

  void run(Duration span = 100ms) { loop.run_for(span); }
  SessionDescription offer(End& from, bool restart = false) {
    from.rtc->set_local_description(restart, from.settle("local"));
    run(10ms);
    return from.rtc->local_description();
  }
  SessionDescription answer(End& from, const SessionDescription& to, bool adopt = true) {
    from.rtc->set_remote_description(to, from.settle("remote"));
    run(10ms);
    for (std::size_t i = 0; adopt && i < from.rtc->transceivers().size(); ++i) {
      from.rtc->adopt(i, "camera");
    }
    from.rtc->set_local_description(false, from.settle("local"));
    run(10ms);
    return from.rtc->local_description();
  }
  void exchange_candidates() {
    for (const IceCandidate& c : alice.candidates) bob.rtc->add_ice_candidate(c, bob.settle("ice"));
    for (const IceCandidate& c : bob.candidates)
      alice.rtc->add_ice_candidate(c, alice.settle("ice"));
    alice.candidates.clear();
    bob.candidates.clear();
  }
  void negotiate(bool restart = false, bool adopt = true) {
    alice.rtc->set_remote_description(answer(bob, offer(alice, restart), adopt),
                                      alice.settle("remote"));
    run(10ms);
    exchange_candidates();
  }
  void connect() {
    negotiate();
    run(200ms);
    ASSERT_TRUE(alice.was_told(kConnected));
    ASSERT_TRUE(bob.was_told(kConnected));
  }
  std::shared_ptr<LocalTrack> track(MediaKind kind) {
    auto made = std::make_shared<LocalTrack>();
    made->kind = kind;
    return made;
  }
  /// What an end has received on a slot.
  SlotSample received(End& end, std::int64_t slot) {
    for (const SlotSample& sample : end.rtc->stats()) {
      if (sample.slot == slot) return sample;
    }
    return {slot, 0, 0};
  }

  EventLoop loop;
  RtcNetwork network{loop, RtcTiming{}, "seed"};
  End alice{network, "alice"};
  End bob{network, "bob"};
};

TEST_F(RtcModel, OfferAndAnswerConnectBothEndsAndOpenTheChannel) {
  connect();
  EXPECT_EQ(alice.rtc->phase(), SignallingPhase::Stable);
  EXPECT_EQ(bob.rtc->phase(), SignallingPhase::Stable);
  EXPECT_TRUE(alice.was_told("channel opened"));
  EXPECT_TRUE(bob.was_told("channel opened"));
  EXPECT_TRUE(alice.errors.empty());
}

TEST_F(RtcModel, TheChannelOpensBeforeOrAfterConnectedIsTold) {
  connect();
  const auto place = [](const End& end, const std::string& what) {
    return std::find(end.told.begin(), end.told.end(), what) - end.told.begin();
  };
  EXPECT_LT(place(alice, "channel opened"), place(alice, kConnected)) << "as in Chromium";

  RtcTiming timing;
  timing.channel_first_permille = 0;
  RtcNetwork other{loop, timing, "other"};
  End carol{other, "carol"};
  End dave{other, "dave"};
  carol.rtc->create_channel();
  dave.rtc->create_channel();
  carol.rtc->set_remote_description(answer(dave, offer(carol)), carol.settle("remote"));
  run(10ms);
  carol.rtc->add_ice_candidate(dave.candidates.at(0), carol.settle("ice"));
  run(200ms);
  ASSERT_TRUE(carol.was_told("channel opened"));
  EXPECT_GT(place(carol, "channel opened"), place(carol, kConnected));
}

TEST_F(RtcModel, MidsFollowTheOrderOfTheOffer) {
  connect();
  ASSERT_EQ(bob.rtc->kinds(), (std::vector<MediaKind>{MediaKind::Audio, MediaKind::Video}));
  EXPECT_EQ(bob.rtc->transceivers()[1].mid, alice.rtc->transceivers()[1].mid);
}

TEST_F(RtcModel, AnOfferIsWrittenInLinesThatCanBeReadBack) {
  const SessionDescription made = offer(alice);
  const auto sdp = read_sdp(made.sdp);
  ASSERT_TRUE(sdp.has_value());
  ASSERT_EQ(sdp->lines.size(), 3U);
  EXPECT_EQ(sdp->lines[2].kind, LineKind::Application);
  EXPECT_EQ(sdp->lines[1].stream, "camera");
  EXPECT_EQ(write_sdp(*sdp), made.sdp);
}

TEST_F(RtcModel, AnAnswerInStableIsRefused) {
  connect();
  alice.rtc->set_remote_description({DescriptionType::Answer, bob.rtc->local_description().sdp},
                                    alice.settle("late"));
  run();
  EXPECT_EQ(alice.errors, std::vector<std::string>{"late InvalidStateError"});
}

TEST_F(RtcModel, AnAnswerToAnEarlierOfferIsTakenAndReported) {
  const SessionDescription first = answer(bob, offer(alice));
  offer(alice);
  alice.rtc->set_remote_description(first, alice.settle("remote"));
  run();
  EXPECT_TRUE(alice.errors.empty());
  EXPECT_EQ(alice.rtc->phase(), SignallingPhase::Stable);
  EXPECT_EQ(std::count_if(alice.told.begin(), alice.told.end(),
                          [](const std::string& told) {
                            return told.starts_with("misuse: an answer to another offer");
                          }),
            1);
}

TEST_F(RtcModel, AnOfferThatMeetsOursIsARollback) {
  End carol{network, "carol"};
  carol.rtc->add_transceiver(MediaKind::Audio, "camera");
  carol.rtc->add_transceiver(MediaKind::Video, "camera");
  const SessionDescription theirs = offer(carol);
  offer(alice);
  alice.rtc->set_remote_description(theirs, alice.settle("remote"));
  run();
  EXPECT_TRUE(alice.rtc->rolled_back());
  EXPECT_EQ(alice.rtc->phase(), SignallingPhase::HaveRemoteOffer);
}

TEST_F(RtcModel, ADescriptionOfAFreshFarConnectionOnAUsedOneIsReported) {
  connect();
  End reloaded{network, "alice"};
  reloaded.rtc->add_transceiver(MediaKind::Audio, "camera");
  reloaded.rtc->add_transceiver(MediaKind::Video, "camera");
  reloaded.rtc->create_channel();
  bob.rtc->set_remote_description(offer(reloaded), bob.settle("remote"));
  run();
  EXPECT_TRUE(bob.was_told("misuse: a description of a fresh remote connection, on a used one"));
}

TEST_F(RtcModel, AConnectionThatWasToAnswerMustNotOffer) {
  offer(bob);
  EXPECT_TRUE(
      bob.was_told("misuse: an offer without m-lines, from a connection that was to answer"));
}

TEST_F(RtcModel, AnOfferWithOtherLinesThanAgreedIsRefused) {
  connect();
  auto sdp = *read_sdp(offer(alice).sdp);
  std::swap(sdp.lines[0], sdp.lines[1]);
  bob.rtc->set_remote_description({DescriptionType::Offer, write_sdp(sdp)}, bob.settle("remote"));
  run();
  EXPECT_EQ(bob.errors, std::vector<std::string>{"remote InvalidAccessError"});
}

TEST_F(RtcModel, ACandidateBeforeTheRemoteDescriptionIsRefused) {
  offer(alice);
  bob.rtc->add_ice_candidate(alice.candidates.at(0), bob.settle("ice"));
  run();
  EXPECT_EQ(bob.errors, std::vector<std::string>{"ice InvalidStateError"});
}

TEST_F(RtcModel, ACandidateCalledRightBehindTheDescriptionWaitsForIt) {
  const SessionDescription made = offer(alice);
  bob.rtc->set_remote_description(made, bob.settle("remote"));
  bob.rtc->add_ice_candidate(alice.candidates.at(0), bob.settle("ice"));
  run();
  EXPECT_TRUE(bob.errors.empty());
}

TEST_F(RtcModel, ACandidateOfAnOlderGenerationIsRefused) {
  connect();
  IceCandidate old;
  old.candidate = "candidate:1 1 udp 1 10.0.0.1 9 typ host";
  old.sdp_mid = "0";
  old.username_fragment = "nobodys";
  alice.rtc->add_ice_candidate(old, alice.settle("ice"));
  run();
  EXPECT_EQ(alice.errors, std::vector<std::string>{"ice OperationError"});
}

TEST_F(RtcModel, OperationsSettleInTheOrderOfTheCalls) {
  alice.rtc->set_local_description(false, alice.settle("first"));
  alice.rtc->replace_track(0, nullptr, alice.settle("second"));
  alice.rtc->set_local_description(false, alice.settle("third"));
  run();
  EXPECT_EQ(alice.told, (std::vector<std::string>{"first", "second", "third"}));
}

TEST_F(RtcModel, OperationsOfAClosedConnectionNeverSettle) {
  alice.rtc->set_local_description(false, alice.settle("local"));
  alice.rtc->close();
  run(60s);
  EXPECT_TRUE(alice.told.empty());
  EXPECT_EQ(network.open_connections("alice"), 0U);
}

TEST_F(RtcModel, AHungOperationHoldsUpAllThatFollow) {
  network.hang_next("alice");
  alice.rtc->set_local_description(false, alice.settle("first"));
  alice.rtc->replace_track(0, nullptr, alice.settle("second"));
  run(60s);
  EXPECT_TRUE(alice.told.empty());
}

TEST_F(RtcModel, AnInjectedRejectionLeavesTheStateAsItWas) {
  network.reject_next("alice");
  alice.rtc->set_local_description(false, alice.settle("local"));
  run();
  EXPECT_EQ(alice.errors, std::vector<std::string>{"local OperationError"});
  EXPECT_EQ(alice.rtc->phase(), SignallingPhase::Stable);
}

TEST_F(RtcModel, ACandidateOfOneSideIsEnough) {
  negotiate();
  run(200ms);
  alice.told.clear();
  End carol{network, "carol"};
  End dave{network, "dave"};
  carol.rtc->add_transceiver(MediaKind::Audio, "camera");
  carol.rtc->set_remote_description(answer(dave, offer(carol)), carol.settle("remote"));
  run(10ms);
  carol.rtc->add_ice_candidate(dave.candidates.at(0), carol.settle("ice"));
  run(200ms);
  EXPECT_TRUE(carol.was_told(kConnected));
  EXPECT_TRUE(dave.was_told(kConnected));
}

TEST_F(RtcModel, WithoutAnyCandidateItFailsInTheEnd) {
  alice.rtc->set_remote_description(answer(bob, offer(alice)), alice.settle("remote"));
  run(15s);
  EXPECT_FALSE(alice.was_told(kFailed));
  run(1s);
  EXPECT_TRUE(alice.was_told(kFailed));
  EXPECT_FALSE(alice.was_told(kConnected));
}

TEST_F(RtcModel, MediaFlowsWhileATrackIsAttachedAndIsBlackWhileItIsMuted) {
  connect();
  const auto camera = track(MediaKind::Video);
  alice.rtc->replace_track(1, camera, alice.settle("attach"));
  run(1s);
  const SlotSample live = received(bob, 1);
  EXPECT_GE(live.frames, 13);
  EXPECT_LE(live.frames, 15);

  camera->enabled = false;
  network.refresh_host("alice");
  run(1s);
  EXPECT_LE(received(bob, 1).frames - live.frames, 3);

  alice.rtc->replace_track(1, nullptr, alice.settle("detach"));
  run(10ms);
  const SlotSample off = received(bob, 1);
  run(1s);
  EXPECT_EQ(received(bob, 1).frames, off.frames);
  EXPECT_EQ(received(bob, 1).bytes, off.bytes);
}

TEST_F(RtcModel, AnAnswererThatDoesNotAdoptItsSlotsSendsNothing) {
  negotiate(false, /*adopt=*/false);
  run(200ms);
  bob.rtc->replace_track(1, track(MediaKind::Video), bob.settle("attach"));
  alice.rtc->replace_track(1, track(MediaKind::Video), alice.settle("attach"));
  run(1s);
  EXPECT_EQ(received(alice, 1).frames, 0);
  EXPECT_GT(received(bob, 1).frames, 0);
}

TEST_F(RtcModel, AStoppedTrackSendsNothing) {
  connect();
  const auto camera = track(MediaKind::Video);
  alice.rtc->replace_track(1, camera, alice.settle("attach"));
  run(1s);
  camera->live = false;
  network.refresh_host("alice");
  const SlotSample before = received(bob, 1);
  run(1s);
  EXPECT_EQ(received(bob, 1).frames, before.frames);
}

TEST_F(RtcModel, ARestartKeepsTheOldPairUntilTheNewOneIsFound) {
  connect();
  alice.rtc->replace_track(1, track(MediaKind::Video), alice.settle("attach"));
  run(100ms);
  const std::string old_ufrag = read_sdp(alice.rtc->local_description().sdp)->ufrag;
  const SessionDescription restarted = offer(alice, true);
  EXPECT_NE(read_sdp(restarted.sdp)->ufrag, old_ufrag);
  const std::int64_t before = received(bob, 1).frames;
  run(30s);  // nobody answers
  EXPECT_GT(received(bob, 1).frames, before + 400);
  EXPECT_FALSE(alice.was_told(kDisconnected));

  const SessionDescription answered = answer(bob, restarted);
  alice.rtc->set_remote_description(answered, alice.settle("remote"));
  run(10ms);
  exchange_candidates();
  run(1s);
  EXPECT_TRUE(alice.errors.empty());
  EXPECT_TRUE(alice.rtc->established());
}

TEST_F(RtcModel, AnOfferWithoutRestartKeepsTheCredentials) {
  connect();
  const auto before = read_sdp(alice.rtc->local_description().sdp);
  const auto after = read_sdp(offer(alice).sdp);
  EXPECT_EQ(before->ufrag, after->ufrag);
  EXPECT_EQ(before->session_id, after->session_id);
  EXPECT_GT(after->version, before->version);
}

TEST_F(RtcModel, ACutStopsBytesAtOnceAndIsNoticedLater) {
  connect();
  alice.rtc->replace_track(0, track(MediaKind::Audio), alice.settle("attach"));
  run(1s);
  network.set_path("alice", "bob", false);
  const std::int64_t bytes = received(bob, 0).bytes;
  run(5s);
  EXPECT_EQ(received(bob, 0).bytes, bytes);
  EXPECT_FALSE(bob.was_told(kDisconnected));
  run(1s);
  EXPECT_TRUE(bob.was_told(kDisconnected));
  EXPECT_TRUE(alice.was_told(kDisconnected));
  EXPECT_FALSE(bob.was_told(kFailed));
  network.set_path("alice", "bob", true);
  bob.told.clear();
  run(1s);
  EXPECT_TRUE(bob.was_told(kConnected));
  EXPECT_GT(received(bob, 0).bytes, bytes);
}

TEST_F(RtcModel, WhatHasFailedNeedsARestart) {
  connect();
  network.set_path("alice", "bob", false);
  run(21s);
  EXPECT_TRUE(alice.was_told(kFailed));
  network.set_path("alice", "bob", true);
  alice.told.clear();
  run(30s);
  EXPECT_FALSE(alice.was_told(kConnected));
  negotiate(true);
  run(1s);
  EXPECT_TRUE(alice.was_told(kConnected));
}

TEST_F(RtcModel, ANewAddressNeedsARestart) {
  connect();
  alice.rtc->replace_track(1, track(MediaKind::Video), alice.settle("attach"));
  run(1s);
  network.change_address("alice");
  const std::int64_t frames = received(bob, 1).frames;
  run(4s);
  EXPECT_EQ(received(bob, 1).frames, frames);
  alice.told.clear();
  negotiate(true);
  run(1s);
  EXPECT_GT(received(bob, 1).frames, frames);
  EXPECT_FALSE(alice.was_told(kDisconnected)) << "it came in time";
  EXPECT_TRUE(alice.errors.empty());
}

TEST_F(RtcModel, AFarCloseClosesDtlsSoonAndTheConnectionMuchLater) {
  connect();
  alice.rtc->close();
  run(25ms);
  EXPECT_TRUE(bob.was_told("dtls closed"));
  EXPECT_TRUE(bob.was_told("channel closed"));
  EXPECT_FALSE(bob.was_told(kDisconnected));
  run(6s);
  EXPECT_TRUE(bob.was_told(kDisconnected));
}

TEST_F(RtcModel, AFarCrashIsOnlyNoticedByItsSilence) {
  connect();
  alice.rtc->vanish();
  run(5s);
  EXPECT_FALSE(bob.was_told("dtls closed"));
  EXPECT_FALSE(bob.was_told(kDisconnected));
  run(1s);
  EXPECT_TRUE(bob.was_told(kDisconnected));
}

TEST_F(RtcModel, ChannelMessagesArriveInOrderAndReportTheDrain) {
  connect();
  EXPECT_TRUE(alice.rtc->send("one"));
  EXPECT_TRUE(alice.rtc->send("two"));
  run();
  const auto first = std::find(bob.told.begin(), bob.told.end(), "message one");
  ASSERT_NE(first, bob.told.end());
  EXPECT_EQ(*(first + 1), "message two");
  EXPECT_TRUE(alice.was_told("drained"));
}

TEST_F(RtcModel, WhatHasNotDrainedIsLostByAClose) {
  connect();
  alice.rtc->send("goodbye");
  alice.rtc->close();
  run(1s);
  EXPECT_FALSE(bob.was_told("message goodbye"));
}

TEST_F(RtcModel, WhatHasDrainedArrivesBeforeTheCloseDoes) {
  connect();
  alice.rtc->send("goodbye");
  run(2ms);
  ASSERT_TRUE(alice.was_told("drained"));
  alice.rtc->close();
  run(1s);
  const auto message = std::find(bob.told.begin(), bob.told.end(), "message goodbye");
  const auto closed = std::find(bob.told.begin(), bob.told.end(), "channel closed");
  ASSERT_NE(message, bob.told.end());
  EXPECT_LT(message, closed);
}

TEST_F(RtcModel, ChannelMessagesWaitForAHealedPath) {
  connect();
  network.set_path("alice", "bob", false);
  alice.rtc->send("patience");
  run(3s);
  EXPECT_FALSE(alice.was_told("drained"));
  network.set_path("alice", "bob", true);
  run(1s);
  EXPECT_TRUE(bob.was_told("message patience"));
}

TEST_F(RtcModel, AClosedChannelTakesNoMessage) { EXPECT_FALSE(alice.rtc->send("early")); }

TEST_F(RtcModel, AddTrackTransceiversAreTakenOverByAnOffer) {
  End older{network, "older"};
  older.rtc->add_track(track(MediaKind::Audio), "s");
  older.rtc->add_track(track(MediaKind::Video), "s");
  older.rtc->set_remote_description(offer(alice), older.settle("remote"));
  run();
  EXPECT_EQ(older.rtc->kinds().size(), 2U);
  EXPECT_EQ(older.rtc->transceivers()[1].mid, "1");
  EXPECT_TRUE(older.was_told("track 1 camera"));
}

}  // namespace
}  // namespace groupcall::sim
