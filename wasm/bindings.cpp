// Embind declarations only: everything else is in wasm/bridge, where it is tested natively.
//
// Functions and a number for each bridge, because a class of Embind costs 2.4 kB of the download;
// js/call_bridge.js makes a class of them.
#include <emscripten.h>
#include <emscripten/bind.h>

#include <memory>
#include <vector>

#include "wasm/bridge/call_bridge.h"

namespace {

using groupcall::bridge::CallBridge;

// A place is never used again, so that the number of a deleted bridge can only ever mean nothing.
std::vector<std::unique_ptr<CallBridge>>& all_bridges() {
  static std::vector<std::unique_ptr<CallBridge>> bridges;
  return bridges;
}

// JavaScript's numbers are doubles; any of them may come, a fraction and NaN too.
CallBridge* find_bridge(double number) {
  const auto& bridges = all_bridges();
  const bool exists = number >= 0 && number < static_cast<double>(bridges.size());
  return exists ? bridges[static_cast<std::size_t>(number)].get() : nullptr;
}

constexpr const char* kDeleted = R"({"refused":"deleted"})";

double create_bridge(const std::string& config) {
  all_bridges().push_back(std::make_unique<CallBridge>(config));
  return static_cast<double>(all_bridges().size() - 1);
}
void delete_bridge(double number) {
  if (find_bridge(number)) all_bridges()[static_cast<std::size_t>(number)].reset();
}
std::string error_of(double number) {
  const CallBridge* bridge = find_bridge(number);
  return bridge ? bridge->error() : "deleted";
}
// Microseconds are exact in a double up to 2^53 (285 years).
std::string handle(double number, const std::string& event, double now_us) {
  CallBridge* bridge = find_bridge(number);
  return bridge ? bridge->handle(event, static_cast<std::int64_t>(now_us)) : kDeleted;
}
std::string handle_frame(double number, double socket, const std::string& frame, double now_us) {
  CallBridge* bridge = find_bridge(number);
  if (!bridge) return kDeleted;
  return bridge->handle_frame(static_cast<std::int64_t>(socket), frame,
                              static_cast<std::int64_t>(now_us));
}

std::string hash_of(double number) {
  const CallBridge* bridge = find_bridge(number);
  return bridge ? bridge->hash() : kDeleted;
}

}  // namespace

EMSCRIPTEN_BINDINGS(groupcall) {
#ifdef GROUPCALL_SLIM_EMBIND
  // In place of Embind's library, which registers wide strings, views of memory, 64-bit integers
  // and values of JavaScript too: each brings code into the download. See CMakeLists.txt.
  using namespace emscripten::internal;
  _embind_register_void(TypeID<void>::get(), "void");
  _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
  _embind_register_std_string(TypeID<std::string>::get(), "std::string");
#endif
  emscripten::function("createBridge", &create_bridge);
  emscripten::function("deleteBridge", &delete_bridge);
  emscripten::function("errorOf", &error_of);
  emscripten::function("handle", &handle);
  emscripten::function("handleFrame", &handle_frame);
  emscripten::function("hashOf", &hash_of);
}

#ifdef GROUPCALL_SLIM_EMBIND
// No variables of an environment. The C library would ask JavaScript for some at the start, because
// parts of the C++ library, which are linked and then dropped, know getenv().
extern "C" char** __environ = nullptr;
#endif
