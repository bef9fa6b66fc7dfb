// Whether a record's reactions are this core's, and what is said where they are not.
#include "tools/flight/replayer.h"

#include <gmock/gmock.h>

#include "tests/unit/flight/sample_record.h"

namespace groupcall::flight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct Result {
  Outcome outcome;
  std::vector<std::string> shown;  ///< types; `type?` where the core was not asked
};

Result play(const std::string& bytes, ReplayOptions options = {}) {
  RecordReader reader(bytes);
  Result result;
  result.outcome = replay(reader, options, [&result](const Played& played) {
    result.shown.push_back(type_of(played.event) + (played.reaction.empty() ? "?" : ""));
  });
  return result;
}

TEST(Replayer, FindsTheSameReactions) {
  const Result result = play(joined(record_lines()));
  EXPECT_TRUE(result.outcome.same());
  EXPECT_EQ(result.outcome.checked, 25U);
  EXPECT_EQ(result.shown.size(), 25U);
}

TEST(Replayer, ComparesAllOfAReactionThatIsThere) {
  const std::vector<std::string> call = recorded_call();
  bridge::CallBridge bridge(call[0]);
  const std::string event = call[1].substr(call[1].find(',') + 1);
  const std::string reaction =
      bridge.handle(event.substr(0, event.size() - 1), std::stoll(call[1].substr(1)));
  const std::string start = call[0] + "\n" + call[1].substr(0, call[1].size() - 1) + ",";
  EXPECT_TRUE(play(start + reaction + "]").outcome.same());
  std::string changed = reaction;
  changed.replace(changed.find("\"wakeAt\""), 8, "\"wakeAT\"");
  const Result result = play(start + changed + "]");
  ASSERT_TRUE(result.outcome.difference);
  EXPECT_EQ(result.outcome.difference->recorded, changed);
  EXPECT_EQ(result.outcome.difference->replayed, reaction);
}

TEST(Replayer, StopsAtTheFirstHashThatDiffersAndSaysWhatCameBefore) {
  std::vector<std::string> lines = record_lines();
  std::string& line = lines[10];
  line.replace(line.size() - 4, 1, line[line.size() - 4] == '0' ? "1" : "0");
  const Result result = play(joined(lines));
  ASSERT_TRUE(result.outcome.difference);
  const Difference& difference = *result.outcome.difference;
  EXPECT_EQ(difference.line, 11U);
  EXPECT_EQ(result.outcome.checked, 9U);
  EXPECT_EQ(result.shown.size(), 10U);
  EXPECT_NE(difference.recorded, difference.replayed_hash);
  ASSERT_EQ(difference.before.size(), 5U);
  EXPECT_THAT(difference.before.back(), StartsWith("line 10: "));
}

TEST(Replayer, ShowsButDoesNotPlayWhatComesAfterAGap) {
  std::vector<std::string> lines = record_lines();
  lines[3] = R"({"gap":{"events":1,"from":1010200,"to":1010200}})";
  // Their hashes are of another past.
  const Result result = play(joined(lines));
  EXPECT_TRUE(result.outcome.same());
  EXPECT_EQ(result.outcome.checked, 2U);
  EXPECT_EQ(result.outcome.unchecked, 22U);
  ASSERT_TRUE(result.outcome.gap);
  EXPECT_EQ(result.outcome.gap->from_us, 10'200) << "since the first event, as in the timeline";
  EXPECT_THAT(result.shown[2], testing::EndsWith("?"));
}

TEST(Replayer, DoesNotPlayTheEventOfWhichTheModuleDied) {
  std::vector<std::string> lines = record_lines();
  lines.resize(4);
  lines[3] = lines[3].substr(0, lines[3].rfind(",\"")) + "]";
  const Result result = play(joined(lines));
  EXPECT_TRUE(result.outcome.same());
  EXPECT_EQ(result.outcome.checked, 2U);
  EXPECT_EQ(result.outcome.unchecked, 1U);
}

TEST(Replayer, StopsWhereItIsTold) {
  ReplayOptions options;
  options.until_us = 20'000;
  const Result result = play(joined(record_lines()), options);
  EXPECT_TRUE(result.outcome.same());
  EXPECT_LT(result.outcome.checked, 10U);
  EXPECT_GT(result.outcome.checked, 2U);
}

TEST(Replayer, SaysWhatIsWrongWithTheFile) {
  EXPECT_THAT(play("").outcome.error, HasSubstr("empty"));
  EXPECT_THAT(play("{\"seed\":\"s\"}\n[1,{}]").outcome.error, HasSubstr("the config is refused"));
  const std::string config = recorded_call()[0] + "\n";
  EXPECT_EQ(play(config).outcome.error, "it has no events");
  EXPECT_THAT(play(config + "[1,").outcome.error, HasSubstr("line 2"));
}

TEST(Replayer, NamesWhatAReactionCommands) {
  EXPECT_EQ(kinds_of(R"({"commands":[{"type":"pc.create"},{"type":"pc.close"}]})"),
            "pc.create pc.close");
  EXPECT_EQ(kinds_of(R"({"commands":[]})"), "nothing");
  EXPECT_EQ(kinds_of(R"({"refused":"not-json"})"), "refused: not-json");
  EXPECT_EQ(kinds_of("x"), "?");
}

}  // namespace
}  // namespace groupcall::flight
