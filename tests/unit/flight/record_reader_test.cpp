// What a file may be, and what is said of one that is no record.
#include "tools/flight/record_reader.h"

#include <gmock/gmock.h>

#include "tests/unit/flight/sample_record.h"

namespace groupcall::flight {
namespace {

using testing::HasSubstr;

struct Read {
  Header header;
  std::vector<std::int64_t> times;
  std::vector<Gap> gaps;
  std::string error;
};

Read read(const std::string& bytes, ReadLimits limits = {}) {
  RecordReader reader(bytes, limits);
  Read all{reader.header(), {}, {}, {}};
  while (const auto line = reader.next()) {
    if (const auto* gap = std::get_if<Gap>(&*line)) all.gaps.push_back(*gap);
    if (const auto* event = std::get_if<EventLine>(&*line)) all.times.push_back(event->now_us);
  }
  all.error = reader.error();
  return all;
}

const std::string kHeader = std::string(kHeaderStart) + R"({"seed":"s"}})" + "\n";
const std::string kEvent = R"([7,{"type":"host.woke"},"0123456789abcdef"])";

TEST(RecordReader, ReadsAPlainFile) {
  const std::string text = joined(record_lines());
  const Read all = read(text);
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.times.size(), 25U);
  EXPECT_EQ(all.header.version, 1);
  EXPECT_EQ(all.header.build, "0.1.0+abc");
  EXPECT_FALSE(all.header.redacted);
  EXPECT_EQ(all.header.config, recorded_call()[0]);
}

TEST(RecordReader, ReadsGzipOfAnyNumberOfMembers) {
  std::string file;
  for (const std::string& line : record_lines()) file += gzip(line + "\n");
  const Read all = read(file);
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.times.size(), 25U);
}

// Members end where the page sealed a chunk; a reader's blocks end anywhere.
TEST(RecordReader, ReadsMembersLargerThanItsBlocks) {
  std::string text = kHeader;
  for (int i = 0; i < 20'000; ++i)
    text += "[" + std::to_string(i) + R"(,{"type":"host.woke"},"0123456789abcdef"])" + "\n";
  const Read all = read(gzip(text) + gzip("[30000,{}]\n") + gzip("") + gzip("[30001,{}]"));
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.times.size(), 20'002U);
  EXPECT_EQ(all.times.back(), 30'001);
}

TEST(RecordReader, ReadsWhatOlderBuildsWrote) {
  const Read all = read("{\"seed\":\"s\"}\n[7,{\"type\":\"host.woke\"},{\"commands\":[]}]\n");
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.header.version, 0);
  EXPECT_EQ(all.header.config, "{\"seed\":\"s\"}");
  EXPECT_EQ(all.times, std::vector<std::int64_t>{7});
}

TEST(RecordReader, TellsWhatIsKnownOfAReaction) {
  const std::string text = kHeader + kEvent + "\n" + R"([8,{"a":"}]"},{"commands":[]}])" + "\n" +
                           R"([9,{"a":"\"}"}])" + "\n";
  RecordReader reader(text);
  const auto first = std::get<EventLine>(*reader.next());
  EXPECT_EQ(first.hash, "0123456789abcdef");
  EXPECT_EQ(first.number, 2U);
  const auto second = std::get<EventLine>(*reader.next());
  EXPECT_EQ(second.event, R"({"a":"}]"})");
  EXPECT_EQ(second.reaction, R"({"commands":[]})");
  const auto third = std::get<EventLine>(*reader.next());
  EXPECT_TRUE(third.hash.empty() && third.reaction.empty());
}

TEST(RecordReader, TellsWhatIsMissing) {
  const Read all =
      read(kHeader + kEvent + "\n{\"gap\":{\"events\":5,\"from\":8,\"to\":90}}\n[91,{}]");
  EXPECT_EQ(all.error, "");
  ASSERT_EQ(all.gaps.size(), 1U);
  EXPECT_EQ(all.gaps[0].events, 5);
  EXPECT_EQ(all.gaps[0].to_us, 90);
}

