#include "core/room/room_phase.h"

#include <gmock/gmock.h>

#include <set>
#include <utility>

namespace groupcall {
namespace {

using testing::Optional;

constexpr auto kPhases = {RoomPhase::Out,       RoomPhase::Joining,     RoomPhase::In,
                          RoomPhase::Rejoining, RoomPhase::Withdrawing, RoomPhase::Leaving};
constexpr auto kEvents = {RoomEvent::JoinRequested,  RoomEvent::Admitted,       RoomEvent::Refused,
                          RoomEvent::SignallingLost, RoomEvent::LeaveRequested, RoomEvent::TimedOut,
                          RoomEvent::GoodbyesSent,   RoomEvent::Ended};

TEST(RoomPhase, HasOneSuccessorForEachListedEvent) {
  std::set<std::pair<RoomPhase, RoomEvent>> seen;
  for (const RoomTransition& t : kRoomTransitions) {
    EXPECT_TRUE(seen.insert({t.from, t.event}).second)
        << static_cast<int>(t.from) << " " << static_cast<int>(t.event);
    EXPECT_THAT(next_phase(t.from, t.event), Optional(t.to));
  }
}

TEST(RoomPhase, CanBeReachedAndLeft) {
  std::set<RoomPhase> reached = {RoomPhase::Out};
  for (std::size_t before = 0; before != reached.size();) {
    before = reached.size();
    for (const RoomTransition& t : kRoomTransitions)
      if (reached.contains(t.from)) reached.insert(t.to);
  }
  for (RoomPhase phase : kPhases) {
    EXPECT_TRUE(reached.contains(phase)) << static_cast<int>(phase);
    EXPECT_THAT(next_phase(phase, RoomEvent::Ended), Optional(RoomPhase::Out));
  }
}

TEST(RoomPhase, IsEnteredByOurWishAlone) {
  for (const RoomTransition& t : kRoomTransitions) {
    if (is_wanted(t.from) || !is_wanted(t.to)) continue;
    EXPECT_EQ(t.event, RoomEvent::JoinRequested) << "nobody may be drawn into a call";
  }
}

TEST(RoomPhase, IsLeftForGoodByAWishARefusalOrTheEnd) {
  for (const RoomTransition& t : kRoomTransitions) {
    if (!is_wanted(t.from) || is_wanted(t.to)) continue;
    EXPECT_TRUE(t.event == RoomEvent::LeaveRequested || t.event == RoomEvent::Refused ||
                t.event == RoomEvent::Ended ||
                (t.from == RoomPhase::Joining && t.event == RoomEvent::TimedOut))
        << "once joined, no clock ends a call";
  }
}

TEST(RoomPhase, NeverLeavesBeforeAJoinOnItsWayIsConfirmed) {
  EXPECT_THAT(next_phase(RoomPhase::Joining, RoomEvent::LeaveRequested),
              Optional(RoomPhase::Withdrawing));
  EXPECT_THAT(next_phase(RoomPhase::Rejoining, RoomEvent::LeaveRequested),
              Optional(RoomPhase::Withdrawing));
  EXPECT_THAT(next_phase(RoomPhase::Withdrawing, RoomEvent::Admitted), Optional(RoomPhase::Out));
}

TEST(RoomPhase, DropsWhatIsNotListed) {
  std::size_t dropped = 0;
  for (RoomPhase phase : kPhases)
    for (RoomEvent event : kEvents) dropped += next_phase(phase, event) ? 0U : 1U;
  EXPECT_EQ(dropped, kPhases.size() * kEvents.size() - kRoomTransitions.size());
  EXPECT_EQ(next_phase(RoomPhase::Out, RoomEvent::Admitted), std::nullopt);
  EXPECT_EQ(next_phase(RoomPhase::Leaving, RoomEvent::Admitted), std::nullopt);
  EXPECT_EQ(next_phase(RoomPhase::In, RoomEvent::JoinRequested), std::nullopt);
}

}  // namespace
}  // namespace groupcall
