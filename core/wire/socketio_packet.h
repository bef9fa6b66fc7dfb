/// Socket.IO protocol 5: what an Engine.IO message carries.
///
///   0{"token":"x"}                      CONNECT to namespace "/", with auth
///   0{"sid":"cBam..."}                  the server's answer
///   4{"message":"not allowed"}          CONNECT_ERROR
///   1                                   DISCONNECT
///   2["groupcall:leave",{"roomId":"r"}] EVENT
///   212["ping",{}]  312["pong"]         EVENT that wants ack 12, and that ACK
///   51-["x",{"_placeholder":true,"num":0}]  BINARY_EVENT with one attachment to follow
///
/// Source: the Socket.IO protocol, revision 5. Attachments are binary frames, which the
/// port does not pass on: no event of ours has any, so such events are refused as a whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/wire/codec_error.h"

namespace groupcall::wire {

enum class SocketType : unsigned char {
  Connect,
  Disconnect,
  Event,
  Ack,
  ConnectError,
  BinaryEvent,
  BinaryAck,
};

/// A view into the message that it was decoded from. `payload` is JSON text, not yet parsed.
struct SocketPacket {
  SocketType type = SocketType::Event;
  std::string_view payload;
  std::int64_t ack_id = -1;  ///< -1: none
};

std::optional<SocketPacket> decode_socket_packet(std::string_view message, Refusal& refusal);

/// The message of a CONNECT_ERROR payload, bounded; empty when it has none.
std::string decode_connect_error(std::string_view payload);

}  // namespace groupcall::wire
