#include "tests/support/describe.h"

#include "core/wire/record_set.h"
#include "wasm/bridge/command_tables.h"
#include "wasm/bridge/config_tables.h"
#include "wasm/bridge/event_tables.h"

namespace groupcall::sim {

std::string describe(const Event& event) {
  std::string text;
  wire::encode_tagged(event, text, wire::tag_of(event));
  return text;
}

std::string describe(const Command& command) {
  std::string text;
  wire::encode_tagged(command, text, wire::tag_of(command));
  return text;
}

std::string describe(const CallConfig& config) {
  std::string text;
  wire::encode(config, text);
  return text;
}

}  // namespace groupcall::sim
