// Embind declarations only: everything else is in wasm/bridge, where it is tested natively.
#include <emscripten/bind.h>

#include "wasm/bridge/call_bridge.h"

namespace {

// JavaScript's numbers are doubles; microseconds are exact in them up to 2^53 (285 years).
std::string handle(groupcall::bridge::CallBridge& bridge, const std::string& event, double now_us) {
  return bridge.handle(event, static_cast<std::int64_t>(now_us));
}
std::string handle_frame(groupcall::bridge::CallBridge& bridge, double socket,
                         const std::string& frame, double now_us) {
  return bridge.handle_frame(static_cast<std::int64_t>(socket), frame,
                             static_cast<std::int64_t>(now_us));
}

}  // namespace

EMSCRIPTEN_BINDINGS(groupcall) {
  emscripten::class_<groupcall::bridge::CallBridge>("CallBridge")
      .constructor<std::string>()
      .function("error", &groupcall::bridge::CallBridge::error)
      .function("handle", &handle)
      .function("handleFrame", &handle_frame);
}

// Embind prints the addresses of types that it does not know into messages which only a fault of
// this file could cause; for that alone the linker would add printf (1.2 kB of the download).
extern "C" int siprintf(char* text, const char* /*format*/, ...) {
  text[0] = '?';
  text[1] = '\0';
  return 1;
}
