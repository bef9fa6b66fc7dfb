#include "core/wire/json_fields.h"

#include <boost/json.hpp>

#include "core/public/config.h"
#include "core/wire/json_repair.h"

namespace groupcall::wire {

namespace json = boost::json;

namespace {

constexpr std::int64_t kMaxNumber = (std::int64_t{1} << 53) - 1;
constexpr std::string_view kOwnKey = "groupcall";

template <class T>
T& member(void* record, const Field& field) {
  return *reinterpret_cast<T*>(static_cast<char*>(record) + field.offset);
}
template <class T>
const T& member(const void* record, const Field& field) {
  return *reinterpret_cast<const T*>(static_cast<const char*>(record) + field.offset);
}

bool refuse(Refusal& refusal, CodecError error, std::string_view name) {
  refusal.error = error;
  refusal.field = name;
  return false;
}

bool within_depth(const json::value& value, std::uint32_t depth) {
  if (!value.is_structured()) return true;
  if (depth == 0) return false;
  if (const auto* array = value.if_array()) {
    for (const auto& element : *array)
      if (!within_depth(element, depth - 1)) return false;
    return true;
  }
  for (const auto& entry : value.get_object())
    if (!within_depth(entry.value(), depth - 1)) return false;
  return true;
}

bool decode_number(const json::value& value, std::int64_t& into) {
  const std::int64_t* number = value.if_int64();
  if (number == nullptr || *number < 0 || *number > kMaxNumber) return false;
  into = *number;
  return true;
}

bool decode_text(const json::value& value, const Field& field, std::string& into,
                 Refusal& refusal) {
  const json::string* text = value.if_string();
  if (text == nullptr) return refuse(refusal, CodecError::WrongShape, field.name);
  if (field.limit != 0 && text->size() > field.limit)
    return refuse(refusal, CodecError::TooLong, field.name);
  into.assign(text->data(), text->size());
  return true;
}

bool decode_choice(const json::value& value, const Field& field, std::uint8_t& into,
                   Refusal& refusal) {
  const json::string* text = value.if_string();
  if (text == nullptr) return refuse(refusal, CodecError::WrongShape, field.name);
  for (std::size_t i = 0; i < field.words.size(); ++i) {
    if (field.words[i] == std::string_view(text->data(), text->size())) {
      into = static_cast<std::uint8_t>(i);
      return true;
    }
  }
  return refuse(refusal, CodecError::UnknownChoice, field.name);
}

bool store_blob(const json::value& value, const Field& field, std::string& into, Refusal& refusal) {
  if (!value.is_object()) return refuse(refusal, CodecError::WrongShape, field.name);
  if (!within_depth(value, limits::kBlobDepth))
    return refuse(refusal, CodecError::TooDeep, field.name);
  into = json::serialize(value);
  if (into.size() > field.limit) return refuse(refusal, CodecError::TooLong, field.name);
  return true;
}

// The rest of an object whose known keys have been read: our own key is taken out, and keys
// that whoever draws will take for text are dropped when they hold something else.
bool store_whole(const json::object& object, const Field& field, std::string& into,
                 Refusal& refusal) {
  json::object rest;
  for (const auto& entry : object) {
    if (entry.key() == kOwnKey) continue;
    bool must_be_text = false;
    for (std::string_view key : field.words) must_be_text = must_be_text || entry.key() == key;
    if (!must_be_text || entry.value().is_string()) rest.insert(entry);
  }
  return store_blob(json::value(std::move(rest)), field, into, refusal);
}

bool decode_value(const json::value& value, const Field& field, void* record, Refusal& refusal);

bool decode_list(const json::value& value, const Field& field, void* list, Refusal& refusal) {
  const json::array* array = value.if_array();
  if (array == nullptr) return refuse(refusal, CodecError::WrongShape, field.name);
  const bool confined = field.presence == Presence::Confined;
  for (const auto& element : *array) {
    if (field.limit != 0 && field.container->size(list) >= field.limit) {
      if (!confined) return refuse(refusal, CodecError::TooLong, field.name);
      ++refusal.skipped;
      continue;
    }
    void* slot = field.container->append(list);
    if (decode_value(element, *field.container->element, slot, refusal)) continue;
    if (!confined) return false;
    field.container->drop_last(list);
    refusal.error = CodecError::None;
    ++refusal.skipped;
  }
  return true;
}

bool decode_value(const json::value& value, const Field& field, void* record, Refusal& refusal) {
  switch (field.kind) {
    case FieldKind::Flag:
      if (!value.is_bool()) return refuse(refusal, CodecError::WrongShape, field.name);
      member<bool>(record, field) = value.get_bool();
      return true;
    case FieldKind::Number:
    case FieldKind::Index:
      if (!decode_number(value, member<std::int64_t>(record, field)))
        return refuse(refusal, CodecError::OutOfRange, field.name);
      return true;
    case FieldKind::Text:
      return decode_text(value, field, member<std::string>(record, field), refusal);
    case FieldKind::Blob:
      return store_blob(value, field, member<std::string>(record, field), refusal);
    case FieldKind::Whole:
      return true;  // read by decode_record, which has the object
    case FieldKind::Choice:
      return decode_choice(value, field, member<std::uint8_t>(record, field), refusal);
    case FieldKind::Record: {
      const json::object* object = value.if_object();
      if (object == nullptr) return refuse(refusal, CodecError::WrongShape, field.name);
      return decode_record(*object, field.record, &member<char>(record, field), refusal);
    }
    case FieldKind::Maybe:
      return decode_value(value, *field.container->element,
                          field.container->append(&member<char>(record, field)), refusal);
    case FieldKind::List:
      return decode_list(value, field, &member<char>(record, field), refusal);
  }
  return false;
}

bool is_default(const Field& field, const void* record) {
  switch (field.kind) {
    case FieldKind::Flag:
      return !member<bool>(record, field);
    case FieldKind::Number:
      return member<std::int64_t>(record, field) == 0;
    case FieldKind::Index:
      return member<std::int64_t>(record, field) < 0;
    case FieldKind::Text:
    case FieldKind::Blob:
    case FieldKind::Whole:
      return member<std::string>(record, field).empty();
    case FieldKind::Choice:
      return member<std::uint8_t>(record, field) == 0;
    case FieldKind::Record: {
      for (const Field& inner : field.record)
        if (!is_default(inner, &member<char>(record, field))) return false;
      return true;
    }
    case FieldKind::Maybe:
    case FieldKind::List:
      return field.container->size(&member<char>(record, field)) == 0;
  }
  return false;
}

void encode_value(const Field& field, const void* record, std::string& out) {
  switch (field.kind) {
    case FieldKind::Flag:
      out += member<bool>(record, field) ? "true" : "false";
      break;
    case FieldKind::Number:
    case FieldKind::Index:
      out += std::to_string(member<std::int64_t>(record, field));
      break;
    case FieldKind::Text:
      encode_text(member<std::string>(record, field), out);
      break;
    case FieldKind::Blob: {
      const std::string& text = member<std::string>(record, field);
      out += text.empty() ? std::string_view("{}") : std::string_view(text);
      break;
    }
    case FieldKind::Whole:
      break;  // written by encode_record, into the object itself
    case FieldKind::Choice:
      encode_text(field.words[member<std::uint8_t>(record, field)], out);
      break;
    case FieldKind::Record:
      encode_record(field.record, &member<char>(record, field), out);
      break;
    case FieldKind::Maybe:
      encode_value(*field.container->element, field.container->at(&member<char>(record, field), 0),
                   out);
      break;
    case FieldKind::List: {
      const void* list = &member<char>(record, field);
      out += '[';
      for (std::size_t i = 0; i < field.container->size(list); ++i) {
        if (i != 0) out += ',';
        encode_value(*field.container->element, field.container->at(list, i), out);
      }
      out += ']';
      break;
    }
  }
}

}  // namespace

std::string_view error_name(CodecError error) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"none", "empty", "too-long", "not-json", "too-deep", "wrong-shape", "missing-field",
       "out-of-range", "unknown-choice", "unknown-type", "bad-packet", "binary-packet",
       "other-namespace"});
  return kNames[static_cast<std::size_t>(error)];
}

