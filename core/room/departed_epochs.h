/// Epochs of participants who are gone: their late messages must not bring them back.
#pragma once

#include <cstddef>
#include <vector>

#include "core/public/ids.h"

namespace groupcall {

/// The oldest are forgotten: far more than can still be on their way.
inline constexpr std::size_t kDepartedEpochs = 64;

class DepartedEpochs {
 public:
  /// `for_good`: it said goodbye. Who only got lost may well come back.
  void add(const Epoch& epoch, bool for_good);
  bool contains(const Epoch& epoch) const { return find(epoch) != epochs_.end(); }
  /// There is a sign of this epoch: it is here again, and departed no more, unless it has said
  /// goodbye.
  bool may_return(const Epoch& epoch);
  void clear() { epochs_.clear(); }

 private:
  struct Departed {
    Epoch epoch;
    bool for_good;
  };

  std::vector<Departed>::const_iterator find(const Epoch& epoch) const;

  std::vector<Departed> epochs_;  ///< newest last
};

}  // namespace groupcall
