/// The text border of the core: JSON in, JSON out. No Emscripten, so that it is tested
/// natively; wasm/bindings.cpp is all that a browser adds.
///
/// What crosses here is the flight record: the config, then `[now, event]` lines. Replayed,
/// they give the same reactions byte for byte (tools/flight/README.md).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/public/call_core.h"
#include "core/wire/codec_error.h"

namespace groupcall::bridge {

class CallBridge {
 public:
  /// `config`: see config_tables.h. Check error() before the first handle().
  explicit CallBridge(std::string_view config);

  /// Empty, or why the config was refused (`missing-field: seed`).
  const std::string& error() const { return error_; }

  /// `event`: one line as in event_tables.h. `now_us`: microseconds, monotonic.
  /// Returns `{"commands":[...],"wakeAt":µs,"patch":{...}}`; `wakeAt` is absent when there is
  /// no deadline, `patch` when nothing changed. An event that is refused changes nothing and
  /// gives `{"refused":"wrong-shape: slots"}`: a defect of the port, to be reported loudly.
  std::string handle(std::string_view event, std::int64_t now_us);

  /// handle() of `{"type":"socket.frame","socket":socket,"text":frame}` without the text: a
  /// frame is JSON itself, and to quote it in JSON costs more than to understand it.
  std::string handle_frame(std::int64_t socket, std::string_view frame, std::int64_t now_us);

  /// What a flight record keeps of the last reaction: 64-bit FNV-1a over the text of its commands,
  /// brackets included, as 16 hexadecimal digits. Of an event that was refused: over no text.
  std::string hash() const;

 private:
  void note(std::string_view reaction, std::size_t commands_end);

  std::unique_ptr<CallCore> core_;
  std::uint64_t hash_ = 0;
  std::string error_;
};

/// A reaction as handle() returns it.
std::string describe(const Reaction& reaction);

/// `wrong-shape: slots`
std::string describe(const wire::Refusal& refusal);

}  // namespace groupcall::bridge
