#include "core/topology/topology.h"

#include <algorithm>

namespace groupcall {

namespace {

std::vector<UserId> plan_mesh(const UserId& self, const std::vector<UserId>& roster) {
  std::vector<UserId> ends;
  for (const UserId& user : roster) {
    const auto at = std::lower_bound(ends.begin(), ends.end(), user);
    const bool known = at != ends.end() && *at == user;
    if (!(user == self) && !known) ends.insert(at, user);
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
  LinkDiff diff;
  std::set_difference(wanted.begin(), wanted.end(), present.begin(), present.end(),
                      std::back_inserter(diff.open));
  std::set_difference(present.begin(), present.end(), wanted.begin(), wanted.end(),
                      std::back_inserter(diff.close));
  return diff;
}

}  // namespace groupcall
