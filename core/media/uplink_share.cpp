#include "core/media/uplink_share.h"

#include <algorithm>

namespace groupcall {

namespace {

using budget::kPictures;

// Opus is told what it may take; its headers are not part of that.
constexpr std::int64_t kThriftyOpusKbps = 16;

/// One camera's part of the rest.
struct CameraPart {
  PeerDemand* peer;
  std::size_t picture;     ///< the largest that is of use
  std::int64_t want_kbps;  ///< beyond the least
  std::int64_t weight;
  std::int64_t kbps = 0;
  bool settled = false;
};

bool shows_camera(const PeerDemand& peer) {
  return peer.camera && (!peer.view || (peer.view->width > 0 && peer.view->height > 0));
}
bool shows_screen(const PeerDemand& peer) {
  return peer.screen && !(peer.view && peer.view->screen_hidden);
}

// The smallest picture that fills so many lines; a tenth may be missing.
std::size_t picture_for(std::int64_t lines) {
  std::size_t picture = 0;
  while (picture + 1 < kPictures.size() && kPictures[picture].lines * 10 < lines * 9) ++picture;
  return picture;
}

std::size_t largest_picture(const PeerDemand& peer, const budget::MeshLimit& mesh, std::size_t most,
                            std::int64_t lines) {
  // Between two people there is one tile, and it is large.
  std::int64_t tile = mesh.others == 1 ? kPictures.back().lines : budget::kUsualLines;
  if (peer.view) tile = std::min(peer.view->width, peer.view->height);
  if (lines > 0) tile = std::min(tile, lines);
  return std::min(picture_for(tile), most);
}

// Half of what it takes at its best does for a picture; five eighths to change to a larger one.
std::size_t affordable(std::int64_t kbps, std::size_t most, std::size_t before) {
  std::size_t picture = most;
  for (; picture > 0; --picture)
    if (kbps * 8 >= kPictures[picture].kbps * (picture > before ? 5 : 4)) break;
  return picture;
}

// By weight, nobody more than wanted.
void distribute(std::int64_t rest, std::vector<CameraPart>& parts) {
  for (bool again = true; again;) {
    again = false;
    std::int64_t weights = 0;
    for (const CameraPart& part : parts)
      if (!part.settled) weights += part.weight;
    const std::int64_t to_share = rest;
    for (CameraPart& part : parts) {
      if (part.settled) continue;
      part.kbps = to_share * part.weight / weights;
      if (part.kbps < part.want_kbps) continue;
      part.kbps = part.want_kbps;
      part.settled = true;
      rest -= part.kbps;
      again = true;
    }
  }
}

// What changes by a tenth at most stays.
std::int64_t steady(std::int64_t before, std::int64_t now) {
  const std::int64_t change = now < before ? before - now : now - before;
  return change * 16 <= before ? before : now;
}

// Returns what they all take.
std::int64_t plan_microphones(std::int64_t uplink_kbps, std::vector<PeerDemand>& peers) {
  std::int64_t count = 0;
  bool thrifty = false;
  for (const PeerDemand& peer : peers) {
    thrifty = thrifty || peer.plan.microphone.max_kbps > 0;
    count += peer.microphone ? 1 : 0;
  }
  // A fifth more is needed to leave thrift than to come to it.
  thrifty = count * budget::kAudioKbps * 2 > (thrifty ? uplink_kbps * 5 / 6 : uplink_kbps);
  const std::int64_t each = thrifty ? budget::kThriftyAudioKbps : budget::kAudioKbps;
  for (PeerDemand& peer : peers) {
    peer.plan.microphone.max_kbps = thrifty ? kThriftyOpusKbps : 0;
    peer.plan.allotted_kbps = peer.microphone ? each : 0;
  }
  return count * each;
}

// The same, of screens; each has `part_kbps`, which may be less than it needs.
std::int64_t plan_screens(std::int64_t part_kbps, std::vector<PeerDemand>& peers) {
  std::int64_t taken = 0;
  for (PeerDemand& peer : peers) {
    SlotLimit& limit = peer.plan.screen;
    if (peer.screen) limit.inactive = !shows_screen(peer) && !peer.foreign;
    if (!shows_screen(peer)) continue;
    const std::int64_t most =
        std::min(peer.ceiling_kbps - peer.plan.allotted_kbps, budget::kScreenKbps);
    const std::int64_t kbps = std::max(std::min(part_kbps, most), budget::kScreenLeastKbps);
    limit.max_kbps = steady(limit.max_kbps, kbps);
    const bool slow = limit.max_kbps < budget::kScreenSlowKbps;
    if (!peer.foreign) limit.max_fps = slow ? budget::kScreenSlowFps : budget::kScreenFps;
    peer.plan.allotted_kbps += limit.max_kbps;
    taken += kbps;
  }
  return taken;
}

void plan_camera(const CameraPart& part, std::int64_t lines, std::int64_t fps) {
  PeerPlan& plan = part.peer->plan;
  SlotLimit& limit = plan.camera;
  const std::size_t before = limit.max_kbps == 0 ? part.picture : plan.picture;
  limit.max_kbps = steady(limit.max_kbps, part.kbps + budget::kCameraLeastKbps);
  limit.inactive = false;
  if (part.peer->foreign) return;
  plan.picture = affordable(limit.max_kbps, part.picture, before);
  const std::int64_t shown = kPictures[plan.picture].lines;
  limit.scale_permille = std::max<std::int64_t>(1'000, lines * 1'000 / shown);
  // An eighth between slow and not, as for sizes.
  const std::int64_t eighths = limit.max_fps == budget::kSlowFps ? 5 : 4;
  const bool slow = limit.max_kbps * 8 < kPictures[plan.picture].kbps * eighths;
  limit.max_fps = slow ? std::min(fps, budget::kSlowFps) : fps;
}

}  // namespace

void UplinkShare::on_cpu(bool limited, Instant now) {
  if (cpu_since_ == kNever || limited != cpu_limited_) cpu_since_ = now;
  cpu_limited_ = limited;
  if (limited && now - cpu_since_ >= budget::kCpuSlow && cpu_steps_ + 1 < kPictures.size()) {
    ++cpu_steps_;
    cpu_since_ = now;
  } else if (!limited && now - cpu_since_ >= budget::kCpuWell && cpu_steps_ > 0) {
    --cpu_steps_;
    cpu_since_ = now;
  }
}

bool UplinkShare::pauses(bool scarce, Instant now) {
  if (scarce && now >= paused_until_ + budget::kTrial) paused_until_ = now + budget::kPause;
  return now < paused_until_;
}

void UplinkShare::plan(std::int64_t uplink_kbps, std::int64_t lines, std::vector<PeerDemand>& peers,
                       Instant now) {
  const auto others = static_cast<std::int64_t>(peers.size());
  const auto& mesh = *std::find_if(budget::kMeshLimits.begin(), budget::kMeshLimits.end() - 1,
                                   [&](const auto& limit) { return others <= limit.others; });
  std::vector<CameraPart> cameras;
  std::int64_t screens = 0;
  for (PeerDemand& peer : peers) {
    screens += shows_screen(peer) ? 1 : 0;
    if (!shows_camera(peer)) continue;
    const std::size_t most = mesh.picture - std::min(mesh.picture, cpu_steps_);
    const std::size_t picture = largest_picture(peer, mesh, most, lines);
    const std::int64_t full = kPictures[picture].kbps;
    cameras.push_back({&peer, picture, full, peer.view && peer.view->speaker ? 2 * full : full});
  }
  std::int64_t rest = std::max<std::int64_t>(0, uplink_kbps - plan_microphones(uplink_kbps, peers));
  const std::int64_t least = budget::kCameraLeastKbps * static_cast<std::int64_t>(cameras.size());
  const bool scarce = !cameras.empty() && rest < least + screens * budget::kScreenLeastKbps;
  const bool paused = pauses(scarce, now);
  rest = std::max<std::int64_t>(0, rest - least);
  rest -= plan_screens(rest / std::max<std::int64_t>(1, screens), peers);
  for (PeerDemand& peer : peers)
    if (peer.camera) peer.plan.camera.inactive = !peer.foreign && (paused || !shows_camera(peer));
  for (CameraPart& part : cameras) {
    const std::int64_t ceiling = part.peer->ceiling_kbps - part.peer->plan.allotted_kbps;
    part.want_kbps = std::min(part.want_kbps, ceiling) - budget::kCameraLeastKbps;
    part.want_kbps = std::max<std::int64_t>(0, part.want_kbps);
  }
  distribute(std::max<std::int64_t>(0, rest), cameras);
  for (const CameraPart& part : cameras) {
    if (part.peer->plan.camera.inactive) continue;
    plan_camera(part, lines, mesh.fps);
    part.peer->plan.allotted_kbps += part.peer->plan.camera.max_kbps;
  }
}

}  // namespace groupcall
