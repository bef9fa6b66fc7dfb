/// Which links there ought to be, and what must be done to get there.
///
/// Desired state: a pure function of the mode and the roster; a diff opens and closes.
/// Negotiation, media and snapshot know links and slots, never modes.
#pragma once

#include <vector>

#include "core/public/config.h"
#include "core/public/ids.h"

namespace groupcall {

/// The far ends that we want a link to, sorted. Mesh: everybody else.
/// Sfu: nothing yet; no server speaks it (core/README.md, "Out of scope").
std::vector<UserId> plan_links(Topology mode, const UserId& self,
                               const std::vector<UserId>& roster);

struct LinkDiff {
  std::vector<UserId> open;
  std::vector<UserId> close;
};

/// Both lists sorted, without repeats.
LinkDiff diff_links(const std::vector<UserId>& wanted, const std::vector<UserId>& present);

}  // namespace groupcall
