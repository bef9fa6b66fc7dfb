// That what others wrote steers no terminal, wherever it is printed.
#include "tools/flight/print.h"

#include <gmock/gmock.h>

#include <sstream>

namespace groupcall::flight {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Print, ReplacesControlsOfOneByte) { EXPECT_EQ(printable("a\x1b[2Jb\x7f\n", 100), "a?[2Jb??"); }

TEST(Print, ReplacesControlsOfTwoBytesAndKeepsAllOtherLetters) {
  EXPECT_EQ(printable("a\xc2\x9b"
                      "31mb\xc2\x80\xc2\x9f",
                      100),
            "a??31mb????");
  EXPECT_EQ(printable("\xc2\xa0\xc3\x9b \xe2\x82\x9b \xf0\x9f\x8e\x88", 100),
            "\xc2\xa0\xc3\x9b \xe2\x82\x9b \xf0\x9f\x8e\x88");
  EXPECT_EQ(printable("a\xc2", 100), "a\xc2");
}

TEST(Print, SaysWhereATextIsCutOff) {
  EXPECT_EQ(printable("abcd", 3), "abc...");
  EXPECT_EQ(printable("abc", 3), "abc");
}

TEST(Print, NoPartOfADifferenceSteersTheTerminal) {
  const std::string evil = "x\x1b]0;owned\x07\xc2\x9b" + std::string(1'000, 'y');
  Outcome outcome;
  outcome.difference =
      Difference{7,
                 R"({"type":")" + evil + R"("})",
                 R"({"refused":"\u001b]0;owned\u0007)" + std::string(1'000, 'z') + R"("})",
                 R"({"commands":[{"type":"\u001b\u009b"}]})",
                 "0123456789abcdef",
                 {"line 6: " + evil + " -> nothing"}};
  std::ostringstream out;
  print_outcome(out, "record.jsonl", outcome, false);
  EXPECT_THAT(out.str(), HasSubstr("the reaction to x?]0;owned???y"));
  EXPECT_THAT(out.str(), HasSubstr("commands: refused: ?]0;owned?zzz"));
  EXPECT_THAT(out.str(), HasSubstr("replayed: ???\n"));
  for (const char* control : {"\x1b", "\x07", "\xc2\x9b"})
    EXPECT_THAT(out.str(), Not(HasSubstr(control)));
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) EXPECT_LT(line.size(), 500U);
}

}  // namespace
}  // namespace groupcall::flight
