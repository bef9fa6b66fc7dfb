#include "tests/network/hub.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace groupcall::network {
namespace {

constexpr std::size_t kIpv4HeaderBytes = 20;
constexpr std::size_t kDestinationAt = 16;
/// No impairment is larger: a minute, 1000 permille, 10 Gbit/s.
constexpr std::int64_t kLargest = 60'000'000;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

bool parse_number(std::string_view text, std::int64_t most, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 0 && number <= most;
}

/// Applies one `name=number`; false for one that means nothing.
bool apply(std::string_view setting, Impairment& impairment) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = setting.substr(0, equals);
  std::int64_t number = 0;
  const std::int64_t most = name == "cut" ? 1 : name == "loss_permille" ? 1000 : kLargest;
  if (!parse_number(setting.substr(equals + 1), most, number)) return false;
  if (name == "delay_us") {
    impairment.delay = Duration(number);
  } else if (name == "jitter_us") {
    impairment.jitter = Duration(number);
  } else if (name == "queue_us") {
    impairment.queue = Duration(number);
  } else if (name == "rate_kbps") {
    impairment.rate_kbps = number;
  } else if (name == "loss_permille") {
    impairment.loss_permille = static_cast<int>(number);
  } else if (name == "cut") {
    impairment.cut = number == 1;
  } else {
    return false;
  }
  return true;
}

std::string counts_of(const ImpairedLane& lane) {
  return std::to_string(lane.entered()) + '/' + std::to_string(lane.lost());
}

}  // namespace

bool parse_address(std::string_view text, Ipv4Address& address) {
  address = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t end = part == 3 ? text.size() : text.find('.');
    std::int64_t number = 0;
    if (end == std::string_view::npos || !parse_number(text.substr(0, end), 255, number)) {
      return false;
    }
    address = address << 8U | static_cast<Ipv4Address>(number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

void Hub::add_port(std::string_view name, Ipv4Address address) {
  // A seed for each lane: what one machine sends has no influence on another's luck.
  const std::string seed = seed_ + '/' + std::string(name);
  ports_.push_back(
      {std::string(name), address, {ImpairedLane(seed + "/up"), ImpairedLane(seed + "/down")}});
}

void Hub::send(std::size_t port, Packet packet, Instant now) {
  ports_[port].lane(Direction::Up).enter(std::move(packet), now);
}

Instant Hub::next_due() const {
  Instant next = kNever;
  for (const Port& port : ports_) {
    for (const ImpairedLane& lane : port.lanes) next = earlier(next, lane.next_due());
  }
  return next;
}

void Hub::advance(Instant now, const Deliver& deliver) {
  for (Instant due = next_due(); due <= now && due != kNever; due = next_due()) {
    for (std::size_t index = 0; index < ports_.size(); ++index) {
      // At the time when it was due: a late call adds no delay to the second half of the way.
      if (const auto packet = ports_[index].lane(Direction::Up).leave(due)) forward(*packet, due);
      if (const auto packet = ports_[index].lane(Direction::Down).leave(due))
        deliver(index, *packet);
    }
  }
}

void Hub::forward(const Packet& packet, Instant at) {
  if (packet.size() < kIpv4HeaderBytes || packet[0] >> 4U != 4) return;
  Ipv4Address destination = 0;
  for (std::size_t i = 0; i < 4; ++i) destination = destination << 8U | packet[kDestinationAt + i];
  for (Port& port : ports_) {
    if (port.address == destination) return port.lane(Direction::Down).enter(packet, at);
  }
}

Hub::Port* Hub::find(std::string_view name) {
  const auto found = std::find_if(ports_.begin(), ports_.end(),
                                  [name](const Port& port) { return port.name == name; });
  return found == ports_.end() ? nullptr : &*found;
}

std::string Hub::execute(std::string_view line) {
  const std::vector<std::string_view> words = words_of(line);
  if (words.size() < 2) return "error: a command and a port are needed";
  Port* port = find(words[1]);
  if (port == nullptr) return "error: no port " + std::string(words[1]);
  if (words[0] == "set" && words.size() >= 3) return set(words);
  if (words[0] == "address" && words.size() == 3) {
    Ipv4Address address = 0;
    if (!parse_address(words[2], address)) return "error: no address " + std::string(words[2]);
    port->address = address;
    return "ok";
  }
  if (words[0] == "count" && words.size() == 2) {
    return "ok up=" + counts_of(port->lane(Direction::Up)) +
           " down=" + counts_of(port->lane(Direction::Down));
  }
  return "error: no command " + std::string(line);
}

std::string Hub::set(const std::vector<std::string_view>& words) {
  const bool both = words[2] == "both";
  std::vector<Direction> directions;
  if (both || words[2] == "up") directions.push_back(Direction::Up);
  if (both || words[2] == "down") directions.push_back(Direction::Down);
  if (directions.empty()) return "error: no direction " + std::string(words[2]);
  Port& port = *find(words[1]);
  std::vector<Impairment> changed;
  for (Direction direction : directions) {
    changed.push_back(port.lane(direction).impairment());
    for (std::size_t i = 3; i < words.size(); ++i) {
      if (!apply(words[i], changed.back())) return "error: no setting " + std::string(words[i]);
    }
  }
  for (std::size_t i = 0; i < directions.size(); ++i) port.lane(directions[i]).change(changed[i]);
  return "ok";
}

}  // namespace groupcall::network
