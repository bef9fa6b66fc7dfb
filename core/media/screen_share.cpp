#include "core/media/screen_share.h"

namespace groupcall {

MediaReason screen_failure(std::string_view name, std::string_view message) {
  // Safari's name for it is the second.
  if (name == "InvalidStateError" || name == "InvalidAccessError") return MediaReason::NeedsGesture;
  if (name == "NotSupportedError") return MediaReason::Unsupported;
  const MediaReason reason = device_failure(name, message);
  // Nobody is asked for good: whoever says no has closed the question.
  return reason == MediaReason::PermissionDenied ? MediaReason::PermissionDismissed : reason;
}

void ScreenShare::want(const ScreenWanted& wish, Output& out) {
  if (auto* opening = std::get_if<Opening>(&state_)) {
    opening->wanted = wish.on;
  } else if (!wish.on) {
    release(out);
  } else if (!std::holds_alternative<Live>(state_)) {
    const OpId op = out.ids.next_op();
    error_text_.clear();
    state_ = Opening{op, out.now + deadlines::kPickScreen, true};
    out.commands.push_back(AcquireScreen{op, wish.audio, wish.motion, wish.constraints});
  }
}

void ScreenShare::release(Output& out) {
  stop(track(), out);
  stop(sound(), out);
  error_text_.clear();
  state_ = Still{kOff};
}

void ScreenShare::stop(const TrackId& track, Output& out) {
  if (!track.empty()) out.commands.push_back(StopTrack{track});
}

void ScreenShare::fail(MediaReason reason) {
  const bool wanted = std::get_if<Opening>(&state_)->wanted;
  state_ = wanted ? Still{{MediaState::Error, reason}} : Still{kOff};
}

void ScreenShare::on_acquired(const MediaAcquired& event, Output& out) {
  const TrackId& screen = event.screen.track;
  const auto* opening = std::get_if<Opening>(&state_);
  const bool answered = opening != nullptr && opening->op == event.op;
  if (answered && opening->wanted && !screen.empty()) {
    state_ = Live{screen, event.screen_audio.track};
    return;
  }
  if (answered) fail(MediaReason::NoDevice);
  if (!screen.empty()) out.counters.add(Tally::LateDevicesStopped);
  stop(screen, out);
  stop(event.screen_audio.track, out);
}

void ScreenShare::on_failed(const MediaFailed& event) {
  const auto* opening = std::get_if<Opening>(&state_);
  if (opening == nullptr || opening->op != event.op) return;
  if (opening->wanted) error_text_ = event.message.empty() ? event.name : event.message;
  fail(screen_failure(event.name, event.message));
}

void ScreenShare::on_track_ended(const LocalTrackEnded& event, Output& out) {
  auto* live = std::get_if<Live>(&state_);
  if (live == nullptr) return;
  if (live->sound == event.track) {
    live->sound = {};
  } else if (live->track == event.track) {
    stop(live->sound, out);
    state_ = Still{{MediaState::Ended, MediaReason::Stopped}};
  }
}

Instant ScreenShare::deadline() const {
  const auto* opening = std::get_if<Opening>(&state_);
  return opening == nullptr ? kNever : opening->give_up;
}

void ScreenShare::on_deadline(Instant now) {
  if (deadline() <= now) fail(MediaReason::Timeout);
}

TrackId ScreenShare::track() const {
  const auto* live = std::get_if<Live>(&state_);
  return live == nullptr ? TrackId{} : live->track;
}

TrackId ScreenShare::sound() const {
  const auto* live = std::get_if<Live>(&state_);
  return live == nullptr ? TrackId{} : live->sound;
}

MediaView ScreenShare::view() const {
  if (const auto* still = std::get_if<Still>(&state_)) return still->shown;
  const auto* opening = std::get_if<Opening>(&state_);
  if (opening == nullptr) return {MediaState::On, MediaReason::None};
  return opening->wanted ? MediaView{MediaState::Loading, MediaReason::Starting} : kOff;
}

}  // namespace groupcall
