#include "core/media/local_media.h"

#include "core/base/overloaded.h"

namespace groupcall {

namespace {
constexpr auto kSources = {Source::Microphone, Source::Camera};
}  // namespace

MediaReason device_failure(std::string_view name, std::string_view message) {
  if (name == "NotAllowedError") {
    return message.find("dismissed") != std::string_view::npos ? MediaReason::PermissionDismissed
                                                               : MediaReason::PermissionDenied;
  }
  if (name == "SecurityError") return MediaReason::InsecureContext;
  if (name == "NotFoundError") return MediaReason::NoDevice;
  if (name == "NotReadableError") return MediaReason::InUse;
  if (name == "OverconstrainedError") return MediaReason::Constraint;
  return MediaReason::DeviceError;
}

void LocalMedia::begin(const JoinRequested& wish, Output& out) {
  active_ = true;
  error_text_.clear();
  devices_[0] = Device{wish.audio, wish.audio_constraints, Idle{}};
  devices_[1] = Device{wish.video, wish.video_constraints, Idle{}};
  open(wish.audio, wish.video, out);
}

void LocalMedia::release(Output& out) {
  active_ = false;
  for (Source source : kSources) {
    const TrackId held = track(source);
    if (!held.empty()) out.commands.push_back(StopTrack{held});
    device(source) = Device{};
  }
}

void LocalMedia::open(bool microphone, bool camera, Output& out) {
  if (!microphone && !camera) return;
  const OpId op = out.ids.next_op();
  const Opening opening{op, out.now + deadlines::kAcquire, microphone && camera};
  if (microphone) device(Source::Microphone).state = opening;
  if (camera) device(Source::Camera).state = opening;
  out.commands.push_back(AcquireMedia{
      op, microphone, camera, microphone ? device(Source::Microphone).constraints : std::string(),
      camera ? device(Source::Camera).constraints : std::string()});
}

void LocalMedia::want(Source source, bool on, Output& out) {
  if (!active_ || device(source).wanted == on) {
    // Asking again for a device that failed is a new try.
    const auto& state = device(source).state;
    const bool down = std::holds_alternative<Failed>(state) || std::holds_alternative<Lost>(state);
    if (!active_ || !on || !down) return;
  }
  device(source).wanted = on;
  if (on) {
    turn_on(source, out);
  } else {
    turn_off(source, out);
  }
}

void LocalMedia::turn_on(Source source, Output& out) {
  Device& d = device(source);
  if (const auto* live = std::get_if<Live>(&d.state)) {
    out.commands.push_back(EnableTrack{live->track, true});
  } else if (const auto* blackening = std::get_if<Blackening>(&d.state)) {
    const TrackId held = blackening->track;
    d.state = Live{held};
    out.commands.push_back(EnableTrack{held, true});
  } else if (!std::holds_alternative<Opening>(d.state)) {
    open(source == Source::Microphone, source == Source::Camera, out);
  }
}

void LocalMedia::turn_off(Source source, Output& out) {
  Device& d = device(source);
  if (const auto* live = std::get_if<Live>(&d.state)) {
    const TrackId held = live->track;
    out.commands.push_back(EnableTrack{held, false});
    if (source == Source::Camera) d.state = Blackening{held, out.now + deadlines::kBlackFrames};
  }
}

// One kind of an acquisition has come, or has not. What is not waited for is stopped.
void LocalMedia::settle(Source source, OpId op, const AcquiredTrack& acquired, Output& out) {
  Device& d = device(source);
  const auto* opening = std::get_if<Opening>(&d.state);
  const bool awaited = active_ && opening != nullptr && opening->op == op;
  if (!awaited) {
    if (acquired.track.empty()) return;
    out.counters.add(Tally::LateDevicesStopped);
    out.commands.push_back(StopTrack{acquired.track});
    return;
  }
  if (acquired.track.empty()) {
    d.state = Failed{MediaReason::NoDevice};
  } else if (!d.wanted && source == Source::Camera) {
    out.commands.push_back(StopTrack{acquired.track});
    d.state = Idle{};
  } else {
    if (!d.wanted) out.commands.push_back(EnableTrack{acquired.track, false});
    d.state = Live{acquired.track};
  }
}

void LocalMedia::on_acquired(const MediaAcquired& event, Output& out) {
  settle(Source::Microphone, event.op, event.microphone, out);
  settle(Source::Camera, event.op, event.camera, out);
}

void LocalMedia::on_failed(const MediaFailed& event, Output& out) {
  const MediaReason reason = device_failure(event.name, event.message);
  bool was_shared = false;
  for (Source source : kSources) {
    Device& d = device(source);
    const auto* opening = std::get_if<Opening>(&d.state);
    if (opening == nullptr || opening->op != event.op) continue;
    was_shared = opening->shared_prompt;
    error_text_ = event.message.empty() ? event.name : event.message;
    d.state = Failed{reason};
  }
  // One bad device must not cost us the other: ask for each alone. A dismissed prompt is not
  // repeated, for the user has just waved it away.
  if (!was_shared || reason == MediaReason::PermissionDismissed ||
      reason == MediaReason::InsecureContext) {
    return;
  }
  open(device(Source::Microphone).wanted, false, out);
  open(false, device(Source::Camera).wanted, out);
}

void LocalMedia::on_track_ended(const LocalTrackEnded& event) {
  for (Source source : kSources)
    if (track(source) == event.track) device(source).state = Lost{};
}

Instant LocalMedia::deadline() const {
  Instant first = kNever;
  for (const Device& d : devices_) {
    if (const auto* opening = std::get_if<Opening>(&d.state))
      first = earlier(first, opening->give_up);
    if (const auto* blackening = std::get_if<Blackening>(&d.state))
      first = earlier(first, blackening->release_at);
  }
  return first;
}

void LocalMedia::on_deadline(Output& out) {
  for (Device& d : devices_) {
    const auto* opening = std::get_if<Opening>(&d.state);
    const auto* blackening = std::get_if<Blackening>(&d.state);
    if (opening != nullptr && opening->give_up <= out.now) {
      d.state = Failed{MediaReason::Timeout};
    } else if (blackening != nullptr && blackening->release_at <= out.now) {
      out.commands.push_back(StopTrack{blackening->track});
      d.state = Idle{};
    }
  }
}

TrackId LocalMedia::track(Source source) const {
  return std::visit(
      Overloaded{[](const Live& s) { return s.track; }, [](const Blackening& s) { return s.track; },
                 [](const auto&) { return TrackId{}; }},
      device(source).state);
}

bool LocalMedia::announced(Source source) const {
  const Device& d = device(source);
  return d.wanted && !std::holds_alternative<Failed>(d.state) &&
         !std::holds_alternative<Lost>(d.state);
}

MediaView LocalMedia::view(Source source) const {
  const Device& d = device(source);
  LocalFacts facts;
  facts.wanted = d.wanted;
  facts.device = std::visit(Overloaded{[](const Idle&) { return DeviceFact::None; },
                                       [](const Opening&) { return DeviceFact::Opening; },
                                       [](const Failed&) { return DeviceFact::Failed; },
                                       [](const Lost&) { return DeviceFact::Lost; },
                                       [](const auto&) { return DeviceFact::Live; }},
                            d.state);
  if (const auto* failed = std::get_if<Failed>(&d.state)) facts.failure = failed->reason;
  return local_state(facts);
}

}  // namespace groupcall
