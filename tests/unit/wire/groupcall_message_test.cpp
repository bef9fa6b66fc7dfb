#include "core/wire/groupcall_message.h"

#include <gmock/gmock.h>

#include "core/public/config.h"
#include "tests/unit/wire/refusal_text.h"

namespace groupcall::wire {
namespace {

// `ok`, `ok, 2 skipped`, or the refusal.
std::string verdict(bool good, const Refusal& refusal) {
  if (!good) return text_of(refusal);
  return refusal.skipped == 0 ? "ok" : "ok, " + std::to_string(refusal.skipped) + " skipped";
}
std::string server_verdict(std::string_view payload) {
  Refusal refusal;
  ServerMessage message;
  const bool good = decode_server_message(payload, message, refusal);
  return verdict(good, refusal);
}
template <class Message>
Message server_message(std::string_view payload) {
  Refusal refusal;
  ServerMessage message;
  EXPECT_TRUE(decode_server_message(payload, message, refusal)) << payload << text_of(refusal);
  return std::get<Message>(message);
}

struct CodecRow {
  std::string payload;
  std::string verdict;
};

void expect_verdicts(const std::vector<CodecRow>& rows) {
  for (const CodecRow& row : rows)
    EXPECT_EQ(server_verdict(row.payload), row.verdict) << row.payload.substr(0, 200);
}

TEST(ServerMessage, IsAnArrayOfANameAndAnObject) {
  expect_verdicts({
      {R"(["groupcall:participant-left",{"roomId":"r","userId":"u"}])", "ok"},
      {R"(["groupcall:participant-left",{"roomId":"r","userId":"u","new":[1]},"more"])", "ok"},
      {R"(["groupcall:participant-left"])", "wrong-shape"},
      {R"(["groupcall:participant-left",null])", "wrong-shape"},
      {R"(["groupcall:participant-left","r"])", "wrong-shape"},
      {R"(["groupcall:participant-left",["r","u"]])", "wrong-shape"},
      {R"([])", "wrong-shape"},
      {R"([7,{}])", "wrong-shape"},
      {R"([null,{}])", "wrong-shape"},
      {R"({"groupcall:participant-left":{}})", "wrong-shape"},
      {R"("groupcall:participant-left")", "wrong-shape"},
      {R"(["getOnlineUsers",["u"]])", "unknown-type"},
      {R"(["getOnlineUsers"])", "unknown-type"},
      {R"(["groupcall:join",{"roomId":"r"}])", "unknown-type"},
      {R"(["",{}])", "unknown-type"},
      {R"(["groupcall:participant-left",{"roomId":"r","userId":"u"})", "not-json"},
      {"", "not-json"},
  });
}

TEST(ServerMessage, NeedsItsIdentifiersAsText) {
  expect_verdicts({
      {R"(["groupcall:participant-left",{"userId":"u"}])", "missing-field roomId"},
      {R"(["groupcall:participant-left",{"roomId":null,"userId":"u"}])", "missing-field roomId"},
      {R"(["groupcall:participant-left",{"roomId":7,"userId":"u"}])", "wrong-shape roomId"},
      {R"(["groupcall:participant-left",{"roomId":"r"}])", "missing-field userId"},
      {R"(["groupcall:participant-left",{"roomId":"r","userId":{}}])", "wrong-shape userId"},
      {R"(["groupcall:tracks-updated",{"roomId":"r","userId":"u"}])", "missing-field tracks"},
      {R"(["groupcall:tracks-updated",{"roomId":"r","userId":"u","tracks":[]}])", "wrong-shape"},
      {R"(["groupcall:participant-joined",{"roomId":"r"}])", "missing-field participant"},
      {R"(["groupcall:participant-joined",{"roomId":"r","participant":{}}])",
       "missing-field userId"},
      {R"(["groupcall:webrtc-offer",{"roomId":"r","senderId":"u"}])", "missing-field offer"},
      {R"(["groupcall:webrtc-offer",{"roomId":"r","offer":{"type":"offer","sdp":"v"}}])",
       "missing-field senderId"},
      {R"(["groupcall:screen-share-started",{"roomId":"r","userId":"u"}])", "ok"},
      {R"(["groupcall:error",{"roomId":"r"}])", "missing-field error"},
      {R"(["groupcall:error",{"error":"Group not found"}])", "ok"},
      {R"(["connection:replaced",{}])", "ok"},
      {R"(["error",{}])", "ok"},
  });
}

TEST(ServerMessage, TakesNoNonsenseForADescription) {
  const auto offer = [](const std::string& text) {
    return R"(["groupcall:webrtc-offer",{"roomId":"r","senderId":"u","offer":)" + text + "}]";
  };
  expect_verdicts({
      {offer(R"({"type":"offer","sdp":"v=0"})"), "ok"},
      {offer(R"({"type":"answer","sdp":"v=0"})"), "ok"},
      {offer(R"({"type":"rollback","sdp":""})"), "unknown-choice type"},
      {offer(R"({"type":"pranswer","sdp":""})"), "unknown-choice type"},
      {offer(R"({"type":1,"sdp":"v=0"})"), "wrong-shape type"},
      {offer(R"({"sdp":"v=0"})"), "missing-field type"},
      {offer(R"({"type":"offer"})"), "missing-field sdp"},
      {offer(R"({"type":"offer","sdp":["v=0"]})"), "wrong-shape sdp"},
      {offer(R"("v=0")"), "wrong-shape"},
      {offer("null"), "missing-field offer"},
  });
}

TEST(ServerMessage, ChecksEveryPartOfALinkAddress) {
  const auto candidate = [](const std::string& address) {
    return R"(["groupcall:webrtc-ice-candidate",{"roomId":"r","senderId":"u","candidate":)"
           R"({"candidate":"","groupcall":)" +
           address + "}}]";
  };
  expect_verdicts({
      {candidate(R"({"from":"a","to":"b","link":1,"seq":1})"), "ok"},
      {candidate(R"({"from":"a","to":"b","link":0,"seq":0})"), "ok"},
      {candidate(R"({"from":"a","to":"b","link":9007199254740991,"seq":1})"), "ok"},
      {candidate(R"({"from":"a","to":"b","link":9007199254740992,"seq":1})"), "out-of-range link"},
      {candidate(R"({"from":"a","to":"b","link":99999999999999999999,"seq":1})"),
       "out-of-range link"},
      {candidate(R"({"from":"a","to":"b","link":-1,"seq":1})"), "out-of-range link"},
      {candidate(R"({"from":"a","to":"b","link":1.5,"seq":1})"), "out-of-range link"},
      {candidate(R"({"from":"a","to":"b","link":1.0,"seq":1})"), "out-of-range link"},
      {candidate(R"({"from":"a","to":"b","link":1e3,"seq":1})"), "out-of-range link"},
      {candidate(R"({"from":"a","to":"b","link":"1","seq":1})"), "out-of-range link"},
      {candidate(R"({"from":"a","to":"b","link":1})"), "missing-field seq"},
      {candidate(R"({"from":"a","to":7,"link":1,"seq":1})"), "wrong-shape to"},
      {candidate(R"({"to":"b","link":1,"seq":1})"), "missing-field from"},
      {candidate(R"({"from":"a","to":"b","link":1,"seq":1,"request":"offer"})"), "ok"},
      {candidate(R"({"from":"a","to":"b","link":1,"seq":1,"request":"dance"})"),
       "unknown-choice request"},
      {candidate(R"("a")"), "wrong-shape"},
      {candidate("null"), "ok"},
  });
}

TEST(ServerMessage, KeepsEveryLimitToTheByte) {
  const auto left = [](std::size_t room, std::size_t user) {
    return R"(["groupcall:participant-left",{"roomId":")" + std::string(room, 'r') +
           R"(","userId":")" + std::string(user, 'u') + "\"}]";
  };
  const auto offer = [](std::size_t size) {
    return R"(["groupcall:webrtc-offer",{"roomId":"r","senderId":"u","offer":{"type":"offer","sdp":")" +
           std::string(size, 's') + "\"}}]";
  };
  const auto candidate = [](std::size_t line, std::size_t mid) {
    return R"(["groupcall:webrtc-ice-candidate",{"roomId":"r","senderId":"u","candidate":{"candidate":")" +
           std::string(line, 'c') + R"(","sdpMid":")" + std::string(mid, 'm') + "\"}}]";
  };
  const auto error = [](std::size_t size) {
    return R"(["groupcall:error",{"roomId":"r","error":")" + std::string(size, 'e') + "\"}]";
  };
  const std::string frame = R"(["connection:replaced",{}])";
  expect_verdicts({
      {left(limits::kIdBytes, limits::kIdBytes), "ok"},
      {left(limits::kIdBytes + 1, 1), "too-long roomId"},
      {left(1, limits::kIdBytes + 1), "too-long userId"},
      {offer(limits::kSdpBytes), "ok"},
      {offer(limits::kSdpBytes + 1), "too-long sdp"},
      {candidate(limits::kCandidateBytes, limits::kIdBytes), "ok"},
      {candidate(limits::kCandidateBytes + 1, 1), "too-long candidate"},
      {candidate(1, limits::kIdBytes + 1), "too-long sdpMid"},
      {error(limits::kTextBytes), "ok"},
      {error(limits::kTextBytes + 1), "too-long error"},
      {std::string(limits::kFrameBytes - frame.size(), ' ') + frame, "ok"},
      {std::string(limits::kFrameBytes - frame.size() + 1, ' ') + frame, "too-long"},
  });
}

