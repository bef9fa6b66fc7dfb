#include "core/wire/json_document.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

#include "core/public/config.h"
#include "core/wire/json_repair.h"

namespace groupcall::wire {

namespace json = boost::json;
using boost::system::error_code;

// What Boost's parser calls (its handler requirements). Returning true goes on.
struct JsonDocument::Builder {
  static constexpr std::size_t max_object_size = ~std::size_t{0};
  static constexpr std::size_t max_array_size = ~std::size_t{0};
  static constexpr std::size_t max_key_size = ~std::size_t{0};
  static constexpr std::size_t max_string_size = ~std::size_t{0};

  struct Open {
    std::uint32_t node;
    std::uint32_t last_child;
  };

  JsonDocument document;
  std::vector<Open> open;
  std::uint32_t text_begin = 0;  // of the string or number that comes in parts
  Slice pending_key;

  Slice end_text(std::string_view last_part) {
    document.text_ += last_part;
    const auto end = static_cast<std::uint32_t>(document.text_.size());
    const Slice slice{text_begin, end - text_begin};
    text_begin = end;
    return slice;
  }

  Node& add(JsonKind kind) {
    const auto index = static_cast<std::uint32_t>(document.nodes_.size());
    document.nodes_.emplace_back();
    if (!open.empty()) {
      Open& parent = open.back();
      std::uint32_t& link = parent.last_child == kNone ? document.nodes_[parent.node].first
                                                       : document.nodes_[parent.last_child].next;
      link = index;
      parent.last_child = index;
    }
    Node& node = document.nodes_.back();
    node.kind = kind;
    node.key = pending_key;
    pending_key = {};
    return node;
  }
  bool begin(JsonKind kind) {
    add(kind);
    open.push_back({static_cast<std::uint32_t>(document.nodes_.size() - 1), kNone});
    return true;
  }
  bool end() {
    open.pop_back();
    return true;
  }
  bool part(json::string_view text) {
    document.text_.append(text.data(), text.size());
    return true;
  }
  /// False where the digits say more than 64 bits can hold.
  static bool read_integer(const char* begin, const char* end, std::int64_t& into) {
    const bool negative = *begin == '-';
    const std::uint64_t limit = std::uint64_t{INT64_MAX} + (negative ? 1 : 0);
    std::uint64_t value = 0;
    for (const char* at = begin + (negative ? 1 : 0); at != end; ++at) {
      const auto digit = static_cast<std::uint64_t>(*at - '0');
      if (value > (limit - digit) / 10) return false;
      value = 10 * value + digit;
    }
    into = static_cast<std::int64_t>(negative ? 0 - value : value);
    return true;
  }

  /// Where the number ends that begins here, null when it is none (RFC 8259, section 6). Its
  /// digits are kept; what they say is understood only of integers of 64 bits.
  const char* read_number(const char* begin, const char* end) {
    const char* at = begin;
    const auto skip = [&](char one) { return at != end && *at == one ? (++at, true) : false; };
    const auto digits = [&] {
      const char* first = at;
      while (at != end && *at >= '0' && *at <= '9') ++at;
      return at != first;
    };
    skip('-');
    if (!skip('0') && !digits()) return nullptr;
    const char* whole = at;
    if (skip('.') && !digits()) return nullptr;
    if (skip('e') || skip('E')) {
      if (!skip('+')) skip('-');
      if (!digits()) return nullptr;
    }
    const Slice text = end_text({begin, static_cast<std::size_t>(at - begin)});
    Node& node = add(JsonKind::Number);
    node.text = text;
    node.is_integer = at == whole && read_integer(begin, at, node.integer);
    return at;
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return begin(JsonKind::Object); }
  bool on_object_end(std::size_t, error_code&) { return end(); }
  bool on_array_begin(error_code&) { return begin(JsonKind::List); }
  bool on_array_end(std::size_t, error_code&) { return end(); }
  bool on_key_part(json::string_view text, std::size_t, error_code&) { return part(text); }
  bool on_key(json::string_view text, std::size_t, error_code&) {
    pending_key = end_text({text.data(), text.size()});
    return true;
  }
  bool on_string_part(json::string_view text, std::size_t, error_code&) { return part(text); }
  bool on_string(json::string_view text, std::size_t, error_code&) {
    const Slice whole = end_text({text.data(), text.size()});
    add(JsonKind::Text).text = whole;
    return true;
  }
  // Numbers come from read_number().
  bool on_number_part(json::string_view, error_code&) { return false; }
  bool on_int64(std::int64_t, json::string_view, error_code&) { return false; }
  bool on_uint64(std::uint64_t, json::string_view, error_code&) { return false; }
  bool on_double(double, json::string_view, error_code&) { return false; }
  bool on_bool(bool value, error_code&) {
    add(JsonKind::Flag).is_integer = value;
    return true;
  }
  bool on_null(error_code&) {
    add(JsonKind::Null);
    return true;
  }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }
};

}  // namespace groupcall::wire

