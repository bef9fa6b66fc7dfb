// The few facts that are read from a peer's SDP and candidates: pieces of the text itself.
#include <algorithm>

#include "core/negotiation/sdp_text.h"
#include "tests/fuzz/fuzz_input.h"

using namespace groupcall;

namespace {

bool is_piece(std::string_view piece, std::string_view whole) {
  return whole.find(piece) != std::string_view::npos && piece.find('\n') == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> ufrags = ice_ufrags(text);
  for (const std::string& ufrag : ufrags)
    fuzz::require(is_piece(ufrag, text), "a ufrag is a piece of one line");
  std::sort(ufrags.begin(), ufrags.end());
  fuzz::require(std::adjacent_find(ufrags.begin(), ufrags.end()) == ufrags.end(),
                "each ufrag comes once");
  fuzz::require(is_piece(session_id(text), text), "the session id is a piece of one line");
  const std::string_view of_candidate = candidate_ufrag(text);
  fuzz::require(of_candidate.find(' ') == std::string_view::npos,
                "a candidate's ufrag is one word");
  return 0;
}
