#include "core/wire/json_repair.h"

#include <algorithm>
#include <cstdint>

#include "core/public/config.h"

namespace groupcall::wire {

namespace {

// The code unit of a `\uXXXX` escape at `at`, or -1.
int escaped_unit(std::string_view json, std::size_t at) {
  if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u') return -1;
  int unit = 0;
  for (char c : json.substr(at + 2, 4)) {
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool is_high(int unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(int unit) { return unit >= 0xdc00 && unit < 0xe000; }

// Copies one escape sequence, mended; returns how many characters of the input it took.
std::size_t copy_escape(std::string_view json, std::size_t at, std::string& out) {
  const int unit = escaped_unit(json, at);
  if (unit < 0) {
    const std::size_t length = std::min<std::size_t>(2, json.size() - at);
    out += json.substr(at, length);
    return length;
  }
  if (is_high(unit) && is_low(escaped_unit(json, at + 6))) {
    out += json.substr(at, 12);
    return 12;
  }
  out += is_high(unit) || is_low(unit) ? std::string_view("\\ufffd") : json.substr(at, 6);
  return 6;
}

}  // namespace

std::string repair_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_string = false;
  std::uint32_t depth = 0;
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    const bool cut = depth > limits::kFrameDepth;
    if (in_string && c == '\\') {
      std::string escape;
      at += copy_escape(json, at, escape);
      if (!cut) out += escape;
      continue;
    }
    ++at;
    if (c == '"') in_string = !in_string;
    if (!in_string && (c == '{' || c == '[') && ++depth == limits::kFrameDepth + 1) {
      out += "null";
      continue;
    }
    const bool closes = !in_string && (c == '}' || c == ']') && depth > 0;
    if (!cut) out += c;
    if (closes) --depth;
  }
  return out;
}

}  // namespace groupcall::wire
