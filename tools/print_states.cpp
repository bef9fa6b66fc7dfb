// Prints the room's state machine from its table (core/room/room_phase.h) as a Mermaid diagram.
// `print_states --check FILE` exits with 1 unless the file holds just this diagram, which a test
// runs on core/README.md.
#include <array>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

#include "core/room/room_phase.h"

namespace {

using groupcall::kRoomTransitions;

constexpr auto kPhases = std::to_array<std::string_view>(
    {"Out", "Joining", "In", "Rejoining", "Withdrawing", "Leaving"});
constexpr auto kEvents =
    std::to_array<std::string_view>({"JoinRequested", "Admitted", "Refused", "SignallingLost",
                                     "LeaveRequested", "TimedOut", "GoodbyesSent", "Ended"});

std::string diagram() {
  std::string text = "```mermaid\nstateDiagram-v2\n  [*] --> Out\n";
  for (const auto& transition : kRoomTransitions) {
    if (transition.from == transition.to) continue;
    if (transition.event == groupcall::RoomEvent::Ended) continue;  // from everywhere to Out
    text += "  " + std::string(kPhases[static_cast<std::size_t>(transition.from)]) + " --> " +
            std::string(kPhases[static_cast<std::size_t>(transition.to)]) + ": " +
            std::string(kEvents[static_cast<std::size_t>(transition.event)]) + "\n";
  }
  return text + "```\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string text = diagram();
  if (argc == 1) {
    std::cout << text;
    return 0;
  }
  if (argc != 3 || std::string_view(argv[1]) != "--check") {
    std::cerr << "usage: print_states [--check FILE]\n";
    return 2;
  }
  std::ifstream file(argv[2]);
  std::stringstream present;
  present << file.rdbuf();
  if (present.str().find(text) != std::string::npos) return 0;
  std::cerr << argv[2] << ": the room's diagram is not this one:\n" << text;
  return 1;
}
