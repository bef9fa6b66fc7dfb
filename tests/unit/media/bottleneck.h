/// Links of one page that share one uplink: a queue of so much a second, dropped from its tail, and
/// at each sender a congestion control like that of browsers (Google's: 8 % more in a second while
/// the queue is empty and what is allowed is used, down to 0.85 of what passes when it grows, and a
/// probe of twice its rate, once a second, where more than that is allowed). One
/// that does not tell its estimate has none here at all, which is harder than Firefox.
///
/// Whole numbers; a step is 20 ms. kbit/s and milliseconds make bits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/media/uplink_estimate.h"

namespace groupcall {

class Bottleneck {
 public:
  static constexpr std::int64_t kStepMs = 20;
  static constexpr std::int64_t kQueueMs = 250;
  static constexpr std::int64_t kPathRttMs = 40;

  struct Link {
    bool tells = true;                     ///< availableOutgoingBitrate
    std::int64_t microphone_kbps = 37;     ///< 32 of Opus and the headers
    std::int64_t video_kbps = 0;           ///< what its encoders are allowed; 0: none
    std::int64_t downlink_kbps = 100'000;  ///< the far end's own bottleneck

    std::int64_t control_kbps = 300;
    std::int64_t queued_bits = 0;
    std::int64_t sent_bits = 0;
    std::int64_t dropped_bits = 0;  ///< since the last facts()
    std::int64_t offered_bits = 0;  ///< the same
    std::int64_t window_sent = 0;   ///< within the present 200 ms
    std::int64_t window_passed = 0;
    std::int64_t passed_kbps = 0;
    std::int64_t microphone_passed = 0;     ///< bits, since the last facts()
    std::int64_t microphone_share = 1'000;  ///< permille that passed until the last facts()
  };

  explicit Bottleneck(std::int64_t kbps) : kbps_(kbps) {}
  std::vector<Link> links;

  void set_kbps(std::int64_t kbps) { kbps_ = kbps; }
  std::int64_t delay_ms() const {
    std::int64_t queued = 0;
    for (const Link& link : links) queued += link.queued_bits;
    return queued / kbps_;
  }

  void run(std::int64_t ms) {
    for (std::int64_t passed = 0; passed < ms; passed += kStepMs) {
      step();
      if (++steps_ % (200 / kStepMs) == 0) control();
    }
  }

  /// What a browser would say after a second, and a new second begins.
  SendFacts facts(Link& link) const {
    SendFacts facts;
    facts.sent_bytes = link.sent_bits / 8;
    facts.available_kbps = link.tells ? link.control_kbps : 0;
    facts.lost_permille =
        link.offered_bits == 0 ? 0 : link.dropped_bits * 1'000 / link.offered_bits;
    facts.rtt_ms = kPathRttMs + delay_ms();
    link.microphone_share = 1'000 - facts.lost_permille;
    link.dropped_bits = link.offered_bits = 0;
    return facts;
  }
  static std::int64_t rate(const Link& link) {
    const std::int64_t spare = link.control_kbps - link.microphone_kbps;
    const std::int64_t video =
        link.tells ? std::clamp<std::int64_t>(spare, 0, link.video_kbps) : link.video_kbps;
    return link.microphone_kbps + video;
  }

 private:
  void step() {
    std::int64_t queued = 0;
    std::int64_t offered = 0;
    for (const Link& link : links) {
      queued += link.queued_bits;
      offered += rate(link) * kStepMs;
    }
    // The tail of what does not fit is dropped, from each as much as it brings.
    const std::int64_t room = kbps_ * (kQueueMs + kStepMs) - queued;
    for (Link& link : links) {
      const std::int64_t bits = rate(link) * kStepMs;
      std::int64_t fits = offered <= room ? bits : bits * std::max<std::int64_t>(room, 0) / offered;
      fits = std::min(fits, link.downlink_kbps * kStepMs);
      link.sent_bits += bits;
      link.window_sent += bits;
      link.offered_bits += bits;
      link.dropped_bits += bits - fits;
      link.queued_bits += fits;
    }
    queued = 0;
    for (const Link& link : links) queued += link.queued_bits;
    const std::int64_t passes = std::min(queued, kbps_ * kStepMs);
    for (Link& link : links) {
      const std::int64_t bits = queued == 0 ? 0 : link.queued_bits * passes / queued;
      link.queued_bits -= bits;
      link.window_passed += bits;
    }
  }

  void control() {
    const std::int64_t delay = delay_ms();
    for (Link& link : links) {
      const std::int64_t sent = link.window_sent / 200;
      link.passed_kbps = link.window_passed / 200;
      link.window_sent = link.window_passed = 0;
      const bool overused = (delay > 30 && delay > last_delay_) || link.passed_kbps * 10 < sent * 9;
      if (overused) {
        link.control_kbps = std::max<std::int64_t>(20, link.passed_kbps * 85 / 100);
      } else if (delay <= 10 && link.microphone_kbps + link.video_kbps > 2 * link.control_kbps &&
                 steps_ % 50 == 0) {
        link.control_kbps *= 2;  // a probe
      } else if (delay <= 10 && link.control_kbps < sent * 3 / 2 + 10) {
        link.control_kbps += std::max<std::int64_t>(1, link.control_kbps * 16 / 1'000);
      }
    }
    last_delay_ = delay;
  }

  std::int64_t kbps_;
  std::int64_t last_delay_ = 0;
  std::int64_t steps_ = 0;
};

}  // namespace groupcall
