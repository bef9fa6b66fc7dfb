#include "core/call/snapshot_builder.h"

#include <algorithm>

namespace groupcall {

namespace {
bool is_last(const ParticipantView& view) { return view.connection == LinkView::Unreachable; }
}  // namespace

void SnapshotBuilder::participant(ParticipantView view) {
  const ParticipantView* shown = participants_.find(view.user_id);
  if (shown != nullptr && *shown == view) return;
  out_of_order_ = out_of_order_ || is_last(view) || (shown != nullptr && is_last(*shown));
  patch_.participants.push_back(view);
  const UserId user = view.user_id;
  participants_.put(user, std::move(view));
}

void SnapshotBuilder::order(std::vector<UserId> all) {
  std::vector<UserId> users;
  for (const bool last : {false, true}) {
    for (const UserId& user : all) {
      const ParticipantView* view = participants_.find(user);
      if ((view != nullptr && is_last(*view)) == last) users.push_back(user);
    }
  }
  out_of_order_ = false;
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
