#include "core/call/early_offers.h"

#include <algorithm>
#include <utility>

#include "core/base/sorted.h"
#include "core/wire/groupcall_message.h"

namespace groupcall {

void EarlyOffers::begin(std::int64_t count, NegotiationContext& ctx) {
  if (count <= 0) return;
  phase_ = Phase::Making;
  link_ = ctx.ids.next_link({});
  for (std::int64_t i = 0; i < count; ++i) {
    Spare spare;
    spare.op = ctx.ids.next_op();
    spare.offer.connection = ctx.ids.next_connection();
    spare.offer.link = link_;
    spare.offer.index = i + 1;
    ctx.commands.push_back(
        CreateConnection{{}, spare.offer.connection, PeerNegotiation::module_slots(), true, true});
    ctx.commands.push_back(SetLocalDescription{{}, spare.offer.connection, spare.op, false});
    spares_.push_back(std::move(spare));
  }
}

void EarlyOffers::close(NegotiationContext& ctx) {
  for (const Spare& spare : spares_)
    ctx.commands.push_back(CloseConnection{{}, spare.offer.connection});
  *this = {};
}

EarlyOffers::Spare* EarlyOffers::find(ConnectionNumber connection) {
  const auto at = std::find_if(spares_.begin(), spares_.end(), [&](const Spare& spare) {
    return spare.offer.connection == connection;
  });
  return at == spares_.end() ? nullptr : &*at;
}

bool EarlyOffers::owns(ConnectionNumber connection) const {
  return std::any_of(spares_.begin(), spares_.end(),
                     [&](const Spare& spare) { return spare.offer.connection == connection; });
}

void EarlyOffers::on_local_description(const LocalDescriptionSet& event, NegotiationContext& ctx) {
  Spare* spare = find(event.connection);
  if (spare == nullptr || spare->described || event.op != spare->op) {
    ctx.counters.add(Tally::StaleOperations);
    return;
  }
  spare->described = true;
  spare->offer.offer = event.description;
  spare->offer.relay = event.relay;
  const bool all =
      std::all_of(spares_.begin(), spares_.end(), [](const Spare& s) { return s.described; });
  if (all) pack_at_ = ctx.now + deadlines::kEarlyGather;
}

void EarlyOffers::on_local_candidate(const LocalCandidate& event, NegotiationContext& ctx) {
  Spare* spare = find(event.connection);
  if (spare == nullptr) return;
  if (event.candidate.candidate.empty()) {
    spare->gathered = true;
  } else if (spare->offer.candidates.size() < limits::kQueuedCandidates) {
    spare->offer.candidates.push_back(event.candidate);
  }
  const bool all = std::all_of(spares_.begin(), spares_.end(),
                               [](const Spare& s) { return s.described && s.gathered; });
  if (all && phase_ == Phase::Making) pack(ctx);
}

void EarlyOffers::on_deadline(NegotiationContext& ctx) {
  if (pack_at_ <= ctx.now && phase_ == Phase::Making) pack(ctx);
}

void EarlyOffers::pack(NegotiationContext& ctx) {
  pack_at_ = kNever;
  wire::UnpackedOffers unpacked;
  for (Spare& spare : spares_) {
    std::vector<IceCandidate> candidates = spare.offer.candidates;
    if (candidates.size() > limits::kEarlyCandidates) candidates.resize(limits::kEarlyCandidates);
    spare.packed_candidates = candidates.size();
    unpacked.offers.push_back({spare.offer.offer.sdp, std::move(candidates)});
  }
  phase_ = Phase::Packing;
  packing_ = ctx.ids.next_op();
  ctx.commands.push_back(PackText{packing_, wire::encode_unpacked_offers(unpacked)});
}

void EarlyOffers::on_packed(const TextPacked& event, NegotiationContext& ctx) {
  if (phase_ != Phase::Packing || event.op != packing_) {
    ctx.counters.add(Tally::StaleOperations);
  } else if (event.packed.empty() || event.packed.size() > limits::kPackedOffersBytes) {
    close(ctx);
  } else {
    phase_ = Phase::Packed;
    packed_ = event.packed;
  }
}

std::string EarlyOffers::take_packed(Instant now) {
  if (phase_ != Phase::Packed) return {};
  sent_at_ = now;
  phase_ = Phase::Sent;
  return std::exchange(packed_, {});
}

void EarlyOffers::set_owners(const std::vector<UserId>& users) {
  owners_.clear();
  for (const UserId& user : users) insert_sorted(owners_, user);
}

std::optional<SpareOffer> EarlyOffers::take(const UserId& user) {
  const auto owner = std::find(owners_.begin(), owners_.end(), user);
  const auto rank = owner - owners_.begin() + 1;
  const auto at = std::find_if(spares_.begin(), spares_.end(),
                               [&](const Spare& spare) { return spare.offer.index == rank; });
  if (phase_ != Phase::Sent || owner == owners_.end() || at == spares_.end()) return {};
  SpareOffer taken = std::move(at->offer);
  // The rest has been told already.
  const auto told = static_cast<std::ptrdiff_t>(at->packed_candidates);
  taken.candidates.erase(taken.candidates.begin(), taken.candidates.begin() + told);
  spares_.erase(at);
  return taken;
}

}  // namespace groupcall
