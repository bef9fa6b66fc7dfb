#include "wasm/bridge/call_bridge.h"

#include <boost/json.hpp>

#include "wasm/bridge/command_tables.h"
#include "wasm/bridge/config_tables.h"
#include "wasm/bridge/event_tables.h"

namespace groupcall::bridge {

namespace {

// A frame of the server's largest size, with every character escaped, and its envelope.
constexpr std::uint32_t kEventBytes = 6 * limits::kFrameBytes + 1'024;

// A page's own mistake: nothing else can make an event that is no JSON object.
const boost::json::object* as_object(const boost::json::value& value, wire::Refusal& refusal) {
  const boost::json::object* object = value.if_object();
  if (object == nullptr) refusal.error = wire::CodecError::WrongShape;
  return object;
}

std::optional<Event> decode_event(std::string_view text, wire::Refusal& refusal) {
  const auto parsed = wire::parse_json(text, kEventBytes, refusal);
  if (!parsed) return std::nullopt;
  const boost::json::object* object = as_object(*parsed, refusal);
  if (object == nullptr) return std::nullopt;
  const boost::json::value* type = object->if_contains("type");
  if (type == nullptr || !type->is_string()) {
    refusal = {wire::CodecError::MissingField, "type", 0};
    return std::nullopt;
  }
  const boost::json::string& tag = type->get_string();
  return wire::decode_tagged<Event>(std::string_view(tag.data(), tag.size()), *object, refusal);
}

void encode_reaction(const Reaction& reaction, std::string& out) {
  out += "{\"commands\":[";
  bool first = true;
  for (const Command& command : reaction.commands) {
    if (!first) out += ',';
    first = false;
    wire::encode_tagged(command, out, wire::tag_of(command));
  }
  out += ']';
  if (reaction.wake_at != kNever) out += ",\"wakeAt\":" + std::to_string(to_us(reaction.wake_at));
  if (!reaction.patch.empty()) {
    out += ",\"patch\":";
    wire::encode(reaction.patch, out);
  }
  out += '}';
}

}  // namespace

std::string describe(const wire::Refusal& refusal) {
  std::string text(wire::error_name(refusal.error));
  if (!refusal.field.empty()) text.append(": ").append(refusal.field);
  return text;
}

CallBridge::CallBridge(std::string_view config_text) {
  wire::Refusal refusal;
  CallConfig config;
  const auto parsed = wire::parse_json(config_text, limits::kFrameBytes, refusal);
  const boost::json::object* object = parsed ? as_object(*parsed, refusal) : nullptr;
  if (object != nullptr && wire::decode(*object, config, refusal)) {
    core_ = std::make_unique<CallCore>(std::move(config));
  } else {
    error_ = describe(refusal);
  }
}

std::string CallBridge::handle(std::string_view event_text, std::int64_t now_us) {
  wire::Refusal refusal;
  const auto event = core_ ? decode_event(event_text, refusal) : std::nullopt;
  std::string out;
  if (event) {
    encode_reaction(core_->handle(*event, instant_from_us(now_us)), out);
  } else {
    out = "{\"refused\":";
    wire::encode_text(core_ ? describe(refusal) : error_, out);
    out += '}';
  }
  return out;
}

}  // namespace groupcall::bridge
