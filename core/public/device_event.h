/// What can happen to the devices of a page: part of core/public/event.h.
#pragma once

#include <string>
#include <vector>

#include "core/public/ids.h"
#include "core/public/media.h"

namespace groupcall {

/// One live track; `track` empty means that there is none.
struct AcquiredTrack {
  TrackId track;
  std::string device_id;
  std::string label;
};
/// getUserMedia() or getDisplayMedia() resolved. A stream that nobody waits for any more is
/// stopped at once.
struct MediaAcquired {
  OpId op;
  AcquiredTrack microphone;
  AcquiredTrack camera;
  AcquiredTrack screen = {};
  AcquiredTrack screen_audio = {};
};
/// Either was rejected: DOMException name and message.
struct MediaFailed {
  OpId op;
  std::string name;
  std::string message;
};
/// MediaStreamTrack "ended": unplugged, or stopped by the browser or system.
struct LocalTrackEnded {
  TrackId track;
};
/// What enumerateDevices() tells now, and whether the page may use each kind (told as false where
/// the browser does not say).
struct DevicesListed {
  std::vector<DeviceInfo> devices;
  bool microphone_granted = false;
  bool camera_granted = false;
};
/// `call.setDevice()`: use this one from now on, in this call.
struct DeviceChosen {
  DeviceKind device = DeviceKind::Microphone;
  std::string id;
};

}  // namespace groupcall
