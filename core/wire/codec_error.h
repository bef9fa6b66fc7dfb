/// Why a text was refused. Every decoder of core/wire and wasm/bridge speaks this.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/public/counters.h"

namespace groupcall::wire {

enum class CodecError : std::uint8_t {
  None,
  Empty,       ///< no text at all
  TooLong,     ///< over the limit named for it
  NotJson,     ///< malformed, or invalid UTF-8
  TooDeep,     ///< nested beyond limits::kBlobDepth
  WrongShape,  ///< JSON of another kind than expected (an array for an object, ...)
  MissingField,
  OutOfRange,      ///< a number that is negative, fractional or beyond 2^53
  UnknownChoice,   ///< a text that is none of the listed words
  UnknownType,     ///< a packet or message type that does not exist
  BadPacket,       ///< Engine.IO or Socket.IO framing broken
  StrayBinary,     ///< an attachment that no event announced, or one announced that did not come
  OtherNamespace,  ///< well-formed, but not for our namespace
};

/// What was refused, for the diagnostics: never a throw, never fatal.
struct Refusal {
  CodecError error = CodecError::None;
  std::string_view field;  ///< name of the field at fault, where there is one
  int skipped = 0;         ///< list elements that were left out because of it

  explicit operator bool() const { return error != CodecError::None; }
};

/// Counts a refusal under where it happened and under its reason.
void count_refusal(const Refusal& refusal, Tally where, Counters& counters);

/// The name of an error as the diagnostics show it ("too-deep").
std::string_view error_name(CodecError error);

}  // namespace groupcall::wire
