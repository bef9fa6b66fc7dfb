#include "core/wire/engineio_packet.h"

#include "core/public/config.h"
#include "core/wire/json_fields.h"

namespace groupcall::wire {

namespace {
struct RawOpen {
  std::string sid;
  std::int64_t ping_interval_ms = 0;
  std::int64_t ping_timeout_ms = 0;
};
constexpr std::int64_t kLeastMs = 1'000;
constexpr std::int64_t kMostMs = 600'000;
bool in_bounds(std::int64_t ms) { return ms >= kLeastMs && ms <= kMostMs; }
}  // namespace

template <>
struct RecordOf<RawOpen> {
  static constexpr auto fields = std::to_array<Field>({
      field("sid", AT(RawOpen, sid), kRequired, limits::kIdBytes),
      field("pingInterval", AT(RawOpen, ping_interval_ms), kRequired),
      field("pingTimeout", AT(RawOpen, ping_timeout_ms), kRequired),
  });
};

std::optional<EnginePacket> decode_engine_packet(std::string_view frame, Refusal& refusal) {
  if (frame.empty()) {
    refusal.error = CodecError::Empty;
    return std::nullopt;
  }
  if (frame.size() > limits::kFrameBytes) {
    refusal.error = CodecError::TooLong;
    return std::nullopt;
  }
  const char type = frame.front();
  if (type < '0' || type > '6') {
    refusal.error = CodecError::UnknownType;
    return std::nullopt;
  }
  return EnginePacket{static_cast<EngineType>(type - '0'), frame.substr(1)};
}

std::optional<EngineOpen> decode_engine_open(std::string_view payload, Refusal& refusal) {
  const auto json = JsonDocument::parse(payload, limits::kTextBytes, refusal);
  RawOpen raw;
  if (!json || !decode(json->root(), raw, refusal)) return std::nullopt;
  if (!in_bounds(raw.ping_interval_ms) || !in_bounds(raw.ping_timeout_ms)) {
    refusal = {CodecError::OutOfRange, "pingInterval", 0};
    return std::nullopt;
  }
  return EngineOpen{std::move(raw.sid), std::chrono::milliseconds(raw.ping_interval_ms),
                    std::chrono::milliseconds(raw.ping_timeout_ms)};
}

std::string encode_engine_packet(EngineType type, std::string_view payload) {
  std::string frame(1, static_cast<char>('0' + static_cast<int>(type)));
  frame += payload;
  return frame;
}

}  // namespace groupcall::wire
