/// A flight record through the core: whether each reaction is what it was.
///
///   Replaying ─► Differs       the first reaction that is another
///             ─► Unchecked     events are missing: what follows can be shown, not played
///             ─► Broken        the file ends in an error
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tools/flight/record_reader.h"
#include "wasm/bridge/call_bridge.h"

namespace groupcall::flight {

/// What is to be seen of one event. `reaction` is empty where the core was not asked.
struct Played {
  std::size_t line = 0;
  std::int64_t now_us = 0;
  std::string_view event;
  std::string_view reaction;
  bool after_gap = false;  ///< events before it are missing: it cannot be played
};

struct Difference {
  std::size_t line = 0;
  std::string event;
  /// The reaction, or its hash.
  std::string recorded;
  std::string replayed;
  std::string replayed_hash;
  /// The last events before, `line 6: host.woke -> stats.collect`.
  std::deque<std::string> before;
};

struct Outcome {
  std::size_t checked = 0;    ///< events with the same reaction
  std::size_t unchecked = 0;  ///< events of which nothing is known, or after a gap
  std::optional<Gap> gap;     ///< the first one, in time since the first event
  std::optional<Difference> difference;
  std::string error;  ///< of the file or its config
  bool same() const { return error.empty() && !difference; }
};

struct ReplayOptions {
  std::int64_t until_us = -1;  ///< microseconds since the first event; negative: all
  bool compare = true;         ///< false: recorded reactions are not looked at
};

/// Plays all of it; `show` gets every event, with the reaction of this core, while there is one.
Outcome replay(RecordReader& reader, const ReplayOptions& options,
               const std::function<void(const Played&)>& show);
/// The types of a reaction's commands, `pc.create channel.send`; what was refused, or `nothing`.
std::string kinds_of(std::string_view reaction);
/// The first `"type"` of an event.
std::string type_of(std::string_view event);

}  // namespace groupcall::flight
