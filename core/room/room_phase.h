/// Where we stand with the room: a table, so that what is not listed cannot happen.
///
/// The diagram in core/README.md is printed from this table and checked.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace groupcall {

enum class RoomPhase : std::uint8_t {
  Out,
  Joining,  ///< wanted, not admitted yet
  In,
  Rejoining,    ///< admitted before; the socket or the membership was lost since
  Withdrawing,  ///< no longer wanted, but a join is on its way: leave once it is confirmed
  Leaving,      ///< goodbyes are on their way
};

enum class RoomEvent : std::uint8_t {
  JoinRequested,
  Admitted,
  Refused,  ///< for good: not a member, group not found, join timeout after a refusal
  SignallingLost,
  LeaveRequested,
  TimedOut,  ///< the deadline of the phase
  GoodbyesSent,
  Ended,  ///< page closing or dispose: everything at once
};

struct RoomTransition {
  RoomPhase from;
  RoomEvent event;
  RoomPhase to;
};

inline constexpr auto kRoomTransitions = std::to_array<RoomTransition>({
    {RoomPhase::Out, RoomEvent::JoinRequested, RoomPhase::Joining},
    {RoomPhase::Out, RoomEvent::Ended, RoomPhase::Out},

    {RoomPhase::Joining, RoomEvent::Admitted, RoomPhase::In},
    {RoomPhase::Joining, RoomEvent::Refused, RoomPhase::Out},
    {RoomPhase::Joining, RoomEvent::SignallingLost, RoomPhase::Joining},
    {RoomPhase::Joining, RoomEvent::LeaveRequested, RoomPhase::Withdrawing},
    {RoomPhase::Joining, RoomEvent::TimedOut, RoomPhase::Withdrawing},
    {RoomPhase::Joining, RoomEvent::Ended, RoomPhase::Out},

    {RoomPhase::In, RoomEvent::Refused, RoomPhase::Out},
    {RoomPhase::In, RoomEvent::SignallingLost, RoomPhase::Rejoining},
    {RoomPhase::In, RoomEvent::LeaveRequested, RoomPhase::Leaving},
    {RoomPhase::In, RoomEvent::Ended, RoomPhase::Out},

    {RoomPhase::Rejoining, RoomEvent::Admitted, RoomPhase::In},
    {RoomPhase::Rejoining, RoomEvent::Refused, RoomPhase::Out},
    {RoomPhase::Rejoining, RoomEvent::SignallingLost, RoomPhase::Rejoining},
    {RoomPhase::Rejoining, RoomEvent::LeaveRequested, RoomPhase::Withdrawing},
    {RoomPhase::Rejoining, RoomEvent::Ended, RoomPhase::Out},

    {RoomPhase::Withdrawing, RoomEvent::Admitted, RoomPhase::Out},
    {RoomPhase::Withdrawing, RoomEvent::Refused, RoomPhase::Out},
    {RoomPhase::Withdrawing, RoomEvent::TimedOut, RoomPhase::Out},
    {RoomPhase::Withdrawing, RoomEvent::SignallingLost, RoomPhase::Withdrawing},
    {RoomPhase::Withdrawing, RoomEvent::Ended, RoomPhase::Out},

    {RoomPhase::Leaving, RoomEvent::GoodbyesSent, RoomPhase::Out},
    {RoomPhase::Leaving, RoomEvent::TimedOut, RoomPhase::Out},
    {RoomPhase::Leaving, RoomEvent::Ended, RoomPhase::Out},
});

/// Nothing: the event means nothing in this phase and is dropped.
constexpr std::optional<RoomPhase> next_phase(RoomPhase from, RoomEvent event) {
  for (const RoomTransition& t : kRoomTransitions)
    if (t.from == from && t.event == event) return t.to;
  return std::nullopt;
}

/// Whether the user wants to be in the room.
constexpr bool is_wanted(RoomPhase phase) {
  return phase == RoomPhase::Joining || phase == RoomPhase::In || phase == RoomPhase::Rejoining;
}

static_assert(next_phase(RoomPhase::Rejoining, RoomEvent::LeaveRequested) ==
              RoomPhase::Withdrawing);
static_assert(!next_phase(RoomPhase::Out, RoomEvent::Admitted), "a late joined lets nobody in");
static_assert(
    [] {
      for (const RoomTransition& t : kRoomTransitions)
        if (t.event == RoomEvent::Ended && t.to != RoomPhase::Out) return false;
      for (RoomPhase p : {RoomPhase::Out, RoomPhase::Joining, RoomPhase::In, RoomPhase::Rejoining,
                          RoomPhase::Withdrawing, RoomPhase::Leaving})
        if (!next_phase(p, RoomEvent::Ended)) return false;
      return true;
    }(),
    "everything can be ended at once");

}  // namespace groupcall
