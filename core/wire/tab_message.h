/// What the tabs of one origin tell each other, so that one user's tabs agree who is connected.
///
///   {"type":"asks","user":"u","tab":"7k0..."}               who else is here, and in a call?
///   {"type":"tells","user":"u","tab":"3f9...","to":"7k0...","inCall":false}
///   {"type":"joined","user":"u","roomId":"r"}               this user's ring for r is over
///
/// The server keeps only the newest connection of a user (protocol: core/wire/README.md), so two
/// tabs take it from each other, and neither is told of the other.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/public/ids.h"
#include "core/wire/codec_error.h"

namespace groupcall::wire {

struct TabAsks {
  UserId user;
  std::string tab;  ///< names the asking call object; the answer is for it
};
struct TabTells {
  UserId user;
  std::string tab;
  std::string to;
  bool in_call = false;
};
struct TabJoined {
  UserId user;
  RoomId room_id;
};

using TabText = std::variant<TabAsks, TabTells, TabJoined>;

bool decode_tab_text(std::string_view text, TabText& into, Refusal& refusal);
std::string encode_tab_text(const TabText& message);

}  // namespace groupcall::wire
