#include "core/room/departed_epochs.h"

#include <algorithm>

namespace groupcall {

std::vector<DepartedEpochs::Departed>::const_iterator DepartedEpochs::find(
    const Epoch& epoch) const {
  return std::find_if(epochs_.begin(), epochs_.end(),
                      [&](const Departed& departed) { return departed.epoch == epoch; });
}

void DepartedEpochs::add(const Epoch& epoch, bool for_good) {
  if (epoch.empty()) return;  // an older client: one visit is like another
  epochs_.push_back({epoch, for_good});
  if (epochs_.size() > kDepartedEpochs) epochs_.erase(epochs_.begin());
}

bool DepartedEpochs::may_return(const Epoch& epoch) {
  const auto known = find(epoch);
  if (known == epochs_.end()) return true;
  if (known->for_good) return false;
  epochs_.erase(known);
  return true;
}

}  // namespace groupcall
