/// Remembers what was last shown and makes patches of what changed since.
#pragma once

#include <vector>

#include "core/base/flat_map.h"
#include "core/base/time.h"
#include "core/public/counters.h"
#include "core/public/snapshot.h"

namespace groupcall {

class SnapshotBuilder {
 public:
  // Each compares with what was shown last and adds to the patch only a difference.
  void phase(Phase phase) { put(phase, phase_, patch_.phase); }
  void room(RoomView room) { put(std::move(room), room_, patch_.room); }
  void error(CallError error) { put(std::move(error), error_, patch_.error); }
  void signalling(SignallingView view) { put(std::move(view), signalling_, patch_.signalling); }
  void invitations(std::vector<InvitationView> all) {
    put(std::move(all), invitations_, patch_.invitations);
  }
  /// Told only when there is news of them.
  void devices(const std::vector<DeviceInfo>& all) { patch_.devices.emplace(all); }
  void self(SelfView view) { put(std::move(view), self_, patch_.self); }
  void participant(ParticipantView view);
  /// In this order, but those who cannot be reached come last.
  void order(const std::vector<UserId>& users);
  /// Somebody has become reachable or unreachable since order().
  bool out_of_order() const { return out_of_order_; }
  void diagnostics(Counters& counters);
  /// A join begins: its steps are timed from here.
  void begin_timings(Instant now);
  /// A step is reached, of the call or of one other; the first time counts.
  void timing(const char* step, Instant now);
  void timing(const char* step, Instant now, const UserId& user);

  /// The patch so far; the next one begins empty.
  SnapshotPatch take();

 private:
  template <class View>
  static void put(View now, View& shown, std::optional<View>& patch) {
    if (now == shown) return;
    shown = now;
    patch = std::move(now);
  }

  SnapshotPatch patch_;
  Phase phase_ = Phase::Idle;
  RoomView room_;
  CallError error_;
  SignallingView signalling_;
  SelfView self_;
  std::vector<InvitationView> invitations_;
  FlatMap<UserId, ParticipantView> participants_;
  std::vector<UserId> order_;
  Instant timed_from_{};
  std::vector<Counter> timings_;
  bool out_of_order_ = false;
};

}  // namespace groupcall
