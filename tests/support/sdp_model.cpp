#include "tests/support/sdp_model.h"

#include <charconv>

namespace groupcall::sim {
namespace {

constexpr std::string_view kEnd = "\r\n";

std::string_view direction(const SdpLine& line) {
  if (line.sends) return line.receives ? "sendrecv" : "sendonly";
  return line.receives ? "recvonly" : "inactive";
}

std::string_view media_line(LineKind kind) {
  switch (kind) {
    case LineKind::Audio:
      return "m=audio 9 UDP/TLS/RTP/SAVPF 111";
    case LineKind::Video:
      return "m=video 9 UDP/TLS/RTP/SAVPF 96";
    case LineKind::Application:
      break;
  }
  return "m=application 9 UDP/DTLS/SCTP webrtc-datachannel";
}

void write_rtp(const SdpLine& line, std::string& out) {
  out.append("a=").append(direction(line)).append(kEnd);
  if (line.sends) {
    out.append("a=msid:").append(line.stream.empty() ? "-" : line.stream);
    out.append(" ").append(line.track).append(kEnd);
  }
  out.append("a=rtcp-mux").append(kEnd);
  out.append(line.kind == LineKind::Audio ? "a=rtpmap:111 opus/48000/2" : "a=rtpmap:96 VP8/90000");
  out.append(kEnd);
}

void write_line(const SdpModel& sdp, const SdpLine& line, std::string& out) {
  out.append(media_line(line.kind)).append(kEnd);
  out.append("c=IN IP4 0.0.0.0").append(kEnd);
  out.append("a=ice-ufrag:").append(sdp.ufrag).append(kEnd);
  out.append("a=ice-pwd:").append(sdp.pwd).append(kEnd);
  out.append("a=ice-options:trickle").append(kEnd);
  out.append("a=setup:").append(sdp.answers.empty() ? "actpass" : "active").append(kEnd);
  out.append("a=mid:").append(line.mid).append(kEnd);
  if (line.kind == LineKind::Application) {
    out.append("a=sctp-port:5000").append(kEnd);
  } else {
    write_rtp(line, out);
  }
}

/// Takes `prefix` off the front of `line`.
bool take(std::string_view& line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return false;
  line.remove_prefix(prefix.size());
  return true;
}

/// The next word, up to a space.
std::string_view take_word(std::string_view& line) {
  const std::size_t space = line.find(' ');
  const std::string_view word = line.substr(0, space);
  line = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
  return word;
}

bool read_origin(std::string_view line, SdpModel& sdp) {
  if (take_word(line) != "-") return false;
  sdp.session_id = take_word(line);
  const std::string_view version = take_word(line);
  const auto [end, error] =
      std::from_chars(version.data(), version.data() + version.size(), sdp.version);
  return error == std::errc{} && !sdp.session_id.empty();
}

bool read_media(std::string_view line, SdpModel& sdp) {
  const std::string_view kind = take_word(line);
  SdpLine& made = sdp.lines.emplace_back();
  if (kind == "audio") {
    made.kind = LineKind::Audio;
  } else if (kind == "video") {
    made.kind = LineKind::Video;
  } else if (kind == "application") {
    made.kind = LineKind::Application;
  } else {
    return false;
  }
  return true;
}

void read_attribute(std::string_view line, SdpModel& sdp) {
  if (take(line, "x-answers:")) sdp.answers = line;
  if (sdp.lines.empty()) return;
  SdpLine& media = sdp.lines.back();
  if (take(line, "ice-ufrag:")) {
    sdp.ufrag = line;
  } else if (take(line, "ice-pwd:")) {
    sdp.pwd = line;
  } else if (take(line, "mid:")) {
    media.mid = line;
  } else if (take(line, "msid:")) {
    const std::string_view stream = take_word(line);
    if (stream != "-") media.stream = stream;
    media.track = line;
  } else if (line == "sendrecv" || line == "sendonly" || line == "recvonly") {
    media.sends = line != "recvonly";
    media.receives = line != "sendonly";
  }
}

}  // namespace

std::string write_sdp(const SdpModel& sdp) {
  std::string out = "v=0\r\n";
  out.append("o=- ").append(sdp.name()).append(" IN IP4 127.0.0.1").append(kEnd);
  out.append("s=-").append(kEnd).append("t=0 0").append(kEnd).append("a=group:BUNDLE");
  for (const SdpLine& line : sdp.lines) out.append(" ").append(line.mid);
  out.append(kEnd).append("a=msid-semantic: WMS").append(kEnd);
  if (!sdp.answers.empty()) out.append("a=x-answers:").append(sdp.answers).append(kEnd);
  for (const SdpLine& line : sdp.lines) write_line(sdp, line, out);
  return out;
}

std::optional<SdpModel> read_sdp(std::string_view text) {
  SdpModel sdp;
  while (!text.empty()) {
    const std::size_t end = text.find(kEnd);
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + kEnd.size());
    if (take(line, "o=")) {
      if (!read_origin(line, sdp)) return std::nullopt;
    } else if (take(line, "m=")) {
      if (!read_media(line, sdp)) return std::nullopt;
    } else if (take(line, "a=")) {
      read_attribute(line, sdp);
    }
  }
  if (sdp.session_id.empty() || (!sdp.lines.empty() && sdp.ufrag.empty())) return std::nullopt;
  return sdp;
}

}  // namespace groupcall::sim
