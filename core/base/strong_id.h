/// Identifiers that cannot be mixed up: a `UserId` is no `RoomId`.
///
/// Both kinds are plain one-member structs, so that the field tables of
/// core/wire/json_fields.h can read and write them in place.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace groupcall {

/// A text identifier. Ordered bytewise, which is what the protocol ranks by.
template <class Tag>
struct StrongText {
  std::string value;

  bool empty() const { return value.empty(); }
  bool operator==(const StrongText&) const = default;
  // No <=>: the standard library of Emscripten 3.1 has none for std::string.
  bool operator<(const StrongText& other) const { return value < other.value; }
};

/// A number used only for identity and order. Zero means "none".
template <class Tag>
struct StrongNumber {
  std::int64_t value = 0;

  bool none() const { return value == 0; }
  auto operator<=>(const StrongNumber&) const = default;
};

}  // namespace groupcall
