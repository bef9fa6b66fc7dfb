// A flight record (config, then `[now,event]` lines) replays to the same text each time.
#include <gmock/gmock.h>

#include <iomanip>
#include <sstream>

#include "tests/unit/bridge/vector_file.h"
#include "wasm/bridge/call_bridge.h"
#include "wasm/bridge/event_tables.h"

namespace groupcall::bridge {
namespace {

using testing::HasSubstr;

struct Line {
  std::int64_t now;
  std::string event;
};
struct FlightRecord {
  std::string config;
  std::vector<Line> lines;
};

FlightRecord recorded_call() {
  std::istringstream file(file_text("recorded_call.txt"));
  FlightRecord record;
  std::getline(file, record.config);
  for (std::string line; std::getline(file, line);) {
    const std::size_t comma = line.find(',');
    record.lines.push_back(
        {std::stoll(line.substr(1, comma - 1)), line.substr(comma + 1, line.size() - comma - 2)});
  }
  return record;
}

std::vector<std::string> replay(const FlightRecord& record) {
  CallBridge bridge(record.config);
  EXPECT_EQ(bridge.error(), "");
  std::vector<std::string> reactions;
  for (const Line& line : record.lines) reactions.push_back(bridge.handle(line.event, line.now));
  return reactions;
}

TEST(FlightRecord, ReplaysToTheSameTextTwice) {
  const FlightRecord record = recorded_call();
  ASSERT_EQ(record.lines.size(), 25U);
  EXPECT_EQ(replay(record), replay(record));
}

TEST(FlightRecord, IsOfAWholeCall) {
  const std::vector<std::string> reactions = replay(recorded_call());
  std::string all;
  for (const std::string& reaction : reactions) all += reaction + "\n";
  for (const char* part :
       {"\"phase\":\"joining\"", "\"phase\":\"joined\"", "\"phase\":\"reconnecting\"",
        "\"phase\":\"idle\"", "groupcall:webrtc-offer", "pc.addIceCandidate", "pc.attachTrack",
        "\"camera\":{\"state\":\"on\",\"reason\":\"none\"}", "media.stop", "stats.collect",
        "\"order\":[]"})
    EXPECT_THAT(all, HasSubstr(part));
  EXPECT_THAT(all, testing::Not(HasSubstr("refused\"")));
  EXPECT_THAT(all, testing::Not(HasSubstr("diagnostics"))) << "nothing in it is out of place";
}

// The shorter way of a frame must be the same way: records hold the longer one.
TEST(FlightRecord, IsTheSameWhereFramesCrossUnquoted) {
  const FlightRecord record = recorded_call();
  CallBridge quoted(record.config);
  CallBridge unquoted(record.config);
  int frames = 0;
  for (const Line& line : record.lines) {
    wire::Refusal refusal;
    Event event;
    const auto json = wire::JsonDocument::parse(line.event, 100'000, refusal);
    ASSERT_TRUE(json && wire::decode_typed(json->root(), event, refusal)) << line.event;
    const auto* frame = std::get_if<SocketFrame>(&event);
    const std::string reaction =
        frame == nullptr ? unquoted.handle(line.event, line.now)
                         : unquoted.handle_frame(frame->socket.value, frame->text, line.now);
    EXPECT_EQ(reaction, quoted.handle(line.event, line.now));
    frames += frame != nullptr ? 1 : 0;
  }
  EXPECT_GT(frames, 5);
}

TEST(FlightRecord, AFrameForACallWithoutAConfigIsRefused) {
  CallBridge bridge("{}");
  EXPECT_EQ(bridge.handle_frame(1, "2", 1), bridge.handle(R"({"type":"host.woke"})", 1));
}

TEST(Reaction, NamesItsDeadlineAndItsPatchOnlyWhereThereAre) {
  CallBridge bridge(R"({"self":{"userId":"me"},"signalling":{"url":"wss://h"},"seed":"00"})");
  bridge.handle(R"({"type":"host.woke"})", 1);
  EXPECT_EQ(bridge.handle(R"({"type":"host.woke"})", 2), R"({"commands":[]})");
  const std::string joining = bridge.handle(
      R"({"type":"call.join","request":1,"roomId":"r","groupId":"g","callType":"video","audio":false,"video":false})",
      5'000'000);
  EXPECT_THAT(joining, HasSubstr(R"("wakeAt":15000000)"));
  EXPECT_THAT(joining, HasSubstr(R"("patch":{"phase":"joining")"));
}

// The hash as anybody else would make it: 64-bit FNV-1a (draft-eastlake-fnv), lower-case digits.
std::string fnv1a(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  std::ostringstream digits;
  digits << std::hex << std::setw(16) << std::setfill('0') << hash;
  return digits.str();
}

TEST(FlightRecord, AReactionIsKeptAsTheHashOfItsCommands) {
  ASSERT_EQ(fnv1a("foobar"), "85944171f73967e8") << "a test vector of the draft";
  const FlightRecord record = recorded_call();
  CallBridge bridge(record.config);
  int without_commands = 0;
  for (const Line& line : record.lines) {
    const std::string reaction = bridge.handle(line.event, line.now);
    const std::size_t begin = std::string_view("{\"commands\":").size();
    std::size_t end = reaction.find("],\"wakeAt\":");
    if (end == std::string::npos) end = reaction.find("],\"patch\":");
    if (end == std::string::npos) end = reaction.size() - 2;
    const std::string commands = reaction.substr(begin, end + 1 - begin);
    EXPECT_EQ(bridge.hash(), fnv1a(commands)) << commands;
    without_commands += commands == "[]" ? 1 : 0;
  }
  EXPECT_GT(without_commands, 2);
}

TEST(FlightRecord, ARefusedEventIsNotOneWithoutCommands) {
  CallBridge bridge(recorded_call().config);
  bridge.handle(R"({"type":"host.online"})", 1);
  EXPECT_EQ(bridge.hash(), fnv1a("[]"));
  bridge.handle("nonsense", 2);
  EXPECT_EQ(bridge.hash(), fnv1a(""));
}

}  // namespace
}  // namespace groupcall::bridge
