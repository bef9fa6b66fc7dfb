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
  if (!op_.none()) {
    wanted_ = wish.on;
  } else if (!wish.on) {
    release(out);
  } else if (track_.empty()) {
    op_ = out.ids.next_op();
    give_up_ = out.now + deadlines::kPickScreen;
    wanted_ = true;
    error_text_.clear();
    out.commands.push_back(AcquireScreen{op_, wish.audio, wish.motion, wish.constraints});
  }
}

void ScreenShare::release(Output& out) {
  stop(track_, out);
  stop(sound_, out);
  *this = {};
}

void ScreenShare::stop(const TrackId& track, Output& out) {
  if (!track.empty()) out.commands.push_back(StopTrack{track});
}

void ScreenShare::fail(MediaReason reason) {
  still_ = wanted_ ? MediaView{MediaState::Error, reason} : kOff;
  op_ = {};
  give_up_ = kNever;
}

void ScreenShare::on_acquired(const MediaAcquired& event, Output& out) {
  const TrackId& screen = event.screen.track;
  const bool answered = !op_.none() && op_ == event.op;
  if (answered) fail(MediaReason::NoDevice);
  if (answered && wanted_ && !screen.empty()) {
    track_ = screen;
    sound_ = event.screen_audio.track;
    return;
  }
  if (!screen.empty()) out.counters.add(Tally::LateDevicesStopped);
  stop(screen, out);
  stop(event.screen_audio.track, out);
}

void ScreenShare::on_failed(const MediaFailed& event) {
  if (op_.none() || op_ != event.op) return;
  if (wanted_) error_text_ = event.message.empty() ? event.name : event.message;
  fail(screen_failure(event.name, event.message));
}

void ScreenShare::on_track_ended(const LocalTrackEnded& event, Output& out) {
  if (event.track.empty()) return;
  if (sound_ == event.track) {
    sound_ = {};
  } else if (track_ == event.track) {
    stop(sound_, out);
    *this = {};
    still_ = {MediaState::Ended, MediaReason::Stopped};
  }
}

void ScreenShare::on_deadline(Instant now) {
  if (give_up_ <= now) fail(MediaReason::Timeout);
}

MediaView ScreenShare::view() const {
  if (!track_.empty()) return {MediaState::On, MediaReason::None};
  if (op_.none()) return still_;
  return wanted_ ? MediaView{MediaState::Loading, MediaReason::Starting} : kOff;
}

}  // namespace groupcall
