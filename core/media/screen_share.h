/// Our own screen share, with its sound where there is one: what is wanted, what the browser does,
/// and how the difference is closed.
///
///   Still ─► Opening ─► Live ─► Still
///
/// Still is off, failed or ended, and stays so until asked again: nothing is tried by itself. Which
/// one it is is read off what is there: an operation, a track, or neither.
/// A prompt cannot be taken back, so there is at most one: who changes their mind meanwhile gets no
/// second one, and what comes of a prompt that is not wanted any more is stopped at once.
#pragma once

#include <string>

#include "core/media/local_media.h"

namespace groupcall {

class ScreenShare {
 public:
  using Output = LocalMedia::Output;

  /// A wish, within a call.
  void want(const ScreenWanted& wish, Output& out);
  /// A call ends: everything is released in this reaction.
  void release(Output& out);

  void on_acquired(const MediaAcquired& event, Output& out);
  void on_failed(const MediaFailed& event);
  void on_track_ended(const LocalTrackEnded& event, Output& out);
  void on_deadline(Instant now);
  Instant deadline() const { return give_up_; }

  /// The tracks to send now; empty: send nothing.
  const TrackId& track() const { return track_; }
  const TrackId& sound() const { return sound_; }
  MediaView view() const;
  /// The browser's own words on why it failed; empty: it has not.
  const std::string& error_text() const { return error_text_; }

 private:
  static constexpr MediaView kOff{MediaState::Off, MediaReason::SelfOff};
  void stop(const TrackId& track, Output& out);
  /// The prompt has led to nothing; who does not wait for it any more is not told why.
  void fail(MediaReason reason);

  OpId op_;  ///< of the prompt that is open; none: Still, or Live
  Instant give_up_ = kNever;
  bool wanted_ = false;  ///< while it is open
  TrackId track_;        ///< Live
  TrackId sound_;
  MediaView still_ = kOff;  ///< Still
  std::string error_text_;
};

/// What a getDisplayMedia() rejection means (W3C screen-capture section 5.1; Chromium says the same
/// NotAllowedError when the user closes the prompt, with other words when something else forbids
/// it).
MediaReason screen_failure(std::string_view name, std::string_view message);

}  // namespace groupcall
