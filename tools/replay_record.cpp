// Replays flight records through the core and asserts that every reaction is what it was.
//
//   replay_record FILE...            exit 1 at the first difference, with its context
//   replay_record --time N FILE      replays N times and prints how long events take
//
// A record is text: the config on the first line, then `[now,event,reaction]` a line, each part
// as it crossed the bridge (wasm/bridge/call_bridge.h).
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/bridge/call_bridge.h"

namespace {

struct Line {
  std::int64_t now_us = 0;
  std::string_view event;
  std::string_view reaction;
};

// Where the JSON object that begins at `text`'s front ends, or npos.
std::size_t object_end(std::string_view text) {
  bool in_string = false;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && c == '{') {
      ++depth;
    } else if (!in_string && c == '}' && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

std::optional<Line> split_line(std::string_view text) {
  Line line;
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  const auto number = std::from_chars(text.data(), text.data() + text.size(), line.now_us);
  if (number.ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(number.ptr - text.data()));
  if (!text.starts_with(",{")) return std::nullopt;
  text.remove_prefix(1);
  const std::size_t end = object_end(text);
  if (end == std::string_view::npos || !text.substr(end).starts_with(",{")) return std::nullopt;
  line.event = text.substr(0, end);
  line.reaction = text.substr(end + 1);
  return line;
}

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// Prints what differs around the first byte that does.
void print_difference(std::string_view expected, std::string_view got) {
  const auto at = static_cast<std::size_t>(
      std::mismatch(expected.begin(), expected.end(), got.begin(), got.end()).first -
      expected.begin());
  const std::size_t from = at < 80 ? 0 : at - 80;
  std::cerr << "  recorded: ..." << expected.substr(std::min(from, expected.size()), 240) << "\n"
            << "  replayed: ..." << got.substr(std::min(from, got.size()), 240) << "\n";
}

bool check(const std::string& path) {
  const std::vector<std::string> lines = read_lines(path);
  if (lines.size() < 2) {
    std::cerr << path << ": no record: it has " << lines.size() << " lines\n";
    return false;
  }
  groupcall::bridge::CallBridge bridge(lines[0]);
  if (!bridge.error().empty()) {
    std::cerr << path << ":1: the config is refused: " << bridge.error() << "\n";
    return false;
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto line = split_line(lines[i]);
    if (!line) {
      std::cerr << path << ":" << i + 1 << ": not a line of the form [now,event,reaction]\n";
      return false;
    }
    const std::string reaction = bridge.handle(line->event, line->now_us);
    if (reaction == line->reaction) continue;
    std::cerr << path << ":" << i + 1 << ": the reaction to " << line->event.substr(0, 160)
              << " differs\n";
    print_difference(line->reaction, reaction);
    return false;
  }
  std::cout << path << ": " << lines.size() - 1 << " events, same reactions\n";
  return true;
}

// `{"type":"socket.frame",...}` gives `socket.frame`.
std::string type_of(std::string_view event) {
  constexpr std::string_view kKey = "\"type\":\"";
  const std::size_t at = event.find(kKey);
  if (at == std::string_view::npos) return "?";
  event.remove_prefix(at + kKey.size());
  return std::string(event.substr(0, event.find('"')));
}

double median_us(std::vector<double>& samples) {
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

int time_record(int rounds, const std::string& path) {
  const std::vector<std::string> lines = read_lines(path);
  std::map<std::string, std::vector<double>> by_type;
  std::vector<double> all;
  for (int round = 0; round < rounds; ++round) {
    groupcall::bridge::CallBridge bridge(lines.at(0));
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto line = split_line(lines[i]);
      if (!line) return 2;
      const auto start = std::chrono::steady_clock::now();
      const std::string reaction = bridge.handle(line->event, line->now_us);
      const std::chrono::duration<double, std::micro> took =
          std::chrono::steady_clock::now() - start;
      by_type[type_of(line->event)].push_back(took.count());
      all.push_back(took.count());
    }
  }
  std::printf("%-28s %8s %12s\n", "event (native)", "count", "median us");
  for (auto& [type, samples] : by_type)
    std::printf("%-28s %8zu %12.1f\n", type.c_str(), samples.size(), median_us(samples));
  std::printf("%-28s %8zu %12.1f\n", "all", all.size(), median_us(all));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && arguments[0] == "--time") {
    int rounds = 0;
    const std::string& text = arguments[1];
    std::from_chars(text.data(), text.data() + text.size(), rounds);
    return time_record(std::max(rounds, 1), arguments[2]);
  }
  if (arguments.empty() || arguments[0].starts_with("-")) {
    std::cerr << "usage: replay_record FILE... | --time N FILE\n";
    return 2;
  }
  bool good = true;
  for (const std::string& path : arguments) good = check(path) && good;
  return good ? 0 : 1;
}
