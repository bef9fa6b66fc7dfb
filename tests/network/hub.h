/// Machines on cables that meet in one place: IPv4 packets go to the port that has their
/// destination, through the sender's lane up and the receiver's lane down.
///
/// Pure, as its lanes are: the program around it owns the clock and the devices.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/network/impaired_lane.h"

namespace groupcall::network {

using Ipv4Address = std::uint32_t;

/// From the machine into the hub, or from the hub to the machine.
enum class Direction : std::uint8_t { Up, Down };

class Hub {
 public:
  using Deliver = std::function<void(std::size_t port, const Packet& packet)>;

  explicit Hub(std::string_view seed) : seed_(seed) {}

  /// Names are unique. Ports are numbered from 0 in the order of adding.
  void add_port(std::string_view name, Ipv4Address address);

  /// What a machine sent. Anything but IPv4 to a known address is lost.
  void send(std::size_t port, Packet packet, Instant now);
  /// Moves everything that is due by `now` on, in order of time; hands over what has arrived.
  void advance(Instant now, const Deliver& deliver);
  Instant next_due() const;

  /// Carries out one line of text and returns the answer, `ok...` or `error...`, without newline.
  ///
  ///   set PORT up|down|both [delay_us=N] [jitter_us=N] [loss_permille=N] [rate_kbps=N]
  ///   [queue_us=N] [cut=0|1] address PORT A.B.C.D count PORT         -> ok up=ENTERED/LOST
  ///   down=ENTERED/LOST
  ///
  /// What `set` does not name stays as it is. A line with an error changes nothing.
  std::string execute(std::string_view line);

 private:
  struct Port {
    std::string name;
    Ipv4Address address;
    std::array<ImpairedLane, 2> lanes;
    ImpairedLane& lane(Direction direction) { return lanes[static_cast<std::size_t>(direction)]; }
  };

  Port* find(std::string_view name);
  std::string set(const std::vector<std::string_view>& words);
  void forward(const Packet& packet, Instant at);

  std::string seed_;
  std::vector<Port> ports_;
};

/// False for what is not four numbers of 0 to 255.
bool parse_address(std::string_view text, Ipv4Address& address);

}  // namespace groupcall::network
