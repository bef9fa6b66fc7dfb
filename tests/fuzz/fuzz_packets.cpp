// Engine.IO and Socket.IO packets: whatever is taken is within its limits and means the same when
// it is written again.
#include "core/public/config.h"
#include "core/wire/engineio_packet.h"
#include "core/wire/socketio_packet.h"
#include "tests/fuzz/fuzz_input.h"

using namespace groupcall;
using namespace groupcall::wire;

namespace {

void check_open(std::string_view payload) {
  Refusal refusal;
  const auto open = decode_engine_open(payload, refusal);
  fuzz::require(open.has_value() != bool(refusal), "a handshake is taken or refused with a reason");
  if (!open) return;
  fuzz::require(open->ping_interval >= 1s && open->ping_interval <= 600s, "the interval's bounds");
  fuzz::require(open->ping_timeout >= 1s && open->ping_timeout <= 600s, "the timeout's bounds");
}

void check_socket_packet(std::string_view message) {
  Refusal refusal;
  const auto packet = decode_socket_packet(message, refusal);
  fuzz::require(packet.has_value() != bool(refusal), "a packet is taken or refused with a reason");
  if (!packet) return;
  fuzz::require(packet->attachments >= 0 && packet->attachments <= limits::kAttachments,
                "attachments are bounded");
  if (packet->type == SocketType::ConnectError)
    fuzz::require(decode_connect_error(packet->payload).size() <= limits::kTextBytes,
                  "the server's words are bounded");
  if (packet->attachments > 0) return;  // we send none
  Refusal again;
  const std::string text =
      encode_socket_packet(packet->type, packet->name_space, packet->ack_id, packet->payload);
  if (packet->type == SocketType::BinaryEvent || packet->type == SocketType::BinaryAck) return;
  const auto second = decode_socket_packet(text, again);
  fuzz::require(second.has_value(), "what was taken is taken again");
  fuzz::require(second->type == packet->type && second->payload == packet->payload &&
                    second->ack_id == packet->ack_id && second->name_space == packet->name_space,
                "and means the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view frame(reinterpret_cast<const char*>(data), size);
  Refusal refusal;
  const auto packet = decode_engine_packet(frame, refusal);
  fuzz::require(packet.has_value() != bool(refusal), "a frame is taken or refused with a reason");
  if (packet) {
    fuzz::require(encode_engine_packet(packet->type, packet->payload) == frame,
                  "an Engine.IO packet is its frame");
    check_open(packet->payload);
    check_socket_packet(packet->payload);
  }
  check_socket_packet(frame);
  return 0;
}
