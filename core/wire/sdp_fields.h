/// Field tables of what both borders carry: the wire to the server and the bridge to the page.
#pragma once

#include "core/public/config.h"
#include "core/public/media.h"
#include "core/public/sdp.h"
#include "core/public/uplink.h"
#include "core/wire/json_fields.h"

namespace groupcall::wire {

template <>
struct WordsOf<DescriptionType> {
  static constexpr auto words = std::to_array<std::string_view>({"offer", "answer"});
};
template <>
struct WordsOf<CallType> {
  static constexpr auto words = std::to_array<std::string_view>({"video", "voice"});
};

template <>
struct RecordOf<SessionDescription> {
  static constexpr auto fields = std::to_array<Field>({
      field("type", AT(SessionDescription, type), kRequired),
      field("sdp", AT(SessionDescription, sdp), kRequired, limits::kSdpBytes),
  });
};

template <>
struct RecordOf<IceCandidate> {
  static constexpr auto fields = std::to_array<Field>({
      field("candidate", AT(IceCandidate, candidate), kRequired, limits::kCandidateBytes),
      field("sdpMid", AT(IceCandidate, sdp_mid), kOptional, limits::kIdBytes),
      index("sdpMLineIndex", AT(IceCandidate, sdp_m_line_index)),
      field("usernameFragment", AT(IceCandidate, username_fragment), kOptional, limits::kIdBytes),
  });
};

template <>
struct RecordOf<TileView> {
  static constexpr auto fields = std::to_array<Field>({
      field("width", AT(TileView, width), kOptional),
      field("height", AT(TileView, height), kOptional),
      field("speaker", AT(TileView, speaker), kOptional),
      field("screenHidden", AT(TileView, screen_hidden), kOptional),
  });
};

}  // namespace groupcall::wire