TEST(ServerMessage, OverlooksNonsenseThatHarmsNobody) {
  const auto tracks = server_message<TracksUpdated>(
      R"(["groupcall:tracks-updated",{"roomId":"r","userId":"u","tracks":{"audio":"no","video":false,"x":{}}}])");
  EXPECT_TRUE(tracks.tracks.audio) << "the default, for what is no boolean";
  EXPECT_FALSE(tracks.tracks.video);

  const auto joined = server_message<Joined>(
      R"(["groupcall:joined",{"roomId":"r","participants":[],"callType":"telepathy"}])");
  EXPECT_EQ(joined.call_type, CallType::Video);

  const auto error = server_message<ServerError>(
      R"(["error",{"message":{"a":1},"retryAfter":"soon","code":429}])");
  EXPECT_EQ(error.message, "");
  EXPECT_EQ(error.retry_after_s, 0);
  EXPECT_EQ(server_verdict(R"(["error",{"message":{"a":1},"retryAfter":-1,"code":429}])"),
            "ok, 3 skipped");
}

TEST(ServerMessage, TakesTheLastOfRepeatedKeys) {
  const auto left = server_message<ParticipantLeft>(
      R"(["groupcall:participant-left",{"roomId":"r","userId":"first","userId":"last"}])");
  EXPECT_EQ(left.user_id, UserId{"last"});
}

