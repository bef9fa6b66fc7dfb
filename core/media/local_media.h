/// Our own microphone and camera: what is wanted, what the devices do, and how the
/// difference is closed.
///
///   Idle ─► Opening ─► Live ─► Blackening ─► Idle      off releases (the camera), or
///   Idle ─► Opening ─► Live                            off only mutes (the microphone)
///   Opening ─► Failed    Live ─► Lost                  until wanted again, or there is another
///   Live ─► Opening, the track still sent ─► Live      another device takes over
///
/// A track that nobody waits for any more is stopped at once; one that is not wanted is muted
/// before anybody may attach it. Joining never waits for a device. While one is being opened the
/// next is not asked for: of several choices made meanwhile the last is followed.
#pragma once

#include <array>
#include <string>

#include "core/media/camera_state.h"
#include "core/public/command.h"
#include "core/public/config.h"
#include "core/public/counters.h"
#include "core/public/event.h"

namespace groupcall {

enum class Source : unsigned char { Microphone, Camera };
static_assert(static_cast<Source>(DeviceKind::Camera) == Source::Camera);

/// What turning off does, where it is not the usual.
struct OffPolicy {
  bool keep_camera = false;
  bool release_microphone = false;
};

class LocalMedia {
 public:
  struct Output {
    Instant now;
    IdSource& ids;
    Counters& counters;
    Commands& commands;
  };

  explicit LocalMedia(OffPolicy off = {}) : off_(off) {}

  /// A call begins: opens what is wanted, both devices with one prompt.
  void begin(const JoinRequested& wish, Output& out);
  /// A call ends: every device is released in this reaction.
  void release(Output& out);
  /// A wish. Outside a call it is remembered only by begin()'s caller, not here.
  void want(Source source, bool on, Output& out);
  /// This device from now on, until the call ends. One that is live is replaced.
  void choose(Source source, const std::string& device_id, Output& out);

  void on_acquired(const MediaAcquired& event, Output& out);
  void on_failed(const MediaFailed& event, Output& out);
  void on_track_ended(const LocalTrackEnded& event, Output& out);
  void on_devices(const DevicesListed& event, Output& out);
  void on_deadline(Output& out);
  Instant deadline() const;

  /// The track to send now; empty: send nothing. Muted tracks are sent too (black, silence).
  const TrackId& track(Source source) const { return device(source).track; }
  /// The one before it, which lives until drop_former(): links may still send it.
  const TrackId& former(Source source) const { return device(source).former; }
  void drop_former(Source source, Output& out);
  /// What we announce to the others: wanted, and not known to be impossible.
  bool announced(Source source) const;
  MediaView view(Source source) const;
  /// Of the device in use; empty: there is none, or the browser does not say.
  const std::string& device_id(Source source) const {
    const Device& d = device(source);
    return d.track.empty() ? d.track.value : d.used;
  }
  /// The browser's own words on the last device error.
  const std::string& error_text() const { return error_text_; }

 private:
  /// What a getUserMedia() is for, which tells what to do when it fails.
  enum class Attempt : unsigned char {
    Open,      ///< nothing was there
    Replace,   ///< what was there is held until the new one is
    Alone,     ///< the browser could not open both: what was there is released
    Back,      ///< the new one does not work: what was there before, again
    Fallback,  ///< what was there, or was chosen, has vanished: any other
  };
  enum class Stage : unsigned char { Idle, Opening, Live, Blackening, Failed, Lost };
  /// One struct for all stages: a variant with strings in three of them cost half a kB of the
  /// download.
  struct Device {
    bool wanted = false;
    bool shared_prompt = false;  ///< Opening: of both devices at once
    Stage stage = Stage::Idle;
    Attempt attempt = Attempt::Open;  ///< Opening
    /// Failed: why. Otherwise: why another device is used than was chosen, or is being opened.
    MediaReason reason = MediaReason::None;
    OpId op;                 ///< Opening
    Instant until = kNever;  ///< Opening: given up then. Blackening: released then
    std::string constraints;
    std::string chosen;  ///< by id; empty: as the constraints say
    std::string asked;   ///< Opening: by id, as above
    TrackId track;       ///< Live, Blackening; Opening: what is sent meanwhile, if anything
    std::string used;    ///< id of the device of `track`; without a track, the one to go back to
    TrackId former;
    Instant former_until = kNever;
    Instant live_since{};  ///< when `track` came
  };

  Device& device(Source source) { return devices_[static_cast<std::size_t>(source)]; }
  const Device& device(Source source) const { return devices_[static_cast<std::size_t>(source)]; }
  bool releases(Source source) const {
    return source == Source::Camera ? !off_.keep_camera : off_.release_microphone;
  }
  bool is_listed(Source source, const std::string& but) const;
  void reset(bool active);
  static void set(Device& device, Stage stage, Instant until = kNever);
  void open(Source source, Output& out);
  void acquire(Source source, Attempt attempt, const std::string& id, Output& out);
  void fall_back(Source source, MediaReason reason, Output& out);
  void follow_choice(Source source, Output& out);
  void settle(Source source, OpId op, const AcquiredTrack& track, Output& out);
  void take(Source source, const AcquiredTrack& track, Output& out);
  void fail(Source source, MediaReason reason, Output& out);
  void fail_replacement(Source source, MediaReason reason, Output& out);
  static void stop(TrackId&& track, Output& out);
  static void enable(const TrackId& track, bool on, Output& out);

  OffPolicy off_;
  bool active_ = false;
  std::array<Device, 2> devices_;
  std::string error_text_;
  DevicesListed listed_;
};

/// What a getUserMedia() rejection means (W3C mediacapture-main section 10.3.1, and the messages
/// by which Chromium tells who denied it).
MediaReason device_failure(std::string_view name, std::string_view message);

}  // namespace groupcall
