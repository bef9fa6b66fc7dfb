#include "tests/support/snapshot_store.h"

#include <algorithm>
#include <set>

namespace groupcall::sim {

std::string SnapshotStore::apply(const SnapshotPatch& patch) {
  if (patch.phase) phase = *patch.phase;
  if (patch.room) room = *patch.room;
  if (patch.error) error = *patch.error;
  if (patch.signalling) signalling = *patch.signalling;
  if (patch.self) self = *patch.self;
  if (patch.devices) devices = *patch.devices;
  if (patch.invitations) invitations = *patch.invitations;
  for (const Counter& counter : patch.diagnostics) diagnostics[counter.name] = counter.count;
  for (const ParticipantView& view : patch.participants) participants[view.user_id] = view;
  if (patch.order) order = *patch.order;
  if (!patch.order && patch.participants.empty()) return {};  // who is there stays as it was

  const std::set<UserId> present(order.begin(), order.end());
  if (present.size() != order.size()) return "a participant twice in the order";
  for (const UserId& user : order) {
    if (participants.find(user) == participants.end())
      return user.value + " is listed, never shown";
  }
  for (const ParticipantView& view : patch.participants) {
    if (present.count(view.user_id) == 0) return view.user_id.value + " is shown, but not listed";
  }
  for (auto it = participants.begin(); it != participants.end();) {
    it = present.count(it->first) > 0 ? std::next(it) : participants.erase(it);
  }
  return {};
}

const ParticipantView* SnapshotStore::find(const std::string& user) const {
  const auto found = participants.find(UserId{user});
  return found == participants.end() ? nullptr : &found->second;
}

}  // namespace groupcall::sim
