/// The call of tests/vectors/bridge/recorded_call.txt as a flight record, and gzip for it.
#pragma once

#include <zlib.h>

#include <string>
#include <vector>

#include "tests/unit/bridge/vector_file.h"
#include "wasm/bridge/call_bridge.h"

namespace groupcall::flight {

inline constexpr const char* kHeaderStart =
    R"({"groupcall":"record","version":1,"build":"0.1.0+abc","config":)";

/// `[now,event]` lines of the vectors, first the config.
inline std::vector<std::string> recorded_call() {
  std::istringstream file(bridge::file_text("recorded_call.txt"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// As a page writes it: a header, then lines with hashes.
inline std::vector<std::string> record_lines() {
  const std::vector<std::string> call = recorded_call();
  bridge::CallBridge bridge(call[0]);
  std::vector<std::string> lines{kHeaderStart + call[0] + "}"};
  for (std::size_t i = 1; i < call.size(); ++i) {
    const std::size_t comma = call[i].find(',');
    bridge.handle(call[i].substr(comma + 1, call[i].size() - comma - 2),
                  std::stoll(call[i].substr(1)));
    lines.push_back(call[i].substr(0, call[i].size() - 1) + ",\"" + bridge.hash() + "\"]");
  }
  return lines;
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// One gzip member.
inline std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace groupcall::flight
