#include "core/call/snapshot_builder.h"

#include <algorithm>

namespace groupcall {

void SnapshotBuilder::participant(ParticipantView view) {
  const ParticipantView* shown = participants_.find(view.user_id);
  if (shown != nullptr && *shown == view) return;
  patch_.participants.push_back(view);
  const UserId user = view.user_id;
  participants_.put(user, std::move(view));
}

void SnapshotBuilder::order(std::vector<UserId> users) {
  if (users == order_) return;
  for (const UserId& user : order_)
    if (std::find(users.begin(), users.end(), user) == users.end()) participants_.erase(user);
  order_ = users;
  patch_.order = std::move(users);
}

void SnapshotBuilder::diagnostics(Counters& counters) {
  counters.take_changed([this](std::string_view name, std::int64_t count) {
    patch_.diagnostics.push_back(Counter{std::string(name), count});
  });
}

SnapshotPatch SnapshotBuilder::take() { return std::exchange(patch_, SnapshotPatch{}); }

}  // namespace groupcall
