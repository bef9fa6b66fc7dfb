#include "core/wire/json_fields.h"

#include "core/public/config.h"

namespace groupcall::wire {

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

bool decode_number(JsonView value, std::int64_t& into) {
  const auto number = value.integer();
  if (!number || *number < 0 || *number > kMaxNumber) return false;
  into = *number;
  return true;
}

bool decode_text(JsonView value, const Field& field, std::string& into, Refusal& refusal) {
  if (value.kind() != JsonKind::Text) return refuse(refusal, CodecError::WrongShape, field.name);
  if (field.limit != 0 && value.text().size() > field.limit)
    return refuse(refusal, CodecError::TooLong, field.name);
  into = value.text();
  return true;
}

bool decode_choice(JsonView value, const Field& field, std::uint8_t& into, Refusal& refusal) {
  if (value.kind() != JsonKind::Text) return refuse(refusal, CodecError::WrongShape, field.name);
  for (std::size_t i = 0; i < field.words.size(); ++i) {
    if (field.words[i] == value.text()) {
      into = static_cast<std::uint8_t>(i);
      return true;
    }
  }
  return refuse(refusal, CodecError::UnknownChoice, field.name);
}

bool check_blob(JsonView value, const Field& field, const std::string& text, Refusal& refusal) {
  if (value.depth() > limits::kBlobDepth) return refuse(refusal, CodecError::TooDeep, field.name);
  if (text.size() > field.limit) return refuse(refusal, CodecError::TooLong, field.name);
  return true;
}

bool decode_blob(JsonView value, const Field& field, std::string& into, Refusal& refusal) {
  if (!value.is_object()) return refuse(refusal, CodecError::WrongShape, field.name);
  value.write(into);
  return check_blob(value, field, into, refusal);
}

// The rest of an object whose known keys have been read: our own key is taken out, and keys
// that whoever draws will take for text are dropped when they hold something else.
bool decode_whole(JsonView object, const Field& field, std::string& into, Refusal& refusal) {
  into = '{';
  for (auto member = object.first(); member; member = member->next()) {
    const std::string_view key = member->key();
    bool must_be_text = false;
    for (std::string_view word : field.words) must_be_text = must_be_text || key == word;
    if (key == kOwnKey || (must_be_text && member->kind() != JsonKind::Text)) continue;
    if (into.size() > 1) into += ',';
    encode_text(key, into);
    into += ':';
    member->write(into);
  }
  into += '}';
  return check_blob(object, field, into, refusal);
}

bool decode_value(JsonView value, const Field& field, void* record, Refusal& refusal);

bool decode_list(JsonView value, const Field& field, void* list, Refusal& refusal) {
  if (value.kind() != JsonKind::List) return refuse(refusal, CodecError::WrongShape, field.name);
  const bool confined = field.presence == Presence::Confined;
  for (auto element = value.first(); element; element = element->next()) {
    if (field.limit != 0 && field.container->size(list) >= field.limit) {
      if (!confined) return refuse(refusal, CodecError::TooLong, field.name);
      ++refusal.skipped;
      continue;
    }
    void* slot = field.container->append(list);
    if (decode_value(*element, *field.container->element, slot, refusal)) continue;
    if (!confined) return false;
    field.container->drop_last(list);
    refusal.error = CodecError::None;
    ++refusal.skipped;
  }
  return true;
}

bool decode_value(JsonView value, const Field& field, void* record, Refusal& refusal) {
  switch (field.kind) {
    case FieldKind::Flag:
      if (value.kind() != JsonKind::Flag)
        return refuse(refusal, CodecError::WrongShape, field.name);
      member<bool>(record, field) = value.flag();
      return true;
    case FieldKind::Number:
    case FieldKind::Index:
      if (!decode_number(value, member<std::int64_t>(record, field)))
        return refuse(refusal, CodecError::OutOfRange, field.name);
      return true;
    case FieldKind::Text:
      return decode_text(value, field, member<std::string>(record, field), refusal);
    case FieldKind::Blob:
      return decode_blob(value, field, member<std::string>(record, field), refusal);
    case FieldKind::Whole:
      return true;  // read by decode_record, which has the object
    case FieldKind::Choice:
      return decode_choice(value, field, member<std::uint8_t>(record, field), refusal);
    case FieldKind::Record:
      return decode_record(value, field.record, &member<char>(record, field), refusal);
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
      // Lenient members are always written, so an object that has them is never left out.
      for (const Field& inner : field.record)
        if (inner.presence == Presence::Lenient || !is_default(inner, &member<char>(record, field)))
          return false;
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
      encode_integer(member<std::int64_t>(record, field), out);
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

bool decode_record(JsonView object, FieldSpan fields, void* into, Refusal& refusal) {
  if (!object.is_object()) return refuse(refusal, CodecError::WrongShape, {});
  for (const Field& field : fields) {
    if (field.kind == FieldKind::Whole) {
      if (!decode_whole(object, field, member<std::string>(into, field), refusal)) return false;
      continue;
    }
    const auto value = object.find(field.name);
    const bool absent = !value || value->kind() == JsonKind::Null;
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

}  // namespace groupcall::wire
