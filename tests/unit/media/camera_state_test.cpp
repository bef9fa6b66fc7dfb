#include "core/media/camera_state.h"

#include <gmock/gmock.h>

#include "tests/unit/record_printing.h"

namespace groupcall {
namespace {

TEST(LocalState, IsAPureFunctionOfItsFacts) {
  struct Row {
    bool wanted;
    DeviceFact device;
    MediaView view;
  };
  constexpr MediaReason kFailure = MediaReason::InUse;
  const std::vector<Row> rows = {
      {false, DeviceFact::None, {MediaState::Off, MediaReason::SelfOff}},
      {false, DeviceFact::Opening, {MediaState::Off, MediaReason::SelfOff}},
      {false, DeviceFact::Live, {MediaState::Off, MediaReason::SelfOff}},
      {false, DeviceFact::Failed, {MediaState::Off, MediaReason::SelfOff}},
      {false, DeviceFact::Lost, {MediaState::Off, MediaReason::SelfOff}},
      {true, DeviceFact::None, {MediaState::Loading, MediaReason::Starting}},
      {true, DeviceFact::Opening, {MediaState::Loading, MediaReason::Starting}},
      {true, DeviceFact::Live, {MediaState::On, MediaReason::None}},
      {true, DeviceFact::Failed, {MediaState::Error, kFailure}},
      {true, DeviceFact::Lost, {MediaState::Ended, MediaReason::DeviceLost}},
  };
  for (const Row& row : rows)
    EXPECT_EQ(local_state({row.wanted, row.device, kFailure}), row.view)
        << row.wanted << " " << static_cast<int>(row.device);
}

constexpr auto kFlows = {Flow::None, Flow::Bytes, Flow::Frames, Flow::Stalled, Flow::Stuck};
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

}  // namespace
}  // namespace groupcall
