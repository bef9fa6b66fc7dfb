/// Words for media: slots, states, reasons, errors.
#pragma once

#include <cstdint>
#include <string>

namespace groupcall {

enum class CallType : std::uint8_t { Video, Voice };

/// What an m-line carries.
enum class MediaKind : std::uint8_t { Audio, Video };

/// The fixed m-lines of a link between module peers, in this order (core/README.md, "Links").
/// A remote track's meaning is its slot, never its label or id.
enum class Slot : std::uint8_t { Microphone, Camera, Screen, ScreenAudio };
inline constexpr int kSlotCount = 4;

/// Microphone and camera share one MediaStream, screen and its sound another.
enum class StreamName : std::uint8_t { Camera, Screen };

/// What a person sees of a camera or microphone. Always derived from facts, see
/// media/camera_state.h.
enum class MediaState : std::uint8_t { Loading, On, Off, Error, Replacing, Ended };

/// Why a state is what it is; the host turns it into words and remedies.
enum class MediaReason : std::uint8_t {
  None,
  Starting,        ///< the device is being opened, or the first frame is awaited
  SelfOff,         ///< turned off here
  PeerOff,         ///< the peer said that it turned it off
  Connecting,      ///< no transport yet
  NetworkStalled,  ///< nothing arrives any more
  DecoderStalled,  ///< bytes arrive, but no picture comes out
  Unreachable,     ///< the link could not be made; it is tried again
  NotShown,        ///< on, but not sent: this page does not show it
  NotSent,         ///< the peer says that nothing leaves its page, though it should
  Interrupted,     ///< the peer's page is stopped, or out of view and without its camera
  // Device errors (W3C mediacapture-main, getUserMedia):
  PermissionDenied,
  PermissionDismissed,
  InsecureContext,
  NoDevice,
  InUse,
  Constraint,
  Timeout,
  DeviceLost,   ///< unplugged, or stopped from outside
  DeviceError,  ///< anything else that the browser reported
  // Of a screen share (W3C screen-capture, getDisplayMedia):
  NeedsGesture,       ///< asked for without a click or key press
  Unsupported,        ///< the browser cannot share a screen
  Stopped,            ///< by the browser's own bar, or its window was closed
  PermissionBlocked,  ///< by the system, or by the rules of an embedding page: not by the user
  ProcessorFailed,    ///< what the application does with the track has failed
};

/// MediaDeviceInfo.kind, in our words.
enum class DeviceKind : std::uint8_t { Microphone, Camera, Speaker };
/// Of MediaDevices.enumerateDevices(). Before a permission is given, id and label are empty.
struct DeviceInfo {
  DeviceKind kind = DeviceKind::Microphone;
  std::string id;
  std::string label;
  bool operator==(const DeviceInfo&) const = default;
};

/// RTCPeerConnectionState.
enum class TransportState : std::uint8_t {
  New,
  Connecting,
  Connected,
  Disconnected,
  Failed,
  Closed
};

}  // namespace groupcall
