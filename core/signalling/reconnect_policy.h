/// When to try the server again. It never gives up while a socket is wanted.
///
/// At once, then after 300 ms doubling to 1 s during the first 30 s of an outage, then to
/// 5 s, each delay drawn from its upper half so that an office does not come back in step.
/// Once a server accepts us, at most 10 connections in 5 minutes: it closes an address for
/// good measure after 20, and the address may be shared.
#pragma once

#include <vector>

#include "core/base/random.h"
#include "core/base/time.h"

namespace groupcall {

class ReconnectPolicy {
 public:
  /// CONNECT was acknowledged.
  void on_connected(Instant now);
  /// An established socket was lost; `since` is when it had been connected.
  void on_lost(Instant now);
  /// The server or the browser said not to come back before `until`.
  void hold_until(Instant until) { hold_until_ = until; }

  /// When to try next. Every call counts as one try.
  Instant next_try(Instant now, Random& random);
  /// The network came back: the ladder begins anew, promises to the server stay.
  void restart_ladder();

 private:
  Instant earliest_allowed(Instant now);

  int tries_ = 0;  ///< since the last connection
  Instant outage_since_ = kNever;
  Instant connected_at_ = kNever;
  Instant hold_until_{};
  std::vector<Instant> connections_;  ///< not yet followed by a stable time
};

}  // namespace groupcall
