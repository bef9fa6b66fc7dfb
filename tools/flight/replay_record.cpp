// Replays flight records through the core, asserts that every reaction is what it was, and tells
// what happened. tools/replay builds and calls it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/wire/json_document.h"
#include "tools/flight/print.h"
#include "tools/flight/record_reader.h"
#include "tools/flight/replayer.h"
#include "tools/flight/timeline.h"

namespace {

using namespace groupcall;
using namespace groupcall::flight;

constexpr const char* kUsage = R"(usage: replay_record [options] FILE...

  --check        say only whether the reactions are the same
  --until S      stop S seconds after the first event
  --peer ID      of the timeline, only what is about this user, and what is about nobody in particular
  --json         a JSON object a line: the record, what happened, the outcome
  --build ID     of which build this core is
  --rehash       write the record to stdout with the reactions that this core has
  --time N       replay N times, and print how long events take
)";

struct Options {
  std::vector<std::string> files;
  bool check = false;
  bool json = false;
  bool rehash = false;
  double until_s = -1;
  int rounds = 0;
  std::string peer;
  std::string build;
};

template <class Number>
bool read_number(const std::string& text, Number& into) {
  std::istringstream stream(text);
  return (stream >> into) && stream.eof() && into >= 0;
}

std::optional<Options> read_options(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string value = i + 1 < words.size() ? words[i + 1] : "";
    const bool takes_value =
        word == "--until" || word == "--peer" || word == "--build" || word == "--time";
    if (takes_value && ++i == words.size()) return std::nullopt;
    if (word == "--check") {
      options.check = true;
    } else if (word == "--json") {
      options.json = true;
    } else if (word == "--rehash") {
      options.rehash = true;
    } else if (word == "--peer") {
      options.peer = value;
    } else if (word == "--build") {
      options.build = value;
    } else if (word == "--until") {
      if (!read_number(value, options.until_s)) return std::nullopt;
    } else if (word == "--time") {
      if (!read_number(value, options.rounds)) return std::nullopt;
    } else if (word.starts_with("-")) {
      return std::nullopt;
    } else {
      options.files.push_back(word);
    }
  }
  if (options.files.empty()) return std::nullopt;
  return options;
}

/// Fifty times what a page keeps; longer are only records of tests, as text.
constexpr std::uintmax_t kMostFileBytes = 200'000'000;

std::optional<std::string> read_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) > kMostFileBytes && !error) {
    std::cerr << path << ": is larger than " << kMostFileBytes << " bytes\n";
    return std::nullopt;
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (!(bytes << file.rdbuf())) {
    std::cerr << path << ": cannot be read, or is empty\n";
    return std::nullopt;
  }
  return bytes.str();
}

bool tell_record(const std::string& path, const std::string& bytes, const Options& options) {
  RecordReader reader(bytes);
  const bool shows = !options.check && reader.error().empty();
  if (shows && options.json) print_header_json(std::cout, reader.header(), options.build);
  if (shows && !options.json) print_header(std::cout, reader.header(), options.build);
  Timeline timeline([&options](const Entry& entry) {
    if (!options.peer.empty() && !entry.peer.empty() && entry.peer != options.peer) return;
    if (options.json) {
      print_entry_json(std::cout, entry);
    } else {
      print_entry(std::cout, entry);
    }
  });
  ReplayOptions how;
  if (options.until_s >= 0) how.until_us = static_cast<std::int64_t>(options.until_s * 1e6);
  bool gap_told = false;
  const Outcome outcome = replay(reader, how, [&](const Played& played) {
    if (!shows) return;
    if (played.after_gap && !gap_told && !options.json)
      std::cout
          << "-- from here on, events only: without what is missing they cannot be replayed\n";
    gap_told = played.after_gap;
    timeline.show(played);
  });
  if (options.json) {
    print_outcome_json(std::cout, outcome);
  } else {
    print_outcome(outcome.same() ? std::cout : std::cerr, path, outcome,
                  !options.build.empty() && reader.header().build != options.build);
  }
  return outcome.same();
}

bool rehash(const std::string& path, const std::string& bytes, const Options& options) {
  RecordReader reader(bytes);
  if (reader.error().empty()) {
    std::string build;
    wire::encode_text(options.build, build);
    std::cout << "{\"groupcall\":\"record\",\"version\":" << kFormatVersion
              << ",\"build\":" << build << (reader.header().redacted ? ",\"redacted\":true" : "")
              << ",\"config\":" << reader.header().config << "}\n";
  }
  bridge::CallBridge bridge(reader.header().config);
  while (const auto line = reader.next()) {
    const auto* event = std::get_if<EventLine>(&*line);
    // What comes after a gap is of no use to a test.
    if (event == nullptr) break;
    bridge.handle(event->event, event->now_us);
    std::cout << "[" << event->now_us << "," << event->event << ",\"" << bridge.hash() << "\"]\n";
  }
  if (!reader.error().empty()) std::cerr << path << ": " << printable(reader.error(), 200) << "\n";
  return reader.error().empty();
}

double median_us(std::vector<double>& samples) {
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

bool time_record(const std::string& path, const std::string& bytes, int rounds) {
  std::map<std::string, std::vector<double>> by_type;
  std::vector<double> all;
  for (int round = 0; round < rounds; ++round) {
    RecordReader reader(bytes);
    bridge::CallBridge bridge(reader.header().config);
    while (const auto line = reader.next()) {
      const auto* event = std::get_if<EventLine>(&*line);
      if (event == nullptr) break;
      const auto start = std::chrono::steady_clock::now();
      bridge.handle(event->event, event->now_us);
      const std::chrono::duration<double, std::micro> took =
          std::chrono::steady_clock::now() - start;
      by_type[type_of(event->event)].push_back(took.count());
      all.push_back(took.count());
    }
    if (!reader.error().empty() || all.empty()) {
      std::cerr << path << ": " << (all.empty() ? "no events" : printable(reader.error(), 200))
                << "\n";
      return false;
    }
  }
  std::printf("%-28s %8s %12s\n", "event (native)", "count", "median us");
  for (auto& [type, samples] : by_type)
    std::printf("%-28s %8zu %12.1f\n", printable(type, 200).c_str(), samples.size(),
                median_us(samples));
  std::printf("%-28s %8zu %12.1f\n", "all", all.size(), median_us(all));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options(std::vector<std::string>(argv + 1, argv + argc));
  if (!options) {
    std::cerr << kUsage;
    return 2;
  }
  bool good = true;
  for (const std::string& path : options->files) {
    const auto bytes = read_file(path);
    if (!bytes) {
      good = false;
    } else if (options->rehash) {
      good = rehash(path, *bytes, *options) && good;
    } else if (options->rounds > 0) {
      good = time_record(path, *bytes, options->rounds) && good;
    } else {
      good = tell_record(path, *bytes, *options) && good;
    }
  }
  return good ? 0 : 1;
}
