#include "core/media/remote_media.h"

#include "core/public/config.h"

namespace groupcall {

namespace {
bool in_range(std::int64_t slot) { return slot >= 0 && slot < 8; }
}  // namespace

void RemoteMedia::on_announced_on(std::int64_t slot) {
  if (!in_range(slot)) return;
  SlotFlow& flow = slots_[static_cast<std::size_t>(slot)];
  flow.bytes_at = kNever;
  flow.frames_at = kNever;
}

void RemoteMedia::on_sample(const LinkSample& sample, Instant now) {
  for (const SlotSample& s : sample.slots) {
    if (!in_range(s.slot)) continue;
    SlotFlow& flow = slots_[static_cast<std::size_t>(s.slot)];
    if (s.bytes > flow.bytes) {
      flow.bytes_at = now;
      last_arrival_ = now;
    }
    if (s.frames > flow.frames) flow.frames_at = now;
    flow.bytes = s.bytes;
    flow.frames = s.frames;
  }
}

Flow RemoteMedia::flow(std::int64_t slot, Instant now) const {
  if (!in_range(slot)) return Flow::None;
  const SlotFlow& flow = slots_[static_cast<std::size_t>(slot)];
  const auto fresh = [now](Instant at) { return at != kNever && now - at < deadlines::kFrozen; };
  if (fresh(flow.frames_at)) return Flow::Frames;
  if (flow.frames_at != kNever) return fresh(flow.bytes_at) ? Flow::Stuck : Flow::Stalled;
  if (flow.bytes_at == kNever) return Flow::None;
  return fresh(flow.bytes_at) ? Flow::Bytes : Flow::Stalled;
}

}  // namespace groupcall
