/// Events and commands as the text that crosses the bridge: what a log shows is what a
/// flight record holds.
#pragma once

#include <string>

#include "core/public/call_core.h"

namespace groupcall::sim {

std::string describe(const Event& event);
std::string describe(const Command& command);
/// The first line of a flight record.
std::string describe(const CallConfig& config);

}  // namespace groupcall::sim
