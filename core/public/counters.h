/// How often something was refused, dropped or repaired: what the diagnostics show.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace groupcall {

/// What is counted. The names below are what a snapshot shows.
enum class Tally : std::uint8_t {
  // Refused payloads, by where they came from, ...
  RefusedFrames,
  RefusedPackets,
  RefusedMessages,
  RefusedElements,
  RefusedChannelTexts,
  // ... and by reason (wire::CodecError, in its order).
  RefusedEmpty,
  RefusedTooLong,
  RefusedNotJson,
  RefusedTooDeep,
  RefusedWrongShape,
  RefusedMissingField,
  RefusedOutOfRange,
  RefusedUnknownChoice,
  RefusedUnknownType,
  RefusedBadPacket,
  RefusedStrayBinary,
  RefusedOtherNamespace,
  // Messages that are well-formed and out of place.
  WrongRoom,
  UnknownSenders,
  UnlistedPeers,
  OtherEpochs,
  StaleEpochs,
  UnexpectedMessages,
  RepeatedMessages,
  ExcessMessages,
  ServerErrors,
  // What came too late.
  StaleSocketEvents,
  LateWakes,
  StaleConnectionEvents,
  StaleOperations,
  StaleOffers,
  StaleAnswers,
  StaleCandidates,
  StaleEarlyOffers,
  DroppedCandidates,
  RepeatedOffers,
  LateDevicesStopped,
  UnexpectedRoomEvents,
  SignalsWhileOffline,
  // Trouble, and what was done about it.
  DeadSockets,
  SlowHandshakes,
  TakeOvers,
  Glares,
  EarlyOffersUsed,
  EarlyOffersMissed,
  FailedOperations,
  FailedAttachments,
  RefusedByBrowser,
  SlowOperations,
  SlowConnections,
  SlowStats,
  StuckMessages,
  IceRestarts,
  Rebuilds,
  LostMemberships,
  UnheardPeers,
  Repairs,
  Stalls,
  KeyFramesAsked,
  KeyFramesMade,
  WatchdogRestarts,
  WatchdogRebuilds,
  Count,
};

inline constexpr std::size_t kTallies = static_cast<std::size_t>(Tally::Count);
inline constexpr auto kTallyNames = std::to_array<std::string_view>({"refused-frames",
                                                                     "refused-packets",
                                                                     "refused-messages",
                                                                     "refused-elements",
                                                                     "refused-channel-texts",
                                                                     "refused-empty",
                                                                     "refused-too-long",
                                                                     "refused-not-json",
                                                                     "refused-too-deep",
                                                                     "refused-wrong-shape",
                                                                     "refused-missing-field",
                                                                     "refused-out-of-range",
                                                                     "refused-unknown-choice",
                                                                     "refused-unknown-type",
                                                                     "refused-bad-packet",
                                                                     "refused-stray-binary",
                                                                     "refused-other-namespace",
                                                                     "wrong-room",
                                                                     "unknown-senders",
                                                                     "unlisted-peers",
                                                                     "other-epochs",
                                                                     "stale-epochs",
                                                                     "unexpected-messages",
                                                                     "repeated-messages",
                                                                     "excess-messages",
                                                                     "server-errors",
                                                                     "stale-socket-events",
                                                                     "late-wakes",
                                                                     "stale-connection-events",
                                                                     "stale-operations",
                                                                     "stale-offers",
                                                                     "stale-answers",
                                                                     "stale-candidates",
                                                                     "stale-early-offers",
                                                                     "dropped-candidates",
                                                                     "repeated-offers",
                                                                     "late-devices-stopped",
                                                                     "unexpected-room-events",
                                                                     "signals-while-offline",
                                                                     "dead-sockets",
                                                                     "slow-handshakes",
                                                                     "take-overs",
                                                                     "glares",
                                                                     "early-offers-used",
                                                                     "early-offers-missed",
                                                                     "failed-operations",
                                                                     "failed-attachments",
                                                                     "refused-by-browser",
                                                                     "slow-operations",
                                                                     "slow-connections",
                                                                     "slow-stats",
                                                                     "stuck-messages",
                                                                     "ice-restarts",
                                                                     "rebuilds",
                                                                     "lost-memberships",
                                                                     "unheard-peers",
                                                                     "repairs",
                                                                     "stalls",
                                                                     "key-frames-asked",
                                                                     "key-frames-made",
                                                                     "watchdog-restarts",
                                                                     "watchdog-rebuilds"});
static_assert(kTallyNames.size() == kTallies);

class Counters {
 public:
  void add(Tally tally, std::int64_t by = 1) {
    Entry& entry = entries_[static_cast<std::size_t>(tally)];
    entry.count += by;
    entry.changed = true;
  }

  std::int64_t value(Tally tally) const { return entries_[static_cast<std::size_t>(tally)].count; }

  /// Calls `each(name, count)` for those that changed since the last time.
  template <class Each>
  void take_changed(Each each) {
    for (std::size_t i = 0; i < kTallies; ++i) {
      if (!entries_[i].changed) continue;
      entries_[i].changed = false;
      each(kTallyNames[i], entries_[i].count);
    }
  }

 private:
  struct Entry {
    std::int64_t count = 0;
    bool changed = false;
  };
  std::array<Entry, kTallies> entries_{};
};

}  // namespace groupcall
