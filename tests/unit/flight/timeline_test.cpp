// The story that a record tells.
#include "tools/flight/timeline.h"

#include <gmock/gmock.h>

#include "tests/unit/flight/sample_record.h"
#include "tools/flight/print.h"

namespace groupcall::flight {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// `kind peer: text` of each entry.
class Story {
 public:
  Story() : timeline_([this](const Entry& entry) { add(entry); }) {}

  Story& event(std::string_view event, std::string_view reaction = {}) {
    timeline_.show({++line_, static_cast<std::int64_t>(line_) * 1'000, event, reaction});
    return *this;
  }
  std::vector<std::string> take() { return std::exchange(told_, {}); }

 private:
  void add(const Entry& entry) {
    told_.push_back(std::string(entry.kind) + " " + entry.peer + ": " + entry.text);
  }

  std::vector<std::string> told_;
  std::size_t line_ = 0;
  Timeline timeline_;
};

TEST(Timeline, TellsTheCallOfTheVectors) {
  const std::string bytes = joined(record_lines());
  RecordReader reader(bytes);
  std::vector<std::string> told;
  Timeline timeline([&told](const Entry& entry) {
    told.push_back(entry.peer + (entry.peer.empty() ? "" : ": ") + entry.text);
  });
  replay(reader, {}, [&timeline](const Played& played) { timeline.show(played); });
  for (const char* part : {"join room group_9_1 (video)", "phase joined", "ben: is here",
                           "ben: sent offer", "own camera on", "phase idle", "ben: is gone"})
    EXPECT_THAT(told, Contains(part));
}

TEST(Timeline, TellsOfEventsWithoutTheirReactions) {
  Story story;
  story.event(R"({"type":"pc.transportChanged","peer":"bob","connection":2,"state":"failed"})")
      .event(R"({"type":"socket.closed","socket":1,"code":1006})")
      .event(R"({"type":"media.failed","op":1,"name":"NotReadableError","message":"in use"})")
      .event(R"({"type":"host.slept","missedMs":4000})")
      .event(
          R"({"type":"channel.message","peer":"bob","connection":2,"text":"{\"type\":\"message\",\"text\":\"Hello\"}"})")
      .event(R"({"type":"host.woke"})");
  EXPECT_THAT(story.take(),
              ElementsAre("ice bob: connection 2: failed", "signalling : socket closed, code 1006",
                          "device : did not open: NotReadableError in use",
                          "host : slept: 4000 ms missed", "message bob: got 5 bytes"));
}

TEST(Timeline, TellsOffersOfBothDirections) {
  Story story;
  story.event(
      R"({"type":"socket.frame","socket":1,"text":"42[\"groupcall:webrtc-offer\",{\"senderId\":\"bob\"}]"})",
      R"({"commands":[{"type":"socket.send","socket":1,"text":"42[\"groupcall:webrtc-answer\",{\"targetUserId\":\"bob\"}]"},{"type":"pc.setLocalDescription","peer":"bob","connection":1,"op":2,"restart":true}]})");
  EXPECT_THAT(story.take(), ElementsAre("offer bob: got offer", "offer bob: sent answer",
                                        "repair bob: connection 1: ICE restart"));
}

TEST(Timeline, TellsStatesWithReasonsAndOnlyWhenTheyChange) {
  const char* on =
      R"({"commands":[],"patch":{"order":["bob"],"participants":[{"userId":"bob","connection":"connected","connectionReason":"none","signalling":"present","camera":{"state":"on","reason":"none"}}]}})";
  const char* stalled =
      R"({"commands":[],"patch":{"participants":[{"userId":"bob","connection":"reconnecting","connectionReason":"no-path","signalling":"present","camera":{"state":"loading","reason":"network-stalled"}}]}})";
  Story story;
  story.event("{}", on).event("{}", on);
  EXPECT_THAT(story.take(), ElementsAre("peer bob: is here", "peer bob: connected",
                                        "peer bob: signalling present", "state bob: camera on"));
  story.event("{}", stalled);
  EXPECT_THAT(story.take(), ElementsAre("peer bob: reconnecting (no-path)",
                                        "state bob: camera loading (network-stalled)"));
  story.event("{}", R"({"commands":[],"patch":{"order":[]}})").event("{}", on);
  EXPECT_THAT(story.take(), Contains("state bob: camera on")) << "who comes again is new";
}

TEST(Timeline, TellsThatWeAreHeardOnlyAfterWeWereNot) {
  const char* alive =
      R"({"type":"channel.message","peer":"bob","connection":2,"text":"{\"type\":\"alive\"}"})";
  const char* deaf =
      R"({"type":"channel.message","peer":"bob","connection":2,"text":"{\"type\":\"alive\",\"deaf\":true}"})";
  Story story;
  story.event(alive).event(alive);
  EXPECT_THAT(story.take(), IsEmpty());
  story.event(deaf).event(deaf).event(alive);
  EXPECT_THAT(story.take(),
              ElementsAre("repair bob: hears nothing of us", "repair bob: hears us again"));
}

TEST(Timeline, TellsRepairsFromWhatIsOnlyCounted) {
  Story story;
  story.event(
      "{}",
      R"({"commands":[],"patch":{"diagnostics":[{"name":"ice-restarts","count":2},{"name":"stale-offers","count":1}]}})");
  EXPECT_THAT(story.take(), ElementsAre("repair : ice-restarts +2", "count : stale-offers +1"));
  story.event("{}",
              R"({"commands":[],"patch":{"diagnostics":[{"name":"ice-restarts","count":3}]}})");
  EXPECT_THAT(story.take(), ElementsAre("repair : ice-restarts +1"));
}

// Whatever a file holds, it is shown and not obeyed.
TEST(Timeline, TakesNonsenseAndWritesNoControlCharacters) {
  Story story;
  for (const char* nonsense :
       {"", "7", "[]", R"({"type":7})", R"({"type":"socket.frame","text":"42[7,8]"})",
        R"({"type":"stats.sampled","links":7})", R"({"type":"media.devices","devices":"x"})"})
    story.event(nonsense, R"({"commands":7,"patch":{"participants":[7],"order":7,"timings":{}}})");
  std::ostringstream out;
  print_entry(out, {1, 2, "peer", "bob\x1b[2J", "\x07 is here\r\n", {}, {}});
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Print, TellsProgramsInJsonAlsoOfWhatIsNoUtf8) {
  Outcome outcome;
  outcome.difference = Difference{7, "{\"a\":\"\xff\xc3\"}", "hash", "\"quoted\"\n", "", {}};
  std::ostringstream out;
  print_outcome_json(out, outcome);
  wire::Refusal refusal;
  EXPECT_TRUE(wire::JsonDocument::parse(out.str(), 10'000, refusal)) << out.str();
  EXPECT_THAT(out.str(), HasSubstr("??"));
}

}  // namespace
}  // namespace groupcall::flight
