/// Session descriptions as the model of RTCPeerConnection writes and reads them.
///
/// Minimal, but made of the lines that browsers write (RFC 8866, 8839, 8840, 9143), so that
/// what the core reads from SDP is read from the real thing. One line is ours:
/// `a=x-answers:<session id> <version>` names the offer that an answer was made for, by
/// which the model knows an answer that was applied to another one (Chromium takes it
/// silently).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/public/sdp.h"

namespace groupcall::sim {

enum class LineKind : std::uint8_t { Audio, Video, Application };

/// One m-line.
struct SdpLine {
  LineKind kind = LineKind::Audio;
  std::string mid;
  bool sends = false;
  bool receives = false;
  std::string stream;  ///< msid stream id; empty: none ("-")
  std::string track;   ///< msid track id
};

struct SdpModel {
  std::string session_id;  ///< one for each connection
  std::int64_t version = 0;
  std::string answers;  ///< "<session id> <version>" of the offer; empty in an offer
  std::string ufrag;
  std::string pwd;
  std::vector<SdpLine> lines;

  /// What `answers` of an answer to this must be.
  std::string name() const { return session_id + " " + std::to_string(version); }
};

std::string write_sdp(const SdpModel& sdp);
/// Nothing when it is not a description of the model's.
std::optional<SdpModel> read_sdp(std::string_view text);

}  // namespace groupcall::sim
