/// What a negotiation is given and what it says.
#pragma once

#include <vector>

#include "core/base/time.h"
#include "core/public/command.h"
#include "core/public/counters.h"
#include "core/public/sdp.h"

namespace groupcall {

/// One message to the peer, by way of the server.
struct PeerSignal {
  enum class Kind : unsigned char { Offer, Answer, Candidate, Request };
  Kind kind = Kind::Request;
  UserId peer;
  SessionDescription description;  ///< Offer, Answer
  IceCandidate candidate;          ///< Candidate
  LinkAddress address;             ///< absent towards a foreign peer
};

/// A connection with an offer that was made before its peer was known.
struct SpareOffer {
  ConnectionNumber connection;
  LinkNumber link;
  std::int64_t index = 0;  ///< which of the join's offers it is, from 1
  SessionDescription offer;
  std::vector<IceCandidate> candidates;  ///< not told to anybody yet
  bool relay = false;                    ///< there are relays, of which it knows nothing yet
};

struct NegotiationContext {
  Instant now;
  IdSource& ids;
  Counters& counters;
  Commands& commands;
  std::vector<PeerSignal>& signals;
};

}  // namespace groupcall
