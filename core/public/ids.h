/// Every identifier of a call, each a type of its own.
#pragma once

#include "core/base/strong_id.h"

namespace groupcall {

/// A user of the chat application; the server compares it as text.
using UserId = StrongText<struct UserIdTag>;
/// A call's room; chosen by the client, in practice `group_<groupId>_<ms>`.
using RoomId = StrongText<struct RoomIdTag>;
/// The chat group that a room belongs to.
using GroupId = StrongText<struct GroupIdTag>;
/// One join of one tab. A rejoin after a lost socket keeps it, a reload does not.
using Epoch = StrongText<struct EpochTag>;
/// A track of this page, as named by its media port (`MediaStreamTrack.id`).
using TrackId = StrongText<struct TrackIdTag>;

/// Names one asynchronous command; its completion echoes it. Never reused in a call.
using OpId = StrongNumber<struct OpIdTag>;
/// Guards the completions and events of one RTCPeerConnection. Local, never on the wire.
using ConnectionNumber = StrongNumber<struct ConnectionNumberTag>;
/// Guards the events of one WebSocket, or of one Socket of the application. Local, never on
/// the wire.
using SocketNumber = StrongNumber<struct SocketNumberTag>;
/// Counts the connections of an epoch pair; on the wire, numbered by the offerer.
using LinkNumber = StrongNumber<struct LinkNumberTag>;
/// Names a promise that the host holds for the user (`join`, `leave`, `send`).
using RequestId = StrongNumber<struct RequestIdTag>;

/// Hands out the numbers of one call; none is given twice.
class IdSource {
 public:
  OpId next_op() { return OpId{++last_op_}; }
  ConnectionNumber next_connection() { return ConnectionNumber{++last_connection_}; }
  SocketNumber next_socket() { return SocketNumber{++last_socket_}; }
  /// Larger than `above`, and than any that was given out or seen before: a link that was
  /// forgotten and made anew must not be taken for its former self by a late answer.
  LinkNumber next_link(LinkNumber above) {
    saw_link(above);
    ++last_link_;
    return LinkNumber{above.value >= last_link_ ? above.value + 1 : last_link_};
  }
  void saw_link(LinkNumber link) {
    // No peer may push the numbers of all links to their end with one message.
    if (link.value > last_link_ && link.value - last_link_ < 1'000'000) last_link_ = link.value;
  }

 private:
  std::int64_t last_op_ = 0;
  std::int64_t last_connection_ = 0;
  std::int64_t last_socket_ = 0;
  std::int64_t last_link_ = 0;
};

}  // namespace groupcall