// Boost's parser can also stop in the middle of a text to go on with the next piece, read comments,
// make decimals of numbers, and say where in its source a text was refused. We hand over whole
// texts without comments, keep numbers as they are written, and ask only whether a text is JSON,
// so these doors stay shut: what lies behind them is more than half of the parser. What ends
// early is refused as incomplete.
namespace boost::json {
using Parser = basic_parser<groupcall::wire::JsonDocument::Builder>;

template <>
const char* Parser::fail(const char* at, error, source_location const*) noexcept {
  return fail(at);
}
template <>
const char* Parser::suspend_or_fail(state) {
  return sentinel();
}
template <>
const char* Parser::suspend_or_fail(state, std::size_t) {
  return sentinel();
}
template <>
const char* Parser::maybe_suspend(const char* at, state) {
  return fail(at);
}
template <>
const char* Parser::maybe_suspend(const char* at, state, std::size_t) {
  return fail(at);
}
template <>
const char* Parser::suspend(const char* at, state) {
  return fail(at);
}

template <>
template <>
const char* Parser::parse_number(const char* at, std::true_type,
                                 std::integral_constant<char, '-'>) {
  const char* rest = h_.read_number(at, end_);
  return rest ? rest : fail(at);
}
template <>
template <>
const char* Parser::parse_number(const char* at, std::true_type,
                                 std::integral_constant<char, '0'>) {
  return parse_number(at, std::true_type(), std::integral_constant<char, '-'>());
}
template <>
template <>
const char* Parser::parse_number(const char* at, std::true_type,
                                 std::integral_constant<char, '+'>) {
  return parse_number(at, std::true_type(), std::integral_constant<char, '-'>());
}

template <>
template <>
const char* Parser::parse_document(const char* at, std::false_type) {
  return fail(at);
}
template <>
template <>
const char* Parser::parse_document(const char* at, std::true_type) {
  at = detail::count_whitespace(at, end_);
  if (at == end_) return fail(at);
  at = parse_value(at, std::true_type(), std::false_type(), false, false);
  return at == sentinel() ? at : detail::count_whitespace(at, end_);
}
}  // namespace boost::json

namespace groupcall::wire {

std::optional<JsonDocument> JsonDocument::parse(std::string_view text, std::uint32_t limit,
                                                Refusal& refusal) {
  if (text.size() > limit) {
    refusal.error = CodecError::TooLong;
    return std::nullopt;
  }
  // Hardly a frame needs repair, and whether it does shows when it is read.
  std::optional<JsonDocument> document = parse_strictly(text);
  if (!document) {
    const std::string repaired = repair_json(text);
    if (repaired != text) document = parse_strictly(repaired);
  }
  if (!document) refusal.error = CodecError::NotJson;
  return document;
}

std::optional<JsonDocument> JsonDocument::parse_strictly(std::string_view text) {
  json::parse_options options;
  options.max_depth = limits::kFrameDepth;
  json::basic_parser<Builder> parser(options);
  parser.handler().document.text_.reserve(text.size());
  error_code error;
  const std::size_t consumed = parser.write_some(false, text.data(), text.size(), error);
  if (error || consumed != text.size() || !parser.done()) return std::nullopt;
  return std::move(parser.handler().document);
}

JsonKind JsonView::kind() const { return document_->nodes_[node_].kind; }
bool JsonView::flag() const { return document_->nodes_[node_].is_integer; }

std::optional<std::int64_t> JsonView::integer() const {
  const JsonDocument::Node& node = document_->nodes_[node_];
  if (node.kind != JsonKind::Number || !node.is_integer) return std::nullopt;
  return node.integer;
}

std::string_view JsonView::text() const { return document_->slice(document_->nodes_[node_].text); }
std::string_view JsonView::key() const { return document_->slice(document_->nodes_[node_].key); }

std::optional<JsonView> JsonView::at(std::uint32_t node) const {
  if (node == JsonDocument::kNone) return std::nullopt;
  return JsonView(*document_, node);
}
std::optional<JsonView> JsonView::first() const { return at(document_->nodes_[node_].first); }
std::optional<JsonView> JsonView::next() const { return at(document_->nodes_[node_].next); }

std::optional<JsonView> JsonView::find(std::string_view key) const {
  std::optional<JsonView> found;
  if (!is_object()) return found;
  for (auto child = first(); child; child = child->next())
    if (child->key() == key) found = child;
  return found;
}

std::uint32_t JsonView::depth() const {
  if (kind() != JsonKind::Object && kind() != JsonKind::List) return 0;
  std::uint32_t deepest = 0;
  for (auto child = first(); child; child = child->next())
    deepest = std::max(deepest, child->depth());
  return deepest + 1;
}

void JsonView::write(std::string& out) const {
  const bool is_list = kind() == JsonKind::List;
  switch (kind()) {
    case JsonKind::Null:
      out += "null";
      return;
    case JsonKind::Flag:
      out += flag() ? "true" : "false";
      return;
    case JsonKind::Number:
      out += text();
      return;
    case JsonKind::Text:
      encode_text(text(), out);
      return;
    case JsonKind::List:
    case JsonKind::Object:
      break;
  }
  out += is_list ? '[' : '{';
  bool is_first = true;
  for (auto child = first(); child; child = child->next()) {
    if (!is_first) out += ',';
    is_first = false;
    if (!is_list) {
      encode_text(child->key(), out);
      out += ':';
    }
    child->write(out);
  }
  out += is_list ? ']' : '}';
}

void encode_text(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  // RFC 8259 section 7: quote, backslash and controls are escaped, all else stands as it is.
  constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '"';
  std::size_t plain = 0;  // where the run of characters that stand as they are begins
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(plain, at - plain);
    plain = at + 1;
    out += '\\';
    const std::size_t short_form = kEscaped.find(c);
    if (short_form != std::string_view::npos) {
      out += kLetters[short_form];
    } else {
      out += "u00";
      out += kHex[static_cast<unsigned char>(c) >> 4U];
      out += kHex[static_cast<unsigned char>(c) & 15U];
    }
  }
  out += text.substr(plain);
  out += '"';
}

void encode_integer(std::int64_t value, std::string& out) {
  char digits[20];
  std::size_t first = sizeof digits;
  const auto bits = static_cast<std::uint64_t>(value);
  std::uint64_t rest = value < 0 ? 0 - bits : bits;
  do {
    digits[--first] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0) out += '-';
  out.append(digits + first, sizeof digits - first);
}

}  // namespace groupcall::wire
