/// Field tables: how a struct of ours looks as a JSON object.
///
/// One table serves decoding, encoding, and the printed TypeScript types, so the three
/// cannot disagree; one routine walks all tables, which is what keeps the module small
/// (a function for each message would cost a third of the download).
///
///   template <> struct RecordOf<Leave> {
///     static constexpr auto fields = std::to_array<Field>({
///         field("roomId", AT(Leave, room_id), kRequired, limits::kIdBytes),
///     });
///   };
///
/// Members are reached by their offset; AT() deduces the JSON kind from the member's C++
/// type, so a table cannot name the wrong one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/strong_id.h"
#include "core/wire/codec_error.h"
#include "core/wire/json_document.h"

namespace groupcall::wire {

enum class FieldKind : std::uint8_t {
  Flag,    ///< bool
  Number,  ///< 0 to 2^53-1
  Index,   ///< like Number; absent and null are -1
  Text,    ///< at most `limit` bytes of UTF-8
  Blob,    ///< a JSON object kept as text, at most `limit` bytes and limits::kBlobDepth deep
  Whole,   ///< the enclosing object itself as Blob, without our own key "groupcall"
  Choice,  ///< an enumerator by its word
  Record,  ///< a nested object
  Maybe,   ///< std::optional of the inner field
  List,    ///< std::vector of the inner field, at most `limit` elements
};

enum class Presence : std::uint8_t {
  Required,  ///< absence is an error
  Optional,  ///< absence leaves the default; a default is not written
  Lenient,   ///< absence or a wrong type leaves the default; always written
  Confined,  ///< lists only: an element at fault is left out and counted, the rest stays
};
inline constexpr auto kRequired = Presence::Required;
inline constexpr auto kOptional = Presence::Optional;
inline constexpr auto kLenient = Presence::Lenient;
inline constexpr auto kConfined = Presence::Confined;

struct Field;
using FieldSpan = std::span<const Field>;
/// The words of an enum, in the order of its enumerators, which count from 0.
using Words = std::span<const std::string_view>;

/// What the walker must know of a std::vector or std::optional member.
struct Container {
  std::size_t (*size)(const void* container);
  const void* (*at)(const void* container, std::size_t index);
  void* (*append)(void* container);  ///< a new default element
  void (*drop_last)(void* container);
  const Field* element;  ///< its offset is 0
};

struct Field {
  std::string_view name;
  FieldKind kind = FieldKind::Flag;
  Presence presence = Presence::Required;
  std::uint32_t offset = 0;
  std::uint32_t limit = 0;
  union {
    const Container* container = nullptr;  ///< Maybe, List
    FieldSpan record;                      ///< Record
    Words words;                           ///< Choice; for Whole: keys that must hold text
  };
};

/// Specialise with `static constexpr auto fields`.
template <class Record>
struct RecordOf;
/// A record without members.
struct NoFields {
  static constexpr std::array<Field, 0> fields{};
};
/// Specialise with `static constexpr auto words`.
template <class Enum>
struct WordsOf;

/// A member's place and C++ type. Made by AT().
template <class Member>
struct At {
  std::uint32_t offset;
};
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): offsetof is a macro too.
#define AT(Struct, member) \
  ::groupcall::wire::At<decltype(Struct::member)> { offsetof(Struct, member) }

