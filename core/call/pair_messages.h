/// The application's messages between us and one peer, for one pair of epochs.
///
/// Ours are numbered from 1 and kept until the peer's signs of life acknowledge them, all up to
/// a number. Each new channel begins with the first that is not acknowledged, and theirs are
/// taken in rising order only: so each arrives once, whatever becomes of connections. What is
/// not acknowledged is bounded; a peer that does not keep to that is not listened to.
#pragma once

#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/public/command.h"
#include "core/public/config.h"
#include "core/public/counters.h"
#include "core/wire/groupcall_message.h"

namespace groupcall {

class PairMessages {
 public:
  // Ours.

  /// Whether a message whose text takes so many bytes on the wire must wait.
  bool full(std::size_t bytes) const;
  /// The application was told that it must wait; it is told when it need not any more.
  void note_refused() { refused_ = true; }
  bool refused() const { return refused_ && !roomy(); }
  void forget_refused() { refused_ = false; }
  /// `message` lacks its number.
  void put(wire::ChannelText& message, Instant now);
  /// Hands over to this channel what it has not been given and can take.
  void flush(const UserId& peer, ConnectionNumber channel, Commands& out);
  /// All that this channel was given has left the page.
  void on_drained(ConnectionNumber channel);
  void on_acknowledged(std::int64_t number, Instant now);
  /// Nothing was acknowledged until then, though there was something to acknowledge.
  Instant stuck_at() const { return stuck_at_; }
  void wait_again(Instant now) { stuck_at_ = now + deadlines::kMessageStuck; }

  // Theirs.

  /// Whether to deliver this one, of so many bytes on the wire.
  bool on_message(std::int64_t number, std::size_t bytes, Counters& counters);
  /// What the next sign of life says: all up to here has come.
  std::int64_t take_acknowledgement(Instant now);
  /// When that is to be said, if not with the second: the sender may be waiting.
  Instant acknowledge_at() const;

 private:
  struct Outgoing {
    std::int64_t number;
    std::string text;  ///< as it travels
  };
  bool roomy() const;

  std::vector<Outgoing> outbox_;  ///< not acknowledged, oldest first
  std::size_t outbox_bytes_ = 0;
  std::int64_t last_number_ = 0;
  Instant stuck_at_ = kNever;
  bool refused_ = false;
  ConnectionNumber channel_;  ///< the one that `sent_` and `buffered_` are about
  std::size_t sent_ = 0;      ///< of the outbox, from its beginning
  std::size_t buffered_ = 0;  ///< bytes given to the channel since it was last drained

  std::int64_t received_ = 0;
  std::size_t fresh_ = 0;  ///< received since we last acknowledged
  std::size_t fresh_bytes_ = 0;
  Instant acknowledged_at_{};
};

}  // namespace groupcall
