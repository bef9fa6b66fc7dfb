/// Whether the server still has us in the room. It never tells whom it has lost: a late `leave` of
/// a former page removes this one, for it removes by name.
///
/// But it brings a message back to its own sender as long as it lists them. So the room is asked
/// in this way when it has been quiet, and sooner when a peer does not answer. No answer, though
/// the server does deliver: we join again, with the same epoch, once a minute at most, and half as
/// often each time that it was in vain, for a server might bring nothing back.
#pragma once

#include "core/base/time.h"

namespace groupcall {

class Membership {
 public:
  enum class Step : unsigned char { Nothing, Ask, Rejoin };

  /// A message of the room has come: it lists us.
  void on_word(Instant now);
  /// The one to ourselves.
  void on_echo() { in_vain_ = 0; }
  /// A peer does not answer.
  Step on_unanswered(Instant now);
  Step on_deadline(Instant now, Instant last_delivery);
  Instant deadline() const { return check_at_; }

 private:
  Step ask(Instant now);

  Instant heard_at_{};
  Instant asked_at_ = kNever;  ///< without an answer so far
  Instant check_at_ = kNever;
  Instant next_rejoin_{};
  int in_vain_ = 0;
};

}  // namespace groupcall
