// Every event and the config, as they cross the bridge: good and bad ones.
#include <gmock/gmock.h>

#include "tests/unit/bridge/vector_file.h"
#include "wasm/bridge/call_bridge.h"
#include "wasm/bridge/event_tables.h"

namespace groupcall::bridge {
namespace {

using testing::StartsWith;

constexpr auto kConfig =
    R"({"self":{"userId":"me"},"signalling":{"url":"wss://chat.test"},"seed":"00"})";

std::string refusal_of(const std::string& reason) { return R"({"refused":")" + reason + "\"}"; }

std::vector<BridgeVector> all_event_vectors() {
  std::vector<BridgeVector> all = bridge_vectors("unknown.json");
  for (std::string_view type : wire::TagsOf<Event>::tags)
    for (BridgeVector& vector : bridge_vectors(std::string(type) + ".json"))
      all.push_back(std::move(vector));
  return all;
}

TEST(EventVectors, AreTakenOrRefusedAsTheySay) {
  for (const BridgeVector& vector : all_event_vectors()) {
    CallBridge bridge(kConfig);
    const std::string reaction = bridge.handle(vector.text, 1'000);
    if (vector.refused.empty()) {
      EXPECT_THAT(reaction, StartsWith("{\"commands\":[")) << vector.name;
    } else {
      EXPECT_EQ(reaction, refusal_of(vector.refused)) << vector.name;
    }
  }
}

TEST(EventVectors, CoverEveryTypeOfEvent) {
  for (std::string_view type : wire::TagsOf<Event>::tags) {
    int good = 0;
    for (const BridgeVector& vector : bridge_vectors(std::string(type) + ".json")) {
      if (vector.refused.empty()) {
        ++good;
        EXPECT_THAT(vector.text, testing::HasSubstr("\"type\":\"" + std::string(type) + "\""));
      }
    }
    EXPECT_GT(good, 0) << type;
  }
}

TEST(EventVectors, ThatAreRefusedChangeNothing) {
  CallBridge clean(kConfig);
  CallBridge disturbed(kConfig);
  std::int64_t now = 1'000;
  const auto bad = all_event_vectors();
  std::size_t next_bad = 0;
  const auto both = [&](const std::string& event) {
    now += 1'000;
    for (int i = 0; i < 10; ++i) {
      const BridgeVector& vector = bad[next_bad++ % bad.size()];
      if (!vector.refused.empty()) disturbed.handle(vector.text, now + 5'000'000);
    }
    EXPECT_EQ(clean.handle(event, now), disturbed.handle(event, now));
  };
  both(bridge_vectors("call.join.json").front().text);
  both(
      R"({"type":"socket.frame","socket":1,"text":"0{\"sid\":\"s\",\"pingInterval\":25000,\"pingTimeout\":20000}"})");
  both(R"({"type":"socket.frame","socket":1,"text":"40"})");
  both(
      R"({"type":"socket.frame","socket":1,"text":"42[\"groupcall:joined\",{\"roomId\":\"r\",\"participants\":[{\"userId\":\"ben\"}]}]"})");
  for (int i = 0; i < 20; ++i) both(R"({"type":"host.woke"})");
  both(R"({"type":"call.leave","request":2})");
  EXPECT_GT(next_bad, bad.size()) << "every one has been tried";
}

TEST(EventText, ThatIsNoJsonIsRefused) {
  CallBridge bridge(kConfig);
  for (const std::string text : {"", "{", "{\"type\":\"host.woke\"", "host.woke"})
    EXPECT_EQ(bridge.handle(text, 1), refusal_of("not-json")) << text;
  EXPECT_EQ(bridge.handle(std::string(6'001'025, ' '), 1), refusal_of("too-long"));
}

TEST(EventText, HoldsTheLargestFrameOfTheServerWithEveryCharacterEscaped) {
  CallBridge bridge(kConfig);
  std::string text = R"({"type":"socket.frame","socket":1,"text":")";
  for (int i = 0; i < 1'000'000; ++i) text += "\\u0034";
  text += "\"}";
  EXPECT_THAT(bridge.handle(text, 1), StartsWith("{\"commands\":["));
}

TEST(ConfigVectors, AreTakenOrRefusedAsTheySay) {
  for (const BridgeVector& vector : bridge_vectors("config.json", "config")) {
    CallBridge bridge(vector.text);
    EXPECT_EQ(bridge.error(), vector.refused) << vector.name;
    const std::string reaction = bridge.handle(R"({"type":"host.woke"})", 1);
    if (vector.refused.empty()) {
      EXPECT_THAT(reaction, StartsWith("{\"commands\":[")) << vector.name;
    } else {
      EXPECT_EQ(reaction, refusal_of(vector.refused)) << vector.name;
    }
  }
}

TEST(ConfigText, ThatIsNoJsonIsRefused) {
  EXPECT_EQ(CallBridge("").error(), "not-json");
  EXPECT_EQ(CallBridge("{").error(), "not-json");
}

}  // namespace
}  // namespace groupcall::bridge
