#include "core/call/snapshot_builder.h"

#include <algorithm>

#include "core/public/config.h"

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

void SnapshotBuilder::order(const std::vector<UserId>& all) {
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

void SnapshotBuilder::begin_timings(Instant now) {
  timed_from_ = now;
  timings_.clear();
  patch_.timings.clear();
  timing("join", now);
}

void SnapshotBuilder::timing(const char* step, Instant now) { timing(step, now, {}); }

void SnapshotBuilder::timing(const char* step, Instant now, const UserId& user) {
  std::string name = step;
  if (!user.empty()) name.append(" ").append(user.value);
  for (const Counter& known : timings_)
    if (known.name == name) return;
  if (timings_.size() >= limits::kTimings) return;
  timings_.push_back({std::move(name), (now - timed_from_) / 1ms});
  patch_.timings.push_back(timings_.back());
}

SnapshotPatch SnapshotBuilder::take() { return std::exchange(patch_, SnapshotPatch{}); }

}  // namespace groupcall
