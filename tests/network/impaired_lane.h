/// One direction of a cable that may be slow, narrow, lossy, or cut.
///
/// Pure: time comes in, and the same seed, packets and times give the same result. Packets
/// never overtake each other: jitter holds back what follows, as a queue does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/random.h"
#include "core/base/time.h"

namespace groupcall::network {

using Packet = std::vector<std::uint8_t>;

/// What befalls packets. The default: nothing.
struct Impairment {
  Duration delay{0};
  /// Up to so much is added to or taken off each packet's delay.
  Duration jitter{0};
  int loss_permille = 0;
  /// 0: as fast as they come.
  std::int64_t rate_kbps = 0;
  /// How long a packet may wait for its turn where there is a rate; one that would wait longer is
  /// lost.
  Duration queue = 200ms;
  /// Nothing passes, and nobody is told.
  bool cut = false;
};

/// 5 s at 100 Mbit/s of packets of 1500 bytes, or 60 MB.
inline constexpr std::size_t kPacketsInLane = 40'000;

class ImpairedLane {
 public:
  explicit ImpairedLane(std::string_view seed) : random_(seed) {}

  /// Holds for packets that come from now on; a cut loses those on their way, too.
  void change(const Impairment& impairment);
  const Impairment& impairment() const { return impairment_; }

  /// A packet comes in, or is lost.
  void enter(Packet packet, Instant now);
  /// When the next packet comes out; kNever when there is none.
  Instant next_due() const { return under_way_.empty() ? kNever : under_way_.front().due; }
  /// The next packet that is due by `now`.
  std::optional<Packet> leave(Instant now);

  std::uint64_t entered() const { return entered_; }
  std::uint64_t lost() const { return lost_; }

 private:
  struct UnderWay {
    Instant due;
    Packet packet;
  };

  Duration jitter_of_next();

  Random random_;
  Impairment impairment_;
  std::deque<UnderWay> under_way_;
  /// When the last byte so far has passed the narrow place.
  Instant busy_until_{};
  std::uint64_t entered_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace groupcall::network
