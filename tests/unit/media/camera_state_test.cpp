#include "core/media/camera_state.h"

#include <gmock/gmock.h>

#include "tests/unit/record_printing.h"

namespace groupcall {
namespace {

TEST(LocalState, IsAPureFunctionOfItsFacts) {
  struct Row {
    bool wanted;
    DeviceFact device;
    MediaReason failure;
    MediaView view;
  };
  constexpr MediaReason kNone = MediaReason::None;
  constexpr MediaReason kInUse = MediaReason::InUse;
  constexpr MediaView kOff{MediaState::Off, MediaReason::SelfOff};
  constexpr MediaView kLoading{MediaState::Loading, MediaReason::Starting};
  constexpr MediaView kEnded{MediaState::Ended, MediaReason::DeviceLost};
  const std::vector<Row> rows = {
      {true, DeviceFact::None, kNone, kLoading},
      {true, DeviceFact::None, kInUse, kLoading},
      {true, DeviceFact::Opening, kNone, kLoading},
      {true, DeviceFact::Opening, kInUse, kLoading},
      {true, DeviceFact::Live, kNone, {MediaState::On, kNone}},
      {true, DeviceFact::Live, kInUse, {MediaState::On, kInUse}},
      {true, DeviceFact::Replacing, kNone, {MediaState::Replacing, MediaReason::Starting}},
      {true, DeviceFact::Replacing, kInUse, {MediaState::Replacing, kInUse}},
      {true, DeviceFact::Failed, kNone, {MediaState::Error, kNone}},
      {true, DeviceFact::Failed, kInUse, {MediaState::Error, kInUse}},
      {true, DeviceFact::Lost, kNone, kEnded},
      {true, DeviceFact::Lost, kInUse, kEnded},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(local_state({row.wanted, row.device, row.failure}), row.view)
        << static_cast<int>(row.device) << static_cast<int>(row.failure);
    EXPECT_EQ(local_state({false, row.device, row.failure}), kOff) << "whatever the device does";
  }
}

constexpr auto kFlows = {Flow::None,    Flow::Bytes, Flow::Frames,
                         Flow::Stalled, Flow::Stuck, Flow::Undecoded};
constexpr auto kLinks = {LinkView::Connecting, LinkView::Connected, LinkView::Reconnecting,
                         LinkView::Unreachable};

// Every combination, from the rules in words.
TEST(RemoteState, OfWhatIsAnnouncedOffIsOff) {
  for (LinkView link : kLinks)
    for (Flow flow : kFlows)
      for (bool is_video : {true, false})
        EXPECT_EQ(remote_state({false, link, is_video, flow}),
                  (MediaView{MediaState::Off, MediaReason::PeerOff}));
}

TEST(RemoteState, WithoutALinkDoesNotDependOnWhatOnceFlowed) {
  for (Flow flow : kFlows) {
    for (bool is_video : {true, false}) {
      EXPECT_EQ(remote_state({true, LinkView::Unreachable, is_video, flow}),
                (MediaView{MediaState::Error, MediaReason::Unreachable}));
      EXPECT_EQ(remote_state({true, LinkView::Connecting, is_video, flow}),
                (MediaView{MediaState::Loading, MediaReason::Connecting}));
    }
  }
}

TEST(RemoteState, WithALinkFollowsTheFlow) {
  struct Row {
    Flow flow;
    MediaView video;
    MediaView audio;
  };
  constexpr MediaView kOn{MediaState::On, MediaReason::None};
  const std::vector<Row> rows = {
      {Flow::None,
       {MediaState::Loading, MediaReason::Starting},
       {MediaState::Loading, MediaReason::Starting}},
      {Flow::Bytes, {MediaState::Loading, MediaReason::Starting}, kOn},
      {Flow::Frames, kOn, kOn},
      {Flow::Stalled,
       {MediaState::Loading, MediaReason::NetworkStalled},
       {MediaState::Loading, MediaReason::NetworkStalled}},
  };
  for (const Row& row : rows) {
    for (LinkView link : {LinkView::Connected, LinkView::Reconnecting}) {
      EXPECT_EQ(remote_state({true, link, true, row.flow}), row.video);
      EXPECT_EQ(remote_state({true, link, false, row.flow}), row.audio);
    }
  }
}

TEST(RemoteState, OfBytesWithoutPicturesBlamesTheNetworkWhileTheLinkIsMended) {
  for (const auto& [link, reason] :
       {std::pair(LinkView::Connected, MediaReason::DecoderStalled),
        std::pair(LinkView::Reconnecting, MediaReason::NetworkStalled)}) {
    for (bool is_video : {true, false})
      EXPECT_EQ(remote_state({true, link, is_video, Flow::Stuck}),
                (MediaView{MediaState::Loading, reason}));
  }
}

constexpr MediaView kShown{MediaState::On, MediaReason::None};
constexpr MediaView waits(MediaReason reason) { return {MediaState::Loading, reason}; }

// Every row of the table of a link that was made: what flows, what the peer says of it, and how
// the link is.
TEST(RemoteState, NamesTheCauseOfWhatStandsStill) {
  struct Row {
    Flow flow;
    bool unsent;
    bool interrupted;
    MediaView connected;
    MediaView reconnecting;
  };
  using enum MediaReason;
  const std::vector<Row> rows = {
      {Flow::None, false, false, waits(Starting), waits(Starting)},
      {Flow::None, true, false, waits(NotSent), waits(NotSent)},
      {Flow::Frames, false, false, kShown, kShown},
      {Flow::Frames, true, true, kShown, kShown},  // whoever is seen is not stalled
      {Flow::Stalled, false, false, waits(NetworkStalled), waits(NetworkStalled)},
      {Flow::Stalled, true, false, waits(NotSent), waits(NetworkStalled)},
      {Flow::Stalled, false, true, waits(Interrupted), waits(Interrupted)},
      {Flow::Stalled, true, true, waits(Interrupted), waits(Interrupted)},
      {Flow::Stuck, false, false, waits(DecoderStalled), waits(NetworkStalled)},
      {Flow::Stuck, true, false, waits(NotSent), waits(NetworkStalled)},
      {Flow::Stuck, false, true, waits(Interrupted), waits(Interrupted)},
      {Flow::Undecoded, false, false, waits(DecoderStalled), waits(NetworkStalled)},
      {Flow::Undecoded, true, false, waits(NotSent), waits(NetworkStalled)},
      {Flow::Undecoded, false, true, waits(Interrupted), waits(Interrupted)},
  };
  for (const Row& row : rows) {
    RemoteFacts facts{true,  LinkView::Connected, true,           row.flow,
                      false, row.unsent,          row.interrupted};
    EXPECT_EQ(remote_state(facts), row.connected) << static_cast<int>(row.flow);
    facts.link = LinkView::Reconnecting;
    EXPECT_EQ(remote_state(facts), row.reconnecting) << static_cast<int>(row.flow);
  }
}

TEST(RemoteState, OfSoundIsOnWithBytesHoweverLong) {
  for (const Flow flow : {Flow::Bytes, Flow::Undecoded})
    EXPECT_EQ(remote_state({true, LinkView::Connected, false, flow}), kShown);
}

TEST(RemoteState, OfAScreenThatRestsIsOnWhileTheLinkIsWell) {
  RemoteFacts facts{true, LinkView::Connected, true, Flow::Stalled, true};
  EXPECT_EQ(remote_state(facts), kShown);
  facts.flow = Flow::Stuck;
  EXPECT_EQ(remote_state(facts), waits(MediaReason::DecoderStalled)) << "what comes is not shown";
  facts.flow = Flow::Stalled;
  facts.interrupted = true;
  EXPECT_EQ(remote_state(facts), waits(MediaReason::Interrupted));
  facts.interrupted = false;
  facts.link = LinkView::Reconnecting;
  EXPECT_EQ(remote_state(facts), waits(MediaReason::NetworkStalled));
}

// The peer's word is about what it sends, not about whether it wants to.
TEST(RemoteState, NothingThatThePeerSaysOfItsSendingChangesOffOrALinkThatIsNotMade) {
  for (const Flow flow : kFlows) {
    for (const bool unsent : {false, true}) {
      for (const bool interrupted : {false, true}) {
        RemoteFacts facts{false, LinkView::Connected, true, flow, false, unsent, interrupted};
        EXPECT_EQ(remote_state(facts), (MediaView{MediaState::Off, MediaReason::PeerOff}));
        facts.announced = true;
        facts.link = LinkView::Connecting;
        EXPECT_EQ(remote_state(facts), waits(MediaReason::Connecting));
        facts.link = LinkView::Unreachable;
        EXPECT_EQ(remote_state(facts), (MediaView{MediaState::Error, MediaReason::Unreachable}));
      }
    }
  }
}

}  // namespace
}  // namespace groupcall
