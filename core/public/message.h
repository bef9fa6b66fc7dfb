/// Messages of the application to the others in the call: chat, reactions, whatever it likes.
///
/// They travel between the pages, over the data channel. Each reaches its peer exactly once and
/// in order, for as long as both are in the call (core/call/pair_messages.h).
#pragma once

#include <string>
#include <vector>

#include "core/public/ids.h"

namespace groupcall {

// ---- events --------------------------------------------------------------------------

/// `call.send()`. Answered by MessageSent, or RejectRequest with MessageTooLarge, NotInCall,
/// NobodyThere or OutboxFull.
struct SendRequested {
  RequestId request;
  UserId to;  ///< empty: everybody
  std::string text;
};

// ---- commands ------------------------------------------------------------------------

/// The message is on its way to those who are not in `unreached`: older clients, who have no
/// channel, and whoever has been out of reach for so long that nothing more can wait for them.
struct MessageSent {
  RequestId request;
  std::string id;  ///< the same for all who get it
  std::vector<UserId> unreached;
  bool operator==(const MessageSent&) const = default;
};
/// A message has come.
struct DeliverMessage {
  UserId from;
  std::string id;
  bool to_all = false;  ///< or for us alone
  std::string text;
  bool operator==(const DeliverMessage&) const = default;
};
/// There was an OutboxFull, and now there is room again.
struct MessagesDrained {
  bool operator==(const MessagesDrained&) const = default;
};

}  // namespace groupcall
