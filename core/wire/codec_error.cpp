#include "core/wire/codec_error.h"

#include <array>

namespace groupcall::wire {

std::string_view error_name(CodecError error) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"none", "empty", "too-long", "not-json", "too-deep", "wrong-shape", "missing-field",
       "out-of-range", "unknown-choice", "unknown-type", "bad-packet", "stray-binary",
       "other-namespace"});
  return kNames[static_cast<std::size_t>(error)];
}

void count_refusal(const Refusal& refusal, Tally where, Counters& counters) {
  counters.add(where);
  const auto reason = static_cast<std::size_t>(refusal.error) - 1;  // the first is None
  counters.add(static_cast<Tally>(static_cast<std::size_t>(Tally::RefusedEmpty) + reason));
}

}  // namespace groupcall::wire
