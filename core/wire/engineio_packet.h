/// Engine.IO protocol 4 over WebSocket: one packet a text frame, its type the first digit.
///
///   0{"sid":"wjAm...","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}
///   2          ping, answered with 3
///   42["...    a Socket.IO packet in a message
///
/// Source: the Engine.IO protocol, revision 4. Transport upgrades are not spoken: we begin
/// on WebSocket.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/wire/codec_error.h"

namespace groupcall::wire {

enum class EngineType : unsigned char { Open, Close, Ping, Pong, Message, Upgrade, Noop };

/// A view into the frame that it was decoded from.
struct EnginePacket {
  EngineType type = EngineType::Noop;
  std::string_view payload;
};

/// The handshake; what is beyond these bounds is refused, for a deadline rests on it.
struct EngineOpen {
  std::string sid;
  Duration ping_interval{};  ///< 1 s to 10 min
  Duration ping_timeout{};   ///< 1 s to 10 min
};

std::optional<EnginePacket> decode_engine_packet(std::string_view frame, Refusal& refusal);
std::optional<EngineOpen> decode_engine_open(std::string_view payload, Refusal& refusal);
std::string encode_engine_packet(EngineType type, std::string_view payload = {});

}  // namespace groupcall::wire
