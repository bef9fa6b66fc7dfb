/// Decides who offers, who answers and what is stale, for one pair of epochs.
///
/// Facts come in through on_*(); decisions are appended to the context's commands and
/// signals, and carried out in order by the owner. At most one browser operation is in
/// flight, so every state names exactly what it waits for, and until when.
///
///   offerer   MakingOffer ─► OfferSent ─► ApplyingAnswer ─► Stable
///   answerer  AwaitingOffer ─► ApplyingOffer ─► MakingAnswer ─► Stable
///   any ─► Broken ─► (a new connection, with backoff)      never a rollback
///
/// A wire link is one connection of the pair; the offerer numbers them. An old connection
/// that was connected stays up until the new one is. Towards an older client ("foreign") we
/// await its offer, always yield, and never restart, re-offer or rebuild (core/wire/README.md).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/negotiation/negotiation_context.h"
#include "core/public/config.h"
#include "core/public/event.h"
#include "core/public/snapshot.h"

namespace groupcall {

class PeerNegotiation {
 public:
  struct Pair {
    UserId peer;
    Epoch ours;
    Epoch theirs;  ///< empty: foreign
    bool foreign() const { return theirs.empty(); }
  };

  PeerNegotiation(Pair pair, Role role);

  /// Begins: the offerer offers, the answerer waits.
  void begin(NegotiationContext& ctx);
  /// Begins as offerer with an offer that went out inside the join: awaits its answer.
  void begin_early(SpareOffer spare, NegotiationContext& ctx);
  /// Closes every connection.
  void close(NegotiationContext& ctx);

  // Facts from the browser; those of another connection or operation are stale.
  void on_local_description(const LocalDescriptionSet& event, NegotiationContext& ctx);
  void on_remote_description(const RemoteDescriptionSet& event, NegotiationContext& ctx);
  void on_operation_failed(const OperationFailed& event, NegotiationContext& ctx);
  void on_local_candidate(const LocalCandidate& event, NegotiationContext& ctx);
  void on_transport(const TransportChanged& event, NegotiationContext& ctx);
  void on_dtls_closed(const DtlsClosed& event, NegotiationContext& ctx);
  /// Nothing has arrived on the connection for a while, whatever the browser thinks of it:
  /// restarts ICE. The old pair stays up meanwhile. Returns whether that was news.
  bool on_silence(NegotiationContext& ctx);
  /// Something has arrived (again).
  void on_heard();
  bool silent() const { return silent_; }
  bool peer_deaf() const { return peer_deaf_; }
  /// The peer says whether it hears us: a path may carry packets one way only.
  void on_peer_hears(bool hears, NegotiationContext& ctx);
  /// This page has another network now: old addresses may lead nowhere.
  void on_network_changed(NegotiationContext& ctx);

  // Facts from the peer; addressed to this pair, as the owner has checked.
  void on_offer(SessionDescription offer, const LinkAddress& address, NegotiationContext& ctx);
  void on_answer(const SessionDescription& answer, const LinkAddress& address,
                 NegotiationContext& ctx);
  void on_candidate(IceCandidate candidate, LinkNumber link, NegotiationContext& ctx);
  void on_request(const LinkAddress& address, NegotiationContext& ctx);

  /// The peer is back in the room: an offer that waits for its answer may have been lost with
  /// its old socket, and is sent again. So it is when we are back after a socket that had fallen
  /// silent. (Not after one that was closed: the cause may have been that very offer.)
  void on_peer_back(NegotiationContext& ctx);

  /// Nothing has come from the peer for very long, and nobody knows whether it is there: closes
  /// everything and tries once a minute, until there is a word of it.
  void on_unheard(NegotiationContext& ctx);
  void on_word(NegotiationContext& ctx);

  /// The browser no longer carries out what it is told on this connection: make another.
  void give_up_connection(NegotiationContext& ctx);

  Instant deadline() const;
  /// `may_judge`: we are in the room and the server has delivered something since
  /// waiting_since(); otherwise silence says nothing about the peer.
  void on_deadline(bool may_judge, NegotiationContext& ctx);
  Instant waiting_since() const { return waiting_since_; }

  const Pair& pair() const { return pair_; }
  /// The newest connection; none before the first offer.
  ConnectionNumber connection() const { return connection_; }
  /// The one whose media is worth showing: the old one while the new one is not connected yet.
  ConnectionNumber media_connection() const;
  /// One of those two.
  bool owns(ConnectionNumber connection) const {
    return !connection.none() && (connection == connection_ || connection == previous_);
  }
  /// Kinds of the m-lines of connection(), empty until known.
  const std::vector<MediaKind>& slots() const { return slots_; }
  /// Kinds of the m-lines of media_connection().
  const std::vector<MediaKind>& media_slots() const;
  bool connected() const { return connected_; }
  bool transport_up() const { return transport_ == TransportState::Connected; }
  /// No offer has come so far.
  bool awaits_first_offer() const {
    return std::holds_alternative<AwaitingOffer>(state_) && link_.none();
  }
  /// The slots between module peers, in m-line order.
  static std::vector<SlotPlan> module_slots();
  bool any_connected() const { return connected_ || !previous_.none(); }
  /// The peer has answered or offered, at some time.
  bool answered() const { return answered_; }
  /// Since when it has owed us an answer or offer; kNever: it owes none.
  Instant owed_since() const { return owed_since_; }
  LinkView view() const;