std::string user_info(const std::string& text) {
  return server_message<ParticipantJoined>(
             R"(["groupcall:participant-joined",{"roomId":"r","participant":{"userId":"u","userInfo":)" +
             text + "}}]")
      .participant.user_info.json;
}

TEST(UserInfo, PassesThroughDigitForDigit) {
  const std::vector<std::string> texts = {
      "{}",
      R"({"fullname":"Ada","score":0.1000000000000000055511151231257827,"big":9007199254740993})",
      R"({"a":1e400,"b":-0,"c":1.50,"d":[null,true,{"e":{}}]})",
      R"({"fullname":"\u0000"})",
      R"({"twice":1,"twice":2})",
  };
  for (const std::string& text : texts) EXPECT_EQ(user_info(text), text);
}

TEST(UserInfo, LosesNamesThatAreNoText) {
  EXPECT_EQ(user_info(R"({"fullname":{"a":1},"email":"a@b"})"), R"({"email":"a@b"})");
  EXPECT_EQ(
      user_info(R"({"userId":7,"fullname":null,"profilePic":[],"username":true,"email":1.5})"),
      "{}");
  EXPECT_EQ(user_info(R"({"fullname":"Ada","fullname":{}})"), R"({"fullname":"Ada"})");
  EXPECT_EQ(user_info(R"({"other":{"fullname":{}}})"), R"({"other":{"fullname":{}}})");
}

