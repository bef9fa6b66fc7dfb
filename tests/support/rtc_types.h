/// Words that the model of RTCPeerConnection shares with those who use it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/public/event.h"
#include "core/public/media.h"
#include "core/public/sdp.h"
#include "tests/support/virtual_time.h"

namespace groupcall::sim {

/// A local MediaStreamTrack. Who changes it calls RtcNetwork::refresh_host().
struct LocalTrack {
  TrackId id;
  MediaKind kind = MediaKind::Audio;
  std::string device;  ///< its id
  bool enabled = true;
  bool live = true;
  bool screen = false;  ///< of a screen share, not of a device
  /// Since when its owner wants it to be neither seen nor heard; kNever: wanted.
  Instant unwanted_since = kNever;
};

/// RTCSignalingState. There is no pranswer in this project.
enum class SignallingPhase : std::uint8_t { Stable, HaveLocalOffer, HaveRemoteOffer, Closed };

/// A rejected promise: DOMException name and message.
struct RtcError {
  std::string name;
  std::string message;
  bool injected = false;  ///< a fault of the test's, not of the caller's
};

/// Settles one call: null when it was fulfilled. Of a connection closed meanwhile it is never
/// called; a call after close() is refused.
using RtcSettled = std::function<void(const RtcError*)>;

/// What one connection tells its page, always out of the event loop.
class RtcObserver {
 public:
  virtual ~RtcObserver() = default;
  virtual void on_candidate(const IceCandidate& candidate) = 0;
  virtual void on_candidate_failed(std::int64_t /*code*/, const std::string& /*text*/) {}
  virtual void on_transport_changed(TransportState state) = 0;
  virtual void on_dtls_closed() = 0;
  virtual void on_channel_opened() = 0;
  virtual void on_channel_message(const std::string& text) = 0;
  virtual void on_channel_drained() = 0;
  virtual void on_channel_closed() = 0;
  /// `track`: a remote track began on this slot; `stream` is its first stream, or empty.
  virtual void on_track(std::int64_t slot, const std::string& stream) = 0;
  /// What browsers put up with and the project forbids: a rollback, an answer to another
  /// offer, a fresh peer's offer on a used connection.
  virtual void on_misuse(const std::string& what) = 0;
};

/// How long things take. Figures of varied(): seen in Chromium and Firefox on loopback
/// (disconnected, failed, dtls_close, first_frame), or a plausible home network.
struct RtcTiming {
  Spread operation = exactly(2ms);
  Spread replace_track = exactly(1ms);
  Spread gather = exactly(1ms);   ///< from the local description to each candidate
  int candidates = 2;             ///< of each set of credentials
  Spread checks = exactly(50ms);  ///< ICE and DTLS, once both ends can begin
  Spread report = exactly(0ms);   ///< a fact of the transport to its event
  Spread one_way = exactly(10ms);
  Spread drain = exactly(1ms);  ///< channel.send() to bufferedAmount 0
  Spread channel_open = exactly(5ms);
  /// Of 1000 channels, those that open before `connected` is told (the rest: right after it).
  int channel_first_permille = 1000;
  Spread dtls_close = exactly(10ms);
  Spread disconnected = exactly(5500ms);  ///< after the last packet
  Spread failed = exactly(20500ms);       ///< after the last packet
  Spread never_connected = exactly(15500ms);
  Spread recover = exactly(200ms);  ///< a healed path to `connected` again
  Spread first_frame = exactly(40ms);
  Spread stats = exactly(2ms);

  static RtcTiming varied();
};

/// Chances that one operation of a connection goes wrong, of 1000.
struct RtcFaults {
  int reject_permille = 0;  ///< OperationError out of the blue
  int hang_permille = 0;    ///< never settles, nor does anything after it
};

/// Rates of the media model.
namespace media_rates {
inline constexpr std::int64_t kFramesPerSecond = 15;
inline constexpr std::int64_t kBlackFramesPerSecond = 2;
inline constexpr std::int64_t kVideoBytesPerSecond = 40'000;
inline constexpr std::int64_t kBlackBytesPerSecond = 400;
inline constexpr std::int64_t kAudioBytesPerSecond = 4'000;
inline constexpr std::int64_t kSilenceBytesPerSecond = 500;
}  // namespace media_rates

}  // namespace groupcall::sim
