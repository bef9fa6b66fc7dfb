/// A parsed JSON text: Boost.JSON's parser, our own small tree.
///
/// Boost's parser does what is hard (grammar, UTF-8, limits). Its tree and serialiser are
/// left out: they are a fifth of the download, and they round decimals on the way, while
/// the blobs that we pass through must stay what they were. Here a number keeps its text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/wire/codec_error.h"

namespace groupcall::wire {

enum class JsonKind : std::uint8_t { Null, Flag, Number, Text, List, Object };

class JsonDocument;

/// One value of a document, which must outlive it. Cheap to copy.
class JsonView {
 public:
  JsonKind kind() const;
  bool is_object() const { return kind() == JsonKind::Object; }
  bool flag() const;
  /// A number that is an integer of 64 bits, or nothing.
  std::optional<std::int64_t> integer() const;
  /// Of a Text: what it says. Of a Number: its digits as they were written.
  std::string_view text() const;
  std::string_view key() const;
  /// The member of that name (the last one, as in JavaScript), or nothing.
  std::optional<JsonView> find(std::string_view key) const;
  /// Members or elements, one after the other.
  std::optional<JsonView> first() const;
  std::optional<JsonView> next() const;
  /// Levels of objects and lists, this one included; 0 for a scalar.
  std::uint32_t depth() const;
  /// Appends this value as canonical JSON.
  void write(std::string& out) const;

 private:
  friend class JsonDocument;
  JsonView(const JsonDocument& document, std::uint32_t node) : document_(&document), node_(node) {}
  std::optional<JsonView> at(std::uint32_t node) const;

  const JsonDocument* document_;
  std::uint32_t node_;
};

class JsonDocument {
 public:
  /// Parses one value of at most `limit` bytes. Lone surrogates become U+FFFD and what is
  /// nested beyond limits::kFrameDepth becomes null first: one poisoned element must not cost
  /// us the frame that it came in.
  static std::optional<JsonDocument> parse(std::string_view text, std::uint32_t limit,
                                           Refusal& refusal);

  JsonView root() const { return {*this, 0}; }

  struct Builder;  ///< what Boost's parser calls; public only for its specialisations

 private:
  friend class JsonView;
  struct Slice {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };
  struct Node {
    JsonKind kind = JsonKind::Null;
    bool is_integer = false;  ///< Number; for a Flag: its value
    std::int64_t integer = 0;
    Slice key;
    Slice text;
    std::uint32_t first = kNone;
    std::uint32_t next = kNone;
  };
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  static std::optional<JsonDocument> parse_strictly(std::string_view text);
  std::string_view slice(Slice s) const { return std::string_view(text_).substr(s.begin, s.size); }

  std::vector<Node> nodes_;
  std::string text_;  ///< keys, strings and digits, one after the other
};

/// Appends a JSON string literal.
void encode_text(std::string_view text, std::string& out);

/// Appends a number. std::to_string brings tables, which cost more than they save here.
void encode_integer(std::int64_t value, std::string& out);

}  // namespace groupcall::wire
