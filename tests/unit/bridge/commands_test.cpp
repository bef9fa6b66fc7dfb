// Commands and patches are written for the host; their tables read them back unchanged.
#include <gmock/gmock.h>

#include <set>

#include "tests/unit/record_printing.h"
#include "wasm/bridge/command_tables.h"

namespace groupcall::bridge {
namespace {

const UserId kBen{"ben \xf0\x9f\x8e\x88"};
constexpr ConnectionNumber kConnection{7};

struct Written {
  Command command;
  std::string text;
};

// One statement for each: in a single list g++ holds the destruction of every one against every
// other, and takes minutes and gigabytes for it.
std::vector<Written> every_command() {
  std::vector<Written> all;
  const auto add = [&all](const Command& command, const char* text) {
    all.push_back({command, text});
  };
  add(ResolveRequest{RequestId{1}}, R"({"type":"call.resolve","request":1})");
  add(RejectRequest{RequestId{1}, {ErrorCode::NotAMember, "no \"way\""}},
      R"({"type":"call.reject","request":1,"error":{"code":"not-a-member","detail":"no \"way\""}})");
  add(OpenSocket{SocketNumber{3}, "wss://h/?a=b"},
      R"({"type":"socket.open","socket":3,"url":"wss://h/?a=b"})");
  add(SendFrame{SocketNumber{3}, "42[\"e\",{}]"},
      R"({"type":"socket.send","socket":3,"text":"42[\"e\",{}]"})");
  add(CloseSocket{SocketNumber{3}}, R"({"type":"socket.close","socket":3})");
  add(CreateConnection{kBen,
                       kConnection,
                       {{MediaKind::Audio, StreamName::Camera},
                        {MediaKind::Video, StreamName::Screen}},
                       true},
      "{\"type\":\"pc.create\",\"peer\":\"ben \xf0\x9f\x8e\x88\",\"connection\":7,\"slots\":"
      R"([{"kind":"audio","stream":"camera"},{"kind":"video","stream":"screen"}],"channel":true})");
  add(CreateConnection{{}, kConnection, {}, true, true},
      R"({"type":"pc.create","peer":"","connection":7,"slots":[],"channel":true,"spare":true})");
  add(AssignConnection{UserId{"b"}, kConnection},
      R"({"type":"pc.assign","peer":"b","connection":7})");
  add(PackText{OpId{9}, "t"}, R"({"type":"text.pack","op":9,"text":"t"})");
  add(UnpackText{OpId{9}, "p", 7}, R"({"type":"text.unpack","op":9,"packed":"p","limit":7})");
  add(SetLocalDescription{UserId{"b"}, kConnection, OpId{2}, true},
      R"({"type":"pc.setLocalDescription","peer":"b","connection":7,"op":2,"restart":true})");
  add(SetRemoteDescription{UserId{"b"}, kConnection, OpId{2}, {DescriptionType::Answer, "v\r\n"}},
      R"({"type":"pc.setRemoteDescription","peer":"b","connection":7,"op":2,"description":{"type":"answer","sdp":"v\r\n"}})");
  add(AdoptSlots{UserId{"b"}, kConnection, {StreamName::Camera, StreamName::Screen}},
      R"({"type":"pc.adoptSlots","peer":"b","connection":7,"streams":["camera","screen"]})");
  add(AddIceCandidate{UserId{"b"}, kConnection, {"c", "0", 0, "u"}},
      R"({"type":"pc.addIceCandidate","peer":"b","connection":7,"candidate":{"candidate":"c","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"u"}})");
  add(AttachTrack{UserId{"b"}, kConnection, OpId{2}, 1, TrackId{"t"}},
      R"({"type":"pc.attachTrack","peer":"b","connection":7,"op":2,"slot":1,"track":"t"})");
  add(CloseConnection{UserId{"b"}, kConnection},
      R"({"type":"pc.close","peer":"b","connection":7})");
  add(SendChannel{UserId{"b"}, kConnection, "x"},
      R"({"type":"channel.send","peer":"b","connection":7,"text":"x"})");
  add(CollectStats{OpId{9}}, R"({"type":"stats.collect","op":9})");
  add(AcquireMedia{OpId{9}, true, false, "{}", ""},
      R"({"type":"media.acquire","op":9,"microphone":true,"camera":false,"audioConstraints":"{}"})");
  add(AcquireMedia{OpId{9}, false, true, "", "", "cam \"1\""},
      R"({"type":"media.acquire","op":9,"microphone":false,"camera":true,"device":"cam \"1\""})");
  add(AcquireMedia{OpId{9}, false, true, "", "{}", "", true},
      R"({"type":"media.acquire","op":9,"microphone":false,"camera":true,"videoConstraints":"{}","anyDevice":true})");
  add(AcquireScreen{OpId{9}, true, false, "{}"},
      R"({"type":"media.acquireScreen","op":9,"audio":true,"constraints":"{}"})");
  add(EnableTrack{TrackId{"t"}, false}, R"({"type":"media.enable","track":"t","enabled":false})");
  add(StopTrack{TrackId{"t"}}, R"({"type":"media.stop","track":"t"})");
  add(ConnectApplication{SocketNumber{2}}, R"({"type":"application.connect","socket":2})");
  add(RenewApplication{SocketNumber{2}}, R"({"type":"application.renew","socket":2})");
  add(EmitApplication{SocketNumber{2}, R"(["e",{}])", 3},
      R"({"type":"application.emit","socket":2,"text":"[\"e\",{}]","ack":3})");
  add(PostToTabs{"{}"}, R"({"type":"tabs.post","text":"{}"})");
  add(MessageSent{RequestId{4}, "3k9", {UserId{"a"}, UserId{"b"}}},
      R"({"type":"call.sent","request":4,"id":"3k9","unreached":["a","b"]})");
  add(DeliverMessage{UserId{"b"}, "3k9", true, "Hello\n"},
      R"({"type":"call.message","from":"b","id":"3k9","toAll":true,"text":"Hello\n"})");
  add(SetParameters{UserId{"b"}, kConnection, 1, {600, 2'000, 24, false}},
      R"({"type":"pc.setParameters","peer":"b","connection":7,"slot":1,"limit":{"maxKbps":600,"scalePermille":2000,"maxFps":24}})");
  add(SetParameters{UserId{"b"}, kConnection, 0, {0, 0, 0, true}},
      R"({"type":"pc.setParameters","peer":"b","connection":7,"slot":0,"limit":{"inactive":true}})");
  add(WatchLevels{100, 10, 20}, R"({"type":"levels.watch","periodMs":100,"quiet":10,"loud":20})");
  add(RequestKeyFrame{UserId{"b"}, kConnection, 1},
      R"({"type":"pc.requestKeyFrame","peer":"b","connection":7,"slot":1})");
  add(MessagesDrained{}, R"({"type":"call.drained"})");
  return all;
}

Command command_from(const std::string& text) {
  wire::Refusal refusal;
  const auto document = wire::JsonDocument::parse(text, 100'000, refusal);
  Command command;
  EXPECT_TRUE(document && wire::decode_typed(document->root(), command, refusal)) << text;
  return command;
}

TEST(Commands, AreWrittenAsTheHostReadsThem) {
  std::set<std::size_t> kinds;
  for (const Written& written : every_command()) {
    std::string text;
    wire::encode_tagged(written.command, text, wire::tag_of(written.command));
    EXPECT_EQ(text, written.text);
    kinds.insert(written.command.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command>) << "each kind has its line";
}

TEST(Commands, SurviveTheRoundTrip) {
  for (const Written& written : every_command())
    EXPECT_EQ(command_from(written.text), written.command);
}

TEST(Commands, OfNothingAreWrittenWithTheirEmptyMembers) {
  std::string text;
  const Command detach = AttachTrack{UserId{"b"}, kConnection, OpId{2}, 0, {}};
  wire::encode_tagged(detach, text, wire::tag_of(detach));
  EXPECT_EQ(text,
            R"({"type":"pc.attachTrack","peer":"b","connection":7,"op":2,"slot":0,"track":""})");
}

ParticipantView whole_participant() {
  ParticipantView view;
  view.user_id = UserId{"ben"};
  view.user_info = R"({"fullname":"Ben"})";
  view.connection = LinkView::Reconnecting;
  view.signalling = PeerSignalling::Lost;
  view.older_client = true;
  view.microphone = {MediaState::On, MediaReason::None};
  view.camera = {MediaState::Loading, MediaReason::DecoderStalled};
  view.screen = {MediaState::Error, MediaReason::Unreachable};
  view.microphone_source = {ConnectionNumber{1}, 0};
  view.camera_source = {ConnectionNumber{1}, 1};
  view.screen_source = {ConnectionNumber{1}, 2, 3};
  view.speaking = true;
  view.quality = 45;
  view.quality_cause = QualityCause::Jitter;
  return view;
}

TEST(Patch, SurvivesTheRoundTrip) {
  SnapshotPatch patch;
  patch.phase = Phase::Reconnecting;
  patch.room = RoomView{RoomId{"r"}, GroupId{"g"}, CallType::Voice, 12};
  patch.error = CallError{ErrorCode::JoinFailed, "why"};
  patch.signalling = SignallingView{SignallingState::Waiting, {ErrorCode::RateLimited, ""}, 99};
  patch.self = SelfView{{MediaState::Ended, MediaReason::DeviceLost},
                        {MediaState::Error, MediaReason::PermissionDismissed},
                        TrackId{"m"},
                        TrackId{},
                        "m1",
                        "",
                        "words",
                        {MediaState::On, MediaReason::None},
                        TrackId{"s"}};
  patch.devices = {{DeviceKind::Camera, "c1", "Front"}, {DeviceKind::Speaker, "", ""}};
  patch.participants = {whole_participant()};
  patch.order = std::vector<UserId>{UserId{"ben"}, UserId{"ada"}};
  patch.diagnostics = {{"glares", 2}};
  std::string text;
  wire::encode(patch, text);
  wire::Refusal refusal;
  const auto document = wire::JsonDocument::parse(text, 100'000, refusal);
  SnapshotPatch read;
  ASSERT_TRUE(document && wire::decode(document->root(), read, refusal)) << text;
  EXPECT_EQ(read, patch);
}

TEST(Patch, WritesOnlyWhatItHolds) {
  SnapshotPatch patch;
  std::string text;
  wire::encode(patch, text);
  EXPECT_EQ(text, "{}");
  patch.order = std::vector<UserId>{};
  patch.phase = Phase::Idle;
  text.clear();
  wire::encode(patch, text);
  EXPECT_EQ(text, R"({"phase":"idle","order":[]})") << "an empty room is a change";
}

TEST(Patch, SaysWhereThereIsNoTrackByLeavingTheSlotOut) {
  ParticipantView view;
  std::string text;
  wire::encode(view, text);
  EXPECT_THAT(text, testing::HasSubstr(R"("cameraSource":{"connection":0})"));
}

}  // namespace
}  // namespace groupcall::bridge