namespace detail {
template <class T>
struct Shape;  // how a C++ type is a Field; the element of containers is made here

template <class Vector, class Element>
struct VectorContainer {
  static constexpr Field element = Shape<Element>::field("", 0, kRequired, 0);
  static std::size_t size(const void* c) { return static_cast<const Vector*>(c)->size(); }
  static const void* at(const void* c, std::size_t i) {
    return &(*static_cast<const Vector*>(c))[i];
  }
  static void* append(void* c) { return &static_cast<Vector*>(c)->emplace_back(); }
  static void drop_last(void* c) { static_cast<Vector*>(c)->pop_back(); }
  static constexpr Container table{size, at, append, drop_last, &element};
};
template <class T>
struct OptionalContainer {
  static constexpr Field element = Shape<T>::field("", 0, kRequired, 0);
  static std::size_t size(const void* c) {
    return static_cast<const std::optional<T>*>(c)->has_value() ? 1 : 0;
  }
  static const void* at(const void* c, std::size_t) {
    return &**static_cast<const std::optional<T>*>(c);
  }
  static void* append(void* c) { return &static_cast<std::optional<T>*>(c)->emplace(); }
  static void drop_last(void* c) { static_cast<std::optional<T>*>(c)->reset(); }
  static constexpr Container table{size, at, append, drop_last, &element};
};

template <>
struct Shape<bool> {
  static constexpr Field field(std::string_view name, std::uint32_t at, Presence p, std::uint32_t) {
    return {name, FieldKind::Flag, p, at, 0};
  }
};
template <>
struct Shape<std::int64_t> {
  static constexpr Field field(std::string_view name, std::uint32_t at, Presence p, std::uint32_t) {
    return {name, FieldKind::Number, p, at, 0};
  }
};
template <class Tag>
struct Shape<StrongNumber<Tag>> : Shape<std::int64_t> {};
template <>
struct Shape<std::string> {
  static constexpr Field field(std::string_view name, std::uint32_t at, Presence p,
                               std::uint32_t limit) {
    return {name, FieldKind::Text, p, at, limit};
  }
};
template <class Tag>
struct Shape<StrongText<Tag>> : Shape<std::string> {};
template <class T>
requires std::is_enum_v<T>
struct Shape<T> {
  static_assert(sizeof(T) == 1, "the walker writes one byte");
  static constexpr Field field(std::string_view name, std::uint32_t at, Presence p, std::uint32_t) {
    return {name, FieldKind::Choice, p, at, 0, {.words = Words(WordsOf<T>::words)}};
  }
};
template <class T>
requires std::is_class_v<T>
struct Shape<T> {
  static constexpr Field field(std::string_view name, std::uint32_t at, Presence p, std::uint32_t) {
    return {name, FieldKind::Record, p, at, 0, {.record = FieldSpan(RecordOf<T>::fields)}};
  }
};
template <class T>
struct Shape<std::vector<T>> {
  static constexpr Field field(std::string_view name, std::uint32_t at, Presence p,
                               std::uint32_t limit) {
    return {name, FieldKind::List, p, at, limit, {&VectorContainer<std::vector<T>, T>::table}};
  }
};
template <class T>
struct Shape<std::optional<T>> {
  static constexpr Field field(std::string_view name, std::uint32_t at, Presence p, std::uint32_t) {
    return {name, FieldKind::Maybe, p, at, 0, {&OptionalContainer<T>::table}};
  }
};
}  // namespace detail

/// A field whose kind follows from its C++ type. `limit`: bytes of a Text, elements of a List.
template <class Member>
constexpr Field field(std::string_view name, At<Member> at, Presence presence,
                      std::uint32_t limit = 0) {
  return detail::Shape<Member>::field(name, at.offset, presence, limit);
}
/// A JSON object that we carry but do not read.
constexpr Field blob(std::string_view name, At<std::string> at, Presence presence,
                     std::uint32_t limit) {
  return {name, FieldKind::Blob, presence, at.offset, limit};
}
/// The enclosing object as text; values of the `texts` keys that are no text are dropped.
constexpr Field whole(At<std::string> at, std::uint32_t limit, Words texts) {
  return {"", FieldKind::Whole, kOptional, at.offset, limit, {.words = texts}};
}
constexpr Field index(std::string_view name, At<std::int64_t> at) {
  return {name, FieldKind::Index, kOptional, at.offset, 0};
}

/// Fills the members of a default-made struct; what is no object is refused. On a refusal the
/// struct is half filled: drop it.
bool decode_record(JsonView object, FieldSpan fields, void* into, Refusal& refusal);

/// Appends `{...}`. With `type`, its first member is `"type":"<type>"`.
void encode_record(FieldSpan fields, const void* from, std::string& out,
                   std::string_view type = {});

template <class Record>
void encode(const Record& record, std::string& out, std::string_view type = {}) {
  encode_record(RecordOf<Record>::fields, &record, out, type);
}
template <class Record>
bool decode(JsonView object, Record& into, Refusal& refusal) {
  return decode_record(object, RecordOf<Record>::fields, &into, refusal);
}

}  // namespace groupcall::wire
