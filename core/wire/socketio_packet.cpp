#include "core/wire/socketio_packet.h"

#include "core/public/config.h"
#include "core/wire/json_fields.h"

namespace groupcall::wire {

namespace {

struct ConnectErrorPayload {
  std::string message;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes a run of at most nine digits off the front; -1 when there is none.
std::int64_t take_number(std::string_view& text) {
  std::int64_t number = -1;
  for (int i = 0; i < 9 && !text.empty() && is_digit(text.front()); ++i) {
    number = (number < 0 ? 0 : number) * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return number;
}

std::optional<SocketPacket> refuse(Refusal& refusal, CodecError error) {
  refusal.error = error;
  return std::nullopt;
}

}  // namespace

template <>
struct RecordOf<ConnectErrorPayload> {
  static constexpr auto fields = std::to_array<Field>({
      field("message", AT(ConnectErrorPayload, message), kLenient, limits::kTextBytes),
  });
};

std::optional<SocketPacket> decode_socket_packet(std::string_view message, Refusal& refusal) {
  if (message.empty()) return refuse(refusal, CodecError::Empty);
  if (message.front() < '0' || message.front() > '6')
    return refuse(refusal, CodecError::UnknownType);
  SocketPacket packet;
  packet.type = static_cast<SocketType>(message.front() - '0');
  message.remove_prefix(1);
  const bool binary =
      packet.type == SocketType::BinaryEvent || packet.type == SocketType::BinaryAck;
  if (binary) {
    packet.attachments = take_number(message);
    if (packet.attachments < 0 || message.empty() || message.front() != '-')
      return refuse(refusal, CodecError::BadPacket);
    if (packet.attachments > limits::kAttachments) return refuse(refusal, CodecError::TooLong);
    message.remove_prefix(1);
  }
  if (!message.empty() && message.front() == '/') {
    const std::size_t comma = message.find(',');
    packet.name_space = message.substr(0, comma);
    message.remove_prefix(comma == std::string_view::npos ? message.size() : comma + 1);
  }
  packet.ack_id = take_number(message);
  if (!message.empty() && is_digit(message.front())) return refuse(refusal, CodecError::BadPacket);
  const bool needs_payload =
      binary || packet.type == SocketType::Event || packet.type == SocketType::Ack;
  if (needs_payload && (message.empty() || message.front() != '['))
    return refuse(refusal, CodecError::BadPacket);
  packet.payload = message;
  return packet;
}

std::string encode_socket_packet(SocketType type, std::string_view name_space, std::int64_t ack_id,
                                 std::string_view payload) {
  std::string text(1, static_cast<char>('0' + static_cast<int>(type)));
  if (name_space != "/") (text += name_space) += ',';
  if (ack_id >= 0) encode_integer(ack_id, text);
  text += payload;
  return text;
}

std::string decode_connect_error(std::string_view payload) {
  Refusal refusal;
  ConnectErrorPayload error;
  const auto json = JsonDocument::parse(payload, limits::kFrameBytes, refusal);
  if (json) decode(json->root(), error, refusal);
  return error.message;
}

}  // namespace groupcall::wire