TEST(UserInfo, GivesUpOurOwnKeyToTheMark) {
  const auto message = server_message<ParticipantJoined>(
      R"(["groupcall:participant-joined",{"roomId":"r","participant":{"userId":"u","userInfo":)"
      R"({"groupcall":{"v":1,"epoch":"e"},"fullname":"Ada"}}}])");
  EXPECT_EQ(message.participant.user_info.json, R"({"fullname":"Ada"})");
  EXPECT_EQ(message.participant.user_info.mark.version, 1);
  EXPECT_EQ(message.participant.user_info.mark.epoch, Epoch{"e"});
}

TEST(UserInfo, MayBeAbsentAndIsNeverAnythingElse) {
  const auto with = [](const std::string& text) {
    return R"(["groupcall:participant-joined",{"roomId":"r","participant":{"userId":"u")" + text +
           "}}]";
  };
  expect_verdicts({
      {with(""), "ok"},
      {with(R"(,"userInfo":null)"), "ok"},
      {with(R"(,"userInfo":"Ada")"), "wrong-shape"},
      {with(R"(,"userInfo":[])"), "wrong-shape"},
      {with(R"(,"userInfo":{"groupcall":{"v":1}})"), "missing-field epoch"},
      {with(R"(,"userInfo":{"groupcall":7})"), "wrong-shape"},
      {with(R"(,"tracks":true)"), "wrong-shape"},
  });
}

TEST(ClientMessage, IsWrittenAsTheServerWantsIt) {
  EXPECT_EQ(encode_client_event(Leave{RoomId{"r"}}), R"(["groupcall:leave",{"roomId":"r"}])");
  EXPECT_EQ(encode_client_event(UpdateTracks{RoomId{"r"}, WireTracks{false, false, {}}}),
            R"(["groupcall:update-tracks",{"roomId":"r","tracks":{"audio":false,"video":false}}])");
  EXPECT_EQ(encode_client_event(Join{RoomId{"r"}, GroupId{"g"}, CallType::Voice, {}}),
            R"(["groupcall:join",{"roomId":"r","groupId":"g","callType":"voice","userInfo":{}}])");
  EXPECT_EQ(
      encode_client_event(
          SendCandidate{RoomId{"r"}, {IceCandidate{"c", "", -1, ""}, {}}, UserId{"u"}}),
      R"(["groupcall:webrtc-ice-candidate",{"roomId":"r","candidate":{"candidate":"c"},"targetUserId":"u"}])");
  EXPECT_EQ(
      encode_client_event(
          SendCandidate{RoomId{"r"}, {IceCandidate{"c", "0", 0, "f"}, {}}, UserId{"u"}}),
      R"(["groupcall:webrtc-ice-candidate",{"roomId":"r","candidate":{"candidate":"c","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"f"},"targetUserId":"u"}])");
}

TEST(ServerMessage, OfAMutedOlderClientSurvivesTheRoundTrip) {
  const std::string event =
      R"(["groupcall:participant-joined",{"roomId":"r","participant":{"userId":"u","tracks":{"audio":false,"video":false}}}])";
  EXPECT_EQ(encode_server_event(server_message<ParticipantJoined>(event)), event);
}

