/// What a host shows of a call: the patches, put together. Finds patches that hold what has not
/// changed, and lists that do not fit their participants.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/public/counters.h"
#include "core/public/snapshot.h"
#include "tests/unit/record_printing.h"

namespace groupcall {

struct ShownCall {
  Phase phase = Phase::Idle;
  RoomView room;
  CallError error;
  SignallingView signalling;
  SelfView self;
  std::vector<DeviceInfo> devices;
  std::vector<InvitationView> invitations;
  std::map<UserId, ParticipantView> participants;
  std::vector<UserId> order;
  std::map<std::string, std::int64_t> diagnostics;
  std::map<std::string, std::int64_t> timings;  ///< of the last join

  const ParticipantView& seen(const std::string& user) const {
    static const ParticipantView kNobody;
    const auto at = participants.find(UserId{user});
    return at == participants.end() ? kNobody : at->second;
  }
  std::int64_t count(Tally tally) const {
    const auto at = diagnostics.find(std::string(kTallyNames[static_cast<std::size_t>(tally)]));
    return at == diagnostics.end() ? 0 : at->second;
  }

  void apply(const SnapshotPatch& patch) {
    put(patch.phase, phase, "phase");
    put(patch.room, room, "room");
    put(patch.error, error, "error");
    put(patch.signalling, signalling, "signalling");
    put(patch.self, self, "self");
    put(patch.devices, devices, "devices");
    put(patch.invitations, invitations, "invitations");
    put(patch.order, order, "order");
    for (const ParticipantView& view : patch.participants) {
      EXPECT_FALSE(participants.contains(view.user_id) && participants[view.user_id] == view)
          << view.user_id.value << " is in the patch and has not changed";
      participants[view.user_id] = view;
    }
    std::map<UserId, ParticipantView> kept;
    for (const UserId& user : order) {
      EXPECT_TRUE(participants.contains(user)) << user.value << " is listed and was never shown";
      kept[user] = participants[user];
    }
    EXPECT_TRUE(patch.order || kept.size() == participants.size())
        << "somebody is shown and not listed";
    participants = std::move(kept);
    for (const Counter& counter : patch.diagnostics) {
      EXPECT_LT(diagnostics[counter.name], counter.count) << counter.name;
      diagnostics[counter.name] = counter.count;
    }
    for (const Counter& timing : patch.timings) {
      if (timing.name == "join") timings.clear();
      EXPECT_FALSE(timings.contains(timing.name)) << timing.name << " was reached before";
      timings[timing.name] = timing.count;
    }
  }

 private:
  template <class View>
  static void put(const std::optional<View>& part, View& shown, const char* name) {
    if (!part) return;
    EXPECT_FALSE(*part == shown) << name << " is in the patch and has not changed";
    shown = *part;
  }
};

}  // namespace groupcall
