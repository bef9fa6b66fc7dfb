#include "tests/network/hub.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace groupcall::network {
namespace {

constexpr Ipv4Address kAlice = 0x0a000001;
constexpr Ipv4Address kBob = 0x0a000002;

Instant at(Duration since_start) { return Instant(since_start); }

Packet packet_to(Ipv4Address destination, std::size_t size = 100) {
  Packet packet(size, 0);
  packet[0] = 0x45;
  for (std::size_t i = 0; i < 4; ++i) {
    packet[16 + i] = static_cast<std::uint8_t>(destination >> (8 * (3 - i)));
  }
  return packet;
}

/// Alice is port 0, Bob port 1; what arrives is noted with its time.
class HubTest : public testing::Test {
 protected:
  struct Arrival {
    std::size_t port;
    std::int64_t us;
    std::size_t size;
    bool operator==(const Arrival&) const = default;
  };

  HubTest() {
    hub_.add_port("alice", kAlice);
    hub_.add_port("bob", kBob);
  }

  /// Lets time pass up to `until`, from deadline to deadline.
  void pass(Duration until) {
    while (hub_.next_due() <= at(until)) {
      const Instant due = hub_.next_due();
      hub_.advance(due, [&](std::size_t port, const Packet& packet) {
        arrivals_.push_back({port, to_us(due), packet.size()});
      });
    }
  }

  void send_to_bob(Duration now, std::size_t size = 100) {
    hub_.send(0, packet_to(kBob, size), at(now));
  }

