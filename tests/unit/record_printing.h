/// Makes failed expectations print records as the JSON that crosses the bridge.
#pragma once

#include <ostream>
#include <string>

#include "wasm/bridge/command_tables.h"
#include "wasm/bridge/event_tables.h"

namespace groupcall {

template <class Record>
requires requires { wire::RecordOf<Record>::fields; }
void PrintTo(const Record& record, std::ostream* os) {
  std::string text;
  wire::encode(record, text);
  *os << text;
}

}  // namespace groupcall
