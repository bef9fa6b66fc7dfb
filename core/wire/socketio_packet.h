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
/// Source: the Socket.IO protocol, revision 5. Attachments are binary frames that follow at
/// once. Nobody reads them: no event of ours has any, but a peer's free-form blob may bring
/// some into one, and that must cost nobody else the event. So their placeholders stay what they
/// look like, small objects, and the frames are counted off.
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
  std::string_view name_space = "/";
  std::int64_t ack_id = -1;      ///< -1: none
  std::int64_t attachments = 0;  ///< binary frames to follow, at most limits::kAttachments
};

std::optional<SocketPacket> decode_socket_packet(std::string_view message, Refusal& refusal);

/// `name_space`: `/` is left out. `payload`: JSON text, may be empty.
std::string encode_socket_packet(SocketType type, std::string_view name_space, std::int64_t ack_id,
                                 std::string_view payload);

/// The message of a CONNECT_ERROR payload, bounded; empty when it has none.
std::string decode_connect_error(std::string_view payload);

}  // namespace groupcall::wire
