#include "core/wire/socketio_packet.h"

#include <gmock/gmock.h>

#include "core/public/config.h"
#include "tests/unit/wire/refusal_text.h"

namespace groupcall::wire {
namespace {

TEST(SocketPacket, HasATypeAnAcknowledgementAndAPayload) {
  struct Good {
    std::string message;
    SocketType type;
    std::int64_t ack_id;
    std::string payload;
  };
  const std::vector<Good> good = {
      {"0", SocketType::Connect, -1, ""},
      {R"(0{"sid":"a"})", SocketType::Connect, -1, R"({"sid":"a"})"},
      {R"(0/,{"sid":"a"})", SocketType::Connect, -1, R"({"sid":"a"})"},
      {"0/", SocketType::Connect, -1, ""},
      {"1", SocketType::Disconnect, -1, ""},
      {R"(2["e",{}])", SocketType::Event, -1, R"(["e",{}])"},
      {R"(212["e"])", SocketType::Event, 12, R"(["e"])"},
      {R"(2/,7["e"])", SocketType::Event, 7, R"(["e"])"},
      {R"(20["e"])", SocketType::Event, 0, R"(["e"])"},
      {R"(2999999999["e"])", SocketType::Event, 999'999'999, R"(["e"])"},
      {R"(312["pong"])", SocketType::Ack, 12, R"(["pong"])"},
      {R"(4{"message":"no"})", SocketType::ConnectError, -1, R"({"message":"no"})"},
      {"4", SocketType::ConnectError, -1, ""},
  };
  for (const Good& g : good) {
    Refusal refusal;
    const auto packet = decode_socket_packet(g.message, refusal);
    ASSERT_TRUE(packet) << g.message << ": " << text_of(refusal);
    EXPECT_EQ(packet->type, g.type) << g.message;
    EXPECT_EQ(packet->ack_id, g.ack_id) << g.message;
    EXPECT_EQ(packet->payload, g.payload) << g.message;
  }
}

TEST(SocketPacket, IsRefusedWithItsReason) {
  struct Bad {
    std::string message;
    std::string refusal;
  };
  const std::vector<Bad> bad = {
      {"", "empty"},
      {"7", "unknown-type"},
      {"x", "unknown-type"},
      {R"(5["e"])", "bad-packet"},
      {R"(51["e"])", "bad-packet"},
      {R"(5-["e"])", "bad-packet"},
      {"51-", "bad-packet"},
      {"61-{}", "bad-packet"},
      {R"(517-["e"])", "too-long"},
      {R"(5999999999-["e"])", "too-long"},
      {R"(21234567890["e"])", "bad-packet"},
      {"2", "bad-packet"},
      {"212", "bad-packet"},
      {"2{}", "bad-packet"},
      {"2\"e\"", "bad-packet"},
      {"3", "bad-packet"},
      {"2-1[\"e\"]", "bad-packet"},
  };
  for (const Bad& b : bad) {
    Refusal refusal;
    EXPECT_FALSE(decode_socket_packet(b.message, refusal)) << b.message;
    EXPECT_EQ(text_of(refusal), b.refusal) << b.message;
  }
}

TEST(SocketPacket, TellsItsNamespaceAndHowManyAttachmentsFollow) {
  struct Row {
    std::string message;
    std::string name_space;
    std::int64_t ack_id;
    std::int64_t attachments;
    std::string payload;
  };
  const std::vector<Row> rows = {
      {R"(2["e"])", "/", -1, 0, R"(["e"])"},
      {R"(2/admin,["e"])", "/admin", -1, 0, R"(["e"])"},
      {R"(2/admin,7["e"])", "/admin", 7, 0, R"(["e"])"},
      {"0/admin", "/admin", -1, 0, ""},
      {R"(51-["e",{"_placeholder":true,"num":0}])", "/", -1, 1,
       R"(["e",{"_placeholder":true,"num":0}])"},
      {R"(516-/admin,12["e"])", "/admin", 12, 16, R"(["e"])"},
      {R"(50-["e"])", "/", -1, 0, R"(["e"])"},
      {R"(62-3["e"])", "/", 3, 2, R"(["e"])"},
  };
  for (const Row& row : rows) {
    Refusal refusal;
    const auto packet = decode_socket_packet(row.message, refusal);
    ASSERT_TRUE(packet) << row.message << ": " << text_of(refusal);
    EXPECT_EQ(packet->name_space, row.name_space) << row.message;
    EXPECT_EQ(packet->ack_id, row.ack_id) << row.message;
    EXPECT_EQ(packet->attachments, row.attachments) << row.message;
    EXPECT_EQ(packet->payload, row.payload) << row.message;
  }
}

TEST(SocketPacket, IsWrittenWithoutTheDefaultNamespace) {
  EXPECT_EQ(encode_socket_packet(SocketType::Event, "/", -1, R"(["e"])"), R"(2["e"])");
  EXPECT_EQ(encode_socket_packet(SocketType::Event, "/", 0, R"(["e"])"), R"(20["e"])");
  EXPECT_EQ(encode_socket_packet(SocketType::Ack, "/admin", 12, "[]"), "3/admin,12[]");
  EXPECT_EQ(encode_socket_packet(SocketType::Connect, "/admin", -1, ""), "0/admin,");
}

TEST(ConnectError, IsTheServersOwnWordsWhereItHasAny) {
  EXPECT_EQ(decode_connect_error(R"({"message":"not allowed"})"), "not allowed");
  EXPECT_EQ(decode_connect_error(R"({"message":{"x":1}})"), "");
  EXPECT_EQ(decode_connect_error(R"("old style")"), "");
  EXPECT_EQ(decode_connect_error(""), "");
  const std::string longest(limits::kTextBytes, 'm');
  EXPECT_EQ(decode_connect_error(R"({"message":")" + longest + "\"}"), longest);
  EXPECT_EQ(decode_connect_error(R"({"message":")" + longest + "m\"}"), "");
}

TEST(CodecError, IsCountedUnderItsPlaceAndItsReason) {
  struct Row {
    CodecError error;
    Tally tally;
  };
  const std::vector<Row> rows = {
      {CodecError::Empty, Tally::RefusedEmpty},
      {CodecError::TooLong, Tally::RefusedTooLong},
      {CodecError::NotJson, Tally::RefusedNotJson},
      {CodecError::TooDeep, Tally::RefusedTooDeep},
      {CodecError::WrongShape, Tally::RefusedWrongShape},
      {CodecError::MissingField, Tally::RefusedMissingField},
      {CodecError::OutOfRange, Tally::RefusedOutOfRange},
      {CodecError::UnknownChoice, Tally::RefusedUnknownChoice},
      {CodecError::UnknownType, Tally::RefusedUnknownType},
      {CodecError::BadPacket, Tally::RefusedBadPacket},
      {CodecError::StrayBinary, Tally::RefusedStrayBinary},
      {CodecError::OtherNamespace, Tally::RefusedOtherNamespace},
  };
  for (const Row& row : rows) {
    Counters counters;
    count_refusal(Refusal{row.error, {}, 0}, Tally::RefusedFrames, counters);
    EXPECT_EQ(counters.value(row.tally), 1) << error_name(row.error);
    EXPECT_EQ(counters.value(Tally::RefusedFrames), 1);
    std::vector<std::string> named;
    counters.take_changed([&](std::string_view name, std::int64_t) { named.emplace_back(name); });
    EXPECT_EQ(named.size(), 2U) << "one place and one reason";
  }
}

}  // namespace
}  // namespace groupcall::wire
