/// The one map of the core: a sorted vector.
///
/// Iteration order is the key order, on every platform, which determinism needs.
/// Calls have tens of entries, for which a vector beats a tree in size and speed.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/sorted.h"

namespace groupcall {

template <class Key, class Value>
class FlatMap {
 public:
  using Entry = std::pair<Key, Value>;

  Value* find(const Key& key) {
    auto at = lower(key);
    return at != entries_.end() && at->first == key ? &at->second : nullptr;
  }
  const Value* find(const Key& key) const { return const_cast<FlatMap*>(this)->find(key); }
  bool contains(const Key& key) const { return find(key) != nullptr; }

  /// The value at `key`, default-made when absent. Invalidates pointers to values.
  Value& operator[](const Key& key) {
    auto at = lower(key);
    const bool there = at != entries_.end() && at->first == key;
    return there ? at->second : insert({key, Value{}});
  }

  /// Puts `value` at `key`, replacing what was there.
  Value& put(const Key& key, Value value) {
    auto at = lower(key);
    const bool there = at != entries_.end() && at->first == key;
    if (!there) return insert({key, std::move(value)});
    return at->second = std::move(value);
  }

  bool erase(const Key& key) {
    auto at = lower(key);
    if (at == entries_.end() || !(at->first == key)) return false;
    entries_.erase(at);
    return true;
  }

  void clear() { entries_.clear(); }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  auto begin() { return entries_.begin(); }
  auto end() { return entries_.end(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  Value& insert(Entry entry) {
    const auto before = [](const Entry& a, const Entry& b) { return a.first < b.first; };
    return insert_sorted(entries_, std::move(entry), before).second;
  }
  auto lower(const Key& key) {
    return std::lower_bound(entries_.begin(), entries_.end(), key,
                            [](const Entry& entry, const Key& k) { return entry.first < k; });
  }

  std::vector<Entry> entries_;
};

}  // namespace groupcall