TEST(RecordReader, RefusesWithTheLineAndAReason) {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"", "line 1: the file is empty"},
      {"\n\n", "the file is empty"},
      {"hello", "line 1: this is no flight record"},
      {"[1,{}]", "no flight record"},
      {"{}", "neither header nor config"},
      {R"({"groupcall":"record","version":2,"build":"9.9","config":{}})",
       "format version 2 of build \"9.9\""},
      {R"({"groupcall":"record","version":1})", "the header has no config"},
      {R"({"groupcall":"record","version":1,"config":7})", "the header has no config"},
      {kHeader + "hello", "line 2: neither"},
      {kHeader + "[7]", "line 2: neither"},
      {kHeader + "[x,{}]", "line 2: neither"},
      {kHeader + "[-7,{}]", "line 2: neither"},
      {kHeader + "[99999999999999999999,{}]", "line 2: neither"},
      {kHeader + "[9007199254740993,{}]", "line 2: neither"},
      {kHeader + "[7,{}", "line 2: neither"},
      {kHeader + "[7,{\"a\":\"}]", "line 2: neither"},
      {kHeader + "[7,{},\"0123\"]", "line 2: neither"},
      {kHeader + "[7,{},\"0123456789ABCDEF\"]", "line 2: neither"},
      {kHeader + "[7,{},{}{}]", "line 2: neither"},
      {kHeader + "[7,{},8]", "line 2: neither"},
      {kHeader + "{\"gap\":{\"events\":0,\"from\":1,\"to\":2}}", "line 2: neither"},
      {kHeader + "{\"gap\":{\"events\":1,\"from\":2,\"to\":1}}", "line 2: neither"},
      {kHeader + kEvent + "\n[6,{}]", "line 3: time runs backwards"},
  };
  for (const auto& [bytes, reason] : bad)
    EXPECT_THAT(read(bytes).error, HasSubstr(reason)) << bytes;
}

TEST(RecordReader, TellsATruncatedFileFromACorruptOne) {
  const std::string file = gzip(joined(record_lines()));
  for (const std::size_t size :
       {file.size() - 1, file.size() - 9, file.size() / 2, std::size_t{20}})
    EXPECT_THAT(read(file.substr(0, size)).error, HasSubstr("truncated")) << size;
  std::string corrupt = file;
  corrupt[file.size() / 2] = static_cast<char>(corrupt[file.size() / 2] ^ 0x55);
  EXPECT_THAT(read(corrupt).error, HasSubstr("corrupt"));
  EXPECT_THAT(read(file + "appendix").error, HasSubstr("corrupt"));
}

// What could be read before is there all the same.
TEST(RecordReader, GivesWhatComesBeforeTheEndOfATruncatedFile) {
  const std::string text = joined(record_lines());
  const Read all = read(gzip(text.substr(0, text.size() / 2)) +
                        gzip(text.substr(text.size() / 2)).substr(0, 15));
  EXPECT_THAT(all.error, HasSubstr("truncated"));
  EXPECT_GT(all.times.size(), 3U);
}

TEST(RecordReader, IsNotFloodedByWhatInflates) {
  const std::string bomb = gzip(kHeader + std::string(50'000'000, 'x'));
  ASSERT_LT(bomb.size(), 60'000U);
  EXPECT_THAT(read(bomb).error, HasSubstr("a line is longer than 16000000 bytes"));
  std::string lines = kHeader;
  for (int i = 0; i < 10'000; ++i) lines += kEvent + "\n";
  EXPECT_THAT(read(gzip(lines), {1'000, 100'000}).error, HasSubstr("inflates to more than 100000"));
  EXPECT_THAT(read(lines, {1'000, 100'000}).error, HasSubstr("longer than 100000 bytes"));
}

}  // namespace
}  // namespace groupcall::flight
