/// Makes the two things harmless that JavaScript's JSON passes on and Boost.JSON refuses:
/// lone surrogates in escapes, and absurd nesting.
#pragma once

#include <string>
#include <string_view>

namespace groupcall::wire {

/// The same text with every lone `\uD800`..`\uDFFF` escape replaced by `\ufffd`, and with
/// every container nested deeper than limits::kFrameDepth replaced by `null`. A text that is
/// not JSON stays not JSON.
std::string repair_json(std::string_view json);

}  // namespace groupcall::wire