 private:
  struct AwaitingOffer {
    Instant at;
    int asked;
  };
  struct MakingOffer {
    OpId op;
    Instant give_up;
    int step;
    Instant since;
    bool restart;
  };
  struct OfferSent {
    SessionDescription offer;
    int step;
    Instant since;
    Instant at;
    bool restart;
  };
  struct ApplyingAnswer {
    OpId op;
    Instant give_up;
  };
  struct ApplyingOffer {
    OpId op;
    Instant give_up;
  };
  struct MakingAnswer {
    OpId op;
    Instant give_up;
  };
  struct Stable {
    Instant connect_by;
    bool restart_first = false;  ///< by then ICE is restarted, before the link is given up
  };
  struct Broken {
    Instant retry_at;
  };
  struct QueuedCandidate {
    LinkNumber link;
    IceCandidate candidate;
  };
  struct QueuedOffer {
    SessionDescription offer;
    LinkAddress address;
  };

  bool foreign() const { return pair_.foreign(); }
  bool is_current(ConnectionNumber connection, NegotiationContext& ctx) const;
  OpId op_in_flight() const;
  void open_connection(bool as_offerer, NegotiationContext& ctx);
  void drop_connection(NegotiationContext& ctx);
  void new_link(NegotiationContext& ctx);
  void make_offer(bool restart, int step, Instant since, NegotiationContext& ctx);
  void send_offer(const OfferSent& state, NegotiationContext& ctx) const;
  void apply_offer(SessionDescription offer, NegotiationContext& ctx);
  void answer_on_new_connection(SessionDescription offer, NegotiationContext& ctx);
  void on_foreign_offer(SessionDescription offer, NegotiationContext& ctx);
  void on_same_link_offer(SessionDescription offer, const LinkAddress& address,
                          NegotiationContext& ctx);
  void await_offer(Instant at, NegotiationContext& ctx);
  void ask(PeerRequest request, NegotiationContext& ctx);
  void rebuild(NegotiationContext& ctx);
  void note_owed(Instant now) { owed_since_ = earlier(owed_since_, now); }
  void restart_ice(NegotiationContext& ctx);
  void restart_soon(NegotiationContext& ctx);
  void note_well();
  bool is_well() const {
    return transport_ == TransportState::Connected && !silent_ && !peer_deaf_;
  }
  void settle(NegotiationContext& ctx);
  void on_offer_deadline(OfferSent& state, NegotiationContext& ctx);
  bool can_add(const QueuedCandidate& queued) const;
  void flush_remote_candidates(NegotiationContext& ctx);
  void flush_local_candidates(NegotiationContext& ctx);
  void signal_candidate(IceCandidate candidate, NegotiationContext& ctx) const;
  LinkAddress address(PeerRequest request = PeerRequest::None) const;
  void send_answer(NegotiationContext& ctx) const;
  std::vector<SlotPlan> slot_plan() const;

  Pair pair_;
  Role role_;
  std::variant<AwaitingOffer, MakingOffer, OfferSent, ApplyingAnswer, ApplyingOffer, MakingAnswer,
               Stable, Broken>
      state_ = Broken{kNever};
  Instant waiting_since_{};
  Instant next_restart_{};    ///< not before then: one that was asked for, or answered
  Instant next_requested_{};  ///< no new link at their request before then
  Instant owed_since_ = kNever;
  bool answered_ = false;
  int rebuilds_ = 0;   ///< since it was last connected
  bool dead_ = false;  ///< foreign: was connected or answered, and is no more
  bool unheard_ = false;

  LinkNumber link_;                                ///< 0: none yet
  std::int64_t seq_ = 0;                           ///< of the newest offer of this link
  std::optional<SessionDescription> last_answer_;  ///< to `seq_`, for a peer that missed it
  std::int64_t early_ = 0;      ///< offer `seq_` is this one of a join's; 0: a plain one
  bool without_relay_ = false;  ///< an early offer's connection, though there are relays

  ConnectionNumber connection_;
  TransportState transport_ = TransportState::New;
  bool connected_ = false;
  bool silent_ = false;     ///< connected, and nothing arrives
  bool peer_deaf_ = false;  ///< connected, and the peer says that nothing of ours arrives
  std::vector<MediaKind> slots_;
  ConnectionNumber previous_;  ///< connected, replaced by connection_ once that is connected
  std::vector<MediaKind> previous_slots_;

  bool description_sent_ = false;  ///< of connection_
  std::string remote_session_;     ///< foreign: `o=` of the description applied last
  std::vector<std::string> remote_ufrags_;
  std::string applying_sdp_;  ///< of the description being applied
  std::vector<IceCandidate> local_candidates_;
  std::vector<QueuedCandidate> remote_candidates_;
  std::optional<QueuedOffer> queued_offer_;
};

}  // namespace groupcall
