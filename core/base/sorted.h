/// Vectors that are kept in order.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace groupcall {

/// Puts `element` behind whatever is not after it. It is appended and swapped down to its place: to
/// make room in the middle, as std::vector::insert() does, is three times the code for each type,
/// and calls have tens of entries.
template <class Element, class Before = std::less<>>
Element& insert_sorted(std::vector<Element>& into, Element element, Before before = {}) {
  into.push_back(std::move(element));
  auto at = into.end() - 1;
  for (; at != into.begin() && before(*at, *(at - 1)); --at) std::iter_swap(at, at - 1);
  return *at;
}

}  // namespace groupcall
