// The JSON reader: what it takes, it writes so that it reads the same; repairing twice is
// repairing once.
#include "core/public/config.h"
#include "core/wire/json_document.h"
#include "core/wire/json_repair.h"
#include "tests/fuzz/fuzz_input.h"

using namespace groupcall;
using namespace groupcall::wire;

namespace {

std::string written(const JsonDocument& document) {
  std::string text;
  document.root().write(text);
  return text;
}

void walk(JsonView value, std::uint32_t depth) {
  fuzz::require(depth <= limits::kFrameDepth, "no value is nested deeper than the limit");
  for (auto child = value.first(); child; child = child->next()) {
    if (value.is_object())
      fuzz::require(value.find(child->key()).has_value(), "every key is found");
    walk(*child, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string repaired = repair_json(text);
  fuzz::require(repair_json(repaired) == repaired, "repairing twice is repairing once");
  Refusal refusal;
  const auto document = JsonDocument::parse(text, limits::kFrameBytes, refusal);
  fuzz::require(document.has_value() != bool(refusal), "a text is taken or refused with a reason");
  if (!document) return 0;
  walk(document->root(), 0);
  fuzz::require(document->root().depth() <= limits::kFrameDepth, "depth() is within the limit");
  const std::string first = written(*document);
  Refusal again;
  const auto second = JsonDocument::parse(first, ~std::uint32_t{0}, again);
  fuzz::require(second.has_value(), "what it writes, it reads");
  fuzz::require(written(*second) == first, "and writes the same");
  return 0;
}
