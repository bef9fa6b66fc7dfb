#include "core/negotiation/sdp_text.h"

#include <algorithm>

namespace groupcall {

namespace {

// Calls `each` with every line, its line end taken off.
template <class Each>
void for_each_line(std::string_view text, Each each) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    each(line);
  }
}

// The `index`-th word of a line, counted from 0.
std::string_view word(std::string_view line, int index) {
  for (;;) {
    const std::size_t end = line.find(' ');
    if (index == 0) return line.substr(0, end);
    if (end == std::string_view::npos) return {};
    line.remove_prefix(end + 1);
    --index;
  }
}

}  // namespace

std::vector<std::string> ice_ufrags(std::string_view sdp) {
  constexpr std::string_view kKey = "a=ice-ufrag:";
  std::vector<std::string> ufrags;
  for_each_line(sdp, [&](std::string_view line) {
    if (!line.starts_with(kKey)) return;
    std::string value(line.substr(kKey.size()));
    if (std::find(ufrags.begin(), ufrags.end(), value) == ufrags.end())
      ufrags.push_back(std::move(value));
  });
  return ufrags;
}

std::string session_id(std::string_view sdp) {
  std::string id;
  for_each_line(sdp, [&](std::string_view line) {
    if (id.empty() && line.starts_with("o=")) id = std::string(word(line, 1));
  });
  return id;
}

std::string_view candidate_ufrag(std::string_view candidate) {
  constexpr std::string_view kKey = " ufrag ";
  const std::size_t at = candidate.find(kKey);
  return at == std::string_view::npos ? std::string_view()
                                      : word(candidate.substr(at + kKey.size()), 0);
}

}  // namespace groupcall
