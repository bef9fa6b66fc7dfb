#include "core/wire/tab_message.h"

#include "core/public/config.h"
#include "core/wire/record_set.h"

namespace groupcall::wire {

template <>
struct RecordOf<TabAsks> {
  static constexpr auto fields = std::to_array<Field>({
      field("user", AT(TabAsks, user), kRequired, limits::kIdBytes),
      field("tab", AT(TabAsks, tab), kRequired, limits::kIdBytes),
  });
};
template <>
struct RecordOf<TabTells> {
  static constexpr auto fields = std::to_array<Field>({
      field("user", AT(TabTells, user), kRequired, limits::kIdBytes),
      field("tab", AT(TabTells, tab), kRequired, limits::kIdBytes),
      field("to", AT(TabTells, to), kRequired, limits::kIdBytes),
      field("inCall", AT(TabTells, in_call), kRequired),
  });
};
template <>
struct RecordOf<TabJoined> {
  static constexpr auto fields = std::to_array<Field>({
      field("user", AT(TabJoined, user), kRequired, limits::kIdBytes),
      field("roomId", AT(TabJoined, room_id), kRequired, limits::kIdBytes),
  });
};
template <>
struct TagsOf<TabText> {
  static constexpr auto tags = std::to_array<std::string_view>({"asks", "tells", "joined"});
};

bool decode_tab_text(std::string_view text, TabText& into, Refusal& refusal) {
  const auto json = JsonDocument::parse(text, limits::kTabMessageBytes, refusal);
  return json && decode_typed(json->root(), into, refusal);
}

std::string encode_tab_text(const TabText& message) {
  std::string text;
  encode_tagged(message, text, tag_of(message));
  return text;
}

}  // namespace groupcall::wire
