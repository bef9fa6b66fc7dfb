// A whole call behind its bridge: lines of events, as a port (or a record) would bring them, with
// time between them. Whatever comes, what is commanded makes sense, and dispose() closes it all.
//
//   <one byte: time><event as JSON>\n
#include <set>

#include "core/public/call_core.h"
#include "core/public/config.h"
#include "tests/fuzz/fuzz_input.h"
#include "wasm/bridge/command_tables.h"
#include "wasm/bridge/event_tables.h"

using namespace groupcall;

namespace {

class OpenThings {
 public:
  void on_event(const Event& event) {
    if (const auto* closed = std::get_if<SocketClosed>(&event))
      sockets_.erase(closed->socket.value);
  }
  void on_command(const Command& command) {
    std::visit([this](const auto& c) { look(c); }, command);
  }
  bool none() const { return sockets_.empty() && connections_.empty(); }

 private:
  void look(const OpenSocket& c) {
    fuzz::require(sockets_.insert(c.socket.value).second, "a socket is opened once");
  }
  // One that the host has closed may still be written to in the very reaction to something else.
  void look(const CloseSocket& c) { sockets_.erase(c.socket.value); }
  void look(const CreateConnection& c) {
    fuzz::require(connections_.insert(c.connection.value).second, "a connection is made once");
  }
  void look(const CloseConnection& c) {
    fuzz::require(connections_.erase(c.connection.value) == 1, "what is closed was open");
  }
  template <class Other>
  void look(const Other& c) {
    if constexpr (requires { c.connection; })
      fuzz::require(connections_.count(c.connection.value) == 1, "a command to an open connection");
  }

  std::set<std::int64_t> sockets_;
  std::set<std::int64_t> connections_;
};

constexpr int kMostLines = 100;

class Bench {
 public:
  explicit Bench(bool application) {
    CallConfig config;
    config.self = {UserId{"me"}, R"({"fullname":"Me"})"};
    config.signalling.url = "wss://chat.test";
    config.signalling.application = application;
    config.seed = "seed";
    core_ = std::make_unique<CallCore>(std::move(config));
  }

  void handle(const Event& event) {
    open_.on_event(event);
    const Reaction reaction = core_->handle(event, now_);
    wake_at_ = reaction.wake_at;
    for (const Command& command : reaction.commands) {
      open_.on_command(command);
      text_.clear();
      wire::encode_tagged(command, text_, wire::tag_of(command));
      must_read(text_);
    }
    text_.clear();
    wire::encode(reaction.patch, text_);
    must_read(text_);
  }
  void pass(Duration time) {
    now_ += time;
    int wakes = 0;
    while (wake_at_ <= now_) {
      handle(Woke{});
      fuzz::require(++wakes <= 16, "a deadline that has passed is dealt with");
    }
  }
  void end() {
    handle(Disposed{});
    fuzz::require(open_.none(), "dispose() closes everything");
    fuzz::require(wake_at_ == kNever, "and waits for nothing");
  }

 private:
  static void must_read(const std::string& text) {
    wire::Refusal refusal;
    fuzz::require(wire::JsonDocument::parse(text, ~std::uint32_t{0}, refusal).has_value(),
                  "what crosses the bridge is JSON");
  }

  std::unique_ptr<CallCore> core_;
  OpenThings open_;
  Instant now_{1'000s};
  Instant wake_at_ = kNever;
  std::string text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  Bench bench((input.byte() & 1U) != 0);
  for (int lines = 0; !input.empty() && lines < kMostLines; ++lines) {
    bench.pass(std::chrono::milliseconds(input.byte() * 20));
    const std::string line = input.line();
    wire::Refusal refusal;
    Event event;
    const auto json = wire::JsonDocument::parse(line, limits::kFrameBytes, refusal);
    if (!json || !wire::decode_typed(json->root(), event, refusal)) continue;
    if (std::holds_alternative<Disposed>(event)) continue;  // comes at the end
    bench.handle(event);
  }
  bench.end();
  return 0;
}
