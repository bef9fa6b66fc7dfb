/// Our own microphone and camera: what is wanted, what the devices do, and how the
/// difference is closed.
///
///   camera      Idle ─► Opening ─► Live ─► Blackening ─► Idle      off releases the device
///   microphone  Idle ─► Opening ─► Live                            off only mutes
///   Opening ─► Failed    Live ─► Lost                              until wanted again
///
/// A track that nobody waits for any more is stopped at once; one that is not wanted is muted
/// before anybody may attach it. Joining never waits for a device.
#pragma once

#include <array>
#include <string>
#include <variant>

#include "core/media/camera_state.h"
#include "core/public/command.h"
#include "core/public/config.h"
#include "core/public/counters.h"
#include "core/public/event.h"

namespace groupcall {

enum class Source : unsigned char { Microphone, Camera };

class LocalMedia {
 public:
  struct Output {
    Instant now;
    IdSource& ids;
    Counters& counters;
    Commands& commands;
  };

  /// A call begins: opens what is wanted, both devices with one prompt.
  void begin(const JoinRequested& wish, Output& out);
  /// A call ends: every device is released in this reaction.
  void release(Output& out);
  /// A wish. Outside a call it is remembered only by begin()'s caller, not here.
  void want(Source source, bool on, Output& out);

  void on_acquired(const MediaAcquired& event, Output& out);
  void on_failed(const MediaFailed& event, Output& out);
  void on_track_ended(const LocalTrackEnded& event);
  void on_deadline(Output& out);
  Instant deadline() const;

  /// The track to send now; empty: send nothing. Muted tracks are sent too (black, silence).
  TrackId track(Source source) const;
  /// What we announce to the others: wanted, and not known to be impossible.
  bool announced(Source source) const;
  MediaView view(Source source) const;
  /// The browser's own words on the last device error.
  const std::string& error_text() const { return error_text_; }

 private:
  struct Idle {};
  struct Opening {
    OpId op;
    Instant give_up;
    bool shared_prompt;
  };
  struct Live {
    TrackId track;
  };
  struct Blackening {
    TrackId track;
    Instant release_at;
  };
  struct Failed {
    MediaReason reason;
  };
  struct Lost {};
  struct Device {
    bool wanted = false;
    std::string constraints;
    std::variant<Idle, Opening, Live, Blackening, Failed, Lost> state;
  };

  Device& device(Source source) { return devices_[static_cast<std::size_t>(source)]; }
  const Device& device(Source source) const { return devices_[static_cast<std::size_t>(source)]; }
  void open(bool microphone, bool camera, Output& out);
  void settle(Source source, OpId op, const AcquiredTrack& track, Output& out);
  void turn_on(Source source, Output& out);
  void turn_off(Source source, Output& out);

  bool active_ = false;
  std::array<Device, 2> devices_;
  std::string error_text_;
};

/// What a getUserMedia() rejection means (W3C mediacapture-main section 10.3.1, and the messages
/// by which Chromium tells a dismissed prompt from a denied one).
MediaReason device_failure(std::string_view name, std::string_view message);

}  // namespace groupcall
