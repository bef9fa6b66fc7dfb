/// Why there is no path to a peer: what the browser has told of this page's addresses and relays,
/// and the cause that it amounts to.
///
/// The cause is a pure function of facts (connection_reason): it remembers nothing, so it goes at
/// once when the link is connected, and cannot outlive what it rests on.
#pragma once

#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/public/config.h"
#include "core/public/event.h"
#include "core/public/snapshot.h"

namespace groupcall {

/// What one gathering of addresses has brought.
struct GatheringFacts {
  bool relay = false;    ///< the ICE servers name a TURN server
  bool any = false;      ///< an address of some kind was found
  bool relayed = false;  ///< one of a relay
  bool refused = false;  ///< a server answered with an error
  bool ended = false;
};

struct PathFacts {
  Duration missing{0};       ///< how long the link has not been connected
  bool answered = false;     ///< the peer has answered, at some time
  Duration owed{0};          ///< how long it has owed an answer; 0: it owes none
  bool beyond_us = false;    ///< a lost link to an older client
  bool relay_only = false;   ///< the config lets us use nothing but relays
  GatheringFacts gathering;  ///< the newest that has had its time
};

constexpr ConnectionReason connection_reason(const PathFacts& f) {
  const GatheringFacts& g = f.gathering;
  const bool nothing = g.ended && !g.any;
  const bool agreed = f.answered && f.owed < deadlines::kOfferResend;
  if (f.missing < deadlines::kCertain) return ConnectionReason::None;
  if (g.refused && !g.relayed && (nothing || agreed)) return ConnectionReason::RelayRefused;
  if (nothing && !f.relay_only) return ConnectionReason::NoCandidates;
  if (nothing) return g.relay ? ConnectionReason::RelayUnreachable : ConnectionReason::NoRelay;
  if (f.missing < deadlines::kConnect) return ConnectionReason::None;
  if (f.beyond_us) return ConnectionReason::OlderClient;
  if (f.owed >= deadlines::kLinkGiveUp) return ConnectionReason::NoAnswer;
  if (!agreed) return ConnectionReason::None;
  if (!g.relay) return ConnectionReason::NoRelay;
  return g.relayed ? ConnectionReason::NoPath : ConnectionReason::RelayUnreachable;
}

/// Collects the facts of one link, over all its connections.
class PathWatch {
 public:
  /// This connection has a description of ours with these ICE user names: others than before
  /// mean that it gathers (anew).
  void on_described(ConnectionNumber connection, std::vector<std::string> ufrags, bool relay,
                    Instant now);
  /// The same for the connection of an early offer, which has gathered before it was this link's.
  void on_early(ConnectionNumber connection, std::vector<std::string> ufrags, bool relay,
                Instant now);
  void on_candidate(const LocalCandidate& event);
  void on_candidate_failed(const CandidateFailed& event);

  /// What the newest gathering has brought, or the one before while it is still young.
  const GatheringFacts& gathering(Instant now) const;

 private:
  bool had_its_time(Instant now) const;

  ConnectionNumber connection_;
  std::vector<std::string> ufrags_;
  GatheringFacts newest_;
  Instant began_ = kNever;
  GatheringFacts former_;
};

}  // namespace groupcall
