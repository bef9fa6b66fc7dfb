/// Writes what happens to the pages of a simulated call as flight records, one file for each
/// page, in the format that browsers record: `tools/replay FILE` replays them.
#pragma once

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/support/simulated_page.h"

namespace groupcall::sim {

class FlightRecorder {
 public:
  /// Files are `<prefix><user>-<birth>.jsonl`.
  explicit FlightRecorder(std::string prefix) : prefix_(std::move(prefix)) {}

  void on_handled(const SimulatedPage& page, Instant page_now, const Event& event,
                  const Reaction& reaction);
  /// Completes the files and names them.
  std::vector<std::string> finish();

 private:
  std::string prefix_;
  std::vector<std::string> files_;
  std::map<std::string, int> births_;
  std::map<const SimulatedPage*, std::ofstream> open_;
};

}  // namespace groupcall::sim
