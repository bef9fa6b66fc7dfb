/// Who is in the room, as the server and the peers themselves tell it.
///
/// A user who joins again is the same participant. One whom the server no longer lists
/// stays known as absent until the call decides that they are gone, for losing the
/// server is not losing the call.
#pragma once

#include <string>
#include <vector>

#include "core/base/flat_map.h"
#include "core/public/ids.h"
#include "core/public/sdp.h"

namespace groupcall {

/// What one peer has said of itself, or the server for it.
struct Announcement {
  UserId user;
  std::string user_info;
  bool audio = true;
  bool video = true;
  Epoch epoch;  ///< empty: an older client, as far as one can see
  /// False: audio and video are the server's defaults, which it also shows at a re-join, and
  /// nobody's own words.
  bool tracks_told = true;
  bool screen = false;  ///< shared; an older client's is told by messages of their own
};

/// How sure we are of what somebody speaks.
enum class Capability : unsigned char {
  Foreign,  ///< no flag seen, or a message came without our keys
  Hinted,   ///< the server's stored state shows our flag
  Module,   ///< a message with our keys came
};

struct Participant {
  std::string user_info;
  bool audio = true;  ///< announced
  bool video = true;
  bool screen = false;
  Epoch epoch;
  Capability capability = Capability::Foreign;
  bool present = true;             ///< the server lists them
  Role our_role = Role::Answerer;  ///< towards this epoch of theirs
  std::int64_t rank = 0;           ///< order of first appearance
  std::vector<Epoch> retired;      ///< their epochs before this one, newest last
};

class Roster {
 public:
  /// From `joined`: they were here first, so we offer to those whom we did not know.
  /// Those missing from the list become absent and are returned.
  std::vector<UserId> on_joined(const std::vector<Announcement>& list);
  /// From `participant-joined`: the newcomer offers.
  void on_participant_joined(const Announcement& who);
  /// Returns whether they were known and present.
  bool on_left(const UserId& user);
  void on_tracks(const Announcement& told);
  /// A message from the peer itself names its epoch; what it says goes before stored state.
  /// `role` is ours towards an epoch that is new. Returns false for a retired epoch, unless it
  /// `may_return`.
  bool on_message_epoch(const UserId& user, const Epoch& epoch, Role role, bool may_return = false);
  /// A message without our keys.
  void on_foreign_message(const UserId& user);

  void remove(const UserId& user) { participants_.erase(user); }
  void clear();

  /// Whether this epoch of theirs was ever seen.
  bool knows(const UserId& user, const Epoch& epoch) const;
  /// How many whom the server lists sort before `self`, `other` left out: our rank from 0 among
  /// those who were there when `other` came.
  std::int64_t rank_before(const UserId& self, const UserId& other) const;

  Participant* find(const UserId& user) { return participants_.find(user); }
  const Participant* find(const UserId& user) const { return participants_.find(user); }
  const FlatMap<UserId, Participant>& all() const { return participants_; }
  /// Everybody, in the order in which they came.
  std::vector<UserId> in_order() const;

 private:
  Participant& upsert(const Announcement& who, Role role);
  static bool adopt_epoch(Participant& participant, const Epoch& epoch, Role role,
                          bool may_return = false);

  FlatMap<UserId, Participant> participants_;
  std::int64_t next_rank_ = 1;
};

}  // namespace groupcall
