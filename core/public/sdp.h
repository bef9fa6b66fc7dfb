/// What two peers tell each other to connect (RFC 8866, RFC 8838, W3C webrtc-pc 4.6, 4.8).
///
/// The core treats SDP as a sealed letter; the few facts that it reads from one are in
/// core/negotiation/sdp_text.h.
#pragma once

#include <string>
#include <vector>

#include "core/public/ids.h"

namespace groupcall {

enum class DescriptionType : unsigned char { Offer, Answer };

/// RTCSessionDescriptionInit.
struct SessionDescription {
  DescriptionType type = DescriptionType::Offer;
  std::string sdp;
  bool operator==(const SessionDescription&) const = default;
};

/// RTCIceCandidateInit. `sdp_m_line_index` is -1 where the browser gave none.
struct IceCandidate {
  std::string candidate;
  std::string sdp_mid;
  std::int64_t sdp_m_line_index = -1;
  std::string username_fragment;
  bool operator==(const IceCandidate&) const = default;
};

/// What else a message between two module peers can be about.
enum class PeerRequest : unsigned char {
  None,
  OfferPlease,    ///< the asker has no offer newer than `link`, and needs one
  RestartPlease,  ///< the asker receives nothing on `link`: restart its ICE
  EpochTold,      ///< "I am `from` now": the answer to a message meant for another epoch
};

/// The address of a message between two module peers, in an extra key `groupcall` of the
/// free-form offer, answer or candidate. A message without it comes from an older client.
struct LinkAddress {
  Epoch from;
  Epoch to;
  LinkNumber link;
  std::int64_t seq = 0;  ///< counts the offers of a link, from 1; an answer repeats its offer's
  PeerRequest request = PeerRequest::None;
  /// An answer to an offer that came inside a join: which of them it was, from 1.
  std::int64_t early = 0;
  bool operator==(const LinkAddress&) const = default;
  bool absent() const { return from.empty(); }
};

/// One of the offers inside a join, with the addresses gathered by then.
struct EarlyOffer {
  std::string sdp;
  std::vector<IceCandidate> candidates;
};

/// The offerer offers, the other answers: fixed for an epoch pair (design: the newcomer offers).
enum class Role : unsigned char { Offerer, Answerer };

}  // namespace groupcall
