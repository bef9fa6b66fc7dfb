#include "core/wire/engineio_packet.h"

#include <gmock/gmock.h>

#include "core/public/config.h"
#include "tests/unit/wire/refusal_text.h"

namespace groupcall::wire {
namespace {

TEST(EnginePacket, IsAHandshakeAHeartbeatOrAMessage) {
  struct Good {
    std::string frame;
    EngineType type;
    std::string payload;
  };
  const std::vector<Good> good = {
      {"0{\"sid\":\"x\"}", EngineType::Open, "{\"sid\":\"x\"}"},
      {"1", EngineType::Close, ""},
      {"2", EngineType::Ping, ""},
      {"2probe", EngineType::Ping, "probe"},
      {"3", EngineType::Pong, ""},
      {"42[\"e\",{}]", EngineType::Message, "2[\"e\",{}]"},
      {"4", EngineType::Message, ""},
      {"5", EngineType::Upgrade, ""},
      {"6", EngineType::Noop, ""},
      {"4" + std::string(limits::kFrameBytes - 1, 'a'), EngineType::Message,
       std::string(limits::kFrameBytes - 1, 'a')},
  };
  for (const Good& g : good) {
    Refusal refusal;
    const auto packet = decode_engine_packet(g.frame, refusal);
    ASSERT_TRUE(packet) << g.frame.substr(0, 40);
    EXPECT_FALSE(refusal);
    EXPECT_EQ(packet->type, g.type) << g.frame.substr(0, 40);
    EXPECT_EQ(packet->payload, g.payload);
    EXPECT_EQ(encode_engine_packet(packet->type, packet->payload), g.frame);
  }
}

TEST(EnginePacket, IsRefusedWhenItsTypeIsUnknownOrItIsTooLong) {
  struct Bad {
    std::string frame;
    std::string refusal;
  };
  const std::vector<Bad> bad = {
      {"", "empty"},
      {"7", "unknown-type"},
      {"/", "unknown-type"},
      {"b42", "unknown-type"},
      {" 2", "unknown-type"},
      {std::string("\0", 1), "unknown-type"},
      {"\xf0\x9f\x8e\x88", "unknown-type"},
      {"4" + std::string(limits::kFrameBytes, 'a'), "too-long"},
  };
  for (const Bad& b : bad) {
    Refusal refusal;
    EXPECT_FALSE(decode_engine_packet(b.frame, refusal)) << b.frame.substr(0, 40);
    EXPECT_EQ(text_of(refusal), b.refusal) << b.frame.substr(0, 40);
  }
}

std::string open_payload(const std::string& interval, const std::string& timeout) {
  return R"({"sid":"s","upgrades":[],"pingInterval":)" + interval + R"(,"pingTimeout":)" + timeout +
         R"(,"maxPayload":1000000})";
}

TEST(EngineOpen, NamesTheHeartbeatOfTheServer) {
  Refusal refusal;
  const auto open = decode_engine_open(open_payload("25000", "20000"), refusal);
  ASSERT_TRUE(open);
  EXPECT_EQ(open->sid, "s");
  EXPECT_EQ(open->ping_interval, 25s);
  EXPECT_EQ(open->ping_timeout, 20s);
}

TEST(EngineOpen, KeepsItsBounds) {
  for (const auto& [interval, timeout] : {std::pair("1000", "1000"), std::pair("600000", "600000")})
    if (Refusal refusal; !decode_engine_open(open_payload(interval, timeout), refusal))
      ADD_FAILURE() << interval << " " << timeout << ": " << text_of(refusal);
  struct Bad {
    std::string payload;
    std::string refusal;
  };
  const std::vector<Bad> bad = {
      {open_payload("999", "20000"), "out-of-range pingInterval"},
      {open_payload("25000", "999"), "out-of-range pingInterval"},
      {open_payload("600001", "20000"), "out-of-range pingInterval"},
      {open_payload("25000", "600001"), "out-of-range pingInterval"},
      {open_payload("0", "0"), "out-of-range pingInterval"},
      {open_payload("-1", "20000"), "out-of-range pingInterval"},
      {open_payload("25000.5", "20000"), "out-of-range pingInterval"},
      {open_payload("25000", "2e4"), "out-of-range pingTimeout"},
      {open_payload("\"25000\"", "20000"), "out-of-range pingInterval"},
      {R"({"pingInterval":25000,"pingTimeout":20000})", "missing-field sid"},
      {R"({"sid":7,"pingInterval":25000,"pingTimeout":20000})", "wrong-shape sid"},
      {R"({"sid":"s","pingTimeout":20000})", "missing-field pingInterval"},
      {"[]", "wrong-shape"},
      {"", "not-json"},
      {"{", "not-json"},
      {std::string(limits::kTextBytes + 1, ' '), "too-long"},
  };
  for (const Bad& b : bad) {
    Refusal refusal;
    EXPECT_FALSE(decode_engine_open(b.payload, refusal)) << b.payload;
    EXPECT_EQ(text_of(refusal), b.refusal) << b.payload.substr(0, 80);
  }
}

}  // namespace
}  // namespace groupcall::wire
