#include "core/media/uplink_share.h"

#include <algorithm>

namespace groupcall {

namespace {

using budget::kPictures;

// Opus is told what it may take; its headers are not part of that.
constexpr std::int64_t kThriftyOpusKbps = 16;

// The smallest picture that fills so many lines; a tenth may be missing.
std::size_t picture_for(std::int64_t lines) {
  std::size_t picture = 0;
  while (picture + 1 < kPictures.size() && kPictures[picture].lines * 10 < lines * 9) ++picture;
  return picture;
}

// Half of what it takes at its best does for a picture; five eighths to change to a larger one.
std::size_t affordable(std::int64_t kbps, std::size_t most, std::size_t before) {
  std::size_t picture = most;
  for (; picture > 0; --picture)
    if (kbps * 8 >= kPictures[picture].kbps * (picture > before ? 5 : 4)) break;
  return picture;
}

// By weight, nobody more than wanted.
void distribute(std::int64_t rest, std::vector<PeerDemand>& peers) {
  for (bool again = true; again;) {
    again = false;
    std::int64_t weights = 0;
    for (const PeerDemand& peer : peers) weights += peer.weight;
    const std::int64_t to_share = rest;
    for (PeerDemand& peer : peers) {
      if (peer.weight == 0) continue;
      peer.part_kbps = to_share * peer.weight / weights;
      if (peer.part_kbps < peer.want_kbps) continue;
      peer.part_kbps = peer.want_kbps;
      peer.weight = 0;
      rest -= peer.part_kbps;
      again = true;
    }
  }
}

// What changes by a sixteenth at most stays.
void set_kbps(PeerPlan& plan, SlotLimit& limit, std::int64_t kbps) {
  const std::int64_t change = kbps - limit.max_kbps;
  if (std::max(change, -change) * 16 > limit.max_kbps) limit.max_kbps = kbps;
  plan.allotted_kbps += limit.max_kbps;
}

void plan_camera(PeerDemand& peer, std::int64_t lines, std::int64_t fps) {
  PeerPlan& plan = peer.plan;
  SlotLimit& limit = plan.of(Slot::Camera);
  const std::size_t before = limit.max_kbps == 0 ? peer.best : plan.picture;
  set_kbps(plan, limit, peer.part_kbps + budget::kCameraLeastKbps);
  if (peer.foreign) return;
  plan.picture = affordable(limit.max_kbps, peer.best, before);
  limit.scale_permille =
      std::max<std::int64_t>(1'000, lines * 1'000 / kPictures[plan.picture].lines);
  // An eighth between slow and not, as for sizes.
  const std::int64_t eighths = limit.max_fps == budget::kSlowFps ? 5 : 4;
  const bool slow = limit.max_kbps * 8 < kPictures[plan.picture].kbps * eighths;
  limit.max_fps = slow ? std::min(fps, budget::kSlowFps) : fps;
}

// Returns what its microphone and its screen take.
std::int64_t plan_first(PeerDemand& peer, bool thrifty, std::int64_t screen_kbps) {
  PeerPlan& plan = peer.plan;
  plan.of(Slot::Microphone).max_kbps = thrifty ? kThriftyOpusKbps : 0;
  const std::int64_t audio = thrifty ? budget::kThriftyAudioKbps : budget::kAudioKbps;
  plan.allotted_kbps = peer.has(Slot::Microphone) ? audio : 0;
  if (!peer.shows(Slot::Screen)) return 0;
  SlotLimit& limit = plan.of(Slot::Screen);
  const std::int64_t most = std::min(peer.ceiling_kbps - plan.allotted_kbps, budget::kScreenKbps);
  const std::int64_t kbps = std::max(std::min(screen_kbps, most), budget::kScreenLeastKbps);
  set_kbps(plan, limit, kbps);
  const bool slow = limit.max_kbps < budget::kScreenSlowKbps;
  if (!peer.foreign) limit.max_fps = slow ? budget::kScreenSlowFps : budget::kScreenFps;
  return kbps;
}

}  // namespace

bool PeerDemand::shows(Slot slot) const {
  const bool shown =
      slot == Slot::Camera ? view.width != 0 && view.height != 0 : !view.screen_hidden;
  return has(slot) && (shown || foreign);
}

void UplinkShare::on_cpu(bool limited, Instant now) {
  if (cpu_since_ == kNever || limited != cpu_limited_) cpu_since_ = now;
  cpu_limited_ = limited;
  if (now - cpu_since_ < (limited ? budget::kCpuSlow : budget::kCpuWell)) return;
  cpu_since_ = now;
  if (!limited && cpu_steps_ > 0) --cpu_steps_;
  if (limited && cpu_steps_ + 1 < kPictures.size()) ++cpu_steps_;
}

void UplinkShare::plan(std::int64_t uplink_kbps, std::int64_t lines, std::vector<PeerDemand>& peers,
                       Instant now) {
  const auto others = static_cast<std::int64_t>(peers.size());
  const budget::MeshLimit* mesh = budget::kMeshLimits.data();
  while (mesh->others < others && mesh != &budget::kMeshLimits.back()) ++mesh;
  const std::size_t most = mesh->picture - std::min(mesh->picture, cpu_steps_);
  std::int64_t microphones = 0;
  std::int64_t cameras = 0;
  std::int64_t screens = 0;
  bool thrifty = false;
  for (PeerDemand& peer : peers) {
    thrifty = thrifty || peer.plan.of(Slot::Microphone).max_kbps > 0;
    microphones += peer.has(Slot::Microphone) ? 1 : 0;
    screens += peer.shows(Slot::Screen) ? 1 : 0;
    peer.weight = 0;
    if (!peer.shows(Slot::Camera)) continue;
    ++cameras;
    std::int64_t tile = std::min(peer.view.width, peer.view.height);
    // Between two people there is one tile, and it is large.
    if (tile <= 0) tile = others == 1 ? kPictures.back().lines : budget::kUsualLines;
    peer.best = std::min(picture_for(lines > 0 ? std::min(tile, lines) : tile), most);
    peer.weight = kPictures[peer.best].kbps * (peer.view.speaker ? 2 : 1);
  }
  // A fifth more is needed to leave thrift than to come to it.
  thrifty = microphones * budget::kAudioKbps * 2 > (thrifty ? uplink_kbps * 5 / 6 : uplink_kbps);
  std::int64_t rest =
      uplink_kbps - microphones * (thrifty ? budget::kThriftyAudioKbps : budget::kAudioKbps);
  const std::int64_t least = budget::kCameraLeastKbps * cameras;
  const bool scarce = cameras > 0 && rest < least + screens * budget::kScreenLeastKbps;
  if (scarce && now >= paused_until_ + budget::kTrial) paused_until_ = now + budget::kPause;
  rest = std::max<std::int64_t>(0, rest - least);
  const std::int64_t screen_kbps = rest / std::max<std::int64_t>(1, screens);
  for (PeerDemand& peer : peers) {
    rest -= plan_first(peer, thrifty, screen_kbps);
    const std::int64_t ceiling = peer.ceiling_kbps - peer.plan.allotted_kbps;
    peer.want_kbps = std::max<std::int64_t>(
        0, std::min(kPictures[peer.best].kbps, ceiling) - budget::kCameraLeastKbps);
  }
  distribute(std::max<std::int64_t>(0, rest), peers);
  for (PeerDemand& peer : peers) {
    SlotLimit& camera = peer.plan.of(Slot::Camera);
    const bool paused = now < paused_until_ && !peer.foreign;
    if (peer.has(Slot::Camera)) camera.inactive = paused || !peer.shows(Slot::Camera);
    if (peer.has(Slot::Screen)) peer.plan.of(Slot::Screen).inactive = !peer.shows(Slot::Screen);
    if (peer.has(Slot::Camera) && !camera.inactive) plan_camera(peer, lines, mesh->fps);
  }
}

}  // namespace groupcall
