/// What a person is told of a camera or microphone: pure functions of facts. They remember
/// nothing and no button has a say, so what is drawn cannot drift from what is sent.
#pragma once

#include "core/public/media.h"
#include "core/public/snapshot.h"

namespace groupcall {

/// What the device of one of our own sources is doing.
enum class DeviceFact : unsigned char {
  None,
  Opening,
  Live,
  Replacing,  ///< another one is being opened in its place; the one before may still be sent
  Failed,
  Lost
};

struct LocalFacts {
  bool wanted = false;
  DeviceFact device = DeviceFact::None;
  /// Why a device failed; of a live one, or of one that takes over: why it is another than was
  /// wanted.
  MediaReason failure = MediaReason::None;
};

/// Our own camera or microphone.
constexpr MediaView local_state(const LocalFacts& facts) {
  if (!facts.wanted) return {MediaState::Off, MediaReason::SelfOff};
  switch (facts.device) {
    case DeviceFact::None:
    case DeviceFact::Opening:
      return {MediaState::Loading, MediaReason::Starting};
    case DeviceFact::Live:
      return {MediaState::On, facts.failure};
    case DeviceFact::Replacing:
      return {MediaState::Replacing,
              facts.failure == MediaReason::None ? MediaReason::Starting : facts.failure};
    case DeviceFact::Failed:
      return {MediaState::Error, facts.failure};
    case DeviceFact::Lost:
      return {MediaState::Ended, MediaReason::DeviceLost};
  }
  return {};
}

/// What arrives in one slot of a link.
enum class Flow : unsigned char {
  None,     ///< nothing yet since the peer announced it on
  Bytes,    ///< bytes arrive, but no decoded frame (for sound, this is all there is to see)
  Frames,   ///< decoded frames rise
  Stalled,  ///< there were some; for 2 s nothing has come
  Stuck,    ///< there were frames; bytes still come, frames do not
};

struct RemoteFacts {
  bool announced = false;  ///< the peer says that it is on
  LinkView link = LinkView::Connecting;
  bool is_video = true;
  Flow flow = Flow::None;
};

/// A remote camera, screen or microphone.
constexpr MediaView remote_state(const RemoteFacts& facts) {
  if (!facts.announced) return {MediaState::Off, MediaReason::PeerOff};
  if (facts.link == LinkView::Unreachable) return {MediaState::Error, MediaReason::Unreachable};
  if (facts.link == LinkView::Connecting) return {MediaState::Loading, MediaReason::Connecting};
  switch (facts.flow) {
    case Flow::None:
      return {MediaState::Loading, MediaReason::Starting};
    case Flow::Bytes:
      return facts.is_video ? MediaView{MediaState::Loading, MediaReason::Starting}
                            : MediaView{MediaState::On, MediaReason::None};
    case Flow::Frames:
      return {MediaState::On, MediaReason::None};
    case Flow::Stalled:
      return {MediaState::Loading, MediaReason::NetworkStalled};
    case Flow::Stuck:
      // Bytes without whole pictures: of a path that is being mended, the network is the cause.
      return {MediaState::Loading, facts.link == LinkView::Reconnecting
                                       ? MediaReason::NetworkStalled
                                       : MediaReason::DecoderStalled};
  }
  return {};
}

}  // namespace groupcall
