/// The links of one page on a bottleneck, with estimate and share between their stats and their
/// senders: what the router does once a second.
#pragma once

#include <algorithm>
#include <vector>

#include "core/media/uplink_share.h"
#include "tests/unit/media/bottleneck.h"

namespace groupcall {

class UplinkBench {
 public:
  /// `tells`: the browser reports availableOutgoingBitrate.
  UplinkBench(std::int64_t kbps, std::size_t others, bool tells = true) : net(kbps) {
    for (std::size_t i = 0; i < others; ++i) add(tells);
  }
  std::size_t add(bool tells) {
    Bottleneck::Link& link = net.links.emplace_back();
    link.tells = tells;
    estimates.emplace_back();
    PeerDemand& peer = peers.emplace_back();
    peer.tracks[0] = peer.tracks[1] = true;
    return peers.size() - 1;
  }
  void remove(std::size_t i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    net.links.erase(net.links.begin() + at);
    estimates.erase(estimates.begin() + at);
    peers.erase(peers.begin() + at);
  }
  void show(std::size_t i, std::int64_t width, std::int64_t height, bool speaker = false) {
    peers[i].view = TileView{width, height, speaker, false};
  }

  void second() {
    net.run(1'000);
    now += 1s;
    uplink = 0;
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const SendFacts facts = net.facts(net.links[i]);
      estimates[i].on_sample(facts, peers[i].plan.allotted_kbps, now);
      uplink += estimates[i].kbps();
      peers[i].ceiling_kbps = estimates[i].ceiling_kbps();
    }
    share.plan(uplink, lines, peers, now);
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const PeerPlan& plan = peers[i].plan;
      const auto sent = [](bool track, const SlotLimit& limit) {
        return track && !limit.inactive ? limit.max_kbps : 0;
      };
      net.links[i].video_kbps = sent(peers[i].has(Slot::Camera), plan.of(Slot::Camera)) +
                                sent(peers[i].has(Slot::Screen), plan.of(Slot::Screen));
      net.links[i].microphone_kbps =
          plan.of(Slot::Microphone).max_kbps > 0 ? plan.of(Slot::Microphone).max_kbps + 5 : 37;
    }
  }
  void run(int seconds) {
    for (int i = 0; i < seconds; ++i) second();
  }

  std::int64_t camera(std::size_t i) const {
    const SlotLimit& limit = peers[i].plan.of(Slot::Camera);
    return limit.inactive ? 0 : limit.max_kbps;
  }
  std::int64_t offered() const {
    std::int64_t sum = 0;
    for (const Bottleneck::Link& link : net.links) sum += Bottleneck::rate(link);
    return sum;
  }

  Bottleneck net;
  std::vector<UplinkEstimate> estimates;
  std::vector<PeerDemand> peers;
  UplinkShare share;
  std::int64_t uplink = 0;
  std::int64_t lines = 720;
  Instant now{};
};

/// The least, the most and the mean of what was seen.
struct Spread {
  std::int64_t least = 1'000'000'000;
  std::int64_t most = 0;
  std::int64_t sum = 0;
  std::int64_t count = 0;
  void add(std::int64_t value) {
    least = std::min(least, value);
    most = std::max(most, value);
    sum += value;
    ++count;
  }
  std::int64_t mean() const { return sum / count; }
  /// From the least to the most, in percent of the mean.
  std::int64_t percent() const { return (most - least) * 100 / mean(); }
};

}  // namespace groupcall
