/// Who speaks, how good a link is, and what is done about pictures that stand still
/// (core/README.md, "Speaking", "Quality" and "Watchdog").
#pragma once

#include <vector>

#include "core/base/time.h"
#include "core/public/ids.h"

namespace groupcall {

/// What keeps a link from being as good as it could be.
enum class QualityCause : std::uint8_t {
  None,
  Loss,     ///< packets are lost, ours or theirs
  Rtt,      ///< they are long on their way
  Jitter,   ///< they come unevenly
  Bitrate,  ///< the path carries less than the picture needs
  Cpu,      ///< the processor cannot encode all of it
};

// ---- events --------------------------------------------------------------------------

/// How loud a microphone is: RTCRtpSynchronizationSource.audioLevel of one of the others, or the
/// root mean square of our own since the last look; 1000 is full scale.
struct LevelSample {
  UserId peer;                  ///< empty: our own
  ConnectionNumber connection;  ///< none: our own
  std::int64_t permille = 0;
};
/// Levels that have crossed one of the two of WatchLevels since they were last told. One that is
/// not named is where it was; of a new connection it is 0.
struct LevelsChanged {
  std::vector<LevelSample> levels;
};
/// `visibilitychange` to hidden; with `frozen` the page will be stopped at once (Page Lifecycle,
/// "freeze"). PageShown ends it.
struct PageHidden {
  bool frozen = false;
};

// ---- commands ------------------------------------------------------------------------

/// Look at the level of each microphone that is heard, and of our own track, every so often.
struct WatchLevels {
  std::int64_t period_ms = 0;  ///< 0: no more
  std::int64_t quiet = 0;      ///< permille
  std::int64_t loud = 0;
  bool operator==(const WatchLevels&) const = default;
};
/// The next picture of transceiver `slot` is to be a key frame: setParameters() with
/// `encodingOptions`, or `encodings[0].active` off and on where there is no such thing.
struct RequestKeyFrame {
  UserId peer;
  ConnectionNumber connection;
  std::int64_t slot = 0;
  bool operator==(const RequestKeyFrame&) const = default;
};

/// When somebody speaks.
namespace speech {
inline constexpr Duration kPeriod = 100ms;  ///< two looks at a syllable (200 to 300 ms)
/// Speech at a laptop has 30 to 300, its room 1 to 5 (-34 and -40 dB of full scale).
inline constexpr std::int64_t kLoud = 20;
inline constexpr std::int64_t kQuiet = 10;
inline constexpr Duration kAttack = 250ms;   ///< loud for so long in all; a click is in two looks
inline constexpr Duration kRelease = 800ms;  ///< quiet for so long at a stretch: between words
inline constexpr Duration kFade = 3s;        ///< not loud for so long: a room that is not quiet
}  // namespace speech

/// When and how what stands still is repaired.
namespace watchdog {
inline constexpr Duration kUnsent = 900ms;      ///< a sample without a byte of what should go out
inline constexpr Duration kKeyFramePause = 2s;  ///< between two of one slot
inline constexpr Duration kRestart = 4s;        ///< after the cause is named: ICE restart
inline constexpr Duration kRebuild = 10s;       ///< after that a new link
inline constexpr Duration kRebuildPause = 60s;  ///< between two of them for one peer
}  // namespace watchdog

}  // namespace groupcall
