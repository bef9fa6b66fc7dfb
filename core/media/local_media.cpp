#include "core/media/local_media.h"

#include <utility>

namespace groupcall {

namespace {
constexpr auto kSources = {Source::Microphone, Source::Camera};

struct Failure {
  std::string_view name;
  MediaReason reason;
};
constexpr Failure kFailures[] = {
    {"NotAllowedError", MediaReason::PermissionDenied},
    {"SecurityError", MediaReason::InsecureContext},
    {"NotFoundError", MediaReason::NoDevice},
    {"NotReadableError", MediaReason::InUse},
    {"OverconstrainedError", MediaReason::Constraint},
    {"ProcessorError", MediaReason::ProcessorFailed},
};
}  // namespace

MediaReason device_failure(std::string_view name, std::string_view message) {
  MediaReason reason = MediaReason::DeviceError;
  for (const Failure& failure : kFailures)
    if (failure.name == name) reason = failure.reason;
  const auto says = [message](std::string_view words) {
    return message.find(words) != std::string_view::npos;
  };
  if (reason != MediaReason::PermissionDenied) return reason;
  if (says("dismissed")) return MediaReason::PermissionDismissed;
  // "Permission denied by system"; the port says "by policy". Firefox and Safari say for every
  // refusal that it was "by the user agent or the platform".
  const bool blocked = says(" by system") || says(" by policy") || says("permissions policy");
  return blocked ? MediaReason::PermissionBlocked : reason;
}

// ---- wishes ----------------------------------------------------------------------------

void LocalMedia::begin(const JoinRequested& wish, Output& out) {
  reset(true);
  error_text_.clear();
  devices_[0].wanted = wish.audio;
  devices_[0].constraints = wish.audio_constraints;
  devices_[1].wanted = wish.video;
  devices_[1].constraints = wish.video_constraints;
  if (wish.audio) open(Source::Microphone, out);
  if (!wish.video) return;
  if (!wish.audio) return open(Source::Camera, out);
  // The microphone's question is the camera's, too.
  auto& asked = *std::get_if<AcquireMedia>(&out.commands.back());
  asked.camera = true;
  asked.video_constraints = wish.video_constraints;
  set(devices_[1], Stage::Opening, devices_[0].until);
  devices_[1].op = asked.op;
  devices_[0].shared_prompt = devices_[1].shared_prompt = true;
}

void LocalMedia::release(Output& out) {
  for (Device& d : devices_) {
    stop(std::exchange(d.track, {}), out);
    stop(std::exchange(d.former, {}), out);
  }
  reset(false);
}

void LocalMedia::reset(bool active) {
  active_ = active;
  devices_ = {};
}

void LocalMedia::want(Source source, bool on, Output& out) {
  Device& d = device(source);
  // Asking again for a device that failed is a new try.
  const bool down = d.stage == Stage::Failed || d.stage == Stage::Lost;
  if (!active_ || (d.wanted == on && !(on && down))) return;
  d.wanted = on;
  enable(d.track, on, out);
  if (!on) {
    d.reason = MediaReason::None;
    drop_former(source, out);  // it is not muted
    if (!d.track.empty() && releases(source))
      set(d, Stage::Blackening, out.now + deadlines::kBlackFrames);
  } else if (d.track.empty()) {
    if (d.stage != Stage::Opening) open(source, out);
  } else {
    if (d.stage == Stage::Blackening) set(d, Stage::Live);
    follow_choice(source, out);
  }
}

void LocalMedia::choose(Source source, const std::string& device_id, Output& out) {
  if (!active_) return;
  Device& d = device(source);
  d.chosen = device_id;
  if (d.stage != Stage::Failed && d.stage != Stage::Lost) {
    d.reason = MediaReason::None;
    follow_choice(source, out);
  } else if (d.wanted) {
    open(source, out);
  }
}

// ---- getUserMedia() --------------------------------------------------------------------

void LocalMedia::set(Device& device, Stage stage, Instant until) {
  device.stage = stage;
  device.until = until;
}

void LocalMedia::open(Source source, Output& out) {
  device(source).reason = MediaReason::None;
  acquire(source, Attempt::Open, device(source).chosen, out);
}

void LocalMedia::acquire(Source source, Attempt attempt, const std::string& id, Output& out) {
  Device& d = device(source);
  const bool may_ask = attempt != Attempt::Alone && attempt != Attempt::Back;
  set(d, Stage::Opening,
      out.now + (may_ask ? Duration(deadlines::kAcquire) : Duration(deadlines::kReopen)));
  d.attempt = attempt;
  d.asked = id;
  d.op = out.ids.next_op();
  d.shared_prompt = false;
  const bool is_camera = source == Source::Camera;
  AcquireMedia command{d.op, !is_camera, is_camera};
  (is_camera ? command.video_constraints : command.audio_constraints) = d.constraints;
  command.device = id;
  command.any_device = attempt == Attempt::Fallback;
  out.commands.push_back(std::move(command));
}

// Takes any device; `reason`: why it is none that was asked for, where that needs a word.
void LocalMedia::fall_back(Source source, MediaReason reason, Output& out) {
  device(source).reason = reason;
  device(source).chosen.clear();
  acquire(source, Attempt::Fallback, {}, out);
}

// A device that is live, and not the one that was chosen, is replaced.
void LocalMedia::follow_choice(Source source, Output& out) {
  const Device& d = device(source);
  if (d.stage == Stage::Live && !d.chosen.empty() && d.used != d.chosen)
    acquire(source, Attempt::Replace, d.chosen, out);
}

void LocalMedia::on_acquired(const MediaAcquired& event, Output& out) {
  settle(Source::Microphone, event.op, event.microphone, out);
  settle(Source::Camera, event.op, event.camera, out);
}

// One kind of an acquisition has come, or has not. What is not waited for is stopped.
void LocalMedia::settle(Source source, OpId op, const AcquiredTrack& acquired, Output& out) {
  const Device& d = device(source);
  const bool awaited = active_ && d.stage == Stage::Opening && d.op == op;
  if (awaited && acquired.track.empty()) {
    fail(source, MediaReason::NoDevice, out);
  } else if (awaited) {
    take(source, acquired, out);
  } else if (!acquired.track.empty()) {
    out.counters.add(Tally::LateDevicesStopped);
    stop(TrackId(acquired.track), out);
  }
}

void LocalMedia::take(Source source, const AcquiredTrack& acquired, Output& out) {
  Device& d = device(source);
  const bool outdated = d.attempt == Attempt::Replace && d.asked != d.chosen && !d.track.empty();
  TrackId track = acquired.track;
  if (outdated || (!d.wanted && releases(source))) {
    stop(std::move(track), out);
    set(d, outdated ? Stage::Live : Stage::Idle);
  } else {
    if (!d.wanted) enable(track, false, out);
    drop_former(source, out);
    d.former = std::exchange(d.track, std::move(track));
    d.former_until = d.former.empty() ? kNever : out.now + deadlines::kFormerTrack;
    if (!d.wanted) drop_former(source, out);
    d.used = d.asked.empty() ? acquired.device_id : d.asked;
    d.live_since = out.now;
    set(d, Stage::Live);
  }
  follow_choice(source, out);
}

void LocalMedia::on_failed(const MediaFailed& event, Output& out) {
  const MediaReason reason = device_failure(event.name, event.message);
  // One bad device must not cost us the other: ask for each alone. A dismissed prompt is not
  // repeated, for the user has just waved it away.
  const bool final =
      reason == MediaReason::PermissionDismissed || reason == MediaReason::InsecureContext;
  for (Source source : kSources) {
    Device& d = device(source);
    if (d.stage != Stage::Opening || d.op != event.op) continue;
    error_text_ = event.message.empty() ? event.name : event.message;
    const bool alone_next = d.shared_prompt && !final && d.wanted;
    fail(source, reason, out);
    if (alone_next && d.stage != Stage::Opening) open(source, out);
  }
}

void LocalMedia::fail(Source source, MediaReason reason, Output& out) {
  Device& d = device(source);
  if (d.attempt == Attempt::Replace) return fail_replacement(source, reason, out);
  const bool missing = reason == MediaReason::NoDevice || reason == MediaReason::Constraint;
  const bool outdated = d.asked != d.chosen;
  set(d, Stage::Failed);
  const bool of_device =
      missing || reason == MediaReason::InUse || reason == MediaReason::DeviceError;
  if (!d.wanted && releases(source)) {
    d.reason = reason;
    return;
  }
  if (outdated && of_device && !d.chosen.empty() && d.attempt != Attempt::Alone) {
    open(source, out);  // another was chosen meanwhile
  } else if (d.attempt == Attempt::Alone && !d.used.empty()) {
    if (!outdated) {
      d.reason = reason;
      d.chosen = d.used;
    }
    acquire(source, Attempt::Back, std::string(d.used), out);
  } else if (d.attempt == Attempt::Alone ||
             (d.attempt == Attempt::Open && !d.asked.empty() && missing)) {
    fall_back(source, MediaReason::DeviceLost, out);
  } else if (d.attempt == Attempt::Fallback && missing) {
    set(d, Stage::Lost);
  } else {
    d.reason = reason;
  }
}

// What was there before is still held.
void LocalMedia::fail_replacement(Source source, MediaReason reason, Output& out) {
  Device& d = device(source);
  set(d, Stage::Live);
  if (d.asked == d.chosen) {
    if (reason == MediaReason::InUse || reason == MediaReason::DeviceError) {
      stop(std::exchange(d.track, {}), out);
      return acquire(source, Attempt::Alone, d.chosen, out);
    }
    d.reason = reason;
    d.chosen = d.used;
  }
  follow_choice(source, out);
}

// ---- what becomes of devices -----------------------------------------------------------

void LocalMedia::on_track_ended(const LocalTrackEnded& event, Output& out) {
  for (Source source : kSources) {
    Device& d = device(source);
    if (d.former == event.track) d.former = {};
    if (d.track != event.track || event.track.empty()) continue;
    d.track = {};
    if (d.stage == Stage::Opening) {
      d.attempt = Attempt::Alone;  // what is on its way takes over all the same
      d.used.clear();
      continue;
    }
    set(d, Stage::Lost);
    // One that came by falling back and ends at once would be asked for again and again.
    const bool steady =
        d.attempt != Attempt::Fallback || out.now - d.live_since >= deadlines::kFallbackPause;
    if (d.wanted && steady && is_listed(source, d.used))
      fall_back(source, MediaReason::DeviceLost, out);
  }
}

// Whether there is a device of this kind, other than that one.
bool LocalMedia::is_listed(Source source, const std::string& but) const {
  for (const DeviceInfo& info : listed_.devices)
    if (static_cast<Source>(info.kind) == source && !info.id.empty() && info.id != but) return true;
  return false;
}

void LocalMedia::on_devices(const DevicesListed& event, Output& out) {
  DevicesListed before = event;
  std::swap(before, listed_);
  const std::array granted = {event.microphone_granted && !before.microphone_granted,
                              event.camera_granted && !before.camera_granted};
  std::array<bool, 3> news{};  // by DeviceKind
  for (const DeviceInfo& info : event.devices) {
    bool known = info.id.empty();
    for (const DeviceInfo& old : before.devices)
      known = known || (old.kind == info.kind && old.id == info.id);
    if (!known) news[static_cast<std::size_t>(info.kind)] = true;
  }
  for (Source source : kSources) {
    const Device& d = device(source);
    const auto at = static_cast<std::size_t>(source);
    const bool denied =
        d.reason == MediaReason::PermissionDenied || d.reason == MediaReason::PermissionDismissed;
    const bool again = (news[at] && d.reason == MediaReason::NoDevice) || (granted[at] && denied);
    if (d.wanted && d.stage == Stage::Lost && news[at]) {
      fall_back(source, MediaReason::None, out);
    } else if (d.wanted && d.stage == Stage::Failed && again) {
      open(source, out);
    }
  }
}

void LocalMedia::drop_former(Source source, Output& out) {
  stop(std::exchange(device(source).former, {}), out);
  device(source).former_until = kNever;
}

void LocalMedia::stop(TrackId&& track, Output& out) {
  if (!track.empty()) out.commands.push_back(StopTrack{std::move(track)});
}

void LocalMedia::enable(const TrackId& track, bool on, Output& out) {
  if (!track.empty()) out.commands.push_back(EnableTrack{track, on});
}

// ---- deadlines -------------------------------------------------------------------------

Instant LocalMedia::deadline() const {
  Instant first = kNever;
  for (const Device& d : devices_) first = earlier(first, earlier(d.until, d.former_until));
  return first;
}

void LocalMedia::on_deadline(Output& out) {
  for (Source source : kSources) {
    Device& d = device(source);
    if (d.former_until <= out.now) drop_former(source, out);
    if (d.until > out.now) continue;
    if (d.stage == Stage::Opening) {
      fail(source, MediaReason::Timeout, out);
    } else {
      stop(std::exchange(d.track, {}), out);
      set(d, Stage::Idle);
    }
  }
}

// ---- what can be seen of it ------------------------------------------------------------

bool LocalMedia::announced(Source source) const {
  const Device& d = device(source);
  return d.wanted && d.stage != Stage::Failed && d.stage != Stage::Lost;
}

MediaView LocalMedia::view(Source source) const {
  // In the order of the stages; Blackening is wanted by nobody.
  static constexpr DeviceFact kFacts[] = {DeviceFact::None, DeviceFact::Opening, DeviceFact::Live,
                                          DeviceFact::Live, DeviceFact::Failed,  DeviceFact::Lost};
  const Device& d = device(source);
  const bool replaces = d.stage == Stage::Opening && d.attempt != Attempt::Open;
  return local_state({d.wanted,
                      replaces ? DeviceFact::Replacing : kFacts[static_cast<std::size_t>(d.stage)],
                      d.reason});
}

}  // namespace groupcall
