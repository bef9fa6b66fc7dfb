// A `joined` of twenty in which one element is the fuzzer's: the other nineteen are there,
// whatever it is, as long as JavaScript's JSON would have passed it on.
#include <algorithm>

#include "core/public/config.h"
#include "core/wire/groupcall_message.h"
#include "core/wire/json_document.h"
#include "tests/fuzz/fuzz_input.h"

using namespace groupcall;
using namespace groupcall::wire;

namespace {

constexpr int kPeople = 20;

bool is_one_json_value(std::string_view text) {
  Refusal refusal;
  return JsonDocument::parse(text, limits::kFrameBytes / 2, refusal).has_value();
}

std::string name_of(int i) { return "sound-" + std::to_string(i); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const int at = static_cast<int>(input.byte() % kPeople);
  const std::string_view poison = input.rest();
  if (!is_one_json_value(poison)) return 0;
  std::string text = R"(["groupcall:joined",{"roomId":"r","participants":[)";
  for (int i = 0; i < kPeople; ++i) {
    if (i > 0) text += ',';
    if (i == at) {
      text += poison;
    } else {
      text += R"({"userId":")" + name_of(i) + R"(","userInfo":{"fullname":"N"}})";
    }
  }
  text += R"(],"callType":"video"}])";
  ServerMessage message;
  Refusal refusal;
  fuzz::require(decode_server_message(text, message, refusal), "the roster is taken");
  const auto* joined = std::get_if<Joined>(&message);
  fuzz::require(joined != nullptr, "as what it is");
  fuzz::require(refusal.skipped <= 1, "one element is at fault at most");
  for (int i = 0; i < kPeople; ++i) {
    if (i == at) continue;
    const bool there =
        std::any_of(joined->participants.begin(), joined->participants.end(),
                    [&](const WireParticipant& who) { return who.user_id.value == name_of(i); });
    fuzz::require(there, "nobody else is harmed");
  }
  return 0;
}
