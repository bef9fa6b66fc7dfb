#include "core/media/screen_share.h"

namespace groupcall {

MediaReason screen_failure(std::string_view name, std::string_view message) {
  if (name == "InvalidStateError") return MediaReason::NeedsGesture;
  if (name == "NotSupportedError") return MediaReason::Unsupported;
  const bool forbidden = message.find("system") != std::string_view::npos ||
                         message.find("policy") != std::string_view::npos;
  if (name == "NotAllowedError" && !forbidden) return MediaReason::PermissionDismissed;
  return device_failure(name, message);
}

void ScreenShare::want(const ScreenWanted& wish, Output& out) {
  if (auto* opening = std::get_if<Opening>(&state_)) {
    opening->wanted = wish.on;
  } else if (!wish.on) {
    release(out);
  } else if (!std::holds_alternative<Live>(state_)) {
    const OpId op = out.ids.next_op();
    state_ = Opening{op, out.now + deadlines::kPickScreen, true};
    out.commands.push_back(AcquireScreen{op, wish.audio, wish.motion, wish.constraints});
  }
}

void ScreenShare::release(Output& out) {
  stop(track(), out);
  stop(sound(), out);
  state_ = Idle{};
}

void ScreenShare::stop(const TrackId& track, Output& out) {
  if (!track.empty()) out.commands.push_back(StopTrack{track});
}

void ScreenShare::on_acquired(const MediaAcquired& event, Output& out) {
  const TrackId& screen = event.screen.track;
  const auto* opening = std::get_if<Opening>(&state_);
  const bool answered = opening != nullptr && opening->op == event.op;
  const bool wanted = answered && opening->wanted;
  if (wanted && !screen.empty()) {
    state_ = Live{screen, event.screen_audio.track};
    return;
  }
  if (wanted) {
    state_ = Failed{MediaReason::NoDevice, {}};
  } else if (answered) {
    state_ = Idle{};
  }
  if (!screen.empty()) out.counters.add(Tally::LateDevicesStopped);
  stop(screen, out);
  stop(event.screen_audio.track, out);
}

void ScreenShare::on_failed(const MediaFailed& event) {
  const auto* opening = std::get_if<Opening>(&state_);
  if (opening == nullptr || opening->op != event.op) return;
  if (opening->wanted) {
    state_ = Failed{screen_failure(event.name, event.message),
                    event.message.empty() ? event.name : event.message};
  } else {
    state_ = Idle{};
  }
}

void ScreenShare::on_track_ended(const LocalTrackEnded& event, Output& out) {
  auto* live = std::get_if<Live>(&state_);
  if (live == nullptr) return;
  if (live->sound == event.track) {
    live->sound = {};
  } else if (live->track == event.track) {
    stop(live->sound, out);
    state_ = Ended{};
  }
}

Instant ScreenShare::deadline() const {
  const auto* opening = std::get_if<Opening>(&state_);
  return opening == nullptr ? kNever : opening->give_up;
}

void ScreenShare::on_deadline(Instant now) {
  const auto* opening = std::get_if<Opening>(&state_);
  if (opening == nullptr || opening->give_up > now) return;
  if (opening->wanted) {
    state_ = Failed{MediaReason::Timeout, {}};
  } else {
    state_ = Idle{};
  }
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
  if (std::holds_alternative<Live>(state_)) return {MediaState::On, MediaReason::None};
  if (std::holds_alternative<Ended>(state_)) return {MediaState::Ended, MediaReason::Stopped};
  if (const auto* failed = std::get_if<Failed>(&state_)) return {MediaState::Error, failed->reason};
  const auto* opening = std::get_if<Opening>(&state_);
  if (opening != nullptr && opening->wanted) return {MediaState::Loading, MediaReason::Starting};
  return {MediaState::Off, MediaReason::SelfOff};
}

std::string ScreenShare::error_text() const {
  const auto* failed = std::get_if<Failed>(&state_);
  return failed == nullptr ? std::string() : failed->text;
}

}  // namespace groupcall
