/// Messages that are told apart by a word: a std::variant and the tables of its structs.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "core/wire/json_fields.h"

namespace groupcall::wire {

/// One alternative of a variant: its word and its fields.
struct TaggedRecord {
  std::string_view tag;
  FieldSpan fields;
};

/// Specialise for a variant with `static constexpr std::array<std::string_view, N> tags`,
/// in the order of its alternatives.
template <class Variant>
struct TagsOf;

namespace detail {
template <class Variant, class Indices>
struct RecordSetImpl;
template <class... Records, std::size_t... I>
struct RecordSetImpl<std::variant<Records...>, std::index_sequence<I...>> {
  using Variant = std::variant<Records...>;
  static_assert(TagsOf<Variant>::tags.size() == sizeof...(Records));
  static constexpr std::array<TaggedRecord, sizeof...(Records)> records{
      TaggedRecord{TagsOf<Variant>::tags[I], FieldSpan(RecordOf<Records>::fields)}...};
  static constexpr std::array<void* (*)(Variant&), sizeof...(Records)> emplace{
      [](Variant& v) -> void* { return &v.template emplace<I>(); }...};
};
}  // namespace detail

template <class Variant>
using RecordSet =
    detail::RecordSetImpl<Variant, std::make_index_sequence<std::variant_size_v<Variant>>>;

/// Position of `tag` in `records`, or npos.
std::size_t find_tag(std::span<const TaggedRecord> records, std::string_view tag);

/// Decodes into the alternative named `tag`; false, with a refusal, if there is none or it is
/// bad, and `into` is then of no use.
template <class Variant>
bool decode_tagged(std::string_view tag, JsonView object, Variant& into, Refusal& refusal) {
  using Set = RecordSet<Variant>;
  const std::size_t i = find_tag(Set::records, tag);
  if (i == std::string_view::npos) {
    refusal.error = CodecError::UnknownType;
    return false;
  }
  return decode_record(object, Set::records[i].fields, Set::emplace[i](into), refusal);
}

/// The same, with the tag in the object's own member "type".
template <class Variant>
bool decode_typed(JsonView object, Variant& into, Refusal& refusal) {
  const auto type = object.find("type");
  if (type && type->kind() == JsonKind::Text)
    return decode_tagged(type->text(), object, into, refusal);
  refusal = {CodecError::MissingField, "type", 0};
  return false;
}

template <class Variant>
std::string_view tag_of(const Variant& message) {
  return RecordSet<Variant>::records[message.index()].tag;
}

template <class Variant>
const void* address_of(const Variant& message) {
  return std::visit([](const auto& record) { return static_cast<const void*>(&record); }, message);
}

/// Appends the fields of whichever alternative is there; `type`: see encode_record().
template <class Variant>
void encode_tagged(const Variant& message, std::string& out, std::string_view type = {}) {
  encode_record(RecordSet<Variant>::records[message.index()].fields, address_of(message), out,
                type);
}

}  // namespace groupcall::wire
