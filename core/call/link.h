/// One peer of the mesh: its negotiation, what we send on it, and what arrives.
#pragma once

#include <array>
#include <memory>

#include "core/call/link_health.h"
#include "core/call/link_uplink.h"
#include "core/call/pair_messages.h"
#include "core/media/local_media.h"
#include "core/media/remote_media.h"
#include "core/negotiation/path_watch.h"
#include "core/negotiation/peer_negotiation.h"

namespace groupcall {

class Link {
 public:
  Link(PeerNegotiation::Pair pair, Role role) : negotiation(std::move(pair), role) {}

  PeerNegotiation negotiation;
  PathWatch path;
  std::unique_ptr<PairMessages> messages = std::make_unique<PairMessages>();
  LinkUplink uplink;
  LinkHealth health;
  Instant nudge_at = kNever;  ///< older clients: repeat our tracks then
  Instant ghost_at = kNever;  ///< absent: look then whether it is silent
  bool unlisted = false;      ///< without the server's word; once connected, that is believed
  Instant alive_at = kNever;  ///< the next sign of life, while the channel is open
  bool byte_timed = false;    ///< its first byte stands in the timings
  bool frame_timed = false;   ///< its first decoded frame

  Instant unheard_at = kNever;  ///< without a word until then, they are unreachable
  Instant dead_at = kNever;     ///< older clients: not connected until then, it is repaired
  bool given_up = false;        ///< older clients: not connected for so long
  void heard_word(Instant now) {
    spoken_ = true;
    unheard_at = now + deadlines::kUnheard;
  }
  /// Keeps `dead_at` and `given_up` in step with the connection.
  void judge(Instant now);
  LinkView view() const { return given_up ? LinkView::Unreachable : negotiation.view(); }

  // The data channel of the newest connection, or of the one before while that is not connected.
  bool channel_open() const { return negotiation.owns(channel_of_); }
  ConnectionNumber channel() const { return channel_of_; }
  void on_channel_opened(ConnectionNumber connection, Instant now) {
    if (connection != negotiation.connection()) return;  // of one that is replaced
    channel_of_ = connection;
    health.alive_heard = now;
    alive_at = now + deadlines::kAlive;
  }
  void on_channel_closed(ConnectionNumber connection) {
    if (connection == channel_of_) channel_of_ = {};
  }

  /// By slot; empty: nothing.
  using Tracks = std::array<TrackId, kSlotCount>;
  /// Makes the senders of the current connection carry these. An older client has no place for a
  /// screen but that of the camera.
  void send_tracks(const Tracks& tracks, NegotiationContext& ctx);
  /// Whether there is a track in that slot of the current connection.
  bool sends(Slot slot) const {
    const auto i = static_cast<std::size_t>(slot);
    return i < senders_.size() && !senders_[i].attached.empty();
  }
  /// Whether a sender still carries this track.
  bool sends(const TrackId& track) const;
  void on_track_attached(const TrackAttached& event, NegotiationContext& ctx);
  /// Returns whether the failed operation was one of ours.
  bool on_attach_failed(const OperationFailed& event, NegotiationContext& ctx);

  /// Gives a connection up that has not attached a track in time.
  void on_deadline(NegotiationContext& ctx);

  /// Counts what arrived; a sample of another connection is stale. Returns whether the link has
  /// fallen silent just now.
  bool on_sample(const LinkSample& sample, NegotiationContext& ctx);
  /// A sign of life on the data channel of this connection. `deaf`: the peer hears nothing of us.
  void on_alive(ConnectionNumber connection, bool deaf, NegotiationContext& ctx);
  /// The peer says that this slot is on now: what arrived before does not count.
  void on_announced_on(Slot slot) { remote_.on_announced_on(index_of(slot)); }
  Instant last_arrival() const { return remote_.last_arrival(); }
  /// Something has arrived on the connection just now.
  bool hears(Instant now) const {
    return heard_at_ != kNever && now - heard_at_ < deadlines::kSilence;
  }

  /// Position of a slot among the m-lines that are worth showing, or -1.
  std::int64_t index_of(Slot slot) const;
  Flow flow(Slot slot) const { return remote_.flow(index_of(slot)); }
  bool doubted() const { return remote_.doubted(); }
  /// Where the host finds the remote track of a slot; that of a screen with its sound.
  TrackSource source(Slot slot) const;

  /// Notes since when the connection has been missing, after each event of this link.
  void note_view(Instant now);
  /// Why it is missing. `asked`: we are in the room, and the server has spoken since the peer was
  /// asked last.
  ConnectionReason reason(bool asked, bool relay_only, Instant now) const;

  Instant deadline() const;

 private:
  struct Sender {
    TrackId attached;
    TrackId requested;
    OpId op;
    Instant give_up = kNever;
    Instant retry_at{};
  };

  void note_heard(Instant now);
  void send_track(Slot slot, Sender& sender, const TrackId& wanted, NegotiationContext& ctx);

  ConnectionNumber channel_of_;  ///< none: closed
  std::array<Sender, kSlotCount> senders_;
  ConnectionNumber senders_of_;
  RemoteMedia remote_;
  ConnectionNumber remote_of_;
  Instant missing_since_ = kNever;
  bool met_ = false;           ///< it was connected, at some time
  Instant heard_at_ = kNever;  ///< on that connection; kNever: nothing yet
  int silent_samples_ = 0;     ///< since then
  bool spoken_ = false;        ///< there was a word of theirs
};

}  // namespace groupcall