std::optional<json::value> parse_json(std::string_view text, std::uint32_t limit,
                                      Refusal& refusal) {
  if (text.size() > limit) {
    refuse(refusal, CodecError::TooLong, {});
    return std::nullopt;
  }
  std::string repaired;
  if (needs_repair(text)) {
    repaired = repair_json(text);
    text = repaired;
  }
  json::parse_options options;
  options.max_depth = limits::kFrameDepth + 1;
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) {
    refuse(refusal, CodecError::NotJson, {});
    return std::nullopt;
  }
  return value;
}

bool decode_record(const json::object& object, FieldSpan fields, void* into, Refusal& refusal) {
  for (const Field& field : fields) {
    if (field.kind == FieldKind::Whole) {
      if (!store_whole(object, field, member<std::string>(into, field), refusal)) return false;
      continue;
    }
    const json::value* value =
        object.if_contains(json::string_view(field.name.data(), field.name.size()));
    const bool absent = value == nullptr || value->is_null();
    if (absent && field.presence == Presence::Required)
      return refuse(refusal, CodecError::MissingField, field.name);
    if (absent || decode_value(*value, field, into, refusal)) continue;
    if (field.presence != Presence::Lenient) return false;
    refusal.error = CodecError::None;
    ++refusal.skipped;
  }
  return true;
}

void encode_record(FieldSpan fields, const void* from, std::string& out, std::string_view type) {
  out += '{';
  bool first = true;
  if (!type.empty()) {
    out += "\"type\":";
    encode_text(type, out);
    first = false;
  }
  for (const Field& field : fields) {
    if (field.presence == Presence::Optional && is_default(field, from)) continue;
    if (field.kind == FieldKind::Whole) {
      std::string_view inner = member<std::string>(from, field);
      inner = inner.substr(1, inner.size() - 2);  // without its braces
      if (inner.empty()) continue;
      if (!first) out += ',';
      out += inner;
    } else {
      if (!first) out += ',';
      encode_text(field.name, out);
      out += ':';
      encode_value(field, from, out);
    }
    first = false;
  }
  out += '}';
}

void encode_text(std::string_view text, std::string& out) {
  out += json::serialize(json::string_view(text.data(), text.size()));
}

}  // namespace groupcall::wire
