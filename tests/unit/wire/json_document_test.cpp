#include "core/wire/json_document.h"

#include <gmock/gmock.h>

#include "core/public/config.h"
#include "tests/unit/wire/refusal_text.h"

namespace groupcall::wire {
namespace {

using testing::Optional;

// Parsed and written again; or why not.
std::string rewritten(std::string_view text, std::uint32_t limit = 1'000) {
  Refusal refusal;
  const auto document = JsonDocument::parse(text, limit, refusal);
  if (!document) return text_of(refusal);
  std::string out;
  document->root().write(out);
  return out;
}

TEST(JsonDocument, WritesBackWhatItRead) {
  const std::vector<std::string> texts = {
      "null",
      "true",
      "false",
      "0",
      "-0",
      "12345678901234567890123456789012345678901234567890",
      "0.1",
      "3.141592653589793238462643383279502884197",
      "1.0",
      "1e3",
      "-2.50E+02",
      "0E-0",
      "1e99999999999999999999",
      "9007199254740993",
      "\"\"",
      R"("a\"b\\c\n\t\r\b\f")",
      R"("\u0000\u001f")",
      "\"\xc3\xa4 \xf0\x9f\x8e\x88 \x7f\"",
      "[]",
      "{}",
      R"([1,[2,[]],{"a":{"b":[true,null]}}])",
      R"({"a":1,"a":2})",
      R"({"":""})",
  };
  for (const std::string& text : texts) EXPECT_EQ(rewritten(text), text);
}

TEST(JsonDocument, WritesOneFormOnly) {
  EXPECT_EQ(rewritten(" { \"a\" : [ 1 , 2 ] }\r\n"), R"({"a":[1,2]})");
  EXPECT_EQ(rewritten(R"("\u0041\/\u00e4\ud83c\udf88")"), "\"A/\xc3\xa4\xf0\x9f\x8e\x88\"");
}

TEST(JsonDocument, RefusesWhatIsNoJson) {
  const std::vector<std::string> bad = {"",         " ",        "{",
                                        "[1,]",     "{\"a\":}", "{a:1}",
                                        "'a'",      "01",       "+1",
                                        ".5",       "1.",       "-",
                                        "-01",      "1e",       "1e+",
                                        "1e-+2",    "1.e2",     "[-]",
                                        "[0,1.,2]", "nul",      "NaN",
                                        "[1] 2",    "[]]",      "\"\n\"",
                                        "\"\\x\"",  "// c\n1",  "\"\xed\xa0\xbd\"",
                                        "\"\xff\"", "\"\xc3\"", "\"open"};
  for (const std::string& text : bad) EXPECT_EQ(rewritten(text), "not-json") << text;
}

// Boost's parser could wait for the rest of a text, and skip comments; ours has neither part.
TEST(JsonDocument, RefusesWhatEndsTooEarly) {
  const std::string text =
      R"( {"a" : [true, false, null, -1.5e+3, "\u00e4\ud83c\udf88\n"] , "b":{}})";
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_EQ(rewritten(text.substr(0, size)), "not-json") << size;
}

TEST(JsonDocument, RefusesCommentsEverywhere) {
  for (const std::string comment : {"/*c*/", "//c\n", "/", "/*"}) {
    for (const std::string where : {"#1", "1#", "[#]", "[1#]", "[1,#2]", "{#}", R"({"a"#:1})",
                                    R"({"a":#1})", R"({"a":1#})", R"({"a":1,#"b":2})"}) {
      std::string text = where;
      text.replace(text.find('#'), 1, comment);
      EXPECT_EQ(rewritten(text), "not-json") << text;
    }
  }
}

TEST(JsonDocument, KeepsItsLimit) {
  EXPECT_EQ(rewritten("\"12345678\"", 10), "\"12345678\"");
  EXPECT_EQ(rewritten("\"123456789\"", 10), "too-long");
}

TEST(JsonDocument, SurvivesAnyDepth) {
  EXPECT_EQ(rewritten(std::string(400, '['), 1'000), "not-json");
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(rewritten(deep, 1'000'000),
            std::string(limits::kFrameDepth, '[') + "null" + std::string(limits::kFrameDepth, ']'));
}

TEST(JsonDocument, FindsTheLastOfRepeatedMembersAsJavaScriptDoes) {
  Refusal refusal;
  const auto document = JsonDocument::parse(R"({"a":1,"b":2,"a":3})", 100, refusal);
  ASSERT_TRUE(document);
  EXPECT_THAT(document->root().find("a")->integer(), Optional(3));
  EXPECT_FALSE(document->root().find("c"));
}

TEST(JsonDocument, TellsIntegersFromOtherNumbers) {
  const auto integer = [](std::string_view text) -> std::optional<std::int64_t> {
    Refusal refusal;
    const auto document = JsonDocument::parse(text, 100, refusal);
    return document ? document->root().integer() : std::nullopt;
  };
  EXPECT_THAT(integer("0"), Optional(0));
  EXPECT_THAT(integer("-7"), Optional(-7));
  EXPECT_THAT(integer("9223372036854775807"), Optional(INT64_MAX));
  EXPECT_THAT(integer("-9223372036854775808"), Optional(INT64_MIN));
  EXPECT_EQ(integer("9223372036854775808"), std::nullopt);
  EXPECT_EQ(integer("-9223372036854775809"), std::nullopt);
  EXPECT_EQ(integer("1.0"), std::nullopt);
  EXPECT_EQ(integer("1e3"), std::nullopt);
  EXPECT_EQ(integer("\"1\""), std::nullopt);
  EXPECT_EQ(integer("true"), std::nullopt);
}

TEST(JsonDocument, WritesIntegers) {
  const auto written = [](std::int64_t value) {
    std::string out = "=";
    encode_integer(value, out);
    return out;
  };
  EXPECT_EQ(written(0), "=0");
  EXPECT_EQ(written(-1), "=-1");
  EXPECT_EQ(written(1'000'000'007), "=1000000007");
  EXPECT_EQ(written(INT64_MAX), "=9223372036854775807");
  EXPECT_EQ(written(INT64_MIN), "=-9223372036854775808");
}

TEST(JsonDocument, MeasuresDepth) {
  const auto depth = [](std::string_view text) {
    Refusal refusal;
    const auto document = JsonDocument::parse(text, 100, refusal);
    return document ? document->root().depth() : 99U;
  };
  EXPECT_EQ(depth("1"), 0U);
  EXPECT_EQ(depth("[]"), 1U);
  EXPECT_EQ(depth(R"({"a":[],"b":{"c":[1]}})"), 3U);
}

TEST(JsonText, EscapesOnlyWhatItMust) {
  std::string out;
  encode_text(std::string_view("\0\x01\"\\/\x7f\xc3\xa4", 8), out);
  EXPECT_EQ(out, "\"\\u0000\\u0001\\\"\\\\/\x7f\xc3\xa4\"");
}

}  // namespace
}  // namespace groupcall::wire
