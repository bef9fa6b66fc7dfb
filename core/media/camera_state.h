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
  None,       ///< nothing yet since the peer announced it on
  Bytes,      ///< bytes arrive, but no decoded frame (for sound, this is all there is to see)
  Frames,     ///< decoded frames rise
  Stalled,    ///< there were some; for 2 s nothing has come
  Stuck,      ///< there were frames; bytes still come, frames do not
  Undecoded,  ///< bytes have come for 2 s, and not one frame
};

struct RemoteFacts {
  bool announced = false;  ///< the peer says that it is on
  LinkView link = LinkView::Connecting;
  bool is_video = true;
  Flow flow = Flow::None;
  bool may_rest = false;     ///< a screen: nothing new comes while nothing moves on it
  bool unsent = false;       ///< the peer says that nothing goes out in this slot
  bool interrupted = false;  ///< the peer's page is stopped, by its last word or by its silence
};

/// Why something that flowed does not any more.
constexpr MediaView stalled_state(const RemoteFacts& facts, MediaReason otherwise) {
  if (facts.interrupted) return {MediaState::Loading, MediaReason::Interrupted};
  // Of a path that is being mended, the network is the cause.
  if (facts.link == LinkView::Reconnecting)
    return {MediaState::Loading, MediaReason::NetworkStalled};
  return {MediaState::Loading, facts.unsent ? MediaReason::NotSent : otherwise};
}

/// A remote camera, screen or microphone.
constexpr MediaView remote_state(const RemoteFacts& facts) {
  if (!facts.announced) return {MediaState::Off, MediaReason::PeerOff};
  if (facts.link == LinkView::Unreachable) return {MediaState::Error, MediaReason::Unreachable};
  if (facts.link == LinkView::Connecting) return {MediaState::Loading, MediaReason::Connecting};
  const bool rests = facts.may_rest && facts.link == LinkView::Connected && !facts.interrupted;
  switch (facts.flow) {
    case Flow::None:
      return {MediaState::Loading, facts.unsent ? MediaReason::NotSent : MediaReason::Starting};
    case Flow::Bytes:
      return facts.is_video ? MediaView{MediaState::Loading, MediaReason::Starting}
                            : MediaView{MediaState::On, MediaReason::None};
    case Flow::Frames:
      return {MediaState::On, MediaReason::None};
    case Flow::Stalled:
      return rests ? MediaView{MediaState::On, MediaReason::None}
                   : stalled_state(facts, MediaReason::NetworkStalled);
    case Flow::Undecoded:
      return facts.is_video ? stalled_state(facts, MediaReason::DecoderStalled)
                            : MediaView{MediaState::On, MediaReason::None};
    case Flow::Stuck:
      return stalled_state(facts, MediaReason::DecoderStalled);
  }
  return {};
}

}  // namespace groupcall
