// Messages of the server, of clients, of peers and of other tabs: what is taken is canonical, so
// that writing and reading it once more changes nothing.
#include "core/wire/groupcall_message.h"
#include "core/wire/tab_message.h"
#include "tests/fuzz/fuzz_input.h"

using namespace groupcall;
using namespace groupcall::wire;

namespace {

template <class Message>
void check(std::string_view text, bool (*decode)(std::string_view, Message&, Refusal&),
           std::string (*encode)(const Message&)) {
  Refusal refusal;
  Message message;
  if (!decode(text, message, refusal)) {
    fuzz::require(bool(refusal), "what is not taken has a reason");
    return;
  }
  const std::string first = encode(message);
  Refusal again;
  Message second;
  fuzz::require(decode(first, second, again), "what is taken is taken again");
  fuzz::require(again.skipped == 0, "and nothing of it is at fault any more");
  fuzz::require(encode(second) == first, "and means the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check<ServerMessage>(text, decode_server_message, encode_server_event);
  check<ClientMessage>(text, decode_client_message, encode_client_event);
  check<ChannelText>(text, decode_channel_text, encode_channel_text);
  check<TabText>(text, decode_tab_text, encode_tab_text);
  return 0;
}
