#include "core/media/remote_media.h"

#include "core/public/config.h"

namespace groupcall {

namespace {

bool in_range(std::int64_t slot) { return slot >= 0 && slot < 8; }

}  // namespace

void RemoteMedia::on_announced_on(std::int64_t slot) {
  if (!in_range(slot)) return;
  SlotFlow& flow = slots_[static_cast<std::size_t>(slot)];
  flow.bytes.at = flow.frames.at = flow.first_byte = kNever;
}

void RemoteMedia::on_sample(const LinkSample& sample, Instant now) {
  sampled_at_ = now;
  const auto count = [now](Counted& counted, std::int64_t sampled) {
    const bool rose = sampled > counted.count;
    if (rose) counted.at = now;
    counted.idle = rose ? 0 : counted.idle + 1;
    counted.count = sampled;
    return rose;
  };
  for (const SlotSample& s : sample.slots) {
    if (!in_range(s.slot)) continue;
    SlotFlow& flow = slots_[static_cast<std::size_t>(s.slot)];
    if (count(flow.bytes, s.bytes)) {
      flow.first_byte = earlier(flow.first_byte, now);
      last_arrival_ = now;
    }
    count(flow.frames, s.frames);
  }
}

// One sample alone may have been taken just after the page stood still.
bool RemoteMedia::fresh(const Counted& counted) const {
  return counted.at != kNever &&
         (counted.idle < 2 || sampled_at_ - counted.at < deadlines::kFrozen);
}

Flow RemoteMedia::flow(std::int64_t slot) const {
  if (!in_range(slot)) return Flow::None;
  const SlotFlow& flow = slots_[static_cast<std::size_t>(slot)];
  if (fresh(flow.frames)) return Flow::Frames;
  if (flow.bytes.at == kNever) return flow.frames.at == kNever ? Flow::None : Flow::Stalled;
  if (!fresh(flow.bytes)) return Flow::Stalled;
  if (flow.frames.at != kNever) return Flow::Stuck;
  return sampled_at_ - flow.first_byte < deadlines::kFrozen ? Flow::Bytes : Flow::Undecoded;
}

bool RemoteMedia::doubted() const {
  for (const SlotFlow& flow : slots_) {
    const Counted& counted = flow.frames.at == kNever ? flow.bytes : flow.frames;
    if (counted.idle > 0 && fresh(counted)) return true;
  }
  return false;
}

}  // namespace groupcall
