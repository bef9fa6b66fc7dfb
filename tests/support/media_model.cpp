#include "tests/support/media_model.h"

#include <algorithm>
#include <utility>

namespace groupcall::sim {

MediaModel::MediaModel(EventLoop& loop, MediaTiming timing, std::string name)
    : loop_(&loop), timing_(timing), name_(std::move(name)), random_(name_ + "/media") {
  plug(MediaKind::Audio, "microphone-1");
  plug(MediaKind::Video, "camera-1");
}

void MediaModel::pull(const std::string& id) {
  std::erase_if(devices_, [&id](const DeviceModel& device) { return device.id == id; });
}

void MediaModel::set_busy(const std::string& id, bool busy) {
  for (DeviceModel& device : devices_)
    if (device.id == id) device.busy = busy;
}

std::vector<DeviceInfo> MediaModel::devices() const {
  std::vector<DeviceInfo> all;
  for (const DeviceModel& device : devices_) {
    const bool is_audio = device.kind == MediaKind::Audio;
    all.push_back({is_audio ? DeviceKind::Microphone : DeviceKind::Camera, device.id,
                   "Model of " + device.id});
  }
  return all;
}

const DeviceModel* MediaModel::pick(MediaKind kind, const std::string& device) const {
  const auto found = std::find_if(devices_.begin(), devices_.end(), [&](const DeviceModel& one) {
    return one.kind == kind && (device.empty() || one.id == device);
  });
  return found == devices_.end() ? nullptr : &*found;
}

bool MediaModel::in_use(const DeviceModel& device) const {
  return device.busy || (one_at_a_time_ && !live(device.kind).empty());
}

void MediaModel::acquire(bool microphone, bool camera, const std::string& device, Acquired acquired,
                         Failed failed) {
  ++prompts_;
  loop_->after(
      timing_.prompt.draw(random_),
      [this, microphone, camera, device, acquired = std::move(acquired),
       failed = std::move(failed)] { settle(microphone, camera, device, acquired, failed); });
}

/// The answer depends on the devices as they are when the prompt is over.
void MediaModel::settle(bool microphone, bool camera, const std::string& device,
                        const Acquired& acquired, const Failed& failed) {
  const auto any = [&](DeviceMood mood) {
    return (microphone && microphone_ == mood) || (camera && camera_ == mood);
  };
  const DeviceModel* sound = microphone ? pick(MediaKind::Audio, device) : nullptr;
  const DeviceModel* picture = camera ? pick(MediaKind::Video, device) : nullptr;
  const bool none = (microphone && sound == nullptr) || (camera && picture == nullptr);
  if (!microphone && !camera) {
    failed("TypeError", "At least one of audio and video must be requested");
  } else if (any(DeviceMood::Missing) || (none && device.empty())) {
    failed("NotFoundError", "Requested device not found");
  } else if (any(DeviceMood::Denied)) {
    failed("NotAllowedError", "Permission denied");
  } else if (none) {
    failed("OverconstrainedError", "");
  } else if (any(DeviceMood::Busy) || (microphone && in_use(*sound)) ||
             (camera && in_use(*picture))) {
    failed("NotReadableError", "Could not start video source");
  } else {
    // One after the other: the order of evaluation of arguments differs between compilers.
    const auto made_microphone =
        microphone ? make_track(MediaKind::Audio, false, sound->id) : nullptr;
    const auto made_camera = camera ? make_track(MediaKind::Video, false, picture->id) : nullptr;
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
                 const auto sound = audio ? make_track(MediaKind::Audio, true, "") : nullptr;
                 acquired(sound, make_track(MediaKind::Video, true, ""));
               });
}

std::shared_ptr<LocalTrack> MediaModel::make_track(MediaKind kind, bool screen,
                                                   const std::string& device) {
  auto track = std::make_shared<LocalTrack>();
  const bool audio = kind == MediaKind::Audio;
  const char* word = screen  ? (audio ? "-sound-" : "-screen-")
                     : audio ? "-microphone-"
                             : "-camera-";
  track->id = TrackId{name_ + word + std::to_string(++made_)};
  track->screen = screen;
  track->kind = kind;
  track->device = device;
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
