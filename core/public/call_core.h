/// The call: events and time in, commands out.
///
///   CallCore call(config);
///   Reaction r = call.handle(JoinRequested{...}, now);
///   // carry out r.commands in order; wake it at r.wake_at with Woke{}
///
/// Deterministic: the same config and the same events at the same times give the same
/// reactions, on every platform. No clock, thread, callback, global, exception or I/O.
/// Expired deadlines are looked after in every call, after the event itself: a message
/// that slept with the page still counts.
#pragma once

#include <memory>

#include "core/base/time.h"
#include "core/public/command.h"
#include "core/public/config.h"
#include "core/public/event.h"
#include "core/public/snapshot.h"

namespace groupcall {

struct Reaction {
  Commands commands;
  Instant wake_at = kNever;
  SnapshotPatch patch;
};

class CallCore {
 public:
  explicit CallCore(CallConfig config);
  ~CallCore();
  CallCore(const CallCore&) = delete;
  CallCore& operator=(const CallCore&) = delete;

  /// `now` never decreases; an earlier one is taken as the last.
  [[nodiscard]] Reaction handle(const Event& event, Instant now);

 private:
  class Router;
  std::unique_ptr<Router> router_;
};

}  // namespace groupcall
