#include "core/wire/json_repair.h"

#include <gmock/gmock.h>

#include <array>

#include "core/base/random.h"
#include "core/public/config.h"

namespace groupcall::wire {
namespace {

std::string nested(int depth, char open = '[', char close = ']') {
  const auto n = static_cast<std::size_t>(depth);
  return std::string(n, open) + std::string(n, close);
}

constexpr int kDeepest = static_cast<int>(limits::kFrameDepth);

TEST(JsonRepair, LeavesSoundTextsAlone) {
  const std::vector<std::string> sound = {
      "",
      "{}",
      R"({"a":"b"})",
      R"({"a":"\n\t\"\\\u00e4\ufffd"})",
      R"({"a":"\\ud83d"})",  // an escaped backslash, then four harmless letters
      R"({"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["})",
      R"({"a\"]]]":"}}}"})",
      nested(kDeepest),
      nested(kDeepest) + nested(kDeepest),
      "not json at all }}}]]]",
  };
  for (const std::string& text : sound) {
    EXPECT_EQ(repair_json(text), text);
  }
}

TEST(JsonRepair, ReplacesLoneSurrogatesWithTheReplacementCharacter) {
  struct Row {
    std::string text;
    std::string mended;
  };
  const std::vector<Row> rows = {
      {R"(["\ud83d"])", R"(["\ufffd"])"},
      {R"(["\uD83D"])", R"(["\ufffd"])"},
      {R"(["\udc4d"])", R"(["\ufffd"])"},
      {R"(["\udbff"])", R"(["\ufffd"])"},
      {R"(["\udfff"])", R"(["\ufffd"])"},
      {R"(["\udc4d\ud83d"])", R"(["\ufffd\ufffd"])"},
      {R"(["\ud83d\ud83d\udc4d"])", R"(["\ufffd\ud83d\udc4d"])"},
      {R"(["\ud83d\udc4d\udc4d"])", R"(["\ud83d\udc4d\ufffd"])"},
      {R"(["\ud83dx\udc4d"])", R"(["\ufffdx\ufffd"])"},
      {R"(["\ud83d\n"])", R"(["\ufffd\n"])"},
      {R"({"\ud83d":1})", R"({"\ufffd":1})"},
      {R"(["\\\ud83d"])", R"(["\\\ufffd"])"},
      {R"(["\ud83d)", R"(["\ufffd)"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(repair_json(row.text), row.mended);
  }
}

TEST(JsonRepair, KeepsPairsOfSurrogates) {
  const std::string pairs = R"(["\ud83d\udc4d","\uD83D\uDC4D","\ud800\udc00","\udbff\udfff"])";
  EXPECT_EQ(repair_json(pairs), pairs);
}

TEST(JsonRepair, DoesNotTakeBrokenEscapesForSurrogates) {
  for (const std::string text : {R"(["\ud8"])", R"(["\ud8zz"])", R"(["\u"])", R"(["\)"}) {
    EXPECT_EQ(repair_json(text), text);
  }
}

TEST(JsonRepair, CutsOffWhatIsNestedTooDeep) {
  const std::string around(limits::kFrameDepth, '[');
  const std::string after(limits::kFrameDepth, ']');
  EXPECT_EQ(repair_json(nested(kDeepest + 1)), around + "null" + after);
  EXPECT_EQ(repair_json(around + "{\"a\":[1,2,{\"]\":3}]},7" + after), around + "null,7" + after);
  EXPECT_EQ(repair_json(nested(5'000)), around + "null" + after);
  EXPECT_EQ(repair_json(nested(kDeepest + 1, '{', '}')),
            std::string(limits::kFrameDepth, '{') + "null" + std::string(limits::kFrameDepth, '}'));
}

TEST(JsonRepair, CountsNoBracketsInsideStrings) {
  const std::string around(limits::kFrameDepth, '[');
  const std::string after(limits::kFrameDepth, ']');
  // The bracket hides in a string, in the part that is cut: were it counted, the rest would go too.
  EXPECT_EQ(repair_json(around + R"([" ] \" ] "],"kept")" + after),
            around + R"(null,"kept")" + after);
}

TEST(JsonRepair, ChangesNothingTheSecondTime) {
  constexpr auto kPieces = std::to_array<std::string_view>(
      {"[",       "[",       "[[[[[[[[[[", "{",     "]", "}", "\"", "\"", "\\",   "\\\"",
       "\\ud83d", "\\udc4d", "\\u",        "ud83d", "a", ",", ":",  "1",  "\\\\", "null"});
  Random random("repair");
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const auto pieces = random.below(60);
    for (std::uint64_t i = 0; i < pieces; ++i)
      text += kPieces[static_cast<std::size_t>(random.below(kPieces.size()))];
    const std::string once = repair_json(text);
    ASSERT_EQ(repair_json(once), once) << text;
  }
}

}  // namespace
}  // namespace groupcall::wire
