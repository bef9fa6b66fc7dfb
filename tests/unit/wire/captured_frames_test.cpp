// The frames of a whole call (tests/vectors/wire/frames.txt), decoded and encoded again.
#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "core/wire/engineio_packet.h"
#include "core/wire/groupcall_message.h"
#include "core/wire/socketio_packet.h"
#include "tests/unit/wire/refusal_text.h"

namespace groupcall::wire {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

struct Frame {
  std::string who;
  bool to_server = false;
  std::string text;
};

std::vector<Frame> captured_frames() {
  std::ifstream file(GROUPCALL_VECTORS "/wire/frames.txt");
  std::vector<Frame> frames;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t arrow = line.find_first_of("<-");
    frames.push_back({line.substr(0, arrow - 1), line.at(arrow) == '-', line.substr(arrow + 3)});
  }
  return frames;
}

// What the server sends and we do not keep.
std::string without_room_state(std::string frame) {
  const std::size_t begin = frame.find(",\"roomState\":{");
  if (begin != std::string::npos) frame.erase(begin, frame.find('}', begin) + 1 - begin);
  return frame;
}

bool is_event(const Frame& frame) { return frame.text.starts_with("42"); }

TEST(CapturedFrames, AreAllSoundPackets) {
  const std::vector<Frame> frames = captured_frames();
  ASSERT_EQ(frames.size(), 40U);
  for (const Frame& frame : frames) {
    Refusal refusal;
    const auto packet = decode_engine_packet(frame.text, refusal);
    ASSERT_TRUE(packet) << frame.text;
    EXPECT_EQ(encode_engine_packet(packet->type, packet->payload), frame.text);
    if (packet->type == EngineType::Open) {
      EXPECT_TRUE(decode_engine_open(packet->payload, refusal)) << frame.text;
    }
    if (packet->type == EngineType::Message) {
      EXPECT_TRUE(decode_socket_packet(packet->payload, refusal)) << frame.text;
    }
  }
}

TEST(CapturedFrames, FromClientsAreEncodedAgainByteForByte) {
  std::set<std::size_t> kinds;
  for (const Frame& frame : captured_frames()) {
    if (!frame.to_server || !is_event(frame)) continue;
    Refusal refusal;
    ClientMessage message;
    ASSERT_TRUE(decode_client_message(frame.text.substr(2), message, refusal)) << frame.text << "\n"
                                                                               << text_of(refusal);
    EXPECT_EQ(refusal.skipped, 0);
    EXPECT_EQ("42" + encode_client_event(message), frame.text);
    kinds.insert(message.index());
  }
  EXPECT_THAT(kinds, SizeIs(std::variant_size_v<ClientMessage>)) << "each kind has a vector";
}

TEST(CapturedFrames, FromTheServerAreEncodedAgainByteForByte) {
  std::set<std::size_t> kinds;
  std::vector<std::string> not_ours;
  for (const Frame& frame : captured_frames()) {
    if (frame.to_server || !is_event(frame)) continue;
    Refusal refusal;
    ServerMessage message;
    if (!decode_server_message(frame.text.substr(2), message, refusal)) {
      EXPECT_EQ(refusal.error, CodecError::UnknownType) << frame.text << text_of(refusal);
      not_ours.push_back(frame.text.substr(4, frame.text.find('"', 4) - 4));
      continue;
    }
    EXPECT_EQ(refusal.skipped, 0) << frame.text;
    EXPECT_EQ("42" + encode_server_event(message), without_room_state(frame.text));
    kinds.insert(message.index());
  }
  EXPECT_THAT(kinds, SizeIs(std::variant_size_v<ServerMessage>)) << "each kind has a vector";
  EXPECT_THAT(not_ours, ElementsAre("getOnlineUsers", "location:offline"));
}

}  // namespace
}  // namespace groupcall::wire
