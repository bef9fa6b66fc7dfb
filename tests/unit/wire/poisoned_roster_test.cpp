// A `joined` with one participant at fault: the others must not notice.
#include <gmock/gmock.h>

#include "core/public/config.h"
#include "core/wire/groupcall_message.h"
#include "tests/unit/wire/refusal_text.h"

namespace groupcall::wire {
namespace {

std::string sound(int i) {
  return R"({"userId":"u)" + std::to_string(i) +
         R"(","userInfo":{"fullname":"N"},"tracks":{"audio":true,"video":true}})";
}

struct Roster {
  Joined message;
  Refusal refusal;
};

// Twenty participants, number `at` replaced.
Roster roster_with(const std::string& poison, int at = 7, int count = 20) {
  std::string text = R"(["groupcall:joined",{"roomId":"r","participants":[)";
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    text += i == at ? poison : sound(i);
  }
  text += R"(],"callType":"video"}])";
  Roster roster;
  ServerMessage message;
  EXPECT_TRUE(decode_server_message(text, message, roster.refusal))
      << poison.substr(0, 100) << ": " << text_of(roster.refusal);
  if (auto* joined = std::get_if<Joined>(&message)) roster.message = std::move(*joined);
  return roster;
}

std::string nested(std::size_t depth) {
  std::string text = "1";
  for (std::size_t i = 0; i < depth; ++i) text = "{\"a\":" + text + "}";
  return text;
}
// userInfo of exactly this many levels.
std::string of_depth(std::size_t depth) {
  return R"({"userId":"p","userInfo":{"x":)" + nested(depth - 1) + "}}";
}
// userInfo of exactly this many bytes.
std::string of_size(std::size_t bytes) {
  const std::string empty = R"({"fullname":""})";
  return R"({"userId":"p","userInfo":{"fullname":")" + std::string(bytes - empty.size(), 'n') +
         "\"}}";
}

TEST(PoisonedRoster, LosesOnlyTheParticipantAtFault) {
  const std::vector<std::string> poisons = {
      "null",
      "7",
      "\"u\"",
      "[]",
      "{}",
      R"({"userId":7})",
      R"({"userId":null})",
      R"({"userId":"p","userInfo":"Ada"})",
      R"({"userId":"p","tracks":7})",
      R"({"userId":"p","tracks":{"groupcall":{"v":1}}})",
      R"({"userId":"p","userInfo":{"groupcall":{"v":-1,"epoch":"e"}}})",
      R"({"userId":")" + std::string(limits::kIdBytes + 1, 'u') + "\"}",
      of_depth(limits::kBlobDepth + 1),
      of_depth(limits::kFrameDepth + 1),
      of_depth(5'000),
      of_size(limits::kUserInfoBytes + 1),
      of_size(200'000),
  };
  for (const std::string& poison : poisons) {
    const Roster roster = roster_with(poison);
    ASSERT_EQ(roster.message.participants.size(), 19U) << poison.substr(0, 100);
    EXPECT_EQ(roster.refusal.skipped, 1) << poison.substr(0, 100);
    EXPECT_FALSE(roster.refusal) << poison.substr(0, 100);
    EXPECT_EQ(roster.message.participants[7].user_id, UserId{"u8"});
  }
}

TEST(PoisonedRoster, KeepsWhatIsOnTheEdge) {
  for (const std::string& poison :
       {of_depth(limits::kBlobDepth), of_size(limits::kUserInfoBytes)}) {
    const Roster roster = roster_with(poison);
    EXPECT_EQ(roster.message.participants.size(), 20U);
    EXPECT_EQ(roster.refusal.skipped, 0);
  }
}

TEST(PoisonedRoster, KeepsTheOwnerOfALoneSurrogate) {
  const Roster roster =
      roster_with(R"({"userId":"p","userInfo":{"fullname":"A\ud83d","\udc00":"\udc00\ud83d"}})");
  ASSERT_EQ(roster.message.participants.size(), 20U);
  EXPECT_EQ(roster.refusal.skipped, 0);
  EXPECT_EQ(roster.message.participants[7].user_info.json,
            "{\"fullname\":\"A\xef\xbf\xbd\",\"\xef\xbf\xbd\":\"\xef\xbf\xbd\xef\xbf\xbd\"}");
}

TEST(PoisonedRoster, IsNotFooledByBracketsInStrings) {
  const Roster roster =
      roster_with(R"({"userId":"p","userInfo":{"fullname":")" + std::string(100, '[') + "\"}}");
  EXPECT_EQ(roster.message.participants.size(), 20U);
}

TEST(PoisonedRoster, EndsAtItsLimit) {
  const int limit = static_cast<int>(limits::kParticipants);
  EXPECT_EQ(roster_with("", -1, limit).refusal.skipped, 0);
  const Roster roster = roster_with("", -1, limit + 3);
  EXPECT_EQ(roster.message.participants.size(), limits::kParticipants);
  EXPECT_EQ(roster.refusal.skipped, 3);
}

TEST(PoisonedRoster, WithoutAListHasNobody) {
  ServerMessage message;
  Refusal refusal;
  EXPECT_TRUE(decode_server_message(R"(["groupcall:joined",{"roomId":"r"}])", message, refusal));
  EXPECT_TRUE(std::get<Joined>(message).participants.empty());
  EXPECT_FALSE(decode_server_message(R"(["groupcall:joined",{"roomId":"r","participants":{}}])",
                                     message, refusal));
  EXPECT_EQ(text_of(refusal), "wrong-shape participants");
}

}  // namespace
}  // namespace groupcall::wire