  Hub hub_{"seed"};
  std::vector<Arrival> arrivals_;
};

TEST_F(HubTest, APacketGoesToThePortThatHasItsDestination) {
  send_to_bob(1ms);
  hub_.send(1, packet_to(kAlice), at(1ms));
  pass(1s);
  EXPECT_EQ(arrivals_, (std::vector<Arrival>{{1, 1'000, 100}, {0, 1'000, 100}}));
}

TEST_F(HubTest, WhatIsNotIpv4ToAKnownAddressIsLost) {
  hub_.send(0, packet_to(0x08080808), at(0ms));
  hub_.send(0, Packet{0x45, 0}, at(0ms));
  Packet version6 = packet_to(kBob);
  version6[0] = 0x60;
  hub_.send(0, version6, at(0ms));
  hub_.send(0, Packet{}, at(0ms));
  pass(1s);
  EXPECT_TRUE(arrivals_.empty());
}

TEST_F(HubTest, DelaysOfBothLanesAddUpHoweverLateTheHubIsCalled) {
  ASSERT_EQ(hub_.execute("set alice up delay_us=75000"), "ok");
  ASSERT_EQ(hub_.execute("set bob both delay_us=50000"), "ok");
  send_to_bob(0ms);
  hub_.advance(at(110ms), [](std::size_t, const Packet&) { FAIL() << "it is not due"; });
  pass(1s);
  EXPECT_EQ(arrivals_, (std::vector<Arrival>{{1, 125'000, 100}}));
}

TEST_F(HubTest, JitterStaysInItsBoundsAndNeverReorders) {
  ASSERT_EQ(hub_.execute("set alice up delay_us=20000 jitter_us=10000"), "ok");
  for (int i = 0; i < 200; ++i) send_to_bob(i * 1s, static_cast<std::size_t>(100 + i));
  pass(500s);
  ASSERT_EQ(arrivals_.size(), 200U);
  std::int64_t least = 1'000'000;
  std::int64_t most = 0;
  for (std::size_t i = 0; i < arrivals_.size(); ++i) {
    EXPECT_EQ(arrivals_[i].size, 100 + i);
    least = std::min(least, arrivals_[i].us - static_cast<std::int64_t>(i) * 1'000'000);
    most = std::max(most, arrivals_[i].us - static_cast<std::int64_t>(i) * 1'000'000);
  }
  EXPECT_GE(least, 10'000);
  EXPECT_LT(least, 12'000);
  EXPECT_LE(most, 30'000);
  EXPECT_GT(most, 28'000);
}

TEST_F(HubTest, PacketsCloseTogetherKeepTheirOrderUnderJitter) {
  ASSERT_EQ(hub_.execute("set alice up delay_us=20000 jitter_us=20000"), "ok");
  for (int i = 0; i < 200; ++i) send_to_bob(i * 1ms, static_cast<std::size_t>(100 + i));
  pass(5s);
  ASSERT_EQ(arrivals_.size(), 200U);
  for (std::size_t i = 0; i < arrivals_.size(); ++i) EXPECT_EQ(arrivals_[i].size, 100 + i);
}

TEST(ImpairedLane, UnderJitterNothingIsDueBeforeWhatCameInBefore) {
  ImpairedLane lane("seed");
  Impairment impairment;
  impairment.delay = impairment.jitter = 20ms;
  lane.change(impairment);
  for (int i = 0; i < 200; ++i) lane.enter(packet_to(kBob), at(i * 1ms));
  Instant last{};
  while (lane.next_due() != kNever) {
    EXPECT_GE(lane.next_due(), last);
    last = lane.next_due();
    ASSERT_TRUE(lane.leave(last).has_value());
  }
}

TEST_F(HubTest, LossTakesItsShareAndIsCounted) {
  ASSERT_EQ(hub_.execute("set alice up loss_permille=50"), "ok");
  for (int i = 0; i < 10'000; ++i) send_to_bob(i * 1ms);
  pass(20s);
  const std::size_t lost = 10'000 - arrivals_.size();
  EXPECT_GT(lost, 430U);
  EXPECT_LT(lost, 570U);
  EXPECT_EQ(hub_.execute("count alice"), "ok up=10000/" + std::to_string(lost) + " down=0/0");
}

TEST_F(HubTest, TheSameSeedLosesTheSamePackets) {
  const auto fate = [](std::string_view seed) {
    Hub hub(seed);
    hub.add_port("alice", kAlice);
    hub.add_port("bob", kBob);
    hub.execute("set bob down loss_permille=500");
    std::string text;
    for (int i = 0; i < 100; ++i) {
      hub.send(0, packet_to(kBob), at(i * 1ms));
      bool arrived = false;
      hub.advance(at(i * 1ms), [&](std::size_t, const Packet&) { arrived = true; });
      text += arrived ? '+' : '-';
    }
    return text;
  };
  EXPECT_EQ(fate("one"), fate("one"));
  EXPECT_NE(fate("one"), fate("other"));
}

TEST_F(HubTest, ARateSpacesPacketsAndAFullQueueLosesThem) {
  // 1000 bytes at 800 kbit/s take 10 ms; the queue holds 25 ms.
  ASSERT_EQ(hub_.execute("set alice up rate_kbps=800 queue_us=25000"), "ok");
  for (int i = 0; i < 5; ++i) send_to_bob(0ms, 1'000);
  pass(1s);
  EXPECT_EQ(arrivals_,
            (std::vector<Arrival>{{1, 10'000, 1'000}, {1, 20'000, 1'000}, {1, 30'000, 1'000}}));
  send_to_bob(2s, 1'000);
  pass(3s);
  EXPECT_EQ(arrivals_.back(), (Arrival{1, 2'010'000, 1'000}));
}

TEST_F(HubTest, ACutLosesWhatIsOnItsWayAndWhatComesUntilItIsHealed) {
  ASSERT_EQ(hub_.execute("set alice up delay_us=50000"), "ok");
  send_to_bob(0ms);
  ASSERT_EQ(hub_.execute("set alice up cut=1"), "ok");
  send_to_bob(1ms);
  ASSERT_EQ(hub_.execute("set alice up cut=0"), "ok");
  send_to_bob(2ms);
  pass(1s);
  EXPECT_EQ(arrivals_, (std::vector<Arrival>{{1, 52'000, 100}}))
      << "and the delay is still the old one";
}

TEST_F(HubTest, APortOfAnotherAddressIsFoundThereOnly) {
  ASSERT_EQ(hub_.execute("address bob 10.0.0.9"), "ok");
  send_to_bob(0ms);
  hub_.send(0, packet_to(0x0a000009, 200), at(0ms));
  pass(1s);
  EXPECT_EQ(arrivals_, (std::vector<Arrival>{{1, 0, 200}}));
}

TEST_F(HubTest, ALineWithAnErrorIsRefusedAndChangesNothing) {
  for (const char* line :
       {"", "set", "set alice", "set carol both cut=1", "set alice sideways cut=1",
        "set alice both delay_us", "set alice both delay_us=-1", "set alice both delay_us=1x",
        "set alice both cut=2", "set alice both loss_permille=1001", "set alice both speed=1",
        "set alice both cut=1 speed=1", "address bob 10.0.0", "address bob 10.0.0.256",
        "address bob 10.0.0.1.", "count alice up", "sing alice"}) {
    EXPECT_EQ(hub_.execute(line).substr(0, 6), "error:") << line;
  }
  send_to_bob(0ms);
  pass(1s);
  EXPECT_EQ(arrivals_, (std::vector<Arrival>{{1, 0, 100}}));
}

}  // namespace
}  // namespace groupcall::network
