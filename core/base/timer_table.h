/// The deadlines of a whole call: one for each owner, the earliest on request.
///
/// Owners keep what a deadline means; the table only remembers when to look at them.
/// Ties are broken by the key, so the order of work never depends on luck.
#pragma once

#include <optional>

#include "core/base/flat_map.h"
#include "core/base/time.h"

namespace groupcall {

template <class Key>
class TimerTable {
 public:
  /// Sets or moves the deadline of `key`; `kNever` removes it.
  void set(const Key& key, Instant at) {
    if (at == kNever) {
      deadlines_.erase(key);
    } else {
      deadlines_[key] = at;
    }
  }

  /// When the host must wake the core at the latest.
  Instant earliest() const {
    Instant first = kNever;
    for (const auto& [key, at] : deadlines_) first = earlier(first, at);
    return first;
  }

  /// Takes out the deadline that has been due for longest, if one is due.
  std::optional<Key> take_due(Instant now) {
    const typename FlatMap<Key, Instant>::Entry* due = nullptr;
    for (const auto& entry : deadlines_) {
      if (entry.second <= now && (due == nullptr || entry.second < due->second)) due = &entry;
    }
    if (due == nullptr) return std::nullopt;
    std::optional<Key> key = due->first;
    deadlines_.erase(*key);
    return key;
  }

 private:
  FlatMap<Key, Instant> deadlines_;
};

}  // namespace groupcall
