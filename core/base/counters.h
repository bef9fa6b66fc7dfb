/// How often something was refused, dropped or repaired, by name: what the diagnostics show.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/flat_map.h"

namespace groupcall {

class Counters {
 public:
  /// Names are a small fixed set chosen by us, never a peer's text.
  void add(std::string_view name, std::int64_t by = 1) {
    Entry& entry = entries_[std::string(name)];
    entry.count += by;
    entry.changed = true;
  }

  std::int64_t value(std::string_view name) const {
    const Entry* entry = entries_.find(std::string(name));
    return entry == nullptr ? 0 : entry->count;
  }

  /// Calls `each(name, count)` for those that changed since the last time.
  template <class Each>
  void take_changed(Each each) {
    for (auto& [name, entry] : entries_) {
      if (!entry.changed) continue;
      entry.changed = false;
      each(name, entry.count);
    }
  }

 private:
  struct Entry {
    std::int64_t count = 0;
    bool changed = false;
  };
  FlatMap<std::string, Entry> entries_;
};

}  // namespace groupcall
