#include "tests/support/socket_network.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace groupcall::sim {
namespace {

class Page : public SocketObserver {
 public:
  std::vector<std::string> told;
  void on_socket_opened(LineId) override { told.push_back("opened"); }
  void on_socket_frame(LineId, const std::string& text) override { told.push_back(text); }
  void on_socket_closed(LineId, int code, const std::string&) override {
    told.push_back("closed " + std::to_string(code));
  }
};

class Server : public SocketServer {
 public:
  std::vector<std::string> told;
  void on_connected(LineId, const std::string& host, const std::string&) override {
    told.push_back("connected " + host);
  }
  void on_frame(LineId, const std::string& text) override { told.push_back(text); }
  void on_disconnected(LineId) override { told.push_back("gone"); }
};

using Told = std::vector<std::string>;

class SocketNetworkTest : public testing::Test {
 protected:
  SocketNetworkTest() { network.set_server(server); }
  LineId connect() {
    const LineId line = network.connect("alice", "ws://x", page);
    loop.run_for(30ms);
    return line;
  }

  EventLoop loop;
  SocketNetwork network{loop, SocketTiming{}, "seed"};
  Server server;
  Page page;
};

TEST_F(SocketNetworkTest, CarriesFramesInOrderBothWays) {
  const LineId line = connect();
  network.send_to_server(line, "a");
  network.send_to_server(line, "b");
  network.send_to_page(line, "c");
  loop.run_for(20ms);
  EXPECT_EQ(server.told, (Told{"connected alice", "a", "b"}));
  EXPECT_EQ(page.told, (Told{"opened", "c"}));
}

TEST_F(SocketNetworkTest, ACleanCloseComesBehindWhatWasSent) {
  const LineId line = connect();
  network.send_to_server(line, "last words");
  network.close_by_page(line);
  loop.run_for(50ms);
  EXPECT_EQ(server.told, (Told{"connected alice", "last words", "gone"}));
  EXPECT_EQ(page.told, Told{"opened"});
}

TEST_F(SocketNetworkTest, ACutLosesWhatIsInFlightAndTellsBothEnds) {
  const LineId line = connect();
  network.send_to_server(line, "lost");
  network.cut("alice");
  loop.run_for(50ms);
  EXPECT_EQ(server.told, (Told{"connected alice", "gone"}));
  EXPECT_EQ(page.told, (Told{"opened", "closed 1006"}));
}

TEST_F(SocketNetworkTest, AFrozenLineDeliversLateAndInOrder) {
  const LineId line = connect();
  network.send_to_server(line, "in flight");
  network.freeze("alice", true);
  network.send_to_server(line, "sent while frozen");
  loop.run_for(10s);
  EXPECT_EQ(server.told.size(), 1U);
  network.freeze("alice", false);
  network.send_to_server(line, "after");
  loop.run_for(50ms);
  EXPECT_EQ(server.told, (Told{"connected alice", "in flight", "sent while frozen", "after"}));
}

TEST_F(SocketNetworkTest, AServerThatGaveUpOnAFrozenLineIsNoticedWhenItThaws) {
  const LineId line = connect();
  network.freeze("alice", true);
  network.close_by_server(line, 1006);
  loop.run_for(10s);
  EXPECT_EQ(page.told, Told{"opened"});
  network.freeze("alice", false);
  loop.run_for(50ms);
  EXPECT_EQ(page.told, (Told{"opened", "closed 1006"}));
}

TEST_F(SocketNetworkTest, AServerThatDoesNotListenRefuses) {
  network.set_listening(false);
  connect();
  EXPECT_EQ(page.told, Told{"closed 1006"});
  network.set_listening(true);
  connect();
  EXPECT_EQ(page.told, (Told{"closed 1006", "opened"}));
}

TEST_F(SocketNetworkTest, StoppingToListenBreaksEveryLine) {
  connect();
  network.set_listening(false);
  loop.run_for(50ms);
  EXPECT_EQ(page.told, (Told{"opened", "closed 1006"}));
}

TEST_F(SocketNetworkTest, AnOfflineHostCannotConnect) {
  network.set_online("alice", false);
  connect();
  EXPECT_EQ(page.told, Told{"closed 1006"});
}

TEST_F(SocketNetworkTest, SingleFramesCanBeLostOrRepeated) {
  const LineId line = connect();
  network.set_fate([](const PassingFrame& frame) {
    if (frame.text == "lost") return FrameFate::Drop;
    return frame.text == "twice" ? FrameFate::Duplicate : FrameFate::Deliver;
  });
  for (const char* text : {"lost", "twice", "once"}) network.send_to_server(line, text);
  loop.run_for(5s);
  EXPECT_EQ(server.told, (Told{"connected alice", "twice", "once", "twice"}));
}

}  // namespace
}  // namespace groupcall::sim
