/// Camera and microphone of one page: getUserMedia, its refusals, and the tracks it gave out.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/public/media.h"
#include "tests/support/rtc_types.h"

namespace groupcall::sim {

/// What getUserMedia says to one kind of device.
enum class DeviceMood : std::uint8_t {
  Works,
  Missing,  ///< NotFoundError
  Denied,   ///< NotAllowedError "Permission denied"
  Busy,     ///< NotReadableError
};

/// One of several devices of a kind. The first that is plugged in is the default.
struct DeviceModel {
  MediaKind kind = MediaKind::Audio;
  std::string id;
  bool busy = false;  ///< another program has it
};

struct MediaTiming {
  Spread prompt = exactly(100ms);  ///< permission and opening the device
};

class MediaModel {
 public:
  using Acquired = std::function<void(std::shared_ptr<LocalTrack> microphone,
                                      std::shared_ptr<LocalTrack> camera)>;
  using Failed = std::function<void(std::string name, std::string message)>;

  MediaModel(EventLoop& loop, MediaTiming timing, std::string name);

  void set_microphone(DeviceMood mood) { microphone_ = mood; }
  void set_camera(DeviceMood mood) { camera_ = mood; }
  void set_screen(DeviceMood mood) { screen_ = mood; }
  void plug(MediaKind kind, const std::string& id) { devices_.push_back({kind, id}); }
  /// What it gave out must be ended by whoever pulls it.
  void pull(const std::string& id);
  void set_busy(const std::string& id, bool busy);
  /// Whether two devices of a kind cannot be open side by side.
  void set_one_at_a_time(bool alone) { one_at_a_time_ = alone; }
  bool permitted() const {
    return microphone_ != DeviceMood::Denied && camera_ != DeviceMood::Denied;
  }
  /// enumerateDevices().
  std::vector<DeviceInfo> devices() const;
  void set_timing(MediaTiming timing) { timing_ = timing; }

  /// getUserMedia(): all that was asked for, of that device unless it is empty, or an error. One of
  /// the two is called later, even when nobody waits any more.
  void acquire(bool microphone, bool camera, const std::string& device, Acquired acquired,
               Failed failed);
  /// getDisplayMedia(), the same way: a picture, and sound if it was asked for.
  void acquire_screen(bool audio, Acquired acquired, Failed failed);
  /// Null when no such track was given out.
  std::shared_ptr<LocalTrack> find(const TrackId& track) const;
  std::size_t live_tracks() const;
  /// Whether the person wants that kind to be seen or heard, from now on.
  void note_wish(MediaKind kind, bool wanted, bool screen = false);
  /// Whether a live track of that kind is not muted.
  bool any_enabled(MediaKind kind, bool screen = false) const;
  std::size_t prompts() const { return prompts_; }
  /// Live tracks of a kind, for a page to tell of their end.
  std::vector<std::shared_ptr<LocalTrack>> live(MediaKind kind, bool screen = false) const;

 private:
  std::shared_ptr<LocalTrack> make_track(MediaKind kind, bool screen, const std::string& device);
  void settle(bool microphone, bool camera, const std::string& device, const Acquired& acquired,
              const Failed& failed);
  /// The one that is meant; null: there is none.
  const DeviceModel* pick(MediaKind kind, const std::string& device) const;
  bool in_use(const DeviceModel& device) const;

  EventLoop* loop_;
  MediaTiming timing_;
  std::string name_;
  Random random_;
  DeviceMood microphone_ = DeviceMood::Works;
  DeviceMood camera_ = DeviceMood::Works;
  std::vector<DeviceModel> devices_;
  bool one_at_a_time_ = false;
  DeviceMood screen_ = DeviceMood::Works;
  std::size_t prompts_ = 0;
  int made_ = 0;
  std::map<TrackId, std::shared_ptr<LocalTrack>> tracks_;
  /// Those that may still live: a long call gives out hundreds.
  std::vector<std::shared_ptr<LocalTrack>> recent_;
};

}  // namespace groupcall::sim
