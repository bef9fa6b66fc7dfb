#include "core/room/roster.h"

#include <algorithm>

namespace groupcall {

namespace {
constexpr std::size_t kRetiredEpochs = 4;  // a message of an older reload is only counted
}

bool Roster::adopt_epoch(Participant& participant, const Epoch& epoch, Role role, bool may_return) {
  if (participant.epoch == epoch) return true;
  auto& retired = participant.retired;
  const auto known = std::find(retired.begin(), retired.end(), epoch);
  if (known != retired.end()) {
    if (!may_return) return false;
    retired.erase(known);
  }
  if (!participant.epoch.empty()) {
    participant.retired.push_back(participant.epoch);
    if (participant.retired.size() > kRetiredEpochs)
      participant.retired.erase(participant.retired.begin());
  }
  participant.epoch = epoch;
  participant.our_role = role;
  return true;
}

Participant& Roster::upsert(const Announcement& who, Role role) {
  const bool is_new = !participants_.contains(who.user);
  Participant& participant = participants_[who.user];
  if (is_new) {
    participant.rank = next_rank_++;
    participant.our_role = role;
  }
  participant.user_info = who.user_info;
  if (is_new || who.tracks_told || !(participant.epoch == who.epoch)) {
    participant.audio = who.audio;
    participant.video = who.video;
    if (!who.epoch.empty()) participant.screen = who.screen;
  }
  participant.present = true;
  if (who.epoch.empty()) {
    // Stored state without a flag: an older client, unless the peer itself told otherwise.
    if (participant.capability == Capability::Hinted) participant.capability = Capability::Foreign;
  } else if (adopt_epoch(participant, who.epoch, role) &&
             participant.capability == Capability::Foreign) {
    participant.capability = Capability::Hinted;
  }
  return participant;
}

std::vector<UserId> Roster::on_joined(const std::vector<Announcement>& list) {
  for (auto& [user, participant] : participants_) participant.present = false;
  for (const Announcement& who : list) upsert(who, Role::Offerer);
  std::vector<UserId> missing;
  for (const auto& [user, participant] : participants_)
    if (!participant.present) missing.push_back(user);
  return missing;
}

void Roster::on_participant_joined(const Announcement& who) {
  // This event alone carries the userInfo of this very join: no flag in it is no flag at all.
  if (who.epoch.empty()) on_foreign_message(who.user);
  Participant& participant = upsert(who, Role::Answerer);
  if (who.epoch.empty()) participant.screen = false;  // who shares says so after joining
}

bool Roster::on_left(const UserId& user) {
  Participant* participant = participants_.find(user);
  if (participant == nullptr || !participant->present) return false;
  participant->present = false;
  return true;
}

void Roster::on_tracks(const Announcement& told) {
  Participant* participant = participants_.find(told.user);
  if (participant == nullptr) return;
  participant->present = true;
  participant->audio = told.audio;
  participant->video = told.video;
  if (told.epoch.empty()) return;
  participant->screen = told.screen;
  if (adopt_epoch(*participant, told.epoch, Role::Answerer) &&
      participant->capability == Capability::Foreign) {
    participant->capability = Capability::Hinted;
  }
}

bool Roster::on_message_epoch(const UserId& user, const Epoch& epoch, Role role, bool may_return) {
  Participant* participant = participants_.find(user);
  if (participant == nullptr || !adopt_epoch(*participant, epoch, role, may_return)) return false;
  participant->capability = Capability::Module;
  return true;
}

void Roster::on_foreign_message(const UserId& user) {
  Participant* participant = participants_.find(user);
  if (participant == nullptr || participant->capability == Capability::Foreign) return;
  participant->capability = Capability::Foreign;
  participant->epoch = {};
  participant->screen = false;
}

bool Roster::knows(const UserId& user, const Epoch& epoch) const {
  const Participant* participant = participants_.find(user);
  if (participant == nullptr) return false;
  const auto& retired = participant->retired;
  return participant->epoch == epoch ||
         std::find(retired.begin(), retired.end(), epoch) != retired.end();
}

std::int64_t Roster::rank_before(const UserId& self, const UserId& other) const {
  std::int64_t rank = 0;
  for (const auto& [user, participant] : participants_)
    if (participant.present && user < self && !(user == other)) ++rank;
  return rank;
}

void Roster::clear() {
  participants_.clear();
  next_rank_ = 1;
}

std::vector<UserId> Roster::in_order() const {
  FlatMap<std::int64_t, UserId> ranked;
  for (const auto& [user, participant] : participants_) ranked.put(participant.rank, user);
  std::vector<UserId> users;
  users.reserve(ranked.size());
  for (auto& [rank, user] : ranked) users.push_back(std::move(user));
  return users;
}

}  // namespace groupcall
