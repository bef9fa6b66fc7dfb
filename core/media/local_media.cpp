#include "core/media/local_media.h"

#include <utility>

namespace groupcall {

namespace {
constexpr auto kSources = {Source::Microphone, Source::Camera};
}  // namespace

MediaReason device_failure(std::string_view name, std::string_view message) {
  const auto says = [message](std::string_view words) {
    return message.find(words) != std::string_view::npos;
  };
  if (name == "NotAllowedError") {
    if (says("dismissed")) return MediaReason::PermissionDismissed;
    // "Permission denied by system"; the port says "by policy".
    return says(" by ") ? MediaReason::PermissionBlocked : MediaReason::PermissionDenied;
  }
  if (name == "SecurityError") return MediaReason::InsecureContext;
  if (name == "NotFoundError") return MediaReason::NoDevice;
  if (name == "NotReadableError") return MediaReason::InUse;
  if (name == "OverconstrainedError") return MediaReason::Constraint;
  if (name == "ProcessorError") return MediaReason::ProcessorFailed;
  return MediaReason::DeviceError;
}

// ---- wishes ----------------------------------------------------------------------------

void LocalMedia::begin(const JoinRequested& wish, Output& out) {
  active_ = true;
  error_text_.clear();
  devices_[0] = Device{wish.audio, wish.audio_constraints};
  devices_[1] = Device{wish.video, wish.video_constraints};
  if (!wish.audio || !wish.video) {
    for (Source source : kSources)
      if (device(source).wanted) open(source, out);
    return;
  }
  Opening opening;
  opening.op = out.ids.next_op();
  opening.give_up = out.now + deadlines::kAcquire;
  opening.shared_prompt = true;
  out.commands.push_back(
      AcquireMedia{opening.op, true, true, wish.audio_constraints, wish.video_constraints});
  devices_[0].state = opening;
  devices_[1].state = std::move(opening);
}

void LocalMedia::release(Output& out) {
  active_ = false;
  for (Source source : kSources) {
    stop(track(source), out);
    drop_former(source, out);
    device(source) = Device{};
  }
}

void LocalMedia::want(Source source, bool on, Output& out) {
  Device& d = device(source);
  // Asking again for a device that failed is a new try.
  const bool down =
      std::holds_alternative<Failed>(d.state) || std::holds_alternative<Lost>(d.state);
  if (!active_ || (d.wanted == on && !(on && down))) return;
  d.wanted = on;
  const Held now = held(source);
  if (!now.track.empty()) out.commands.push_back(EnableTrack{now.track, on});
  if (!on) {
    d.trouble = MediaReason::None;
    drop_former(source, out);  // it is not muted
    if (!now.track.empty() && releases(source))
      d.state = Blackening{now, out.now + deadlines::kBlackFrames};
  } else if (now.track.empty()) {
    if (!std::holds_alternative<Opening>(d.state)) open(source, out);
  } else {
    if (std::holds_alternative<Blackening>(d.state)) d.state = Live{now};
    follow_choice(source, out);
  }
}

void LocalMedia::choose(Source source, const std::string& device_id, Output& out) {
  if (!active_) return;
  Device& d = device(source);
  d.chosen = device_id;
  d.trouble = MediaReason::None;
  const bool down =
      std::holds_alternative<Failed>(d.state) || std::holds_alternative<Lost>(d.state);
  if (down && d.wanted) {
    open(source, out);
  } else {
    follow_choice(source, out);
  }
}

// ---- getUserMedia() --------------------------------------------------------------------

void LocalMedia::open(Source source, Output& out) {
  device(source).trouble = MediaReason::None;
  acquire(source, {Attempt::Open, device(source).chosen, {}}, out);
}

void LocalMedia::acquire(Source source, Opening next, Output& out) {
  const bool asked = next.attempt != Attempt::Alone && next.attempt != Attempt::Back;
  next.op = out.ids.next_op();
  next.give_up = out.now + (asked ? Duration(deadlines::kAcquire) : Duration(deadlines::kReopen));
  const bool is_camera = source == Source::Camera;
  AcquireMedia command{next.op, !is_camera, is_camera};
  (is_camera ? command.video_constraints : command.audio_constraints) = device(source).constraints;
  command.device = next.device;
  command.any_device = next.attempt == Attempt::Fallback;
  out.commands.push_back(std::move(command));
  device(source).state = std::move(next);
}

// Takes any device; `trouble`: why it is none that was asked for, where that needs a word.
void LocalMedia::fall_back(Source source, MediaReason trouble, Output& out) {
  device(source).trouble = trouble;
  device(source).chosen.clear();
  acquire(source, {Attempt::Fallback, {}, {}}, out);
}

// A device that is live, and not the one that was chosen, is replaced.
void LocalMedia::follow_choice(Source source, Output& out) {
  Device& d = device(source);
  const auto* live = std::get_if<Live>(&d.state);
  if (live == nullptr || d.chosen.empty() || live->held.device == d.chosen) return;
  acquire(source, {Attempt::Replace, d.chosen, live->held}, out);
}

// One kind of an acquisition has come, or has not. What is not waited for is stopped.
void LocalMedia::settle(Source source, OpId op, const AcquiredTrack& acquired, Output& out) {
  const auto* opening = std::get_if<Opening>(&device(source).state);
  if (active_ && opening != nullptr && opening->op == op) {
    if (acquired.track.empty()) return fail(source, MediaReason::NoDevice, out);
    return take(source, acquired, out);
  }
  if (acquired.track.empty()) return;
  out.counters.add(Tally::LateDevicesStopped);
  stop(acquired.track, out);
}

void LocalMedia::take(Source source, const AcquiredTrack& acquired, Output& out) {
  Device& d = device(source);
  const Opening was = std::move(*std::get_if<Opening>(&d.state));
  if (was.attempt == Attempt::Replace && was.device != d.chosen) {
    stop(acquired.track, out);  // another was chosen meanwhile
    d.state = Live{was.held};
  } else if (!d.wanted && releases(source)) {
    stop(acquired.track, out);
    d.state = Idle{};
  } else {
    if (!d.wanted) out.commands.push_back(EnableTrack{acquired.track, false});
    drop_former(source, out);
    if (d.wanted && !was.held.track.empty()) {
      d.former = was.held.track;
      d.former_until = out.now + deadlines::kFormerTrack;
    } else {
      stop(was.held.track, out);
    }
    d.state = Live{{acquired.track, was.device.empty() ? acquired.device_id : was.device}};
  }
  follow_choice(source, out);
}

void LocalMedia::on_acquired(const MediaAcquired& event, Output& out) {
  settle(Source::Microphone, event.op, event.microphone, out);
  settle(Source::Camera, event.op, event.camera, out);
}

void LocalMedia::fail(Source source, MediaReason reason, Output& out) {
  Device& d = device(source);
  Opening was = std::move(*std::get_if<Opening>(&d.state));
  const bool missing = reason == MediaReason::NoDevice || reason == MediaReason::Constraint;
  d.state = Failed{reason};
  if (was.attempt == Attempt::Replace) {
    if (was.device == d.chosen) {
      d.trouble = reason;
      if (reason == MediaReason::InUse || reason == MediaReason::DeviceError) {
        stop(std::exchange(was.held.track, {}), out);
        return acquire(source, {Attempt::Alone, was.device, was.held}, out);
      }
      d.chosen = was.held.device;
    }
    d.state = Live{was.held};
    follow_choice(source, out);
  } else if (!d.wanted && releases(source)) {
    return;  // for whom?
  } else if (was.attempt == Attempt::Alone) {
    if (was.held.device.empty()) return fall_back(source, MediaReason::DeviceLost, out);
    if (was.device == d.chosen) {
      d.trouble = reason;
      d.chosen = was.held.device;
    }
    acquire(source, {Attempt::Back, was.held.device, {}}, out);
  } else if (was.attempt == Attempt::Open && !was.device.empty() && missing) {
    fall_back(source, MediaReason::DeviceLost, out);
  } else if (was.attempt == Attempt::Fallback && missing) {
    d.state = Lost{};
  }
}

void LocalMedia::on_failed(const MediaFailed& event, Output& out) {
  const MediaReason reason = device_failure(event.name, event.message);
  // One bad device must not cost us the other: ask for each alone. A dismissed prompt is not
  // repeated, for the user has just waved it away.
  const bool final =
      reason == MediaReason::PermissionDismissed || reason == MediaReason::InsecureContext;
  for (Source source : kSources) {
    Device& d = device(source);
    const auto* opening = std::get_if<Opening>(&d.state);
    if (opening == nullptr || opening->op != event.op) continue;
    error_text_ = event.message.empty() ? event.name : event.message;
    if (!opening->shared_prompt) {
      fail(source, reason, out);
    } else {
      d.state = Failed{reason};
      if (!final && d.wanted) open(source, out);
    }
  }
}

// ---- what becomes of devices -----------------------------------------------------------

void LocalMedia::on_track_ended(const LocalTrackEnded& event, Output& out) {
  for (Source source : kSources) {
    Device& d = device(source);
    if (d.former == event.track) d.former = {};
    if (track(source) != event.track || event.track.empty()) continue;
    if (auto* opening = std::get_if<Opening>(&d.state)) {
      opening->attempt = Attempt::Alone;  // what is on its way takes over all the same
      opening->held = {};
      continue;
    }
    const bool another = is_listed(source, held(source).device);
    d.state = Lost{};
    if (d.wanted && another) fall_back(source, MediaReason::DeviceLost, out);
  }
}

// Whether there is a device of this kind, other than that one.
bool LocalMedia::is_listed(Source source, const std::string& but) const {
  for (const DeviceInfo& info : listed_.devices)
    if (static_cast<Source>(info.kind) == source && !info.id.empty() && info.id != but) return true;
  return false;
}

void LocalMedia::on_devices(const DevicesListed& event, Output& out) {
  const DevicesListed before = std::exchange(listed_, event);
  for (Source source : kSources) {
    const Device& d = device(source);
    if (!d.wanted) continue;
    bool news = false;
    for (const DeviceInfo& info : event.devices) {
      bool known = static_cast<Source>(info.kind) != source || info.id.empty();
      for (const DeviceInfo& old : before.devices)
        known = known || (old.kind == info.kind && old.id == info.id);
      news = news || !known;
    }
    const bool granted = source == Source::Camera
                             ? event.camera_granted && !before.camera_granted
                             : event.microphone_granted && !before.microphone_granted;
    const auto* failed = std::get_if<Failed>(&d.state);
    const MediaReason reason = failed == nullptr ? MediaReason::None : failed->reason;
    if (news && std::holds_alternative<Lost>(d.state)) {
      fall_back(source, MediaReason::None, out);
    } else if ((news && reason == MediaReason::NoDevice) ||
               (granted && (reason == MediaReason::PermissionDenied ||
                            reason == MediaReason::PermissionDismissed))) {
      open(source, out);
    }
  }
}

void LocalMedia::drop_former(Source source, Output& out) {
  stop(std::exchange(device(source).former, {}), out);
  device(source).former_until = kNever;
}

void LocalMedia::stop(const TrackId& track, Output& out) {
  if (!track.empty()) out.commands.push_back(StopTrack{track});
}

// ---- deadlines -------------------------------------------------------------------------

Instant LocalMedia::deadline() const {
  Instant first = kNever;
  for (const Device& d : devices_) {
    first = earlier(first, d.former_until);
    if (const auto* opening = std::get_if<Opening>(&d.state))
      first = earlier(first, opening->give_up);
    if (const auto* blackening = std::get_if<Blackening>(&d.state))
      first = earlier(first, blackening->release_at);
  }
  return first;
}

void LocalMedia::on_deadline(Output& out) {
  for (Source source : kSources) {
    Device& d = device(source);
    if (d.former_until <= out.now) drop_former(source, out);
    const auto* opening = std::get_if<Opening>(&d.state);
    const auto* blackening = std::get_if<Blackening>(&d.state);
    if (opening != nullptr && opening->give_up <= out.now) {
      fail(source, MediaReason::Timeout, out);
    } else if (blackening != nullptr && blackening->release_at <= out.now) {
      stop(blackening->held.track, out);
      d.state = Idle{};
    }
  }
}

// ---- what can be seen of it ------------------------------------------------------------

const LocalMedia::Held& LocalMedia::held(Source source) const {
  const auto& state = device(source).state;
  if (const auto* live = std::get_if<Live>(&state)) return live->held;
  if (const auto* blackening = std::get_if<Blackening>(&state)) return blackening->held;
  const auto* opening = std::get_if<Opening>(&state);
  // Without a track it is only a device to go back to.
  return opening != nullptr && !opening->held.track.empty() ? opening->held : nothing_;
}

bool LocalMedia::announced(Source source) const {
  const Device& d = device(source);
  return d.wanted && !std::holds_alternative<Failed>(d.state) &&
         !std::holds_alternative<Lost>(d.state);
}

MediaView LocalMedia::view(Source source) const {
  // In the order of the variant; Blackening: wanted by nobody.
  static constexpr DeviceFact kFacts[] = {DeviceFact::None, DeviceFact::Opening, DeviceFact::Live,
                                          DeviceFact::Live, DeviceFact::Failed,  DeviceFact::Lost};
  const Device& d = device(source);
  LocalFacts facts{d.wanted, kFacts[d.state.index()], d.trouble};
  const auto* opening = std::get_if<Opening>(&d.state);
  if (opening != nullptr && opening->attempt != Attempt::Open) facts.device = DeviceFact::Replacing;
  if (const auto* failed = std::get_if<Failed>(&d.state)) facts.failure = failed->reason;
  return local_state(facts);
}

}  // namespace groupcall
