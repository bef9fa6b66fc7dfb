#include "tests/support/media_model.h"

#include <algorithm>
#include <utility>

namespace groupcall::sim {

MediaModel::MediaModel(EventLoop& loop, MediaTiming timing, std::string name)
    : loop_(&loop), timing_(timing), name_(std::move(name)), random_(name_ + "/media") {}

void MediaModel::acquire(bool microphone, bool camera, Acquired acquired, Failed failed) {
  ++prompts_;
  loop_->after(timing_.prompt.draw(random_),
               [this, microphone, camera, acquired = std::move(acquired),
                failed = std::move(failed)] { settle(microphone, camera, acquired, failed); });
}

/// The answer depends on the devices as they are when the prompt is over.
void MediaModel::settle(bool microphone, bool camera, const Acquired& acquired,
                        const Failed& failed) {
  const auto any = [&](DeviceMood mood) {
    return (microphone && microphone_ == mood) || (camera && camera_ == mood);
  };
  if (!microphone && !camera) {
    failed("TypeError", "At least one of audio and video must be requested");
  } else if (any(DeviceMood::Missing)) {
    failed("NotFoundError", "Requested device not found");
  } else if (any(DeviceMood::Denied)) {
    failed("NotAllowedError", "Permission denied");
  } else if (any(DeviceMood::Busy)) {
    failed("NotReadableError", "Could not start video source");
  } else {
    // One after the other: the order of evaluation of arguments differs between compilers.
    const auto made_microphone = microphone ? make_track(MediaKind::Audio, false) : nullptr;
    const auto made_camera = camera ? make_track(MediaKind::Video, false) : nullptr;
    acquired(made_microphone, made_camera);
  }
}

void MediaModel::acquire_screen(bool audio, Acquired acquired, Failed failed) {
  ++prompts_;
  loop_->after(timing_.prompt.draw(random_),
               [this, audio, acquired = std::move(acquired), failed = std::move(failed)] {
                 if (screen_ == DeviceMood::Denied)
                   return failed("NotAllowedError", "Permission denied");
                 if (screen_ != DeviceMood::Works)
                   return failed("NotReadableError", "Could not start the capture");
                 const auto sound = audio ? make_track(MediaKind::Audio, true) : nullptr;
                 acquired(sound, make_track(MediaKind::Video, true));
               });
}

std::shared_ptr<LocalTrack> MediaModel::make_track(MediaKind kind, bool screen) {
  auto track = std::make_shared<LocalTrack>();
  const bool audio = kind == MediaKind::Audio;
  const char* word = screen  ? (audio ? "-sound-" : "-screen-")
                     : audio ? "-microphone-"
                             : "-camera-";
  track->id = TrackId{name_ + word + std::to_string(++made_)};
  track->screen = screen;
  track->kind = kind;
  tracks_[track->id] = track;
  std::erase_if(recent_, [](const auto& former) { return !former->live; });
  recent_.push_back(track);
  return track;
}

std::shared_ptr<LocalTrack> MediaModel::find(const TrackId& track) const {
  const auto found = tracks_.find(track);
  return found == tracks_.end() ? nullptr : found->second;
}

std::size_t MediaModel::live_tracks() const {
  return static_cast<std::size_t>(
      std::count_if(recent_.begin(), recent_.end(), [](const auto& track) { return track->live; }));
}

void MediaModel::note_wish(MediaKind kind, bool wanted, bool screen) {
  for (const auto& track : recent_) {
    if (track->kind != kind || track->screen != screen) continue;
    if (wanted == (track->unwanted_since == kNever)) continue;
    track->unwanted_since = wanted ? kNever : loop_->now();
  }
}

bool MediaModel::any_enabled(MediaKind kind, bool screen) const {
  return std::any_of(recent_.begin(), recent_.end(), [kind, screen](const auto& track) {
    return track->live && track->enabled && track->kind == kind && track->screen == screen;
  });
}

std::vector<std::shared_ptr<LocalTrack>> MediaModel::live(MediaKind kind, bool screen) const {
  std::vector<std::shared_ptr<LocalTrack>> live;
  for (const auto& track : recent_) {
    if (track->live && track->kind == kind && track->screen == screen) live.push_back(track);
  }
  return live;
}

}  // namespace groupcall::sim
