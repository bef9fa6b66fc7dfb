/// The hub as a program, on TUN devices, which it makes (needs root) and which end with it.
///
///   impairment_hub SEED NAME:DEVICE:ADDRESS...
///
/// Prints `ready`, then one answer for each line of standard input (hub.h); ends with the input.
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tests/network/hub.h"

namespace groupcall::network {
namespace {

constexpr std::size_t kLargestPacket = 65'535;
/// So many packets of one device before the others, and the deadlines, get their turn.
constexpr int kPacketsInTurn = 64;
constexpr std::size_t kLongestLine = 1'000;

Instant now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return Instant(std::chrono::duration_cast<Duration>(since));
}

int fail(const std::string& what) {
  std::fprintf(stderr, "impairment_hub: %s: %s\n", what.c_str(), std::strerror(errno));
  return 1;
}

/// A TUN device of that name; -1 with errno when there can be none.
int open_device(const std::string& name) {
  ifreq request{};
  if (name.empty() || name.size() >= sizeof request.ifr_name) {
    errno = ENAMETOOLONG;
    return -1;
  }
  const int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) return -1;
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::memcpy(request.ifr_name, name.c_str(), name.size());
  return ioctl(device, TUNSETIFF, &request) < 0 ? -1 : device;
}

class Program {
 public:
  explicit Program(std::string_view seed) : hub_(seed) {}

  /// False with errno when the port cannot be made.
  bool add_port(std::string_view name, const std::string& device, Ipv4Address address) {
    const int opened = open_device(device);
    if (opened < 0) return false;
    hub_.add_port(name, address);
    polled_.push_back({opened, POLLIN, 0});
    return true;
  }

  /// Until the input ends.
  int run() {
    const std::size_t devices = polled_.size();
    polled_.push_back({STDIN_FILENO, POLLIN, 0});
    for (;;) {
      hub_.advance(now(),
                   [this](std::size_t port, const Packet& packet) { write_to(port, packet); });
      const timespec patience = until(hub_.next_due());
      if (ppoll(polled_.data(), polled_.size(), &patience, nullptr) < 0) {
        if (errno == EINTR) continue;
        return fail("ppoll");
      }
      for (std::size_t port = 0; port < devices; ++port) {
        if ((polled_[port].revents & POLLIN) != 0) read_from(port);
      }
      if (polled_.back().revents != 0 && !read_commands()) return 0;
    }
  }

 private:
  static timespec until(Instant due) {
    constexpr Duration kLongest = 1s;
    const Duration left =
        due == kNever ? kLongest : std::max(Duration{0}, std::min(kLongest, due - now()));
    return {left.count() / 1'000'000, left.count() % 1'000'000 * 1'000};
  }

  /// A device that is down, or whose queue is full, loses the packet, as cables do.
  void write_to(std::size_t port, const Packet& packet) {
    const ssize_t written = write(polled_[port].fd, packet.data(), packet.size());
    if (written < 0 && errno != EAGAIN && errno != EIO) fail("write");
  }

  void read_from(std::size_t port) {
    for (int turn = 0; turn < kPacketsInTurn; ++turn) {
      const ssize_t size = read(polled_[port].fd, buffer_.data(), buffer_.size());
      if (size <= 0) return;
      hub_.send(port, Packet(buffer_.begin(), buffer_.begin() + size), now());
    }
  }

  bool read_commands() {
    std::array<char, 4'096> text{};
    const ssize_t size = read(STDIN_FILENO, text.data(), text.size());
    if (size <= 0) return false;
    input_.append(text.data(), static_cast<std::size_t>(size));
    for (std::size_t end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
      std::puts(hub_.execute(std::string_view(input_).substr(0, end)).c_str());
      input_.erase(0, end + 1);
    }
    std::fflush(stdout);
    return input_.size() <= kLongestLine;
  }

  Hub hub_;
  /// The devices, in the order of the ports, and at last the input.
  std::vector<pollfd> polled_;
  std::array<std::uint8_t, kLargestPacket> buffer_{};
  std::string input_;
};

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) {
    std::fputs("impairment_hub SEED NAME:DEVICE:ADDRESS...\n", stderr);
    return 2;
  }
  Program program(arguments[0]);
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& text = arguments[i];
    const std::size_t first = text.find(':');
    const std::size_t second = text.find(':', first + 1);
    Ipv4Address address = 0;
    if (second == std::string::npos || !parse_address(text.substr(second + 1), address)) {
      std::fprintf(stderr, "impairment_hub: %s is not NAME:DEVICE:ADDRESS\n", text.c_str());
      return 2;
    }
    const std::string device = text.substr(first + 1, second - first - 1);
    if (!program.add_port(text.substr(0, first), device, address)) return fail(device);
  }
  std::puts("ready");
  std::fflush(stdout);
  return program.run();
}

}  // namespace
}  // namespace groupcall::network

int main(int count, char** arguments) {
  return groupcall::network::run({arguments + 1, arguments + count});
}
