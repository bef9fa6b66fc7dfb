#include "tests/support/flight_recorder.h"

#include "tests/support/describe.h"
#include "wasm/bridge/call_bridge.h"

namespace groupcall::sim {

void FlightRecorder::on_handled(const SimulatedPage& page, Instant page_now, const Event& event,
                                const Reaction& reaction) {
  auto found = open_.find(&page);
  if (found == open_.end()) {
    const std::string birth = std::to_string(++births_[page.user()]);
    files_.push_back(prefix_ + page.user() + "-" + birth + ".jsonl");
    found = open_.emplace(&page, std::ofstream(files_.back())).first;
    found->second << R"({"groupcall":"record","version":1,"build":"simulated","config":)"
                  << describe(page.config()) << "}\n";
  }
  found->second << "[" << to_us(page_now) << "," << describe(event) << ","
                << bridge::describe(reaction) << "]\n";
}

std::vector<std::string> FlightRecorder::finish() {
  open_.clear();
  return files_;
}

}  // namespace groupcall::sim
