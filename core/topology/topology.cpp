#include "core/topology/topology.h"

#include <algorithm>

#include "core/base/sorted.h"

namespace groupcall {

namespace {

std::vector<UserId> plan_mesh(const UserId& self, const std::vector<UserId>& roster) {
  std::vector<UserId> ends;
  for (const UserId& user : roster) {
    const bool known = std::binary_search(ends.begin(), ends.end(), user);
    if (!(user == self) && !known) insert_sorted(ends, user);
  }
  return ends;
}

}  // namespace

std::vector<UserId> plan_links(Topology mode, const UserId& self,
                               const std::vector<UserId>& roster) {
  switch (mode) {
    case Topology::Mesh:
      return plan_mesh(self, roster);
    case Topology::Sfu:
      return {};
  }
  return {};
}

LinkDiff diff_links(const std::vector<UserId>& wanted, const std::vector<UserId>& present) {
  const auto missing = [](const std::vector<UserId>& from, const std::vector<UserId>& users) {
    std::vector<UserId> out;
    for (const UserId& user : users)
      if (!std::binary_search(from.begin(), from.end(), user)) out.push_back(user);
    return out;
  };
  return {missing(present, wanted), missing(wanted, present)};
}

}  // namespace groupcall
