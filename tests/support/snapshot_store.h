/// The snapshot as a host keeps it: the last value of every part.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/public/snapshot.h"

namespace groupcall::sim {

struct SnapshotStore {
  Phase phase = Phase::Idle;
  RoomView room;
  CallError error;
  SignallingView signalling;
  SelfView self;
  std::vector<DeviceInfo> devices;
  std::vector<InvitationView> invitations;
  std::map<UserId, ParticipantView> participants;  ///< exactly those in `order`
  std::vector<UserId> order;
  std::map<std::string, std::int64_t> diagnostics;

  /// Takes a patch over; says what is wrong with it, or nothing.
  std::string apply(const SnapshotPatch& patch);
  const ParticipantView* find(const std::string& user) const;
};

}  // namespace groupcall::sim
