/// The newcomer's offers that travel inside its join, made before anybody is known, so that
/// members answer at once: one trip to the server less until the first picture.
///
///   None ─► Making ─► Packing ─► Packed ─► Sent ─► (joined: each finds its owner) ─► None
///   any ─► None                  whatever fails: the plain flow, in which nothing is lost
///
/// Offer i belongs to the participant who is i-th among the ids that `joined` lists, sorted
/// bytewise. A member finds its own rank in the same way, and its answer repeats it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/negotiation/peer_negotiation.h"

namespace groupcall {

/// Early offers of a newcomer that are being unpacked for us.
struct Unpacking {
  OpId op;
  UserId peer;
  Epoch epoch;
  LinkNumber link;
  std::int64_t index = 0;  ///< ours, from 1
};

class EarlyOffers {
 public:
  /// Makes `count` connections with an offer each.
  void begin(std::int64_t count, NegotiationContext& ctx);
  /// Closes whatever has found no owner.
  void close(NegotiationContext& ctx);

  // Facts from the browser about connections that owns() knows.
  bool owns(ConnectionNumber connection) const;
  void on_local_description(const LocalDescriptionSet& event, NegotiationContext& ctx);
  void on_local_candidate(const LocalCandidate& event, NegotiationContext& ctx);
  void on_packed(const TextPacked& event, NegotiationContext& ctx);
  Instant deadline() const { return pack_at_; }
  void on_deadline(NegotiationContext& ctx);

  /// They are on their way: a join that waits a little may carry them.
  bool pending() const { return phase_ == Phase::Making || phase_ == Phase::Packing; }
  /// What the join carries, once; empty: nothing.
  std::string take_packed(Instant now);
  Instant sent_at() const { return sent_at_; }
  bool sent() const { return phase_ == Phase::Sent; }
  LinkNumber link() const { return link_; }

  /// `joined` lists these users.
  void set_owners(const std::vector<UserId>& users);
  /// The offer that this user owns, to be used now.
  std::optional<SpareOffer> take(const UserId& user);

 private:
  enum class Phase : unsigned char { None, Making, Packing, Packed, Sent };
  struct Spare {
    OpId op;
    bool described = false;
    bool gathered = false;
    std::size_t packed_candidates = 0;
    SpareOffer offer;
  };

  Spare* find(ConnectionNumber connection);
  void pack(NegotiationContext& ctx);

  Phase phase_ = Phase::None;
  LinkNumber link_;  ///< of all of them: each is of another pair
  OpId packing_;
  std::string packed_;
  Instant sent_at_{};
  Instant pack_at_ = kNever;  ///< with what has been gathered by then
  std::vector<Spare> spares_;
  std::vector<UserId> owners_;
};

}  // namespace groupcall
