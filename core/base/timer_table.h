/// The deadlines of a whole call: one for each owner, the earliest on request.
///
/// Owners keep what a deadline means; the table only remembers when to look at them.
/// Ties are broken by the key, so the order of work never depends on luck. Most events move no
/// deadline that is the earliest, so that one is remembered, and looked for only after it moved.
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
    const Instant* known = deadlines_.find(key);
    if (known != nullptr && *known == earliest_) is_sure_ = false;
    if (at == kNever) {
      deadlines_.erase(key);
      return;
    }
    deadlines_[key] = at;
    if (at > earliest_) return;
    earliest_ = at;
    is_sure_ = true;
  }

  /// When the host must wake the core at the latest.
  Instant earliest() {
    if (is_sure_) return earliest_;
    earliest_ = kNever;
    for (const auto& [key, at] : deadlines_) earliest_ = earlier(earliest_, at);
    is_sure_ = true;
    return earliest_;
  }

  /// Takes out the deadline that has been due for longest, if one is due.
  std::optional<Key> take_due(Instant now) {
    if (earliest() > now) return std::nullopt;
    auto due = deadlines_.begin();
    while (due->second != earliest_) ++due;
    std::optional<Key> key = due->first;
    set(*key, kNever);
    return key;
  }

 private:
  FlatMap<Key, Instant> deadlines_;
  Instant earliest_ = kNever;
  bool is_sure_ = true;  ///< otherwise it may be later than that
};

}  // namespace groupcall
