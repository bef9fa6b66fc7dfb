// A flight record as anybody may hand it to tools/replay: plain or gzip, whole or not. It is
// played, or refused with a reason and a line; either way within bounds, and what is printed steers
// no terminal.
#include <sstream>

#include "tests/fuzz/fuzz_input.h"
#include "tools/flight/print.h"
#include "tools/flight/record_reader.h"
#include "tools/flight/replayer.h"
#include "tools/flight/timeline.h"

using namespace groupcall;
using namespace groupcall::flight;

namespace {

constexpr ReadLimits kLimits{100'000, 400'000};

void must_be_plain(const std::string& text) {
  for (const char c : text)
    fuzz::require(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f),
                  "what is printed holds no control character");
  for (std::size_t at = text.find('\xc2'); at != std::string::npos; at = text.find('\xc2', at + 1))
    fuzz::require(
        at + 1 == text.size() || (static_cast<unsigned char>(text[at + 1]) & 0xe0U) != 0x80U,
        "nor one of two bytes");
}

void must_be_json_lines(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    wire::Refusal refusal;
    fuzz::require(wire::JsonDocument::parse(line, ~std::uint32_t{0}, refusal).has_value(),
                  "a line for programs is JSON");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  RecordReader reader(bytes, kLimits);
  std::ostringstream for_people;
  std::ostringstream for_programs;
  print_header(for_people, reader.header(), "this");
  print_header_json(for_programs, reader.header(), "this");
  std::int64_t last = -1;
  Timeline timeline([&](const Entry& entry) {
    fuzz::require(entry.at_us >= last, "time runs forwards");
    last = entry.at_us;
    print_entry(for_people, entry);
    print_entry_json(for_programs, entry);
  });
  ReplayOptions options;
  // Hardly any input has the right hash: beyond the first one there would be nothing to find.
  options.compare = size % 2 == 0;
  std::size_t shown = 0;
  const Outcome outcome = replay(reader, options, [&](const Played& played) {
    ++shown;
    timeline.show(played);
  });
  fuzz::require(outcome.error.empty() || outcome.checked + outcome.unchecked <= shown,
                "no more is judged than there is");
  fuzz::require(!outcome.same() || shown > 0, "a record without events is none");
  print_outcome(for_people, "record", outcome, true);
  print_outcome_json(for_programs, outcome);
  must_be_plain(for_people.str());
  must_be_json_lines(for_programs.str());
  return 0;
}
