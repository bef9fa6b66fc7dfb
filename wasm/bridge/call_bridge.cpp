#include "wasm/bridge/call_bridge.h"

#include "wasm/bridge/command_tables.h"
#include "wasm/bridge/config_tables.h"
#include "wasm/bridge/event_tables.h"

namespace groupcall::bridge {

namespace {

// A frame of the server's largest size, with every character escaped, and its envelope.
constexpr std::uint32_t kEventBytes = 6 * limits::kFrameBytes + 1'024;

bool decode_event(std::string_view text, Event& into, wire::Refusal& refusal) {
  const auto json = wire::JsonDocument::parse(text, kEventBytes, refusal);
  return json && wire::decode_typed(json->root(), into, refusal);
}

std::string refused(std::string_view why) {
  std::string out = "{\"refused\":";
  wire::encode_text(why, out);
  out += '}';
  return out;
}

constexpr std::string_view kBeforeCommands = "{\"commands\":";

void encode_reaction(const Reaction& reaction, std::string& out, std::size_t& commands_end) {
  out += kBeforeCommands;
  char before = '[';
  for (const Command& command : reaction.commands) {
    out += before;
    before = ',';
    wire::encode_tagged(command, out, wire::tag_of(command));
  }
  if (before == '[') out += before;
  out += ']';
  commands_end = out.size();
  if (reaction.wake_at != kNever) {
    out += ",\"wakeAt\":";
    wire::encode_integer(to_us(reaction.wake_at), out);
  }
  if (!reaction.patch.empty()) {
    out += ",\"patch\":";
    wire::encode(reaction.patch, out);
  }
  out += '}';
}

}  // namespace

std::string describe(const Reaction& reaction) {
  std::string text;
  std::size_t commands_end = 0;
  encode_reaction(reaction, text, commands_end);
  return text;
}

std::string describe(const wire::Refusal& refusal) {
  std::string text(wire::error_name(refusal.error));
  if (!refusal.field.empty()) text.append(": ").append(refusal.field);
  return text;
}

CallBridge::CallBridge(std::string_view config_text) {
  wire::Refusal refusal;
  CallConfig config;
  const auto json = wire::JsonDocument::parse(config_text, limits::kFrameBytes, refusal);
  const bool good = json && wire::decode(json->root(), config, refusal);
  if (good && config.signalling.url.empty() && !config.signalling.application) {
    error_ = describe({wire::CodecError::MissingField, "url", 0});
  } else if (good) {
    core_ = std::make_unique<CallCore>(std::move(config));
  } else {
    error_ = describe(refusal);
  }
}

std::string CallBridge::handle(std::string_view event_text, std::int64_t now_us) {
  wire::Refusal refusal;
  Event event;
  std::string out;
  std::size_t commands_end = 0;
  if (core_ && decode_event(event_text, event, refusal)) {
    encode_reaction(core_->handle(event, instant_from_us(now_us)), out, commands_end);
  } else {
    out = refused(core_ ? describe(refusal) : error_);
  }
  note(out, commands_end);
  return out;
}

std::string CallBridge::handle_frame(std::int64_t socket, std::string_view frame,
                                     std::int64_t now_us) {
  std::string out;
  std::size_t commands_end = 0;
  if (core_) {
    const SocketFrame event{SocketNumber{socket}, std::string(frame)};
    encode_reaction(core_->handle(event, instant_from_us(now_us)), out, commands_end);
  } else {
    out = refused(error_);
  }
  note(out, commands_end);
  return out;
}

void CallBridge::note(std::string_view reaction, std::size_t commands_end) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t at = kBeforeCommands.size(); at < commands_end; ++at)
    hash = (hash ^ static_cast<unsigned char>(reaction[at])) * 0x100000001b3;
  hash_ = hash;
}

std::string CallBridge::hash() const {
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) {
    const auto digit = static_cast<char>(hash_ >> shift & 15);
    digits += static_cast<char>(digit + (digit < 10 ? '0' : 'a' - 10));
  }
  return digits;
}

}  // namespace groupcall::bridge