TEST(ChannelText, IsAGoodbyeOrASignOfLifeOrRefused) {
  const auto channel_verdict = [](const std::string& text) {
    Refusal refusal;
    ChannelText message;
    const bool good = decode_channel_text(text, message, refusal);
    return verdict(good, refusal);
  };
  EXPECT_EQ(encode_channel_text({ChannelKind::Goodbye, Epoch{"e"}}),
            R"({"type":"goodbye","epoch":"e"})");
  EXPECT_EQ(encode_channel_text({}), R"({"type":"alive"})");
  EXPECT_EQ(encode_channel_text({ChannelKind::Alive, {}, 7}), R"({"type":"alive","ack":7})");
  const LinkAddress address{Epoch{"a"}, Epoch{"b"}, LinkNumber{2}, 1, PeerRequest::OfferPlease};
  EXPECT_EQ(
      encode_channel_text({ChannelKind::Request, {}, 0, 0, {}, false, {}, address}),
      R"({"type":"request","groupcall":{"from":"a","to":"b","link":2,"seq":1,"request":"offer"}})");
  ChannelText view{ChannelKind::View};
  EXPECT_EQ(encode_channel_text(view), R"({"type":"view"})") << "nothing is shown";
  view.view = {640, 360, true, true};
  EXPECT_EQ(
      encode_channel_text(view),
      R"({"type":"view","view":{"width":640,"height":360,"speaker":true,"screenHidden":true}})");
  const ChannelText largest{ChannelKind::Message, {},   0,  9'007'199'254'740'991,
                            std::string(13, 'i'), true, "x"};
  EXPECT_LE(encode_channel_text(largest).size(), 1 + limits::kMessageFrameBytes);
  const std::vector<CodecRow> rows = {
      {R"({"type":"goodbye","epoch":"e"})", "ok"},
      {R"({"type":"alive"})", "ok"},
      {R"({"type":"alive","ack":7})", "ok"},
      {R"({"type":"alive","ack":"7"})", "out-of-range ack"},
      {R"({"type":"alive","ack":-7})", "out-of-range ack"},
      {R"({"type":"message","number":7,"id":"3k9","toAll":true,"text":"x"})", "ok"},
      {R"({"type":"message","number":1.5,"id":"3k9","toAll":true,"text":"x"})",
       "out-of-range number"},
      {R"({"type":"message","number":7,"id":"3k9","toAll":true,"text":")" +
           std::string(limits::kMessageBytes + 1, 'x') + "\"}",
       "too-long text"},
      {R"({"type":"request","groupcall":{"from":"a"}})", "missing-field to"},
      {R"({"type":"request","groupcall":{"from":"a","to":"b","link":2,"seq":1}})", "ok"},
      {R"({"type":"view"})", "ok"},
      {R"({"type":"view","view":{"width":640,"height":360,"speaker":true}})", "ok"},
      {R"({"type":"view","view":{"width":-640}})", "out-of-range width"},
      {R"({"type":"view","view":{"speaker":1}})", "wrong-shape speaker"},
      {R"({"type":"view","view":[]})", "wrong-shape"},
      {R"({"type":"hello","epoch":"e"})", "unknown-choice type"},
      {R"({"type":7})", "wrong-shape type"},
      {R"({})", "missing-field type"},
      {R"([])", "wrong-shape"},
      {"goodbye", "not-json"},
      {R"({"type":"goodbye","epoch":")" + std::string(limits::kIdBytes, 'e') + "\"}", "ok"},
      {R"({"type":"goodbye","epoch":")" + std::string(limits::kIdBytes + 1, 'e') + "\"}",
       "too-long epoch"},
      {std::string(limits::kChannelMessageBytes - 2, ' ') + "{}", "missing-field type"},
      {std::string(limits::kChannelMessageBytes - 1, ' ') + "{}", "too-long"},
  };
  for (const CodecRow& row : rows)
    EXPECT_EQ(channel_verdict(row.payload), row.verdict) << row.payload;
}

}  // namespace
}  // namespace groupcall::wire
